// SPDX-License-Identifier: Apache-2.0
#include "domain/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace porteur {
namespace {

template <class Word>
Word loaded(const char* from) {
    Word word;
    std::memcpy(&word, from, sizeof word);
    return word;
}

/// Whether one of eight bytes has to be written as an escape.
bool has_escape(std::uint64_t bytes) {
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101, highs = 0x8080'8080'8080'8080;
    const auto has_below = [](std::uint64_t word, std::uint64_t bound) { return (word - ones * bound) & ~word & highs; };
    return (has_below(bytes, 0x20) | has_below(bytes ^ ones * '"', 1) | has_below(bytes ^ ones * '\\', 1)) != 0;
}

/// Whether no byte has to be written as an escape; eight are looked at in one go, the last of them perhaps twice.
bool is_plain(std::string_view text) {
    const auto* at = text.data();
    const auto* const end = at + text.size();
    if (text.size() >= 8) {
        for (; end - at >= 8; at += 8)
            if (has_escape(loaded<std::uint64_t>(at))) return false;
        return !has_escape(loaded<std::uint64_t>(end - 8));
    }
    if (text.size() >= 4)
        return !has_escape(loaded<std::uint32_t>(at) | static_cast<std::uint64_t>(loaded<std::uint32_t>(end - 4)) << 32U);
    for (; at != end; ++at)
        if (static_cast<unsigned char>(*at) < 0x20 || *at == '"' || *at == '\\') return false;
    return true;
}

}  // namespace

void append_json_number(std::string& out, std::int64_t number) {
    char digits[20];
    const auto written = std::to_chars(digits, digits + sizeof digits, number);
    out.append(digits, written.ptr);
}

void append_json_text(std::string& out, std::string_view text) {
    if (is_plain(text)) {
        // In one go: a page of a list has two thousand texts.
        const auto before = out.size();
        out.append(text.size() + 2, '"');
        if (!text.empty()) std::memcpy(out.data() + before + 1, text.data(), text.size());
        return;
    }
    out += '"';
    std::size_t plain = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte >= 0x20 && byte != '"' && byte != '\\') continue;
        out.append(text, plain, at - plain);
        plain = at + 1;
        switch (byte) {
            case '"':
                out += "\\\"";
                break;
            case '\\':
                out += "\\\\";
                break;
            case '\b':
                out += "\\b";
                break;
            case '\f':
                out += "\\f";
                break;
            case '\n':
                out += "\\n";
                break;
            case '\r':
                out += "\\r";
                break;
            case '\t':
                out += "\\t";
                break;
            default: {
                static constexpr char hex[] = "0123456789abcdef";
                out += "\\u00";
                out += hex[byte >> 4];
                out += hex[byte & 15];
            }
        }
    }
    out.append(text, plain);
    out += '"';
}

}  // namespace porteur
