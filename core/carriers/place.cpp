// SPDX-License-Identifier: Apache-2.0
#include "carriers/place.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include <boost/json/value.hpp>

#include "carriers/encoding.hpp"

namespace porteur::carriers {
namespace {

namespace json = boost::json;

std::unexpected<Error> bad_place(std::string_view pointer, std::string_view why) {
    return failure(ErrorKind::invalid_input, "body at " + quoted(pointer) + " " + std::string(why));
}

std::optional<std::size_t> index_of(std::string_view token, std::size_t size) {
    if (token == "-") return size;
    if (token.empty() || (token.size() > 1 && token[0] == '0')) return std::nullopt;
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
    if (error != std::errc{} || end != token.data() + token.size()) return std::nullopt;
    return index;
}

/// The element a token names, made as null where it is new; nothing where it cannot be.
json::value* child_of(json::value& parent, std::string_view token, bool may_be_new) {
    if (auto* object = parent.if_object()) {
        if (auto* found = object->if_contains(token)) return found;
        return may_be_new ? &(*object)[token] : nullptr;
    }
    if (auto* array = parent.if_array()) {
        const auto index = index_of(token, array->size());
        if (!index || *index > array->size()) return nullptr;
        if (*index < array->size()) return &(*array)[*index];
        return may_be_new ? &array->emplace_back(nullptr) : nullptr;
    }
    return nullptr;
}

}  // namespace

Result<Place> parse_place(std::string_view text) {
    if (text.starts_with('/')) {
        if (const auto tokens = pointer_tokens(text); !tokens) {
            return std::unexpected(tokens.error());
        }
        return Place{Place::Kind::pointer, std::string(text)};
    }
    if (text.starts_with("form:") && text.size() > 5) {
        return Place{Place::Kind::form, std::string(text.substr(5))};
    }
    if (text.starts_with("header:")) {
        const auto name = text.substr(7);
        if (is_token(name) && !is_framing_header(name)) {
            return Place{Place::Kind::header, std::string(name)};
        }
        return failure(
            ErrorKind::invalid_input, "header " + quoted(name) + " may not be set by a plugin"
        );
    }
    return failure(
        ErrorKind::invalid_input,
        "place " + quoted(text) +
            " is none; write a JSON pointer as \"/pin\", \"form:NAME\" or \"header:NAME\""
    );
}

bool is_framing_header(std::string_view name) noexcept {
    static constexpr std::array<std::string_view, 12> framing = {
        "host",       "content-length",   "transfer-encoding", "connection",
        "keep-alive", "proxy-connection", "upgrade",           "te",
        "trailer",    "expect",           "accept-encoding",   "proxy-authorization",
    };
    return std::ranges::any_of(framing, [&](auto known) { return same_word(known, name); });
}

Result<std::vector<std::string>> pointer_tokens(std::string_view pointer) {
    std::vector<std::string> tokens;
    if (!pointer.starts_with('/')) return bad_place(pointer, "is not a JSON pointer");
    for (std::size_t at = 0; at < pointer.size(); ++at) {
        if (pointer[at] == '/') {
            tokens.emplace_back();
        } else if (pointer[at] != '~') {
            tokens.back() += pointer[at];
        } else if (at + 1 < pointer.size() && (pointer[at + 1] == '0' || pointer[at + 1] == '1')) {
            tokens.back() += pointer[++at] == '0' ? '~' : '/';
        } else {
            return bad_place(pointer, "has a ~ that is neither ~0 nor ~1");
        }
    }
    return tokens;
}

Result<void> put_at(json::value& document, std::string_view pointer, std::string_view text) {
    const auto tokens = pointer_tokens(pointer);
    if (!tokens) return std::unexpected(tokens.error());

    json::value* here = &document;
    for (std::size_t at = 0; at < tokens->size(); ++at) {
        here = child_of(*here, (*tokens)[at], at + 1 == tokens->size());
        if (!here) return bad_place(pointer, "has nothing to put a value into");
    }
    const bool is_placeholder =
        here->is_null() || (here->is_string() && here->get_string().empty());
    if (!is_placeholder) return bad_place(pointer, "already has a value");
    here->emplace_string() = text;
    return {};
}

}  // namespace porteur::carriers
