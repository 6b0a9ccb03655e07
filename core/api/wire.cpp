// SPDX-License-Identifier: Apache-2.0
// One timer for the whole connection. It is set when a wait begins and left standing when the wait
// ends: when it fires it looks whether the deadline has moved. So a busy connection sets a timer
// every few seconds instead of twice for each request.
#include "api/wire.hpp"

#include <array>
#include <utility>

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace porteur {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

Wire::Wire(tcp::socket socket, std::shared_ptr<asio::ssl::context> tls)
    : socket_(std::move(socket)), certificate_(std::move(tls)), timer_(socket_.get_executor()) {
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    if (certificate_) tls_.emplace(socket_, *certificate_);
}

void Wire::wait_for_deadline(Time until) {
    timer_until_ = until;
    timer_.expires_at(until);
    timer_.async_wait([weak = weak_from_this()](error_code stopped) {
        if (stopped) return;  // set anew, or the connection is gone
        const auto self = weak.lock();
        if (!self) return;
        self->timer_until_ = Time::max();
        if (self->deadline_ == Time::max()) return;
        if (std::chrono::steady_clock::now() < self->deadline_) {
            self->wait_for_deadline(self->deadline_);
            return;
        }
        self->late_ = true;
        error_code ignored;
        self->socket_.cancel(ignored);
    });
}

void Wire::arm(Time until) {
    late_ = false;
    deadline_ = until;
    // On a closed socket nothing will wait, and a timer would only keep the io_context busy.
    if (until < timer_until_ && socket_.is_open()) wait_for_deadline(until);
}

asio::awaitable<bool> Wire::handshake(Time until) {
    if (!tls_) co_return true;
    arm(until);
    error_code failed;
    co_await socket_.async_wait(tcp::socket::wait_read, asio::redirect_error(asio::use_awaitable, failed));
    char first = 0;
    const bool is_there = !failed && ::recv(socket_.native_handle(), &first, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
    // A method; TLS begins with 22.
    if (is_there && first >= 'A' && first <= 'Z') {
        disarm();
        spoke_plainly_ = true;
        tls_.reset();
        co_return false;
    }
    if (!failed) co_await tls_->async_handshake(
        asio::ssl::stream_base::server, asio::redirect_error(asio::use_awaitable, failed)
    );
    disarm();
    co_return !failed;
}

asio::awaitable<std::size_t> Wire::read(std::span<char> into, Time until) {
    arm(until);
    error_code failed;
    const auto buffer = asio::buffer(into.data(), into.size());
    std::size_t count = 0;
    if (tls_)
        count = co_await tls_->async_read_some(
            buffer, asio::redirect_error(asio::use_awaitable, failed)
        );
    else
        count = co_await socket_.async_read_some(
            buffer, asio::redirect_error(asio::use_awaitable, failed)
        );
    disarm();
    if (count > 0) late_ = false;  // the bytes won the race against the timer
    co_return count;
}

asio::awaitable<bool> Wire::write(std::string_view bytes, Time until) {
    arm(until);
    error_code failed;
    const auto buffer = asio::buffer(bytes.data(), bytes.size());
    if (tls_)
        co_await asio::async_write(
            *tls_, buffer, asio::redirect_error(asio::use_awaitable, failed)
        );
    else
        co_await asio::async_write(
            socket_, buffer, asio::redirect_error(asio::use_awaitable, failed)
        );
    disarm();
    co_return !failed;
}

asio::awaitable<void> Wire::linger(Time until) {
    error_code failed;
    // TLS is cut below its own farewell: the peer has its answer, and waiting for another's goodbye
    // would be one more way to hold a connection.
    socket_.shutdown(tcp::socket::shutdown_send, failed);
    std::array<char, 4096> dropped;
    while (!failed) {
        arm(until);
        co_await socket_.async_read_some(
            asio::buffer(dropped), asio::redirect_error(asio::use_awaitable, failed)
        );
    }
    disarm();
}

void Wire::end_is_error(bool is_error) {
    // A socket that does not linger is reset when it closes, even where the process ends (RFC 9293).
    error_code ignored;
    socket_.set_option(asio::socket_base::linger(is_error, 0), ignored);
}

void Wire::close() {
    error_code ignored;
    timer_.cancel();
    timer_until_ = Time::max();
    socket_.close(ignored);
    if (on_close_) std::exchange(on_close_, nullptr)();
}

}  // namespace porteur
