// SPDX-License-Identifier: Apache-2.0
// L: what the file says of itself, before any of it runs.
#include <sys/stat.h>

#include <algorithm>
#include <array>

#include <porteur/plugin.h>

#include "conformance/check.hpp"
#include "plugins/elf_library.hpp"
#include "plugins/library_scan.hpp"
#include "plugins/library_store.hpp"
#include "settings/descriptor_toml.hpp"

namespace porteur::conformance {
namespace {

constexpr std::size_t size_max_bytes = 64 << 20;

/// The file's own words, or why it cannot be read; the checks that ask it say so themselves.
Result<ElfLibrary> elf(const Subject& subject) { return read_elf_library(subject.bytes, PORTEUR_DESCRIPTOR_SECTION); }

template <class Judge>
Outcome judged(const Subject& subject, Judge judge) {
    const auto library = elf(subject);
    if (!library) return failed("the file " + library.error().message);
    return judge(*library);
}

std::string listed(const std::vector<std::string_view>& names) {
    std::string out;
    for (std::size_t at = 0; at < std::min<std::size_t>(names.size(), 5); ++at) out += (at ? ", " : "") + std::string(names[at]);
    if (names.size() > 5) out += " and " + std::to_string(names.size() - 5) + " more";
    return out;
}

Outcome is_an_own_file(const Subject& subject) {
    std::error_code trouble;
    if (std::filesystem::is_symlink(subject.library, trouble)) return failed("it is a symbolic link: name the file itself");
    struct stat about {};
    if (::stat(subject.library.c_str(), &about) != 0 || !S_ISREG(about.st_mode)) return failed("it is no regular file");
    if (const auto fits = check_owner(subject.library, "the file", about.st_uid, about.st_mode, false); !fits) return failed(fits.error().text());
    return passed();
}

Outcome is_elf(const Subject& subject) {
    return judged(subject, [](const ElfLibrary&) { return passed(); });
}

Outcome has_section(const Subject& subject) {
    return judged(subject, [](const ElfLibrary& library) {
        if (!library.section) return failed("there is no section " PORTEUR_DESCRIPTOR_SECTION ": make the library with porteur_add_plugin");
        return passed();
    });
}

Outcome has_valid_descriptor(const Subject& subject) {
    return judged(subject, [](const ElfLibrary& library) {
        if (!library.section) return failed("there is no descriptor");
        const auto read = parse_descriptor(*library.section, "descriptor.toml");
        return read ? passed() : failed(read.error().message);
    });
}

Outcome exports_one_symbol(const Subject& subject) {
    return judged(subject, [](const ElfLibrary& library) {
        if (library.exported.size() == 1 && library.exported.front() == PORTEUR_ENTRY_SYMBOL) return passed();
        if (library.exported.empty()) return failed("it exports nothing: end the source with PORTEUR_PLUGIN(...), and link it with the SDK's plugin.version");
        return failed("it exports " + listed(library.exported) + ", wanted " PORTEUR_ENTRY_SYMBOL " alone: link it with the SDK's plugin.version");
    });
}

Outcome has_no_unique_symbol(const Subject& subject) {
    return judged(subject, [](const ElfLibrary& library) {
        return library.unique.empty() ? passed() : failed(listed(library.unique) + " would keep it from unloading: link it with the SDK's plugin.version");
    });
}

/// The scan names the first that is wrong, and looks no further.
Outcome not_looked_at(const LibraryRefusal& before) { return nothing("not looked at, as the scan stopped before: " + before.text()); }

/// What the scan refuses among imports; and what it only notes.
Outcome imports_nothing_forbidden(const Subject& subject) {
    const auto scanned = scan_library(subject.bytes);
    if (scanned) return passed();
    if (scanned.error().field != "an import") return not_looked_at(scanned.error());
    return failed("it imports " + scanned.error().found + ", wanted " + scanned.error().wanted + ": " + scanned.error().mend);
}

Outcome imports_no_clock_or_chance(const Subject& subject) {
    const auto scanned = scan_library(subject.bytes);
    if (!scanned) return not_looked_at(scanned.error());
    if (scanned->findings.empty()) return passed();
    std::string found;
    for (const auto& each : scanned->findings) found += (found.empty() ? "" : ", ") + each;
    return failed("it takes " + found + " from elsewhere, which a replay finds otherwise: ask the host with now(), sleep_for() and random_hex()");
}

Outcome needs_the_runtime_alone(const Subject& subject) {
    const auto scanned = scan_library(subject.bytes);
    if (scanned) return passed();
    // What the scan looks at after the libraries.
    static constexpr std::array later{"the run path", "the code", "the stack", "an import"};
    if (std::ranges::find(later, scanned.error().field) != later.end()) return passed();
    if (scanned.error().field != "a library it needs") return not_looked_at(scanned.error());
    return failed("it needs " + scanned.error().found + ": " + scanned.error().mend);
}

Outcome has_no_run_path(const Subject& subject) {
    return judged(subject, [](const ElfLibrary& library) {
        return library.run_path.empty() ? passed() : failed("it looks for libraries in " + std::string(library.run_path) + ": link without -rpath");
    });
}

Outcome has_no_text_relocations(const Subject& subject) {
    return judged(subject, [](const ElfLibrary& library) { return library.text_relocations ? failed("compile with -fPIC") : passed(); });
}

Outcome has_no_executable_stack(const Subject& subject) {
    return judged(subject, [](const ElfLibrary& library) { return library.executable_stack ? failed("link with -Wl,-z,noexecstack") : passed(); });
}

Outcome is_not_too_large(const Subject& subject) {
    if (subject.bytes.size() <= size_max_bytes) return passed();
    return failed("it has " + std::to_string(subject.bytes.size() >> 20U) + " MB, at most 64 are taken: strip it");
}

Outcome says_what_happens_after_a_lost_outcome(const Subject& subject) {
    static constexpr std::array asked{"submit_port", "supplement_port", "cancel_port", "activate_port", "purchase", "cancel_purchase", "release_numbers", "reserve_numbers"};
    std::size_t tried = 0;
    for (const auto& each : subject.descriptor.operations) {
        if (std::ranges::find(asked, each.name) == asked.end()) continue;
        ++tried;
        const auto in = "[operations." + each.name + "] ";
        if (each.idempotency == Idempotency::query || each.idempotency == Idempotency::list) {
            if (each.lookup_step.empty()) return failed(in + "names no lookup_step");
            if (!each.settle) return failed(in + "says no settle: how long a request may still become real after it was lost sight of");
        }
        if (each.idempotency == Idempotency::key && !each.window) return failed(in + "says no window: how long the carrier honours a key");
    }
    return passed(tried);
}

constexpr auto checks = std::to_array<Check>({
    {"L1", "is a regular file that nobody else may change", is_an_own_file},
    {"L2", "is a 64-bit shared library of this machine", is_elf},
    {"L3", "has its descriptor in a section of its own", has_section},
    {"L4", "has a descriptor that says what it may, and nothing else", has_valid_descriptor},
    {"L5", "exports its entry, and nothing else", exports_one_symbol},
    {"L6", "has no symbol that would keep it from unloading", has_no_unique_symbol},
    {"L7", "takes no sockets, files, programs or threads from elsewhere", imports_nothing_forbidden},
    {"L8", "takes no clock, wait, chance, environment or standard output from elsewhere", imports_no_clock_or_chance},
    {"L9", "needs no library but the runtime", needs_the_runtime_alone},
    {"L10", "looks for libraries nowhere of its own", has_no_run_path},
    {"L11", "has code that stays as it is", has_no_text_relocations},
    {"L12", "has a stack that is no code", has_no_executable_stack},
    {"L13", "is not too large", is_not_too_large},
    {"L14", "says of each operation that changes something what happens after a lost outcome", says_what_happens_after_a_lost_outcome},
});

}  // namespace

std::span<const Check> static_checks() { return checks; }

}  // namespace porteur::conformance
