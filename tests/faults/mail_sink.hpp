// SPDX-License-Identifier: Apache-2.0
#pragma once

// An SMTP server of the fault tests: a thread, one connection at a time, with one mishap for the
// first mail. What it has taken stays when its clients die.

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "invariants.hpp"

namespace porteur::testing {

class MailSink {
public:
    enum class Mishap {
        none,
        closes_at_once,       ///< before the greeting
        busy,                 ///< 451 to the recipient
        refuses,              ///< 550 to the recipient
        closes_without_mail,  ///< after the last dot: not taken
        closes_with_mail,     ///< after the last dot: taken, not answered
        closes_before_data,   ///< to DATA: nothing of the mail was said
        takes_late,           ///< after the last dot: not answered, taken when the next client comes
        busy_at_once,         ///< 421 in place of a greeting
        nonsense,             ///< a page of HTML in place of a greeting
        nonsense_at_the_end,  ///< taken, and answered with a page of HTML
        endless,              ///< a greeting of a megabyte without an end
        half_answer,          ///< taken, and the connection breaks in the middle of the answer
    };

    MailSink();
    ~MailSink();
    MailSink(const MailSink&) = delete;
    MailSink& operator=(const MailSink&) = delete;

    std::uint16_t port() const { return port_; }
    /// Forgets everything.
    void begin(Mishap mishap);
    /// How often a mishap has befallen a client.
    int mishaps() const { return mishaps_; }
    /// Waits until the last client is done with. @return what was taken, in order
    std::vector<SinkMail> mails();

private:
    void serve();
    void talk(int client);
    long receive(int client, char* to, std::size_t size, bool is_in_a_mail) const;

    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<bool> stopping_ = false;
    std::mutex mutex_;  ///< held while a client is served
    Mishap mishap_ = Mishap::none;
    bool had_mishap_ = false;
    std::atomic<int> mishaps_ = 0;
    std::vector<SinkMail> late_;
    std::vector<SinkMail> mails_;
    std::thread thread_;
};

}  // namespace porteur::testing
