// SPDX-License-Identifier: Apache-2.0
#include "schema.hpp"

#include <algorithm>
#include <array>
#include <regex>

namespace porteur::testing {
namespace {

using Findings = std::vector<std::string>;

constexpr auto known_words = std::to_array<std::string_view>(
    {"$ref", "type", "enum", "const", "properties", "required", "additionalProperties", "items",
     "anyOf", "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems",
     // These say nothing about whether a value is valid.
     "description", "examples", "default", "format", "writeOnly"}
);

std::string type_of(const json::value& value) {
    switch (value.kind()) {
        case json::kind::object:
            return "object";
        case json::kind::array:
            return "array";
        case json::kind::string:
            return "string";
        case json::kind::bool_:
            return "boolean";
        case json::kind::null:
            return "null";
        case json::kind::double_:
            return "number";
        default:
            return "integer";
    }
}

bool allows_type(const json::value& types, const std::string& type) {
    if (types.is_string()) return types.get_string() == type;
    return std::ranges::any_of(types.as_array(), [&](const json::value& each) {
        return each.as_string() == type;
    });
}

void add(Findings& into, Findings more) { into.insert(into.end(), more.begin(), more.end()); }

Findings breaches_of_object(
    const json::value& contract, const json::object& schema, const json::object& value,
    const std::string& where
) {
    Findings findings;
    const auto* properties = schema.if_contains("properties");
    const auto* closed = schema.if_contains("additionalProperties");
    if (const auto* required = schema.if_contains("required"))
        for (const auto& each : required->as_array())
            if (!value.contains(each.as_string()))
                findings.push_back(where + "/" + std::string(each.as_string()) + " is missing");
    for (const auto& pair : value) {
        const auto* of = properties ? properties->as_object().if_contains(pair.key()) : nullptr;
        const auto there = where + "/" + std::string(pair.key());
        if (of)
            add(findings, breaches(contract, *of, pair.value(), there));
        else if (closed && closed->is_bool() && !closed->get_bool())
            findings.push_back(there + " is not in the contract");
    }
    return findings;
}

Findings breaches_of_text(
    const json::object& schema, const std::string& text, const std::string& where
) {
    Findings findings;
    if (const auto* pattern = schema.if_contains("pattern"))
        if (!std::regex_search(text, std::regex(std::string(pattern->as_string()))))
            findings.push_back(
                where + ": " + text + " is not of the form " + std::string(pattern->as_string())
            );
    if (const auto* least = schema.if_contains("minLength"))
        if (static_cast<std::int64_t>(text.size()) < least->as_int64())
            findings.push_back(where + " is too short");
    if (const auto* most = schema.if_contains("maxLength"))
        if (static_cast<std::int64_t>(text.size()) > most->as_int64())
            findings.push_back(where + " is too long");
    return findings;
}

}  // namespace

const json::value* referenced(const json::value& contract, std::string_view reference) {
    if (!reference.starts_with("#/")) return nullptr;
    boost::system::error_code none;
    return contract.find_pointer(reference.substr(1), none);
}

Findings breaches(
    const json::value& contract, const json::value& schema_value, const json::value& value,
    std::string where
) {
    Findings findings;
    const auto& schema = schema_value.as_object();
    for (const auto& pair : schema)
        if (std::ranges::find(known_words, std::string_view(pair.key())) == known_words.end())
            findings.push_back(
                where + ": the schema has \"" + std::string(pair.key()) + "\", which is not checked"
            );
    if (const auto* reference = schema.if_contains("$ref")) {
        const auto* there = referenced(contract, reference->as_string());
        if (!there) return {where + ": nothing at " + std::string(reference->as_string())};
        add(findings, breaches(contract, *there, value, where));
    }
    if (const auto* choices = schema.if_contains("anyOf")) {
        const bool fits = std::ranges::any_of(choices->as_array(), [&](const json::value& each) {
            return breaches(contract, each, value, where).empty();
        });
        if (!fits) findings.push_back(where + " is none of the choices");
    }
    if (const auto* type = schema.if_contains("type"); type && !allows_type(*type, type_of(value)))
        findings.push_back(
            where + " is of the type " + type_of(value) + ", not " + json::serialize(*type)
        );
    if (const auto* one = schema.if_contains("const"); one && *one != value)
        findings.push_back(
            where + " is " + json::serialize(value) + ", not " + json::serialize(*one)
        );
    if (const auto* words = schema.if_contains("enum"))
        if (std::ranges::find(words->as_array(), value) == words->as_array().end())
            findings.push_back(
                where + " is " + json::serialize(value) + ", none of " + json::serialize(*words)
            );
    if (value.is_object())
        add(findings, breaches_of_object(contract, schema, value.get_object(), where));
    if (value.is_string())
        add(findings, breaches_of_text(schema, std::string(value.get_string()), where));
    if (value.is_array()) {
        if (const auto* least = schema.if_contains("minItems"))
            if (static_cast<std::int64_t>(value.get_array().size()) < least->as_int64())
                findings.push_back(where + " has too few");
        if (const auto* items = schema.if_contains("items")) {
            std::size_t index = 0;
            for (const auto& each : value.get_array())
                add(findings,
                    breaches(contract, *items, each, where + "/" + std::to_string(index++)));
        }
    }
    if (value.is_int64()) {
        if (const auto* least = schema.if_contains("minimum");
            least && value.get_int64() < least->as_int64())
            findings.push_back(where + " is too small");
        if (const auto* most = schema.if_contains("maximum");
            most && value.get_int64() > most->as_int64())
            findings.push_back(where + " is too large");
    }
    return findings;
}

}  // namespace porteur::testing
