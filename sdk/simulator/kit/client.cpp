// SPDX-License-Identifier: Apache-2.0
#include "client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "encoding.hpp"

namespace porteur::sim {
namespace {

class Socket {
public:
    explicit Socket(std::chrono::milliseconds timeout) : handle_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const auto seconds = std::chrono::floor<std::chrono::seconds>(timeout);
        const timeval wait{seconds.count(), std::chrono::microseconds(timeout - seconds).count()};
        setsockopt(handle_, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
        setsockopt(handle_, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    }
    ~Socket() { ::close(handle_); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;

    bool connect(std::uint16_t port) {
        sockaddr_in there{};
        there.sin_family = AF_INET;
        there.sin_port = htons(port);
        there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return ::connect(handle_, reinterpret_cast<const sockaddr*>(&there), sizeof there) == 0;
    }
    bool write(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto count = ::send(handle_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }
    /// All there is until the other side closes; what came before a break.
    std::string read_all() {
        std::string all;
        char bytes[16 * 1024];
        for (;;) {
            const auto count = ::recv(handle_, bytes, sizeof bytes, 0);
            if (count <= 0) return all;
            all.append(bytes, static_cast<std::size_t>(count));
        }
    }

private:
    int handle_;
};

std::string trimmed(std::string_view text) {
    const auto begin = std::min(text.find_first_not_of(' '), text.size());
    return std::string(text.substr(begin, text.find_last_not_of(' ') + 1 - begin));
}

/// @return nothing unless it is whole
std::optional<Answer> read_answer(std::string_view bytes) {
    const auto end = bytes.find("\r\n\r\n");
    if (!bytes.starts_with("HTTP/1.1 ") || end == bytes.npos) return std::nullopt;
    Answer answer;
    answer.content_type.clear();
    auto head = bytes.substr(0, end);
    std::from_chars(head.data() + 9, head.data() + std::min<std::size_t>(12, head.size()), answer.status);
    answer.body = bytes.substr(end + 4);
    std::size_t length = 0;
    for (auto at = head.find("\r\n"); at != head.npos; at = head.find("\r\n")) {
        head.remove_prefix(at + 2);
        const auto line = head.substr(0, head.find("\r\n"));
        const auto colon = std::min(line.find(':'), line.size());
        auto name = to_lower(line.substr(0, colon));
        auto value = colon == line.size() ? std::string() : trimmed(line.substr(colon + 1));
        if (name == "content-length") std::from_chars(value.data(), value.data() + value.size(), length);
        if (name == "content-type") answer.content_type = value;
        answer.headers.emplace_back(std::move(name), std::move(value));
    }
    if (answer.body.size() != length) return std::nullopt;
    return answer;
}

}  // namespace

Sent send_request(
    std::uint16_t port, const std::string& method, const std::string& target, const std::string& body,
    const Fields& headers, std::chrono::milliseconds timeout
) {
    Socket socket(timeout);
    if (!socket.connect(port)) return {Sent::How::not_sent, {}};
    std::string wire = method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n";
    for (const auto& [name, value] : headers) wire += name + ": " + value + "\r\n";
    wire += "Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
    if (!socket.write(wire)) return {Sent::How::lost, {}};
    auto answer = read_answer(socket.read_all());
    if (!answer) return {Sent::How::lost, {}};
    return {Sent::How::answered, *std::move(answer)};
}

}  // namespace porteur::sim
