// SPDX-License-Identifier: Apache-2.0
// The programs themselves, as children: what they print, that they serve, and how they stop.
#include <csignal>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loopback.hpp"

extern char** environ;

namespace porteur::sim::test {
namespace {

using testing::HasSubstr;

/// A started program and the pipe from its standard output.
class Child {
public:
    Child(const std::string& program, std::vector<std::string> arguments) {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) return;
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        arguments.insert(arguments.begin(), program);
        std::vector<char*> pointers;
        for (auto& argument : arguments) pointers.push_back(argument.data());
        pointers.push_back(nullptr);
        const auto path = std::string(PORTEUR_SIMULATORS_DIR) + "/" + program;
        posix_spawn(&id_, path.c_str(), &actions, nullptr, pointers.data(), environ);
        posix_spawn_file_actions_destroy(&actions);
        close(ends[1]);
        output_ = ends[0];
    }
    ~Child() {
        if (id_ > 0) stop(SIGKILL);
        close(output_);
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    std::string read_until(const std::string& end) {
        std::string text;
        char letter = 0;
        while (!text.ends_with(end) && read(output_, &letter, 1) == 1) text += letter;
        return text;
    }
    std::string read_all() { return read_until("\x01never"); }
    /// @return  the exit code, or minus the signal
    int stop(int signal) {
        kill(id_, signal);
        return wait();
    }
    int wait() {
        int status = 0;
        waitpid(id_, &status, 0);
        id_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }

private:
    pid_t id_ = -1;
    int output_ = -1;
};

class EachProgram : public testing::TestWithParam<const char*> {};

TEST_P(EachProgram, SaysWhereItListensAndStopsOnSigterm) {
    Child child(GetParam(), {"--port", "0"});
    const auto line = child.read_until("\n");
    const std::string opening = "listening on http://127.0.0.1:";
    ASSERT_TRUE(line.starts_with(opening)) << line;
    Client client(static_cast<std::uint16_t>(std::stoi(line.substr(opening.size()))));
    EXPECT_EQ(client.get("/_sim/stats").status, 200);
    EXPECT_EQ(child.stop(SIGTERM), 0);
}

TEST_P(EachProgram, ExplainsItself) {
    Child child(GetParam(), {"--help"});
    const auto help = child.read_all();
    EXPECT_EQ(child.wait(), 0);
    for (const char* word :
         {"--port", "--clock-speed", "/_sim/faults", "drop_after", "act_late", "/_sim/received",
          "/_sim/script for this carrier"}) {
        EXPECT_THAT(help, HasSubstr(word));
    }
}

TEST_P(EachProgram, RefusesAnUnknownOption) {
    Child child(GetParam(), {"--prot", "0"});
    EXPECT_EQ(child.wait(), 2);
}

INSTANTIATE_TEST_SUITE_P(
    Simulators, EachProgram,
    testing::Values("sim-acme", "sim-thinktel", "sim-ringcentral", "sim-genesys"),
    [](const auto& tested) { return std::string(tested.param).substr(4); }
);

}  // namespace
}  // namespace porteur::sim::test
