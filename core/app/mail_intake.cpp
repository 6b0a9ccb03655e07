// SPDX-License-Identifier: Apache-2.0
#include "app/mail_intake.hpp"

#include <algorithm>
#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <porteur/phrase.hpp>
#include <porteur/json.hpp>

#include "app/logging.hpp"
#include "app/pop3_settings.hpp"

namespace porteur {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr milliseconds pause_max{30 * 60'000};
constexpr int proposals_of_carrier_max = 20;
constexpr std::size_t subject_size_max = 500;

/// A port is left out: it is the same mailbox however it is reached.
std::string mailbox_of(const Pop3Server& server) { return server.user + "@" + server.host; }

}  // namespace

milliseconds pause_after(milliseconds interval, int failed_in_a_row) {
    const auto grown = interval * (std::int64_t{1} << std::min(failed_in_a_row, 11));
    return std::max(interval, std::min(grown, pause_max));
}

void MailIntake::start(std::optional<MailSection> settings) {
    settings_ = std::move(settings);
    status_.configured = settings_ && settings_->pop3;
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void MailIntake::reload(std::optional<MailSection> settings) {
    {
        const std::lock_guard lock(mutex_);
        settings_ = std::move(settings);
        status_.configured = settings_ && settings_->pop3;
        status_.failed_in_a_row = 0;
        status_.trouble.clear();
        reloaded_ = true;
    }
    wake_.notify_all();
}

void MailIntake::stop() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
}

MailIntakeStatus MailIntake::status() const {
    const std::lock_guard lock(mutex_);
    return status_;
}

void MailIntake::run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        reloaded_ = false;
        auto pause = pause_max;
        if (const auto settings = settings_; settings && settings->pop3) {
            lock.unlock();
            const auto visited = visit(*settings, stop);
            lock.lock();
            if (stop.stop_requested()) return;
            if (visited && visited->more) continue;
            pause = pause_after(settings->pop3->poll_interval, status_.failed_in_a_row);
        }
        wake_.wait_for(lock, stop, pause, [this] { return reloaded_; });
    }
}

/// Runs work on the engine's thread and waits for it.
template <class T>
T MailIntake::on_engine(Async<T> work) {
    return asio::co_spawn(parts_.engine_thread, std::move(work), asio::use_future).get();
}

Result<Pop3Summary> MailIntake::visit(const MailSection& settings, std::stop_token stop) {
    const auto& server = *settings.pop3;
    const auto visited = [&]() -> Result<Pop3Summary> {
        auto client = pop3_settings(server);
        if (!client) return std::unexpected(std::move(client).error());
        const auto domains = on_engine([](MailDesk& desk) -> Async<CarrierDomains> {
            co_await desk.tell_taken();
            co_return desk.carrier_domains();
        }(parts_.desk));
        std::optional<Error> trouble;
        const auto seen = [&](std::string_view uid) {
            // A mail is deleted at the server when it was seen before: a store that does not answer
            // must not look so.
            const auto known = parts_.store.mail_known(mailbox_of(server), std::string(uid));
            if (!known) trouble = known.error();
            return known && *known == MailKnown::taken;
        };
        return fetch_new_mail(
            *client, seen,
            [&](FetchedMail fetched) -> Result<void> {
                if (trouble) return std::unexpected(*trouble);
                return take(settings, domains, std::move(fetched));
            },
            stop
        );
    }();
    if (visited)
        for (const auto& uid : visited->too_large)
            if (auto reported = report_too_large(settings, uid); !reported)
                log_warning("mail intake: " + reported.error().message);
    if (!stop.stop_requested()) note(visited, server);
    return visited;
}

/// Keeps how it went; the log hears of a change only.
void MailIntake::note(const Result<Pop3Summary>& visited, const Pop3Server& server) {
    const std::lock_guard lock(mutex_);
    if (visited) {
        if (status_.failed_in_a_row > 0)
            log_info("mail intake: " + mailbox_of(server) + " is read again");
        ++status_.visits;
        status_.failed_in_a_row = 0;
        status_.trouble.clear();
        return;
    }
    ++status_.visits_failed;
    ++status_.failed_in_a_row;
    if (status_.trouble == visited.error().message) return;
    status_.trouble = visited.error().message;
    log_warning(
        "mail intake: " + mailbox_of(server) + " cannot be read, tried again: " + status_.trouble
    );
}

Result<void> MailIntake::report_too_large(const MailSection& settings, const std::string& uid) {
    const auto mailbox = mailbox_of(*settings.pop3);
    const auto known = parts_.store.mail_known(mailbox, uid);
    if (!known) return std::unexpected(known.error());
    if (*known != MailKnown::no) return {};
    InboxMail mail;
    mail.mailbox = mailbox;
    mail.uid = uid;
    mail.matched_by = "nothing";
    mail.reason = phrase("it is larger than {1:n} bytes and was left at the server", Pop3Settings{}.mail_bytes_max);
    auto taken = on_engine(parts_.desk.take(std::move(mail)));
    if (!taken) return std::unexpected(std::move(taken).error());
    log_warning(
        "mail intake: mail " + quoted(uid, 80) + " of " + mailbox +
        " is too large and was left at the server"
    );
    const std::lock_guard lock(mutex_);
    ++status_.too_large;
    return {};
}

Result<void> MailIntake::take(
    const MailSection& settings, const CarrierDomains& domains, FetchedMail fetched
) {
    InboxMail mail;
    mail.mailbox = mailbox_of(*settings.pop3);
    mail.uid = std::move(fetched.uid);
    mail.raw = std::move(fetched.bytes);
    if (mail.raw.empty()) mail.raw = "\r\n";  // no bytes would say that it was left at the server
    mail.matched_by = "nothing";
    auto read = read_mail(mail.raw);
    if (!read) {
        mail.reason = phrase("it cannot be read: {1:text}", read.error().message);
    } else {
        std::optional<Error> trouble;
        const auto id_of = [&](Result<std::optional<Id>> found) -> std::optional<std::string> {
            if (!found) trouble = found.error();
            return found && *found ? std::optional(id_text(**found)) : std::nullopt;
        };
        ReplyLookups lookups;
        lookups.desk = settings.from.address;
        lookups.key = parts_.key;
        lookups.order_by_token = [&](std::string_view token) {
            return id_of(parts_.store.order_by_reply_token(std::string(token)));
        };
        lookups.order_by_message_id = [&](std::string_view message_id) {
            auto found = parts_.store.mail_by_message_id(std::string(message_id));
            if (!found) return id_of(std::unexpected(found.error()));
            return id_of(*found ? std::optional((*found)->order) : std::nullopt);
        };
        lookups.order_by_reference = [&](std::string_view word) {
            auto found = parts_.store.order_by_reference(1, std::string(word));
            if (!found) return id_of(std::unexpected(found.error()));
            return id_of(*found ? std::optional((*found)->id) : std::nullopt);
        };
        lookups.orders_of_domain = [&](std::string_view domain) {
            std::vector<std::string> orders;
            for (const auto& [account, of_account] : domains) {
                if (!of_account.contains(std::string(domain))) continue;
                const auto open = parts_.store.open_orders_of(account, proposals_of_carrier_max);
                if (!open) trouble = open.error();
                if (open)
                    for (const Id each : *open) orders.push_back(id_text(each));
            }
            return orders;
        };
        auto match = match_reply(*read, lookups);
        if (trouble) return std::unexpected(*trouble);
        mail.sender = read->from.address;
        mail.subject = read->subject.substr(0, subject_size_max);
        mail.message_id = read->message_id;
        mail.matched_by = std::string(name_of(match.by));
        mail.reason = match.reason;
        if (match.automatic()) mail.order = id_from_text(match.order).value_or(0);
        json::array proposals;
        for (const auto& each : match.proposals) proposals.emplace_back(each);
        mail.proposals = canonical(proposals);
    }
    auto taken = on_engine(parts_.desk.take(std::move(mail)));
    if (!taken) return std::unexpected(std::move(taken).error());
    log_info(
        "mail " + id_text(taken->id) + " taken, " + taken->state +
        (taken->order != 0 ? ", order " + id_text(taken->order) : std::string())
    );
    const std::lock_guard lock(mutex_);
    ++status_.taken;
    return {};
}

}  // namespace porteur
