// SPDX-License-Identifier: Apache-2.0
// porteur token ..., plugin ... and completion: what is done on this machine, without the API.
#include <algorithm>
#include <ostream>

#include "commands/all.hpp"
#include "completion.hpp"
#include "session.hpp"

namespace porteur::cli {
namespace {

Outcome<ExitCode> run(Session& session, const std::string& program, std::vector<std::string> words) {
    words.insert(words.end(), session.arguments.words.begin(), session.arguments.words.end());
    const auto status = session.around().run_program(program, words);
    if (!status) return passed_on(status);
    // The other program has said what was wrong, and its exit status stands.
    return static_cast<ExitCode>(*status);
}

Outcome<ExitCode> run_daemon(Session& session) {
    const auto& path = session.arguments.command;  // "token create"
    const auto blank = path.find(' ');
    if (blank == path.npos) return run(session, "porteurd", {path});
    return run(session, "porteurd", {path.substr(0, blank), path.substr(blank + 1)});
}

/// What authors of plugins use: porteur-plugin takes the command's last word, "grade" of "plugin grade".
Outcome<ExitCode> run_plugin_program(Session& session) {
    const auto& path = session.arguments.command;
    return run(session, "porteur-plugin", {path.substr(path.find(' ') + 1)});
}

/// Whether `plugin docs` is asked for pages in Markdown, which authors of plugins make from libraries. A plugin named by its
/// id is an installed one, whose page the daemon's program prints.
bool wants_pages(const std::vector<std::string>& words) {
    for (const auto& each : words) {
        if (each == "--json" || each.starts_with("--config")) return false;
        if (each == "--to" || each == "--page" || each == "--check" || each == "--matrix" || each == "--help" || each == "-h") return true;
    }
    const auto plain = std::ranges::find_if(words, [](const std::string& each) { return !each.starts_with('-'); });
    return plain == words.end() || plain->find('/') != plain->npos || plain->ends_with(".so") || *plain == ".";
}

Outcome<ExitCode> run_plugin_docs(Session& session) {
    return wants_pages(session.arguments.words) ? run_plugin_program(session) : run_daemon(session);
}

Outcome<ExitCode> print_completion(Session& session) {
    session.around().out << completion_script(session.arguments.words.front()) << std::flush;
    return ExitCode::done;
}

}  // namespace

std::vector<CommandSpec> machine_commands() {
    return {
        {.path = "token create",
         .help =
             told("make a token; only on the daemon's machine, as it runs 'porteurd token create ...'"),
         .words = {},
         .options = {},
         .run = run_daemon,
         .takes_rest = true},
        {.path = "token list",
         .help = told("who holds a token, and until when; as above, by 'porteurd token list'"),
         .words = {},
         .options = {},
         .run = run_daemon,
         .takes_rest = true},
        {.path = "token revoke",
         .help = told("take a token back by its name; as above, by 'porteurd token revoke NAME'"),
         .words = {},
         .options = {},
         .run = run_daemon,
         .takes_rest = true},
        {.path = "audit verify",
         .help = told("look at every record of the audit log, or of an export; by 'porteurd audit verify [FILE] [--head COUNT:HASH]'"),
         .words = {},
         .options = {},
         .run = run_daemon,
         .takes_rest = true},
        {.path = "audit export",
         .help = told("write the whole audit log to a file; as above, by 'porteurd audit export [FILE]'"),
         .words = {},
         .options = {},
         .run = run_daemon,
         .takes_rest = true},
        {.path = "backup",
         .help = told("copy the store and its documents, without the key; only on the daemon's machine, by 'porteurd backup FOLDER'"),
         .words = {},
         .options = {},
         .run = run_daemon,
         .takes_rest = true},
        {.path = "restore",
         .help = told("put a backup back where nothing is yet, or with --check look whether it would work; by 'porteurd restore FOLDER'"),
         .words = {},
         .options = {},
         .run = run_daemon,
         .takes_rest = true},
        {.path = "key rotate",
         .help = told("change the master key while the daemon runs; only on the daemon's machine, by 'porteurd key rotate'"),
         .words = {},
         .options = {},
         .run = run_daemon,
         .takes_rest = true},
        {.path = "key show",
         .help = told("which key the store is sealed with, and which this machine has; by 'porteurd key show'"),
         .words = {},
         .options = {},
         .run = run_daemon,
         .takes_rest = true},
        {.path = "doctor",
         .help = told("look at settings, clock, carriers, mail, store and disk, and say what mends each; as above, by 'porteurd doctor'"),
         .words = {},
         .options = {},
         .run = run_daemon,
         .takes_rest = true},
        {.path = "plugin new",
         .help = told("write a new plugin that builds, with tests that say what is left to fill in"),
         .words = {},
         .options = {},
         .run = run_plugin_program,
         .takes_rest = true},
        {.path = "plugin doctor",
         .help = told("say why a plugin does not load, and what mends it"),
         .words = {},
         .options = {},
         .run = run_plugin_program,
         .takes_rest = true},
        {.path = "plugin run",
         .help = told("run one operation against a simulator or sandbox, and show each step"),
         .words = {},
         .options = {},
         .run = run_plugin_program,
         .takes_rest = true},
        {.path = "plugin record",
         .help = told("the same, kept as a conversation that validate replays"),
         .words = {},
         .options = {},
         .run = run_plugin_program,
         .takes_rest = true},
        {.path = "plugin validate",
         .help = told("try a plugin against every rule, each in a process of its own"),
         .words = {},
         .options = {},
         .run = run_plugin_program,
         .takes_rest = true},
        {.path = "plugin grade",
         .help = told("say which grade a plugin has reached: E listed, D loads, C works, B robust"),
         .words = {},
         .options = {},
         .run = run_plugin_program,
         .takes_rest = true},
        {.path = "plugin lint",
         .help = told("advice on a plugin's folder or library that needs no build"),
         .words = {},
         .options = {},
         .run = run_plugin_program,
         .takes_rest = true},
        {.path = "plugin docs",
         .help = told("a plugin's page: settings, operations, reach, the carrier's words with their tests; of libraries, as Markdown, which --check compares"),
         .words = {},
         .options = {},
         .run = run_plugin_docs,
         .takes_rest = true},
        {.path = "completion",
         .help = told("print a script that completes porteur's commands in a shell"),
         .words = {{"SHELL", told("bash, zsh or fish"), false, {"bash", "zsh", "fish"}}},
         .options = {},
         .run = print_completion},
    };
}

}  // namespace porteur::cli
