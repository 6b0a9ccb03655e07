// SPDX-License-Identifier: Apache-2.0
#include "database_link.hpp"

#include <fcntl.h>

#include <array>
#include <list>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace porteur::testing {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// A program that the test starts meanwhile must not keep it open.
void keep_here(int socket) { ::fcntl(socket, F_SETFD, FD_CLOEXEC); }

}  // namespace

struct DatabaseLink::State {
    using Pair = std::pair<tcp::socket, tcp::socket>;

    asio::io_context io{1};
    tcp::acceptor acceptor{io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    const tcp::endpoint server;
    std::list<std::shared_ptr<Pair>> pairs;
    bool is_cut = false;
    asio::steady_timer healed{io, asio::steady_timer::time_point::max()};
    std::chrono::milliseconds delay{0};
    std::thread thread;

    explicit State(int port) : server(asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(port)) {}

    asio::awaitable<void> wait_until_healed() {
        error_code woken;
        while (is_cut) co_await healed.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }

    asio::awaitable<void> pass(std::shared_ptr<Pair> pair, tcp::socket& from, tcp::socket& to) {
        std::array<char, 16'384> piece;
        asio::steady_timer pause(io);
        try {
            for (;;) {
                const auto count = co_await from.async_read_some(asio::buffer(piece), asio::use_awaitable);
                if (delay.count() > 0) {
                    pause.expires_after(delay);
                    co_await pause.async_wait(asio::use_awaitable);
                }
                co_await wait_until_healed();
                co_await asio::async_write(to, asio::buffer(piece, count), asio::use_awaitable);
            }
        } catch (const std::exception&) {  // one end has closed; the end of a connection is held back as its bytes are
        }
        co_await wait_until_healed();
        error_code ignored;
        pair->first.close(ignored);
        pair->second.close(ignored);
        pairs.remove(pair);
    }

    asio::awaitable<void> join(tcp::socket client) {
        auto pair = std::make_shared<Pair>(std::move(client), tcp::socket(io, tcp::v4()));
        keep_here(pair->first.native_handle());
        keep_here(pair->second.native_handle());
        pairs.push_back(pair);
        co_await wait_until_healed();
        error_code failed;
        co_await pair->second.async_connect(server, asio::redirect_error(asio::use_awaitable, failed));
        if (failed) {
            pair->first.close(failed);
            pairs.remove(pair);
            co_return;
        }
        for (auto* socket : {&pair->first, &pair->second}) socket->set_option(tcp::no_delay(true), failed);
        asio::co_spawn(io, pass(pair, pair->first, pair->second), asio::detached);
        asio::co_spawn(io, pass(pair, pair->second, pair->first), asio::detached);
    }

    asio::awaitable<void> accept_all() {
        for (;;) {
            error_code failed;
            auto client = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, failed));
            if (failed) co_return;
            asio::co_spawn(io, join(std::move(client)), asio::detached);
        }
    }
};

DatabaseLink::DatabaseLink(int server) : state_(std::make_unique<State>(server)) {
    asio::co_spawn(state_->io, state_->accept_all(), asio::detached);
    state_->thread = std::thread([this] { state_->io.run(); });
}

DatabaseLink::~DatabaseLink() {
    state_->io.stop();
    state_->thread.join();
}

int DatabaseLink::port() const { return state_->acceptor.local_endpoint().port(); }

void DatabaseLink::cut() {
    asio::post(state_->io, [this] { state_->is_cut = true; });
}

void DatabaseLink::heal() {
    asio::post(state_->io, [this] {
        state_->is_cut = false;
        state_->healed.cancel();
    });
}

void DatabaseLink::slow_down(std::chrono::milliseconds delay) {
    asio::post(state_->io, [this, delay] { state_->delay = delay; });
}

void DatabaseLink::reset() {
    asio::post(state_->io, [this] {
        for (const auto& pair : state_->pairs) {
            error_code ignored;
            pair->first.close(ignored);
            pair->second.close(ignored);
        }
    });
}

}  // namespace porteur::testing
