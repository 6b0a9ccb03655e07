// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

namespace porteur {

/// A place in a file; both count from 1. A column counts characters, not bytes.
struct Position {
    std::uint32_t line = 1, column = 1;
    friend auto operator<=>(const Position&, const Position&) = default;
};

enum class TomlKind { text, integer, real, boolean, time, list, table };

/// One value of a TOML document with the place it stands at, free of toml++'s types.
struct TomlNode {
    TomlKind kind = TomlKind::table;
    std::string key;   ///< its name in the table around it; empty in a list and for the document
    Position key_at;   ///< where the name stands; unset in a list
    Position at;       ///< where the value begins; a table: its header
    std::string text;  ///< TomlKind::text only
    std::int64_t integer = 0;
    bool boolean = false;
    std::vector<TomlNode>
        children;  ///< of a list in its order; of a table in the order of the file
};

/// Reads a TOML 1.0 document.
///
/// @param where  the file's name as a person knows it; begins the message
/// @errors       invalid_input: "file:line:column: not TOML: ..."; the message repeats keys, never
/// a
///               value, as it may be a secret
/// @threads      any; no state, no I/O
Result<TomlNode> parse_toml(std::string_view document, std::string_view where);

/// "config/porteur.toml:7:11"
std::string place(std::string_view where, Position at);

/// A text as a message shows it: quoted and cut, but not an address that may hold a password.
std::string shown(std::string_view text);

/// A value as a message shows it: texts quoted and cut, numbers as they are, "[...]", "{...}".
std::string shown(const TomlNode& node);

}  // namespace porteur
