// SPDX-License-Identifier: Apache-2.0
// The table of the plugin's operations, and those that only read the account.
#include <porteur/sdk.hpp>

#include "checks.hpp"
#include "codes.hpp"
#include "desk.hpp"
#include "follow_up.hpp"
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
    static constexpr std::int64_t page_size = 1000;
    std::vector<CarrierNumber> found;
    const auto all = co_await trunks();
    for (std::size_t index = 0; index < all.size(); ++index) {
        std::int64_t from = 0;  // the last number of the page before
        for (std::size_t page = 0;; ++page) {
            const auto answer = co_await http()
                                    .get(
                                        step_of("dids-" + std::to_string(index + 1), page),
                                        "/SipTrunks/" + all[index].id + "/Dids"
                                    )
                                    .query("PageFrom", from)
                                    .query("PageSize", page_size);
            require_ok(answer);
            answer.json();
            const auto& rows = answer.array("");
            const auto before = from;
            for (const auto& each : rows) {
                const auto digits = integer_at(each, "Number");
                const auto number = number_from(value_at(each, "Number"));
                if (!digits || !number) continue;
                from = *digits;
                found.push_back(
                    {*number, std::to_string(*digits),
                     is_toll_free(*number) ? NumberType::toll_free : NumberType::local, "",
                     text_at(each, "Label"), std::to_string(*digits) == all[index].id}
                );
            }
            if (std::ssize(rows) < page_size || from == before) break;
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
    PORTEUR_OPERATION(supplement_port), PORTEUR_OPERATION(cancel_port)
)

}  // namespace thinktel
