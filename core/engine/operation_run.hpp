// SPDX-License-Identifier: Apache-2.0
#pragma once

// One run of one operation, from its beginning or from its journal. Protocol:
//
//   1  The plugin is begun with the operation's input and told the recorded outcomes in recorded order.
//      Each effect that it emits is compared byte for byte with the recorded one; a difference sends
//      nothing and parks the operation with both lines. An operation of another build is tried on the
//      build at hand first; where that departs, the build goes on that the operation stands with
//      (docs/plugins/staging.md).
//   2  An effect that must not be lost sight of (ONCE, KEYED, mail, manual, a long sleep) is durable as
//      an intent before it is performed. A SAFE one is recorded together with its outcome.
//   3  An outcome is durable before anything that depends on it leaves the process: records are kept in
//      memory until the next intent or the end of the operation, and become durable with that
//      (docs/decisions/0003-outcomes-with-the-next-intent.md).
//   4  A ONCE effect without outcome is lost: after the settle time it completes as in doubt, and the
//      ladder (ladder.hpp) says whether it may leave again.
//   5  A wait that is long leaves memory: the order gets a due time, and the run begins again from its
//      journal.
//   6  In a store that was put back from a backup, an order of that backup sends nothing that may have left since: a ONCE
//      effect counts as lost instead of being performed, once, and where the plugin would send it again after its
//      look-up the operation is parked (operation_restored.cpp, docs/decisions/0028-a-restored-store-asks-first.md).
//   7  Effects that are open together are performed together (operation_effects.cpp). All intents that rule 2 asks for are durable
//      before the first of them leaves. The plugin is told of one outcome at a time, in the order in which
//      they came; that order is the journal's, so a replay tells in the same.

#include <map>
#include <set>
#include <unordered_map>

#include "engine/flights.hpp"
#include "engine/interfaces.hpp"
#include "engine/journal_record.hpp"
#include "engine/ladder.hpp"
#include "engine/recorded_journal.hpp"

namespace porteur {

/// What a run needs from its engine.
struct RunWorld {
    Clock& clock;
    Chance& chance;
    EffectPerformer& performer;
    /// Durable or failed; the engine tries a failed one again for as long as it lives.
    std::function<Async<Result<void>>(Commit)> commit;
    /// Whether the store is ours for certain; where it is not, a commit asks it.
    std::function<bool()> is_ours;
    /// The same as commit for a change that the order's next commit comes behind, and that nobody waits for.
    std::function<void(Id order, Commit)> commit_behind;
    /// Whether another operation of the order begins as soon as this one has ended.
    std::function<bool(const Order&, const std::string& account)> goes_on;
    std::function<Id()> new_id;
    /// Gives the parts that a change makes of its order their ids, and puts them into its commit.
    std::function<Result<void>(OrderChange&, Commit&)> adopt;
    /// An account as a build of its plugin sees it that is not the account's own any more.
    /// @errors  what Accounts::as_of says
    std::function<Result<std::shared_ptr<const AccountView>>(const std::string& account, const std::string& build)> account_as_of;
    Known known;
    Rhythm rhythm;
    /// Longer waits leave memory.
    std::chrono::milliseconds held_wait_max{5'000};
    /// Operations under way that were tried on a build in vain: they are not tried on it again, as one that
    /// kills its process would take others with it each time.
    std::unordered_map<Id, std::string> departed = {};
    /// When the store was put back from a backup, if it was.
    std::optional<RestoreMark> restored = {};
    /// Whether a person has said since an instant what became of an order.
    std::function<bool(const Order&, Instant since)> is_let_go = {};
    /// Of ONCE effects, since the start.
    std::uint64_t lost_outcomes = 0;
};

/// Why a run ended.
enum class RunEnd {
    finished,   ///< the operation ended; the order is changed, and durable no later than its next change
    waits,      ///< the order is due later, or waits for a person; the journal has the rest
    died,       ///< the plugin's process ended in this operation's hands; nothing was changed
    plugin_away,  ///< the plugin is not there now, through no fault of this operation
    parked,     ///< a person must look; durable
    abandoned,  ///< the store did not take it; the order is as it was
};

/// @threads  the engine's
class OperationRun {
public:
    OperationRun(RunWorld& world, Order order, std::shared_ptr<const AccountView> account);

    /// Runs a new operation.
    Async<RunEnd> begin(OperationPlan plan);
    /// Goes on with a stored one.
    Async<RunEnd> resume(StoredOperation stored);

    /// The order as the run left it; durable unless the run was abandoned.
    const Order& order() const { return order_; }
    /// Why it died or was abandoned.
    const Error& error() const { return error_; }
    /// How far its journal has come: deaths at the same place count together.
    std::int64_t journal_position() const { return position_; }
    /// Whether it left memory with an effect open that waits for an event.
    bool waits_for_event() const;
    /// Marks the operation, and with it the order, as waiting for a person.
    Async<RunEnd> park_operation(std::string problem);

private:
    /// When the store was ours, by both clocks: one can be set back, the other stands still while the machine sleeps.
    struct Ours {
        Instant at{};
        Clock::Steady steady{};
    };
    struct Open {
        Effect effect;
        Instant intent_at{};
        std::int64_t step_attempt = 1;
        bool recorded = false;            ///< its intent is in the journal or in the buffer
        bool durable = false;             ///< its intent is on the disk
        bool from_before = false;         ///< its intent was written by an earlier run
        std::optional<Instant> lost_at;   ///< durable
        std::string proof = {};           ///< where a lost outcome was looked for; a line once it is told
        bool in_air = false;              ///< under way beside others
        std::optional<Instant> not_before = {};  ///< it was put off until then
        Ours ours = {};                   ///< a commit begun then, or later, went through
    };
    struct Wait {
        Instant until;
        bool person = false;
        std::string problem;
    };
    /// What came of looking at an open effect.
    struct Looked {
        std::optional<Completion> completion;
        std::optional<Wait> wait;
        bool stopped = false;  ///< the store refused; error_ says why
        bool lost = false;     ///< performed beside others, and its outcome was lost
        std::string parked = {};  ///< why it may not leave; a person must look
    };
    /// Whether an effect is the only one under way, or one of several.
    enum class Company { alone, beside_others };

    /// The plugin's end of the operation: it does not outlive this run, however that ends.
    class Op {
    public:
        Op(OperationRunner* runner, Id id) : runner_(runner), id_(id) {}
        Op(const Op&) = delete;
        Op& operator=(const Op&) = delete;
        ~Op() { runner_->end(id_); }

    private:
        OperationRunner* runner_;
        Id id_;
    };
    /// Why a plugin did not come as far as the journal.
    struct Halt {
        std::string departure;       ///< it asked for something else; empty: `error` says why
        std::optional<Error> error;  ///< the runner's
    };

    Async<RunEnd> go();
    Async<std::optional<Halt>> follow();
    std::optional<std::string> read_journal(const StoredOperation& stored);
    bool keys_differ(const Result<std::shared_ptr<const AccountView>>& before) const;
    std::optional<std::string> left_behind() const;
    void leave_in_doubt();
    void take_over();
    void forget_replay();
    void put_operation(Commit& commit) const;
    Async<RunEnd> live();
    /// What an Error of the runner means for the run.
    Async<RunEnd> runner_failed(Error error);
    std::optional<std::string> take_effects(const Turn& turn);
    Async<Looked> look_at(Open& open);
    Async<Looked> look_at_all();
    Async<bool> make_intents_durable();
    Async<bool> launch_all();
    Async<void> land_all();
    Async<bool> intend(Open& open);
    Async<Looked> perform(Open& open, Company company);
    Async<std::optional<Looked>> held_back(Open& open);
    bool may_have_left_since_backup(const Open& open);
    Async<bool> lost(Open& open, bool just_now);
    void told_lost(Open& open, std::string how);
    Async<Looked> settle(Open& open);
    static Async<Looked> landed(Completion completion);
    static bool is_without_trace(const Open& open);
    Looked sleep(Open& open);
    Looked person(Open& open);
    Looked event(Open& open);
    Looked out_of_time(const Open& open) const;
    Ours ours_now() const;
    /// Whether another porteurd may hold the store by now. A ONCE effect believes a proof for a second; any other, until
    /// something speaks against it.
    bool may_be_taken_over(const Open& open) const;
    bool key_is_forgotten(const Open& open, Instant at);
    Looked forgotten(const Open& open);
    void record(JournalRecord record);
    void told(Open& open, const Completion& completion);
    Async<bool> flush(bool mark_sending);
    Async<RunEnd> finish(const Turn& turn);
    Async<RunEnd> leave_memory(const Wait& wait);
    /// Whether a ONCE step left, or may have: the operation may not simply be begun again.
    bool may_have_acted() const;
    void add_entry(std::string kind, std::string text);
    EffectContext context_of(const Open& open) const;
    std::chrono::milliseconds settle_time() const;
    const OperationSpec* spec() const;

    RunWorld& world_;
    Order order_;
    std::shared_ptr<const AccountView> account_;
    Operation operation_;
    bool stored_ = false;  ///< the operation has a row
    bool taken_over_ = false;  ///< the row names another build yet
    std::int64_t position_ = 0;
    std::string buffer_;
    std::vector<TimelineEntry> entries_;
    std::map<std::uint32_t, Open> open_;
    Clock::Steady out_of_time_at_ = Clock::Steady::max();  ///< operation_timeout: no request leaves after it
    std::optional<Flights<Looked>> flights_;  ///< made when several effects are first open together
    RecordedJournal journal_;
    Ladder ladder_;
    std::optional<bool> is_of_backup_;  ///< and nobody has let it go; not asked yet
    std::set<std::string, std::less<>> doubted_;  ///< steps that count as lost since the store was put back
    Turn turn_;
    std::uint32_t last_seq_ = 0;
    Error error_;
};

}  // namespace porteur
