// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace porteur::tables {

// A spreadsheet runs a cell that begins with = + - @ (also in full width), tab, return or line feed
// as a formula; and where it takes another separator than ours, what stands behind that separator
// inside of a cell begins one, too. An apostrophe in front of the sign makes it text.
// docs/decisions/0019-csv-cells.md says which advice this follows.

/// True if the cell could run as a formula, or looks like one that was made harmless. @threads any
/// @source OWASP, "CSV Injection", read 2026-11
bool needs_defusing(std::string_view cell);

/// With an apostrophe before each sign that could begin a formula. restored() undoes it exactly.
/// @threads any
std::string defused(std::string_view cell);

/// Undoes defused(); other cells stay as they are. Gives `cell` itself, or `room` with the text.
/// @threads any
std::string_view restored(std::string_view cell, std::string& room);

}  // namespace porteur::tables
