// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "api/routes.hpp"
#include "api/wire.hpp"

namespace porteur {

/// One line for the access log. No query, no header: secrets stand there.
struct AccessLine {
    std::string peer;    ///< address
    std::string method;  ///< "-" when the request could not be read
    std::string path;
    int status = 0;  ///< 499: the peer had gone
    std::chrono::microseconds took{};
    std::string defect;  ///< an exception's text; empty if none
};
using AccessLog = std::function<void(const AccessLine&)>;

/// Whom a connection is from.
struct Peer {
    std::string address;
    bool loopback = false;
};

/// Reads requests from a connection and answers them, one after the other, until it ends.
///
/// @param api   lives until the coroutine has ended
/// @param wire  closed at the end
/// @param log   may be empty
/// @cancel      by wire->close(); a handler that is under way comes to its end first
/// @threads     the wire's strand
Async<void> serve_connection(
    std::shared_ptr<Api> api, std::shared_ptr<Wire> wire, Peer peer,
    std::shared_ptr<const AccessLog> log
);

}  // namespace porteur
