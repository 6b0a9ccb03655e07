// SPDX-License-Identifier: Apache-2.0
#include "daemon_world.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>

namespace porteur::testing {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

DaemonWorld::DaemonWorld() {
    std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    for (auto& letter : name) letter = letter == '/' ? '.' : letter;
    folder = std::filesystem::path(::testing::TempDir()) / ("daemon." + std::to_string(getpid()) + "." + name);
    for (const char* each : {"config/carriers", "config/secrets", "data", "plugins"}) std::filesystem::create_directories(folder / each);
    std::filesystem::copy_file(PORTEUR_TEST_PLUGIN, folder / "plugins/porteur-acme.so");
    std::filesystem::copy_file(PORTEUR_TEST_PATIENT, folder / "plugins/porteur-patient.so");
    write("config/secrets/user", "acme\n");
    write("config/secrets/password", "acme-secret\n");
}

DaemonWorld::~DaemonWorld() {
    first.let_go();
    second.let_go();
    daemon.kill();
    if (HasFailure())
        std::printf("the store and the log are kept in %s\n", folder.c_str());
    else
        std::filesystem::remove_all(folder);
}

void DaemonWorld::write(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name) << text;
    std::filesystem::permissions(folder / name, std::filesystem::perms(0600));
}

void DaemonWorld::host_settings(const std::string& log) const {
    write("config/porteur.toml",
          "store = \"sqlite:../data/porteur.db\"\nkey = { file = \"../data/porteur.key\" }\n[api]\nport = 0\n"
          "[documents]\nfolder = \"../data/documents\"\n[plugins]\nfolders = [\"../plugins\"]\n[log]\n" + log);
}

void DaemonWorld::account(
    const std::string& name, const PatientCarrier& carrier, const std::string& more, const std::string& plugin
) const {
    write("config/carriers/" + name + ".toml",
          "plugin = \"" + plugin + "\"\nbase_url = \"http://127.0.0.1:" + std::to_string(carrier.port()) + "\"\ncheck_interval = \"1s\"\n" +
              more + "\n[secrets]\naccount_sid = { file = \"secrets/user\" }\nauth_token = { file = \"secrets/password\" }\n");
}

void DaemonWorld::start() {
    output_of({PORTEUR_TEST_DAEMON, "--config", folder / "config", "init"});
    token = output_of({PORTEUR_TEST_DAEMON, "--config", folder / "config", "token", "create", "--name", "scenario"});
    token.erase(token.find_last_not_of("\r\n") + 1);
    start_again();
}

void DaemonWorld::start_again() {
    daemon.kill();
    daemon = Program::serve({PORTEUR_TEST_DAEMON, "--config", folder / "config"}, folder / "porteurd.log");
}

void DaemonWorld::reload(const std::string& says) {
    const auto before = log().size();
    kill(daemon.pid(), SIGHUP);
    ASSERT_TRUE(soon([&] { return log().find(says, before) != std::string::npos; })) << log();
}

std::string DaemonWorld::log() const {
    std::ifstream in(folder / "porteurd.log");
    return {std::istreambuf_iterator<char>(in), {}};
}

bool DaemonWorld::soon(const std::function<bool()>& holds) const {
    for (const auto end = Steady::now() + 30s; Steady::now() < end;) {
        if (holds()) return true;
        if (daemon.ended_within(10ms)) return false;
    }
    return false;
}

HttpReply DaemonWorld::ask(const std::string& method, const std::string& target, const std::string& key, const json::value& body) const {
    std::vector<std::string> headers{"Authorization: Bearer " + token};
    if (!key.empty()) headers.push_back("Idempotency-Key: " + key);
    auto reply = http(daemon.port(), method, target, headers, body.is_null() ? "" : json::serialize(body));
    return reply ? std::move(*reply) : HttpReply{.status = 0, .body = "null"};
}

std::string DaemonWorld::buy(const std::string& reference) {
    const auto reply = ask("POST", "/v1/purchase-orders", reference,
                           json::object{{"account", "acme"}, {"reference", reference}, {"submit", true},
                                        {"request", {{"numbers", {"+14165550101"}}}}});
    EXPECT_EQ(reply.status, 201) << reply.body;
    return reply.status == 201 ? std::string(json::parse(reply.body).at("id").as_string()) : "";
}

bool DaemonWorld::completes(const std::string& id) {
    return soon([&] {
        const auto order = get("/v1/purchase-orders/" + id);
        return order.is_object() && order.at("state") == "completed";
    });
}

json::value DaemonWorld::shown(const std::string& name) const {
    const auto all = get("/v1/carriers");
    if (!all.is_object()) return nullptr;
    for (const auto& each : all.at("items").as_array())
        if (each.at("account") == json::string(name)) return each;
    return nullptr;
}

}  // namespace porteur::testing
