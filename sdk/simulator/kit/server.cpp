// SPDX-License-Identifier: Apache-2.0
// The one source of the kit that includes Beast, and where Asio and Beast are compiled.
#include "server.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>

#ifdef PORTEUR_SIMULATOR_TLS
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#endif

#include <boost/asio/impl/src.hpp>
#ifdef PORTEUR_SIMULATOR_TLS
#include <boost/asio/ssl/impl/src.hpp>
#endif
#include <boost/beast/src.hpp>

#include "encoding.hpp"

namespace porteur::sim {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

namespace {

// Port forms carry whole documents in base64.
constexpr std::uint64_t body_max_bytes = 64 * 1024 * 1024;
constexpr auto tick_interval = 200ms;
constexpr std::size_t slow_pieces = 8;

#ifdef PORTEUR_SIMULATOR_TLS
using TlsStream = asio::ssl::stream<tcp::socket>;
#endif

std::string to_wire(const Answer& answer, bool keep_alive, bool with_body) {
    std::string wire = "HTTP/1.1 " + std::to_string(answer.status) + " ";
    wire += std::string(http::obsolete_reason(static_cast<http::status>(answer.status)));
    wire += "\r\n";
    for (const auto& [name, value] : answer.headers) wire += name + ": " + value + "\r\n";
    if (answer.status != 204) {
        wire += "Content-Type: " + answer.content_type + "\r\n";
        wire += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n";
    }
    if (!keep_alive) wire += "Connection: close\r\n";
    wire += "\r\n";
    if (with_body && answer.status != 204) wire += answer.body;
    return wire;
}

Request from_beast(http::request<http::string_body>&& message) {
    Request request;
    request.method = std::string(message.method_string());
    set_target(request, std::string(message.target()));
    for (const auto& field : message) {
        request.headers.emplace_back(
            to_lower({field.name_string().data(), field.name_string().size()}),
            std::string(field.value())
        );
    }
    request.body = std::move(message.body());
    return request;
}

}  // namespace

struct Server::Impl {
    template <class Stream>
    class Session;

    Impl(Simulation& served, std::uint16_t port)
        : simulation(served),
          acceptor(loop, tcp::endpoint(asio::ip::address_v4::loopback(), port)),
          ticker(loop),
          signals(loop) {}

    void accept();
    void serve(tcp::socket socket);
    void tick();
    void act_later(std::chrono::milliseconds wait, std::function<void()> act);

    Simulation& simulation;
    asio::io_context loop{1};
    tcp::acceptor acceptor;
    asio::steady_timer ticker;
    asio::signal_set signals;
#ifdef PORTEUR_SIMULATOR_TLS
    std::optional<asio::ssl::context> tls;
#endif
};

/// One connection. It lives as long as an operation of it is under way.
template <class Stream>
class Server::Impl::Session : public std::enable_shared_from_this<Session<Stream>> {
public:
    Session(Impl& server, Stream stream)
        : server_(server), socket_(std::move(stream)), timer_(socket_.get_executor()) {}

#ifdef PORTEUR_SIMULATOR_TLS
    void begin() requires std::is_same_v<Stream, TlsStream> {
        socket_.async_handshake(
            asio::ssl::stream_base::server,
            [self = this->shared_from_this()](error_code error) {
                if (error) return self->close();
                self->read();
            }
        );
    }
#endif
    void begin() requires std::is_same_v<Stream, tcp::socket> { read(); }

    void read() {
        parser_.emplace();
        parser_->body_limit(body_max_bytes);
        http::async_read_header(
            socket_, buffer_, *parser_,
            [self = this->shared_from_this()](error_code error, std::size_t) { self->on_header(error); }
        );
    }

private:
    void on_header(error_code error) {
        if (error) return give_up(error);
        if (parser_->get()[http::field::expect] != "100-continue") return read_body();
        wire_ = "HTTP/1.1 100 Continue\r\n\r\n";
        asio::async_write(
            socket_, asio::buffer(wire_),
            [self = this->shared_from_this()](error_code failed, std::size_t) {
                if (!failed) self->read_body();
            }
        );
    }

    void read_body() {
        http::async_read(
            socket_, buffer_, *parser_,
            [self = this->shared_from_this()](error_code error, std::size_t) { self->on_body(error); }
        );
    }

    void on_body(error_code error) {
        if (error) return give_up(error);
        keep_alive_ = parser_->get().keep_alive();
        const bool with_body = parser_->get().method() != http::verb::head;
        auto reaction = server_.simulation.react(from_beast(parser_->release()));
        if (reaction.late_act) {
            server_.act_later(reaction.late_wait, std::move(reaction.late_act));
        }
        if (reaction.delivery == Reaction::Delivery::none) return close();
        wire_ = to_wire(reaction.answer, keep_alive_, with_body);
        if (reaction.delivery == Reaction::Delivery::half) {
            wire_.resize(wire_.size() / 2);
            keep_alive_ = false;
        }
        if (reaction.delivery == Reaction::Delivery::slow) return write_piece(0, reaction.wait);
        if (reaction.wait <= 0ms) return write();
        timer_.expires_after(reaction.wait);
        timer_.async_wait([self = this->shared_from_this()](error_code) { self->write(); });
    }

    void write() {
        asio::async_write(
            socket_, asio::buffer(wire_),
            [self = this->shared_from_this()](error_code error, std::size_t) {
                if (error) return;
                if (self->keep_alive_) return self->read();
                self->close();
            }
        );
    }

    /// The bytes from `from` on, piece by piece.
    void write_piece(std::size_t from, std::chrono::milliseconds wait) {
        const auto length = std::min(wire_.size() / slow_pieces + 1, wire_.size() - from);
        asio::async_write(
            socket_, asio::buffer(wire_.data() + from, length),
            [self = this->shared_from_this(), to = from + length, wait](error_code error, std::size_t) {
                if (error) return;
                if (to == self->wire_.size()) return self->keep_alive_ ? self->read() : self->close();
                self->timer_.expires_after(wait);
                self->timer_.async_wait([self, to, wait](error_code) { self->write_piece(to, wait); });
            }
        );
    }

    void give_up(error_code error) {
        if (error.category() != http::make_error_code(http::error::end_of_stream).category() ||
            error == http::error::end_of_stream || error == http::error::partial_message) {
            return close();
        }
        keep_alive_ = false;
        Answer answer;
        answer.status = error == http::error::body_limit ? 413 : 400;
        answer.content_type = "text/plain";
        answer.body = error.message();
        wire_ = to_wire(answer, false, true);
        write();
    }

    void close() {
        error_code ignored;
        socket_.lowest_layer().shutdown(tcp::socket::shutdown_both, ignored);
        socket_.lowest_layer().close(ignored);
    }

    Impl& server_;
    Stream socket_;
    asio::steady_timer timer_;
    boost::beast::flat_buffer buffer_;
    std::optional<http::request_parser<http::string_body>> parser_;
    std::string wire_;
    bool keep_alive_ = true;
};

void Server::Impl::accept() {
    acceptor.async_accept([this](error_code error, tcp::socket socket) {
        if (error == asio::error::operation_aborted) return;
        if (error) {
            // Most likely out of file descriptors: look again when some were given back.
            act_later(50ms, [this] { accept(); });
            return;
        }
        error_code ignored;
        socket.set_option(tcp::no_delay(true), ignored);
        serve(std::move(socket));
        accept();
    });
}

void Server::Impl::serve(tcp::socket socket) {
#ifdef PORTEUR_SIMULATOR_TLS
    if (tls) {
        std::make_shared<Session<TlsStream>>(*this, TlsStream(std::move(socket), *tls))->begin();
        return;
    }
#endif
    std::make_shared<Session<tcp::socket>>(*this, std::move(socket))->begin();
}

void Server::Impl::tick() {
    ticker.expires_after(tick_interval);
    ticker.async_wait([this](error_code error) {
        if (error) return;
        simulation.tick();
        tick();
    });
}

void Server::Impl::act_later(std::chrono::milliseconds wait, std::function<void()> act) {
    auto timer = std::make_shared<asio::steady_timer>(loop, wait);
    timer->async_wait([timer, act = std::move(act)](error_code error) {
        if (!error) act();
    });
}

Server::Server(Simulation& simulation, std::uint16_t port, const TlsFiles& tls)
    : impl_(std::make_unique<Impl>(simulation, port)) {
    if (tls.certificate.empty()) return;
#ifdef PORTEUR_SIMULATOR_TLS
    auto& context = impl_->tls.emplace(asio::ssl::context::tls_server);
    context.use_certificate_chain_file(tls.certificate);
    context.use_private_key_file(tls.key, asio::ssl::context::pem);
#else
    throw std::runtime_error("this simulator was built without OpenSSL");
#endif
}

Server::~Server() = default;

std::uint16_t Server::port() const { return impl_->acceptor.local_endpoint().port(); }

std::string Server::url() const {
#ifdef PORTEUR_SIMULATOR_TLS
    const std::string scheme = impl_->tls ? "https" : "http";
#else
    const std::string scheme = "http";
#endif
    return scheme + "://127.0.0.1:" + std::to_string(port());
}

void Server::run() {
    impl_->accept();
    impl_->tick();
    impl_->loop.run();
}

void Server::stop_on_signals() {
    impl_->signals.add(SIGTERM);
    impl_->signals.add(SIGINT);
    impl_->signals.async_wait([this](error_code error, int) {
        if (!error) impl_->loop.stop();
    });
}

void Server::stop() { impl_->loop.stop(); }

}  // namespace porteur::sim
