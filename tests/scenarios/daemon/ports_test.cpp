// SPDX-License-Identifier: Apache-2.0
// A mixed port through a whole daemon: sent in parts, one of them refused, corrected by a supplement, completed, and
// watched until its numbers have left; through deaths of the daemon.
#include <gmock/gmock.h>

#include "daemon_world.hpp"

namespace porteur::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Ports : public DaemonWorld {
protected:
    std::string text(const std::string& target, const char* key) const {
        const auto shown = get(target);
        const auto* found = shown.is_object() ? shown.get_object().if_contains(key) : nullptr;
        return found && found->is_string() ? std::string(found->get_string()) : "";
    }
    bool becomes(const std::string& target, const char* state) const {
        return soon([&] { return text(target, "state") == state; });
    }
};

TEST_F(Ports, HaveTheAdviceOfThePluginInTheirTimeline) {
    host_settings("level = \"info\"\n");
    account("gaining", first, "", "patient");
    start();
    json::object wanted{
        {"account", "gaining"}, {"reference", "hasty"}, {"submit", true},
        {"request", {{"numbers", {"+14165550101"}}, {"comment", "in haste"}, {"service_address", {{"postal_code", "M5V1A2"}}}}}
    };
    const auto timeline = [&](const std::string& order) { return ask("GET", "/v1/port-orders/" + order + "/timeline").body; };
    const auto made = ask("POST", "/v1/port-orders", "hasty", wanted);
    ASSERT_EQ(made.status, 201) << made.body;
    const auto at_once = std::string(json::parse(made.body).at("id").as_string());
    EXPECT_THAT(timeline(at_once), AllOf(HasSubstr("port.advice"), HasSubstr("haste does not help here"), HasSubstr("/comment")));

    wanted["reference"] = "later";
    wanted["submit"] = false;
    const auto draft = std::string(json::parse(ask("POST", "/v1/port-orders", "later", wanted).body).at("id").as_string());
    EXPECT_THAT(timeline(draft), Not(HasSubstr("port.advice")));
    EXPECT_EQ(ask("POST", "/v1/port-orders/" + draft + "/submit", "submit").status, 202);
    EXPECT_THAT(timeline(draft), HasSubstr("port.advice"));
}

TEST_F(Ports, AreSplitCorrectedCompletedAndWatched) {
    host_settings("level = \"info\"\n");
    account("gaining", first, "", "patient");
    account("losing", second, "", "patient");
    start();
    const json::object wanted{
        {"account", "gaining"}, {"losing_account", "losing"}, {"reference", "mixed"}, {"submit", true},
        {"request", {{"numbers", {"+14165550101", "+18005550101", "+14165550102"}}, {"pin", "1234"},
                     {"service_address", {{"postal_code", "K1A0B1"}}}}}
    };
    const auto made = ask("POST", "/v1/port-orders", "mixed", wanted);
    ASSERT_EQ(made.status, 201) << made.body;
    const auto whole = "/v1/port-orders/" + std::string(json::parse(made.body).at("id").as_string());
    ASSERT_TRUE(becomes(whole, "exception")) << log() << ask("GET", whole + "/timeline").body;
    start_again();
    // The inventory follows each part by itself, and did not lose its place with the daemon.
    EXPECT_TRUE(soon([&] { return text("/v1/numbers/18005550101", "state") == "available"; })) << ask("GET", "/v1/numbers").body;
    EXPECT_TRUE(soon([&] { return text("/v1/numbers/14165550101", "state") == "port_in_pending"; })) << ask("GET", "/v1/numbers").body;
    const auto shown = get(whole);
    ASSERT_EQ(shown.at("parts").as_array().size(), 2u);
    EXPECT_EQ(shown.at("numbers").as_array().size(), 3u);
    const auto local = "/v1/port-orders/" + std::string(shown.at("parts").at(0).at("id").as_string());
    const auto toll_free = "/v1/port-orders/" + std::string(shown.at("parts").at(1).at("id").as_string());
    EXPECT_EQ(text(toll_free, "state"), "completed");
    const auto refused = get(local);
    EXPECT_EQ(refused.at("parent"), shown.at("id"));
    EXPECT_EQ(refused.at("progress").at("rejections").at(0).at("reason"), "POSTAL_CODE_MISMATCH");

    // What a person has to do is listed once, and where it can be done.
    const auto tasks = [&] {
        std::string listed;
        const auto due = get("/v1/due?what=task");
        if (due.is_object() && due.as_object().contains("items"))
            for (const auto& each : due.at("items").as_array()) listed += std::string(each.at("reference").as_string()) + " ";
        return listed;
    };
    EXPECT_TRUE(soon([&] { return tasks() == "mixed-1 "; })) << tasks();

    // The whole has no word of a carrier that could be corrected; its part has.
    const json::object correction{{"submit", true}, {"request", {{"service_address", {{"postal_code", "M5V1A2"}}}, {"pin", "5678"}}}};
    EXPECT_EQ(ask("PATCH", whole, "fix-0", correction).status, 409);
    const auto fixed = ask("PATCH", local, "fix-1", correction);
    EXPECT_EQ(fixed.status, 200) << fixed.body;
    EXPECT_EQ(json::parse(fixed.body).at("state"), "supplement_pending");
    EXPECT_EQ(ask("PATCH", local, "fix-1", correction).body, fixed.body) << "a repeat is the same correction";
    ASSERT_TRUE(becomes(local, "completed")) << ask("GET", local + "/timeline").body;
    ASSERT_TRUE(becomes(whole, "completed")) << ask("GET", whole + "/timeline").body;
    EXPECT_EQ(first.asked("POST /supplements/P-mixed-1"), 1u);
    EXPECT_EQ(first.asked("POST /ports/mixed-1"), 1u);
    EXPECT_EQ(first.asked("POST /ports/mixed-2"), 1u);

    for (const auto& part : {local, toll_free})
        EXPECT_TRUE(soon([&] {
            return ask("GET", part + "/timeline").body.find("left Patient Telecom at ") != std::string::npos;
        })) << part;
    EXPECT_TRUE(soon([&] { return text("/v1/numbers/14165550101", "state") == "available"; })) << ask("GET", "/v1/numbers").body;
    const auto listed = get("/v1/numbers");
    ASSERT_EQ(listed.at("numbers").as_array().size(), 3u);
    for (const auto& each : listed.at("numbers").as_array()) {
        EXPECT_EQ(each.at("provider"), "gaining");
        EXPECT_EQ(each.at("source"), "port");
    }
    EXPECT_EQ(listed.at("numbers").at(0).at("order"), get(local).at("id"));
    EXPECT_THAT(ask("GET", "/v1/numbers/14165550101/history").body, HasSubstr("port completed"));

    const auto packet = ask("GET", whole + "/packet");
    EXPECT_EQ(packet.status, 200);
    EXPECT_THAT(packet.body, HasSubstr("Numbers leave: mixed"));
    EXPECT_EQ(ask("POST", whole + "/comments", "c-1", json::object{{"text", "all is well"}}).status, 200);
    EXPECT_THAT(ask("GET", whole + "/timeline").body, HasSubstr("all is well"));
    EXPECT_THAT(ask("GET", local + "/timeline").body, Not(HasSubstr("5678")));
}

TEST_F(Ports, NumbersAreGivenBackToTheirCarrierOnce) {
    host_settings("level = \"info\"\n");
    account("seller", first);
    account("keeps", second, "", "patient");
    start();
    const auto ended = [&](const HttpReply& begun) {
        EXPECT_EQ(begun.status, 202) << begun.body;
        const auto job = "/v1/number-jobs/" + std::string(json::parse(begun.body).at("id").as_string());
        EXPECT_TRUE(soon([&] { return text(job, "state") != "running"; })) << ask("GET", job).body;
        return get(job);
    };
    const auto given = [](const char* number, const char* provider) { return json::object{{"number", number}, {"provider", provider}}; };
    ASSERT_EQ(ended(ask("POST", "/v1/numbers", "add", json::object{{"numbers", json::array{
        given("+14165550101", "seller"), given("+14165550102", "seller"), given("+14165550103", "keeps")}}})).at("changed"), 3);

    json::object wish{{"action", "release"}, {"selection", {{"numbers", {"+14165550101", "+14165550102", "+14165550103"}}}}, {"dry_run", true}};
    const auto tried = ended(ask("POST", "/v1/number-changes", "try", wish));
    EXPECT_EQ(tried.at("changed"), 2);
    EXPECT_EQ(tried.at("refused"), 1);
    EXPECT_EQ(text("/v1/numbers/14165550101", "state"), "available");

    wish["dry_run"] = false;
    const auto done = ended(ask("POST", "/v1/number-changes", "release", wish));
    EXPECT_EQ(done.at("changed"), 2) << done;
    EXPECT_EQ(done.at("can_undo"), false);
    const auto job = "/v1/number-jobs/" + std::string(done.at("id").as_string());
    EXPECT_THAT(ask("GET", job + "/results").body, HasSubstr("by hand"));
    const auto undo = ask("POST", job + "/undo", "undo");
    EXPECT_EQ(undo.status, 409);
    EXPECT_THAT(undo.body, HasSubstr("order them anew"));
    start_again();
    for (const auto* number : {"/v1/numbers/14165550101", "/v1/numbers/14165550102"})
        EXPECT_TRUE(soon([&] { return text(number, "state") == "released"; })) << ask("GET", number).body << log();
    EXPECT_EQ(text("/v1/numbers/14165550103", "state"), "available");
    const auto orders = get("/v1/release-orders").at("items").as_array();
    ASSERT_EQ(orders.size(), 2u);
    for (const auto& each : orders) {
        EXPECT_EQ(each.at("state"), "completed");
        EXPECT_EQ(each.at("numbers").as_array().size(), 1u);
    }
    EXPECT_THAT(ask("GET", "/v1/numbers/14165550101/history").body, AllOf(HasSubstr("release under way"), HasSubstr("released")));

    const auto asked = first.asked("DELETE /numbers");
    EXPECT_EQ(ended(ask("POST", "/v1/number-changes", "again", wish)).at("same"), 2);
    EXPECT_EQ(first.asked("DELETE /numbers"), asked);
    EXPECT_EQ(get("/v1/release-orders").at("items").as_array().size(), 2u);
}

}  // namespace
}  // namespace porteur::testing
