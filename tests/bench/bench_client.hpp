// SPDX-License-Identifier: Apache-2.0
#pragma once

// A daemon of the measurement's own, and one that calls it.

#include <sched.h>
#include <sys/types.h>

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <thread>

namespace porteur::bench {

/// The calling thread has this core alone.
void pin(int core);

/// Its port is known when it is made; ended with the object.
class DaemonProcess {
public:
    /// @param one_core  with which it has to do
    explicit DaemonProcess(const std::filesystem::path& config, bool one_core = true);
    ~DaemonProcess();
    DaemonProcess(const DaemonProcess&) = delete;
    std::uint16_t port() const { return port_; }
    pid_t process() const { return process_; }

private:
    pid_t process_ = -1;
    std::uint16_t port_ = 0;
    FILE* log_ = nullptr;
    std::thread reader_;  ///< nobody else empties the pipe
};

/// One kept connection. @threads one
class Caller {
public:
    /// @param name  of its Idempotency-Keys; no two that call at the same time have one
    Caller(std::uint16_t port, std::string token, std::string name = "bench");
    ~Caller();
    Caller(const Caller&) = delete;

    /// @return the body, until the next call; an answer other than 2xx ends the program
    std::string_view get(const std::string& target) { return send("GET", target, {}, {}); }
    std::string_view post(const std::string& target, const std::string& type, std::string_view body);

private:
    std::string_view send(const std::string& method, const std::string& target, const std::string& fields, std::string_view body);

    std::string token_, name_;
    std::string read_;
    int socket_ = -1;
    int keys_ = 0;
};

}  // namespace porteur::bench
