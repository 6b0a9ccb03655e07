// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <porteur/json.hpp>

#include "api/server.hpp"
#include "fake_host.hpp"

namespace porteur::testing {

struct Reply {
    int status = 0;  ///< 0: the connection ended without an answer
    std::vector<std::pair<std::string, std::string>> fields;  ///< names in lower case
    std::string body;
    bool is_whole = true;  ///< false: a chunked body broke off

    std::string field(std::string_view name) const;
    json::value document() const;  ///< null when it is no JSON
    /// A text of the JSON body: text("detail").
    std::string text(std::string_view key) const;
};

/// A plain blocking connection, which sends what it is told, byte by byte if need be.
class Client {
public:
    /// @param receive_buffer  bytes that the kernel keeps for us; 0 = as it likes
    explicit Client(std::uint16_t port, int receive_buffer = 0);
    ~Client();
    Client(Client&& other) noexcept
        : socket_(std::exchange(other.socket_, -1)), kept_(std::move(other.kept_)) {}

    /// @return false: the peer does not take it any more
    bool send(std::string_view bytes);
    /// The next answer; waits at most ten seconds for each piece. @param no_body  status line and
    /// fields only
    Reply receive(bool no_body = false);
    /// Reads on until what was read holds `wanted`, or the end. @return everything since the last
    /// call
    std::string read_until(std::string_view wanted);
    /// True when the peer has closed, and nothing more came.
    bool at_end();
    /// Reads to the end. @return whether that was a reset, and not an orderly one
    bool ends_with_reset();
    /// Says that nothing more will be sent.
    void finish_sending();

private:
    bool more();
    bool receive_chunks(std::string& body);

    int socket_ = -1;
    std::string kept_;
};

struct Sent {
    std::string method = "GET";
    std::string target = "/";
    std::string token{FakeHost::operator_token};  ///< empty: none
    std::string body = {};
    std::string key = {};  ///< Idempotency-Key
    std::vector<std::pair<std::string, std::string>> fields = {};
    std::string content_type = "application/json";

    std::string bytes() const;
};

/// A server on a free loopback port, run by two threads, over a FakeHost.
class Served {
public:
    explicit Served(
        ApiLimits limits = {}, std::optional<ListenTls> tls = {}, std::shared_ptr<const ConsoleFiles> console = {}
    );
    ~Served();

    Reply ask(const Sent& sent);
    Reply get(std::string target, std::string_view token = FakeHost::operator_token);
    /// A POST with a body and a key of its own.
    Reply post(std::string target, std::string body, std::string key = {});
    Client connect() { return Client(port); }
    std::vector<AccessLine> log();
    /// An order of tenant 1 in the host, with one number.
    Order order(OrderKind kind = OrderKind::port);

    FakeHost host;
    std::uint16_t port = 0;

private:
    boost::asio::io_context io_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::mutex log_mutex_;
    std::vector<AccessLine> log_;
    int next_key_ = 0;

public:
    std::unique_ptr<ApiServer> server;

private:
    std::vector<std::thread> threads_;
};

/// Tries until it holds, at most ten seconds.
bool soon(const std::function<bool()>& holds);

}  // namespace porteur::testing
