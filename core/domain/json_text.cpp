// SPDX-License-Identifier: Apache-2.0
#include "domain/json_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace porteur {
namespace {

/// Whether no byte has to be written as an escape; eight are looked at in one go.
bool is_plain(std::string_view text) {
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101, highs = 0x8080'8080'8080'8080;
    const auto has_below = [](std::uint64_t bytes, std::uint64_t bound) { return (bytes - ones * bound) & ~bytes & highs; };
    std::uint64_t bytes = 0;
    for (; !text.empty(); text.remove_prefix(std::min<std::size_t>(text.size(), 8))) {
        bytes = ones * 'x';
        std::memcpy(&bytes, text.data(), std::min<std::size_t>(text.size(), 8));
        if ((has_below(bytes, 0x20) | has_below(bytes ^ ones * '"', 1) | has_below(bytes ^ ones * '\\', 1)) != 0) return false;
    }
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
        out += '"';
        out += text;
        out += '"';
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
