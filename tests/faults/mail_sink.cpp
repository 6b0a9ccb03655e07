// SPDX-License-Identifier: Apache-2.0
#include "mail_sink.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace porteur::testing {

MailSink::MailSink() {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    if (listener_ < 0 || bind(listener_, reinterpret_cast<sockaddr*>(&here), size) != 0 ||
        listen(listener_, 16) != 0 ||
        getsockname(listener_, reinterpret_cast<sockaddr*>(&here), &size) != 0)
        throw std::runtime_error("the mail sink cannot listen");
    port_ = ntohs(here.sin_port);
    thread_ = std::thread([this] { serve(); });
}

MailSink::~MailSink() {
    stopping_ = true;
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
}

void MailSink::begin(Mishap mishap) {
    mails();
    const std::lock_guard lock(mutex_);
    mishap_ = mishap;
    had_mishap_ = false;
    mishaps_ = 0;
    mails_.clear();
    late_.clear();
}

std::vector<SinkMail> MailSink::mails() {
    // Whoever waits to be served has died already: its connection is looked at first.
    for (;;) {
        {
            const std::lock_guard lock(mutex_);
            pollfd waiting{listener_, POLLIN, 0};
            if (poll(&waiting, 1, 0) == 0) {
                std::ranges::move(late_, std::back_inserter(mails_));
                late_.clear();
                return mails_;
            }
        }
        std::this_thread::yield();
    }
}

void MailSink::serve() {
    while (!stopping_) {
        pollfd waiting{listener_, POLLIN, 0};
        if (poll(&waiting, 1, 1000) <= 0) continue;
        const std::lock_guard lock(mutex_);
        const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) continue;
        talk(client);
        close(client);
    }
}

/// A client that says nothing while another one waits is let go: it may have been stopped.
long MailSink::receive(int client, char* to, std::size_t size, bool is_in_a_mail) const {
    const int patience_ms = is_in_a_mail ? 3'000 : 50;
    for (;;) {
        pollfd heard{client, POLLIN, 0}, waiting{listener_, POLLIN, 0};
        if (poll(&heard, 1, patience_ms) != 0) return recv(client, to, size, 0);
        if (stopping_ || poll(&waiting, 1, 0) != 0) return 0;
    }
}

void MailSink::talk(int client) {
    std::string got;
    bool is_in_a_mail = false;
    const auto line = [&]() -> std::string {
        for (;;) {
            if (const auto end = got.find("\r\n"); end != got.npos) {
                auto text = got.substr(0, end);
                got.erase(0, end + 2);
                return text;
            }
            char piece[65'536];
            const auto count = receive(client, piece, sizeof piece, is_in_a_mail);
            if (count <= 0) return "QUIT";
            got.append(piece, static_cast<std::size_t>(count));
        }
    };
    const auto say = [&](const std::string& text) {
        (void)send(client, (text + "\r\n").data(), text.size() + 2, MSG_NOSIGNAL);
    };
    const bool passes = had_mishap_ && mishap_ != Mishap::refuses;
    const auto mishap = passes ? Mishap::none : mishap_;
    had_mishap_ = true;
    if (mishap != Mishap::none) ++mishaps_;
    std::ranges::move(late_, std::back_inserter(mails_));
    late_.clear();
    if (mishap == Mishap::closes_at_once) return;
    if (mishap == Mishap::busy_at_once) return say("421 too many of you");
    if (mishap == Mishap::nonsense) return say("HTTP/1.1 400 Bad Request\r\n\r\n<html>what is this</html>");
    if (mishap == Mishap::endless) return say("220-" + std::string(1 << 20, 'x'));
    say("220 sink");
    for (;;) {
        const auto command = line();
        is_in_a_mail = command.starts_with("MAIL") || command.starts_with("RCPT");
        if (command == "QUIT") return;
        if (command.starts_with("EHLO")) {
            say("250-sink\r\n250 8BITMIME");
        } else if (command.starts_with("RCPT") && mishap == Mishap::busy) {
            say("451 later");
        } else if (command.starts_with("RCPT") && mishap == Mishap::refuses) {
            say("550 nobody of that name");
        } else if (command == "DATA" && mishap == Mishap::closes_before_data) {
            return;
        } else if (command == "DATA") {
            say("354 go on");
            SinkMail mail;
            for (;;) {
                if (got.find("\r\n") == got.npos) {
                    // A client that dies here has sent half a mail: nothing is taken.
                    char piece[65'536];
                    const auto count = receive(client, piece, sizeof piece, true);
                    if (count <= 0) return;
                    got.append(piece, static_cast<std::size_t>(count));
                    continue;
                }
                const auto text = line();
                if (text == ".") break;
                mail.bytes += (text.starts_with(".") ? text.substr(1) : text) + "\r\n";
            }
            if (mishap == Mishap::closes_without_mail) return;
            if (mishap == Mishap::takes_late) {
                late_.push_back(std::move(mail));
                return;
            }
            mails_.push_back(std::move(mail));
            if (mishap == Mishap::closes_with_mail) return;
            if (mishap == Mishap::half_answer) {
                (void)send(client, "250 ta", 6, MSG_NOSIGNAL);
                return;
            }
            say(mishap == Mishap::nonsense_at_the_end ? "<html>thank you</html>" : "250 taken");
        } else {
            say("250 ok");
        }
    }
}

}  // namespace porteur::testing
