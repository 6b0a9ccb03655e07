// SPDX-License-Identifier: Apache-2.0
#include "settings/url_template.hpp"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "settings/text_forms.hpp"

namespace porteur {
namespace {

// Gives back the pattern with each {name} replaced by what `value` says.
Result<std::string> walk(
    std::string_view pattern, const std::function<Result<std::string>(const std::string&)>& value
) {
    std::string out;
    for (std::size_t at = 0; at < pattern.size();) {
        if (pattern[at] != '{' && pattern[at] != '}') {
            out += pattern[at++];
            continue;
        }
        const auto end = pattern.find_first_of("{}", at + 1);
        const bool paired = pattern[at] == '{' && end != pattern.npos && pattern[end] == '}';
        if (!paired || !identifier.fits(pattern.substr(at + 1, end - at - 1)))
            return failure(
                ErrorKind::invalid_input,
                fmt::format(
                    R"(the address {} has a brace that names no setting; write it as in "https://api.{{region}}")",
                    porteur::quoted(pattern)
                )
            );
        auto put = value(std::string{pattern.substr(at + 1, end - at - 1)});
        if (!put) return put;
        out += *put;
        at = end + 1;
    }
    return out;
}

bool fits_address(std::string_view text) {
    return !text.empty() &&
           text.find_first_not_of(
               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_"
           ) == text.npos &&
           text.front() != '.' && !text.contains("..");
}

}  // namespace

Result<std::vector<std::string>> template_names(std::string_view pattern) {
    std::vector<std::string> names;
    const auto walked = walk(pattern, [&](const std::string& name) -> Result<std::string> {
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
        return "";
    });
    if (!walked) return std::unexpected(walked.error());
    return names;
}

Result<std::string> expand(std::string_view pattern, const SettingValues& settings) {
    return walk(pattern, [&](const std::string& name) -> Result<std::string> {
        const auto found = settings.find(name);
        const auto refused = [&](std::string_view why) {
            return failure(
                ErrorKind::invalid_input, fmt::format(
                                              "the address {} needs the setting {}, which {}",
                                              porteur::quoted(pattern), name, why
                                          )
            );
        };
        if (found == settings.end()) return refused("has no value; give it under [settings]");
        std::string text;
        if (const auto* written = std::get_if<std::string>(&found->second)) text = *written;
        if (const auto* number = std::get_if<std::int64_t>(&found->second))
            text = std::to_string(*number);
        if (!fits_address(text))
            return refused("may hold only letters, digits, dots, hyphens and underscores");
        return text;
    });
}

}  // namespace porteur
