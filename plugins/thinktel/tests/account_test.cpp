// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

using ::testing::HasSubstr;

const Plugin& thinktel() {
    static const Plugin plugin = Plugin::linked();
    return plugin;
}

TEST(CheckAccount, NamesTheAccountAndLooksAtItsTrunks) {
    Script script(thinktel(), "check_account", "{}");
    script.expects_http("GET", "/Users/Current/Account")
        .answers(200, file("account.json"), {{"content-type", "text/json"}})
        .expects_http("GET", "/SipTrunks")
        .answers_file(200, "trunks.json")
        .expects_http("GET", "/SipTrunks/7005551212")
        .named("trunk")
        .safe()
        .answers(200, R"({"Number":7005551212,"Enabled":true})")
        .expects_http("GET", "/SipTrunks/7005551300")
        .named("trunk-2")
        .answers_file(404, "error-not-found.json")
        .ends_exactly(R"({"identity":"1234","problems":[]})");
    EXPECT_EQ(cut_everywhere(script), 5u);
}

TEST(CheckAccount, WarnsOfATrunkThatIsSwitchedOff) {
    Script script(thinktel(), "check_account", "{}");
    script.expects_http("GET", "/Users/Current/Account")
        .answers_file(200, "account.json")
        .expects_http("GET", "/SipTrunks")
        .answers(200, R"([{"Number":7005551212,"Label":"HQ"}])")
        .expects_http("GET", "/SipTrunks/7005551212")
        .answers(200, R"({"Number":7005551212,"Enabled":false})");
    const auto check = script.result<AccountCheck>();
    ASSERT_EQ(check.problems.size(), 1u);
    EXPECT_FALSE(check.problems[0].blocking);
    EXPECT_THAT(check.problems[0].message, HasSubstr("\"HQ\" is switched off"));
}

TEST(CheckAccount, StopsAtWrongCredentials) {
    Script(thinktel(), "check_account", "{}")
        .expects_http("GET", "/Users/Current/Account")
        .answers_file(403, "error-forbidden.json")
        .fails_with(ErrorKind::unauthorized, Reason::none, HasSubstr("Unauthorized access"));
    Script(thinktel(), "check_account", "{}")
        .expects_http("GET", "/Users/Current/Account")
        .fails(ErrorKind::unauthorized)
        .fails_with(ErrorKind::unauthorized);
}

TEST(CheckAccount, WarnsOfAnAccountWithoutATrunk) {
    Script(thinktel(), "check_account", "{}")
        .expects_http("GET", "/Users/Current/Account")
        .answers_file(200, "account.json")
        .expects_http("GET", "/SipTrunks")
        .answers_file(200, "trunks-none.json")
        .ends_with(R"({"problems":[{"blocking":false}]})");
}

TEST(ListTargets, ListsTrunksAndOfferings) {
    Script script(thinktel(), "list_targets", "{}");
    script.expects_http("GET", "/SipTrunks")
        .answers_file(200, "trunks.json")
        .expects_http("GET", "/Products/TelephoneOfferings")
        .answers_file(200, "offerings.json")
        .ends_with(R"json([
            {"kind":"trunk","id":"7005551212","label_en":"HQ","label_fr":"HQ","parents":[],"details":[]},
            {"kind":"trunk","id":"7005551300","label_en":"Laval","label_fr":"Laval"},
            {"kind":"offering","id":"OFF-1","label_en":"Hosted number","label_fr":"Numéro hébergé","details":[]},
            {"id":"OFF-2","parents":["SUB-1: 4165559001 (Hosted PBX / PBX hébergé)","SUB-2: 4165559002 (Hosted PBX / PBX hébergé)"]},
            {"id":"OFF-3","details":["plan_id"]},
            {"id":"OFF-4","label_fr":"Ligne d'affaires","details":["plan_id","business_group_id"]},
            {"id":"OFF-5","details":["plan_id","forward_to","provisioning_instructions"]},
            {"id":"OFF-6","parents":["GRP-1: 4165559003 (Business group / Groupe d'affaires)"],"details":["forward_to"]},
            {"id":"OFF-7","details":["fax_email"]},
            {"id":"OFF-8","details":[]}])json");
    cut_everywhere(script);
}

TEST(ListTargets, PassesARefusalOn) {
    Script(thinktel(), "list_targets", "{}")
        .expects_http("GET", "/SipTrunks")
        .answers_file(400, "error-plain.txt")
        .fails_with(ErrorKind::rejected, Reason::other, HasSubstr("cannot take requests"));
}

TEST(ListNumbers, ListsTheNumbersOfEveryTrunk) {
    Script script(thinktel(), "list_numbers", "{}");
    script.expects_http("GET", "/SipTrunks")
        .answers_file(200, "trunks.json")
        .expects_http("GET", "/SipTrunks/7005551212/Dids")
        .with_query({{"PageFrom", "0"}, {"PageSize", "1000"}})
        .answers_file(200, "dids-hq.json")
        .expects_http("GET", "/SipTrunks/7005551300/Dids")
        .answers_file(200, "dids-laval.json")
        .ends_with(R"([{"number":"+17005551212","main_number":true},
                       {"number":"+14165550101","label":"reception","type":"local","main_number":false},
                       {"number":"+18005550101","type":"toll_free"}])");
    cut_everywhere(script);
}

TEST(ListNumbers, AsksForTheNextPageFromTheLastNumber) {
    json::array full;
    for (std::int64_t index = 0; index < 1000; ++index)
        full.push_back(json::object{{"Number", 4165550000 + index}});
    Script script(thinktel(), "list_numbers", "{}");
    script.expects_http("GET", "/SipTrunks")
        .answers(200, R"([{"Number":7005551212}])")
        .expects_http("GET", "/SipTrunks/7005551212/Dids")
        .answers(200, canonical(full))
        .expects_http("GET", "/SipTrunks/7005551212/Dids")
        .named("dids-1-2")
        .with_query({{"PageFrom", "4165550999"}, {"PageSize", "1000"}})
        .answers(200, "[]");
    EXPECT_EQ(script.result<std::vector<CarrierNumber>>().size(), 1000u);
}

TEST(ListNumbers, StopsWhereAPageDoesNotGoOn) {
    json::array same(1000, json::object{{"Number", 4165550000}});
    Script(thinktel(), "list_numbers", "{}")
        .expects_http("GET", "/SipTrunks")
        .answers(200, R"([{"Number":7005551212}])")
        .expects_http("GET", "/SipTrunks/7005551212/Dids")
        .answers(200, canonical(same))
        .expects_http("GET", "/SipTrunks/7005551212/Dids")
        .answers(200, canonical(same))
        .ends_with(canonical(json::array(2000, json::object{{"number", "+14165550000"}})));
}

TEST(ListNumbers, PassesARefusalOn) {
    Script(thinktel(), "list_numbers", "{}")
        .expects_http("GET", "/SipTrunks")
        .answers_file(400, "error-plain.txt")
        .fails_with(ErrorKind::rejected, Reason::other, HasSubstr("cannot take requests"));
}

TEST(CheckPortability, AnswersEachNumberOnItsOwn) {
    Script script(
        thinktel(), "check_portability",
        R"({"numbers":["+14165550101","+33123456789","+18765550123","+14165550102"]})"
    );
    script.expects_http("POST", "/NumberPorts/LNP/NPANXX/Check")
        .safe()
        .with_body("\"4165550101\"")
        .answers_file(200, "check-portable.json");
    script.expects_http("POST", "/NumberPorts/LNP/NPANXX/Check")
        .safe()
        .with_body("\"4165550102\"")
        .answers_file(200, "check-not-portable.json");
    script.ends_with(R"([
        {"number":"+14165550101","portable":true,"reason":"","carrier_word":"Accepted"},
        {"number":"+33123456789","portable":false,"reason":"UNSUPPORTED_BY_GAINING"},
        {"number":"+18765550123","portable":false,"reason":"UNSUPPORTED_BY_GAINING",
         "carrier_word":"not asked: the area code 876 (JM) is neither Canadian, US nor toll-free"},
        {"number":"+14165550102","portable":false,"reason":"RATE_CENTER_NOT_COVERED"}])");
    cut_everywhere(script);
}

TEST(CheckPortability, TakesTheRefusalOfOneNumberForThatNumberOnly) {
    Script script(
        thinktel(), "check_portability", R"({"numbers":["+14165550101","+14165550102"]})"
    );
    script.expects_http("POST", "/NumberPorts/LNP/NPANXX/Check")
        .answers_file(404, "error-not-found.json");
    script.expects_http("POST", "/NumberPorts/LNP/NPANXX/Check")
        .answers_file(200, "check-portable.json");
    script.ends_with(R"([{"portable":false,"reason":"NOT_PORTABLE"},{"portable":true}])");
}

TEST(CheckPortability, EveryReplyOtherThanAcceptedIsNotPortable) {
    const std::tuple<int, Reason, const char*> replies[] = {
        {0, Reason::not_portable, "Rejected"},
        {2, Reason::other, "Deferred"},
        {3, Reason::other, "Conditional"},
        {4, Reason::other, "Error"},
    };
    for (const auto& [reply, reason, word] : replies) {
        Script script(thinktel(), "check_portability", R"({"numbers":["+14165550101"]})");
        script.expects_http("POST", "/NumberPorts/LNP/NPANXX/Check")
            .answers(200, canonical(json::object{{"Number", 4165550101}, {"Reply", reply}}));
        const auto found = script.result<std::vector<Portability>>();
        ASSERT_EQ(found.size(), 1u);
        EXPECT_FALSE(found[0].portable) << word;
        EXPECT_EQ(found[0].reason, reason) << word;
        EXPECT_EQ(found[0].carrier_word, word);
    }
}

TEST(CheckPortability, TellsInUtf8WhatCameInOtherBytes) {
    Script script(thinktel(), "check_portability", R"({"numbers":["+14165550101"]})");
    script.expects_http("POST", "/NumberPorts/LNP/NPANXX/Check").answers(400, "refus\xe9 \xff");
    const auto found = script.result<std::vector<Portability>>();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_NE(found[0].carrier_word.find("refus? ?"), std::string::npos) << found[0].carrier_word;
}

TEST(CheckPortability, OneNumberWithoutAnAnswerDoesNotBlockTheRest) {
    Script script(
        thinktel(), "check_portability", R"({"numbers":["+14165550101","+14165550102"]})"
    );
    script.expects_http("POST", "/NumberPorts/LNP/NPANXX/Check").fails(ErrorKind::unavailable);
    script.expects_http("POST", "/NumberPorts/LNP/NPANXX/Check")
        .answers_file(200, "check-portable.json");
    script.ends_with(R"([{"number":"+14165550101","portable":false,"reason":"OTHER"},
                         {"number":"+14165550102","portable":true}])");
    cut_everywhere(script);
    for (const auto& [status, body] :
         {std::pair{409, R"({"ID":"1","Message":"Busy."})"}, {422, "{}"}, {429, ""}, {200, "<html>"}}) {
        Script bad(
            thinktel(), "check_portability", R"({"numbers":["+14165550101","+14165550102"]})"
        );
        bad.expects_http("POST", "/NumberPorts/LNP/NPANXX/Check").answers(status, body);
        bad.expects_http("POST", "/NumberPorts/LNP/NPANXX/Check")
            .answers_file(200, "check-portable.json");
        bad.ends_with(R"([{"portable":false,"reason":"OTHER"},{"portable":true}])");
    }
    Script(
        thinktel(), "check_portability", R"({"numbers":["+14165550101","+14165550102"]})"
    )
        .expects_http("POST", "/NumberPorts/LNP/NPANXX/Check")
        .answers_file(200, "check-portable.json")
        .expects_http("POST", "/NumberPorts/LNP/NPANXX/Check")
        .fails(ErrorKind::unauthorized)
        .fails_with(ErrorKind::unauthorized);
}

TEST(CheckPortability, AsksForAnyNumberOfNumbersSomeAtATime) {
    json::array numbers;
    for (int index = 100; index < 200; ++index)
        numbers.push_back(json::string("+14165550" + std::to_string(index)));
    Script script(
        thinktel(), "check_portability", canonical(json::object{{"numbers", numbers}})
    );
    for (int index = 0; index < 100; ++index)
        script.expects_http("POST", "/NumberPorts/LNP/NPANXX/Check")
            .answers_file(200, "check-portable.json");
    EXPECT_EQ(script.result<std::vector<Portability>>().size(), 100u);
    EXPECT_LE(script.recording().first.effects.size(), 64u);
}

TEST(CheckPortability, PassesOnThatThinkTelIsAway) {
    Script(thinktel(), "check_portability", R"({"numbers":["+14165550101"]})")
        .expects_http("POST", "/NumberPorts/LNP/NPANXX/Check")
        .fails(ErrorKind::unavailable)
        .fails_with(ErrorKind::unavailable);
}

}  // namespace
}  // namespace porteur::testkit
