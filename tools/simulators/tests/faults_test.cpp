// SPDX-License-Identifier: Apache-2.0
// Every kind of fault, over loopback, with acme as the carrier: what the client sees, and whether
// the order was carried out.
#include <chrono>

#include <gmock/gmock.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "acme/acme.hpp"
#include "loopback.hpp"

namespace porteur::sim::test {
namespace {

using testing::HasSubstr;

class FaultKinds : public testing::Test {
protected:
    FaultKinds() { client().authorization = basic("acme", "acme-secret"); }

    Client& client() { return running_.client(); }

    /// Orders once under a rule for POST /orders.
    Reply order_under(json::object rule) {
        rule["match"] = {{"method", "POST"}, {"path_prefix", "/orders"}};
        client().faults(json::array{std::move(rule)});
        return client().post("/orders", {{"numbers", json::array{"+14165550100"}}, {"ref", "r1"}});
    }

    std::int64_t carried_out() {
        return client().stats().at("carried_out").to_number<std::int64_t>();
    }

    Running running_{acme_program()};
};

TEST_F(FaultKinds, NoneAnswersAsUsual) {
    EXPECT_EQ(order_under({{"fault", "none"}}).status, 201);
    EXPECT_EQ(carried_out(), 1);
}

TEST_F(FaultKinds, DelayActsAndHoldsTheAnswerBack) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(order_under({{"fault", "delay"}, {"delay_ms", 80}}).status, 201);
    EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(80));
    EXPECT_EQ(carried_out(), 1);
}

TEST_F(FaultKinds, TooManyRequestsDoesNotActAndSaysWhenToComeBack) {
    const auto reply = order_under({{"fault", "429"}, {"retry_after_s", 2}});
    EXPECT_EQ(reply.status, 429);
    EXPECT_EQ(reply.header("retry-after"), "2");
    EXPECT_EQ(order_under({{"fault", "429"}}).header("retry-after"), "");
    EXPECT_EQ(carried_out(), 0);
}

TEST_F(FaultKinds, ErrorBeforeDoesNotActAndErrorAfterDoes) {
    EXPECT_EQ(order_under({{"fault", "500_before"}}).status, 500);
    EXPECT_EQ(carried_out(), 0);
    EXPECT_EQ(order_under({{"fault", "500_after"}}).status, 500);
    EXPECT_EQ(carried_out(), 1);
}

TEST_F(FaultKinds, DropBeforeDoesNotActAndDropAfterDoes) {
    EXPECT_EQ(order_under({{"fault", "drop_before"}}).status, 0);
    EXPECT_EQ(carried_out(), 0);
    EXPECT_EQ(order_under({{"fault", "drop_after"}}).status, 0);
    EXPECT_EQ(carried_out(), 1);
}

TEST_F(FaultKinds, HalfAnAnswerActsAndBreaksOff) {
    const auto reply = order_under({{"fault", "half_answer"}});
    EXPECT_FALSE(reply.complete);
    EXPECT_EQ(carried_out(), 1);
}

TEST_F(FaultKinds, GarbageActsAndAnswersWhatNobodyCanRead) {
    const auto reply = order_under({{"fault", "garbage"}});
    EXPECT_EQ(reply.status, 200);
    EXPECT_THROW(reply.json(), std::runtime_error);
    EXPECT_EQ(carried_out(), 1);
}

TEST_F(FaultKinds, HtmlHasTheStatusOfItsRuleAndActsOnlyIfToldTo) {
    const auto page = order_under({{"fault", "html"}});
    EXPECT_EQ(page.status, 502);
    EXPECT_THAT(page.header("content-type"), HasSubstr("text/html"));
    EXPECT_THAT(page.body, HasSubstr("<html>"));
    EXPECT_EQ(carried_out(), 0);
    EXPECT_EQ(order_under({{"fault", "html"}, {"status", 200}, {"acts", true}}).status, 200);
    EXPECT_EQ(carried_out(), 1);
}

TEST_F(FaultKinds, ActLateClosesAtOnceAndActsAfterwards) {
    EXPECT_EQ(order_under({{"fault", "act_late"}, {"delay_ms", 150}}).status, 0);
    EXPECT_EQ(carried_out(), 0) << "the connection was lost before anything was carried out";
    EXPECT_TRUE(eventually([&] { return carried_out() == 1; }));
}

TEST_F(FaultKinds, AreCountedAndLoggedWithTheRequest) {
    order_under({{"fault", "drop_before"}});
    EXPECT_EQ(client().stats().at("faults"), json::value({{"drop_before", 1}}));
    const auto request = client().received().at("requests").at(0);
    EXPECT_EQ(request.at("fault"), "drop_before");
    EXPECT_EQ(request.at("status"), 0) << "it was not acted upon";
    EXPECT_EQ(request.at("authorization"), "present");
    EXPECT_THAT(request.at("body").as_string().c_str(), HasSubstr("+14165550100"));
}

TEST_F(FaultKinds, EndWithAReset) {
    client().faults(json::array{{{"fault", "500_before"}}});
    client().post("/_sim/reset", json::object{});
    EXPECT_EQ(client().get("/account").status, 200);
    EXPECT_EQ(client().stats().at("faults"), json::value(json::object{}));
}

TEST_F(FaultKinds, RefusedRulesLeaveTheOldOnesInPlace) {
    client().faults(json::array{{{"fault", "500_before"}}});
    EXPECT_EQ(client().post_text("/_sim/faults", R"([{"fault":"flood"}])").status, 400);
    EXPECT_EQ(client().post_text("/_sim/faults", "not JSON").status, 400);
    EXPECT_EQ(client().get("/account").status, 500);
}

TEST_F(FaultKinds, KeepTheConnectionOpenOtherwise) {
    for (int at = 0; at < 20; ++at) EXPECT_EQ(client().get("/account").status, 200);
    EXPECT_EQ(client().connection_count(), 1);
}

TEST(Server, CarriesAThousandConnectionsAtOnce) {
    Running running(acme_program());
    std::vector<std::unique_ptr<Client>> clients;
    for (int at = 0; at < 1000; ++at) {
        clients.push_back(running.another_client());
        clients.back()->authorization = basic("acme", "acme-secret");
        ASSERT_EQ(clients.back()->get("/account").status, 200) << at;
    }
    for (const auto& client : clients) {
        ASSERT_EQ(client->get("/account").status, 200);
        ASSERT_EQ(client->connection_count(), 1);
    }
}

TEST(Server, AnswersABodyThatWaitsForContinue) {
    Running running(acme_program());
    // The interim answer comes first on the wire; this client takes it for the reply.
    auto& client = running.client();
    client.authorization = basic("acme", "acme-secret");
    const auto reply = client.send(
        "POST", "/orders", R"({"numbers":["+14165550100"],"ref":"r"})", {{"Expect", "100-continue"}}
    );
    EXPECT_EQ(reply.status, 100);
}

TEST(Server, RefusesWhatIsNotHttp) {
    Running running(acme_program());
    EXPECT_EQ(running.client().send("GET /x HTTP/9.9\r\n", "y").status, 400);
}

}  // namespace
}  // namespace porteur::sim::test
