// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pages in Markdown about plugins, from what they say of themselves: the same descriptors give the same bytes, so that a
// page can be compared with what it should be.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "plugin_file.hpp"

namespace porteur::plugin_tool {

/// The page of one plugin. @threads any
std::string page_of(const PluginFile& plugin);

/// What each of them can do, side by side, in the order of their ids. Each has a link to its page, `carriers/ID.md`.
/// @threads any
std::string matrix_of(std::vector<PluginFile> plugins);

/// Every page of a folder: "matrix.md" and "carriers/ID.md", by their path in it.
std::map<std::string, std::string> pages_of(const std::vector<PluginFile>& plugins);

/// Where a page is not what it should be.
struct StalePage {
    std::filesystem::path path;
    std::string difference;  ///< "@ line 7" with lines after "-" that go and after "+" that come
};

/// Whether one page is fresh, for whoever judges a plugin.
/// @return   nothing where the page is what page_of gives
/// @errors   invalid_input: the library is no plugin, or its descriptor is wrong
/// @threads  any; reads two files and runs nothing of the plugin
Result<std::optional<StalePage>> stale_page(const std::filesystem::path& library, const std::filesystem::path& page);

/// Those that are not there, say something else, or are of no plugin that was given: a page under carriers/ that
/// these commands made. @threads any; reads files
std::vector<StalePage> stale_pages(const std::vector<PluginFile>& plugins, const std::filesystem::path& folder);

/// Writes them, and takes away those of no plugin. @errors unavailable
Result<std::vector<std::filesystem::path>> write_pages(const std::vector<PluginFile>& plugins, const std::filesystem::path& folder);

/// What turns one text into the other, by lines. Empty where they are alike. @threads any
std::string difference_of(std::string_view is, std::string_view should_be);

}  // namespace porteur::plugin_tool
