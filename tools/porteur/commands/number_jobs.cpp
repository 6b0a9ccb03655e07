// SPDX-License-Identifier: Apache-2.0
// porteur numbers history, jobs, job, cancel, undo
#include <porteur/phrase.hpp>

#include "commands/all.hpp"
#include "number_history.hpp"
#include "number_work.hpp"
#include "order_fields.hpp"
#include "session.hpp"

namespace porteur::cli {
namespace {

std::string counts_of(const json::value& job, const char* name) {
    const auto count = member(job, name);
    return count == "0" ? std::string() : count;
}

Cell state_of(const Session& session, const json::value& job) {
    const auto state = member(job, "state");
    const auto* word = state == "running"     ? told("under way")
                       : state == "done"      ? told("done")
                       : state == "cancelled" ? told("cancelled")
                                              : told("failed");
    const auto colour = state == "done"      ? Colour::green
                        : state == "running" ? Colour::yellow
                                             : Colour::red;
    return {session.tongue().heading(word), colour};
}

std::string kind_of(const Session& session, const json::value& job) {
    const auto kind = member(job, "kind");
    return member(job, "dry_run") == "true"
               ? kind + " (" + session.tongue().heading(told("dry run")) + ")"
               : kind;
}

Outcome<ExitCode> show_history(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply =
        (*client)->get("/v1/numbers/" + encoded(session.arguments.words.front()) + "/history");
    if (!reply) return passed_on(reply);
    if (session.wants_json())
        session.print_json(reply->document);
    else
        session.print(history_table(reply->document));
    return ExitCode::done;
}

Outcome<ExitCode> list_jobs(Session& session) {
    const auto& said = session.arguments;
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->get(with_query(
        "/v1/number-jobs", {{"limit", said.text("limit")}, {"cursor", said.text("cursor")}}
    ));
    if (!reply) return passed_on(reply);
    if (session.wants_json()) {
        session.print_json(reply->document);
        return ExitCode::done;
    }
    Table table(
        {heading("ID"), heading("WHEN"), heading("WHO"), heading("WHAT"), heading("STATE"),
         heading("DONE"), heading("CHANGED"), heading("REFUSED"), heading("PROBLEM")}
    );
    for (const auto& job : list_member(reply->document, "jobs"))
        table.add(
            {Cell(member(job, "id"), Colour::bold), local_time(member(job, "began")),
             member(job, "by"), kind_of(session, job), state_of(session, job), member(job, "done"),
             counts_of(job, "changed"), counts_of(job, "refused"), member(job, "problem")}
        );
    if (table.empty()) session.tell("No jobs.");
    session.print(table);
    if (const auto next = member(reply->document, "next_cursor"); !next.empty())
        session.say(phrase("there are more; go on with --cursor {1}", next));
    return ExitCode::done;
}

Outcome<ExitCode> show_job(Session& session) {
    const auto& said = session.arguments;
    if (const auto timeout = timeout_of(said); !timeout) return passed_on(timeout);
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->get("/v1/number-jobs/" + encoded(said.words.front()));
    if (!reply) return passed_on(reply);
    if (said.has("wait")) return followed_job(session, reply->document);
    const auto& job = reply->document;
    if (said.has("refused")) {
        const auto told = told_job(session, job, ~std::size_t{0});
        if (!told) return passed_on(told);
        return ExitCode::done;  // it was asked what became of it, and that is said
    }
    if (session.wants_json()) {
        session.print_json(job);
        return ExitCode::done;
    }
    Facts facts;
    facts.line("Job", Cell(member(job, "id"), Colour::bold));
    facts.line("What", kind_of(session, job));
    facts.line("Who", member(job, "by"));
    facts.line("State", state_of(session, job));
    facts.line("Problem", member(job, "problem"));
    facts.line("Began", local_time(member(job, "began")));
    facts.line("Ended", local_time(member(job, "ended")));
    facts.line("Of", member(job, "total") == "0" ? std::string() : member(job, "total"));
    facts.line("Done", member(job, "done"));
    facts.line("Changed", member(job, "changed"));
    facts.line("So already", member(job, "same"));
    facts.line("Refused", member(job, "refused"));
    facts.line("Takes back", member(job, "undoes"));
    facts.line("Taken back by", member(job, "undone_by"));
    session.print(facts);
    return ExitCode::done;
}

Outcome<ExitCode> cancel_job(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto id = session.arguments.words.front();
    const auto reply =
        (*client)->send("POST", "/v1/number-jobs/" + encoded(id) + "/cancel", nullptr, {});
    if (!reply) return passed_on(reply);
    if (session.wants_json())
        session.print_json(reply->document);
    else
        session.say(phrase(
            "the job ends after the numbers that it is at; 'porteur numbers job {1}' tells how far "
            "it came",
            id
        ));
    return ExitCode::done;
}

Outcome<ExitCode> undo_job(Session& session) {
    if (const auto timeout = timeout_of(session.arguments); !timeout) return passed_on(timeout);
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->send(
        "POST", "/v1/number-jobs/" + encoded(session.arguments.words.front()) + "/undo", nullptr,
        session.change()
    );
    if (!reply) return passed_on(reply);
    return followed_job(session, reply->document);
}

}  // namespace

Table history_table(const json::value& history) {
    Table table({heading("WHEN"), heading("WHO"), heading("WHAT"), heading("CHANGED")});
    for (const auto& event : list_member(history, "events")) {
        const auto* data = event.is_object() ? event.get_object().if_contains("data") : nullptr;
        table.add({
            local_time(member(event, "at")),
            member(event, "by"),
            member(event, "what"),
            data && data->is_object() && !data->get_object().empty() ? json::serialize(*data)
                                                                     : std::string(),
        });
    }
    return table;
}

std::vector<CommandSpec> number_job_commands() {
    const WordSpec job{"ID", told("the job's id")};
    const OptionSpec timeout{
        "--timeout", ValueKind::duration, "TIME",
        told("wait for the job so long at most, as in 10m")
    };
    return {
        {.path = "numbers history",
         .help = told("what happened to a number of ours"),
         .words = {{"NUMBER", told("in E.164 form, as in +14165550101")}},
         .options = {},
         .run = show_history},
        {.path = "numbers jobs",
         .help = told("changes of numbers, the newest first"),
         .words = {},
         .options =
             {{"--limit", ValueKind::count, "COUNT", told("at most so many")},
              {"--cursor", ValueKind::text, "CURSOR", told("go on where an earlier list ended")}},
         .run = list_jobs},
        {.path = "numbers job",
         .help = told("how far a change of numbers is, and what it refused"),
         .words = {job},
         .options =
             {{"--wait", ValueKind::flag, "", told("follow it to its end")},
              {"--refused", ValueKind::flag, "", told("every row that it refused, with the reason")
              },
              timeout},
         .run = show_job},
        {.path = "numbers cancel",
         .help = told("end a change of numbers before it is through; what was done stays"),
         .words = {job},
         .options = {},
         .run = cancel_job},
        {.path = "numbers undo",
         .help =
             told("put back what a change of numbers did, where nothing else has happened since"),
         .words = {job},
         .options =
             {{"--no-wait", ValueKind::flag, "", told("come back as soon as the job has begun")},
              timeout,
              {"--idempotency-key", ValueKind::text, "KEY",
               told("repeat an earlier run without doing it twice")}},
         .run = undo_job},
    };
}

}  // namespace porteur::cli
