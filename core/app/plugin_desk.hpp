// SPDX-License-Identifier: Apache-2.0
#pragma once

// How another build of a plugin takes over in a running daemon: it is tried, activated, and the one
// before is retired when nothing stands with it any more (docs/plugins/staging.md).

#include <atomic>
#include <functional>
#include <map>
#include <set>

#include <boost/asio/any_io_executor.hpp>

#include "api/plugin_services.hpp"
#include "app/accounts.hpp"

namespace porteur {

class PluginDesk : public PluginServices {
public:
    struct Parts {
        boost::asio::any_io_executor engine_thread;
        boost::asio::any_io_executor worker;  ///< may wait: for files and child processes
        ConfiguredAccounts& accounts;
        Store& store;
        std::function<Id()> new_id;           ///< on the engine's thread
        std::function<void()> on_change;      ///< the accounts are new ones; on the engine's thread
    };
    explicit PluginDesk(Parts parts) : parts_(std::move(parts)) {}
    /// A trial under way ends after the operation that it is at. @threads any
    void stop() { stopping_ = true; }

    Async<Result<std::vector<PluginShown>>> plugins(Caller) override;
    Async<Result<StageReport>> stage(Caller, std::string plugin) override;
    Async<Result<PluginShown>> activate(Caller, std::string plugin, std::string build) override;
    Async<Result<PluginShown>> retire(Caller, std::string plugin, std::string build) override;

private:
    /// What a look at the plugin folders gave.
    struct Look {
        std::map<std::string, CheckedLibrary> libraries;
        std::vector<RefusedLibrary> refused;
    };
    /// How many operations of an account are open on a build: by build, then by account.
    using Counts = std::map<std::string, std::map<std::string, std::int64_t>>;

    // All of these: the engine's thread.
    Async<Result<Counts>> counts() const;
    Async<Result<std::vector<PluginShown>>> all_shown() const;
    Async<Result<PluginShown>> shown(std::string plugin) const;
    Async<Result<PluginShown>> retire_here(std::string plugin, std::string build);
    Async<Result<StageReport>> stage_here(std::string plugin);
    Async<Result<StageReport>> tried(std::string plugin, CheckedLibrary library);
    Async<Result<PluginShown>> activate_here(std::string plugin, std::string build);
    PluginShown shown(const CheckedLibrary& active, const Counts& counts) const;
    std::vector<std::string> accounts_of(const std::string& plugin) const;
    Result<CheckedLibrary> active_of(const std::string& plugin) const;
    Async<Look> look_at_folders();

    Parts parts_;
    std::map<std::string, CheckedLibrary> staged_;  ///< by plugin: the build that was tried last
    std::set<std::string> being_tried_;
    std::atomic<bool> stopping_ = false;
};

}  // namespace porteur
