// SPDX-License-Identifier: Apache-2.0
// Searching and buying numbers of a SIP trunk.
#include <gtest/gtest.h>

#include "trunk_script.hpp"

namespace porteur::testkit {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

// ---------------------------------------------------------------- searching

TEST(SearchNumbers, OffersTheNextTenOfEachRateCentreOfAnAreaCode) {
    Script script(
        thinktel(), "search_numbers",
        R"({"country":"CA","area_code":"780","quantity":3,"contains":"2"})"
    );
    script.expects_http("GET", "/RateCenters/NPA/780")
        .named("centres")
        .safe()
        .answers(200, R"([{"Name":"Alert, NU","Country":"CA","Available":0},
            {"Name":"Edmonton, AB","Country":"CA","Available":10},
            {"Name":"Jasper, AB","Country":"CA","Available":4},
            {"Name":"Banff, AB","Country":"CA","Available":4}])");
    script.expects_http("GET", "/RateCenters/Edmonton%2C%20AB/Next10")
        .named("next")
        .safe()
        .answers(200, R"([{"Number":7805552001},{"Number":7805551333},{"Number":5875552001}])");
    script.expects_http("GET", "/RateCenters/Jasper%2C%20AB/Next10")
        .named("next-2")
        .answers(200, R"([{"Number":7805552002},{"Number":7805552003},{"Number":7805552004}])");
    script.ends_with(R"([
        {"number":"+17805552001","type":"local","country":"CA","region":"AB","city":"Edmonton, AB",
         "features":["voice","e911"],"documents_needed":false},
        {"number":"+17805552002","city":"Jasper, AB"},{"number":"+17805552003"}])");
    cut_everywhere(script);
}

TEST(SearchNumbers, LooksByProvinceCityOrCountry) {
    Script(thinktel(), "search_numbers", R"({"country":"CA","region":"AB","city":"jasper"})")
        .expects_http("GET", "/RateCenters/Country/CA/Province/AB")
        .answers(
            200, R"([{"Name":"Edmonton, AB","Available":10},{"Name":"Jasper, AB","Available":4}])"
        )
        .expects_http("GET", "/RateCenters/Jasper%2C%20AB/Next10")
        .answers(200, "[]")
        .ends_exactly("[]");
    Script(thinktel(), "search_numbers", R"({"country":"US"})")
        .expects_http("GET", "/RateCenters/Country/US")
        .answers_file(404, "error-not-found.json")
        .ends_exactly("[]");
}

TEST(SearchNumbers, GoesOnWhereARateCentreIsSoldOutMeanwhile) {
    Script(thinktel(), "search_numbers", R"({"country":"CA","area_code":"780"})")
        .expects_http("GET", "/RateCenters/NPA/780")
        .answers(200, R"([{"Name":"A, AB","Available":1},{"Name":"B, AB","Available":1}])")
        .expects_http("GET", "/RateCenters/A%2C%20AB/Next10")
        .answers_file(404, "error-not-found.json")
        .expects_http("GET", "/RateCenters/B%2C%20AB/Next10")
        .answers(200, R"([{"Number":7805552001}])")
        .ends_with(R"([{"number":"+17805552001"}])");
}

TEST(SearchNumbers, OffersNothingThatThinkTelDoesNotSell) {
    for (const auto* query :
         {R"({"country":"FR"})", R"({"country":"CA","number_type":"toll_free"})",
          R"({"country":"CA","quantity":0})"})
        Script(thinktel(), "search_numbers", query).ends_exactly("[]");
    Script(thinktel(), "search_numbers", R"({"country":"CA","area_code":"78"})")
        .fails_with(ErrorKind::invalid_input, Reason::none, HasSubstr("three digits"));
}

// ---------------------------------------------------------------- chosen numbers

TEST(Purchase, OrdersTheChosenNumbersOnce) {
    auto script = about_to_buy(order());
    script.expects_http("POST", dids)
        .named("buy")
        .once()
        .with_body(R"([{"Number":7805552001},{"Number":7805552002}])")
        .answers(
            200, replies({{7805552001, 1, ""}, {7805552002, 1, ""}}),
            {{"content-type", "text/json; charset=utf-8"}}
        )
        .ends_with(R"({"state":"completed","carrier_id":"7805552001","rejections":[],"numbers":[
            {"number":"+17805552001","state":"completed"},
            {"number":"+17805552002","state":"completed"}]})");
    EXPECT_EQ(cut_everywhere(script), 3u);
}

TEST(Purchase, EndsInPartWhereANumberIsTaken) {
    auto script = about_to_buy(order());
    script.expects_http("POST", dids)
        .answers(200, replies({{7805552001, 1, ""}, {7805552002, 0, "Number is not available."}}))
        .ends_with(R"({"state":"partial","numbers":[{"state":"completed"},
            {"number":"+17805552002","state":"rejected","reason":"NUMBER_TAKEN"}],
            "rejections":[{"reason":"NUMBER_TAKEN","fields":["/numbers"],
                           "numbers":["+17805552002"]}]})");
    cut_everywhere(script);
}

TEST(Purchase, StaysOpenForACorrectionWhereAllAreTaken) {
    about_to_buy(order({"+17805552001"}))
        .expects_http("POST", dids)
        .answers(200, replies({{7805552001, 0, "7805552001 is not available"}}))
        .ends_with(R"({"state":"exception","numbers":[],"carrier_id":"",
            "rejections":[{"reason":"NUMBER_TAKEN","numbers":["+17805552001"]}]})");
}

TEST(Purchase, EveryReplyOtherThanAcceptedIsNoPurchase) {
    struct Case {
        int reply;
        const char* state;
        const char* word;
    };
    // 0 needs no look at the trunk: it is a plain no.
    const Case cases[] = {
        {0, "exception", "Rejected"},
        {2, "in_review", "Deferred"},
        {3, "exception", "Conditional"},
        {4, "exception", "Error"},
    };
    for (const auto& [reply, state, word] : cases) {
        auto script = about_to_buy(order({"+17805552001"}));
        script.expects_http("POST", dids).answers(200, replies({{7805552001, reply, ""}}));
        if (reply != 0) sees(script, "find-rest", {4165559001});
        const auto ours = script.result<PurchaseProgress>();
        EXPECT_EQ(to_json(ours.state), state) << word;
        if (reply != 2) {
            ASSERT_EQ(ours.rejections.size(), 1u) << word;
            EXPECT_THAT(ours.rejections[0].text, HasSubstr(word));
        } else {
            EXPECT_EQ(ours.check_again, std::chrono::seconds(3600));
        }
    }
}

TEST(Purchase, TakesWhatTheTrunkHasWhateverTheReplyWas) {
    auto script = about_to_buy(order({"+17805552001"}));
    script.expects_http("POST", dids)
        .answers(200, replies({{7805552001, 4, "An error occurred."}}));
    sees(script, "find-rest", {4165559001, 7805552001}).ends_with(R"({"state":"completed"})");
    cut_everywhere(script);
}

TEST(Purchase, LooksAtTheTrunkWhenTheAnswerWasLost) {
    auto script = about_to_buy(order());
    script.expects_http("POST", dids).named("buy").once().in_doubt();
    sees(script, "find", {4165559001, 7805552001, 7805552002})
        .ends_with(R"({"state":"completed","numbers":[
            {"carrier_word":"found on the trunk"},{"carrier_word":"found on the trunk"}]})");
    cut_everywhere(script);
}

TEST(Purchase, OrdersAgainOnlyWhatIsNotOnTheTrunk) {
    auto script = about_to_buy(order());
    script.expects_http("POST", dids).named("buy").once().in_doubt();
    sees(script, "find", {4165559001, 7805552001});
    script.expects_http("POST", dids)
        .named("buy")
        .once()
        .with_body(R"([{"Number":7805552002}])")
        .answers(200, replies({{7805552002, 0, "Number is not available."}}));
    // It was ours all along: the first order was only late.
    sees(script, "find-rest", {4165559001, 7805552001, 7805552002})
        .ends_with(R"({"state":"completed"})");
    cut_everywhere(script);
}

TEST(Purchase, KeepsWhatTheTrunkHasWhereTheRestIsThenRefusedAsAWhole) {
    for (const bool late : {false, true}) {
        auto script = about_to_buy(order({"+17805552001", "+17805552002", "+17805552003"}));
        script.expects_http("POST", dids).named("buy").once().in_doubt();
        sees(script, "find", {4165559001, 7805552001, 7805552002});
        script.expects_http("POST", dids)
            .named("buy")
            .with_body(R"([{"Number":7805552003}])")
            .answers(400, R"({"Message":"Number is not available.","Reply":0})");
        sees(
            script, "find-rest",
            late ? std::vector<std::int64_t>{7805552001, 7805552002, 7805552003}
                 : std::vector<std::int64_t>{7805552001, 7805552002}
        );
        script.ends_with(
            late ? R"({"state":"completed","numbers":[{},{},{"number":"+17805552003","state":"completed"}]})"
                 : R"({"state":"partial","numbers":[{"number":"+17805552001","state":"completed"},
                       {"number":"+17805552002","state":"completed"},
                       {"number":"+17805552003","state":"rejected"}],
                       "rejections":[{"numbers":["+17805552003"]}]})"
        );
        cut_everywhere(script);
    }
}

TEST(Purchase, LooksBeforeItBelievesThatAllAreRefusedAfterALostAnswer) {
    auto script = about_to_buy(order());
    script.expects_http("POST", dids).named("buy").once().in_doubt();
    sees(script, "find", {4165559001});
    script.expects_http("POST", dids).named("buy").answers(400, R"({"Message":"no","Reply":0})");
    sees(script, "find-rest", {7805552001, 7805552002}).ends_with(R"({"state":"completed"})");
    cut_everywhere(script);
}

TEST(Purchase, StaysInDoubtWhereTheTrunkCannotBeReadAfterARefusalThatFollowsALostAnswer) {
    auto script = about_to_buy(order());
    script.expects_http("POST", dids).named("buy").once().in_doubt();
    sees(script, "find", {4165559001, 7805552001});
    script.expects_http("POST", dids).named("buy").answers(400, R"({"Message":"no","Reply":0})");
    script.expects_http("GET", dids)
        .named("find-rest")
        .fails(ErrorKind::unavailable)
        .fails_with(ErrorKind::in_doubt);
}

TEST(Purchase, LooksAtTheTrunkAfterASecondLostAnswerToo) {
    auto script = about_to_buy(order());
    script.expects_http("POST", dids).named("buy").in_doubt();
    sees(script, "find", {4165559001, 7805552001});
    script.expects_http("POST", dids).named("buy").with_body(R"([{"Number":7805552002}])").in_doubt();
    sees(script, "find-again", {4165559001, 7805552001, 7805552002})
        .ends_with(R"({"state":"completed","numbers":[
            {"carrier_word":"found on the trunk"},{"carrier_word":"found on the trunk"}]})");
    cut_everywhere(script);
}

TEST(Purchase, StaysInDoubtWhenItIsLostThriceOrCannotBeLookedUp) {
    auto thrice = about_to_buy(order());
    for (const auto* look : {"find", "find-again", "find-third"}) {
        thrice.expects_http("POST", dids).named("buy").once().in_doubt();
        sees(thrice, look, {4165559001});
    }
    thrice.fails_with(ErrorKind::in_doubt, Reason::none, HasSubstr("lost three times"));
    for (const auto kind :
         {ErrorKind::unavailable, ErrorKind::unauthorized, ErrorKind::throttled}) {
        auto script = about_to_buy(order());
        script.expects_http("POST", dids).in_doubt();
        script.expects_http("GET", dids).fails(kind).fails_with(ErrorKind::in_doubt);
    }
}

TEST(Purchase, LooksUpAfterAnAnswerThatTellsNeitherYesNorNo) {
    const std::pair<int, std::string> answers[] = {
        {200, "<html>"}, {200, "{}"}, {502, "bad gateway"}
    };
    for (const auto& [status, body] : answers) {
        auto script = about_to_buy(order());
        script.expects_http("POST", dids).answers(status, body);
        script.expects_sleep(60s).named("settle").is_done();
        sees(script, "find", {7805552001, 7805552002}).ends_with(R"({"state":"completed"})");
        cut_everywhere(script);
    }
}

/// The rest is ordered a second time, as the first answer told nothing.
Script rest_once_more() {
    auto script = about_to_buy(order());
    script.expects_http("POST", dids).named("buy").answers(200, "<html>");
    script.expects_sleep(60s).is_done();
    sees(script, "find", {7805552001});
    script.expects_http("POST", dids).named("buy-again").once();
    return script;
}

TEST(Purchase, OrdersAgainUnderAnotherStepWhereTheHostSawNoLoss) {
    auto script = rest_once_more();
    script.with_body(R"([{"Number":7805552002}])")
        .answers(200, replies({{7805552002, 1, ""}}));
    script.expects_http("GET", dids)
        .named("find-rest")
        .looking_up("buy-again")
        .answers(200, trunk({7805552001, 7805552002}))
        .ends_with(R"({"state":"completed"})");
    cut_everywhere(script);
}

TEST(Purchase, LooksAtTheTrunkWhereTheAnswerToThatOrderIsLostToo) {
    auto script = rest_once_more();
    script.in_doubt().expects_http("GET", dids)
        .named("find-again")
        .looking_up("buy-again")
        .answers(200, trunk({7805552001, 7805552002}))
        .ends_with(R"({"state":"completed"})");
    cut_everywhere(script);
}

TEST(Purchase, TakesANumberOfItsTrunkForItsOwnOnlyWhereAnEarlierAttemptOrderedIt) {
    auto given = order({"+14165559001"});
    const auto keeps = [&](const char* state, const json::array& found_before = {}) {
        given["kept"] = json::object{
            {"numbers", {{{"number", "+14165559001"}, {"state", state}}}},
            {"found_before", found_before}
        };
    };
    const auto refused = [&] {
        about_to_buy(given).ends_with(
            R"({"state":"exception","carrier_id":"","rejections":[{"reason":"NUMBER_TAKEN"}]})"
        );
    };
    refused();
    given["attempt"] = 2;
    refused();
    keeps("rejected");
    refused();
    keeps("completed", {"+14165559001"});
    refused();
    for (const auto* state : {"completed", "in_review", "exception"}) {
        keeps(state);
        about_to_buy(given).ends_with(R"({"state":"completed","carrier_id":"4165559001"})");
    }
}

TEST(Purchase, SendsNothingThatItsOwnRulesRefuse) {
    const auto refused = [](const json::object& given, Reason reason, const char* words) {
        Script(thinktel(), "purchase", canonical(given), settings)
            .fails_with(ErrorKind::invalid_input, reason, HasSubstr(words));
    };
    refused(order(json::array{}), Reason::none, "/numbers");
    refused(order({"+33123456789"}), Reason::unsupported_by_gaining, "/numbers/0");
    refused(order({"+18885550101"}), Reason::unsupported_by_gaining, "/numbers/0");
    refused(order({"+18765550101"}), Reason::unsupported_by_gaining, "/numbers/0");
    refused(order({"+17805552001", "+17805552001"}), Reason::none, "twice");
    auto french = order();
    french["country"] = "FR";
    refused(french, Reason::unsupported_by_gaining, "/country");
    auto mobile = order();
    mobile["number_type"] = "mobile";
    refused(mobile, Reason::unsupported_by_gaining, "/number_type");
    auto offering = order();
    offering["target"] = json::object{{"offering", "OFF-1"}};
    refused(offering, Reason::unsupported_by_gaining, "/target/offering");
    auto nameless = with_911(order());
    nameless["end_user"] = json::object{{"name", "Acme Inc"}};
    refused(nameless, Reason::address_required, "/end_user/authorized_person");
    auto addressless = with_911(order());
    addressless["emergency_address"] = json::object{{"city", "Edmonton"}};
    refused(addressless, Reason::address_required, "/emergency_address/house_number");

    Script(thinktel(), "purchase", canonical(order()))
        .expects_http("GET", "/SipTrunks")
        .answers_file(200, "trunks.json")
        .fails_with(
            ErrorKind::invalid_input, Reason::none,
            HasSubstr("\"HQ\" (pilot number ending in 1212)")
        );
}

// ---------------------------------------------------------------- ranges

json::array ten() {
    json::array numbers;
    for (int index = 0; index < 10; ++index)
        numbers.push_back(json::string("+1780555200" + std::to_string(index)));
    return numbers;
}
std::vector<std::int64_t> digits_of_ten(int count) {
    std::vector<std::int64_t> digits;
    for (int index = 0; index < count; ++index) digits.push_back(7805552000 + index);
    return digits;
}

TEST(Purchase, OrdersTenInARowAsOneRange) {
    auto script = about_to_buy(order(ten()));
    script.expects_http("POST", "/SipTrunks/7005551212/Dids/Ranges")
        .named("buy-range")
        .once()
        .with_body(R"([{"FirstNumber":7805552000,"LastNumber":7805552009}])")
        .answers(200, R"([{"FirstNumber":7805552000,"LastNumber":7805552009,"Reply":1}])")
        .ends_with(R"({"state":"completed"})");
    cut_everywhere(script);
    auto gap = ten();
    gap.back() = "+17805552019";
    about_to_buy(order(gap)).expects_http("POST", dids);
}

TEST(Purchase, GoesNumberByNumberWhereARangeIsRefusedOrLost) {
    for (const bool lost : {false, true}) {
        auto script = about_to_buy(order(ten()));
        script.expects_http("POST", "/SipTrunks/7005551212/Dids/Ranges").once();
        if (lost)
            script.in_doubt();
        else
            script.answers(200, R"([{"FirstNumber":7805552000,"LastNumber":7805552009,"Reply":0,
                          "Message":"The range is not available."}])");
        script.expects_http("GET", dids)
            .named("find-range")
            .looking_up("buy-range")
            .answers(200, trunk(digits_of_ten(8)));
        script.expects_http("POST", dids)
            .named("buy")
            .once()
            .with_body(R"([{"Number":7805552008},{"Number":7805552009}])")
            .answers(
                200, replies({{7805552008, 1, ""}, {7805552009, 0, "Number is not available."}})
            );
        if (lost) sees(script, "find-rest", digits_of_ten(10));
        script.ends_with(lost ? R"({"state":"completed"})" : R"({"state":"partial"})");
        cut_everywhere(script);
    }
}

TEST(Purchase, KeepsThePartOfARangeThatTheTrunkHasWhereTheRestIsRefusedAsAWhole) {
    for (const bool lost : {false, true}) {
        auto script = about_to_buy(order(ten()));
        script.expects_http("POST", "/SipTrunks/7005551212/Dids/Ranges").once();
        if (lost)
            script.in_doubt();
        else
            script.answers(200, R"([{"FirstNumber":7805552000,"LastNumber":7805552009,"Reply":0}])");
        script.expects_http("GET", dids)
            .named("find-range")
            .looking_up("buy-range")
            .answers(200, trunk(digits_of_ten(8)));
        script.expects_http("POST", dids)
            .named("buy")
            .answers(400, R"({"Message":"Number is not available.","Reply":0})");
        // A refusal that is no loss and says why needs no look.
        if (lost) sees(script, "find-rest", digits_of_ten(8));
        script.ends_with(R"({"state":"partial","rejections":[{"numbers":["+17805552008"]},{"numbers":["+17805552009"]}],
            "numbers":[{"state":"completed"},{"state":"completed"},{"state":"completed"},{"state":"completed"},
                       {"state":"completed"},{"state":"completed"},{"state":"completed"},{"state":"completed"},
                       {"state":"rejected"},{"state":"rejected"}]})");
        cut_everywhere(script);
    }
}

TEST(Purchase, BuysNothingMoreWhereALostRangeWasCarriedOut) {
    auto script = about_to_buy(order(ten()));
    script.expects_http("POST", "/SipTrunks/7005551212/Dids/Ranges").in_doubt();
    script.expects_http("GET", dids)
        .looking_up("buy-range")
        .answers(200, trunk(digits_of_ten(10)))
        .ends_with(R"({"state":"completed"})");
}

TEST(Purchase, BuysNothingMoreWhereTheTrunksListCannotBeUnderstood) {
    for (const char* strange : {"{}", R"("none")", "[7]", R"([{"Number":true}])"}) {
        auto script = about_to_buy(order(ten()));
        script.expects_http("POST", "/SipTrunks/7005551212/Dids/Ranges").in_doubt();
        script.expects_http("GET", dids).looking_up("buy-range").answers(200, strange).fails_with(ErrorKind::in_doubt);
    }
}

// ---------------------------------------------------------------- any numbers of an area

TEST(Purchase, OrdersTheNextAvailableOfARateCentre) {
    auto script = about_to_buy(order_by_area("Edmonton, AB", 2));
    script.expects_http("POST", next_available)
        .named("buy")
        .once()
        .with_body(R"([{"RateCenterName":"Edmonton, AB","Quantity":2}])")
        .answers(200, replies({{7805552001, 1, ""}, {7805552002, 1, ""}}))
        .ends_with(R"({"state":"completed","numbers":[{"number":"+17805552001"},
                                                      {"number":"+17805552002"}]})");
    cut_everywhere(script);
}

TEST(Purchase, FindsARateCentreWhateverCaseAndAccentsItsNameIsWrittenWith) {
    const std::pair<const char*, const char*> names[] = {
        {"EDMONTON AB", "Edmonton, AB"},
        {"quebec, qc", "Québec, QC"},
        {"QUÉBEC (QC)", "Québec, QC"},
        {"St. John's, NL", "St. John's, NL"},  // as it is written there: it is that one
        {"st johns nl", "st johns nl"},        // two are called so: ThinkTel judges
        {"Atlantis, AB", "Atlantis, AB"},
    };
    for (const auto& [typed, sent] : names) {
        auto script = about_to_buy(order_by_area(typed, 1));
        script.expects_http("POST", next_available)
            .with_body(
                canonical(json::array{json::object{{"RateCenterName", sent}, {"Quantity", 1}}})
            )
            .answers(200, replies({{7805552001, 1, ""}}))
            .ends_with(R"({"state":"completed"})");
    }
}

TEST(Purchase, FindsARateCentreOfAnAreaCodeThatHasEnough) {
    auto script = about_to_buy(order_by_area("780", 2));
    script.expects_http("GET", "/RateCenters/NPA/780")
        .answers(
            200, R"([{"Name":"Jasper, AB","Available":1},{"Name":"Edmonton, AB","Available":9}])"
        );
    script.expects_http("POST", next_available)
        .with_body(R"([{"RateCenterName":"Edmonton, AB","Quantity":2}])");
    about_to_buy(order_by_area("780", 20))
        .expects_http("GET", "/RateCenters/NPA/780")
        .answers(200, R"([{"Name":"Jasper, AB","Available":1}])")
        .fails_with(ErrorKind::rejected, Reason::number_taken, HasSubstr("has 20 numbers"));
}

TEST(Purchase, IsRefusedWhereAnAreaHasTooFew) {
    about_to_buy(order_by_area("Edmonton, AB", 2))
        .expects_http("POST", next_available)
        .answers(200, replies({{0, 0, "Not enough numbers in this rate center."}}))
        .fails_with(ErrorKind::rejected, Reason::number_taken, HasSubstr("Not enough numbers"))
        .coded("Reply 0");
    about_to_buy(order_by_area("Edmonton, AB", 2))
        .expects_http("POST", next_available)
        .answers(200, replies({{7805552001, 1, ""}, {0, 0, "Not enough numbers."}}))
        .ends_with(R"({"state":"partial","note":"1 fewer than ordered"})");
}

TEST(Purchase, LeavesToAPersonWhatAnAreaMayStillDeliver) {
    auto script = about_to_buy(order_by_area("Edmonton, AB", 2));
    script.expects_http("POST", next_available)
        .named("buy")
        .answers(200, R"([{"Reply":2,"Message":"Deferred."}])");
    script.expects_sleep(60s).named("settle").is_done();
    sees(script, "find", {4165559001})
        .fails_with(ErrorKind::in_doubt, Reason::none, HasSubstr("a person must look"));
    cut_everywhere(script);
}

Script lost_next_available() {
    auto script = about_to_buy(order_by_area("Edmonton, AB", 2));
    script.expects_http("POST", next_available).named("buy").once().in_doubt();
    return script;
}

TEST(Purchase, NeverTakesNewNumbersOfTheAreaForOursAsAnotherOrderMayHaveBoughtThem) {
    auto script = lost_next_available();
    sees(script, "find", {4165559001, 7805552001, 7805552002})
        .fails_with(ErrorKind::in_doubt, Reason::none, HasSubstr("order of 2 numbers was lost, and the trunk has 2 new ones"));
    cut_everywhere(script);
}

TEST(Purchase, NeverOrdersAnyNumbersASecondTime) {
    for (const auto& seen :
         {std::vector<std::int64_t>{4165559001},
          {4165559001, 7805552001},
          {7805552001, 7805552002, 7805552003}}) {
        auto script = lost_next_available();
        sees(script, "find", seen)
            .fails_with(ErrorKind::in_doubt, Reason::none, HasSubstr("a person must look"));
        cut_everywhere(script);
    }
}

}  // namespace
}  // namespace porteur::testkit
