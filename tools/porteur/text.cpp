// SPDX-License-Identifier: Apache-2.0
#include "text.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <ctime>

#include <porteur/calendar_text.hpp>

namespace porteur::cli {
namespace {

struct Range {
    char32_t first, last;
};

// Marks that stand over the letter before them, joiners and variation selectors.
constexpr auto zero_width = std::to_array<Range>({
    {0x0300, 0x036F},
    {0x0483, 0x0489},
    {0x0591, 0x05BD},
    {0x0610, 0x061A},
    {0x064B, 0x065F},
    {0x0E34, 0x0E3A},
    {0x0E47, 0x0E4E},
    {0x1AB0, 0x1AFF},
    {0x1DC0, 0x1DFF},
    {0x200B, 0x200F},
    {0x202A, 0x202E},
    {0x2060, 0x2064},
    {0x20D0, 0x20FF},
    {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F},
    {0xFEFF, 0xFEFF},
    {0xE0100, 0xE01EF},
});

constexpr auto double_width = std::to_array<Range>({
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},   {0x2614, 0x2615},
    {0x26A1, 0x26A1},   {0x2705, 0x2705},   {0x274C, 0x274C},   {0x2E80, 0x303E},
    {0x3041, 0x33FF},   {0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},
    {0xA960, 0xA97C},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},
    {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F1E6, 0x1F1FF}, {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F900, 0x1FAFF}, {0x20000, 0x3FFFD},
});

template <std::size_t count>
bool is_in(const std::array<Range, count>& ranges, char32_t letter) {
    const auto after = std::ranges::upper_bound(ranges, letter, {}, &Range::first);
    return after != ranges.begin() && letter <= std::prev(after)->last;
}

struct Letter {
    char32_t code = 0;
    std::size_t size = 1;
    bool valid = false;
};

Letter letter_at(std::string_view text) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {lead, 1, true};
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {};
    char32_t code = lead & (0x7FU >> size);
    for (std::size_t at = 1; at < size; ++at) {
        if ((byte(at) & 0xC0) != 0x80) return {};
        code = (code << 6) | (byte(at) & 0x3F);
    }
    const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
    if (overlong || (code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF) return {};
    return {code, size, true};
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const auto letter = letter_at(text);
        text.remove_prefix(letter.size);
        if (letter.valid && is_in(zero_width, letter.code)) continue;
        width += letter.valid && is_in(double_width, letter.code) ? 2 : 1;
    }
    return width;
}

std::string printable(std::string_view text) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    while (!text.empty()) {
        const auto letter = letter_at(text);
        const auto bytes = text.substr(0, letter.size);
        text.remove_prefix(letter.size);
        // C1 controls (0x80 to 0x9F) begin sequences on some terminals as ESC does.
        const bool control = letter.code < 0x20 || letter.code == 0x7F ||
                             (letter.code >= 0x80 && letter.code < 0xA0);
        // Marks that change the direction of writing can make a line read as another.
        const bool turns = (letter.code >= 0x202A && letter.code <= 0x202E) ||
                           (letter.code >= 0x2066 && letter.code <= 0x2069);
        if (letter.valid && letter.code == '\n') {
            out += ' ';
        } else if (letter.valid && !control && !turns) {
            out += bytes;
        } else if (!turns || !letter.valid) {
            for (const char each : bytes) {
                const auto byte = static_cast<unsigned char>(each);
                out += "\\x";
                out += digits[byte >> 4];
                out += digits[byte & 15];
            }
        }
    }
    return out;
}

std::string padded(std::string_view text, std::size_t width) {
    std::string out(text);
    const auto has = display_width(text);
    if (has < width) out.append(width - has, ' ');
    return out;
}

std::string local_time(std::string_view rfc3339) {
    const auto time = read_rfc3339(rfc3339);
    if (!time) return printable(rfc3339);
    const std::time_t seconds = time->time_since_epoch().count();
    std::tm parts{};
    if (localtime_r(&seconds, &parts) == nullptr) return printable(rfc3339);
    std::array<char, 32> text{};
    const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
    return {text.data(), length};
}

std::string painted(std::string_view text, Colour colour) {
    const char* code = "";
    switch (colour) {
        case Colour::none:
            return std::string(text);
        case Colour::green:
            code = "32";
            break;
        case Colour::yellow:
            code = "33";
            break;
        case Colour::red:
            code = "31";
            break;
        case Colour::bold:
            code = "1";
            break;
        case Colour::dim:
            code = "2";
            break;
    }
    return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

Colour colour_of(std::string_view state) {
    static constexpr auto good = std::to_array<std::string_view>({"completed", "confirmed"});
    static constexpr auto bad =
        std::to_array<std::string_view>({"rejected", "cancelled", "expired", "partial", "exception"}
        );
    static constexpr auto waits = std::to_array<std::string_view>(
        {"needs_documents", "alternates_offered", "waiting_for_person", "in_doubt", "retry_at"}
    );
    const auto is_one_of = [&](const auto& states) {
        return std::ranges::find(states, state) != states.end();
    };
    if (is_one_of(good)) return Colour::green;
    if (is_one_of(bad)) return Colour::red;
    return is_one_of(waits) ? Colour::yellow : Colour::none;
}

}  // namespace porteur::cli
