// SPDX-License-Identifier: Apache-2.0
#include "lint.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <tuple>

#include "lint_findings.hpp"
#include "plugin_file.hpp"

namespace porteur::plugin_tool {
namespace {

namespace fs = std::filesystem;

constexpr auto rules = std::to_array<LintRule>({
    // of the descriptor
    {"descriptor-unreadable", Severity::error, "The descriptor is TOML."},
    {"unknown-key", Severity::error, "The descriptor has no key that nobody reads."},
    {"descriptor-value", Severity::error, "The descriptor says what a host takes."},
    {"setting-holds-secret", Severity::error, "A password, token or key is a secret, and no setting."},
    {"secret-not-used", Severity::warning, "Each secret is used: by `[auth]`, the webhook or the sources."},
    {"host-too-wide", Severity::error, "A host belongs to the carrier, whatever an account's settings say."},
    {"mail-too-wide", Severity::error, "Mail goes to the carrier's domains, and to none that anybody can have an address in."},
    {"rate-missing", Severity::error, "An API has a rate, so that the carrier is not run over."},
    {"settle-missing", Severity::error, "What is looked up after a lost outcome says how long a request may still become real."},
    {"limitation-missing", Severity::warning, "What the carrier cannot do is told to those who choose one."},
    {"french-missing", Severity::warning, "Where some sentences have French beside them, all have."},
    {"exempt-without-reason", Severity::error, "An exemption has a reason that a person can look at, of four words or more."},
    // of both together
    {"operation-not-written", Severity::error, "Each operation of the descriptor is in the library."},
    {"operation-not-declared", Severity::error, "Each operation of the library is in the descriptor."},
    {"setting-not-read", Severity::warning, "Each setting is read somewhere, or stands in an address."},
    {"setting-not-declared", Severity::error, "Each setting that a source reads is in the descriptor."},
    {"lookup-step-not-written", Severity::error, "The step that looks up is there."},
    {"once-without-look-up", Severity::error, "A ONCE step has a request that looks it up."},
    {"safe-change", Severity::warning, "What changes something is not sent in a way that the host repeats by itself."},
    {"keyed-without-key", Severity::error, "A keyed step has a place where the host puts the key."},
    {"key-not-used", Severity::error, "A key that the descriptor promises is sent."},
    {"host-not-listed", Severity::error, "An address in the sources is one that the host lets through."},
    // of the sources
    {"secret-in-source", Severity::error, "No source holds a credential."},
    {"clock", Severity::error, "The time is asked of the host."},
    {"waiting", Severity::error, "Waiting is asked of the host."},
    {"threads", Severity::error, "There are no threads."},
    {"chance", Severity::error, "Chance is asked of the host."},
    {"environment", Severity::error, "Nothing hangs on the machine's environment or language."},
    {"outside", Severity::error, "Files, sockets and programs are the host's."},
    {"output", Severity::error, "Nothing is printed."},
    {"changing-state", Severity::error, "Nothing is kept from one operation to another."},
    {"fill-in", Severity::warning, "What the template left open is filled in."},
});

bool is_left_out(const fs::path& folder) {
    const auto name = folder.filename().string();
    return name.starts_with('.') || name.starts_with("build") || name == "tests" || name == "simulator" || name == "simulators";
}

bool is_source(const fs::path& file) {
    static constexpr auto endings = std::to_array<std::string_view>({".cpp", ".cc", ".cxx", ".c", ".hpp", ".h", ".hh"});
    return std::ranges::find(endings, file.extension().string()) != endings.end() && !file.stem().string().starts_with("simulator");
}

Result<LintSubject> folder_of(const fs::path& folder) {
    LintSubject out;
    auto descriptor = bytes_of(folder / "descriptor.toml");
    if (!descriptor)
        return failure(ErrorKind::invalid_input, quoted(folder.string(), 300) + " has no descriptor.toml; name the folder of one plugin");
    out.descriptor = {(folder / "descriptor.toml").string(), std::move(*descriptor)};
    std::vector<fs::path> files;
    std::error_code trouble;
    for (auto at = fs::recursive_directory_iterator(folder, trouble); at != fs::recursive_directory_iterator(); at.increment(trouble)) {
        if (trouble) return failure(ErrorKind::invalid_input, quoted(folder.string(), 300) + " cannot be read: " + trouble.message());
        if (at->is_directory(trouble) && is_left_out(at->path())) at.disable_recursion_pending();
        else if (at->is_regular_file(trouble) && is_source(at->path())) files.push_back(at->path());
    }
    std::ranges::sort(files);
    for (const auto& each : files) {
        auto text = bytes_of(each);
        if (!text) return std::unexpected(text.error());
        out.sources.push_back({each.string(), std::move(*text)});
    }
    return out;
}

/// Whether a comment there, or on the line above, allows the rule and says why.
bool is_allowed(std::string_view text, std::uint32_t line, const std::string& rule) {
    std::uint32_t at = 1;
    for (std::size_t from = 0; from < text.size() && at <= line; ++at) {
        const auto end = std::min(text.find('\n', from), text.size());
        if (at == line || at + 1 == line) {
            const auto mark = "lint: allow " + rule + ": ";
            const auto found = text.substr(from, end - from).find(mark);
            if (found != text.npos && text.substr(from, end - from).find_first_not_of(" \r", found + mark.size()) != text.npos) return true;
        }
        from = end + 1;
    }
    return false;
}

}  // namespace

std::string_view name_of(Severity severity) noexcept { return severity == Severity::error ? "error" : "warning"; }

std::span<const LintRule> lint_rules() { return rules; }

void Findings::add(std::string_view rule, std::string file, std::uint32_t line, std::string text, std::string mend) {
    const auto* known = std::ranges::find(rules, rule, &LintRule::id);
    if (known == rules.end()) throw std::logic_error("no rule " + std::string(rule));
    found_.push_back({std::string(rule), known->severity, std::move(file), line, std::move(text), std::move(mend)});
}

Result<LintSubject> read_lint_subject(const fs::path& path) {
    std::error_code trouble;
    if (fs::is_directory(path, trouble)) return folder_of(path);
    auto library = read_section(path);
    if (!library) return std::unexpected(library.error());
    LintSubject out;
    out.descriptor = {path.string() + "#descriptor", std::move(library->toml)};
    out.has_sources = false;
    out.library = std::move(library->bytes);
    return out;
}

std::vector<LintFinding> lint(const LintSubject& subject) {
    Findings findings;
    const auto descriptor = lint_reading(subject.descriptor, findings);
    if (descriptor.root) lint_descriptor(descriptor, findings);
    if (subject.has_sources) lint_sources(descriptor, subject.sources, findings);
    else lint_library(descriptor, subject.library, findings);

    auto found = findings.take();
    std::erase_if(found, [&](const LintFinding& each) {
        if (each.file == subject.descriptor.name) return is_allowed(subject.descriptor.text, each.line, each.rule);
        const auto source = std::ranges::find(subject.sources, each.file, &LintFile::name);
        return source != subject.sources.end() && is_allowed(source->text, each.line, each.rule);
    });
    std::ranges::sort(found, {}, [](const LintFinding& each) { return std::tie(each.file, each.line, each.rule, each.text); });
    const auto twice = std::ranges::unique(found);
    found.erase(twice.begin(), twice.end());
    return found;
}

}  // namespace porteur::plugin_tool
