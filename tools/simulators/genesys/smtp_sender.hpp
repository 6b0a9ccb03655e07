// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "desk.hpp"

namespace porteur::sim {

/// A reply as a mail message with CRLF line ends.
std::string to_message(const DeskReply& reply, std::uint64_t count);

/// Sends the desk's replies through a plain SMTP server, one after the other, in a thread of its
/// own, so that a slow server does not stop the carrier. A mail that cannot be sent is tried again
/// every second, up to ten times. @threads send() any
class SmtpSender {
public:
    /// @param server  "HOST:PORT"; empty gives no sender
    /// @errors        throws std::invalid_argument when it is neither
    static std::unique_ptr<SmtpSender> to(const std::string& server);
    ~SmtpSender();

    void send(const DeskReply& reply);

private:
    SmtpSender(std::string host, std::string port);
    void run(const std::stop_token& stop);

    std::string host_;
    std::string port_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::deque<DeskReply> waiting_;
    std::jthread thread_;
};

}  // namespace porteur::sim
