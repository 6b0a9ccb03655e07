// SPDX-License-Identifier: Apache-2.0
#include "signature_file.hpp"

#include <porteur/result.hpp>

namespace porteur::cli {
namespace {

constexpr std::string_view none_of_them =
    to_translate("the signature is neither a PNG or JPEG, nor an SVG path, nor JSON with strokes");

/// The paths of an SVG picture, one after the other.
std::string paths_of(std::string_view svg) {
    std::string paths;
    for (auto at = svg.find("<path"); at != svg.npos; at = svg.find("<path", at + 1)) {
        const auto element = svg.substr(at, svg.find('>', at) - at);
        for (const char quote : {'"', '\''}) {
            const auto mark = std::string(" d=") + quote;
            const auto begin = element.find(mark);
            if (begin == element.npos) continue;
            const auto from = begin + mark.size();
            const auto to = element.find(quote, from);
            if (to == element.npos) continue;
            if (!paths.empty()) paths += ' ';
            paths += element.substr(from, to - from);
        }
    }
    return paths;
}

}  // namespace

Outcome<json::object> drawn_signature(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
    if (first == text.npos) return trouble(ExitCode::usage, "the signature is empty");
    text.remove_prefix(first);
    const auto last = text.find_last_not_of(" \t\r\n");
    text = text.substr(0, last + 1);
    if (text.front() == '<') {
        auto path = paths_of(text);
        if (path.empty())
            return trouble(ExitCode::usage, "the signature is an SVG picture without a path");
        return json::object{{"path", std::move(path)}};
    }
    if (text.front() == '[' || text.front() == '{') {
        auto read = parse_json(text);
        if (!read) return trouble(ExitCode::usage, phrase("the signature is {1:text}", read.error().message));
        if (read->is_array()) return json::object{{"strokes", std::move(*read)}};
        if (auto* strokes = read->get_object().if_contains("strokes"))
            return json::object{{"strokes", std::move(*strokes)}};
        return trouble(ExitCode::usage, std::string(none_of_them));
    }
    if (text.front() == 'M' || text.front() == 'm')
        return json::object{{"path", json::string(text)}};
    return trouble(ExitCode::usage, std::string(none_of_them));
}

}  // namespace porteur::cli
