// SPDX-License-Identifier: Apache-2.0
// porteur tasks
#include "commands/all.hpp"
#include "order_view.hpp"

namespace porteur::cli {
namespace {

Outcome<ExitCode> list_tasks(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    const auto reply = (*client)->get(with_query("/v1/tasks", {{"limit", session.arguments.text("limit")}}));
    if (!reply) return passed_on(reply);
    if (session.wants_json()) {
        session.print_json(reply->document);
        return ExitCode::done;
    }
    const auto& tasks = list_member(reply->document, "items");
    if (tasks.empty()) session.say("no task waits for a person; `porteur status` shows orders in doubt");
    for (const auto& task : tasks) {
        Facts facts;
        facts.line("Task", Cell(member(task, "title"), Colour::yellow));
        facts.line("Order", session.word("kind", member(task, "kind")) + " " + member(task, "order") + " (" + member(task, "reference") + ")");
        facts.line("Account", member(task, "account"));
        facts.line("Since", member(task, "since"));
        const auto text = member(task, "text");
        const bool long_text = text.contains('\n');
        facts.line("To do", long_text ? session.tongue().heading(told("see below")) : text);
        const auto choices = joined(list_member(task, "choices"));
        facts.line("Answers", choices.empty() ? session.tongue().heading(told("any word")) : choices);
        facts.line(
            "Answer with", "porteur " + member(task, "kind") + " answer " + member(task, "order") + " CHOICE" +
                               (member(task, "text_required") == "true" ? " --text TEXT" : "")
        );
        session.print(facts);
        session.print_line("");
        if (!long_text) continue;
        session.print_text(text);
        session.print_line("");
    }
    return ExitCode::done;
}

}  // namespace

std::vector<CommandSpec> task_commands() {
    return {
        {.path = "tasks",
         .help = told("what waits for a person, and how to answer it"),
         .words = {},
         .options = {{"--limit", ValueKind::count, "NUMBER", told("at most so many; 50 unless given")}},
         .run = list_tasks},
    };
}

}  // namespace porteur::cli
