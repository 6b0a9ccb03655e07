// SPDX-License-Identifier: Apache-2.0
#include "mail/text_codec.hpp"

#include <openssl/evp.h>

#include <Poco/Exception.h>
#include <Poco/TextConverter.h>
#include <Poco/TextEncoding.h>
#include <Poco/UTF8Encoding.h>
#include <Poco/Windows1252Encoding.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace porteur {
namespace {

// From U+00C0; the letter, or letters, that remain when the accent is taken off.
constexpr std::array<std::string_view, 64> latin_1_folded{
    "A", "A", "A", "A", "A", "A", "AE", "C", "E", "E", "E", "E", "I", "I", "I",  "I",
    "D", "N", "O", "O", "O", "O", "O",  "x", "O", "U", "U", "U", "U", "Y", "Th", "ss",
    "a", "a", "a", "a", "a", "a", "ae", "c", "e", "e", "e", "e", "i", "i", "i",  "i",
    "d", "n", "o", "o", "o", "o", "o",  "-", "o", "u", "u", "u", "u", "y", "th", "y"
};

// From U+0100 to U+017F, one letter each; the four that need two are named in fold_one().
constexpr std::string_view latin_a_folded =
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlLlLlNnNnNnnNnOoOoOoOoRrRrRrSsSs"
    "Ss"
    "SsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
static_assert(latin_a_folded.size() == 128);

std::string_view fold_one(char32_t letter) {
    if (letter >= 0xC0 && letter <= 0xFF) return latin_1_folded[letter - 0xC0];
    switch (letter) {
        case 0xA0:
        case 0x202F:
        case 0x2009:
            return " ";
        case 0xAB:
        case 0xBB:
        case 0x2018:
        case 0x2019:
        case 0x201C:
        case 0x201D:
            return "'";
        case 0x2010:
        case 0x2011:
        case 0x2012:
        case 0x2013:
        case 0x2014:
            return "-";
        case 0x20AC:
            return "EUR";
        case 0x132:
            return "IJ";
        case 0x133:
            return "ij";
        case 0x152:
            return "OE";
        case 0x153:
            return "oe";
        default:
            break;
    }
    if (letter >= 0x100 && letter <= 0x17F) return latin_a_folded.substr(letter - 0x100, 1);
    return "_";
}

bool is_combining(char32_t letter) { return letter >= 0x300 && letter <= 0x36F; }

int hex_value(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    return -1;
}

constexpr std::string_view hex_digits = "0123456789ABCDEF";

}  // namespace

std::optional<char32_t> take_utf8(std::string_view& text) {
    if (text.empty()) return std::nullopt;
    const auto first = static_cast<unsigned char>(text[0]);
    std::size_t length = 1;
    char32_t value = first;
    char32_t smallest = 0;
    if (first >= 0x80) {
        if (first >= 0xC2 && first <= 0xDF) {
            length = 2, value = first & 0x1F, smallest = 0x80;
        } else if (first >= 0xE0 && first <= 0xEF) {
            length = 3, value = first & 0x0F, smallest = 0x800;
        } else if (first >= 0xF0 && first <= 0xF4) {
            length = 4, value = first & 0x07, smallest = 0x10000;
        } else {
            return std::nullopt;
        }
        if (text.size() < length) return std::nullopt;
        for (std::size_t at = 1; at < length; ++at) {
            const auto byte = static_cast<unsigned char>(text[at]);
            if ((byte & 0xC0) != 0x80) return std::nullopt;
            value = (value << 6) | (byte & 0x3F);
        }
        if (value < smallest || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
            return std::nullopt;
        }
    }
    text.remove_prefix(length);
    return value;
}

bool is_valid_utf8(std::string_view text) {
    while (!text.empty()) {
        if (!take_utf8(text)) return false;
    }
    return true;
}

std::optional<char32_t> find_control(std::string_view text) {
    while (!text.empty()) {
        const auto letter = take_utf8(text);
        if (!letter) return static_cast<unsigned char>(text[0]);
        if (*letter < 0x20 || (*letter >= 0x7F && *letter <= 0x9F) || *letter == 0x2028 ||
            *letter == 0x2029) {
            return letter;
        }
    }
    return std::nullopt;
}

std::string fold_to_ascii(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto letter = take_utf8(text);
        if (!letter) {
            text.remove_prefix(1);
            out += '_';
        } else if (*letter < 0x80) {
            out += static_cast<char>(*letter);
        } else if (!is_combining(*letter)) {
            out += fold_one(*letter);
        }
    }
    return out;
}

std::string encode_quoted_printable(std::string_view text) {
    constexpr std::size_t columns_max = 76;
    std::string out;
    out.reserve(text.size() + text.size() / 16 + 2);
    std::size_t column = 0;
    const auto put = [&](std::string_view token, bool last_of_line) {
        // One column stays free for the '=' of a soft line end, unless the line ends here anyway.
        if (column + token.size() > columns_max - (last_of_line ? 0 : 1)) {
            out += "=\r\n";
            column = 0;
        }
        out += token;
        column += token.size();
    };
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char letter = text[at];
        if (letter == '\r' || letter == '\n') {
            if (letter == '\r' && at + 1 < text.size() && text[at + 1] == '\n') ++at;
            out += "\r\n";
            column = 0;
            continue;
        }
        const bool last = at + 1 == text.size() || text[at + 1] == '\r' || text[at + 1] == '\n';
        const auto byte = static_cast<unsigned char>(letter);
        const bool blank = letter == ' ' || letter == '\t';
        // "From " and a dot at the start of a line are altered by some mail stores on the way.
        const bool touchy = column == 0 && (letter == '.' || text.substr(at).starts_with("From "));
        if ((byte > 0x20 && byte < 0x7F && letter != '=' && !touchy) || (blank && !last)) {
            put(std::string_view(&letter, 1), last);
        } else {
            const char token[3] = {'=', hex_digits[byte >> 4], hex_digits[byte & 15]};
            put(std::string_view(token, 3), last);
        }
    }
    if (!out.empty() && !out.ends_with("\r\n")) out += "\r\n";
    return out;
}

std::string decode_quoted_printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '=') {
            out += text[at];
            continue;
        }
        if (at + 2 < text.size() && hex_value(text[at + 1]) >= 0 && hex_value(text[at + 2]) >= 0) {
            out += static_cast<char>(hex_value(text[at + 1]) * 16 + hex_value(text[at + 2]));
            at += 2;
            continue;
        }
        // A soft line end, perhaps with blanks that a mail store added.
        std::size_t end = at + 1;
        while (end < text.size() && (text[end] == ' ' || text[end] == '\t')) ++end;
        if (end < text.size() && text[end] == '\r') ++end;
        if (end < text.size() && text[end] == '\n') {
            at = end;
        } else if (end >= text.size()) {
            break;
        } else {
            out += '=';
        }
    }
    return out;
}

std::string encode_base64_lines(std::string_view bytes) {
    constexpr std::size_t line_bytes = 57;  // 76 characters
    std::string out;
    out.reserve((bytes.size() + line_bytes - 1) / line_bytes * 78);
    std::array<unsigned char, 80> line{};  // EVP_EncodeBlock ends it with a NUL
    for (std::size_t at = 0; at < bytes.size(); at += line_bytes) {
        const auto part = bytes.substr(at, line_bytes);
        const int length = EVP_EncodeBlock(
            line.data(), reinterpret_cast<const unsigned char*>(part.data()),
            static_cast<int>(part.size())
        );
        out.append(reinterpret_cast<const char*>(line.data()), static_cast<std::size_t>(length));
        out += "\r\n";
    }
    return out;
}

std::string decode_base64(std::string_view text) {
    std::string out;
    out.reserve(text.size() / 4 * 3);
    std::uint32_t bits = 0;
    int count = 0;
    for (const char letter : text) {
        std::uint32_t value = 0;
        if (letter >= 'A' && letter <= 'Z') {
            value = static_cast<std::uint32_t>(letter - 'A');
        } else if (letter >= 'a' && letter <= 'z') {
            value = static_cast<std::uint32_t>(letter - 'a' + 26);
        } else if (letter >= '0' && letter <= '9') {
            value = static_cast<std::uint32_t>(letter - '0' + 52);
        } else if (letter == '+') {
            value = 62;
        } else if (letter == '/') {
            value = 63;
        } else if (letter == '=') {
            break;
        } else {
            continue;
        }
        bits = (bits << 6) | value;
        if (++count == 4) {
            out += static_cast<char>(bits >> 16 & 0xFF);
            out += static_cast<char>(bits >> 8 & 0xFF);
            out += static_cast<char>(bits & 0xFF);
            bits = 0, count = 0;
        }
    }
    if (count >= 2) out += static_cast<char>((bits << (6 * (4 - count))) >> 16 & 0xFF);
    if (count == 3) out += static_cast<char>((bits << 6) >> 8 & 0xFF);
    return out;
}

std::string to_utf8(std::string_view bytes, std::string_view charset) {
    const bool seven_bit =
        std::ranges::all_of(bytes, [](char letter) { return (letter & 0x80) == 0; });
    if (equal_ascii_case(charset, "utf-16") || equal_ascii_case(charset, "utf-7")) charset = "";
    if (seven_bit || is_valid_utf8(bytes)) return std::string(bytes);
    // ISO-8859-1 is read as its superset Windows-1252, as every mail reader does.
    Poco::TextEncoding::Ptr from;
    if (!charset.empty() && charset.size() < 40 && !equal_ascii_case(charset, "utf-8") &&
        !equal_ascii_case(charset, "us-ascii") && !equal_ascii_case(charset, "iso-8859-1")) {
        from = Poco::TextEncoding::find(std::string(charset));
    }
    if (!from) from = new Poco::Windows1252Encoding;
    const Poco::UTF8Encoding utf_8;
    std::string out;
    try {
        Poco::TextConverter(*from, utf_8).convert(std::string(bytes), out);
    } catch (const Poco::Exception&) {
        return fold_to_ascii(bytes);
    }
    return is_valid_utf8(out) ? out : fold_to_ascii(out);
}

std::string lower_ascii(std::string_view text) {
    std::string out(text);
    for (char& letter : out) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
    return out;
}

bool equal_ascii_case(std::string_view left, std::string_view right) {
    return left.size() == right.size() && lower_ascii(left) == lower_ascii(right);
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace porteur
