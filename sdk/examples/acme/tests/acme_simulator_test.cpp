// SPDX-License-Identifier: Apache-2.0
// The plugin against its carrier's simulator: what was really done, whatever became of the answers.
#include <gmock/gmock.h>

#include <porteur/testkit.hpp>
#include <porteur/testkit/simulator.hpp>

namespace porteur::testkit {
namespace {

using namespace std::chrono_literals;

constexpr auto purchase = R"({"reference":"po-1","numbers":["+14165550100"]})";
constexpr auto port = R"({"reference":"p-1","numbers":["+14165550199"],"account_number":"A-1",)"
                      R"("end_user":{"name":"Bakery"},"pin":{"given":true,"length":4,"digits_only":true}})";
constexpr auto at_carrier = R"({"carrier_id":"1"})";

class AcmeAtItsFarEnd : public ::testing::Test {
protected:
    AcmeAtItsFarEnd() { host.header("Authorization", "Basic YWNtZTphY21lLXNlY3JldA==").secret("order.pin", "1234"); }

    sim::Running carrier = sim::Running::here(porteur_simulator());
    Host host{Plugin::linked(), carrier};
};

TEST_F(AcmeAtItsFarEnd, TellsWhoseAccountItIs) { host.run("check_account", "{}").ends_with(R"({"identity":"Acme Inc"})"); }

TEST_F(AcmeAtItsFarEnd, FindsOutThatThePasswordIsWrong) {
    Host stranger(Plugin::linked(), carrier);
    stranger.header("Authorization", "Basic eDp5").run("check_account", "{}").fails_with(ErrorKind::unauthorized);
}

TEST_F(AcmeAtItsFarEnd, SeesAnOrderThroughToItsEnd) {
    host.run("purchase", purchase).ends_with(R"({"carrier_id":"1","state":"submitted"})");
    host.run("check_purchase", at_carrier).ends_with(R"({"state":"submitted"})");
    carrier.advance(1h);
    host.run("check_purchase", at_carrier).ends_with(R"({"state":"completed"})");
}

TEST_F(AcmeAtItsFarEnd, BuysOnceWhateverBecomesOfTheAnswer) {
    for (const auto* fault : {"drop_before", "drop_after", "500_before", "500_after", "half_answer"}) {
        SCOPED_TRACE(fault);
        carrier.reset();
        carrier.fault(fault, "POST", "/orders");
        host.run("purchase", purchase).ends_with(R"({"carrier_id":"1","state":"submitted"})");
        EXPECT_EQ(carrier.acted("POST", "/orders"), 1u);
        EXPECT_EQ(carrier.asked("GET", "/orders"), 1u);
    }
}

TEST_F(AcmeAtItsFarEnd, WaitsWhereItIsAskedTooOften) {
    carrier.fault("429", "", "", 2, {{"retry_after_s", 1}});
    host.run("purchase", purchase).ends_with(R"({"state":"submitted"})");
    EXPECT_EQ(carrier.acted("POST", "/orders"), 1u);
    EXPECT_EQ(carrier.asked("POST", "/orders"), 3u);
}

TEST_F(AcmeAtItsFarEnd, GivesNumbersBackOnceUnderOneKey) {
    carrier.fault("drop_after", "DELETE", "/numbers");
    host.run("release_numbers", R"({"numbers":["+14165550100"]})").ends_with("{}");
    EXPECT_EQ(carrier.asked("DELETE", "/numbers"), 2u);
    EXPECT_EQ(carrier.acted("DELETE", "/numbers"), 1u);
}

TEST_F(AcmeAtItsFarEnd, TellsThatAnotherCustomerWasQuicker) {
    carrier.tell("/_sim/script", {{"take", "+14165550100"}});
    host.run("purchase", purchase).fails_with(ErrorKind::rejected, Reason::number_taken);
}

TEST_F(AcmeAtItsFarEnd, PutsThePinInWhereThePluginNamesIt) {
    host.run("submit_port", port).ends_with(R"({"state":"submitted"})");
    host.secret("order.pin", "0000").run("submit_port", port).fails_with(ErrorKind::rejected, Reason::pin_invalid);
}

TEST_F(AcmeAtItsFarEnd, HasAPortSayWhatTheScriptSays) {
    host.run("submit_port", port).ends_with(R"({"state":"submitted"})");
    carrier.set_state("p-1", "returned");
    host.run("check_port", at_carrier).ends_with(R"({"state":"exception"})");
    host.run("cancel_port", at_carrier).ends_with(R"({"state":"cancelled"})");
}

TEST(AcmesProgram, IsAskedAsTheOneInThisProcess) {
    auto carrier = sim::Running::program(PORTEUR_SIMULATOR_PROGRAM, {"--clock-speed", "0"});
    Host host(Plugin::linked(), carrier);
    host.header("Authorization", "Basic YWNtZTphY21lLXNlY3JldA==");
    carrier.fault("drop_after", "POST", "/orders");
    host.run("purchase", purchase).ends_with(R"({"state":"submitted"})");
    EXPECT_EQ(carrier.acted("POST", "/orders"), 1u);
    carrier.advance(1h);
    host.run("check_purchase", at_carrier).ends_with(R"({"state":"completed"})");
    EXPECT_EQ(carrier.stop(), 0);
}

}  // namespace
}  // namespace porteur::testkit
