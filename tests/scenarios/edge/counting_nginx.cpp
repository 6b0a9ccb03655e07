// SPDX-License-Identifier: Apache-2.0
#include "counting_nginx.hpp"

#include <charconv>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace porteur::testing {
namespace {

/// Listens on a free port of 127.0.0.1.
std::pair<int, unsigned> listener(int flags) {
    const int made = socket(AF_INET, SOCK_STREAM | flags, 0);
    sockaddr_in here{};
    here.sin_family = AF_INET;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof here;
    if (bind(made, reinterpret_cast<sockaddr*>(&here), size) != 0 || listen(made, 64) != 0 ||
        getsockname(made, reinterpret_cast<sockaddr*>(&here), &size) != 0)
        throw std::runtime_error("no free port on 127.0.0.1");
    return {made, ntohs(here.sin_port)};
}

// A strict nginx as it comes. A body is passed on with its length, whatever it came in; a client that has said
// all and waits is no client that has gone.
constexpr const char* settings =
    "daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nerror_log {folder}/nginx.log info;\n"
    "events { worker_connections 256; }\n"
    "http {\n  access_log off;\n  client_max_body_size 2m;\n  client_body_temp_path {folder}/body;\n"
    "  proxy_temp_path {folder}/proxy;\n  fastcgi_temp_path {folder}/fastcgi;\n"
    "  uwsgi_temp_path {folder}/uwsgi;\n  scgi_temp_path {folder}/scgi;\n"
    "  server {\n    listen 127.0.0.1:{port};\n    location / {\n"
    "      proxy_pass http://127.0.0.1:{back_end};\n      proxy_ignore_client_abort on;\n    }\n  }\n}\n";

}  // namespace

CountingNginx::CountingNginx(const Folder& folder) {
    if (access("/usr/sbin/nginx", X_OK) != 0)
        throw std::runtime_error("there is no /usr/sbin/nginx; tools/setup installs it (nginx-light)");
    unsigned back_end_port = 0;
    std::tie(back_end_, back_end_port) = listener(SOCK_CLOEXEC);
    const auto home = (folder.path / "nginx").string();
    // nginx takes no port 0: one that was free a moment ago, and another one if somebody was faster.
    for (int tries = 0; tries < 10; ++tries) {
        const auto [free, port] = listener(SOCK_CLOEXEC);
        close(free);
        const auto file = folder.write(
            "nginx/nginx.conf", with(settings, {{"folder", home},
                                                {"port", std::to_string(port)},
                                                {"back_end", std::to_string(back_end_port)}})
        );
        nginx_ = Program::serve(
            {"/bin/sh", "-c",
             "echo listening on http://127.0.0.1:" + std::to_string(port) + "; exec /usr/sbin/nginx -p '" + home +
                 "' -e '" + home + "/nginx.log' -c '" + file.string() + "'"},
            folder.path / "nginx.errors"
        );
        while (!nginx_.ended_within(std::chrono::milliseconds(20)) && !Raw(port).is_open()) {}
        if (!nginx_.ended_within(std::chrono::milliseconds(0))) break;
        nginx_ = Program();
    }
    if (nginx_.port() == 0) throw std::runtime_error("nginx does not start; see " + home + "/nginx.log");
    thread_ = std::thread([this] { serve(); });
}

CountingNginx::~CountingNginx() {
    nginx_.kill();
    shutdown(back_end_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    close(back_end_);
}

std::vector<SeenRequest> CountingNginx::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(seen_, {});
}

/// nginx speaks HTTP/1.0 to it: one request a connection, with a length where there is a body.
void CountingNginx::serve() {
    for (int peer = -1; (peer = accept4(back_end_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0; close(peer)) {
        std::string bytes;
        std::size_t head = bytes.npos, size = 0;
        for (char piece[8192]; head == bytes.npos || bytes.size() < head + 4 + size;) {
            const auto count = recv(peer, piece, sizeof piece, 0);
            if (count <= 0) break;
            bytes.append(piece, static_cast<std::size_t>(count));
            head = bytes.find("\r\n\r\n");
            if (const auto at = bytes.find("\r\nContent-Length: "); at < head && head != bytes.npos)
                std::from_chars(bytes.data() + at + 18, bytes.data() + head, size);
        }
        if (head == bytes.npos) continue;
        const auto first = bytes.find(' '), last = bytes.rfind(' ', bytes.find("\r\n"));
        {
            const std::lock_guard lock(mutex_);
            seen_.push_back(
                {.method = bytes.substr(0, first),
                 .target = bytes.substr(first + 1, last - first - 1),
                 .body = bytes.substr(head + 4)}
            );
        }
        const std::string answer = "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
        [[maybe_unused]] const auto sent = send(peer, answer.data(), answer.size(), MSG_NOSIGNAL);
    }
}

}  // namespace porteur::testing
