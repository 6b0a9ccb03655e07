// SPDX-License-Identifier: Apache-2.0
#pragma once

// Carries jobs on numbers out: a piece of them at a time, each piece one transaction with the job's
// progress, so that what is told of a job is what was done. A wish that is repeated changes nothing
// twice, so a job that a restart ended is simply wished again.

#include <atomic>
#include <functional>

#include "domain/tenant_tree.hpp"
#include "inventory/inventory.hpp"
#include "inventory/inventory_list.hpp"
#include "store/job_book.hpp"

namespace porteur {

/// In whose name, as far as numbers go.
struct JobScope {
    std::int64_t tenant = 0;
    Role role = Role::reader_token;
    std::string by;
};

/// What a job is told from outside while it waits or is under way.
enum class JobSignal {
    go_on,
    cancel,  ///< somebody wants it to end
    stop,    ///< the daemon ends
};

/// Through which a job has numbers given back to their carriers. Empty: it has none.
struct ReleaseDoor {
    /// Makes known what orders have done so far: asked before a release, and before anything else at first and after an
    /// order whose numbers could not be marked. @errors unavailable
    std::function<Result<void>()> catch_up = {};
    /// Whether the plugin of an account gives numbers back.
    std::function<bool(const std::string& account)> can = {};
    /// Takes in an order that gives these numbers back; durable when it returns. @errors unavailable
    std::function<Result<Id>(const std::string& account, const std::vector<NumberKey>& numbers, const JobScope& scope)> order = {};
};

/// A job on its way; told to whoever asks. @threads one
struct JobUnderWay {
    NumberJob job;
    const std::atomic<JobSignal>& signal;
    std::int64_t last_seq = 0;

    bool is_cut_off() const { return signal != JobSignal::go_on; }
};

/// Rows of a file that were looked at before any number was: they count with the piece that tells of them.
struct JobTally {
    std::int64_t done = 0, same = 0, refused = 0;
};

/// @threads one at a time; blocks
class JobRunner {
public:
    struct Parts {
        NumberBook& book;
        JobBook& jobs;
        Inventory& inventory;
        const InventoryList& list;
        const TenantsNow& tenants;  ///< asked anew for each piece: an account may be moved or disabled meanwhile
        std::function<Instant()> now;
        ReleaseDoor door = {};
    };
    explicit JobRunner(Parts parts) : parts_(std::move(parts)) {}

    /// Each number of a selection as it is wished.
    void change(JobUnderWay& under_way, const NumberSelection& selection, const NumberWish& wish, const JobScope& scope);
    /// Each number of a selection is given back to its carrier, by orders of one account each: it is `releasing` from
    /// then on, and what the carrier says of it is followed (app/order_following.hpp).
    void release(JobUnderWay& under_way, const NumberSelection& selection, const JobScope& scope);
    /// What another job did is taken back, where nothing else has happened to the number since.
    void undo(JobUnderWay& under_way, const NumberJob& done, const JobScope& scope);

    /// A good row of a file, or a number that is added by hand.
    struct NewNumber {
        std::int64_t row = 0;  ///< of the file; 0: none
        NumberForm form;
        bool has_use = false;  ///< said; else it stays as it is
        std::int64_t var = 0;  ///< that the row names: the account must still be below it; 0: it names none
    };
    /// Puts numbers in that are not there, and changes those that are there to what is said of them.
    /// Under way until end().
    /// @param refused  what is told of rows that came to no number; `tally` counts them
    void add(JobUnderWay& under_way, std::vector<NewNumber> numbers, std::vector<JobResult> refused, const JobScope& scope, JobTally tally = {});
    /// Writes the job's end.
    void end(JobUnderWay& under_way, JobState state, std::string problem = {});
    /// The end of a job that its signal cut off: cancelled, or failed and what to do.
    void end_cut_off(JobUnderWay& under_way);
    /// What is told of a job that the daemon's end cut off. @threads any
    static std::string stopped_problem();

private:
    using Changes = std::vector<NumberChange>;
    Result<std::vector<NumberKey>> keys_of(JobUnderWay& under_way, const NumberSelection& selection, const JobScope& scope, const TenantTree& tree);
    /// Where a release may have been taken in whose numbers are not marked (the last daemon died, a write failed), nothing is
    /// changed before they are. Not under hold(). @errors unavailable
    Result<void> keep_up();
    void refuse(JobUnderWay& under_way, std::vector<JobResult>& results, std::string number, std::string why) const;
    /// Says of the job that another undoes by whom it is undone; 0: by nobody any more.
    Result<void> mark_undone(const NumberJob& undo, Id undone_by);
    Result<void> write(JobUnderWay& under_way, Changes changes, std::vector<JobResult> results, std::vector<NumberFollow> follows = {});

    Parts parts_;
    bool is_behind_ = true;  ///< numbers may look free that an order is giving back
};

}  // namespace porteur
