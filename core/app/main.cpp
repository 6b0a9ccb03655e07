// SPDX-License-Identifier: Apache-2.0
// The command line of porteurd.
#include <csignal>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "app/admin.hpp"
#include "app/daemon.hpp"
#include "app/logging.hpp"

namespace {

using namespace porteur;

int complain(const Error& error) {
    std::fprintf(stderr, "porteurd: %s\n", error.message.c_str());
    return 1;
}

/// Runs until SIGTERM or SIGINT; SIGHUP reads the settings again.
int serve(const std::string& config) {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int each : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, each);
    // Before any thread starts, so that every thread leaves them to the wait below.
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);

    auto settings = load_settings(config);
    if (!settings) return complain(settings.error());
    start_logging(settings->log);
    auto daemon = Daemon::start(std::move(*settings));
    if (!daemon) return complain(daemon.error());
    std::printf("listening on http://127.0.0.1:%u\n", unsigned((*daemon)->port()));
    std::fflush(stdout);
    for (;;) {
        int which = 0;
        sigwait(&signals, &which);
        if (which != SIGHUP) break;
        auto fresh = load_settings(config);
        const auto level = fresh ? fresh->log.level : LogLevel::info;
        auto done = fresh ? (*daemon)->reload(std::move(*fresh)) : Result<void>(std::unexpected(fresh.error()));
        if (done) {
            change_log_level(level);
            log_info("settings read again");
        } else {
            log_error("the old settings are kept: " + done.error().message);
        }
    }
    log_info("stopping; what is under way is brought to its end");
    (*daemon)->stop();
    return 0;
}

}  // namespace

int main(int count, char** words) {
    CLI::App app{"porteurd ports and buys telephone numbers through carrier plugins", "porteurd"};
    std::string config = "/etc/porteur/porteur.toml";
    bool check = false;
    app.add_option("-c,--config", config, "porteur.toml, or the folder it is in")->capture_default_str();
    app.add_flag("--check-config", check, "say what is wrong in the settings, and start nothing");
    app.fallthrough();
    auto* init_command = app.add_subcommand("init", "make the key and the store");
    auto* token_command = app.add_subcommand("token", "tokens for the API");
    auto* create_command = token_command->add_subcommand("create", "make one; it is shown this once");
    NewToken wanted{.name = "operator", .scope = "operator", .valid_for = {}};
    int days = 0;
    create_command->add_option("--name", wanted.name, "who will hold it")->capture_default_str();
    create_command->add_option("--scope", wanted.scope, "operator or read")->capture_default_str();
    create_command->add_option("--days", days, "how long it is valid; 0 = until revoked");
    token_command->require_subcommand(1);
    CLI11_PARSE(app, count, words);

    if (!check && !*init_command && !*token_command) return serve(config);
    auto settings = load_settings(config);
    if (!settings) return complain(settings.error());
    if (*init_command) {
        auto done = init(*settings);
        if (!done) return complain(done.error());
        std::printf("%s", done->c_str());
        return 0;
    }
    if (*token_command) {
        if (days > 0) wanted.valid_for = std::chrono::hours(24 * days);
        auto token = create_token(*settings, wanted);
        if (!token) return complain(token.error());
        std::printf("%s\n", token->c_str());
        return 0;
    }
    std::size_t enabled = 0;
    for (const auto& account : settings->accounts) enabled += account.enabled ? 1 : 0;
    std::printf("%s is fit: %zu accounts, %zu enabled\n", settings->file.c_str(), settings->accounts.size(), enabled);
    return 0;
}
