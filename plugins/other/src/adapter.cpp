// SPDX-License-Identifier: Apache-2.0
// A carrier that has no API, or no plugin yet: each step is a task for a person. A task waits as a
// row; while one is open the order has an operation under way, so nobody is asked twice.
#include <algorithm>

#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "carrier.hpp"
#include "checks.hpp"
#include "purchase.hpp"
#include "steps.hpp"
#include "tasks.hpp"

namespace other {

using namespace porteur;

namespace {

constexpr std::string_view foc_key = "foc";
constexpr int dates_asked_max = 5;
constexpr std::chrono::days exception_wait{30};

void require_none(const std::vector<Problem>& problems) {
    std::string all;
    for (const auto& each : problems)
        if (each.blocking) all += (all.empty() ? "" : "; ") + each.message;
    if (!all.empty()) fail(ErrorKind::invalid_input, problems.front().reason, "", std::move(all));
}

PortProgress progress(
    const OrderReference& order, OrderState state, std::string word, std::chrono::sys_seconds now,
    std::chrono::seconds wait
) {
    auto told = told_by_person<PortProgress>(order, state, std::move(word), now, wait);
    told.foc = read_iso_date(text_at(order.kept, foc_key));
    return told;
}

/// A day that can be read; asked for until there is one.
Op<std::optional<std::chrono::year_month_day>> foc_day(
    AccountSettings mine, Carrier carrier, std::string text
) {
    for (int asked = 1;; ++asked) {
        if (const auto day = read_iso_date(trimmed(text))) co_return day;
        if (asked > dates_asked_max) co_return std::nullopt;
        auto question = task(
            mine, "foc-date-" + std::to_string(asked),
            phrase("On which day will {1} carry the port out?", carrier.name),
            "Write the day as in 2026-12-01, or answer \"not_told\".\n"
            "Écrivez le jour comme 2026-12-01, ou répondez « not_told ».\n"
        );
        const auto answer = co_await question.choice("day").choice("not_told");
        if (answer.choice == "not_told") co_return std::nullopt;
        text = answer.text;
    }
}

}  // namespace

Op<Requirements> requirements(RequirementsQuery) {
    const auto mine = co_await account_settings();
    co_return requirements_of(carrier_of(mine));
}

// Its documents' age needs today's date, which a pure operation has not: submit_port looks at that.
Op<Findings> validate(PortOrder order) {
    const auto mine = co_await account_settings();
    Findings findings;
    findings.problems = problems_of(order, carrier_of(mine));
    co_return findings;
}

Op<AccountCheck> check_account(Nothing) {
    const auto mine = co_await account_settings();
    AccountCheck check;
    const auto carrier = carrier_from(mine.data("carriers"), mine.text("carrier"));
    if (carrier)
        check.identity = carrier->name;
    else
        check.problems.push_back({"", Reason::other, carrier.error().message, true});
    co_return check;
}

/// As a losing carrier: a person compares the order with its records.
Op<Findings> preflight(PortOrder order) {
    const auto mine = co_await account_settings();
    const auto carrier = carrier_of(mine);
    auto question = task(
        mine, "compare",
        phrase("Compare order {1} with the records of {2}", order.reference, carrier.name),
        comparison_of(order, carrier)
    );
    const auto answer = co_await question.choice("agrees").choice("differs");
    Findings findings;
    if (answer.choice != "differs") {
        findings.note = phrase("compared by a person with the records of {1}", carrier.name);
        co_return findings;
    }
    const auto why = refusal_from(answer.text);
    findings.problems.push_back(
        {why.fields.empty() ? std::string() : why.fields.front(), why.reason,
         phrase("{1} has it otherwise", carrier.name) +
             (why.text.empty() ? std::string() : ": " + quoted(masked_numbers(why.text), 300)),
         true}
    );
    co_return findings;
}

Op<PortProgress> submit_port(PortOrder order) {
    const auto mine = co_await account_settings();
    const auto carrier = carrier_of(mine);
    require_none(problems_of(order, carrier));
    const auto asked_at = co_await now();
    require_none(age_problems_of(order, carrier, std::chrono::floor<std::chrono::days>(asked_at)));

    auto hand_in = task(
        mine, "hand-in", phrase("Hand order {1} in at {2}", order.reference, carrier.name),
        packet_of(order, carrier)
    );
    const auto answer = co_await hand_in.choice("submitted").choice("refused").text_required();
    if (answer.choice == "refused") refuse(carrier, refusal_from(answer.text), Reason::other);

    const auto told_at = co_await now();
    OrderReference reference;
    reference.carrier_id = id_from(answer.text);
    reference.kept[language_key] = order.language == "fr" ? "fr" : "en";
    co_return progress(reference, OrderState::submitted, answer.choice, told_at, check_every(mine));
}

Op<PortProgress> check_port(OrderReference order) {
    const auto mine = co_await account_settings();
    const auto carrier = carrier_of(mine);
    const auto before = co_await now();
    if (const auto left = wait_left(order, before); left.count() > 0)
        co_return progress(order, state_of(order), text_at(order.kept, state_key), before, left);

    auto question = task(
        mine, "next-step", phrase("How does order {1} stand at {2}?", order.reference, carrier.name),
        question_of(order, carrier, is_french(order))
    );
    const auto answer = co_await question.choice("confirmed")
                            .choice("completed")
                            .choice("refused")
                            .choice("cancelled")
                            .choice("nothing_new");
    const auto told_at = co_await now();
    const auto every = check_every(mine);
    if (answer.choice == "completed")
        co_return progress(order, OrderState::completed, answer.choice, told_at, every);
    if (answer.choice == "cancelled")
        co_return progress(order, OrderState::cancelled, answer.choice, told_at, every);
    if (answer.choice == "refused") {
        // An open task would stand in the way of the correction that is awaited now.
        auto refused = progress(
            order, OrderState::exception, answer.choice, told_at,
            std::max<std::chrono::seconds>(every, exception_wait)
        );
        refused.rejections.push_back(refusal_from(answer.text));
        co_return refused;
    }
    if (answer.choice != "confirmed")
        co_return progress(order, state_of(order), answer.choice, told_at, every);

    const auto day = co_await foc_day(mine, carrier, answer.text);
    auto wait = every;
    if (day) {
        order.kept[foc_key] = iso_date(*day);
        // Before the day is over there is nothing to ask.
        const auto over =
            std::chrono::sys_seconds{std::chrono::sys_days{*day} + std::chrono::days{1}};
        wait =
            std::max(wait, std::min(over - told_at, std::chrono::seconds{std::chrono::days{90}}));
    }
    co_return progress(order, OrderState::confirmed, answer.choice, told_at, wait);
}

Op<PortProgress> supplement_port(Supplement supplement) {
    const auto mine = co_await account_settings();
    const auto carrier = carrier_of(mine);
    auto correction = task(
        mine, "correct", phrase("Correct order {1} at {2}", supplement.order.reference, carrier.name),
        corrections_of(supplement, carrier, supplement.corrected.language == "fr")
    );
    const auto answer = co_await correction.choice("done").choice("refused");
    if (answer.choice == "refused")
        refuse(carrier, refusal_from(answer.text), Reason::cannot_change_now);
    const auto told_at = co_await now();
    // What was confirmed before a change is to be confirmed again.
    supplement.order.kept.erase(foc_key);
    co_return progress(
        supplement.order, OrderState::submitted, answer.choice, told_at, check_every(mine)
    );
}

Op<PortProgress> cancel_port(OrderReference order) {
    const auto mine = co_await account_settings();
    const auto carrier = carrier_of(mine);
    auto calling_off = task(
        mine, "cancel", phrase("Have {1} cancel order {2}", carrier.name, order.reference),
        cancellation_of(order, carrier, is_french(order))
    );
    const auto answer = co_await calling_off.choice("cancelled").choice("refused");
    if (answer.choice == "refused")
        refuse(carrier, refusal_from(answer.text), Reason::cannot_cancel_now);
    const auto told_at = co_await now();
    co_return progress(order, OrderState::cancelled, answer.choice, told_at, check_every(mine));
}

PORTEUR_PLUGIN(
    "other", "0.1.0", PORTEUR_OPERATION(requirements), PORTEUR_OPERATION(validate),
    PORTEUR_OPERATION(check_account), PORTEUR_OPERATION(preflight), PORTEUR_OPERATION(submit_port),
    PORTEUR_OPERATION(check_port), PORTEUR_OPERATION(supplement_port),
    PORTEUR_OPERATION(cancel_port), PORTEUR_OPERATION(purchase), PORTEUR_OPERATION(check_purchase),
    PORTEUR_OPERATION(cancel_purchase)
)

}  // namespace other
