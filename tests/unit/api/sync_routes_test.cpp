// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "api_client.hpp"

namespace porteur::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class SyncRoutes : public ::testing::Test {
protected:
    Served served;
    FakeSyncs& compared = served.host.inventory.compared;
    const std::string path = "/v1/number-syncs/" + id_text(9);

    Reply post(const std::string& target, const std::string& body) { return served.post(target, body); }
    json::object object(const Reply& reply) {
        auto parsed = parse_json(reply.body);
        EXPECT_TRUE(parsed && parsed->is_object()) << reply.body;
        return parsed && parsed->is_object() ? parsed->get_object() : json::object();
    }
};

TEST_F(SyncRoutes, a_comparison_is_begun_and_told_where_it_is) {
    const auto reply = post("/v1/number-syncs", R"({"account":"acme"})");
    ASSERT_EQ(reply.status, 202) << reply.body;
    EXPECT_EQ(reply.field("location"), path);
    EXPECT_EQ(compared.last_account, "acme");
    const auto shown = object(reply);
    EXPECT_EQ(shown.at("state").as_string(), "running");
    const auto& counts = shown.at("counts").as_object();
    EXPECT_EQ(counts.at("vanished").as_int64(), 2);
    EXPECT_EQ(counts.at("open").as_int64(), 1);
    EXPECT_EQ(counts.at("unknown").as_int64(), 0);
    EXPECT_EQ(counts.at("listed").as_int64(), 0);
}

TEST_F(SyncRoutes, who_does_not_see_the_whole_list_is_not_told_how_long_it_is) {
    compared.made.whole = false;
    compared.made.sync.counts.listed = 70;
    const auto shown = object(served.get(path));
    EXPECT_FALSE(shown.at("whole").as_bool());
    for (const auto* each : {"listed", "expected", "same", "left_alone", "decided"}) EXPECT_TRUE(shown.at("counts").as_object().at(each).is_null()) << each;
}

TEST_F(SyncRoutes, rows_are_asked_for_by_kind_decision_and_place) {
    SyncRowShown row;
    row.row.key = *number_key("+15145550100");
    row.row.what = SyncWhat::unknown;
    row.row.after = R"({"word":"Active"})";
    row.holder = "System";
    compared.held = {row, row};
    compared.held[1].row.key = *number_key("+15145550101");
    const auto reply = served.get(path + "/rows?what=unknown&open=false&limit=1&cursor=15145550099");
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_EQ(compared.last_wanted.what, SyncWhat::unknown);
    EXPECT_EQ(compared.last_wanted.open, false);
    EXPECT_EQ(compared.last_wanted.after, *number_key("+15145550099"));
    const auto page = object(reply);
    EXPECT_EQ(page.at("next_cursor").as_string(), "15145550100");
    ASSERT_EQ(page.at("rows").as_array().size(), 1U);
    const auto& shown = page.at("rows").as_array().front().as_object();
    EXPECT_EQ(shown.at("number").as_string(), "+15145550100");
    EXPECT_TRUE(shown.at("before").is_null());
    EXPECT_EQ(shown.at("after").as_object().at("word").as_string(), "Active");
    EXPECT_TRUE(shown.at("decision").is_null());
    for (const auto* wrong : {"?what=gone", "?open=maybe", "?cursor=x", "?limit=0", "?other=1"})
        EXPECT_EQ(served.get(path + "/rows" + wrong).status, 400) << wrong;
    EXPECT_EQ(served.get("/v1/number-syncs/" + id_text(8) + "/rows").status, 404);
    EXPECT_EQ(served.get("/v1/number-syncs/x").status, 404);
}

TEST_F(SyncRoutes, a_decision_says_of_which_numbers_and_what) {
    const auto reply = post(path + "/decisions", R"({"numbers":["+15145550100","+15145550101"],"decision":"adopt","tenant":12})");
    ASSERT_EQ(reply.status, 200) << reply.body;
    EXPECT_THAT(compared.last_choice.numbers, ElementsAre(*number_key("+15145550100"), *number_key("+15145550101")));
    EXPECT_EQ(compared.last_choice.decision, SyncDecision::adopt);
    EXPECT_EQ(compared.last_choice.tenant, 12);
    EXPECT_EQ(compared.last_choice.request, R"({"decision":"adopt","numbers":["+15145550100","+15145550101"],"tenant":12})");
    const auto shown = object(reply);
    EXPECT_EQ(shown.at("decided").as_int64(), 1);
    EXPECT_EQ(shown.at("problems").as_array().front().as_object().at("number").as_string(), "+15145550100");

    ASSERT_EQ(post(path + "/decisions", R"({"all":true,"what":"vanished","decision":"confirm_missing","cause":"released"})").status, 200);
    EXPECT_TRUE(compared.last_choice.all);
    EXPECT_EQ(compared.last_choice.what, SyncWhat::vanished);
    EXPECT_EQ(compared.last_choice.cause, MissingCause::released);
}

TEST_F(SyncRoutes, a_decision_that_cannot_be_understood_names_the_field) {
    const auto field = [&](const std::string& body) {
        const auto reply = post(path + "/decisions", body);
        EXPECT_EQ(reply.status, 400) << body;
        return reply.text("field");
    };
    EXPECT_EQ(field(R"({"all":true})"), "/decision");
    EXPECT_EQ(field(R"({"all":true,"decision":"forget"})"), "/decision");
    EXPECT_EQ(field(R"({"all":true,"decision":"by_itself"})"), "/decision") << "nobody says that";
    EXPECT_EQ(field(R"({"all":true,"decision":""})"), "/decision");
    EXPECT_EQ(field(R"({"decision":"ignore"})"), "/numbers");
    EXPECT_EQ(field(R"({"all":true,"numbers":["+15145550100"],"decision":"ignore"})"), "/numbers");
    EXPECT_EQ(field(R"({"numbers":[],"decision":"ignore"})"), "/numbers");
    EXPECT_EQ(field(R"({"numbers":["+15145550100","514"],"decision":"ignore"})"), "/numbers/1");
    EXPECT_EQ(field(R"({"all":true,"what":"lost","decision":"ignore"})"), "/what");
    EXPECT_EQ(field(R"({"all":true,"decision":"confirm_missing","cause":"stolen"})"), "/cause");
    EXPECT_EQ(field(R"({"all":true,"decision":"keep","cause":"released"})"), "/cause");
    EXPECT_EQ(field(R"({"all":true,"decision":"ignore","tenant":12})"), "/tenant");
    EXPECT_EQ(post("/v1/number-syncs", R"({})").text("field"), "/account");
}

TEST_F(SyncRoutes, what_the_inventory_refuses_is_refused) {
    compared.refuse = Error{.kind = ErrorKind::invalid_input, .message = "this comparison is done", .code = std::string(conflict_code)};
    EXPECT_EQ(post(path + "/apply", "").status, 409);
    EXPECT_EQ(post(path + "/decisions", R"({"all":true,"decision":"keep"})").status, 409);
    compared.refuse = Error{.kind = ErrorKind::unsupported, .message = "acme has no operation list_numbers"};
    const auto reply = post("/v1/number-syncs", R"({"account":"acme"})");
    EXPECT_EQ(reply.status, 422);
    EXPECT_THAT(reply.body, HasSubstr("list_numbers"));
}

}  // namespace
}  // namespace porteur::testing
