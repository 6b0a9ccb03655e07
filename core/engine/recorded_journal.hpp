// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an operation's journal has, in memory, and the comparison of what a plugin asks for with it.
// Used by whoever goes on with an operation (operation_run.hpp) and by whoever only tries whether a
// build could (dry_run.hpp).

#include <map>
#include <optional>
#include <string>

#include "domain/commit.hpp"
#include "engine/journal_record.hpp"

namespace porteur {

struct RecordedJournal {
    std::map<std::uint32_t, IntentRecord> intents;
    std::vector<OutcomeRecord> outcomes;     ///< in the order in which the plugin was told
    std::map<std::uint32_t, Instant> lost;   ///< ONCE effects whose outcome will never be known, since when
    std::int64_t position = 0;               ///< of the last piece
    bool is_whole = true;                    ///< every piece could be read

    /// Takes the pieces in. What stands before one that cannot be read is kept, and counts.
    /// @errors  internal: a piece cannot be read
    /// @threads any
    Result<void> read(const std::vector<JournalPiece>& pieces);

    /// What a plugin asks for otherwise than it did, in one sentence; nothing where it asks for the
    /// same, or for something that the journal has not come to.
    std::optional<std::string> difference(const Effect& effect) const;

    /// The same for a plugin that was told every outcome: what it does not ask for any more.
    /// @param last_seq  of the last effect that it asked for
    std::optional<std::string> missing_after(std::uint32_t last_seq) const;

    /// Whether an effect that must not be carried out twice stands in it, or may stand where it cannot be read.
    bool has_once() const;
    /// Whether an effect is open whose request carries a key by which the carrier knows it again.
    bool has_open_key() const;
};

/// An effect in one line, for a message.
std::string line_of(const Effect& effect);

}  // namespace porteur
