//@ SPDX-License-Identifier: Apache-2.0
// The plugin against the simulator of its carrier: what was really done, whatever became of the answers.
#include <gtest/gtest.h>

#include <porteur/testkit/simulator.hpp>

namespace porteur::testkit {
namespace {

class AtTheCarrier : public ::testing::Test {
protected:
    AtTheCarrier() { host.header("Authorization", "Bearer test-token").secret("order.pin", "1234"); }

    sim::Running carrier = sim::Running::here(porteur_simulator());
    Host host{Plugin::linked(), carrier};
};

TEST_F(AtTheCarrier, TellsWhoseAccountItIs) { host.run("check_account", "{}").ends_with(R"({"identity":"Bakery"})"); }
//@if search_numbers

TEST_F(AtTheCarrier, FindsNumbers) {
    host.run("search_numbers", R"({"country":"CA","area_code":"416","quantity":1})")
        .ends_with(R"([{"number":"+14165550101"}])");
}
//@end
//@if purchase

TEST_F(AtTheCarrier, BuysOnceThoughTheAnswerWasLost) {
    for (const auto* fault : {"drop_before", "drop_after", "500_after"}) {
        SCOPED_TRACE(fault);
        carrier.reset();
        carrier.fault(fault, "POST", "/orders");
        host.run("purchase", R"({"reference":"po-1","numbers":["+14165550101"]})")
            .ends_with(R"({"carrier_id":"1","state":"submitted"})");
        EXPECT_EQ(carrier.acted("POST", "/orders"), 1u);
    }
    carrier.advance(std::chrono::hours{2});
    host.run("check_purchase", R"({"carrier_id":"1"})").ends_with(R"({"state":"completed"})");
}
//@end
//@if cancel_purchase

TEST_F(AtTheCarrier, CallsAnOrderOff) {
    host.run("purchase", R"({"reference":"po-1","numbers":["+14165550101"]})");
    host.run("cancel_purchase", R"({"carrier_id":"1"})").ends_with(R"({"state":"cancelled"})");
}
//@end
//@if submit_port

TEST_F(AtTheCarrier, SubmitsAPortOnceThoughTheAnswerWasLost) {
    carrier.fault("drop_after", "POST", "/ports");
    host.run(
            "submit_port", R"({"reference":"po-1","numbers":["+14165550101"],"account_number":"A-1",)"
                           R"("pin":{"given":true,"length":4,"digits_only":true}})"
    ).ends_with(R"({"carrier_id":"1","state":"submitted"})");
    EXPECT_EQ(carrier.acted("POST", "/ports"), 1u);
    carrier.advance(std::chrono::hours{25});
    host.run("check_port", R"({"carrier_id":"1"})").ends_with(R"({"state":"confirmed"})");
    carrier.set_state("po-1", "papers_wanted");
    host.run("check_port", R"({"carrier_id":"1"})").ends_with(R"({"state":"needs_documents"})");
}
//@end
//@if cancel_port

TEST_F(AtTheCarrier, CallsAPortOff) {
    host.run("submit_port", R"({"reference":"po-1","numbers":["+14165550101"],"account_number":"A-1"})");
    host.run("cancel_port", R"({"carrier_id":"1"})").ends_with(R"({"state":"cancelled"})");
}
//@end
//@if release_numbers

TEST_F(AtTheCarrier, GivesNumbersBackOnceUnderOneKey) {
    carrier.fault("drop_after", "POST", "/releases");
    host.run("release_numbers", R"({"numbers":["+14165550101"]})").ends_with("{}");
    EXPECT_EQ(carrier.asked("POST", "/releases"), 2u);
    EXPECT_EQ(carrier.acted("POST", "/releases"), 1u);
}
//@end

}  // namespace
}  // namespace porteur::testkit
