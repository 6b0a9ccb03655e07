// SPDX-License-Identifier: Apache-2.0
#pragma once

// A blocking HTTP client as small as the fault tests can do with: one request for each connection.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace porteur::testing {

struct HttpReply {
    int status = 0;
    std::string body;
};

/// Sends one request to 127.0.0.1. @return nothing when the answer did not come whole
/// @param silence_max  so long it waits for the next bytes
/// @param headers  whole lines, without the end of line; a body without a Content-Type is JSON
/// @threads any
std::optional<HttpReply> http(
    unsigned port, const std::string& method, const std::string& target,
    const std::vector<std::string>& headers = {}, const std::string& body = {},
    std::chrono::milliseconds silence_max = std::chrono::seconds(10)
);

}  // namespace porteur::testing
