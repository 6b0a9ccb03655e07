// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "api_client.hpp"

namespace porteur::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

NumberShown one(const char* number) {
    NumberShown shown;
    shown.row.key = *number_key(number);
    shown.row.tenant = 1;
    shown.row.used_by = "Réception \"1\"\n";
    shown.row.features = "voice sms";
    shown.row.tags = "night vip";
    shown.row.custom = R"({"floor":"2"})";
    shown.row.cost = "1.50 CAD";
    shown.row.order = 77;
    shown.row.source = "port";
    shown.row.created = shown.row.updated = Instant{std::chrono::milliseconds{1'790'000'000'123}};
    shown.row.version = 4;
    shown.shared = {.account = "thinktel", .country = "CA", .type = "local", .state = NumberState::in_service, .use = UseType::user, .active = true};
    shown.company = 12;
    shown.company_name = "Acme";
    shown.var = 3;
    shown.var_name = "North";
    return shown;
}

TEST(NumberRoutes, a_page_shows_each_number_whole) {
    Served served;
    served.host.inventory.held.emplace(*number_key("+15145550100"), one("+15145550100"));
    const auto reply = served.get("/v1/numbers");
    ASSERT_EQ(reply.status, 200) << reply.body;
    const auto parsed = parse_json(reply.body);
    ASSERT_TRUE(parsed) << reply.body;
    const auto& page = parsed->as_object();
    EXPECT_TRUE(page.at("next_cursor").is_null());
    EXPECT_EQ(page.at("total").as_object().at("count").as_int64(), 1);
    const auto& number = page.at("numbers").as_array().front().as_object();
    EXPECT_EQ(number.at("number").as_string(), "+15145550100");
    EXPECT_EQ(number.at("used_by").as_string(), "Réception \"1\"\n");
    EXPECT_EQ(number.at("tags").as_array().size(), 2U);
    EXPECT_EQ(number.at("cost").as_object().at("currency").as_string(), "CAD");
    EXPECT_EQ(number.at("company").as_object().at("name").as_string(), "Acme");
    EXPECT_EQ(number.at("var").as_object().at("id").as_int64(), 3);
    EXPECT_EQ(number.at("created").as_string(), "2026-09-21T14:13:20.123Z");
    EXPECT_EQ(number.at("custom").as_object().at("floor").as_string(), "2");
}

TEST(NumberRoutes, what_is_asked_for_is_what_the_inventory_is_asked) {
    Served served;
    const auto reply = served.get(
        "/v1/numbers?filter=used&status=pending&state=available,in_service&provider=thinktel&tag=vip,night&country=CA&use_type=none,user"
        "&number=+1514&used_by=R%C3%A9&company=ac&q=55&sort=-provider&limit=7&cursor=x&tenant=12"
    );
    ASSERT_EQ(reply.status, 200) << reply.body;
    const auto& query = served.host.inventory.last_query;
    EXPECT_EQ(query.filter.given, true) << "who looks from above means what customers hold";
    EXPECT_EQ(query.filter.active, false);
    EXPECT_EQ(query.filter.states, (std::vector{NumberState::available, NumberState::in_service}));
    EXPECT_EQ(query.filter.uses, (std::vector{UseType::none, UseType::user}));
    EXPECT_EQ(query.filter.tags, (std::vector<std::string>{"vip", "night"}));
    EXPECT_EQ(query.filter.number, "+1514") << "a plus in a query is read as a blank";
    EXPECT_EQ(query.filter.used_by, "Ré");
    EXPECT_EQ(query.filter.tenant, 12);
    EXPECT_EQ(query.sort, NumberSort::account);
    EXPECT_TRUE(query.descending);
    EXPECT_EQ(query.limit, 7);
    EXPECT_EQ(query.cursor, "x");
}

TEST(NumberRoutes, a_customer_is_shown_no_var_neither_as_a_column_nor_by_asking_for_it) {
    Served served;
    served.host.inventory.caller_is_customer = true;
    served.host.inventory.held.emplace(*number_key("+15145550100"), one("+15145550100"));
    EXPECT_EQ(served.get("/v1/numbers").body.find("North"), std::string::npos);
    EXPECT_EQ(served.get("/v1/numbers/+15145550100").body.find("North"), std::string::npos);
    for (const auto* query : {"var=n", "sort=var", "sort=-var"}) EXPECT_EQ(served.get(std::string("/v1/numbers?") + query).status, 400) << query;
    EXPECT_EQ(served.get("/v1/numbers?filter=used").status, 200);
    EXPECT_EQ(served.host.inventory.last_query.filter.used, true) << "within an account, used is what somebody uses";
    EXPECT_FALSE(served.host.inventory.last_query.filter.given);
}

TEST(NumberRoutes, a_wrong_word_is_named_with_what_would_be_right) {
    Served served;
    for (const auto& [query, field] : std::map<std::string, std::string>{
             {"filter=mine", "filter"}, {"status=on", "status"}, {"state=lost", "state"}, {"use_type=desk", "use_type"},
             {"sort=colour", "sort"}, {"limit=501", "limit"}, {"tenant=x", "tenant"}}) {
        const auto reply = served.get("/v1/numbers?" + query);
        EXPECT_EQ(reply.status, 400) << query;
        EXPECT_EQ(reply.text("field"), field) << reply.body;
    }
}

TEST(NumberRoutes, a_number_is_found_with_its_plus_and_without) {
    Served served;
    served.host.inventory.held.emplace(*number_key("+15145550100"), one("+15145550100"));
    for (const auto* path : {"/v1/numbers/+15145550100", "/v1/numbers/15145550100", "/v1/numbers/%2B15145550100"}) {
        const auto reply = served.get(path);
        EXPECT_EQ(reply.status, 200) << path << reply.body;
        EXPECT_EQ(reply.field("etag"), "\"4\"");
    }
    EXPECT_EQ(served.get("/v1/numbers/+15145550199").status, 404);
    EXPECT_EQ(served.get("/v1/numbers/reception").status, 404);
}

TEST(NumberRoutes, a_number_of_somebody_else_is_as_one_that_is_not_there) {
    Served served;
    served.host.inventory.held.emplace(*number_key("+15145550100"), one("+15145550100"));
    for (const auto* path : {"/v1/numbers/+15145550100", "/v1/numbers/+15145550100/history"}) {
        const auto theirs = served.get(path, FakeHost::foreign_token);
        EXPECT_EQ(theirs.status, 404);
    }
    EXPECT_EQ(served.get("/v1/numbers/+15145550100", FakeHost::foreign_token).body,
              [&] { served.host.inventory.held.clear(); return served.get("/v1/numbers/+15145550100").body; }());
}

TEST(NumberRoutes, a_history_says_who_did_what) {
    Served served;
    const auto key = *number_key("+15145550100");
    served.host.inventory.held.emplace(key, one("+15145550100"));
    served.host.inventory.events[key] = {{.key = key, .at = Instant{}, .job = 5, .by = "anna", .what = "assigned", .data = R"({"used_by":["","Anna"]})"}};
    const auto reply = served.get("/v1/numbers/+15145550100/history");
    ASSERT_EQ(reply.status, 200);
    EXPECT_THAT(reply.body, HasSubstr(R"("by":"anna")"));
    EXPECT_THAT(reply.body, HasSubstr(R"("used_by":["","Anna"])"));
}

TEST(NumberRoutes, facets_count_each_value) {
    Served served;
    const auto reply = served.get("/v1/number-facets");
    EXPECT_EQ(reply.body, R"({"state":{"in_service":2},"use_type":{"none":1,"user":1}})");
}

TEST(NumberJobs, a_wish_is_taken_with_its_selection) {
    Served served;
    const auto reply = served.post(
        "/v1/number-changes",
        R"({"action":"assign","selection":{"range":{"from":"+15145550100","to":"+15145550199"}},"to":{"tenant":12,"use_type":"user","used_by":"Anna"},"dry_run":true})"
    );
    ASSERT_EQ(reply.status, 202) << reply.body;
    EXPECT_EQ(reply.field("location"), "/v1/number-jobs/" + reply.text("id"));
    const auto& numbers = served.host.inventory;
    ASSERT_TRUE(numbers.last_selection.range);
    EXPECT_EQ(numbers.last_selection.range->second, "+15145550199");
    EXPECT_EQ(numbers.last_wish.tenant, 12);
    EXPECT_EQ(numbers.last_wish.use, UseType::user);
    EXPECT_EQ(numbers.last_wish.used_by, "Anna");
    EXPECT_TRUE(numbers.made.dry_run);
}

TEST(NumberJobs, a_wish_that_says_too_little_or_too_much_names_the_place) {
    Served served;
    for (const auto& [body, field] : std::map<std::string, std::string>{
             {R"({"action":"steal","selection":{"numbers":["+15145550100"]}})", "/action"},
             {R"({"action":"assign","selection":{"numbers":["+15145550100"]}})", "/to"},
             {R"({"action":"unassign"})", "/selection"},
             {R"({"action":"unassign","selection":{}})", "/selection"},
             {R"({"action":"unassign","selection":{"numbers":[]}})", "/selection"},
             {R"({"action":"unassign","selection":{"numbers":[1]}})", "/selection/numbers"},
             {R"({"action":"unassign","selection":{"range":{"from":"+2","to":"+1"}}})", "/selection/range"},
             {R"({"action":"unassign","selection":{"query":{"colour":"red"}}})", "/selection/query/colour"},
             {R"({"action":"unassign","selection":{"query":{"state":","}}})", "/selection/query/state"},
             {R"({"action":"unassign","selection":{"query":{"number":"+"}}})", "/selection/query/number"},
             {R"({"action":"unassign","selection":{"query":{"filter status":"used"}}})", ""},
             {R"({"action":"assign","selection":{"numbers":["+1"]},"to":{"tenant":"x"}})", "/to/tenant"},
             {R"({"action":"assign","selection":{"numbers":["+1"]},"to":{"desk":1}})", "/to/desk"},
             {R"({"action":"options","selection":{"numbers":["+1"]},"tags":["two words"]})", "/tags"},
             {R"({"action":"options","selection":{"numbers":["+1"]},"features":["fly"]})", "/features"},
             {R"({"action":"options","selection":{"numbers":["+1"]},"custom":{"a":1}})", "/custom"}}) {
        const auto reply = served.post("/v1/number-changes", body);
        EXPECT_EQ(reply.status, 400) << body;
        EXPECT_EQ(reply.text("field"), field) << reply.body;
    }
}

TEST(NumberJobs, one_too_many_is_told_how_long_to_wait) {
    Served served;
    served.host.inventory.refuse = Error{.kind = ErrorKind::invalid_input, .message = "100 wait", .code = std::string(jobs_waiting_code)};
    served.host.inventory.refuse->retry_after = std::chrono::seconds(10);
    const auto reply = served.post("/v1/number-changes", R"({"action":"unassign","selection":{"numbers":["+15145550100"]}})");
    EXPECT_EQ(reply.status, 429);
    EXPECT_EQ(reply.text("type"), "urn:porteur:problem:too-many-changes");
    EXPECT_EQ(reply.field("retry-after"), "10");
    EXPECT_EQ(reply.text("detail"), "100 wait");
}

TEST(NumberJobs, a_file_comes_in_whole) {
    Served served;
    std::string csv = "number,used_by\n";
    while (csv.size() < 300'000) csv += "5145550100,Anna\n";
    const auto reply = served.ask({.method = "POST", .target = "/v1/number-imports?region=CA&provider=acme", .body = csv, .key = "k", .content_type = "text/csv"});
    ASSERT_EQ(reply.status, 202) << reply.body;
    EXPECT_EQ(served.host.inventory.import_bytes, csv);
    EXPECT_EQ(served.host.inventory.last_import.region, "CA");
    EXPECT_EQ(served.host.inventory.last_import.provider, "acme");
    EXPECT_EQ(served.ask({.method = "POST", .target = "/v1/number-imports", .body = "{}", .key = "k2", .content_type = "application/json"}).status, 415);
}

TEST(NumberJobs, calls_are_told_with_their_place_when_they_are_wrong) {
    Served served;
    EXPECT_EQ(served.post("/v1/calls", R"({"calls":[{"to":"+15145550100","at":"2026-12-01T00:00:00Z"}]})").body, R"({"first":1,"known":0,"unknown":0})");
    EXPECT_EQ(served.post("/v1/calls", R"({"calls":[{"to":"+15145550100","at":"2026-12-01T00:00:00Z"},{"to":"5145550100","at":"2026-12-01T00:00:00Z"}]})").text("field"), "/calls/1/to");
    EXPECT_EQ(served.post("/v1/calls", R"({"calls":[{"to":"+15145550100","at":"noon"}]})").text("field"), "/calls/0/at");
}

}  // namespace
}  // namespace porteur::testing
