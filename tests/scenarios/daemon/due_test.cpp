// SPDX-License-Identifier: Apache-2.0
// What is due, and what is said when it has passed: once, whoever is killed meanwhile.
#include <gmock/gmock.h>

#include <algorithm>

#include "daemon_world.hpp"

namespace porteur::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class Due : public DaemonWorld {
protected:
    void begin(const std::string& deadlines) {
        host_settings("level = \"info\"\n[deadlines]\n" + deadlines);
        account("acme", first);
        start();
    }
    std::string draft(const std::string& reference) {
        const auto reply =
            ask("POST", "/v1/purchase-orders", reference,
                json::object{
                    {"account", "acme"},
                    {"reference", reference},
                    {"request", {{"numbers", {"+14165550101"}}}}
                });
        EXPECT_EQ(reply.status, 201) << reply.body;
        return std::string(json::parse(reply.body).at("id").as_string());
    }
    /// "what reference", with "!" where it is overdue.
    std::vector<std::string> due(const std::string& query = "") {
        std::vector<std::string> out;
        const auto all = get("/v1/due" + query);
        if (!all.is_object() || !all.as_object().contains("items"))
            return out;  // the first look is not over
        for (const auto& each : all.at("items").as_array())
            out.push_back(
                std::string(each.at("what").as_string()) + " " +
                std::string(each.at("reference").as_string()) +
                (each.at("overdue").as_bool() ? "!" : "")
            );
        return out;
    }
    int missed(const std::string& order) {
        int count = 0;
        for (const auto& each :
             get("/v1/purchase-orders/" + order + "/timeline").at("items").as_array())
            count += each.at("kind") == "deadline.missed" ? 1 : 0;
        return count;
    }
};

TEST_F(Due, ShowsDraftsAndTheDaemonsOwnLooksByTime) {
    begin("draft = \"2h\"\n");
    draft("r-1");
    first.hold();
    buy("r-2");
    ASSERT_TRUE(soon([&] {
        return due() == std::vector<std::string>{"draft_expiry r-1"} || due().size() == 2;
    }));
    EXPECT_THAT(due(), Contains("draft_expiry r-1"));
    EXPECT_THAT(due("?overdue=true"), Not(Contains("draft_expiry r-1")));
    EXPECT_THAT(due("?until=2020-01-01T00:00:00Z"), ::testing::IsEmpty());
    EXPECT_THAT(due("?what=foc"), ::testing::IsEmpty());
    first.let_go();
}

TEST_F(Due, TellsAMissedDeadlineOnceOverRestarts) {
    begin("draft = \"1s\"\n");
    const auto order = draft("r-1");
    ASSERT_TRUE(soon([&] { return missed(order) == 1; })) << log();
    EXPECT_THAT(due("?overdue=true"), Contains("draft_expiry r-1!"));
    start_again();
    const auto second_order = draft("r-2");
    ASSERT_TRUE(soon([&] { return missed(second_order) == 1; })) << log();
    EXPECT_EQ(missed(order), 1);
    // An order that has moved on is due no longer.
    ASSERT_EQ(ask("POST", "/v1/purchase-orders/" + order + "/submit", "submit-1").status, 202);
    ASSERT_TRUE(completes(order));
    EXPECT_TRUE(soon([&] { return due() == std::vector<std::string>{"draft_expiry r-2!"}; }))
        << get("/v1/due");
    EXPECT_EQ(missed(order), 1);
}

TEST_F(Due, TakesNewTimesAndRefusesACalendarThatIsWrong) {
    begin("draft = \"2h\"\n");
    draft("r-1");
    ASSERT_TRUE(soon([&] { return due() == std::vector<std::string>{"draft_expiry r-1"}; }));
    host_settings("level = \"info\"\n[deadlines]\ndraft = \"1s\"\n");
    reload();
    EXPECT_TRUE(soon([&] { return due() == std::vector<std::string>{"draft_expiry r-1!"}; }));
    std::filesystem::create_directories(folder / "config/data");
    write(
        "config/data/holidays.toml",
        "[calendars.CA]\ntitle = \"Canada\"\n[calendars.CA.holidays]\n\"Some day\" = \"never\"\n"
    );
    reload("the old settings are kept");
    EXPECT_THAT(log(), HasSubstr("holidays.toml:4"));
}

}  // namespace
}  // namespace porteur::testing
