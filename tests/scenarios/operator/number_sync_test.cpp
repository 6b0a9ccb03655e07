// SPDX-License-Identifier: Apache-2.0
// The inventory beside what the three carriers list: taken in, kept true, and asked about where a number is gone.
#include <chrono>

#include <gmock/gmock.h>

#include "../../faults/http_client.hpp"
#include "../support/daemon_host.hpp"
#include "simulators.hpp"
#include "support/look_again.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class NumberSync : public ::testing::Test {
protected:
    NumberSync() {
        host_.account("ringcentral", "ringcentral", ringcentral_account(url(ringcentral_)), ringcentral_secrets);
        host_.account("thinktel", "thinktel", thinktel_account(url(thinktel_) + "/rest.svc"), thinktel_secrets);
        host_.account("genesys", "genesys_sms", genesys_account(url(genesys_)), genesys_secrets);
        host_.start();
    }
    json::value ask(const std::string& method, const std::string& target, const json::value& body = nullptr) {
        auto token = host_.shell("cat token").output;
        token.resize(token.find('\n'));
        const auto reply = http(
            host_.port(), method, target,
            {"Authorization: Bearer " + token, "Idempotency-Key: key-" + std::to_string(++keys_), "Content-Type: application/json"},
            body.is_null() ? std::string() : json::serialize(body)
        );
        if (!reply || reply->status >= 300) throw std::runtime_error(target + ": " + (reply ? reply->body : "no answer"));
        return json::parse(reply->body);
    }
    /// A comparison from its wish to its end.
    json::object compare(const std::string& account) {
        auto now = ask("POST", "/v1/number-syncs", {{"account", account}});
        const std::string id(now.at("id").as_string());
        for (int look = 0; look < 600 && now.at("state") == "running"; ++look) {
            look_again_in(50ms);
            now = ask("GET", "/v1/number-syncs/" + id);
        }
        return now.as_object();
    }
    /// Each number of the change set, with what is told of it.
    std::map<std::string, std::string> told(const json::object& sync, const std::string& words = "") {
        std::map<std::string, std::string> out;
        const auto page = ask("GET", "/v1/number-syncs/" + std::string(sync.at("id").as_string()) + "/rows?limit=500" + words);
        for (const auto& each : page.at("rows").as_array())
            out[std::string(each.at("number").as_string())] = each.at("what").as_string();
        return out;
    }
    json::value decide(const json::object& sync, const json::value& wish) {
        return ask("POST", "/v1/number-syncs/" + std::string(sync.at("id").as_string()) + "/decisions", wish);
    }
    json::value number(const std::string& digits) { return ask("GET", "/v1/numbers/" + digits); }
    static std::int64_t count(const json::object& sync, std::string_view what) { return sync.at("counts").at(what).as_int64(); }

    int keys_ = 0;
    Program ringcentral_ = simulator("sim-ringcentral", {"--light", "0", "--heavy", "0", "--auth", "0"});
    Program thinktel_ = simulator("sim-thinktel", {});
    Program genesys_ = simulator("sim-genesys", {});
    DaemonHost host_;
};

TEST_F(NumberSync, TakesWhatEachCarrierListsAndTellsWhatIsGoneFromIt) {
    for (const std::string account : {"ringcentral", "thinktel", "genesys"}) {
        SCOPED_TRACE(account);
        const auto first = compare(account);
        ASSERT_EQ(first.at("state"), "done") << json::serialize(first);
        const auto listed = ask("GET", "/v1/account-numbers?account=" + account).at("items").as_array().size();
        EXPECT_EQ(static_cast<std::size_t>(count(first, "listed")), listed);
        EXPECT_EQ(count(first, "unknown"), count(first, "listed"));
        decide(first, {{"all", true}, {"decision", "adopt"}});
        const auto second = compare(account);
        EXPECT_EQ(count(second, "same"), count(first, "listed"));
        EXPECT_THAT(told(second), IsEmpty());
    }

    script(ringcentral_, {{"leave", {"+14165550101"}}});
    script(ringcentral_, {{"add", {"+14165550300"}}});
    const auto gone = compare("ringcentral");
    ASSERT_EQ(gone.at("state"), "done") << json::serialize(gone);
    EXPECT_THAT(told(gone), ::testing::UnorderedElementsAre(::testing::Pair("+14165550101", "vanished"), ::testing::Pair("+14165550300", "unknown")));
    EXPECT_EQ(number("14165550101").at("state"), "missing");
    decide(gone, {{"numbers", {"+14165550300"}}, {"decision", "ignore"}});

    script(ringcentral_, {{"add", {"+14165550101"}}});
    EXPECT_THAT(told(compare("ringcentral")), ::testing::ElementsAre(::testing::Pair("+14165550101", "reappeared")));
    EXPECT_EQ(number("14165550101").at("state"), "available");

    script(ringcentral_, {{"leave", {"+14165550101"}}});
    const auto again = compare("ringcentral");
    const auto decided = decide(again, {{"all", true}, {"decision", "confirm_missing"}, {"cause", "ported_out"}});
    EXPECT_EQ(decided.at("decided"), 1);
    EXPECT_EQ(number("14165550101").at("state"), "ported_out");
    EXPECT_THAT(told(compare("ringcentral")), IsEmpty());

    EXPECT_EQ(host_.told({"numbers", "sync", "thinktel"}).at("state"), "done");
    const auto listed = host_.shell("porteur --lang fr numbers syncs --account thinktel --limit 1").output;
    EXPECT_THAT(listed, ::testing::HasSubstr("COMPARAISON"));
    EXPECT_THAT(listed, ::testing::HasSubstr("done"));

    host_.kill_and_start();
    EXPECT_EQ(number("14165550101").at("state"), "ported_out");
    const auto kept = ask("GET", "/v1/number-syncs?account=ringcentral").at("syncs").as_array();
    EXPECT_THAT(kept, SizeIs(6)) << "every comparison is kept";
}

TEST_F(NumberSync, ChangesNothingWhereTheCarrierDoesNotAnswerOrListsNothing) {
    const auto first = compare("ringcentral");
    decide(first, {{"all", true}, {"decision", "adopt"}});
    script(ringcentral_, {{"forbid", true}});
    const auto failed = compare("ringcentral");
    EXPECT_EQ(failed.at("state"), "failed");
    EXPECT_FALSE(failed.at("problem").as_string().empty());
    EXPECT_THAT(told(failed), IsEmpty());
    EXPECT_EQ(number("14165550101").at("state"), "available");
    script(ringcentral_, {{"forbid", false}});

    json::array leaving;
    for (const auto& [number, what] : told(first)) leaving.emplace_back(number);
    script(ringcentral_, {{"leave", leaving}});
    const auto held = compare("ringcentral");
    EXPECT_EQ(held.at("state"), "held") << json::serialize(held);
    EXPECT_EQ(number("14165550101").at("state"), "available");
    const auto applied = ask("POST", "/v1/number-syncs/" + std::string(held.at("id").as_string()) + "/apply");
    EXPECT_EQ(applied.at("state"), "done");
    EXPECT_EQ(number("14165550101").at("state"), "missing");
}

}  // namespace
}  // namespace porteur::testing
