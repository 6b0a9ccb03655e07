// SPDX-License-Identifier: Apache-2.0
#include "plugins/plugin_catalog.hpp"

#include <sys/stat.h>

#include <algorithm>

#include <porteur/plugin.h>

#include "plugins/host_process.hpp"
#include "plugins/library_store.hpp"
#include "plugins/scan_child.hpp"

namespace porteur {
namespace fs = std::filesystem;

namespace {

// The reader of descriptors gives each finding a line; a refusal is one.
std::string in_one_line(std::string text) {
    for (auto end = text.find('\n'); end != text.npos; end = text.find('\n', end))
        text.replace(end, 1, " | ");
    return text;
}

}  // namespace

void PluginCatalog::refuse(const fs::path& path, LibraryRefusal refusal) {
    ++refusal_counts_[refusal.check];
    refusals_.push_back({path, std::move(refusal)});
}

// The folders' libraries. A folder in which others may write is refused whole: they could swap a
// file between two looks at it.
std::vector<fs::path> PluginCatalog::candidates(const std::vector<fs::path>& folders) {
    std::vector<fs::path> out;
    for (const auto& folder : folders) {
        std::error_code wrong;
        const auto canonical = fs::canonical(folder, wrong);
        struct stat about{};
        if (wrong || ::stat(canonical.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)) {
            refuse(
                folder,
                {LibraryCheck::file, "the folder", "one that can be read",
                 wrong ? wrong.message() : "none", "make it, or take it out of [plugins] folders"}
            );
            continue;
        }
        if (auto fits = check_owner(
                canonical, "the folder", about.st_uid, about.st_mode, options_.require_root_owned
            );
            !fits) {
            refuse(folder, std::move(fits).error());
            continue;
        }
        std::vector<fs::path> here;
        for (auto entry = fs::directory_iterator(canonical, wrong);
             !wrong && entry != fs::directory_iterator(); entry.increment(wrong))
            if (entry->path().extension() == ".so") here.push_back(entry->path());
        if (wrong)
            refuse(
                folder, {LibraryCheck::file, "the folder", "one that can be read", wrong.message(),
                         "give porteurd's user the right to read it"}
            );
        std::ranges::sort(here);
        out.insert(out.end(), here.begin(), here.end());
    }
    return out;
}

Checked<CheckedLibrary> PluginCatalog::read(
    const StoredLibrary& stored, const LibraryContent& content
) const {
    const auto where = stored.origin.filename().string() + "#descriptor";
    auto descriptor = options_.parse(content.descriptor, where);
    if (!descriptor)
        return std::unexpected(LibraryRefusal{
            LibraryCheck::content, "the descriptor", "a valid one", "one with errors",
            "mend descriptor.toml: " + in_one_line(descriptor.error().message)
        });
    if (descriptor->abi_major != PORTEUR_ABI_MAJOR)
        return std::unexpected(LibraryRefusal{
            LibraryCheck::content, "the ABI major of the descriptor",
            std::to_string(PORTEUR_ABI_MAJOR), std::to_string(descriptor->abi_major),
            "build it for a major that this porteurd has"
        });
    return CheckedLibrary{stored.origin, stored.copy, stored.build, std::move(*descriptor)};
}

void PluginCatalog::take(const StoredLibrary& stored, const LibraryContent& content) {
    auto library = read(stored, content);
    if (!library) return refuse(stored.origin, std::move(library).error());
    const auto id = library->descriptor.id;
    if (const auto pin = options_.sha256.find(id); pin != options_.sha256.end())
        if (auto fits = check_pin(stored, pin->second); !fits)
            return refuse(stored.origin, std::move(fits).error());
    if (const auto other = libraries_.find(id); other != libraries_.end())
        return refuse(
            stored.origin, {LibraryCheck::content, "the id " + id, "one of its own",
                            "that of " + other->second.origin.string(), "remove one of the two"}
        );
    if (!content.findings.empty()) findings_[id] = content.findings;
    libraries_.emplace(id, std::move(*library));
}

void PluginCatalog::look_into(const std::vector<fs::path>& copies) {
    const auto program =
        options_.host_program.empty() ? default_host_program() : options_.host_program;
    auto outcomes = scan_in_child(program, copies, options_.scan_timeout);
    for (std::size_t index = 0; index < copies.size(); ++index)
        scanned_.insert_or_assign(copies[index].stem().string(), std::move(outcomes[index]));
}

std::map<std::string, Checked<CheckedLibrary>> PluginCatalog::kept(
    const std::vector<std::string>& builds
) {
    std::map<std::string, Checked<StoredLibrary>> copies;
    std::vector<fs::path> unknown;
    // As it is named in settings; a link on its way is nobody's fault.
    std::error_code none_yet;
    const auto folder = fs::canonical(options_.store, none_yet);
    for (const auto& build : builds) {
        // Read again: what was spoilt meanwhile has another content than its name says. The store
        // is ours alone, whoever must own the folders of the settings.
        auto copy = store_library((none_yet ? fs::absolute(options_.store) : folder) / (build + ".so"), options_.store, false);
        if (copy && copy->build != build)
            copy = std::unexpected(LibraryRefusal{
                LibraryCheck::copy, "the SHA-256", build, copy->build,
                "remove the copy, and put the library of that build into a plugin folder again"
            });
        if (copy && !scanned_.contains(build)) unknown.push_back(copy->copy);
        copies.insert_or_assign(build, std::move(copy));
    }
    look_into(unknown);
    std::map<std::string, Checked<CheckedLibrary>> out;
    for (auto& [build, copy] : copies) {
        if (!copy) {
            out.insert_or_assign(build, std::unexpected(std::move(copy).error()));
            continue;
        }
        const auto& content = scanned_.at(build);
        out.insert_or_assign(
            build, content ? read(*copy, *content) : Checked<CheckedLibrary>(std::unexpected(content.error()))
        );
    }
    return out;
}

void PluginCatalog::scan(const std::vector<fs::path>& folders) {
    libraries_.clear();
    refusals_.clear();
    findings_.clear();
    // What a busy machine made too slow deserves another look.
    std::erase_if(scanned_, [](const auto& each) {
        return !each.second && each.second.error().field == scan_ended_field;
    });

    std::vector<StoredLibrary> stored;
    std::vector<fs::path> unknown;
    for (const auto& path : candidates(folders)) {
        auto taken = store_library(path, options_.store, options_.require_root_owned);
        if (!taken) {
            refuse(path, std::move(taken).error());
            continue;
        }
        if (scanned_.contains(taken->build))
            ++scans_saved_;
        else if (std::ranges::find(unknown, taken->copy) == unknown.end())
            unknown.push_back(taken->copy);
        stored.push_back(std::move(*taken));
    }
    look_into(unknown);

    for (const auto& library : stored) {
        const auto& content = scanned_.at(library.build);
        if (content)
            take(library, *content);
        else
            refuse(library.origin, content.error());
    }
}

}  // namespace porteur
