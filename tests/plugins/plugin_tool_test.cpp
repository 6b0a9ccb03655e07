// SPDX-License-Identifier: Apache-2.0
// porteur-plugin as its users call it: what it says, and what it ends with.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "../faults/program.hpp"

namespace porteur {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Said {
    int status = -1;
    std::string text;  ///< both outputs
};

class PluginTool : public ::testing::Test {
protected:
    void SetUp() override {
        folder = fs::path(::testing::TempDir()) / ("plugin_tool_" + std::to_string(::getpid()));
        fs::create_directories(folder);
        std::ofstream(folder / "sid") << "acme\n";
        std::ofstream(folder / "token") << "acme-secret\n";
        for (const auto* each : {"sid", "token"}) fs::permissions(folder / each, fs::perms(0600));
    }
    void TearDown() override { fs::remove_all(folder); }

    static Said call(const std::string& words) {
        Said out;
        FILE* pipe =
            ::popen((std::string(PORTEUR_PLUGIN_PROGRAM) + " " + words + " 2>&1").c_str(), "r");
        char piece[4096];
        while (const auto got = std::fread(piece, 1, sizeof piece, pipe))
            out.text.append(piece, got);
        out.status = WEXITSTATUS(::pclose(pipe));
        return out;
    }
    std::string secrets() const {
        return " --secret account_sid=file:" + (folder / "sid").string() +
               " --secret auth_token=file:" + (folder / "token").string() + " ";
    }

    static inline const std::string acme = PORTEUR_TEST_EXAMPLES "/porteur-acme.so";
    static std::string broken(const std::string& name) {
        return PORTEUR_TEST_LIBRARIES "/" + name + ".so";
    }
    fs::path folder;
};

TEST_F(PluginTool, doctor_goes_the_way_of_the_loader_to_its_end) {
    const auto said = call("doctor " + acme);
    EXPECT_EQ(said.status, 0) << said.text;
    EXPECT_THAT(
        said.text,
        AllOf(
            HasSubstr("ok      1 file"), HasSubstr("ok      3 content    acme 1.0.0, 8 operations"),
            HasSubstr("ok      8 operations"), HasSubstr("It loads.")
        )
    );
}

TEST_F(PluginTool, doctor_names_the_check_that_stops_a_library_and_what_mends_it) {
    const std::pair<const char*, const char*> troubles[] = {
        {"socket", "FAILED  3 content"},
        {"two_symbols", "FAILED  3 content"},
        {"unresolved", "FAILED  5 load"},
        {"crashes_when_loaded", "ended by Aborted"},
        {"refuses", "FAILED  7 version"},
        {"lies_about_id", "FAILED  7 version"},
        {"begins_nothing", "FAILED  8 operations"},
    };
    for (const auto& [name, trouble] : troubles) {
        const auto said = call("doctor " + broken(name));
        EXPECT_EQ(said.status, 1) << name;
        EXPECT_THAT(said.text, AllOf(HasSubstr(trouble), HasSubstr("to mend it: "))) << name;
    }
    const auto pinned = call("doctor " + acme + " --sha256 " + std::string(64, '0'));
    EXPECT_EQ(pinned.status, 1);
    EXPECT_THAT(pinned.text, HasSubstr("FAILED  2 pin"));
    EXPECT_THAT(call("doctor --json " + broken("socket")).text, HasSubstr(R"("loads":false)"));
}

TEST_F(PluginTool, doctor_does_not_wait_for_a_library_that_loops) {
    const auto said = call("doctor --limit 2 " + broken("loops_when_loaded"));
    EXPECT_EQ(said.status, 1);
    EXPECT_THAT(
        said.text, AllOf(HasSubstr("FAILED  5 load"), HasSubstr("still at it then"), HasSubstr("done in 2 s"))
    );
}

/// A program of the test's own.
std::string script(const fs::path& file, const std::string& lines) {
    std::ofstream(file) << "#!/bin/sh\n" << lines << '\n';
    fs::permissions(file, fs::perms(0700));
    return file.string();
}

TEST_F(PluginTool, says_what_is_wrong_with_the_plugins_own_tests) {
    const auto judged = [&](const std::string& tests) {
        const auto said = call("grade " + acme + " --tests-limit 2 --tests " + tests);
        EXPECT_EQ(said.status, 2) << said.text;
        return said.text;
    };
    EXPECT_THAT(judged("/nowhere/acme_contract_test"), HasSubstr("/nowhere/acme_contract_test is no program: --tests names"));
    EXPECT_THAT(judged(folder.string()), HasSubstr("is no program"));
    std::ofstream(folder / "no_program") << "#!/nowhere/interpreter\n";
    fs::permissions(folder / "no_program", fs::perms(0700));
    EXPECT_THAT(judged((folder / "no_program").string()), HasSubstr("no_program cannot be started"));
    EXPECT_THAT(
        judged(script(folder / "fails", "echo one of them fails; exit 3")),
        AllOf(HasSubstr("own tests ended with exit status 3"), HasSubstr("one of them fails"))
    );
    EXPECT_THAT(judged(script(folder / "ends", "kill -ABRT $$")), HasSubstr("own tests ended by Aborted"));
    EXPECT_THAT(
        judged(script(folder / "loops", "echo it begins; while :; do :; done")),
        AllOf(HasSubstr("own tests do not end in 2 s"), HasSubstr("it begins"))
    );
}

TEST_F(PluginTool, judges_a_descriptor_that_cannot_be_read_though_there_are_conversations) {
    fs::create_directories(folder / "kept");
    std::ofstream(folder / "kept/one.json")
        << R"({"conversation":1,"input":"{}","name":"n","operation":"o","plugin":"acme","settings":"{}","turns":[{"output":"{}","state":1}]})";
    const auto said = call("validate --only L4 --conversations " + (folder / "kept").string() + " " + broken("bad_descriptor"));
    EXPECT_EQ(said.status, 1);
    EXPECT_THAT(said.text, AllOf(HasSubstr("FAILED  L4"), HasSubstr("id")));
}

TEST_F(PluginTool, leads_from_a_wrong_word_to_the_help_of_its_command) {
    const auto said = call("new --colour red");
    EXPECT_EQ(said.status, 2);
    EXPECT_THAT(said.text, HasSubstr("see 'porteur plugin new --help'"));
    EXPECT_THAT(call("fly").text, HasSubstr("see 'porteur plugin --help'"));
}

TEST_F(PluginTool, names_its_checks_and_what_is_wrong_with_the_words) {
    const auto list = call("validate --list");
    EXPECT_EQ(list.status, 0);
    EXPECT_THAT(list.text, HasSubstr("R1   B  goes on in the same way after a cut at any place\n"));
    EXPECT_THAT(call("validate /nowhere.so").text, HasSubstr("there is no library /nowhere.so"));
    EXPECT_EQ(call("validate /nowhere.so").status, 2);
    EXPECT_THAT(call("validate --only Q " + acme).text, HasSubstr("there is no check \"Q\""));
    EXPECT_EQ(call("fly").status, 2);
}

/// A carrier that answers every request with the same body.
class OneAnswer {
public:
    explicit OneAnswer(const std::string& body) {
        sockaddr_in here{};
        here.sin_family = AF_INET;
        here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof here;
        if (::bind(listening_, reinterpret_cast<sockaddr*>(&here), size) != 0 ||
            ::listen(listening_, 8) != 0 ||
            ::getsockname(listening_, reinterpret_cast<sockaddr*>(&here), &size) != 0)
            throw std::runtime_error("no port on loopback");
        port_ = ntohs(here.sin_port);
        serving_ = std::thread([this, body] { serve(body); });
    }
    OneAnswer(const OneAnswer&) = delete;
    ~OneAnswer() {
        ::shutdown(listening_, SHUT_RDWR);
        serving_.join();
        ::close(listening_);
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

private:
    void serve(const std::string& body) const {
        const auto answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: " +
                            std::to_string(body.size()) + "\r\nconnection: close\r\n\r\n" + body;
        for (int client = 0; (client = ::accept(listening_, nullptr, nullptr)) >= 0;) {
            std::string request;
            char piece[4096];
            while (request.find("\r\n\r\n") == std::string::npos)
                if (const auto got = ::recv(client, piece, sizeof piece, 0); got > 0)
                    request.append(piece, static_cast<std::size_t>(got));
                else
                    break;
            static_cast<void>(::send(client, answer.data(), answer.size(), MSG_NOSIGNAL));
            ::close(client);
        }
    }
    int listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    unsigned port_ = 0;
    std::thread serving_;
};

TEST_F(PluginTool, runs_and_records_an_operation_against_a_simulator) {
    const auto simulator = testing::Program::serve(
        {PORTEUR_TEST_SIMULATOR, "--port", "0"}, (folder / "simulator.log").string()
    );
    const auto url = "http://127.0.0.1:" + std::to_string(simulator.port());
    const auto ran = call("run " + acme + " check_account --url " + url + secrets());
    EXPECT_EQ(ran.status, 0) << ran.text;
    EXPECT_THAT(
        ran.text,
        AllOf(
            HasSubstr("1 account: GET /account"), HasSubstr("    200 after "), HasSubstr("done: {")
        )
    );
    EXPECT_THAT(ran.text, Not(HasSubstr("acme-secret")));

    const auto recorded = call(
        "record " + acme + " check_account --url " + url + secrets() + " --folder " +
        (folder / "kept").string() + " --name account-is-good"
    );
    EXPECT_EQ(recorded.status, 0) << recorded.text;
    EXPECT_THAT(recorded.text, HasSubstr("replayed three times"));
    const auto again = call(
        "record " + acme + " check_account --url " + url + secrets() + " --folder " +
        (folder / "kept").string() + " --name account-is-good"
    );
    EXPECT_EQ(again.status, 2) << "what was recorded is never overwritten";
    EXPECT_THAT(again.text, Not(HasSubstr("GET /account"))) << "and nothing is asked, or bought, before that is known";
    EXPECT_EQ(fs::status(folder / "kept/account-is-good.json").permissions(), fs::perms(0600));
    std::ifstream kept(folder / "kept/account-is-good.json");
    const std::string text{std::istreambuf_iterator<char>(kept), {}};
    EXPECT_THAT(text, StartsWith(R"({"conversation":1,)"));
    EXPECT_THAT(text, Not(HasSubstr("acme-secret")));
    const auto judged = call(
        "validate --only D,R --tests /bin/true --conversations " + (folder / "kept").string() +
        " " + acme
    );
    EXPECT_EQ(judged.status, 0) << judged.text;
    EXPECT_THAT(judged.text, HasSubstr("over 1 conversations"));

    const auto refused = call(
        "run " + acme + " check_account --url " + url + " --secret account_sid=file:" +
        (folder / "sid").string() + " --secret auth_token=file:" + (folder / "sid").string()
    );
    EXPECT_THAT(refused.text, HasSubstr("failed as unauthorized"));
    EXPECT_EQ(refused.status, 1);
    const auto refusal = call(
        "record " + acme + " check_account --url " + url + " --secret account_sid=file:" +
        (folder / "sid").string() + " --secret auth_token=file:" + (folder / "sid").string() +
        " --folder " + (folder / "kept").string() + " --name account-is-refused"
    );
    EXPECT_EQ(refusal.status, 1) << "the operation failed";
    EXPECT_THAT(refusal.text, HasSubstr("replayed three times")) << "and it is the carrier who said so";
    EXPECT_TRUE(fs::exists(folder / "kept/account-is-refused.json"));
}

TEST_F(PluginTool, keeps_nothing_as_the_carriers_that_went_wrong_on_this_machine) {
    const auto record = [&](const std::string& words, const std::string& name) {
        return call("record " + acme + " check_account --folder " + (folder / "kept").string() + " --name " + name + " " + words);
    };
    const OneAnswer carrier(R"({"name":"Bakery Ltd"})");
    const auto without = record("--url " + carrier.url(), "without-a-secret");
    EXPECT_EQ(without.status, 2) << without.text;
    EXPECT_THAT(without.text, AllOf(HasSubstr("no secret \"account_sid\"; give it with --secret"), HasSubstr("that is no answer of the carrier, and nothing is kept")));
    fs::permissions(folder / "token", fs::perms(0644));
    const auto open_to_all = record("--url " + carrier.url() + secrets(), "a-secret-for-all-to-read");
    EXPECT_EQ(open_to_all.status, 2) << open_to_all.text;
    EXPECT_THAT(open_to_all.text, HasSubstr("that is no answer of the carrier, and nothing is kept"));
    fs::permissions(folder / "token", fs::perms(0600));
    const auto nobody = record("--url http://127.0.0.1:1" + secrets(), "nobody-listens");
    EXPECT_EQ(nobody.status, 3) << nobody.text;
    EXPECT_THAT(nobody.text, HasSubstr("that is no answer of the carrier, and nothing is kept"));
    EXPECT_TRUE(fs::is_empty(folder / "kept"));
    EXPECT_EQ(call("run " + acme + " check_account --url http://127.0.0.1:1" + secrets()).status, 3);
    EXPECT_EQ(call("run " + acme + " check_account --url " + carrier.url()).status, 2);
    EXPECT_THAT(call("record --help").text, HasSubstr("Exit status: 0 the operation ended with a result; 1 it failed"));
}

TEST_F(PluginTool, keeps_no_secret_that_a_carrier_tells_again) {
    // The last is "acme:acme-secret" as Basic login has it; the one before it hides from who looks at bytes.
    const OneAnswer carrier(
        R"({"name":"Ltd of acme-secret","again":"\u0061cme-secret","login":"Basic YWNtZTphY21lLXNlY3JldA=="})"
    );
    const auto recorded = call(
        "record " + acme + " check_account --url " + carrier.url() + secrets() + " --folder " +
        (folder / "kept").string() + " --name echo"
    );
    EXPECT_EQ(recorded.status, 0) << recorded.text;
    std::ifstream kept(folder / "kept/echo.json");
    const std::string text{std::istreambuf_iterator<char>(kept), {}};
    for (const auto& each : {recorded.text, text}) {
        EXPECT_THAT(each, HasSubstr("Ltd of [secret]"));
        EXPECT_THAT(
            each, AllOf(Not(HasSubstr("acme-secret")), Not(HasSubstr("0061cme")), Not(HasSubstr("YWNtZTphY21lLXNlY3JldA")))
        );
    }
}

TEST_F(PluginTool, spends_no_money_and_takes_no_secret_by_mistake) {
    const auto live = call("run " + acme + " check_account" + secrets());
    EXPECT_EQ(live.status, 2);
    EXPECT_THAT(live.text, HasSubstr("may be a carrier that takes money"));
    const auto shown =
        call("run " + acme + " check_account --url http://127.0.0.1:1 --secret auth_token=hunter2");
    EXPECT_EQ(shown.status, 2);
    EXPECT_THAT(
        shown.text, AllOf(HasSubstr("wants file:PATH or env:NAME"), Not(HasSubstr("hunter2")))
    );
    const auto pin = call("run " + acme + " check_account --url http://127.0.0.1:1 --order-secret pin=4711");
    EXPECT_EQ(pin.status, 2);
    EXPECT_THAT(pin.text, AllOf(HasSubstr("--order-secret pin wants file:PATH or env:NAME"), Not(HasSubstr("4711"))));
    const auto tokens = call("run " PORTEUR_TEST_EXAMPLES "/porteur-ringcentral.so check_account --url http://127.0.0.1:1");
    EXPECT_EQ(tokens.status, 2);
    EXPECT_THAT(tokens.text, HasSubstr("the credentials would leave for https://"));
    const auto unknown = call("run " + acme + " teleport --url http://127.0.0.1:1");
    EXPECT_EQ(unknown.status, 2);
    EXPECT_THAT(unknown.text, HasSubstr("there are: check_account"));
}

}  // namespace
}  // namespace porteur
