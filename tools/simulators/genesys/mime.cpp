// SPDX-License-Identifier: Apache-2.0
#include "mime.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "kit/encoding.hpp"

namespace porteur::sim {
namespace {

// Deeper nesting than any mail program makes.
constexpr int depth_max = 10;

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string decode_quoted_printable(std::string_view text, bool is_word) {
    std::string decoded;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (is_word && text[at] == '_') {
            decoded += ' ';
        } else if (text[at] != '=') {
            decoded += text[at];
        } else if (text.substr(at + 1, 1) == "\n") {
            ++at;  // a soft line break
        } else if (text.substr(at + 1, 2) == "\r\n") {
            at += 2;
        } else {
            const std::string escaped = "%" + std::string(text.substr(at + 1, 2));
            decoded += decode_percent(escaped);
            at += 2;
        }
    }
    return decoded;
}

/// "=?utf-8?B?...?=" in a header; two such words apart by blanks only are one.
std::string decode_words(std::string_view text) {
    std::string decoded;
    bool after_word = false;
    while (!text.empty()) {
        const auto start = text.find("=?");
        const auto charset = start == text.npos ? text.npos : text.find('?', start + 2);
        const auto kind = charset == text.npos ? text.npos : text.find('?', charset + 1);
        const auto end = kind == text.npos ? text.npos : text.find("?=", kind + 1);
        if (end == text.npos) return decoded + std::string(text);
        const auto between = text.substr(0, start);
        if (!after_word || !trim(between).empty()) decoded += between;
        const auto word = text.substr(kind + 1, end - kind - 1);
        const auto letter = to_lower(text.substr(charset + 1, kind - charset - 1));
        decoded +=
            letter == "b" ? decode_base64(word).value_or("") : decode_quoted_printable(word, true);
        text.remove_prefix(end + 2);
        after_word = true;
    }
    return decoded;
}

struct Entity {
    Fields headers;
    std::string_view body;

    std::string_view header(std::string_view name) const {
        for (const auto& [key, value] : headers) {
            if (key == name) return value;
        }
        return {};
    }
};

Entity split_entity(std::string_view raw) {
    Entity entity;
    while (!raw.empty()) {
        auto end = raw.find('\n');
        const auto line = raw.substr(0, end);
        raw.remove_prefix(end == raw.npos ? raw.size() : end + 1);
        if (trim(line).empty()) break;
        if ((line[0] == ' ' || line[0] == '\t') && !entity.headers.empty()) {
            entity.headers.back().second += " " + std::string(trim(line));
            continue;
        }
        const auto colon = line.find(':');
        if (colon == line.npos) continue;
        entity.headers.emplace_back(
            to_lower(trim(line.substr(0, colon))), std::string(trim(line.substr(colon + 1)))
        );
    }
    entity.body = raw;
    return entity;
}

/// A parameter of a header: charset of `text/plain; charset="utf-8"`; RFC 2231's name*=utf-8''...
/// too.
std::string parameter(std::string_view field, std::string_view name) {
    auto rest = field.substr(std::min(field.size(), field.find(';')));
    std::string pieces;
    while (!rest.empty()) {
        rest.remove_prefix(1);
        const auto equals = rest.find('=');
        if (equals == rest.npos) break;
        const auto key = to_lower(trim(rest.substr(0, equals)));
        rest.remove_prefix(equals + 1);
        while (rest.starts_with(' ')) rest.remove_prefix(1);
        std::string value;
        if (rest.starts_with('"')) {
            rest.remove_prefix(1);
            while (!rest.empty() && rest[0] != '"') {
                if (rest[0] == '\\' && rest.size() > 1) rest.remove_prefix(1);
                value += rest[0];
                rest.remove_prefix(1);
            }
        } else {
            value = trim(rest.substr(0, rest.find(';')));
        }
        rest.remove_prefix(std::min(rest.size(), rest.find(';')));
        if (key == name) return decode_words(value);
        if (!key.starts_with(std::string(name) + "*")) continue;
        if (key.ends_with('*')) {
            const auto quote = value.rfind('\'');
            value = decode_percent(value.substr(quote == value.npos ? 0 : quote + 1));
        }
        pieces += value;
    }
    return pieces;
}

std::string decode_body(const Entity& entity) {
    const auto encoding = to_lower(entity.header("content-transfer-encoding"));
    if (encoding == "base64") return decode_base64(entity.body).value_or("");
    if (encoding == "quoted-printable") return decode_quoted_printable(entity.body, false);
    return std::string(entity.body);
}

std::string without_tags(std::string_view html) {
    std::string text;
    bool inside = false;
    for (const char letter : html) {
        if (letter == '<') inside = true;
        if (!inside) text += letter;
        if (letter == '>') {
            inside = false;
            text += ' ';
        }
    }
    return text;
}

struct Parts {
    std::string plain;
    std::string html;
    std::vector<MailAttachment> attachments;
};

void read_parts(const Entity& entity, Parts& parts, int depth) {
    auto type = to_lower(trim(entity.header("content-type")
                                  .substr(
                                      0, std::min(
                                             entity.header("content-type").size(),
                                             entity.header("content-type").find(';')
                                         )
                                  )));
    if (type.empty()) type = "text/plain";
    if (type.starts_with("multipart/") && depth < depth_max) {
        const auto boundary = "--" + parameter(entity.header("content-type"), "boundary");
        auto rest = entity.body;
        std::optional<std::size_t> open;
        for (std::size_t at = 0; at <= rest.size();) {
            const auto end = std::min(rest.size(), rest.find('\n', at));
            const auto line = trim(rest.substr(at, end - at));
            if (line == boundary || line == boundary + "--") {
                if (open) {
                    // The line break before a boundary belongs to it.
                    auto part = rest.substr(*open, at - *open);
                    if (part.ends_with('\n')) part.remove_suffix(1);
                    if (part.ends_with('\r')) part.remove_suffix(1);
                    read_parts(split_entity(part), parts, depth + 1);
                }
                open = end + 1;
                if (line != boundary) break;
            }
            at = end + 1;
        }
        return;
    }
    auto name = parameter(entity.header("content-disposition"), "filename");
    if (name.empty()) name = parameter(entity.header("content-type"), "name");
    const auto disposition = to_lower(entity.header("content-disposition"));
    if (name.empty() && !disposition.starts_with("attachment")) {
        if (type == "text/plain") parts.plain += decode_body(entity);
        if (type == "text/html") parts.html += decode_body(entity);
        if (type.starts_with("text/")) return;
    }
    parts.attachments.push_back({name, type, decode_body(entity)});
}

}  // namespace

std::string Mail::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (key == name) return value;
    }
    return {};
}

Mail parse_mail(std::string_view raw) {
    auto entity = split_entity(raw);
    Parts parts;
    read_parts(entity, parts, 0);
    Mail mail;
    mail.headers = std::move(entity.headers);
    for (auto& [name, value] : mail.headers) value = decode_words(value);
    mail.text = parts.plain.empty() ? without_tags(parts.html) : std::move(parts.plain);
    mail.attachments = std::move(parts.attachments);
    return mail;
}

std::string address_of(std::string_view field) {
    const auto open = field.rfind('<');
    const auto close = field.rfind('>');
    if (open != field.npos && close != field.npos && open < close) {
        return std::string(trim(field.substr(open + 1, close - open - 1)));
    }
    return std::string(trim(field));
}

}  // namespace porteur::sim
