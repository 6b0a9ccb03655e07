// SPDX-License-Identifier: Apache-2.0
#include "world.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <sstream>

#include "surroundings.hpp"

namespace porteur::cli {

std::ostream& operator<<(std::ostream& out, const Ran& ran) {
    return out << "exit status " << ran.status << "\n--- standard output\n"
               << ran.out << "--- standard error\n"
               << ran.err << "---";
}

World::World() {
    // Central European time by its rule, so that no time zone files are needed.
    ::setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    ::tzset();
    auto made = (std::filesystem::temp_directory_path() / "porteur-cli-XXXXXX").string();
    if (::mkdtemp(made.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder = made;
}

World::~World() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
}

Ran World::run(const std::vector<std::string>& words, const ScriptedServer& server) {
    environment["PORTEUR_URL"] = server.url();
    environment.emplace("PORTEUR_TOKEN", "prt_of_the_test");
    return run(words);
}

Ran World::run(const std::vector<std::string>& words) {
    std::ostringstream out, err;
    std::istringstream in(input);
    Surroundings around{
        .out = out,
        .err = err,
        .in = in,
        .out_is_terminal = is_terminal,
        .err_is_terminal = is_terminal,
        .environment = [this](const std::string& name) -> std::optional<std::string> {
            const auto found = environment.find(name);
            if (found == environment.end() || found->second.empty()) return std::nullopt;
            return found->second;
        },
        .new_key = [this] { return "key-" + std::to_string(++keys_); },
        .now = [this] { return now_ += clock_step; },
        .pause =
            [this](std::chrono::milliseconds length) {
                now_ += length;
                pauses.push_back(length);
            },
        .run_program = [this](const std::string& name, const std::vector<std::string>& arguments) -> Outcome<int> {
            other_program = name;
            other_words = arguments;
            return other_status;
        },
    };
    const int status = cli::run(words, around);
    return {status, out.str(), err.str()};
}

std::string World::file(const std::string& name, const std::string& bytes) {
    const auto path = folder / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path.string();
}

}  // namespace porteur::cli
