// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "command.hpp"
#include "conformance/report.hpp"

namespace porteur::plugin_tool {

/// What `validate` and `grade` are told of the plugin.
struct JudgeWish {
    std::string library;                     ///< "build/plugins/porteur-acme.so"
    std::vector<std::string> conversations;  ///< folders
    std::string tests;  ///< the plugin's own test program; empty: the one beside the library, where there is one
    std::chrono::seconds tests_limit{120};  ///< for that program
    std::uint64_t seed = 1;
    conformance::Wish checks;
};

/// Adds what both commands are told to one of them.
void add_judge_options(CLI::App& app, JudgeWish& wish);

/// Has the plugin's tests write their conversations, and runs the checks.
/// @errors  invalid_input: there is no such file, a folder holds something else, the plugin's own tests fail
/// @threads one; blocks, and starts processes
Result<conformance::Report> judge(const JudgeWish& wish);

}  // namespace porteur::plugin_tool
