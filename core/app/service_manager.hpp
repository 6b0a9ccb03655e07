// SPDX-License-Identifier: Apache-2.0
#pragma once

// What porteurd and the service manager that started it say to each other: systemd, or whoever speaks like it
// (sd_notify(3), sd_listen_fds(3), sd_watchdog_enabled(3)). Started otherwise, nothing is told and nothing is given.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <boost/asio/any_io_executor.hpp>

#include <porteur/result.hpp>

namespace porteur {

/// A TCP socket that listens already, which the API takes over; so porteurd may listen on ports that it could not open.
struct GivenListener {
    int socket;
    std::string address;
    std::uint16_t port;
};

/// Takes what the service manager listens on. Call it once, before there are threads: it clears the environment's variables.
/// @return  none, where nothing was given
/// @errors  invalid_input: more than one socket, or one that is not a listening TCP socket
/// @source  sd_listen_fds(3)
Result<std::optional<GivenListener>> take_given_listener();

/// How long the service manager waits for the watchdog's word before it ends porteurd and starts it again; zero: it does not wait.
std::chrono::microseconds watchdog_time();

/// What one reads in `systemctl status`. @threads any
void tell_status(std::string_view status);
/// It has started, or has read the settings again. @threads any
void tell_ready(std::string_view status);
/// It reads the settings again; tell_ready ends that. @threads any
void tell_reloading();
/// @threads any
void tell_stopping();
/// What the watchdog says while all is well. @threads any
void tell_alive();

/// Feeds the watchdog while there is no thread yet that it could watch: from when one that stood by takes over until its
/// engine runs. Where the service manager waits for no word, it does nothing.
class AliveMeanwhile {
public:
    AliveMeanwhile();
    ~AliveMeanwhile();
    AliveMeanwhile(const AliveMeanwhile&) = delete;
    AliveMeanwhile& operator=(const AliveMeanwhile&) = delete;

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool ended_ = false;
    std::thread thread_;
};

/// Asks a thread again and again whether it still answers, and says so while it does. A thread that hangs is not spoken
/// for, however well the rest of the process is. It has a thread of its own, so that a service manager that does not
/// listen keeps nobody waiting who works.
class Watchdog {
public:
    /// @param watched  what the watched thread runs; answers when it gets there
    /// @param every    at least so long between two words; half of watchdog_time()
    /// @param alive    called on the watchdog's own thread
    Watchdog(boost::asio::any_io_executor watched, std::chrono::microseconds every, std::function<void()> alive);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

private:
    struct State;
    std::shared_ptr<State> state_;  // an answer may come after the end
    std::thread thread_;
};

}  // namespace porteur
