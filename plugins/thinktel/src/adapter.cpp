// SPDX-License-Identifier: Apache-2.0
// The table of the plugin's operations, and those that only read the account.
#include <porteur/sdk.hpp>

#include "checks.hpp"
#include "codes.hpp"
#include "desk.hpp"
#include "dids.hpp"
#include "follow_up.hpp"
#include "purchase.hpp"
#include "release.hpp"
#include "search.hpp"
#include "submission.hpp"
#include "targets.hpp"
#include "wire.hpp"

namespace thinktel {

using namespace porteur;

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
            {"", Reason::none, "the account has no SIP trunk for numbers to go to", false}
        );
    co_return check;
}

Op<std::vector<CarrierNumber>> list_numbers(Nothing) {
    std::vector<CarrierNumber> found;
    const auto all = co_await trunks();
    for (std::size_t index = 0; index < all.size(); ++index) {
        const auto& pilot = all[index].id;
        for (const auto& each : co_await dids_of("dids-" + std::to_string(index + 1), pilot, "")) {
            const auto digits = std::to_string(*digits_of(each.number));
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
        if (const auto digits = digits_of(each))
            requests.push_back(
                http()
                    .post(step_of("check", requests.size()), "/NumberPorts/LNP/NPANXX/Check")
                    .json(std::to_string(*digits))
                    .safe()
            );
    const auto answers = co_await in_turns(std::move(requests));

    std::vector<Portability> found;
    auto next = answers.begin();
    for (const auto& number : list.numbers) {
        Portability ours{number, false, Reason::unsupported_by_gaining, ""};
        if (digits_of(number)) {
            const auto& answer = *next++;
            // A refusal of one number says nothing about the others.
            const bool refused = answer.status() == 400 || answer.status() == 404;
            if (!refused) require_ok(answer);
            const auto reply = refused ? 0 : integer_at(answer.json(), "Reply").value_or(4);
            const auto words = message_in(answer.body());
            ours.portable = reply == 1;
            ours.reason = ours.portable ? Reason::none : reason_in(words);
            if (!ours.portable && ours.reason == Reason::other) ours.reason = Reason::not_portable;
            ours.carrier_word =
                name_of_reply(reply) + (words.empty() ? std::string() : ": " + words);
        }
        found.push_back(std::move(ours));
    }
    co_return found;
}

PORTEUR_PLUGIN(
    "thinktel", "0.2.0", PORTEUR_OPERATION(requirements), PORTEUR_OPERATION(validate),
    PORTEUR_OPERATION(split), PORTEUR_OPERATION(check_account), PORTEUR_OPERATION(list_numbers),
    PORTEUR_OPERATION(list_targets), PORTEUR_OPERATION(check_portability),
    PORTEUR_OPERATION(submit_port), PORTEUR_OPERATION(check_port),
    PORTEUR_OPERATION(supplement_port), PORTEUR_OPERATION(cancel_port),
    PORTEUR_OPERATION(search_numbers), PORTEUR_OPERATION(purchase),
    PORTEUR_OPERATION(check_purchase), PORTEUR_OPERATION(release_numbers)
)

}  // namespace thinktel
