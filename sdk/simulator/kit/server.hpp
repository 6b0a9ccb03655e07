// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "simulation.hpp"

namespace porteur::sim {

/// A certificate chain and its key, as PEM files; without names the server speaks HTTP.
struct TlsFiles {
    std::string certificate, key;
};

/// Serves one simulation over HTTP/1.1 on 127.0.0.1: keep-alive, TCP_NODELAY, one thread.
class Server {
public:
    /// Binds at once, so that port() is known before run().
    /// @param simulation  owned by the caller; outlives the server
    /// @param port        0 lets the system choose
    /// @param tls         only where the kit was built with PORTEUR_SIMULATOR_TLS
    /// @errors            throws std::exception when the port cannot be bound or a file not be read
    Server(Simulation& simulation, std::uint16_t port, const TlsFiles& tls = {});
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    std::uint16_t port() const;
    std::string url() const;  ///< "http://127.0.0.1:43211"

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
