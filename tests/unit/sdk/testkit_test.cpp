// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest-spi.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

Script signed_by(std::string_view signature) {
    Script script(Plugin::linked(), "check_account", "{}");
    script.expects_sign("hmac-sha256", "api_secret").safe().with_text("hello").is_signed(signature);
    return script;
}

TEST(Testkit, PlaysAnEventThatComes) {
    auto script = signed_by("s1");
    script.expects_event("webhook", {{"ticket", "s1"}}).with_head(R"({"until":3600})").comes({{"ticket", "s1"}, {"by", "acme"}}, "raw");
    script.ends_with(R"({"identity":"acme raw"})");
    EXPECT_EQ(cut_everywhere(script), 3u);
}

TEST(Testkit, PlaysAnEventThatDoesNotComeAndAPersonWhoAnswers) {
    auto script = signed_by("s2");
    script.expects_event("webhook", {{"ticket", "s2"}}).times_out();
    script.expects_manual()
        .with_head(R"({"choices":["done"],"remind_seconds":7200,"text":"required","title":"Call them"})")
        .with_text("At once.")
        .is_answered("done", "T-1");
    script.ends_with(R"({"identity":"done T-1"})");
    EXPECT_EQ(cut_everywhere(script), 4u);
}

TEST(Testkit, EndsAsWhatAFailedEventIs) {
    auto script = signed_by("s3");
    script.expects_event("webhook", {{"ticket", "s3"}}).fails(ErrorKind::unavailable, "the host stops");
    script.fails_with(ErrorKind::unavailable, Reason::none, ::testing::HasSubstr("the host stops"));
}

std::string what_it_says_of(const char* settings) {
    ::testing::TestPartResultArray found;
    {
        const ::testing::ScopedFakeTestPartResultReporter listener(
            ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &found
        );
        const Script begun(Plugin::linked(), "list_numbers", "{}", settings);
    }
    return found.size() == 0 ? "" : found.GetTestPartResult(0).message();
}

TEST(Testkit, RefusesWhatTheHostWouldRefuseInItsWords) {
    using ::testing::HasSubstr;
    EXPECT_EQ(what_it_says_of(R"({"name":"list","count":64})").find("effects in one turn"), std::string::npos);
    EXPECT_THAT(what_it_says_of(R"({"name":"list","count":65})"), HasSubstr("asks for 65 effects in one turn; at most 64 are taken"));
    const auto* wanted = "; a name is 1 to 64 of a-z, 0-9 and -";
    EXPECT_THAT(what_it_says_of(R"({"name":""})"), HasSubstr(std::string("effect 1 has the step name \"\"") + wanted));
    EXPECT_THAT(what_it_says_of(R"({"name":"list_numbers"})"), HasSubstr(wanted));
    EXPECT_THAT(what_it_says_of(R"({"name":"List"})"), HasSubstr(wanted));
    EXPECT_THAT(
        what_it_says_of(canonical(json::object{{"name", std::string(65, 'a')}}).c_str()), HasSubstr(wanted)
    );
    EXPECT_THAT(what_it_says_of(R"({"name":"list","size":65536})"), HasSubstr("effect 1 is too large"));
}

}  // namespace
}  // namespace porteur::testkit
