// SPDX-License-Identifier: Apache-2.0
// What fit's author would have written: each operation's success, its refusals, and what may be
// lost. The checks are tried on what these tests play.
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

const Plugin fit = Plugin::linked();
constexpr auto order = R"({"reference":"po-1","numbers":["+14165550101"]})";
constexpr auto port =
    R"({"reference":"p-1","numbers":["+14165550101"],"account_number":"77001234"})";
constexpr auto carrier_order = R"({"carrier_id":"o-7"})";
constexpr auto two_numbers = R"({"numbers":[{"number":"+14165550101"},{"number":"+14165550102"}]})";

TEST(FitAccount, says_its_name) {
    Script(fit, "check_account", "{}")
        .expects_http("GET", "/account")
        .safe()
        .answers(200, R"({"name":"Northern Lines","plan":1})")
        .ends_with(R"({"identity":"Northern Lines"})");
}

TEST(FitAccount, finds_bad_credentials) {
    Script(fit, "check_account", "{}")
        .expects_http("GET", "/account")
        .fails(ErrorKind::unauthorized)
        .fails_with(ErrorKind::unauthorized);
}

TEST(FitAccount, says_that_an_account_has_no_name) {
    Script(fit, "check_account", "{}")
        .expects_http("GET", "/account")
        .answers(200, "{}")
        .ends_with(R"({"problems":[{"blocking":true}]})");
}

TEST(FitAccount, waits_for_a_carrier_that_is_away) {
    Script(fit, "check_account", "{}")
        .expects_http("GET", "/account")
        .answers(503, "busy")
        .fails_with(ErrorKind::unavailable);
}

TEST(FitSearch, asks_for_local_and_toll_free_numbers_together) {
    for (const auto* area : {"416", "604", "514"})
        Script(
            fit, "search_numbers", std::string(R"({"country":"CA","area_code":")") + area + "\"}"
        )
            .expects_http("GET", "/numbers/local")
            .with_query({{"npa", area}, {"limit", "10"}})
            .answers(200, two_numbers)
            .expects_http("GET", "/numbers/tollfree")
            .answers(200, R"({"numbers":[{"number":"+18005550101"}]})")
            .ends_with(
                R"([{"number":"+14165550101"},{"number":"+14165550102"},{"number":"+18005550101"}])"
            );
}

TEST(FitSearch, refuses_a_country_that_fit_does_not_sell) {
    Script(fit, "search_numbers", R"({"country":"FR"})").fails_with(ErrorKind::invalid_input);
}

TEST(FitSearch, tells_the_carriers_no) {
    Script(fit, "search_numbers", R"({"country":"US","area_code":"911"})")
        .expects_http("GET", "/numbers/local")
        .answers(422, R"({"code":"NPA"})")
        .expects_http("GET", "/numbers/tollfree")
        .answers(200, R"({"numbers":[]})")
        .fails_with(ErrorKind::rejected, Reason::other);
}

TEST(FitValidate, wants_an_account_number) {
    Script(fit, "validate", R"({"account_number":"77001234"})").ends_with(R"({"problems":[]})");
    Script(fit, "validate", "{}").ends_with(R"({"problems":[{"field":"/account_number"}]})");
}

TEST(FitPurchase, buys) {
    Script(fit, "purchase", order)
        .expects_http("POST", "/orders")
        .once()
        .with_body(R"({"numbers":["+14165550101"],"ref":"po-1"})")
        .answers(201, R"({"id":"o-7","status":"new"})")
        .ends_with(R"({"carrier_id":"o-7","state":"submitted"})");
}

TEST(FitPurchase, refuses_an_order_of_nothing) {
    Script(fit, "purchase", "{}").fails_with(ErrorKind::invalid_input);
}

TEST(FitPurchase, tells_that_a_number_is_gone) {
    Script(fit, "purchase", order)
        .expects_http("POST", "/orders")
        .answers(409, R"({"code":"TAKEN"})")
        .fails_with(ErrorKind::rejected, Reason::number_taken)
        .coded("TAKEN");
}

Script lost_purchase() {
    Script script(fit, "purchase", order);
    script.expects_http("POST", "/orders")
        .in_doubt()
        .expects_http("GET", "/orders")
        .looking_up("create-order");
    return script;
}

TEST(FitPurchase, finds_an_order_whose_answer_was_lost) {
    lost_purchase()
        .answers(200, R"({"orders":[{"id":"o-7","status":"new"}]})")
        .ends_with(R"({"carrier_id":"o-7"})");
}

TEST(FitPurchase, is_sent_again_when_nothing_was_found) {
    lost_purchase()
        .answers(200, R"({"orders":[]})")
        .expects_http("POST", "/orders")
        .answers(201, R"({"id":"o-8","status":"new"})")
        .ends_with(R"({"carrier_id":"o-8"})");
}

TEST(FitProgress, says_each_word_of_the_carrier_in_ours) {
    for (const auto& [word, state] :
         {std::pair("new", "submitted"), {"done", "completed"}, {"refused", "rejected"}})
        Script(fit, "check_purchase", carrier_order)
            .expects_http("GET", "/orders/o-7")
            .answers(200, std::string(R"({"id":"o-7","status":")") + word + R"("})")
            .ends_with(std::string(R"({"state":")") + state + R"("})");
}

TEST(FitRelease, gives_numbers_back) {
    Script(fit, "release_numbers", R"({"numbers":["+14165550101"]})")
        .expects_http("DELETE", "/numbers")
        .keyed()
        .answers(200, "{}")
        .ends_with("{}");
}

TEST(FitRelease, tells_the_carriers_no) {
    Script(fit, "release_numbers", R"({"numbers":["+14165550101"]})")
        .expects_http("DELETE", "/numbers")
        .answers(404, R"({"code":"UNKNOWN"})")
        .fails_with(ErrorKind::rejected, Reason::other);
}

TEST(FitPort, asks_for_the_numbers) {
    Script(fit, "submit_port", port)
        .expects_http("POST", "/ports")
        .once()
        .answers(201, R"({"id":"p-7","status":"new"})")
        .ends_with(R"({"carrier_id":"p-7"})");
}

TEST(FitPort, tells_the_carriers_no) {
    Script(fit, "submit_port", port)
        .expects_http("POST", "/ports")
        .answers(422, R"({"code":"ACCOUNT"})")
        .fails_with(ErrorKind::rejected, Reason::other);
}

TEST(FitPort, finds_a_port_whose_answer_was_lost) {
    Script(fit, "submit_port", port)
        .expects_http("POST", "/ports")
        .in_doubt()
        .expects_http("GET", "/ports")
        .looking_up("create-port")
        .answers(200, R"({"ports":[{"id":"p-7","status":"new"}]})")
        .ends_with(R"({"carrier_id":"p-7"})");
}

}  // namespace
}  // namespace porteur::testkit
