// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>

#include "simulation.hpp"

namespace porteur::sim {

/// Serves one simulation over HTTP/1.1 on 127.0.0.1: keep-alive, TCP_NODELAY, one thread.
class Server {
public:
    /// Binds at once, so that port() is known before run().
    /// @param simulation  owned by the caller; outlives the server
    /// @param port        0 lets the system choose
    /// @errors            throws std::exception when the port cannot be bound
    Server(Simulation& simulation, std::uint16_t port);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    std::uint16_t port() const;

    /// Serves until stop(). Everything of the simulation happens in this call's thread.
    void run();
    /// SIGTERM and SIGINT end run() from now on.
    void stop_on_signals();
    void stop();  ///< @threads any

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace porteur::sim
