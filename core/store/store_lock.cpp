// SPDX-License-Identifier: Apache-2.0
#include "store/store_lock.hpp"

#include <fcntl.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <libpq-fe.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <utility>

#include "store/lease.hpp"

namespace porteur {
namespace {

class FileLock final : public StoreLock {
public:
    explicit FileLock(const std::string& path) : path_(std::filesystem::absolute(path).string()) {}
    ~FileLock() override {
        if (file_ >= 0) close(file_);
    }

    Result<bool> take() override {
        if (file_ < 0) file_ = open(path_.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
        if (file_ < 0)
            return failure(ErrorKind::unavailable, "the lock file " + porteur::quoted(path_) + " cannot be opened; check that the folder exists and is ours");
        if (flock(file_, LOCK_EX | LOCK_NB) != 0) return false;
        if (is_ours()) return true;
        // Somebody removed the file while it was waited for: what is locked is nobody's any more.
        close(std::exchange(file_, -1));
        return false;
    }
    Seat holder() const override { return {.node = {}, .address = {}}; }
    /// Whoever removes the file lets another take the store; the lock on what was removed keeps nobody out.
    bool is_ours() const noexcept override {
        struct stat there{}, held{};
        return stat(path_.c_str(), &there) == 0 && fstat(file_, &held) == 0 && there.st_dev == held.st_dev && there.st_ino == held.st_ino;
    }
    bool was_taken_away() const noexcept override { return !is_ours(); }
    std::unique_ptr<soci::session> give_session() override { return nullptr; }
    void stop_renewing() override {}

private:
    std::string path_;
    int file_ = -1;
};

constexpr int hold_lock = 0x504F5254;      // "PORT": the hold itself, of the session that writes
constexpr int take_over_lock = 0x504F5255;  // one at a time ends the session of a holder whose lease has run out

/// The server's clock may be set back, and then says for as long that the lease has not run out. A holder that renewed
/// nothing for twice as long, by our own clock, has none any more by its own.
constexpr int unrenewed_leases_max = 2;

/// The table stands before the migrations, as it says who may migrate. `ends_at` is the server's time, ms; 0: as long as
/// the session lives.
constexpr const char* holder_table =
    "create table if not exists store_holder (one bigint primary key check (one = 1), node text not null, address text not null, "
    "term bigint not null, ends_at bigint not null)";
constexpr const char* server_now = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

class SessionLock final : public StoreLock {
public:
    SessionLock(StoreAddress address, std::optional<Seat> seat) : address_(std::move(address)), seat_(std::move(seat)) {}
    ~SessionLock() override {
        if (link_ >= 0) close(link_);
    }

    Result<bool> take() override {
        std::chrono::nanoseconds since{};
        try {
            if (!session_) session_ = connect_postgresql(address_, Silence::ends_the_session);
            if (!lock(300) && !take_over()) return false;
            since = boot_time();
            write_holder();
            if (link_ >= 0) close(link_);
            link_ = fcntl(PQsocket(static_cast<soci::postgresql_session_backend*>(session_->get_backend())->conn_), F_DUPFD_CLOEXEC, 0);
        } catch (const std::exception& wrong) {
            session_.reset();
            return failure(ErrorKind::unavailable, std::string("opening the store: ") + wrong.what());
        }
        if (seat_) lease_.emplace(address_, term_, since, seat_->lease);
        return true;
    }
    Seat holder() const override { return seen_; }
    bool is_ours() const noexcept override { return !server_has_hung_up() && (!lease_ || !lease_->has_run_out()); }
    bool was_taken_away() const noexcept override { return false; }
    std::unique_ptr<soci::session> give_session() override { return std::move(session_); }
    void stop_renewing() override { lease_.reset(); }

private:
    /// Whether the session that has the lock was ended: by a restart, by whoever takes over. Takes nothing off the link,
    /// whose session is the writer's.
    bool server_has_hung_up() const noexcept {
        pollfd link{.fd = link_, .events = POLLRDHUP, .revents = 0};
        return poll(&link, 1, 0) != 0;
    }

    /// The server may take a moment to notice that the last holder's session has ended. @return whether it is ours
    bool lock(int most_ms) {
        *session_ << "set lock_timeout = " << most_ms;
        bool got = true;
        try {
            *session_ << "select pg_advisory_lock(" << hold_lock << ")";
        } catch (const soci::postgresql_soci_error& refused) {
            constexpr std::string_view lock_not_available = "55P03";
            if (refused.sqlstate() != lock_not_available) throw;
            got = false;
        }
        *session_ << "reset lock_timeout";
        return got;
    }

    /// Reads who has the store. @return whether its lease has run out
    bool has_run_out() {
        int is_there = 0;
        *session_ << "select count(*) from pg_tables where tablename = 'store_holder' and schemaname = current_schema()", soci::into(is_there);
        if (is_there == 0) return false;  // a build that knew no lease
        int is_over = 0;
        seen_ = {.node = {}, .address = {}};
        Renewal now;
        soci::indicator found = soci::i_null, other = soci::i_null;
        const auto asked = boot_time();
        *session_ << "select node, address, term, ends_at, case when ends_at > 0 and ends_at < " << server_now << " then 1 else 0 end from store_holder where one = 1",
            soci::into(seen_.node, found), soci::into(seen_.address, other), soci::into(now.term), soci::into(now.ends_at), soci::into(is_over);
        if (!session_->got_data()) return false;
        if (now != last_renewal_) {
            last_renewal_ = now;
            last_renewed_by_ = boot_time();
        }
        return is_over == 1 || (now.ends_at > 0 && seat_ && asked - last_renewed_by_ > unrenewed_leases_max * seat_->lease);
    }

    /// A holder whose lease has run out is not asked: its session is ended, and with it what it was writing.
    bool take_over() {
        if (!has_run_out() || !seat_) return false;
        soci::transaction all(*session_);
        // One at a time, and nobody waits for one that has stopped in here. Another may have been faster, and hold it now by right.
        int is_alone = 0;
        *session_ << "select case when pg_try_advisory_xact_lock(" << take_over_lock << ") then 1 else 0 end", soci::into(is_alone);
        if (is_alone != 1 || !has_run_out()) return false;
        // Waits until they are gone.
        constexpr int patience_ms = 1000;
        *session_ << "select pg_terminate_backend(pid, " << patience_ms
                  << ") from pg_locks where locktype = 'advisory' and granted and classid = 0 and objid = " << hold_lock
                  << " and objsubid = 1 and database = (select oid from pg_database where datname = current_database()) and pid <> pg_backend_pid()";
        int is_ours = 0;
        *session_ << "select case when pg_try_advisory_lock(" << hold_lock << ") then 1 else 0 end", soci::into(is_ours);
        if (is_ours == 1) write_holder();
        all.commit();
        return is_ours == 1;
    }

    void write_holder() {
        const long long length = seat_ ? seat_->lease.count() : 0;
        const std::string node = seat_ ? seat_->node : "", address = seat_ ? seat_->address : "";
        *session_ << holder_table;
        *session_ << "insert into store_holder (one, node, address, term, ends_at) values (1, :node, :address, 1, case when :length > 0 then " << server_now
                  << " + :length else 0 end) on conflict (one) do update set node = excluded.node, address = excluded.address, "
                     "term = store_holder.term + 1, ends_at = excluded.ends_at returning term",
            soci::use(node, "node"), soci::use(address, "address"), soci::use(length, "length"), soci::into(term_);
    }

    struct Renewal {
        long long term = 0, ends_at = 0;
        friend bool operator==(const Renewal&, const Renewal&) = default;
    };

    const StoreAddress address_;
    const std::optional<Seat> seat_;
    std::unique_ptr<soci::session> session_;
    Renewal last_renewal_;                      ///< that we saw
    std::chrono::nanoseconds last_renewed_by_{};  ///< our own clock when we first saw it
    Seat seen_{.node = {}, .address = {}};
    long long term_ = 0;
    int link_ = -1;  ///< to the session's server; a number of our own for it, as the session is given away
    std::optional<Lease> lease_;
};

}  // namespace

Result<bool> is_held(const std::string& text) {
    auto address = read_store_address(text);
    if (!address) return std::unexpected(std::move(address).error());
    if (address->dialect == Dialect::sqlite) {
        const auto path = address->rest + ".lock";
        const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (file < 0) return false;  // where there is no such file nobody has locked it
        const bool free = flock(file, LOCK_SH | LOCK_NB) == 0;
        close(file);
        return !free;
    }
    try {
        const auto session = connect_postgresql(*address, Silence::is_waited_out);
        int count = 0;
        *session << "select count(*) from pg_locks where locktype = 'advisory' and granted and classid = 0 and objid = " << hold_lock
                 << " and objsubid = 1 and database = (select oid from pg_database where datname = current_database())",
            soci::into(count);
        return count != 0;
    } catch (const std::exception& wrong) {
        return failure(ErrorKind::unavailable, std::string("opening the store: ") + wrong.what());
    }
}

Result<std::unique_ptr<StoreLock>> StoreLock::make(const StoreSettings& settings) {
    auto address = read_store_address(settings.address);
    if (!address) return std::unexpected(std::move(address).error());
    if (address->dialect == Dialect::sqlite) return std::make_unique<FileLock>(address->rest + ".lock");
    return std::make_unique<SessionLock>(std::move(*address), settings.seat);
}

}  // namespace porteur
