// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads the mailbox that carriers answer to. A thread of its own, as POP3 blocks: it visits the
// mailbox, takes each mail into the store exactly once (the server's uid is the key), finds the
// order that it belongs to, and hands it to the MailDesk. Nothing that goes wrong here stops the
// daemon.

#include <condition_variable>
#include <mutex>
#include <thread>

#include <boost/asio/any_io_executor.hpp>

#include "app/mail_desk.hpp"
#include "mail/pop3.hpp"
#include "settings/settings.hpp"

namespace porteur {

/// How reading the mailbox goes.
struct MailIntakeStatus {
    bool configured = false;
    std::string trouble;       ///< why the last visit failed; empty: it did not, or there was none
    std::uint64_t visits = 0;  ///< that ended well
    std::uint64_t visits_failed = 0;
    std::uint64_t taken = 0;
    std::uint64_t too_large = 0;  ///< left at the server
    int failed_in_a_row = 0;
};

/// How long to wait after so many failures in a row: the interval, doubled each time, at most half
/// an hour.
std::chrono::milliseconds pause_after(std::chrono::milliseconds interval, int failed_in_a_row);

class MailIntake {
public:
    struct Parts {
        boost::asio::any_io_executor engine_thread;
        MailDesk& desk;  ///< on the engine's thread
        Store& store;
        ReplyKey key;
    };
    explicit MailIntake(Parts parts) : parts_(std::move(parts)) {}
    ~MailIntake() { stop(); }

    /// Starts to visit, if a mailbox is configured. The engine's thread must run until stop().
    void start(std::optional<MailSection> settings);
    /// The next visit, at once, is under these settings. @threads any
    void reload(std::optional<MailSection> settings);
    /// Ends a visit under way; what was taken stays taken. @threads any
    void stop();
    /// @threads any
    MailIntakeStatus status() const;

    /// One visit. @return how it went; the mails are in the store.
    /// @threads the intake's own, or a test's that started none
    Result<Pop3Summary> visit(const MailSection& settings, std::stop_token stop = {});

private:
    void run(const std::stop_token& stop);
    Result<void> take(
        const MailSection& settings, const CarrierDomains& domains, FetchedMail fetched
    );
    Result<void> report_too_large(const MailSection& settings, const std::string& uid);
    void note(const Result<Pop3Summary>& visited, const Pop3Server& server);
    template <class T>
    T on_engine(Async<T> work);

    Parts parts_;
    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    std::optional<MailSection> settings_;
    bool reloaded_ = false;
    MailIntakeStatus status_;
    std::jthread thread_;
};

}  // namespace porteur
