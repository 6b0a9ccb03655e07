// SPDX-License-Identifier: Apache-2.0
#include "fields.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

namespace porteur::sim {

std::optional<json::value> read_json(std::string_view text) {
    boost::system::error_code error;
    auto value = json::parse(text, error);
    if (error) return std::nullopt;
    return value;
}

const json::value* member(const json::value& value, std::string_view name) {
    const auto* object = value.if_object();
    if (object == nullptr) return nullptr;
    const auto* found = object->if_contains(name);
    return found != nullptr && !found->is_null() ? found : nullptr;
}

std::optional<std::string> text_of(const json::value& value, std::string_view name) {
    const auto* found = member(value, name);
    if (found == nullptr || !found->is_string()) return std::nullopt;
    return std::string(std::string_view(found->get_string()));
}

std::optional<std::int64_t> whole_of(const json::value& value, std::string_view name) {
    const auto* found = member(value, name);
    if (found == nullptr || !found->is_int64()) return std::nullopt;
    return found->get_int64();
}

std::optional<double> number_of(const json::value& value, std::string_view name) {
    const auto* found = member(value, name);
    if (found == nullptr || !found->is_number()) return std::nullopt;
    return found->to_number<double>();
}

bool flag_of(const json::value& value, std::string_view name) {
    const auto* found = member(value, name);
    return found != nullptr && found->is_bool() && found->get_bool();
}

std::optional<std::vector<std::string>> texts_of(const json::value& value, std::string_view name) {
    const auto* found = member(value, name);
    if (found == nullptr || !found->is_array()) return std::nullopt;
    std::vector<std::string> texts;
    for (const auto& each : found->get_array()) {
        if (!each.is_string()) return std::nullopt;
        texts.emplace_back(std::string_view(each.get_string()));
    }
    return texts;
}

std::optional<std::vector<std::int64_t>> wholes_of(
    const json::value& value, std::string_view name
) {
    const auto* found = member(value, name);
    if (found == nullptr || !found->is_array()) return std::nullopt;
    std::vector<std::int64_t> wholes;
    for (const auto& each : found->get_array()) {
        if (!each.is_int64()) return std::nullopt;
        wholes.push_back(each.get_int64());
    }
    return wholes;
}

json::array to_array(const std::vector<std::string>& texts) {
    json::array array;
    for (const auto& text : texts) array.emplace_back(text);
    return array;
}

json::array to_array(const std::vector<std::int64_t>& wholes) {
    json::array array;
    for (const auto whole : wholes) array.emplace_back(whole);
    return array;
}

}  // namespace porteur::sim
