// SPDX-License-Identifier: Apache-2.0
#include "preflight.hpp"

#include <algorithm>

#include "address_match.hpp"
#include "codes.hpp"

namespace ringcentral {

using namespace porteur;

namespace {

void compare_numbers(
    const PortOrder& order, const Records& records, std::vector<Problem>& problems
) {
    for (std::size_t index = 0; index < order.numbers.size(); ++index) {
        const auto& number = order.numbers[index];
        const auto field = "/numbers/" + std::to_string(index);
        const auto found = std::ranges::find(records.numbers, number, &OwnedNumber::number);
        if (found == records.numbers.end()) {
            problems.push_back(
                {field, Reason::number_not_on_account,
                 number.masked() +
                     " is not on this RingCentral account; take it out or check the account",
                 true}
            );
            continue;
        }
        if (const auto why = why_not_portable(found->payment_type, found->usage_type); !why.empty())
            problems.push_back(
                {field, Reason::not_portable,
                 number.masked() + " cannot leave RingCentral: " + std::string(why), true}
            );
        else if (found->status != "Normal")
            problems.push_back(
                {field, Reason::number_inactive,
                 number.masked() + " has the status " + quoted(found->status) +
                     " at RingCentral; only a number in service (Normal) can leave",
                 true}
            );
    }
}

void compare_main_number(
    const PortOrder& order, const Records& records, std::vector<Problem>& problems
) {
    const auto leaves = [&](const OwnedNumber& owned) {
        return std::ranges::find(order.numbers, owned.number) != order.numbers.end();
    };
    const auto is_main = [&](const OwnedNumber& owned) {
        return owned.usage_type == "MainCompanyNumber" ||
               same_number(owned.number.text(), records.account.main_number);
    };
    const auto stays = std::ranges::count_if(records.numbers, [&](const auto& owned) {
        return !leaves(owned) && why_not_portable(owned.payment_type, owned.usage_type).empty();
    });
    const auto main = std::ranges::find_if(records.numbers, [&](const auto& owned) {
        return is_main(owned) && leaves(owned);
    });
    if (main == records.numbers.end() || stays == 0) return;
    problems.push_back(
        {"/numbers", Reason::btn_porting_with_remainder,
         "the main company number " + main->number.masked() + " leaves while " +
             std::to_string(stays) + (stays == 1 ? " other number stays" : " other numbers stay") +
             "; have RingCentral make another one the main number first",
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
         "the account number is not the main company number, which it usually is; compare it with "
         "the "
         "statement or the web site under Account, Billing",
         false}
    );
}

struct Part {
    std::string field, name, ordered, on_file;
    Match match;
    Reason reason;
};

std::string street_of(const Address& at) {
    std::string out;
    for (const auto* part : {&at.house_number, &at.street, &at.street_type, &at.street_direction}) {
        if (part->empty()) continue;
        if (!out.empty()) out += ' ';
        out += *part;
    }
    if (!at.unit.empty()) out += " Unit " + at.unit;
    return out;
}

void compare_address(
    const PortOrder& order, const Records& records, const Rules& rules,
    std::vector<Problem>& problems
) {
    const auto& ours = order.service_address;
    const auto& theirs = records.address;
    const auto text = [](std::string field, std::string name, const std::string& left,
                         const std::string& right, Reason reason) {
        return Part{std::move(field),        std::move(name), left, right,
                    match_text(left, right), reason};
    };
    const auto region = [](std::string field, std::string name, const std::string& left,
                           const std::string& right) {
        return Part{std::move(field),          std::move(name),         left, right,
                    match_region(left, right), Reason::address_mismatch};
    };
    const Part parts[] = {
        text(
            "/end_user/name", "company name", order.end_user.name, theirs.company,
            Reason::name_mismatch
        ),
        text(
            "/service_address/street", "street", street_of(ours), theirs.street,
            Reason::address_mismatch
        ),
        text("/service_address/city", "city", ours.city, theirs.city, Reason::address_mismatch),
        region("/service_address/region", "province or state", ours.region, theirs.state),
        text(
            "/service_address/postal_code", "postal code", ours.postal_code, theirs.zip,
            Reason::postal_code_mismatch
        ),
        region("/service_address/country", "country", ours.country, theirs.country),
    };
    for (const auto& part : parts) {
        if (part.match == Match::same || part.on_file.empty()) continue;
        const bool only_spelling = part.match == Match::spelling;
        // "ON" beside "Ontario" is how the two write it, not how somebody wrote it.
        if (only_spelling && (part.field.ends_with("/region") || part.field.ends_with("/country")))
            continue;
        problems.push_back(
            {part.field, part.reason,
             "the " + part.name + (only_spelling ? " is spelt " : " is ") + quoted(part.ordered) +
                 " in the order and " + quoted(part.on_file) +
                 " in RingCentral's business address; write what the billing statement says",
             !only_spelling && rules.address_difference_blocks}
        );
    }
}

}  // namespace

std::vector<Problem> problems_of_account(
    const Account& account, const std::string& billing_plan_type
) {
    std::vector<Problem> problems;
    if (!is_confirmed(account.status))
        problems.push_back(
            {"", Reason::other,
             "the RingCentral account is " + quoted(account.status) +
                 (account.status_reason.empty() ? std::string()
                                                : " (" + quoted(account.status_reason) + ")") +
                 ", not Confirmed; only numbers of an active account can leave",
             true}
        );
    if (!billing_plan_type.empty() && !is_paid(billing_plan_type))
        problems.push_back(
            {"", Reason::other,
             "the billing plan is " + quoted(billing_plan_type) +
                 ", neither Regular nor Initial; the account has to be in good standing",
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
    compare_address(order, records, rules, problems);
    return problems;
}

}  // namespace ringcentral
