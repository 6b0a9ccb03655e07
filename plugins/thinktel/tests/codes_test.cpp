// SPDX-License-Identifier: Apache-2.0
#include "codes.hpp"

#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace thinktel {
namespace {

using namespace porteur;

/// A refused ticket with this one detail, as check_port tells it.
void expect_refusal(const json::object& detail, Reason reason, const json::array& to_correct) {
    testkit::Script script(
        testkit::Plugin::linked(), "check_port", R"({"reference":"po-7","carrier_id":"T-1"})"
    );
    script.expects_http("GET", "/v2/NumberPorts/Inbound/Tickets/T-1/PortInStatus")
        .answers(
            200, canonical(json::object{
                     {"Status", "REJECTED"}, {"ValidationLSC", true}, {"TicketId", "T-1"}, {"RejectDetails", {detail}}
                 })
        );
    script.ends_with(canonical(json::object{
        {"state", "exception"},
        {"rejections", {json::object{{"reason", text_of(reason)}, {"fields", to_correct}}}}
    }));
}

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

TEST(Assessments, EveryDocumentedWordButAnEndHasAMeaning) {
    EXPECT_EQ(meaning_of_assessment("Pending")->state, OrderState::submitted);
    EXPECT_EQ(meaning_of_assessment("Click-To-Port")->state, OrderState::accepted);
    EXPECT_EQ(meaning_of_assessment("Internal")->state, OrderState::submitted);
    EXPECT_FALSE(meaning_of_assessment("Closed"));
    EXPECT_FALSE(meaning_of_assessment("pending"));
}

TEST(Rejections, EveryFieldOfAnLsrSaysWhatToCorrect) {
    const std::tuple<const char*, Reason, const char*> fields[] = {
        {"AN", Reason::account_number_mismatch, "/account_number"},
        {"ATN", Reason::btn_mismatch, "/btn"},
        {"BTN", Reason::btn_mismatch, "/btn"},
        {"EATN", Reason::btn_mismatch, "/btn"},
        {"NAME", Reason::name_mismatch, "/end_user/name"},
        {"EU NAME", Reason::name_mismatch, "/end_user/name"},
        {"SANO", Reason::address_mismatch, "/service_address/house_number"},
        {"SASN", Reason::address_mismatch, "/service_address/street"},
        {"SATH", Reason::address_mismatch, "/service_address/street_type"},
        {"SASD", Reason::address_mismatch, "/service_address/street_direction"},
        {"SASS", Reason::address_mismatch, "/service_address/street_direction"},
        {"LV1", Reason::address_mismatch, "/service_address/unit"},
        {"UNIT", Reason::address_mismatch, "/service_address/unit"},
        {"CITY", Reason::address_mismatch, "/service_address/city"},
        {"STATE", Reason::address_mismatch, "/service_address/region"},
        {"PROV", Reason::address_mismatch, "/service_address/region"},
        {"ZIP", Reason::postal_code_mismatch, "/service_address/postal_code"},
        {"PC", Reason::postal_code_mismatch, "/service_address/postal_code"},
        {"POSTAL", Reason::postal_code_mismatch, "/service_address/postal_code"},
        {"PIN", Reason::pin_invalid, "/pin"},
        {"DDD", Reason::due_date_unmet, "/requested_date"},
        {"DDDO", Reason::due_date_unmet, "/requested_date"},
        {"AGAUTH", Reason::loa_required, "/documents"},
        {"AUTHNM", Reason::authorized_person_mismatch, "/end_user/authorized_person"},
        {"PORTED #", Reason::number_not_on_account, "/numbers"},
        {"PORTEDNBR", Reason::number_not_on_account, "/numbers"},
        {"DISC #", Reason::number_not_on_account, "/disconnect"},
        {"DISCNBR", Reason::number_not_on_account, "/disconnect"},
    };
    for (const auto& [field, reason, pointer] : fields) {
        const auto ours = rejection_of({field, "", ""});
        EXPECT_EQ(ours.reason, reason) << field;
        EXPECT_EQ(ours.fields, std::vector<std::string>{pointer}) << field;
        expect_refusal({{"FORM", "LSR"}, {"FLD ABBR", field}}, reason, {pointer});
    }
}

TEST(Rejections, EveryTwoCharacterCodeHasAReason) {
    const std::pair<const char*, Reason> codes[] = {
        {"1L", Reason::due_date_unmet},
        {"1M", Reason::due_date_unmet},
        {"1N", Reason::due_date_unmet},
        {"6A", Reason::number_not_on_account},
        {"6B", Reason::internal_port},
        {"6C", Reason::multiple_mismatch},
        {"6D", Reason::number_inactive},
        {"6E", Reason::due_date_unmet},
        {"6F", Reason::due_date_unmet},
        {"6H", Reason::losing_carrier_silent},
        {"6J", Reason::losing_carrier_silent},
        {"6K", Reason::not_portable},
        {"6L", Reason::due_date_unmet},
        {"6M", Reason::pending_order_at_losing},
        {"6N", Reason::pending_order_at_losing},
        {"6P", Reason::freeze_or_lock},
        {"6R", Reason::split_required},
        {"7B", Reason::not_portable},
        {"7C", Reason::prepaid_line},
        {"8A", Reason::account_number_mismatch},
        {"8B", Reason::tax_id_required},
        {"8C", Reason::pin_invalid},
        {"8D", Reason::postal_code_mismatch},
        {"8E", Reason::name_mismatch},
        {"8F", Reason::name_mismatch},
        {"8G", Reason::name_mismatch},
    };
    for (const auto& [code, reason] : codes) {
        EXPECT_EQ(rejection_of({"", code, ""}).reason, reason) << code;
        json::array to_correct;
        for (const auto& each : fields_of(reason)) to_correct.push_back(json::string(each));
        expect_refusal({{"FORM", "LSR"}, {"RJCT CODE", code}}, reason, to_correct);
    }
}

TEST(Rejections, TheFieldDecidesBeforeWordsAndCode) {
    const auto ours = rejection_of({"SANO", "8C", "the PIN is wrong"});
    EXPECT_EQ(ours.reason, Reason::address_mismatch);
    EXPECT_EQ(ours.fields, std::vector<std::string>{"/service_address/house_number"});
    EXPECT_EQ(ours.code, "8C");
    EXPECT_EQ(ours.text, "the PIN is wrong");
}

TEST(Rejections, TheCodeDecidesBeforeTheWords) {
    EXPECT_EQ(
        rejection_of({"XYZ", "8C", "The account number was not compared"}).reason,
        Reason::pin_invalid
    );
    EXPECT_EQ(rejection_of({"", "6P", ""}).reason, Reason::freeze_or_lock);
}

TEST(Rejections, TheWordsDecideWhereTheCodeIsUnknown) {
    for (const auto* code : {"", "9Z"})
        EXPECT_EQ(
            rejection_of({"XYZ", code, "Account number not found"}).reason,
            Reason::account_number_mismatch
        );
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
    EXPECT_EQ(
        reason_in("Letter of authorization is not signed by the account holder"),
        Reason::loa_required
    );
    EXPECT_EQ(reason_in("The letter of authorization is too old."), Reason::loa_expired);
    EXPECT_EQ(reason_in("12 Pine St is not the service address"), Reason::address_mismatch);
    EXPECT_EQ(reason_in("PIN#: required"), Reason::pin_required);
    EXPECT_EQ(reason_in("The caller ID is blocked"), Reason::other);
    EXPECT_EQ(reason_in("Number (locked)"), Reason::freeze_or_lock);
    EXPECT_EQ(reason_in("Port date already passed"), Reason::due_date_unmet);
    EXPECT_EQ(reason_in("The rate centre cannot be served"), Reason::rate_center_not_covered);
    EXPECT_EQ(reason_in("PostalZip is required."), Reason::postal_code_mismatch);
    EXPECT_EQ(reason_in("Name mismatch"), Reason::name_mismatch);
}

TEST(Replies, AreNamedAsInTheDocuments) {
    EXPECT_EQ(name_of_reply(0), "Rejected");
    EXPECT_EQ(name_of_reply(1), "Accepted");
    EXPECT_EQ(name_of_reply(2), "Deferred");
    EXPECT_EQ(name_of_reply(3), "Conditional");
    EXPECT_EQ(name_of_reply(4), "Error");
    EXPECT_EQ(name_of_reply(9), "reply 9");
    EXPECT_EQ(name_of_reply(-1), "reply -1");
}

}  // namespace
}  // namespace thinktel
