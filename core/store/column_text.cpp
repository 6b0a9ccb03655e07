// SPDX-License-Identifier: Apache-2.0
#include "store/column_text.hpp"

namespace porteur {
namespace {

bool is_clean(std::string_view text) {
    // Nearly every text is, so that each is read to its end: without a way out the compiler takes many bytes at once.
    bool other = false;
    for (const char letter : text) other |= static_cast<unsigned char>(letter - 1) >= 0x7F;
    return !other;
}

std::size_t utf8_length_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
    const auto lead = byte(at);
    if (lead == 0) return 0;
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xF0 && lead <= 0xF4 ? 4 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xC2 && lead < 0xE0 ? 2 : 0;
    if (length == 0 || at + length > text.size()) return 0;
    for (std::size_t index = at + 1; index < at + length; ++index)
        if ((byte(index) & 0xC0) != 0x80) return 0;
    // Overlong forms, surrogates, and beyond U+10FFFF.
    if ((lead == 0xE0 && byte(at + 1) < 0xA0) || (lead == 0xED && byte(at + 1) > 0x9F) ||
        (lead == 0xF0 && byte(at + 1) < 0x90) || (lead == 0xF4 && byte(at + 1) > 0x8F))
        return 0;
    return length;
}

}  // namespace

std::string joined(const std::vector<Column>& columns, std::size_t from, std::string_view before,
                   std::string_view middle, std::string_view separator) {
    std::string out;
    for (std::size_t at = from; at < columns.size(); ++at) {
        if (!out.empty()) out += separator;
        out += before;
        out += columns[at].name;
        if (!middle.empty()) {
            out += middle;
            out += columns[at].name;
        }
    }
    return out;
}

std::string replaced(const BulkShape& shape) {
    if (shape.key_columns == 0) return {};
    std::string keys, values;
    for (std::size_t at = 0; at < shape.columns.size(); ++at) {
        const std::string name(shape.columns[at].name);
        if (at < static_cast<std::size_t>(shape.key_columns))
            keys += (at > 0 ? ", " : "") + name;
        else
            values += (values.empty() ? "" : ", ") + name + " = excluded." + name;
    }
    // PostgreSQL and SQLite say it alike.
    return " on conflict (" + keys + ") do update set " + values;
}

void clean(std::string& text) {
    if (is_clean(text)) return;
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto length = utf8_length_at(text, at);
        if (length == 0)
            out += '?';
        else
            out.append(text, at, length);
        at += length == 0 ? 1 : length;
    }
    text = std::move(out);
}

}  // namespace porteur
