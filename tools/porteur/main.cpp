// SPDX-License-Identifier: Apache-2.0
// The real surroundings of the command line.
#include <sys/random.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "cli.hpp"
#include "other_program.hpp"

namespace {

// 128 random bits as hexadecimal digits.
std::string random_key() {
    static constexpr char digits[] = "0123456789abcdef";
    std::array<unsigned char, 16> bytes{};
    if (::getentropy(bytes.data(), bytes.size()) != 0) std::abort();
    std::string key;
    for (const auto byte : bytes) {
        key += digits[byte >> 4];
        key += digits[byte & 15];
    }
    return key;
}

}  // namespace

int main(int count, char** words) {
    ::tzset();
    porteur::cli::Surroundings around{
        .out = std::cout,
        .err = std::cerr,
        .in = std::cin,
        .out_is_terminal = ::isatty(STDOUT_FILENO) == 1,
        .err_is_terminal = ::isatty(STDERR_FILENO) == 1,
        .environment = [](const std::string& name) -> std::optional<std::string> {
            const char* value = std::getenv(name.c_str());
            return value && *value ? std::optional<std::string>(value) : std::nullopt;
        },
        .new_key = random_key,
        .now = [] { return std::chrono::steady_clock::now(); },
        .pause = [](std::chrono::milliseconds length) { std::this_thread::sleep_for(length); },
        .run_program = porteur::cli::become_program,
        .screen_size = porteur::cli::screen_size,
    };
    std::vector<std::string> arguments;
    for (int index = 1; index < count; ++index) arguments.emplace_back(words[index]);
    return porteur::cli::run(arguments, around);
}
