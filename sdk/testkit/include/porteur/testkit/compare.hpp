// SPDX-License-Identifier: Apache-2.0
#pragma once

// Compares JSON for tests: as a whole, or only what the expectation names.

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include <porteur/json.hpp>

namespace porteur::testkit {

/// The text of a fixture, named from the folder tests/fixtures. @errors throws if it cannot be read
inline std::string file(const std::string& name) {
#ifdef PORTEUR_FIXTURES
    const std::string path = std::string(PORTEUR_FIXTURES) + "/" + name;
#else
    const std::string& path = name;
#endif
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("there is no fixture " + path);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// JSON of a test. @errors throws where it is none
inline json::value parsed(std::string_view text) {
    auto value = parse_json(text);
    if (!value) throw std::runtime_error(value.error().message + ": " + std::string(text));
    return std::move(*value);
}

/// Where `found` lacks what `wanted` names; empty if it lacks nothing. Keys that `wanted` does not
/// name may hold anything; lists have to be of one length.
inline std::string lacking(
    const json::value& wanted, const json::value& found, const std::string& at = ""
) {
    const auto differs = [&] {
        return (at.empty() ? std::string("the whole") : at) + ": wanted " + canonical(wanted) +
               ", found " + canonical(found);
    };
    if (wanted.is_object() && found.is_object()) {
        for (const auto& pair : wanted.get_object()) {
            const auto* other = found.get_object().if_contains(pair.key());
            const auto pointer = at + "/" + std::string(pair.key());
            if (other == nullptr)
                return pointer + ": wanted " + canonical(pair.value()) + ", found nothing";
            if (auto difference = lacking(pair.value(), *other, pointer); !difference.empty())
                return difference;
        }
        return {};
    }
    if (wanted.is_array() && found.is_array()) {
        if (wanted.get_array().size() != found.get_array().size()) return differs();
        for (std::size_t index = 0; index < wanted.get_array().size(); ++index)
            if (auto difference = lacking(
                    wanted.get_array()[index], found.get_array()[index],
                    at + "/" + std::to_string(index)
                );
                !difference.empty())
                return difference;
        return {};
    }
    return canonical(wanted) == canonical(found) ? std::string() : differs();
}

/// Whether a value holds a number with a fraction, which nothing of ours may (plugin.h, R6).
inline bool has_fraction(const json::value& value) {
    if (value.is_double()) return true;
    if (value.is_object())
        for (const auto& pair : value.get_object())
            if (has_fraction(pair.value())) return true;
    if (value.is_array())
        for (const auto& each : value.get_array())
            if (has_fraction(each)) return true;
    return false;
}

}  // namespace porteur::testkit
