// SPDX-License-Identifier: Apache-2.0
#pragma once

// The journal of an operation: what it asked for and how that ended, in the order in which the plugin
// was told. Many records travel in one piece (domain/commit.hpp), because they become durable together.
//
//   intent    an effect, before it leaves (ONCE, KEYED, mail, manual, sleep, event) or with its outcome (SAFE)
//   outcome   a completion, as the plugin was given it
//   lost      the outcome of a ONCE effect will never be known; from when the settle time counts
//
// Bytes: one letter, then numbers as little-endian 64 bit and texts with their length in 32 bit.

#include <variant>
#include <vector>

#include "domain/contract.hpp"
#include "domain/order.hpp"

namespace porteur {

struct IntentRecord {
    Effect effect;
    Instant at{};
    friend bool operator==(const IntentRecord&, const IntentRecord&) = default;
};
struct OutcomeRecord {
    Completion completion;
    Instant at{};
    friend bool operator==(const OutcomeRecord&, const OutcomeRecord&) = default;
};
struct LostRecord {
    std::uint32_t seq = 0;
    Instant at{};
    friend bool operator==(const LostRecord&, const LostRecord&) = default;
};
using JournalRecord = std::variant<IntentRecord, OutcomeRecord, LostRecord>;

/// Appends a record's bytes. @threads any
void append_record(std::string& piece, const JournalRecord& record);

/// Reads the records of a piece, in order.
/// @errors  internal: the bytes are not what append_record writes
/// @threads any
Result<std::vector<JournalRecord>> read_records(std::string_view piece);

}  // namespace porteur
