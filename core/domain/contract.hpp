// SPDX-License-Identifier: Apache-2.0
#pragma once

// What crosses the plugin boundary, as owned bytes: the same in the journal, in the frames to an
// isolated plugin process, in cassettes and in tests. plugin.h says what each field means.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/plugin.h>
#include <porteur/result.hpp>

namespace porteur {

enum class EffectKind : std::uint32_t {
    http = PORTEUR_FX_HTTP,
    mail = PORTEUR_FX_MAIL,
    sleep = PORTEUR_FX_SLEEP,
    manual = PORTEUR_FX_MANUAL,
    event = PORTEUR_FX_EVENT,
    now = PORTEUR_FX_NOW,
    random = PORTEUR_FX_RANDOM,
    sign = PORTEUR_FX_SIGN,
    patch = PORTEUR_FX_PATCH,
    progress = PORTEUR_FX_PROGRESS,
};

enum class Guarantee : std::uint32_t { safe = PORTEUR_SAFE, keyed = PORTEUR_KEYED, once = PORTEUR_ONCE };

/// One thing a plugin asks for.
struct Effect {
    std::uint32_t seq = 0;  ///< 1, 2, 3.. within the operation
    EffectKind kind = EffectKind::http;
    Guarantee guarantee = Guarantee::safe;
    std::string step;
    std::string head;  ///< canonical JSON
    std::string body;  ///< raw bytes
    friend bool operator==(const Effect&, const Effect&) = default;
};

/// How an effect ended.
struct Completion {
    std::uint32_t seq = 0;
    ErrorKind kind = ErrorKind::none;  ///< none = carried out
    std::string head;
    std::string body;
    friend bool operator==(const Completion&, const Completion&) = default;
};

/// What one step of an operation gave.
struct Turn {
    enum class State { waiting, done, failed };
    State state = State::waiting;
    std::vector<Effect> effects;  ///< new ones of this turn, ascending seq
    std::string output;           ///< done: the result's JSON
    Error error;                  ///< failed: why
};

/// Error.code of a plugin call whose process died, or was killed, while it worked on this very
/// operation: replayed, and counted; three on one journal entry park the operation.
inline constexpr std::string_view plugin_died_code = "plugin-died";
/// Error.code of a plugin call whose process ended while it worked on another operation: replayed; it
/// is not to blame.
inline constexpr std::string_view plugin_lost_code = "plugin-lost";
/// Error.code of a plugin call that was answered with something the contract forbids: a replay would
/// give the same.
inline constexpr std::string_view plugin_broke_contract_code = "plugin-contract";

}  // namespace porteur
