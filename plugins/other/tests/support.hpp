// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {

inline const Plugin& other() {
    static const Plugin plugin = Plugin::linked();
    return plugin;
}
inline json::object order() { return parsed(file("order.json")).as_object(); }
inline std::string settings() { return canonical(parsed(file("settings.json"))); }
/// The settings with other values.
inline std::string settings_with(const std::string& more) {
    auto all = parsed(file("settings.json")).as_object();
    for (const auto& each : parsed(more).as_object()) all[each.key()] = each.value();
    return canonical(all);
}

}  // namespace porteur::testkit
