// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the tests of this plugin share.

#include <algorithm>
#include <string>
#include <string_view>

#include <porteur/testkit.hpp>

namespace porteur::testkit {

inline constexpr auto numbers = "/api/v2/routing/sms/phonenumbers";
inline constexpr auto available = "/api/v2/routing/sms/availablephonenumbers";
inline constexpr auto addresses = "/api/v2/routing/sms/addresses";
inline constexpr auto organization = "/api/v2/organizations/me";
inline constexpr auto desk = "GenesysCloudSMS@genesys.com";

inline const Plugin& genesys() {
    static const Plugin plugin = Plugin::linked();
    return plugin;
}

/// Settings as the host gives them, with the countries as shipped: countries.json is what
/// config/data/genesys_countries.toml says (the settings' own tests compare the two).
inline std::string settings(std::string_view more = "{}") {
    auto all = parsed(more).as_object();
    if (!all.contains("countries")) all["countries"] = parsed(file("countries.json"));
    return canonical(all);
}

inline json::object order(const char* name = "order.json") {
    return parsed(file(name)).as_object();
}
inline Script purchase(const json::object& given, std::string_view more = "{}") {
    return Script(genesys(), "purchase", canonical(given), settings(more));
}

/// How much the plugin asked for at once. The host takes 64 effects of a turn and no more.
inline std::size_t most_in_a_turn(const Script& script) {
    auto most = script.recording().first.effects.size();
    for (const auto& each : script.recording().exchanges)
        most = std::max(most, each.turn.effects.size());
    return most;
}

}  // namespace porteur::testkit
