// SPDX-License-Identifier: Apache-2.0
#include "app/plugin_desk.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <porteur/phrase.hpp>

#include "app/host_words.hpp"
#include "app/logging.hpp"
#include "engine/dry_run.hpp"

namespace porteur {
namespace asio = boost::asio;
namespace {

using host::coded;

std::unexpected<Error> conflict(std::string text) {
    return std::unexpected(coded(ErrorKind::invalid_input, conflict_code, std::move(text)));
}

std::unexpected<Error> not_found(std::string text) {
    return std::unexpected(coded(ErrorKind::invalid_input, not_found_code, std::move(text)));
}

/// After so many deaths a build is not tried on the rest.
constexpr std::uint64_t deaths_max = 20;

PluginBuild build_of(const CheckedLibrary& library, PluginBuild::State state) {
    return {.build = library.build, .version = library.descriptor.version, .state = state,
            .file = library.origin == library.copy ? "" : library.origin.string(), .open_operations = 0};
}

/// Joins the operations that depart at one step for one reason. The whole texts hold what differs from
/// one order to the next, so the first stands for all.
void add_departure(StageReport& report, Departure departure, Id order) {
    const auto found = std::ranges::find_if(report.departures, [&](const auto& each) { return each.step == departure.step && each.fell == departure.fell; });
    if (found != report.departures.end()) {
        found->orders.push_back(order);
        return;
    }
    report.departures.push_back({.step = std::move(departure.step), .text = std::move(departure.text), .fell = departure.fell, .orders = {order}});
}

}  // namespace

// ------------------------------------------------------------------ who asks

Async<Result<std::vector<PluginShown>>> PluginDesk::plugins(Caller) {
    co_return co_await asio::co_spawn(
        parts_.engine_thread, all_shown(), asio::use_awaitable
    );
}

Async<Result<StageReport>> PluginDesk::stage(Caller, std::string plugin) {
    co_return co_await asio::co_spawn(parts_.engine_thread, stage_here(std::move(plugin)), asio::use_awaitable);
}

Async<Result<PluginShown>> PluginDesk::activate(Caller caller, std::string plugin, std::string build) {
    log_info("plugin " + plugin + ": build " + build.substr(0, 12) + " is to be activated, by " + caller.token_name);
    co_return co_await asio::co_spawn(parts_.engine_thread, activate_here(std::move(plugin), std::move(build)), asio::use_awaitable);
}

Async<Result<PluginShown>> PluginDesk::retire(Caller caller, std::string plugin, std::string build) {
    log_info("plugin " + plugin + ": build " + build.substr(0, 12) + " is to be retired, by " + caller.token_name);
    co_return co_await asio::co_spawn(parts_.engine_thread, retire_here(std::move(plugin), std::move(build)), asio::use_awaitable);
}

// ------------------------------------------------------------------ what there is

std::vector<std::string> PluginDesk::accounts_of(const std::string& plugin) const {
    std::vector<std::string> names;
    for (const auto& [name, account] : parts_.accounts.all())
        if (account->configured.plugin == plugin) names.push_back(name);
    return names;
}

Result<CheckedLibrary> PluginDesk::active_of(const std::string& plugin) const {
    if (const auto* active = parts_.accounts.active(plugin); active && !accounts_of(plugin).empty()) return *active;
    return not_found(phrase("no account runs on a plugin {1}; GET /v1/plugins lists those that there are", quoted(plugin, 64)));
}

/// There may be many: they are counted elsewhere than on the engine's thread.
Async<Result<PluginDesk::Counts>> PluginDesk::counts() const {
    co_return co_await asio::co_spawn(
        parts_.worker,
        [&store = parts_.store]() -> Async<Result<Counts>> {
            auto open = store.open_operations();
            if (!open) co_return std::unexpected(std::move(open).error());
            Counts counts;
            for (const auto& each : *open) ++counts[each.build][each.account];
            co_return counts;
        },
        asio::use_awaitable
    );
}

PluginShown PluginDesk::shown(const CheckedLibrary& active, const Counts& counts) const {
    const auto& id = active.descriptor.id;
    PluginShown made{.plugin = id, .name = active.descriptor.name, .accounts = accounts_of(id), .builds = {}};
    made.builds.push_back(build_of(active, PluginBuild::State::active));
    const auto has = [&](const std::string& build) { return std::ranges::find(made.builds, build, &PluginBuild::build) != made.builds.end(); };
    if (const auto staged = staged_.find(id); staged != staged_.end() && !has(staged->second.build))
        made.builds.push_back(build_of(staged->second, PluginBuild::State::staged));
    for (const auto& [build, library] : parts_.accounts.known_builds())
        if (library.descriptor.id == id && !has(build)) {
            made.builds.push_back(build_of(library, PluginBuild::State::draining));
            made.builds.back().file.clear();  // another build may lie there by now
        }
    // Operations of a build whose copy is gone are not passed over.
    for (const auto& [build, of_accounts] : counts) {
        const bool ours = std::ranges::any_of(made.accounts, [&](const auto& name) { return of_accounts.contains(name); });
        if (ours && !has(build)) made.builds.push_back({.build = build, .version = {}, .state = PluginBuild::State::draining, .file = {}});
    }
    // Of all accounts: one that is switched off now may be switched on again.
    for (auto& each : made.builds)
        if (const auto found = counts.find(each.build); found != counts.end())
            for (const auto& [account, count] : found->second) each.open_operations += count;
    return made;
}

Async<Result<PluginShown>> PluginDesk::shown(std::string plugin) const {
    auto counted = co_await counts();
    if (!counted) co_return std::unexpected(std::move(counted).error());
    const auto active = active_of(plugin);
    if (!active) co_return std::unexpected(active.error());
    co_return shown(*active, *counted);
}

Async<Result<std::vector<PluginShown>>> PluginDesk::all_shown() const {
    auto counted = co_await counts();
    if (!counted) co_return std::unexpected(std::move(counted).error());
    std::set<std::string> ids;
    for (const auto& [name, account] : parts_.accounts.all()) ids.insert(account->configured.plugin);
    std::vector<PluginShown> out;
    for (const auto& id : ids)
        if (const auto active = active_of(id)) out.push_back(shown(*active, *counted));
    co_return out;
}

// ------------------------------------------------------------------ trying a build

Async<PluginDesk::Look> PluginDesk::look_at_folders() {
    auto catalog = std::make_shared<PluginCatalog>(parts_.accounts.another_catalog());
    co_return co_await asio::co_spawn(
        parts_.worker,
        [catalog, folders = parts_.accounts.plugin_folders()]() -> Async<Look> {
            catalog->scan(folders);
            co_return Look{catalog->libraries(), catalog->refusals()};
        },
        asio::use_awaitable
    );
}

Async<Result<StageReport>> PluginDesk::stage_here(std::string plugin) {
    const auto active = active_of(plugin);
    if (!active) co_return std::unexpected(active.error());
    if (!being_tried_.insert(plugin).second) co_return conflict(phrase("a build of plugin {1} is being tried now", plugin));
    struct PutBack {
        std::set<std::string>& tried;
        const std::string& plugin;
        ~PutBack() { tried.erase(plugin); }
    } const put_back{being_tried_, plugin};

    auto look = co_await look_at_folders();
    const auto found = look.libraries.find(plugin);
    if (found == look.libraries.end()) {
        std::string all;
        for (const auto& each : look.refused) all += "\n" + each.text();
        co_return failure(ErrorKind::unsupported, phrase("no plugin folder has a plugin {1} that is taken", plugin) + all);
    }
    if (found->second.build == active->build)
        co_return conflict(phrase("the plugin folders have the build of {1} that is active: {2} of {3}; put the new library in its place first",
                                  plugin, active->build.substr(0, 12), active->origin.string()));
    auto report = co_await tried(plugin, found->second);
    // Somebody may have activated it meanwhile.
    const auto now = active_of(plugin);
    if (report && now && now->build != found->second.build) staged_.insert_or_assign(plugin, found->second);
    co_return report;
}

Async<Result<StageReport>> PluginDesk::tried(std::string plugin, CheckedLibrary library) {
    // In a process of its own even where the account's is none: what it does there hurts nobody.
    auto runner = parts_.accounts.runner_for_trial(library);
    if (!runner) co_return std::unexpected(std::move(runner).error());
    if (auto ready = co_await (*runner)->plugin().ready(); !ready) co_return failure(ErrorKind::unsupported, ready.error().message);

    const auto active = active_of(plugin);
    if (!active) co_return std::unexpected(active.error());
    StageReport report;
    report.plugin = plugin;
    report.from = build_of(*active, PluginBuild::State::active);
    report.to = build_of(library, PluginBuild::State::staged);
    const auto accounts = accounts_of(plugin);
    auto open = parts_.store.open_operations();
    if (!open) co_return std::unexpected(std::move(open).error());
    for (const auto& each : *open) {
        if (std::ranges::find(accounts, each.account) == accounts.end()) continue;
        ++report.open;
        // A build that dies over each journal is known well enough; and nobody waits for a trial to end the daemon.
        if (stopping_ || (*runner)->plugin().stats().restarts > deaths_max) {
            ++report.not_tried;
            continue;
        }
        if (each.build == report.from.build) ++report.from.open_operations;
        if (each.build == report.to.build) ++report.to.open_operations;
        auto stored = parts_.store.operation(each.id);
        if (!stored) co_return std::unexpected(std::move(stored).error());
        if (!*stored || (*stored)->operation.state != Operation::State::open) {
            ++report.not_tried;
            continue;
        }
        // Looked for each time, as builds may be retired meanwhile; dry_run reads it before it waits.
        const auto then = [&]() -> const Descriptor* {
            const auto found = parts_.accounts.known_builds().find(each.build);
            return found == parts_.accounts.known_builds().end() ? nullptr : &found->second.descriptor;
        };
        auto departure = co_await dry_run(**runner, library.descriptor, then(), parts_.new_id(), **stored);
        if (!departure && departure.error().kind == ErrorKind::unavailable && co_await (*runner)->plugin().ready())
            departure = co_await dry_run(**runner, library.descriptor, then(), parts_.new_id(), **stored);
        if (!departure)
            ++report.not_tried;
        else if (*departure)
            add_departure(report, std::move(**departure), each.order);
        else
            ++report.goes_on;
    }
    std::ranges::sort(report.departures, std::greater<>(), [](const auto& each) { return each.orders.size(); });
    log_info("plugin " + plugin + ": build " + library.build.substr(0, 12) + " was tried on " + std::to_string(report.open) +
             " open operations, " + std::to_string(report.goes_on) + " can go on with it");
    co_return report;
}

// ------------------------------------------------------------------ taking over, and going

Async<Result<PluginShown>> PluginDesk::activate_here(std::string plugin, std::string build) {
    if (auto active = active_of(plugin); !active) co_return std::unexpected(std::move(active).error());
    const auto staged = staged_.find(plugin);
    if (staged == staged_.end()) co_return conflict(phrase("no build of plugin {1} was tried; stage it first", plugin));
    if (staged->second.build != build)
        co_return conflict(phrase("build {1} is not the one that was tried last: that is {2}", quoted(build, 64), staged->second.build));
    // A restart takes what lies in the folders: that must be what was tried.
    const auto look = co_await look_at_folders();
    const auto there = look.libraries.find(plugin);
    if (there == look.libraries.end() || there->second.build != build)
        co_return conflict(phrase("the plugin folders do not have build {1} any more; put it back, or stage what is there now", build.substr(0, 12)));
    const auto again = staged_.find(plugin);  // somebody else may have been faster
    if (again == staged_.end() || again->second.build != build) co_return conflict(phrase("no build of plugin {1} was tried; stage it first", plugin));
    if (auto done = parts_.accounts.activate(again->second); !done) co_return std::unexpected(std::move(done).error());
    staged_.erase(again);
    parts_.on_change();
    co_return co_await shown(plugin);
}

Async<Result<PluginShown>> PluginDesk::retire_here(std::string plugin, std::string build) {
    const auto now = co_await shown(plugin);
    if (!now) co_return now;
    const auto found = std::ranges::find(now->builds, build, &PluginBuild::build);
    if (found == now->builds.end()) co_return not_found(phrase("plugin {1} has no build {2}", plugin, quoted(build, 64)));
    if (found->state == PluginBuild::State::active) co_return conflict(phrase("build {1} is the active one", build.substr(0, 12)));
    if (found->state == PluginBuild::State::staged) {
        staged_.erase(plugin);
        co_return co_await shown(plugin);
    }
    if (found->open_operations > 0)
        co_return conflict(phrase("operations stand with build {1}: {2}", build.substr(0, 12), found->open_operations));
    if (parts_.accounts.is_at_work(build)) co_return conflict(phrase("an operation is under way on build {1}; try again in a moment", build.substr(0, 12)));
    if (auto done = parts_.accounts.retire(build); !done) co_return std::unexpected(std::move(done).error());
    co_return co_await shown(plugin);
}

}  // namespace porteur
