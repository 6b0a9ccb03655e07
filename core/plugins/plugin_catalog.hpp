// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "plugins/checked_library.hpp"
#include "plugins/library_scan.hpp"

namespace porteur {

/// Reads a descriptor's TOML; `where` is what a person calls it. Given by whoever wires the daemon,
/// as the reader of TOML stands elsewhere.
using DescriptorParser =
    std::function<Result<Descriptor>(std::string_view toml, std::string_view where)>;

struct CatalogOptions {
    DescriptorParser parse;              ///< required
    std::filesystem::path store;         ///< folder of the private copies; required
    std::filesystem::path host_program;  ///< empty = default_host_program()
    bool require_root_owned = false;
    std::map<std::string, std::string> sha256;     ///< plugin id -> the only build that is taken
    std::chrono::milliseconds scan_timeout{5000};  ///< for a scan child
};

/// A library that was not taken, for the log, the health page and `plugin doctor`.
struct RefusedLibrary {
    std::filesystem::path path;
    LibraryRefusal refusal;
    /// "/usr/lib/porteur/plugins/acme.so: check 3 (content): ..."
    std::string text() const { return path.string() + ": " + refusal.text(); }
};

/// The plugins of the configured folders, none of whose code has run yet: checks 1 to 4. Checks 5
/// to 8 follow where the plugin is to run (make_in_daemon_runner, make_process_runner).
class PluginCatalog {
public:
    explicit PluginCatalog(CatalogOptions options) : options_(std::move(options)) {}

    /// Looks at every *.so of the folders, in order of name. What is refused stands in refusals()
    /// with its reason; the rest is taken. Of two libraries with one id the first is taken. May be
    /// called again to see what is new; a library that has not changed is not scanned again.
    ///
    /// @threads  one at a time; blocks, with files and child processes
    void scan(const std::vector<std::filesystem::path>& folders);

    /// Builds of earlier times, out of their copies in the store; pins do not count for them, as what
    /// is in the store was taken under the pins of its time. @param builds  SHA-256, lower-case hex
    /// @threads  as scan()
    std::map<std::string, Checked<CheckedLibrary>> kept(const std::vector<std::string>& builds);

    const std::map<std::string, CheckedLibrary>& libraries() const { return libraries_; }
    const std::vector<RefusedLibrary>& refusals() const { return refusals_; }
    /// Imports worth knowing of, by plugin id: "clock: clock_gettime".
    const std::map<std::string, std::vector<std::string>>& findings() const { return findings_; }
    /// How many libraries were refused by each check since the catalog was made.
    const std::map<LibraryCheck, std::uint64_t>& refusal_counts() const { return refusal_counts_; }
    /// How many scan outcomes came from memory. For tests and metrics.
    std::uint64_t scans_saved() const { return scans_saved_; }

private:
    void refuse(const std::filesystem::path& path, LibraryRefusal refusal);
    std::vector<std::filesystem::path> candidates(const std::vector<std::filesystem::path>& folders
    );
    void look_into(const std::vector<std::filesystem::path>& copies);
    Checked<CheckedLibrary> read(const struct StoredLibrary& stored, const LibraryContent& content) const;
    void take(const struct StoredLibrary& stored, const LibraryContent& content);

    CatalogOptions options_;
    std::map<std::string, CheckedLibrary> libraries_;
    std::vector<RefusedLibrary> refusals_;
    std::map<std::string, std::vector<std::string>> findings_;
    std::map<LibraryCheck, std::uint64_t> refusal_counts_;
    std::map<std::string, Checked<LibraryContent>>
        scanned_;  // by build; the host's version is our own
    std::uint64_t scans_saved_ = 0;
};

}  // namespace porteur
