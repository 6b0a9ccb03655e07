// SPDX-License-Identifier: Apache-2.0
// The command line of porteurd.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>

#include <porteur/calendar_text.hpp>

#include "app/admin.hpp"
#include "app/daemon.hpp"
#include "app/early_stop.hpp"
#include "app/installation_check.hpp"
#include "app/logging.hpp"
#include "app/operator_commands.hpp"
#include "app/plugin_page.hpp"
#include "app/privacy.hpp"
#include "app/service_manager.hpp"
#include "app/standing_by.hpp"
#include "app/upgrade.hpp"

namespace {

using namespace porteur;

/// Exit statuses: 0 done, 1 it could not be done, 2 the command line is wrong; the store ends the process with 70
/// (store/write_session.hpp). docs/running.md lists them.
constexpr int wrong_usage = 2;

int complain(const Error& error) {
    std::fprintf(stderr, "porteurd: %s\n", error.message.c_str());
    return 1;
}

/// One line, and where the help is.
int complain(const CLI::App& app, const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    std::string said = error.what();
    while (said.ends_with('.') || said.ends_with('\n')) said.pop_back();
    std::fprintf(stderr, "porteurd: %s; see 'porteurd --help'\n", said.c_str());
    return wrong_usage;
}

void print(const std::vector<TokenRow>& tokens) {
    for (const auto& token : tokens) {
        const auto day = [](Instant at) { return iso_date(std::chrono::floor<std::chrono::days>(at)); };
        std::string state = token.expires ? "until " + day(*token.expires) : "until revoked";
        if (token.expires && *token.expires <= std::chrono::system_clock::now()) state = "expired " + day(*token.expires);
        if (token.revoked) state = "revoked " + day(*token.revoked);
        std::printf("%-20s %-9s made %s  %s\n", porteur::quoted(token.name).c_str(), token.scope.c_str(), day(token.created).c_str(),
                    state.c_str());
    }
}

/// A line of standard input; typed at a terminal, it is asked for and not shown. A password never stands among a
/// program's words, where everybody on the machine reads it.
std::string read_password() {
    termios before{};
    const bool typed = isatty(STDIN_FILENO) != 0 && tcgetattr(STDIN_FILENO, &before) == 0;
    if (typed) {
        std::fputs("password: ", stderr);
        auto silent = before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    std::string line;
    for (int letter = std::getchar(); letter != EOF && letter != '\n'; letter = std::getchar()) line += static_cast<char>(letter);
    if (typed) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        std::fputs("\n", stderr);
    }
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

/// Prints what a command gives. @return its exit status
int finish(const Result<std::string>& text) {
    if (!text) return complain(text.error());
    std::printf("%s", text->c_str());
    return 0;
}

/// @errors  as load_settings; where nothing is there, how to name another place
Result<Settings> settings_at(const std::string& config) {
    std::error_code unknown;
    if (!std::filesystem::exists(config, unknown) && !unknown)
        return failure(ErrorKind::invalid_input,
                       "there are no settings at " + porteur::quoted(config, 300) + "; name the folder or file with --config");
    return load_settings(config);
}

/// Ends a start that has promised nothing to anybody yet.
void stop_early() {
    tell_stopping();
    log_info("stopping; nothing was under way");
    _exit(0);
}

/// What one reads in `systemctl status` while a backup is taken before an upgrade.
void tell_of_backup(std::string_view what, std::uint64_t done, std::uint64_t all) {
    std::string status = "a backup is taken before the store is brought to this version's form: " + std::string(what);
    if (all > 0) status += " " + std::to_string(100 * done / all) + " %";
    tell_status(status);
}

/// A subcommand takes it, too, and its own help does not list it.
void tell_of_config(CLI::App& app) {
    for (auto* each : app.get_subcommands([](const CLI::App*) { return true; })) {
        const auto before = each->get_footer();
        each->footer(before + (before.empty() ? "" : "\n\n") + "-c,--config FILE names porteur.toml, or the folder it is in, here as well.");
        tell_of_config(*each);
    }
}

/// Runs until SIGTERM or SIGINT; SIGHUP reads the settings again. The service manager hears of each.
int serve(const std::string& config) {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int each : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, each);
    // Before any thread starts, so that every thread leaves them to the wait below.
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);

    auto settings = settings_at(config);
    if (!settings) return complain(settings.error());
    start_logging(settings->log);
    const auto given = take_given_listener();
    if (!given) return complain(given.error());
    auto early_stop = std::make_unique<EarlyStop>(stop_early);
    // Who stands by has said that it is ready, and the service manager waits for its word from then on.
    std::optional<AliveMeanwhile> alive(std::in_place);
    auto stood = stand_by(*settings, *given ? (*given)->socket : -1, signals);
    if (!stood) return complain(stood.error());
    // They may have been changed while this one stood by.
    if (stood->took_over) {
        const auto before = settings->store;
        settings = load_settings(config);
        if (!settings) return complain(settings.error());
        if (settings->store != before)
            return complain({.kind = ErrorKind::invalid_input, .message = "the settings name another store than the one that was taken over; start porteurd again"});
    }
    if (*given) {
        settings->api.address = (*given)->address;
        settings->api.port = (*given)->port;
    }
    auto before = back_up_before_upgrade(*settings, std::move(stood->lock), PORTEUR_VERSION, tell_of_backup);
    if (!before) return complain(before.error());
    stood->lock = std::move(before->lock);
    if (!before->told.empty()) log_info(before->told);
    if (!before->backup.empty()) {
        std::printf("backup before the upgrade: %s\n", before->backup.c_str());
        std::fflush(stdout);
    }
    const auto scheme = settings->api.tls ? "https://" : "http://";
    const bool v6 = settings->api.address.find(':') != std::string::npos;
    const auto host = v6 ? "[" + settings->api.address + "]" : settings->api.address;
    auto daemon = Daemon::start(std::move(*settings), std::move(*stood), [&] { early_stop->work_begins(); });
    early_stop.reset();
    alive.reset();
    if (!daemon) return complain(daemon.error());
    const auto url = scheme + host + ":" + std::to_string((*daemon)->port());
    std::printf("listening on %s\n", url.c_str());
    std::fflush(stdout);
    const auto listening = "listening on " + url;
    tell_ready(listening);
    for (;;) {
        int which = 0;
        sigwait(&signals, &which);
        if (which != SIGHUP) break;
        tell_reloading();
        auto fresh = load_settings(config);
        const auto level = fresh ? fresh->log.level : LogLevel::info;
        auto done = fresh ? (*daemon)->reload(std::move(*fresh)) : Result<void>(std::unexpected(fresh.error()));
        if (done) {
            change_log_level(level);
            log_info("settings read again");
            tell_ready(listening);
        } else {
            const auto kept = "the old settings are kept: " + done.error().message;
            log_error(kept);
            tell_ready(listening + "; " + kept);
        }
    }
    tell_stopping();
    log_info("stopping; what is under way is brought to its end");
    (*daemon)->stop();
    return 0;
}

}  // namespace

int main(int count, char** words) {
    // Store, key and documents are nobody else's business.
    umask(077);
    keep_memory_private();
    CLI::App app{"porteurd ports and buys telephone numbers through carrier plugins", "porteurd"};
    std::string config = "/etc/porteur/porteur.toml";
    bool check = false;
    app.set_help_flag("-h,--help", "print this help");
    app.set_version_flag("--version", "porteurd " PORTEUR_VERSION, "print the version");
    app.add_option("-c,--config", config, "porteur.toml, or the folder it is in")->capture_default_str()->type_name("FILE");
    app.add_flag("--check-config", check, "say what is wrong in settings, accounts, plugins and secrets; start nothing");
    app.footer("Without a subcommand it serves until SIGTERM or SIGINT; SIGHUP has it read the settings again.\n\n"
               "Exit status:\n  0  done\n  1  it could not be done; the message says why\n  2  the command line is wrong\n"
               "  70 what the store has is not certain any more, or another porteurd has taken it over: start porteurd again");
    app.fallthrough();
    auto* init_command = app.add_subcommand("init", "make the key and the store");
    auto* token_command = app.add_subcommand("token", "tokens for the API");
    auto* create_command = token_command->add_subcommand("create", "make one; it is shown this once");
    NewToken wanted{.tenant = 1, .name = "operator", .scope = "operator", .valid_for = {}};
    int days = 0;
    create_command->add_option("--name", wanted.name, "who will hold it")->capture_default_str()->type_name("NAME");
    create_command->add_option("--scope", wanted.scope, "operator, or read: may change nothing")->capture_default_str()->type_name("SCOPE");
    create_command->add_option("--tenant", wanted.tenant, "account whose administrator it stands for; 1 is the system")->capture_default_str()->type_name("ID");
    create_command->add_option("--days", days, "how long it is valid; 0 = until revoked")->type_name("COUNT");
    auto* list_command = token_command->add_subcommand("list", "who holds one, and until when");
    auto* revoke_command = token_command->add_subcommand("revoke", "take one back, also from a connection that it holds open");
    std::string name;
    revoke_command->add_option("NAME", name, "who holds it")->required()->type_name("");
    token_command->require_subcommand(1);
    auto* user_command = app.add_subcommand("user", "people who sign in");
    auto* create_user_command = user_command->add_subcommand("create", "make one; the password is asked for, or read as a line of standard input");
    NewUser person;
    create_user_command->add_option("LOGIN", person.login, "what they sign in with")->required()->type_name("");
    create_user_command->add_option("--name", person.name, "as others read it; the login unless given")->type_name("NAME");
    create_user_command->add_option("--tenant", person.tenant, "their account; 1 is the system")->capture_default_str()->type_name("ID");
    create_user_command->add_option("--language", person.language, "en or fr")->capture_default_str()->type_name("WORD");
    user_command->require_subcommand(1);
    auto* audit_command = app.add_subcommand("audit", "the log of who did what");
    AuditWish audit;
    auto* verify_command = audit_command->add_subcommand("verify", "look at every record: none was changed, taken out, put elsewhere or cut off");
    verify_command->add_option("FILE", audit.file, "an export, instead of the store; -: standard input")->type_name("");
    verify_command->add_option("--head", audit.noted, "a head that was noted before; the log must still hold it")->type_name("COUNT:HASH");
    auto* export_command = audit_command->add_subcommand("export", "write the log to a file, for 'audit verify FILE' elsewhere");
    std::string export_file = "-";
    export_command->add_option("FILE", export_file, "-: standard output")->type_name("");
    auto* head_command = audit_command->add_subcommand("head", "print what to note elsewhere, for 'audit verify --head'");
    audit_command->require_subcommand(1);
    auto* plugin_command = app.add_subcommand("plugin", "what a carrier's plugin is and does");
    auto* docs_command = plugin_command->add_subcommand("docs", "print its page: settings, operations, reach, requirements, the carrier's words");
    PluginPageWish page;
    docs_command->add_option("PLUGIN", page.plugin, "its id, or its library: build/porteur-acme.so")->required()->type_name("");
    docs_command->add_flag("--json", page.as_json, "for programs");
    plugin_command->require_subcommand(1);
    const OperatorCommands operating(app, PORTEUR_VERSION);
    tell_of_config(app);
    try {
        app.parse(count, words);
    } catch (const CLI::ParseError& error) {
        return complain(app, error);
    }

    if (operating.chosen()) return operating.run(config);
    if (!check && !*init_command && !*token_command && !*plugin_command && !*user_command && !*audit_command) return serve(config);
    if (*verify_command && !audit.file.empty()) return finish(verify_audit_export(audit));
    auto settings = *plugin_command && names_a_file(page) ? Result<Settings>(Settings{}) : settings_at(config);
    if (!settings) return complain(settings.error());
    if (*plugin_command) {
        const auto text = plugin_page(page, *settings);
        if (!text) return complain(text.error());
        std::printf("%s", text->c_str());
        return 0;
    }
    if (check) {
        auto found = check_installation(*settings);
        if (!found) return complain(found.error());
        std::printf("%s", found->c_str());
        return 0;
    }
    if (const auto upgraded = upgrade_beside(*settings, PORTEUR_VERSION); !upgraded)
        return complain(upgraded.error());
    else if (!upgraded->empty())
        std::fprintf(stderr, "porteurd: %s\n", upgraded->c_str());
    if (*init_command) {
        auto done = init(*settings);
        if (!done) return complain(done.error());
        std::printf("%s", done->c_str());
        return 0;
    }
    if (*create_user_command) {
        person.password = read_password();
        auto made = create_user(*settings, person);
        if (made) *made += "\n";
        return finish(made);
    }
    if (*verify_command) return finish(verify_audit(*settings, audit));
    if (*head_command) return finish(audit_head(*settings));
    if (*export_command) {
        const auto done = export_audit(*settings, export_file);
        return done ? 0 : complain(done.error());
    }
    if (*list_command) {
        auto tokens = list_tokens(*settings);
        if (!tokens) return complain(tokens.error());
        print(*tokens);
        return 0;
    }
    if (*revoke_command) {
        auto done = revoke_token(*settings, name);
        if (!done) return complain(done.error());
        std::printf("revoked: %d of %s\n", *done, porteur::quoted(name).c_str());
        return 0;
    }
    if (days > 0) wanted.valid_for = std::chrono::hours(24 * days);
    auto token = create_token(*settings, wanted);
    if (!token) return complain(token.error());
    std::printf("%s\n", token->c_str());
    return 0;
}
