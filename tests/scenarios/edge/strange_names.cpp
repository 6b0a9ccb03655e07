// SPDX-License-Identifier: Apache-2.0
// Loaded into porteurd before the C library (LD_PRELOAD): a resolver that answers as an attacker's would, and a
// network that ends at this machine. Both write down what was asked of them.
//
//   EDGE_NAMES   a file: NAME ADDRESS[,ADDRESS]... [NAME...]; of several lines for a name each look-up takes the next,
//                and the last one stays
//   EDGE_ASKED   a file that gets "look-up NAME" and "connect ADDRESS PORT" lines
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <cerrno>
#include <dlfcn.h>
#include <netdb.h>
#include <sys/socket.h>

namespace {

std::mutex mutex;
std::map<std::string, std::size_t> asked;

void note(const std::string& line) {
    if (const char* path = std::getenv("EDGE_ASKED")) std::ofstream(path, std::ios::app) << line + "\n";
}

/// What the next look-up of a name gives; nothing: the name is not one of the attacker's.
std::vector<std::string> answers(const std::string& name) {
    const char* path = std::getenv("EDGE_NAMES");
    if (path == nullptr) return {};
    std::vector<std::string> lines;
    std::ifstream file(path);
    for (std::string each, addresses; file >> each >> addresses;)
        if (each == name) lines.push_back(addresses);
    if (lines.empty()) return {};
    const std::lock_guard lock(mutex);
    const auto turn = std::min(asked[name]++, lines.size() - 1);
    std::vector<std::string> out;
    std::istringstream list(lines[turn]);
    for (std::string each; std::getline(list, each, ',');) out.push_back(each);
    return out;
}

using Resolve = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
using Connect = int (*)(int, const sockaddr*, socklen_t);

template <class Function>
Function next(const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** found) {
    static const auto real = next<Resolve>("getaddrinfo");
    const std::string name = node == nullptr ? "" : node;
    note("look-up " + name);
    const auto all = answers(name);
    if (all.empty()) {
        // No name of the Internet is looked up: what the C library takes for an address or has in /etc/hosts is enough.
        addrinfo numeric{};
        if (hints != nullptr) numeric = *hints;
        if (name != "localhost" && !name.ends_with(".localdomain") && !name.starts_with("ip6-")) numeric.ai_flags |= AI_NUMERICHOST;
        return real(node, service, &numeric, found);
    }
    *found = nullptr;
    for (auto each = all.rbegin(); each != all.rend(); ++each) {
        addrinfo numeric{};
        if (hints != nullptr) numeric = *hints;
        numeric.ai_family = AF_UNSPEC;
        numeric.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
        addrinfo* one = nullptr;
        if (const int failed = real(each->c_str(), service, &numeric, &one); failed != 0) return failed;
        addrinfo* last = one;
        while (last->ai_next != nullptr) last = last->ai_next;
        last->ai_next = *found;
        *found = one;
    }
    return 0;
}

extern "C" int connect(int socket, const sockaddr* to, socklen_t size) {
    static const auto real = next<Connect>("connect");
    char text[INET6_ADDRSTRLEN] = {};
    unsigned port = 0;
    bool here = true;
    if (to->sa_family == AF_INET) {
        const auto* v4 = reinterpret_cast<const sockaddr_in*>(to);
        inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
        port = ntohs(v4->sin_port);
        here = (ntohl(v4->sin_addr.s_addr) >> 24) == 127 || v4->sin_addr.s_addr == 0;
    } else if (to->sa_family == AF_INET6) {
        const auto* v6 = reinterpret_cast<const sockaddr_in6*>(to);
        inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
        port = ntohs(v6->sin6_port);
        here = IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr) || IN6_IS_ADDR_UNSPECIFIED(&v6->sin6_addr) ||
               (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr) && v6->sin6_addr.s6_addr[12] == 127);
    } else {
        return real(socket, to, size);
    }
    note("connect " + std::string(text) + " " + std::to_string(port));
    if (here) return real(socket, to, size);
    errno = ENETUNREACH;
    return -1;
}
