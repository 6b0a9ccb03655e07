// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

const Plugin acme = Plugin::linked();
constexpr auto order = R"({"reference":"po-1","numbers":["+14165550101"]})";

Script lost_purchase() {
    Script script(acme, "purchase", order);
    script.expects_http("POST", "/orders")
        .named("create-order")
        .once()
        .with_body(R"({"numbers":["+14165550101"],"ref":"po-1"})")
        .in_doubt()
        .expects_http("GET", "/orders")
        .named("find-order")
        .looking_up("create-order")
        .with_query({{"ref", "po-1"}});
    return script;
}

TEST(AcmePurchase, IsTakenFromTheLookUpWhenItsAnswerWasLost) {
    auto script = lost_purchase();
    script.answers(200, R"({"orders":[{"id":"o-7","status":"submitted"}]})")
        .ends_with(R"({"carrier_id":"o-7","state":"submitted"})");
    EXPECT_EQ(cut_everywhere(script), 3u);
}

TEST(AcmePurchase, IsSentAgainOnlyAfterALookUpThatFoundNothing) {
    auto script = lost_purchase();
    script.answers(200, R"({"orders":[]})")
        .expects_http("POST", "/orders")
        .named("create-order")
        .answers(201, R"({"id":"o-8","status":"pending"})")
        .ends_with(R"({"carrier_id":"o-8"})");
    cut_everywhere(script);
}

TEST(AcmePurchase, StaysInDoubtWhenTheLookUpFailsInWhateverWay) {
    for (const auto kind : {ErrorKind::unavailable, ErrorKind::throttled, ErrorKind::unauthorized}) {
        auto script = lost_purchase();
        script.fails(kind).fails_with(ErrorKind::in_doubt);
    }
    for (const int status : {403, 404, 500, 503}) {
        auto script = lost_purchase();
        script.answers(status, "{}").fails_with(ErrorKind::in_doubt);
    }
    auto script = lost_purchase();
    script.answers(200, "<html>").fails_with(ErrorKind::in_doubt);
}

TEST(AcmePurchase, TellsThatAnotherCustomerTookTheNumber) {
    Script(acme, "purchase", order)
        .expects_http("POST", "/orders")
        .answers(409, R"({"code":"TAKEN"})")
        .fails_with(ErrorKind::rejected, Reason::number_taken)
        .coded("TAKEN");
}

TEST(AcmeProgress, SaysEachWordOfTheCarrierInOurs) {
    const std::pair<const char*, const char*> words[] = {
        {"pending", "submitted"},     {"submitted", "submitted"},
        {"agreed", "accepted"},       {"foc", "confirmed"},
        {"moving", "activating"},     {"papers_wanted", "needs_documents"},
        {"returned", "exception"},    {"completed", "completed"},
        {"in_part", "partial"},       {"cancelled", "cancelled"},
        {"failed", "rejected"},       {"expired", "expired"},
    };
    for (const auto& [word, state] : words) {
        Script(acme, "check_port", R"({"carrier_id":"P-1"})")
            .expects_http("GET", "/ports/P-1")
            .answers(200, std::string(R"({"id":"P-1","status":")") + word + R"("})")
            .ends_with(std::string(R"({"state":")") + state + R"("})");
    }
}

TEST(AcmeProgress, GuessesNothingOfAWordThatItDoesNotKnow) {
    Script(acme, "check_port", R"({"carrier_id":"P-1"})")
        .expects_http("GET", "/ports/P-1")
        .answers(200, R"({"id":"P-1","status":"sideways"})")
        .fails_with(ErrorKind::internal);
}

}  // namespace
}  // namespace porteur::testkit
