// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the API needs of the inventory. Threads and errors as in services.hpp. Whose numbers are meant
// comes from the caller: what it holds itself and, where its role reaches below, what its accounts hold.

#include "api/people_services.hpp"
#include <filesystem>

#include "api/services.hpp"
#include "domain/inventory.hpp"
#include "domain/number_job.hpp"
#include "domain/number_rules.hpp"

namespace porteur {

/// Code of an Error: as many changes of the account wait as may (429).
inline constexpr std::string_view jobs_waiting_code = "too-many-changes";

/// A number with what stands beside it in a list.
struct NumberShown {
    NumberRow row;
    NumberClass shared;
    std::int64_t company = 0;  ///< the company or professional that holds it; 0: it lies in a pool
    TenantKind company_kind = TenantKind::company;
    std::string company_name;
    std::int64_t var = 0;  ///< above the holder, or the holder itself; 0: nobody resells
    std::string var_name;
};

struct NumbersShown {
    std::vector<NumberShown> numbers;
    std::string next_cursor;             ///< empty: there are no more
    std::optional<InventoryTotal> total; ///< of the first page
};

/// Which numbers leave in a file.
struct NumberChoice {
    InventoryQuery query;         ///< its limit and cursor are not looked at
    bool is_short = false;        ///< nobody looks at custom, cost, order and first call
    std::vector<NumberKey> only;  ///< these alone, whatever the filter; in the query's order. Empty: all that fit
};

/// A number as an export reads it; its texts are good until the next one.
struct NumberRead {
    NumberKey key = 0;
    std::string_view used_by, features, tags, custom, cost;
    Id order = 0;
    std::optional<Instant> first_call;
    const NumberClass* shared = nullptr;
    std::string_view company, var;
};

struct NumberReading {
    std::function<bool(const NumberRead&)> take;  ///< quick; false: no more is wanted
    std::function<bool()> pause;                  ///< now and then, while nothing of the store is held; may block
};

/// What a list on paper needs besides its rows.
struct PaperNeeds {
    std::filesystem::path font_folder = {};
    Instant now{};
};

/// How many numbers have each value of a column: "state" -> "in_service" -> 3.
using NumberFacets = std::map<std::string, std::map<std::string, std::int64_t>>;

/// What a file of numbers is read with.
struct ImportWish {
    std::string region;    ///< of numbers without a country code: "CA"
    std::string provider;  ///< of rows that name none
    std::string columns;   ///< the user's map, "number=2,used_by=Name"; empty: found out
    std::string currency = "USD";
    bool dry_run = false;
    std::string request;   ///< the same as canonical JSON, for the job
};

/// A file on its way in. Destroyed without finish() having succeeded, it leaves nothing behind.
class ImportUpload {
public:
    virtual ~ImportUpload() = default;
    /// Takes the next bytes: to the disk, never all into memory. @errors unavailable: no room, or too much waits
    virtual Result<void> append(std::string_view bytes) = 0;
    /// Begins the job. @errors unavailable
    virtual Async<Result<NumberJob>> finish(std::optional<AnswerKept<NumberJob>> kept) = 0;
};

/// A number that is added by hand.
struct NumberGiven {
    std::string number;  ///< E.164
    std::string provider, country, type, used_by, features, cost;
    UseType use = UseType::none;
    std::int64_t tenant = 0;  ///< 0: the caller's
    std::vector<std::string> tags;
    std::map<std::string, std::string> custom;
};

/// A call that was received on a number.
struct CallSeen {
    std::string to;
    Instant at{};
};
struct CallsTaken {
    std::int64_t first = 0;    ///< numbers that had none before
    std::int64_t known = 0;    ///< calls on numbers that were active already
    std::int64_t unknown = 0;  ///< calls on numbers that are not among the caller's
};

class NumberSyncServices;  // api/sync_services.hpp

class NumberServices {
public:
    virtual ~NumberServices() = default;

    virtual NumberSyncServices& syncs() = 0;

    /// Whether the caller's account is a company's or a professional's: these are shown no VAR.
    virtual bool is_customer(const Caller& caller) const = 0;

    /// Of the filter, `tenant` is an account at or below the caller's, 0: all there are; `whose` is
    /// not looked at.
    /// @errors  invalid_input (not_found_code: no such account); unavailable
    virtual Async<Result<NumbersShown>> list(Caller caller, InventoryQuery query) = 0;
    virtual Result<std::optional<NumberShown>> number(const Caller& caller, NumberKey key) = 0;
    /// The newest first. Nothing: there is no such number.
    virtual Result<std::optional<std::vector<NumberEvent>>> history(const Caller& caller, NumberKey key, int limit) = 0;
    /// One number after another, on a thread of the caller's. @errors as list()
    virtual Result<void> each_number(const Caller& caller, NumberChoice choice, const NumberReading& reading) = 0;
    virtual PaperNeeds paper() const = 0;
    /// @errors as list()
    virtual Result<NumberFacets> facets(const Caller& caller, std::int64_t tenant) = 0;

    // ---------------------------------------------------------------- changes, as jobs that go on by themselves

    /// @param request  the wish and the selection as canonical JSON, for the job
    /// @errors  invalid_input (not_found_code: no such account among the caller's; forbidden_code;
    ///          jobs_waiting_code); unavailable
    virtual Async<Result<NumberJob>> change(
        Caller caller, NumberSelection selection, NumberWish wish, bool dry_run, std::string request, std::optional<AnswerKept<NumberJob>> kept
    ) = 0;
    /// @errors as change(); invalid_input: a line for each field
    virtual Async<Result<NumberJob>> add(
        Caller caller, std::vector<NumberGiven> numbers, bool dry_run, std::string request, std::optional<AnswerKept<NumberJob>> kept
    ) = 0;
    virtual Result<std::unique_ptr<ImportUpload>> begin_import(const Caller& caller, ImportWish wish) = 0;
    /// Takes back what a job did. @errors invalid_input (not_found_code; conflict_code: it cannot be)
    virtual Async<Result<NumberJob>> undo(Caller caller, Id job, std::optional<AnswerKept<NumberJob>> kept) = 0;
    /// Ends a job after the piece under way. @errors invalid_input (not_found_code; conflict_code: it has ended)
    virtual Result<NumberJob> cancel(const Caller& caller, Id job) = 0;
    virtual Result<std::optional<NumberJob>> job(const Caller& caller, Id job) = 0;
    /// The newest first. @param before  0: from the newest
    virtual Result<std::vector<NumberJob>> jobs(const Caller& caller, Id before, int limit) = 0;
    /// Nothing: there is no such job.
    virtual Result<std::optional<std::vector<JobResult>>> job_results(const Caller& caller, Id job, std::int64_t after, int limit) = 0;

    /// Calls that were received make their numbers active. The same calls again change nothing.
    virtual Async<Result<CallsTaken>> take_calls(Caller caller, std::vector<CallSeen> calls) = 0;
};

}  // namespace porteur
