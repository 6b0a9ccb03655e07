// SPDX-License-Identifier: Apache-2.0
#include "text_rules.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <regex>

namespace porteur::architecture {
namespace {

// Words that these rules look for are written in two pieces here, or as s[l]eep in a pattern, so
// that this file passes them.

bool is_source(const File& file) {
    static const std::set<std::string_view> extensions{"cpp", "hpp", "c",  "h",   "cmake", "py",
                                                       "sh",  "ts",  "js", "mjs", "tsx",   "sql"};
    const bool is_script = !file.lines.empty() && file.lines.front().starts_with("#!");
    return extensions.contains(extension(file.path)) || file.path.ends_with("CMakeLists.txt") ||
           is_script;
}

bool is_test(std::string_view path) {
    return is_below(path, "tests/") || path.find("/tests/") != path.npos;
}

// `first` are words of which a line must hold one before the pattern is tried, as that is slow.
Findings lines_with(
    const Tree& tree, const std::vector<std::string>& first, const std::regex& pattern,
    bool (*applies)(const File&), std::string_view what
) {
    Findings findings;
    for (const auto& file : tree) {
        if (!applies(file)) continue;
        for (std::size_t index = 0; index < file.lines.size(); ++index) {
            const auto& line = file.lines[index];
            const auto is_in_line = [&](const auto& word) { return line.find(word) != line.npos; };
            std::smatch match;
            if (std::ranges::any_of(first, is_in_line) && std::regex_search(line, match, pattern))
                findings.push_back(finding(file, index, match.str() + ": " + std::string(what)));
        }
    }
    return findings;
}

std::string_view folder_above(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == path.npos ? std::string_view{} : path.substr(0, slash);
}

bool names(const File& file, std::string_view word) {
    return std::ranges::any_of(file.lines, [&](const std::string& line) {
        for (auto at = line.find(word); at != line.npos; at = line.find(word, at + 1)) {
            const char before = at == 0 ? ' ' : line[at - 1];
            if (before == ' ' || before == '/' || before == '"' || before == '(') return true;
        }
        return false;
    });
}

}  // namespace

Findings without_licence(const Tree& tree) {
    Findings findings;
    for (const auto& file : tree) {
        if (!is_source(file)) continue;
        const auto first = file.lines | std::views::take(3);
        if (std::ranges::none_of(first, [](const std::string& line) {
                return line.find("SPDX-License-Identifier: Apache-2.0") != line.npos;
            }))
            findings.push_back(
                finding(file, 0, "no SPDX-License-Identifier: Apache-2.0 in the first three lines")
            );
    }
    return findings;
}

Findings machine_names(const Tree& tree) {
    static const std::array<std::string, 7> words = {
        "/wo"
        "rk/",
        "far"
        "m-",
        "registry.npm"
        "js",
        "registry.yarn"
        "pkg",
        "deb.deb"
        "ian",
        "security.deb"
        "ian",
        "npmmir"
        "ror"
    };
    Findings findings;
    for (const auto& file : tree)
        for (std::size_t index = 0; index < file.lines.size(); ++index)
            for (const auto& word : words)
                if (file.lines[index].find(word) != std::string::npos)
                    findings.push_back(
                        finding(file, index, "names a machine or a registry: " + word)
                    );
    return findings;
}

Findings lock_file_addresses(const Tree& tree) {
    static const std::regex address(R"re("resolved"\s*:\s*"[^"]*://[^"]*")re");
    return lines_with(
        tree, {"resolved"}, address,
        [](const File& file) { return file.path.ends_with("package-lock.json"); },
        "write the lock file with npm's omit-lockfile-registry-resolved=true"
    );
}

Findings sleeps_in_tests(const Tree& tree) {
    // The test clock and the effects of a plugin have such functions of their own: only the thread's is meant.
    static const std::regex sleeping(
        R"(\bthis_thread::s[l]eep_(for|until)\b|\b(us[l]eep|nanos[l]eep|set[T]imeout)\s*\()"
        R"(|\bwaitFor[T]imeout\b|\btime\.s[l]eep\s*\(|^\s*s[l]eep\s+[0-9.$])"
    );
    return lines_with(
        tree, {"leep", "imeout"}, sleeping,
        [](const File& file) { return is_source(file) && is_test(file.path); },
        "a test waits for a condition or moves its clock"
    );
}

Findings to_dos_without_issue(const Tree& tree) {
    static const std::regex open(R"(\b(T[O]DO|F[I]XME|X[X]X)\b(?!.*#[0-9]))");
    return lines_with(
        tree, {"ODO", "IXME", "XX"}, open, is_source,
        "name the issue, as in (#12), or do not commit it"
    );
}

Findings sources_not_built(const Tree& tree) {
    Findings findings;
    for (const auto& file : tree) {
        if (extension(file.path) != "cpp" && extension(file.path) != "c") continue;
        if (is_below(file.path, "sdk/template/")) continue;
        const auto name = std::string_view(file.path).substr(file.path.rfind('/') + 1);
        const bool built = std::ranges::any_of(tree, [&](const File& build) {
            const auto folder = folder_above(build.path);
            const bool is_build_file =
                build.path.ends_with("CMakeLists.txt") || extension(build.path) == "cmake";
            const bool is_above = folder.empty() || is_below(file.path, std::string(folder) + "/");
            return is_build_file && is_above && names(build, name);
        });
        if (!built)
            findings.push_back(finding(file, 0, "no CMakeLists.txt beside or above it names it"));
    }
    return findings;
}

std::vector<std::string> words_under(const File& document, std::string_view heading) {
    const auto depth = heading.find_first_not_of('#');
    const auto depth_of = [](const std::string& line) {
        const auto end = line.find_first_not_of('#');
        return end == line.npos || line[end] != ' ' ? 0 : end;
    };
    std::vector<std::string> words;
    auto line = std::ranges::find(document.lines, heading);
    if (line == document.lines.end()) return words;
    for (++line; line != document.lines.end(); ++line) {
        if (depth_of(*line) > 0 && depth_of(*line) <= depth) break;
        if (!line->starts_with("| `")) continue;
        const auto end = line->find('`', 3);
        if (end != line->npos) words.push_back(line->substr(3, end - 3));
    }
    return words;
}

}  // namespace porteur::architecture
