// SPDX-License-Identifier: Apache-2.0
#include "app/plugin_page.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <porteur/model.hpp>

#include "app/accounts.hpp"
#include "app/passing_folder.hpp"
#include "plugins/process_runner.hpp"
#include "settings/account_check.hpp"
#include "settings/data_file.hpp"
#include "settings/described_words.hpp"
#include "settings/descriptor_toml.hpp"
#include "settings/told_descriptor.hpp"
#include "settings/units.hpp"

namespace porteur {
namespace {

namespace fs = std::filesystem;

/// What the plugin asks for before one kind of order goes out.
struct AskedFor {
    std::string action;  ///< "port_in"
    Requirements list;
};

struct Page {
    Descriptor about;
    std::vector<DescribedWord> words;
    std::vector<AskedFor> asked_for;
    std::string nothing_asked;  ///< why asked_for is empty
};

// ---- what the plugin asks for

/// The kinds of orders that a plugin has a part in.
std::vector<std::string> actions_of(const Descriptor& about) {
    std::vector<std::string> actions;
    const auto add = [&](const char* action, std::initializer_list<const char*> operations) {
        for (const auto* each : operations)
            if (find_named(about.operations, each)) return actions.emplace_back(action), void();
    };
    add("port_out", {"preflight", "release_packet", "check_release"});
    add("port_in", {"submit_port"});
    add("purchase", {"purchase"});
    return actions;
}

boost::asio::awaitable<void> ask_each(PluginRunner& plugin, std::string settings, Page& page) {
    if (auto up = co_await plugin.ready(); !up) {
        page.nothing_asked = up.error().message;
        co_return;
    }
    std::uint64_t op = 0;
    for (const auto& action : actions_of(page.about)) {
        RequirementsQuery query;
        query.action = action;
        const auto turn = co_await plugin.begin(
            ++op, "requirements",
            R"({"input":)" + to_text(query) + R"(,"settings":)" + settings + "}"
        );
        plugin.end(op);
        auto list = turn && turn->state == Turn::State::done ? from_text<Requirements>(turn->output)
                                                             : Result<Requirements>(Requirements{});
        if (!turn || turn->state == Turn::State::failed)
            page.nothing_asked = turn ? turn->error.message : turn.error().message;
        else if (!list)
            page.nothing_asked = list.error().message;
        else
            page.asked_for.push_back({action, std::move(*list)});
    }
}

/// Asks the plugin, as an account of its kind would; with the defaults where there is none.
void ask_what_it_wants(const CheckedLibrary& library, const Settings& settings, Page& page) {
    if (!find_named(page.about.operations, "requirements")) {
        page.nothing_asked = "the plugin does not say";
        return;
    }
    AccountSettings account;
    const auto configured =
        std::ranges::find(settings.accounts, page.about.id, &AccountSettings::plugin);
    if (configured != settings.accounts.end()) account = *configured;
    if (const auto wrong = read_data_files(account, page.about);
        !wrong.empty() && configured != settings.accounts.end()) {
        page.nothing_asked = wrong.front();
        return;
    }
    boost::asio::io_context io;
    ProcessOptions options;
    options.memory_max_bytes = settings.plugins.memory_max_bytes;
    options.step_timeout = settings.plugins.step_timeout;
    options.step_cpu_max = settings.plugins.step_cpu_max;
    options.turn_size_max_bytes = settings.plugins.message_size_max_bytes;
    auto plugin = make_process_runner(io.get_executor(), library, std::move(options));
    bool over = false;
    boost::asio::co_spawn(
        io, ask_each(*plugin, resolved_settings_json(account, page.about), page),
        [&](const std::exception_ptr& thrown) {
            if (thrown) page.nothing_asked = "the plugin could not be asked";
            over = true;
        }
    );
    while (!over && io.run_one() > 0) {
    }
    plugin.reset();
    if (configured == settings.accounts.end() && page.asked_for.empty())
        page.nothing_asked +=
            "; what it asks for depends on an account's settings, and none of its kind is "
            "configured";
}

// ---- the page as text

/// Columns as wide as what stands in them; the last one runs on.
void add_rows(
    std::string& out, const std::vector<std::vector<std::string>>& rows,
    std::string_view indent = "  "
) {
    std::vector<std::size_t> widths;
    const auto length = [](const std::string& text) {
        return static_cast<std::size_t>(std::ranges::count_if(text, [](char letter) {
            return (letter & 0xC0) != 0x80;
        }));
    };
    for (const auto& row : rows)
        for (std::size_t column = 0; column + 1 < row.size(); ++column) {
            if (widths.size() <= column) widths.resize(column + 1);
            widths[column] = std::max(widths[column], length(row[column]));
        }
    for (const auto& row : rows) {
        out += indent;
        for (std::size_t column = 0; column < row.size(); ++column) {
            out += row[column];
            if (column + 1 < row.size())
                out += std::string(widths[column] - length(row[column]) + 2, ' ');
        }
        while (out.ends_with(' ')) out.pop_back();
        out += '\n';
    }
}

void add_operations(std::string& out, const Descriptor& about) {
    out += "\nOperations, and what is sure of each\n";
    std::vector<std::vector<std::string>> rows;
    for (const auto& each : about.operations) {
        std::string usual;
        if (each.typical) usual += "usually " + duration_text(*each.typical);
        if (each.worst)
            usual +=
                (usual.empty() ? "" : ", ") + std::string("at worst ") + duration_text(*each.worst);
        rows.push_back(
            {each.name, guarantee_text(each) + (usual.empty() ? "" : " (decided " + usual + ")")}
        );
    }
    add_rows(out, rows);
}

void add_reach(std::string& out, const Descriptor& about) {
    out += "\nWhat it may reach\n";
    const auto rate = about.http.rate ? fmt::format(
                                            "; at most {} requests in {}", about.http.rate->count,
                                            duration_text(about.http.rate->per)
                                        )
                                      : std::string();
    if (!about.http.hosts.empty())
        out += fmt::format("  HTTP  {}{}\n", fmt::join(about.http.hosts, " "), rate);
    for (const auto& each : about.mail.addresses) out += "  mail  " + each + "\n";
    for (const auto& each : about.mail.domains) out += "  mail  anybody at " + each + "\n";
    if (about.webhook)
        out += "  is told by the carrier, believed by " + about.webhook->verify + "\n";
    if (about.http.hosts.empty() && about.mail.addresses.empty() && about.mail.domains.empty() &&
        !about.webhook)
        out += "  nothing: it asks persons\n";
}

void add_asked_for(std::string& out, const Page& page) {
    out += "\nWhat it asks for\n";
    for (const auto& [action, list] : page.asked_for) {
        out += "  " + action + "\n";
        std::vector<std::vector<std::string>> rows;
        for (const auto& each : list.items) {
            std::string rule = each.pattern;
            if (each.age_days_max) rule = fmt::format("at most {} days old", *each.age_days_max);
            rows.push_back(
                {each.required ? "required" : "optional", each.code, each.field, rule, each.label_en
                }
            );
        }
        add_rows(out, rows, "    ");
        for (const auto& note : list.notes_en) out += "    - " + note + "\n";
    }
    if (!page.nothing_asked.empty()) out += "  not told: " + page.nothing_asked + "\n";
}

void add_words(std::string& out, const Page& page) {
    out += "\nWords of the carrier: what each means here, and the test that tries it\n";
    if (page.words.empty()) out += "  none\n";
    for (auto from = page.words.begin(); from != page.words.end();) {
        const auto to = std::find_if(from, page.words.end(), [&](const auto& each) {
            return each.kind != from->kind;
        });
        out += fmt::format("  {} ({})\n", from->kind, to - from);
        std::vector<std::vector<std::string>> rows;
        for (; from != to; ++from) rows.push_back({from->word, from->means, from->test});
        add_rows(out, rows, "    ");
    }
}

std::string text_of(const Page& page) {
    const auto& about = page.about;
    auto out = fmt::format(
        "{}\n{} {}, interface {}.{}; countries: {}\n", about.name, about.id, about.version,
        about.abi_major, about.abi_minor,
        about.countries.empty() ? std::string("any")
                                : fmt::format("{}", fmt::join(about.countries, " "))
    );
    for (const auto& [name, link] : about.links) out += fmt::format("{}: {}\n", name, link);
    if (!about.limitations.empty()) out += "\nWhat it cannot do\n";
    for (const auto& each : about.limitations) out += "  - " + each.text + "\n";

    std::vector<std::vector<std::string>> rows;
    for (const auto& each : about.settings) {
        auto help = each.help;
        if (each.type == SettingType::choice)
            help += fmt::format(" ({})", fmt::join(each.allowed, ", "));
        rows.push_back({each.name, std::string(name_of(each.type)), default_text(each), help});
    }
    out += "\nSettings, which an account may give below [settings]\n";
    if (rows.empty()) out += "  none\n";
    add_rows(out, rows);
    rows.clear();
    for (const auto& each : about.secrets)
        rows.push_back({each.name, each.optional ? "optional" : "required", each.help});
    out += "\nSecrets, which an account names below [secrets]\n";
    if (rows.empty()) out += "  none\n";
    add_rows(out, rows);

    add_operations(out, about);
    add_reach(out, about);
    add_asked_for(out, page);
    add_words(out, page);
    return out;
}

// ---- the page for programs

json::object json_of(const SettingSpec& setting) {
    return {
        {"name", setting.name},
        {"type", std::string(name_of(setting.type))},
        {"required", setting.required},
        {"default", default_text(setting)},
        {"allowed", to_json(setting.allowed)},
        {"help_en", setting.help},
        {"help_fr", setting.help_fr}
    };
}

json::object json_of(const OperationSpec& operation) {
    json::object out{
        {"name", operation.name},
        {"pure", operation.pure},
        {"idempotency", std::string(name_of(operation.idempotency))},
        {"guarantee", guarantee_text(operation)}
    };
    if (!operation.lookup_step.empty()) out["lookup_step"] = operation.lookup_step;
    for (const auto& [name, length] :
         {std::pair{"window", operation.window},
          {"settle", operation.settle},
          {"typical", operation.typical},
          {"worst", operation.worst}})
        if (length) out[name] = length->count() / 1000;
    return out;
}

std::string json_text_of(const Page& page) {
    const auto& about = page.about;
    json::object out{
        {"id", about.id},
        {"name", about.name},
        {"version", about.version},
        {"abi", fmt::format("{}.{}", about.abi_major, about.abi_minor)},
        {"countries", to_json(about.countries)},
        {"links", json::object{}},
        {"settings", json::array{}},
        {"secrets", json::array{}},
        {"operations", json::array{}},
        {"limitations", json::array{}},
        {"reach",
         {{"hosts", to_json(about.http.hosts)},
          {"mail_addresses", to_json(about.mail.addresses)},
          {"mail_domains", to_json(about.mail.domains)},
          {"webhook", about.webhook.has_value()}}},
        {"requirements", json::object{}},
        {"words", json::array{}}
    };
    for (const auto& [name, link] : about.links) out["links"].as_object()[name] = link;
    for (const auto& each : about.settings) out["settings"].as_array().push_back(json_of(each));
    for (const auto& each : about.secrets)
        out["secrets"].as_array().push_back(json::object{
            {"name", each.name},
            {"required", !each.optional},
            {"help_en", each.help},
            {"help_fr", each.help_fr}
        });
    for (const auto& each : about.operations) out["operations"].as_array().push_back(json_of(each));
    for (const auto& each : about.limitations)
        out["limitations"].as_array().push_back(
            json::object{{"text_en", each.text}, {"text_fr", each.text_fr}}
        );
    for (const auto& [action, list] : page.asked_for)
        out["requirements"].as_object()[action] = to_json(list);
    if (!page.nothing_asked.empty()) out["requirements_left_out"] = page.nothing_asked;
    for (const auto& each : page.words)
        out["words"].as_array().push_back(json::object{
            {"kind", each.kind}, {"word", each.word}, {"means", each.means}, {"test", each.test}
        });
    return json::serialize(out) + "\n";
}

}  // namespace

bool names_a_file(const PluginPageWish& wish) {
    return wish.plugin.ends_with(".so") || wish.plugin.find('/') != wish.plugin.npos;
}

Result<std::string> plugin_page(const PluginPageWish& wish, const Settings& settings) {
    PassingFolder folder;
    if (folder.path.empty())
        return failure(
            ErrorKind::unavailable, "no folder can be made in TMPDIR, to look at plugins"
        );
    std::map<std::string, std::vector<DescribedWord>> words;  // by plugin
    CatalogOptions options;
    options.parse = [&](std::string_view toml, std::string_view where) {
        auto about = parse_descriptor(toml, where);
        if (auto read = words_in_descriptor(toml, where); about && read)
            words[about->id] = std::move(*read);
        return about;
    };
    options.store = folder.path;
    std::vector<fs::path> folders = settings.plugins.folders;
    if (names_a_file(wish)) {
        std::error_code unknown;
        folders = {fs::absolute(wish.plugin, unknown).parent_path()};
    } else {
        options.require_root_owned = settings.plugins.require_root_owned;
        options.sha256 = settings.plugins.sha256;
    }
    PluginCatalog catalog(std::move(options));
    catalog.scan(folders);

    const auto wanted = std::ranges::find_if(catalog.libraries(), [&](const auto& each) {
        return names_a_file(wish)
                   ? each.second.origin.filename() == fs::path(wish.plugin).filename()
                   : each.first == wish.plugin;
    });
    if (wanted == catalog.libraries().end()) {
        std::string known, refused;
        for (const auto& [id, library] : catalog.libraries())
            known += (known.empty() ? "" : ", ") + id;
        for (const auto& each : catalog.refusals()) refused += "\nrefused: " + each.text();
        return failure(
            ErrorKind::invalid_input, "there is no plugin " + quoted(wish.plugin, 300) +
                                          "; there are " + (known.empty() ? "none" : known) +
                                          refused
        );
    }
    const auto& library = wanted->second;
    Page page{library.descriptor, std::move(words[library.descriptor.id]), {}, {}};
    ask_what_it_wants(library, settings, page);
    return wish.as_json ? json_text_of(page) : text_of(page);
}

}  // namespace porteur
