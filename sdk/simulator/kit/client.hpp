// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include <porteur/simulator.hpp>

namespace porteur::sim {

/// Sends one request to 127.0.0.1 over a connection of its own, and waits for the answer. Plain sockets, so that it
/// shares nothing with the server.
/// @param timeout  for each wait, in real time
Sent send_request(
    std::uint16_t port, const std::string& method, const std::string& target, const std::string& body,
    const Fields& headers, std::chrono::milliseconds timeout
);

}  // namespace porteur::sim
