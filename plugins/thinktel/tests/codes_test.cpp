// SPDX-License-Identifier: Apache-2.0
#include "codes.hpp"

#include <gtest/gtest.h>

namespace thinktel {
namespace {

using namespace porteur;

TEST(Status, EveryDocumentedWordHasAMeaning) {
    const std::pair<const char*, OrderState> words[] = {
        {"PENDING", OrderState::submitted},
        {"SUBMITTED", OrderState::submitted},
        {"CONFIRMED", OrderState::confirmed},
        {"CONFIRMEDwDATECHANGE", OrderState::confirmed},
        {"CONFIRMEDwEXCEPTION", OrderState::confirmed},
        {"COMPLETED", OrderState::completed},
        {"REJECTED", OrderState::exception},
        {"HOLD", OrderState::exception},
        {"RESCHEDULED", OrderState::confirmed},
        {"CANCELLATIONPENDING", OrderState::cancel_pending},
        {"CANCELLED", OrderState::cancelled},
        {"PARTIALCANCELLATION", OrderState::exception},
        {"FULLCANCELLATION", OrderState::cancelled},
        {"EXPIRED", OrderState::expired},
    };
    for (const auto& [word, state] : words) {
        ASSERT_TRUE(meaning_of(word)) << word;
        EXPECT_EQ(meaning_of(word)->state, state) << word;
    }
}

TEST(Status, AnythingElseHasNone) {
    for (const char* word : {"", "confirmed", "CONFIRMEDWDATECHANGE", "Accepted"})
        EXPECT_FALSE(meaning_of(word)) << word;
}

TEST(Status, OnlyATicketThatEndedFreesItsNumbers) {
    for (const char* word : {"COMPLETED", "REJECTED", "CANCELLED", "FULLCANCELLATION", "EXPIRED"})
        EXPECT_TRUE(meaning_of(word)->ended) << word;
    for (const char* word :
         {"PENDING", "SUBMITTED", "CONFIRMED", "HOLD", "CANCELLATIONPENDING", "PARTIALCANCELLATION"
         })
        EXPECT_FALSE(meaning_of(word)->ended) << word;
}

TEST(Rejections, TheFieldDecidesBeforeWordsAndCode) {
    const auto ours = rejection_of({"SANO", "8C", "the PIN is wrong"});
    EXPECT_EQ(ours.reason, Reason::address_mismatch);
    EXPECT_EQ(ours.fields, std::vector<std::string>{"/service_address/house_number"});
    EXPECT_EQ(ours.code, "8C");
    EXPECT_EQ(ours.text, "the PIN is wrong");
}

TEST(Rejections, TheWordsDecideBeforeTheCode) {
    EXPECT_EQ(
        rejection_of({"XYZ", "8C", "Account number not found"}).reason,
        Reason::account_number_mismatch
    );
}

TEST(Rejections, TheCodeDecidesWhereNothingElseSpeaks) {
    EXPECT_EQ(rejection_of({"", "8C", ""}).reason, Reason::pin_invalid);
    EXPECT_EQ(rejection_of({"", "6P", ""}).reason, Reason::freeze_or_lock);
}

TEST(Rejections, WhatNobodyRecognisesIsOtherAndKeepsItsWords) {
    const auto ours = rejection_of({"QQ", "9Z", "Computer says no"});
    EXPECT_EQ(ours.reason, Reason::other);
    EXPECT_EQ(ours.text, "Computer says no");
    EXPECT_TRUE(ours.fields.empty());
}

TEST(Words, AreRecognisedAsWordsNotAsParts) {
    EXPECT_EQ(reason_in("The PIN is incorrect"), Reason::pin_invalid);
    EXPECT_EQ(reason_in("spinning wheel"), Reason::other);
    EXPECT_EQ(reason_in("Number is already being ported"), Reason::duplicate_order);
    EXPECT_EQ(
        reason_in("Toll free numbers cannot be combined with others"), Reason::split_required
    );
    EXPECT_EQ(reason_in("Requested date is too soon"), Reason::due_date_too_soon);
    EXPECT_EQ(reason_in("LOA is illegible"), Reason::loa_illegible);
}

TEST(Replies, AreNamedAsInTheDocuments) {
    EXPECT_EQ(name_of_reply(3), "Conditional");
    EXPECT_EQ(name_of_reply(9), "reply 9");
    EXPECT_EQ(name_of_reply(-1), "reply -1");
}

}  // namespace
}  // namespace thinktel
