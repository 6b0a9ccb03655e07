// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message.hpp"

namespace porteur::sim {

/// The decoded `{...}` parts of a path, in order.
using Captures = std::vector<std::string>;
using Handler = std::function<Answer(const Request&, const Captures&)>;

/// Finds the handler of a request. The first route added that fits wins, so that a fixed word may
/// stand before a `{name}` at the same place. @threads one
class Router {
public:
    /// @param pattern  "/orders/{id}"; a part in braces takes any one segment
    void add(std::string method, std::string_view pattern, Handler handler);

    /// Runs the handler; nothing when no route fits.
    /// @param path  the part of the request's path to route by, without a base path
    std::optional<Answer> route(const Request& request, std::string_view path) const;

private:
    struct Route {
        std::string method;
        std::vector<std::string> segments;
        Handler handler;
    };
    std::vector<Route> routes_;
};

}  // namespace porteur::sim
