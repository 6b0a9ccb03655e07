// SPDX-License-Identifier: Apache-2.0
// What a tenant can have porteurd speak to: web hooks. Each trick of urls.txt is given to the real porteurd, which is
// then told to send a test. Nothing may reach a listener of this machine, and porteurd may not even try to
// connect to an address that is not of the Internet; the resolver and the end of the network are strange_names.cpp's.
#include <atomic>
#include <fstream>
#include <sstream>
#include <thread>

#include <gmock/gmock.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../faults/http_client.hpp"
#include "edge_world.hpp"

namespace porteur::testing {
namespace {

using ::testing::HasSubstr;

/// Counts who connects, at every address of this machine, and answers with a redirect or "ok".
class Listener {
public:
    explicit Listener(std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        : answer_(std::move(answer)) {
        sockaddr_in6 here{};
        here.sin6_family = AF_INET6;  // :: takes IPv4 too
        const int both = 0;
        setsockopt(fd_, IPPROTO_IPV6, IPV6_V6ONLY, &both, sizeof both);
        socklen_t size = sizeof here;
        if (bind(fd_, reinterpret_cast<sockaddr*>(&here), size) != 0 || listen(fd_, 256) != 0)
            throw std::runtime_error("cannot listen");
        getsockname(fd_, reinterpret_cast<sockaddr*>(&here), &size);
        port = ntohs(here.sin6_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~Listener() {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto told = write(end_, &one, sizeof one);
        thread_.join();
        close(fd_);
        close(end_);
    }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    unsigned port = 0;
    std::atomic<int> connections = 0;

private:
    void serve() {
        for (;;) {
            pollfd wait[2] = {{fd_, POLLIN, 0}, {end_, POLLIN, 0}};
            poll(wait, 2, -1);
            if (wait[1].revents != 0) return;
            const int peer = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
            if (peer < 0) continue;
            ++connections;
            timeval most{5, 0};
            setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
            std::string bytes;
            for (char piece[4096]; bytes.find("\r\n\r\n") == bytes.npos;) {
                const auto count = recv(peer, piece, sizeof piece, 0);
                if (count <= 0) break;
                bytes.append(piece, static_cast<std::size_t>(count));
            }
            [[maybe_unused]] const auto sent = send(peer, answer_.data(), answer_.size(), MSG_NOSIGNAL);
            shutdown(peer, SHUT_WR);
            close(peer);
        }
    }

    std::string answer_;
    int fd_ = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int end_ = eventfd(0, EFD_CLOEXEC);
    std::thread thread_;
};

class Ssrf : public ::testing::Test {
protected:
    /// @param allow  of [webhooks]
    void start(const std::string& allow) {
        const auto names = edge.folder.write("names", file_text(PORTEUR_EDGE_FOLDER "/names.txt"));
        edge.start(
            "[log]\nlevel = \"warning\"\n[webhooks]\nper_tenant_max = 1000\ntimeout = \"2s\"\nallow = " + allow + "\n",
            {"LD_PRELOAD=" PORTEUR_EDGE_STRANGE_NAMES, "EDGE_NAMES=" + names.string(),
             "EDGE_ASKED=" + (edge.folder.path / "asked").string()}
        );
    }
    /// Makes a web hook and sends a test. @return what came of it: "refused", "delivered", or the problem
    std::string reach(const std::string& url) {
        const std::vector<std::string> lines{
            edge.bearer(), "Idempotency-Key: hook-" + std::to_string(++edge.keys)
        };
        const auto made = http(
            edge.port(), "POST", "/v1/webhooks", lines,
            json::serialize(json::object{{"url", url}, {"enabled", false}})
        );
        if (!made) return "no answer";
        if (made->status == 400) return "refused";
        EXPECT_EQ(made->status, 201) << url << " " << made->body;
        if (made->status != 201) return "?";
        const auto id = std::string(json::parse(made->body).at("id").as_string());
        const auto told = edge.ask("POST", "/v1/webhooks/" + id + "/test");
        const auto out = told.at("delivered").as_bool() ? std::string("delivered")
                                                        : std::string(told.at("problem").as_string());
        edge.ask("DELETE", "/v1/webhooks/" + id);
        return out;
    }
    /// Where porteurd has tried to connect: "ADDRESS PORT".
    std::vector<std::string> tried() const {
        std::vector<std::string> out;
        std::ifstream file(edge.folder.path / "asked");
        for (std::string line; std::getline(file, line);)
            if (line.starts_with("connect ")) out.push_back(line.substr(8));
        return out;
    }
    std::vector<std::string> urls(unsigned port) const {
        std::vector<std::string> out;
        std::ifstream file(PORTEUR_EDGE_FOLDER "/urls.txt");
        const auto at = ":" + std::to_string(port) + "/";
        for (std::string line; std::getline(file, line);) {
            if (line.empty() || line.starts_with('#')) continue;
            if (line.starts_with("= ")) {
                out.push_back(unescaped(with(line.substr(2), {{"port", std::to_string(port)}})));
                continue;
            }
            for (const auto& each : {"https://" + line + at, "http://" + line + at, "https://" + line + "/"})
                out.push_back(each);
        }
        return out;
    }

    Edge edge;
};

// With the list of the operator empty, and with one that opens http for some network: names are judged by what
// they lead to all the same.
TEST_F(Ssrf, LetsNoTrickReachAListenerOfThisMachine) {
    Listener inside;
    int refused = 0, stopped = 0;
    std::vector<std::string> all;
    for (const char* allow : {"[]", "[\"203.0.113.0/24\"]"}) {
        start(allow);
        all = urls(inside.port);
        ASSERT_GE(all.size(), 120U);
        for (const auto& each : all) {
            const auto came = reach(each);
            EXPECT_NE(came, "delivered") << each;
            ++(came == "refused" ? refused : stopped);
        }
        edge.daemon = Program();
    }
    EXPECT_EQ(inside.connections, 0);
    for (const auto& each : tried())
        EXPECT_TRUE(each == "8.8.8.8 443") << "a connection was tried to " << each;
    std::printf(
        "edge: ssrf: %zu addresses, each under two lists: %d refused when they were given, %d when they were used; %zu "
        "tries to connect, all to the public address; %d connections here\n",
        all.size(), refused, stopped, tried().size(), inside.connections.load()
    );
}

// The name leads to a public address when it is looked at, and to this machine a moment later.
TEST_F(Ssrf, ConnectsToTheAddressThatWasLookedAt) {
    Listener inside;
    start("[]");
    EXPECT_THAT(reach("https://rebinding.attacker.example/"), HasSubstr("cannot connect"));
    EXPECT_EQ(tried(), std::vector<std::string>{"8.8.8.8 443"}) << "looked up once, and that is where it goes";
    EXPECT_THAT(reach("https://rebinding.attacker.example/"), HasSubstr("may not go to")) << "the next look-up is judged anew";
    EXPECT_EQ(tried().size(), 1U);
    EXPECT_EQ(inside.connections, 0);
}

// What the operator has listed may send porteurd nowhere else.
TEST_F(Ssrf, FollowsNoRedirect) {
    Listener inside;
    start("[\"127.0.0.1\"]");
    int answered = 0;
    for (const int status : {300, 301, 302, 303, 305, 307, 308})
        for (const auto& to :
             {"http://127.0.0.1:" + std::to_string(inside.port) + "/", std::string("//127.0.0.1:") + std::to_string(inside.port) + "/",
              "http://loopback.attacker.example:" + std::to_string(inside.port) + "/"}) {
            Listener receiver(
                "HTTP/1.1 " + std::to_string(status) + " Over There\r\nLocation: " + to + "\r\nRefresh: 0; url=" + to +
                "\r\nAlt-Svc: h2=\"127.0.0.1:" + std::to_string(inside.port) + "\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            );
            EXPECT_EQ(reach("http://127.0.0.1:" + std::to_string(receiver.port) + "/"), "it answered " + std::to_string(status));
            answered += receiver.connections;
        }
    EXPECT_EQ(answered, 21);
    EXPECT_EQ(inside.connections, 0);
}

// The listener and the notes can see: where the operator allows it, they do.
TEST_F(Ssrf, IsSeenWhereItIsAllowed) {
    Listener inside;
    start("[\"127.0.0.1\", \"::1\"]");
    const auto port = std::to_string(inside.port);
    for (const auto& host : {"127.0.0.1", "localhost", "loopback.attacker.example", "loopback6.attacker.example", "mapped.attacker.example"})
        EXPECT_EQ(reach("http://" + std::string(host) + ":" + port + "/"), "delivered") << host;
    EXPECT_EQ(inside.connections, 5);
    EXPECT_THAT(tried(), ::testing::Contains("127.0.0.1 " + port));
}

// Nobody is told what stands inside: neither the address that a name leads to, nor what answered there.
TEST_F(Ssrf, DoesNotTellWhatStandsInside) {
    Listener inside("HTTP/1.1 500 No\r\nX-Inside: secret-of-the-inside\r\nContent-Length: 20\r\nConnection: close\r\n\r\nsecret-of-the-inside");
    start("[\"127.0.0.1:" + std::to_string(inside.port) + "\"]");
    for (const char* name : {"loopback6", "private", "metadata"}) {
        const auto said = reach("https://" + std::string(name) + ".attacker.example/");
        EXPECT_THAT(said, HasSubstr("may not go to"));
        for (const char* address : {"::1", "10.0.0.1", "169.254"}) EXPECT_EQ(said.find(address), said.npos) << said;
    }
    const auto said = reach("http://127.0.0.1:" + std::to_string(inside.port) + "/");
    EXPECT_EQ(said, "it answered 500");
    EXPECT_EQ(edge.log().find("secret-of-the-inside"), std::string::npos);
}

}  // namespace
}  // namespace porteur::testing
