// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include <porteur/result.hpp>

#include "carriers/exchange.hpp"

namespace porteur {

/// The wait after a 429 that names none. @source CARRIERS.md 1.9: "when absent wait at least 30 s"
inline constexpr std::chrono::seconds throttled_wait_default{30};

/// Whether the host may send the same request again when its outcome was lost.
enum class Repeat {
    harmless,   ///< SAFE, and KEYED inside the key's window
    forbidden,  ///< ONCE
};

/// What the host makes of an answer before the plugin sees it.
///
/// | status | harmless to repeat | ONCE |
/// |---|---|---|
/// | 1xx to 4xx except these | the plugin's | the plugin's |
/// | 401 | unauthorized | unauthorized |
/// | 408, 425 | unavailable | in_doubt |
/// | 429 | throttled | throttled |
/// | 501, 505 | the plugin's | in_doubt |
/// | 503 with Retry-After | throttled | in_doubt |
/// | other 5xx | unavailable | in_doubt |
///
/// 403 stays with the plugin: carriers use it for a missing permission as well as for a business
/// refusal. To a ONCE step each 5xx is a lost outcome, as the carrier may have acted.
///
/// @param now  UTC, for a Retry-After that is a date
/// @return     nothing when the answer goes to the plugin as it is; else the failure, with
///             `retry_after` where the carrier named a wait (429 without one gives the default)
/// @threads    any
/// @source     PLUGIN_CONTRACT.md section 8; CARRIERS.md 1.9, 2.4
std::optional<Error> classify(
    const HttpAnswer& answer, Repeat repeat, std::chrono::sys_seconds now
);

/// The failure of an exchange as the host acts on it: what cannot have left keeps its kind; what
/// may have left is in_doubt for ONCE, and unavailable where repeating is harmless.
///
/// @threads  any
Error classify(const ExchangeFailure& failure, Repeat repeat);

}  // namespace porteur
