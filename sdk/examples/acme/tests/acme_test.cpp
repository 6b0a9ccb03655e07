// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

const Plugin acme = Plugin::linked();
constexpr auto order = R"({"reference":"po-1","numbers":["+14165550101"]})";
constexpr auto port = R"({"reference":"po-2","numbers":["+14165550101"],"account_number":"A-77",
    "end_user":{"name":"Ada Roy"},"pin":{"given":true,"length":4,"digits_only":true}})";
constexpr auto of_order = R"({"carrier_id":"O-1"})";
constexpr auto of_port = R"({"carrier_id":"P-1"})";

// ---------------------------------------------------------------- what holds for every operation

struct Beginning {
    const char *operation, *input, *method, *path;
};
constexpr Beginning beginnings[] = {
    {"check_account", "{}", "GET", "/account"},
    {"search_numbers", R"({"area_code":"416"})", "GET", "/numbers"},
    {"purchase", order, "POST", "/orders"},
    {"check_purchase", of_order, "GET", "/orders/O-1"},
    {"release_numbers", order, "DELETE", "/numbers"},
    {"submit_port", port, "POST", "/ports"},
    {"check_port", of_port, "GET", "/ports/P-1"},
    {"cancel_port", of_port, "POST", "/ports/P-1/cancel"},
};

TEST(Acme, EndsAsTheHostSaysThatTheCarrierCouldNotBeAsked) {
    for (const auto& each : beginnings)
        for (const auto kind : {ErrorKind::unauthorized, ErrorKind::unavailable})
            Script(acme, each.operation, each.input)
                .expects_http(each.method, each.path)
                .fails(kind)
                .fails_with(kind);
}

TEST(Acme, RefusesAnInputThatIsNoneOfItsOwn) {
    Script(acme, "purchase", R"({"numbers":["4165550101"]})")
        .fails_with(ErrorKind::invalid_input, Reason::none, ::testing::HasSubstr("/numbers/0"));
}

// ---------------------------------------------------------------- account and numbers

TEST(AcmeAccount, IsCalledAsTheCarrierCallsIt) {
    Script(acme, "check_account", "{}")
        .expects_http("GET", "/account")
        .safe()
        .answers(200, R"({"name":"Roy Telecom"})")
        .ends_exactly(R"({"identity":"Roy Telecom","problems":[]})");
}

TEST(AcmeSearch, OffersTheNumbersThatCanBeRead) {
    Script(acme, "search_numbers", R"({"country":"CA","area_code":"416","quantity":2})")
        .expects_http("GET", "/numbers")
        .with_query({{"npa", "416"}, {"limit", "2"}})
        .answers(
            200, R"({"numbers":[{"number":"+14165550101","city":"Toronto"},{"number":"soon"}]})"
        )
        .ends_with(R"([{"number":"+14165550101","city":"Toronto","country":"CA"}])");
}

TEST(AcmeRelease, IsSentWithAKeySoThatItMayBeSentAgain) {
    Script(acme, "release_numbers", order)
        .expects_http("DELETE", "/numbers")
        .keyed()
        .with_body(R"({"numbers":["+14165550101"]})")
        .answers(200, "{}")
        .ends_exactly("{}");
}

TEST(AcmeRelease, TellsThatTheCarrierKeepsTheNumber) {
    Script(acme, "release_numbers", order)
        .expects_http("DELETE", "/numbers")
        .answers(409, R"({"code":"IN_USE"})")
        .fails_with(ErrorKind::rejected, Reason::other);
}

// ---------------------------------------------------------------- purchase

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
    for (const auto* body : {"<html>", "{}", "[]", R"({"orders":7})"}) {
        auto script = lost_purchase();
        script.answers(200, body).fails_with(ErrorKind::in_doubt);
    }
}

TEST(AcmePurchase, TellsThatAnotherCustomerTookTheNumber) {
    Script(acme, "purchase", order)
        .expects_http("POST", "/orders")
        .answers(409, R"({"code":"TAKEN"})")
        .fails_with(ErrorKind::rejected, Reason::number_taken)
        .coded("TAKEN");
}

// ---------------------------------------------------------------- port

Script lost_port() {
    Script script(acme, "submit_port", port);
    script.expects_http("POST", "/ports")
        .named("create-port")
        .once()
        .with_body(
            R"({"numbers":["+14165550101"],"ref":"po-2","account_number":"A-77","name":"Ada Roy","pin":""})"
        )
        .with_head(R"({"secrets":[{"at":"/pin","name":"order.pin"}]})")
        .in_doubt()
        .expects_http("GET", "/ports")
        .looking_up("create-port")
        .with_query({{"ref", "po-2"}});
    return script;
}

TEST(AcmePort, IsTakenFromTheLookUpWhenItsAnswerWasLost) {
    auto script = lost_port();
    script.answers(200, R"({"ports":[{"id":"P-1","status":"foc","foc_date":"2026-12-01"}]})")
        .ends_with(R"({"carrier_id":"P-1","state":"confirmed","foc":"2026-12-01"})");
    EXPECT_EQ(cut_everywhere(script), 3u);
}

TEST(AcmePort, StaysInDoubtWhenTheLookUpAnswersWithoutAList) {
    auto script = lost_port();
    script.answers(200, R"({"ports":null})").fails_with(ErrorKind::in_doubt);
}

TEST(AcmePort, IsSentAgainOnlyAfterALookUpThatFoundNothing) {
    auto script = lost_port();
    script.answers(200, R"({"ports":[]})")
        .expects_http("POST", "/ports")
        .named("create-port")
        .answers(201, R"({"id":"P-2","status":"submitted"})")
        .ends_with(R"({"carrier_id":"P-2","state":"submitted"})");
    cut_everywhere(script);
}

TEST(AcmePort, TellsThatThePinIsWrongAndLeavesOtherRefusalsToAPerson) {
    for (const auto& [code, reason] :
         {std::pair{"PIN_WRONG", Reason::pin_invalid}, {"MOON_PHASE", Reason::other}})
        Script(acme, "submit_port", port)
            .expects_http("POST", "/ports")
            .answers(422, std::string(R"({"code":")") + code + R"("})")
            .fails_with(ErrorKind::rejected, reason)
            .coded(code);
}

TEST(AcmeCancel, IsDoneOrTooLate) {
    Script(acme, "cancel_port", of_port)
        .expects_http("POST", "/ports/P-1/cancel")
        .once()
        .answers(200, R"({"id":"P-1","status":"cancelled"})")
        .ends_with(R"({"state":"cancelled"})");
    Script(acme, "cancel_port", of_port)
        .expects_http("POST", "/ports/P-1/cancel")
        .answers(409, R"({"code":"MOVING"})")
        .fails_with(ErrorKind::rejected, Reason::cannot_cancel_now)
        .coded("MOVING");
}

TEST(AcmeCancel, LooksAtThePortWhenItsAnswerWasLost) {
    Script script(acme, "cancel_port", of_port);
    script.expects_http("POST", "/ports/P-1/cancel")
        .in_doubt()
        .expects_http("GET", "/ports/P-1")
        .looking_up("cancel")
        .answers(200, R"({"id":"P-1","status":"agreed"})")
        .ends_with(R"({"state":"accepted"})");
    cut_everywhere(script);
}

// ---------------------------------------------------------------- progress

TEST(AcmeProgress, SaysEachWordOfTheCarrierInOurs) {
    const std::pair<const char*, const char*> words[] = {
        {"pending", "submitted"},     {"submitted", "submitted"},
        {"agreed", "accepted"},       {"foc", "confirmed"},
        {"moving", "activating"},     {"papers_wanted", "needs_documents"},
        {"returned", "exception"},    {"completed", "completed"},
        {"in_part", "partial"},       {"cancelled", "cancelled"},
        {"failed", "rejected"},       {"expired", "expired"},
    };
    for (const auto& [operation, input, path] :
         {std::tuple{"check_port", of_port, "/ports/P-1"},
          std::tuple{"check_purchase", of_order, "/orders/O-1"}})
        for (const auto& [word, state] : words)
            Script(acme, operation, input)
                .expects_http("GET", path)
                .safe()
                .answers(200, std::string(R"({"id":"X-1","status":")") + word + R"("})")
                .ends_with(std::string(R"({"carrier_word":")") + word + R"(","state":")" + state + R"("})");
}

TEST(AcmeProgress, GuessesNothingOfAWordThatItDoesNotKnow) {
    Script(acme, "check_port", of_port)
        .expects_http("GET", "/ports/P-1")
        .answers(200, R"({"id":"P-1","status":"sideways"})")
        .fails_with(ErrorKind::internal);
}

}  // namespace
}  // namespace porteur::testkit
