// SPDX-License-Identifier: Apache-2.0
#include "smtp_sender.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "kit/encoding.hpp"

namespace porteur::sim {

using namespace std::chrono_literals;

namespace {

constexpr const char* desk_address = "GenesysCloudSMS@genesys.com";
constexpr int tries_max = 10;

/// A blocking connection that gives up after 5 s without an answer.
class Connection {
public:
    Connection(const std::string& host, const std::string& port) {
        addrinfo hints{};
        hints.ai_socktype = SOCK_STREAM;
        addrinfo* found = nullptr;
        if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) return;
        for (auto* each = found; each != nullptr && socket_ < 0; each = each->ai_next) {
            socket_ = socket(each->ai_family, each->ai_socktype | SOCK_CLOEXEC, each->ai_protocol);
            if (socket_ < 0) continue;
            const timeval limit{.tv_sec = 5, .tv_usec = 0};
            setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
            setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
            if (connect(socket_, each->ai_addr, each->ai_addrlen) != 0) close_socket();
        }
        freeaddrinfo(found);
    }
    ~Connection() { close_socket(); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// Sends the text and reads the whole reply. @return whether it is of the class ("2" or "3")
    bool say(std::string_view text, char expected) {
        while (!text.empty()) {
            const auto sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(sent));
        }
        for (;;) {
            const auto line = read_line();
            if (line.size() < 4) return false;
            if (line[3] != '-') return line[0] == expected;  // the last line of the reply
        }
    }

private:
    std::string read_line() {
        std::string line;
        char letter = 0;
        while (line.size() < 4096) {
            if (::recv(socket_, &letter, 1, 0) != 1) return {};
            line += letter;
            if (letter == '\n') break;
        }
        return line;
    }

    void close_socket() {
        if (socket_ >= 0) ::close(socket_);
        socket_ = -1;
    }

    int socket_ = -1;
};

/// A dot at the start of a line is doubled. @source RFC 5321, section 4.5.2
std::string stuffed(std::string_view message) {
    std::string text;
    for (std::size_t at = 0; at < message.size(); ++at) {
        if (message[at] == '.' && (at == 0 || message[at - 1] == '\n')) text += '.';
        text += message[at];
    }
    return text;
}

/// Text outside ASCII as one encoded word. @source RFC 2047
std::string as_header(const std::string& text) {
    const bool plain = std::ranges::all_of(text, [](char c) { return c >= 32 && c < 127; });
    return plain ? text : "=?utf-8?B?" + encode_base64(text) + "?=";
}

bool deliver(
    const std::string& host, const std::string& port, const std::string& to,
    const std::string& message
) {
    Connection server(host, port);
    return server.say("", '2') && server.say("EHLO desk.genesys.example\r\n", '2') &&
           server.say("MAIL FROM:<" + std::string(desk_address) + ">\r\n", '2') &&
           server.say("RCPT TO:<" + to + ">\r\n", '2') && server.say("DATA\r\n", '3') &&
           server.say(stuffed(message) + "\r\n.\r\n", '2') && (server.say("QUIT\r\n", '2') || true);
}

}  // namespace

std::string to_message(const DeskReply& reply, std::uint64_t count) {
    char date[64];
    const auto now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &utc);
    std::string message;
    message += "From: Genesys Cloud SMS <" + std::string(desk_address) + ">\r\n";
    message += "To: <" + reply.to + ">\r\n";
    message += "Subject: " + as_header(reply.subject) + "\r\n";
    message += "Date: " + std::string(date) + "\r\n";
    message += "Message-ID: <desk-" + uuid_of(reply.in_reply_to, count) + "@genesys.com>\r\n";
    message += "In-Reply-To: " + reply.in_reply_to + "\r\n";
    message += "References: " + reply.references + "\r\n";
    message += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n";
    message += "Content-Transfer-Encoding: 8bit\r\n\r\n";
    message += "Hello,\r\n\r\n" + reply.text + "\r\n\r\nGenesys Cloud SMS team\r\n";
    if (!reply.quoted.empty()) message += "\r\n" + reply.quoted;
    return message;
}

std::unique_ptr<SmtpSender> SmtpSender::to(const std::string& server) {
    if (server.empty()) return nullptr;
    const auto colon = server.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == server.size()) {
        throw std::invalid_argument("--smtp-reply " + server + " is not HOST:PORT");
    }
    return std::unique_ptr<SmtpSender>(
        new SmtpSender(server.substr(0, colon), server.substr(colon + 1))
    );
}

SmtpSender::SmtpSender(std::string host, std::string port)
    : host_(std::move(host)),
      port_(std::move(port)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

SmtpSender::~SmtpSender() {
    thread_.request_stop();
    wake_.notify_all();
}

void SmtpSender::send(const DeskReply& reply) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(reply);
    }
    wake_.notify_all();
}

void SmtpSender::run(const std::stop_token& stop) {
    std::uint64_t count = 0;
    while (!stop.stop_requested()) {
        std::unique_lock lock(mutex_);
        if (!wake_.wait(lock, stop, [this] { return !waiting_.empty(); })) return;
        const auto reply = waiting_.front();
        waiting_.pop_front();
        lock.unlock();
        const auto message = to_message(reply, ++count);
        for (int tries = 1; !deliver(host_, port_, reply.to, message); ++tries) {
            if (tries == tries_max) {
                std::fprintf(stderr, "sim-genesys: a reply could not be sent; it is given up\n");
                break;
            }
            std::unique_lock pause(mutex_);
            wake_.wait_for(pause, stop, 1s, [] { return false; });
            if (stop.stop_requested()) return;
        }
    }
}

}  // namespace porteur::sim
