// SPDX-License-Identifier: Apache-2.0
#include "carriers/client.hpp"

#include <algorithm>
#include <array>
#include <ranges>

#include <gtest/gtest.h>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "carriers/addresses.hpp"
#include "exchange_matchers.hpp"
#include "loopback.hpp"
#include "support/result_matchers.hpp"

namespace porteur::test {
namespace {

using namespace carriers;

using namespace std::chrono_literals;
using porteur::testing::FailsWith;
using ::testing::_;
using ::testing::HasSubstr;

/// Short enough not to be waited for, long enough for a loaded machine to have sent the request.
constexpr auto soon = 150ms;

CarrierRequest hurried(CarrierRequest request) {
    request.timeout = soon;
    return request;
}

TEST(CarrierClient, SendsMethodPathHeadersAndBody) {
    std::vector<Received> seen;
    Loopback carrier([&](Peer& peer, int) -> asio::awaitable<void> {
        while (auto request = co_await peer.read()) {
            seen.push_back(*request);
            co_await peer.answer(201, "{\"id\":7}", "X-Request-Id: r1\r\n");
        }
    });
    auto client = client_of(carrier, {.base_url = carrier.url() + "/v2/"});
    auto request = post("/orders?a=1", "{\"n\":1}");
    request.headers = {{"Content-Type", "application/json"}};

    const auto outcome = carrier.run(client.send(request));

    EXPECT_THAT(outcome, Answers(201, "{\"id\":7}"));
    EXPECT_EQ(outcome->header("x-request-id"), "r1");
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].line(), "POST /v2/orders?a=1 HTTP/1.1");
    EXPECT_EQ(seen[0].header("host"), "127.0.0.1:" + std::to_string(carrier.port()));
    EXPECT_EQ(seen[0].header("content-type"), "application/json");
    EXPECT_EQ(seen[0].header("user-agent"), "porteur");
    EXPECT_EQ(seen[0].body, "{\"n\":1}");
}

TEST(CarrierClient, UsesOneConnectionForOneRequestAfterTheOther) {
    Loopback carrier(answers_always);
    auto client = client_of(carrier);
    for (int at = 0; at < 20; ++at) {
        EXPECT_THAT(carrier.run(client.send(post("/", "{}"))), Answers(200, "{}"));
    }
    EXPECT_EQ(carrier.connections, 1);
    EXPECT_EQ(client.open_connections(), 1U);
}

TEST(CarrierClient, OpensANewConnectionWithoutDoubtWhenTheCarrierClosedTheIdleOne) {
    int closed = 0;
    Loopback carrier([&](Peer& peer, int) -> asio::awaitable<void> {
        co_await peer.read();
        co_await peer.answer(200, "{}");
        peer.close();
        ++closed;
    });
    auto client = client_of(carrier);
    for (int at = 0; at < 5; ++at) {
        EXPECT_THAT(carrier.run(client.send(post("/", "{}"))), Answers(200, "{}"));
        carrier.run_until([&] { return closed == at + 1; });
    }
    EXPECT_EQ(carrier.connections, 5);
}

TEST(CarrierClient, DropsAnIdleConnectionOnWhichTheCarrierSaidSomething) {
    int said = 0;
    Loopback carrier([&](Peer& peer, int) -> asio::awaitable<void> {
        co_await peer.read();
        co_await peer.answer(200, "{}");
        co_await peer.write("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
        ++said;
        co_await peer.until_closed();
    });
    auto client = client_of(carrier);
    for (int at = 0; at < 3; ++at) {
        EXPECT_THAT(carrier.run(client.send(get("/"))), Answers(200, "{}"));
        carrier.run_until([&] { return said == at + 1; });
    }
    EXPECT_EQ(carrier.connections, 3);
}

TEST(CarrierClient, ClosesAConnectionWhenTheAnswerSaysSo) {
    Loopback carrier([](Peer& peer, int) -> asio::awaitable<void> {
        co_await peer.read();
        co_await peer.answer(200, "{}", "Connection: close\r\n");
        co_await peer.until_closed();
    });
    auto client = client_of(carrier);
    EXPECT_THAT(carrier.run(client.send(get("/"))), Answers(200, "{}"));
    EXPECT_EQ(client.open_connections(), 0U);
}

TEST(CarrierClient, ClosesAConnectionThatStoodIdleTooLong) {
    Loopback carrier(answers_always);
    auto client = client_of(carrier, {.idle_max = 20ms});
    carrier.run(client.send(get("/")));
    carrier.run_until([&] { return client.open_connections() == 0; });
    carrier.run_until([&] { return carrier.connections_open == 0; });
}

TEST(CarrierClient, IsCertainThatNothingLeftWhenNobodyListens) {
    std::uint16_t port = 0;
    Loopback carrier(answers_always);
    {
        asio::ip::tcp::acceptor closed(carrier.context, {asio::ip::address_v4::loopback(), 0});
        port = closed.local_endpoint().port();
    }
    auto client = client_of(carrier, {.base_url = "http://127.0.0.1:" + std::to_string(port)});
    EXPECT_THAT(
        carrier.run(client.send(post("/", "{}"))),
        NeverLeft(ErrorKind::unavailable, HasSubstr("Connection refused"))
    );
}

/// Answers whatever comes, and counts it. @param requests  lives as long as the carrier
auto counts(int& requests) {
    return [&requests](Peer& peer, int) -> asio::awaitable<void> {
        while (co_await peer.read()) {
            ++requests;
            co_await peer.answer(200, "{}");
        }
    };
}

TEST(CarrierClient, SendsNothingWhereTheStoreIsNotCertainlyOursAnyMore) {
    int requests = 0;
    Loopback carrier(counts(requests));
    auto client = client_of(carrier);
    bool is_ours = true;
    auto request = post("/", "{}");
    request.may_leave = [&] { return is_ours; };
    EXPECT_THAT(carrier.run(client.send(request)), Answers(200, "{}"));
    is_ours = false;
    EXPECT_THAT(carrier.run(client.send(request)), NeverLeft(ErrorKind::unavailable, HasSubstr("another porteurd")));
    is_ours = true;
    EXPECT_THAT(carrier.run(client.send(request)), Answers(200, "{}"));
    EXPECT_EQ(requests, 2);
}

TEST(CarrierClient, AsksAgainWhileALargeRequestIsOnItsWay) {
    int requests = 0;
    Loopback carrier(counts(requests));
    auto client = client_of(carrier);
    auto request = post("/", std::string(16U << 20U, 'x'));
    int asked = 0;
    request.may_leave = [&] { return ++asked < 4; };
    EXPECT_THAT(carrier.run(client.send(request)), LeavesADoubt(HasSubstr("another porteurd")));
    EXPECT_EQ(requests, 0) << "all of it left after another had taken the store over";
}

TEST(CarrierClient, IsCertainThatNothingLeftWhenTheNameDoesNotExist) {
    Loopback carrier(answers_always);
    // RFC 6761: names under .invalid never exist.
    auto client = client_of(carrier, {.base_url = "http://porteur.invalid"});
    EXPECT_THAT(
        carrier.run(client.send(post("/", "{}"))),
        NeverLeft(ErrorKind::unavailable, HasSubstr("porteur.invalid"))
    );
}

TEST(CarrierClient, LeavesADoubtWhenTheConnectionIsResetBeforeAnyByteOfTheAnswer) {
    Loopback carrier([](Peer& peer, int) -> asio::awaitable<void> {
        co_await peer.read();
        peer.reset();
    });
    auto client = client_of(carrier);
    EXPECT_THAT(carrier.run(client.send(post("/", "{}"))), LeavesADoubt(HasSubstr("reset")));
    EXPECT_EQ(carrier.connections, 1);
}

TEST(CarrierClient, LeavesADoubtWhenTheConnectionIsResetInTheMiddleOfTheAnswer) {
    Loopback carrier([](Peer& peer, int) -> asio::awaitable<void> {
        co_await peer.read();
        co_await peer.write("HTTP/1.1 201 Created\r\nContent-Le");
        peer.reset();
    });
    auto client = client_of(carrier);
    EXPECT_THAT(carrier.run(client.send(post("/", "{}"))), LeavesADoubt(_));
}

TEST(CarrierClient, LeavesADoubtAfterHalfAnAnswer) {
    for (const char* half :
         {"", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n",
          "HTTP/1.1 100 Continue\r\n\r\n"}) {
        Loopback carrier([half](Peer& peer, int) -> asio::awaitable<void> {
            co_await peer.read();
            co_await peer.write(half);
            peer.close();
        });
        auto client = client_of(carrier);
        EXPECT_THAT(
            carrier.run(client.send(post("/", "{}"))),
            LeavesADoubt(HasSubstr("before the answer was complete"))
        ) << half;
    }
}

/// Answers the first request of each connection, so that it stands open, and stalls in the second.
asio::awaitable<void> stalls(Peer& peer, int) {
    co_await peer.read();
    co_await peer.answer(200, "{}");
    co_await peer.read();
    co_await peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345");
    co_await peer.until_closed();
}

TEST(CarrierClient, LeavesADoubtWhenTheAnswerTakesTooLong) {
    Loopback carrier(stalls);
    auto client = client_of(carrier);
    EXPECT_THAT(carrier.run(client.send(get("/"))), Answers(200, "{}"));
    EXPECT_THAT(
        carrier.run(client.send(hurried(post("/", "{}")))), LeavesADoubt(HasSubstr("time-out"))
    );
    EXPECT_EQ(client.open_connections(), 0U);
}

TEST(CarrierClient, TakesBackWhatHasNotArrivedWhenItWaitsNoLonger) {
    std::optional<bool> was_reset;
    Loopback carrier([&](Peer& peer, int) -> asio::awaitable<void> {
        co_await peer.read();
        was_reset = co_await peer.until_reset();
    });
    auto client = client_of(carrier);
    EXPECT_THAT(carrier.run(client.send(hurried(post("/", "{}")))), LeavesADoubt(_));
    carrier.run_until([&] { return was_reset.has_value(); });
    EXPECT_EQ(was_reset, true) << "else the kernel would send on what is on its way, for minutes";
}

TEST(CarrierClient, ClosesAnIdleConnectionInOrder) {
    std::optional<bool> was_reset;
    Loopback carrier([&](Peer& peer, int) -> asio::awaitable<void> {
        co_await peer.read();
        co_await peer.answer(200, "{}");
        was_reset = co_await peer.until_reset();
    });
    {
        auto client = client_of(carrier);
        EXPECT_THAT(carrier.run(client.send(post("/", "{}"))), Answers(200, "{}"));
    }
    carrier.run_until([&] { return was_reset.has_value(); });
    EXPECT_EQ(was_reset, false);
}

TEST(CarrierClient, KeepsToTheDeadlineOfEachRequestOnASharedTimer) {
    Loopback carrier(stalls);
    auto client = client_of(carrier);
    std::vector<Exchanged> warm;
    for (int at = 0; at < 2; ++at) {
        asio::co_spawn(
            carrier.context, client.send(get("/")),
            [&](std::exception_ptr, Exchanged outcome) { warm.push_back(std::move(outcome)); }
        );
    }
    carrier.run_until([&] { return warm.size() == 2; });
    ASSERT_EQ(client.open_connections(), 2U);

    std::vector<std::chrono::milliseconds> order;
    // The earlier deadline comes second, and the timer is moved forward for it.
    for (const auto timeout : {4 * soon, soon}) {
        auto request = get("/");
        request.timeout = timeout;
        asio::co_spawn(
            carrier.context, client.send(request),
            [&, timeout](std::exception_ptr, Exchanged outcome) {
                EXPECT_THAT(outcome, LeavesADoubt(HasSubstr("time-out")));
                order.push_back(timeout);
            }
        );
    }
    carrier.run_until([&] { return order.size() == 2; });
    EXPECT_EQ(order, (std::vector<std::chrono::milliseconds>{soon, 4 * soon}));
}

TEST(CarrierClient, LeavesADoubtWhenTheAnswerIsTooLarge) {
    const std::string large(5000, 'x');
    for (const auto& answer : {
             "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + large,
             "HTTP/1.1 200 OK\r\n\r\n" + large,
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFF\r\n" + large,
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n800\r\n" +
                 std::string(0x800, 'x') + "\r\n800\r\n" + std::string(0x800, 'x') +
                 "\r\n1\r\nx\r\n0\r\n\r\n",
             "HTTP/1.1 200 OK\r\nX-Long: " + std::string(100'000, 'x') + "\r\n\r\n",
             "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(100'000, 'x'),
         }) {
        Loopback carrier([&answer](Peer& peer, int) -> asio::awaitable<void> {
            co_await peer.read();
            co_await peer.write(answer);
            co_await peer.until_closed();
        });
        auto client = client_of(carrier, {.answer_size_max = 4096, .header_size_max = 16 * 1024});
        EXPECT_THAT(carrier.run(client.send(post("/", "{}"))), LeavesADoubt(HasSubstr("larg")))
            << answer.substr(0, 80);
    }
}

TEST(CarrierClient, TakesAnAnswerOfExactlyTheLargestSize) {
    Loopback carrier([](Peer& peer, int) -> asio::awaitable<void> {
        co_await peer.read();
        co_await peer.answer(200, std::string(4096, 'x'));
        co_await peer.read();
        co_await peer.write("HTTP/1.1 200 OK\r\n\r\n" + std::string(4096, 'x'));
        peer.close();
    });
    auto client = client_of(carrier, {.answer_size_max = 4096});
    EXPECT_THAT(carrier.run(client.send(get("/"))), Answers(200, std::string(4096, 'x')));
    EXPECT_THAT(carrier.run(client.send(get("/"))), Answers(200, std::string(4096, 'x')));
}

TEST(CarrierClient, LeavesADoubtWhenTheAnswerIsNotHttp) {
    for (const char* garbage :
         {"<html>no</html>\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 abc OK\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: ten\r\n\r\n", "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"}) {
        Loopback carrier([garbage](Peer& peer, int) -> asio::awaitable<void> {
            co_await peer.read();
            co_await peer.write(garbage);
            co_await peer.until_closed();
        });
        auto client = client_of(carrier);
        EXPECT_THAT(carrier.run(client.send(post("/", "{}"))), LeavesADoubt(HasSubstr("not HTTP")))
            << garbage;
        EXPECT_EQ(client.open_connections(), 0U);
    }
}

TEST(CarrierClient, LeavesADoubtWhenTheAnswerIsCompressedUnasked) {
    Loopback carrier([](Peer& peer, int) -> asio::awaitable<void> {
        while (co_await peer.read()) {
            co_await peer.answer(200, "\x1F\x8B", "Content-Encoding: gzip\r\n");
        }
    });
    auto client = client_of(carrier);
    EXPECT_THAT(carrier.run(client.send(post("/", "{}"))), LeavesADoubt(HasSubstr("gzip")));
}

TEST(CarrierClient, ReadsChunkedAnswersAndDropsTheirTrailers) {
    Loopback carrier([](Peer& peer, int) -> asio::awaitable<void> {
        while (co_await peer.read()) {
            co_await peer.write(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;a=b\r\n{\"a\""
            );
            co_await peer.write("\r\n3\r\n:1}\r\n0\r\nX-Late: 1\r\n\r\n");
        }
    });
    auto client = client_of(carrier);
    for (int at = 0; at < 3; ++at) {
        const auto outcome = carrier.run(client.send(get("/")));
        EXPECT_THAT(outcome, Answers(200, "{\"a\":1}"));
        EXPECT_EQ(outcome->header("x-late"), "");
    }
    EXPECT_EQ(carrier.connections, 1);
}

TEST(CarrierClient, ReadsAnswersThatComeByteByByte) {
    const std::string answer =
        "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
        "2\r\n\r\n{}";
    Loopback carrier([&](Peer& peer, int) -> asio::awaitable<void> {
        while (co_await peer.read()) {
            for (const char letter : answer) co_await peer.write(std::string(1, letter));
        }
    });
    auto client = client_of(carrier);
    const auto outcome = carrier.run(client.send(get("/")));
    EXPECT_THAT(outcome, Answers(200, "{}"));
    EXPECT_EQ(outcome->headers.size(), 1U);
    EXPECT_THAT(carrier.run(client.send(get("/"))), Answers(200, "{}"));
    EXPECT_EQ(carrier.connections, 1);
}

TEST(CarrierClient, ReadsAnswersWithoutABody) {
    Loopback carrier([](Peer& peer, int) -> asio::awaitable<void> {
        co_await peer.read();
        co_await peer.write("HTTP/1.1 204 No Content\r\n\r\n");
        co_await peer.read();
        co_await peer.write("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n");
        co_await peer.read();
        co_await peer.answer(200, "");
        co_await peer.until_closed();
    });
    auto client = client_of(carrier);
    EXPECT_THAT(carrier.run(client.send(get("/"))), Answers(204, ""));
    auto head = get("/");
    head.method = "HEAD";
    EXPECT_THAT(carrier.run(client.send(head)), Answers(200, ""));
    EXPECT_THAT(carrier.run(client.send(get("/"))), Answers(200, ""));
    EXPECT_EQ(carrier.connections, 1);
}

TEST(CarrierClient, DoesNotReuseAConnectionWithBytesAfterTheAnswer) {
    Loopback carrier([](Peer& peer, int) -> asio::awaitable<void> {
        while (co_await peer.read()) {
            co_await peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n"
            );
        }
    });
    auto client = client_of(carrier);
    EXPECT_THAT(carrier.run(client.send(get("/"))), Answers(200, "{}"));
    EXPECT_THAT(carrier.run(client.send(get("/"))), Answers(200, "{}"));
    EXPECT_EQ(carrier.connections, 2);
}

TEST(CarrierClient, SendsLargeBodiesWhole) {
    std::string body(3'000'000, '\0');
    for (std::size_t at = 0; at < body.size(); ++at) body[at] = static_cast<char>('a' + at % 23);
    std::string arrived;
    Loopback carrier([&](Peer& peer, int) -> asio::awaitable<void> {
        while (auto request = co_await peer.read()) {
            arrived = std::move(request->body);
            co_await peer.answer(200, "{}");
        }
    });
    auto client = client_of(carrier);
    EXPECT_THAT(carrier.run(client.send(post("/", body))), Answers(200, "{}"));
    EXPECT_EQ(arrived.size(), body.size());
    EXPECT_TRUE(arrived == body);
}

TEST(CarrierClient, HandsOverARedirectAsItIs) {
    Loopback other(answers_always);
    Loopback carrier([&](Peer& peer, int) -> asio::awaitable<void> {
        co_await peer.read();
        co_await peer.answer(302, "", "Location: " + other.url() + "/\r\n");
        co_await peer.until_closed();
    });
    auto client = client_of(carrier);
    const auto outcome = carrier.run(client.send(post("/", "{}")));
    EXPECT_THAT(outcome, Answers(302, ""));
    EXPECT_EQ(outcome->header("location"), other.url() + "/");
    other.context.poll();
    EXPECT_EQ(other.connections, 0);
}

TEST(CarrierClient, RefusesHostsThatAreNotTheAccounts) {
    Loopback carrier(answers_always);
    auto client = client_of(carrier);
    EXPECT_THAT(
        carrier.run(client.send(get("http://localhost:" + std::to_string(carrier.port()) + "/"))),
        NeverLeft(ErrorKind::invalid_input, HasSubstr("not a host of this account"))
    );
    EXPECT_EQ(carrier.connections, 0);
}

TEST(CarrierClient, AsksAnotherHostThatIsOnTheList) {
    Loopback carrier(answers_always);
    const auto other = carrier.url("localhost");
    auto client = client_of(carrier, {.hosts = {other}});
    EXPECT_THAT(carrier.run(client.send(get(other + "/a"))), Answers(200, "{}"));
    EXPECT_THAT(carrier.run(client.send(get("/a"))), Answers(200, "{}"));
    EXPECT_EQ(carrier.connections, 2);
}

TEST(CarrierClient, RefusesRequestsThatWouldBreakOutOfTheirFrame) {
    Loopback carrier(answers_always);
    auto client = client_of(carrier);
    auto bad_method = get("/");
    bad_method.method = "GET / HTTP/1.1\r\nX:";
    auto bad_name = get("/");
    bad_name.headers = {{"X y", "z"}};
    auto bad_value = get("/");
    bad_value.headers = {{"X", "y\r\nHost: evil"}};
    auto framing = get("/");
    framing.headers = {{"Content-Length", "5"}};
    for (const auto& request : {bad_method, bad_name, bad_value, framing, get("/a b")}) {
        EXPECT_THAT(carrier.run(client.send(request)), NeverLeft(ErrorKind::invalid_input, _));
    }
    EXPECT_EQ(carrier.connections, 0);
}

TEST(CarrierClient, LetsRequestsWaitInOrderWhenAllConnectionsAreBusy) {
    std::vector<std::string> lines;
    int in_flight = 0, in_flight_max = 0;
    Loopback carrier([&](Peer& peer, int) -> asio::awaitable<void> {
        while (auto request = co_await peer.read()) {
            in_flight_max = std::max(in_flight_max, ++in_flight);
            lines.push_back(request->line());
            co_await asio::post(peer.executor(), asio::use_awaitable);
            --in_flight;
            co_await peer.answer(200, "{}");
        }
    });
    auto client = client_of(carrier, {.connections_max = 2});
    int ended = 0;
    std::vector<std::string> expected;
    for (int at = 0; at < 30; ++at) {
        expected.push_back("GET /" + std::to_string(at) + " HTTP/1.1");
        asio::co_spawn(
            carrier.context, client.send(get("/" + std::to_string(at))),
            [&](std::exception_ptr, Exchanged outcome) {
                EXPECT_THAT(outcome, Answers(200, "{}"));
                ++ended;
            }
        );
    }
    carrier.run_until([&] { return ended == 30; });
    EXPECT_EQ(carrier.connections, 2);
    EXPECT_LE(in_flight_max, 2);
    // Two connections may swap neighbours on the wire, but nobody overtakes the line.
    ASSERT_EQ(lines.size(), 30U);
    for (std::size_t at = 0; at < 30; ++at) {
        const auto place = std::ranges::find(lines, expected[at]) - lines.begin();
        EXPECT_LE(std::abs(place - static_cast<std::ptrdiff_t>(at)), 1) << expected[at];
    }
}

TEST(CarrierClient, RefusesAtOnceWhenTheLineIsFull) {
    Loopback carrier([](Peer& peer, int) -> asio::awaitable<void> {
        co_await peer.until_closed();
    });
    auto client = client_of(carrier, {.connections_max = 1, .waiting_max = 2});
    std::array<asio::cancellation_signal, 3> ends;
    int ended = 0;
    for (auto& end : ends) {
        asio::co_spawn(
            carrier.context, client.send(get("/")),
            asio::bind_cancellation_slot(
                end.slot(), [&](std::exception_ptr, Exchanged) { ++ended; }
            )
        );
    }
    carrier.run_until([&] { return client.waiting_requests() == 2; });
    EXPECT_THAT(
        carrier.run(client.send(get("/"))), NeverLeft(ErrorKind::unavailable, HasSubstr("busy"))
    );
    EXPECT_EQ(ended, 0);
    carrier.run_until([&] { return carrier.connections == 1; });
    for (auto& end : ends | std::views::reverse) end.emit(asio::cancellation_type::terminal);
    carrier.run_until([&] { return ended == 3; });
}

TEST(CarrierClient, IsCertainThatNothingLeftWhenNoConnectionBecameFreeInTime) {
    Loopback carrier([](Peer& peer, int) -> asio::awaitable<void> {
        co_await peer.until_closed();
    });
    auto client = client_of(carrier, {.connections_max = 1});
    asio::cancellation_signal end;
    int ended = 0;
    asio::co_spawn(
        carrier.context, client.send(get("/")),
        asio::bind_cancellation_slot(end.slot(), [&](std::exception_ptr, Exchanged) { ++ended; })
    );
    carrier.run_until([&] { return carrier.connections == 1; });
    EXPECT_THAT(
        carrier.run(client.send(hurried(get("/")))),
        NeverLeft(ErrorKind::unavailable, HasSubstr("became free in time"))
    );
    EXPECT_EQ(client.waiting_requests(), 0U);
    end.emit(asio::cancellation_type::terminal);
    carrier.run_until([&] { return ended == 1; });
}

TEST(CarrierClient, GivesThePlaceOfACancelledRequestToTheNext) {
    Loopback carrier([](Peer& peer, int connection) -> asio::awaitable<void> {
        co_await peer.read();
        if (connection > 0) co_await peer.answer(200, "{}");
        co_await peer.until_closed();
    });
    auto client = client_of(carrier, {.connections_max = 1});
    asio::cancellation_signal first, second;
    std::vector<Exchanged> ended;
    const auto keep = [&](std::exception_ptr, Exchanged outcome) { ended.push_back(outcome); };
    asio::co_spawn(
        carrier.context, client.send(get("/")), asio::bind_cancellation_slot(first.slot(), keep)
    );
    carrier.run_until([&] { return carrier.connections == 1; });
    asio::co_spawn(
        carrier.context, client.send(get("/")), asio::bind_cancellation_slot(second.slot(), keep)
    );
    carrier.run_until([&] { return client.waiting_requests() == 1; });

    second.emit(asio::cancellation_type::terminal);
    carrier.run_until([&] { return ended.size() == 1; });
    first.emit(asio::cancellation_type::terminal);
    carrier.run_until([&] { return ended.size() == 2; });

    EXPECT_THAT(ended[0], NeverLeft(ErrorKind::cancelled, HasSubstr("called off")));
    EXPECT_THAT(ended[1], LeavesADoubt(_));
    EXPECT_EQ(client.open_connections(), 0U);
    EXPECT_THAT(carrier.run(client.send(get("/"))), Answers(200, "{}"));
}

TEST(CarrierClient, LetsAnExchangeFinishAfterItWasDropped) {
    std::optional<CarrierClient> client;
    Loopback carrier([&](Peer& peer, int) -> asio::awaitable<void> {
        co_await peer.read();
        client.reset();
        co_await peer.answer(200, "{}");
        co_await peer.until_closed();
    });
    client = client_of(carrier);
    EXPECT_THAT(carrier.run(client->send(get("/"))), Answers(200, "{}"));
    carrier.run_until([&] { return carrier.connections_open == 0; });
}

TEST(CarrierClient, DeliversAnAnswerThatCameBeforeTheWholeRequestWasTaken) {
    Loopback carrier([](Peer& peer, int) -> asio::awaitable<void> {
        co_await peer.write(
            "HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"
        );
        peer.half_close();
        co_await peer.until_closed();
    });
    auto client = client_of(carrier);
    EXPECT_THAT(
        carrier.run(client.send(post("/", std::string(8'000'000, 'x')))), Answers(413, "no")
    );
}

TEST(CarrierClient, RefusesANameThatLeadsToAPrivateAddress) {
    Loopback carrier(answers_always);
    // Not an address as it stands, but the resolver makes 127.0.0.1 of it without any name server.
    const auto url = carrier.url("127.1");
    auto careful = client_of(carrier, {.base_url = url});
    EXPECT_THAT(
        carrier.run(careful.send(get("/"))),
        NeverLeft(ErrorKind::invalid_input, HasSubstr("private address 127.0.0.1"))
    );
    EXPECT_EQ(carrier.connections, 0);

    auto allowed = client_of(carrier, {.base_url = url, .private_addresses = true});
    EXPECT_THAT(carrier.run(allowed.send(get("/"))), Answers(200, "{}"));
}

TEST(IsPrivate, KnowsWhatIsNotThePublicInternet) {
    for (const char* address :
         {"0.0.0.0",
          "10.1.2.3",
          "100.64.0.1",
          "127.0.0.1",
          "169.254.169.254",
          "172.16.0.1",
          "172.31.255.255",
          "192.0.0.1",
          "192.168.1.1",
          "198.18.0.1",
          "224.0.0.1",
          "255.255.255.255",
          "::",
          "::1",
          "fe80::1",
          "fec0::1",
          "fc00::1",
          "fd00:ec2::254",
          "ff02::1",
          "::ffff:10.0.0.1",
          "64:ff9b::7f00:1",
          "::127.0.0.1",
          "2002:7f00:1::"}) {
        EXPECT_TRUE(is_private(asio::ip::make_address(address))) << address;
    }
    for (const char* address :
         {"8.8.8.8", "100.63.255.255", "100.128.0.1", "172.32.0.1", "192.169.0.1",
          "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"}) {
        EXPECT_FALSE(is_private(asio::ip::make_address(address))) << address;
    }
}

TEST(CarrierClient, ShowsEachExchangeToItsHook) {
    Loopback carrier(answers_always);
    std::vector<std::string> seen;
    auto client =
        client_of(carrier, {.hook = [&](const CarrierRequest& sent, const Exchanged& outcome) {
                      seen.push_back(
                          sent.method + " " + sent.url_or_path + " " +
                          std::to_string(outcome->status)
                      );
                  }});
    carrier.run(client.send(get("/a")));
    EXPECT_THAT(seen, ::testing::ElementsAre("GET " + carrier.url() + "/a 200"));
}

TEST(CarrierClient, IsNotMadeFromSettingsThatCannotWork) {
    asio::io_context context;
    const auto made = [&](ClientSettings settings) {
        return CarrierClient::make(context.get_executor(), std::move(settings), {});
    };
    EXPECT_THAT(made({.base_url = "acme"}), FailsWith(ErrorKind::invalid_input, HasSubstr("acme")));
    EXPECT_THAT(
        made({.base_url = "https://a.example", .ca_file = "/nonexistent/ca.pem"}),
        FailsWith(ErrorKind::invalid_input, HasSubstr("/nonexistent/ca.pem"))
    );
    EXPECT_THAT(
        made({.base_url = "https://a.example", .auth = {.scheme = AuthScheme::basic, .user = "u"}}),
        FailsWith(ErrorKind::invalid_input, HasSubstr("needs password"))
    );
}

}  // namespace
}  // namespace porteur::test
