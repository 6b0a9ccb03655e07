// SPDX-License-Identifier: Apache-2.0
#include "include_rules.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string_view>

namespace porteur::architecture {
namespace {

struct Include {
    std::size_t index;  // of the line
    bool angled;        // <...>, else "..."
    std::string path;
};

constexpr std::array core_folders = {"domain",  "tongue",   "numbering", "settings", "store",
                                     "access",  "plugins",  "carriers",  "mail",     "paper",
                                     "tables",  "engine",   "api",       "app",      "inventory"};

// What each folder of core may include besides itself and the SDK. core/app is not in it: it sees
// all.
const std::map<std::string, std::set<std::string>, std::less<>> allowed_in_core = {
    {"domain", {}},
    {"tongue", {}},
    {"numbering", {}},
    {"settings", {"domain"}},
    {"store", {"domain"}},
    {"inventory", {"domain", "numbering", "store"}},
    {"access", {"domain"}},
    {"plugins", {"domain"}},
    {"carriers", {"domain"}},
    {"mail", {"domain"}},
    {"paper", {"domain"}},
    {"tables", {"domain", "numbering"}},
    {"engine", {"domain", "numbering"}},
    {"api", {"domain", "numbering", "tables", "engine", "tongue"}},
};

bool is_header(const File& file) {
    return extension(file.path) == "hpp" || extension(file.path) == "h";
}

bool is_c_or_cpp(const File& file) {
    return is_header(file) || extension(file.path) == "cpp" || extension(file.path) == "c";
}

std::optional<Include> include_on(const std::string& line, std::size_t index) {
    const auto hash = line.find_first_not_of(" \t");
    if (hash == line.npos || line[hash] != '#') return std::nullopt;
    const auto word = line.find_first_not_of(" \t", hash + 1);
    if (word == line.npos || line.compare(word, 7, "include") != 0) return std::nullopt;
    const auto open = line.find_first_of("<\"", word + 7);
    if (open == line.npos) return std::nullopt;
    const auto close = line.find(line[open] == '<' ? '>' : '"', open + 1);
    if (close == line.npos) return std::nullopt;
    return Include{index, line[open] == '<', line.substr(open + 1, close - open - 1)};
}

std::vector<Include> includes_of(const File& file) {
    std::vector<Include> includes;
    for (std::size_t index = 0; index < file.lines.size(); ++index)
        if (auto include = include_on(file.lines[index], index)) includes.push_back(*include);
    return includes;
}

std::string first_folder(std::string_view path) {
    const auto slash = path.find('/');
    return slash == path.npos ? std::string{} : std::string(path.substr(0, slash));
}

bool is_core_folder(std::string_view name) {
    return std::ranges::find(core_folders, name) != core_folders.end();
}

bool starts_with_any(std::string_view path, std::initializer_list<std::string_view> prefixes) {
    return std::ranges::any_of(prefixes, [&](auto prefix) { return path.starts_with(prefix); });
}

// "plugins/thinktel" of "plugins/thinktel/src/wire.cpp".
std::string_view folder_of_depth_two(std::string_view path) {
    return path.substr(0, path.find('/', path.find('/') + 1));
}

// True if a quoted include names a file below `folder`: beside the including file or in any folder
// there.
bool is_own_file(const Tree& tree, std::string_view folder, std::string_view include) {
    const std::string ending = "/" + std::string(include);
    return std::ranges::any_of(tree, [&](const File& file) {
        return is_below(file.path, std::string(folder) + "/") && file.path.ends_with(ending);
    });
}

bool is_standard(const Include& include) {
    return include.angled && include.path.find('/') == std::string::npos;
}

bool is_of_the_product(const File& file) {
    return !is_below(file.path, "tests/") && !is_below(file.path, "tools/simulators/") &&
           !is_below(file.path, "sdk/simulator/kit/") &&
           file.path.find("/tests/") == std::string::npos;
}

bool is_heavy(std::string_view include) {
    return starts_with_any(
        include, {"boost/beast", "boost/locale", "Poco/", "soci/", "soci.h", "toml++/", "sqlite3.h", "libpq-fe.h"}
    );
}

std::string said(const Include& include) {
    return (include.angled ? "<" : "\"") + include.path + (include.angled ? ">" : "\"");
}

}  // namespace

Findings wrong_includes_in_core(const Tree& tree) {
    Findings findings;
    for (const auto& file : tree) {
        if (!is_below(file.path, "core/") || !is_c_or_cpp(file)) continue;
        const auto own = first_folder(std::string_view(file.path).substr(5));
        for (const auto& include : includes_of(file)) {
            const auto there = first_folder(include.path);
            const auto allowed = allowed_in_core.find(own);
            if (include.path.starts_with("../"))
                findings.push_back(finding(
                    file, include.index,
                    said(include) + " climbs; write the path from core/, as in \"mail/smtp.hpp\""
                ));
            else if (is_core_folder(there) && there != own && own != "app" &&
                     (allowed == allowed_in_core.end() || !allowed->second.contains(there)))
                findings.push_back(finding(
                    file, include.index,
                    "core/" + own + " may not include " + said(include) +
                        "; siblings of core never include one another, core/app composes them"
                ));
        }
    }
    return findings;
}

Findings wrong_includes_in_plugins(const Tree& tree) {
    Findings findings;
    for (const auto& file : tree) {
        if (!is_below(file.path, "plugins/") || !is_c_or_cpp(file)) continue;
        const auto own = folder_of_depth_two(file.path);
        const bool is_test = file.path.find("/tests/") != std::string::npos;
        for (const auto& include : includes_of(file)) {
            if (is_standard(include)) continue;
            if (include.angled && include.path.starts_with("porteur/")) continue;
            if (include.angled && is_test && starts_with_any(include.path, {"gtest/", "gmock/"}))
                continue;
            if (!include.angled && is_own_file(tree, own, include.path)) continue;
            findings.push_back(finding(
                file, include.index,
                "a plugin includes <porteur/...>, the standard library and its own files; " +
                    said(include) + " is none of them"
            ));
        }
    }
    return findings;
}

Findings wrong_includes_in_sdk(const Tree& tree) {
    Findings findings;
    for (const auto& file : tree) {
        if (!is_below(file.path, "sdk/include/") || !is_c_or_cpp(file)) continue;
        for (const auto& include : includes_of(file)) {
            if (is_standard(include)) continue;
            if (include.angled &&
                starts_with_any(
                    include.path, {"porteur/", "boost/json", "boost/describe", "boost/mp11"}
                ))
                continue;
            if (!include.angled && is_own_file(tree, "sdk/include", include.path)) continue;
            findings.push_back(finding(
                file, include.index,
                "the SDK is built outside this repository; " + said(include) +
                    " is neither its own, nor standard, nor Boost.JSON or Boost.Describe"
            ));
        }
    }
    return findings;
}

Findings wrong_includes_in_simulators(const Tree& tree) {
    Findings findings;
    for (const auto& file : tree) {
        const bool is_kit = is_below(file.path, "sdk/simulator/");
        if ((!is_kit && !is_below(file.path, "tools/simulators/")) || !is_c_or_cpp(file)) continue;
        for (const auto& include : includes_of(file)) {
            // The kit, which knows no carrier, is what they have in common.
            if (include.angled && include.path.starts_with("porteur/simulator")) continue;
            const bool own = is_own_file(tree, is_kit ? "sdk/simulator" : "tools/simulators", include.path);
            const bool foreign = include.path.starts_with("porteur/") ||
                                 include.path.starts_with("../") ||
                                 is_core_folder(first_folder(include.path));
            if (include.angled ? !include.path.starts_with("porteur/") : own || !foreign) continue;
            findings.push_back(finding(
                file, include.index,
                "a simulator is a second reading of the carrier's documents and shares no code; " +
                    said(include) + " is not its own"
            ));
        }
    }
    return findings;
}

Findings wrong_includes_in_command_line(const Tree& tree) {
    Findings findings;
    // A file of call records is read where it lies, so that only calls travel.
    constexpr std::string_view call_reader = "tables/call_reader.hpp";
    for (const auto& file : tree) {
        if (!is_below(file.path, "tools/porteur/") || !is_of_the_product(file) || !is_c_or_cpp(file)) continue;
        for (const auto& include : includes_of(file)) {
            const auto folder = first_folder(include.path);
            if (include.angled || !is_core_folder(folder) || folder == "tongue" || include.path == call_reader) continue;
            findings.push_back(finding(
                file, include.index,
                "the command line knows the daemon by its API alone; of core it may include tongue and the reader of call records, not " + said(include)
            ));
        }
    }
    return findings;
}

Findings heavy_includes_in_headers(const Tree& tree) {
    Findings findings;
    for (const auto& file : tree) {
        if (!is_of_the_product(file) || !is_header(file)) continue;
        for (const auto& include : includes_of(file))
            if (is_heavy(include.path))
                findings.push_back(finding(
                    file, include.index,
                    said(include) +
                        " in a header is compiled by all who include it; move it to a .cpp"
                ));
    }
    return findings;
}

Findings too_many_beast_sources(const Tree& tree, std::size_t count_max) {
    Findings findings;
    for (const auto& file : tree) {
        if (!is_of_the_product(file) || !is_c_or_cpp(file)) continue;
        const auto includes = includes_of(file);
        const auto beast = std::ranges::find_if(includes, [](const Include& include) {
            return include.path.starts_with("boost/beast");
        });
        if (beast != includes.end())
            findings.push_back(finding(
                file, beast->index,
                "one of the sources that include Beast; at most " + std::to_string(count_max) +
                    " may"
            ));
    }
    return findings.size() > count_max ? findings : Findings{};
}

}  // namespace porteur::architecture
