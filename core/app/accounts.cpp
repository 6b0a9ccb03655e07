// SPDX-License-Identifier: Apache-2.0
#include "app/accounts.hpp"

#include <algorithm>

#include <porteur/phrase.hpp>

#include "app/logging.hpp"
#include "plugins/in_daemon_runner.hpp"
#include "plugins/landlock.hpp"
#include "settings/account_check.hpp"
#include "settings/data_file.hpp"
#include "settings/descriptor_toml.hpp"
#include "settings/nearest.hpp"
#include "settings/secret.hpp"
#include "settings/url_template.hpp"

namespace porteur {
namespace {

/// How long a copy that could not be read is not looked at again: each look may take seconds of the engine's.
constexpr std::chrono::seconds look_again_after{60};

/// As many a second as nobody asks.
constexpr std::int64_t rate_max = 1'000'000;

CatalogOptions catalog_options(const Settings& settings) {
    CatalogOptions options;
    options.parse = [](std::string_view toml, std::string_view where) { return parse_descriptor(toml, where); };
    options.store = settings.store.backend == StoreSection::Backend::sqlite ? settings.store.path.parent_path() / "plugins"
                                                                           : settings.documents.folder / "plugins";
    options.require_root_owned = settings.plugins.require_root_owned;
    options.sha256 = settings.plugins.sha256;
    return options;
}

AuthSettings auth_of(const Auth& auth, std::string token_url) {
    return {.scheme = auth.scheme, .user = auth.user, .password = auth.password, .token = auth.token, .header = auth.header,
            .prefix = {}, .client_id = auth.client_id, .client_secret = auth.client_secret, .assertion = auth.jwt,
            .token_url = std::move(token_url), .scope = auth.scope};
}

PluginLog plugin_log() {
    return [](int level, std::string_view plugin, std::string_view text) {
        const std::string line = "plugin " + std::string(plugin) + ": " + std::string(text);
        if (level >= 3)
            log_error(line);
        else if (level == 2)
            log_warning(line);
        else
            log_info(line);
    };
}

}  // namespace

std::string text_of_missing_plugin(const AccountSettings& configured, const PluginCatalog& catalog) {
    std::vector<std::string> known;
    for (const auto& [id, library] : catalog.libraries()) known.push_back(id);
    return configured.where + ": there is no plugin " + quoted(configured.plugin) + " in the plugin folders" +
           (known.empty() ? std::string("; there is none at all") : suggestion(configured.plugin, known)) +
           (catalog.refusals().empty() ? "" : "; some libraries were refused, as said above");
}

ConfiguredAccounts::ConfiguredAccounts(boost::asio::any_io_executor executor, Settings settings)
    : executor_(std::move(executor)), settings_(std::move(settings)), catalog_(catalog_options(settings_)) {}

void ConfiguredAccounts::load(const std::set<std::string>& standing) {
    catalog_.scan(settings_.plugins.folders);
    for (const auto& refused : catalog_.refusals()) log_error("plugin refused: " + refused.text());
    if (const int version = landlock_version(); version > 0)
        log_info("plugin processes are kept by limits, seccomp and Landlock (version " + std::to_string(version) + ")");
    else
        log_warning("this kernel has no Landlock: while its library loads, a plugin process can read what porteurd may read; limits and seccomp keep it all the same");
    for (const auto& [id, library] : catalog_.libraries()) {
        active_[id] = library.build;
        builds_.insert_or_assign(library.build, library);
    }
    keep_builds(standing);
    join();
}

void ConfiguredAccounts::keep_builds(const std::set<std::string>& standing) {
    std::vector<std::string> wanted;
    std::ranges::copy_if(standing, std::back_inserter(wanted), [&](const auto& build) { return !builds_.contains(build); });
    for (auto& [build, library] : catalog_.kept(wanted)) {
        if (library) {
            log_info("open operations stand with version " + library->descriptor.version + " of plugin " + library->descriptor.id + " (build " +
                     build.substr(0, 12) + "), which is in no plugin folder any more; its copy is kept for them");
            builds_.insert_or_assign(build, std::move(*library));
            lost_builds_.erase(build);
        } else {
            lost_builds_[build] = {.why = library.error().text(), .looked = std::chrono::steady_clock::now()};
            log_warning("open operations stand with build " + build.substr(0, 12) + " of a plugin, which is not there any more: " + lost_builds_[build].why);
        }
    }
}

void ConfiguredAccounts::join() {
    accounts_.clear();
    findings_.clear();
    for (const auto& configured : settings_.accounts) {
        if (!configured.enabled) continue;
        auto made = make(configured);
        if (!made) {
            findings_.push_back(made.error().message);
            log_error("account " + configured.name + " is left out: " + made.error().message);
            continue;
        }
        log_info("account " + configured.name + ": plugin " + (*made)->descriptor->id + " " + (*made)->descriptor->version +
                 ((*made)->plugin->isolation == Isolation::process ? " in a process of its own" : " in the daemon"));
        accounts_[configured.name] = std::move(*made);
    }
}

Result<void> ConfiguredAccounts::reload(Settings settings) {
    auto before = std::exchange(settings_, std::move(settings));
    std::map<std::string, std::shared_ptr<Account>> made_all;
    std::string wrong;
    for (const auto& configured : settings_.accounts) {
        if (!configured.enabled) continue;
        auto made = make(configured);
        if (made)
            made_all[configured.name] = std::move(*made);
        else
            wrong += (wrong.empty() ? "" : "\n") + made.error().message;
    }
    if (!wrong.empty()) {
        settings_ = std::move(before);
        return failure(ErrorKind::invalid_input, wrong);
    }
    for (const auto& [name, made] : made_all)
        if (const auto old = account(name)) {
            // What is under way with the old settings and what begins with the new ones ask no more than one.
            if (old->rate == made->rate)
                made->limit = old->limit;
            else
                made->limit->go_on_from(*old->limit);
            made->seen = old->seen;
        }
    accounts_ = std::move(made_all);
    earlier_.clear();
    findings_.clear();
    return {};
}

void ConfiguredAccounts::keep_to(const std::map<std::string, Instant>& penalties, Instant now) {
    for (const auto& [name, until] : penalties)
        if (const auto found = account(name); found && until > now)
            found->limit->penalise(std::chrono::steady_clock::now(), std::chrono::ceil<std::chrono::seconds>(until - now));
}

ProcessOptions ConfiguredAccounts::process_options() const {
    ProcessOptions options;
    options.memory_max_bytes = settings_.plugins.memory_max_bytes;
    options.step_timeout = settings_.plugins.step_timeout;
    options.step_cpu_max = settings_.plugins.step_cpu_max;
    options.turn_size_max_bytes = settings_.plugins.message_size_max_bytes;
    options.log = plugin_log();
    return options;
}

Result<std::shared_ptr<LoadedPlugin>> ConfiguredAccounts::plugin(const CheckedLibrary& library, Isolation isolation) {
    auto& place = plugins_[library.build + (isolation == Isolation::process ? "/process" : "/none")];
    if (place) return place;
    auto made = std::make_shared<LoadedPlugin>();
    made->library = library;
    made->isolation = isolation;
    if (isolation == Isolation::process) {
        made->runner = std::make_unique<RunnerForEngine>(make_process_runner(executor_, library, process_options()));
    } else {
        InDaemonOptions options;
        options.turn_size_max_bytes = settings_.plugins.message_size_max_bytes;
        options.log = plugin_log();
        auto runner = make_in_daemon_runner(library, std::move(options));
        if (!runner) return failure(ErrorKind::unsupported, runner.error().text());
        made->runner = std::make_unique<RunnerForEngine>(std::move(*runner));
    }
    made->runner->plugin().on_death([id = library.descriptor.id, &ends = made->ends, all = process_ends_](const PluginDeath& death) {
        ++*all;
        const auto count = ends ? ends->count : 0;
        ends = {.count = count + 1, .last_reason = death.reason, .operations = death.operations.size(),
                .last = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())};
        log_error("plugin " + id + " " + death.reason + "; " + std::to_string(death.operations.size()) + " operations are replayed");
    });
    place = made;
    return made;
}

Result<std::shared_ptr<Account>> ConfiguredAccounts::make(const AccountSettings& configured) {
    const auto* library = active(configured.plugin);
    if (!library) return failure(ErrorKind::invalid_input, text_of_missing_plugin(configured, catalog_));
    return make(configured, *library, Fit::exact);
}

Result<std::shared_ptr<Account>> ConfiguredAccounts::make(const AccountSettings& configured, const CheckedLibrary& library, Fit fit) {
    if (fit == Fit::exact && !configured.sha256.empty() && configured.sha256 != library.build)
        return failure(ErrorKind::invalid_input, configured.where + ": the plugin's build is " + library.build +
                                                     ", but the account takes only " + configured.sha256);
    const auto& descriptor = library.descriptor;
    auto read = configured;
    // An operation has the settings that it began with: of another build's account only the carrier's
    // address, hosts and secrets are wanted.
    auto wrong = fit == Fit::exact ? check_account(configured, descriptor) : std::vector<std::string>();
    if (wrong.empty() && fit == Fit::exact) wrong = read_data_files(read, descriptor);
    if (!wrong.empty()) {
        std::string all;
        for (const auto& each : wrong) all += (all.empty() ? "" : "\n") + each;
        return failure(ErrorKind::invalid_input, all);
    }
    auto loaded = plugin(library, configured.isolation.value_or(settings_.plugins.isolation));
    if (!loaded) return std::unexpected(std::move(loaded).error());

    auto account = std::make_shared<Account>();
    account->configured = configured;
    account->plugin = *loaded;
    account->runner = (*loaded)->runner.get();
    account->descriptor = &(*loaded)->library.descriptor;
    account->settings = resolved_settings_json(read, descriptor);
    account->in_flight_max = configured.in_flight_max.value_or(settings_.engine.in_flight_max);
    account->settle = configured.settle;
    if (settings_.cluster) {
        // Whoever was taken over may send until its lease has run out; nobody asks the carrier before that.
        const auto least = settings_.cluster->lease + std::chrono::seconds(1);
        auto longest = configured.settle.value_or(std::chrono::milliseconds(0));
        bool is_short = configured.settle && *configured.settle < least;
        if (!configured.settle)
            for (const auto& each : descriptor.operations)
                if (each.settle) {
                    longest = std::max(longest, *each.settle);
                    is_short |= *each.settle < least;
                }
        if (is_short) account->settle = std::max(longest, least);
    }
    account->operation_timeout = configured.operation_timeout.value_or(settings_.engine.operation_timeout);
    account->check_interval = configured.check_interval;
    account->timeout = configured.timeout.value_or(descriptor.http.timeout);
    account->since = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    account->seen = std::make_shared<RecentRequests>(account->since);

    const auto values = resolve_settings(configured, descriptor);
    ClientSettings client;
    auto base = expand(configured.base_url.empty() ? descriptor.base_url : configured.base_url, values);
    if (!base) return std::unexpected(std::move(base).error());
    auto token_url = expand(configured.auth_url.empty() ? descriptor.auth.token_url : configured.auth_url, values);
    if (!token_url) return std::unexpected(std::move(token_url).error());
    client.base_url = std::move(*base);
    for (const auto& host : descriptor.http.hosts) {
        auto expanded = expand(host, values);
        if (!expanded) return std::unexpected(std::move(expanded).error());
        client.hosts.push_back(std::move(*expanded));
    }
    client.hosts.insert(client.hosts.end(), configured.hosts.begin(), configured.hosts.end());
    client.auth = auth_of(descriptor.auth, std::move(*token_url));
    client.ca_file = configured.ca_file.string();
    client.timeout = account->timeout;
    client.connect_timeout = configured.connect_timeout.value_or(settings_.engine.connect_timeout);
    client.answer_size_max = descriptor.http.response_size_max_bytes;
    client.connections_max = std::max<std::size_t>(64, account->in_flight_max);
    auto secrets = [references = configured.secrets](std::string_view name) -> Result<std::string> {
        const auto place = references.find(std::string(name));
        if (place == references.end())
            return failure(ErrorKind::unauthorized, "the account names no secret " + quoted(name));
        return read_secret(place->second);
    };
    // A carrier without an API has no address, and nobody to ask.
    if (!client.base_url.empty()) {
        auto made = CarrierClient::make(executor_, std::move(client), std::move(secrets));
        if (!made) return failure(made.error().kind, configured.where + ": " + made.error().message);
        account->client.emplace(std::move(*made));
    }
    const auto rate = configured.rate ? configured.rate : descriptor.http.rate;
    // An account that names no rate keeps to the carrier's penalties all the same.
    account->limit = std::make_shared<RateLimit>(RequestRate{rate_max, std::chrono::seconds(1)}, rate_max);
    if (rate) {
        account->rate = RequestRate{rate->count, rate->per};
        account->limit = std::make_shared<RateLimit>(RequestRate{rate->count, rate->per}, std::max<std::int64_t>(1, rate->count));
        // Those that one operation asks for together must not wait so long for their turn that they count
        // as throttled: at most what may leave in three seconds.
        const auto in_three_seconds = std::int64_t{3} * rate->count / std::max<std::int64_t>(1, rate->per.count());
        account->effects_at_once = static_cast<std::size_t>(std::clamp<std::int64_t>(in_three_seconds, 1, 8));
    }
    return account;
}

void ConfiguredAccounts::begin_used_up() {
    for (const auto& [name, account] : accounts_) account->limit->begin_used_up(std::chrono::steady_clock::now());
}

std::shared_ptr<const AccountView> ConfiguredAccounts::find(const std::string& name) { return account(name); }

Result<std::shared_ptr<const AccountView>> ConfiguredAccounts::as_of(const std::string& name, const std::string& build) {
    const auto now = account(name);
    if (!now) return failure(ErrorKind::unavailable, phrase("the account {1} is not configured or not enabled", quoted(name)));
    if (const auto made = earlier_.find({name, build}); made != earlier_.end()) return made->second;
    auto library = builds_.find(build);
    if (library == builds_.end()) {
        // A busy machine may have made the look at it too slow, and an order may have come back to life since the start.
        const auto lost = lost_builds_.find(build);
        if (lost == lost_builds_.end() || std::chrono::steady_clock::now() - lost->second.looked > look_again_after) keep_builds({build});
        library = builds_.find(build);
    }
    if (library == builds_.end()) {
        const auto why = lost_builds_.find(build);
        return failure(ErrorKind::unavailable, why == lost_builds_.end() ? phrase("no copy of it is kept") : why->second.why);
    }
    if (library->second.descriptor.id != now->configured.plugin)
        return failure(ErrorKind::unsupported, phrase("it is one of plugin {1}, but the account runs on {2}", library->second.descriptor.id,
                                                      now->configured.plugin));
    auto made = make(now->configured, library->second, Fit::of_another_build);
    if (!made) return failure(ErrorKind::unsupported, made.error().message);
    (*made)->limit = now->limit;
    (*made)->breaker = now->breaker;
    (*made)->trouble = now->trouble;
    (*made)->seen = now->seen;
    earlier_[{name, build}] = *made;
    return *made;
}

const CheckedLibrary* ConfiguredAccounts::active(const std::string& plugin) const {
    const auto found = active_.find(plugin);
    return found == active_.end() ? nullptr : &builds_.at(found->second);
}

Result<void> ConfiguredAccounts::activate(const CheckedLibrary& library) {
    const auto& id = library.descriptor.id;
    std::map<std::string, std::shared_ptr<Account>> made_all;
    std::string wrong;
    for (const auto& [name, old] : accounts_) {
        if (old->configured.plugin != id) continue;
        auto made = make(old->configured, library, Fit::exact);
        if (!made) {
            wrong += (wrong.empty() ? "" : "\n") + made.error().message;
            continue;
        }
        (*made)->breaker = old->breaker;
        (*made)->trouble = old->trouble;
        (*made)->seen = old->seen;
        (*made)->since = old->since;
        if (old->rate == (*made)->rate)
            (*made)->limit = old->limit;
        else
            (*made)->limit->go_on_from(*old->limit);
        made_all[name] = std::move(*made);
    }
    if (!wrong.empty()) {
        // What this call loaded goes again; what was at work before is held by somebody.
        made_all.clear();
        std::erase_if(plugins_, [&](const auto& each) { return each.second && each.second->library.build == library.build && each.second.use_count() == 1; });
        return failure(ErrorKind::unsupported, wrong);
    }
    builds_.insert_or_assign(library.build, library);
    active_[id] = library.build;
    for (auto& [name, made] : made_all) accounts_[name] = std::move(made);
    earlier_.clear();
    log_info("plugin " + id + ": new operations begin on version " + library.descriptor.version + ", build " + library.build.substr(0, 12));
    return {};
}

bool ConfiguredAccounts::is_at_work(const std::string& build) const {
    for (const auto& [place, plugin] : plugins_) {
        if (!plugin || plugin->library.build != build) continue;
        const auto views = std::ranges::count_if(earlier_, [&](const auto& each) { return each.second->plugin == plugin; });
        if (plugin.use_count() > 1 + views) return true;
        for (const auto& [key, view] : earlier_)
            if (view->plugin == plugin && view.use_count() > 1) return true;
    }
    return false;
}

Result<void> ConfiguredAccounts::retire(const std::string& build) {
    const auto found = builds_.find(build);
    const auto copy = found == builds_.end() ? std::filesystem::path() : found->second.copy;
    std::erase_if(earlier_, [&](const auto& each) { return each.first.second == build; });
    std::erase_if(plugins_, [&](const auto& each) { return each.second && each.second->library.build == build; });
    builds_.erase(build);
    lost_builds_.erase(build);
    if (copy.empty()) return {};
    std::error_code failed;
    std::filesystem::remove(copy, failed);
    if (failed) return failure(ErrorKind::internal, phrase("{1} cannot be removed: {2:text}", copy.string(), failed.message()));
    log_info("build " + build.substr(0, 12) + " is retired");
    return {};
}

PluginCatalog ConfiguredAccounts::another_catalog() const { return PluginCatalog(catalog_options(settings_)); }

Result<std::unique_ptr<RunnerForEngine>> ConfiguredAccounts::runner_for_trial(const CheckedLibrary& library) const {
    auto made = std::make_unique<RunnerForEngine>(make_process_runner(executor_, library, process_options()));
    made->plugin().on_death([all = process_ends_](const PluginDeath&) { ++*all; });
    return made;
}

std::shared_ptr<Account> ConfiguredAccounts::account(const std::string& name) const {
    const auto found = accounts_.find(name);
    return found == accounts_.end() ? nullptr : found->second;
}

}  // namespace porteur
