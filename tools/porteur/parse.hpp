// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "command.hpp"
#include "tongue/tongue.hpp"

namespace porteur::cli {

/// A command line that was understood: a command to run, or a text to print (help, version).
struct Parsed {
    const CommandSpec* command = nullptr;  ///< null: print `text`
    Arguments arguments;
    std::string text;
};

/// Reads a command line, without the program's name.
/// @param tongue  of the help
/// @errors  usage: the message says what is wrong and where the help is
/// @threads any
Outcome<Parsed> parse_command_line(
    const std::vector<std::string>& words, const Tongue& tongue = Tongue::of(Language::english)
);

}  // namespace porteur::cli
