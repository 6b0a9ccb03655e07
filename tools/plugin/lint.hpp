// SPDX-License-Identifier: Apache-2.0
#pragma once

// Advice on a plugin that needs no build: its descriptor, and its sources as far as words tell. It is quick and may miss
// what `porteur plugin validate` finds; what it calls an error is one. Docs: docs/plugins/lint.md.

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <porteur/result.hpp>

namespace porteur::plugin_tool {

enum class Severity { error, warning };

/// "error", "warning". @threads any
std::string_view name_of(Severity severity) noexcept;

/// A rule; its id and sentence are those of docs/plugins/lint.md.
struct LintRule {
    std::string_view id;        ///< "rate-missing"
    Severity severity;
    std::string_view sentence;  ///< "An API has a rate."
};

/// In the order of the page. @threads any
std::span<const LintRule> lint_rules();

/// Something to mend.
struct LintFinding {
    std::string rule;
    Severity severity = Severity::error;
    std::string file;        ///< as the person named the folder: "acme/src/acme.cpp"; "porteur-acme.so#descriptor"
    std::uint32_t line = 0;  ///< counts from 1; 0: the file as a whole
    std::string text;        ///< what was seen
    std::string mend;        ///< what to do, an imperative
    friend bool operator==(const LintFinding&, const LintFinding&) = default;
};

/// A source of the plugin, or its descriptor.
struct LintFile {
    std::string name;
    std::string text;
};

/// What is looked at.
struct LintSubject {
    LintFile descriptor;
    std::vector<LintFile> sources;     ///< without its tests
    bool has_sources = true;           ///< false: a library, of which only the descriptor and the file tell
    std::string library;               ///< its bytes, where it is one
};

/// The folder of a plugin (with descriptor.toml), or its library. Folders of tests, builds and simulators are left out.
/// @errors  invalid_input: there is no such thing, or no descriptor in it
Result<LintSubject> read_lint_subject(const std::filesystem::path& path);

/// Every finding, by file and line, but for those that a comment allows with a reason: `lint: allow RULE: why`, on the line
/// or the one above it. @threads any
std::vector<LintFinding> lint(const LintSubject& subject);

}  // namespace porteur::plugin_tool
