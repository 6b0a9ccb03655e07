// SPDX-License-Identifier: Apache-2.0
// Requests and answers per second of the carrier client on one core: an effect's head becomes a
// request, goes over loopback HTTP and comes back as a completion head. The carrier is a forked
// process that does as little as a server can, kept on another core where there is one.
//
//     tools/bench exchange [exchanges] [in flight] [none|basic]      prints one JSON object
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "carriers/client.hpp"
#include "carriers/http_effect.hpp"

namespace {

namespace asio = boost::asio;
using namespace porteur;

constexpr std::string_view answer =
    "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nX-Request-Id: 01JC2V\r\n"
    "Content-Length: 35\r\n\r\n{\"id\":\"ord-1\",\"status\":\"submitted\"}";
constexpr std::string_view head =
    "{\"content\":\"application/json\",\"headers\":[[\"accept\",\"application/"
    "json\"]],\"method\":\"POST\","
    "\"path\":\"/orders\",\"timeout_ms\":30000}";
constexpr std::string_view body =
    "{\"numbers\":[\"+14165550101\",\"+14165550102\"],\"ref\":\"01JC2V7Q8W9X0Y1Z2A3B4C5D6E\"}";

void stay_on(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    ::sched_setaffinity(0, sizeof set, &set);
}

/// Answers once for each read: the client never pipelines, and its requests fit in one segment.
[[noreturn]] void serve(int listener) {
    const int poll = ::epoll_create1(0);
    epoll_event wanted{.events = EPOLLIN, .data = {.fd = listener}};
    ::epoll_ctl(poll, EPOLL_CTL_ADD, listener, &wanted);
    char buffer[8192];
    epoll_event ready[128];
    for (;;) {
        const int count = ::epoll_wait(poll, ready, 128, -1);
        for (int at = 0; at < count; ++at) {
            if (ready[at].data.fd == listener) {
                const int made = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
                const int on = 1;
                ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                wanted.data.fd = made;
                ::epoll_ctl(poll, EPOLL_CTL_ADD, made, &wanted);
            } else if (::recv(ready[at].data.fd, buffer, sizeof buffer, 0) > 0) {
                ::send(ready[at].data.fd, answer.data(), answer.size(), MSG_NOSIGNAL);
            } else {
                ::close(ready[at].data.fd);
            }
        }
    }
}

struct Run {
    CarrierClient& client;
    const EffectResources& resources;
    long left;
    long failed = 0;
    std::size_t bytes = 0;
};

asio::awaitable<void> work(Run* run) {
    while (run->left-- > 0) {
        auto request = request_from_effect(head, std::string(body), run->resources);
        const auto outcome = co_await run->client.send(std::move(*request));
        if (!outcome || outcome->status != 201) {
            ++run->failed;
            continue;
        }
        run->bytes += completion_head(*outcome).size() + outcome->body.size();
    }
}

double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace

int main(int count, char** arguments) {
    const long exchanges = count > 1 ? std::atol(arguments[1]) : 100'000;
    const int in_flight = count > 2 ? std::atoi(arguments[2]) : 32;
    const bool basic = count > 3 && std::strcmp(arguments[3], "basic") == 0;

    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    ::bind(listener, reinterpret_cast<sockaddr*>(&address), length);
    ::listen(listener, 128);
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);

    const pid_t carrier = ::fork();
    if (carrier == 0) {
        stay_on(1);
        serve(listener);
    }
    stay_on(0);

    asio::io_context context(1);
    ClientSettings settings;
    settings.base_url = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    if (basic)
        settings.auth = {.scheme = AuthScheme::basic, .user = "user", .password = "password"};
    auto client = CarrierClient::make(
        context.get_executor(), settings,
        [](std::string_view) -> Result<std::string> { return "open sesame"; }
    );
    if (!client) {
        std::fprintf(stderr, "%s\n", client.error().message.c_str());
        return 1;
    }
    const EffectResources resources;
    Run run{*client, resources, exchanges};
    int ended = 0;
    const double cpu_before = cpu_seconds();
    const auto before = std::chrono::steady_clock::now();
    for (int at = 0; at < in_flight; ++at) {
        asio::co_spawn(context, work(&run), [&](std::exception_ptr) { ++ended; });
    }
    while (ended < in_flight) context.run_one();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - before;
    const double cpu = cpu_seconds() - cpu_before;

    ::kill(carrier, SIGKILL);
    ::waitpid(carrier, nullptr, 0);
    std::printf(
        "{\"auth\":\"%s\",\"cpu_us_per_exchange\":%.2f,\"exchanges\":%ld,\"failed\":%ld,"
        "\"in_flight\":%d,\"open_connections\":%zu,\"per_s\":%.0f,\"per_s_of_one_core\":%.0f}\n",
        basic ? "basic" : "none", cpu / static_cast<double>(exchanges) * 1e6, exchanges, run.failed,
        in_flight, client->open_connections(), static_cast<double>(exchanges) / took.count(),
        static_cast<double>(exchanges) / cpu
    );
    return run.failed == 0 ? 0 : 1;
}
