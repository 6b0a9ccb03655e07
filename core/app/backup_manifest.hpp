// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a backup says of itself, and the files it is made of:
//
//   manifest.json        this, canonical JSON; `proof` covers all the rest of it
//   porteur.db           an SQLite store, or porteur.dump, what pg_dump made of one on PostgreSQL
//   documents/SHA256     sealed, as they lie in the documents folder

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include <porteur/result.hpp>

namespace porteur {

inline constexpr std::int64_t backup_format = 1;
inline constexpr const char* backup_manifest_name = "manifest.json";
inline constexpr const char* backup_documents_name = "documents";

struct BackupFile {
    std::string name;  ///< below the backup: "documents/9f3a..."
    std::int64_t size = 0;
    std::string sha256;  ///< of its bytes as they lie there, lower-case hex
    friend bool operator==(const BackupFile&, const BackupFile&) = default;
};
BOOST_DESCRIBE_STRUCT(BackupFile, (), (name, size, sha256))

struct BackupManifest {
    std::int64_t format = backup_format;
    std::string porteur;      ///< the version that made it
    std::string taken;        ///< when the database was copied, UTC
    std::int64_t taken_at = 0;  ///< the same, milliseconds since 1970, or a little before
    std::string database;     ///< "sqlite" or "postgresql"
    std::int64_t migration = 0;  ///< the newest that the store has
    std::string newest_id;    ///< the greatest id that the engine had given
    std::string key;          ///< fingerprint of the master key, which is not in the backup
    std::map<std::string, std::int64_t> rows;  ///< of each table
    std::vector<std::string> documents_missing;  ///< named by the store, and not in the documents folder even then
    std::vector<BackupFile> files;  ///< the database first
    std::string proof;        ///< made with the key, of all the rest
    friend bool operator==(const BackupManifest&, const BackupManifest&) = default;
};
BOOST_DESCRIBE_STRUCT(BackupManifest, (), (format, porteur, taken, taken_at, database, migration, newest_id, key, rows, documents_missing, files, proof))

/// What `proof` covers. @threads any
std::string proved_text(BackupManifest manifest);

/// @errors unavailable: it cannot be read; invalid_input: it is no manifest; unsupported: of a later porteurd
Result<BackupManifest> read_manifest(const std::filesystem::path& folder);

/// Reads a file to its end. @errors unavailable @threads any; blocks
Result<BackupFile> file_as_it_is(const std::filesystem::path& file, std::string name);

/// Copies a file to a new one, mode 0600; what is returned is of the bytes that were copied. Durable after sync_all().
/// @errors unavailable: one of both; errno is ENOENT where the first is not there @threads any; blocks
Result<BackupFile> copy_file_to(const std::filesystem::path& from, const std::filesystem::path& to, std::string name);

/// Writes a new file, mode 0600. @errors unavailable @threads any; blocks
Result<void> write_new_file(const std::filesystem::path& file, std::string_view text);

/// Waits until all of the file system that a folder lies on is on the disk. @errors unavailable
Result<void> sync_all(const std::filesystem::path& folder);

}  // namespace porteur
