// SPDX-License-Identifier: Apache-2.0
#include "mail/header_text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "mail/text_codec.hpp"

namespace porteur {
namespace {

constexpr std::size_t columns_max = 76;  // RFC 2047 for lines with encoded words; RFC 5322 says 78
constexpr std::size_t encoded_word_max = 75;  // RFC 2047, section 2
constexpr std::string_view word_start = "=?UTF-8?Q?";
constexpr std::string_view word_end = "?=";
constexpr std::string_view hex_digits = "0123456789ABCDEF";

bool is_letter_or_digit(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9');
}

bool is_printable_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char letter) { return letter >= 0x20 && letter < 0x7F; });
}

/// The bytes of the next character, taken off `text`, which is UTF-8.
std::string_view take_character(std::string_view& text) {
    const std::string_view before = text;
    if (!take_utf8(text)) text.remove_prefix(1);
    return before.substr(0, before.size() - text.size());
}

/// One character as the Q encoding has it, in the set that is allowed everywhere, also in a name.
std::string q_token(std::string_view character) {
    if (character == " ") return "_";
    if (character.size() == 1 && (is_letter_or_digit(character[0]) || character == "-")) {
        return std::string(character);
    }
    std::string out;
    for (const char letter : character) {
        const auto byte = static_cast<unsigned char>(letter);
        out += '=';
        out += hex_digits[byte >> 4];
        out += hex_digits[byte & 15];
    }
    return out;
}

std::string encoded_words(std::string_view text, std::size_t column) {
    std::string out;
    std::string word(word_start);
    while (!text.empty()) {
        const std::string token = q_token(take_character(text));
        const std::size_t length = word.size() + token.size() + word_end.size();
        if (length > encoded_word_max || column + length > columns_max) {
            // A first line that is too full already is left for the next one.
            if (word.size() > word_start.size()) out += word + std::string(word_end);
            out += "\r\n ";
            word = word_start;
            column = 1;
        }
        word += token;
    }
    return out + word + std::string(word_end);
}

std::string percent_token(std::string_view character) {
    // RFC 2231's attribute-char without those that some readers stumble over.
    if (character.size() == 1 && (is_letter_or_digit(character[0]) || character == "-" ||
                                  character == "." || character == "_")) {
        return std::string(character);
    }
    std::string out;
    for (const char letter : character) {
        const auto byte = static_cast<unsigned char>(letter);
        out += '%';
        out += hex_digits[byte >> 4];
        out += hex_digits[byte & 15];
    }
    return out;
}

/// The name for readers that know ASCII only: no accents, quotes or path, short, the ending kept.
std::string plain_file_name(std::string_view name) {
    constexpr std::size_t length_max = 60;
    std::string plain = fold_to_ascii(name);
    for (char& letter : plain) {
        if (std::string_view("\"\\/:<>|?*").find(letter) != std::string_view::npos) letter = '_';
    }
    if (plain.size() <= length_max) return plain;
    const auto dot = plain.rfind('.');
    const std::string ending =
        dot != plain.npos && plain.size() - dot <= 10 ? plain.substr(dot) : std::string();
    return plain.substr(0, length_max - ending.size()) + ending;
}

std::optional<int> hex_pair(std::string_view text) {
    int value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value, 16);
    if (text.size() != 2 || read.ptr != text.data() + 2 || text[0] == '-') return std::nullopt;
    return value;
}

std::string decode_escapes(std::string_view text, char escape, bool underscore_is_blank) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto value = text[at] == escape ? hex_pair(text.substr(at + 1, 2)) : std::nullopt;
        if (value) {
            out += static_cast<char>(*value);
            at += 2;
        } else {
            out += underscore_is_blank && text[at] == '_' ? ' ' : text[at];
        }
    }
    return out;
}

/// One encoded word at the start of `text`: its charset, its bytes and its length.
struct EncodedWord {
    std::string charset;
    std::string bytes;
    std::size_t length = 0;
};

std::optional<EncodedWord> read_encoded_word(std::string_view text) {
    if (!text.starts_with("=?")) return std::nullopt;
    // Some senders exceed the 75 characters of RFC 2047; a bound keeps hostile text from costing
    // squares.
    text = text.substr(0, 2000);
    const auto charset_end = text.find('?', 2);
    if (charset_end == text.npos || charset_end + 2 >= text.size()) return std::nullopt;
    if (text[charset_end + 2] != '?') return std::nullopt;
    const auto end = text.find("?=", charset_end + 3);
    if (end == text.npos) return std::nullopt;
    std::string_view charset = text.substr(2, charset_end - 2);
    charset = charset.substr(0, charset.find('*'));  // RFC 2231 allows a language after it
    const auto content = text.substr(charset_end + 3, end - charset_end - 3);
    if (content.find_first_of("\r\n") != content.npos) return std::nullopt;
    EncodedWord word{.charset = std::string(charset), .bytes = {}, .length = end + 2};
    switch (text[charset_end + 1]) {
        case 'q':
        case 'Q':
            word.bytes = decode_escapes(content, '=', true);
            return word;
        case 'b':
        case 'B':
            word.bytes = decode_base64(content);
            return word;
        default:
            return std::nullopt;
    }
}

}  // namespace

std::string encode_header_text(std::string_view text, std::size_t column) {
    const bool plain = is_printable_ascii(text) && text.find("=?") == text.npos &&
                       text.find("  ") == text.npos && column + text.size() <= columns_max &&
                       trimmed(text) == text;
    return plain ? std::string(text) : encoded_words(text, column);
}

std::string encode_display_name(std::string_view name, std::size_t column) {
    // Outer and double blanks would be lost, in quotes too.
    if (!is_printable_ascii(name) || name.find("=?") != name.npos || trimmed(name) != name ||
        name.find("  ") != name.npos || column + name.size() + 2 > columns_max) {
        return encoded_words(name, column);
    }
    if (std::ranges::all_of(name, [](char letter) {
            return letter == ' ' || is_letter_or_digit(letter);
        })) {
        return std::string(name);
    }
    std::string out = "\"";
    for (const char letter : name) {
        if (letter == '"' || letter == '\\') out += '\\';
        out += letter;
    }
    return out + '"';
}

std::string decode_header_text(std::string_view text) {
    std::string out;
    std::string word_bytes;  // words of one charset are joined first: some split a character in two
    std::string word_charset;
    const auto flush = [&] {
        out += to_utf8(word_bytes, word_charset);
        word_bytes.clear();
    };
    std::string raw;
    bool after_word = false;
    for (std::size_t at = 0; at < text.size();) {
        if (const auto word = read_encoded_word(text.substr(at))) {
            // Blanks between two encoded words do not count.
            if (!after_word || !trimmed(raw).empty()) {
                flush();
                out += to_utf8(raw, "");
            }
            raw.clear();
            if (after_word && !equal_ascii_case(word->charset, word_charset)) flush();
            word_charset = word->charset;
            word_bytes += word->bytes;
            at += word->length;
            after_word = true;
        } else {
            // Only line ends of folding are here; a blank follows each.
            if (text[at] != '\r' && text[at] != '\n') raw += text[at];
            if (text[at] != ' ' && text[at] != '\t' && text[at] != '\r' && text[at] != '\n' &&
                after_word) {
                flush();
                after_word = false;
            }
            ++at;
        }
    }
    flush();
    return out + to_utf8(raw, "");
}

std::string encode_file_name(std::string_view parameter, std::string_view name) {
    const std::string plain = plain_file_name(name);
    const std::string plain_line = "\r\n " + std::string(parameter) + "=\"" + plain + '"';
    // Some readers take outer and double blanks away, in quotes too.
    const bool exact = plain == name && trimmed(name) == name && name.find("  ") == name.npos;
    if (exact) return plain_line;

    constexpr std::size_t line_max = 76;
    std::vector<std::string> pieces(1);
    std::string_view left = name;
    while (!left.empty()) {
        const std::string token = percent_token(take_character(left));
        // Blank, parameter, "*12*=", the charset and ';' stand beside the piece.
        const std::size_t beside = 1 + parameter.size() + 5 + (pieces.size() == 1 ? 7 : 0) + 1;
        if (pieces.back().size() + token.size() + beside > line_max) pieces.emplace_back();
        pieces.back() += token;
    }
    std::string out;
    for (std::size_t number = 0; number < pieces.size(); ++number) {
        out += "\r\n " + std::string(parameter);
        out += pieces.size() == 1 ? "*=" : "*" + std::to_string(number) + "*=";
        if (number == 0) out += "UTF-8''";
        out += pieces[number] + ';';
    }
    return out + plain_line;
}

StructuredValue read_structured(std::string_view field) {
    constexpr std::size_t parameters_max = 100;
    struct Piece {
        std::string text;
        bool encoded = false;
    };
    std::map<std::string, std::map<int, Piece>> pieces;
    StructuredValue out;
    std::size_t at = field.find(';');
    out.value = lower_ascii(trimmed(field.substr(0, at)));
    for (std::size_t count = 0; at < field.size() && count < parameters_max; ++count) {
        const auto equals = field.find_first_of("=;", ++at);
        if (equals == field.npos) break;
        if (field[equals] == ';') {
            at = equals;
            continue;
        }
        std::string name = lower_ascii(trimmed(field.substr(at, equals - at)));
        at = field.find_first_not_of(" \t\r\n", equals + 1);
        if (at == field.npos) break;
        std::string value;
        if (field[at] == '"') {
            for (++at; at < field.size() && field[at] != '"'; ++at) {
                if (field[at] == '\\' && at + 1 < field.size()) ++at;
                if (field[at] != '\r' && field[at] != '\n') value += field[at];
            }
            at = field.find(';', at);
        } else {
            const auto end = field.find(';', at);
            value = std::string(trimmed(field.substr(at, end == field.npos ? end : end - at)));
            at = end;
        }
        const auto star = name.find('*');
        if (star == name.npos) {
            out.parameters.try_emplace(name, decode_header_text(value));
            continue;
        }
        const bool encoded = name.ends_with('*');
        const std::string number =
            name.substr(star + 1, name.size() - star - 1 - (encoded ? 1 : 0));
        int section = 0;
        if (!number.empty()) {
            const auto read =
                std::from_chars(number.data(), number.data() + number.size(), section);
            if (read.ec != std::errc{} || section < 0 || section > 1000) continue;
        }
        pieces[name.substr(0, star)].try_emplace(section, Piece{std::move(value), encoded});
    }
    for (const auto& [name, sections] : pieces) {
        std::string charset;
        std::string bytes;
        int expected = 0;
        for (const auto& [section, piece] : sections) {
            if (section != expected++) break;
            std::string_view text = piece.text;
            if (piece.encoded && section == 0) {
                const auto charset_end = text.find('\'');
                const auto language_end =
                    charset_end == text.npos ? text.npos : text.find('\'', charset_end + 1);
                if (language_end != text.npos) {
                    charset = std::string(text.substr(0, charset_end));
                    text.remove_prefix(language_end + 1);
                }
            }
            bytes += piece.encoded ? decode_escapes(text, '%', false) : std::string(text);
        }
        if (expected > 0 && !sections.empty() && sections.begin()->first == 0) {
            out.parameters[name] =
                to_utf8(bytes, charset);  // the exact name wins over the plain one
        }
    }
    return out;
}

}  // namespace porteur
