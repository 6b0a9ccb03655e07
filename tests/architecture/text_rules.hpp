// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tree.hpp"

namespace porteur::architecture {

/// Sources and scripts carry "SPDX-License-Identifier: Apache-2.0" in their first lines. @threads
/// any
Findings without_licence(const Tree& tree);

/// Nothing names a folder of one machine or the host of a package registry. @threads any
Findings machine_names(const Tree& tree);

/// No package-lock.json says from which host a package came: the registry is the machine's choice.
/// @threads any
Findings lock_file_addresses(const Tree& tree);

/// No test sleeps: it waits for a condition or moves its clock. @threads any
Findings sleeps_in_tests(const Tree& tree);

/// Each "to do" in a source names an issue, as in TODO(#12). @threads any
Findings to_dos_without_issue(const Tree& tree);

/// Each .cpp and .c is named by a CMakeLists.txt or .cmake file beside or above it: a test that is
/// not built cannot fail. The template of the SDK is left out, as its user builds it. @threads any
Findings sources_not_built(const Tree& tree);

/// The words in `code marks` in the first column of the tables under a heading of a document.
/// @param heading  the whole line, as in "## Refusal codes"; the section ends at the next of its
/// depth
/// @return         in the order of the document; empty where there is no such heading
/// @threads any
std::vector<std::string> words_under(const File& document, std::string_view heading);

}  // namespace porteur::architecture
