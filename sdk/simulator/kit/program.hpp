// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "carrier.hpp"
#include "options.hpp"

namespace porteur::sim {

/// What makes one simulator a program of its own.
struct Program {
    std::string name;   ///< "sim-acme"
    std::string about;  ///< first paragraph of --help
    std::vector<Option> options;
    std::string script_help;  ///< what POST /_sim/script takes
    /// The first line is {"simulator":NAME,"url":URL} and not a sentence.
    bool opens_with_json = false;
    std::function<std::unique_ptr<Carrier>(World, const Options&)> make;
};

/// The common options (--port, --clock-speed, --log-size, --tls-...) and then the program's own.
std::vector<Option> all_options(const Program& program);

/// The whole of --help.
std::string help_of(const Program& program);

/// Runs the program: options, server, "listening on ...", until SIGTERM or SIGINT.
/// @return  the exit code: 0, or 2 when an option is wrong or the port is taken
int run_program(const Program& program, int argc, char** argv);

}  // namespace porteur::sim
