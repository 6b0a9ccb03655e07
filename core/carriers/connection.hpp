// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "carriers/addresses.hpp"
#include "carriers/answer_parser.hpp"
#include "carriers/destination.hpp"
#include "carriers/exchange.hpp"

namespace porteur::carriers {

struct ConnectionLimits {
    std::size_t header_size_max;
    std::size_t body_size_max;
    bool private_addresses;  ///< whether a host *name* may lead to a private address
    /// Judges every address, literal ones too, in place of that; null: none does.
    std::shared_ptr<const AddressGuard> guard;
};

/// One connection to one origin, for one exchange after the other.
///
/// It has no timer: whoever owns it calls expire() when `deadline` has passed.
///
/// @threads the executor's only
class Connection {
public:
    using Time = std::chrono::steady_clock::time_point;

    Connection(
        boost::asio::any_io_executor executor, std::shared_ptr<const Origin> origin,
        boost::asio::ssl::context& tls, ConnectionLimits limits
    );
    ~Connection();

    /// Looks the host up, connects, and makes TLS where the origin says so.
    ///
    /// A literal address (or localhost) was written by a person and is taken; a name must lead to
    /// public addresses only, unless the limits say otherwise, so that nobody who controls a name
    /// server reaches our inside.
    ///
    /// @errors  unavailable: no such host, refused, timed out, certificate not the host's;
    ///          invalid_input: a name that leads to a private address. In each case no byte of a
    ///          request has left
    /// @cancel  at any wait; the connection is then only good for being destroyed
    boost::asio::awaitable<Result<void>> open(Time until);

    /// Sends one request (`head` ends with the empty line) and reads its answer.
    ///
    /// @errors  unavailable with may_have_left false: the connection was found dead before the
    /// first
    ///          byte was accepted; else in_doubt
    /// @cancel  at any wait; the connection is then only good for being destroyed
    /// @param may_leave  asked again before each piece of what the network does not take at once; empty: it may
    boost::asio::awaitable<Exchanged> exchange(
        std::string& head, const std::string& body, bool to_head, const std::function<bool()>& may_leave
    );

    /// Whether it may be kept: the last answer was complete and allowed it.
    [[nodiscard]] bool is_clean();

    /// Whether the peer has neither closed nor said anything since; one look, without waiting.
    [[nodiscard]] bool is_alive();

    /// Ends whatever it waits for; that then fails as timed out.
    void expire();

    [[nodiscard]] const std::shared_ptr<const Origin>& origin() const { return origin_; }

    Time deadline = Time::max();  ///< when expire() is due; set by the owner
    bool idle = false;            ///< kept by the owner
    bool used = false;            ///< has carried an exchange before

private:
    using Socket = boost::asio::ip::tcp::socket;

    boost::asio::awaitable<Result<void>> connect(Time until);
    boost::asio::awaitable<Result<void>> make_tls();
    template <class Stream>
    boost::asio::awaitable<Exchanged> run(
        Stream& stream, std::string& head, const std::string& body, const std::function<bool()>& may_leave
    );
    template <class Stream>
    boost::asio::awaitable<Exchanged> read_answer(Stream& stream, std::string why_sending_failed);

    void take_back_at_close(bool is_wanted);
    Exchanged lost(std::string_view what) const;
    std::string where() const { return origin_->authority(); }

    std::shared_ptr<const Origin> origin_;
    boost::asio::ssl::context& tls_context_;  // the client's, which outlives its connections
    ConnectionLimits limits_;
    Socket socket_;
    std::optional<boost::asio::ssl::stream<Socket&>> tls_;
    AnswerParser parser_;
    std::string input_;  // as large as ever needed; input_used_ bytes of it are unread
    std::size_t input_used_ = 0;
    bool expired_ = false;
    bool clean_ = false;
};

}  // namespace porteur::carriers
