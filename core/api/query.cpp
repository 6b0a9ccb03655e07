// SPDX-License-Identifier: Apache-2.0
#include "api/query.hpp"

#include <algorithm>

#include <porteur/phrase.hpp>

namespace porteur {
namespace {

int hex_value(char letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
    if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
    return -1;
}

// RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const std::size_t more = byte < 0x80   ? 0
                                 : byte < 0xC2 ? 4
                                 : byte < 0xE0 ? 1
                                 : byte < 0xF0 ? 2
                                 : byte < 0xF5 ? 3
                                               : 4;
        if (more == 4 || at + more >= text.size()) return false;
        for (std::size_t index = 1; index <= more; ++index)
            if ((static_cast<unsigned char>(text[at + index]) & 0xC0) != 0x80) return false;
        const auto second = more ? static_cast<unsigned char>(text[at + 1]) : 0;
        if ((byte == 0xE0 && second < 0xA0) || (byte == 0xED && second > 0x9F) ||
            (byte == 0xF0 && second < 0x90) || (byte == 0xF4 && second > 0x8F))
            return false;
        at += more + 1;
    }
    return true;
}

Result<std::string> decoded(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        char letter = text[at];
        if (letter == '+') letter = ' ';
        if (letter == '%') {
            const int high = at + 2 < text.size() ? hex_value(text[at + 1]) : -1;
            const int low = at + 2 < text.size() ? hex_value(text[at + 2]) : -1;
            if (high < 0 || low < 0)
                return failure(
                    ErrorKind::invalid_input, "the query has a \"%\" without two hexadecimal digits"
                );
            letter = static_cast<char>(high * 16 + low);
            at += 2;
        }
        if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F)
            return failure(ErrorKind::invalid_input, "the query has a control byte");
        out += letter;
    }
    if (!is_utf8(out)) return failure(ErrorKind::invalid_input, "the query is not UTF-8");
    return out;
}

bool is_known(std::string_view known, std::string_view name) {
    while (!known.empty()) {
        const auto blank = std::min(known.find(' '), known.size());
        if (known.substr(0, blank) == name) return true;
        known.remove_prefix(std::min(blank + 1, known.size()));
    }
    return false;
}

}  // namespace

Result<Fields> read_query(std::string_view query, std::string_view known) {
    Fields out;
    while (!query.empty()) {
        const auto end = std::min(query.find('&'), query.size());
        const auto pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        const auto equals = std::min(pair.find('='), pair.size());
        auto name = decoded(pair.substr(0, equals));
        auto value = decoded(pair.substr(std::min(equals + 1, pair.size())));
        if (!name) return std::unexpected(std::move(name).error());
        if (!value) return std::unexpected(std::move(value).error());
        if (!is_known(known, *name)) {
            if (is_known(known, any_other_parameter)) continue;
            return failure(
                ErrorKind::invalid_input,
                known.empty() ? phrase("there is no parameter {1} here, and no other", quoted(*name, 40))
                              : phrase("there is no parameter {1}; there are: {2}", quoted(*name, 40), known)
            );
        }
        if (std::ranges::find(out, *name, &Fields::value_type::first) != out.end())
            return failure(
                ErrorKind::invalid_input, phrase("the parameter {1} stands there twice", *name)
            );
        out.emplace_back(std::move(*name), std::move(*value));
    }
    return out;
}

}  // namespace porteur
