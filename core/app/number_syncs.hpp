// SPDX-License-Identifier: Apache-2.0
#pragma once

// The comparison of the inventory with each carrier's own list, as the daemon runs it: by itself once
// in a while for each account, and when somebody wishes it. The carrier is asked on the engine's
// thread; all that reads and writes the store is done on a thread of this object's own.

#include <atomic>
#include <map>
#include <mutex>
#include <set>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include "api/sync_services.hpp"
#include "domain/sync_rules.hpp"
#include "engine/interfaces.hpp"
#include "inventory/inventory.hpp"
#include "store/sync_book.hpp"

namespace porteur {

/// What a run needs to know of a carrier account.
struct SyncAccount {
    std::string name;
    std::string tenant;  ///< who holds it, as its settings say: a name or an id; empty: the system
    bool lists = true;   ///< its plugin can ask for the list
    std::chrono::milliseconds every{std::chrono::hours{24}};  ///< 0: never by itself
    int hold_percent = 20;
};

class NumberSyncs final : public NumberSyncServices {
public:
    struct Parts {
        boost::asio::any_io_executor executor;  ///< one thread's; `ask` is called there
        Store& store;
        Inventory& inventory;
        const NumberDirectory& directory;
        const TenantsNow& tenants;
        std::function<Instant()> now;          ///< any thread
        std::function<double()> fraction;      ///< between 0 and 1; the executor's thread
        std::function<Async<Result<std::string>>(std::string account)> ask;  ///< the output of list_numbers
        std::function<Result<void>()> catch_up = {};                         ///< makes known what orders have done; none: nothing to know
        /// Tells whoever holds numbers of them, durable when it returns; it gives the id. None: nobody is told.
        std::function<Result<void>(TimelineEntry)> tell = {};
        std::function<void(std::string)> note = [](std::string) {};          ///< one line for the log
        std::chrono::milliseconds retention = std::chrono::hours{24} * 90;   ///< of rows that a later run replaced
        std::chrono::milliseconds look_every = std::chrono::minutes{1};
    };
    explicit NumberSyncs(Parts parts);
    ~NumberSyncs() override { stop_writing(); }

    /// Ends runs that the last daemon did not. Once, before anything else. @errors as the store
    Result<void> open();
    /// The accounts as they are configured now. @threads the executor's
    void take_accounts(std::vector<SyncAccount> accounts);
    /// Looks now and then for what is due, until stop(). @threads the executor's
    void start();
    void stop();
    /// Begins what is due, one account at a time, so that they do not all ask at once. @threads the executor's
    Async<void> look();
    /// Waits for what is being written. @threads any but the executor's and its own
    void stop_writing();

    Async<Result<SyncShown>> begin(Caller caller, std::string account, std::optional<AnswerKept<SyncShown>> kept) override;
    Result<std::vector<SyncShown>> syncs(const Caller& caller, const std::string& account, Id before, int limit) override;
    Result<std::optional<SyncShown>> newest(const Caller& caller, const std::string& account) override;
    Result<std::optional<SyncShown>> sync(const Caller& caller, Id id) override;
    Result<std::optional<std::vector<SyncRowShown>>> rows(const Caller& caller, Id id, SyncRowsWanted wanted) override;
    Async<Result<SyncDecided>> decide(Caller caller, Id id, SyncChoice choice, std::optional<AnswerKept<SyncDecided>> kept) override;
    Async<Result<SyncShown>> apply(Caller caller, Id id, std::optional<AnswerKept<SyncShown>> kept) override;

private:
    using Holders = std::optional<std::vector<std::int64_t>>;

    /// The account, and who holds it. Nothing: it is not configured (any more).
    std::optional<SyncAccount> account(const std::string& name) const;
    std::optional<Id> is_under_way(const std::string& account) const;
    std::int64_t owner_of(const std::string& account, const TenantTree& tree) const;
    /// Whose rows a caller is shown. Nothing: anybody's.
    Holders holders(const Caller& caller, const TenantTree& tree) const;
    SyncQuery query_of(const Caller& caller, const TenantTree& tree, const std::string& account) const;
    Result<SyncShown> shown(const Caller& caller, const TenantTree& tree, NumberSync sync);
    SyncShown uncounted(const Caller& caller, const TenantTree& tree, NumberSync sync) const;
    /// @errors  not_found_code; forbidden_code
    Result<NumberSync> found(const Caller& caller, const TenantTree& tree, Id id);
    Result<void> check_whole(const Caller& caller, const TenantTree& tree, const std::string& account) const;

    // On the thread that writes.
    Result<NumberSync> begun(const std::string& account, std::string by, const std::optional<AuditEntry>& audit, const Remember<NumberSync>& remember);
    void finish(NumberSync sync, const Result<std::string>& output);
    /// @errors  internal: the list cannot be read; unavailable; cancelled: the daemon stops
    Result<void> compare(NumberSync& sync, const std::string& output);
    /// What is held at the account of a comparison, and what of the list is held elsewhere.
    /// @param fresh  gets those that were changed since it began: they are not among what is returned
    Result<std::vector<HeldNumber>> held_at(const NumberSync& sync, const std::vector<ListedNumber>& listed, std::vector<HeldNumber>& fresh);
    /// What a comparison says of numbers that were changed since it began: what was open before, and is still so.
    Result<std::vector<SyncDifference>> still_open_of(const NumberSync& sync, const std::vector<HeldNumber>& fresh, const std::vector<ListedNumber>& listed);
    std::set<NumberKey> ported_away(const std::string& account, std::set<NumberKey> wanted);
    Result<std::vector<NumberSyncRow>> rows_of(const NumberSync& sync, const CarrierDiff& diff, const TenantTree& tree);
    Result<void> carry_out_all(const NumberSync& sync, const TenantTree& tree);
    Result<SyncDecided> decided(const Caller& caller, Id id, const SyncChoice& choice, const std::optional<AnswerKept<SyncDecided>>& kept);
    /// @param last    all up to this number has been looked at then
    /// @param so_far  of the wish, written with the piece; nothing: it came under no key
    Result<void> decide_piece(const Caller& caller, const TenantTree& tree, const NumberSync& sync, const SyncWish& wish,
                              const std::vector<NumberSyncRow>& rows, NumberKey last, std::optional<SyncWishSoFar>& so_far, SyncDecided& out);
    /// How far the wish under this key came before; else it begins, with a record of the audit log.
    Result<std::optional<SyncWishSoFar>> wish_so_far(const Caller& caller, const NumberSync& sync, const std::string& key,
                                                     const std::string& fingerprint, const AuditEntry& audit);
    /// Tells each holder which of their numbers a run is about to change by itself.
    Result<void> tell(const std::string& account, SyncWhat what, const std::vector<NumberChange>& changes, Id sync) const;
    Result<void> catch_up() const { return parts_.catch_up ? parts_.catch_up() : Result<void>{}; }
    Result<SyncShown> applied(const Caller& caller, Id id, const std::optional<AnswerKept<SyncShown>>& kept);

    /// On the executor's thread: asks, and has the answer compared.
    Async<void> carry(NumberSync sync);
    Async<void> run();

    Parts parts_;
    SyncBook syncs_;
    boost::asio::steady_timer timer_;
    bool stopped_ = false;
    std::map<std::string, Instant> earliest_;  ///< of each account, the first time that it may be asked by itself
    mutable std::mutex mutex_;
    std::map<std::string, SyncAccount> accounts_;
    std::map<std::string, Id> under_way_;
    std::atomic<bool> stopping_ = false;
    boost::asio::thread_pool writes_{1};
};

}  // namespace porteur
