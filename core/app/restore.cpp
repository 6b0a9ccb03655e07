// SPDX-License-Identifier: Apache-2.0
#include "app/restore.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <porteur/json.hpp>

#include "api/order_json.hpp"
#include "app/admin.hpp"
#include "app/backup_check.hpp"
#include "app/keys.hpp"
#include "app/postgres_programs.hpp"
#include "domain/tenant_tree.hpp"
#include "store/restore_book.hpp"
#include "store/store_copy.hpp"
#include "store/store_lock.hpp"

namespace porteur {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> broken(const fs::path& file, std::string_view what) {
    return failure(ErrorKind::unavailable, porteur::quoted(file.string(), 300) + " " + std::string(what) + ": " + std::strerror(errno));
}

std::unexpected<Error> not_empty(const std::string& what) {
    return failure(ErrorKind::invalid_input, what + " is there already; a backup is put back only where nothing is. Move it away, and keep it: "
                                                    "it may know more than the backup");
}

Result<void> nobody_holds_it(const Settings& settings) {
    const auto address = store_address(settings);
    if (!address) return std::unexpected(address.error());
    const auto held = is_held(*address);
    if (!held) return std::unexpected(held.error());
    if (*held)
        return failure(ErrorKind::invalid_input, "a porteurd holds this store: stop it first, on every machine, and its socket too (systemctl stop porteurd.socket porteurd)");
    return {};
}

Result<void> nothing_is_there(const Settings& settings) {
    std::error_code none;
    if (settings.store.backend == StoreSection::Backend::sqlite) {
        for (const char* ending : {"", "-wal", "-journal"})
            if (const auto file = settings.store.path.string() + ending; fs::exists(fs::symlink_status(file, none)))
                return not_empty("the store " + porteur::quoted(file, 300));
    } else {
        auto address = store_address(settings);
        if (!address) return std::unexpected(std::move(address).error());
        const auto tables = table_count_of_postgresql(*address);
        if (!tables) return std::unexpected(tables.error());
        if (*tables != 0) return not_empty("in the database " + porteur::quoted(settings.store.url, 300) + " something");
    }
    if (fs::exists(settings.documents.folder, none) && !fs::is_empty(settings.documents.folder, none))
        return not_empty("in the documents folder " + porteur::quoted(settings.documents.folder.string(), 300) + " something");
    return {};
}

/// Copies a file of the backup, which has been looked at, and looks whether it is still the same.
Result<void> take_file(const fs::path& from, const fs::path& to, const BackupFile& known) {
    auto copied = copy_file_to(from, to, known.name);
    if (!copied) return std::unexpected(std::move(copied).error());
    if (*copied != known) return failure(ErrorKind::rejected, porteur::quoted(from.string(), 300) + " was changed while it was read");
    return {};
}

Result<void> take_documents(const Settings& settings, const fs::path& folder, const BackupManifest& manifest, const BackupTold& told) {
    std::error_code none;
    const auto& to = settings.documents.folder;
    fs::create_directories(to.parent_path(), none);
    if (::mkdir(to.c_str(), 0700) != 0 && errno != EEXIST) return broken(to, "cannot be made");
    std::uint64_t done = 0;
    for (const auto& each : manifest.files) {
        told("documents", done++, manifest.files.size() - 1);
        if (each == manifest.files.front()) continue;
        if (auto taken = take_file(folder / each.name, to / fs::path(each.name).filename(), each); !taken) return taken;
    }
    return sync_all(to);
}

/// Opens it, which brings it to this build's form, and says in it that it was put back.
Result<void> mark_store(const std::string& address, const MasterKey& key, const BackupManifest& manifest) {
    const StoreSeal seal{Sealing(key)};
    auto store = Store::open({.address = address, .holder = "porteur", .beside = true}, seal, [](std::function<void()> run) { run(); });
    if (!store) return std::unexpected(std::move(store).error());
    const auto newest = (*store)->newest_id();
    if (!newest) return std::unexpected(newest.error());
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    AuditEntry entry;
    entry.at = now;
    entry.who = "porteurd";
    entry.home = entry.tenant = system_tenant;
    entry.action = "store.restored";
    entry.kind = "store";
    entry.object = "store";
    entry.after = canonical(json::object{{"taken", manifest.taken}, {"taken_by", manifest.porteur}});
    return RestoreBook(access_of(**store)).mark({.taken = Instant(std::chrono::milliseconds(manifest.taken_at)), .restored = now, .newest_id = *newest}, entry);
}

Result<void> take_sqlite(const Settings& settings, const fs::path& folder, const BackupManifest& manifest, const MasterKey& key) {
    const auto& place = settings.store.path;
    std::error_code none;
    fs::create_directories(place.parent_path(), none);
    // No daemon knows this name: it is the store only when it says that it was put back.
    const fs::path unfinished = place.string() + ".restoring";
    // Nobody begins a store of its own here meanwhile.
    auto lock = StoreLock::make({.address = "sqlite:" + place.string()});
    if (!lock) return std::unexpected(std::move(lock).error());
    const auto ours = (*lock)->take();
    if (!ours) return std::unexpected(ours.error());
    if (!*ours || fs::exists(place, none)) return failure(ErrorKind::unavailable, "a porteurd has begun at " + porteur::quoted(place.string(), 300) + " meanwhile; stop it, and take its new store away");
    for (const char* ending : {"", "-wal", "-shm", ".lock"}) fs::remove(unfinished.string() + ending, none);
    if (auto taken = take_file(folder / manifest.files.front().name, unfinished, manifest.files.front()); !taken) return taken;
    if (auto marked = mark_store("sqlite:" + unfinished.string(), key, manifest); !marked) return marked;
    fs::remove(unfinished.string() + ".lock", none);
    if (fs::exists(unfinished.string() + "-wal", none))
        return failure(ErrorKind::internal, porteur::quoted(unfinished.string(), 300) + " was not closed as a whole; try again");
    if (auto synced = sync_all(place.parent_path()); !synced) return synced;
    if (::renameat2(AT_FDCWD, unfinished.c_str(), AT_FDCWD, place.c_str(), RENAME_NOREPLACE) != 0) return broken(place, "cannot be put in its place");
    return sync_all(place.parent_path());
}

Result<void> take_postgresql(const Settings& settings, const fs::path& folder, const BackupManifest& manifest, const MasterKey& key) {
    const auto address = store_address(settings);
    if (!address) return std::unexpected(address.error());
    if (auto begun = begin_restoring(*address); !begun) return begun;
    if (auto filled = fill_database(settings.store.url, settings.store.password, folder / manifest.files.front().name); !filled) return filled;
    return mark_store(*address, key, manifest);
}

std::string what_to_know(const BackupManifest& manifest) {
    return "\nThis store knows what was so at " + manifest.taken + ". What its porteurd did after that stands nowhere in it:\n"
           "- Be sure that the porteurd of before, with its own store, never runs again: two would send the same orders.\n"
           "- Orders of the backup send nothing by themselves that may have left since. They are looked up at the carrier first, and wait for a\n"
           "  person where that finds nothing: porteur port list --delivery in_doubt, porteur purchase list --delivery in_doubt.\n"
           "- Orders that were made after it are unknown here. Compare the carriers' own lists of orders before one is entered again.\n"
           "- Tokens and people that were taken back since hold again: porteurd token list, porteur user list. Everybody has to sign in again.\n"
           "The page docs/operating/backup.md has the whole list.\n";
}

}  // namespace

Result<std::string> restore_backup(const Settings& settings, const fs::path& folder, const BackupTold& told) {
    if (auto free = nobody_holds_it(settings); !free) return std::unexpected(std::move(free).error());
    auto keys = keys_at_hand(settings);
    if (!keys)
        return failure(keys.error().kind, keys.error().message + " (a backup is put back with the key that sealed it, which belongs there first)");
    const auto said = read_manifest(folder);
    const auto* key = said ? keys->with_id(said->key.substr(0, 8)) : nullptr;
    if (key == nullptr) key = &keys->first;
    Inspection found;
    const auto manifest = check_backup_files({.folder = folder, .key = *key, .why_no_key = {}, .server = {}}, told, found);
    if (!manifest || found.failed()) {
        std::string why;
        for (const auto& each : found.all())
            if (each.verdict == Verdict::fail) why += (why.empty() ? "" : "; ") + each.what + ": " + each.text;
        return failure(ErrorKind::rejected, "nothing was put back: " + why);
    }
    const bool sqlite = settings.store.backend == StoreSection::Backend::sqlite;
    if ((manifest->database == "sqlite") != sqlite)
        return failure(ErrorKind::invalid_input, "the backup is of a store on " + manifest->database + ", and the settings name one on " +
                                                     (sqlite ? "sqlite" : "postgresql"));
    if (auto empty = nothing_is_there(settings); !empty) return std::unexpected(std::move(empty).error());
    // The store last: without it no daemon begins.
    if (auto taken = take_documents(settings, folder, *manifest, told); !taken) return std::unexpected(std::move(taken).error());
    told("the store", 0, 0);
    auto taken = sqlite ? take_sqlite(settings, folder, *manifest, *key) : take_postgresql(settings, folder, *manifest, *key);
    if (!taken) return std::unexpected(std::move(taken).error());
    return "store      put back: " + (sqlite ? settings.store.path.string() : settings.store.url) + "\n" + "documents  " + std::to_string(manifest->files.size() - 1) + " put back: " +
           settings.documents.folder.string() + "\n" + what_to_know(*manifest);
}

}  // namespace porteur
