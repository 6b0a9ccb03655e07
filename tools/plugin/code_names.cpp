// SPDX-License-Identifier: Apache-2.0
#include "code_names.hpp"

#include <algorithm>
#include <array>

#include <porteur/result.hpp>

namespace porteur::plugin_tool {
namespace {

constexpr auto taken = std::to_array<std::string_view>({
    "alignas", "alignof", "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char", "char16_t", "char32_t", "char8_t", "class",
    "co_await", "co_return", "co_yield", "compl", "concept", "const", "const_cast", "consteval", "constexpr", "constinit", "continue", "decltype", "default", "delete",
    "do", "double", "dynamic_cast", "else", "enum", "explicit", "export", "extern", "false", "float", "for", "friend", "goto", "if", "inline", "int", "long", "mutable",
    "namespace", "new", "noexcept", "not", "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected", "public", "register", "reinterpret_cast", "requires",
    "return", "short", "signed", "sizeof", "static", "static_assert", "static_cast", "struct", "switch", "template", "this", "thread_local", "throw", "true", "try",
    "typedef", "typeid", "typename", "union", "unsigned", "using", "virtual", "void", "volatile", "wchar_t", "while", "xor", "xor_eq",
    // macros of the usual headers
    "NULL", "EOF", "errno", "stdin", "stdout", "stderr", "assert", "major", "minor", "linux", "unix", "INFINITY", "NAN", "offsetof", "setjmp",
});

bool is_lower(char letter) { return letter >= 'a' && letter <= 'z'; }
bool is_upper(char letter) { return letter >= 'A' && letter <= 'Z'; }
bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }
char small(char letter) { return is_upper(letter) ? static_cast<char>(letter - 'A' + 'a') : letter; }
char large(char letter) { return is_lower(letter) ? static_cast<char>(letter - 'a' + 'A') : letter; }
bool is_taken(std::string_view name) { return std::ranges::find(taken, name) != taken.end(); }

}  // namespace

bool is_code_name(std::string_view text) {
    if (text.empty() || text.size() > 100 || is_digit(text.front()) || is_taken(text)) return false;
    // Such names belong to the compiler.
    if (text.find("__") != text.npos || (text.size() > 1 && text[0] == '_' && is_upper(text[1]))) return false;
    return std::ranges::all_of(text, [](char letter) { return is_lower(letter) || is_upper(letter) || is_digit(letter) || letter == '_'; });
}

std::string snake_name(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char letter = text[at];
        if (!is_lower(letter) && !is_upper(letter) && !is_digit(letter)) {
            if (!out.empty() && out.back() != '_') out += '_';
            continue;
        }
        // "createOrder" and "APIKey" have a border before the large letter that begins a word.
        const bool begins = is_upper(letter) && at > 0 && (is_lower(text[at - 1]) || is_digit(text[at - 1]) || (is_upper(text[at - 1]) && at + 1 < text.size() && is_lower(text[at + 1])));
        if (begins && !out.empty() && out.back() != '_') out += '_';
        out += small(letter);
    }
    while (out.ends_with('_')) out.pop_back();
    out.resize(std::min<std::size_t>(out.size(), 60));
    while (out.ends_with('_')) out.pop_back();
    if (out.empty() || is_digit(out.front())) out = "n" + out;
    return is_taken(out) ? out + "_" : out;
}

std::string title_name(std::string_view text) {
    // Of "Thinktel.Api.Order" the last part names it; "List[Thinktel.Order]" stays whole.
    if (const auto dot = text.rfind('.'); dot != text.npos && text.find_first_of("[<`") == text.npos && dot + 1 < text.size()) text.remove_prefix(dot + 1);
    std::string out;
    bool begins = true;
    for (const char letter : text) {
        if (!is_lower(letter) && !is_upper(letter) && !is_digit(letter)) {
            begins = true;
            continue;
        }
        out += begins ? large(letter) : letter;
        begins = false;
    }
    out.resize(std::min<std::size_t>(out.size(), 80));
    if (out.empty() || is_digit(out.front())) out = "N" + out;
    return is_taken(out) ? out + "Of" : out;
}

std::string code_text(std::string_view text) {
    static constexpr char digits[] = "01234567";
    std::string out = "\"";
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (byte == '"' || byte == '\\') {
            out += '\\';
            out += letter;
        } else if (byte < 0x20 || byte == 0x7F) {
            out += '\\';
            out += digits[byte >> 6];
            out += digits[(byte >> 3) & 7];
            out += digits[byte & 7];
        } else {
            out += letter;
        }
    }
    return out + "\"";
}

std::string comment_text(std::string_view text, std::size_t length_max) {
    std::string out;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (byte <= 0x20 || byte == 0x7F) {
            if (!out.empty() && out.back() != ' ') out += ' ';
        } else {
            out += letter;
        }
    }
    if (out.size() > length_max) {
        auto end = length_max;
        while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;
        // At a word's end where there is one near.
        if (const auto blank = out.rfind(' ', end); blank != out.npos && blank + 20 > end) end = blank;
        out.resize(end);
        out += " ...";
    }
    while (out.ends_with(' ') || out.ends_with('\\')) out.pop_back();
    return out;
}

}  // namespace porteur::plugin_tool
