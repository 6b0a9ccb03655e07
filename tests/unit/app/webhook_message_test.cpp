// SPDX-License-Identifier: Apache-2.0
#include "app/webhook_message.hpp"

#include <gmock/gmock.h>

#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

constexpr const char* example_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

// The example of the reference libraries.
TEST(WebhookHeaders, AreThoseOfTheReferenceLibraries) {
    const auto headers = webhook_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", sys_seconds{seconds{1614265330}}, R"({"test": 2432232314})",
        {example_secret}
    );
    ASSERT_TRUE(headers);
    EXPECT_THAT(
        *headers, ElementsAre(
                      Pair("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
                      Pair("webhook-timestamp", "1614265330"),
                      Pair("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
                  )
    );
}

TEST(WebhookHeaders, HaveASignatureForEachSecret) {
    const auto headers = webhook_headers(
        "evt_1", sys_seconds{seconds{1614265330}}, "{}", {make_webhook_secret(), example_secret}
    );
    ASSERT_TRUE(headers);
    const auto& signatures = headers->at(2).second;
    EXPECT_EQ(signatures.find("v1,"), 0u);
    EXPECT_EQ(signatures.find(" v1,"), signatures.rfind(" v1,"));
    EXPECT_NE(signatures.find(" v1,"), signatures.npos);
}

TEST(WebhookHeaders, RefuseASecretOfAnotherFormWithoutShowingIt) {
    for (const char* secret : {"", "secret", "whsec_***", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
        EXPECT_THAT(
            webhook_headers("evt_1", sys_seconds{}, "{}", {secret}),
            FailsWith(ErrorKind::internal, AllOf(HasSubstr("form"), Not(HasSubstr("***"))))
        ) << secret;
}

TEST(MakeWebhookSecret, MakesAnotherEachTime) {
    const auto one = make_webhook_secret();
    EXPECT_EQ(one.find("whsec_"), 0u);
    EXPECT_EQ(one.size(), 6u + 44u) << "256 bits";
    EXPECT_NE(one, make_webhook_secret());
}

TEST(WebhookBody, IsTheEntryUnderItsKindAndTime) {
    TimelineEntry entry;
    entry.at = Instant{std::chrono::sys_days{std::chrono::year{2026} / 12 / 1}};
    entry.source = "engine";
    entry.kind = "webhook.disabled";
    entry.text = "x";
    entry.data = R"({"webhook":"H1"})";
    EXPECT_EQ(
        webhook_body(entry),
        R"({"data":{"at":"2026-12-01T00:00:00.000Z","data":{"webhook":"H1"},"id":"0000000000000","kind":"webhook.disabled","order":null,)"
        R"("source":"engine","text":"x"},"timestamp":"2026-12-01T00:00:00.000Z","type":"webhook.disabled"})"
    );
}

}  // namespace
}  // namespace porteur
