// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the API needs of the builds of plugins. A new build is tried on the journals of all open
// operations before it takes over; the operations that it could not go on with end on the build that
// they stand with (docs/plugins/staging.md). Threads and errors as in services.hpp.

#include <string>
#include <vector>

#include "api/services.hpp"

namespace porteur {

/// A build of a plugin that this porteurd has to do with.
struct PluginBuild {
    enum class State {
        active,    ///< new operations begin on it
        staged,    ///< it lies in a plugin folder and was tried; activate takes it
        draining,  ///< it was active once; what stands with it ends on it
    };
    std::string build;    ///< SHA-256 of the library, lower-case hex
    std::string version;  ///< the descriptor's; empty: its copy is not there any more
    State state = State::active;
    std::string file;     ///< where it was found; empty: only its copy is left
    std::int64_t open_operations = 0;
};

struct PluginShown {
    std::string plugin, name;
    std::vector<std::string> accounts;  ///< that run on it
    std::vector<PluginBuild> builds;    ///< the active one first
};

/// What the operations that depart at one place have in common.
struct StageDeparture {
    std::string step;  ///< of the effect that was recorded; empty: none
    std::string text;  ///< of the first of them
    bool fell = false; ///< the build died over them, or broke the contract
    std::vector<Id> orders;
};

/// What a new build was found to be.
struct StageReport {
    std::string plugin;
    PluginBuild from, to;
    std::int64_t open = 0;      ///< operations tried
    std::int64_t goes_on = 0;   ///< with the new build
    std::int64_t not_tried = 0; ///< ended meanwhile, or their journal could not be read, or the build had died too often
    std::vector<StageDeparture> departures;  ///< the rest, which stays with its build
};

class PluginServices {
public:
    virtual ~PluginServices() = default;

    virtual Async<Result<std::vector<PluginShown>>> plugins(Caller caller) = 0;
    /// Looks at the plugin folders for another build of the plugin, and tries it in a process of its
    /// own on the journal of every open operation of its accounts. Nothing is changed.
    /// @errors  invalid_input (not_found_code: no account runs on such a plugin; conflict_code: the
    ///          folders have no other build of it, or one is being tried now); unsupported: the new one is refused
    virtual Async<Result<StageReport>> stage(Caller caller, std::string plugin) = 0;
    /// New operations begin on the build that was staged last.
    /// @errors  invalid_input (not_found_code; conflict_code: it is not the one that was staged);
    ///          unsupported: the accounts' settings do not fit it
    virtual Async<Result<PluginShown>> activate(
        Caller caller, std::string plugin, std::string build
    ) = 0;
    /// Ends a build's process and removes its copy.
    /// @errors  invalid_input (not_found_code; conflict_code: it is active, or operations stand with it)
    virtual Async<Result<PluginShown>> retire(
        Caller caller, std::string plugin, std::string build
    ) = 0;
};

/// "active", "staged", "draining". @threads any
constexpr std::string_view word_of(PluginBuild::State state) {
    switch (state) {
        case PluginBuild::State::active: return "active";
        case PluginBuild::State::staged: return "staged";
        case PluginBuild::State::draining: return "draining";
    }
    return {};
}

}  // namespace porteur
