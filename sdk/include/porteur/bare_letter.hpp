// SPDX-License-Identifier: Apache-2.0
#pragma once

// Names and addresses are written with accents and without. Include it where an adapter compares them.

namespace porteur {

/// The letter under an accent of French, in lower case, as 'e' of "É".
/// @param second  the byte after 0xC3 of the letter's UTF-8 form
/// @return        0 where it is no accented letter of French
/// @threads       any
constexpr char bare_letter(unsigned char second) noexcept {
    if (second >= 0xA0) second = static_cast<unsigned char>(second - 0x20);  // small to capital
    if (second >= 0x80 && second <= 0x85) return 'a';
    if (second == 0x87) return 'c';
    if (second >= 0x88 && second <= 0x8B) return 'e';
    if (second >= 0x8C && second <= 0x8F) return 'i';
    if (second >= 0x92 && second <= 0x96) return 'o';
    if (second >= 0x99 && second <= 0x9C) return 'u';
    return 0;
}

}  // namespace porteur
