// SPDX-License-Identifier: Apache-2.0
#include "plugin_pages.hpp"

#include <algorithm>
#include <fstream>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <porteur/reason.hpp>

#include "settings/told_descriptor.hpp"
#include "settings/units.hpp"

namespace porteur::plugin_tool {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view made_mark = "<!-- Made by `porteur plugin docs` from what the plugins say of themselves; change that, and make it anew. -->\n";

// ---- Markdown

/// A text as it stands in a cell: what Markdown would read as its own is marked.
std::string cell(std::string_view text) {
    std::string out;
    for (const char letter : text) {
        if (letter == '|' || letter == '*' || letter == '_' || letter == '`' || letter == '<' || letter == '[' || letter == '\\') out += '\\';
        out += letter == '\n' ? ' ' : letter;
    }
    return out;
}
std::string code(std::string_view text) {
    std::string out = "`";
    for (const char letter : text) {
        if (letter == '|') out += '\\';
        out += letter == '\n' ? ' ' : letter;
    }
    return text.empty() ? std::string() : out + "`";
}
template <class List>
std::string codes(const List& list) {
    std::string out;
    for (const auto& each : list) out += (out.empty() ? "" : ", ") + code(each);
    return out;
}

using Rows = std::vector<std::vector<std::string>>;

/// A table; nothing where it would have no rows.
std::string table(const std::vector<std::string>& heads, const Rows& rows) {
    if (rows.empty()) return {};
    auto out = fmt::format("| {} |\n|", fmt::join(heads, " | "));
    for (std::size_t at = 0; at < heads.size(); ++at) out += "---|";
    out += '\n';
    for (const auto& row : rows) out += fmt::format("| {} |\n", fmt::join(row, " | "));
    return out;
}

std::string duration(const std::optional<std::chrono::milliseconds>& length) { return length ? duration_text(*length) : std::string(); }

std::string rate_text(const Rate& rate) {
    return fmt::format("{} request{} in {}", rate.count, rate.count == 1 ? "" : "s", duration_text(rate.per));
}

// ---- one plugin

std::string head_of(const Descriptor& about) {
    auto out = fmt::format(
        "# {}\n\nPlugin {}, version {}, interface {}.{}.", about.name, code(about.id), about.version, about.abi_major, about.abi_minor
    );
    out += about.countries.empty() ? " Countries: any." : fmt::format(" Countries: {}.", fmt::join(about.countries, ", "));
    std::string links;
    for (const auto& [name, link] : about.links) links += fmt::format("{}[{}]({})", links.empty() ? " Links: " : ", ", name, link);
    return out + links + (links.empty() ? "\n" : ".\n");
}

std::string operations_of(const Descriptor& about) {
    Rows rows;
    for (const auto& each : about.operations)
        rows.push_back({code(each.name), cell(guarantee_text(each)), duration(each.typical), duration(each.worst)});
    return "\n## What it can do\n\n" + table({"operation", "what is sure of it", "decided, usually", "at worst"}, rows);
}

std::string bounds_of(const SettingSpec& setting) {
    const auto told = [&](std::int64_t value) {
        return setting.type == SettingType::duration ? duration_text(std::chrono::seconds(value)) : std::to_string(value);
    };
    if (!setting.allowed.empty()) return codes(setting.allowed);
    if (setting.min && setting.max) return told(*setting.min) + " to " + told(*setting.max);
    if (setting.min) return "at least " + told(*setting.min);
    if (setting.max) return "at most " + told(*setting.max);
    return "";
}

std::string settings_of(const Descriptor& about) {
    Rows rows;
    for (const auto& each : about.settings) {
        const auto fallback = default_text(each);
        const bool is_value = each.fallback && !each.required;
        rows.push_back({code(each.name), std::string(name_of(each.type)), is_value ? code(fallback) : fallback, bounds_of(each), "no", cell(each.help)});
    }
    for (const auto& each : about.secrets) rows.push_back({code(each.name), "secret", each.optional ? "optional" : "required", "", "yes", cell(each.help)});
    return "\n## Settings\n\n" + (rows.empty() ? std::string("None.\n")
                                               : "An account gives those that are no secret below `[settings]`, and names where the secrets stand below `[secrets]`.\n\n" +
                                                     table({"name", "type", "default", "values", "secret", "what it is"}, rows));
}

std::string sign_in_of(const Descriptor& about) {
    const auto& auth = about.auth;
    auto out = "\n## How it signs in\n\n" + code(name_of(auth.scheme)) + ": ";
    switch (auth.scheme) {
        case AuthScheme::none: out += "the host sends no credentials"; break;
        case AuthScheme::basic: out += "user " + code(auth.user) + ", password " + code(auth.password); break;
        case AuthScheme::bearer: out += "token " + code(auth.token); break;
        case AuthScheme::header: out += "token " + code(auth.token) + " in the field " + code(auth.header); break;
        case AuthScheme::oauth2_client_credentials:
        case AuthScheme::oauth2_jwt_bearer:
            out += "client " + code(auth.client_id) + " with " + code(auth.client_secret);
            if (!auth.jwt.empty()) out += ", assertion " + code(auth.jwt);
            out += ", at " + code(auth.token_url);
            if (!auth.scope.empty()) out += ", scope " + code(auth.scope);
            break;
    }
    return out + (auth.scheme == AuthScheme::none ? ".\n" : ". These are names of secrets; the plugin never sees their values.\n");
}

std::string reach_of(const Descriptor& about) {
    Rows rows;
    const auto& http = about.http;
    if (!about.base_url.empty()) rows.push_back({"address", code(about.base_url)});
    if (!http.hosts.empty()) {
        rows.push_back({"hosts", codes(http.hosts)});
        rows.push_back({"rate", http.rate ? "at most " + rate_text(*http.rate) : "no limit of its own"});
        rows.push_back({"time for an answer", duration_text(http.timeout)});
        rows.push_back({"size of an answer", "at most " + size_text(http.response_size_max_bytes)});
        std::vector<std::string> again;
        if (http.retry.safe) again.emplace_back("what only reads");
        if (http.retry.keyed) again.emplace_back("what has a key");
        rows.push_back(
            {"sent again", again.empty() || http.retry.times == 0
                               ? "nothing"
                               : fmt::format("{}, up to {} times, after {} to {}", fmt::join(again, " and "), http.retry.times, duration_text(http.retry.first), duration_text(http.retry.max))}
        );
    }
    if (!about.mail.addresses.empty()) rows.push_back({"mail to", codes(about.mail.addresses)});
    if (!about.mail.domains.empty()) rows.push_back({"mail to anybody at", codes(about.mail.domains)});
    if (about.webhook)
        rows.push_back({"told by the carrier", "believed by " + code(about.webhook->verify) + " in " + code(about.webhook->header) + " with the secret " + code(about.webhook->secret)});
    return "\n## What it may reach\n\n" + (rows.empty() ? std::string("Nothing: it asks persons.\n") : table({"what", "how"}, rows));
}

std::string limits_of(const Descriptor& about) {
    std::string out = "\n## What the carrier cannot do\n\n";
    for (const auto& each : about.limitations) out += "- " + cell(each.text) + (each.since.empty() ? "" : " (since " + each.since + ")") + "\n";
    if (about.limitations.empty()) out += "Not told.\n";
    if (about.exemptions.empty()) return out;
    out += "\n## Checks that do not fit it\n\n";
    for (const auto& each : about.exemptions) out += "- " + code(each.rule) + ": " + cell(each.reason) + "\n";
    return out;
}

/// Whether the reason's name stands in the text as a word of its own.
bool names(std::string_view text, std::string_view reason) {
    const auto is_part = [&](std::size_t at) {
        return at < text.size() && ((text[at] >= 'A' && text[at] <= 'Z') || (text[at] >= 'a' && text[at] <= 'z') || text[at] == '_');
    };
    for (auto at = text.find(reason); at != text.npos; at = text.find(reason, at + 1))
        if ((at == 0 || !is_part(at - 1)) && !is_part(at + reason.size())) return true;
    return false;
}

std::string reasons_of(const std::vector<DescribedWord>& words) {
    Rows rows;
    for (const auto& [reason, text] : detail::reason_texts) {
        std::string theirs;
        for (const auto& each : words)
            if (names(each.means, text)) theirs += (theirs.empty() ? "" : ", ") + code(each.word);
        if (!theirs.empty()) rows.push_back({code(text), theirs});
    }
    if (rows.empty()) return {};
    return "\n## Reasons of a refusal\n\nWhat the carrier says, under the reason that an order gets.\n\n" + table({"reason", "words of the carrier"}, rows);
}

std::string words_of(const std::vector<DescribedWord>& words) {
    if (words.empty()) return {};
    std::string out = "\n## Words of the carrier\n\nEach that the plugin knows, and the test that tries it.\n";
    for (auto from = words.begin(); from != words.end();) {
        const auto to = std::find_if(from, words.end(), [&](const auto& each) { return each.kind != from->kind; });
        out += "\n### " + cell(from->kind) + "\n\n";
        Rows rows;
        for (; from != to; ++from) rows.push_back({code(from->word), cell(from->means), code(from->test)});
        out += table({"word", "means", "test"}, rows);
    }
    return out;
}

// ---- all of them

std::string short_guarantee(const OperationSpec& operation) {
    if (operation.pure) return "pure";
    if (!changes_something(operation.name)) return "reads";
    switch (operation.idempotency) {
        case Idempotency::key: return "key";
        case Idempotency::query:
        case Idempotency::list: return "once, looked up";
        case Idempotency::none: break;
    }
    return "once, by a person";
}

std::string ways_of(const Descriptor& about) {
    std::vector<std::string> ways;
    if (!about.base_url.empty() || !about.http.hosts.empty()) ways.emplace_back("API");
    if (!about.mail.addresses.empty() || !about.mail.domains.empty()) ways.emplace_back("mail");
    if (about.webhook) ways.emplace_back("webhook");
    if (ways.empty()) ways.emplace_back("persons");
    return fmt::format("{}", fmt::join(ways, ", "));
}

std::string limit_of(const Descriptor& about) { return about.http.rate ? rate_text(*about.http.rate) : std::string("-"); }

}  // namespace

std::string page_of(const PluginFile& plugin) {
    const auto& about = plugin.about;
    return std::string(made_mark) + head_of(about) + operations_of(about) + settings_of(about) + sign_in_of(about) + reach_of(about) +
           limits_of(about) + reasons_of(plugin.words) + words_of(plugin.words);
}

std::string matrix_of(std::vector<PluginFile> plugins) {
    std::ranges::sort(plugins, {}, [](const PluginFile& each) { return each.about.id; });
    std::vector<std::string> heads{"operation"};
    for (const auto& each : plugins) heads.push_back(fmt::format("[{}](carriers/{}.md)", each.about.id, each.about.id));

    Rows rows;
    for (const auto& operation : interface_operations) {
        std::vector<std::string> row{code(operation.name)};
        for (const auto& each : plugins) {
            const auto* has = find_named(each.about.operations, operation.name);
            row.push_back(has ? short_guarantee(*has) : "-");
        }
        rows.push_back(std::move(row));
    }
    auto out = std::string(made_mark) +
               "# What each plugin can do\n\n"
               "`pure` asks nobody, `reads` changes nothing. Of what changes something: `key` is sent again under the same key after a lost\n"
               "answer; `once, looked up` is looked up first, and sent again only where it certainly is not there; `once, by a person` is\n"
               "never sent again by itself. `-`: the plugin does not have it.\n\n" +
               table(heads, rows);

    rows.clear();
    const auto add = [&](const char* what, std::string (*told)(const Descriptor&)) {
        std::vector<std::string> row{what};
        for (const auto& each : plugins) row.push_back(told(each.about));
        rows.push_back(std::move(row));
    };
    add("carrier", [](const Descriptor& about) { return cell(about.name); });
    add("version", [](const Descriptor& about) { return about.version; });
    add("countries", [](const Descriptor& about) { return about.countries.empty() ? std::string("any") : fmt::format("{}", fmt::join(about.countries, " ")); });
    add("works by", ways_of);
    add("signs in by", [](const Descriptor& about) { return code(name_of(about.auth.scheme)); });
    add("rate", limit_of);
    add("settings, secrets", [](const Descriptor& about) { return fmt::format("{}, {}", about.settings.size(), about.secrets.size()); });
    add("limitations told", [](const Descriptor& about) { return std::to_string(about.limitations.size()); });
    heads.front() = "of the plugin";
    return out + "\n" + table(heads, rows);
}

std::map<std::string, std::string> pages_of(const std::vector<PluginFile>& plugins) {
    std::map<std::string, std::string> out;
    for (const auto& each : plugins) out["carriers/" + each.about.id + ".md"] = page_of(each);
    out["matrix.md"] = matrix_of(plugins);
    return out;
}

// ---- what is there, and what should be

namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> out;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        out.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

/// Pages in the folder of carriers that these commands have made.
std::vector<fs::path> made_pages(const fs::path& folder) {
    std::vector<fs::path> out;
    std::error_code trouble;
    for (const auto& each : fs::directory_iterator(folder / "carriers", trouble)) {
        if (each.path().extension() != ".md") continue;
        const auto text = bytes_of(each.path());
        if (text && text->starts_with(made_mark)) out.push_back(each.path());
    }
    std::ranges::sort(out);
    return out;
}

std::optional<StalePage> compared(const fs::path& path, const std::string& wanted) {
    const auto text = bytes_of(path);
    if (!text) return StalePage{path, "it is not there\n"};
    auto difference = difference_of(*text, wanted);
    if (difference.empty()) return std::nullopt;
    return StalePage{path, std::move(difference)};
}

}  // namespace

std::string difference_of(std::string_view is, std::string_view should_be) {
    if (is == should_be) return {};
    const auto old_lines = lines_of(is), new_lines = lines_of(should_be);
    // What is alike at both ends is most of a page.
    std::size_t begin = 0, old_end = old_lines.size(), new_end = new_lines.size();
    while (begin < old_end && begin < new_end && old_lines[begin] == new_lines[begin]) ++begin;
    while (old_end > begin && new_end > begin && old_lines[old_end - 1] == new_lines[new_end - 1]) --old_end, --new_end;
    const auto rows = old_end - begin, columns = new_end - begin;
    // The longest common part of what is left, from each place to the ends. A page that is another altogether is shown
    // as such: the table would have no end.
    static constexpr std::size_t cells_max = 4'000'000;
    std::vector<std::uint32_t> longest;
    const bool is_small = (rows + 1) * (columns + 1) <= cells_max;
    if (is_small) {
        longest.assign((rows + 1) * (columns + 1), 0);
        for (auto row = rows; row-- > 0;)
            for (auto column = columns; column-- > 0;)
                longest[row * (columns + 1) + column] = old_lines[begin + row] == new_lines[begin + column]
                                                            ? longest[(row + 1) * (columns + 1) + column + 1] + 1
                                                            : std::max(longest[(row + 1) * (columns + 1) + column], longest[row * (columns + 1) + column + 1]);
    }
    std::string out;
    std::size_t row = 0, column = 0, said = begin + rows + 1;
    const auto say = [&](char sign, std::string_view line) {
        if (said != row + begin) out += fmt::format("@ line {}\n", row + begin + 1);
        out += sign;
        out.append(line).append(1, '\n');
        said = row + begin + (sign == '-' ? 1 : 0);
    };
    while (row < rows || column < columns) {
        if (is_small && row < rows && column < columns && old_lines[begin + row] == new_lines[begin + column]) {
            ++row, ++column;
        } else if (row < rows && (column == columns || !is_small || longest[(row + 1) * (columns + 1) + column] >= longest[row * (columns + 1) + column + 1])) {
            say('-', old_lines[begin + row]);
            ++row;
        } else {
            say('+', new_lines[begin + column]);
            ++column;
        }
    }
    return out.empty() ? "its last line has no end, or one too many\n" : out;
}

Result<std::optional<StalePage>> stale_page(const fs::path& library, const fs::path& page) {
    const auto plugin = read_plugin_file(library);
    if (!plugin) return std::unexpected(plugin.error());
    return compared(page, page_of(*plugin));
}

std::vector<StalePage> stale_pages(const std::vector<PluginFile>& plugins, const fs::path& folder) {
    std::vector<StalePage> out;
    const auto wanted = pages_of(plugins);
    for (const auto& [name, text] : wanted)
        if (auto stale = compared(folder / name, text)) out.push_back(std::move(*stale));
    for (const auto& each : made_pages(folder))
        if (!wanted.contains("carriers/" + each.filename().string())) out.push_back({each, "there is no such plugin among those given\n"});
    return out;
}

Result<std::vector<fs::path>> write_pages(const std::vector<PluginFile>& plugins, const fs::path& folder) {
    std::vector<fs::path> out;
    const auto wanted = pages_of(plugins);
    std::error_code trouble;
    fs::create_directories(folder / "carriers", trouble);
    for (const auto& [name, text] : wanted) {
        const auto path = folder / name;
        std::ofstream file(path, std::ios::binary);
        file << text;
        if (!file.flush()) return failure(ErrorKind::unavailable, quoted(path.string(), 300) + " cannot be written");
        out.push_back(path);
    }
    for (const auto& each : made_pages(folder))
        if (!wanted.contains("carriers/" + each.filename().string())) fs::remove(each, trouble);
    return out;
}

}  // namespace porteur::plugin_tool
