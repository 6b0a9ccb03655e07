// SPDX-License-Identifier: Apache-2.0
#include "carriers/redact.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <porteur/json.hpp>

#include "carriers/encoding.hpp"

namespace porteur::carriers {
namespace {

std::string replaced(std::string text, std::string_view what, std::string_view with) {
    for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; at += with.size()) {
        text.replace(at, what.size(), with);
    }
    return text;
}

/// Small letters in the escapes only, not in the text between.
std::string with_small_escapes(std::string text) {
    for (std::size_t at = 0; at + 2 < text.size(); ++at) {
        if (text[at] != '%') continue;
        const auto small = lower(std::string_view(text).substr(at + 1, 2));
        text.replace(at + 1, 2, small);
    }
    return text;
}

std::string as_json(std::string_view text) {
    std::string out;
    for (const char letter : text) {
        if (letter == '"' || letter == '\\') out += '\\';
        out += letter;
    }
    return out;
}

std::string as_xml(std::string text) {
    for (const auto& [letter, entity] :
         {std::pair{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&apos;"}
         }) {
        text = replaced(std::move(text), letter, entity);
    }
    return text;
}

/// The letters that a value makes in Base64 whatever stands around it, for each of the three ways
/// in which it may lie in the groups of three bytes.
std::array<std::string, 3> base64_cores(std::string_view secret) {
    std::array<std::string, 3> cores;
    for (std::size_t before = 0; before < 3; ++before) {
        const auto encoded = base64(std::string(before, '\0') + std::string(secret));
        // Letters that also hold bits of a neighbour are left out at both ends.
        const std::size_t first = (before * 8 + 5) / 6;
        const std::size_t last = (before + secret.size()) * 8 / 6;
        cores[before] = encoded.substr(first, last - first);
    }
    return cores;
}

/// @return whether something was found
bool hide_in(json::value& value, const Redactor& redactor) {
    bool found = false;
    if (value.is_array()) {
        for (auto& each : value.get_array()) found |= hide_in(each, redactor);
    } else if (value.is_object()) {
        json::object without;
        for (auto& each : value.get_object()) {
            found |= hide_in(each.value(), redactor);
            auto key = redactor.apply(each.key());
            found |= key != each.key();
            without[std::move(key)] = std::move(each.value());
        }
        value = std::move(without);
    } else if (value.is_string() || value.is_number()) {
        const auto text = value.is_string() ? std::string(value.get_string()) : canonical(value);
        if (auto without = redactor.apply(text); without != text) {
            value = json::string(without);
            found = true;
        }
    }
    return found;
}

}  // namespace

void Redactor::add(std::string_view secret) {
    if (secret.size() < secret_searched_min) return;
    const std::string raw(secret);
    const auto percent = percent_encoded(secret);
    const auto json = as_json(secret);
    for (const auto& form :
         {raw, percent, with_small_escapes(percent), replaced(percent, "%20", "+"),
          with_small_escapes(replaced(percent, "%20", "+")), json, replaced(json, "/", "\\/"),
          as_xml(raw)}) {
        add_form(form);
    }
    const auto add_cores = [this](std::string_view text) {
        for (const auto& core : base64_cores(text)) {
            if (core.size() < secret_searched_min) continue;
            add_form(core);
            add_form(replaced(replaced(core, "+", "-"), "/", "_"));
            add_form(percent_encoded(core));
            add_form(replaced(core, "/", "\\/"));
        }
    };
    add_cores(secret);
    // So a client of OAuth says its secret. @source RFC 6749, 2.3.1
    if (percent != raw) add_cores(percent);
}

void Redactor::add_form(std::string form) {
    if (std::ranges::find(forms_, form) != forms_.end()) return;
    const auto at =
        std::ranges::find_if(forms_, [&](const auto& other) { return other.size() < form.size(); });
    forms_.insert(at, std::move(form));
}

std::string Redactor::apply(std::string_view text) const {
    std::string out(text);
    for (const auto& form : forms_) out = replaced(std::move(out), form, instead_);
    return out;
}

std::string Redactor::apply_to_body(std::string_view body) const {
    boost::system::error_code wrong;
    auto parsed = json::parse({body.data(), body.size()}, wrong);
    if (wrong || !(parsed.is_object() || parsed.is_array())) return apply(body);
    return hide_in(parsed, *this) ? canonical(parsed) : std::string(body);
}

}  // namespace porteur::carriers
