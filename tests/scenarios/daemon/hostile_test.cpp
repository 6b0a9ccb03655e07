// SPDX-License-Identifier: Apache-2.0
// A plugin that does in its process what it must not, in a daemon that has others: it is stopped each time, the
// others go on, and the account's page says why.
#include <csignal>

#include <gmock/gmock.h>

#include "daemon_world.hpp"

namespace porteur::testing {
namespace {

using ::testing::HasSubstr;

class Hostile : public DaemonWorld {
protected:
    json::value ended(const std::string& account) const {
        const auto carrier = shown(account);
        return carrier.is_object() ? carrier.at("health").at("process_ended") : json::value(nullptr);
    }
};

TEST_F(Hostile, APluginIsStoppedEachTimeAndTheReasonIsOnItsAccountsPage) {
    std::filesystem::copy_file(PORTEUR_TEST_ROGUE, folder / "plugins/rogue.so");
    host_settings("level = \"info\"\n");
    account("acme", first, "isolation = \"process\"");
    const std::pair<const char*, const char*> cases[] = {
        {"open", "tried to open a file (openat)"},
        {"proc", "tried to open a file (openat)"},
        {"socket", "tried to open a socket (socket)"},
        {"fork", "tried to start a process (fork)"},
        {"exec", "tried to start a program (execve)"},
        {"ptrace", "tried to look into a process (ptrace)"},
        {"loop", "was killed"},
        {"recurse", "crashed with SIG"},
        {"scribble", "crashed with SIG"},
        {"crash", "crashed with SIG"},
        {"exit", "ended by itself with code 3"},
        {"frame", "was killed"},
        {"dangling-body", "crashed with SIG"},
#ifndef PORTEUR_SANITIZED
        {"allocate", ""},
#endif
    };
    for (const auto& [what, reason] : cases)
        write("config/carriers/rogue-" + std::string(what) + ".toml",
              "plugin = \"rogue\"\nbase_url = \"http://127.0.0.1:" + std::to_string(first.port()) + "\"\n[settings]\ndo = \"" + what + "\"\n");
    start();
    std::int64_t count = 0;
    for (const auto& [what, reason] : cases) {
        const auto account = "rogue-" + std::string(what);
        const auto reply = ask("GET", "/v1/account-check?account=" + account);
        EXPECT_GE(reply.status, 400) << what << ": " << reply.body;
        ++count;
        ASSERT_TRUE(soon([&] {
            const auto found = ended(account);
            return found.is_object() && found.at("count").as_int64() >= count;
        })) << what << ": " << reply.body << log();
        EXPECT_THAT(std::string(ended(account).at("reason").as_string()), HasSubstr(reason)) << what;
    }
    EXPECT_EQ(ended("rogue-open").at("count").as_int64(), count) << "once for each";
    // What lies only about its turn breaks the contract, and its process goes on.
    for (const char* what : {"seq-2", "body-huge", "short-struct", "65-effects"}) {
        write("config/carriers/rogue-open.toml", "plugin = \"rogue\"\nbase_url = \"http://127.0.0.1:" + std::to_string(first.port()) +
                                                     "\"\n[settings]\ndo = \"" + what + "\"\n");
        reload();
        EXPECT_GE(ask("GET", "/v1/account-check?account=rogue-open").status, 400) << what;
    }
    EXPECT_EQ(ended("rogue-open").at("count").as_int64(), count);
    EXPECT_EQ(ended("acme"), nullptr) << "another plugin's process was not touched";
    EXPECT_TRUE(completes(buy("r-1"))) << log();
    std::printf("hostile: stopped %lld times of %zu, and another plugin's order completed\n", static_cast<long long>(count), std::size(cases));
}

// An end that takes no operation with it is an end all the same: whoever watches counts processes.
TEST_F(Hostile, APluginThatIsKilledWhileItIsIdleIsCounted) {
    host_settings("level = \"info\"\n");
    account("acme", first, "isolation = \"process\"");
    start();
    const auto deaths = [&] {
        const auto metrics = ask("GET", "/metrics").body;
        const std::string name = "\nporteur_plugin_deaths_total ";
        const auto at = metrics.find(name);
        return at == metrics.npos ? -1 : std::stoi(metrics.substr(at + name.size()));
    };
    for (int killed = 1; killed <= 2; ++killed) {
        std::vector<pid_t> processes;
        ASSERT_TRUE(soon([&] { return !(processes = daemon.children("porteur-plugin-")).empty(); })) << log();
        // It is killed as it loads, or when it waits for work.
        ASSERT_EQ(::kill(processes.front(), SIGKILL), 0);
        ASSERT_TRUE(soon([&] { return deaths() >= killed; })) << deaths() << log();
    }
    EXPECT_EQ(deaths(), 2);
}

}  // namespace
}  // namespace porteur::testing
