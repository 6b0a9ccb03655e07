// SPDX-License-Identifier: Apache-2.0
#include "app/doctor.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <boost/version.hpp>
#include <openssl/crypto.h>

#include "access/owner.hpp"
#include "app/admin.hpp"
#include "app/child_program.hpp"
#include "app/doctor_reach.hpp"
#include "app/installation_check.hpp"
#include "app/keys.hpp"
#include "store/migrations.hpp"
#include "store/store_copy.hpp"

namespace porteur {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t room_fail_bytes = 100 << 20, room_warn_bytes = 1 << 30;
constexpr std::chrono::seconds clock_off_max{5};

bool is_closed(const fs::path& path) {
    struct stat about {};
    return ::stat(path.c_str(), &about) == 0 && (about.st_mode & 077) == 0;
}

fs::path data_folder(const Settings& settings) {
    return settings.store.backend == StoreSection::Backend::sqlite ? settings.store.path.parent_path() : settings.documents.folder.parent_path();
}

void examine_permissions(const Settings& settings, Inspection& found) {
    std::error_code none;
    std::vector<fs::path> closed{data_folder(settings), settings.documents.folder};
    if (settings.store.backend == StoreSection::Backend::sqlite) closed.push_back(settings.store.path);
    if (settings.store.key.source == SecretRef::Source::file) closed.emplace_back(settings.store.key.name);
    bool fine = true;
    for (const auto& each : closed) {
        const bool is_there = fs::exists(each, none);
        if (none) {
            fine = false;
            found.fail("permissions", porteur::quoted(each.string(), 300) + " cannot be looked at: " + none.message(), "run it as the user that porteurd runs as" + run_as_owner(each));
        }
        if (!is_there || is_closed(each)) continue;
        fine = false;
        found.warn("permissions", porteur::quoted(each.string(), 300) + " may be read by others than its owner", "chmod go-rwx " + each.string());
    }
    for (const auto& each : settings.plugins.folders) {
        struct stat about {};
        if (::stat(each.c_str(), &about) != 0 || (about.st_mode & 022) == 0) continue;
        fine = false;
        found.fail("permissions", porteur::quoted(each.string(), 300) + " may be written to by others, who then run in porteurd's name", "chmod go-w " + each.string());
    }
    if (fine) found.ok("permissions", "key, store and documents are their owner's, plugins nobody else's to change");
}

/// Writes a file and waits until it is on the disk.
void examine_disk(const Settings& settings, Inspection& found) {
    const auto folder = data_folder(settings);
    struct statvfs room {};
    if (::statvfs(folder.c_str(), &room) != 0)
        return found.fail("disk", porteur::quoted(folder.string(), 300) + " is not there: " + std::strerror(errno), "porteurd init makes it");
    auto name = (folder / ".porteur-doctor-XXXXXX").string();
    const int file = ::mkostemp(name.data(), O_CLOEXEC);
    const bool synced = file >= 0 && ::write(file, "x", 1) == 1 && ::fsync(file) == 0;
    const std::string why = synced ? "" : std::strerror(errno);
    if (file >= 0) {
        ::close(file);
        ::unlink(name.c_str());
    }
    if (!synced)
        return found.fail("disk", porteur::quoted(folder.string(), 300) + " cannot be written to: " + why, "run this as the user porteurd runs as; make room, or mend the disk");
    const std::uint64_t free = std::uint64_t{room.f_bavail} * room.f_frsize;
    const auto percent = room.f_blocks == 0 ? 0 : 100 * room.f_bavail / room.f_blocks;
    const auto text = std::to_string(free >> 20) + " MiB free of " + porteur::quoted(folder.string(), 300) + " (" + std::to_string(percent) + " %); a write is synced";
    if (free < room_fail_bytes)
        found.fail("disk", text, "make room; store and documents may not be deleted");
    else if (free < room_warn_bytes || percent < 5)
        found.warn("disk", text, "make room before it is full");
    else
        found.ok("disk", text);
}

void examine_store(const Settings& settings, Inspection& found) {
    const auto address = store_address(settings);
    if (!address) return found.fail("store", address.error().message, "mend store_password in porteur.toml");
    std::error_code none;
    if (settings.store.backend == StoreSection::Backend::sqlite && !fs::exists(settings.store.path, none))
        return found.warn("store", porteur::quoted(settings.store.path.string(), 300) + " is not there yet", "porteurd init makes it");
    const auto migration = migration_of(*address);
    if (!migration) return found.fail("store", migration.error().message,
                                      settings.store.backend == StoreSection::Backend::sqlite ? "look at the file, and who may read it" + run_as_owner(settings.store.path)
                                                                                              : "start the database's server, or mend store in porteur.toml");
    const auto newest = newest_migration();
    if (*migration > newest)
        return found.fail("store", "it is of a newer porteurd: migration " + std::to_string(*migration) + ", this one knows " + std::to_string(newest),
                          "install the newer porteurd again, or go back to the backup that it took before its upgrade: docs/operating/upgrade.md");
    const auto text = "answers, has migration " + std::to_string(*migration);
    if (*migration < newest && settings.store.backup_before_upgrade)
        found.ok("store", text + "; when this porteurd is started, it takes a backup, and brings it to " + std::to_string(newest));
    else if (*migration < newest)
        found.warn("store", text + ", this porteurd brings it to " + std::to_string(newest) + ", and takes no backup before, as backup_before_upgrade says", "take a backup before porteurd is started");
    else
        found.ok("store", text);
    const auto wanted = key_id_of_store(*address);
    const auto keys = keys_at_hand(settings);
    // Where the key cannot be read, the settings' line has said so.
    if (!wanted || wanted->empty() || !keys) return;
    if (keys->with_id(*wanted) == nullptr)
        found.fail("key", "the store is sealed with key " + *wanted + ", which this machine does not have",
                   "bring it from the machine where porteurd key rotate was run, to " + words_of(next_key_of(settings.store.key)));
    else if (keys->next)
        found.warn("key", "it is being changed, or was changed elsewhere: the store is sealed with " + *wanted, "porteurd key rotate brings that to its end");
    else
        found.ok("key", "the store is sealed with " + *wanted + ", which is here");
}

void examine_clock(const std::vector<std::pair<std::string, std::chrono::seconds>>& carriers, Inspection& found) {
    using namespace std::chrono_literals;
    const std::string mend = "have the clock set from the network: timedatectl set-ntp true";
    for (const auto& [account, ahead] : carriers)
        if (std::chrono::abs(ahead) > clock_off_max)
            return found.fail("clock", "it is " + std::to_string(std::chrono::abs(ahead).count()) + " s " + (ahead > 0s ? "behind" : "ahead of") + " that of the carrier of " + account, mend);
    const auto asked = run_child({"timedatectl", "show", "--property=NTPSynchronized", "--value"});
    const bool knows = asked && asked->status == 0;
    if (knows && asked->output.starts_with("yes")) return found.ok("clock", "set from the network");
    if (!carriers.empty()) return found.ok("clock", "within " + std::to_string(clock_off_max.count()) + " s of " + std::to_string(carriers.size()) + " carriers");
    if (knows) return found.warn("clock", "it is not set from the network", mend);
    found.warn("clock", "neither a carrier nor timedatectl says whether it is right", mend);
}

void examine_mail(const Settings& settings, Inspection& found) {
    if (!settings.mail) return found.ok("mail", "none is configured");
    if (settings.mail->smtp) examine_smtp(*settings.mail, found);
    if (settings.mail->pop3) examine_pop3("mailbox", *settings.mail->pop3, found);
    if (settings.mail->archive_pop3) examine_pop3("archive", *settings.mail->archive_pop3, found);
}

}  // namespace

Inspection examine(const std::string& config, const std::string& version) {
    Inspection found;
    std::error_code none;
    const auto settings = load_settings(config);
    if (!settings) {
        found.fail("settings", settings.error().message, fs::exists(config, none) ? "mend the line that is named" : "name the folder or file with --config");
        return found;
    }
    const auto seen = look_at_installation(*settings);
    if (!seen) {
        found.fail("settings", seen.error().message, "make room in TMPDIR, or name another one");
        return found;
    }
    for (const auto& each : seen->wrong) found.fail("settings", each, "mend what the line names; porteurd --check-config says the same");
    if (seen->wrong.empty()) found.ok("settings", settings->file.string() + ": " + std::to_string(settings->accounts.size()) + " accounts, " + std::to_string(seen->enabled) + " enabled");
    for (std::string_view rest = seen->notes; !rest.empty();) {
        const auto end = std::min(rest.find('\n'), rest.size());
        const auto line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        found.warn("settings", std::string(line.starts_with("note: ") ? line.substr(6) : line), "see docs/running.md");
    }
    if (settings->api.tls) examine_own_certificate(settings->api.tls->cert_file, found);
    examine_permissions(*settings, found);
    std::vector<std::pair<std::string, std::chrono::seconds>> clocks;
    for (const auto& each : seen->carriers)
        if (const auto ahead = examine_carrier(each, found)) clocks.emplace_back(each.account, *ahead);
    examine_clock(clocks, found);
    examine_mail(*settings, found);
    examine_store(*settings, found);
    examine_disk(*settings, found);
    found.ok("versions", "porteurd " + version + "; " + OpenSSL_version(OPENSSL_VERSION) + "; libsodium " + sodium_version_string() + "; Boost " + BOOST_LIB_VERSION);
    for (const auto& each : seen->plugins) found.ok("plugin", each);
    return found;
}

}  // namespace porteur
