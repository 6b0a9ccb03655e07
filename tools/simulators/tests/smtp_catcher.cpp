// SPDX-License-Identifier: Apache-2.0
#include "smtp_catcher.hpp"

#include <chrono>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace porteur::sim::test {
namespace {

constexpr timeval patience{.tv_sec = 10, .tv_usec = 0};

void say(int socket, std::string_view text) {
    ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
}

}  // namespace

SmtpCatcher::SmtpCatcher() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    listen(listener_, 1);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    setsockopt(listener_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    said_ = std::async(std::launch::async, [this] { return serve(); });
}

SmtpCatcher::~SmtpCatcher() {
    shutdown(listener_, SHUT_RDWR);
    if (said_.valid()) said_.wait();
    close(listener_);
}

std::string SmtpCatcher::wait() { return said_.get(); }

std::string SmtpCatcher::serve() {
    const int socket = accept(listener_, nullptr, nullptr);
    if (socket < 0) return {};
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    say(socket, "220 catcher\r\n");
    std::string said;
    std::string line;
    bool in_data = false;
    char letter = 0;
    while (recv(socket, &letter, 1, 0) == 1) {
        line += letter;
        if (letter != '\n') continue;
        said += line;
        if (in_data) {
            if (line == ".\r\n") {
                in_data = false;
                say(socket, "250 taken\r\n");
            }
        } else if (line.starts_with("EHLO")) {
            say(socket, "250-catcher\r\n250 8BITMIME\r\n");
        } else if (line.starts_with("DATA")) {
            in_data = true;
            say(socket, "354 go on\r\n");
        } else {
            say(socket, "250 ok\r\n");
            if (line.starts_with("QUIT")) break;
        }
        line.clear();
    }
    close(socket);
    return said;
}

}  // namespace porteur::sim::test
