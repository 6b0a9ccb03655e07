// SPDX-License-Identifier: Apache-2.0
// The table of the plugin's operations, and those that only read the account.
#include <algorithm>

#include <porteur/north_america.hpp>
#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "checks.hpp"
#include "codes.hpp"
#include "desk.hpp"
#include "dids.hpp"
#include "discovery.hpp"
#include "follow_up.hpp"
#include "purchase.hpp"
#include "release.hpp"
#include "search.hpp"
#include "submission.hpp"
#include "targets.hpp"
#include "wire.hpp"

namespace thinktel {

using namespace porteur;

namespace {

/// How many trunks are looked at one by one when the account is checked.
constexpr std::size_t trunks_checked_max = 32;

Portability portability_from(const PhoneNumber& number, const Answer& answer) {
    const bool refused = answer.status() == 400 || answer.status() == 404;
    if (!refused) require_ok(answer);
    const auto reply =
        refused ? rejected_reply : integer_at(answer.json(), "Reply").value_or(unknown_reply);
    const auto words = message_in(answer.body());
    Portability ours{number, reply == accepted_reply, Reason::none, name_of_reply(reply)};
    if (!words.empty()) ours.carrier_word += ": " + words;
    if (ours.portable) return ours;
    ours.reason = reason_in(words);
    // Deferred, conditional and an error are no answer to the question.
    if (ours.reason == Reason::other && reply == rejected_reply) ours.reason = Reason::not_portable;
    return ours;
}

/// A trunk that is switched off takes no calls. What cannot be read is left alone.
Op<std::vector<Problem>> problems_of_trunks(std::vector<TargetChoice> all) {
    std::vector<HttpRequest> requests;
    for (std::size_t index = 0; index < std::min(all.size(), trunks_checked_max); ++index)
        requests.push_back(http().get(step_of("trunk", index), "/SipTrunks/" + all[index].id));
    std::vector<Problem> problems;
    const auto answers = co_await in_turns(std::move(requests));
    for (std::size_t index = 0; index < answers.size(); ++index) {
        if (!answers[index].ok()) continue;
        const auto& enabled = value_at(answers[index].json(), "Enabled");
        if (enabled.is_bool() && !enabled.get_bool())
            problems.push_back(
                {"", Reason::none,
                 phrase(
                     "the SIP trunk {1} is switched off; numbers that go to it take no calls",
                     quoted(all[index].label_en)
                 ),
                 false}
            );
    }
    co_return problems;
}

}  // namespace

Op<AccountCheck> check_account(Nothing) {
    const auto answer = co_await http().get("account", "/Users/Current/Account");
    require_ok(answer);
    AccountCheck check;
    const auto& account = answer.json();
    if (account.is_int64()) check.identity = std::to_string(account.get_int64());
    if (account.is_string()) check.identity = account.get_string();
    const auto all = co_await trunks();
    if (all.empty())
        check.problems.push_back(
            {"", Reason::none, phrase("the account has no SIP trunk for numbers to go to"), false}
        );
    for (auto& each : co_await problems_of_trunks(all)) check.problems.push_back(std::move(each));
    co_return check;
}

Op<std::vector<CarrierNumber>> list_numbers(Nothing) {
    std::vector<CarrierNumber> found;
    const auto all = co_await trunks();
    for (std::size_t index = 0; index < all.size(); ++index) {
        const auto& pilot = all[index].id;
        for (const auto& each : co_await dids_of("dids-" + std::to_string(index + 1), pilot, "")) {
            const auto digits = std::to_string(their_digits(each.number));
            found.push_back(
                {each.number, digits,
                 is_toll_free(each.number) ? NumberType::toll_free : NumberType::local, "",
                 each.label, digits == pilot}
            );
        }
    }
    co_return found;
}

Op<std::vector<Portability>> check_portability(NumberList list) {
    std::vector<HttpRequest> requests;
    for (const auto& each : list.numbers)
        if (const auto digits = digits_of(each); digits && is_us_or_canadian(each))
            requests.push_back(
                http()
                    .post(step_of("check", requests.size()), "/NumberPorts/LNP/NPANXX/Check")
                    .json(std::to_string(*digits))
                    .safe()
            );
    const auto answers = co_await in_turns(std::move(requests));

    std::vector<Portability> found;
    std::optional<Error> trouble;
    std::size_t answered = 0;
    auto next = answers.begin();
    for (const auto& number : list.numbers) {
        if (!is_us_or_canadian(number)) {
            const auto area = foreign_area_of(number);
            found.push_back(
                {number, false, Reason::unsupported_by_gaining,
                 area.empty() ? std::string()
                              : phrase(
                                    "not asked: the area code {1} is neither Canadian, US nor "
                                    "toll-free",
                                    area
                                )}
            );
            continue;
        }
        try {
            found.push_back(portability_from(number, *next++));
            ++answered;
        } catch (const Failure& failure) {
            // One number that ThinkTel cannot answer, or not so that it is understood, says nothing
            // about the others. Only the account's own trouble is everybody's.
            if (failure.error.kind == ErrorKind::unauthorized ||
                failure.error.kind == ErrorKind::cancelled)
                throw;
            trouble = failure.error;
            found.push_back({number, false, Reason::other, phrase("no answer: {1:text}", failure.error.message)});
        }
    }
    if (trouble && answered == 0) fail(*trouble);
    co_return found;
}

PORTEUR_PLUGIN(
    "thinktel", "0.2.0", PORTEUR_OPERATION(requirements), PORTEUR_OPERATION(validate),
    PORTEUR_OPERATION(split), PORTEUR_OPERATION(check_account), PORTEUR_OPERATION(list_numbers),
    PORTEUR_OPERATION(list_targets), PORTEUR_OPERATION(discover),
    PORTEUR_OPERATION(check_portability),
    PORTEUR_OPERATION(submit_port), PORTEUR_OPERATION(check_port),
    PORTEUR_OPERATION(supplement_port), PORTEUR_OPERATION(cancel_port),
    PORTEUR_OPERATION(search_numbers), PORTEUR_OPERATION(purchase),
    PORTEUR_OPERATION(check_purchase), PORTEUR_OPERATION(cancel_purchase),
    PORTEUR_OPERATION(release_numbers)
)

}  // namespace thinktel
