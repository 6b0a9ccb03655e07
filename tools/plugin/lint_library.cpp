// SPDX-License-Identifier: Apache-2.0
// What a finished library tells without its sources.
#include <elf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "lint_findings.hpp"
#include "plugins/library_scan.hpp"

namespace porteur::plugin_tool {
namespace {

/// The texts that a library holds. A name that is compared or registered stands there with a zero behind it, which the descriptor
/// has not. A linker keeps one that another ends with as its tail alone: "purchase" in "check_purchase".
class LibraryNames {
public:
    explicit LibraryNames(std::string_view bytes) : bytes_(bytes) {}

    enum class Found { nowhere, as_a_tail, in_a_table, by_itself };

    Found find(const std::string& name) const {
        const auto ended = name + '\0';
        auto best = Found::nowhere;
        for (auto at = bytes_.find(ended); at != bytes_.npos; at = bytes_.find(ended, at + 1)) {
            if (is_pointed_at(at)) return Found::in_a_table;
            best = std::max(best, at == 0 || bytes_[at - 1] == '\0' ? Found::by_itself : Found::as_a_tail);
        }
        return best;
    }

private:
    /// Whether a table of names may lead there: the place's address stands somewhere as a pointer, or in what relocates one.
    bool is_pointed_at(std::size_t at) const {
        const auto address = address_of(at);
        if (!address) return false;
        std::string pointer(sizeof *address, '\0');
        std::memcpy(pointer.data(), &*address, sizeof *address);
        return bytes_.find(pointer) != bytes_.npos;
    }
    /// Where the loader puts this byte of the file; nothing where it loads none.
    std::optional<std::uint64_t> address_of(std::size_t at) const {
        Elf64_Ehdr file{};
        if (bytes_.size() < sizeof file) return std::nullopt;
        std::memcpy(&file, bytes_.data(), sizeof file);
        for (std::size_t each = 0; each < file.e_phnum; ++each) {
            Elf64_Phdr piece{};
            const auto from = file.e_phoff + each * sizeof piece;
            if (from > bytes_.size() || bytes_.size() - from < sizeof piece) return std::nullopt;
            std::memcpy(&piece, bytes_.data() + from, sizeof piece);
            if (piece.p_type == PT_LOAD && at >= piece.p_offset && at - piece.p_offset < piece.p_filesz) return piece.p_vaddr + (at - piece.p_offset);
        }
        return std::nullopt;
    }

    std::string_view bytes_;
};

}  // namespace

void lint_library(const LintDescriptor& descriptor, std::string_view bytes, Findings& findings) {
    const LibraryNames names(bytes);
    const auto& operations = descriptor.about.operations;
    // Where the names stand in a table, a tail that nothing leads to is another name's alone.
    const bool has_table = std::ranges::any_of(operations, [&](const OperationSpec& each) { return names.find(each.name) == LibraryNames::Found::in_a_table; });
    for (const auto& each : operations)
        if (const auto found = names.find(each.name); found == LibraryNames::Found::nowhere || (found == LibraryNames::Found::as_a_tail && has_table))
            findings.add("operation-not-written", descriptor.file, descriptor.line_of({"operations", each.name}), each.name + " is declared, and the library does not hold its name", fmt::format("write PORTEUR_OPERATION({}) at PORTEUR_PLUGIN, or take the table out", each.name));
    static constexpr auto kinds = std::to_array<std::array<std::string_view, 3>>({
        {"clock", "clock", ask_now},
        {"chance", "chance", ask_chance},
        {"environment", "environment", own_settings},
        {"standard output", "output", say_in_answer},
    });
    const auto file = descriptor.file.substr(0, descriptor.file.rfind('#'));
    const auto scanned = scan_library(bytes);
    if (!scanned) {
        const auto& refusal = scanned.error();
        if (refusal.field != "an import") return;
        findings.add(refusal.found.find("threads") != refusal.found.npos ? "threads" : "outside", file, 0, "the library takes " + refusal.found + " from elsewhere", refusal.mend);
        return;
    }
    for (const auto& each : scanned->findings)
        for (const auto& [kind, rule, mend] : kinds)
            if (each.starts_with(kind)) findings.add(rule, file, 0, "the library takes " + each + " from elsewhere", std::string(mend));
}

}  // namespace porteur::plugin_tool
