// SPDX-License-Identifier: Apache-2.0
#include "paperwork.hpp"

#include <algorithm>

#include <porteur/north_america.hpp>
#include <porteur/phrase.hpp>

namespace ringcentral {

using namespace porteur;

namespace {

bool is_digits(std::string_view text, std::size_t count) {
    return text.size() == count &&
           std::ranges::all_of(text, [](char letter) { return letter >= '0' && letter <= '9'; });
}

class Collector {
public:
    void need(bool there, std::string field, Reason reason, std::string message) {
        if (!there) found_.push_back({std::move(field), reason, std::move(message), true});
    }
    std::vector<Problem> take() { return std::move(found_); }

private:
    std::vector<Problem> found_;
};

void check_pin(const PortOrder& order, const Rules& rules, Collector& problems) {
    const auto least = rules.pin_digits_min, most = rules.pin_digits_max;
    if (!order.pin.given) {
        problems.need(
            false, "/pin", Reason::pin_required,
            phrase("give the voicemail PIN ({1} to {2} digits); it cannot be read back, only set anew in the app", least, most)
        );
        return;
    }
    const bool fits = order.pin.digits_only && order.pin.length >= rules.pin_digits_min &&
                      order.pin.length <= rules.pin_digits_max;
    problems.need(
        fits, "/pin", Reason::pin_invalid, phrase("a voicemail PIN has {1} to {2} digits; this one has not", least, most)
    );
}

void check_statement(const PortOrder& order, Collector& problems) {
    const auto* statement = newest_document(order, statement_type);
    if (statement == nullptr)
        problems.need(
            false, "/documents", Reason::documents_required,
            "attach a recent billing statement (PDF, photo or screenshot)"
        );
    else
        problems.need(
            statement->issued_on.has_value(), "/documents", Reason::documents_required,
            "say on which day the billing statement was issued"
        );
}

std::string why_not_portable(const PhoneNumber& number) {
    const auto area = foreign_area_of(number);
    if (area.empty())
        return phrase("{1} is neither a US, a Canadian nor a North American toll-free number", number.masked());
    return phrase(
        "{1} has the area code {2}, which is neither US, Canadian nor toll-free; RingCentral lets only these leave",
        number.masked(), area
    );
}

}  // namespace

std::vector<Problem> problems_of(const PortOrder& order, const Rules& rules) {
    Collector problems;
    problems.need(!order.numbers.empty(), "/numbers", Reason::none, "name the numbers that leave");
    for (std::size_t index = 0; index < order.numbers.size(); ++index)
        problems.need(
            is_us_or_canadian(order.numbers[index]), "/numbers/" + std::to_string(index),
            Reason::not_portable, why_not_portable(order.numbers[index])
        );
    problems.need(
        !order.end_user.name.empty(), "/end_user/name", Reason::name_mismatch,
        "give the name that stands on the billing statement"
    );
    if (order.account_number.empty())
        problems.need(
            false, "/account_number", Reason::account_number_required,
            "give the account number: ten digits, usually the main company number"
        );
    else
        problems.need(
            is_digits(order.account_number, 10), "/account_number", Reason::account_number_mismatch,
            "an account number has ten digits and nothing else; usually it is the main company "
            "number"
        );
    check_pin(order, rules, problems);

    const auto& at = order.service_address;
    problems.need(
        !at.street.empty() && !at.city.empty() && !at.region.empty() && !at.postal_code.empty() &&
            !at.country.empty(),
        "/service_address", Reason::address_required,
        "give the whole billing address, exactly as it stands on the statement"
    );
    check_statement(order, problems);
    return problems.take();
}

std::optional<std::chrono::year_month_day> day_of(const DocumentRef& document) {
    return document.type == loa_type ? document.signed_on : document.issued_on;
}

const DocumentRef* newest_document(const PortOrder& order, std::string_view type) {
    const DocumentRef* newest = nullptr;
    for (const auto& each : order.documents)
        if (each.type == type && (newest == nullptr || day_of(each) > day_of(*newest)))
            newest = &each;
    return newest;
}

std::optional<Problem> age_problem(
    const DocumentRef& document, std::chrono::sys_days today, const Rules& rules
) {
    const bool loa = document.type == loa_type;
    const auto day = day_of(document);
    if (!day) return std::nullopt;
    const auto reason = loa ? Reason::loa_expired : Reason::document_refused;
    const auto age = (today - std::chrono::sys_days{*day}).count();
    const auto max = loa ? rules.loa_age_days_max : rules.statement_age_days_max;
    // One day of grace: the document's day may have begun where it was made and not yet in UTC.
    if (age < -1)
        return Problem{
            "/documents", reason,
            loa ? phrase("the letter of authorization is dated {1:date}, which is yet to come", iso_date(*day))
                : phrase("the billing statement is dated {1:date}, which is yet to come", iso_date(*day)),
            true
        };
    if (age <= max) return std::nullopt;
    return Problem{
        "/documents", reason,
        loa ? phrase("the letter of authorization is {1} days old; attach one of at most {2} days", age, max)
            : phrase("the billing statement is {1} days old; attach one of at most {2} days", age, max),
        true
    };
}

}  // namespace ringcentral
