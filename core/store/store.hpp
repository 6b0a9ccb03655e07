// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one place that speaks SQL. Writes go to one writer thread, which carries whatever has come
// together in one transaction (group commit); reads run on the caller's thread over a connection of a
// small pool. SQLite by default, PostgreSQL by its address; what differs between them sits in
// dialect.hpp, migrations.cpp and bulk.cpp.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "domain/commit.hpp"
#include "store/seal.hpp"

namespace porteur {

class StoreLock;

/// One of several porteurd that share a store: one holds it, the others stand by.
struct Seat {
    std::string node;     ///< no two of them have the same
    std::string address;  ///< where its API is reached, for people; may be empty
    /// On PostgreSQL: a holder that could not renew it for so long has ended, and may be taken over.
    std::chrono::milliseconds lease{3000};
};

struct StoreSettings {
    /// "sqlite:/var/lib/porteur/porteur.db" or "postgresql://user@host/name" (or a libpq key-value text
    /// after "postgresql:").
    std::string address;
    /// Names this process in the lease table.
    std::string holder = "porteurd";
    /// Beside a running porteurd: reads, tokens and documents only; commit() is refused.
    bool beside = false;
    std::optional<Seat> seat = {};
    /// Taken already; null: open() takes it, or says that another has it.
    std::shared_ptr<StoreLock> lock = {};
};

/// A row of the token table. The token itself is never stored.
struct TokenRow {
    Id id = 0;
    std::int64_t tenant = 0;
    std::string name;
    std::string hash;    ///< lower-case hex of BLAKE2b-256
    std::string scope;   ///< "operator", "read"
    Instant created{};
    std::optional<Instant> expires;
    std::optional<Instant> revoked;
};

/// A stored document's record; the sealed bytes lie in the documents folder under their hash.
struct DocumentRow {
    std::string id;
    std::int64_t tenant = 0;
    DocumentRef about;
    Instant created{};
};

struct OrderFilter {
    std::optional<std::int64_t> tenant;
    std::optional<OrderKind> kind;
    std::optional<OrderState> state;
    std::optional<Delivery> delivery;
};

struct MailFilter {
    std::optional<std::int64_t> tenant;
    std::string state;  ///< empty: any
    Id order = 0;       ///< 0: any
};

/// What is known of a mail at its server.
enum class MailKnown { no, left_there, taken };

/// What one look at old operations found.
struct Compactable {
    std::vector<Id> operations;  ///< ended long enough ago, and still whole
    Id last = 0;                 ///< where the next look begins
    bool more = false;           ///< whether there is a next one
};

/// Counts of what has been written, for metrics and benchmarks.
struct StoreCounters {
    std::uint64_t transactions = 0;  ///< each one durable sync
    std::uint64_t commits = 0;       ///< Commits carried by them
    std::uint64_t failed = 0;        ///< Commits that were refused, and whose callers were told so
};

class Store {
public:
    /// Opens, migrates and takes the lease of all shards; waits for nobody.
    ///
    /// @param post  runs a function on the thread that wants to hear of finished commits
    /// @errors  unavailable: another process holds the store, or the server cannot be reached;
    ///          unsupported: the store was written by a newer porteurd; internal: damaged
    static Result<std::unique_ptr<Store>> open(StoreSettings settings, const Seal& seal,
                                               std::function<void(std::function<void()>)> post);
    virtual ~Store() = default;

    // ---------------------------------------------------------------- writing [any]

    /// Queues a commit. `done` is called through `post`, in the order of the calls, when it is on the
    /// disk or has failed. A failure touches no other commit. A failed sync, or a lost lease, ends the
    /// process: the restart reads the truth from the disk.
    virtual void commit(SharedCommit commit, CommitDone done) = 0;
    void commit(Commit made, CommitDone done) { commit(std::make_shared<const Commit>(std::move(made)), std::move(done)); }
    virtual StoreCounters counters() const = 0;
    /// How many commits wait for their end now: for the writer, or with it for the disk.
    virtual std::size_t backlog() const = 0;
    /// Whether the hold on the store is certain at this moment, without asking the database. [any]
    virtual bool is_ours() const noexcept = 0;

    // ---------------------------------------------------------------- reading [any], blocking

    virtual Result<std::vector<DueOrder>> due_orders() = 0;
    virtual Result<std::optional<Order>> order(Id id) = 0;
    virtual Result<std::optional<Order>> order_by_reference(std::int64_t tenant, const std::string& reference) = 0;
    /// Newest first; `before` = 0 for the first page.
    virtual Result<std::vector<Order>> orders(const OrderFilter& filter, Id before, int limit) = 0;
    /// The parts of an order, in the order of their references.
    virtual Result<std::vector<Order>> parts_of(Id order) = 0;
    /// Orders in parts of which something may still change.
    virtual Result<std::vector<Id>> open_parents() = 0;
    virtual Result<std::optional<StoredOperation>> operation(Id id) = 0;
    /// All that are open, of all accounts, oldest first; those that wait for a person to begin them again are not.
    virtual Result<std::vector<OpenOperation>> open_operations() = 0;
    /// Without journals; oldest first.
    virtual Result<std::vector<Operation>> operations_of(Id order) = 0;
    virtual Result<std::vector<TimelineEntry>> timeline(Id order) = 0;
    /// Entries with an id greater than `after`, oldest first.
    virtual Result<std::vector<TimelineEntry>> entries_after(Id after, std::optional<std::int64_t> tenant, int limit) = 0;
    /// The greatest id of an entry; 0 if there is none.
    virtual Result<Id> newest_entry() = 0;
    /// The greatest id that the engine has given to anything that stands here; 0 if there is none.
    virtual Result<Id> newest_id() = 0;
    virtual Result<std::optional<std::string>> order_secret(Id order, const std::string& name) = 0;
    virtual Result<std::optional<IdempotencyRecord>> idempotency(std::int64_t tenant, const std::string& key) = 0;
    virtual Result<std::optional<OutboxMail>> mail(Id operation, std::int64_t seq) = 0;
    virtual Result<std::optional<OutboxMail>> mail_by_message_id(const std::string& message_id) = 0;
    /// The mails of an order that were written, oldest first.
    virtual Result<std::vector<OutboxMail>> mails_of(Id order) = 0;
    /// The order that this token was given out for, in the reply address of a mail.
    virtual Result<std::optional<Id>> order_by_reply_token(const std::string& token) = 0;
    /// Newest first, at most so many.
    virtual Result<std::vector<Id>> open_orders_of(const std::string& account, int limit) = 0;
    virtual Result<MailKnown> mail_known(const std::string& mailbox, const std::string& uid) = 0;
    /// Newest first, without their bytes; `before` = 0 for the first page.
    virtual Result<std::vector<InboxMail>> received_mails(const MailFilter& filter, Id before, int limit) = 0;
    virtual Result<std::optional<InboxMail>> received_mail(Id id) = 0;
    /// How many mails that came in stand in each state: "waiting" -> 3.
    virtual Result<std::map<std::string, std::int64_t>> received_counts() = 0;
    /// Effects that wait for an event under this number (domain/inbound.hpp), the oldest first.
    virtual Result<std::vector<AwaitedEvent>> awaited_events(std::int64_t lookup) = 0;
    /// Events under this number that have ended nobody's wait yet, the oldest first.
    virtual Result<std::vector<InboundEvent>> free_events(std::int64_t lookup) = 0;
    virtual Result<std::optional<InboundEvent>> event(Id id) = 0;
    /// Which free events stand under the number of a wait: what a crash between the two left over.
    virtual Result<std::vector<EventOffer>> event_offers() = 0;
    /// Looks at `limit` operations after one, and gives those that ended before an instant and were not
    /// compacted yet.
    virtual Result<Compactable> compactable(Id after, Instant ended_before, int limit) = 0;
    /// Events that came before an instant.
    virtual Result<std::vector<Id>> events_before(Instant before, int limit) = 0;
    /// All endpoints of all tenants, by id.
    virtual Result<std::vector<Webhook>> webhooks() = 0;
    /// Orders of a tenant (0: of all) that have not ended, or whose release is still watched, after an id, oldest first.
    virtual Result<std::vector<Order>> open_orders(std::int64_t tenant, Id after, int limit) = 0;
    /// What the engine looks at next among a tenant's orders, the earliest first.
    virtual Result<std::vector<DueOrder>> next_looks(std::int64_t tenant, int limit) = 0;
    /// How many orders stand in each state and delivery: "port/submitted/idle" -> 3.
    virtual Result<std::map<std::string, std::int64_t>> order_counts() = 0;

    // ---------------------------------------------------------------- tokens and documents [any], blocking

    virtual Result<void> add_token(const TokenRow& token) = 0;
    virtual Result<std::optional<TokenRow>> token_by_hash(const std::string& hash) = 0;
    virtual Result<std::vector<TokenRow>> tokens() = 0;
    virtual Result<void> revoke_token(Id id, Instant at) = 0;
    virtual Result<void> add_document(const DocumentRow& document) = 0;
    virtual Result<std::optional<DocumentRow>> document(const std::string& id) = 0;

    /// Every row of every table as canonical text, for the tests that compare two stores. [any]
    virtual Result<std::string> dump() = 0;
    /// "ok", or what the database's own integrity check found.
    virtual Result<std::string> integrity() = 0;
};

}  // namespace porteur
