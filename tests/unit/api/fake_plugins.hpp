// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/plugin_services.hpp"

namespace porteur::testing {

/// One plugin "acme" with an active build and one that drains; a third lies in the folder.
class FakePlugins final : public PluginServices {
public:
    static inline const std::string first = std::string(64, 'a'), second = std::string(64, 'b'), older = std::string(64, 'c');
    PluginShown acme{
        .plugin = "acme",
        .name = "ACME Telecom",
        .accounts = {"acme-main"},
        .builds =
            {{.build = first, .version = "1.0.0", .state = PluginBuild::State::active, .file = "/plugins/acme.so", .open_operations = 41},
             {.build = older, .version = "0.9.0", .state = PluginBuild::State::draining, .file = "", .open_operations = 0}}
    };
    StageReport report{
        .plugin = "acme",
        .from = acme.builds[0],
        .to = {.build = second, .version = "1.1.0", .state = PluginBuild::State::staged, .file = "/plugins/acme.so", .open_operations = 0},
        .open = 41,
        .goes_on = 38,
        .not_tried = 0,
        .departures = {{.step = "create-order", .text = "recorded one thing; the plugin now asks another", .orders = {7, 8, 9}}}
    };

    Async<Result<std::vector<PluginShown>>> plugins(Caller) override { co_return std::vector{acme}; }
    Async<Result<StageReport>> stage(Caller, std::string plugin) override {
        if (plugin != "acme") co_return std::unexpected(Error{.kind = ErrorKind::invalid_input, .message = "no such plugin", .code = std::string(not_found_code)});
        co_return report;
    }
    Async<Result<PluginShown>> activate(Caller, std::string, std::string build) override {
        if (build != second) co_return std::unexpected(Error{.kind = ErrorKind::invalid_input, .message = "stage it first", .code = std::string(conflict_code)});
        acme.builds[0].state = PluginBuild::State::draining;
        acme.builds.insert(acme.builds.begin(), report.to);
        acme.builds[0].state = PluginBuild::State::active;
        co_return acme;
    }
    Async<Result<PluginShown>> retire(Caller, std::string, std::string build) override {
        std::erase_if(acme.builds, [&](const auto& each) { return each.build == build && each.open_operations == 0; });
        co_return acme;
    }
};

}  // namespace porteur::testing
