// SPDX-License-Identifier: Apache-2.0
#include "echo_server.hpp"

#include <charconv>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace porteur::testing {

const std::string steering_bytes =
    "\x1b[31mred\x1b[0m \xc2\x9b" "31m \xe2\x80\xae \xe2\x80\xa8 \xff\xfe \x07 2026-01-01 00:00:00.000 error forged";

namespace {

std::string in_json(const std::string& text) {
    std::string out;
    static constexpr char digits[] = "0123456789abcdef";
    for (const char each : text) {
        const auto byte = static_cast<unsigned char>(each);
        if (byte < 0x20 || each == '"' || each == '\\')
            (out += "\\u00") += {digits[byte >> 4], digits[byte & 15]};
        else
            out += each;
    }
    return out;
}

void say(int peer, const std::string& text) {
    [[maybe_unused]] const auto sent = send(peer, text.data(), text.size(), MSG_NOSIGNAL);
}

}  // namespace

EchoServer::EchoServer(Speaks what) : what_(what) {
    fd_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    end_ = eventfd(0, EFD_CLOEXEC);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    if (bind(fd_, reinterpret_cast<sockaddr*>(&here), size) != 0 || listen(fd_, 64) != 0)
        throw std::runtime_error("cannot listen");
    getsockname(fd_, reinterpret_cast<sockaddr*>(&here), &size);
    port = ntohs(here.sin_port);
    thread_ = std::thread([this] { serve(); });
}

EchoServer::~EchoServer() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto told = write(end_, &one, sizeof one);
    thread_.join();
    close(fd_);
    close(end_);
}

std::string EchoServer::told() {
    const std::lock_guard lock(mutex_);
    return told_;
}

void EchoServer::serve() {
    for (;;) {
        pollfd wait[2] = {{fd_, POLLIN, 0}, {end_, POLLIN, 0}};
        poll(wait, 2, -1);
        if (wait[1].revents != 0) return;
        const int peer = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
        if (peer < 0) continue;
        timeval most{2, 0};
        setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
        if (what_ == Speaks::http)
            http(peer);
        else
            pop3(peer);
        close(peer);
    }
}

void EchoServer::http(int peer) {
    std::string bytes;
    std::size_t head = bytes.npos, size = 0;
    for (char piece[8192]; head == bytes.npos || bytes.size() < head + 4 + size;) {
        const auto count = recv(peer, piece, sizeof piece, 0);
        if (count <= 0) break;
        bytes.append(piece, static_cast<std::size_t>(count));
        head = bytes.find("\r\n\r\n");
        for (const char* name : {"\r\nContent-Length: ", "\r\ncontent-length: "})
            if (const auto at = bytes.find(name); head != bytes.npos && at < head)
                std::from_chars(bytes.data() + at + 18, bytes.data() + head, size);
    }
    {
        const std::lock_guard lock(mutex_);
        told_ += bytes;
    }
    const auto said = in_json(bytes + " " + steering_bytes);
    const auto body = R"({"error":")" + said + R"(","message":")" + said + R"(","error_description":")" + said +
                      R"(","Message":")" + said + R"(","errors":[{"message":")" + said + "\"}]}";
    say(peer, "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nX-Said: " + std::to_string(bytes.size()) +
                  "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body);
}

void EchoServer::pop3(int peer) {
    say(peer, "+OK ready <1.2@edge.example>\r\n");
    std::string bytes;
    for (char piece[1024];;) {
        const auto count = recv(peer, piece, sizeof piece, 0);
        if (count <= 0) return;
        bytes.append(piece, static_cast<std::size_t>(count));
        for (auto end = bytes.find("\r\n"); end != bytes.npos; end = bytes.find("\r\n")) {
            const auto line = bytes.substr(0, end);
            bytes.erase(0, end + 2);
            {
                const std::lock_guard lock(mutex_);
                told_ += line + "\n";
            }
            if (line.starts_with("USER"))
                say(peer, "+OK\r\n");
            else
                say(peer, "-ERR what is " + line + " " + steering_bytes + "\r\n");
        }
    }
}

}  // namespace porteur::testing
