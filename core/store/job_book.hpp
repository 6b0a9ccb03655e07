// SPDX-License-Identifier: Apache-2.0
#pragma once

// Jobs on numbers in the store. A job is begun with its record of the audit log and the answer kept
// under its request's key; how far it comes is written with the numbers that it changes
// (number_book.hpp), so that a restart goes on where it was.

#include <optional>
#include <string>
#include <vector>

#include "domain/number_job.hpp"
#include "store/people_book.hpp"

namespace porteur {

struct JobQuery {
    std::vector<std::int64_t> tenants;  ///< of one of these
    Id before = 0;                      ///< 0: from the newest
    int limit = 50;
};

/// @threads any; blocks. @errors unavailable: the store
class JobBook {
public:
    explicit JobBook(StoreAccess& access) : access_(access) {}

    /// @param action  of the audit log: "numbers.assign"
    Result<void> begin(const ChangeBy& by, const NumberJob& job, const std::string& action, const Remember<NumberJob>& remember);
    Result<std::optional<NumberJob>> job(Id id);
    /// The newest first.
    Result<std::vector<NumberJob>> jobs(const JobQuery& query);
    /// What was under way when the last daemon ended, the oldest first.
    Result<std::vector<NumberJob>> running();
    /// In order. @param after  a seq; 0: from the first
    Result<std::vector<JobResult>> results(Id job, std::int64_t after, int limit);
    /// In the order of the numbers. @param after  a key; 0: from the first
    Result<std::vector<JobBefore>> befores(Id job, NumberKey after, int limit);

    /// Of the oldest job that ended before an instant and still has them: takes away what was told row by row
    /// and what was there before, at most `limit` rows of each. The job stays, and can be taken back no more.
    /// @return whether there may be more
    Result<bool> forget(Instant before, int limit);

private:
    StoreAccess& access_;
};

}  // namespace porteur
