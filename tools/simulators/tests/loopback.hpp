// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "kit/program.hpp"
#include "kit/server.hpp"
#include "kit/simulation.hpp"

namespace porteur::sim::test {

/// What a client saw: nothing of it when the connection was closed first.
struct Reply {
    int status = 0;
    Fields headers;  ///< names in lower case
    std::string body;
    bool complete = false;  ///< all of Content-Length came

    json::value json() const;  ///< of the body; fails the test when it is none
    std::string header(std::string_view name) const;
};

/// A blocking HTTP/1.1 client on plain sockets, of a few lines, so that it shares nothing with the
/// server. Keeps one connection and opens it again when it was closed.
class Client {
public:
    explicit Client(std::uint16_t port) : port_(port) {}
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    Reply send(
        const std::string& method, const std::string& target, const std::string& body = {},
        const Fields& headers = {}
    );
    int connection_count() const { return connection_count_; }

    /// Added to every request that does not bring its own.
    std::string authorization;
    std::string content_type = "application/json";

    Reply get(const std::string& target) { return send("GET", target); }
    Reply post(const std::string& target, const json::value& body);
    Reply post_text(const std::string& target, const std::string& body) {
        return send("POST", target, body);
    }

    /// The same without login: an admin route.
    json::value stats();
    json::value received();
    void script(const json::value& order);
    void faults(const json::value& rules);
    void clock(const json::value& setting);

private:
    bool connect_if_needed();
    void disconnect();

    std::uint16_t port_;
    int socket_ = -1;
    int connection_count_ = 0;
};

std::string basic(const std::string& user, const std::string& password);

/// One simulator in this process; its time stands at Monday, 2026-11-23, 15:00 UTC until it is
/// advanced.
class Running {
public:
    explicit Running(const Program& program, const std::vector<std::string>& options = {});
    ~Running();

    Client& client() { return *client_; }
    std::unique_ptr<Client> another_client() const;
    std::uint16_t port() const { return server_->port(); }

private:
    Options options_;
    std::unique_ptr<Simulation> simulation_;
    std::unique_ptr<Server> server_;
    std::thread thread_;
    std::unique_ptr<Client> client_;
};

/// Calls `holds` until it does, for at most ten seconds; for what happens in the server by itself.
bool eventually(const std::function<bool()>& holds);

}  // namespace porteur::sim::test
