// SPDX-License-Identifier: Apache-2.0
#include "acme/acme.hpp"

#include <gmock/gmock.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "loopback.hpp"

namespace porteur::sim::test {
namespace {

struct AcmeSim {
    explicit AcmeSim(const std::vector<std::string>& options = {})
        : running(acme_program(), options) {
        client().authorization = basic("acme", "acme-secret");
    }
    Client& client() { return running.client(); }

    Reply order(const std::string& number, const std::string& ref, const Fields& headers = {}) {
        return client().send(
            "POST", "/orders", R"({"numbers":[")" + number + R"("],"ref":")" + ref + R"("})",
            headers
        );
    }
    Reply port(const std::string& number, const std::string& ref, const std::string& pin = "1234") {
        return client().post(
            "/ports", {{"numbers", json::array{number}},
                       {"ref", ref},
                       {"account_number", "A-77"},
                       {"name", "Acme Inc"},
                       {"pin", pin}}
        );
    }

    Running running;
};

TEST(AcmeSimulator, RefusesAWrongPassword) {
    AcmeSim acme;
    acme.client().authorization = basic("acme", "wrong");
    const auto reply = acme.client().get("/account");
    EXPECT_EQ(reply.status, 401);
    EXPECT_EQ(reply.json().at("code"), "UNAUTHORIZED");
}

TEST(AcmeSimulator, SellsANumberOnceAndCompletesTheOrderAfterALookUp) {
    AcmeSim acme;
    const auto offered = acme.client().get("/numbers?npa=416&limit=2").json().at("numbers");
    ASSERT_EQ(offered.as_array().size(), 2U);
    EXPECT_EQ(
        offered.at(0),
        json::value(
            {{"number", "+14165550100"}, {"region", "ON"}, {"city", "Toronto"}, {"type", "local"}}
        )
    );
    const auto made = acme.order("+14165550100", "r1");
    EXPECT_EQ(made.status, 201);
    EXPECT_EQ(made.json().at("status"), "pending");
    const auto found = acme.client().get("/orders?ref=r1").json().at("orders").at(0);
    EXPECT_EQ(found.at("id"), made.json().at("id"));
    EXPECT_EQ(acme.client().get("/orders/A-1").json().at("status"), "completed");
    EXPECT_EQ(
        acme.client().get("/numbers?npa=416&limit=1").json().at("numbers").at(0).at("number"),
        "+14165550101"
    );
    const auto taken = acme.order("+14165550100", "r2");
    EXPECT_EQ(taken.status, 409);
    EXPECT_EQ(taken.json().at("code"), "NUMBER_TAKEN");
    EXPECT_EQ(acme.client().get("/orders?ref=r2").json().at("orders").as_array().size(), 0U);
}

TEST(AcmeSimulator, MakesTwoOrdersOfTheSameReferenceAndCountsTheDuplicate) {
    AcmeSim acme;
    acme.order("+14165550100", "r1");
    EXPECT_EQ(acme.order("+14165550100", "r1").json().at("id"), "A-2");
    const auto stats = acme.client().stats();
    EXPECT_EQ(stats.at("carried_out"), 2);
    EXPECT_EQ(stats.at("duplicates"), 1);
    EXPECT_EQ(stats.at("max_per_reference"), 2);
    EXPECT_EQ(stats.at("orders_per_number").at("purchase").at("+14165550100"), 2);
}

TEST(AcmeSimulator, HonoursAKeyOnlyWhenItIsIdempotent) {
    AcmeSim plain;
    plain.order("+14165550100", "r1", {{"Idempotency-Key", "k"}});
    plain.order("+14165550100", "r1", {{"Idempotency-Key", "k"}});
    EXPECT_EQ(plain.client().stats().at("carried_out"), 2);

    AcmeSim acme({"--idempotent"});
    const auto first = acme.order("+14165550100", "r1", {{"Idempotency-Key", "k"}});
    const auto again = acme.order("+14165550100", "r1", {{"Idempotency-Key", "k"}});
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.header("idempotency-replayed"), "true");
    EXPECT_EQ(acme.client().stats().at("carried_out"), 1);
    EXPECT_EQ(acme.order("+14165550101", "r1", {{"Idempotency-Key", "k"}}).status, 422);
}

TEST(AcmeSimulator, ReleasesOncePerKey) {
    AcmeSim acme;
    acme.order("+14165550100", "r1");
    const auto release = [&] {
        return acme.client().send(
            "DELETE", "/numbers", R"({"numbers":["+14165550100"]})", {{"Idempotency-Key", "d1"}}
        );
    };
    EXPECT_EQ(release().status, 200);
    EXPECT_EQ(release().status, 200);
    EXPECT_EQ(acme.client().stats().at("kinds").at("release").at("carried_out"), 1);
    EXPECT_EQ(
        acme.client().send("DELETE", "/numbers", R"({"numbers":["+14165550100"]})").status, 404
    );
}

TEST(AcmeSimulator, FailsAnOrderOnRequestAndGivesTheNumberBack) {
    AcmeSim acme;
    acme.client().script({{"fail", json::array{"+14165550100"}}});
    acme.order("+14165550100", "r1");
    EXPECT_EQ(acme.client().get("/orders/A-1").json().at("status"), "failed");
    EXPECT_EQ(acme.order("+14165550100", "r2").status, 201);
}

TEST(AcmeSimulator, RefusesIncompleteOrders) {
    AcmeSim acme;
    for (const char* body :
         {"", "[]", R"({"ref":"r"})", R"({"numbers":[],"ref":"r"})",
          R"({"numbers":["4165550100"],"ref":"r"})", R"({"numbers":["+14165550100"]})"}) {
        EXPECT_EQ(acme.client().post_text("/orders", body).status, 400) << body;
    }
    EXPECT_EQ(acme.client().stats().at("carried_out"), 0);
}

TEST(AcmeSimulator, CarriesAPortByTheCarriersClock) {
    AcmeSim acme;
    EXPECT_EQ(acme.port("+14165550100", "p1").json().at("status"), "submitted");
    acme.client().clock({{"advance_s", 86'400}});
    const auto foc = acme.client().get("/ports/P-1").json();
    EXPECT_EQ(foc.at("status"), "foc");
    EXPECT_EQ(foc.at("foc_date"), "2026-11-30") << "5 business days after Monday, 23 November";
    EXPECT_EQ(acme.port("+14165550100", "p2").json().at("code"), "PORT_OPEN");
    acme.client().clock({{"advance_s", 7 * 86'400}});
    EXPECT_EQ(
        acme.client().get("/ports?ref=p1").json().at("ports").at(0).at("status"), "completed"
    );
    EXPECT_EQ(acme.client().post_text("/ports/P-1/cancel", "").json().at("code"), "TOO_LATE");
}

TEST(AcmeSimulator, RefusesAWrongPinAndCancelsAPort) {
    AcmeSim acme;
    const auto refused = acme.port("+14165550100", "p1", "0000");
    EXPECT_EQ(refused.status, 422);
    EXPECT_EQ(refused.json().at("code"), "PIN_WRONG");
    EXPECT_EQ(acme.port("+14165550100", "p1").status, 201);
    EXPECT_EQ(acme.client().post_text("/ports/P-1/cancel", "").json().at("status"), "cancelled");
    EXPECT_EQ(acme.port("+14165550100", "p2").status, 201) << "the number is free for another port";
}

TEST(AcmeSimulator, FollowsAScriptedPortWordByWord) {
    AcmeSim acme;
    acme.client().script(
        {{"number", "+14165550100"}, {"then", json::array{"submitted", "returned", "completed"}}}
    );
    acme.port("+14165550100", "p1");
    std::string said;
    for (int at = 0; at < 4; ++at) {
        said += acme.client().get("/ports/P-1").json().at("status").as_string();
        said += ' ';
    }
    EXPECT_EQ(said, "submitted returned completed completed ");
}

TEST(AcmeSimulator, FollowsAScriptedOrderWordByWord) {
    AcmeSim acme;
    acme.client().script({{"number", "+14165550100"}, {"then", json::array{"pending", "expired"}}});
    EXPECT_EQ(acme.order("+14165550100", "r1").json().at("status"), "pending");
    std::string said;
    for (int at = 0; at < 3; ++at) {
        said += acme.client().get("/orders/A-1").json().at("status").as_string();
        said += ' ';
    }
    EXPECT_EQ(said, "pending expired expired ");
}

}  // namespace
}  // namespace porteur::sim::test
