// SPDX-License-Identifier: Apache-2.0
// What follows a purchase: 911 records, later checks, giving numbers back.
#include <gtest/gtest.h>

#include "trunk_script.hpp"

namespace porteur::testkit {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// ---------------------------------------------------------------- 911

Script bought_with_911() {
    auto script = about_to_buy(with_911(order({"+17805552001"})));
    script.expects_http("POST", dids).answers(200, replies({{7805552001, 1, ""}}));
    script.expects_http("POST", records).named("e911").once();
    return script;
}
constexpr auto record_refused = R"({"Number":7805552001,"Reply":0,"Message":"Address not found.",
    "ResponseData":{"Accepted":false,"Errors":[{"ErrorCode":102,"ErrorMessage":"City is not known",
        "SuggestedCity":"St. Albert","SuggestedProvince":"AB"}]}})";
constexpr auto one_did = "/SipTrunks/7005551212/Dids/7805552001";

TEST(Emergency, MakesTheRecordAfterThePurchase) {
    auto script = bought_with_911();
    script
        .with_body(R"({"Number":7805552001,"FirstName":"Anna","LastName":"Roy",
            "StreetNumber":"1","StreetName":"King St","SuiteNumber":"5","City":"Edmonton",
            "ProvinceState":"AB","PostalZip":"T5J 1A1","OtherInfo":"Acme Inc",
            "PendingPort":false})")
        .answers(
            200, R"({"Number":7805552001,"Reply":1,"ResponseData":{"Accepted":true,"Errors":[]}})"
        )
        .ends_with(R"({"state":"completed","numbers":[{"state":"completed"}]})");
    cut_everywhere(script);
}

TEST(Emergency, GivesTheNumberBackAndSaysSoWhenTheRecordIsRefused) {
    auto script = bought_with_911();
    script.answers(200, record_refused)
        .expects_http("DELETE", one_did)
        .named("undo")
        .once()
        .answers(200, R"({"Number":7805552001,"Reply":1})");
    script.ends_with(R"({"state":"exception","numbers":[],"rejections":[
        {"reason":"ADDRESS_MISMATCH","code":"102","numbers":["+17805552001"],
         "fields":["/emergency_address/city","/emergency_address/region"]}]})");
    EXPECT_THAT(
        script.result<PurchaseProgress>().rejections[0].text,
        AllOf(
            HasSubstr("Address not found"), HasSubstr("suggests \"St. Albert\""),
            HasSubstr("the number was given back"), Not(HasSubstr("7805552001"))
        )
    );
    cut_everywhere(script);
}

TEST(Emergency, IsRefusedToo) {
    // Reply says yes and the data no; or the record cannot even be read.
    const std::pair<int, const char*> answers[] = {
        {200, R"({"Number":7805552001,"Reply":1,"ResponseData":{"Accepted":false}})"},
        {400, R"({"ID":"1","Message":"PostalZip is required."})"}
    };
    for (const auto& [status, body] : answers)
        bought_with_911()
            .answers(status, body)
            .expects_http("DELETE", one_did)
            .answers(200, R"({"Number":7805552001,"Reply":1})")
            .ends_with(R"({"state":"exception","rejections":[{"fields":["/emergency_address"]}]})");
}

TEST(Emergency, WaitsForAPersonWhereTheNumberCannotBeGivenBack) {
    const auto refused = [] {
        auto script = bought_with_911();
        script.answers(200, record_refused).expects_http("DELETE", one_did).once();
        return script;
    };
    refused()
        .answers(200, R"({"Number":7805552001,"Reply":0,"Message":"Locked."})")
        .ends_with(R"({"state":"exception","numbers":[{"state":"exception"}]})");
    refused().fails(ErrorKind::unavailable).ends_with(R"({"numbers":[{"state":"exception"}]})");
    auto lost = refused();
    lost.in_doubt()
        .expects_http("GET", one_did)
        .named("find-undo")
        .looking_up("undo")
        .answers_file(404, "error-not-found.json")
        .ends_with(R"({"state":"exception","numbers":[]})");
    cut_everywhere(lost);
    auto still = refused();
    still.in_doubt()
        .expects_http("GET", one_did)
        .answers(200, R"({"Number":7805552001})")
        .ends_with(
            R"({"numbers":[{"state":"exception","carrier_word":"still on the trunk: release it again"}]})"
        );
}

TEST(Emergency, LooksForTheRecordWhenTheAnswerWasLost) {
    auto there = bought_with_911();
    there.in_doubt()
        .expects_http("GET", "/v2/V911s/7805552001")
        .named("find-e911")
        .looking_up("e911")
        .answers(200, R"({"Number":7805552001})")
        .ends_with(R"({"state":"completed"})");
    cut_everywhere(there);
    auto absent = bought_with_911();
    absent.in_doubt()
        .expects_http("GET", "/v2/V911s/7805552001")
        .answers_file(404, "error-not-found.json")
        .expects_http("POST", records)
        .named("e911")
        .answers(200, R"({"Number":7805552001,"Reply":1})")
        .ends_with(R"({"state":"completed"})");
    cut_everywhere(absent);
}

TEST(Emergency, LooksForTheRecordAfterASecondLostAnswerToo) {
    auto script = bought_with_911();
    script.in_doubt()
        .expects_http("GET", "/v2/V911s/7805552001")
        .answers_file(404, "error-not-found.json")
        .expects_http("POST", records)
        .named("e911")
        .in_doubt()
        .expects_http("GET", "/v2/V911s/7805552001")
        .named("find-e911-again")
        .looking_up("e911")
        .answers(200, R"({"Number":7805552001})")
        .ends_with(R"({"state":"completed"})");
    cut_everywhere(script);
}

TEST(Emergency, NeverEndsAPurchaseAsIfItHadNotBeen) {
    // Each of these would have the host begin the purchase anew.
    for (const auto kind :
         {ErrorKind::unavailable, ErrorKind::throttled, ErrorKind::unauthorized}) {
        auto script = bought_with_911();
        script.fails(kind).ends_with(
            R"({"state":"exception","carrier_id":"7805552001","numbers":[{"state":"exception"}]})"
        );
        EXPECT_THAT(
            script.result<PurchaseProgress>().rejections[0].text,
            HasSubstr("a person must look at it in uControl")
        );
    }
}

TEST(Emergency, KeepsTheNumbersWhoseRecordsWereMade) {
    auto script = about_to_buy(with_911(order()));
    script.expects_http("POST", dids)
        .answers(200, replies({{7805552001, 1, ""}, {7805552002, 1, ""}}));
    script.expects_http("POST", records).answers(200, record_refused);
    script.expects_http("DELETE", one_did).answers(200, R"({"Number":7805552001,"Reply":1})");
    script.expects_http("POST", records)
        .named("e911-2")
        .answers(200, R"({"Number":7805552002,"Reply":1})")
        .ends_with(R"({"state":"partial","numbers":[
            {"number":"+17805552001","state":"cancelled","carrier_word":"given back"},
            {"number":"+17805552002","state":"completed"}]})");
    cut_everywhere(script);
}

/// Attempt 2 of an order of a number that is on the trunk and of one that is not.
json::object one_there_already(const char* state) {
    auto given = with_911(order({"+14165559001", "+17805552001"}));
    given["attempt"] = 2;
    given["kept"] = json::object{{"numbers", {{{"number", "+14165559001"}, {"state", state}}}}};
    return given;
}

TEST(Emergency, TouchesNoNumberOfSomebodyElse) {
    auto script = about_to_buy(one_there_already("rejected"));
    script.expects_http("POST", dids)
        .with_body(R"([{"Number":7805552001}])")
        .answers(200, replies({{7805552001, 1, ""}}));
    script.expects_http("POST", records)
        .answers(200, R"({"Number":7805552001,"Reply":1})")
        .ends_with(R"({"state":"partial","carrier_id":"7805552001","numbers":[
            {"number":"+14165559001","state":"rejected","reason":"NUMBER_TAKEN"},
            {"number":"+17805552001","state":"completed"}]})");
    cut_everywhere(script);
}

TEST(Emergency, GivesBackNoNumberThatWasThereBeforeTheAttempt) {
    auto script = about_to_buy(one_there_already("completed"));
    script.expects_http("POST", dids).answers(200, replies({{7805552001, 0, "Not available."}}));
    script.expects_http("POST", records)
        .answers(200, record_refused)
        .ends_with(R"({"state":"exception","carrier_id":"4165559001","numbers":[
            {"number":"+14165559001","state":"exception"},
            {"number":"+17805552001","state":"rejected"}]})");
    EXPECT_THAT(
        script.result<PurchaseProgress>().rejections[0].text, HasSubstr("before and stays")
    );
    cut_everywhere(script);
}

// ---------------------------------------------------------------- called off

TEST(CalledOff, LeavesNoNumberBehindThatWaitedForItsRecord) {
    auto script = about_to_buy(with_911(order()));
    script.expects_http("POST", dids)
        .answers(200, replies({{7805552001, 1, ""}, {7805552002, 1, ""}}));
    script.expects_http("POST", records).answers(200, "<html>");
    script.expects_sleep(60s).named("settle-e911").fails(ErrorKind::cancelled);
    script.expects_sleep(60s).named("settle-e911-called-off").is_done();
    script.ends_with(R"({"state":"exception","carrier_id":"7805552001","numbers":[
        {"number":"+17805552001","state":"exception"},{"number":"+17805552002","state":"exception"}],
        "rejections":[{"code":"called off","numbers":["+17805552001","+17805552002"],
                       "text":"2 bought before the order was called off: to be given back"}]})");
    cut_everywhere(script);
}

TEST(CalledOff, LooksForWhatALostAnswerMayHaveBoughtAndOrdersNothingMore) {
    const auto asked = [](const char* name) {
        auto script = about_to_buy(order());
        script.expects_http("POST", dids).answers(200, "<html>");
        script.expects_sleep(60s).named("settle").fails(ErrorKind::cancelled);
        script.expects_sleep(60s).named(name).is_done();
        return script;
    };
    auto some = asked("settle-called-off");
    sees(some, "find", {7805552001}).ends_with(R"({"state":"exception","carrier_id":"7805552001","numbers":[
        {"number":"+17805552001","state":"exception"},{"number":"+17805552002","state":"cancelled"}]})");
    cut_everywhere(some);
    auto none = asked("settle-called-off");
    sees(none, "find", {}).fails_with(
        ErrorKind::cancelled, Reason::none, HasSubstr("before a number was bought")
    );
}

Script cancel(const json::object& keep, const char* id = "7805552001") {
    Script script(
        thinktel(), "cancel_purchase",
        canonical(json::object{{"reference", "pu-7"}, {"carrier_id", id}, {"kept", keep}})
    );
    script.expects_http("GET", "/SipTrunks").answers_file(200, "trunks.json");
    script.expects_http("GET", dids).answers(200, trunk({7805552001, 7805552002}));
    script.expects_http("GET", "/SipTrunks/7005551300/Dids").answers(200, trunk({}));
    return script;
}
json::object kept_of(const std::vector<std::pair<const char*, const char*>>& numbers) {
    json::array rows;
    for (const auto& [number, state] : numbers)
        rows.push_back(json::object{{"number", number}, {"state", state}});
    return {{"numbers", rows}};
}

TEST(CancelPurchase, GivesBackWhatTheOrderBoughtAndSaysHowMuch) {
    auto script = cancel(kept_of(
        {{"+17805552001", "exception"}, {"+17805552002", "completed"}, {"+17805552003", "rejected"}}
    ));
    script.expects_http("DELETE", one_did).named("release").once().answers(
        200, R"({"Number":7805552001,"Reply":1})"
    );
    script.expects_http("DELETE", "/SipTrunks/7005551212/Dids/7805552002")
        .answers(200, R"({"Number":7805552002,"Reply":1})");
    script.ends_with(
        R"({"state":"cancelled","carrier_id":"7805552001","note":"2 numbers were given back"})"
    );
    cut_everywhere(script);
}

TEST(CancelPurchase, LooksWhetherTheNumberIsGoneWhenTheAnswerWasLost) {
    for (const bool gone : {true, false}) {
        auto script = cancel(kept_of({{"+17805552001", "completed"}}));
        script.expects_http("DELETE", one_did).named("release").once().in_doubt();
        script.expects_http("GET", one_did).named("find-release").looking_up("release");
        if (gone)
            script.answers_file(404, "error-not-found.json").ends_with(R"({"state":"cancelled"})");
        else
            script.answers(200, R"({"Number":7805552001})")
                .ends_with(R"({"state":"exception","rejections":[{"numbers":["+17805552001"]}]})");
        cut_everywhere(script);
    }
}

TEST(CancelPurchase, LeavesToAPersonWhatCannotBeGivenBackOrMayStillCome) {
    auto locked = cancel(kept_of({{"+17805552001", "exception"}}));
    locked.expects_http("DELETE", one_did)
        .answers(200, R"({"Number":7805552001,"Reply":0,"Message":"Locked."})")
        .ends_with(R"({"state":"exception","numbers":[{"state":"exception"}],
                       "rejections":[{"numbers":["+17805552001"]}]})");
    cancel(kept_of({{"+17805552009", "in_review"}}))
        .ends_with(R"({"state":"exception","numbers":[{"state":"exception",
            "carrier_word":"deferred, and not there yet: ask ThinkTel not to deliver it"}]})");
}

TEST(CancelPurchase, NeverTakesAwayANumberThatStoodOnTheTrunkBefore) {
    auto given = order({"+14165559001", "+17805552001"});
    given["attempt"] = 2;
    auto bought = about_to_buy(given);
    bought.expects_http("POST", dids).answers(200, replies({{7805552001, 2, ""}}));
    sees(bought, "find-rest", {4165559001}).ends_with(R"({"state":"in_review"})");
    const auto once_more = [](const json::object& keep, const char* id) {
        auto script = cancel(keep, id);
        script.expects_http("DELETE", one_did).answers(200, R"({"Number":7805552001,"Reply":1})");
        script.ends_with(R"({"state":"cancelled"})");
        return script.result<PurchaseProgress>().note;
    };
    EXPECT_EQ(
        once_more(bought.result<PurchaseProgress>().keep, "7805552001"), "1 number was given back"
    );
    // As it was kept while any number of a later attempt's trunk was taken for its own.
    auto keep = kept_of({{"+14165559001", "completed"}, {"+17805552001", "completed"}});
    keep["found_before"] = json::array{"+14165559001"};
    EXPECT_THAT(
        once_more(keep, "4165559001"),
        AllOf(HasSubstr("1 number was given back"), HasSubstr("1 stay on the trunk"))
    );
}

// ---------------------------------------------------------------- afterwards

Script check(const json::object& keep, const char* id = "7805552001") {
    return Script(
        thinktel(), "check_purchase",
        canonical(json::object{{"reference", "pu-7"}, {"carrier_id", id}, {"kept", keep}})
    );
}
json::object kept(const char* state) {
    return {{"numbers", {{{"number", "+17805552001"}, {"state", state}}}}};
}

TEST(CheckPurchase, FindsADeferredNumberWhenItIsThere) {
    auto script = check(kept("in_review"));
    script.expects_http("GET", "/Dids/7805552001")
        .named("did")
        .safe()
        .answers_file(404, "error-not-found.json")
        .ends_with(R"({"state":"in_review","carrier_id":"7805552001","check_again":3600})");
    cut_everywhere(script);
    check(kept("in_review"))
        .expects_http("GET", "/Dids/7805552001")
        .answers(200, R"({"Number":7805552001})")
        .ends_with(R"({"state":"completed"})");
}

TEST(CheckPurchase, LeavesAnExceptionToThePersonAndSeesWhatTheyDid) {
    const auto waiting = [] {
        auto script = check(kept("exception"));
        script.expects_http("GET", "/Dids/7805552001").named("did");
        return script;
    };
    auto waits = waiting();
    waits.answers(200, R"({"Number":7805552001})")
        .expects_http("GET", "/v2/V911s/7805552001")
        .named("record")
        .safe()
        .answers_file(404, "error-not-found.json")
        .ends_with(R"({"state":"exception","check_again":3600,"numbers":[{"state":"exception"}]})");
    cut_everywhere(waits);
    // They made the record, or released the number.
    waiting()
        .answers(200, R"({"Number":7805552001})")
        .expects_http("GET", "/v2/V911s/7805552001")
        .answers(200, R"({"Number":7805552001})")
        .ends_with(R"({"state":"completed","rejections":[]})");
    waiting()
        .answers_file(404, "error-not-found.json")
        .ends_with(R"({"state":"exception","numbers":[]})");

    check(
        {{"numbers", json::array{}},
         {"rejections", {{{"reason", "NUMBER_TAKEN"}, {"fields", {"/numbers"}}}}}},
        ""
    )
        .ends_with(R"({"state":"exception","rejections":[{"reason":"NUMBER_TAKEN"}]})");
}

TEST(CheckPurchase, RemembersTheNumbersThatWereRefused) {
    auto bought = about_to_buy(order());
    bought.expects_http("POST", dids)
        .answers(200, replies({{7805552001, 0, "Number is not available."}, {7805552002, 2, ""}}));
    sees(bought, "find-rest", {4165559001}).ends_with(R"({"state":"in_review"})");
    check(bought.result<PurchaseProgress>().keep, "7805552002")
        .expects_http("GET", "/Dids/7805552002")
        .named("did")
        .answers(200, R"({"Number":7805552002})")
        .ends_with(R"({"state":"partial","numbers":[
            {"number":"+17805552001","state":"rejected"},
            {"number":"+17805552002","state":"completed"}],
            "rejections":[{"numbers":["+17805552001"]}]})");
}

TEST(CheckPurchase, ReadsTheNumbersThatAPersonHasFoundAtThinkTel) {
    check({}, "7805552001,7805552002")
        .expects_http("GET", "/Dids/7805552001")
        .answers(200, R"({"Number":7805552001})")
        .expects_http("GET", "/Dids/7805552002")
        .answers_file(404, "error-not-found.json")
        .ends_with(R"({"state":"exception","rejections":[{"numbers":["+17805552002"]}]})");
}

Script about_to_release(const char* numbers) {
    Script script(thinktel(), "release_numbers", numbers);
    script.expects_http("GET", "/SipTrunks")
        .answers_file(200, "trunks.json")
        .expects_http("GET", dids)
        .answers(200, trunk({7805552001, 7805552002}))
        .expects_http("GET", "/SipTrunks/7005551300/Dids")
        .answers(200, trunk({5145552001}));
    return script;
}

TEST(Release, TakesEachNumberOffTheTrunkThatItIsOn) {
    auto script = about_to_release(
        R"({"numbers":["+15145552001","+17805552001","+16475550100","+17005551212"]})"
    );
    script.expects_http("DELETE", "/SipTrunks/7005551300/Dids/5145552001")
        .named("release")
        .once()
        .answers(200, R"({"Number":5145552001,"Reply":1})");
    script.expects_http("DELETE", one_did)
        .named("release-2")
        .answers(200, R"({"Number":7805552001,"Reply":0,"Message":"DID is in use."})");
    script.ends_with(R"({"numbers":[
        {"number":"+15145552001","state":"cancelled","reason":""},
        {"number":"+17805552001","state":"exception"},
        {"number":"+16475550100","state":"cancelled","reason":"NUMBER_NOT_ON_ACCOUNT"},
        {"number":"+17005551212","state":"exception","reason":"CANNOT_CANCEL_NOW"}]})");
    cut_everywhere(script);
}

TEST(Release, LooksWhetherTheNumberIsGoneWhenTheAnswerWasLost) {
    auto gone = about_to_release(R"({"numbers":["+17805552001"]})");
    gone.expects_http("DELETE", one_did).in_doubt();
    gone.expects_http("GET", one_did)
        .named("find-release")
        .looking_up("release")
        .answers_file(404, "error-not-found.json")
        .ends_with(R"({"numbers":[{"state":"cancelled"}]})");
    cut_everywhere(gone);
    auto unclear = about_to_release(R"({"numbers":["+17805552001"]})");
    unclear.expects_http("DELETE", one_did).answers(200, "<html>");
    unclear.expects_sleep(60s).named("settle-release").is_done();
    unclear.expects_http("GET", one_did)
        .fails(ErrorKind::unavailable)
        .fails_with(ErrorKind::in_doubt);
}

}  // namespace
}  // namespace porteur::testkit
