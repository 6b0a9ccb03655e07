// SPDX-License-Identifier: Apache-2.0
// What counts as "left": the first byte that the kernel (or the TLS layer) accepted. Before it
// every failure is certain; after it none is, except a complete answer.
#include "carriers/connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <porteur/phrase.hpp>

#include "carriers/addresses.hpp"
#include "carriers/tls.hpp"

namespace porteur::carriers {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t input_size_first = 8 * 1024;

/// One look-up in flight. Asio's look-up cannot be interrupted, so the waiting ends by itself and a
/// late answer finds nobody.
struct LookUp {
    explicit LookUp(const asio::any_io_executor& executor) : resolver(executor), timer(executor) {}
    tcp::resolver resolver;
    asio::steady_timer timer;
    bool done = false;
    error_code error;
    std::vector<tcp::endpoint> found;
};

asio::awaitable<Result<std::vector<tcp::endpoint>>> look_up(
    asio::any_io_executor executor, std::string host, std::uint16_t port,
    std::chrono::steady_clock::time_point until
) {
    error_code not_an_address;
    const auto address = asio::ip::make_address(host, not_an_address);
    if (!not_an_address) co_return std::vector{tcp::endpoint(address, port)};

    const auto state = std::make_shared<LookUp>(executor);
    state->timer.expires_at(until);
    state->resolver.async_resolve(
        host, std::to_string(port), tcp::resolver::numeric_service,
        [state](error_code error, const tcp::resolver::results_type& results) {
            state->done = true;
            state->error = error;
            for (const auto& entry : results) state->found.push_back(entry.endpoint());
            state->timer.cancel();
        }
    );
    if (!state->done) {
        error_code woken;
        co_await state->timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
    if (!state->done) {
        state->resolver.cancel();
        co_return failure(ErrorKind::unavailable, host + ": " + phrase("the name look-up took too long"));
    }
    if (state->error) {
        co_return failure(ErrorKind::unavailable, host + ": " + state->error.message());
    }
    co_return std::move(state->found);
}

}  // namespace

Connection::Connection(
    asio::any_io_executor executor, std::shared_ptr<const Origin> origin, asio::ssl::context& tls,
    ConnectionLimits limits
)
    : origin_(std::move(origin)),
      tls_context_(tls),
      limits_(limits),
      socket_(std::move(executor)),
      parser_(limits.header_size_max, limits.body_size_max) {}

Connection::~Connection() = default;

void Connection::expire() {
    expired_ = true;
    error_code ignored;
    socket_.close(ignored);
}

bool Connection::is_clean() {
    if (!clean_ || !socket_.is_open()) return false;
    if (!tls_) return true;
    // What TLS already holds is not seen on the socket: the peer's closing alert, for one.
    SSL* session = tls_->native_handle();
    return SSL_has_pending(session) == 0 && BIO_pending(SSL_get_rbio(session)) == 0 &&
           SSL_get_shutdown(session) == 0;
}

bool Connection::is_alive() {
    char byte = 0;
    const auto seen = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    // 0 is a close; bytes that nobody asked for (a 408, a TLS alert) announce one.
    return seen < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

asio::awaitable<Result<void>> Connection::open(Time until) {
    auto connected = co_await connect(until);
    if (!connected || !origin_->tls) co_return connected;
    co_return co_await make_tls();
}

asio::awaitable<Result<void>> Connection::connect(Time until) {
    auto endpoints = co_await look_up(socket_.get_executor(), origin_->host, origin_->port, until);
    if (!endpoints) co_return std::unexpected(endpoints.error());

    if (limits_.guard) {
        const bool fine = std::ranges::all_of(*endpoints, [this](const tcp::endpoint& endpoint) {
            return limits_.guard->allows(endpoint.address(), endpoint.port(), origin_->tls);
        });
        // Which address it is, is not for whoever chose the name: they could ask about our inside.
        if (!fine)
            co_return failure(
                ErrorKind::invalid_input,
                phrase(
                    "{1} leads to an address or port that requests may not go to; nothing was sent",
                    where()
                )
            );
    }
    error_code not_an_address;
    asio::ip::make_address(origin_->host, not_an_address);
    if (!limits_.guard && not_an_address && origin_->host != "localhost" && !limits_.private_addresses) {
        const auto inside = std::ranges::find_if(*endpoints, [](const tcp::endpoint& endpoint) {
            return is_private(endpoint.address());
        });
        if (inside != endpoints->end()) {
            co_return failure(
                ErrorKind::invalid_input,
                phrase(
                    "{1} leads to the private address {2}; nothing was sent. Allow private "
                    "addresses for this account if that is meant",
                    origin_->host, inside->address().to_string()
                )
            );
        }
    }
    const auto too_late = [this] {
        return failure(
            ErrorKind::unavailable, where() + ": " + phrase("connecting took too long")
        );
    };
    if (expired_) co_return too_late();

    error_code error;
    co_await asio::async_connect(
        socket_, *endpoints, asio::redirect_error(asio::use_awaitable, error)
    );
    if (expired_) co_return too_late();
    if (error) {
        co_return failure(
            ErrorKind::unavailable,
            where() + ": " + phrase("cannot connect: {1}", error.message())
        );
    }
    error_code ignored;
    socket_.set_option(tcp::no_delay(true), ignored);
    // Nobody keeps sending what is not taken: by then whoever asked may have asked, and sent, again.
    constexpr unsigned unacknowledged_max_ms = 10'000;
    ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_max_ms, sizeof unacknowledged_max_ms);
    socket_.non_blocking(true, ignored);
    co_return Result<void>{};
}

asio::awaitable<Result<void>> Connection::make_tls() {
    tls_.emplace(socket_, tls_context_);
    if (!expect_host(tls_->native_handle(), origin_->host)) {
        co_return failure(
            ErrorKind::unavailable, where() + ": " + phrase("TLS cannot be set up for this host")
        );
    }
    error_code error;
    co_await tls_->async_handshake(
        asio::ssl::stream_base::client, asio::redirect_error(asio::use_awaitable, error)
    );
    if (expired_) {
        co_return failure(
            ErrorKind::unavailable, where() + ": " + phrase("the TLS handshake took too long")
        );
    }
    if (error) {
        auto why = certificate_problem(tls_->native_handle());
        why = why.empty() ? error.message() : phrase("its certificate is not accepted: {1}", why);
        co_return failure(
            ErrorKind::unavailable,
            where() + ": " + phrase("no TLS connection, nothing was sent: {1:text}", why)
        );
    }
    co_return Result<void>{};
}

Exchanged Connection::lost(std::string_view what) const {
    return std::unexpected(ExchangeFailure{
        .error = {.kind = ErrorKind::in_doubt, .message = where() + ": " + std::string(what)},
        .may_have_left = true
    });
}

asio::awaitable<Exchanged> Connection::exchange(
    std::string& head, const std::string& body, bool to_head, const std::function<bool()>& may_leave
) {
    used = true;
    clean_ = false;
    parser_.start(to_head);
    take_back_at_close(true);
    if (tls_) return run(*tls_, head, body, may_leave);
    return run(socket_, head, body, may_leave);
}

/// A connection that is closed in the middle of a request, by us or by the end of this process, takes back what has not
/// arrived. The kernel would go on sending it for minutes.
void Connection::take_back_at_close(bool is_wanted) {
    error_code ignored;
    socket_.set_option(asio::socket_base::linger(is_wanted, 0), ignored);
}

template <class Stream>
asio::awaitable<Exchanged> Connection::run(
    Stream& stream, std::string& head, const std::string& body, const std::function<bool()>& may_leave
) {
    // A large request takes its time, in which another porteurd may take the store over.
    constexpr std::size_t piece_max = 64 * 1024;
    const std::array<asio::const_buffer, 2> pieces = {asio::buffer(head), asio::buffer(body)};
    const std::size_t size = head.size() + body.size();
    std::size_t written = 0;
    error_code error;

    if constexpr (std::is_same_v<Stream, Socket>) {
        // Nearly always the kernel takes all of it at once, and then no event is waited for.
        written = socket_.write_some(pieces, error);
        if (error == asio::error::would_block) error = {};
        if (error && written == 0) {
            co_return std::unexpected(ExchangeFailure{
                .error =
                    {.kind = ErrorKind::unavailable,
                     .message = where() + ": " +
                                phrase(
                                    "the connection was closed before a byte left: {1}",
                                    error.message()
                                )},
                .may_have_left = false
            });
        }
    }
    for (bool first = written == 0; !error && written < size; first = false) {
        if (!first && may_leave && !may_leave())
            co_return lost(phrase("called off while sending: another porteurd may hold the store by now"));
        const std::size_t of_head = std::min(written, head.size()), of_body = written - of_head;
        const std::size_t more_of_head = std::min(piece_max, head.size() - of_head);
        const std::array<asio::const_buffer, 2> piece = {
            asio::buffer(head.data() + of_head, more_of_head),
            asio::buffer(body.data() + of_body, std::min(piece_max - more_of_head, body.size() - of_body))
        };
        written += co_await asio::async_write(stream, piece, asio::redirect_error(asio::use_awaitable, error));
        if (expired_) co_return lost(phrase("it took no complete request within the time-out"));
        if (error == asio::error::operation_aborted) co_return lost(phrase("called off while sending"));
    }
    // A carrier may refuse a large request before it has read all of it, so the answer is read even
    // when sending failed.
    co_return co_await read_answer(stream, error ? error.message() : std::string());
}

template <class Stream>
asio::awaitable<Exchanged> Connection::read_answer(Stream& stream, std::string why_sending_failed) {
    using State = AnswerParser::State;
    if (input_.empty()) input_.resize(input_size_first);
    input_used_ = 0;

    auto state = State::more;
    bool at_end = false;
    while (state == State::more && !at_end) {
        if (input_used_ == input_.size()) {
            // Only a header, a chunk line or a trailer stays unread: a body leaves at once.
            if (input_.size() > limits_.header_size_max)
                co_return lost(phrase("its answer's headers are too large"));
            input_.resize(input_.size() * 2);
        }
        error_code error;
        const std::size_t count = co_await stream.async_read_some(
            asio::buffer(input_.data() + input_used_, input_.size() - input_used_),
            asio::redirect_error(asio::use_awaitable, error)
        );
        if (expired_) co_return lost(phrase("no complete answer within the time-out"));
        if (error == asio::error::eof) {
            at_end = true;
            if (!why_sending_failed.empty() && input_used_ == 0) {
                co_return lost(phrase("the connection broke while sending: {1}", why_sending_failed));
            }
            state = parser_.finish();
            if (state != State::complete) {
                co_return lost(phrase("the connection closed before the answer was complete"));
            }
        } else if (error) {
            // A TLS stream that ends without its closing alert lands here too: it may be cut.
            co_return lost(
                phrase("the connection broke before the answer was complete: {1}", error.message())
            );
        } else {
            input_used_ += count;
            std::size_t consumed = 0;
            state = parser_.put({input_.data(), input_used_}, consumed);
            input_used_ -= consumed;
            if (input_used_ > 0) std::memmove(input_.data(), input_.data() + consumed, input_used_);
        }
    }
    if (state == State::too_large) co_return lost(phrase("its answer is larger than this account allows"));
    if (state == State::broken) {
        co_return lost(phrase("its answer is not HTTP that can be read: {1}", parser_.problem()));
    }
    // We ask for none, but HTTP lets a server choose where nothing was said (RFC 9110, 12.5.3).
    auto answer = parser_.take();
    if (const auto coding = answer.header("content-encoding");
        !coding.empty() && coding != "identity") {
        co_return lost(
            phrase("its answer comes encoded as {1}, which nobody asked for", quoted(coding))
        );
    }
    take_back_at_close(false);
    // Bytes after the end belong to no request of ours.
    clean_ = !at_end && why_sending_failed.empty() && input_used_ == 0 && parser_.keep_alive();
    co_return answer;
}

}  // namespace porteur::carriers
