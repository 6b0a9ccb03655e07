// SPDX-License-Identifier: Apache-2.0
#include "release.hpp"

#include <map>

#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "codes.hpp"
#include "dids.hpp"
#include "outcome.hpp"
#include "targets.hpp"
#include "wire.hpp"

namespace thinktel {

using namespace porteur;

Op<NumberProgress> give_back(
    std::string step, std::string pilot, PhoneNumber number, std::size_t index
) {
    const auto name = step_of(step, index);
    const NumberProgress gone{number, OrderState::cancelled, Reason::none, "Accepted"};
    const auto stays = [&](Reason reason, std::string words) {
        return NumberProgress{number, OrderState::exception, reason, std::move(words)};
    };
    const auto asked = co_await http().del(name, did_path(pilot, number)).once();
    const auto outcome = outcome_of(asked);
    if (outcome.accepted()) co_return gone;
    if (outcome.kind != Outcome::Kind::lost)
        co_return stays(reason_in(outcome.words), outcome.words);

    co_await settle_unless_in_doubt(asked, step_of("settle-" + step, index), settle);
    const auto found =
        co_await http().get(step_of("find-" + step, index), did_path(pilot, number)).looks_up(name);
    try {
        if (found.status() == 404) co_return gone;
        if (found.ok()) co_return stays(Reason::other, phrase("still on the trunk: release it again"));
    } catch (const Failure& failure) {
        if (failure.error.kind == ErrorKind::cancelled) throw;
    }
    fail(
        ErrorKind::in_doubt, Reason::none, "",
        phrase("whether the number is given back is not known: look at the trunk")
    );
}

Op<ReleaseProgress> release_numbers(NumberList list) {
    std::map<PhoneNumber, std::string> homes;
    std::set<std::string> pilots;
    const auto all = co_await trunks();
    for (std::size_t index = 0; index < all.size(); ++index) {
        pilots.insert(all[index].id);
        const auto dids =
            co_await numbers_on("dids-" + std::to_string(index + 1), all[index].id, "");
        for (const auto& each : dids) homes[each] = all[index].id;
    }
    ReleaseProgress released;
    for (std::size_t index = 0; index < list.numbers.size(); ++index) {
        const auto& number = list.numbers[index];
        const auto digits = digits_of(number);
        if (digits && pilots.contains(std::to_string(*digits)))
            released.numbers.push_back(
                {number, OrderState::exception, Reason::cannot_cancel_now,
                 phrase("a trunk's own pilot number; the trunk would have to be cancelled")}
            );
        else if (const auto home = homes.find(number); home == homes.end())
            released.numbers.push_back(
                {number, OrderState::cancelled, Reason::number_not_on_account,
                 phrase("on no trunk")}
            );
        else
            released.numbers.push_back(co_await give_back("release", home->second, number, index));
    }
    co_return released;
}

}  // namespace thinktel
