// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "carriers/client.hpp"

namespace porteur::test {

namespace asio = boost::asio;

/// One request as a carrier received it.
struct Received {
    std::string head, body;

    [[nodiscard]] std::string line() const { return head.substr(0, head.find("\r\n")); }
    /// The value of a header by its name in any case; empty if absent.
    [[nodiscard]] std::string header(std::string_view name) const;
};

/// The carrier's end of one connection. Knows nothing of the code under test.
class Peer {
public:
    explicit Peer(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

    auto executor() { return socket_.get_executor(); }

    asio::awaitable<bool> accept_tls(asio::ssl::context& context);
    /// Nothing once the client has closed.
    asio::awaitable<std::optional<Received>> read();
    asio::awaitable<void> write(std::string text);
    /// "HTTP/1.1 200 OK" with this body and its length.
    asio::awaitable<void> answer(int status, std::string body, std::string headers = {});
    /// Waits until the client closes its end.
    asio::awaitable<void> until_closed();
    /// Waits for the same. @return whether it was by a reset, which takes back what had not arrived
    asio::awaitable<bool> until_reset();
    /// Sends TLS's closing alert, calls `sent`, and waits for the client to close.
    asio::awaitable<void> shut_tls(std::function<void()> sent);
    /// Says that no more will come, and goes on reading.
    void half_close();
    void close();
    /// Closes with a TCP reset.
    void reset();
    /// Whether all that was written could be.
    [[nodiscard]] bool is_open() const { return !failed_; }

private:
    asio::awaitable<std::size_t> read_some(boost::system::error_code& error);

    asio::ip::tcp::socket socket_;
    std::optional<asio::ssl::stream<asio::ip::tcp::socket&>> tls_;
    std::string unread_;
    bool failed_ = false;
};

/// A carrier on a loopback port: each connection runs the script it was given.
class Loopback {
public:
    using Script = std::function<asio::awaitable<void>(Peer& peer, int connection)>;

    explicit Loopback(Script script, asio::ssl::context* tls = nullptr);

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
    [[nodiscard]] std::string url(std::string_view host = "127.0.0.1") const {
        return (tls_ ? "https://" : "http://") + std::string(host) + ":" + std::to_string(port());
    }

    /// Runs one coroutine to its end and returns what it returned.
    template <class T>
    T run(asio::awaitable<T> work) {
        std::optional<T> result;
        asio::co_spawn(context, std::move(work), [&](std::exception_ptr error, T value) {
            if (error) std::rethrow_exception(error);
            result.emplace(std::move(value));
        });
        while (!result) step();
        return std::move(*result);
    }

    /// Runs until a condition holds.
    template <class Condition>
    void run_until(Condition condition) {
        while (!condition()) step();
    }

    /// Handles one event. Throws when none comes for long, so that a broken promise fails and does
    /// not hang the program.
    void step() {
        if (context.run_one_for(std::chrono::seconds{20}) == 0) {
            throw std::runtime_error("nothing has happened on the loopback carrier for 20 s");
        }
    }

    asio::io_context context;
    int connections = 0;
    int connections_open = 0;

private:
    static asio::awaitable<void> serve(Loopback* self);
    static asio::awaitable<void> serve_one(
        Loopback* self, asio::ip::tcp::socket socket, int number
    );

    Script script_;
    asio::ssl::context* tls_;
    asio::ip::tcp::acceptor acceptor_;
};

/// A script that answers each request with 200 and "{}" for as long as the client likes.
asio::awaitable<void> answers_always(Peer& peer, int connection);

/// A client of this carrier; the settings' base_url is filled in.
CarrierClient client_of(
    Loopback& carrier, ClientSettings settings = {}, SecretReader secrets = {},
    ClientClock clock = {}
);

CarrierRequest get(std::string path);
CarrierRequest post(std::string path, std::string body);

}  // namespace porteur::test
