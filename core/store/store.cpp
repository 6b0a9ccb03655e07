// SPDX-License-Identifier: Apache-2.0
#include "store/store.hpp"

#include <poll.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>

#include <porteur/json.hpp>

#include "domain/crash_point.hpp"
#include "store/migrations.hpp"
#include "store/number_queries.hpp"
#include "store/outward_queries.hpp"
#include "store/queries.hpp"
#include "store/restore_book.hpp"
#include "store/sqlite_statement.hpp"
#include "store/store_access.hpp"
#include "store/store_address.hpp"
#include "store/store_lock.hpp"
#include "store/upkeep_queries.hpp"
#include "store/write_loop.hpp"

namespace porteur {
namespace {

std::int64_t stamp(Instant at) { return at.time_since_epoch().count(); }

class SqlStore final : public Store, public Upkeep, public StoreAccess {
public:
    SqlStore(StoreAddress address, StoreSettings settings, const Seal& seal, std::function<void(std::function<void()>)> post)
        : address_(std::move(address)), settings_(std::move(settings)), seal_(seal), post_(std::move(post)) {}
    ~SqlStore() override {
        // First, as the hold goes with the writer's session: nobody asks any more whether it is still ours.
        if (settings_.lock) settings_.lock->stop_renewing();
        writing_.reset();  // writes what is queued
    }

    Result<void> start() {
        if (settings_.beside) return start_beside();
        if (!settings_.lock) {
            auto taken = take_lock();
            if (!taken) return std::unexpected(std::move(taken).error());
            settings_.lock = std::move(*taken);
        }
        try {
            // On PostgreSQL the session that writes is the one that has the lock, for as long as the process lives.
            auto session = address_.dialect == Dialect::sqlite ? connect() : settings_.lock->give_session();
            if (address_.dialect == Dialect::postgresql && is_half_restored(*session))
                return failure(ErrorKind::unavailable, "a backup was begun to be put back into this database, and that did not come to its end; "
                                                       "drop the database, make it anew, and run porteurd restore again");
            if (auto done = migrate(*session, address_.dialect); !done) return done;
            take_lease(*session);
            readers_.push_back(reader(connect()));
            writing_ = std::make_unique<WriteLoop>(
                WriteSession::make(std::move(session), address_.dialect, settings_.holder, seal_, true), address_.dialect, fence_, settings_.lock, post_
            );
            return {};
        } catch (const std::exception& wrong) {
            return failure(ErrorKind::unavailable, std::string("opening the store: ") + wrong.what());
        }
    }

    /// Without lease and writer. Where no porteurd holds the store, it is brought to this build's form under the
    /// same lock; where one does, it has done so, or is about to.
    Result<void> start_beside() {
        try {
            auto session = connect();
            if (auto ready = migrate_beside(*session); !ready) return ready;
            readers_.push_back(reader(std::move(session)));
            return {};
        } catch (const std::exception& wrong) {
            return failure(ErrorKind::unavailable, std::string("opening the store: ") + wrong.what());
        }
    }

    Result<void> migrate_beside(soci::session& session) {
        const int there = newest_migration_of(session);
        if (there == newest_migration()) return {};
        if (there > newest_migration()) return failure(ErrorKind::unsupported, why_too_new(session, there));
        if (settings_.lock) return migrate(session, address_.dialect);
        const auto lock = take_lock();
        if (!lock)
            return failure(ErrorKind::unavailable, "the porteurd that holds the store has not brought it to this build's form; it may "
                                                   "be starting, then try again, or it is of another build");
        return migrate(session, address_.dialect);
    }

    /// @errors  unavailable: another has it, or it cannot be reached
    Result<std::shared_ptr<StoreLock>> take_lock() const {
        auto lock = StoreLock::make(settings_);
        if (!lock) return std::unexpected(std::move(lock).error());
        const auto taken = (*lock)->take();
        if (!taken) return std::unexpected(taken.error());
        if (!*taken)
            return failure(ErrorKind::unavailable, address_.dialect == Dialect::sqlite
                                                       ? "another porteurd holds the store (" + address_.rest + ".lock is locked); one is enough, or let this one stand by: [cluster] in porteur.toml"
                                                       : "another porteurd holds the store; one is enough, or let this one stand by: [cluster] in porteur.toml");
        return std::move(*lock);
    }

    // ---------------------------------------------------------------- writing

    void commit(SharedCommit commit, CommitDone done) override {
        if (settings_.beside) {
            done(failure(ErrorKind::unsupported, "this process only stands beside the store's holder"));
            return;
        }
        if (PORTEUR_HAS_DEFECT("acknowledged_early")) post_([early = std::exchange(done, nullptr)] { early({}); });
        writing_->take(std::move(commit), std::move(done));
    }
    StoreCounters counters() const override {
        auto out = writing_ ? writing_->counters() : StoreCounters();
        out.failed += failed_beside_;
        return out;
    }
    std::size_t backlog() const override { return writing_ ? writing_->backlog() : 0; }

    // ---------------------------------------------------------------- reading

    Result<std::vector<DueOrder>> due_orders() override {
        return read([](soci::session& sql) { return queries::due_orders(sql); });
    }
    Result<std::vector<OpenOperation>> open_operations() override {
        return read([](soci::session& sql) { return queries::open_operations(sql); });
    }
    Result<std::optional<Order>> order(Id id) override {
        return read([&](soci::session& sql) { return first(queries::orders(sql, seal_, "where id = :id", {{id}, {}}, Keep::yes)); });
    }
    Result<std::optional<Order>> order_by_reference(std::int64_t tenant, const std::string& reference) override {
        return read([&](soci::session& sql) {
            return first(queries::orders(sql, seal_, "where tenant_id = :tenant and reference = :reference",
                                         {{tenant}, {reference}}, Keep::yes));
        });
    }
    Result<std::vector<Order>> orders(const OrderFilter& filter, Id before, int limit) override {
        return read([&](soci::session& sql) {
            const auto asked = queries::listed(filter, before, limit);
            return queries::orders(sql, seal_, asked.where, asked.values);
        });
    }
    Result<std::vector<Order>> parts_of(Id order) override {
        return read([&](soci::session& sql) {
            return queries::orders(sql, seal_, "where parent_id = :parent and parent_id <> 0 order by id", {{order}, {}});
        });
    }
    Result<std::vector<Id>> open_parents() override {
        return read([](soci::session& sql) { return queries::open_parents(sql); });
    }
    Result<std::optional<StoredOperation>> operation(Id id) override {
        return read([&](soci::session& sql) -> std::optional<StoredOperation> {
            auto found = first(queries::operations(sql, seal_, "where id = :id", id));
            if (!found) return std::nullopt;
            return StoredOperation{std::move(*found), queries::journal(sql, seal_, id)};
        });
    }
    Result<std::vector<Operation>> operations_of(Id order) override {
        return read([&](soci::session& sql) {
            return queries::operations(sql, seal_, "where order_id = :id order by id", order);
        });
    }
    Result<std::vector<TimelineEntry>> timeline(Id order) override {
        return read([&](soci::session& sql) {
            return queries::entries(sql, "where order_id = :id order by id", {{order}, {}});
        });
    }
    Result<std::vector<TimelineEntry>> entries_after(Id after, std::optional<std::int64_t> tenant, int limit) override {
        return read([&](soci::session& sql) {
            queries::Values values{{after}, {}};
            std::string where = "where id > :after";
            if (tenant) {
                where += " and tenant_id = :tenant";
                values.numbers.push_back(*tenant);
            }
            return queries::entries(sql, where + " order by id limit " + std::to_string(limit), values);
        });
    }
    Result<Id> newest_entry() override {
        return read([](soci::session& sql) {
            long long newest = 0;
            sql << "select coalesce(max(id), 0) from timeline", soci::into(newest);
            return Id{newest};
        });
    }
    Result<Id> newest_id() override {
        return read([](soci::session& sql) { return queries::newest_id(sql); });
    }
    Result<std::optional<std::string>> order_secret(Id order, const std::string& name) override {
        return read([&](soci::session& sql) { return queries::order_secret(sql, seal_, order, name); });
    }
    Result<std::optional<IdempotencyRecord>> idempotency(std::int64_t tenant, const std::string& key) override {
        return read([&](soci::session& sql) { return queries::idempotency(sql, seal_, tenant, key, Keep::yes); });
    }
    Result<std::optional<OutboxMail>> mail(Id operation, std::int64_t seq) override {
        return read([&](soci::session& sql) {
            return first(queries::mails(sql, seal_, "where operation_id = :operation and seq = :seq", {{operation, seq}, {}}));
        });
    }
    Result<std::optional<OutboxMail>> mail_by_message_id(const std::string& message_id) override {
        return read([&](soci::session& sql) {
            return first(queries::mails(sql, seal_, "where message_id = :message_id", {{}, {message_id}}));
        });
    }
    Result<std::vector<OutboxMail>> mails_of(Id order) override {
        return read([&](soci::session& sql) {
            return queries::mails(sql, seal_, "where order_id = :id order by operation_id, seq", {{order}, {}});
        });
    }
    Result<std::optional<Id>> order_by_reply_token(const std::string& token) override {
        return read([&](soci::session& sql) {
            return first(queries::numbers(sql, "select order_id from outbox where reply_token = :token and reply_token <> '' limit 1", {{}, {token}}));
        });
    }
    Result<std::vector<Id>> open_orders_of(const std::string& account, int limit) override {
        return read([&](soci::session& sql) {
            return queries::numbers(sql,
                                    "select id from orders where account = :account and state not in ('draft', 'completed', "
                                    "'partial', 'cancelled', 'rejected', 'expired') order by id desc limit " + std::to_string(limit),
                                    {{}, {account}});
        });
    }
    Result<MailKnown> mail_known(const std::string& mailbox, const std::string& uid) override {
        return read([&](soci::session& sql) {
            const auto found = first(queries::numbers(
                sql, "select case when raw = '' then 1 else 2 end from inbox where mailbox = :mailbox and uid = :uid", {{}, {mailbox, uid}}
            ));
            return found ? static_cast<MailKnown>(*found) : MailKnown::no;
        });
    }
    Result<std::vector<InboxMail>> received_mails(const MailFilter& filter, Id before, int limit) override {
        return read([&](soci::session& sql) {
            std::string where = "where id < :before";
            queries::Values values{{before == 0 ? INT64_MAX : before}, {}};
            if (filter.tenant) {
                where += " and tenant_id = :tenant";
                values.numbers.push_back(*filter.tenant);
            }
            if (filter.order != 0) {
                where += " and order_id = :order_id";
                values.numbers.push_back(filter.order);
            }
            if (!filter.state.empty()) {
                where += " and state = :state";
                values.texts.push_back(filter.state);
            }
            return queries::received(sql, seal_, queries::MailBytes::left_out,
                                     where + " order by id desc limit " + std::to_string(limit), values);
        });
    }
    Result<std::optional<InboxMail>> received_mail(Id id) override {
        return read([&](soci::session& sql) {
            return first(queries::received(sql, seal_, queries::MailBytes::read, "where id = :id", {{id}, {}}));
        });
    }
    Result<std::map<std::string, std::int64_t>> received_counts() override {
        return read([](soci::session& sql) { return queries::received_counts(sql); });
    }
    Result<std::vector<AwaitedEvent>> awaited_events(std::int64_t lookup) override {
        return read([&](soci::session& sql) { return queries::awaited_events(sql, lookup); });
    }
    Result<std::vector<InboundEvent>> free_events(std::int64_t lookup) override {
        return read([&](soci::session& sql) {
            return queries::inbound_events(
                sql, seal_, "where taken_by = 0 and id in (select event_id from inbound_event_keys where lookup = :lookup) order by id",
                {{lookup}, {}}
            );
        });
    }
    Result<std::optional<InboundEvent>> event(Id id) override {
        return read([&](soci::session& sql) { return first(queries::inbound_events(sql, seal_, "where id = :id", {{id}, {}})); });
    }
    Result<std::vector<EventOffer>> event_offers() override {
        return read([](soci::session& sql) { return queries::event_offers(sql); });
    }
    Result<Compactable> compactable(Id after, Instant ended_before, int limit) override {
        return read([&](soci::session& sql) {
            return queries::compactable(sql, after, first_id_at(ended_before), ended_before, limit);
        });
    }
    Result<std::vector<Id>> events_before(Instant before, int limit) override {
        return read([&](soci::session& sql) { return queries::events_before(sql, first_id_at(before), limit); });
    }
    Result<std::vector<Webhook>> webhooks() override {
        return read([&](soci::session& sql) { return queries::webhooks(sql, seal_); });
    }
    Result<std::vector<Order>> open_orders(std::int64_t tenant, Id after, int limit) override {
        return read([&](soci::session& sql) { return queries::open_orders(sql, seal_, tenant, after, limit); });
    }
    Result<std::vector<DueOrder>> next_looks(std::int64_t tenant, int limit) override {
        return read([&](soci::session& sql) { return queries::next_looks(sql, tenant, limit); });
    }
    Result<std::map<std::string, std::int64_t>> order_counts() override {
        return read([](soci::session& sql) { return queries::order_counts(sql); });
    }

    // ---------------------------------------------------------------- tokens and documents

    Result<void> add_token(const TokenRow& token) override {
        return change([&](soci::session& sql) {
            const auto created = stamp(token.created);
            long long expires = token.expires ? stamp(*token.expires) : 0;
            soci::indicator state = token.expires ? soci::i_ok : soci::i_null;
            sql << "insert into tokens (id, tenant_id, name, hash, scope, created_at, expires_at) values (:id, :tenant, "
                   ":name, :hash, :scope, :created, :expires)",
                soci::use(token.id), soci::use(token.tenant), soci::use(token.name), soci::use(token.hash),
                soci::use(token.scope), soci::use(created), soci::use(expires, state);
        });
    }
    Result<std::optional<TokenRow>> token_by_hash(const std::string& hash) override {
        return read([&](soci::session& sql) { return first(queries::tokens(sql, "where hash = :hash", {{}, {hash}}, Keep::yes)); });
    }
    Result<std::vector<TokenRow>> tokens() override {
        return read([](soci::session& sql) { return queries::tokens(sql, "order by id", {}); });
    }
    Result<void> revoke_token(Id id, Instant at) override {
        return change([&](soci::session& sql) {
            const auto when = stamp(at);
            sql << "update tokens set revoked_at = :at where id = :id", soci::use(when), soci::use(id);
        });
    }
    Result<void> add_document(const DocumentRow& document) override {
        return change([&](soci::session& sql) {
            const auto about = to_text(document.about);
            const auto created = stamp(document.created);
            sql << "insert into documents (id, tenant_id, about, created_at) values (:id, :tenant, :about, :created)",
                soci::use(document.id), soci::use(document.tenant), soci::use(about), soci::use(created);
        });
    }
    Result<std::optional<DocumentRow>> document(const std::string& id) override {
        return read([&](soci::session& sql) { return queries::document(sql, id); });
    }

    // ---------------------------------------------------------------- upkeep

    Result<std::map<std::string, Instant>> penalties() override {
        return read([](soci::session& sql) { return queries::penalties(sql); });
    }
    Result<void> keep_penalty(const std::string& account, Instant until) override {
        return change_of_holder([&](soci::session& sql) { queries::keep_penalty(sql, account, until); });
    }
    Result<KeysLookedAt> drop_keys(const KeyPlace& after, Instant before, int limit) override {
        const auto found = read([&](soci::session& sql) { return queries::old_keys(sql, seal_, after, before, limit); });
        if (!found) return std::unexpected(found.error());
        if (!found->old.empty())
            if (auto done = change_of_holder([&](soci::session& sql) {
                    for (const auto& each : found->old) queries::drop_key(sql, each);
                });
                !done)
                return std::unexpected(std::move(done).error());
        return KeysLookedAt{.dropped = static_cast<int>(found->old.size()), .last = found->last, .more = found->more};
    }
    Result<int> empty_mails(Instant before, int limit) override {
        const auto found = read([&](soci::session& sql) { return queries::old_mails(sql, before, limit); });
        if (!found) return std::unexpected(found.error());
        if (!found->empty())
            if (auto done = change_of_holder([&](soci::session& sql) {
                    for (const Id each : *found) queries::empty_mail(sql, seal_, each);
                });
                !done)
                return std::unexpected(std::move(done).error());
        return static_cast<int>(found->size());
    }

    // ---------------------------------------------------------------- for the other parts of this folder

    Dialect dialect() const override { return address_.dialect; }
    const Seal& seal() const override { return seal_; }
    Result<void> read_with(const std::function<void(soci::session&)>& ask) override {
        auto done = read([&](soci::session& sql) {
            ask(sql);
            return true;
        });
        if (!done) return std::unexpected(std::move(done).error());
        return {};
    }
    Result<void> change_with(const std::function<void(soci::session&)>& apply) override { return change_of_holder(apply); }
    Result<std::unique_ptr<WriteSession>> write_session() override {
        try {
            auto session = connect();
            // What a long transaction changes stays in memory until it ends; less, and a list of a million rows takes
            // a third longer.
            if (address_.dialect == Dialect::sqlite) *session << "pragma cache_size = -64000";
            return WriteSession::make(std::move(session), address_.dialect, settings_.holder, seal_, false);
        } catch (const std::exception& wrong) {
            return failure(ErrorKind::unavailable, std::string("opening the store: ") + wrong.what());
        }
    }
    long long fence() const override { return fence_; }
    bool is_ours() const noexcept override { return !settings_.lock || settings_.lock->is_ours(); }
    Result<void> change_beside(const std::function<void(soci::session&)>& apply) override { return change(apply); }

    Result<std::string> dump() override {
        return read([&](soci::session& sql) { return queries::dump(sql, seal_); });
    }
    Result<std::string> integrity() override {
        return read([&](soci::session& sql) {
            std::string found = "ok";
            if (address_.dialect == Dialect::sqlite) sql << "pragma integrity_check", soci::into(found);
            return found;
        });
    }

private:
    std::unique_ptr<soci::session> connect() const {
        if (address_.dialect == Dialect::sqlite) return connect_sqlite(address_);
        return connect_postgresql(address_, settings_.beside ? Silence::is_waited_out : Silence::ends_the_session);
    }

    void take_lease(soci::session& sql) {
        soci::transaction all(sql);
        sql << "update leases set holder = :holder, epoch = epoch + 1", soci::use(settings_.holder);
        sql << "select sum(epoch) from leases where holder = :holder", soci::into(fence_), soci::use(settings_.holder);
        all.commit();
    }

    /// A connection that reads keeps the statements of frequent questions.
    struct CloseReader {
        Dialect dialect;
        void operator()(soci::session* session) const {
            if (dialect == Dialect::sqlite) forget_statements(*session);
            delete session;
        }
    };
    using Reader = std::unique_ptr<soci::session, CloseReader>;
    Reader no_reader() const { return {nullptr, {address_.dialect}}; }
    Reader reader(std::unique_ptr<soci::session> session) const { return {session.release(), {address_.dialect}}; }

    template <class Read>
    auto read(Read ask) -> Result<decltype(ask(std::declval<soci::session&>()))> {
        auto session = kept_reader();
        try {
            if (!session) session = reader(connect());
            auto found = ask(*session);
            std::lock_guard lock(readers_mutex_);
            if (readers_.size() < readers_kept_max) readers_.push_back(std::move(session));
            return found;
        } catch (const std::exception& wrong) {
            // The connection may be the reason: it is not used again.
            return failure(ErrorKind::unavailable, std::string("reading the store: ") + wrong.what());
        }
    }

    /// A connection from before. One that the server has ended meanwhile is none, and with it go the
    /// others of its time: nobody need hear of a restart of the server that is over.
    Reader kept_reader() {
        std::lock_guard lock(readers_mutex_);
        if (readers_.empty()) return no_reader();
        auto last = std::move(readers_.back());
        readers_.pop_back();
        if (!was_ended(*last)) return last;
        readers_.clear();
        return no_reader();
    }

    /// Nobody is asking on it, so what the server has sent is its farewell, or something as rare: a changed
    /// setting, which a new connection has as well.
    bool was_ended(soci::session& session) const {
        if (address_.dialect != Dialect::postgresql) return false;
        pollfd socket{.fd = PQsocket(static_cast<soci::postgresql_session_backend*>(session.get_backend())->conn_), .events = POLLIN, .revents = 0};
        return ::poll(&socket, 1, 0) > 0;
    }

    /// A small change outside the engine's commits; waits for SQLite's one writer.
    template <class Change>
    Result<void> change(Change apply) {
        auto done = read([&](soci::session& sql) {
            try {
                soci::transaction all(sql);
                apply(sql);
                all.commit();
            } catch (const soci::soci_error&) {
                ++failed_beside_;
                throw;
            }
            return true;
        });
        if (!done) return std::unexpected(std::move(done).error());
        return {};
    }

    /// The same, and only while the shards are ours: whoever was taken over writes nothing.
    template <class Change>
    Result<void> change_of_holder(Change apply) {
        return change([&](soci::session& sql) {
            // Whoever takes over waits until this is written or gone, and reads the store after it.
            int kept = 0;
            if (address_.dialect == Dialect::postgresql) sql << "select 1 from leases where shard = 0 for share", soci::into(kept);
            apply(sql);
            long long epochs = 0;
            soci::indicator state = soci::i_null;
            sql << "select sum(epoch) from leases where holder = :holder", soci::into(epochs, state), soci::use(settings_.holder);
            if (state == soci::i_null || epochs != fence_) throw std::runtime_error("another porteurd has taken it over");
        });
    }

    template <class T>
    static std::optional<T> first(std::vector<T> found) {
        if (found.empty()) return std::nullopt;
        return std::move(found.front());
    }

    static constexpr std::size_t readers_kept_max = 4;

    StoreAddress address_;
    StoreSettings settings_;
    const Seal& seal_;
    std::function<void(std::function<void()>)> post_;
    long long fence_ = 0;

    std::unique_ptr<WriteLoop> writing_;
    std::atomic<std::uint64_t> failed_beside_ = 0;  ///< changes outside the engine's commits that the database refused

    std::mutex readers_mutex_;
    std::vector<Reader> readers_;
};

}  // namespace

Result<std::unique_ptr<Store>> Store::open(StoreSettings settings, const Seal& seal,
                                           std::function<void(std::function<void()>)> post) {
    auto address = read_store_address(settings.address);
    if (!address) return std::unexpected(std::move(address).error());
    auto store = std::make_unique<SqlStore>(std::move(*address), std::move(settings), seal, std::move(post));
    if (auto started = store->start(); !started) return std::unexpected(std::move(started).error());
    return store;
}

Upkeep& upkeep_of(Store& store) { return dynamic_cast<Upkeep&>(store); }

StoreAccess& access_of(Store& store) { return dynamic_cast<StoreAccess&>(store); }

}  // namespace porteur
