// SPDX-License-Identifier: Apache-2.0
#include "bench_client.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "bench_processes.hpp"

namespace porteur::bench {

void pin(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    ::sched_setaffinity(0, sizeof set, &set);
}

DaemonProcess::DaemonProcess(const std::filesystem::path& config, bool one_core) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) stop("no pipe to porteurd");
    process_ = ::fork();
    if (process_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // a measurement that gives up leaves none running
        if (one_core) pin(0);
        ::dup2(ends[1], 1);
        ::dup2(ends[1], 2);
        ::execl(PORTEUR_DAEMON, PORTEUR_DAEMON, "--config", config.c_str(), nullptr);
        ::_exit(127);
    }
    ::close(ends[1]);
    log_ = ::fdopen(ends[0], "r");
    std::string said;
    std::array<char, 4096> line;
    while (port_ == 0 && std::fgets(line.data(), line.size(), log_) != nullptr) {
        said += line.data();
        if (const auto at = said.find("127.0.0.1:"); at != std::string::npos)
            port_ = static_cast<std::uint16_t>(std::atoi(said.c_str() + at + std::strlen("127.0.0.1:")));
    }
    if (port_ == 0) stop("porteurd did not start: " + said);
    reader_ = std::thread([this] {
        std::array<char, 4096> more;
        while (std::fgets(more.data(), more.size(), log_) != nullptr) continue;
    });
}

DaemonProcess::~DaemonProcess() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
    reader_.join();
    std::fclose(log_);
}

Caller::Caller(std::uint16_t port, std::string token, std::string name) : token_(std::move(token)), name_(std::move(name)) {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) stop("no connection is taken");
    const int yes = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

Caller::~Caller() { ::close(socket_); }

std::string_view Caller::post(const std::string& target, const std::string& type, std::string_view body) {
    return send(
        "POST", target,
        "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nIdempotency-Key: \"" + name_ + "-" +
            std::to_string(++keys_) + "\"\r\n",
        body
    );
}

std::string_view Caller::send(const std::string& method, const std::string& target, const std::string& fields, std::string_view body) {
    const auto head_of_request = method + " " + target + " HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer " + token_ + "\r\n" + fields + "\r\n";
    for (std::string_view part : {std::string_view(head_of_request), body})
        while (!part.empty()) {
            const auto written = ::write(socket_, part.data(), part.size());
            if (written <= 0) stop("a request was cut off");
            part.remove_prefix(static_cast<std::size_t>(written));
        }
    read_.clear();
    std::size_t head = std::string::npos, whole = 0;
    while (head == std::string::npos || read_.size() < whole) {
        const auto before = read_.size();
        read_.resize(before + 65'536);
        const auto got = ::read(socket_, read_.data() + before, 65'536);
        if (got <= 0) stop("an answer was cut off");
        read_.resize(before + static_cast<std::size_t>(got));
        if (head != std::string::npos) continue;
        head = read_.find("\r\n\r\n");
        if (head == std::string::npos) continue;
        if (!read_.starts_with("HTTP/1.1 2")) stop(target + " answers " + read_.substr(0, 900));
        // fastify writes the names of fields in small letters.
        const auto length = std::min(read_.find("Content-Length: "), read_.find("content-length: "));
        if (length >= head) stop(target + " answers without a Content-Length: " + read_.substr(0, head));
        whole = head + 4 + static_cast<std::size_t>(std::atol(read_.c_str() + length + 16));
    }
    return std::string_view(read_).substr(head + 4);
}

}  // namespace porteur::bench
