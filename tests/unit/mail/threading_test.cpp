// SPDX-License-Identifier: Apache-2.0
#include "mail/threading.hpp"

#include <gmock/gmock.h>

#include <map>

namespace porteur {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr ReplyKey key{4, 2};

ReplyLookups lookups() {
    ReplyLookups known;
    known.desk = "desk@porteur.example";
    known.key = key;
    known.order_by_token = [](std::string_view token) -> std::optional<std::string> {
        for (const char* order : {"order-A1", "order-B2"}) {
            if (token == reply_token(order, key)) return order;
        }
        // A store that was tampered with: the token is not that of the order.
        if (token == "aaaaaaaaaaaaaaaa") return "order-B2";
        return std::nullopt;
    };
    known.order_by_message_id = [](std::string_view id) -> std::optional<std::string> {
        if (id == "<a@porteur.example>") return "order-A1";
        if (id == "<b@porteur.example>") return "order-B2";
        return std::nullopt;
    };
    known.order_by_reference = [](std::string_view word) -> std::optional<std::string> {
        if (word == "order-A1" || word == "order-B2") return std::string(word);
        return std::nullopt;
    };
    known.orders_of_domain = [](std::string_view domain) -> std::vector<std::string> {
        if (domain == "genesys.com") return {"order-A1", "order-B2"};
        return {};
    };
    known.sender_expected = [](std::string_view, std::string_view domain) {
        return domain == "genesys.com";
    };
    return known;
}

std::string plus_address(const char* order) {
    return *reply_address("desk@porteur.example", reply_token(order, key));
}

TEST(MatchReply, TakesTheTokenFirst) {
    ReceivedMail mail;
    mail.from.address = "sms@genesys.com";
    mail.to = {
        {.name = "", .address = "x@y.example"}, {.name = "", .address = plus_address("order-A1")}
    };
    mail.subject = "About order-B2";
    const auto match = match_reply(mail, lookups());
    EXPECT_EQ(match.order, "order-A1");
    EXPECT_EQ(match.by, MatchedBy::address_token);
    EXPECT_TRUE(match.automatic());
    EXPECT_TRUE(match.sender_expected);
    EXPECT_FALSE(match.from_machine);
}

TEST(MatchReply, BelievesNoTokenThatWasNotMadeForTheOrder) {
    ReceivedMail mail;
    mail.to = {{.name = "", .address = "desk+aaaaaaaaaaaaaaaa@porteur.example"}};
    EXPECT_TRUE(match_reply(mail, lookups()).waits_for_person());
}

TEST(MatchReply, TakesWhatTheMailAnswers) {
    ReceivedMail mail;
    mail.references = {"<unknown@x>", "<a@porteur.example>"};
    auto match = match_reply(mail, lookups());
    EXPECT_EQ(match.order, "order-A1");
    EXPECT_EQ(match.by, MatchedBy::message_id);
    EXPECT_FALSE(match.sender_expected);

    mail = {};
    mail.bounce = true;
    mail.delivery_status = DeliveryStatus{.original_message_id = "<b@porteur.example>"};
    match = match_reply(mail, lookups());
    EXPECT_EQ(match.order, "order-B2");
    EXPECT_TRUE(match.from_machine);
}

TEST(MatchReply, AsksAPersonWhereTwoOrdersAreNamed) {
    ReceivedMail mail;
    mail.to = {{.name = "", .address = plus_address("order-A1")}};
    mail.in_reply_to = {"<b@porteur.example>"};
    const auto match = match_reply(mail, lookups());
    EXPECT_TRUE(match.waits_for_person());
    EXPECT_THAT(match.proposals, ElementsAre("order-A1", "order-B2"));

    mail = {};
    mail.references = {"<a@porteur.example>", "<b@porteur.example>"};
    EXPECT_TRUE(match_reply(mail, lookups()).waits_for_person());
}

TEST(MatchReply, OnlyProposesWhatAnybodyCanWrite) {
    ReceivedMail mail;
    mail.from.address = "sms@genesys.com";
    mail.subject = "RE: [order-A1] documents";
    auto match = match_reply(mail, lookups());
    EXPECT_TRUE(match.waits_for_person());
    EXPECT_EQ(match.by, MatchedBy::subject_reference);
    EXPECT_THAT(match.proposals, ElementsAre("order-A1"));

    mail.subject = "Your request";
    match = match_reply(mail, lookups());
    EXPECT_TRUE(match.waits_for_person());
    EXPECT_EQ(match.by, MatchedBy::carrier_domain);
    EXPECT_THAT(match.proposals, ElementsAre("order-A1", "order-B2"));
}

TEST(MatchReply, LeavesWhatFitsNothingToAPerson) {
    ReceivedMail mail;
    mail.from.address = "someone@elsewhere.example";
    const auto match = match_reply(mail, lookups());
    EXPECT_EQ(match.by, MatchedBy::nothing);
    EXPECT_TRUE(match.waits_for_person());
    EXPECT_THAT(match.proposals, IsEmpty());
    EXPECT_TRUE(match_reply(mail, {}).waits_for_person());
}

TEST(MatchReply, SaysWhenAMachineWrote) {
    for (const auto& spoil : std::initializer_list<void (*)(ReceivedMail&)>{
             [](ReceivedMail& mail) { mail.auto_submitted = "auto-replied"; },
             [](ReceivedMail& mail) { mail.null_return_path = true; },
             [](ReceivedMail& mail) { mail.precedence = "bulk"; },
             [](ReceivedMail& mail) { mail.bounce = true; }
         }) {
        ReceivedMail mail;
        mail.in_reply_to = {"<a@porteur.example>"};
        EXPECT_FALSE(match_reply(mail, lookups()).from_machine);
        spoil(mail);
        EXPECT_TRUE(match_reply(mail, lookups()).from_machine);
        EXPECT_EQ(match_reply(mail, lookups()).order, "order-A1");
    }
}

}  // namespace
}  // namespace porteur
