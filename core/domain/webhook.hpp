// SPDX-License-Identifier: Apache-2.0
#pragma once

// A web hook out: an address of an integrator that hears of what happens to a tenant's orders. What
// is still to be sent is no queue of its own: it is the timeline behind the endpoint's cursor, so
// that nothing is written twice and nothing can be lost between two lists.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/order.hpp"

namespace porteur {

/// How far an endpoint has come; changes with every delivery.
struct WebhookState {
    Id cursor = 0;           ///< the last entry of the timeline that it has, or that is not for it
    std::string off;         ///< why nothing is sent: "", "by_person", "failing", "gone"
    std::int64_t tries = 0;  ///< failed in a row
    std::optional<Instant> retry_at;       ///< when it is tried again; none while all is well
    std::optional<Instant> failing_since;  ///< the first of those failures
    std::optional<Instant> delivered_at;   ///< the last success
    std::int64_t status = 0;               ///< of the last answer; 0: there was none
    std::string problem;  ///< why the last try failed, one line; empty if it did not
    friend bool operator==(const WebhookState&, const WebhookState&) = default;
};

struct Webhook {
    Id id = 0;
    std::int64_t tenant = 0;
    std::string url;  ///< sealed at rest, as the secrets are: people put keys into addresses
    std::string description;
    std::vector<std::string> kinds;  ///< "port.state_changed", "port.*"; none: every event
    std::string secret;              ///< "whsec_..." (Standard Webhooks)
    std::string old_secret;          ///< signs too until `old_until`; empty if none
    std::optional<Instant> old_until;
    Instant created{};
    Instant updated{};
    WebhookState state;
    friend bool operator==(const Webhook&, const Webhook&) = default;
};

/// Whether an event of this kind is for an endpoint with these kinds. @threads any
bool wants_kind(const std::vector<std::string>& kinds, std::string_view kind) noexcept;

/// Whether a text can stand among an endpoint's kinds: "port.state_changed", "port.*", "*".
/// @threads any
bool is_kind_pattern(std::string_view text) noexcept;

/// The waits between tries of one event, and what follows when all have failed.
struct WebhookRhythm {
    /// Before the second try, the third, and so on. After the try behind the last one the endpoint
    /// is switched off. @source Standard Webhooks, "Deliverability and reliability": the schedule
    /// proposed there
    std::vector<std::chrono::milliseconds> waits{std::chrono::seconds{5},  std::chrono::minutes{5},
                                                 std::chrono::minutes{30}, std::chrono::hours{2},
                                                 std::chrono::hours{5},    std::chrono::hours{10},
                                                 std::chrono::hours{14},   std::chrono::hours{20},
                                                 std::chrono::hours{24}};
    /// A wait is longer by up to this part of it, so that endpoints that failed together are not
    /// tried together.
    double jitter = 0.2;
};

/// What one try of one event came to.
struct WebhookTry {
    std::int64_t status = 0;                          ///< 0: no answer
    std::string problem;                              ///< why it failed; not looked at for a 2xx
    std::optional<std::chrono::seconds> retry_after;  ///< what the receiver asks for
};

/// Folds a try into the state: a 2xx moves the cursor to `entry`; a 410 switches the endpoint off
/// as "gone" at once; everything else waits as the rhythm says (longer where the receiver asks for
/// it), and switches it off as "failing" when the waits are used up. @param jitter 0 to 1 @threads
/// any
WebhookState after_try(
    WebhookState state, Id entry, const WebhookTry& tried, Instant now, double jitter,
    const WebhookRhythm& rhythm
);

/// Switched on again (by a person), or newly aimed: begins at once where it stood. @threads any
WebhookState switched_on(WebhookState state);

}  // namespace porteur
