// SPDX-License-Identifier: Apache-2.0
#include "checks.hpp"

#include <algorithm>
#include <regex>

#include <porteur/phrase.hpp>

namespace other {

using namespace porteur;

namespace {

/// A letter's age counts from its signature.
std::optional<std::chrono::year_month_day> day_of(const DocumentRef& document) {
    return document.signed_on ? document.signed_on : document.issued_on;
}

const DocumentRef* newest_document(const PortOrder& order, std::string_view type) {
    const DocumentRef* newest = nullptr;
    for (const auto& each : order.documents)
        if (each.type == type && (newest == nullptr || day_of(each) > day_of(*newest)))
            newest = &each;
    return newest;
}

/// The reason that a refusal for want of this would have.
Reason reason_of(const Item& item) {
    if (item.field == "/pin") return Reason::pin_required;
    if (item.field == "/account_number") return Reason::account_number_required;
    if (item.field == "/service_address") return Reason::address_required;
    if (item.field == "/end_user/name") return Reason::name_mismatch;
    if (item.kind == "document")
        return item.document == "loa" ? Reason::loa_required : Reason::documents_required;
    return Reason::other;
}

/// In the order's language: what the file of carriers says is in both, and in no catalog.
std::string in_words(const Item& item, const PortOrder& order) {
    const bool french = order.language == "fr";
    const auto& help = item.help.in(french);
    return item.label.in(french) + (help.empty() ? "" : " (" + help + ")");
}

/// Whether something stands at the item's place of the order.
bool is_there(const PortOrder& order, const json::value& as_json, const Item& item) {
    if (item.field == "/pin") return order.pin.given;
    if (item.field == "/service_address") {
        const auto& at = order.service_address;
        return !at.street.empty() && !at.city.empty() && !at.region.empty() &&
               !at.postal_code.empty() && !at.country.empty();
    }
    boost::system::error_code none;
    const auto* found = as_json.find_pointer(item.field, none);
    if (found == nullptr || found->is_null()) return false;
    if (found->is_string()) return !found->get_string().empty();
    if (found->is_array()) return !found->get_array().empty();
    return true;
}

void check_text(
    const PortOrder& order, const json::value& as_json, const Item& item,
    std::vector<Problem>& problems
) {
    if (!is_there(order, as_json, item)) {
        if (item.required)
            problems.push_back({item.field, reason_of(item), phrase("give: {1}", in_words(item, order)), true});
        return;
    }
    boost::system::error_code none;
    const auto* found = as_json.find_pointer(item.field, none);
    if (item.pattern.empty() || found == nullptr || !found->is_string()) return;
    const std::string text(found->get_string());
    if (!std::regex_match(text, std::regex(item.pattern, std::regex::ECMAScript)))
        problems.push_back(
            {item.field, Reason::other, phrase("is not of the form that is asked for: {1}", in_words(item, order)),
             true}
        );
}

void check_document(const PortOrder& order, const Item& item, std::vector<Problem>& problems) {
    const auto* document = newest_document(order, item.document);
    if (document == nullptr) {
        if (item.required)
            problems.push_back(
                {"/documents", reason_of(item),
                 phrase("attach a document of the type {1}: {2}", quoted(item.document), in_words(item, order)),
                 true}
            );
    } else if (item.age_days_max && !day_of(*document)) {
        problems.push_back(
            {"/documents", reason_of(item),
             phrase("say on which day the document {1} was issued or signed", quoted(item.document)),
             true}
        );
    }
}

}  // namespace

Requirements requirements_of(const Carrier& carrier) {
    Requirements list;
    for (const auto& each : carrier.items) {
        Requirement made;
        made.code = each.code;
        made.field = each.field;
        made.kind = each.kind;
        made.label_en = each.label.en;
        made.label_fr = each.label.in(true);
        made.help_en = each.help.en;
        made.help_fr = each.help.in(true);
        made.pattern = each.pattern;
        made.age_days_max = each.age_days_max;
        made.required = each.required;
        list.items.push_back(std::move(made));
    }
    list.notes_en = carrier.notes_en;
    list.notes_fr = carrier.notes_fr.empty() ? carrier.notes_en : carrier.notes_fr;
    if (!carrier.hand_in.en.empty()) {
        list.notes_en.push_back(carrier.hand_in.en);
        list.notes_fr.push_back(carrier.hand_in.in(true));
    }
    return list;
}

std::vector<Problem> problems_of(const PortOrder& order, const Carrier& carrier) {
    std::vector<Problem> problems;
    if (order.numbers.empty())
        problems.push_back({"/numbers", Reason::none, phrase("name the numbers to port"), true});
    const auto& beginnings = carrier.numbers_begin_with;
    for (std::size_t index = 0; index < order.numbers.size() && !beginnings.empty(); ++index) {
        const auto& number = order.numbers[index];
        const auto begins = [&](const auto& each) { return number.text().starts_with(each); };
        if (std::ranges::none_of(beginnings, begins))
            problems.push_back(
                {"/numbers/" + std::to_string(index), Reason::unsupported_by_gaining,
                 phrase("{1} does not take {2}, by where the number is from", carrier.name, number.masked()),
                 true}
            );
    }
    const auto as_json = to_json(order);
    for (const auto& each : carrier.items) {
        if (each.kind == "document")
            check_document(order, each, problems);
        else if (each.kind != "action" && !each.field.empty())
            check_text(order, as_json, each, problems);
    }
    return problems;
}

std::vector<Problem> age_problems_of(
    const PortOrder& order, const Carrier& carrier, std::chrono::sys_days today
) {
    std::vector<Problem> problems;
    for (const auto& item : carrier.items) {
        if (item.kind != "document" || !item.age_days_max) continue;
        const auto* document = newest_document(order, item.document);
        const auto day = document ? day_of(*document) : std::nullopt;
        if (!day) continue;
        const auto age = (today - std::chrono::sys_days{*day}).count();
        const auto reason = item.document == "loa" ? Reason::loa_expired : Reason::document_refused;
        const auto& label = item.label.in(order.language == "fr");
        // One day of grace: its day may have begun where it was made and not yet in UTC.
        if (age < -1)
            problems.push_back(
                {"/documents", reason,
                 phrase("{1} is dated {2:date}, which is yet to come", label, iso_date(*day)), true}
            );
        else if (age > *item.age_days_max)
            problems.push_back(
                {"/documents", reason,
                 phrase(
                     "{1} is {2:n} days old; attach one of at most {3:n} days", label, age,
                     *item.age_days_max
                 ),
                 true}
            );
    }
    return problems;
}

}  // namespace other
