// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr auto numbers = "/api/v2/routing/sms/phonenumbers";
constexpr auto addresses = "/api/v2/routing/sms/addresses";
constexpr auto desk = "GenesysCloudSMS@genesys.com";

const Plugin& genesys() {
    static const Plugin plugin = Plugin::linked();
    return plugin;
}
json::object order(const char* name = "order.json") { return parsed(file(name)).as_object(); }
Script purchase(const json::object& given, const std::string& settings = "{}") {
    return Script(genesys(), "purchase", canonical(given), settings);
}
json::object two_numbers() {
    auto given = order();
    given["numbers"] = json::array{"+13175550101", "+13175550102"};
    return given;
}

TEST(PurchaseByApi, OrdersANumberAndWaitsUntilItIsActive) {
    auto script = purchase(order(), R"({"check_every":5})");
    script.expects_http("POST", numbers)
        .named("buy")
        .once()
        .with_body(
            R"({"phoneNumber":"+13175550101","phoneNumberType":"local","countryCode":"US","name":"po-9"})"
        )
        .answers_file(202, "bought-202.json")
        .ends_with(R"({"carrier_id":"n-1","state":"submitted","check_again":5,
                       "numbers":[{"number":"+13175550101","state":"submitted","carrier_word":"INITIATED/Running"}]})"
        );
    EXPECT_EQ(cut_everywhere(script), 2u);
}

TEST(PurchaseByApi, TakesA200AsWellAsA202) {
    auto script = purchase(order());
    script.expects_http("POST", numbers).answers_file(200, "bought-200.json");
    EXPECT_FALSE(script.result<PurchaseProgress>().check_again);
    script.ends_with(R"({"state":"completed"})");
}

TEST(PurchaseByApi, TellsThatTheNumberIsGone) {
    auto script = purchase(order());
    script.expects_http("POST", numbers)
        .answers_file(400, "error-unavailable-number.json")
        .fails_with(
            ErrorKind::rejected, Reason::number_taken,
            AllOf(HasSubstr("*******0101"), Not(HasSubstr("3175550101")))
        )
        .coded("phone.number.unavailable");
    cut_everywhere(script);
}

TEST(PurchaseByApi, IsTakenFromTheInventoryWhenTheAnswerWasLost) {
    auto script = purchase(order());
    script.expects_http("POST", numbers)
        .in_doubt()
        .expects_http("GET", numbers)
        .named("find")
        .looking_up("buy")
        .with_query({{"phoneNumber", "13175550101"}})
        .answers_file(200, "inventory-running.json")
        .ends_with(R"({"carrier_id":"n-1","state":"submitted"})");
    EXPECT_EQ(cut_everywhere(script), 3u);
}

TEST(PurchaseByApi, IsOrderedAgainOnlyWhereTheInventoryCertainlyLacksIt) {
    for (const auto* name : {"inventory-none.json", "inventory-longer-number.json"}) {
        auto script = purchase(order());
        script.expects_http("POST", numbers)
            .in_doubt()
            .expects_http("GET", numbers)
            .answers_file(200, name)
            .expects_http("POST", numbers)
            .named("buy")
            .once()
            .answers_file(202, "bought-202.json")
            .ends_with(R"({"carrier_id":"n-1"})");
        cut_everywhere(script);
    }
}

TEST(PurchaseByApi, StaysInDoubtWhenTheInventoryCannotBeRead) {
    for (const int status : {403, 404, 500}) {
        auto script = purchase(order());
        script.expects_http("POST", numbers)
            .in_doubt()
            .expects_http("GET", numbers)
            .answers_file(status, "error-server.json");
        script.fails_with(ErrorKind::in_doubt);
    }
    auto script = purchase(order());
    script.expects_http("POST", numbers)
        .in_doubt()
        .expects_http("GET", numbers)
        .fails(ErrorKind::unavailable);
    script.fails_with(ErrorKind::in_doubt);
}

TEST(PurchaseByApi, StaysInDoubtWhenTheSecondAnswerIsLostToo) {
    auto script = purchase(order());
    script.expects_http("POST", numbers)
        .in_doubt()
        .expects_http("GET", numbers)
        .answers_file(200, "inventory-none.json");
    script.expects_http("POST", numbers).in_doubt().fails_with(ErrorKind::in_doubt);
}

TEST(PurchaseByApi, LooksForTheNumberAfterAnAnswerThatTellsNothing) {
    for (const auto& [status, body] : {std::pair{200, "<html>"}, std::pair{500, "{}"}}) {
        auto script = purchase(order());
        script.expects_http("POST", numbers).answers(status, body).expects_sleep(60s).is_done();
        script.expects_http("GET", numbers)
            .looking_up("buy")
            .answers_file(200, "inventory-active.json");
        script.ends_with(R"({"state":"completed"})");
        cut_everywhere(script);
    }
}

TEST(PurchaseByApi, MakesTheAddressThatANumberAsksFor) {
    auto script = purchase(order());
    script.expects_http("POST", numbers)
        .answers_file(400, "error-address.json")
        .expects_http("GET", addresses)
        .answers_file(200, "addresses-none.json")
        .expects_http("POST", addresses)
        .once()
        .with_body(
            R"({"name":"Acme Inc po-9","street":"1 Main St","city":"Indianapolis","region":"IN",
                       "postalCode":"46204","countryCode":"US","autoCorrectAddress":true})"
        )
        .answers_file(200, "address-created.json")
        .expects_http("POST", numbers)
        .named("buy-addressed")
        .with_body(
            R"({"phoneNumber":"+13175550101","phoneNumberType":"local","countryCode":"US","name":"po-9","addressId":"a-1"})"
        )
        .answers_file(202, "bought-202.json")
        .ends_with(R"({"carrier_id":"n-1","state":"submitted"})");
    EXPECT_EQ(cut_everywhere(script), 5u);
}

TEST(PurchaseByApi, UsesTheAddressAgainForTheNextNumber) {
    auto script = purchase(two_numbers());
    script.expects_http("POST", numbers).answers_file(400, "error-address.json");
    script.expects_http("GET", addresses).answers_file(200, "addresses-ours.json");
    script.expects_http("POST", numbers).answers_file(202, "bought-202.json");
    script.expects_http("POST", numbers)
        .named("buy-2")
        .with_body(
            R"({"phoneNumber":"+13175550102","phoneNumberType":"local","countryCode":"US","name":"po-9","addressId":"a-1"})"
        )
        .answers_file(202, "bought-second-202.json")
        .ends_with(R"({"state":"submitted","numbers":[{},{"number":"+13175550102"}]})");
    cut_everywhere(script);
}

TEST(PurchaseByApi, FindsTheAddressWhenTheAnswerToItWasLost) {
    auto script = purchase(order());
    script.expects_http("POST", numbers).answers_file(400, "error-address.json");
    script.expects_http("GET", addresses).answers_file(200, "addresses-none.json");
    script.expects_http("POST", addresses).in_doubt();
    script.expects_http("GET", addresses)
        .looking_up("create-address")
        .answers_file(200, "addresses-ours.json");
    script.expects_http("POST", numbers)
        .named("buy-addressed")
        .answers_file(202, "bought-202.json")
        .ends_with("{}");
    cut_everywhere(script);
}

TEST(PurchaseByApi, TellsThatTheAddressIsMissingOrWrong) {
    auto without = order();
    without.erase("address");
    auto script = purchase(without);
    script.expects_http("POST", numbers)
        .answers_file(400, "error-address.json")
        .fails_with(ErrorKind::invalid_input, Reason::address_required);

    auto wrong = purchase(order());
    wrong.expects_http("POST", numbers).answers_file(400, "error-address.json");
    wrong.expects_http("GET", addresses).answers_file(200, "addresses-none.json");
    wrong.expects_http("POST", addresses)
        .answers_file(400, "error-invalid-address.json")
        .fails_with(ErrorKind::rejected, Reason::address_mismatch);
}

TEST(PurchaseByApi, NeverForgetsWhatWasBoughtBeforeAFailure) {
    for (const auto kind :
         {ErrorKind::unavailable, ErrorKind::unauthorized, ErrorKind::throttled}) {
        auto script = purchase(two_numbers());
        script.expects_http("POST", numbers).answers_file(202, "bought-202.json");
        script.expects_http("POST", numbers).fails(kind, "away");
        script.ends_with(R"({"carrier_id":"n-1","state":"exception","numbers":[
            {"number":"+13175550101","state":"submitted"},{"number":"+13175550102","state":"exception"}],
            "keep":{"+13175550102":{"what":"not_ordered"}},
            "note":"not all numbers could be ordered: buy-2: away"})");
        cut_everywhere(script);
    }
}

TEST(PurchaseByApi, NeverHidesADoubtBehindWhatWasBought) {
    auto script = purchase(two_numbers());
    script.expects_http("POST", numbers).answers_file(202, "bought-202.json");
    script.expects_http("POST", numbers)
        .in_doubt()
        .expects_http("GET", numbers)
        .fails(ErrorKind::unavailable);
    script.fails_with(ErrorKind::in_doubt);
}

TEST(PurchaseByApi, KeepsWhichNumbersWereRefused) {
    auto script = purchase(two_numbers());
    script.expects_http("POST", numbers).answers_file(400, "error-unavailable-number.json");
    script.expects_http("POST", numbers).answers_file(202, "bought-second-202.json");
    script.ends_with(R"({"state":"submitted","numbers":[
        {"number":"+13175550101","state":"rejected","reason":"NUMBER_TAKEN"},{"state":"submitted"}],
        "rejections":[{"reason":"NUMBER_TAKEN","numbers":["+13175550101"]}],
        "keep":{"+13175550101":{"what":"refused","code":"phone.number.unavailable"}}})");
}

TEST(PurchaseByApi, StopsTheAccountWithoutThePermission) {
    purchase(order())
        .expects_http("POST", numbers)
        .answers_file(403, "error-permission.json")
        .fails_with(ErrorKind::unauthorized, Reason::none, HasSubstr("sms:phoneNumber:add"))
        .coded("missing.any.permissions");
}

TEST(Purchase, SendsNothingThatItsOwnRulesRefuse) {
    auto none = order();
    none["numbers"] = json::array{};
    purchase(none).fails_with(ErrorKind::invalid_input);
    auto nowhere = order();
    nowhere["country"] = "";
    purchase(nowhere).fails_with(ErrorKind::invalid_input);
    auto short_code = order();
    short_code["number_type"] = "short_code";
    purchase(short_code).fails_with(ErrorKind::unsupported, Reason::unsupported_by_gaining);
}

TEST(PurchaseByMail, WritesToTheDeskWithThePapersAttached) {
    auto script = purchase(order("order-france.json"));
    script.expects_http("GET", "/api/v2/organizations/me")
        .answers_file(200, "organization.json")
        .expects_mail(desk)
        .named("ask-desk")
        .once()
        .with_head(R"({"subject":"SMS number purchase request: France, 2 numbers, reference po-9",
                       "documents":[{"id":"doc-1","name":"kbis.pdf"},{"id":"doc-2","name":"pièce.pdf"}]})"
        )
        .with_text(file("ask-desk.txt"))
        .is_taken("<op.1@acme.example>")
        .ends_with(R"({"state":"in_review","carrier_id":"<op.1@acme.example>","check_again":21600,
                       "numbers":[{"number":"+33644550101","state":"in_review"},{"number":"+33644550102"}],
                       "keep":{"+33644550101":{"what":"mailed"}}})");
    EXPECT_EQ(cut_everywhere(script), 3u);
}

TEST(PurchaseByMail, AsksForAlternatesAsTheOrderWishes) {
    auto given = order("order-france.json");
    given["alternates"] = "choose_for_us";
    auto script =
        purchase(given, R"({"organization_id":"org-1","desk_address":"desk@genesys.example"})");
    script.expects_mail("desk@genesys.example")
        .is_taken("<m>")
        .ends_with(R"({"state":"in_review"})");
    const auto& mail = script.recording().first.effects.at(0).body;
    EXPECT_THAT(mail, HasSubstr("please choose another one for us"));
    EXPECT_THAT(mail, HasSubstr("Organization ID: org-1\n"));
}

TEST(PurchaseByMail, IsTheWayWhereTheApiSaysThatPapersAreWanted) {
    for (const auto* name : {"error-bundle.json", "error-document.json"}) {
        auto given = order();
        given["country"] = "CL";
        auto script = purchase(given, R"({"organization_id":"org-1"})");
        script.expects_http("POST", numbers)
            .answers_file(400, name)
            .expects_mail(desk)
            .is_taken("<m>")
            .ends_with(R"({"state":"in_review"})");
        cut_everywhere(script);
    }
}

TEST(PurchaseByMail, IsNotSentWithoutThePapersThatTheCountryWants) {
    auto given = order("order-france.json");
    given.erase("documents");
    purchase(given).fails_with(
        ErrorKind::invalid_input, Reason::documents_required, HasSubstr("Kbis")
    );
}

TEST(PurchaseByMail, StaysInDoubtWhenNobodyKnowsWhetherTheMailLeft) {
    auto script = purchase(order("order-france.json"), R"({"organization_id":"org-1"})");
    script.expects_mail(desk).in_doubt().fails_with(
        ErrorKind::in_doubt, Reason::none, HasSubstr("whether it left")
    );
    cut_everywhere(script);
}

TEST(PurchaseByMail, PassesOnThatTheMailServerRefusesIt) {
    purchase(order("order-france.json"), R"({"organization_id":"org-1"})")
        .expects_mail(desk)
        .fails(ErrorKind::rejected, "550 no such user")
        .fails_with(ErrorKind::rejected, Reason::none, HasSubstr("550 no such user"));
}

}  // namespace
}  // namespace porteur::testkit
