// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "transport.hpp"

namespace porteur::cli {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    std::string method;
    std::string target;  ///< "/v1/carriers", already encoded
    Fields fields;       ///< without Host, Content-Length and Connection, which exchange() adds
    std::string body;
};

struct HttpAnswer {
    int status = 0;
    Fields fields;  ///< names in lower case
    std::string body;

    /// The first field with this lower-case name; empty if there is none.
    std::string_view field(std::string_view name) const;
};

struct ExchangeWishes {
    std::chrono::milliseconds timeout{60'000};  ///< the longest silence of the other side
    /// Told how many bytes of the body have left.
    std::function<void(std::size_t)> sent = {};
    /// Takes the body of a 200 as it comes, in place of HttpAnswer::body; false ends the exchange.
    std::function<bool(std::string_view)> body = {};
};

/// Sends one request and reads its answer; the connection is not used again.
///
/// @errors  not_reachable: the connection broke or stayed silent; timed_out: called off;
///          failed: the answer is not HTTP, or larger than 64 MiB
/// @threads one
/// @source  RFC 9112
Outcome<HttpAnswer> exchange(
    Transport& transport, const ServerUrl& url, const HttpRequest& request,
    const ExchangeWishes& wishes
);

}  // namespace porteur::cli
