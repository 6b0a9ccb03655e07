// SPDX-License-Identifier: Apache-2.0
// RingCentral loses numbers by a request that the gaining carrier makes: there is nothing to submit
// here. The plugin tells what a number needs to leave, and compares an order with the account's own
// records.
#include <algorithm>

#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "codes.hpp"
#include "listing.hpp"
#include "package.hpp"
#include "preflight.hpp"
#include "release.hpp"
#include "wire.hpp"

namespace ringcentral {

using namespace porteur;

namespace {

Rules rules_of(const AccountSettings& mine) {
    Rules rules;
    rules.pin_digits_min = mine.number("pin_digits_min", rules.pin_digits_min);
    rules.pin_digits_max = mine.number("pin_digits_max", rules.pin_digits_max);
    rules.statement_age_days_max =
        mine.number("statement_age_days_max", rules.statement_age_days_max);
    rules.loa_age_days_max = mine.number("loa_age_days_max", rules.loa_age_days_max);
    rules.address_difference_blocks = mine.text("address_difference") == "block";
    return rules;
}

Pace pace_of(const AccountSettings& mine) {
    Pace pace;
    pace.page_size = mine.number("page_size", pace.page_size);
    pace.pages_per_minute = mine.number("pages_per_minute", pace.pages_per_minute);
    return pace;
}

/// Account, address, plan: asked at once, as each is a light request.
Op<Records> records_without_numbers() {
    std::vector<HttpRequest> requests;
    requests.push_back(get_account("account"));
    requests.push_back(get_business_address("business-address"));
    requests.push_back(get_service_info("service-info"));
    const auto answers = co_await together(std::move(requests));
    for (const auto& each : answers) require_ok(each);
    Records records;
    records.account = account_from(answers[0].json());
    records.address = business_address_from(answers[1].json());
    records.billing_plan_type = billing_plan_type_from(answers[2].json());
    co_return records;
}

}  // namespace

// Every permission that the other operations need is used once.
Op<AccountCheck> check_account(Nothing) {
    const auto records = co_await records_without_numbers();
    const auto numbers = co_await get_numbers("numbers", 1, 1);
    require_ok(numbers);
    AccountCheck check;
    check.identity = records.account.id;
    check.problems = problems_of_account(records.account, records.billing_plan_type);
    co_return check;
}

Op<std::vector<CarrierNumber>> list_numbers(Nothing) {
    const auto mine = co_await account_settings();
    const auto owned = co_await all_numbers(pace_of(mine));
    std::vector<CarrierNumber> found;
    for (const auto& each : owned)
        found.push_back(
            {each.number, each.id,
             is_toll_free(each.number) ? NumberType::toll_free : NumberType::local, each.status,
             each.label, each.usage_type == "MainCompanyNumber"}
        );
    co_return found;
}

Op<Findings> preflight(PortOrder order) {
    const auto mine = co_await account_settings();
    const auto rules = rules_of(mine);
    auto records = co_await records_without_numbers();
    records.numbers = co_await all_numbers(pace_of(mine));
    const auto time = co_await now();

    Findings findings;
    findings.problems = problems_of(order, rules);
    for (auto& each : differences(order, records, rules))
        findings.problems.push_back(std::move(each));
    const auto today = std::chrono::floor<std::chrono::days>(time);
    for (const auto type : {statement_type, loa_type})
        if (const auto* document = newest_document(order, type))
            if (auto old = age_problem(*document, today, rules))
                findings.problems.push_back(std::move(*old));
    findings.note = phrase("compared with RingCentral's business address; the billing address, "
                           "which has to match, is on the statement only");
    co_return findings;
}

// The age of a document needs today's date, which a pure operation has not: preflight looks at
// that.
Op<Findings> validate(PortOrder order) {
    const auto mine = co_await account_settings();
    Findings findings;
    findings.problems = problems_of(order, rules_of(mine));
    co_return findings;
}

Op<Requirements> requirements(RequirementsQuery) {
    const auto mine = co_await account_settings();
    co_return package(rules_of(mine));
}

Op<ReleasePacket> release_packet(PortOrder order) {
    const auto mine = co_await account_settings();
    const auto rules = rules_of(mine);
    const auto time = co_await now();
    co_return packet_of(order, std::chrono::floor<std::chrono::days>(time), rules);
}

// A number that is not on the list counts as gone, so the list has to be the whole account's: a
// user who is no administrator is shown a part of it.
// @source CARRIERS.md 1.5, "Permission effect"
Op<ReleaseWatch> check_release(OrderReference order) {
    const auto mine = co_await account_settings();
    const auto account = co_await get_account("account");
    require_ok(account);
    const auto main_number = account_from(account.json()).main_number;
    const auto owned = co_await all_numbers(pace_of(mine));
    const auto is_main = [&](const PhoneNumber& number) {
        return same_number(number.text(), main_number);
    };
    if (std::ranges::none_of(order.numbers, is_main) &&
        std::ranges::none_of(owned, is_main, &OwnedNumber::number))
        fail(
            ErrorKind::unauthorized, Reason::none, "",
            "ringcentral: " +
                phrase("the list of numbers lacks the main number, so it is a part of the account "
                       "only; the user of the JWT needs the Super Admin role")
        );

    ReleaseWatch watch;
    bool all_left = true;
    for (const auto& number : order.numbers) {
        const auto found = std::ranges::find(owned, number, &OwnedNumber::number);
        const bool left = found == owned.end();
        all_left = all_left && left;
        watch.numbers.push_back(
            {number, left, left ? std::string() : found->status + ", " + found->usage_type}
        );
    }
    if (!all_left)
        watch.check_again = std::chrono::seconds{mine.number("check_release_every", 21'600)};
    co_return watch;
}

PORTEUR_PLUGIN(
    "ringcentral", "0.2.0", PORTEUR_OPERATION(requirements), PORTEUR_OPERATION(validate),
    PORTEUR_OPERATION(check_account), PORTEUR_OPERATION(list_numbers), PORTEUR_OPERATION(preflight),
    PORTEUR_OPERATION(release_packet), PORTEUR_OPERATION(check_release)
)

}  // namespace ringcentral
