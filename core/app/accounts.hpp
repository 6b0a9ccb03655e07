// SPDX-License-Identifier: Apache-2.0
#pragma once

// The configured accounts with everything that belongs to one: its plugin, its client at the carrier,
// its rate limit and breaker. A reload makes a new set, and so does the change to another build of a
// plugin; an operation under way keeps the account it began with. Rate and penalties are the
// account's, whichever of its sets asks.

#include <map>
#include <memory>
#include <set>

#include "api/services.hpp"
#include "app/recent_requests.hpp"
#include "app/system_world.hpp"
#include "carriers/breaker.hpp"
#include "carriers/client.hpp"
#include "carriers/rate_limit.hpp"
#include "plugins/plugin_catalog.hpp"
#include "plugins/process_runner.hpp"
#include "settings/settings.hpp"

namespace porteur {

/// A plugin at work, shared by the accounts of its kind.
struct LoadedPlugin {
    CheckedLibrary library;
    Isolation isolation = Isolation::process;
    std::unique_ptr<RunnerForEngine> runner;
    std::optional<CarrierInfo::ProcessEnds> ends;  ///< of its process
};

struct Account : AccountView {
    AccountSettings configured;
    std::shared_ptr<LoadedPlugin> plugin;
    std::optional<CarrierClient> client;  ///< none: the carrier has no API
    std::optional<RequestRate> rate;  ///< what `limit` keeps to; none: neither the account nor its plugin names one
    std::shared_ptr<RateLimit> limit;  ///< always there once it is made; where no rate is set it only knows penalties
    std::shared_ptr<CircuitBreaker> breaker = std::make_shared<CircuitBreaker>();
    std::chrono::milliseconds timeout{30'000};
    struct Trouble {
        std::string error;
        std::optional<Instant> at;
    };
    std::shared_ptr<Trouble> trouble = std::make_shared<Trouble>();  ///< the last
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
    /// @param standing  builds that open operations stand with: those that are not in the folders any
    ///                  more are taken from their copies
    void load(const std::set<std::string>& standing = {});
    /// Takes new settings: what is under way goes on with the old ones.
    /// @errors  invalid_input: an account does not fit its plugin; nothing was changed
    Result<void> reload(Settings settings);

    /// Asks no carrier before the penalty ends that it gave, to a process before this one perhaps.
    void keep_to(const std::map<std::string, Instant>& penalties, Instant now);

    /// Lets each account's burst be as if it had just been used: by the process that had the store a moment ago.
    void begin_used_up();

    std::shared_ptr<const AccountView> find(const std::string& account) override;
    Result<std::shared_ptr<const AccountView>> as_of(const std::string& account, const std::string& build) override;

    /// The build of a plugin that new operations begin on; null: no such plugin is loaded.
    const CheckedLibrary* active(const std::string& plugin) const;
    /// Every build that is known, by its SHA-256: the active ones, and those that operations stand with.
    const std::map<std::string, CheckedLibrary>& known_builds() const { return builds_; }
    /// New operations of the plugin's accounts begin on this build.
    /// @errors  unsupported: the library is refused, or an account does not fit it; nothing was changed
    Result<void> activate(const CheckedLibrary& library);
    /// Whether an operation is under way on a build in this process.
    bool is_at_work(const std::string& build) const;
    /// Ends a build's process and removes its copy. Only for one that is not active and that nothing stands with.
    /// @errors  internal: the copy cannot be removed
    Result<void> retire(const std::string& build);
    /// How a library is judged here, and where they lie; for another look.
    PluginCatalog another_catalog() const;
    const std::vector<std::filesystem::path>& plugin_folders() const { return settings_.plugins.folders; }
    /// A process for a build that is only tried.
    Result<std::unique_ptr<RunnerForEngine>> runner_for_trial(const CheckedLibrary& library) const;

    std::shared_ptr<Account> account(const std::string& name) const;
    const std::map<std::string, std::shared_ptr<Account>>& all() const { return accounts_; }
    const std::vector<RefusedLibrary>& refused() const { return catalog_.refusals(); }
    const std::vector<std::string>& findings() const { return findings_; }
    /// Ends of plugins' processes since the start, whatever they were at, retired builds and trials included.
    std::uint64_t process_ends() const { return *process_ends_; }

private:
    /// Whether the account's settings must be what the descriptor says, or are those of another build.
    enum class Fit { exact, of_another_build };
    Result<std::shared_ptr<Account>> make(const AccountSettings& configured);
    Result<std::shared_ptr<Account>> make(const AccountSettings& configured, const CheckedLibrary& library, Fit fit);
    Result<std::shared_ptr<LoadedPlugin>> plugin(const CheckedLibrary& library, Isolation isolation);
    ProcessOptions process_options() const;
    void keep_builds(const std::set<std::string>& standing);
    void join();

    boost::asio::any_io_executor executor_;
    Settings settings_;
    PluginCatalog catalog_;
    std::map<std::string, std::string> active_;                     ///< plugin id -> build
    std::map<std::string, CheckedLibrary> builds_;                  ///< by build
    struct LostBuild {
        std::string why;
        std::chrono::steady_clock::time_point looked{};
    };
    std::map<std::string, LostBuild> lost_builds_;                  ///< by build
    std::map<std::string, std::shared_ptr<LoadedPlugin>> plugins_;  ///< by build and isolation
    std::map<std::string, std::shared_ptr<Account>> accounts_;
    std::map<std::pair<std::string, std::string>, std::shared_ptr<Account>> earlier_;  ///< by account and build
    std::vector<std::string> findings_;
    /// Shared with the runners, some of which outlive the set that made them.
    std::shared_ptr<std::uint64_t> process_ends_ = std::make_shared<std::uint64_t>(0);
};

}  // namespace porteur
