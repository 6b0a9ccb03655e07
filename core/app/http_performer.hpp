// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>

#include "app/accounts.hpp"
#include "app/documents.hpp"
#include "engine/interfaces.hpp"

namespace porteur {

/// Performs http effects: rate limit, breaker, request with what the plugin only names, exchange, and
/// what the answer means for a SAFE, KEYED or ONCE effect.
/// @threads  the engine's
class HttpPerformer {
public:
    HttpPerformer(Store& store, const paper::DocumentFolder& documents, Clock& clock)
        : store_(store), documents_(documents), clock_(clock) {}

    /// Waits for its place under the account's rate limit; up to five seconds.
    Async<std::optional<Performed>> admit(EffectContext context, Effect effect);
    Async<Performed> perform(EffectContext context, Effect effect);

    /// Called when an account's carrier wants to be left alone for longer than a second: until when, by the clock.
    /// Some begin a penalty anew when they are asked during it, so a restart must know of it.
    void on_penalty(std::function<void(const std::string& account, Instant until)> told) { on_penalty_ = std::move(told); }

private:
    Result<std::string> secret(const Account& account, const EffectContext& context, std::string_view name);

    Store& store_;
    const paper::DocumentFolder& documents_;
    Clock& clock_;
    std::function<void(const std::string&, Instant)> on_penalty_;
};

}  // namespace porteur
