// SPDX-License-Identifier: Apache-2.0
#include "loopback.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <stdexcept>

#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace porteur::test {

using asio::ip::tcp;
using boost::system::error_code;

std::string Received::header(std::string_view name) const {
    std::string wanted = "\r\n" + std::string(name) + ": ";
    const auto at = std::ranges::search(head, wanted, [](char left, char right) {
        return std::tolower(static_cast<unsigned char>(left)) ==
               std::tolower(static_cast<unsigned char>(right));
    });
    if (at.empty()) return {};
    return {at.end(), std::find(at.end(), head.end(), '\r')};
}

asio::awaitable<bool> Peer::accept_tls(asio::ssl::context& context) {
    tls_.emplace(socket_, context);
    error_code error;
    co_await tls_->async_handshake(
        asio::ssl::stream_base::server, asio::redirect_error(asio::use_awaitable, error)
    );
    co_return !error;
}

asio::awaitable<std::size_t> Peer::read_some(error_code& error) {
    char buffer[4096];
    std::size_t count = 0;
    if (tls_) {
        count = co_await tls_->async_read_some(
            asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error)
        );
    } else {
        count = co_await socket_.async_read_some(
            asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error)
        );
    }
    unread_.append(buffer, count);
    co_return count;
}

asio::awaitable<std::optional<Received>> Peer::read() {
    error_code error;
    std::size_t end = 0;
    while ((end = unread_.find("\r\n\r\n")) == std::string::npos && !error) {
        co_await read_some(error);
    }
    if (error) co_return std::nullopt;

    Received request{unread_.substr(0, end + 4), {}};
    unread_.erase(0, end + 4);
    std::size_t length = 0;
    const auto text = request.header("content-length");
    std::from_chars(text.data(), text.data() + text.size(), length);
    while (unread_.size() < length && !error) co_await read_some(error);
    if (error) co_return std::nullopt;
    request.body = unread_.substr(0, length);
    unread_.erase(0, length);
    co_return request;
}

asio::awaitable<void> Peer::write(std::string text) {
    error_code error;
    if (tls_) {
        co_await asio::async_write(
            *tls_, asio::buffer(text), asio::redirect_error(asio::use_awaitable, error)
        );
    } else {
        co_await asio::async_write(
            socket_, asio::buffer(text), asio::redirect_error(asio::use_awaitable, error)
        );
    }
    if (error) failed_ = true;
}

asio::awaitable<void> Peer::answer(int status, std::string body, std::string headers) {
    co_await write(
        "HTTP/1.1 " + std::to_string(status) +
        " Said\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body
    );
}

asio::awaitable<void> Peer::until_closed() {
    error_code error;
    while (!error) co_await read_some(error);
}

asio::awaitable<bool> Peer::until_reset() {
    error_code error;
    while (!error) co_await read_some(error);
    co_return error == asio::error::connection_reset;
}

asio::awaitable<void> Peer::shut_tls(std::function<void()> sent) {
    asio::steady_timer done(socket_.get_executor(), asio::steady_timer::time_point::max());
    // The alert is on its way when this call returns; the end comes when the client closes.
    tls_->async_shutdown([&done](error_code) { done.cancel(); });
    sent();
    error_code ignored;
    co_await done.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

void Peer::half_close() {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void Peer::close() {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
}

void Peer::reset() {
    error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    socket_.close(ignored);
}

Loopback::Loopback(Script script, asio::ssl::context* tls)
    : context(1),
      script_(std::move(script)),
      tls_(tls),
      acceptor_(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    asio::co_spawn(context, serve(this), asio::detached);
}

asio::awaitable<void> Loopback::serve(Loopback* self) {
    for (;;) {
        auto socket = co_await self->acceptor_.async_accept(asio::use_awaitable);
        socket.set_option(tcp::no_delay(true));
        const int number = self->connections++;
        asio::co_spawn(self->context, serve_one(self, std::move(socket), number), asio::detached);
    }
}

asio::awaitable<void> Loopback::serve_one(Loopback* self, tcp::socket socket, int number) {
    Peer peer(std::move(socket));
    ++self->connections_open;
    bool ready = true;
    if (self->tls_) ready = co_await peer.accept_tls(*self->tls_);
    if (ready) co_await self->script_(peer, number);
    --self->connections_open;
}

asio::awaitable<void> answers_always(Peer& peer, int) {
    while (co_await peer.read()) co_await peer.answer(200, "{}");
}

CarrierClient client_of(
    Loopback& carrier, ClientSettings settings, SecretReader secrets, ClientClock clock
) {
    if (settings.base_url.empty()) settings.base_url = carrier.url();
    auto made = CarrierClient::make(
        carrier.context.get_executor(), std::move(settings), std::move(secrets), std::move(clock)
    );
    if (!made) throw std::runtime_error(made.error().message);
    return std::move(*made);
}

CarrierRequest get(std::string path) { return {.method = "GET", .url_or_path = std::move(path)}; }

CarrierRequest post(std::string path, std::string body) {
    return {.method = "POST", .url_or_path = std::move(path), .body = std::move(body)};
}

}  // namespace porteur::test
