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

TEST(CheckAccount, NamesTheAccount) {
    Script script(thinktel(), "check_account", "{}");
    script.expects_http("GET", "/Users/Current/Account")
        .answers(200, file("account.json"), {{"content-type", "text/json"}})
        .expects_http("GET", "/SipTrunks")
        .answers_file(200, "trunks.json")
        .ends_exactly(R"({"identity":"1234","problems":[]})");
    EXPECT_EQ(cut_everywhere(script), 3u);
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
        .ends_exactly(R"([
            {"kind":"trunk","id":"7005551212","label_en":"HQ","label_fr":"HQ","parents":[],"details":[]},
            {"kind":"trunk","id":"7005551300","label_en":"Laval","label_fr":"Laval","parents":[],"details":[]},
            {"kind":"offering","id":"OFF-4","label_en":"Business line","label_fr":"Ligne d'affaires","parents":[],"details":[]}])"
        );
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

TEST(CheckPortability, AnswersEachNumberOnItsOwn) {
    Script script(
        thinktel(), "check_portability",
        R"({"numbers":["+14165550101","+33123456789","+14165550102"]})"
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

TEST(CheckPortability, PassesOnThatThinkTelIsAway) {
    Script(thinktel(), "check_portability", R"({"numbers":["+14165550101"]})")
        .expects_http("POST", "/NumberPorts/LNP/NPANXX/Check")
        .fails(ErrorKind::unavailable)
        .fails_with(ErrorKind::unavailable);
}

}  // namespace
}  // namespace porteur::testkit
