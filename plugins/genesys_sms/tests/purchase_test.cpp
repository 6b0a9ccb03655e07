// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "genesys.hpp"

namespace porteur::testkit {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

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

/// An order whose answers are lost, while the inventory lacks the number.
Script lost(int times) {
    auto script = purchase(order());
    for (int time = 0; time < times; ++time)
        script.expects_http("POST", numbers)
            .named("buy")
            .in_doubt()
            .expects_http("GET", numbers)
            .looking_up("buy")
            .answers_file(200, "inventory-none.json");
    return script;
}

TEST(PurchaseByApi, IsTakenFromTheInventoryAfterASecondLostAnswerToo) {
    auto script = lost(1);
    script.expects_http("POST", numbers)
        .named("buy")
        .in_doubt()
        .expects_http("GET", numbers)
        .named("find-again")
        .looking_up("buy")
        .answers_file(200, "inventory-running.json")
        .ends_with(R"({"carrier_id":"n-1","state":"submitted"})");
    cut_everywhere(script);
}

TEST(PurchaseByApi, StaysInDoubtWhenThreeAnswersAreLost) {
    lost(3).fails_with(ErrorKind::in_doubt, Reason::none, HasSubstr("was lost three times"));
}

/// The first answer was lost, the inventory lacked the number, and the second order of it is refused.
Script refused_after_a_loss(int status, const std::string& code) {
    auto script = lost(1);
    script.expects_http("POST", numbers)
        .named("buy")
        .answers(status, R"({"code":")" + code + R"(","message":"no","status":400})");
    return script;
}

TEST(PurchaseByApi, LooksBeforeItBelievesARefusalThatFollowsALostAnswer) {
    for (const auto& [status, code] :
         {std::pair{400, "phone.number.duplicate"}, {400, "phone.number.unavailable"},
          {409, "provisioning.action.in.progress"}, {400, "requires.an.address"},
          {403, "missing.permissions"}}) {
        auto script = refused_after_a_loss(status, code);
        script.expects_http("GET", numbers)
            .named("find-again")
            .looking_up("buy")
            .answers_file(200, "inventory-running.json")
            .ends_with(R"({"carrier_id":"n-1","state":"submitted","rejections":[]})");
        cut_everywhere(script);
    }
}

TEST(PurchaseByApi, BuysNothingAgainWhereTheInventorysAnswerCannotBeUnderstood) {
    for (const char* strange : {"[]", "{}", R"("none")", R"({"entities":{}})", R"({"entities":[7]})"}) {
        auto script = refused_after_a_loss(400, "phone.number.unavailable");
        script.expects_http("GET", numbers).named("find-again").answers(200, strange).fails_with(ErrorKind::in_doubt);
    }
}

TEST(PurchaseByApi, BelievesARefusalAfterALostAnswerWhereTheInventoryStillLacksIt) {
    auto gone = refused_after_a_loss(400, "phone.number.unavailable");
    gone.expects_http("GET", numbers)
        .named("find-again")
        .answers_file(200, "inventory-none.json")
        .fails_with(ErrorKind::rejected, Reason::number_taken);
    cut_everywhere(gone);
    auto address = refused_after_a_loss(400, "requires.an.address");
    address.expects_http("GET", numbers).named("find-again").answers_file(200, "inventory-none.json");
    address.expects_http("GET", addresses).answers_file(200, "addresses-ours.json");
    address.expects_http("POST", numbers)
        .named("buy-addressed")
        .answers(400, R"({"code":"phone.number.duplicate","status":400})");
    address.expects_http("GET", numbers)
        .named("find-addressed")
        .looking_up("buy-addressed")
        .answers_file(200, "inventory-running.json")
        .ends_with(R"({"carrier_id":"n-1"})");
    cut_everywhere(address);
}

TEST(PurchaseByApi, StaysInDoubtWhereARefusalAfterALostAnswerIsContradictedOrCannotBeChecked) {
    for (const auto& [status, code] :
         {std::pair{400, "phone.number.duplicate"}, {409, "request.conflict"}})
        refused_after_a_loss(status, code)
            .expects_http("GET", numbers)
            .answers_file(200, "inventory-none.json")
            .fails_with(ErrorKind::in_doubt, Reason::none, HasSubstr("a person must look"));
    refused_after_a_loss(400, "phone.number.unavailable")
        .expects_http("GET", numbers)
        .answers_file(403, "error-permission.json")
        .fails_with(ErrorKind::in_doubt);
    refused_after_a_loss(400, "phone.number.unavailable")
        .expects_http("GET", numbers)
        .fails(ErrorKind::unavailable)
        .fails_with(ErrorKind::in_doubt);
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

TEST(PurchaseByApi, IsOrderedAgainUnderItsOwnNameAfterAnAnswerThatTellsNothing) {
    auto script = purchase(order());
    script.expects_http("POST", numbers).named("buy").answers(200, "<html>").expects_sleep(60s).is_done();
    script.expects_http("GET", numbers).looking_up("buy").answers_file(200, "inventory-none.json");
    script.expects_http("POST", numbers).named("buy-again").once().answers_file(202, "bought-202.json");
    script.ends_with(R"({"carrier_id":"n-1"})");
    cut_everywhere(script);
}

TEST(PurchaseByApi, LooksForTheNumberWhereTheAnswerToThatOrderIsLostToo) {
    auto script = purchase(order());
    script.expects_http("POST", numbers).named("buy").answers(200, "<html>").expects_sleep(60s).is_done();
    script.expects_http("GET", numbers).looking_up("buy").answers_file(200, "inventory-none.json");
    script.expects_http("POST", numbers).named("buy-again").once().in_doubt();
    script.expects_http("GET", numbers)
        .named("find-again")
        .looking_up("buy-again")
        .answers_file(200, "inventory-running.json")
        .ends_with(R"({"carrier_id":"n-1","state":"submitted"})");
    cut_everywhere(script);
}

TEST(PurchaseByApi, LooksForTheNumberEvenWhereTheOrderIsCalledOffMeanwhile) {
    const auto called_off = [](const json::object& given) {
        auto script = purchase(given);
        script.expects_http("POST", numbers).answers(200, "<html>");
        script.expects_sleep(60s).named("settle").fails(ErrorKind::cancelled);
        script.expects_sleep(60s).named("settle-called-off").is_done();
        script.expects_http("GET", numbers).named("find").looking_up("buy");
        return script;
    };
    auto none = called_off(order());
    none.answers_file(200, "inventory-none.json")
        .fails_with(ErrorKind::cancelled, Reason::none, HasSubstr("was not bought"));
    cut_everywhere(none);
    auto there = called_off(order());
    there.answers_file(200, "inventory-active.json").ends_with(R"({"state":"completed"})");
    cut_everywhere(there);
    auto two = order();
    two["numbers"].as_array().push_back("+13175550177");
    auto first_only = called_off(two);
    first_only.answers_file(200, "inventory-active.json")
        .ends_with(R"({"numbers":[{"state":"completed"},{"number":"+13175550177","state":"exception"}]})");
    EXPECT_THAT(
        first_only.result<PurchaseProgress>().note, HasSubstr("the order was called off meanwhile")
    );
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
            R"({"name":"Acme Inc po-9 ef0ffc5c","street":"1 Main St","city":"Indianapolis","region":"IN",
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

TEST(PurchaseByApi, SendsACorrectedAddressAndNotTheOneOfTheAttemptBefore) {
    auto corrected = order();
    corrected["attempt"] = 2;
    corrected["address"].as_object()["street"] = "Elm";
    auto script = purchase(corrected);
    script.expects_http("GET", numbers).named("got-before").answers_file(200, "inventory-none.json");
    script.expects_http("POST", numbers).answers_file(400, "error-address.json");
    script.expects_http("GET", addresses).answers_file(200, "addresses-ours.json");
    script.expects_http("POST", addresses)
        .with_body(
            R"({"name":"Acme Inc po-9 7f62cef3","street":"1 Elm St","city":"Indianapolis","region":"IN",
                       "postalCode":"46204","countryCode":"US","autoCorrectAddress":true})"
        )
        .answers(200, R"({"id":"a-2"})");
    script.expects_http("POST", numbers)
        .named("buy-addressed")
        .with_body(
            R"({"phoneNumber":"+13175550101","phoneNumberType":"local","countryCode":"US","name":"po-9","addressId":"a-2"})"
        )
        .answers_file(202, "bought-202.json")
        .ends_with("{}");
    cut_everywhere(script);
}

TEST(PurchaseByApi, SendsTheAddressWithEitherCodeThatAsksForOne) {
    for (const auto* code : {"requires.an.address", "requires.local.address"}) {
        auto script = purchase(order());
        script.expects_http("POST", numbers)
            .answers(400, std::string(R"({"code":")") + code + R"(","status":400})");
        script.expects_http("GET", addresses).answers_file(200, "addresses-ours.json");
        script.expects_http("POST", numbers).named("buy-addressed").answers_file(202, "bought-202.json");
        script.ends_with(R"({"state":"submitted"})");
    }
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

/// The address is made a second time, as the first answer told nothing and it is not there.
Script address_once_more() {
    auto script = purchase(order());
    script.expects_http("POST", numbers).answers_file(400, "error-address.json");
    script.expects_http("GET", addresses).answers_file(200, "addresses-none.json");
    script.expects_http("POST", addresses).answers(200, "<html>");
    script.expects_sleep(60s).named("settle-address").is_done();
    script.expects_http("GET", addresses)
        .looking_up("create-address")
        .answers_file(200, "addresses-none.json");
    script.expects_http("POST", addresses).named("create-address-again").once();
    return script;
}

TEST(PurchaseByApi, MakesTheAddressAgainUnderItsOwnNameAfterAnAnswerThatTellsNothing) {
    auto script = address_once_more();
    script.answers(200, R"({"id":"address-1"})");
    script.expects_http("POST", numbers)
        .named("buy-addressed")
        .with_body(R"({"addressId":"address-1","countryCode":"US","name":"po-9","phoneNumber":"+13175550101",
                       "phoneNumberType":"local"})")
        .answers_file(202, "bought-202.json")
        .ends_with("{}");
    cut_everywhere(script);
}

TEST(PurchaseByApi, StaysInDoubtWhereTheSecondAnswerToTheAddressIsLostToo) {
    auto script = address_once_more();
    script.in_doubt().fails_with(ErrorKind::in_doubt);
    cut_everywhere(script);
}

TEST(PurchaseByApi, LooksForANumberWithItsAddressWhenTheAnswerWasLost) {
    auto script = purchase(order());
    script.expects_http("POST", numbers).answers_file(400, "error-address.json");
    script.expects_http("GET", addresses).answers_file(200, "addresses-ours.json");
    script.expects_http("POST", numbers).named("buy-addressed").once().in_doubt();
    script.expects_http("GET", numbers)
        .named("find-addressed")
        .looking_up("buy-addressed")
        .answers_file(200, "inventory-running.json")
        .ends_with(R"({"carrier_id":"n-1","state":"submitted"})");
    cut_everywhere(script);
}

TEST(PurchaseByApi, TellsThatTheAddressIsMissingOrWrong) {
    auto without = order();
    without.erase("address");
    auto script = purchase(without);
    script.expects_http("POST", numbers)
        .answers_file(400, "error-address.json")
        .fails_with(ErrorKind::rejected, Reason::address_required);

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

TEST(Purchase, BuysNothingTwiceWhenItIsSubmittedAgain) {
    auto again = two_numbers();
    again["attempt"] = 2;
    auto script = purchase(again);
    script.expects_http("GET", numbers).named("got-before").safe().answers_file(200, "inventory-active.json");
    script.expects_http("GET", numbers).named("got-before-2").answers_file(200, "inventory-none.json");
    script.expects_http("POST", numbers)
        .named("buy-2")
        .once()
        .with_body(
            R"({"phoneNumber":"+13175550102","phoneNumberType":"local","countryCode":"US","name":"po-9"})"
        )
        .answers_file(202, "bought-second-202.json")
        .ends_with(R"({"state":"submitted","numbers":[{"number":"+13175550101","state":"completed"},{}]})");
    cut_everywhere(script);
}

TEST(Purchase, LooksForMoreNumbersOfAnEarlierAttemptThanOneTurnHolds) {
    auto again = order();
    again["attempt"] = 2;
    auto& wanted = again["numbers"].emplace_array();
    for (int each = 0; each < 70; ++each) wanted.emplace_back("+131755501" + std::to_string(10 + each));
    auto script = purchase(again);
    for (const auto& each : wanted) {
        auto listing = parsed(file("inventory-active.json"));
        listing.at("entities").at(0).as_object()["phoneNumber"] = each;
        script.expects_http("GET", numbers).answers(200, canonical(listing));
    }
    script.ends_with(R"({"state":"completed"})");
    EXPECT_EQ(script.result<PurchaseProgress>().numbers.size(), 70u);
    EXPECT_LE(most_in_a_turn(script), 64u);
}

/// CARRIERS.md 2.4: each code of a refused purchase, and what becomes of it.
TEST(PurchaseByApi, GivesEachDocumentedCodeItsReasonAndTheFieldToCorrect) {
    struct Row {
        const char* code;
        Reason reason;
        const char* field;
    };
    const Row rows[] = {
        {"phone.number.unavailable", Reason::number_taken, "/numbers"},
        {"phone.number.duplicate", Reason::duplicate_order, "/numbers"},
        {"invalid.e164.number", Reason::other, "/numbers"},
        {"unexpected.country.code", Reason::mixed_countries, "/country"},
        {"unexpected.phone.number.type", Reason::service_type_wrong, "/number_type"},
        {"invalid.short.code.operation", Reason::unsupported_by_gaining, "/number_type"},
        {"invalid.property", Reason::other, ""},
        {"invalid.value", Reason::other, ""},
        {"constraint.validation", Reason::other, ""},
        {"bad.request", Reason::other, ""},
        {"request.conflict", Reason::cannot_change_now, ""},
        {"provisioning.action.in.progress", Reason::cannot_change_now, ""},
        {"not.found", Reason::other, ""},
    };
    for (const auto& [code, reason, field] : rows) {
        const std::string name(code);
        const bool conflict = name == "request.conflict" || name.starts_with("provisioning");
        const int status = name == "not.found" ? 404 : conflict ? 409 : 400;
        const auto body = R"({"code":")" + name + R"(","message":"no","status":400})";
        auto alone = purchase(order());
        alone.expects_http("POST", numbers).answers(status, body).fails_with(
            ErrorKind::rejected, reason
        ).coded(code);
        auto beside = purchase(two_numbers());
        beside.expects_http("POST", numbers).answers(status, body);
        beside.expects_http("POST", numbers).answers_file(202, "bought-second-202.json");
        const auto got = beside.result<PurchaseProgress>();
        ASSERT_EQ(got.rejections.size(), 1u) << code;
        EXPECT_EQ(got.rejections[0].reason, reason) << code;
        EXPECT_EQ(got.rejections[0].code, code);
        EXPECT_EQ(
            got.rejections[0].fields,
            *field ? std::vector<std::string>{field} : std::vector<std::string>{}
        ) << code;
    }
}

/// CARRIERS.md 2.4: what speaks of the account or the line is told by its status, whatever its code.
TEST(PurchaseByApi, TellsARefusedAccountAndABusyOrBrokenGenesysByTheStatus) {
    const std::tuple<int, const char*, ErrorKind> rows[] = {
        {401, "authentication.required", ErrorKind::unauthorized},
        {401, "bad.credentials", ErrorKind::unauthorized},
        {401, "ip.not.authorized", ErrorKind::unauthorized},
        {403, "missing.permissions", ErrorKind::unauthorized},
        {403, "missing.any.permissions", ErrorKind::unauthorized},
        {403, "not.authorized", ErrorKind::unauthorized},
        {403, "missing.division.permission", ErrorKind::unauthorized},
        {403, "app.not.authorized.for.scope", ErrorKind::unauthorized},
        {413, "request.entity.too.large", ErrorKind::rejected},
        {415, "unsupported.media.type", ErrorKind::rejected},
        {429, "too.many.requests.retry.after", ErrorKind::throttled},
        {429, "too.many.requests", ErrorKind::throttled},
    };
    for (const auto& [status, code, kind] : rows) {
        auto script = purchase(order());
        script.expects_http("POST", numbers)
            .answers(status, std::string(R"({"code":")") + code + R"(","status":400})");
        script
            .fails_with(kind, kind == ErrorKind::rejected ? Reason::other : Reason::none)
            .coded(code);
    }
    // These tell nothing about the number: the inventory is asked, and the purchase was made after all.
    for (const auto& [status, code] : {std::pair{408, "client.timeout"}, {500, "internal.server.error"}, {503, "service.unavailable"}, {504, "request.timeout"}}) {
        auto script = purchase(order());
        script.expects_http("POST", numbers)
            .answers(status, std::string(R"({"code":")") + code + R"(","status":500})")
            .expects_sleep(60s)
            .is_done()
            .expects_http("GET", numbers)
            .looking_up("buy")
            .answers_file(200, "inventory-active.json")
            .ends_with(R"({"state":"completed"})");
    }
}

}  // namespace
}  // namespace porteur::testkit
