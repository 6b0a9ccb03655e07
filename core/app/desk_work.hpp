// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the desks that change things for a request share: work on a thread of theirs, ids, who is told
// as having done it, and the answer that is kept under the request's key.

#include <cstring>
#include <functional>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "access/token.hpp"
#include "api/people_services.hpp"
#include "domain/people.hpp"
#include "store/people_book.hpp"

namespace porteur::desk {

/// Runs a function on a pool's thread and comes back with what it gives.
template <class T>
Async<T> on(boost::asio::thread_pool& pool, std::function<T()> run) {
    co_return co_await boost::asio::co_spawn(
        pool, [](std::function<T()> work) -> Async<T> { co_return work(); }(std::move(run)), boost::asio::use_awaitable
    );
}

/// As the engine's ids: the time, and chance behind it. @threads any
inline Id new_id(Instant now) {
    std::uint32_t chance = 0;
    const auto bytes = random_bytes(sizeof chance);
    std::memcpy(&chance, bytes.data(), sizeof chance);
    return first_id_at(now) + static_cast<Id>(chance >> 12U);
}

/// What the audit log says of who changes something now. @threads any
inline ChangeBy change_by(const Caller& caller, Instant now) {
    return {
        .at = now,
        .who = read_who(caller.token_name).first,
        .person = caller.person,
        .home = caller.home != 0 ? caller.home : caller.tenant,
        .address = caller.address
    };
}

/// The answer that is kept with the change under the request's key; null: it had none.
template <class T>
Remember<T> remembered(const Caller& caller, const std::optional<AnswerKept<T>>& kept, std::function<Instant()> now) {
    if (!kept) return {};
    return [now = std::move(now), tenant = caller.tenant, request = *kept](const T& made) {
        auto [status, body] = request.answer(made);
        return IdempotencyRecord{
            .tenant = tenant,
            .key = request.key,
            .fingerprint = request.fingerprint,
            .status = status,
            .body = std::move(body),
            .at = now()
        };
    };
}

}  // namespace porteur::desk
