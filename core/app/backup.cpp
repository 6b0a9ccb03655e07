// SPDX-License-Identifier: Apache-2.0
#include "app/backup.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <porteur/json.hpp>

#include "access/key_proof.hpp"
#include "access/token.hpp"
#include "api/order_json.hpp"
#include "app/admin.hpp"
#include "app/keys.hpp"
#include "app/postgres_programs.hpp"
#include "store/store_copy.hpp"

namespace porteur {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> broken(const fs::path& file, std::string_view what) {
    return failure(ErrorKind::unavailable, porteur::quoted(file.string(), 300) + " " + std::string(what) + ": " + std::strerror(errno));
}

/// A folder that is gone with this, unless it came to its end.
class Unfinished {
public:
    explicit Unfinished(const fs::path& target) : target_(target) {
        const auto drawn = blake2b_hex(random_bytes(16)).substr(0, 12);
        path_ = target.parent_path() / ("." + target.filename().string() + ".partial-" + drawn);
    }
    Unfinished(const Unfinished&) = delete;
    Unfinished& operator=(const Unfinished&) = delete;
    ~Unfinished() {
        std::error_code none;
        if (made_) fs::remove_all(path_, none);
    }
    Result<void> make() {
        if (::mkdir(path_.c_str(), 0700) != 0) {
            const int why = errno;
            const auto above = path_.parent_path().string();
            return failure(ErrorKind::unavailable, porteur::quoted(above, 300) + " takes no backup: " + std::strerror(why) +
                                                       "; make it for the user that porteurd runs as: install -d -m 700 -o porteur " + above);
        }
        made_ = true;
        if (::mkdir((path_ / backup_documents_name).c_str(), 0700) != 0) return broken(path_, "cannot be written to");
        return {};
    }
    Result<void> finish() {
        if (auto synced = sync_all(path_); !synced) return synced;
        if (::rename(path_.c_str(), target_.c_str()) != 0) return broken(target_, "cannot be put in its place");
        made_ = false;
        return sync_all(target_.parent_path());
    }
    const fs::path& path() const { return path_; }

private:
    fs::path target_, path_;
    bool made_ = false;
};

Result<StoreContents> copy_sqlite(const Settings& settings, const fs::path& to, const BackupTold& told) {
    const auto words = [&](std::uint64_t done, std::uint64_t all) { told("the store", done, all); };
    if (auto copied = copy_sqlite_store(settings.store.path, to, words); !copied) return std::unexpected(std::move(copied).error());
    return contents_of_sqlite(to);
}

Result<StoreContents> dump_postgresql(const Settings& settings, const fs::path& to, const BackupTold& told) {
    told("the store", 0, 0);
    auto address = store_address(settings);
    if (!address) return std::unexpected(std::move(address).error());
    auto held = HeldStore::open(*address);
    if (!held) return std::unexpected(std::move(held).error());
    if (auto dumped = dump_database(settings.store.url, settings.store.password, (*held)->snapshot(), to); !dumped)
        return std::unexpected(std::move(dumped).error());
    return (*held)->contents();
}

Result<BackupFile> take_document(const fs::path& from, const fs::path& to, BackupDocuments how) {
    auto name = std::string(backup_documents_name) + "/" + to.filename().string();
    if (how == BackupDocuments::linked && ::link(from.c_str(), to.c_str()) == 0) return file_as_it_is(to, std::move(name));
    return copy_file_to(from, to, std::move(name));
}

Result<void> copy_documents(const fs::path& from, const fs::path& to, const StoreContents& contents, BackupManifest& manifest, BackupDocuments how,
                            const BackupTold& told) {
    std::uint64_t done = 0;
    for (const auto& hash : contents.documents) {
        told("documents", ++done, contents.documents.size());
        std::error_code none;
        if (!fs::exists(from / hash, none)) {
            manifest.documents_missing.push_back(hash);
            continue;
        }
        auto copied = take_document(from / hash, to / hash, how);
        if (!copied) return std::unexpected(std::move(copied).error());
        manifest.files.push_back(std::move(*copied));
    }
    return {};
}

}  // namespace

Result<BackupManifest> make_backup(const Settings& settings, const fs::path& wanted, const std::string& version, const BackupTold& told, BackupDocuments how) {
    std::error_code none;
    auto target = fs::absolute(wanted, none).lexically_normal();
    if (!target.has_filename()) target = target.parent_path();
    if (fs::exists(fs::symlink_status(target, none)))
        return failure(ErrorKind::invalid_input, porteur::quoted(target.string(), 300) + " is there already; name a folder that is not, and that a backup may become");
    const auto keys = keys_at_hand(settings);
    if (!keys) return std::unexpected(keys.error());
    Unfinished folder(target);
    if (auto made = folder.make(); !made) return std::unexpected(std::move(made).error());

    BackupManifest manifest;
    manifest.porteur = version;
    const auto taken = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    manifest.taken = time_text(taken);
    manifest.taken_at = taken.time_since_epoch().count();
    const bool sqlite = settings.store.backend == StoreSection::Backend::sqlite;
    manifest.database = sqlite ? "sqlite" : "postgresql";
    const std::string database = sqlite ? "porteur.db" : "porteur.dump";
    auto contents = sqlite ? copy_sqlite(settings, folder.path() / database, told) : dump_postgresql(settings, folder.path() / database, told);
    if (!contents) return std::unexpected(std::move(contents).error());
    const auto* master = contents->key_id.empty() ? &keys->first : keys->with_id(contents->key_id);
    if (master == nullptr)
        return failure(ErrorKind::invalid_input, "the store is sealed with key " + contents->key_id + ", which this machine does not have; look with porteurd key show");
    manifest.key = fingerprint_of(*master);
    manifest.migration = contents->migration;
    manifest.newest_id = id_text(contents->newest_id);
    manifest.rows = contents->rows;
    auto file = file_as_it_is(folder.path() / database, database);
    if (!file) return std::unexpected(std::move(file).error());
    manifest.files.push_back(std::move(*file));
    if (auto copied = copy_documents(settings.documents.folder, folder.path() / backup_documents_name, *contents, manifest, how, told); !copied)
        return std::unexpected(std::move(copied).error());
    const auto address = store_address(settings);
    if (!address) return std::unexpected(address.error());
    const auto wanted_now = key_id_of_store(*address);
    if (!wanted_now) return std::unexpected(wanted_now.error());
    if (*wanted_now != contents->key_id)
        return failure(ErrorKind::unavailable, "the key was changed while the backup was taken, and documents may be of another than its store; take it again");
    manifest.proof = proof_of(*master, proved_text(manifest));
    if (auto written = write_new_file(folder.path() / backup_manifest_name, to_text(manifest) + "\n"); !written)
        return std::unexpected(std::move(written).error());
    if (auto finished = folder.finish(); !finished) return std::unexpected(std::move(finished).error());
    return manifest;
}

}  // namespace porteur
