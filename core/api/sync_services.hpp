// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the API needs of the comparison with carriers' lists. Threads and errors as in services.hpp.
// A run is shown to whoever holds the carrier account, or stands above; others are shown of it the
// rows of numbers that they hold themselves or that are held below them, and where there are none,
// no run.

#include "api/people_services.hpp"
#include "domain/number_sync.hpp"

namespace porteur {

struct SyncShown {
    NumberSync sync;
    bool whole = true;  ///< else without who wished it and what the list has in all
    std::map<SyncWhat, SyncRowCount> counts;  ///< of the rows that are shown
};

struct SyncRowShown {
    NumberSyncRow row;
    std::string holder;  ///< the account's name
};

struct SyncRowsWanted {
    std::optional<SyncWhat> what;
    std::optional<bool> open;
    NumberKey after = 0;
    int limit = 100;
};

/// Which rows, and what is decided of them.
struct SyncChoice {
    std::vector<NumberKey> numbers;  ///< these
    bool all = false;              ///< or all that are open and for which there is such a decision
    std::optional<SyncWhat> what;  ///< of all: of this kind alone
    SyncDecision decision = SyncDecision::open;
    std::int64_t tenant = 0;  ///< adopt: into this account; 0: whoever holds the carrier account
    std::optional<MissingCause> cause;  ///< confirm_missing; nothing: the likely one
    std::string request;                ///< as canonical JSON, for the audit log
};

struct SyncDecided {
    Id sync = 0;
    std::int64_t decided = 0;
    std::int64_t refused = 0;
    std::vector<std::pair<NumberKey, std::string>> problems;  ///< of the first that were refused
};

class NumberSyncServices {
public:
    virtual ~NumberSyncServices() = default;

    /// Begins a run, or gives the one that is under way.
    /// @errors  invalid_input (not_found_code: there is no such account; forbidden_code);
    /// unsupported: its carrier
    ///          has no list; unavailable
    virtual Async<Result<SyncShown>> begin(
        Caller caller, std::string account, std::optional<AnswerKept<SyncShown>> kept
    ) = 0;
    /// The newest first. @param account  empty: any
    virtual Result<std::vector<SyncShown>> syncs(
        const Caller& caller, const std::string& account, Id before, int limit
    ) = 0;
    /// The newest of an account that the caller is shown, without `counts`: quick however many rows it has.
    virtual Result<std::optional<SyncShown>> newest(const Caller& caller, const std::string& account) = 0;
    virtual Result<std::optional<SyncShown>> sync(const Caller& caller, Id id) = 0;
    /// In the order of the numbers. Nothing: there is no such run.
    virtual Result<std::optional<std::vector<SyncRowShown>>> rows(
        const Caller& caller, Id id, SyncRowsWanted wanted
    ) = 0;
    /// Row by row; what cannot be done of one is told with it.
    /// @errors  invalid_input (not_found_code; forbidden_code; conflict_code: the run is not done);
    /// unavailable
    virtual Async<Result<SyncDecided>> decide(
        Caller caller, Id id, SyncChoice choice, std::optional<AnswerKept<SyncDecided>> kept
    ) = 0;
    /// Does what a held run would have done. @errors as decide(); conflict_code: it is not held
    virtual Async<Result<SyncShown>> apply(
        Caller caller, Id id, std::optional<AnswerKept<SyncShown>> kept
    ) = 0;
};

}  // namespace porteur
