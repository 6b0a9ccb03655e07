// SPDX-License-Identifier: Apache-2.0
// What can be said of a descriptor alone.
#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "lint_findings.hpp"
#include "settings/descriptor_toml.hpp"
#include "settings/toml_reader.hpp"
#include "settings/told_descriptor.hpp"

namespace porteur::plugin_tool {
namespace {

/// "file:7:11: text": the place, and what follows it.
std::pair<std::uint32_t, std::string> parted(std::string_view finding, std::string_view file) {
    if (finding.starts_with(file)) finding.remove_prefix(file.size());
    std::uint32_t line = 0;
    if (finding.starts_with(':')) {
        const auto read = std::from_chars(finding.data() + 1, finding.data() + finding.size(), line);
        if (read.ec == std::errc{}) finding.remove_prefix(static_cast<std::size_t>(read.ptr - finding.data()));
        const auto text = finding.find(": ");
        if (text != finding.npos) finding.remove_prefix(text + 2);
    }
    return {line, std::string(finding)};
}

/// The strict reader's words, "what; what to do", in two.
void add_reading(std::string_view rule, const std::string& finding, const std::string& file, Findings& findings) {
    auto [line, text] = parted(finding, file);
    const auto cut = text.rfind("; ");
    auto mend = cut == text.npos ? std::string("see docs/plugins/tutorial.md, or the descriptors beside it") : text.substr(cut + 2);
    if (mend.starts_with("did you mean ")) mend = "write " + mend.substr(13, mend.find('?') - 13);
    else if (mend.starts_with("known are: ")) mend = "take it out, or write one of: " + mend.substr(11);
    findings.add(rule, file, line, text.substr(0, cut), mend);
}

std::vector<std::string> parts_of(std::string_view text, char between) {
    std::vector<std::string> out;
    for (std::size_t from = 0; from <= text.size();) {
        const auto end = std::min(text.find(between, from), text.size());
        out.emplace_back(text.substr(from, end - from));
        from = end + 1;
    }
    return out;
}

template <class List>
bool contains(const List& list, std::string_view word) {
    return std::ranges::find(list, word) != std::end(list);
}

// ---- secrets among settings

bool sounds_secret(const SettingSpec& setting) {
    static constexpr auto words = std::to_array<std::string_view>({"password", "passwd", "passphrase", "secret", "token", "credential", "credentials", "apikey", "pin", "jwt"});
    if (setting.type != SettingType::text) return false;
    const auto parts = parts_of(setting.name, '_');
    if (std::ranges::any_of(parts, [](const auto& part) { return contains(words, part); })) return true;
    // "key" alone may be anything's; an API's or a private one is a secret.
    return parts.size() > 1 && parts.back() == "key";
}

void check_settings(const LintDescriptor& in, Findings& findings) {
    for (const auto& each : in.about.settings)
        if (sounds_secret(each))
            findings.add(
                "setting-holds-secret", in.file, in.line_of({"settings", each.name}), fmt::format("the setting {} sounds like a secret, and settings are shown to people", each.name),
                fmt::format("write [secrets.{}] instead, and name it in [auth] or with .secret(...)", each.name)
            );
}

// ---- who may be reached

/// What is left of a host whatever the settings say: "{tenant}.acme.example" gives ".acme.example".
std::string fixed_end(const std::string& host, const Descriptor& about) {
    std::string out = host;
    for (auto close = out.rfind('}'); close != out.npos; close = out.rfind('}')) {
        const auto open = out.rfind('{', close);
        if (open == out.npos) break;
        const auto* setting = find_named(about.settings, out.substr(open + 1, close - open - 1));
        const bool is_free = setting == nullptr || setting->type == SettingType::text;
        // A choice is as narrow as its narrowest words; the host takes no other.
        if (!is_free && !setting->allowed.empty())
            out.replace(open, close - open + 1, *std::ranges::min_element(setting->allowed, {}, [](const std::string& each) { return std::ranges::count(each, '.'); }));
        else
            return out.substr(close + 1);
    }
    return out;
}

bool is_too_wide(const std::string& host, const Descriptor& about) {
    // Where anybody gets a name of their own. Not the whole list of such suffixes: what carriers are likely to stand at.
    static constexpr auto shared = std::to_array<std::string_view>(
        {"co.uk", "com.au", "co.nz", "co.jp", "com.br", "amazonaws.com", "cloudfront.net", "azurewebsites.net", "azure.com", "herokuapp.com", "appspot.com",
         "github.io", "pages.dev", "workers.dev", "vercel.app", "netlify.app", "ngrok.io", "run.app"}
    );
    auto end = fixed_end(host, about);
    const bool is_part = end.size() != host.size() || end.starts_with('.');
    if (end.starts_with('.')) end.erase(0, 1);
    if (end == "localhost" || end == "127.0.0.1" || end == "::1") return false;
    if (std::ranges::count(end, '.') < 1) return true;
    return contains(shared, end) && (is_part || end == host);
}

bool anybody_has_one_at(std::string_view domain) {
    static constexpr auto providers = std::to_array<std::string_view>(
        {"gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "yahoo.ca", "yahoo.fr", "icloud.com", "me.com", "aol.com",
         "proton.me", "protonmail.com", "gmx.com", "gmx.de", "mail.com", "zoho.com", "yandex.com", "orange.fr", "videotron.ca", "sympatico.ca"}
    );
    return contains(providers, domain) || std::ranges::count(domain, '.') < 1;
}

void check_reach(const LintDescriptor& in, Findings& findings) {
    const auto& about = in.about;
    for (const auto& each : about.http.hosts)
        if (is_too_wide(each, about))
            findings.add(
                "host-too-wide", in.file, in.line_of({"http", "hosts"}), fmt::format("{} may be a machine of anybody's", quoted(each)),
                "name the carrier's hosts whole, or make the setting in it a choice of the hosts there are"
            );
    for (const auto& each : about.mail.domains)
        if (anybody_has_one_at(each))
            findings.add("mail-too-wide", in.file, in.line_of({"mail", "domains"}), fmt::format("anybody can have an address at {}", quoted(each)), "name the desk's own address in mail.addresses");
    if (!about.http.hosts.empty() && !about.http.rate)
        findings.add("rate-missing", in.file, in.line_of({"http"}), "[http] has no rate, so that requests leave as fast as they come", R"(write rate = "10/s", or what the carrier's documents allow)");
}

// ---- what is promised

void check_operations(const LintDescriptor& in, Findings& findings) {
    for (const auto& each : in.about.operations)
        if ((each.idempotency == Idempotency::query || each.idempotency == Idempotency::list) && !each.settle)
            findings.add(
                "settle-missing", in.file, in.line_of({"operations", each.name}), fmt::format("{} is looked up after a lost outcome, at once: the carrier may still act", each.name),
                R"(write settle = "30s", how long a request may still become real after it was lost sight of)"
            );
}

void check_exemptions(const LintDescriptor& in, Findings& findings) {
    for (const auto& each : in.about.exemptions) {
        const auto words = std::ranges::count_if(parts_of(each.reason, ' '), [](const auto& word) { return !word.empty(); });
        if (words < 4)
            findings.add("exempt-without-reason", in.file, in.line_of({"exempt"}), fmt::format("the exemption from {} says {}", each.rule, quoted(each.reason)), "say in a sentence why the check does not fit the carrier, and where one can look it up");
    }
}

void check_limitations(const LintDescriptor& in, Findings& findings) {
    if (in.about.limitations.empty())
        findings.add("limitation-missing", in.file, 1, "there is no [[limitation]]", "say what the carrier cannot do, in a sentence each; where there is nothing, exempt the plugin from C4 and say why");
}

void check_french(const LintDescriptor& in, Findings& findings) {
    const auto& about = in.about;
    const auto has_help = [](const auto& each) { return !each.help_fr.empty(); };
    const auto has_text = [](const auto& each) { return !each.text_fr.empty(); };
    const bool is_translated = std::ranges::any_of(about.settings, has_help) || std::ranges::any_of(about.secrets, has_help) || std::ranges::any_of(about.limitations, has_text);
    if (!is_translated) return;
    const auto add = [&](std::uint32_t line, const std::string& what, const char* key) {
        findings.add("french-missing", in.file, line, what + " has no French, and others have", fmt::format("write {} = \"...\"", key));
    };
    for (const auto& each : about.settings)
        if (!has_help(each)) add(in.line_of({"settings", each.name}), "the setting " + each.name, "help_fr");
    for (const auto& each : about.secrets)
        if (!has_help(each)) add(in.line_of({"secrets", each.name}), "the secret " + each.name, "help_fr");
    for (const auto& each : about.limitations)
        if (!has_text(each)) add(in.line_of({"limitation"}), "the limitation " + quoted(each.text, 40), "text_fr");
}

}  // namespace

std::uint32_t LintDescriptor::line_of(std::initializer_list<std::string_view> way) const {
    if (!root) return 1;
    const auto* at = &*root;
    std::uint32_t line = 1;
    for (const auto& key : way) {
        const auto found = std::ranges::find(at->children, key, &TomlNode::key);
        if (found == at->children.end()) break;
        at = &*found;
        line = at->key_at.line;
    }
    return line;
}

LintDescriptor lint_reading(const LintFile& file, Findings& findings) {
    LintDescriptor out;
    out.file = file.name;
    auto root = parse_toml(file.text, file.name);
    if (!root) {
        add_reading("descriptor-unreadable", root.error().message, file.name, findings);
        return out;
    }
    out.root = std::move(*root);
    TomlReading reading{file.name, {}};
    TableReader in{reading, &*out.root, ""};
    read_descriptor(in, out.about);
    in.finish();
    for (const auto& each : reading.findings()) add_reading(each.find(": unknown key ") != each.npos ? "unknown-key" : "descriptor-value", each, file.name, findings);
    return out;
}

void lint_descriptor(const LintDescriptor& descriptor, Findings& findings) {
    check_settings(descriptor, findings);
    check_reach(descriptor, findings);
    check_operations(descriptor, findings);
    check_limitations(descriptor, findings);
    check_french(descriptor, findings);
    check_exemptions(descriptor, findings);
}

}  // namespace porteur::plugin_tool
