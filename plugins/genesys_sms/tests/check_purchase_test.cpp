// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "genesys.hpp"

namespace porteur::testkit {
namespace {

using ::testing::HasSubstr;

Script check(json::array wanted, json::object kept = {}) {
    return Script(
        genesys(), "check_purchase",
        canonical(json::object{
            {"reference", "po-9"},
            {"carrier_id", "n-1"},
            {"numbers", std::move(wanted)},
            {"submitted_at", "2026-11-16T09:00:00Z"},
            {"kept", std::move(kept)}
        }),
        settings()
    );
}
json::object mailed(const char* number) {
    return {{number, json::object{{"what", "mailed"}, {"code", "<m>"}}}};
}

TEST(CheckPurchase, IsCompletedWhenTheNumberIsActive) {
    auto script = check({"+13175550101"});
    script.expects_http("GET", numbers)
        .safe()
        .with_query({{"phoneNumber", "13175550101"}})
        .answers_file(200, "inventory-active.json")
        .ends_with(R"({"state":"completed","carrier_word":"ACTIVE/Completed"})");
    EXPECT_FALSE(script.result<PurchaseProgress>().check_again);
    EXPECT_EQ(cut_everywhere(script), 2u);
}

TEST(CheckPurchase, GoesOnWhileProvisioningRuns) {
    auto script = check({"+13175550101"});
    script.expects_http("GET", numbers)
        .answers_file(200, "inventory-running.json")
        .ends_with(R"({"state":"submitted","check_again":60})");
}

/// CARRIERS.md 2.3: each phoneNumberStatus, and each state of provisioning.
TEST(CheckPurchase, EveryStateOfANumberMovesTheOrderAsItMeans) {
    struct Row {
        const char *status, *provisioning, *action, *result;
    };
    const Row rows[] = {
        {"INITIATED", "Running", "Create", R"({"state":"submitted"})"},
        {"PENDING", "Running", "Create", R"({"state":"submitted"})"},
        {"PORTING", "Completed", "Create", R"({"state":"activating"})"},
        {"ACTIVE", "Completed", "Create", R"({"state":"completed"})"},
        {"ACTIVE", "Running", "Update", R"({"state":"activating"})"},
        {"ACTIVE", "Running", "Delete", R"({"state":"cancel_pending"})"},
        {"PENDING_CANCELLATION", "Completed", "Create", R"({"state":"cancel_pending"})"},
        {"INVALID", "Completed", "Create", R"({"state":"rejected"})"},
        {"INITIATED", "Failed", "Create", R"({"state":"rejected"})"},
    };
    for (const auto& [status, provisioning, action, result] : rows) {
        auto listing = parsed(file("inventory-running.json"));
        auto& number = listing.at("entities").at(0).as_object();
        number["phoneNumberStatus"] = status;
        number["provisioningStatus"] =
            json::object{{"action", action}, {"state", provisioning}, {"version", 1}};
        auto script = check({"+13175550101"});
        script.expects_http("GET", numbers).answers(200, canonical(listing)).ends_with(result);
    }
}

TEST(CheckPurchase, TellsWhyProvisioningFailed) {
    auto script = check({"+13175550101"});
    script.expects_http("GET", numbers)
        .answers_file(200, "inventory-failed.json")
        .ends_with(R"({"state":"rejected",
        "numbers":[{"reason":"NUMBER_TAKEN","carrier_word":"phone.number.unavailable"}]})");
}

TEST(CheckPurchase, IsPartialWhenSomeNumbersWereRefused) {
    auto script = check(
        {"+13175550101", "+13175550102"},
        {{"+13175550101", json::object{{"what", "refused"}, {"code", "phone.number.unavailable"}}}}
    );
    script.expects_http("GET", numbers).answers_file(200, "inventory-none.json");
    script.expects_http("GET", numbers).answers_file(200, "inventory-second-active.json");
    script.ends_with(
        R"({"state":"partial","numbers":[{"state":"rejected","reason":"NUMBER_TAKEN"},{"state":"completed"}]})"
    );
}

TEST(CheckPurchase, CompletesAPurchaseByMailWhenTheNumberAppears) {
    auto script = check({"+33644550101"}, mailed("+33644550101"));
    script.expects_http("GET", numbers)
        .answers_file(200, "inventory-france-active.json")
        .ends_with(R"({"state":"completed"})");
}

/// The host takes 64 effects of a turn and no more.
TEST(CheckPurchase, LooksForMoreNumbersThanOneTurnHolds) {
    json::array wanted;
    for (int each = 0; each < 70; ++each) wanted.emplace_back("+131755501" + std::to_string(10 + each));
    auto script = check(wanted);
    for (const auto& each : wanted)
        script.expects_http("GET", numbers)
            .with_query({{"phoneNumber", std::string(each.as_string()).substr(1)}})
            .answers_file(200, "inventory-none.json");
    script.ends_with(R"({"state":"submitted"})");
    EXPECT_EQ(script.result<PurchaseProgress>().numbers.size(), 70u);
    EXPECT_LE(most_in_a_turn(script), 64u);
}

TEST(CheckPurchase, DoesNotTakeALongerNumberForOurs) {
    auto script = check({"+13175550101"});
    script.expects_http("GET", numbers)
        .answers_file(200, "inventory-longer-number.json")
        .ends_with(R"({"state":"submitted"})");
}

TEST(CheckPurchase, AsksAPersonAboutAStateThatIsNotDocumented) {
    auto script = check({"+13175550101"});
    script.expects_http("GET", numbers)
        .answers(
            200,
            R"({"entities":[{"id":"n-1","phoneNumber":"+13175550101","phoneNumberStatus":"BEAMED","version":1}]})"
        )
        .fails_with(ErrorKind::internal, Reason::none, HasSubstr("\"BEAMED\""))
        .coded("BEAMED");
}

TEST(CheckPurchase, PassesOnThatGenesysIsAwayOrRefuses) {
    check({"+13175550101"})
        .expects_http("GET", numbers)
        .fails(ErrorKind::throttled)
        .fails_with(ErrorKind::throttled);
    check({"+13175550101"})
        .expects_http("GET", numbers)
        .answers_file(429, "error-rate.json")
        .fails_with(ErrorKind::throttled)
        .coded("too.many.requests.retry.after");
    check({"+13175550101"})
        .expects_http("GET", numbers)
        .answers_file(500, "error-server.json")
        .fails_with(ErrorKind::unavailable);
    check({"+13175550101"})
        .expects_http("GET", numbers)
        .answers_file(403, "error-permission.json")
        .fails_with(ErrorKind::unauthorized);
}

}  // namespace
}  // namespace porteur::testkit
