// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

#include <algorithm>

#include "codes.hpp"

namespace genesys {

using namespace porteur;

NumberProgress progress_of(const OwnedNumber& owned) {
    NumberProgress ours;
    ours.number = owned.number;
    ours.carrier_word = owned.status;
    if (!owned.provisioning_state.empty()) ours.carrier_word += "/" + owned.provisioning_state;
    ours.state = state_of(owned.status, owned.provisioning_state, owned.provisioning_action);
    if (ours.state == OrderState::rejected) {
        ours.reason = reason_of(owned.error_code);
        if (!owned.error_code.empty()) ours.carrier_word = owned.error_code;
    }
    return ours;
}

OrderState rolled_up(const std::vector<NumberProgress>& numbers) {
    const auto any = [&](OrderState state) {
        return std::ranges::find(numbers, state, &NumberProgress::state) != numbers.end();
    };
    for (const auto open :
         {OrderState::exception, OrderState::cancel_pending, OrderState::in_review,
          OrderState::submitted, OrderState::activating})
        if (any(open)) return open;
    if (!any(OrderState::completed))
        return any(OrderState::rejected) ? OrderState::rejected : OrderState::cancelled;
    return std::ranges::all_of(
               numbers, [](const auto& each) { return each.state == OrderState::completed; }
           )
               ? OrderState::completed
               : OrderState::partial;
}

bool is_open(OrderState state) {
    return state != OrderState::completed && state != OrderState::partial &&
           state != OrderState::rejected && state != OrderState::cancelled;
}

void set_next_check(PurchaseProgress& progress, const AccountSettings& mine) {
    if (!is_open(progress.state)) return;
    const bool waits_for_people =
        progress.state == OrderState::in_review || progress.state == OrderState::exception;
    progress.check_again = std::chrono::seconds{
        waits_for_people ? mine.number("review_check_every", 6 * 3600)
                         : mine.number("check_every", 60)
    };
}

}  // namespace genesys
