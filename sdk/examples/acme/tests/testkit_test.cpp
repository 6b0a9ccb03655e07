// SPDX-License-Identifier: Apache-2.0
// The testkit itself: what it must find wrong. One deliberate mistake a test.
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

const auto& acme() {
    static const Plugin plugin = Plugin::linked();
    return plugin;
}
Script purchase() { return Script(acme(), "purchase", R"({"reference":"po-1","numbers":[]})"); }

TEST(Testkit, FindsAnotherPath) {
    EXPECT_NONFATAL_FAILURE(purchase().expects_http("POST", "/other"), "wanted POST /other");
}

TEST(Testkit, FindsAnotherGuarantee) {
    EXPECT_NONFATAL_FAILURE(purchase().expects_http("POST", "/orders").safe(), "wanted SAFE, found ONCE");
}

TEST(Testkit, FindsAnotherBody) {
    EXPECT_NONFATAL_FAILURE(
        purchase().expects_http("POST", "/orders").with_body(R"({"ref":"po-2"})"), "po-2"
    );
}

TEST(Testkit, FindsAnEffectThatTheScriptDidNotExpect) {
    EXPECT_NONFATAL_FAILURE(purchase().ends_with("{}"), "the plugin waits for create-order");
}

TEST(Testkit, FindsAnEndThatTheScriptDidNotExpect) {
    EXPECT_NONFATAL_FAILURE(
        purchase().expects_http("POST", "/orders").answers(409, "{}").ends_with("{}"), "NUMBER_TAKEN"
    );
}

TEST(Testkit, FindsAResultThatLacksSomething) {
    EXPECT_NONFATAL_FAILURE(
        purchase()
            .expects_http("POST", "/orders")
            .answers(201, R"({"id":"o-7","status":"pending"})")
            .ends_with(R"({"carrier_id":"o-8"})"),
        "/carrier_id: wanted \"o-8\", found \"o-7\""
    );
}

TEST(Testkit, ReportsOnlyTheFirstThingThatDoesNotFit) {
    EXPECT_NONFATAL_FAILURE(
        purchase().expects_http("GET", "/a").expects_mail("b@c.example").ends_with("{}"), "GET /a"
    );
}

TEST(Testkit, SaysThatThePluginHasNoSuchOperation) {
    EXPECT_NONFATAL_FAILURE(Script(acme(), "no_such_thing", "{}"), "returned -1");
}

}  // namespace
}  // namespace porteur::testkit
