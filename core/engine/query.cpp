// SPDX-License-Identifier: Apache-2.0
#include "engine/query.hpp"

#include <algorithm>
#include <deque>

#include <porteur/phrase.hpp>
#include <porteur/json.hpp>

#include "engine/flights.hpp"
#include "engine/own_effects.hpp"

namespace porteur {

Async<Result<std::string>> ask(
    std::shared_ptr<const AccountView> view, EffectPerformer& performer, Clock& clock, Chance& chance, Id id,
    std::string account, std::string operation, std::string input, Instant deadline
) {
    const auto& known = view->descriptor->operations;
    if (std::ranges::find(known, operation, &OperationSpec::name) == known.end())
        co_return failure(ErrorKind::unsupported, account + ": " + phrase("the plugin {1} has no operation {2}", view->descriptor->id, quoted(operation)));
    const auto out_of_time_at = clock.steady() + (deadline - clock.now());
    struct Ender {
        OperationRunner* runner;
        Id op;
        ~Ender() { runner->end(op); }
    } const ender{view->runner, id};
    auto turn = co_await view->runner->begin(id, operation, "{\"input\":" + input + ",\"settings\":" + view->settings + "}");
    std::deque<Effect> unsent;
    std::deque<Completion> ready;
    std::optional<Flights<Performed>> flights;
    const auto sent = [&](Effect effect) {
        EffectContext context{.order = 0, .operation = id, .tenant = 0, .account = account, .operation_name = operation,
                              .reference = {}, .attempt = 1, .step_attempt = 1, .intent_at = clock.now(), .view = view,
                              .deadline = out_of_time_at};
        return performer.perform(std::move(context), std::move(effect));
    };
    const auto answered = [&](std::uint32_t seq, Performed performed) {
        performed.completion.seq = seq;
        ready.push_back(std::move(performed.completion));
    };
    for (;;) {
        if (!turn) co_return std::unexpected(turn.error());
        if (turn->state == Turn::State::done) co_return turn->output;
        if (turn->state == Turn::State::failed) co_return std::unexpected(turn->error);
        for (auto& effect : turn->effects) {
            if (auto own = carry_out_ourselves(effect, clock, chance))
                ready.push_back(std::move(*own));
            else if ((effect.kind == EffectKind::http && effect.guarantee == Guarantee::safe) || effect.kind == EffectKind::sign)
                unsent.push_back(std::move(effect));
            else if (effect.kind == EffectKind::progress)
                ready.push_back({effect.seq, ErrorKind::none, "{}", {}});
            else if (effect.kind == EffectKind::sleep) {
                // Somebody waits for the answer: what would come too late is said at once.
                const auto length = number_in(effect.head, "seconds");
                const auto until = clock.now() + std::chrono::seconds(length);
                if (clock.steady() + std::chrono::seconds(length) >= out_of_time_at)
                    co_return failure(ErrorKind::unavailable, account + ": " + phrase("no answer in time; {1:operation} has to pause for {2} s (step {3})",
                                                                                           operation, length, quoted(effect.step)));
                co_await clock.sleep_until(until);
                ready.push_back({effect.seq, ErrorKind::none, "{}", {}});
            }
            else
                co_return failure(ErrorKind::unsupported, account + ": " + phrase("{1:operation} wants more than to ask (step {2})", operation, quoted(effect.step)));
        }
        if (ready.empty()) {
            const bool others = flights && flights->any();
            if (unsent.empty() && !others) co_return failure(ErrorKind::internal, account + ": " + phrase("{1:operation} waits, but for nothing", operation));
            if (clock.steady() >= out_of_time_at) co_return failure(ErrorKind::unavailable, account + ": " + phrase("no answer in time"));
            if (unsent.size() == 1 && !others) {
                const auto seq = unsent.front().seq;
                auto performed = co_await sent(std::move(unsent.front()));
                unsent.clear();
                answered(seq, std::move(performed));
            } else {
                if (!flights) flights.emplace(co_await boost::asio::this_coro::executor);
                while (!unsent.empty() && flights->in_air() < std::max<std::size_t>(1, view->effects_at_once)) {
                    const auto seq = unsent.front().seq;
                    flights->launch(seq, sent(std::move(unsent.front())));
                    unsent.pop_front();
                }
                auto [seq, performed] = co_await flights->next();
                answered(seq, std::move(performed));
            }
        }
        std::vector<Completion> done;
        done.push_back(std::move(ready.front()));
        ready.pop_front();
        turn = co_await view->runner->step(id, std::move(done));
    }
}

}  // namespace porteur
