// SPDX-License-Identifier: Apache-2.0
#include "api/standing_by_server.hpp"

#include <unistd.h>

#include <chrono>
#include <thread>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include "api/listening.hpp"
#include "api/problem.hpp"

namespace porteur {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds patience{5};  // of a whole connection
constexpr std::uint32_t head_size_max = 8 << 10;
constexpr std::uint64_t body_size_max = 64 << 10;  // it is read and thrown away
constexpr std::size_t connections_max = 256;

http::response<http::string_body> answer_to(const http::request<http::string_body>& request, const std::string& holder) {
    http::response<http::string_body> answer;
    answer.version(11);
    answer.keep_alive(false);
    answer.set(http::field::cache_control, "no-store");
    const std::string_view path = request.target().substr(0, request.target().find('?'));
    if (path == "/healthz" || path == "/metrics") {
        const bool asks_health = path == "/healthz";
        answer.result(http::status::ok);
        answer.set(http::field::content_type, asks_health ? "application/json" : "text/plain; version=0.0.4; charset=utf-8");
        answer.body() = asks_health ? R"({"status":"standing_by"})"
                                    : "# HELP porteur_standing_by 1 while another porteurd holds the store.\n# TYPE porteur_standing_by gauge\n"
                                      "porteur_standing_by 1\n";
    } else {
        const auto problem = problem_answer(
            problems::unavailable, holder.empty() ? std::string("this porteurd stands by; another one holds the store")
                                                  : "this porteurd stands by; " + holder + " holds the store"
        );
        answer.result(http::status::service_unavailable);
        answer.set(http::field::content_type, problem.content_type);
        answer.set(http::field::retry_after, "1");
        answer.body() = problem.body;
    }
    answer.prepare_payload();
    if (request.method() == http::verb::head) answer.body().clear();
    return answer;
}

/// One request, one answer.
template <class Stream>
asio::awaitable<void> serve(Stream& stream, const std::function<std::string()>& holder) {
    beast::flat_buffer buffer(head_size_max + body_size_max);
    http::request_parser<http::string_body> parser;
    parser.header_limit(head_size_max);
    parser.body_limit(body_size_max);
    co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
    const auto answer = answer_to(parser.get(), holder());
    co_await http::async_write(stream, answer, asio::use_awaitable);
}

}  // namespace

struct StandingByServer::State {
    asio::io_context io{1};
    std::optional<asio::ssl::context> tls;
    std::function<std::string()> holder;
    tcp::acceptor acceptor{io};
    std::uint16_t port = 0;
    std::size_t connections = 0;
    std::thread thread;

    asio::awaitable<void> answer(tcp::socket socket) {
        ++connections;
        try {
            beast::tcp_stream plain(std::move(socket));
            plain.expires_after(patience);
            if (tls) {
                beast::ssl_stream<beast::tcp_stream&> stream(plain, *tls);
                co_await stream.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
                co_await serve(stream, holder);
                co_await stream.async_shutdown(asio::use_awaitable);
            } else {
                co_await serve(plain, holder);
                plain.socket().shutdown(tcp::socket::shutdown_send);
            }
        } catch (const std::exception&) {  // a peer that is no client, too slow, or gone: nothing depends on it
        }
        --connections;
    }

    asio::awaitable<void> accept_all() {
        asio::steady_timer pause(io);
        while (acceptor.is_open()) {
            error_code failed;
            auto socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, failed));
            if (failed == asio::error::operation_aborted) co_return;
            if (failed || connections >= connections_max) {
                pause.expires_after(std::chrono::milliseconds(50));
                co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, failed));
                continue;  // closes it
            }
            asio::co_spawn(io, answer(std::move(socket)), asio::detached);
        }
    }
};

StandingByServer::StandingByServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<StandingByServer>> StandingByServer::start(const ListenSettings& settings, std::function<std::string()> holder) {
    auto state = std::make_unique<State>();
    auto tls = make_tls(settings.tls);
    if (!tls) return std::unexpected(std::move(tls).error());
    if (*tls) state->tls.emplace(std::move(**tls));
    auto acceptor = settings.listener >= 0 ? listen_with(state->io.get_executor(), settings.listener)
                                           : listen_on(state->io.get_executor(), settings.address, settings.port);
    if (!acceptor) return std::unexpected(std::move(acceptor).error());
    state->acceptor = std::move(*acceptor);
    error_code unknown;
    state->port = state->acceptor.local_endpoint(unknown).port();
    state->holder = std::move(holder);
    asio::co_spawn(state->io, state->accept_all(), asio::detached);
    state->thread = std::thread([raw = state.get()] { raw->io.run(); });
    return std::unique_ptr<StandingByServer>(new StandingByServer(std::move(state)));
}

StandingByServer::~StandingByServer() {
    if (const int left = give_listener(); left >= 0) ::close(left);
}

std::uint16_t StandingByServer::port() const { return state_->port; }

int StandingByServer::give_listener() {
    if (!state_->thread.joinable()) return -1;
    // Who is connected is cut off: the answer would be that somebody else serves, which is not true any more.
    state_->io.stop();
    state_->thread.join();
    error_code failed;
    const int socket = state_->acceptor.release(failed);
    return failed ? -1 : socket;
}

}  // namespace porteur
