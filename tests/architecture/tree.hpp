// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace porteur::architecture {

/// One text file of the project.
struct File {
    std::string path;                ///< from the root of the project, with '/'
    std::vector<std::string> lines;  ///< without their line ends
};

using Tree = std::vector<File>;

/// Where a rule is broken and how: "core/mail/smtp.cpp:12: includes ...". A rule that holds gives
/// none.
using Findings = std::vector<std::string>;

/// "path:line: what"; `index` counts lines from 0. @threads any
std::string finding(const File& file, std::size_t index, std::string_view what);

/// Makes a file of invented text, for tests of the rules. @threads any
File file_of(std::string path, std::string_view text);

/// Reads every text file that belongs to the project: what git would commit, or everything but
/// build folders where there is no git repository. Binary files are left out.
///
/// @return  sorted by path; empty if `root` cannot be read
/// @threads any; runs `git`
Tree read_tree(const std::filesystem::path& root);

/// The tree of this project, read once. @threads any
const Tree& project();

/// The file of that path, or nullptr. @threads any
const File* find(const Tree& tree, std::string_view path);

/// True for "core/mail/x.cpp" and "core/". @threads any
bool is_below(std::string_view path, std::string_view folder);

/// "hpp" of "core/x.hpp"; empty for a name without a dot. @threads any
std::string_view extension(std::string_view path);

}  // namespace porteur::architecture
