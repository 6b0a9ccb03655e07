// SPDX-License-Identifier: Apache-2.0
#include "canary_search.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <set>

namespace porteur::testing {
namespace {

std::string hex(std::string_view bytes, const char* digits, std::string_view before = {}) {
    std::string out;
    for (const char each : bytes) {
        const auto byte = static_cast<unsigned char>(each);
        out += before;
        out += digits[byte >> 4];
        out += digits[byte & 15];
    }
    return out;
}

constexpr const char* small = "0123456789abcdef";
constexpr const char* large = "0123456789ABCDEF";

std::string percent(std::string_view bytes, const char* digits) {
    std::string out;
    for (const char each : bytes)
        if (std::isalnum(static_cast<unsigned char>(each)) != 0 || std::string_view("-._~").find(each) != std::string_view::npos)
            out += each;
        else
            out += hex({&each, 1}, digits, "%");
    return out;
}

/// Base64 of the bytes as they stand after `before` others: without the letters that those and what follows share.
std::string base64(std::string_view bytes, std::size_t before, const char* last_two) {
    static constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const std::string padded = std::string(before, '\0') + std::string(bytes);
    std::string out;
    for (std::size_t at = 0; at + 3 <= padded.size(); at += 3) {
        std::uint32_t group = 0;
        for (std::size_t each = 0; each < 3; ++each) group = group << 8 | static_cast<unsigned char>(padded[at + each]);
        for (int shift = 18; shift >= 0; shift -= 6) {
            const auto six = group >> shift & 63;
            out += six < 62 ? letters[six] : last_two[six - 62];
        }
    }
    return before == 0 ? out : out.substr(4);
}

std::string utf_16(std::string_view bytes, bool big) {
    std::string out;
    for (const char each : bytes) {
        if (big) out += '\0';
        out += each;
        if (!big) out += '\0';
    }
    return out;
}

std::string json_text(std::string_view bytes, bool with_slashes, bool as_numbers) {
    std::string out;
    for (const char each : bytes) {
        const bool marked = each == '"' || each == '\\' || (with_slashes && each == '/');
        if (as_numbers && (std::isalnum(static_cast<unsigned char>(each)) == 0))
            out += "\\u00" + hex({&each, 1}, small);
        else
            out += (marked ? "\\" : "") + std::string(1, each);
    }
    return out;
}

}  // namespace

std::vector<std::string> forms_of(const std::string& secret) {
    std::set<std::string> out{
        secret,
        json_text(secret, false, false),
        json_text(secret, true, false),
        json_text(secret, false, true),
        json_text(json_text(secret, false, false), false, false),  // JSON in JSON
        percent(secret, small),
        percent(secret, large),
        percent(percent(secret, large), large),
        hex(secret, small),
        hex(secret, large),
        hex(secret, small, "\\x"),
        utf_16(secret, false),
        utf_16(secret, true),
    };
    for (std::size_t before = 0; before < 3; ++before)
        for (const char* last_two : {"+/", "-_"})
            for (const auto& text : {secret, percent(secret, large)}) out.insert(base64(text, before, last_two));
    std::vector<std::string> forms;
    // What is too short would be found by chance.
    std::ranges::copy_if(out, std::back_inserter(forms), [](const auto& each) { return each.size() >= 8; });
    return forms;
}

std::string Canaries::add(std::string name, std::string secret, bool shown) {
    for (auto& form : forms_of(secret)) looked_.push_back({all_.size(), std::move(form)});
    all_.push_back({std::move(name), secret, shown});
    return secret;
}

std::vector<std::string> Canaries::found_in(std::string_view bytes, bool by_api) const {
    std::vector<std::string> out;
    for (const auto& [canary, form] : looked_) {
        if (by_api && all_[canary].shown) continue;
        const auto at = bytes.find(form);
        if (at == bytes.npos) continue;
        std::string near;
        for (const char each : bytes.substr(at > 60 ? at - 60 : 0, 60 + form.size() + 20)) near += each < ' ' || each > '~' ? '.' : each;
        out.push_back(all_[canary].name + " as \"" + near + "\"");
    }
    return out;
}

std::string Canaries::make(int number) {
    // Letters of every kind: quoted in JSON, escaped in URLs, of both last digits in Base64.
    const auto text = std::to_string(1000 + number);
    return "cAn" + text + "+y/Z" + text + "q\"x>" + text;
}

}  // namespace porteur::testing
