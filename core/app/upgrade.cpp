// SPDX-License-Identifier: Apache-2.0
#include "app/upgrade.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <utility>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "access/sealing.hpp"
#include "app/admin.hpp"
#include "store/migrations.hpp"
#include "store/store_copy.hpp"

namespace porteur {
namespace {

namespace fs = std::filesystem;

/// The store's migration, where this porteurd would bring it further. What cannot be looked at is said by whoever opens it.
std::optional<int> older_migration(const Settings& settings, const std::string& address) {
    std::error_code none;
    if (settings.store.backend == StoreSection::Backend::sqlite && !fs::exists(settings.store.path, none)) return std::nullopt;
    const auto there = migration_of(address);
    if (!there || *there == 0 || migrations_after(*there) == 0) return std::nullopt;
    return *there;
}

/// "before-0.2.0-from-19-": what all tries at one upgrade have in common.
std::string stem_of(const std::string& version, int from) {
    std::string safe = version;
    for (auto& letter : safe)
        if (letter == '/' || static_cast<unsigned char>(letter) <= ' ') letter = '_';
    return fmt::format("before-{}-from-{}-", safe, from);
}

/// What a try that was cut off has left.
void remove_unfinished(const fs::path& folder) {
    std::error_code none;
    for (const auto& each : fs::directory_iterator(folder, none)) {
        const auto name = each.path().filename().string();
        if (name.starts_with(".before-") && name.contains(".partial-")) fs::remove_all(each.path(), none);
    }
}

/// Once there is a fresh one: earlier tries at the same upgrade go, and all but the newest of other upgrades.
void remove_old(const fs::path& folder, const std::string& stem, const fs::path& fresh) {
    std::error_code none;
    std::vector<std::pair<fs::file_time_type, fs::path>> kept;
    for (const auto& each : fs::directory_iterator(folder, none)) {
        const auto name = each.path().filename().string();
        const auto manifest = each.path() / backup_manifest_name;
        if (!name.starts_with("before-") || each.path() == fresh || !fs::exists(manifest, none)) continue;
        if (name.starts_with(stem))
            fs::remove_all(each.path(), none);
        else
            kept.emplace_back(fs::last_write_time(manifest, none), each.path());
    }
    std::ranges::sort(kept, std::greater());
    for (std::size_t at = backups_before_upgrade_kept - 1; at < kept.size(); ++at) fs::remove_all(kept[at].second, none);
}

Result<fs::path> take(const Settings& settings, int from, const std::string& version, const BackupTold& told) {
    const auto folder = before_upgrade_folder(settings);
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
        return failure(ErrorKind::unavailable, porteur::quoted(folder.string(), 300) + " cannot be made: " + std::strerror(errno));
    const auto stem = stem_of(version, from);
    const auto target = folder / (stem + fmt::format("{:%Y%m%dT%H%M%SZ}", std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())));
    remove_unfinished(folder);
    auto made = make_backup(settings, target, version, told, BackupDocuments::linked);
    if (!made) return std::unexpected(std::move(made).error());
    remove_old(folder, stem, target);
    return target;
}

}  // namespace

fs::path before_upgrade_folder(const Settings& settings) {
    const bool sqlite = settings.store.backend == StoreSection::Backend::sqlite;
    return (sqlite ? settings.store.path : settings.documents.folder).parent_path() / before_upgrade_name;
}

Result<BeforeUpgrade> back_up_before_upgrade(const Settings& settings, std::shared_ptr<StoreLock> held, const std::string& version, const BackupTold& told) {
    BeforeUpgrade out{.lock = std::move(held), .backup = {}, .told = {}};
    const auto address = store_address(settings);
    if (!address) return std::unexpected(address.error());
    if (!older_migration(settings, *address)) return out;
    if (!out.lock) {
        auto lock = StoreLock::make({.address = *address, .holder = "porteurd"});
        if (!lock) return std::unexpected(std::move(lock).error());
        const auto taken = (*lock)->take();
        if (!taken) return std::unexpected(taken.error());
        if (!*taken)
            return failure(ErrorKind::unavailable, "another porteurd holds the store, which is of an older form than this one's; stop it, and this one brings the store to its form");
        out.lock = std::move(*lock);
    }
    // Now that nobody else can.
    const auto from = older_migration(settings, *address);
    if (!from) return out;
    const auto forms = fmt::format("the store is of an older porteurd (migration {}; this one, {}, has {})", *from, version, newest_migration());
    if (!settings.store.backup_before_upgrade) {
        out.told = forms + ", and is brought to this one's form without a backup, as backup_before_upgrade says";
        return out;
    }
    auto taken = take(settings, *from, version, told);
    if (!taken)
        return failure(ErrorKind::unavailable,
                       forms + ", and nothing of it was changed, as no backup of it could be taken first: " + taken.error().message +
                           "; mend that and start porteurd again, or install the former porteurd again, or take a backup in a way of your own and set backup_before_upgrade = false in porteur.toml");
    out.backup = std::move(*taken);
    out.told = forms + "; a backup was taken before it is brought to this one's form: " + out.backup.string();
    return out;
}

Result<std::string> upgrade_beside(const Settings& settings, const std::string& version) {
    const auto address = store_address(settings);
    // The key may not be made yet, nor the store: whoever needs them says so.
    if (!address || !older_migration(settings, *address)) return std::string();
    const auto master = master_key_of(settings);
    if (!master) return std::unexpected(master.error());
    auto before = back_up_before_upgrade(settings, {}, version, [](std::string_view, std::uint64_t, std::uint64_t) {});
    if (!before) return std::unexpected(std::move(before).error());
    const StoreSeal seal{Sealing(*master)};
    const auto opened = Store::open({.address = *address, .holder = "porteur", .beside = true, .seat = {}, .lock = std::move(before->lock)}, seal,
                                    [](std::function<void()> run) { run(); });
    if (!opened) return std::unexpected(opened.error());
    return before->told;
}

}  // namespace porteur
