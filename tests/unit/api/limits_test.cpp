// SPDX-License-Identifier: Apache-2.0
// Each limit of the HTTP edge, and the slow. Times are the server's own, set short; the tests wait
// for what the server does, never for a while.
#include <chrono>

#include <gmock/gmock.h>

#include "api_client.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr auto short_time = 50ms;
constexpr const char* get_health = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

std::string get_with(std::string fields, std::string target = "/healthz") {
    return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

Reply send_raw(Served& served, std::string_view bytes) {
    Client client = served.connect();
    client.send(bytes);
    return client.receive();
}

// ------------------------------------------------------------------ sizes

TEST(HeaderLimit, IsEightKilobytes) {
    Served served;
    const auto padded = [](std::size_t size) {
        const auto bare = get_with("X: \r\n").size();
        return get_with("X: " + std::string(size - bare, 'x') + "\r\n");
    };
    ASSERT_EQ(padded(8192).size(), 8192U);
    EXPECT_EQ(send_raw(served, padded(8192)).status, 200);
    const auto reply = send_raw(served, padded(8193));
    EXPECT_EQ(reply.status, 431);
    EXPECT_EQ(reply.field("connection"), "close");
    EXPECT_EQ(reply.text("type"), "urn:porteur:problem:header-too-large");
}

TEST(HeaderLimit, EndsAHeadThatNeverEnds) {
    Served served;
    Client client = served.connect();
    client.send("GET /healthz HTTP/1.1\r\nX: " + std::string(20'000, 'x'));
    EXPECT_EQ(client.receive().status, 431);
    EXPECT_TRUE(client.at_end());
}

TEST(HeaderLimit, IsAHundredFields) {
    Served served;
    const auto with = [](int count) {
        std::string fields;
        for (int index = 1; index < count; ++index)
            fields += "X" + std::to_string(index) + ": 1\r\n";
        return get_with(fields);  // and Host
    };
    EXPECT_EQ(send_raw(served, with(100)).status, 200);
    EXPECT_EQ(send_raw(served, with(101)).status, 431);
}

TEST(UrlLimit, IsFourKilobytes) {
    Served served;
    const auto target = [](std::size_t size) { return "/healthz?" + std::string(size - 9, 'x'); };
    EXPECT_EQ(
        send_raw(served, get_with("", target(4096))).status, 400
    );  // no such parameter, but read
    const auto reply = send_raw(served, get_with("", target(4097)));
    EXPECT_EQ(reply.status, 414);
    EXPECT_EQ(reply.field("connection"), "close");
}

TEST(BodyLimit, IsSaidBeforeTheBodyIsSent) {
    Served served;
    Client client = served.connect();
    client.send(
        "POST /v1/port-orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        "prt_operator\r\nIdempotency-Key: k\r\n"
        "Content-Type: application/json\r\nContent-Length: 1048577\r\n\r\n"
    );
    const auto reply = client.receive();
    EXPECT_EQ(reply.status, 413);
    EXPECT_EQ(reply.field("connection"), "close");
}

TEST(BodyLimit, HoldsForChunksWhoseSumNobodyKnows) {
    Served served;
    Client client = served.connect();
    client.send(
        "POST /v1/port-orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        "prt_operator\r\nIdempotency-Key: k\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    const std::string chunk = "10000\r\n" + std::string(65536, ' ') + "\r\n";
    for (int count = 0; count < 17; ++count) client.send(chunk);
    EXPECT_EQ(client.receive().status, 413);
}

TEST(BodyLimit, LetsAMegabyteThrough) {
    Served served;
    std::string body = R"({"account":"acme-1","request":{"losing_carrier":")";
    body += std::string((1 << 20) - body.size() - 3, 'x') + "\"}}";
    ASSERT_EQ(body.size(), 1U << 20U);
    EXPECT_EQ(served.post("/v1/port-orders", body).status, 201);
}

TEST(DepthLimit, IsThirtyTwo) {
    Served served;
    const auto nested = [](int depth) {
        return R"({"account":"acme-1","request":)" +
               std::string(static_cast<std::size_t>(depth), '[') +
               std::string(static_cast<std::size_t>(depth), ']') + "}";
    };
    EXPECT_THAT(
        served.post("/v1/port-orders", nested(31)).text("detail"),
        HasSubstr("/request: expected an object")
    );
    EXPECT_THAT(served.post("/v1/port-orders", nested(32)).text("detail"), HasSubstr("not JSON"));
    EXPECT_EQ(served.post("/v1/port-orders", nested(200'000)).status, 400);
}

TEST(DepthLimit, IsWhatTheSettingsSay) {
    ApiLimits limits;
    limits.json_depth_max = 4;
    Served served(limits);
    const auto nested = [&](const std::string& inside) {
        return served.post("/v1/port-orders", R"({"account":"acme-1","request":)" + inside + "}").text("detail");
    };
    EXPECT_THAT(nested("[[[]]]"), HasSubstr("/request: expected an object"));
    EXPECT_THAT(nested("[[[[]]]]"), HasSubstr("deeper than 4 levels"));
    EXPECT_THAT(nested(R"(["[[[[[[", "\"[[[[[[", [], [], [], [], []])"), HasSubstr("/request: expected an object"))
        << "only what stands in one another counts, and no text";
}

// ------------------------------------------------------------------ connections

TEST(ConnectionLimit, HoldsForEachAddress) {
    ApiLimits limits;
    limits.connections_per_address_max = 3;
    Served served(limits);
    std::vector<Client> clients;
    for (int count = 0; count < 3; ++count) {
        clients.push_back(served.connect());
        clients.back().send(get_health);
        EXPECT_EQ(clients.back().receive().status, 200);
    }
    Client fourth = served.connect();
    const auto refused = fourth.receive();
    EXPECT_EQ(refused.status, 503);
    EXPECT_THAT(refused.text("detail"), HasSubstr("too many connections"));
    EXPECT_TRUE(fourth.at_end());

    clients.pop_back();  // and there is room again
    ASSERT_TRUE(soon([&] { return served.server->connection_count() == 2; }));
    EXPECT_EQ(served.get("/healthz").status, 200);
}

TEST(ConnectionLimit, HoldsInAll) {
    ApiLimits limits;
    limits.connections_max = 2;
    Served served(limits);
    Client first = served.connect(), second = served.connect();
    first.send(get_health);
    second.send(get_health);
    EXPECT_EQ(first.receive().status, 200);
    EXPECT_EQ(second.receive().status, 200);
    Client third = served.connect();
    EXPECT_EQ(third.receive().status, 503);
}

TEST(ConnectionLimit, IsSixtyFourAndTwoThousandUnlessSaid) {
    const ApiLimits limits;
    EXPECT_EQ(limits.connections_per_address_max, 64U);
    EXPECT_EQ(limits.connections_max, 2000U);
    EXPECT_EQ(limits.header_timeout, 10s);
    EXPECT_EQ(limits.body_grace, 10s);
    EXPECT_EQ(limits.body_rate_min_bytes, 500U);
    EXPECT_EQ(limits.idle_timeout, 60s);
    EXPECT_EQ(limits.upload_size_max_bytes, 20U << 20U);
}

// ------------------------------------------------------------------ the slow

TEST(SlowClient, ThatSaysNothingIsLetGoWithoutAWord) {
    ApiLimits limits;
    limits.header_timeout = short_time;
    Served served(limits);
    Client client = served.connect();
    EXPECT_TRUE(client.at_end());
    EXPECT_TRUE(soon([&] { return served.server->connection_count() == 0; }));
}

TEST(SlowClient, IsToldWhenItsHeadTakesTooLong) {
    ApiLimits limits;
    limits.header_timeout = short_time;
    limits.linger_timeout = short_time;
    Served served(limits);
    Client client = served.connect();
    client.send("GET /healthz HTTP/1.1\r\nHost:");
    const auto reply = client.receive();
    EXPECT_EQ(reply.status, 408);
    EXPECT_EQ(reply.field("connection"), "close");
    EXPECT_TRUE(client.at_end());
}

TEST(SlowClient, CannotHoldAConnectionByCrawling) {
    ApiLimits limits;
    limits.header_timeout = 100ms;
    limits.linger_timeout = short_time;
    Served served(limits);
    Client client = served.connect();
    // Each byte is progress, and yet the whole head has its deadline.
    const std::string head =
        "GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + std::string(1'000'000, 'x');
    const auto begun = std::chrono::steady_clock::now();
    for (const char byte : head) {
        if (!client.send({&byte, 1}) || served.server->connection_count() == 0) break;
        if (std::chrono::steady_clock::now() - begun > 9s) break;
    }
    EXPECT_TRUE(soon([&] { return served.server->connection_count() == 0; }));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 9s);
}

TEST(SlowClient, IsToldWhenItsBodyStops) {
    ApiLimits limits;
    limits.body_grace = short_time;
    limits.linger_timeout = short_time;
    Served served(limits);
    Client client = served.connect();
    client.send(
        "POST /v1/port-orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        "prt_operator\r\nIdempotency-Key: k\r\n"
        "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"account\""
    );
    const auto reply = client.receive();
    EXPECT_EQ(reply.status, 408);
    EXPECT_THAT(reply.text("detail"), HasSubstr("only 10 bytes"));
    EXPECT_TRUE(client.at_end());
    EXPECT_EQ(served.host.created, 0);
}

TEST(SlowClient, MayTakeItsTimeWhileItKeepsTheLeastRate) {
    ApiLimits limits;
    limits.body_grace = 1ms;
    limits.body_rate_min_bytes = 20;  // each byte earns 50 ms
    Served served(limits);
    Client client = served.connect();
    const std::string body = R"({"account":"acme-1","request":{"numbers":["+14165550101"]}})";
    client.send(
        "POST /v1/port-orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        "prt_operator\r\nIdempotency-Key: k\r\n"
        "Content-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body.substr(0, 40)
    );
    client.send(body.substr(40));
    EXPECT_EQ(client.receive().status, 201);
}

TEST(SlowClient, IsLetGoBetweenRequests) {
    ApiLimits limits;
    limits.idle_timeout = short_time;
    Served served(limits);
    Client client = served.connect();
    client.send(get_health);
    EXPECT_EQ(client.receive().status, 200);
    EXPECT_TRUE(client.at_end());
}

TEST(SlowClient, ThatDoesNotReadItsAnswersIsLetGo) {
    ApiLimits limits;
    limits.body_grace = short_time;
    limits.body_rate_min_bytes = 1'000'000'000;
    Served served(limits);
    // More than the buffers of both sides hold, on a connection that nobody reads.
    served.host.metrics_text = std::string(std::size_t{32} << 20U, 'x');
    Client client(served.port, 4096);
    client.send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(soon([&] { return !served.log().empty(); }));
    EXPECT_TRUE(soon([&] { return served.server->connection_count() == 0; }));
}

// ------------------------------------------------------------------ 100-continue

TEST(Continue, IsSaidOnceTheHeadIsGood) {
    Served served;
    Client client = served.connect();
    const std::string body = R"({"account":"acme-1","request":{}})";
    client.send(
        "POST /v1/port-orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        "prt_operator\r\nIdempotency-Key: k\r\n"
        "Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n"
    );
    EXPECT_EQ(client.receive(true).status, 100);
    client.send(body);
    EXPECT_EQ(client.receive().status, 201);
}

TEST(Continue, IsNotSaidToWhomTheBodyIsRefused) {
    Served served;
    for (const char* fields :
         {"Authorization: Bearer nobody\r\nContent-Length: 10\r\n",
          "Authorization: Bearer prt_operator\r\nContent-Length: 99999999\r\n",
          "Authorization: Bearer prt_reader\r\nContent-Length: 10\r\n",
          "Authorization: Bearer prt_operator\r\nContent-Length: 10\r\nContent-Type: text/plain\r\n"
         }) {
        Client client = served.connect();
        client.send(
            "POST /v1/port-orders HTTP/1.1\r\nHost: x\r\nIdempotency-Key: k\r\nExpect: "
            "100-continue\r\n" +
            std::string(fields) + "\r\n"
        );
        const auto reply = client.receive();
        EXPECT_GE(reply.status, 400) << fields;
        EXPECT_EQ(reply.field("connection"), "close");
    }
}

TEST(Continue, IsNotSaidWhenTheBodyIsThereAlready) {
    Served served;
    Client client = served.connect();
    client.send(Sent{
        .method = "POST",
        .target = "/v1/port-orders",
        .body = R"({"account":"acme-1","request":{}})",
        .key = "k",
        .fields = {{"Expect", "100-continue"}}
    }.bytes());
    EXPECT_EQ(client.receive().status, 201);
}

// ------------------------------------------------------------------ life of a connection

TEST(Connection, ServesOneRequestAfterTheOther) {
    Served served;
    Client client = served.connect();
    for (int count = 0; count < 5; ++count) {
        client.send(Sent{.target = count % 2 ? "/v1/carriers" : "/v1/nothing"}.bytes());
        EXPECT_EQ(client.receive().status, count % 2 ? 200 : 404);
    }
    client.send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_EQ(client.receive().field("connection"), "close");
    EXPECT_TRUE(client.at_end());
}

TEST(Connection, OfHttp10EndsWithItsAnswer) {
    Served served;
    Client client = served.connect();
    client.send("GET /healthz HTTP/1.0\r\n\r\n");
    EXPECT_EQ(client.receive().status, 200);
    EXPECT_TRUE(client.at_end());
}

TEST(Connection, ThatBreaksInTheMiddleLeavesNothingBehind) {
    Served served;
    {
        Client client = served.connect();
        client.send(
            "POST /v1/port-orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer prt_operator\r\n"
            "Idempotency-Key: k\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
        );
        ASSERT_TRUE(soon([&] { return served.server->connection_count() == 1; }));
    }
    ASSERT_TRUE(soon([&] { return served.server->connection_count() == 0; }));
    EXPECT_EQ(served.host.created, 0);
    EXPECT_EQ(
        served.post("/v1/port-orders", R"({"account":"acme-1","request":{}})", "k").status, 201
    );
    EXPECT_EQ(served.log().front().status, 499);
}

TEST(Server, ClosesEveryConnectionWhenItStops) {
    Served served;
    Client idle = served.connect(), events = served.connect();
    idle.send(get_health);
    EXPECT_EQ(idle.receive().status, 200);
    events.send("GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer prt_operator\r\n\r\n");
    EXPECT_THAT(events.read_until("retry: 2000\n\n"), HasSubstr("200 OK"));
    served.server->stop();
    EXPECT_TRUE(idle.at_end());
    EXPECT_TRUE(events.at_end());
    EXPECT_TRUE(soon([&] { return served.server->connection_count() == 0; }));
}

TEST(Server, SaysWhyItCannotListen) {
    Served served;
    boost::asio::io_context io;
    FakeHost host;
    ApiServer twin(
        io, ListenSettings{.port = served.port, .tls = {}, .limits = {}, .log = {}}, host
    );
    const auto taken = twin.start();
    ASSERT_FALSE(taken);
    EXPECT_EQ(taken.error().kind, ErrorKind::unavailable);
    EXPECT_THAT(
        taken.error().message,
        HasSubstr("cannot listen on 127.0.0.1 port " + std::to_string(served.port))
    );
    ApiServer nowhere(
        io, ListenSettings{.address = "localhost!", .tls = {}, .limits = {}, .log = {}}, host
    );
    EXPECT_EQ(nowhere.start().error().kind, ErrorKind::invalid_input);
}

}  // namespace
}  // namespace porteur::testing
