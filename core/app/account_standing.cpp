// SPDX-License-Identifier: Apache-2.0
#include "app/account_standing.hpp"

#include <algorithm>

namespace porteur {

CarrierStanding standing_of(
    const Account& account, Instant now, std::chrono::steady_clock::time_point steady_now
) {
    using State = CircuitBreaker::State;
    const auto instant = [&](std::chrono::steady_clock::time_point at) {
        return now + std::chrono::round<std::chrono::milliseconds>(at - steady_now);
    };
    CarrierStanding made;
    made.at = now;
    made.since = account.since;
    if (account.limit) {
        if (account.rate) {
            const auto taken = account.limit->used(steady_now);
            const auto used = std::min(taken, account.rate->count);
            made.rate = {
                .count = account.rate->count,
                .per = std::chrono::ceil<std::chrono::seconds>(account.rate->period),
                .used = used,
                .waiting = taken - used
            };
        }
        if (const auto free = account.limit->free_at(); free > steady_now)
            made.left_alone_until = instant(free);
    }
    const auto state = account.breaker->state(steady_now);
    made.breaker = state == State::open        ? CarrierStanding::Breaker::open
                   : state == State::half_open ? CarrierStanding::Breaker::half_open
                                               : CarrierStanding::Breaker::closed;
    if (const auto since = account.breaker->since(steady_now)) made.breaker_since = instant(*since);
    if (state == State::open) made.next_try = instant(account.breaker->open_until());
    made.failures = account.breaker->failures();
    if (account.seen) account.seen->show(made);
    return made;
}

std::string last_error_of(const Account& account) { return without_numbers(account.trouble->error); }

}  // namespace porteur
