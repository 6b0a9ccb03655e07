// SPDX-License-Identifier: Apache-2.0
#include "plugins/library_scan.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <porteur/plugin.h>
#include <porteur/json.hpp>

#include "plugins/canonical_check.hpp"
#include "plugins/elf_library.hpp"

namespace porteur {
namespace {

constexpr std::size_t descriptor_size_max_bytes = 256 << 10;
constexpr std::size_t names_shown_max = 5;
constexpr std::size_t found_size_max_bytes = 1000;

// A prefix that ends in '*' takes every name that begins with it; C++ names are mangled.
struct Suspect {
    std::string_view name;
    std::string_view about;
    bool refused;
};
constexpr auto suspects = std::to_array<Suspect>({
    {"socket", "sockets", true},
    {"socketpair", "sockets", true},
    {"connect", "sockets", true},
    {"bind", "sockets", true},
    {"listen", "sockets", true},
    {"accept", "sockets", true},
    {"accept4", "sockets", true},
    {"getaddrinfo", "sockets", true},
    {"gethostbyname*", "sockets", true},
    {"res_query", "sockets", true},
    {"__res_*", "sockets", true},
    {"open", "files", true},
    {"open64", "files", true},
    {"openat", "files", true},
    {"openat64", "files", true},
    {"__open_2", "files", true},
    {"__open64_2", "files", true},
    {"__openat_2", "files", true},
    {"creat", "files", true},
    {"creat64", "files", true},
    {"fopen", "files", true},
    {"fopen64", "files", true},
    {"freopen*", "files", true},
    {"opendir", "files", true},
    {"tmpfile*", "files", true},
    {"mkstemp*", "files", true},
    {"unlink*", "files", true},
    {"rename*", "files", true},
    {"_ZNSt13basic_filebuf*", "files", true},
    {"_ZNSt14basic_ifstream*", "files", true},
    {"_ZNSt14basic_ofstream*", "files", true},
    {"_ZNSt13basic_fstream*", "files", true},
    {"_ZNSt10filesystem*", "files", true},
    {"execv*", "programs", true},
    {"execl*", "programs", true},
    {"fexecve", "programs", true},
    {"fork", "programs", true},
    {"vfork", "programs", true},
    {"clone", "programs", true},
    {"posix_spawn*", "programs", true},
    {"system", "programs", true},
    {"popen", "programs", true},
    {"ptrace", "programs", true},
    {"kill", "programs", true},
    {"syscall", "raw system calls", true},
    {"dlopen", "code at run time", true},
    {"dlmopen", "code at run time", true},
    {"pthread_create", "threads", true},
    {"thrd_create", "threads", true},
    {"_ZNSt6thread*", "threads", true},
    {"time", "clock", false},
    {"clock", "clock", false},
    {"clock_gettime", "clock", false},
    {"timespec_get", "clock", false},
    {"ftime", "clock", false},
    {"times", "clock", false},
    {"getrusage", "clock", false},
    {"gettimeofday", "clock", false},
    {"localtime*", "clock", false},
    // They read the time zone of whoever runs it.
    {"mktime*", "clock", false},
    {"timelocal*", "clock", false},
    {"tzset", "clock", false},
    {"_ZNSt6chrono3_V2*", "clock", false},
    {"sleep", "wait", false},
    {"usleep", "wait", false},
    {"nanosleep", "wait", false},
    {"clock_nanosleep", "wait", false},
    {"thrd_sleep", "wait", false},
    {"_ZNSt11this_thread*", "wait", false},
    {"poll", "wait", false},
    {"__poll_chk", "wait", false},
    {"ppoll*", "wait", false},
    {"select", "wait", false},
    {"pselect", "wait", false},
    {"epoll_*", "wait", false},
    {"pause", "wait", false},
    {"sigtimedwait", "wait", false},
    {"sigwait*", "wait", false},
    {"rand", "chance", false},
    {"rand_r", "chance", false},
    {"random", "chance", false},
    {"random_r", "chance", false},
    {"drand48", "chance", false},
    {"erand48", "chance", false},
    {"lrand48", "chance", false},
    {"nrand48", "chance", false},
    {"mrand48", "chance", false},
    {"jrand48", "chance", false},
    {"getrandom", "chance", false},
    {"getentropy", "chance", false},
    {"arc4random*", "chance", false},
    {"_ZNSt13random_device*", "chance", false},
    {"getenv", "environment", false},
    {"secure_getenv", "environment", false},
    {"environ", "environment", false},
    {"printf", "standard output", false},
    {"puts", "standard output", false},
    {"putchar", "standard output", false},
    {"stdout", "standard output", false},
    {"stderr", "standard output", false},
    {"_ZSt4cout", "standard output", false},
    {"_ZSt4cerr", "standard output", false},
});

// Everything else could open sockets on the plugin's behalf.
constexpr auto libraries_allowed = std::to_array<std::string_view>({
    "libc.so.6",
    "libm.so.6",
    "libstdc++.so.6",
    "libgcc_s.so.1",
    "libpthread.so.0",
    "ld-linux-x86-64.so.2",
    "ld-linux-aarch64.so.1",
});

const Suspect* suspect_of(std::string_view name) {
    const auto found = std::ranges::find_if(suspects, [&](const Suspect& each) {
        return each.name.ends_with('*')
                   ? name.starts_with(each.name.substr(0, each.name.size() - 1))
                   : name == each.name;
    });
    return found == suspects.end() ? nullptr : &*found;
}

std::string listed(const std::vector<std::string_view>& names) {
    std::string out;
    for (std::size_t index = 0; index < std::min(names.size(), names_shown_max); ++index)
        out += (index ? ", " : "") + quoted(names[index]);
    if (names.size() > names_shown_max)
        out += " and " + std::to_string(names.size() - names_shown_max) + " more";
    return out;
}

std::unexpected<LibraryRefusal> refuse(
    std::string field, std::string wanted, std::string found, std::string mend
) {
    // What was found are a stranger's bytes; the line in which the scan child says so has to stay one.
    return std::unexpected(LibraryRefusal{
        LibraryCheck::content, std::move(field), std::move(wanted), plain_text(found, found_size_max_bytes), std::move(mend)
    });
}

Checked<void> check_symbols(const ElfLibrary& library) {
    constexpr auto mend = "link it with the SDK's plugin.version (porteur_add_plugin does)";
    if (library.exported.empty())
        return refuse(
            "the exported symbol", PORTEUR_ENTRY_SYMBOL, "absent",
            "end the plugin's source with PORTEUR_PLUGIN(...), and link it with the SDK's "
            "plugin.version"
        );
    if (library.exported.size() > 1)
        return refuse(
            "the count of exported symbols", "1 (" PORTEUR_ENTRY_SYMBOL ")",
            std::to_string(library.exported.size()) + " (" + listed(library.exported) + ")", mend
        );
    if (library.exported.front() != PORTEUR_ENTRY_SYMBOL)
        return refuse(
            "the exported symbol", PORTEUR_ENTRY_SYMBOL, quoted(library.exported.front()),
            "build it for ABI major 0"
        );
    if (!library.unique.empty())
        return refuse("the exported symbol", "no unique one", listed(library.unique), mend);
    return {};
}

Checked<void> check_linkage(const ElfLibrary& library) {
    for (const auto& needed : library.needed)
        if (std::ranges::find(libraries_allowed, needed) == libraries_allowed.end())
            return refuse(
                "a library it needs", "the C and C++ runtime only", quoted(needed),
                "link it statically and hidden, or ask the host for an effect"
            );
    if (!library.run_path.empty())
        return refuse("the run path", "none", quoted(library.run_path), "link without -rpath");
    if (library.text_relocations)
        return refuse(
            "the code", "position-independent", "one with text relocations", "compile with -fPIC"
        );
    if (library.executable_stack)
        return refuse("the stack", "not executable", "executable", "link with -Wl,-z,noexecstack");
    return {};
}

Checked<std::vector<std::string>> check_imports(const ElfLibrary& library) {
    std::vector<std::string> findings;
    for (const auto& name : library.imported) {
        const auto* suspect = suspect_of(name);
        if (suspect == nullptr) continue;
        if (suspect->refused)
            return refuse(
                "an import", "no " + std::string(suspect->about), quoted(name),
                "ask the host for an effect instead"
            );
        findings.push_back(std::string(suspect->about) + ": " + plain_text(name, 80));
    }
    return findings;
}

}  // namespace

Checked<LibraryContent> scan_library(std::string_view bytes) {
    const auto library = read_elf_library(bytes, PORTEUR_DESCRIPTOR_SECTION);
    if (!library)
        return refuse(
            "the file", "a 64-bit shared library of this machine",
            "one that " + library.error().message, "build it for this machine, and copy it whole"
        );
    if (!library->section)
        return refuse(
            "the section " PORTEUR_DESCRIPTOR_SECTION, "the plugin's descriptor", "absent",
            "make the library with porteur_add_plugin, which embeds descriptor.toml"
        );
    auto toml = *library->section;
    while (toml.ends_with('\0')) toml.remove_suffix(1);
    if (toml.empty() || toml.size() > descriptor_size_max_bytes)
        return refuse(
            "the size of the descriptor",
            "1 to " + std::to_string(descriptor_size_max_bytes) + " bytes",
            std::to_string(toml.size()), "embed descriptor.toml itself"
        );
    if (!is_utf8(toml))
        return refuse(
            "the descriptor", "UTF-8 text", "other bytes", "save descriptor.toml as UTF-8"
        );

    if (auto fits = check_symbols(*library); !fits) return std::unexpected(std::move(fits).error());
    if (auto fits = check_linkage(*library); !fits) return std::unexpected(std::move(fits).error());
    auto findings = check_imports(*library);
    if (!findings) return std::unexpected(std::move(findings).error());
    return LibraryContent{std::string(toml), std::move(*findings)};
}

std::string scan_line(const Checked<LibraryContent>& outcome) {
    json::object out;
    if (outcome) {
        out["descriptor"] = outcome->descriptor;
        out["findings"] = json::array(outcome->findings.begin(), outcome->findings.end());
    } else {
        const auto& refusal = outcome.error();
        out["field"] = refusal.field;
        out["wanted"] = refusal.wanted;
        out["found"] = refusal.found;
        out["mend"] = refusal.mend;
    }
    return canonical(out);
}

Result<Checked<LibraryContent>> read_scan_line(std::string_view line) {
    const auto value = parse_json(line);
    const auto no_line = [] { return failure(ErrorKind::internal, "not a line of the scan"); };
    if (!value || !value->is_object()) return no_line();
    const auto& object = value->get_object();
    const auto text = [&](std::string_view key) -> std::optional<std::string> {
        const auto* found = object.if_contains(key);
        if (!found || !found->is_string()) return std::nullopt;
        return std::string(found->get_string());
    };
    if (auto descriptor = text("descriptor")) {
        LibraryContent content{std::move(*descriptor), {}};
        const auto* findings = object.if_contains("findings");
        if (!findings || !findings->is_array()) return no_line();
        for (const auto& each : findings->get_array()) {
            if (!each.is_string()) return no_line();
            content.findings.emplace_back(each.get_string());
        }
        return Checked<LibraryContent>(std::move(content));
    }
    auto field = text("field"), wanted = text("wanted"), found = text("found"), mend = text("mend");
    if (!field || !wanted || !found || !mend) return no_line();
    return Checked<LibraryContent>(
        refuse(std::move(*field), std::move(*wanted), std::move(*found), std::move(*mend))
    );
}

}  // namespace porteur
