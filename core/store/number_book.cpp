// SPDX-License-Identifier: Apache-2.0
#include "store/number_book.hpp"

#include <mutex>
#include <stdexcept>

#include "domain/crash_point.hpp"
#include "store/number_queries.hpp"
#include "store/store_access.hpp"

namespace porteur {
namespace {

using enum ColumnType;

BulkShape insert_into(std::string_view table, std::vector<Column> columns, int key_columns) {
    return {.verb = BulkShape::Verb::insert, .table = table, .columns = std::move(columns), .key_columns = key_columns};
}

std::int64_t stamp(Instant at) { return at.time_since_epoch().count(); }

/// The connection that writes, with its statements.
class Pen {
public:
    explicit Pen(std::unique_ptr<WriteSession> session) : session_(std::move(session)) {
        classes_ = bulk(insert_into(
            "number_classes",
            {{"id", number}, {"account", text}, {"country", text}, {"type", text}, {"state", text},
             {"use_type", text}, {"is_active", number}},
            1
        ));
        rows_ = bulk(insert_into(
            "numbers",
            {{"id", number}, {"number", text}, {"class_id", number}, {"tenant_id", number}, {"used_by", text},
             {"used_key", text}, {"features", text}, {"tags", text}, {"custom", text}, {"cost", text},
             {"order_id", number}, {"first_call_at", number}, {"carrier_id", text}, {"source", text}, {"note", text},
             {"created_at", number}, {"updated_at", number}, {"version", number}},
            1
        ));
        counts_ = bulk(insert_into("number_counts", {{"class_id", number}, {"tenant_id", number}, {"count", number}}, 2));
        history_ = bulk(insert_into(
            "number_history",
            {{"number", number}, {"at", number}, {"job_id", number}, {"what", text}, {"holder_id", number}, {"by", text}, {"data", text}}, 4
        ));
        jobs_ = bulk({.verb = BulkShape::Verb::update,
                      .table = "number_jobs",
                      .columns = {{"id", number}, {"state", text}, {"total", number}, {"done", number}, {"changed", number},
                                  {"same", number}, {"refused", number}, {"undone_by", number}, {"can_undo", number}, {"problem", text},
                                  {"ended_at", number}},
                      .key_columns = 1});
        results_ = bulk(insert_into(
            "number_job_results",
            {{"job_id", number}, {"seq", number}, {"row_number", number}, {"column_name", text}, {"number", text}, {"outcome", text},
             {"problem", text}},
            2
        ));
        befores_ = bulk(insert_into(
            "number_job_befores", {{"job_id", number}, {"number", number}, {"before", text}, {"version_after", number}}, 2
        ));
        follows_ = bulk(insert_into(
            "number_follows",
            {{"order_id", number}, {"number", number}, {"step", text}, {"is_marked", number}, {"before", text}}, 2
        ));
        follower_ = bulk({.verb = BulkShape::Verb::update,
                          .table = "number_follower",
                          .columns = {{"id", number}, {"followed", number}},
                          .key_columns = 1});
        removed_ = bulk({.verb = BulkShape::Verb::erase, .table = "numbers", .columns = {{"id", number}}, .key_columns = 1});
    }

    /// Throws std::runtime_error: nothing was written.
    void write(const NumberChanges& changes, long long fence) {
        bool is_open = false;
        try {
            if (decides(changes) && !decided_) prepare_decisions();
            session_->begin();
            is_open = true;
            put(changes);
            for (auto* each : all()) each->send();
            if (session_->lease() != std::optional(fence)) throw std::runtime_error("another porteurd has taken it over");
            for (auto* each : all()) each->changed();
            PORTEUR_CRASH_POINT("inventory.before_commit");
            session_->commit();
            session_->committed();
            PORTEUR_CRASH_POINT("inventory.after_commit");
        } catch (...) {
            if (is_open) session_->roll_back();
            for (auto* each : all()) each->clear();
            throw;
        }
    }

private:
    /// In the order in which PostgreSQL gets and answers them.
    std::vector<Bulk*> all() const {
        std::vector<Bulk*> out;
        for (const auto* each : {&classes_, &rows_, &counts_, &history_, &jobs_, &results_, &befores_, &removed_, &follows_, &follower_,
                                 &found_by_, &found_by_no_more_, &decided_, &standing_, &wishes_})
            if (*each) out.push_back(each->get());
        return out;
    }

    std::unique_ptr<Bulk> bulk(BulkShape shape) {
        const auto name = "inventory_" + std::string(shape.table) + std::to_string(shape.columns.size());
        return session_->bulk(name, std::move(shape));
    }

    void put(const NumberChanges& changes) {
        for (const auto& each : changes.new_classes) {
            classes_->number(each.id);
            classes_->text(each.shared.account);
            classes_->text(each.shared.country);
            classes_->text(each.shared.type);
            classes_->text(word_of(each.shared.state));
            classes_->text(word_of(each.shared.use));
            classes_->number(each.shared.active ? 1 : 0);
            classes_->end_row();
        }
        for (const auto& each : changes.rows) put(each);
        for (const auto& each : changes.removed) {
            removed_->number(each.key);
            removed_->end_row();
        }
        put_job(changes);
        for (const auto& each : changes.counts) {
            counts_->number(each.class_id);
            counts_->number(each.tenant);
            counts_->number(each.count);
            counts_->end_row();
        }
        for (const auto& each : changes.follows) {
            follows_->number(each.order);
            follows_->number(each.key);
            follows_->text(word_of(each.step));
            follows_->number(each.is_marked ? 1 : 0);
            follows_->text(each.before);
            follows_->end_row();
        }
        if (changes.followed) {
            follower_->number(1);
            follower_->number(*changes.followed);
            follower_->end_row();
        }
        if (decides(changes)) put_decided(changes);
        for (const auto& each : changes.history) {
            history_->number(each.key);
            history_->number(stamp(each.at));
            history_->number(each.job);
            history_->text(each.what);
            history_->number(each.holder);
            history_->text(each.by);
            history_->text(each.data);
            history_->end_row();
        }
    }

    static bool decides(const NumberChanges& changes) { return !changes.decided.empty() || !changes.standing.empty() || changes.wish; }

    /// Most writes have none, so these are prepared for the first that has; not in a transaction, which may be sent ahead.
    void prepare_decisions() {
        decided_ = bulk({.verb = BulkShape::Verb::update,
                         .table = "number_sync_rows",
                         .columns = {{"sync_id", number}, {"number", number}, {"decision", text}, {"cause", text, true}, {"by", text}, {"at", number}},
                         .key_columns = 2});
        standing_ = bulk(insert_into("number_sync_standing", {{"account", text}, {"number", number}, {"standing", text}}, 2));
        wishes_ = bulk({.verb = BulkShape::Verb::update,
                        .table = "number_sync_wishes",
                        .columns = {{"tenant_id", number}, {"wish_key", text}, {"last", number}, {"decided", number}, {"refused", number},
                                    {"problems", text}},
                        .key_columns = 2});
    }

    void put_decided(const NumberChanges& changes) {
        for (const auto& each : changes.decided) {
            decided_->number(each.sync);
            decided_->number(each.key);
            decided_->text(word_of(each.decision));
            if (each.cause)
                decided_->text(word_of(*each.cause));
            else
                decided_->null();
            decided_->text(each.by);
            decided_->number(stamp(each.at));
            decided_->end_row();
        }
        for (const auto& each : changes.standing) {
            standing_->text(each.account);
            standing_->number(each.key);
            standing_->text(each.standing);
            standing_->end_row();
        }
        if (const auto& wish = changes.wish) {
            wishes_->number(wish->tenant);
            wishes_->text(wish->key);
            wishes_->number(wish->last);
            wishes_->number(wish->decided);
            wishes_->number(wish->refused);
            wishes_->text(wish->problems);
            wishes_->end_row();
        }
    }

    void put_job(const NumberChanges& changes) {
        if (const auto& job = changes.job) {
            jobs_->number(job->id);
            jobs_->text(word_of(job->state));
            jobs_->number(job->total);
            jobs_->number(job->done);
            jobs_->number(job->changed);
            jobs_->number(job->same);
            jobs_->number(job->refused);
            jobs_->number(job->undone_by);
            jobs_->number(job->can_undo ? 1 : 0);
            jobs_->text(job->problem);
            jobs_->optional_number(job->ended ? std::optional(stamp(*job->ended)) : std::nullopt);
            jobs_->end_row();
        }
        for (const auto& each : changes.results) {
            results_->number(each.job);
            results_->number(each.seq);
            results_->number(each.row);
            results_->text(each.column);
            results_->text(each.number);
            results_->text(each.outcome);
            results_->text(each.problem);
            results_->end_row();
        }
        for (const auto& each : changes.befores) {
            befores_->number(each.job);
            befores_->number(each.key);
            befores_->text(each.before);
            befores_->number(each.version_after);
            befores_->end_row();
        }
    }

    void put(const NumberWrite& write) {
        const auto& row = write.after;
        const auto text = number_text(row.key);
        const auto used_key = folded(row.used_by);
        rows_->number(row.key);
        rows_->text(text);
        rows_->number(row.class_id);
        rows_->number(row.tenant);
        rows_->text(row.used_by);
        rows_->text(used_key);
        rows_->text(row.features);
        rows_->text(row.tags);
        rows_->text(row.custom);
        rows_->text(row.cost);
        rows_->number(row.order);
        rows_->optional_number(row.first_call ? std::optional(stamp(*row.first_call)) : std::nullopt);
        rows_->text(row.carrier_id);
        rows_->text(row.source);
        rows_->text(row.note);
        rows_->number(stamp(row.created));
        rows_->number(stamp(row.updated));
        rows_->number(row.version);
        rows_->end_row();
    }

    std::unique_ptr<WriteSession> session_;
    // Gone before it.
    std::unique_ptr<Bulk> classes_, rows_, counts_, history_, jobs_, results_, befores_, removed_, follows_, follower_, found_by_, found_by_no_more_,
        decided_, standing_, wishes_;
};

class StoredNumbers final : public NumberBook {
public:
    explicit StoredNumbers(Store& store) : access_(access_of(store)) {}

    Result<std::vector<StoredClass>> classes() override {
        return asked<std::vector<StoredClass>>(access_, [this](soci::session& sql) { return queries::number_classes(sql, access_.dialect()); });
    }
    Result<std::vector<NumberCount>> counts() override {
        return asked<std::vector<NumberCount>>(access_, [this](soci::session& sql) { return queries::number_counts(sql, access_.dialect()); });
    }
    Result<void> each_place(const TakePlace& take) override {
        return access_.read_with([&](soci::session& sql) { queries::each_number_place(sql, access_.dialect(), take); });
    }
    Result<std::vector<NumberKey>> keys(const KeyScan& scan) override {
        return asked<std::vector<NumberKey>>(access_, [&](soci::session& sql) { return queries::number_keys(sql, access_.dialect(), scan); });
    }
    Result<std::vector<UsedPlace>> by_user(const KeyScan& scan, const UsedPlace& after) override {
        return asked<std::vector<UsedPlace>>(access_, [&](soci::session& sql) { return queries::numbers_by_user(sql, access_.dialect(), scan, after); });
    }
    Result<std::vector<NumberRow>> rows(const std::vector<NumberKey>& keys, bool lie_together) override {
        return asked<std::vector<NumberRow>>(access_, [&](soci::session& sql) {
            return queries::number_rows(sql, access_.dialect(), keys, lie_together);
        });
    }
    Result<std::vector<NumberRow>> rows_along(const KeyScan& scan) override {
        return asked<std::vector<NumberRow>>(access_, [&](soci::session& sql) { return queries::number_rows_along(sql, access_.dialect(), scan); });
    }
    Result<void> each_line(const KeyScan& scan, const std::function<bool(const NumberLine&)>& take) override {
        return access_.read_with([&](soci::session& sql) { queries::each_number_line(sql, access_.dialect(), scan, take); });
    }
    Result<std::vector<NumberEvent>> history(NumberKey key, int limit) override {
        return asked<std::vector<NumberEvent>>(access_, [&](soci::session& sql) { return queries::number_history(sql, access_.dialect(), key, limit); });
    }

    Result<void> write(const NumberChanges& changes) override {
        const std::lock_guard lock(pen_mutex_);
        try {
            if (!pen_) {
                auto session = access_.write_session();
                if (!session) return std::unexpected(std::move(session).error());
                pen_ = std::make_unique<Pen>(std::move(*session));
            }
            pen_->write(changes, access_.fence());
            return {};
        } catch (const std::exception& wrong) {
            pen_.reset();  // the connection may be the reason
            return failure(ErrorKind::unavailable, std::string("writing the inventory: ") + wrong.what());
        }
    }

private:
    StoreAccess& access_;
    std::mutex pen_mutex_;
    std::unique_ptr<Pen> pen_;
};

}  // namespace

std::unique_ptr<NumberBook> open_number_book(Store& store) { return std::make_unique<StoredNumbers>(store); }

}  // namespace porteur
