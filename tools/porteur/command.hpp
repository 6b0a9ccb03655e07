// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a command is: one table entry with its words, options and function. The parser, the help,
// the shell completions and the test of docs/cli.md all read this table, so they cannot differ.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "outcome.hpp"

namespace porteur::cli {

class Session;

/// Marks a text for translation: help, or what is said elsewhere. @threads any
constexpr const char* told(const char* english) { return english; }

enum class ValueKind { flag, text, list, count, date, duration, file, choice };

struct OptionSpec {
    std::string name;  ///< "--loa", or "-v,--verbose"
    ValueKind kind = ValueKind::text;
    std::string value;  ///< what stands for the value in the help: "FILE"
    std::string help;
    std::vector<std::string> choices = {};

    /// "loa": what Arguments knows it by.
    std::string key() const;
};

struct WordSpec {
    std::string name;  ///< "ID"
    std::string help;
    bool many = false;
    std::vector<std::string> choices = {};
    bool optional = false;
};

struct CommandSpec {
    std::string path;  ///< "port create"
    std::string help;  ///< one line, lower case, without a point
    std::vector<WordSpec> words;
    std::vector<OptionSpec> options;
    Outcome<ExitCode> (*run)(Session&);
    std::string footer = {};  ///< more lines under the command's help
    bool takes_rest = false;  ///< everything after the path belongs to another program
};

/// What the command line said.
class Arguments {
public:
    std::string command;             ///< path of the command
    std::vector<std::string> words;  ///< in the order of CommandSpec::words
    std::map<std::string, std::vector<std::string>> values;

    bool has(const std::string& key) const { return values.contains(key); }
    /// The value of an option that was given; empty otherwise.
    std::string text(const std::string& key) const;
    std::optional<std::string> given(const std::string& key) const;
    std::vector<std::string> list(const std::string& key) const;
    /// The command's first word: "port", "purchase".
    std::string group() const;
};

/// All commands, in the order of the help. @threads any
const std::vector<CommandSpec>& all_commands();
/// The options that every command takes.
const std::vector<OptionSpec>& common_options();
/// What stands before a group of commands in the help: "port" -> "port orders".
std::string help_of_group(const std::string& group);

}  // namespace porteur::cli
