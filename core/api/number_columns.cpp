// SPDX-License-Identifier: Apache-2.0
#include "api/number_columns.hpp"

#include <algorithm>
#include <array>

#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

#include "api/number_query.hpp"
#include "api/order_json.hpp"

namespace porteur::handlers {
namespace {

using tables::ColumnKind;

constexpr std::size_t columns_max = 40;
constexpr std::string_view custom_prefix = "custom.";

struct Known {
    std::string_view word;
    std::string_view title;
    float width;
    ColumnKind kind = ColumnKind::text;
};

// In the order of NumberField.
constexpr auto known_columns = std::to_array<Known>({
    {"number", to_translate("Number"), 1.5F, ColumnKind::number},
    {"used_by", to_translate("Used by"), 2.2F},
    {"use_type", to_translate("Use type"), 0.9F},
    {"company", to_translate("Company"), 1.8F},
    {"var", to_translate("VAR"), 1.4F},
    {"provider", to_translate("Provider"), 1.2F},
    {"status", to_translate("Status"), 0.8F},
    {"state", to_translate("State"), 1.1F},
    {"country", to_translate("Country"), 0.8F},
    {"type", to_translate("Type"), 0.9F},
    {"features", to_translate("Features"), 1.3F},
    {"tags", to_translate("Tags"), 1.2F},
    {"cost", to_translate("Cost"), 0.7F, ColumnKind::amount},
    {"currency", to_translate("Currency"), 0.8F},
    {"order", to_translate("Order"), 1.4F},
    {"first_call", to_translate("First call"), 1.8F},
});
constexpr std::size_t usual_columns = 12;

std::string custom_of(std::string_view object, const std::string& key) {
    if (object.size() < 3) return {};  // {}
    const auto read = parse_json(object);
    const auto* value =
        read && read->is_object() ? read->get_object().if_contains(key) : nullptr;
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::string_view cell(
    const NumberColumn& wanted, const NumberRead& number, std::string& room
) {
    switch (wanted.field) {
        case NumberField::number:
            return room = number_text(number.key);
        case NumberField::used_by:
            return number.used_by;
        case NumberField::use_type:
            return word_of(number.shared->use);
        case NumberField::company:
            return number.company;
        case NumberField::var:
            return number.var;
        case NumberField::provider:
            return number.shared->account;
        case NumberField::status:
            return number.shared->active ? "active" : "pending";
        case NumberField::state:
            return word_of(number.shared->state);
        case NumberField::country:
            return number.shared->country;
        case NumberField::type:
            return number.shared->type;
        case NumberField::features:
            return number.features;
        case NumberField::tags:
            return number.tags;
        case NumberField::cost:
            return number.cost.substr(0, number.cost.find(' '));
        case NumberField::currency:
            return number.cost.substr(
                std::min(number.cost.find(' '), number.cost.size() - 1) + 1
            );
        case NumberField::order:
            return room = number.order == 0 ? std::string() : id_text(number.order);
        case NumberField::first_call:
            return room = number.first_call ? time_text(*number.first_call) : std::string();
        case NumberField::custom:
            return room = custom_of(number.custom, wanted.custom);
    }
    return {};
}

}  // namespace

Result<std::vector<NumberColumn>> read_columns(std::string_view text, bool is_customer) {
    std::vector<NumberColumn> out;
    if (text.empty()) {
        for (std::size_t at = 0; at < usual_columns; ++at) {
            const auto field = static_cast<NumberField>(at);
            if (is_customer && (field == NumberField::var || field == NumberField::company)) continue;
            out.push_back({field, {}});
        }
        return out;
    }
    while (!text.empty()) {
        const auto word = text.substr(0, text.find(','));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        if (word.starts_with(custom_prefix) && word.size() > custom_prefix.size()) {
            out.push_back({NumberField::custom, std::string(word.substr(custom_prefix.size()))});
        } else {
            const auto found = std::ranges::find(known_columns, word, &Known::word);
            if (found == known_columns.end() || (word == "var" && is_customer)) {
                std::string words;
                for (const auto& each : known_columns)
                    if (each.word != "var" || !is_customer)
                        words += std::string(each.word) + " ";
                return wrong("columns", word, phrase("some of {1}", words + "custom.KEY"));
            }
            out.push_back({static_cast<NumberField>(found - known_columns.begin()), {}});
        }
        if (out.size() > columns_max)
            return wrong("columns", word, phrase("at most {1} columns", columns_max));
    }
    return out;
}

std::string_view title_of_column(std::string_view word) {
    const auto found = std::ranges::find(known_columns, word, &Known::word);
    return found == known_columns.end() ? std::string_view() : found->title;
}

std::vector<tables::Column> titled(const std::vector<NumberColumn>& wanted, const Tongue& tongue) {
    std::vector<tables::Column> out;
    for (const auto& each : wanted) {
        if (each.field == NumberField::custom) {
            out.push_back({.word = std::string(custom_prefix) + each.custom, .title = each.custom});
            continue;
        }
        const auto& known = known_columns[static_cast<std::size_t>(each.field)];
        out.push_back(
            {.word = std::string(known.word),
             .title = tongue.heading(known.title),
             .width = known.width,
             .kind = known.kind}
        );
    }
    return out;
}

tables::Row NumberCells::of(const NumberRead& number) {
    for (std::size_t at = 0; at < wanted_.size(); ++at) cells_[at] = cell(wanted_[at], number, rooms_[at]);
    return cells_;
}

}  // namespace porteur::handlers
