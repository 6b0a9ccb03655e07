// SPDX-License-Identifier: Apache-2.0
// RingCentral loses numbers by a request that the gaining carrier makes: there is nothing to submit
// here. The plugin tells what a number needs to leave, and compares an order with the account's own
// records.
#include <porteur/sdk.hpp>

#include "codes.hpp"
#include "paperwork.hpp"
#include "preflight.hpp"
#include "wire.hpp"

namespace ringcentral {

using namespace porteur;

namespace {

/// An account with more pages than this is read wrongly, not that large.
constexpr std::int64_t pages_max = 500;

Rules rules_of(const AccountSettings& mine) {
    Rules rules;
    rules.pin_digits_min = mine.number("pin_digits_min", rules.pin_digits_min);
    rules.pin_digits_max = mine.number("pin_digits_max", rules.pin_digits_max);
    rules.statement_age_days_max =
        mine.number("statement_age_days_max", rules.statement_age_days_max);
    rules.address_difference_blocks = mine.text("address_difference") == "block";
    return rules;
}

std::int64_t page_size(const AccountSettings& mine) { return mine.number("page_size", 100); }

Op<std::vector<OwnedNumber>> all_numbers(std::int64_t per_page) {
    std::vector<OwnedNumber> numbers;
    for (std::int64_t page = 1; page <= pages_max; ++page) {
        const auto answer = co_await get_numbers("numbers-" + std::to_string(page), page, per_page);
        require_ok(answer);
        if (!add_page(answer.json(), page, numbers)) break;
    }
    co_return numbers;
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
    const auto owned = co_await all_numbers(page_size(mine));
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
    records.numbers = co_await all_numbers(page_size(mine));
    const auto time = co_await now();

    Findings findings;
    findings.problems = problems_of(order, rules);
    for (auto& each : differences(order, records, rules))
        findings.problems.push_back(std::move(each));
    if (auto old = statement_age_problem(order, std::chrono::floor<std::chrono::days>(time), rules))
        findings.problems.push_back(std::move(*old));
    findings.note =
        "compared with RingCentral's business address; the billing address, which has to match, is "
        "on the statement only";
    co_return findings;
}

// Its age needs today's date, which a pure operation has not: preflight looks at that.
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

PORTEUR_PLUGIN(
    "ringcentral", "0.1.0", PORTEUR_OPERATION(requirements), PORTEUR_OPERATION(validate),
    PORTEUR_OPERATION(check_account), PORTEUR_OPERATION(list_numbers), PORTEUR_OPERATION(preflight)
)

}  // namespace ringcentral
