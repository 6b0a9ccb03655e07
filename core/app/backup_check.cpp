// SPDX-License-Identifier: Apache-2.0
#include "app/backup_check.hpp"

#include <algorithm>
#include <set>

#include "access/key_proof.hpp"
#include "access/owner.hpp"
#include "access/token.hpp"
#include "app/admin.hpp"
#include "app/keys.hpp"
#include "app/passing_folder.hpp"
#include "app/postgres_programs.hpp"
#include "paper/document_folder.hpp"
#include "store/audit_chain.hpp"
#include "store/migrations.hpp"
#include "store/store_copy.hpp"

namespace porteur {
namespace {

namespace fs = std::filesystem;

const std::string another_backup = "take another backup; this one cannot be trusted";
constexpr std::size_t told_most = 5;

/// The first few of a list, and how many there are.
std::string some_of(const std::vector<std::string>& all) {
    std::string out;
    for (std::size_t at = 0; at < std::min(all.size(), told_most); ++at) out += (at == 0 ? "" : ", ") + all[at];
    return all.size() > told_most ? out + ", ... (" + std::to_string(all.size()) + " in all)" : out;
}

bool is_name_of_ours(const std::string& name) {
    if (name == "porteur.db" || name == "porteur.dump") return true;
    const std::string folder = std::string(backup_documents_name) + "/";
    return name.starts_with(folder) && name.size() == folder.size() + 64 &&
           name.find_first_not_of("0123456789abcdef", folder.size()) == name.npos;
}

void check_key(const BackupManifest& manifest, const BackupLook& look, Inspection& found) {
    if (!look.key)
        return found.warn("key", (look.why_no_key.empty() ? "no key was given" : look.why_no_key) + ", so neither the manifest's proof nor anything that is sealed was tried",
                          "name the key with --key FILE");
    if (const auto given = fingerprint_of(*look.key); given != manifest.key)
        return found.fail("key", "another key: the backup was sealed with key " + manifest.key.substr(0, 8) + " (fingerprint " + manifest.key + "), the one given is " + given.substr(0, 8),
                          "find the key that this backup belongs to, where keys of before are kept: porteur.key.before-" + manifest.key.substr(0, 8) +
                              " if porteurd key rotate has put it away; without it nobody can read the backup");
    if (proof_of(*look.key, proved_text(manifest)) != manifest.proof)
        return found.fail("manifest", "it was changed since it was written, or is damaged", another_backup);
    found.ok("key", "the one that sealed it: " + manifest.key.substr(0, 8) + " (fingerprint " + manifest.key + ")");
}

void check_each_file(const fs::path& folder, const BackupManifest& manifest, const BackupTold& told, Inspection& found) {
    std::vector<std::string> missing, changed, foreign;
    std::set<std::string> known{backup_manifest_name};
    std::int64_t bytes = 0;
    std::uint64_t done = 0;
    for (const auto& each : manifest.files) {
        told("files", ++done, manifest.files.size());
        known.insert(each.name);
        std::error_code none;
        if (!is_name_of_ours(each.name)) {
            foreign.push_back(porteur::quoted(each.name));
        } else if (!fs::exists(folder / each.name, none)) {
            missing.push_back(each.name);
        } else if (const auto there = file_as_it_is(folder / each.name, each.name); !there || *there != each) {
            changed.push_back(each.name);
        } else {
            bytes += each.size;
        }
    }
    std::error_code unread;
    for (const auto& each : fs::recursive_directory_iterator(folder, unread))
        if (!each.is_directory(unread) && !known.contains(each.path().lexically_relative(folder).string()))
            foreign.push_back(porteur::quoted(each.path().lexically_relative(folder).string()));
    if (!missing.empty()) found.fail("files", "missing: " + some_of(missing), another_backup);
    if (!changed.empty()) found.fail("files", "damaged, as their SHA-256 is not that of the manifest: " + some_of(changed), another_backup);
    if (!foreign.empty()) found.warn("files", "not of this backup: " + some_of(foreign), "take them away; nobody reads them");
    if (missing.empty() && changed.empty()) found.ok("files", std::to_string(manifest.files.size()) + " as they were written, " + std::to_string(bytes) + " bytes");
}

void check_rows(const BackupManifest& manifest, const StoreContents& contents, Inspection& found) {
    std::int64_t sum = 0;
    for (const auto& [table, count] : manifest.rows) {
        const auto there = contents.rows.find(table);
        sum += count;
        if (there != contents.rows.end() && there->second == count) continue;
        return found.fail("rows", "table " + porteur::quoted(table) + " has " + (there == contents.rows.end() ? "no place" : std::to_string(there->second) + " rows") +
                                      ", but had " + std::to_string(count),
                          another_backup);
    }
    found.ok("rows", std::to_string(sum) + " in " + std::to_string(manifest.rows.size()) + " tables");
}

void check_documents(StoreAccess& access, const Sealing& sealing, const BackupLook& look, const BackupManifest& manifest, const StoreContents& contents, const BackupTold& told, Inspection& found) {
    std::set<std::string> there;
    for (const auto& each : manifest.files) there.insert(each.name);
    std::vector<std::string> missing, closed;
    std::optional<paper::DocumentFolder> folder;
    if (look.key && fs::is_directory(look.folder / backup_documents_name)) {
        if (auto opened = paper::DocumentFolder::open_beside(look.folder / backup_documents_name, DocumentKeys(*look.key).get())) folder.emplace(std::move(*opened));
        // Taken while the key was changed: some are sealed with the one of before, which the store keeps.
        if (folder && !take_keys_of_before(access, sealing, &*folder)) folder.reset();
    }
    std::uint64_t done = 0;
    for (const auto& hash : contents.documents) {
        told("documents", ++done, contents.documents.size());
        if (!there.contains(std::string(backup_documents_name) + "/" + hash))
            missing.push_back(hash);
        else if (folder && !folder->read(hash, [](std::string_view) -> Result<void> { return {}; }))
            closed.push_back(hash);
    }
    if (!missing.empty())
        found.fail("documents", "the store names documents that are not in the backup: " + some_of(missing),
                   manifest.documents_missing.empty() ? another_backup
                                                      : "they were missing in the documents folder when the backup was taken: look for them in an earlier one");
    if (!closed.empty()) found.fail("documents", "do not open: " + some_of(closed), another_backup);
    if (missing.empty() && closed.empty())
        found.ok("documents", std::to_string(contents.documents.size()) + (folder || contents.documents.empty() ? ", each opens and is what its name says" : ", all there"));
}

/// What the rows say, in a copy that may be changed.
void check_store(const BackupLook& look, const std::string& address, const BackupManifest& manifest, const StoreContents& contents,
                 const BackupTold& told, Inspection& found) {
    const StoreSeal seal{Sealing(look.key ? *look.key : MasterKey())};
    told("the store", 0, 0);
    auto store = Store::open({.address = address, .holder = "porteur", .beside = true}, seal, [](std::function<void()> run) { run(); });
    if (!store) return found.fail("store", store.error().message, another_backup);
    if (const auto sound = (*store)->integrity(); !sound || *sound != "ok")
        return found.fail("store", "the database's own check found: " + (sound ? *sound : sound.error().message), another_backup);
    auto& access = access_of(**store);
    found.ok("store", "sound; of migration " + std::to_string(manifest.migration) + ", this porteurd has " + std::to_string(newest_migration()));
    check_rows(manifest, contents, found);
    if (const auto head = AuditLog(access).verify({}))
        found.ok("audit log", "whole: " + std::to_string(head->count) + " records, head " + text_of(*head));
    else
        found.fail("audit log", head.error().message, another_backup);
    check_documents(access, seal.sealing(), look, manifest, contents, told, found);
    const auto misfits = misfits_of(access, told_most + 1);
    const auto open = (*store)->open_operations();
    if (!misfits || !open)
        found.fail("orders", (misfits ? open.error() : misfits.error()).message, another_backup);
    else if (!misfits->empty())
        found.fail("orders", some_of(*misfits), another_backup);
    else
        found.ok("orders", std::to_string(manifest.rows.at("orders")) + ", of which " + std::to_string(open->size()) + " have an open operation");
    if (!look.key) return;
    if (const auto opened = open_all_sealed(**store))
        found.ok("secrets", "all that is sealed of " + std::to_string(*opened) + " orders opens");
    else
        found.fail("secrets", opened.error().message, another_backup);
}

void check_sqlite(const BackupLook& look, const BackupManifest& manifest, const BackupTold& told, Inspection& found) {
    const PassingFolder scratch;
    if (scratch.path.empty()) return found.fail("store", "no folder can be made in TMPDIR", "name one with room in TMPDIR");
    const auto file = scratch.path / "porteur.db";
    if (auto copied = copy_file_to(look.folder / "porteur.db", file, "porteur.db"); !copied)
        return found.fail("store", "it cannot be tried: " + copied.error().message, "name a folder with room in TMPDIR");
    // Counted before anything is brought to this build's form.
    const auto contents = contents_of_sqlite(file);
    if (!contents) return found.fail("store", contents.error().message, another_backup);
    check_store(look, "sqlite:" + file.string(), manifest, *contents, told, found);
}

/// A database of its own on a server, gone with this.
class ScratchDatabase {
public:
    explicit ScratchDatabase(std::string server)
        : server_(std::move(server)), name_("porteur_check_" + blake2b_hex(random_bytes(16)).substr(0, 12)) {}
    ScratchDatabase(const ScratchDatabase&) = delete;
    ScratchDatabase& operator=(const ScratchDatabase&) = delete;
    ~ScratchDatabase() { drop_database(server_, name_); }
    Result<void> make() { return make_database(server_, name_); }
    /// The server's address with this database in it: postgresql://user@host:5432/NAME?options
    std::string address() const {
        const auto host = server_.find("://") + 3;
        const auto path = std::min(server_.find('/', host), server_.find('?', host));
        const auto options = server_.find('?', host);
        return server_.substr(0, path) + "/" + name_ + (options == server_.npos ? "" : server_.substr(options));
    }

private:
    std::string server_, name_;
};

void check_postgresql(const BackupLook& look, const BackupManifest& manifest, const BackupTold& told, Inspection& found) {
    const auto dump = look.folder / "porteur.dump";
    if (look.server.empty()) {
        if (const auto listed = list_dump(dump); !listed) return found.fail("store", listed.error().message, another_backup);
        return found.warn("store", "pg_restore can read what it holds, but its rows were not tried",
                          "name a server with --server postgresql://USER@HOST/DATABASE, where a database can be made for this and dropped");
    }
    if (!look.server.starts_with("postgresql://"))
        return found.fail("store", "the server is not named as postgresql://USER@HOST/DATABASE", "name it so with --server");
    told("the store", 0, 0);
    ScratchDatabase scratch(look.server);
    if (auto made = scratch.make(); !made)
        return found.fail("store", "it cannot be tried: " + made.error().message, "name a server where the user may make a database");
    if (auto filled = fill_database(scratch.address(), {}, dump); !filled) return found.fail("store", filled.error().message, another_backup);
    auto contents = Result<StoreContents>();
    {
        const auto held = HeldStore::open(scratch.address());
        if (!held) return found.fail("store", held.error().message, another_backup);
        contents = (*held)->contents();
    }
    if (!contents) return found.fail("store", contents.error().message, another_backup);
    check_store(look, scratch.address(), manifest, *contents, told, found);
}

}  // namespace

std::optional<BackupManifest> check_backup_files(const BackupLook& look, const BackupTold& told, Inspection& found) {
    auto manifest = read_manifest(look.folder);
    if (!manifest) {
        const bool was_read = manifest.error().kind != ErrorKind::unavailable;
        found.fail("manifest", manifest.error().message, was_read ? another_backup : "name the folder of a backup, and run this as a user who may read it" + run_as_owner(look.folder));
        return std::nullopt;
    }
    const bool known = (manifest->database == "sqlite" || manifest->database == "postgresql") && !manifest->files.empty() &&
                       manifest->files.front().name == (manifest->database == "sqlite" ? "porteur.db" : "porteur.dump") && manifest->rows.contains("orders");
    if (!known) {
        found.fail("manifest", "it names no database", another_backup);
        return std::nullopt;
    }
    found.ok("manifest", "taken " + manifest->taken + " by porteurd " + porteur::quoted(manifest->porteur) + ", " + manifest->database);
    check_key(*manifest, look, found);
    check_each_file(look.folder, *manifest, told, found);
    if (manifest->migration > newest_migration())
        found.fail("store", "it is of a newer porteurd: it has migration " + std::to_string(manifest->migration) + ", this one knows " +
                                std::to_string(newest_migration()),
                   "use porteurd " + manifest->porteur + " or a later one");
    return std::move(*manifest);
}

Inspection check_backup(const BackupLook& look, const BackupTold& told) {
    Inspection found;
    const auto manifest = check_backup_files(look, told, found);
    // What is damaged already need not be opened: SQLite's words about it would say less.
    if (!manifest || found.failed()) return found;
    if (manifest->database == "sqlite")
        check_sqlite(look, *manifest, told, found);
    else
        check_postgresql(look, *manifest, told, found);
    return found;
}

}  // namespace porteur
