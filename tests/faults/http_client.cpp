// SPDX-License-Identifier: Apache-2.0
#include "http_client.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace porteur::testing {
namespace {

struct Socket {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    Socket() = default;
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() {
        if (fd >= 0) close(fd);
    }
};

bool is_connected(int fd, unsigned port, std::chrono::milliseconds silence_max) {
    const timeval most{silence_max.count() / 1000, silence_max.count() % 1000 * 1000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
}

bool is_sent(int fd, const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto count = send(fd, text.data() + at, text.size() - at, MSG_NOSIGNAL);
        if (count <= 0) return false;
        at += static_cast<std::size_t>(count);
    }
    return true;
}

/// The status of an answer. An answer without one is a defect of the server, told with all its bytes.
int status_in(const std::string& answer) {
    int status = 0;
    if (answer.starts_with("HTTP/1.1 "))
        std::from_chars(answer.data() + 9, answer.data() + answer.size(), status);
    if (status >= 100 && status <= 599) return status;
    std::string shown;
    for (const char byte : answer.substr(0, 600)) {
        char text[5] = {byte};
        if (byte < ' ' || byte > '~')
            std::snprintf(text, sizeof text, "\\x%02x", static_cast<unsigned char>(byte));
        shown += text;
    }
    throw std::runtime_error("no status in the answer: " + shown);
}

/// The number after `name` in the head; -1 if it is not there.
long length_in(std::string head) {
    std::ranges::transform(head, head.begin(), [](unsigned char letter) {
        return std::tolower(letter);
    });
    const auto at = head.find("\r\ncontent-length: ");
    if (at == head.npos) return -1;
    long length = -1;
    std::from_chars(head.data() + at + 18, head.data() + head.size(), length);
    return length;
}

}  // namespace

std::optional<HttpReply> http(
    unsigned port, const std::string& method, const std::string& target,
    const std::vector<std::string>& headers, const std::string& body, std::chrono::milliseconds silence_max
) {
    const Socket socket;
    if (socket.fd < 0 || !is_connected(socket.fd, port, silence_max)) return std::nullopt;
    std::string text = method + " " + target +
                       " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                       "\r\nConnection: close\r\n";
    for (const auto& line : headers) text += line + "\r\n";
    const bool has_type = std::ranges::any_of(headers, [](const auto& line) {
        return line.starts_with("Content-Type:");
    });
    if (!body.empty()) {
        if (!has_type) text += "Content-Type: application/json\r\n";
        text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    if (!is_sent(socket.fd, text + "\r\n" + body)) return std::nullopt;

    std::string got;
    for (char piece[16'384];;) {
        const auto end = got.find("\r\n\r\n");
        if (end != got.npos) {
            const auto length = length_in(got.substr(0, end));
            if (length >= 0 && got.size() >= end + 4 + static_cast<std::size_t>(length))
                return HttpReply{
                    status_in(got), got.substr(end + 4, static_cast<std::size_t>(length))
                };
        }
        const auto count = recv(socket.fd, piece, sizeof piece, 0);
        if (count <= 0) return std::nullopt;
        got.append(piece, static_cast<std::size_t>(count));
    }
}

}  // namespace porteur::testing
