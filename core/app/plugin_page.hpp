// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <porteur/result.hpp>

#include "settings/settings.hpp"

namespace porteur {

/// `porteurd plugin docs`: the page of one plugin. What it is, its settings and secrets, its
/// operations with their guarantees, what it may reach and what it cannot, are read from the
/// descriptor, before any of its code runs; so are the carrier's words, each with what it means
/// here and the test that tries it. What it asks for is asked of the plugin itself, in a process of
/// its own, with the settings of the first account of its kind.
struct PluginPageWish {
    std::string plugin;  ///< an id in the settings' folders, or a library: "build/porteur-acme.so"
    bool as_json = false;  ///< for programs
};

/// Whether the plugin is named by its file, so that no settings are needed.
bool names_a_file(const PluginPageWish& wish);

/// @param settings  the daemon's; empty ones where the plugin is named by its file
/// @errors          invalid_input: there is no such plugin, or it was refused, with the reason
/// @threads         any; reads files, starts processes, and blocks
Result<std::string> plugin_page(const PluginPageWish& wish, const Settings& settings);

}  // namespace porteur
