// SPDX-License-Identifier: Apache-2.0
// Why an order is where it is: what the rules (domain/explanation.hpp) are told of it.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <porteur/phrase.hpp>

#include "app/account_standing.hpp"
#include "app/host_services.hpp"
#include "app/host_words.hpp"
#include "app/outward.hpp"
#include "engine/outside.hpp"
#include "engine/own_effects.hpp"
#include "engine/recorded_journal.hpp"

namespace porteur {
namespace asio = boost::asio;
namespace {

OpenStep open_step(const IntentRecord& intent, bool is_lost) {
    OpenStep made{.step = intent.effect.step, .title = {}, .choices = {}, .since = intent.at, .until = {}};
    switch (intent.effect.kind) {
        case EffectKind::manual: {
            auto task = task_of(intent);
            made.kind = OpenStep::Kind::person;
            made.title = std::move(task.title);
            made.choices = std::move(task.choices);
            break;
        }
        case EffectKind::event:
            made.kind = OpenStep::Kind::event;
            if (const auto wait = event_wait_of(intent.effect)) {
                made.title = wait->source;
                made.until = intent.at + wait->until;
            }
            break;
        case EffectKind::sleep:
            made.kind = OpenStep::Kind::pause;
            made.until = intent.at + std::chrono::seconds(number_in(intent.effect.head, "seconds"));
            break;
        default: made.kind = is_lost ? OpenStep::Kind::lost : OpenStep::Kind::request;
    }
    return made;
}

/// What of the open operation has no outcome yet.
Result<void> add_open(OrderFacts& facts, const StoredOperation& stored) {
    facts.operation = stored.operation.name;
    facts.is_parked = stored.operation.state == Operation::State::parked;
    if (stored.operation.state != Operation::State::open) return {};
    RecordedJournal journal;
    if (auto read = journal.read(stored.journal); !read) return read;
    for (const auto& each : journal.outcomes) journal.intents.erase(each.completion.seq);
    for (const auto& [seq, intent] : journal.intents) facts.open.push_back(open_step(intent, journal.lost.contains(seq)));
    return {};
}

CarrierNow carrier_now(const std::string& name, const std::shared_ptr<Account>& account, Instant now) {
    CarrierNow made{.account = name, .is_configured = account != nullptr, .left_alone_until = {}, .tried_again_at = {}};
    if (!account) return made;
    const auto standing = standing_of(*account, now, std::chrono::steady_clock::now());
    made.left_alone_until = standing.left_alone_until;
    made.tried_again_at = standing.next_try;
    return made;
}

}  // namespace

Result<Explanation> HostServices::explained(const Caller& caller, Id id) {
    auto order = parts_.store.order(id);
    if (!order) return std::unexpected(std::move(order).error());
    if (!*order || (*order)->tenant != caller.tenant)
        return std::unexpected(host::coded(ErrorKind::invalid_input, not_found_code, phrase("there is no order {1}", id_text(id))));
    const auto now = parts_.clock.now();
    OrderFacts facts;
    facts.order = std::move(**order);
    auto entries = parts_.store.timeline(id);
    if (!entries) return std::unexpected(std::move(entries).error());
    facts.entries = std::move(*entries);
    if (facts.order.open_operation != 0) {
        const auto stored = parts_.store.operation(facts.order.open_operation);
        if (!stored) return std::unexpected(stored.error());
        if (*stored)
            if (auto added = add_open(facts, **stored); !added) return std::unexpected(std::move(added).error());
    }
    if (facts.order.stage == Stage::parts) {
        auto parts = parts_.store.parts_of(id);
        if (!parts) return std::unexpected(std::move(parts).error());
        facts.parts = std::move(*parts);
    }
    const bool losing = facts.order.stage == Stage::preflight || facts.order.stage == Stage::release;
    const auto& acting = losing ? facts.order.losing_account : facts.order.account;
    facts.carrier = carrier_now(acting, parts_.accounts.account(acting), now);
    facts.due = parts_.outward.deadlines(facts.order, now);
    return explain(facts, now, parts_.engine.known());
}

Async<Result<Explanation>> HostServices::explanation(Caller caller, Id id) {
    co_return co_await asio::co_spawn(
        parts_.engine_thread, [this, caller = std::move(caller), id]() -> Async<Result<Explanation>> { co_return explained(caller, id); },
        asio::use_awaitable
    );
}

}  // namespace porteur
