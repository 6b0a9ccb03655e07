// SPDX-License-Identifier: Apache-2.0
#include "store/job_book.hpp"

#include <soci/soci.h>

#include "store/rows.hpp"

namespace porteur {
namespace {

using rows::Row;
using rows::Values;

constexpr std::string_view job_columns =
    "id, tenant_id, by, kind, state, dry_run, request, total, done, changed, same, refused, undoes, undone_by, can_undo, problem, "
    "began_at, ended_at";

std::int64_t stamp(Instant at) { return at.time_since_epoch().count(); }
Instant instant(long long at) { return Instant{std::chrono::milliseconds{at}}; }

std::vector<NumberJob> read_jobs(soci::session& sql, const std::string& where, const Values& values) {
    std::vector<NumberJob> out;
    rows::read(sql, "select " + std::string(job_columns) + " from number_jobs " + where, "nntttntnnnnnnnntnn", values, [&](const Row& row) {
        NumberJob job;
        job.id = row[0].number;
        job.tenant = row[1].number;
        job.by = row[2].text;
        job.kind = row[3].text;
        job.state = job_state_of(row[4].text).value_or(JobState::failed);
        job.dry_run = row[5].number != 0;
        job.request = row[6].text;
        job.total = row[7].number;
        job.done = row[8].number;
        job.changed = row[9].number;
        job.same = row[10].number;
        job.refused = row[11].number;
        job.undoes = row[12].number;
        job.undone_by = row[13].number;
        job.can_undo = row[14].number != 0;
        job.problem = row[15].text;
        job.began = instant(row[16].number);
        if (!row[17].is_null()) job.ended = instant(row[17].number);
        out.push_back(std::move(job));
    });
    return out;
}

}  // namespace

Result<void> JobBook::begin(const ChangeBy& by, const NumberJob& job, const std::string& action, const Remember<NumberJob>& remember) {
    return access_.change_with([&](soci::session& sql) {
        rows::change(
            sql,
            "insert into number_jobs (" + std::string(job_columns) +
                ") values (:id, :tenant, :by, :kind, :state, :dry, :request, 0, 0, 0, 0, 0, :undoes, 0, 0, '', :began, :ended)",
            Values()
                .number(job.id)
                .number(job.tenant)
                .text(job.by)
                .text(job.kind)
                .text(std::string(word_of(job.state)))
                .number(job.dry_run ? 1 : 0)
                .text(job.request)
                .number(job.undoes)
                .number(stamp(job.began))
                .number(std::optional<long long>())
        );
        if (remember) keep_answer(sql, access_.seal(), remember(job));
        if (job.dry_run) return;  // nothing is done
        append_audit(
            sql, AuditEntry{.at = by.at, .who = by.who, .person = by.person, .home = by.home, .tenant = job.tenant, .action = action,
                            .kind = "number_job", .object = id_text(job.id), .before = {}, .after = job.request, .address = by.address}
        );
    });
}

Result<std::optional<NumberJob>> JobBook::job(Id id) {
    return asked<std::optional<NumberJob>>(access_, [&](soci::session& sql) {
        auto found = read_jobs(sql, "where id = :id", Values().number(id));
        return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
    });
}

Result<std::vector<NumberJob>> JobBook::jobs(const JobQuery& query) {
    std::string tenants;
    for (const auto each : query.tenants) tenants += (tenants.empty() ? "" : ",") + std::to_string(each);
    return asked<std::vector<NumberJob>>(access_, [&](soci::session& sql) {
        return read_jobs(
            sql, "where tenant_id in (" + tenants + ")" + (query.before == 0 ? "" : " and id < " + std::to_string(query.before)) +
                     " order by id desc limit " + std::to_string(query.limit),
            {}
        );
    });
}

Result<std::vector<NumberJob>> JobBook::running() {
    return asked<std::vector<NumberJob>>(access_, [&](soci::session& sql) { return read_jobs(sql, "where state = 'running' order by id", {}); });
}

Result<std::vector<JobResult>> JobBook::results(Id job, std::int64_t after, int limit) {
    return asked<std::vector<JobResult>>(access_, [&](soci::session& sql) {
        std::vector<JobResult> out;
        rows::read(
            sql,
            "select seq, row_number, column_name, number, outcome, problem from number_job_results where job_id = :job and seq > :after "
            "order by seq limit " +
                std::to_string(limit),
            "nntttt", Values().number(job).number(after),
            [&](const Row& row) {
                out.push_back({.job = job, .seq = row[0].number, .row = row[1].number, .column = row[2].text, .number = row[3].text,
                               .outcome = row[4].text, .problem = row[5].text});
            }
        );
        return out;
    });
}

Result<std::vector<JobBefore>> JobBook::befores(Id job, NumberKey after, int limit) {
    return asked<std::vector<JobBefore>>(access_, [&](soci::session& sql) {
        std::vector<JobBefore> out;
        rows::read(
            sql,
            "select number, before, version_after from number_job_befores where job_id = :job and number > :after order by number limit " +
                std::to_string(limit),
            "ntn", Values().number(job).number(after),
            [&](const Row& row) { out.push_back({.job = job, .key = row[0].number, .before = row[1].text, .version_after = row[2].number}); }
        );
        return out;
    });
}

Result<bool> JobBook::forget(Instant before, int limit) {
    // Ids stand in the order of time, so the oldest is the first that the table has.
    const auto oldest_of = [&](const std::string& table) {
        return asked<Id>(access_, [&](soci::session& sql) {
            Id found = 0;
            rows::read(
                sql,
                "select id from number_jobs where id = (select min(job_id) from " + table +
                    ") and ended_at is not null and ended_at < :before",
                "n", Values().number(stamp(before)), [&](const Row& row) { found = row[0].number; }
            );
            return found;
        });
    };
    const auto results = oldest_of("number_job_results");
    if (!results) return std::unexpected(results.error());
    const auto befores = oldest_of("number_job_befores");
    if (!befores) return std::unexpected(befores.error());
    if (*results == 0 && *befores == 0) return false;
    auto done = access_.change_with([&](soci::session& sql) {
        const auto drop = [&](const std::string& table, const std::string& key, Id job) {
            if (job == 0) return;
            const auto of_job = " where job_id = " + std::to_string(job);
            rows::change(
                sql, "delete from " + table + of_job + " and " + key + " in (select " + key + " from " + table + of_job + " order by " + key +
                         " limit " + std::to_string(limit) + ")"
            );
        };
        if (*befores != 0) rows::change(sql, "update number_jobs set can_undo = 0 where id = :id", Values().number(*befores));
        drop("number_job_results", "seq", *results);
        drop("number_job_befores", "number", *befores);
    });
    if (!done) return std::unexpected(std::move(done).error());
    return true;
}

}  // namespace porteur
