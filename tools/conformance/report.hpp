// SPDX-License-Identifier: Apache-2.0
#pragma once

// Checks run over a plugin, and what they found.

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "conformance/check.hpp"

namespace porteur::conformance {

/// How one check ended.
enum class Ending {
    passed,
    failed,
    exempt,   ///< failed, or had nothing to try, and the descriptor says why that is right
    nothing,  ///< had nothing to try
};

std::string_view word_of(Ending ending) noexcept;

struct Entry {
    std::string id, sentence;
    Ending ending = Ending::passed;
    std::string text;       ///< why it failed, is exempt, or had nothing to try
    std::size_t tried = 0;
    std::chrono::milliseconds took{0};
    friend bool operator==(const Entry&, const Entry&) = default;
};

struct Report {
    std::string plugin, version;
    std::vector<Entry> entries;
    std::size_t conversations = 0;
    std::uint64_t seed = 1;

    std::size_t count(Ending ending) const;
};

struct Wish {
    std::vector<std::string> only;  ///< "R2", or a group "R"; empty: all
    bool in_process = false;        ///< one after the other in this process, for a debugger
    std::chrono::seconds limit{45}; ///< for one check
    unsigned at_once = 2;
    std::function<void(const Entry&)> told = {};  ///< as each ends, in whatever order
};

/// Runs the checks, each in a process of its own unless wished otherwise.
/// @errors  invalid_input: a check is wished that there is not
/// @threads one; forks, so that no other thread of this process should run
Result<Report> run_checks(const Subject& subject, const Wish& wish);

std::string as_text(const Report& report, bool with_colour);
std::string as_json(const Report& report);
/// For CI: each check a test case of its group's suite.
std::string as_junit(const Report& report);

}  // namespace porteur::conformance
