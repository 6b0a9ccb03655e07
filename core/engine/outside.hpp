// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an operation may wait for that comes from outside: a person's answer, an event. The waiting
// operation is a row; whoever brings the outcome reads what it waits for from its journal.

#include <map>
#include <set>

#include "domain/inbound.hpp"
#include "engine/journal_record.hpp"
#include "domain/commit.hpp"

namespace porteur {

/// What of a stored operation has no outcome yet.
struct OpenEffects {
    std::map<std::uint32_t, IntentRecord> effects;
    std::int64_t position = 0;  ///< of the journal's last piece
};

/// @errors  internal: the journal cannot be read
/// @threads any
Result<OpenEffects> open_effects(const StoredOperation& stored);

/// Work that a person does: the head and body of a `manual` effect.
struct ManualTask {
    std::uint32_t seq = 0;
    std::string step, title, text;
    std::vector<std::string> choices;  ///< empty: any word
    bool text_required = false;
    std::chrono::seconds remind_every{0};  ///< 0: never
    Instant since{};
};

/// @threads any
ManualTask task_of(const IntentRecord& intent);

/// Whether an answer is one that the task takes. @errors invalid_input: what is missing @threads any
Result<void> check_answer(const ManualTask& task, std::string_view choice, std::string_view text);

/// What an `event` effect waits for.
struct EventWait {
    std::string source;
    std::map<std::string, std::string> match;  ///< at least one
    std::chrono::seconds until{0};             ///< from the intent on

    /// The number under which it is found. @threads any
    std::int64_t lookup(std::int64_t tenant, std::string_view account) const;
    /// Whether this event is of the account and the source, and has all keys with the same texts.
    bool fits(const InboundEvent& event, std::int64_t tenant, std::string_view account) const;
};

/// @errors  invalid_input: the head is not as docs/effects.md has it
/// @threads any
Result<EventWait> event_wait_of(const Effect& effect);

/// How the wait ends when the event has come, and when it has not. @threads any
Completion came(std::uint32_t seq, const InboundEvent& event);
Completion timed_out(std::uint32_t seq, const EventWait& wait);

}  // namespace porteur
