// SPDX-License-Identifier: Apache-2.0
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

}  // namespace
}  // namespace porteur::testkit
