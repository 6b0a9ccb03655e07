// SPDX-License-Identifier: Apache-2.0
#pragma once

// A server on the far side that gives back what it was told, with bytes that would steer a terminal or forge a line:
// the worst that a carrier, a mail server or a provider can put into somebody's log.

#include <atomic>
#include <mutex>
#include <string>
#include <thread>

namespace porteur::testing {

class EchoServer {
public:
    enum class Speaks { http, pop3 };
    explicit EchoServer(Speaks what);
    ~EchoServer();
    EchoServer(const EchoServer&) = delete;
    EchoServer& operator=(const EchoServer&) = delete;

    unsigned port = 0;
    /// Everything that it was told.
    std::string told();

private:
    void serve();
    void http(int peer);
    void pop3(int peer);

    Speaks what_;
    int fd_ = -1, end_ = -1;
    std::mutex mutex_;
    std::string told_;
    std::thread thread_;
};

/// What it puts into each answer.
extern const std::string steering_bytes;

}  // namespace porteur::testing
