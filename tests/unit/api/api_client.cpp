// SPDX-License-Identifier: Apache-2.0
#include "api_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace porteur::testing {

std::string Reply::field(std::string_view name) const {
    for (const auto& [each, value] : fields)
        if (each == name) return value;
    return {};
}

json::value Reply::document() const {
    auto value = parse_json(body);
    return value ? *value : json::value();
}

std::string Reply::text(std::string_view key) const {
    const auto value = document();
    const auto* found = value.is_object() ? value.get_object().if_contains(key) : nullptr;
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

Client::Client(std::uint16_t port, int receive_buffer)
    : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    if (receive_buffer > 0)
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("the test cannot connect");
}

Client::~Client() {
    if (socket_ >= 0) ::close(socket_);
}

bool Client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

bool Client::more() {
    char piece[65536];
    const auto count = ::recv(socket_, piece, sizeof piece, 0);
    if (count <= 0) return false;
    kept_.append(piece, static_cast<std::size_t>(count));
    return true;
}

Reply Client::receive(bool no_body) {
    Reply reply;
    std::size_t end = 0;
    while ((end = kept_.find("\r\n\r\n")) == kept_.npos)
        if (!more()) return reply;
    std::size_t at = kept_.find("\r\n");
    reply.status = std::atoi(kept_.substr(9, 3).c_str());
    while (at < end) {
        const auto next = kept_.find("\r\n", at + 2);
        const auto line = kept_.substr(at + 2, next - at - 2);
        const auto colon = line.find(": ");
        auto name = line.substr(0, colon);
        for (char& letter : name)
            if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
        reply.fields.emplace_back(std::move(name), line.substr(colon + 2));
        at = next;
    }
    kept_.erase(0, end + 4);
    if (!no_body && reply.field("transfer-encoding") == "chunked") {
        reply.is_whole = receive_chunks(reply.body);
        return reply;
    }
    const auto length =
        no_body ? 0 : std::strtoul(reply.field("content-length").c_str(), nullptr, 10);
    while (kept_.size() < length)
        if (!more()) break;
    reply.body = kept_.substr(0, length);
    kept_.erase(0, length);
    return reply;
}

bool Client::receive_chunks(std::string& body) {
    while (true) {
        std::size_t end = 0;
        while ((end = kept_.find("\r\n")) == kept_.npos)
            if (!more()) return false;
        const auto size = std::strtoul(kept_.c_str(), nullptr, 16);
        while (kept_.size() < end + 2 + size + 2)
            if (!more()) return false;
        body += kept_.substr(end + 2, size);
        kept_.erase(0, end + 2 + size + 2);
        if (size == 0) return true;
    }
}

std::string Client::read_until(std::string_view wanted) {
    std::size_t found = 0;
    while ((found = kept_.find(wanted)) == kept_.npos)
        if (!more()) return std::exchange(kept_, {});
    auto out = kept_.substr(0, found + wanted.size());
    kept_.erase(0, out.size());
    return out;
}

bool Client::at_end() {
    if (!kept_.empty()) return false;
    char byte = 0;
    // A reset is an end too; running into the patience is not.
    const auto count = ::recv(socket_, &byte, 1, 0);
    return count == 0 || (count < 0 && errno == ECONNRESET);
}

bool Client::ends_with_reset() {
    char piece[65536];
    while (true) {
        const auto count = ::recv(socket_, piece, sizeof piece, 0);
        if (count <= 0) return count < 0 && errno == ECONNRESET;
    }
}

void Client::finish_sending() { ::shutdown(socket_, SHUT_WR); }

std::string Sent::bytes() const {
    std::string out = method + " " + target + " HTTP/1.1\r\nHost: localhost\r\n";
    if (!token.empty()) out += "Authorization: Bearer " + token + "\r\n";
    if (!key.empty()) out += "Idempotency-Key: " + key + "\r\n";
    for (const auto& [name, value] : fields) out += name + ": " + value + "\r\n";
    if (!body.empty()) {
        out += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        if (!content_type.empty()) out += "Content-Type: " + content_type + "\r\n";
    }
    return out + "\r\n" + body;
}

Served::Served(ApiLimits limits, std::optional<ListenTls> tls, std::shared_ptr<const ConsoleFiles> console) : work_(io_.get_executor()) {
    server = std::make_unique<ApiServer>(
        io_,
        ListenSettings{
            .address = "127.0.0.1",
            .port = 0,
            .tls = std::move(tls),
            .limits = limits,
            .console = std::move(console),
            .log =
                [this](const AccessLine& line) {
                    const std::lock_guard lock(log_mutex_);
                    log_.push_back(line);
                }
        },
        host
    );
    const auto started = server->start();
    if (!started) throw std::runtime_error(started.error().message);
    port = *started;
    for (int count = 0; count < 2; ++count) threads_.emplace_back([this] { io_.run(); });
}

Served::~Served() {
    server->stop();
    work_.reset();
    for (auto& each : threads_) each.join();
}

Reply Served::ask(const Sent& sent) {
    Client client(port);
    client.send(sent.bytes());
    return client.receive();
}

Reply Served::get(std::string target, std::string_view token) {
    return ask({.target = std::move(target), .token = std::string(token)});
}

Reply Served::post(std::string target, std::string body, std::string key) {
    if (key.empty()) key = "key-" + std::to_string(++next_key_);
    return ask(
        {.method = "POST",
         .target = std::move(target),
         .body = std::move(body),
         .key = std::move(key)}
    );
}

std::vector<AccessLine> Served::log() {
    const std::lock_guard lock(log_mutex_);
    return log_;
}

Order Served::order(OrderKind kind) {
    Order order;
    order.id = host.next_id();
    order.tenant = 1;
    order.kind = kind;
    order.reference = "R-" + id_text(order.id);
    order.account = "acme-1";
    if (kind == OrderKind::port) {
        PortOrder request;
        request.numbers = {*PhoneNumber::from_json_text("+14165550101")};
        request.account_number = "9876543210";
        request.pin = {.given = true, .length = 6, .digits_only = true};
        order.request = to_text(request);
    } else {
        PurchaseOrder request;
        request.country = "FR";
        request.numbers = {*PhoneNumber::from_json_text("+33612345678")};
        order.request = to_text(request);
    }
    order.progress = "{}";
    order.created = order.updated = Instant{std::chrono::milliseconds{1'764'579'600'123}};
    host.put(order);
    return order;
}

bool soon(const std::function<bool()>& holds) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!holds()) {
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::yield();
    }
    return true;
}

}  // namespace porteur::testing
