// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

const Plugin plain_c = Plugin::linked();

Script check_account() {
    Script script(plain_c, "check_account", "{}");
    script.expects_http("GET", "/account").named("account").safe();
    return script;
}

TEST(PlainCAccount, is_called_as_the_carrier_calls_it) {
    auto script = check_account();
    script.answers(200, "Northern Lines", {{"content-type", "text/plain"}})
        .ends_exactly(R"({"identity":"Northern Lines","problems":[]})");
    EXPECT_EQ(cut_everywhere(script), 2u);
}

TEST(PlainCAccount, is_not_shown_to_bad_credentials) {
    for (const int status : {401, 403}) check_account().answers(status, "no").fails_with(ErrorKind::unauthorized);
    check_account().fails(ErrorKind::unauthorized).fails_with(ErrorKind::unauthorized);
}

TEST(PlainCAccount, is_not_there) {
    check_account().answers(404, "gone").fails_with(ErrorKind::rejected);
}

TEST(PlainCAccount, is_asked_for_another_time_where_the_carrier_is_away) {
    check_account().fails(ErrorKind::unavailable).fails_with(ErrorKind::unavailable);
    check_account().answers(503, "later").fails_with(ErrorKind::unavailable);
    check_account().answers(429, "later").fails_with(ErrorKind::throttled);
}

TEST(PlainCAccount, has_a_name_that_our_json_can_hold) {
    for (const auto& body : {std::string(), std::string("a \"b\""), std::string("a\nb"), std::string("\xe9"), std::string(101, 'x')})
        check_account().answers(200, body).fails_with(ErrorKind::internal);
}

TEST(PlainCAccount, takes_an_object_for_its_input) {
    Script(plain_c, "check_account", "[]").fails_with(ErrorKind::invalid_input);
}

TEST(PlainC, has_no_other_operation) {
    EXPECT_EQ(OneRun(plain_c, "purchase", "{}", "{}").first().returned, PORTEUR_E_UNSUPPORTED);
}

}  // namespace
}  // namespace porteur::testkit
