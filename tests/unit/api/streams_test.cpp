// SPDX-License-Identifier: Apache-2.0
// Answers that are made while they are sent: whole or visibly cut, never faster than they are read,
// and ended when nobody reads them.
#include <chrono>
#include <semaphore>

#include <gmock/gmock.h>
#include <boost/asio/co_spawn.hpp>

#include "api_client.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* key_of_one = "+15145550100";

void hold_one(Served& served) {
    NumberShown shown;
    shown.row.key = *number_key(key_of_one);
    shown.row.used_by = std::string(100, 'x');
    served.host.inventory.held.emplace(shown.row.key, shown);
}

std::string ask_csv(const char* version = "1.1") {
    return std::string("GET /v1/numbers/csv?columns=number,used_by HTTP/") + version +
           "\r\nHost: x\r\nAuthorization: Bearer " + std::string(FakeHost::operator_token) +
           "\r\n\r\n";
}

TEST(Streams, AreSentInChunksAndTheConnectionGoesOn) {
    Served served;
    hold_one(served);
    served.host.inventory.repeats = 20'000;
    Client client = served.connect();
    for (int round = 0; round < 2; ++round) {
        client.send(ask_csv());
        const auto reply = client.receive();
        ASSERT_EQ(reply.status, 200) << reply.body;
        EXPECT_EQ(reply.field("transfer-encoding"), "chunked");
        EXPECT_EQ(reply.field("content-length"), "");
        EXPECT_TRUE(reply.is_whole);
        EXPECT_EQ(std::ranges::count(reply.body, '\n'), 20'001);
    }
}

TEST(Streams, EndWithTheConnectionForHttp10) {
    Served served;
    hold_one(served);
    served.host.inventory.repeats = 3'000;
    Client client = served.connect();
    client.send(ask_csv("1.0"));
    const auto all = client.read_until("never there");
    EXPECT_THAT(all, HasSubstr("Connection: close"));
    EXPECT_THAT(all, Not(HasSubstr("chunked")));
    EXPECT_THAT(all, EndsWith("xxx\r\n"));
    EXPECT_EQ(std::ranges::count(all.substr(all.find("\r\n\r\n") + 4), '\n'), 3'001);
}

TEST(Streams, ThatBreakOffAreNotTakenForWhole) {
    Served served;
    hold_one(served);
    served.host.inventory.repeats = 20'000;
    served.host.inventory.break_after = 15'000;
    Client client = served.connect();
    client.send(ask_csv());
    const auto reply = client.receive();
    EXPECT_EQ(reply.status, 200);
    EXPECT_FALSE(reply.is_whole);
    EXPECT_TRUE(client.at_end());
    ASSERT_TRUE(soon([&] { return !served.log().empty(); }));
    EXPECT_THAT(served.log().front().defect, HasSubstr("the store went away"));
}

TEST(Streams, ThatBreakOffAreResetForHttp10) {
    Served served;
    hold_one(served);
    served.host.inventory.repeats = 20'000;
    served.host.inventory.break_after = 15'000;
    Client client = served.connect();
    client.send(ask_csv("1.0"));
    EXPECT_TRUE(client.ends_with_reset()) << "an orderly end would make half a file look whole";
}

TEST(Streams, TellWhatGoesWrongBeforeTheFirstBytesAsAProblem) {
    Served served;
    served.host.inventory.refuse =
        Error{.kind = ErrorKind::unavailable, .message = "the store is away"};
    const auto reply = served.get("/v1/numbers/csv");
    EXPECT_EQ(reply.status, 503);
    EXPECT_EQ(reply.text("type"), "urn:porteur:problem:unavailable");
}

TEST(Streams, AreMadeNoFasterThanTheyAreRead) {
    Served served({.stream_ahead_bytes = 100'000});
    hold_one(served);
    served.host.inventory.repeats = 1'000'000;  // 110 MB
    std::binary_semaphore begun{0};
    served.host.inventory.on_pause = [&, first = true]() mutable {
        if (std::exchange(first, false)) begun.release();
    };
    Client client(served.port, 4096);
    client.send(ask_csv());
    begun.acquire();
    // What the kernel takes on both sides, and what may lie ahead.
    int before = -1;
    ASSERT_TRUE(soon([&] {
        const int now = served.host.inventory.read_in_all;
        return std::exchange(before, now) == now;
    }));
    EXPECT_LT(served.host.inventory.read_in_all, 200'000);
}

TEST(Streams, EndWhenTheReaderGoes) {
    Served served({.pdf_rows_max = 100});
    hold_one(served);
    served.host.inventory.repeats = 100'000'000;
    {
        Client client(served.port, 4096);
        client.send(ask_csv());
        EXPECT_THAT(client.read_until("Number"), HasSubstr("200 OK"));
    }
    ASSERT_TRUE(soon([&] { return !served.log().empty() && served.server->connection_count() == 0; }
    ));
    // All places are free again.
    for (int each = 0; each < 5; ++each)
        EXPECT_EQ(served.get("/v1/numbers/pdf").status, 400)
            << "too many rows, and not: too many exports";
}

TEST(Streams, EndWhenTheReaderIsTooSlow) {
    Served served({.body_grace = 50ms, .body_rate_min_bytes = 1'000'000});
    hold_one(served);
    served.host.inventory.repeats = 100'000'000;
    Client client(served.port, 4096);
    client.send(ask_csv());
    EXPECT_TRUE(soon([&] { return served.server->connection_count() == 0; }));
}

TEST(Streams, AreOnlySoManyAtOnce) {
    Served served({.streams_at_once = 2});
    hold_one(served);
    served.host.inventory.repeats = 1'000;
    std::counting_semaphore<8> begun{0}, go_on{0};
    served.host.inventory.on_pause = [&] {
        begun.release();
        go_on.acquire();
    };
    std::vector<Client> clients;
    for (int each = 0; each < 2; ++each) {
        clients.push_back(served.connect());
        clients.back().send(ask_csv());
        begun.acquire();
    }
    const auto refused = served.get("/v1/numbers/csv");
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.field("retry-after"), "5");
    go_on.release(8);
    for (auto& each : clients) EXPECT_TRUE(each.receive().is_whole);
    EXPECT_TRUE(soon([&] { return served.get("/v1/numbers/csv").status == 200; }));
}

TEST(Streams, GiveNoMoreOnceTheyWereEnded) {
    boost::asio::io_context io;  // outlives whoever waits on it
    std::binary_semaphore go_on{0};
    Streams streams(1, 100);
    const auto stream = streams.begin(1, [&](StreamSink& sink) -> Result<void> {
        go_on.acquire();
        EXPECT_FALSE(sink.put("too late"));
        return {};
    });
    ASSERT_TRUE(stream);
    stream->end();  // as when the connection closes between two pieces
    std::optional<Result<std::string>> given;
    boost::asio::co_spawn(
        io, stream->next(),
        [&](const std::exception_ptr&, Result<std::string> next) { given = std::move(next); }
    );
    io.run();
    go_on.release();
    ASSERT_TRUE(given);
    EXPECT_FALSE(*given);
}

TEST(Streams, EndWithTheServer) {
    Served served;
    hold_one(served);
    served.host.inventory.repeats = 100'000'000;
    Client client(served.port, 4096);
    client.send(ask_csv());
    EXPECT_THAT(client.read_until("Number"), HasSubstr("200 OK"));
    served.server->stop();
    EXPECT_TRUE(soon([&] { return served.server->connection_count() == 0; }));
}

}  // namespace
}  // namespace porteur::testing
