// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <future>
#include <string>
#include <thread>

namespace porteur::sim::test {

/// An SMTP server that takes one mail and remembers all that was said to it.
class SmtpCatcher {
public:
    SmtpCatcher();
    ~SmtpCatcher();
    SmtpCatcher(const SmtpCatcher&) = delete;
    SmtpCatcher& operator=(const SmtpCatcher&) = delete;

    std::uint16_t port() const { return port_; }
    /// What the client said until QUIT; empty when nothing came for ten seconds.
    std::string wait();

private:
    std::string serve();

    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::future<std::string> said_;
};

}  // namespace porteur::sim::test
