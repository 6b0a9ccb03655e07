// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tree.hpp"

namespace porteur::architecture {

// Which folder may include which: the table of CONTRIBUTING.md, read from the include lines. Each
// rule takes a whole tree and gives what breaks it.

/// core/X includes only what the table allows X; never up and down with "../". @threads any
Findings wrong_includes_in_core(const Tree& tree);

/// plugins/X includes <porteur/...>, the standard library and its own files; its tests GoogleTest
/// too.
/// @threads any
Findings wrong_includes_in_plugins(const Tree& tree);

/// sdk includes itself, the standard library, Boost.JSON, Boost.Describe and what Describe needs
/// (Mp11).
/// @threads any
Findings wrong_includes_in_sdk(const Tree& tree);

/// tools/simulators shares nothing with the SDK, the core and the plugins. @threads any
Findings wrong_includes_in_simulators(const Tree& tree);

/// tools/porteur includes of the core only tongue. @threads any
Findings wrong_includes_in_command_line(const Tree& tree);

/// Headers of the product keep Beast, Boost.Locale, Poco, SOCI, SQL and toml++ out. @threads any
Findings heavy_includes_in_headers(const Tree& tree);

/// At most `count_max` sources of the product include Beast, as each costs 15 s to compile; gives
/// all of them when there are more. @threads any
Findings too_many_beast_sources(const Tree& tree, std::size_t count_max = 4);

}  // namespace porteur::architecture
