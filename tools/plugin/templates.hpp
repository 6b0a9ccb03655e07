// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace porteur::plugin_tool {

/// The files of sdk/template, by their path there: "rest/plugin.cpp". @threads any
const std::map<std::string, std::string_view>& template_files();

/// What a template is filled with.
struct TemplateValues {
    std::map<std::string, std::string> texts;  ///< "name" for @name@; may have several lines
    std::set<std::string> chosen;              ///< words that @if looks for
};

/// A template with its marks carried out: sdk/template/README.md says what they are.
/// @throws std::runtime_error  the template itself is wrong: an @if without @end, a file that is
/// not there
std::string filled_in(
    const std::map<std::string, std::string_view>& files, const std::string& path,
    const TemplateValues& values
);

}  // namespace porteur::plugin_tool
