// SPDX-License-Identifier: Apache-2.0
#include "ringcentral/ringcentral.hpp"

#include <gmock/gmock.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "loopback.hpp"

namespace porteur::sim::test {
namespace {

const std::string v1 = "/restapi/v1.0/account/~";
const std::string v2 = "/restapi/v2/accounts/~/phone-numbers";
const std::string jwt_grant =
    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";

struct RingcentralSim {
    explicit RingcentralSim(const std::vector<std::string>& options = {})
        : running(ringcentral_program(), options) {}
    Client& client() { return running.client(); }
    Reply token(const std::string& form, const std::string& secret = "ringcentral-secret") {
        return client().send(
            "POST", "/restapi/oauth/token", form,
            {{"Authorization", basic("ringcentral-client", secret)},
             {"Content-Type", "application/x-www-form-urlencoded"}}
        );
    }
    RingcentralSim& log_in() {
        const auto token_body = token(jwt_grant + "ringcentral-jwt").json();
        client().authorization = "Bearer " + std::string(token_body.at("access_token").as_string());
        return *this;
    }
    std::string code_of(const Reply& reply) {
        return reply.json().at("errors").at(0).at("errorCode").as_string().c_str();
    }

    Running running;
};

TEST(RingcentralSimulator, SellsATokenForTheRightJwtOnly) {
    RingcentralSim sim;
    const auto good = sim.token(jwt_grant + "ringcentral-jwt").json();
    EXPECT_EQ(good.at("token_type"), "bearer");
    EXPECT_EQ(good.at("expires_in"), 3600);
    const auto wrong_jwt = sim.token(jwt_grant + "wrong");
    EXPECT_EQ(wrong_jwt.status, 400);
    EXPECT_EQ(wrong_jwt.json().at("error"), "invalid_grant");
    EXPECT_EQ(
        sim.token(jwt_grant + "ringcentral-jwt", "wrong").json().at("error"), "invalid_client"
    );
}

TEST(RingcentralSimulator, RefreshesATokenOnce) {
    RingcentralSim sim;
    const std::string refresh =
        sim.token(jwt_grant + "ringcentral-jwt").json().at("refresh_token").as_string().c_str();
    const auto form = "grant_type=refresh_token&refresh_token=" + refresh;
    EXPECT_EQ(sim.token(form).status, 200);
    EXPECT_EQ(sim.token(form).status, 400);
}

TEST(RingcentralSimulator, TellsMissingCorruptedAndExpiredTokensApart) {
    RingcentralSim sim;
    EXPECT_EQ(sim.code_of(sim.client().get(v1)), "OAU-123");
    sim.client().authorization = "Bearer nonsense";
    EXPECT_EQ(sim.code_of(sim.client().get(v1)), "OAU-129");
    sim.log_in();
    EXPECT_EQ(sim.client().get(v1).status, 200);
    sim.client().clock({{"advance_s", 3600}});
    const auto expired = sim.client().get(v1);
    EXPECT_EQ(expired.status, 401);
    EXPECT_EQ(sim.code_of(expired), "OAU-128");
}

TEST(RingcentralSimulator, ShowsAccountAddressAndService) {
    RingcentralSim sim;
    sim.log_in();
    const auto account = sim.client().get(v1).json();
    EXPECT_EQ(account.at("mainNumber"), "14165550100");
    EXPECT_EQ(account.at("status"), "Confirmed");
    EXPECT_EQ(
        sim.client().get(v1 + "/business-address").json().at("businessAddress"),
        json::value(
            {{"country", "CA"},
             {"state", "ON"},
             {"city", "Toronto"},
             {"street", "1 King St W"},
             {"zip", "M5V1A1"}}
        )
    );
    sim.client().script({{"billing", "Suspended"}});
    EXPECT_EQ(
        sim.client().get(v1 + "/service-info").json().at("billingPlan").at("type"), "Suspended"
    );
    sim.client().script({{"account_status", "Disabled"}, {"reason", "SuspendedInvoluntarily"}});
    EXPECT_EQ(sim.client().get(v1).json().at("statusInfo").at("reason"), "SuspendedInvoluntarily");
    EXPECT_EQ(sim.client().get("/restapi/v1.0/account/7").status, 404);
}

TEST(RingcentralSimulator, ListsEveryNumberOnceOverItsPages) {
    RingcentralSim sim({"--heavy", "0"});
    sim.log_in();
    std::set<std::string> seen;
    std::int64_t pages = 1;
    for (std::int64_t page = 1; page <= pages; ++page) {
        const auto list =
            sim.client().get(v1 + "/phone-number?perPage=50&page=" + std::to_string(page)).json();
        pages = list.at("paging").at("totalPages").as_int64();
        EXPECT_EQ(list.at("navigation").as_object().contains("nextPage"), page < pages);
        for (const auto& record : list.at("records").as_array()) {
            EXPECT_TRUE(seen.insert(record.at("phoneNumber").as_string().c_str()).second);
        }
    }
    EXPECT_EQ(pages, 3);
    EXPECT_EQ(seen.size(), 120U);
    const auto list = sim.client().get(v2 + "?perPage=1000").json();
    EXPECT_EQ(list.at("paging").at("totalElements"), 118) << "v2 has no conferencing, no ELIN";
    EXPECT_TRUE(list.at("records").at(0).at("id").is_string()) << "ids are strings in v2";
}

TEST(RingcentralSimulator, FiltersLists) {
    RingcentralSim sim({"--heavy", "0"});
    sim.log_in();
    const auto count = [&](const std::string& query) {
        return sim.client().get(query).json().at("paging").at("totalElements").as_int64();
    };
    EXPECT_EQ(count(v1 + "/phone-number?paymentType=TollFree"), 12);
    EXPECT_EQ(count(v2 + "?tollType=TollFree"), 12);
    EXPECT_EQ(count(v1 + "/phone-number?status=Pending&status=Temporary"), 2);
    EXPECT_EQ(count(v2 + "?phoneNumber=%2B1416555010*"), 10);
    EXPECT_EQ(count(v2 + "?usageType=Inventory"), 4);
    EXPECT_EQ(sim.client().get(v2 + "?page=0").status, 400);
}

TEST(RingcentralSimulator, LosesTheNumbersThatWerePortedAway) {
    RingcentralSim sim({"--heavy", "0"});
    sim.log_in();
    sim.client().script({{"leave", json::array{"+14165550101"}}});
    EXPECT_EQ(
        sim.client().get(v2 + "?phoneNumber=%2B14165550101").json().at("records").as_array().size(),
        0U
    );
}

TEST(RingcentralSimulator, KeepsANumberForAWhileAfterTheWinningCarrierHasIt) {
    RingcentralSim sim({"--heavy", "0", "--light", "0", "--leave-after", "7200"});
    sim.log_in();
    const auto is_there = [&](const std::string& number) {
        const auto list = sim.client().get(v2 + "?phoneNumber=%2B" + number).json();
        return !list.at("records").as_array().empty();
    };
    const auto told = sim.client().post(
        "/_sim/script", {{"leave", json::array{"+14165550101", "+14165550102", "+14165559999"}}}
    );
    EXPECT_EQ(told.json().at("left"), 2) << "the third is not on the account";
    sim.client().script({{"leave", json::array{"+14165550103"}}, {"after_s", 60}});
    sim.client().clock({{"advance_s", 3'000}});
    sim.log_in();
    EXPECT_TRUE(is_there("14165550101"));
    EXPECT_FALSE(is_there("14165550103"));
    sim.client().clock({{"advance_s", 4'200}});
    sim.log_in();
    EXPECT_FALSE(is_there("14165550101"));
    EXPECT_FALSE(is_there("14165550102"));
    const auto orders = sim.client().get("/_sim/received").json().at("orders").as_array();
    ASSERT_EQ(orders.size(), 3U);
    EXPECT_EQ(orders[0].at("kind"), "port_out");
}

TEST(RingcentralSimulator, CountsNumbersThatLeaveBetweenTwoPages) {
    RingcentralSim sim({"--heavy", "0"});
    sim.log_in();
    const auto total = [&](const std::string& query) {
        return sim.client().get(v1 + "/phone-number" + query).json().at("paging").at("totalElements");
    };
    EXPECT_EQ(total("?perPage=50&page=1"), 120);
    sim.client().script({{"leave", json::array{"+14165550101"}}});
    EXPECT_EQ(total("?perPage=50&page=2"), 119);
}

TEST(RingcentralSimulator, ThrottlesAGroupAndBeginsThePenaltyAnew) {
    RingcentralSim sim;
    sim.log_in();
    for (int at = 0; at < 10; ++at) {
        const auto reply = sim.client().get(v2);
        ASSERT_EQ(reply.status, 200);
        EXPECT_EQ(reply.header("x-rate-limit-remaining"), std::to_string(9 - at));
    }
    const auto refused = sim.client().get(v2);
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.header("retry-after"), "60");
    EXPECT_EQ(refused.header("x-rate-limit-group"), "heavy");
    EXPECT_EQ(sim.client().get(v1).status, 200) << "another group is not touched";

    sim.client().clock({{"advance_s", 59}});
    EXPECT_EQ(sim.client().get(v2).status, 429) << "one second too early";
    sim.client().clock({{"advance_s", 59}});
    EXPECT_EQ(sim.client().get(v2).status, 429) << "the early request began the minute again";
    sim.client().clock({{"advance_s", 60}});
    EXPECT_EQ(sim.client().get(v2).status, 200);
}

TEST(RingcentralSimulator, CountsRateLimitsInRealSecondsWhateverTheClocksSpeed) {
    RingcentralSim sim({"--heavy", "1"});
    sim.log_in();
    sim.client().clock({{"speed", 100'000}});
    EXPECT_EQ(sim.client().get(v2).status, 200);
    EXPECT_EQ(sim.client().get(v2).status, 429);
}

TEST(RingcentralSimulator, AddsFewNumbersAtOnceEachWithItsOwnOutcome) {
    RingcentralSim sim({"--heavy", "0"});
    sim.log_in();
    const auto few = sim.client().post(
        v2 + "/bulk-add", {{"records",
                            json::array{
                                {{"phoneNumber", "+14165550300"}, {"usageType", "Inventory"}},
                                {{"phoneNumber", "+14165550101"}, {"usageType", "Inventory"}}
                            }}}
    );
    EXPECT_EQ(few.status, 200);
    EXPECT_EQ(few.json().at("records").at(0).at("bulkItemSuccessful"), true);
    EXPECT_EQ(few.json().at("records").at(1).at("bulkItemSuccessful"), false);
}

TEST(RingcentralSimulator, FollowsABulkTask) {
    RingcentralSim sim({"--heavy", "0"});
    sim.log_in();
    const auto accepted = sim.client().post(
        v2 + "/bulk-add",
        {{"records", json::array{{{"phoneNumber", "+141655506**"}, {"usageType", "Inventory"}}}}}
    );
    ASSERT_EQ(accepted.status, 202);
    const auto task = v2 + "/bulk-add/" + std::string(accepted.json().at("id").as_string());
    EXPECT_EQ(sim.client().get(task).json().at("status"), "Accepted");
    sim.client().clock({{"advance_s", 60}});
    EXPECT_EQ(sim.client().get(task).json().at("records").as_array().size(), 100U);
}

TEST(RingcentralSimulator, ForbidsNumbersWithoutPermission) {
    RingcentralSim sim;
    sim.log_in();
    sim.client().script({{"forbid", true}});
    const auto reply = sim.client().get(v2);
    EXPECT_EQ(reply.status, 403);
    EXPECT_EQ(sim.code_of(reply), "CMN-401");
    EXPECT_EQ(sim.code_of(sim.client().get("/restapi/v9")), "CMN-120");
}

TEST(RingcentralSimulator, AssignsExchangesAndDeletesNumbers) {
    RingcentralSim sim;
    sim.log_in();
    // 246715092 is +14165550192, in the inventory; 246715001 is extension 101's number.
    const auto assigned = sim.client().send(
        "PATCH", v2 + "/246715092", R"({"usageType":"DirectNumber","extension":{"id":"1000105"}})"
    );
    EXPECT_EQ(assigned.json().at("extension").at("extensionNumber"), "105");
    const auto swapped =
        sim.client().post(v2 + "/246715001/replace", {{"targetPhoneNumberId", "246715093"}});
    EXPECT_EQ(swapped.json().at("phoneNumber"), "+14165550193");
    EXPECT_EQ(swapped.json().at("extension").at("extensionNumber"), "101");
    const auto removed = sim.client().send(
        "DELETE", v2,
        R"({"records":[{"phoneNumber":"+14165550194"},{"phoneNumber":"+14165550100"}]})"
    );
    EXPECT_EQ(removed.json().at("records").at(0).at("bulkItemSuccessful"), true);
    EXPECT_EQ(removed.json().at("records").at(1).at("bulkItemSuccessful"), false)
        << "the main number is in use";
}

}  // namespace
}  // namespace porteur::sim::test
