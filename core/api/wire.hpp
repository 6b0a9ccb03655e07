// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

namespace porteur {

/// An accepted connection, plain or TLS, on which every wait has a deadline. The socket's executor
/// is a strand; everything but construction happens on it.
class Wire : public std::enable_shared_from_this<Wire> {
public:
    using Time = std::chrono::steady_clock::time_point;

    /// @param tls  null for a plain connection
    Wire(boost::asio::ip::tcp::socket socket, std::shared_ptr<boost::asio::ssl::context> tls);

    /// Does nothing on a plain connection. @return false: no session came about
    boost::asio::awaitable<bool> handshake(Time until);
    /// After a handshake that came to nothing: the peer sent a request in plain HTTP. What is written then goes to it as plainly.
    bool spoke_plainly() const noexcept { return spoke_plainly_; }

    /// @return how many bytes came; 0 when the peer has closed, the connection broke, or `until`
    /// passed
    ///         (then late() is true and writing is still possible)
    boost::asio::awaitable<std::size_t> read(std::span<char> into, Time until);

    /// Writes all of it. @return false: the connection broke, or `until` passed
    boost::asio::awaitable<bool> write(std::string_view bytes, Time until);

    /// After a refusal: says that nothing more comes and reads what the peer still sends, so that
    /// the answer is not lost to a reset.
    boost::asio::awaitable<void> linger(Time until);

    /// Until it is taken back, an end of the connection is an error to the peer: for what is as long as
    /// the connection, so that nobody takes a part of it for the whole.
    void end_is_error(bool is_error);

    bool late() const noexcept { return late_; }
    bool secure() const noexcept { return tls_.has_value(); }
    /// Ends whatever waits here; the socket closes.
    void close();
    bool is_open() const { return socket_.is_open(); }
    /// Called by close(), for a wait that is not on the socket.
    void on_close(std::function<void()> hear) { on_close_ = std::move(hear); }

    boost::asio::any_io_executor executor() { return socket_.get_executor(); }

private:
    void arm(Time until);
    void disarm() { deadline_ = Time::max(); }
    void wait_for_deadline(Time until);

    boost::asio::ip::tcp::socket socket_;
    std::shared_ptr<boost::asio::ssl::context> certificate_;  ///< that the session began with
    std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
    boost::asio::steady_timer timer_;
    Time deadline_ = Time::max();
    Time timer_until_ = Time::max();  ///< when the timer fires; max = it is not set
    bool late_ = false;
    bool spoke_plainly_ = false;
    std::function<void()> on_close_;
};

}  // namespace porteur
