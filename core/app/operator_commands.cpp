// SPDX-License-Identifier: Apache-2.0
#include "app/operator_commands.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <filesystem>

#include <CLI/CLI.hpp>

#include <porteur/json.hpp>

#include "app/admin.hpp"
#include "app/backup.hpp"
#include "app/backup_check.hpp"
#include "app/doctor.hpp"
#include "app/key_rotation.hpp"
#include "app/restore.hpp"
#include "app/upgrade.hpp"

namespace porteur {
namespace {

int complain(const Error& error) {
    std::fprintf(stderr, "porteurd: %s\n", error.message.c_str());
    return 1;
}

/// A line of a terminal that is written over; nothing where nobody looks.
class ProgressLine {
public:
    ProgressLine() = default;
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    ~ProgressLine() {
        if (!last_.empty()) std::fputs("\r\033[K", stderr);
    }
    BackupTold told() {
        return [this](std::string_view what, std::uint64_t done, std::uint64_t all) {
            if (!looked_at_) return;
            auto line = std::string(what);
            if (all > 0) line += " " + std::to_string(100 * done / all) + " %";
            if (line == last_) return;
            std::fprintf(stderr, "\r\033[K%s", line.c_str());
            last_ = std::move(line);
        };
    }

private:
    bool looked_at_ = ::isatty(STDERR_FILENO) == 1;
    std::string last_;
};

/// Without settings there are those that a porteurd without any has; only what reads the live store needs others.
Result<Settings> settings_if_any(const std::string& config) {
    std::error_code unknown;
    if (!std::filesystem::exists(config, unknown)) return Settings{};
    return load_settings(config);
}

Result<Settings> settings_of(const std::string& config) {
    std::error_code unknown;
    if (!std::filesystem::exists(config, unknown))
        return failure(ErrorKind::invalid_input, "there are no settings at " + porteur::quoted(config, 300) + "; name the folder or file with --config");
    return load_settings(config);
}

/// Opening the store brings it to this porteurd's form, and not without a backup.
Result<void> upgrade_first(const Settings& settings, const std::string& version) {
    const auto told = upgrade_beside(settings, version);
    if (!told) return std::unexpected(told.error());
    if (!told->empty()) std::fprintf(stderr, "porteurd: %s\n", told->c_str());
    return {};
}

int report(const Inspection& found, bool as_json) {
    std::fputs((as_json ? json_of(found) : text_of(found)).c_str(), stdout);
    return found.failed() ? 1 : 0;
}

}  // namespace

OperatorCommands::OperatorCommands(CLI::App& app, std::string version) : version_(std::move(version)) {
    backup_ = app.add_subcommand("backup", "copy store and documents, without the key, while the daemon runs");
    backup_->add_option("FOLDER", folder_, "made by this; must not be there")->required()->type_name("");
    backup_->add_flag("--json", as_json_, "for programs");
    restore_ = app.add_subcommand("restore", "put a backup back where nothing is yet, or look whether it would work");
    restore_->add_option("FOLDER", folder_, "the backup")->required()->type_name("");
    restore_->add_flag("--check", check_, "look at all of it, and put nothing back");
    restore_->add_option("--key", key_, "with --check: the file of the key; that of the settings unless given")->type_name("FILE");
    restore_->add_option("--server", server_, "with --check, of PostgreSQL: where a database can be made for the look, and dropped")->type_name("URL");
    restore_->add_flag("--json", as_json_, "with --check: for programs");
    key_command_ = app.add_subcommand("key", "the master key, which seals what nobody may read");
    rotate_ = key_command_->add_subcommand("rotate", "change it, while the daemon runs; interrupted, the same command goes on");
    rotate_->add_flag("--leave-unreadable", leave_unreadable_, "come to the end although something opens with no key");
    show_ = key_command_->add_subcommand("show", "which key the store is sealed with, and which this machine has");
    show_->add_flag("--json", as_json_, "for programs");
    key_command_->require_subcommand(1);
    doctor_ = app.add_subcommand("doctor", "look at settings, permissions, clock, carriers, mail, store and disk, and say what mends each");
    doctor_->add_flag("--json", as_json_, "for programs");
}

bool OperatorCommands::chosen() const { return *backup_ || *restore_ || *doctor_ || *key_command_; }

int OperatorCommands::run(const std::string& config) const {
    std::signal(SIGPIPE, SIG_IGN);  // a server that closes is something to be told
    if (*doctor_) return report(examine(config, version_), as_json_);
    if (*rotate_) return rotate(config);
    if (*show_) return show_keys(config);
    return *backup_ ? backup(config) : restore(config);
}

int OperatorCommands::backup(const std::string& config) const {
    const auto settings = settings_of(config);
    if (!settings) return complain(settings.error());
    auto made = Result<BackupManifest>();
    {
        ProgressLine line;
        made = make_backup(*settings, folder_, version_, line.told());
    }
    if (!made) return complain(made.error());
    std::int64_t bytes = 0;
    for (const auto& each : made->files) bytes += each.size;
    const auto orders = made->rows.contains("orders") ? made->rows.at("orders") : 0;
    if (as_json_)
        std::printf("%s\n", canonical(json::object{{"folder", folder_}, {"taken", made->taken}, {"orders", orders}, {"files", made->files.size()},
                                                   {"bytes", bytes}, {"key", made->key}, {"documents_missing", to_json(made->documents_missing)}}).c_str());
    else
        std::printf("backup  %s\ntaken   %s\nholds   %lld orders, %zu documents, %lld bytes\nkey     not in it; it is %s, with fingerprint %s\n",
                    folder_.c_str(), made->taken.c_str(), static_cast<long long>(orders), made->files.size() - 1, static_cast<long long>(bytes),
                    made->key.substr(0, 8).c_str(), made->key.c_str());
    if (made->documents_missing.empty()) return 0;
    std::fprintf(stderr, "porteurd: %zu documents that the store names are not in the documents folder, nor in the backup\n", made->documents_missing.size());
    return 1;
}

int OperatorCommands::rotate(const std::string& config) const {
    const auto settings = settings_of(config);
    if (!settings) return complain(settings.error());
    if (const auto upgraded = upgrade_first(*settings, version_); !upgraded) return complain(upgraded.error());
    auto done = Result<std::string>();
    {
        ProgressLine line;
        KeyRotationWish wish;
        wish.leave_unreadable = leave_unreadable_;
        wish.told = line.told();
        done = rotate_key(*settings, wish);
    }
    if (!done) return complain(done.error());
    std::fputs(done->c_str(), stdout);
    return 0;
}

int OperatorCommands::show_keys(const std::string& config) const {
    const auto settings = settings_of(config);
    if (!settings) return complain(settings.error());
    if (const auto upgraded = upgrade_first(*settings, version_); !upgraded) return complain(upgraded.error());
    const auto found = key_standing(*settings);
    if (!found) return complain(found.error());
    if (as_json_)
        std::printf("%s\n", canonical(json::object{{"wanted", found->wanted}, {"before", found->before}, {"left", found->left}, {"here", found->first}, {"next_here", found->next}}).c_str());
    else
        std::printf("store   %s%s\nhere    %s%s\n", found->wanted.empty() ? "not begun yet" : ("key " + found->wanted).c_str(),
                    found->before.empty() ? "" : ("; being changed from " + found->before + ", " + std::to_string(found->left) + " rows to go: porteurd key rotate").c_str(),
                    ("key " + found->first).c_str(), found->next.empty() ? "" : (", next " + found->next).c_str());
    return found->fits() ? 0 : 1;
}

int OperatorCommands::restore(const std::string& config) const {
    ProgressLine line;
    if (!check_) {
        const auto settings = settings_of(config);
        if (!settings) return complain(settings.error());
        const auto done = restore_backup(*settings, folder_, line.told());
        if (!done) return complain(done.error());
        std::fputs(done->c_str(), stdout);
        return 0;
    }
    BackupLook look{.folder = folder_, .key = {}, .why_no_key = {}, .server = server_};
    if (!key_.empty()) {
        const auto key = read_master_key(key_);
        if (!key) return complain(key.error());
        look.key = *key;
    } else if (const auto settings = settings_if_any(config)) {
        if (const auto key = master_key_of(*settings))
            look.key = *key;
        else
            look.why_no_key = key.error().message;
    } else {
        look.why_no_key = settings.error().message;
    }
    const int failed = report(check_backup(look, line.told()), as_json_);
    return look.key ? failed : 1;
}

}  // namespace porteur
