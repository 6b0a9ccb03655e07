// SPDX-License-Identifier: Apache-2.0
#include "api/in_language.hpp"

#include <algorithm>

#include <porteur/json.hpp>

#include "api/routes.hpp"

namespace porteur {
namespace {

bool is_among(std::string_view words, std::string_view word) {
    while (!words.empty()) {
        const auto blank = std::min(words.find(' '), words.size());
        if (words.substr(0, blank) == word) return true;
        words.remove_prefix(std::min(blank + 1, words.size()));
    }
    return false;
}

void say_member(json::value* member, const Tongue& tongue) {
    if (member && member->is_string()) *member = json::string(tongue.text(member->get_string()));
}

void say_problem(json::object& problem, const Tongue& tongue) {
    if (auto* title = problem.if_contains("title"); title && title->is_string())
        *title = json::string(tongue.heading(title->get_string()));
    say_member(problem.if_contains("detail"), tongue);
    if (auto* errors = problem.if_contains("errors"); errors && errors->is_array())
        for (auto& each : errors->get_array())
            if (each.is_object()) say_member(each.get_object().if_contains("detail"), tongue);
}

/// What a person wrote, or asked for, or keeps for programs, holds no sentence of ours.
bool is_of_others(const json::object& object, std::string_view member) {
    if (member == "request" || member == "data") return true;
    const auto* kind = object.if_contains("kind");
    return kind && kind->is_string() && std::string_view(kind->get_string()).ends_with(".comment");
}

/// A carrier's word is its own. What a plugin writes where the carrier had none has several words.
bool is_word_of_carrier(std::string_view member, std::string_view text) {
    return member == "carrier_word" && text.find(' ') == text.npos;
}

void say_members(json::value& value, std::string_view sentences, const Tongue& tongue) {
    if (value.is_array())
        for (auto& each : value.get_array()) say_members(each, sentences, tongue);
    if (!value.is_object()) return;
    auto& object = value.get_object();
    for (auto& pair : object) {
        if (is_of_others(object, pair.key())) continue;
        if (pair.value().is_string() && is_word_of_carrier(pair.key(), pair.value().get_string()))
            continue;
        if (pair.value().is_string() && is_among(sentences, pair.key()))
            say_member(&pair.value(), tongue);
        else
            say_members(pair.value(), sentences, tongue);
    }
}

}  // namespace

Language language_of(const Request& request) {
    const auto* field = request.field("accept-language");
    return field ? language_accepted(*field) : Language::english;
}

void say_in(Language language, const Route* route, Answer& answer) {
    if (language == Language::english || answer.body.empty()) return;
    const bool is_problem = answer.content_type == "application/problem+json";
    const auto sentences = route ? route->sentences : std::string_view();
    if (!is_problem && sentences.empty()) return;
    auto document = parse_json(answer.body);
    if (!document) return;
    const auto& tongue = Tongue::of(language);
    if (!is_problem)
        say_members(*document, sentences, tongue);
    else if (document->is_object())
        say_problem(document->get_object(), tongue);
    answer.body = canonical(*document);
    answer.headers.emplace_back("Content-Language", code_of(language));
}

}  // namespace porteur
