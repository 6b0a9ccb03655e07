// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "cli.hpp"
#include "exit_code.hpp"
#include "scripted_server.hpp"

namespace porteur::cli {

/// What one run gave.
struct Ran {
    int status = 0;
    std::string out;
    std::string err;
    friend bool operator==(const Ran&, const Ran&) = default;
};
std::ostream& operator<<(std::ostream& out, const Ran& ran);

constexpr int status_of(ExitCode code) { return static_cast<int>(code); }

/// A machine to run commands on: an environment, a clock that only pauses move, a folder that goes
/// away.
class World {
public:
    World();
    ~World();

    /// Runs one command line against this server, with a token.
    Ran run(const std::vector<std::string>& words, const ScriptedServer& server);
    Ran run(const std::vector<std::string>& words);

    /// Writes a file and gives its path.
    std::string file(const std::string& name, const std::string& bytes);

    std::map<std::string, std::string> environment;
    std::string input;  ///< standard input
    bool is_terminal = false;
    std::vector<std::chrono::milliseconds> pauses;
    std::chrono::milliseconds clock_step{0};  ///< what each look at the clock moves it by
    std::string other_program;                ///< which other program was run: "porteurd"
    std::vector<std::string> other_words;     ///< what it was run with
    int other_status = 0;
    std::filesystem::path folder;

private:
    std::chrono::steady_clock::time_point now_{};
    int keys_ = 0;
};

}  // namespace porteur::cli
