// SPDX-License-Identifier: Apache-2.0
#pragma once

// What comes from outside and may end a wait: a webhook, a mail, a file, an operator's word.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "domain/order.hpp"

namespace porteur {

struct InboundEvent {
    Id id = 0;
    std::int64_t tenant = 0;
    std::string account;
    std::string source;                       ///< "webhook", "mail", "file", or a word of the carrier's plugin
    std::map<std::string, std::string> keys;  ///< what a wait is found by; sealed at rest
    std::string body;                         ///< as it came; sealed at rest
    Instant at{};
    Id taken_by = 0;                          ///< the operation whose wait it ended; 0 = nobody's yet
};

/// An effect that waits for one, as it is found.
struct AwaitedEvent {
    Id operation = 0;
    std::int64_t seq = 0;  ///< of the effect
    Id order = 0;
    std::int64_t tenant = 0;
    std::int64_t lookup = 0;
};

/// An event that is nobody's yet, and an order that may wait for it.
struct EventOffer {
    Id event = 0;
    Id order = 0;
};

/// How long an event that nobody waits for yet is kept for somebody who will.
inline constexpr std::chrono::hours event_kept_for{24 * 7};

/// The number under which a wait and an event meet. Only an index: whoever finds one compares all keys.
/// @source FNV-1a, 64 bit; stored, so never to change  @threads any
inline std::int64_t event_lookup(
    std::int64_t tenant, std::string_view account, std::string_view source, std::string_view key, std::string_view value
) {
    std::uint64_t hash = 14695981039346656037ull;
    const auto add = [&hash](std::string_view text) {
        for (const char letter : text) hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211ull;
        hash = (hash ^ 0xFF) * 1099511628211ull;  // no byte of UTF-8: "ab","c" is not "a","bc"
    };
    add(std::to_string(tenant));
    add(account);
    add(source);
    add(key);
    add(value);
    return static_cast<std::int64_t>(hash);
}

}  // namespace porteur
