// SPDX-License-Identifier: Apache-2.0
#pragma once

// Work on many numbers at once: who wishes it, how far it has come, what became of each row.

#include <cstdint>
#include <optional>
#include <string>

#include "domain/inventory.hpp"

namespace porteur {

enum class JobState { running, done, failed, cancelled };

/// @threads any
std::string_view word_of(JobState state) noexcept;
std::optional<JobState> job_state_of(std::string_view word) noexcept;

struct NumberJob {
    Id id = 0;
    std::int64_t tenant = 0;  ///< the account in which it was wished
    std::string by;           ///< who: a person or a token
    std::string kind;         ///< "assign", "unassign", "reserve", "unreserve", "options", "add", "import", "undo", "calls"
    JobState state = JobState::running;
    bool dry_run = false;     ///< says what would become of each number, and changes none
    std::string request;      ///< canonical JSON of the wish
    std::int64_t total = 0;   ///< rows; 0 while that is not known
    std::int64_t done = 0;    ///< looked at
    std::int64_t changed = 0; ///< of them; of an import: added or changed
    std::int64_t same = 0;    ///< were as wished already
    std::int64_t refused = 0;
    Id undoes = 0;            ///< the job that this one takes back; 0: none
    Id undone_by = 0;
    bool can_undo = false;
    std::string problem;      ///< failed: why
    Instant began{};
    std::optional<Instant> ended;
};

/// What became of one row. Of those that were changed or were as wished, only the counts are kept.
struct JobResult {
    Id job = 0;
    std::int64_t seq = 0;  ///< 1 and on
    std::int64_t row = 0;  ///< of a file, as a spreadsheet counts; 0: none
    std::string column;    ///< of a file: "B (Number)"
    std::string number;    ///< as it was given
    std::string outcome;   ///< "refused", "repeated"
    std::string problem;   ///< why, and what to do
};

/// A number as it was before a job changed it.
struct JobBefore {
    Id job = 0;
    NumberKey key = 0;
    std::string before;            ///< canonical JSON; empty: it was not there
    std::int64_t version_after = 0;
};

}  // namespace porteur
