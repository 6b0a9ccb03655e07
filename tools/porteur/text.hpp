// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace porteur::cli {

/// How many columns a terminal needs for UTF-8 text: combining marks none, East Asian wide
/// characters and emoji two, a byte that is not UTF-8 one.
/// @source Unicode 15.0, EastAsianWidth.txt (W and F) and general categories Mn and Me, in blocks
/// @threads any
std::size_t display_width(std::string_view text);

/// Foreign text made fit for a terminal: control characters, which could move the cursor or
/// recolour the screen, become \xNN; a line break becomes a blank. @threads any
std::string printable(std::string_view text);

/// `text` and as many blanks as fill `width` columns; text that is wider stays whole. @threads any
std::string padded(std::string_view text, std::size_t width);

/// An RFC 3339 time as this machine's zone has it: "2026-12-01 10:30:00". Text of any other form
/// comes back as it is. @threads any, while nobody changes TZ
std::string local_time(std::string_view rfc3339);

enum class Colour { none, green, yellow, red, bold, dim };

/// `text` between the codes of a colour, or as it is for Colour::none. @source ECMA-48, SGR
std::string painted(std::string_view text, Colour colour);

/// The colour of an order's state or delivery. @threads any
Colour colour_of(std::string_view state);

}  // namespace porteur::cli
