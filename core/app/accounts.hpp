// SPDX-License-Identifier: Apache-2.0
#pragma once

// The configured accounts with everything that belongs to one: its plugin, its client at the carrier,
// its rate limit and breaker. A reload makes a new set; an operation under way keeps the account it
// began with.

#include <map>
#include <memory>

#include "app/recent_requests.hpp"
#include "app/system_world.hpp"
#include "carriers/breaker.hpp"
#include "carriers/client.hpp"
#include "carriers/rate_limit.hpp"
#include "plugins/plugin_catalog.hpp"
#include "settings/settings.hpp"

namespace porteur {

/// A plugin at work, shared by the accounts of its kind.
struct LoadedPlugin {
    CheckedLibrary library;
    Isolation isolation = Isolation::process;
    std::unique_ptr<RunnerForEngine> runner;
};

struct Account : AccountView {
    AccountSettings configured;
    std::shared_ptr<LoadedPlugin> plugin;
    std::optional<CarrierClient> client;  ///< none: the carrier has no API
    std::optional<RequestRate> rate;  ///< what `limit` keeps to; none: neither the account nor its plugin names one
    std::optional<RateLimit> limit;  ///< always there once it is made; where no rate is set it only knows penalties
    CircuitBreaker breaker;
    std::chrono::milliseconds timeout{30'000};
    std::string last_error;
    std::optional<Instant> last_error_at;
    Instant since{};                       ///< when it was made: limit and breaker know nothing from before
    std::shared_ptr<RecentRequests> seen;  ///< goes on when the settings are read again
};

/// What to say when an account's plugin is not there, with the one that was probably meant.
std::string text_of_missing_plugin(const AccountSettings& configured, const PluginCatalog& catalog);

/// @threads  the engine's
class ConfiguredAccounts : public Accounts {
public:
    ConfiguredAccounts(boost::asio::any_io_executor executor, Settings settings);

    /// Scans the plugin folders and joins plugins and accounts. What does not fit is said in `findings`
    /// and left out; the rest works.
    void load();
    /// Takes new settings: what is under way goes on with the old ones.
    /// @errors  invalid_input: an account does not fit its plugin; nothing was changed
    Result<void> reload(Settings settings);

    /// Asks no carrier before the penalty ends that it gave, to a process before this one perhaps.
    void keep_to(const std::map<std::string, Instant>& penalties, Instant now);

    std::shared_ptr<const AccountView> find(const std::string& account) override;
    std::shared_ptr<Account> account(const std::string& name) const;
    const std::map<std::string, std::shared_ptr<Account>>& all() const { return accounts_; }
    const std::vector<RefusedLibrary>& refused() const { return catalog_.refusals(); }
    const std::vector<std::string>& findings() const { return findings_; }

private:
    Result<std::shared_ptr<Account>> make(const AccountSettings& configured);
    Result<std::shared_ptr<LoadedPlugin>> plugin(const CheckedLibrary& library, Isolation isolation);
    void join();

    boost::asio::any_io_executor executor_;
    Settings settings_;
    PluginCatalog catalog_;
    std::map<std::string, std::shared_ptr<LoadedPlugin>> plugins_;  ///< by id and isolation
    std::map<std::string, std::shared_ptr<Account>> accounts_;
    std::vector<std::string> findings_;
};

}  // namespace porteur
