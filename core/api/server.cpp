// SPDX-License-Identifier: Apache-2.0
#include "api/server.hpp"

#include <map>
#include <mutex>
#include <set>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "api/listening.hpp"
#include "api/network.hpp"
#include "api/problem.hpp"

namespace porteur {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::chrono::milliseconds accept_pause{50};

/// For whom there is no room. Sent without waiting: a peer that does not read it loses it.
std::string full_answer() {
    const auto problem = problem_answer(
        problems::unavailable,
        "there are too many connections, from this address or in all; close some"
    );
    return "HTTP/1.1 503 Service Unavailable\r\nContent-Type: " + problem.content_type +
           "\r\nContent-Length: " + std::to_string(problem.body.size()) +
           "\r\nRetry-After: 1\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n" +
           problem.body;
}

}  // namespace

struct ApiServer::State : std::enable_shared_from_this<State> {
    State(asio::io_context& context, ListenSettings wanted, ApiServices& services)
        : io(context),
          settings(std::move(wanted)),
          api(std::make_shared<Api>(services, settings.limits)),
          log(std::make_shared<const AccessLog>(settings.log)),
          acceptor(asio::make_strand(context)),
          pause(acceptor.get_executor()) {
        api->console = settings.console;
    }

    asio::io_context& io;
    ListenSettings settings;
    std::shared_ptr<Api> api;
    std::shared_ptr<const AccessLog> log;
    const std::string full = full_answer();
    tcp::acceptor acceptor;
    asio::steady_timer pause;

    mutable std::mutex mutex;
    bool stopped = false;
    std::shared_ptr<asio::ssl::context> tls;  // what the next connection begins with
    std::map<std::string, std::uint32_t> count_of;  // connections, by network_of()
    std::set<std::shared_ptr<Wire>> wires;

    std::shared_ptr<asio::ssl::context> certificate_now() const {
        const std::lock_guard lock(mutex);
        return tls;
    }

    /// Counts a new connection in. @return false: there is no room for it
    bool enter(const std::string& network, const std::shared_ptr<Wire>& wire) {
        const std::lock_guard lock(mutex);
        auto& count = count_of[network];
        if (stopped || wires.size() >= settings.limits.connections_max ||
            count >= settings.limits.connections_per_address_max) {
            if (count == 0) count_of.erase(network);
            return false;
        }
        ++count;
        wires.insert(wire);
        return true;
    }

    void leave(const std::string& network, const std::shared_ptr<Wire>& wire) {
        const std::lock_guard lock(mutex);
        if (wires.erase(wire) == 0) return;
        const auto count = count_of.find(network);
        if (--count->second == 0) count_of.erase(count);
    }

    static Async<void> accept_all(std::shared_ptr<State> self) {
        while (self->acceptor.is_open()) {
            tcp::socket socket(asio::make_strand(self->io));
            error_code failed;
            co_await self->acceptor.async_accept(
                socket, asio::redirect_error(asio::use_awaitable, failed)
            );
            if (failed) {
                if (failed == asio::error::operation_aborted) co_return;
                // No more descriptors, as a rule: a moment later there may be some.
                self->pause.expires_after(accept_pause);
                co_await self->pause.async_wait(asio::redirect_error(asio::use_awaitable, failed));
                continue;
            }
            self->take(std::move(socket));
        }
    }

    void take(tcp::socket socket) {
        error_code gone;
        const auto endpoint = socket.remote_endpoint(gone);
        if (gone) return;
        auto address = endpoint.address();
        if (address.is_v6() && address.to_v6().is_v4_mapped())
            address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
        const Peer peer{.address = address.to_string(), .loopback = address.is_loopback()};
        const auto native = socket.native_handle();
        const auto executor = socket.get_executor();
        const auto certificate = certificate_now();
        const auto wire = std::make_shared<Wire>(std::move(socket), certificate);
        const auto network = network_of(peer.address);
        if (!enter(network, wire)) {
            if (!certificate) {
                [[maybe_unused]] const auto sent =
                    ::send(native, full.data(), full.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
            }
            return;  // closes it
        }
        asio::co_spawn(
            executor, serve_connection(api, wire, peer, log),
            [self = shared_from_this(), wire, network](const std::exception_ptr&) {
                wire->close();
                self->leave(network, wire);
            }
        );
    }
};

ApiServer::ApiServer(asio::io_context& io, ListenSettings settings, ApiServices& services)
    : state_(std::make_shared<State>(io, std::move(settings), services)) {}

ApiServer::~ApiServer() { stop(); }

Result<std::uint16_t> ApiServer::start() {
    auto& state = *state_;
    auto tls = make_tls(state.settings.tls);
    if (!tls) return std::unexpected(std::move(tls).error());
    state.tls = std::move(*tls);

    const auto executor = state.acceptor.get_executor();
    const int given = std::exchange(state.settings.listener, -1);
    auto acceptor = given >= 0 ? listen_with(executor, given) : listen_on(executor, state.settings.address, state.settings.port);
    if (!acceptor) return std::unexpected(std::move(acceptor).error());
    state.acceptor = std::move(*acceptor);
    return accept();
}

void ApiServer::take_certificate(std::shared_ptr<asio::ssl::context> tls) {
    const std::lock_guard lock(state_->mutex);
    if (state_->tls && tls) state_->tls = std::move(tls);
}

std::uint16_t ApiServer::accept() {
    error_code unknown;
    const auto port = state_->acceptor.local_endpoint(unknown).port();
    asio::co_spawn(state_->acceptor.get_executor(), State::accept_all(state_), asio::detached);
    return port;
}

void ApiServer::stop() {
    std::set<std::shared_ptr<Wire>> wires;
    {
        const std::lock_guard lock(state_->mutex);
        if (std::exchange(state_->stopped, true)) return;
        wires = state_->wires;
    }
    asio::post(state_->acceptor.get_executor(), [state = state_] {
        error_code ignored;
        state->acceptor.close(ignored);
        state->pause.cancel();
    });
    for (const auto& wire : wires) asio::post(wire->executor(), [wire] { wire->close(); });
}

std::size_t ApiServer::connection_count() const {
    const std::lock_guard lock(state_->mutex);
    return state_->wires.size();
}

}  // namespace porteur
