// SPDX-License-Identifier: Apache-2.0
#include "app/accounts.hpp"

#include "app/logging.hpp"
#include "plugins/in_daemon_runner.hpp"
#include "plugins/process_runner.hpp"
#include "settings/account_check.hpp"
#include "settings/data_file.hpp"
#include "settings/descriptor_toml.hpp"
#include "settings/nearest.hpp"
#include "settings/secret.hpp"
#include "settings/url_template.hpp"

namespace porteur {
namespace {

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

void ConfiguredAccounts::load() {
    catalog_.scan(settings_.plugins.folders);
    for (const auto& refused : catalog_.refusals()) log_error("plugin refused: " + refused.text());
    join();
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
            if (old->limit) made->limit->go_on_from(*old->limit);
            made->seen = old->seen;
        }
    accounts_ = std::move(made_all);
    findings_.clear();
    return {};
}

void ConfiguredAccounts::keep_to(const std::map<std::string, Instant>& penalties, Instant now) {
    for (const auto& [name, until] : penalties)
        if (const auto found = account(name); found && until > now)
            found->limit->penalise(std::chrono::steady_clock::now(), std::chrono::ceil<std::chrono::seconds>(until - now));
}

Result<std::shared_ptr<LoadedPlugin>> ConfiguredAccounts::plugin(const CheckedLibrary& library, Isolation isolation) {
    auto& place = plugins_[library.descriptor.id + (isolation == Isolation::process ? "/process" : "/none")];
    if (place) return place;
    auto made = std::make_shared<LoadedPlugin>();
    made->library = library;
    made->isolation = isolation;
    if (isolation == Isolation::process) {
        ProcessOptions options;
        options.memory_max_bytes = settings_.plugins.memory_max_bytes;
        options.step_timeout = settings_.plugins.step_timeout;
        options.step_cpu_max = settings_.plugins.step_cpu_max;
        options.turn_size_max_bytes = settings_.plugins.message_size_max_bytes;
        options.log = plugin_log();
        made->runner = std::make_unique<RunnerForEngine>(make_process_runner(executor_, library, std::move(options)));
    } else {
        InDaemonOptions options;
        options.turn_size_max_bytes = settings_.plugins.message_size_max_bytes;
        options.log = plugin_log();
        auto runner = make_in_daemon_runner(library, std::move(options));
        if (!runner) return failure(ErrorKind::unsupported, runner.error().text());
        made->runner = std::make_unique<RunnerForEngine>(std::move(*runner));
    }
    made->runner->plugin().on_death([id = library.descriptor.id](const PluginDeath& death) {
        log_error("plugin " + id + " " + death.reason + "; " + std::to_string(death.operations.size()) + " operations are replayed");
    });
    place = made;
    return made;
}

Result<std::shared_ptr<Account>> ConfiguredAccounts::make(const AccountSettings& configured) {
    const auto found = catalog_.libraries().find(configured.plugin);
    if (found == catalog_.libraries().end())
        return failure(ErrorKind::invalid_input, text_of_missing_plugin(configured, catalog_));
    const auto& library = found->second;
    if (!configured.sha256.empty() && configured.sha256 != library.build)
        return failure(ErrorKind::invalid_input, configured.where + ": the plugin's build is " + library.build +
                                                     ", but the account takes only " + configured.sha256);
    const auto& descriptor = library.descriptor;
    auto read = configured;
    auto wrong = check_account(configured, descriptor);
    if (wrong.empty()) wrong = read_data_files(read, descriptor);
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
    account->limit.emplace(RequestRate{rate_max, std::chrono::seconds(1)}, rate_max);
    if (rate) {
        account->rate = RequestRate{rate->count, rate->per};
        account->limit.emplace(RequestRate{rate->count, rate->per}, std::max<std::int64_t>(1, rate->count));
        // Those that one operation asks for together must not wait so long for their turn that they count
        // as throttled: at most what may leave in three seconds.
        const auto in_three_seconds = std::int64_t{3} * rate->count / std::max<std::int64_t>(1, rate->per.count());
        account->effects_at_once = static_cast<std::size_t>(std::clamp<std::int64_t>(in_three_seconds, 1, 8));
    }
    return account;
}

std::shared_ptr<const AccountView> ConfiguredAccounts::find(const std::string& name) { return account(name); }

std::shared_ptr<Account> ConfiguredAccounts::account(const std::string& name) const {
    const auto found = accounts_.find(name);
    return found == accounts_.end() ? nullptr : found->second;
}

}  // namespace porteur
