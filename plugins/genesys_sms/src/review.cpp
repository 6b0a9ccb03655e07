// SPDX-License-Identifier: Apache-2.0
#include "review.hpp"

#include <algorithm>
#include <array>

#include <porteur/calendar_text.hpp>
#include <porteur/json_at.hpp>

namespace genesys {

using namespace porteur;
using namespace std::chrono;

namespace {

/// In the order of Reminder.
constexpr std::array<std::string_view, 3> words_of_reminder{"sent", "in_doubt", "not_sent"};

bool is_business_day(sys_days day, const Country* country) {
    const weekday of_week(day);
    if (of_week == Saturday || of_week == Sunday) return false;
    return country == nullptr || !is_holiday(*country, day);
}

std::optional<sys_seconds> time_at(const json::value& from, std::string_view key) {
    const auto text = text_at(from, key);
    return text.empty() ? std::nullopt : read_rfc3339(text);
}

}  // namespace

sys_seconds business_days_after(sys_seconds from, int count, const Country* country) {
    auto day = floor<days>(from);
    const auto time = from - day;
    while (count > 0)
        if (is_business_day(day += days(1), country)) --count;
    return day + time;
}

json::object Review::to_kept() const {
    json::array numbers;
    for (const auto& each : request.numbers) numbers.emplace_back(each.text());
    json::object kept{
        {"country", request.country},
        {"language", request.language},
        {"organization_id", request.organization_id},
        {"asked_on", request.asked_on},
        {"numbers", std::move(numbers)},
        {"may_choose", request.may_choose},
        {"due", rfc3339(due)}
    };
    if (reminded) {
        kept["reminded"] = rfc3339(*reminded);
        kept["reminder"] = words_of_reminder[static_cast<std::size_t>(reminder)];
    }
    if (second_due) kept["second_due"] = rfc3339(*second_due);
    return kept;
}

void Review::keep_in(json::object& kept) const {
    const bool was_reminded = reminded && second_due;
    kept["desk"] = to_kept();
    kept["due"] = json::string(iso_date(floor<days>(was_reminded ? *second_due : due)));
    kept["then"] = !was_reminded                    ? "reminder"
                   : reminder == Reminder::sent ? "person"
                                                : "person_unreminded";
}

std::optional<Review> Review::from_kept(const json::object& all) {
    const auto* kept = all.if_contains("desk");
    if (!kept) return std::nullopt;
    const auto until = time_at(*kept, "due");
    if (!until) return std::nullopt;
    Review made;
    made.due = *until;
    made.request.country = text_at(*kept, "country");
    made.request.language = text_at(*kept, "language");
    made.request.organization_id = text_at(*kept, "organization_id");
    made.request.asked_on = text_at(*kept, "asked_on");
    made.request.may_choose = flag_at(*kept, "may_choose");
    made.reminded = time_at(*kept, "reminded");
    // An older version of this plugin did not say what became of it.
    const auto word = std::ranges::find(words_of_reminder, text_at(*kept, "reminder"));
    if (word != words_of_reminder.end())
        made.reminder = static_cast<Reminder>(word - words_of_reminder.begin());
    made.second_due = time_at(*kept, "second_due");
    for (const auto& each : list_at(*kept, "numbers"))
        if (each.is_string())
            if (const auto number = PhoneNumber::from_json_text(std::string(each.get_string())))
                made.request.numbers.push_back(*number);
    return made;
}

std::optional<OrderState> said_by_mail(const json::object& kept) {
    const auto* mail = kept.if_contains("mail");
    if (!mail) return std::nullopt;
    OrderState state{};
    if (!boost::describe::enum_from_string(text_at(*mail, "state").c_str(), state))
        return std::nullopt;
    return state;
}

}  // namespace genesys
