// SPDX-License-Identifier: Apache-2.0
#include "store/sync_book.hpp"

#include <soci/soci.h>

#include <algorithm>
#include <span>

#include "store/rows.hpp"

namespace porteur {
namespace {

using rows::Row;
using rows::Values;

constexpr std::string_view sync_columns =
    "id, account, state, by, began_at, ended_at, listed, expected, same, left_alone, decided, "
    "problem";
constexpr std::string_view row_columns =
    "sync_id, number, what, holder_id, before, after, standing, cause, decision, by, at";

/// Rows of one statement, and of one transaction: the orders' writer waits for no longer than that
/// takes.
constexpr std::size_t rows_a_statement = 40, rows_a_transaction = 2'000;

std::int64_t stamp(Instant at) { return at.time_since_epoch().count(); }
Instant instant(long long at) { return Instant{std::chrono::milliseconds{at}}; }
std::optional<long long> stamp(const std::optional<Instant>& at) {
    return at ? std::optional<long long>(stamp(*at)) : std::nullopt;
}

template <class T>
std::string list_of(const T& numbers) {
    std::string out;
    for (const auto each : numbers) out += (out.empty() ? "" : ",") + std::to_string(each);
    return out;
}

template <class T, class Each>
void in_pieces(const std::vector<T>& all, std::size_t size, Each each) {
    for (std::size_t from = 0; from < all.size(); from += size)
        each(std::span(all).subspan(from, std::min(size, all.size() - from)));
}

std::vector<NumberSync> read_syncs(
    soci::session& sql, const std::string& where, const Values& values
) {
    std::vector<NumberSync> out;
    rows::read(
        sql, "select " + std::string(sync_columns) + " from number_syncs " + where, "ntttnnnnnnnt",
        values,
        [&](const Row& row) {
            NumberSync sync;
            sync.id = row[0].number;
            sync.account = row[1].text;
            sync.state = sync_state_of(row[2].text).value_or(SyncState::failed);
            sync.by = row[3].text;
            sync.began = instant(row[4].number);
            if (!row[5].is_null()) sync.ended = instant(row[5].number);
            sync.counts = {
                .listed = row[6].number,
                .expected = row[7].number,
                .same = row[8].number,
                .left_alone = row[9].number,
                .decided = row[10].number
            };
            sync.problem = row[11].text;
            out.push_back(std::move(sync));
        }
    );
    return out;
}

/// "and holder_id in (1,2)"; of nobody's rows none fit.
std::string of_holders(const std::optional<std::vector<std::int64_t>>& holders) {
    if (!holders) return {};
    return holders->empty() ? " and 1 = 0" : " and holder_id in (" + list_of(*holders) + ")";
}

void put_piece(soci::session& sql, std::span<const NumberSyncRow> piece) {
    std::string places;
    Values values;
    std::size_t at = 0;
    for (const auto& each : piece) {
        places += at == 0 ? "(" : ", (";
        for (int column = 0; column < 11; ++column)
            places += (column == 0 ? ":v" : ", :v") + std::to_string(at++);
        places += ")";
        values.number(each.sync)
            .number(each.key)
            .text(std::string(word_of(each.what)))
            .number(each.holder)
            .text(each.before)
            .text(each.after)
            .text(each.standing)
            .text(each.cause ? std::string(word_of(*each.cause)) : std::string())
            .text(std::string(word_of(each.decision)))
            .text(each.by)
            .number(stamp(each.at));
    }
    rows::change(
        sql, "insert into number_sync_rows (" + std::string(row_columns) + ") values " + places,
        values
    );
}

}  // namespace

namespace {

/// The answer under the key of a wish, which has ended with it.
void keep_ended(soci::session& sql, const Seal& seal, const IdempotencyRecord& answer) {
    keep_answer(sql, seal, answer);
    rows::change(
        sql, "delete from number_sync_wishes where tenant_id = :tenant and wish_key = :key",
        Values().number(answer.tenant).text(answer.key)
    );
}

}  // namespace

Result<void> SyncBook::begin(
    const NumberSync& sync, const std::optional<AuditEntry>& audit,
    const Remember<NumberSync>& remember
) {
    return access_.change_with([&](soci::session& sql) {
        rows::change(
            sql,
            "insert into number_syncs (" + std::string(sync_columns) +
                ") values (:id, :account, :state, :by, :began, :ended, 0, 0, 0, 0, 0, '')",
            Values()
                .number(sync.id)
                .text(sync.account)
                .text(std::string(word_of(sync.state)))
                .text(sync.by)
                .number(stamp(sync.began))
                .number(stamp(sync.ended))
        );
        if (remember) keep_answer(sql, access_.seal(), remember(sync));
        if (audit) append_audit(sql, *audit);
    });
}

Result<void> SyncBook::put(const std::vector<NumberSyncRow>& all) {
    Result<void> done;
    in_pieces(all, rows_a_transaction, [&](std::span<const NumberSyncRow> some) {
        if (!done) return;
        done = access_.change_with([&](soci::session& sql) {
            for (std::size_t from = 0; from < some.size(); from += rows_a_statement)
                put_piece(sql, some.subspan(from, std::min(rows_a_statement, some.size() - from)));
        });
    });
    return done;
}

Result<void> SyncBook::end(const NumberSync& sync, const Ending& ending) {
    return access_.change_with([&](soci::session& sql) {
        if (ending.kept) keep_ended(sql, access_.seal(), *ending.kept);
        rows::change(
            sql,
            "update number_syncs set state = :state, ended_at = :ended, listed = :listed, expected "
            "= :expected, same = :same, "
            "left_alone = :alone, decided = :decided, problem = :problem where id = :id",
            Values()
                .text(std::string(word_of(sync.state)))
                .number(stamp(sync.ended))
                .number(sync.counts.listed)
                .number(sync.counts.expected)
                .number(sync.counts.same)
                .number(sync.counts.left_alone)
                .number(sync.counts.decided)
                .text(sync.problem)
                .number(sync.id)
        );
        if (sync.state != SyncState::done && sync.state != SyncState::held) return;
        const auto now = stamp(sync.ended.value_or(sync.began));
        rows::change(
            sql,
            "update number_sync_rows set decision = 'replaced', by = 'schedule', at = :at where "
            "decision = '' and sync_id in "
            "(select id from number_syncs where account = :account and id < :id)",
            Values().number(now).text(sync.account).number(sync.id)
        );
        rows::change(
            sql,
            "update number_syncs set state = 'replaced' where account = :account and id < :id and "
            "state = 'held'",
            Values().text(sync.account).number(sync.id)
        );
        rows::change(
            sql,
            "delete from number_sync_rows where decision = 'replaced' and at < :drop and sync_id "
            "in "
            "(select id from number_syncs where account = :account and id < :id)",
            Values().number(stamp(ending.drop_before)).text(sync.account).number(sync.id)
        );
        rows::change(
            sql, "delete from number_sync_wishes where at < :drop",
            Values().number(stamp(ending.drop_before))
        );
        rows::change(
            sql,
            "delete from number_sync_over where sync_id in (select id from number_syncs where "
            "account = :account and id < :id)",
            Values().text(sync.account).number(sync.id)
        );
        in_pieces(ending.over, rows_a_statement, [&](std::span<const NumberKey> some) {
            std::string places;
            for (const auto key : some)
                places += (places.empty() ? "(" : ", (") + std::to_string(sync.id) + ", " +
                          std::to_string(key) + ")";
            rows::change(sql, "insert into number_sync_over (sync_id, number) values " + places, {});
        });
        if (sync.state == SyncState::held) return;
        rows::change(
            sql,
            "delete from number_sync_standing where account = :account and number in (select "
            "number from number_sync_over where sync_id = :id)",
            Values().text(sync.account).number(sync.id)
        );
        rows::change(
            sql, "delete from number_sync_over where sync_id = :id", Values().number(sync.id)
        );
    });
}

Result<std::optional<NumberSync>> SyncBook::sync(Id id) {
    return asked<std::optional<NumberSync>>(access_, [&](soci::session& sql) {
        auto found = read_syncs(sql, "where id = :id", Values().number(id));
        return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
    });
}

Result<std::vector<NumberSync>> SyncBook::syncs(const SyncQuery& query) {
    return asked<std::vector<NumberSync>>(access_, [&](soci::session& sql) {
        Values values;
        std::string where = "where 1 = 1";
        if (!query.account.empty()) {
            where += " and account = :account";
            values.text(query.account);
        }
        if (query.before != 0) where += " and id < " + std::to_string(query.before);
        if (query.holders) {
            where += " and (exists (select 1 from number_sync_rows where sync_id = number_syncs.id" +
                     of_holders(query.holders) + ")";
            for (std::size_t at = 0; at < query.whole.size(); ++at) {
                where += " or account = :whole" + std::to_string(at);
                values.text(query.whole[at]);
            }
            where += ")";
        }
        return read_syncs(
            sql, where + " order by id desc limit " + std::to_string(query.limit), values
        );
    });
}

Result<std::vector<NumberSync>> SyncBook::running() {
    return asked<std::vector<NumberSync>>(access_, [&](soci::session& sql) {
        return read_syncs(sql, "where state = 'running' order by id", {});
    });
}

Result<std::map<std::string, NumberSync>> SyncBook::newest() {
    return asked<std::map<std::string, NumberSync>>(access_, [&](soci::session& sql) {
        std::map<std::string, NumberSync> out;
        for (auto& each : read_syncs(
                 sql, "where id in (select max(id) from number_syncs group by account)", {}
             )) {
            auto account = each.account;
            out.emplace(std::move(account), std::move(each));
        }
        return out;
    });
}

Result<std::map<SyncWhat, SyncRowCount>> SyncBook::counts(
    Id sync, const std::optional<std::vector<std::int64_t>>& holders
) {
    return asked<std::map<SyncWhat, SyncRowCount>>(access_, [&](soci::session& sql) {
        std::map<SyncWhat, SyncRowCount> out;
        rows::read(
            sql,
            "select what, count(*), sum(case when decision = '' then 1 else 0 end) from "
            "number_sync_rows where sync_id = :sync" +
                of_holders(holders) + " group by what",
            "tnn", Values().number(sync),
            [&](const Row& row) {
                if (const auto what = sync_what_of(row[0].text))
                    out[*what] = {.all = row[1].number, .open = row[2].number};
            }
        );
        return out;
    });
}

Result<std::vector<NumberSyncRow>> SyncBook::rows(const SyncRowQuery& query) {
    return asked<std::vector<NumberSyncRow>>(access_, [&](soci::session& sql) {
        std::string where = "where sync_id = :sync and number > :after" + of_holders(query.holders);
        Values values;
        values.number(query.sync).number(query.after);
        if (query.what) {
            where += " and what = :what";
            values.text(std::string(word_of(*query.what)));
        }
        if (query.open) where += *query.open ? " and decision = ''" : " and decision <> ''";
        if (!query.keys.empty()) where += " and number in (" + list_of(query.keys) + ")";
        std::vector<NumberSyncRow> out;
        rows::read(
            sql,
            "select " + std::string(row_columns) + " from number_sync_rows " + where +
                " order by number limit " + std::to_string(query.limit),
            "nntnttttttn", values,
            [&](const Row& row) {
                NumberSyncRow each;
                each.sync = row[0].number;
                each.key = row[1].number;
                each.what = sync_what_of(row[2].text).value_or(SyncWhat::unknown);
                each.holder = row[3].number;
                each.before = row[4].text;
                each.after = row[5].text;
                each.standing = row[6].text;
                each.cause = missing_cause_of(row[7].text);
                each.decision = sync_decision_of(row[8].text).value_or(SyncDecision::open);
                each.by = row[9].text;
                if (!row[10].is_null()) each.at = instant(row[10].number);
                out.push_back(std::move(each));
            }
        );
        return out;
    });
}

Result<std::map<NumberKey, std::string>> SyncBook::standing(const std::string& account) {
    return asked<std::map<NumberKey, std::string>>(access_, [&](soci::session& sql) {
        std::map<NumberKey, std::string> out;
        rows::read(
            sql, "select number, standing from number_sync_standing where account = :account", "nt",
            Values().text(account), [&](const Row& row) { out[row[0].number] = row[1].text; }
        );
        return out;
    });
}

Result<std::map<NumberKey, std::string>> SyncBook::open_before(
    const NumberSync& sync, const std::vector<NumberKey>& keys
) {
    return asked<std::map<NumberKey, std::string>>(access_, [&](soci::session& sql) {
        std::map<NumberKey, std::string> out;
        in_pieces(keys, 500, [&](std::span<const NumberKey> some) {
            // Rows of a run that failed half-way are no change set.
            rows::read(
                sql,
                "select number, standing from number_sync_rows where decision = '' and number in (" +
                    list_of(some) +
                    ") and sync_id in (select id from number_syncs where account = :account and "
                    "id < :id and state in ('done', 'held')) order by sync_id",
                "nt", Values().text(sync.account).number(sync.id),
                [&](const Row& row) { out[row[0].number] = row[1].text; }
            );
        });
        return out;
    });
}

Result<std::map<NumberKey, std::string>> SyncBook::before_vanishing(
    const std::vector<NumberKey>& keys
) {
    return asked<std::map<NumberKey, std::string>>(access_, [&](soci::session& sql) {
        std::map<NumberKey, std::string> out;
        in_pieces(keys, 500, [&](std::span<const NumberKey> some) {
            rows::read(
                sql,
                "select number, before from number_sync_rows where what = 'vanished' and number in "
                "(" +
                    list_of(some) + ") order by sync_id",
                "nt", {}, [&](const Row& row) { out[row[0].number] = row[1].text; }
            );
        });
        return out;
    });
}

Result<void> SyncBook::begin_wish(
    const AuditEntry& audit, const std::optional<SyncWishSoFar>& wish
) {
    return access_.change_with([&](soci::session& sql) {
        append_audit(sql, audit);
        if (!wish) return;
        // Of another request that was given up under the same key nothing is left to go on from.
        rows::change(
            sql, "delete from number_sync_wishes where tenant_id = :tenant and wish_key = :key",
            Values().number(wish->tenant).text(wish->key)
        );
        rows::change(
            sql,
            "insert into number_sync_wishes (tenant_id, wish_key, fingerprint, sync_id, last, "
            "decided, refused, problems, at) values (:tenant, :key, :print, :sync, 0, 0, 0, '[]', "
            ":at)",
            Values()
                .number(wish->tenant)
                .text(wish->key)
                .text(wish->fingerprint)
                .number(wish->sync)
                .number(stamp(wish->at))
        );
    });
}

Result<std::optional<SyncWishSoFar>> SyncBook::wish(std::int64_t tenant, const std::string& key) {
    return asked<std::optional<SyncWishSoFar>>(access_, [&](soci::session& sql) {
        std::optional<SyncWishSoFar> out;
        rows::read(
            sql,
            "select fingerprint, sync_id, last, decided, refused, problems, at from "
            "number_sync_wishes where tenant_id = :tenant and wish_key = :key",
            "tnnnntn", Values().number(tenant).text(key),
            [&](const Row& row) {
                out = {
                    .tenant = tenant,
                    .key = key,
                    .fingerprint = row[0].text,
                    .sync = row[1].number,
                    .last = row[2].number,
                    .decided = row[3].number,
                    .refused = row[4].number,
                    .problems = row[5].text,
                    .at = instant(row[6].number)
                };
            }
        );
        return out;
    });
}

Result<void> SyncBook::note(
    const std::optional<AuditEntry>& audit, const std::optional<IdempotencyRecord>& kept
) {
    return access_.change_with([&](soci::session& sql) {
        if (kept) keep_ended(sql, access_.seal(), *kept);
        if (audit) append_audit(sql, *audit);
    });
}

}  // namespace porteur
