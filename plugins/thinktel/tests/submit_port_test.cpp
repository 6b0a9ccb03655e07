// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto first_number = "/v2/NumberPorts/Inbound/Numbers/4165550101/PortInStatus";
constexpr auto second_number = "/v2/NumberPorts/Inbound/Numbers/4165550102/PortInStatus";
constexpr auto dashboard = "/v2/NumberPorts/Inbound/Dashboard/PortInInfo/OrdersByNumber/4165550101";
constexpr auto submission = "/v2/NumberPorts/Inbound/DIDs";

const Plugin& thinktel() {
    static const Plugin plugin = Plugin::linked();
    return plugin;
}

/// What is read of ThinkTel before the tickets: whether the losing carrier is in its list, and its
/// holidays.
Script& prepares(Script& script) {
    script.expects_http("GET", "/NumberPorts/Providers")
        .named("providers")
        .safe()
        .answers_file(200, "providers.json");
    script.asks_time("2026-11-22T09:00:00Z");
    script.expects_http("GET", "/Holidays")
        .named("holidays")
        .safe()
        .answers_file(200, "holidays.json");
    return script;
}

Script submit(const std::string& order = "order.json", const std::string& settings = "{}") {
    Script script(thinktel(), "submit_port", file(order), settings);
    if (order == "order.json") prepares(script);
    return script;
}

/// As far as the submission, with no ticket before it.
Script about_to_submit() {
    auto script = submit();
    script.expects_http("GET", first_number)
        .named("baseline")
        .safe()
        .answers_file(404, "error-not-found.json");
    script.expects_http("GET", second_number)
        .named("baseline-2")
        .safe()
        .answers_file(404, "error-not-found.json");
    script.expects_http("POST", submission).named("submit").once();
    return script;
}

Script& finds(Script& script, const char* first, const char* second) {
    const auto answer = [&](const char* name) {
        name ? script.answers_file(200, name) : script.answers_file(404, "error-not-found.json");
    };
    answer((script.expects_http("GET", first_number).named("find").looking_up("submit"), first));
    answer((script.expects_http("GET", second_number).named("find-2").looking_up("submit"), second)
    );
    return script;
}

TEST(SubmitPort, SendsTheFormWithDocumentsByReferenceAndThePinByName) {
    auto script = about_to_submit();
    script.with_body_file("submit-request.json")
        .with_head(R"({"documents":[
            {"as":"base64","at":"/PortForm/FileLastInvoice/0/Base64Contents","id":"doc-2"},
            {"as":"base64","at":"/PortForm/FileLetterOfAuthorization/0/Base64Contents","id":"doc-1"}],
            "secrets":[{"at":"/PortForm/ExtraDetails/0/Value","name":"order.pin"}]})")
        .answers_file(200, "submit-accepted.json")
        .ends_with(
            R"({"carrier_id":"ABC-123-45678","state":"submitted","carrier_word":"Accepted","check_again":3600})"
        );
    EXPECT_EQ(cut_everywhere(script), 7u);
}

TEST(SubmitPort, FindsTheLosingProviderWithoutItsAccents) {
    auto order = parsed(file("order.json")).as_object();
    order["losing_carrier"] = "VIDEOTRON Ltee.";
    Script script(thinktel(), "submit_port", canonical(order), "{}");
    prepares(script);
    for (const auto* number : {first_number, second_number})
        script.expects_http("GET", number).answers_file(404, "error-not-found.json");
    auto body = parsed(file("submit-request.json")).as_object();
    body["PortForm"].as_object()["CurrentProvider"] = 31;
    body["PortForm"].as_object().erase("CurrentReseller");
    script.expects_http("POST", submission)
        .with_body(canonical(body))
        .answers_file(200, "submit-accepted.json");
}

TEST(SubmitPort, SendsTollFreeNumbersToTheirOwnRoute) {
    auto script = submit("order-toll-free.json", R"({"current_provider":12})");
    script.expects_http("GET", "/v2/NumberPorts/Inbound/Numbers/8005550101/PortInStatus")
        .answers_file(404, "error-not-found.json")
        .expects_http("POST", "/v2/NumberPorts/Inbound/TollFree/DIDs")
        .once()
        .with_body_file("submit-toll-free-request.json")
        .answers_file(200, "submit-accepted.json")
        .ends_with(R"({"carrier_id":"ABC-123-45678"})");
}

TEST(SubmitPort, RefusesAReplyOtherThanAcceptedWithThinkTelsWords) {
    auto script = about_to_submit();
    script.answers_file(200, "submit-rejected.json")
        .fails_with(ErrorKind::rejected, Reason::account_number_required, HasSubstr("(Rejected)"))
        .coded("Reply 0");
    cut_everywhere(script);
    about_to_submit()
        .answers_file(200, "submit-deferred.json")
        .fails_with(ErrorKind::rejected, Reason::other, HasSubstr("(Deferred)"));
}

TEST(SubmitPort, NeverRepeatsATelephoneNumberOfThinkTelsWordsInFull) {
    about_to_submit()
        .answers_file(200, "submit-deferred.json")
        .fails_with(ErrorKind::rejected, Reason::other, Not(HasSubstr("416-555-0101")));
}

TEST(SubmitPort, TakesARequestThatThinkTelCannotReadAsARefusal) {
    about_to_submit()
        .answers_file(400, "error-bad-request.json")
        .fails_with(ErrorKind::rejected, Reason::other, HasSubstr("only CA or US"))
        .coded("400");
}

TEST(SubmitPort, StopsTheAccountWhenItMayNotPort) {
    about_to_submit().answers_file(403, "error-forbidden.json").fails_with(ErrorKind::unauthorized);
}

TEST(SubmitPort, TakesTheNewTicketForOursWhenTheAnswerWasLost) {
    auto script = about_to_submit();
    script.in_doubt();
    finds(script, "status-submitted.json", "status-submitted.json")
        .ends_with(
            R"({"carrier_id":"ABC-123-45678","state":"submitted","carrier_word":"SUBMITTED"})"
        );
    EXPECT_EQ(cut_everywhere(script), 9u);
}

TEST(SubmitPort, NeverSubmitsAgainWhenThereIsNoNewTicket) {
    auto script = about_to_submit();
    script.in_doubt();
    finds(script, nullptr, nullptr);
    script.expects_http("GET", dashboard)
        .named("dashboard")
        .looking_up("submit")
        .answers_file(404, "error-not-found.json")
        .fails_with(ErrorKind::in_doubt, Reason::none, HasSubstr("a person must ask"));
    cut_everywhere(script);
}

TEST(SubmitPort, TellsThePersonWhatTheDashboardHasAndStaysInDoubt) {
    auto script = about_to_submit();
    script.in_doubt();
    finds(script, nullptr, nullptr);
    script.expects_http("GET", dashboard)
        .answers_file(200, "dashboard-pending.json")
        .fails_with(
            ErrorKind::in_doubt, Reason::none, HasSubstr("order 7 (\"Pending\", HappyFox ticket")
        );
    for (const auto kind : {ErrorKind::unavailable, ErrorKind::throttled}) {
        auto away = about_to_submit();
        away.in_doubt();
        finds(away, nullptr, nullptr);
        away.expects_http("GET", dashboard).fails(kind).fails_with(ErrorKind::in_doubt);
    }
}

TEST(SubmitPort, NeverTakesTheOldTicketOfARefusedNumberForTheNewOne) {
    const auto begin = [] {
        auto script = submit();
        script.expects_http("GET", first_number).answers_file(200, "status-rejected.json");
        script.expects_http("GET", second_number).answers_file(200, "status-rejected.json");
        script.expects_http("POST", submission).once().in_doubt();
        return script;
    };
    auto only_old = begin();
    finds(only_old, "status-rejected.json", "status-rejected.json");
    only_old.expects_http("GET", dashboard)
        .answers_file(404, "error-not-found.json")
        .fails_with(ErrorKind::in_doubt);
    cut_everywhere(only_old);

    auto new_one = begin();
    finds(new_one, "status-submitted.json", "status-submitted.json")
        .ends_with(R"({"carrier_id":"ABC-123-45678","state":"submitted"})");
}

TEST(SubmitPort, NeverTakesATicketOfOtherNumbersForOurs) {
    auto script = about_to_submit();
    script.in_doubt();
    finds(script, "status-other-numbers.json", nullptr);
    script.expects_http("GET", dashboard)
        .answers_file(404, "error-not-found.json")
        .fails_with(ErrorKind::in_doubt);
}

TEST(SubmitPort, AsksAPersonWhenThereAreSeveralNewTickets) {
    auto script = about_to_submit();
    script.in_doubt();
    script.expects_http("GET", first_number)
        .answers(200, R"({"Status":"PENDING","ValidationLSC":false,"TicketId":"A"})");
    script.expects_http("GET", second_number)
        .answers(200, R"({"Status":"PENDING","ValidationLSC":false,"TicketId":"B"})");
    script.fails_with(ErrorKind::in_doubt, Reason::none, HasSubstr("several new tickets"));
}

TEST(SubmitPort, StaysInDoubtWhenTheLookUpFails) {
    for (const auto kind :
         {ErrorKind::unavailable, ErrorKind::unauthorized, ErrorKind::throttled,
          ErrorKind::cancelled}) {
        auto script = about_to_submit();
        script.in_doubt();
        script.expects_http("GET", first_number).fails(kind);
        script.expects_http("GET", second_number).answers_file(200, "status-submitted.json");
        script.fails_with(ErrorKind::in_doubt);
    }
    for (const int status : {400, 403, 500}) {
        auto script = about_to_submit();
        script.in_doubt();
        script.expects_http("GET", first_number).answers_file(status, "error-plain.txt");
        script.expects_http("GET", second_number).answers_file(200, "status-submitted.json");
        script.fails_with(ErrorKind::in_doubt);
    }
}

TEST(SubmitPort, LooksUpAfterAnAnswerThatTellsNeitherYesNorNo) {
    const std::pair<int, std::string> answers[] = {
        {200, "<html>Bad gateway</html>"},
        {200, "{}"},
        {200, R"({"Reply":1,"TicketMask":""})"},
        {200, R"({"TicketMask":"ABC)"},
        {500, "{}"},
        {501, R"({"ID":"1","Message":"Not implemented."})"},
        {504, "timeout"}
    };
    for (const auto& [status, body] : answers) {
        auto script = about_to_submit();
        script.answers(status, body).expects_sleep(60s).named("settle").is_done();
        finds(script, "status-submitted.json", "status-submitted.json")
            .ends_with(R"({"carrier_id":"ABC-123-45678"})");
        cut_everywhere(script);
    }
}

TEST(SubmitPort, LooksForTheTicketEvenWhereTheOrderIsCalledOffMeanwhile) {
    auto script = about_to_submit();
    script.answers(200, "<html>");
    script.expects_sleep(60s).named("settle").fails(ErrorKind::cancelled);
    script.expects_sleep(60s).named("settle-called-off").is_done();
    finds(script, "status-submitted.json", "status-submitted.json")
        .ends_with(R"({"carrier_id":"ABC-123-45678"})");
    cut_everywhere(script);
}

TEST(SubmitPort, SendsNothingWhereANumberHasAnOpenTicket) {
    auto script = submit();
    script.expects_http("GET", first_number).answers_file(200, "status-confirmed.json");
    script.expects_http("GET", second_number).answers_file(404, "error-not-found.json");
    script.fails_with(ErrorKind::rejected, Reason::duplicate_order, HasSubstr("*******0101"))
        .coded("ABC-123-45678");

    auto disputed = submit();
    disputed.expects_http("GET", first_number).answers_file(200, "status-rejected-disputing.json");
    disputed.expects_http("GET", second_number).answers_file(404, "error-not-found.json");
    disputed.fails_with(ErrorKind::rejected, Reason::duplicate_order);
}

TEST(SubmitPort, SendsNothingWhereTheTicketsCannotBeRead) {
    auto script = submit();
    script.expects_http("GET", first_number).fails(ErrorKind::unavailable);
    script.expects_http("GET", second_number).answers_file(404, "error-not-found.json");
    script.fails_with(ErrorKind::unavailable);
}

TEST(SubmitPort, RefusesAnOrderWithoutATargetAndListsWhatThereIs) {
    auto order = parsed(file("order.json")).as_object();
    order["target"] = json::object{};
    Script script(thinktel(), "submit_port", canonical(order));
    script.expects_http("GET", "/SipTrunks")
        .answers_file(200, "trunks.json")
        .expects_http("GET", "/Products/TelephoneOfferings")
        .answers_file(200, "offerings.json")
        .fails_with(
            ErrorKind::invalid_input, Reason::none,
            AllOf(
                HasSubstr("\"HQ\" (pilot number ending in 1212), \"Laval\""),
                HasSubstr("\"Virtual fax\" (offering \"OFF-7\")")
            )
        );
    cut_everywhere(script);

    Script(thinktel(), "submit_port", canonical(order))
        .expects_http("GET", "/SipTrunks")
        .answers_file(200, "trunks-none.json")
        .expects_http("GET", "/Products/TelephoneOfferings")
        .answers(200, "[]")
        .fails_with(ErrorKind::invalid_input, Reason::none, HasSubstr("the account has none"));
}

TEST(SubmitPort, TakesTheTrunkOfTheAccountWhereTheOrderNamesNone) {
    auto order = parsed(file("order.json")).as_object();
    order["target"] = json::object{};
    Script script(thinktel(), "submit_port", canonical(order), R"({"trunk":"7005551300"})");
    prepares(script);
    script.expects_http("GET", first_number).answers_file(404, "error-not-found.json");
    script.expects_http("GET", second_number).answers_file(404, "error-not-found.json");
    script.expects_http("POST", submission)
        .answers_file(200, "submit-accepted.json")
        .ends_with("{}");
}

TEST(SubmitPort, SendsNothingThatItsOwnRulesRefuse) {
    auto mixed = parsed(file("order.json")).as_object();
    mixed["numbers"].as_array().push_back("+18005550101");
    Script(thinktel(), "submit_port", canonical(mixed))
        .fails_with(ErrorKind::invalid_input, Reason::split_required, HasSubstr("/numbers"));
}

TEST(SubmitPort, WritesEveryFieldOfTheForm) {
    Script script(
        thinktel(), "submit_port", file("order-whole.json"),
        R"({"submitter_first_name":"Anna","submitter_last_name":"Roy",
            "submitter_telephone":"416-555-0199"})"
    );
    script.asks_time("2026-11-22T09:00:00Z");
    script.expects_http("GET", "/Holidays").answers_file(200, "holidays.json");
    script.expects_http("GET", first_number).answers_file(404, "error-not-found.json");
    script.expects_http("GET", second_number).answers_file(404, "error-not-found.json");
    script.expects_http("POST", submission)
        .once()
        .with_body_file("submit-whole-request.json")
        .with_head(R"({"documents":[
            {"at":"/PortForm/FileLastInvoice/0/Base64Contents","id":"doc-2"},
            {"at":"/PortForm/FileBlifSpreadsheet/0/Base64Contents","id":"doc-4"},
            {"at":"/PortForm/FileLetterOfAuthorization/0/Base64Contents","id":"doc-1"}],
            "secrets":[{"at":"/PortForm/ExtraDetails/1/Value","name":"order.pin"}]})")
        .answers_file(200, "submit-accepted.json")
        .ends_with(R"({"keep":{"language":"fr","requested_date":"2026-12-01",
            "sent":{"account_number":"4165550100","service_address":{"postal_code":"M5V 1A1"}}}})");
}

TEST(SubmitPort, NamesTheProviderWhereThinkTelListsTheLosingCarrier) {
    auto order = parsed(file("order.json")).as_object();
    order["losing_carrier"] = "ringcentral canada inc";
    auto form = parsed(file("submit-request.json")).as_object();
    form["PortForm"].as_object().erase("CurrentReseller");
    form["PortForm"].as_object()["CurrentProvider"] = 12;
    Script script(thinktel(), "submit_port", canonical(order));
    prepares(script);
    script.expects_http("GET", first_number).answers_file(404, "error-not-found.json");
    script.expects_http("GET", second_number).answers_file(404, "error-not-found.json");
    script.expects_http("POST", submission)
        .with_body(canonical(form))
        .answers_file(200, "submit-accepted.json")
        .ends_with("{}");
}

TEST(SubmitPort, NamesTheResellerOfTheDetailsAndLooksNobodyUp) {
    auto order = parsed(file("order.json")).as_object();
    order["target"].as_object()["details"] = json::object{{"current_reseller", "Reseller Inc"}};
    auto form = parsed(file("submit-request.json")).as_object();
    form["PortForm"].as_object()["CurrentReseller"] = "Reseller Inc";
    Script script(thinktel(), "submit_port", canonical(order));
    script.asks_time("2026-11-22T09:00:00Z");
    script.expects_http("GET", "/Holidays").answers_file(200, "holidays.json");
    script.expects_http("GET", first_number).answers_file(404, "error-not-found.json");
    script.expects_http("GET", second_number).answers_file(404, "error-not-found.json");
    script.expects_http("POST", submission)
        .with_body(canonical(form))
        .answers_file(200, "submit-accepted.json")
        .ends_with(R"({"state":"submitted"})");
}

TEST(SubmitPort, GoesOnWithTheNameWhereTheProvidersCannotBeRead) {
    Script script(thinktel(), "submit_port", file("order.json"));
    script.expects_http("GET", "/NumberPorts/Providers").answers_file(403, "error-forbidden.json");
    script.asks_time("2026-11-22T09:00:00Z");
    script.expects_http("GET", "/Holidays").answers_file(403, "error-forbidden.json");
    script.expects_http("GET", first_number).answers_file(404, "error-not-found.json");
    script.expects_http("GET", second_number).answers_file(404, "error-not-found.json");
    script.expects_http("POST", submission).with_body_file("submit-request.json");
}

TEST(SubmitPort, SendsNothingForADayThatIsOverOrAHoliday) {
    const auto on = [](const char* date) {
        auto order = parsed(file("order.json")).as_object();
        order["requested_date"] = date;
        Script script(
            thinktel(), "submit_port", canonical(order), R"({"current_reseller":"RingCentral"})"
        );
        script.asks_time("2026-11-24T03:00:00Z");  // still the 23rd in Toronto
        return script;
    };
    on("2026-11-23")
        .fails_with(
            ErrorKind::invalid_input, Reason::due_date_unmet, HasSubstr("is not after today")
        );
    on("2026-11-24").expects_http("GET", "/Holidays");
    const std::pair<const char*, const char*> holidays[] = {
        {"2026-12-25", "Christmas Day"}, {"2026-12-28", "Boxing Day"}
        // both ways of writing a date
    };
    for (const auto& [date, name] : holidays)
        on(date)
            .expects_http("GET", "/Holidays")
            .answers_file(200, "holidays.json")
            .fails_with(ErrorKind::invalid_input, Reason::due_date_unmet, HasSubstr(name));
}

TEST(SubmitPort, KeepsWhichTicketsItsNumbersHadBefore) {
    auto script = submit();
    script.expects_http("GET", first_number).answers_file(200, "status-rejected.json");
    script.expects_http("GET", second_number).answers_file(404, "error-not-found.json");
    script.expects_http("POST", submission)
        .answers_file(200, "submit-accepted.json")
        .ends_with(R"({"keep":{"tickets_before":["OLD-000-00001"]}})");
}

TEST(SubmitPort, ReadsTheTicketsOfManyNumbersSomeAtATime) {
    auto order = parsed(file("order.json")).as_object();
    order.erase("requested_date");
    json::array numbers;
    for (int index = 100; index < 170; ++index)
        numbers.push_back(json::string("+14165550" + std::to_string(index)));
    order["numbers"] = numbers;
    Script script(
        thinktel(), "submit_port", canonical(order), R"({"current_reseller":"RingCentral"})"
    );
    for (int index = 100; index < 170; ++index)
        script
            .expects_http(
                "GET",
                "/v2/NumberPorts/Inbound/Numbers/4165550" + std::to_string(index) + "/PortInStatus"
            )
            .answers_file(404, "error-not-found.json");
    script.expects_http("POST", submission).once();
    for (const auto& exchange : script.recording().exchanges)
        EXPECT_LE(exchange.turn.effects.size(), 64u);
}

}  // namespace
}  // namespace porteur::testkit
