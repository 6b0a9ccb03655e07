// SPDX-License-Identifier: Apache-2.0
#include "app/service_manager.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

#include <boost/asio/post.hpp>
#include <systemd/sd-daemon.h>

#include <porteur/phrase.hpp>

namespace porteur {
namespace {

constexpr std::size_t status_size_max_bytes = 500;

/// One line: a line break would begin another assignment of the protocol.
std::string one_line(std::string_view text) {
    std::string line(text.substr(0, status_size_max_bytes));
    std::ranges::replace_if(line, [](unsigned char letter) { return letter < 0x20; }, ' ');
    return line;
}

/// Nobody can be told that nobody listens, so what sd_notify returns is left alone.
void tell(const std::string& words) { sd_notify(0, words.c_str()); }

Result<GivenListener> listener_of(int socket) {
    if (sd_is_socket(socket, AF_UNSPEC, SOCK_STREAM, 1) > 0) {
        sockaddr_storage bound{};
        socklen_t size = sizeof bound;
        char text[INET6_ADDRSTRLEN] = "";
        if (getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size) == 0) {
            if (bound.ss_family == AF_INET) {
                const auto& v4 = reinterpret_cast<const sockaddr_in&>(bound);
                inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
                return GivenListener{socket, text, ntohs(v4.sin_port)};
            }
            if (bound.ss_family == AF_INET6) {
                const auto& v6 = reinterpret_cast<const sockaddr_in6&>(bound);
                inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
                return GivenListener{socket, text, ntohs(v6.sin6_port)};
            }
        }
    }
    return failure(
        ErrorKind::invalid_input,
        phrase("what the service manager gave to listen on is no listening TCP socket; write ListenStream=ADDRESS:PORT in porteurd.socket")
    );
}

}  // namespace

Result<std::optional<GivenListener>> take_given_listener() {
    const int count = sd_listen_fds(1);
    if (count < 0)
        return failure(
            ErrorKind::invalid_input,
            phrase("the sockets of the service manager cannot be taken: {1}", std::generic_category().message(-count))
        );
    if (count == 0) return std::nullopt;
    if (count > 1)
        return failure(
            ErrorKind::invalid_input,
            phrase("the service manager gave {1} sockets to listen on, and porteurd takes one; leave one ListenStream= in porteurd.socket", count)
        );
    auto given = listener_of(SD_LISTEN_FDS_START);
    if (!given) return std::unexpected(std::move(given).error());
    return std::optional(std::move(*given));
}

std::chrono::microseconds watchdog_time() {
    std::uint64_t microseconds = 0;
    return sd_watchdog_enabled(0, &microseconds) > 0 ? std::chrono::microseconds(microseconds) : std::chrono::microseconds::zero();
}

void tell_status(std::string_view status) { tell("STATUS=" + one_line(status)); }

void tell_ready(std::string_view status) { tell("READY=1\nSTATUS=" + one_line(status)); }

void tell_reloading() {
    // By the clock that the service manager compares it with. @source sd_notify(3), MONOTONIC_USEC
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const auto microseconds = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1'000;
    tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds) + "\nSTATUS=reading the settings again");
}

void tell_stopping() { tell("STOPPING=1\nSTATUS=what is under way is brought to its end"); }

void tell_alive() { tell("WATCHDOG=1"); }

AliveMeanwhile::AliveMeanwhile() {
    const auto limit = watchdog_time();
    if (limit.count() == 0) return;
    thread_ = std::thread([this, every = limit / 3] {
        std::unique_lock lock(mutex_);
        do tell_alive();
        while (!changed_.wait_for(lock, every, [this] { return ended_; }));
    });
}

AliveMeanwhile::~AliveMeanwhile() {
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

struct Watchdog::State {
    std::mutex mutex;
    std::condition_variable changed;
    bool answered = false;
    bool ended = false;
};

Watchdog::Watchdog(boost::asio::any_io_executor watched, std::chrono::microseconds every, std::function<void()> alive)
    : state_(std::make_shared<State>()),
      thread_([state = state_, watched = std::move(watched), every, alive = std::move(alive)] {
          std::unique_lock lock(state->mutex);
          while (!state->ended) {
              const auto next = std::chrono::steady_clock::now() + every;
              state->answered = false;
              lock.unlock();
              boost::asio::post(watched, [state] {
                  const std::lock_guard answer(state->mutex);
                  state->answered = true;
                  state->changed.notify_one();
              });
              lock.lock();
              state->changed.wait_until(lock, next, [&] { return state->ended; });
              // One that answers late is spoken for as soon as it does: its next word may be due before long.
              state->changed.wait(lock, [&] { return state->ended || state->answered; });
              if (state->ended) return;
              lock.unlock();
              alive();
              lock.lock();
          }
      }) {}

Watchdog::~Watchdog() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->ended = true;
    }
    state_->changed.notify_one();
    thread_.join();
}

}  // namespace porteur
