// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace porteur::testing {

/// A PostgreSQL cluster of the test's own: in a temporary folder, on a loopback port of its own, run as
/// the user postgres when the test is root, stopped by its process id.
class PostgresServer {
public:
    PostgresServer();
    ~PostgresServer();
    PostgresServer(const PostgresServer&) = delete;
    PostgresServer& operator=(const PostgresServer&) = delete;

    /// Empty when it runs; else why not.
    const std::string& trouble() const { return trouble_; }
    /// Makes an empty database and gives its address for the store.
    std::string fresh_database(const std::string& name);
    int port() const { return port_; }
    /// Ends it as a power cut would, and starts it again: it recovers from its own log. @return whether it runs
    bool restart();

private:
    std::string as_server(const std::string& command) const;

    std::filesystem::path folder_, programs_;
    int port_ = 0;
    bool running_ = false;
    std::string trouble_;
};

}  // namespace porteur::testing
