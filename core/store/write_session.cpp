// SPDX-License-Identifier: Apache-2.0
#include "store/write_session.hpp"

#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "domain/crash_point.hpp"
#include "store/pg_pipeline.hpp"

namespace porteur {
namespace {

constexpr const char* lease_question = "select sum(epoch) from leases where holder = ";
/// The same, and nobody changes it until this transaction has ended.
constexpr const char* lease_held = "select sum(epoch) from (select epoch from leases where holder = $1 for share) as held";

class SqliteSession final : public WriteSession {
public:
    SqliteSession(std::unique_ptr<soci::session> session, std::string holder, const Seal& seal)
        : session_(std::move(session)),
          holder_(std::move(holder)),
          lease_(*session_),
          writer_([this](auto shape) { return Bulk::on_sqlite(*session_, std::move(shape)); }, seal) {
        lease_.exchange(soci::into(epochs_, state_));
        lease_.exchange(soci::use(holder_));
        lease_.alloc();
        lease_.prepare(std::string(lease_question) + ":holder");
        lease_.define_and_bind();
    }

    void begin() override { *session_ << "begin immediate"; }
    Writer& writer() override { return writer_; }
    std::unique_ptr<Bulk> bulk(const std::string&, BulkShape shape) override { return Bulk::on_sqlite(*session_, std::move(shape)); }
    std::optional<long long> lease() override {
        state_ = soci::i_null;
        lease_.execute(true);
        const auto answer = state_ == soci::i_null ? std::nullopt : std::optional(epochs_);
        // To its end: a statement left open is a reader, for whom SQLite would keep the whole WAL.
        while (lease_.fetch()) continue;
        return answer;
    }
    void commit() override {
        // Straight to SQLite: SOCI does not tell an I/O error, after which nothing may be believed, from
        // a full disk, after which everything is as it was.
        auto* connection = static_cast<soci::sqlite3_session_backend*>(session_->get_backend())->conn_;
        const auto* statement = PORTEUR_HAS_DEFECT("commit_dropped") ? "rollback" : "commit";
        if (sqlite_api::sqlite3_exec(connection, statement, nullptr, nullptr, nullptr) == SQLITE_OK) return;
        const std::string why = sqlite_api::sqlite3_errmsg(connection);
        if ((sqlite_api::sqlite3_extended_errcode(connection) & 0xFF) == SQLITE_IOERR)
            give_up("the disk refused a commit (" + why + ")");
        throw std::runtime_error(why);
    }
    void committed() override {}
    void roll_back() noexcept override {
        try {
            *session_ << "rollback";
        } catch (const std::exception&) {  // nothing was open any more
        }
    }
    bool is_cut_off() const noexcept override { return false; }

private:
    std::unique_ptr<soci::session> session_;
    std::string holder_;
    long long epochs_ = 0;
    soci::indicator state_ = soci::i_null;
    soci::statement lease_;
    Writer writer_;
};

/// The writer finds its rows by their keys. How many a batch has is not known when the statement is
/// planned, and for the planner's guess it would read the whole table, each time. Statements this small
/// are not worth compiling either.
void favour_keys(soci::session& sql) {
    sql << "set jit = off";
    sql << "set enable_seqscan = off";
    sql << "set enable_hashjoin = off";
    sql << "set enable_mergejoin = off";
    sql << "set plan_cache_mode = force_generic_plan";
}

/// Two round trips a transaction: all that is asked and written, then the commit, in whose shadow the next
/// transaction is sent.
class PgSession final : public WriteSession {
public:
    PgSession(std::unique_ptr<soci::session> session, std::string holder, const Seal& seal, bool fenced)
        : session_(std::move(session)),
          pipeline_(prepared(*session_)),
          holder_{std::move(holder)},
          writer_(
              [this](auto shape) {
                  return Bulk::on_postgresql(
                      pipeline_, "porteur_batch_" + std::to_string(bulks_++), std::move(shape)
                  );
              },
              seal
          ) {
        const PgPipeline::Parameter parameters[] = {PgPipeline::Parameter::text};
        pipeline_.prepare("porteur_lease", fenced ? std::string(lease_question) + "$1" : lease_held, parameters);
    }

    void begin() override {
        pipeline_.send("porteur_begin", {});
        pipeline_.send("porteur_lease", holder_);
    }
    Writer& writer() override { return writer_; }
    std::unique_ptr<Bulk> bulk(const std::string& name, BulkShape shape) override {
        return Bulk::on_postgresql(pipeline_, "porteur_" + name, std::move(shape));
    }
    std::optional<long long> lease() override {
        pipeline_.receive();
        return pipeline_.receive().value;
    }
    void commit() override { pipeline_.send_last("porteur_commit"); }
    void committed() override {
        try {
            pipeline_.receive_last();
        } catch (const std::exception& wrong) {
            give_up(std::string("the answer to a commit is lost (") + wrong.what() + ")");
        }
    }
    void roll_back() noexcept override {
        try {
            pipeline_.roll_back();
        } catch (const std::exception&) {
            give_up("the connection to the store is gone");
        }
    }
    bool is_cut_off() const noexcept override { return pipeline_.is_cut_off(); }

private:
    static pg_conn* prepared(soci::session& session) {
        favour_keys(session);
        return static_cast<soci::postgresql_session_backend*>(session.get_backend())->conn_;
    }

    std::unique_ptr<soci::session> session_;
    PgPipeline pipeline_;
    std::vector<std::string> holder_;
    int bulks_ = 0;
    Writer writer_;
};

}  // namespace

void give_up(const std::string& why) {
    std::fprintf(
        stderr, "porteurd: %s; the process ends so that the restart reads the truth from the disk\n", why.c_str()
    );
    std::_Exit(70);
}

std::unique_ptr<WriteSession> WriteSession::make(
    std::unique_ptr<soci::session> session, Dialect dialect, const std::string& holder, const Seal& seal, bool fenced
) {
    if (dialect == Dialect::sqlite) return std::make_unique<SqliteSession>(std::move(session), holder, seal);
    return std::make_unique<PgSession>(std::move(session), holder, seal, fenced);
}

}  // namespace porteur
