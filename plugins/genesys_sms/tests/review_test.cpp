// SPDX-License-Identifier: Apache-2.0
// check_purchase while a request lies with the desk: its due date, the one reminder, the person.
#include <gtest/gtest.h>

#include "genesys.hpp"

namespace porteur::testkit {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

json::object kept(json::object desk_more = {}, json::object all_more = {}) {
    json::object at_desk{
        {"country", "FR"},
        {"language", "en"},
        {"organization_id", "org"},
        {"asked_on", "2026-11-16"},
        {"may_choose", false},
        {"numbers", json::array{"+33644550101"}},
        {"due", "2026-11-23T09:00:00Z"}
    };
    for (const auto& [name, value] : desk_more) at_desk[name] = value;
    json::object all{
        {"+33644550101", json::object{{"what", "mailed"}, {"code", "<m>"}}}, {"desk", at_desk}
    };
    for (const auto& [name, value] : all_more) all[name] = value;
    return all;
}
Script about(const char* operation, const json::object& of, std::string_view more) {
    return Script(
        genesys(), operation,
        canonical(json::object{
            {"reference", "po-9"},
            {"carrier_id", "<m>"},
            {"numbers", json::array{"+33644550101"}},
            {"submitted_at", "2026-11-16T09:00:00Z"},
            {"kept", of}
        }),
        settings(more)
    );
}
Script check(const json::object& of, std::string_view more = "{}") {
    return about("check_purchase", of, more);
}
/// The number is not there yet, and it is this late.
Script waiting(const json::object& of, const char* now, std::string_view more = "{}") {
    auto script = check(of, more);
    script.expects_http("GET", numbers).answers_file(200, "inventory-none.json").asks_time(now);
    return script;
}

TEST(Review, GoesOnUntilItsDueDate) {
    auto script = waiting(kept(), "2026-11-18T09:00:00Z");
    script.ends_with(
        R"({"state":"in_review","check_again":21600,"note":"an answer is due by 2026-11-23"})"
    );
    cut_everywhere(script);
    waiting(kept(), "2026-11-23T08:00:00Z")
        .ends_with(R"({"state":"in_review","check_again":3600})");
}

TEST(Review, RemindsASilentDeskOnceAndSaysWhenThatShouldHaveHelped) {
    auto script = waiting(kept(), "2026-11-23T09:00:00Z");
    script.expects_mail(desk)
        .named("remind-desk")
        .once()
        .with_head(
            R"({"documents":[],"subject":"Re: SMS number purchase request: France, 1 number, reference po-9"})"
        )
        .is_taken("<m2>")
        .ends_with(
            R"({"state":"in_review","carrier_id":"<m>","note":"no answer by 2026-11-23; the desk was reminded",
                       "keep":{"desk":{"reminded":"2026-11-23T09:00:00Z","reminder":"sent","second_due":"2026-11-25T09:00:00Z"}}})"
        );
    cut_everywhere(script);
    const json::object reminded{
        {"reminded", "2026-11-23T09:00:00Z"}, {"second_due", "2026-11-25T09:00:00Z"},
        {"reminder", "sent"}
    };
    waiting(kept(reminded), "2026-11-24T09:00:00Z")
        .ends_with(
            R"({"state":"in_review","note":"an answer is due by 2026-11-23; reminded on 2026-11-23"})"
        );
}

TEST(Review, TellsTheListOfDueThingsWhenAnAnswerIsExpectedAndWhatComesThen) {
    auto script = waiting(kept({}, {{"due", "2026-11-23"}, {"then", "reminder"}}), "2026-11-23T09:00:00Z");
    script.expects_mail(desk).is_taken("<m2>").ends_with(
        R"({"state":"in_review","keep":{"due":"2026-11-25","then":"person"}})"
    );
}

TEST(Review, RemindsInTheLanguageOfTheOrder) {
    auto script = waiting(kept({{"language", "fr"}, {"country", "DE"}}), "2026-11-23T09:00:00Z");
    script.expects_mail(desk).with_head(
        R"({"subject":"Re: Demande d'achat de numéros SMS : Allemagne, 1 numéro, référence po-9"})"
    );
}

TEST(Review, DoesNotRemindTwiceWhenNobodyKnowsWhetherTheReminderLeft) {
    auto script = waiting(kept(), "2026-11-23T09:00:00Z");
    script.expects_mail(desk).in_doubt().ends_with(
        R"({"state":"in_review","keep":{"desk":{"reminded":"2026-11-23T09:00:00Z"}}})"
    );
    EXPECT_THAT(script.result<PurchaseProgress>().note, HasSubstr("may have been reminded"));
}

TEST(Review, RemindsLaterWhereTheMailServerIsAway) {
    waiting(kept(), "2026-11-23T09:00:00Z")
        .expects_mail(desk)
        .fails(ErrorKind::unavailable, "no mail server")
        .fails_with(ErrorKind::unavailable);
}

TEST(Review, TellsAPersonWhereTheReminderIsRefused) {
    auto script = waiting(kept(), "2026-11-23T09:00:00Z");
    script.expects_mail(desk).fails(ErrorKind::rejected, "550 no such user");
    EXPECT_THAT(
        script.result<PurchaseProgress>().note, AllOf(HasSubstr("not reminded"), HasSubstr("550"))
    );
}

TEST(Review, ShowsTheReminderFirstWhereMailsAreApproved) {
    auto script = waiting(kept(), "2026-11-23T09:00:00Z", R"({"approve_mails":true})");
    script.expects_manual().named("approve-reminder").is_answered("send");
    script.expects_mail(desk).is_taken("<m2>").ends_with(R"({"state":"in_review"})");
    auto refused = waiting(kept(), "2026-11-23T09:00:00Z", R"({"approve_mails":true})");
    refused.expects_manual().is_answered("refuse");
    EXPECT_THAT(refused.result<PurchaseProgress>().note, HasSubstr("not reminded"));
}

TEST(Review, BecomesAnExceptionForAPersonWhenTheReminderDidNotHelp) {
    const json::object reminded{
        {"reminded", "2026-11-23T09:00:00Z"}, {"second_due", "2026-11-25T09:00:00Z"},
        {"reminder", "sent"}
    };
    waiting(kept(reminded), "2026-11-25T09:00:00Z")
        .ends_with(
            R"({"state":"exception","check_again":21600,"rejections":[{"reason":"OTHER","code":"desk.silent",
            "text":"no answer to the mail of 2026-11-16 nor to the reminder of 2026-11-23"}]})"
        );
}

TEST(Review, NamesNoReminderToAPersonThatNoMailServerHasTaken) {
    struct Case {
        json::value reminder;
        const char* words;
    };
    for (const auto& [reminder, words] :
         {Case{"in_doubt", "whether the reminder of 2026-11-23 left is not known"},
          {"not_sent", "the reminder of 2026-11-23 did not leave"},
          {nullptr, "whether the reminder of 2026-11-23 left is not known"}}) {
        json::object tried{
            {"reminded", "2026-11-23T09:00:00Z"}, {"second_due", "2026-11-25T09:00:00Z"}
        };
        if (!reminder.is_null()) tried["reminder"] = reminder;
        auto silent = waiting(kept(tried), "2026-11-25T09:00:00Z");
        const auto told = silent.result<PurchaseProgress>();
        ASSERT_EQ(told.rejections.size(), 1u);
        EXPECT_EQ(told.rejections[0].text, std::string("no answer to the mail of 2026-11-16; ") + words);
        auto waits = waiting(kept(tried), "2026-11-24T09:00:00Z");
        EXPECT_EQ(
            waits.result<PurchaseProgress>().note,
            std::string("an answer is due by 2026-11-23; ") + words
        );
    }
}

TEST(Review, TellsTheListOfDueThingsWhetherTheDeskWasReminded) {
    auto in_doubt = waiting(kept(), "2026-11-23T09:00:00Z");
    in_doubt.expects_mail(desk).in_doubt().ends_with(
        R"({"keep":{"desk":{"reminder":"in_doubt"},"then":"person_unreminded"}})"
    );
    auto refused = waiting(kept(), "2026-11-23T09:00:00Z");
    refused.expects_mail(desk).fails(ErrorKind::rejected, "550 no such user")
        .ends_with(R"({"keep":{"desk":{"reminder":"not_sent"},"then":"person_unreminded"}})");
}

TEST(Review, GoesOnWithoutAReminderWhereTheDeskWasNotAskedToCallItOff) {
    auto script = check(kept({}, {{"called_off", true}}));
    script.expects_http("GET", numbers)
        .answers_file(200, "inventory-none.json")
        .ends_with(R"({"state":"in_review","note":"the desk was not asked to call it off, so it goes on","check_again":21600})");
    // The number may have come all the same.
    check(kept({}, {{"called_off", true}}))
        .expects_http("GET", numbers)
        .answers_file(200, "inventory-france-active.json")
        .ends_with(R"({"state":"completed"})");
}

// ---------------------------------------------------------------- called off at the desk

Script cancel(const json::object& of, std::string_view more = "{}") {
    return about("cancel_purchase", of, more);
}

TEST(CancelPurchase, AsksTheDeskByMailAndLeavesTheVerdictToAPerson) {
    auto script = cancel(kept({}, {{"due", "2026-11-23"}, {"then", "reminder"}}));
    script.expects_http("GET", numbers).named("inventory").safe().answers_file(200, "inventory-none.json");
    script.expects_mail(desk)
        .named("cancel-desk")
        .once()
        .with_head(
            R"({"documents":[],"subject":"Re: SMS number purchase request: France, 1 number, reference po-9"})"
        )
        .is_taken("<m3>");
    script.asks_time("2026-11-18T10:00:00Z")
        .ends_with(
            R"({"state":"cancel_pending","carrier_id":"<m>","check_again":21600,
                "note":"the desk was asked by mail on 2026-11-18 to call it off; settle it as not_carried_out once the desk has agreed; should the numbers come all the same, they can be given back there",
                "numbers":[{"number":"+33644550101","state":"cancel_pending"}],
                "keep":{"cancel_asked":"2026-11-18","cancel_mail":"sent","call_off":"person","desk":{"country":"FR"}}})"
        );
    EXPECT_FALSE(script.result<PurchaseProgress>().keep.contains("due"));
    cut_everywhere(script);
}

TEST(CancelPurchase, AsksInTheLanguageOfTheOrderAndShowsTheMailFirstWhereMailsAreApproved) {
    auto script = cancel(kept({{"language", "fr"}}), R"({"approve_mails":true})");
    script.expects_http("GET", numbers).answers_file(200, "inventory-none.json");
    script.expects_manual()
        .named("approve-cancel")
        .with_head(R"({"title":"Approuver le courriel à GenesysCloudSMS@genesys.com"})")
        .is_answered("send");
    script.expects_mail(desk).is_taken("<m3>");
    script.asks_time("2026-11-18T10:00:00Z").ends_with(R"({"state":"cancel_pending"})");

    auto refused = cancel(kept(), R"({"approve_mails":true})");
    refused.expects_http("GET", numbers).answers_file(200, "inventory-none.json");
    refused.expects_manual()
        .is_answered("refuse", "wait for them")
        .fails_with(ErrorKind::rejected, Reason::none, HasSubstr("not approved"));
}

TEST(CancelPurchase, SaysThatTheMailMayNotHaveLeft) {
    auto script = cancel(kept());
    script.expects_http("GET", numbers).answers_file(200, "inventory-none.json");
    script.expects_mail(desk).in_doubt();
    script.asks_time("2026-11-18T10:00:00Z")
        .ends_with(R"({"state":"cancel_pending","keep":{"cancel_mail":"in_doubt","call_off":"person"}})");
    EXPECT_THAT(script.result<PurchaseProgress>().note, HasSubstr("is not known: write to it"));
}

TEST(CancelPurchase, WritesToTheDeskOnceHoweverOftenItIsAskedFor) {
    for (const auto* mail : {"sent", "in_doubt"}) {
        auto script = cancel(kept(
            {}, {{"cancel_asked", "2026-11-18"}, {"cancel_mail", mail}, {"call_off", "person"}}
        ));
        script.expects_http("GET", numbers)
            .answers_file(200, "inventory-none.json")
            .ends_with(
                std::string(R"({"state":"cancel_pending","carrier_id":"<m>","check_again":21600,
                    "numbers":[{"state":"cancel_pending"}],
                    "keep":{"cancel_asked":"2026-11-18","call_off":"person","cancel_mail":")") +
                mail + "\"}}"
            );
        cut_everywhere(script);
    }
}

TEST(CancelPurchase, IsRefusedAndTheOrderGoesOnWhereTheMailCannotBeSent) {
    for (const auto kind : {ErrorKind::invalid_input, ErrorKind::rejected})
        cancel(kept())
            .expects_http("GET", numbers)
            .answers_file(200, "inventory-none.json")
            .expects_mail(desk)
            .fails(kind, "the account may not write to this address")
            .fails_with(ErrorKind::rejected, Reason::none, HasSubstr("may not write to this address"));
}

TEST(CancelPurchase, AsksNobodyWhereTheNumberIsThereAlready) {
    cancel(kept())
        .expects_http("GET", numbers)
        .answers_file(200, "inventory-france-active.json")
        .ends_with(R"({"state":"completed"})");
}

TEST(CancelPurchase, IsRefusedForAPurchaseByApiWhichGoesOn) {
    cancel(json::object{})
        .expects_http("GET", numbers)
        .answers_file(200, "inventory-none.json")
        .fails_with(ErrorKind::rejected, Reason::none, HasSubstr("cannot be called off"));
}

TEST(CancelPurchase, WaitsForThePersonHoweverOftenTheInventoryIsRead) {
    const json::object asked{
        {"called_off", true}, {"cancel_asked", "2026-11-18"}, {"cancel_mail", "sent"}, {"call_off", "person"}
    };
    check(kept({}, asked))
        .expects_http("GET", numbers)
        .answers_file(200, "inventory-none.json")
        .ends_with(
            R"({"state":"cancel_pending","check_again":21600,"keep":{"call_off":"person"},
                "note":"the desk was asked by mail on 2026-11-18 to call it off; settle it as not_carried_out once the desk has agreed; should the numbers come all the same, they can be given back there"})"
        );
    check(kept({}, asked))
        .expects_http("GET", numbers)
        .answers_file(200, "inventory-france-active.json")
        .ends_with(R"({"state":"completed"})");
}

TEST(Review, RemindsNobodyWhoHasAnswered) {
    for (const auto* said : {"needs_documents", "alternates_offered", "exception"})
        waiting(kept({}, {{"mail", json::object{{"state", said}}}}), "2026-12-24T09:00:00Z")
            .ends_with(R"({"state":"in_review"})");
    // Whoever is still at it is reminded all the same.
    waiting(kept({}, {{"mail", json::object{{"state", "in_review"}}}}), "2026-11-23T09:00:00Z")
        .expects_mail(desk);
}

TEST(Review, AsksAPersonWhereAnApprovalByMailIsFollowedByNoNumber) {
    const json::object approved{{"mail", json::object{{"state", "completed"}}}};
    waiting(kept({}, approved), "2026-11-20T09:00:00Z").ends_with(R"({"state":"in_review"})");
    waiting(kept({}, approved), "2026-11-23T09:00:00Z")
        .ends_with(R"({"state":"exception","rejections":[{"code":"desk.not_in_inventory"}]})");
}

TEST(Review, EndsWhenTheInventoryHasTheNumberHoweverLate) {
    const json::object reminded{
        {"reminded", "2026-11-23T09:00:00Z"}, {"second_due", "2026-11-25T09:00:00Z"},
        {"reminder", "sent"}
    };
    check(kept(reminded))
        .expects_http("GET", numbers)
        .answers_file(200, "inventory-france-active.json")
        .ends_with(R"({"state":"completed"})");
}

TEST(Review, TakesTheNumberThatGenesysChoseWhenTheInventoryHasIt) {
    const json::object named{
        {"mail", json::object{{"state", "completed"}, {"numbers", json::array{"+33644550177"}}}}
    };
    const auto owned = [](const char* country, const char* created) {
        return std::string(
                   R"({"entities":[{"id":"n-7","phoneNumber":"+33644550177","version":1,"phoneNumberStatus":"ACTIVE",
            "countryCode":")"
               ) +
               country + R"(","dateCreated":")" + created + R"("}]})";
    };
    auto script = check(kept({{"may_choose", true}}, named));
    script.expects_http("GET", numbers).answers_file(200, "inventory-none.json");
    script.expects_http("GET", numbers)
        .named("replacement")
        .with_query({{"phoneNumber", "33644550177"}})
        .answers(200, owned("FR", "2026-11-19T10:00:00Z"))
        .ends_with(
            R"({"state":"completed","numbers":[{"number":"+33644550177","state":"completed"}]})"
        );
    cut_everywhere(script);

    // A mail alone proves nothing: not there, of another country, or there before the request.
    for (const auto& answer :
         {std::string(R"({"entities":[]})"), owned("DE", "2026-11-19T10:00:00Z"),
          owned("FR", "2026-11-15T10:00:00Z")}) {
        auto other = check(kept({{"may_choose", true}}, named));
        other.expects_http("GET", numbers).answers_file(200, "inventory-none.json");
        other.expects_http("GET", numbers).answers(200, answer).asks_time("2026-11-20T09:00:00Z");
        other.ends_with(R"({"state":"in_review"})");
    }
    // Nor where Genesys was to ask first.
    waiting(kept({}, named), "2026-11-20T09:00:00Z").ends_with(R"({"state":"in_review"})");
}

}  // namespace
}  // namespace porteur::testkit
