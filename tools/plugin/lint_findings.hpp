// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "domain/descriptor.hpp"
#include "lint.hpp"
#include "settings/toml_tree.hpp"

namespace porteur::plugin_tool {

// What mends a name that a plugin has no use for.
inline constexpr std::string_view ask_now = "write co_await now()", ask_sleep = "write co_await sleep_for(\"step\", ...)", ask_chance = "write co_await uuid()",
                                  no_threads = "take it out: the host runs each operation on a thread of its own choice",
                                  ask_host = "ask the host for an effect: http(), mail() or manual()",
                                  say_in_answer = "tell it in the result, in fail(...) or with co_await progress(...)",
                                  own_settings = "make it a setting of the descriptor, and read it with account_settings()";

/// Gathers findings; the severity is the rule's.
class Findings {
public:
    /// @throws std::logic_error  there is no such rule
    void add(std::string_view rule, std::string file, std::uint32_t line, std::string text, std::string mend);
    std::vector<LintFinding> take() { return std::move(found_); }

private:
    std::vector<LintFinding> found_;
};

/// A descriptor as far as it could be read, and where its keys stand.
struct LintDescriptor {
    Descriptor about;
    std::optional<TomlNode> root;
    std::string file;
    /// The line of a key ("settings", "region", "help"), or of the deepest table on the way to it that is there.
    std::uint32_t line_of(std::initializer_list<std::string_view> way) const;
};

/// Reads it, with a finding for each thing that the host would refuse.
LintDescriptor lint_reading(const LintFile& file, Findings& findings);
/// What can be said of a descriptor alone.
void lint_descriptor(const LintDescriptor& descriptor, Findings& findings);
/// What the sources say, and whether the descriptor says the same.
void lint_sources(const LintDescriptor& descriptor, const std::vector<LintFile>& sources, Findings& findings);
/// What the library's file says.
void lint_library(const LintDescriptor& descriptor, std::string_view bytes, Findings& findings);

}  // namespace porteur::plugin_tool
