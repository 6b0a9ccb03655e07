// SPDX-License-Identifier: Apache-2.0
// Effects that only a whole daemon carries out, in the daemon and in a process of the plugin's own: several
// requests at once, a signature, an event from outside, a person.
#include <gmock/gmock.h>

#include "daemon_world.hpp"

namespace porteur::testing {
namespace {

class Effects : public DaemonWorld, public ::testing::WithParamInterface<const char*> {};

TEST_P(Effects, AreCarriedOutWhateverComesBetween) {
    host_settings("level = \"info\"\n");
    account("acme", first, "isolation = \"" + std::string(GetParam()) + "\"", "patient");
    start();
    first.hold();
    const auto order = buy("all");
    const auto path = "/v1/purchase-orders/" + order;
    ASSERT_TRUE(soon([&] { return first.asked("POST /orders") == 3; })) << "three at once, none of them answered: " << log();
    first.let_go();

    // It waits for an event, through a death of the daemon.
    const auto day_of = [](const json::value& time) { return std::string(time.as_string()).substr(0, 10); };
    ASSERT_TRUE(soon([&] {
        const auto shown = get(path);
        return !shown.at("due").is_null() && day_of(shown.at("due")) != day_of(shown.at("created"));
    })) << "due tomorrow: " << log();
    start_again();
    const json::object event{{"account", "acme"}, {"source", "webhook"}, {"keys", {{"ticket", "A-1"}}}, {"body", "invoice 7"}};
    const auto taken = ask("POST", "/v1/events/inbound", "event-1", event);
    EXPECT_EQ(taken.status, 202) << taken.body;
    EXPECT_EQ(ask("POST", "/v1/events/inbound", "event-1", event).body, taken.body) << "a repeat is the same event";

    // Then for a person.
    ASSERT_TRUE(soon([&] { return get("/v1/tasks").at("items").as_array().size() == 1; })) << log();
    const auto task = get("/v1/tasks").at("items").as_array()[0];
    EXPECT_EQ(task.at("order"), json::string(order));
    EXPECT_EQ(task.at("title"), "Check the invoice");
    EXPECT_EQ(task.at("text"), "It came with invoice 7.");
    start_again();
    const auto refused = ask("POST", path + "/answer", "answer-1", json::object{{"choice", "wrong"}, {"text", "x"}});
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(json::parse(refused.body).at("field"), "/choice");
    EXPECT_EQ(ask("POST", path + "/answer", "answer-2", json::object{{"choice", "right"}}).status, 400) << "a text is wanted";
    const json::object answer{{"choice", "right"}, {"text", "paid"}};
    const auto answered = ask("POST", path + "/answer", "answer-3", answer);
    EXPECT_EQ(answered.status, 200) << answered.body;
    EXPECT_EQ(ask("POST", path + "/answer", "answer-3", answer).body, answered.body) << "a repeat gets the same reply";
    ASSERT_TRUE(completes(order)) << log();
    // HMAC-SHA-256 of "order all" with the key "acme-secret", made by another program.
    EXPECT_EQ(get(path).at("carrier_id"), "be930e2edcc625808ffa10313c9d7074bb790378f0a9c327048c38f40badb94e paid");
    EXPECT_EQ(first.asked("POST /orders"), 3u) << "nothing left twice";
    EXPECT_TRUE(get("/v1/tasks").at("items").as_array().empty());
}

INSTANTIATE_TEST_SUITE_P(Both, Effects, ::testing::Values("none", "process"), [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace porteur::testing
