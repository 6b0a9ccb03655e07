// SPDX-License-Identifier: Apache-2.0
#include "number_work.hpp"

#include <algorithm>
#include <cstdlib>

#include <porteur/phrase.hpp>

#include "order_fields.hpp"
#include "progress.hpp"

namespace porteur::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto look_pause_min = 100ms, look_pause_max = 1000ms;
constexpr auto line_every = 10s;
constexpr auto unreachable_max = 60s;
/// More refused rows than a person reads at once.
constexpr std::size_t rows_shown_max = 1'000;

std::size_t count_of(const json::value& job, std::string_view name) {
    return std::strtoull(member(job, name).c_str(), nullptr, 10);
}

std::string path_of(const json::value& job) {
    return "/v1/number-jobs/" + encoded(member(job, "id"));
}

bool is_running(const json::value& job) { return member(job, "state") == "running"; }

std::string said_of(const json::value& job) {
    if (member(job, "dry_run") == "true")
        return phrase(
            "nothing was changed; numbers: {1:n}; to be changed: {2:n}, so already: {3:n}, to be "
            "refused: {4:n}",
            count_of(job, "done"), count_of(job, "changed"), count_of(job, "same"),
            count_of(job, "refused")
        );
    return phrase(
        "numbers: {1:n}; changed: {2:n}, so already: {3:n}, refused: {4:n}", count_of(job, "done"),
        count_of(job, "changed"), count_of(job, "same"), count_of(job, "refused")
    );
}

/// Shows how far a job is.
class Shown {
public:
    Shown(Session& session, std::string what)
        : session_(session),
          progress_(session.around(), std::move(what)),
          line_at_(session.around().now() + line_every) {}

    void show(const json::value& job) {
        const auto done = count_of(job, "done"), total = count_of(job, "total");
        if (session_.around().err_is_terminal) {
            if (total > 0)
                progress_.update_count(std::min(done, total), total);
            else
                progress_.update_so_far(done);
            return;
        }
        if (session_.around().now() < line_at_) return;
        line_at_ = session_.around().now() + line_every;
        session_.say(
            total > 0 ? phrase("numbers so far: {1:n} of {2:n}", done, total)
                      : phrase("numbers so far: {1:n}", done)
        );
    }

private:
    Session& session_;
    Progress progress_;
    std::chrono::steady_clock::time_point line_at_;
};

std::string goes_on(const json::value& job) {
    return phrase(
        "the job goes on; 'porteur numbers job {1} --wait' follows it", member(job, "id")
    );
}

/// The rows that a job refused, from the first one on. @param most  stops there
Outcome<json::array> refused_rows(
    Session& session, const json::value& job, std::size_t most, bool& has_more
) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    json::array rows;
    std::string cursor;
    has_more = false;
    do {
        const auto page = (*client)->get(
            with_query(path_of(job) + "/results", {{"limit", "500"}, {"cursor", cursor}})
        );
        if (!page) return passed_on(page);
        for (const auto& each : list_member(page->document, "results")) {
            if (rows.size() == most) {
                has_more = true;
                return rows;
            }
            rows.push_back(each);
        }
        cursor = member(page->document, "next_cursor");
    } while (!cursor.empty());
    return rows;
}

}  // namespace

Outcome<json::value> ended_job(
    Session& session, json::value job, std::optional<std::chrono::seconds> timeout
) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    auto& around = session.around();
    const auto began = around.now();
    auto heard_at = began;
    std::chrono::milliseconds pause = look_pause_min;
    Shown shown(session, session.tongue().text(phrase("following job {1}", member(job, "id"))));
    while (is_running(job)) {
        if (timeout && around.now() - began >= *timeout)
            return trouble(ExitCode::timed_out, phrase("--timeout passed; {1:text}", goes_on(job)));
        around.pause(pause);
        pause = std::min(pause * 2, look_pause_max);
        auto now = (*client)->get(path_of(job));
        if (!now) {
            if (now.error().code == ExitCode::not_reachable &&
                around.now() - heard_at < unreachable_max)
                continue;
            auto why = now.error();
            why.details.push_back(phrase(
                "what became of the job is told by 'porteur numbers job {1}'", member(job, "id")
            ));
            return std::unexpected(std::move(why));
        }
        heard_at = around.now();
        job = std::move(now->document);
        shown.show(job);
    }
    return job;
}

Outcome<std::optional<std::chrono::seconds>> timeout_of(const Arguments& said) {
    const auto text = said.given("timeout");
    if (!text) return std::nullopt;
    const auto read = parse_duration("--timeout", *text);
    if (!read) return passed_on(read);
    return *read;
}

Outcome<ExitCode> told_job(Session& session, const json::value& job, std::size_t rows_max) {
    const auto refused = count_of(job, "refused");
    const auto state = member(job, "state");
    const auto code = state == "cancelled"               ? ExitCode::conflict
                      : state == "failed" || refused > 0 ? ExitCode::refused
                                                         : ExitCode::done;
    bool has_more = false;
    const auto rows =
        refused_rows(session, job, session.wants_json() ? ~std::size_t{0} : rows_max, has_more);
    if (!rows) return passed_on(rows);
    if (session.wants_json()) {
        session.print_json(json::object{{"job", job}, {"results", *rows}});
        return code;
    }
    Table table(
        {heading("ROW"), heading("COLUMN"), heading("NUMBER"), heading("OUTCOME"), heading("WHY")}
    );
    for (const auto& row : *rows) {
        const auto outcome = member(row, "outcome");
        table.add(
            {member(row, "row"), member(row, "column"), member(row, "number"),
             Cell(
                 session.tongue().heading(
                     outcome == "repeated" ? told("repeated") : told("refused")
                 ),
                 outcome == "repeated" ? Colour::dim : Colour::red
             ),
             member(row, "problem")}
        );
    }
    session.print(table);
    if (has_more)
        session.say(phrase(
            "there are more; 'porteur numbers job {1} --refused' lists all of them",
            member(job, "id")
        ));
    if (state == "failed")
        session.say(phrase("the job ended early: {1:text}", member(job, "problem")));
    if (state == "cancelled") session.say("the job was cancelled; what was done is done");
    session.say(said_of(job));
    if (member(job, "can_undo") == "true")
        session.say_more(phrase("'porteur numbers undo {1}' takes it back", member(job, "id")));
    return code;
}

Outcome<ExitCode> followed_job(Session& session, const json::value& job) {
    const auto& said = session.arguments;
    if (said.has("no-wait")) {
        if (session.wants_json())
            session.print_json(json::object{{"job", job}, {"results", json::array()}});
        else
            session.say(goes_on(job));
        return ExitCode::done;
    }
    const auto timeout = timeout_of(said);
    if (!timeout) return passed_on(timeout);
    const auto ended = ended_job(session, job, *timeout);
    if (!ended) return passed_on(ended);
    return told_job(session, *ended, rows_shown_max);
}

}  // namespace porteur::cli
