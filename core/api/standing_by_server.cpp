// SPDX-License-Identifier: Apache-2.0
#include "api/standing_by_server.hpp"

#include <unistd.h>

#include <array>
#include <chrono>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "api/listening.hpp"
#include "api/problem.hpp"

namespace porteur {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds patience{5};  // of a whole connection
constexpr std::size_t head_size_max = 8 << 10;
constexpr std::size_t body_size_max = 64 << 10;
constexpr std::size_t connections_max = 256;

std::string answer_with(std::string_view status, std::string_view type, std::string_view body, std::string_view more = {}) {
    return fmt::format("HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}Cache-Control: no-store\r\nConnection: close\r\n\r\n{}", status, type, body.size(), more, body);
}

/// @param path  as the request has it, without its query
std::string answer_to(std::string_view path, const std::string& holder) {
    if (path == "/healthz") return answer_with("200 OK", "application/json", R"({"status":"standing_by"})");
    if (path == "/metrics")
        return answer_with("200 OK", "text/plain; version=0.0.4; charset=utf-8",
                           "# HELP porteur_standing_by 1 while another porteurd holds the store\n# TYPE porteur_standing_by gauge\nporteur_standing_by 1\n");
    const auto problem = problem_answer(
        problems::unavailable, holder.empty() ? std::string("this porteurd stands by; another one holds the store")
                                              : "this porteurd stands by; " + holder + " holds the store"
    );
    return answer_with("503 Service Unavailable", problem.content_type, problem.body, "Retry-After: 1\r\n");
}

/// Of a request's first line, "GET /v1/carriers?limit=2 HTTP/1.1"; nothing depends on the rest of it.
std::string_view path_in(std::string_view head) {
    const auto from = head.find(' ');
    if (from == head.npos) return {};
    return head.substr(from + 1, head.find_first_of(" ?\r\n", from + 1) - from - 1);
}

/// One request, one answer.
template <class Stream>
asio::awaitable<void> serve(Stream& stream, const std::function<std::string()>& holder) {
    std::string head;
    const auto size = co_await asio::async_read_until(stream, asio::dynamic_buffer(head, head_size_max), "\r\n\r\n", asio::use_awaitable);
    const auto answer = answer_to(path_in(std::string_view(head).substr(0, size)), holder());
    co_await asio::async_write(stream, asio::buffer(answer), asio::use_awaitable);
}

/// What the peer still sends is read and thrown away: closed over it, the answer would be lost on its way.
asio::awaitable<void> drain(tcp::socket& socket) {
    std::array<char, 4096> piece;
    error_code ended;
    for (std::size_t read = 0; !ended && read < body_size_max;)
        read += co_await socket.async_read_some(asio::buffer(piece), asio::redirect_error(asio::use_awaitable, ended));
}

}  // namespace

struct StandingByServer::State {
    asio::io_context io{1};
    std::shared_ptr<asio::ssl::context> tls;  // of its thread, once that runs
    std::function<std::string()> holder;
    tcp::acceptor acceptor{io};
    std::uint16_t port = 0;
    std::size_t connections = 0;
    std::thread thread;

    /// Ends a connection that takes too long. It waits for the connection, or for its time.
    asio::awaitable<void> watch(std::shared_ptr<tcp::socket> socket, std::shared_ptr<asio::steady_timer> over) {
        error_code ended;
        co_await over->async_wait(asio::redirect_error(asio::use_awaitable, ended));
        if (!ended) socket->close(ended);
    }
    asio::awaitable<void> answer(std::shared_ptr<tcp::socket> socket) {
        ++connections;
        const auto over = std::make_shared<asio::steady_timer>(io, patience);
        asio::co_spawn(io, watch(socket, over), asio::detached);
        try {
            if (const auto shown = tls) {
                asio::ssl::stream<tcp::socket&> stream(*socket, *shown);
                co_await stream.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
                co_await serve(stream, holder);
                co_await stream.async_shutdown(asio::use_awaitable);
            } else {
                co_await serve(*socket, holder);
                socket->shutdown(tcp::socket::shutdown_send);
                co_await drain(*socket);
            }
        } catch (const std::exception&) {  // a peer that is no client, too slow, or gone: nothing depends on it
        }
        over->cancel();
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
            asio::co_spawn(io, answer(std::make_shared<tcp::socket>(std::move(socket))), asio::detached);
        }
    }
};

StandingByServer::StandingByServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<StandingByServer>> StandingByServer::start(const ListenSettings& settings, std::function<std::string()> holder) {
    auto state = std::make_unique<State>();
    auto tls = make_tls(settings.tls);
    if (!tls) return std::unexpected(std::move(tls).error());
    state->tls = std::move(*tls);
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

void StandingByServer::take_certificate(std::shared_ptr<asio::ssl::context> tls) {
    asio::post(state_->io, [state = state_.get(), tls = std::move(tls)] {
        if (state->tls && tls) state->tls = tls;
    });
}

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
