// SPDX-License-Identifier: Apache-2.0
#include "router.hpp"

#include <algorithm>
#include <utility>

#include "encoding.hpp"

namespace porteur::sim {
namespace {

std::vector<std::string> split(std::string_view path) {
    std::vector<std::string> segments;
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const auto segment = path.substr(0, path.find('/'));
        segments.push_back(decode_percent(segment));
        path.remove_prefix(segment.size());
    }
    return segments;
}

}  // namespace

void Router::add(std::string method, std::string_view pattern, Handler handler) {
    routes_.push_back({std::move(method), split(pattern), std::move(handler)});
}

std::optional<Answer> Router::route(const Request& request, std::string_view path) const {
    if (!path.starts_with('/')) return std::nullopt;
    const auto segments = split(path);
    for (const auto& route : routes_) {
        if (route.method != request.method || route.segments.size() != segments.size()) continue;
        Captures captures;
        const bool fits =
            std::ranges::equal(route.segments, segments, [&](const auto& wanted, const auto& seen) {
                if (!wanted.starts_with('{')) return wanted == seen;
                captures.push_back(seen);
                return !seen.empty();
            });
        if (fits) return route.handler(request, captures);
    }
    return std::nullopt;
}

}  // namespace porteur::sim
