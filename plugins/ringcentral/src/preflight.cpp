// SPDX-License-Identifier: Apache-2.0
#include "preflight.hpp"

#include <algorithm>

#include <porteur/phrase.hpp>

#include "address_match.hpp"
#include "address_parts.hpp"
#include "codes.hpp"

namespace ringcentral {

using namespace porteur;

namespace {

Verdict verdict_of(const OwnedNumber& owned) {
    return verdict_on(owned.payment_type, owned.usage_type);
}

bool leaves(const PortOrder& order, const PhoneNumber& number) {
    return std::ranges::find(order.numbers, number) != order.numbers.end();
}

void look_at_number(
    const OwnedNumber& owned, const std::string& field, std::vector<Problem>& problems
) {
    const auto verdict = verdict_of(owned);
    const auto usage = quoted(owned.usage_type), payment = quoted(owned.payment_type);
    if (verdict.leaving == Leaving::cannot)
        problems.push_back(
            {field, Reason::not_portable,
             phrase(
                 "{1} cannot leave RingCentral ({2:quoted}, {3:quoted}): {4:text}",
                 owned.number.masked(), usage, payment, verdict.why
             ),
             true}
        );
    else if (const auto why = why_not_in_service(owned.status); !why.empty())
        problems.push_back(
            {field, Reason::number_inactive,
             phrase(
                 "{1} has the status {2:quoted} at RingCentral: {3:text}", owned.number.masked(),
                 quoted(owned.status), why
             ),
             true}
        );
    else if (verdict.leaving == Leaving::ask)
        problems.push_back(
            {field, Reason::special_feature,
             phrase(
                 "{1} ({2:quoted}, {3:quoted}): {4:text}; RingCentral's live chat tells whether it "
                 "may leave",
                 owned.number.masked(), usage, payment, verdict.why
             ),
             false}
        );
    else if (owned.activation == "Inactive")
        problems.push_back(
            {field, Reason::number_inactive,
             phrase(
                 "{1} is not activated at RingCentral; its live chat tells whether it may leave", owned.number.masked()
             ),
             false}
        );
}

void compare_numbers(
    const PortOrder& order, const Records& records, std::vector<Problem>& problems
) {
    for (std::size_t index = 0; index < order.numbers.size(); ++index) {
        const auto& number = order.numbers[index];
        const auto field = "/numbers/" + std::to_string(index);
        const auto found = std::ranges::find(records.numbers, number, &OwnedNumber::number);
        if (found != records.numbers.end())
            look_at_number(*found, field, problems);
        else
            problems.push_back(
                {field, Reason::number_not_on_account,
                 phrase("{1} is not on this RingCentral account; take it out or check the account", number.masked()),
                 true}
            );
    }
}

/// The number that the order makes the main one has to stay, and to be one that can be it.
void check_new_main_number(
    const PortOrder& order, const Records& records, std::vector<Problem>& problems
) {
    const auto& chosen = *order.new_btn;
    const auto found = std::ranges::find(records.numbers, chosen, &OwnedNumber::number);
    std::string why;
    if (leaves(order, chosen))
        why = phrase("the new main number {1} leaves itself", chosen.masked());
    else if (found == records.numbers.end())
        why = phrase("the new main number {1} is not on this RingCentral account", chosen.masked());
    else if (verdict_of(*found).leaving == Leaving::cannot || found->status != "Normal")
        why = phrase(
            "the new main number {1} cannot be it: {2}, {3}", chosen.masked(), quoted(found->usage_type), quoted(found->status)
        );
    if (!why.empty())
        problems.push_back(
            {"/new_btn", Reason::btn_porting_with_remainder,
             why + "; " + phrase("name a number in service that stays"),
             true}
        );
}

void compare_main_number(
    const PortOrder& order, const Records& records, std::vector<Problem>& problems
) {
    const auto is_main = [&](const OwnedNumber& owned) {
        return owned.usage_type == "MainCompanyNumber" ||
               same_number(owned.number.text(), records.account.main_number);
    };
    const auto stays = std::ranges::count_if(records.numbers, [&](const auto& owned) {
        return !leaves(order, owned.number) && verdict_of(owned).leaving != Leaving::cannot;
    });
    const auto main = std::ranges::find_if(records.numbers, [&](const auto& owned) {
        return is_main(owned) && leaves(order, owned.number);
    });
    if (main == records.numbers.end() || stays == 0) return;
    if (order.new_btn) return check_new_main_number(order, records, problems);
    problems.push_back(
        {"/new_btn", Reason::btn_porting_with_remainder,
         phrase_n(
             stays,
             "the main company number {1} leaves while {2:n} other number stays; have RingCentral make another one the main "
             "number first, and say which",
             "the main company number {1} leaves while {2:n} other numbers stay; have RingCentral make another one the main "
             "number first, and say which",
             main->number.masked(), stays
         ),
         false}
    );
}

void compare_account_number(
    const PortOrder& order, const Records& records, std::vector<Problem>& problems
) {
    if (order.account_number.empty() ||
        same_number(order.account_number, records.account.main_number))
        return;
    problems.push_back(
        {"/account_number", Reason::account_number_mismatch,
         phrase("the account number is not the main company number, which it usually is; compare it with "
         "the statement or the web site under Account, Billing"),
         false}
    );
}

void compare_btn(const PortOrder& order, const Records& records, std::vector<Problem>& problems) {
    if (!order.btn || same_number(order.btn->text(), records.account.main_number)) return;
    problems.push_back(
        {"/btn", Reason::btn_mismatch,
         phrase(
             "the billing telephone number {1} is not the main company number, which it usually is; compare it with the "
             "statement",
             order.btn->masked()
         ),
         false}
    );
}

struct Part {
    std::string field, name, ordered, on_file;
    Match match;
    Reason reason = Reason::address_mismatch;
};

Part text_part(
    std::string field, std::string name, const std::string& ordered, const std::string& on_file,
    Reason reason = Reason::address_mismatch
) {
    return {
        std::move(field), std::move(name), ordered, on_file, match_text(ordered, on_file), reason
    };
}

Part region_part(
    std::string field, std::string name, const std::string& ordered, const std::string& on_file
) {
    return {std::move(field), std::move(name), ordered, on_file, match_region(ordered, on_file)};
}

/// House number, street and unit. Where the whole line is the same there is nothing to tell,
/// however it was taken apart; where it differs and no part does, it is written otherwise.
std::vector<Part> line_parts(const Address& ours, const std::string& theirs) {
    const auto line = line_of(ours);
    const auto whole = match_text(line, theirs);
    if (whole == Match::same) return {};
    const auto left = street_parts(ours), right = street_parts(theirs);
    std::vector<Part> parts{
        text_part(
            "/service_address/house_number", phrase("house number"), left.house_number, right.house_number
        ),
        text_part("/service_address/street", phrase("street"), left.street, right.street),
        text_part("/service_address/unit", phrase("unit"), left.unit, right.unit),
    };
    std::erase_if(parts, [&](const Part& part) {
        return part.match == Match::same ||
               (whole == Match::spelling && part.match == Match::different);
    });
    if (parts.empty())
        parts.push_back(
            {"/service_address/street", phrase("street"), line, theirs, Match::spelling,
             Reason::address_mismatch}
        );
    return parts;
}

std::string sentence_on(const Part& part) {
    const bool only_spelling = part.match == Match::spelling;
    const auto here = part.ordered.empty() ? phrase("missing") : quoted(part.ordered);
    const auto there = part.on_file.empty() ? phrase("missing") : quoted(part.on_file);
    if (only_spelling)
        return phrase(
            "the {1:text} is spelt {2:text} in the order and {3:text} in RingCentral's business address (the same but for its "
            "spelling); write what the billing statement says",
            part.name, here, there
        );
    return phrase(
        "the {1:text} is {2:text} in the order and {3:text} in RingCentral's business address; write what the billing statement says",
        part.name, here, there
    );
}

void compare_address(
    const PortOrder& order, const Records& records, const Rules& rules,
    std::vector<Problem>& problems
) {
    const auto& ours = order.service_address;
    const auto& theirs = records.address;
    std::vector<Part> parts;
    if (!theirs.company.empty())
        parts.push_back(text_part(
            "/end_user/name", phrase("company name"), order.end_user.name, theirs.company,
            Reason::name_mismatch
        ));
    if (!theirs.street.empty())
        for (auto& each : line_parts(ours, theirs.street)) parts.push_back(std::move(each));
    if (!theirs.city.empty())
        parts.push_back(text_part("/service_address/city", phrase("city"), ours.city, theirs.city));
    if (!theirs.state.empty())
        parts.push_back(
            region_part("/service_address/region", phrase("province or state"), ours.region, theirs.state)
        );
    if (!theirs.zip.empty())
        parts.push_back(text_part(
            "/service_address/postal_code", phrase("postal code"), ours.postal_code, theirs.zip,
            Reason::postal_code_mismatch
        ));
    if (!theirs.country.empty())
        parts.push_back(
            region_part("/service_address/country", phrase("country"), ours.country, theirs.country)
        );

    for (const auto& part : parts) {
        if (part.match == Match::same) continue;
        const bool only_spelling = part.match == Match::spelling;
        // "ON" beside "Ontario" is how the two write it, not how somebody wrote it.
        if (only_spelling && (part.field.ends_with("/region") || part.field.ends_with("/country")))
            continue;
        problems.push_back(
            {part.field, part.reason, sentence_on(part),
             !only_spelling && rules.address_difference_blocks}
        );
    }
}

}  // namespace

std::vector<Problem> problems_of_account(
    const Account& account, const std::string& billing_plan_type
) {
    std::vector<Problem> problems;
    if (const auto why = why_not_active(account.status, account.status_reason); !why.empty())
        problems.push_back(
            {"", Reason::other,
             account.status_reason.empty()
                 ? phrase(
                       "the RingCentral account is {1:quoted}, not Confirmed: {2:text}; only "
                       "numbers of an active account can leave",
                       quoted(account.status), why
                   )
                 : phrase(
                       "the RingCentral account is {1:quoted} ({2:quoted}), not Confirmed: "
                       "{3:text}; only numbers of an active account can leave",
                       quoted(account.status), quoted(account.status_reason), why
                   ),
             true}
        );
    if (billing_plan_type.empty()) return problems;
    if (const auto why = why_not_paid(billing_plan_type); !why.empty())
        problems.push_back(
            {"", Reason::other,
             phrase(
                 "the billing plan is {1:quoted}, neither Regular nor Initial: {2:text}",
                 quoted(billing_plan_type), why
             ),
             true}
        );
    return problems;
}

std::vector<Problem> differences(
    const PortOrder& order, const Records& records, const Rules& rules
) {
    auto problems = problems_of_account(records.account, records.billing_plan_type);
    compare_numbers(order, records, problems);
    compare_main_number(order, records, problems);
    compare_account_number(order, records, problems);
    compare_btn(order, records, problems);
    compare_address(order, records, rules, problems);
    return problems;
}

}  // namespace ringcentral
