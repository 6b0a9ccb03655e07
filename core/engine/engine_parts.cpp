// SPDX-License-Identifier: Apache-2.0
// How an order in parts follows its parts. Whenever a change of a part is durable its parent is made anew from
// all parts, as the store has them; and so is every open parent at the start, as the crash may have come between.
#include <algorithm>

#include <porteur/phrase.hpp>

#include <boost/asio/co_spawn.hpp>

#include "domain/crash_point.hpp"
#include "domain/order_parts.hpp"
#include "engine/hold.hpp"
#include "engine/outside.hpp"

namespace porteur {
namespace asio = boost::asio;
namespace {

using namespace std::chrono_literals;

void replace_all(std::string& text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

bool waits_outside(const Effect& effect) {
    return effect.kind == EffectKind::manual || effect.kind == EffectKind::event || effect.kind == EffectKind::sleep;
}

}  // namespace

struct Engine::Family {
    std::vector<Id> parents;
    std::vector<Order> born;
};

std::shared_ptr<const Engine::Family> Engine::family_of(const Commit& commit) {
    std::shared_ptr<Family> family;
    const auto of_parts = [&](const std::vector<Order>& orders, bool born) {
        for (const auto& each : orders) {
            if (each.parent == 0) continue;
            if (!family) family = std::make_shared<Family>();
            if (std::ranges::find(family->parents, each.parent) == family->parents.end()) family->parents.push_back(each.parent);
            if (born) family->born.push_back(each);
        }
    };
    of_parts(commit.new_orders, true);
    of_parts(commit.changed_orders, false);
    of_parts(commit.moved_orders, false);
    return family;
}

void Engine::welcome(const Family& family) {
    for (const auto& each : family.born) schedule(each);
    for (const auto each : family.parents) stir(each);
}

/// Ids, free references, and the secrets of the whole for the parts that a change has made.
Result<void> Engine::adopt(OrderChange& change, Commit& made) {
    auto pin = store_.order_secret(change.order.id, "pin");
    if (!pin) return std::unexpected(std::move(pin).error());
    for (auto& [part, entries] : change.parts) {
        const auto wanted = part.reference;
        for (int tried = 2;; ++tried) {
            auto taken = store_.order_by_reference(part.tenant, part.reference);
            if (!taken) return std::unexpected(std::move(taken).error());
            if (!*taken) break;
            part.reference = wanted + "." + std::to_string(tried);
        }
        if (part.reference != wanted)
            for (auto& each : change.entries) {
                replace_all(each.text, wanted + " (", part.reference + " (");
                replace_all(each.data, "\"" + wanted + "\"", "\"" + part.reference + "\"");
            }
        part.id = new_id();
        part.shard = shard_of(part.account);
        for (auto& each : entries) each.order = part.id;
        if (*pin) made.secrets.push_back({.order = part.id, .tenant = part.tenant, .name = "pin", .value = **pin});
        std::ranges::move(entries, std::back_inserter(made.entries));
        made.new_orders.push_back(std::move(part));
    }
    change.parts.clear();
    return {};
}

void Engine::stir(Id parent) {
    if (stopping_ || !stirred_.insert(parent).second) return;
    asio::co_spawn(executor_, gather(parent), [](std::exception_ptr thrown) {
        if (thrown) std::rethrow_exception(thrown);
    });
}

Async<void> Engine::gather(Id parent) {
    while (!stopping_) {
        auto held = co_await hold(parent);
        if (!held) continue;
        stirred_.erase(parent);  // what becomes durable from here on stirs it again
        PORTEUR_CRASH_POINT("engine.before_parent");
        auto order = load(parent);
        auto parts = store_.parts_of(parent);
        if (order && parts) {
            auto change = after_parts(*order, *parts, clock_.now());
            if (!change) co_return;
            Commit made;
            made.changed_orders.push_back(std::move(change->order));
            made.entries = std::move(change->entries);
            if (co_await commit(std::move(made))) {
                PORTEUR_CRASH_POINT("engine.after_parent");
                co_return;
            }
        }
        // The store has recovered, or the next start makes it anew.
        if (!stirred_.insert(parent).second) co_return;
        held->reset();
        co_await clock_.sleep_until(clock_.now() + 1s);
    }
}

/// A parked operation does not stand in a person's way: their word ends it.
Result<void> Engine::end_parked(Order& order, Commit& made) {
    if (order.open_operation == 0) return {};
    auto stored = store_.operation(order.open_operation);
    if (!stored) return std::unexpected(std::move(stored).error());
    if (!*stored || (*stored)->operation.state != Operation::State::parked) return {};
    auto& ended = (*stored)->operation;
    ended.state = Operation::State::failed;
    ended.ended = clock_.now();
    made.changed_operations.push_back(ended);
    order.open_operation = 0;
    return {};
}

/// What the order's open operation waits for from outside ends as called off: it is told so at its next turn.
Result<void> Engine::stop_waiting(const Order& order, Commit& made) {
    if (order.open_operation == 0) return {};
    auto stored = store_.operation(order.open_operation);
    if (!stored) return std::unexpected(std::move(stored).error());
    if (!*stored) return {};
    auto open = open_effects(**stored);
    if (!open) return std::unexpected(std::move(open).error());
    std::string payload;
    for (const auto& [seq, intent] : open->effects)
        if (waits_outside(intent.effect))
            append_record(payload, OutcomeRecord{{seq, ErrorKind::cancelled, R"({"message":"cancelled"})", {}}, clock_.now()});
    if (!payload.empty()) made.journal.push_back({order.open_operation, order.tenant, open->position + 1, std::move(payload)});
    return {};
}

/// All parts' changes go into the commit of the whole, or none.
Async<Result<void>> Engine::change_parts(const Order& order, const OrderWish& wish, Commit& made,
                                         std::vector<std::unique_ptr<Hold>>& holds) {
    auto parts = store_.parts_of(order.id);
    if (!parts) co_return std::unexpected(std::move(parts).error());
    for (const auto& each : *parts) {
        auto held = co_await hold(each.id);
        if (!held) co_return std::unexpected(std::move(held).error());
        holds.push_back(std::move(*held));
        auto part = load(each.id);
        if (!part) co_return std::unexpected(std::move(part).error());
        if (auto ended = end_parked(*part, made); !ended) co_return std::unexpected(std::move(ended).error());
        auto change = wish.of_part(*part);
        if (!change) continue;
        if (!*change) {
            change->error().message = phrase("part {1}: {2:text}", part->reference, change->error().message);
            co_return std::unexpected(std::move(*change).error());
        }
        if ((*change)->order.stage == Stage::cancel && part->stage != Stage::cancel)
            if (auto stopped = stop_waiting((*change)->order, made); !stopped) co_return std::unexpected(std::move(stopped).error());
        made.changed_orders.push_back(std::move((*change)->order));
        std::ranges::move((*change)->entries, std::back_inserter(made.entries));
    }
    co_return Result<void>{};
}

}  // namespace porteur
