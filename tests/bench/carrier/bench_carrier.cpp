// SPDX-License-Identifier: Apache-2.0
// The carrier of the benchmarks: acme's API of orders over HTTP, and nothing else, as cheap as a server
// can be, so that the figures are of whoever asks.
//
//     bench-carrier [look-ups until completed]
//
// Listens on a free port of 127.0.0.1 and prints it. One thread, one connection many requests.
//   POST /orders {"ref": ...}  -> 201 {"id","ref","status":"pending"}; the same ref twice makes two orders
//   GET /orders/{id}           -> {"id","ref","status"}
//   GET /orders?ref=           -> {"orders": [...]}
//   GET /stats                 -> {"orders","duplicates","look_ups"}
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace {

struct Order {
    std::string ref;
    int look_ups_left;
};

struct Reply {
    int status;
    std::string body;
};

class Orders {
public:
    explicit Orders(int look_ups) : look_ups_(look_ups) {}

    Reply answer(std::string_view method, std::string_view target, std::string_view body) {
        if (method == "POST" && target == "/orders") return create(body);
        if (method == "GET" && target.starts_with("/orders/")) return look_up(target.substr(8));
        if (method == "GET" && target.starts_with("/orders?ref=")) return find(target.substr(12));
        if (method == "GET" && target == "/stats")
            return {200, "{\"orders\":" + std::to_string(orders_.size()) + ",\"duplicates\":" + std::to_string(duplicates_) +
                             ",\"look_ups\":" + std::to_string(look_ups_made_) + "}"};
        return {404, R"({"code":"NOT_FOUND"})"};
    }

private:
    /// The text after "name":" up to the next quote; what a benchmark sends has no escapes there.
    static std::string_view text_of(std::string_view body, std::string_view name) {
        const auto key = "\"" + std::string(name) + "\":\"";
        const auto at = body.find(key);
        if (at == body.npos) return {};
        const auto from = at + key.size();
        return body.substr(from, body.find('"', from) - from);
    }
    std::string shown(std::size_t index) const {
        const auto& order = orders_[index];
        return "{\"id\":\"" + std::to_string(index + 1) + "\",\"ref\":\"" + order.ref + "\",\"status\":\"" +
               (order.look_ups_left > 0 ? "pending" : "completed") + "\"}";
    }
    Reply create(std::string_view body) {
        auto ref = text_of(body, "ref");
        if (ref.empty()) ref = text_of(body, "key");
        if (ref.empty()) return {422, R"({"code":"REF_MISSING"})"};
        auto& same = by_ref_[std::string(ref)];
        if (!same.empty()) ++duplicates_;
        same.push_back(orders_.size());
        orders_.push_back({std::string(ref), look_ups_});
        return {201, shown(orders_.size() - 1)};
    }
    Reply look_up(std::string_view id) {
        std::size_t number = 0;
        const auto read = std::from_chars(id.data(), id.data() + id.size(), number);
        if (read.ec != std::errc{} || number == 0 || number > orders_.size()) return {404, R"({"code":"NOT_FOUND"})"};
        ++look_ups_made_;
        if (orders_[number - 1].look_ups_left > 0) --orders_[number - 1].look_ups_left;
        return {200, shown(number - 1)};
    }
    Reply find(std::string_view ref) const {
        std::string list;
        if (const auto found = by_ref_.find(std::string(ref)); found != by_ref_.end())
            for (const auto index : found->second) list += (list.empty() ? "" : ",") + shown(index);
        return {200, "{\"orders\":[" + list + "]}"};
    }

    int look_ups_;
    std::vector<Order> orders_;
    std::unordered_map<std::string, std::vector<std::size_t>> by_ref_;
    std::size_t duplicates_ = 0;
    std::size_t look_ups_made_ = 0;
};

/// The value of Content-Length; 0 if there is none.
std::size_t body_size_of(std::string_view head) {
    constexpr std::string_view name = "content-length:";
    for (std::size_t at = head.find("\r\n"); at != head.npos; at = head.find("\r\n", at + 2)) {
        const auto line = head.substr(at + 2, name.size());
        bool same = line.size() == name.size();
        for (std::size_t each = 0; same && each < name.size(); ++each) same = (line[each] | 0x20) == (name[each] | 0x20);
        if (!same) continue;
        auto value = head.substr(at + 2 + name.size());
        while (value.starts_with(' ')) value.remove_prefix(1);
        std::size_t size = 0;
        std::from_chars(value.data(), value.data() + value.size(), size);
        return size;
    }
    return 0;
}

/// Answers every whole request of the buffer. @return what is to be sent
std::string serve(Orders& orders, std::string& buffer) {
    std::string out;
    for (;;) {
        const auto end = buffer.find("\r\n\r\n");
        if (end == buffer.npos) return out;
        const std::string_view head(buffer.data(), end + 2);
        const auto size = body_size_of(head);
        if (buffer.size() < end + 4 + size) return out;
        const auto blank = head.find(' ');
        const auto target = head.substr(blank + 1, head.find(' ', blank + 1) - blank - 1);
        const auto reply = orders.answer(head.substr(0, blank), target, std::string_view(buffer).substr(end + 4, size));
        out += "HTTP/1.1 " + std::to_string(reply.status) + " X\r\nContent-Type: application/json\r\nContent-Length: " +
               std::to_string(reply.body.size()) + "\r\n\r\n" + reply.body;
        buffer.erase(0, end + 4 + size);
    }
}

}  // namespace

int main(int argc, char** argv) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    Orders orders(argc > 1 ? std::atoi(argv[1]) : 1);
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener, 1024) != 0 ||
        ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
        std::perror("bench-carrier");
        return 1;
    }
    std::printf("%d\n", ntohs(address.sin_port));
    std::fflush(stdout);

    const int poll = ::epoll_create1(EPOLL_CLOEXEC);
    epoll_event wanted{.events = EPOLLIN, .data = {.fd = listener}};
    ::epoll_ctl(poll, EPOLL_CTL_ADD, listener, &wanted);
    std::unordered_map<int, std::string> buffers;
    char bytes[16384];
    epoll_event ready[256];
    for (;;) {
        const int count = ::epoll_wait(poll, ready, 256, -1);
        for (int at = 0; at < count; ++at) {
            const int file = ready[at].data.fd;
            if (file == listener) {
                const int made = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
                if (made < 0) continue;
                const int on = 1;
                ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                wanted.data.fd = made;
                ::epoll_ctl(poll, EPOLL_CTL_ADD, made, &wanted);
                continue;
            }
            const auto got = ::recv(file, bytes, sizeof bytes, 0);
            if (got <= 0) {
                buffers.erase(file);
                ::close(file);
                continue;
            }
            auto& buffer = buffers[file];
            buffer.append(bytes, static_cast<std::size_t>(got));
            const auto out = serve(orders, buffer);
            if (!out.empty()) ::send(file, out.data(), out.size(), MSG_NOSIGNAL);
        }
    }
}
