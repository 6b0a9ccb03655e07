// SPDX-License-Identifier: Apache-2.0
#include "loopback.hpp"

#include <charconv>
#include <chrono>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>

#include "kit/encoding.hpp"
#include "kit/fields.hpp"

namespace porteur::sim::test {

json::value Reply::json() const {
    auto value = read_json(body);
    if (!value) throw std::runtime_error("not JSON: " + body);
    return *value;
}

std::string Reply::header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
        if (key == name) return value;
    }
    return {};
}

Client::~Client() { disconnect(); }

void Client::disconnect() {
    if (socket_ >= 0) close(socket_);
    socket_ = -1;
}

bool Client::connect_if_needed() {
    if (socket_ >= 0) return true;
    socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{.tv_sec = 20, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
        disconnect();
        return false;
    }
    ++connection_count_;
    return true;
}

Reply Client::send(
    const std::string& method, const std::string& target, const std::string& body,
    const Fields& headers
) {
    Reply reply;
    if (!connect_if_needed()) throw std::runtime_error("the simulator does not listen");
    std::string wire = method + " " + target +
                       " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port_) +
                       "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
    bool has_authorization = authorization.empty();
    bool has_type = body.empty();
    for (const auto& [name, value] : headers) {
        wire += name + ": " + value + "\r\n";
        has_authorization |= name == "Authorization";
        has_type |= name == "Content-Type";
    }
    if (!has_authorization) wire += "Authorization: " + authorization + "\r\n";
    if (!has_type) wire += "Content-Type: " + content_type + "\r\n";
    wire += "\r\n" + body;
    for (std::size_t sent = 0; sent < wire.size();) {
        const auto count = ::send(socket_, wire.data() + sent, wire.size() - sent, MSG_NOSIGNAL);
        if (count <= 0) break;
        sent += static_cast<std::size_t>(count);
    }

    std::string read;
    std::size_t head_end = std::string::npos;
    std::size_t wanted = std::string::npos;
    char buffer[16384];
    while (read.size() < wanted) {
        const auto count = recv(socket_, buffer, sizeof buffer, 0);
        if (count <= 0) {
            disconnect();
            break;
        }
        read.append(buffer, static_cast<std::size_t>(count));
        if (head_end != std::string::npos) continue;
        head_end = read.find("\r\n\r\n");
        if (head_end == std::string::npos) continue;
        std::size_t length = 0;
        for (auto at = read.find("\r\n") + 2; at < head_end + 2;) {
            const auto end = read.find("\r\n", at);
            const auto colon = read.find(": ", at);
            reply.headers.emplace_back(
                to_lower(read.substr(at, colon - at)), read.substr(colon + 2, end - colon - 2)
            );
            at = end + 2;
        }
        const auto text = reply.header("content-length");
        std::from_chars(text.data(), text.data() + text.size(), length);
        wanted = head_end + 4 + length;
    }
    if (head_end == std::string::npos) return reply;
    std::from_chars(read.data() + 9, read.data() + 12, reply.status);
    reply.body = read.substr(head_end + 4);
    reply.complete = read.size() >= wanted;
    if (reply.header("connection") == "close") disconnect();
    return reply;
}

Reply Client::post(const std::string& target, const json::value& body) {
    return send("POST", target, json::serialize(body));
}

json::value Client::stats() { return get("/_sim/stats").json(); }

json::value Client::received() { return get("/_sim/received").json(); }

namespace {

void expect_ok(const Reply& reply) {
    if (reply.status != 200) throw std::runtime_error("refused: " + reply.body);
}

}  // namespace

void Client::script(const json::value& order) { expect_ok(post("/_sim/script", order)); }

void Client::faults(const json::value& rules) { expect_ok(post("/_sim/faults", rules)); }

void Client::clock(const json::value& setting) { expect_ok(post("/_sim/clock", setting)); }

std::string basic(const std::string& user, const std::string& password) {
    return "Basic " + encode_base64(user + ":" + password);
}

Running::Running(const Program& program, const std::vector<std::string>& options)
    : options_(Options::parse(all_options(program), options)) {
    // A Monday in a week without holidays. Real time stands still here; only tests move it.
    static constexpr Instant monday =
        std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + std::chrono::hours(15);
    simulation_ = std::make_unique<Simulation>(
        [&](World world) { return program.make(world, options_); }, 1000, [] { return monday; }
    );
    server_ = std::make_unique<Server>(*simulation_, 0);
    thread_ = std::thread([this] { server_->run(); });
    client_ = another_client();
}

Running::~Running() {
    server_->stop();
    thread_.join();
}

std::unique_ptr<Client> Running::another_client() const {
    return std::make_unique<Client>(server_->port());
}

bool eventually(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!holds()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::yield();
    }
    return true;
}

}  // namespace porteur::sim::test
