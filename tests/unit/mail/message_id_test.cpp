// SPDX-License-Identifier: Apache-2.0
#include "mail/message_id.hpp"

#include <gmock/gmock.h>

#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using porteur::testing::FailsWith;
using porteur::testing::Gives;
using ::testing::_;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

TEST(MakeMessageId, IsTheSameForTheSameTry) {
    const MessageIdParts parts{
        .order = "01JC2V",
        .step = "send mail@2",
        .epoch = 3,
        .random = 0xAB,
        .domain = "porteur.example"
    };
    EXPECT_THAT(
        make_message_id(parts), Gives("<01JC2V.send%20mail%402.3.00000000000000ab@porteur.example>")
    );
    EXPECT_EQ(make_message_id(parts), make_message_id(parts));
}

TEST(MakeMessageId, RefusesPartsThatMakeNone) {
    const MessageIdParts sound{
        .order = "1", .step = "s", .epoch = 0, .random = 1, .domain = "x.example"
    };
    auto parts = sound;
    parts.order = "";
    EXPECT_THAT(make_message_id(parts), FailsWith(ErrorKind::invalid_input, HasSubstr("order")));
    parts = sound;
    parts.domain = "x.example>\r\nBcc: a@b.example";
    EXPECT_THAT(make_message_id(parts), FailsWith(ErrorKind::invalid_input, HasSubstr("domain")));
    parts = sound;
    parts.step = std::string(300, 's');
    EXPECT_THAT(make_message_id(parts), FailsWith(ErrorKind::invalid_input, HasSubstr("250")));
}

TEST(EnvelopeId, IsTheMessageIdUnlessThatIsTooLongForAnEnvelope) {
    EXPECT_EQ(
        envelope_id_of("<01JC2V.send%20mail.0.00000000000000ab@porteur.example>"),
        "01JC2V.send%20mail.0.00000000000000ab@porteur.example"
    );
    EXPECT_EQ(envelope_id_of("<" + std::string(80, 'a') + "@" + std::string(19, 'b') + ">").size(), 100U);
    EXPECT_EQ(envelope_id_of("<" + std::string(80, 'a') + "@" + std::string(20, 'b') + ">"), "");
    EXPECT_EQ(envelope_id_of("<a+b@" + std::string(96, 'c') + ">"), "") << "a + is three letters there";
    EXPECT_EQ(envelope_id_of("no message id"), "");
}

TEST(ReplyToken, Has80BitsOfTheKeyAndTheOrder) {
    const ReplyKey key{1, 2, 3};
    const ReplyKey other{1, 2, 4};
    const std::string token = reply_token("01JC2V", key);
    EXPECT_THAT(token, MatchesRegex("[a-z2-7]+"));
    EXPECT_EQ(token.size(), 16U);
    EXPECT_TRUE(is_reply_token(token, "01JC2V", key));
    EXPECT_FALSE(is_reply_token(token, "01JC2W", key));
    EXPECT_FALSE(is_reply_token(token, "01JC2V", other));
    EXPECT_FALSE(is_reply_token("", "01JC2V", key));
    EXPECT_FALSE(is_reply_token(token.substr(1), "01JC2V", key));
    for (std::size_t at = 0; at < token.size(); ++at) {
        std::string forged = token;
        forged[at] = forged[at] == 'a' ? 'b' : 'a';
        EXPECT_FALSE(is_reply_token(forged, "01JC2V", key));
    }
}

TEST(ReplyToken, IsTheSameInEveryVersion) {
    // Mails that are out already hold it. The value was computed with Python's hashlib.blake2b and
    // base32.
    EXPECT_EQ(reply_token("01JC2V", ReplyKey{1, 2, 3}), "ade4nclb6u52o2eb");
}

TEST(ReplyToken, SurvivesASystemThatWritesAddressesInCapitals) {
    const ReplyKey key{9};
    const auto address = reply_address("desk@porteur.example", reply_token("o", key));
    ASSERT_TRUE(address);
    std::string capitals = *address;
    for (char& letter : capitals) letter = static_cast<char>(std::toupper(letter));
    const auto token = token_in_address(capitals, "desk@porteur.example");
    ASSERT_TRUE(token);
    EXPECT_TRUE(is_reply_token(*token, "o", key));
}

TEST(TokenInAddress, IsFoundInTheDesksOwnAddressesOnly) {
    constexpr std::string_view desk = "desk@porteur.example";
    EXPECT_EQ(token_in_address("desk+abcdefghijklmnop@porteur.example", desk), "abcdefghijklmnop");
    for (const char* address :
         {"desk@porteur.example", "desk+@porteur.example", "desk+abc@porteur.example",
          "desk+abcdefghijklmnop@other.example", "other+abcdefghijklmnop@porteur.example",
          "xdesk+abcdefghijklmnop@porteur.example", "desk+x+abcdefghijklmnop@porteur.example", "",
          "@", "+@"}) {
        EXPECT_FALSE(token_in_address(address, desk)) << address;
    }
}

}  // namespace
}  // namespace porteur
