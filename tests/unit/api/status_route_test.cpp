// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "api/status_route.hpp"
#include "api_client.hpp"

namespace porteur::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// An order of an account that stands so with its carrier.
Order standing(Served& served, Delivery delivery, std::int64_t tenant = system_tenant, std::string problem = "") {
    auto order = served.order();
    order.delivery = delivery;
    order.tenant = tenant;
    order.problem = std::move(problem);
    served.host.put(order);
    return order;
}

TEST(StatusRoute, HasInOneAnswerWhatTheOtherRoutesHave) {
    Served served;
    const auto parked = standing(served, Delivery::waiting_for_person, system_tenant, "the carrier refuses the credentials");
    const auto sent = standing(served, Delivery::retry_at);
    standing(served, Delivery::idle);
    const auto reply = served.get("/v1/status");
    ASSERT_EQ(reply.status, 200) << reply.body;
    const auto document = reply.document();
    EXPECT_EQ(document.at("carriers"), served.get("/v1/carriers").document());
    EXPECT_EQ(document.at("health").at("checks"), served.get("/readyz").document().at("checks"));
    EXPECT_EQ(document.at("due"), served.get("/v1/due?limit=20").document().at("items"));
    ASSERT_EQ(document.at("waiting").as_array().size(), 1U);
    EXPECT_EQ(document.at("waiting").at(0).at("id"), json::string(id_text(parked.id)));
    EXPECT_EQ(document.at("waiting").at(0).at("problem"), "the carrier refuses the credentials");
    ASSERT_EQ(document.at("under_way").as_array().size(), 1U);
    EXPECT_EQ(document.at("under_way").at(0).at("id"), json::string(id_text(sent.id)));
    EXPECT_TRUE(document.at("measures").is_object());
    EXPECT_TRUE(document.at("orders").is_object());
}

TEST(StatusRoute, ShowsAnotherAccountNoOrdersButItsOwn) {
    Served served;
    const auto own = standing(served, Delivery::in_doubt, 2);
    const auto other = standing(served, Delivery::in_doubt);
    const auto reply = served.get("/v1/status", FakeHost::foreign_token);
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_THAT(reply.body, HasSubstr(id_text(own.id)));
    EXPECT_THAT(reply.body, Not(HasSubstr(id_text(other.id))));
    EXPECT_EQ(reply.document().at("carriers"), served.get("/v1/carriers", FakeHost::foreign_token).document());
    EXPECT_EQ(served.get("/v1/status", "no such token").status, 401);
}


TEST(StatusRoute, LeavesTheCountsOutWhereTheyAreNotWanted) {
    Served served;
    EXPECT_TRUE(served.get("/v1/status?counts=false").document().at("orders").is_null());
    EXPECT_EQ(served.get("/v1/status?counts=no").text("field"), "counts");
}

TEST(MeasuresJson, AreThoseWithoutLabels) {
    EXPECT_EQ(
        measures_json("# TYPE porteur_operations_running gauge\nporteur_operations_running 2\nporteur_orders{kind=\"port\"} 9\nporteur_broken x\nporteur_endless +Inf\n\nporteur_store_backlog 0.5"),
        (json::object{{"porteur_operations_running", 2.0}, {"porteur_store_backlog", 0.5}})
    );
}

}  // namespace
}  // namespace porteur::testing
