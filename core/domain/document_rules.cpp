// SPDX-License-Identifier: Apache-2.0
#include "domain/document_rules.hpp"

#include <algorithm>

#include <porteur/calendar_text.hpp>
#include <porteur/phrase.hpp>
#include <porteur/result.hpp>

namespace porteur {
namespace {

using namespace std::chrono;

std::optional<sys_days> date_of(const DocumentRef& document) {
    const auto& first = document.type == "loa" ? document.signed_on : document.issued_on;
    const auto& second = document.type == "loa" ? document.issued_on : document.signed_on;
    if (first) return sys_days{*first};
    if (second) return sys_days{*second};
    return std::nullopt;
}

std::string day_text(sys_days day) { return iso_date(year_month_day{day}); }

/// The document with its date, for the sentences about it.
std::string dated(const DocumentRef& document, sys_days date) {
    const auto name = quoted(document.name, 60), day = day_text(date);
    if (document.type == "loa") return phrase("the letter of authorization {1} is of {2:date}", name, day);
    if (document.type == "invoice") return phrase("the invoice {1} is of {2:date}", name, day);
    return phrase("the document {1} of type {2:document} is of {3:date}", name, document.type, day);
}

}  // namespace

std::string document_type_of(const Requirement& requirement) {
    if (requirement.code == "statement" || requirement.code == "bill") return "invoice";
    if (requirement.code == "letter_of_authorization") return "loa";
    return requirement.code;
}

DocumentAges ages_with(DocumentAges ages, const std::vector<Requirements>& asked) {
    DocumentAges of_carriers;
    for (const auto& list : asked)
        for (const auto& item : list.items) {
            if (item.kind != "document" || !item.age_days_max) continue;
            const auto [place, fresh] =
                of_carriers.emplace(document_type_of(item), *item.age_days_max);
            if (!fresh) place->second = std::min(place->second, *item.age_days_max);
        }
    for (const auto& [type, days] : of_carriers) ages[type] = days;
    return ages;
}

std::vector<Problem> document_age_problems(
    const std::vector<DocumentRef>& documents, const DocumentAges& ages, year_month_day today,
    std::optional<year_month_day> transfer
) {
    struct Youngest {
        std::size_t index;
        sys_days date;
    };
    std::map<std::string, Youngest> youngest;
    for (std::size_t index = 0; index < documents.size(); ++index) {
        const auto date = date_of(documents[index]);
        if (!date || !ages.contains(documents[index].type)) continue;
        const auto [place, fresh] = youngest.emplace(documents[index].type, Youngest{index, *date});
        if (!fresh && *date > place->second.date) place->second = {index, *date};
    }

    std::vector<Problem> problems;
    const sys_days now{today};
    for (const auto& [type, found] : youngest) {
        const auto& document = documents[found.index];
        const auto field = "/documents/" + std::to_string(found.index);
        const auto days_max = ages.at(type);
        const auto age = (now - found.date).count();
        const auto reason = type == "loa" ? Reason::loa_expired : Reason::document_refused;
        if (age < -1) {
            problems.push_back(
                {field, Reason::document_refused,
                 phrase("{1:text}, which is yet to come; correct its date", dated(document, found.date)), true}
            );
        } else if (age > days_max) {
            problems.push_back(
                {field, reason,
                 phrase(
                     "{1:text}, {2} days ago; attach one of at most {3} days", dated(document, found.date), age, days_max
                 ),
                 true}
            );
        } else if (transfer && (sys_days{*transfer} - found.date).count() > days_max) {
            problems.push_back(
                {field, reason,
                 phrase(
                     "{1:text} and will be {2} days old on the day of the transfer, {3:date}; carriers take {4} days: "
                     "have a new one ready by {5:date}",
                     dated(document, found.date), (sys_days{*transfer} - found.date).count(), iso_date(*transfer),
                     days_max, day_text(found.date + days{days_max})
                 ),
                 false}
            );
        }
    }
    return problems;
}

std::vector<Problem> document_expiry_problems(
    const std::vector<DocumentRef>& documents, year_month_day today, std::optional<year_month_day> wished
) {
    std::vector<Problem> problems;
    for (std::size_t index = 0; index < documents.size(); ++index) {
        const auto& document = documents[index];
        if (!document.expires_on) continue;
        const sys_days last{*document.expires_on};
        std::string message;
        if (last < sys_days{today})
            message = phrase(
                "the document {1} of type {2:document} expired on {3:date}; attach one that is still good",
                quoted(document.name, 60), document.type, day_text(last)
            );
        else if (wished && last < sys_days{*wished})
            message = phrase(
                "the document {1} of type {2:document} expires on {3:date}, before the requested date {4:date}; attach "
                "one that is good then",
                quoted(document.name, 60), document.type, day_text(last), iso_date(*wished)
            );
        else
            continue;
        problems.push_back({"/documents/" + std::to_string(index),
                            document.type == "loa" ? Reason::loa_expired : Reason::document_refused, std::move(message), true});
    }
    return problems;
}

}  // namespace porteur
