// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto first_number = "/v2/NumberPorts/Inbound/Numbers/4165550101/PortInStatus";
constexpr auto second_number = "/v2/NumberPorts/Inbound/Numbers/4165550102/PortInStatus";
constexpr auto submission = "/v2/NumberPorts/Inbound/DIDs";

const Plugin& thinktel() {
    static const Plugin plugin = Plugin::linked();
    return plugin;
}

Script submit(const std::string& order = "order.json", const std::string& settings = "{}") {
    return Script(thinktel(), "submit_port", file(order), settings);
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
    EXPECT_EQ(cut_everywhere(script), 4u);
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
    EXPECT_EQ(cut_everywhere(script), 6u);
}

TEST(SubmitPort, NeverSubmitsAgainWhenThereIsNoNewTicket) {
    auto script = about_to_submit();
    script.in_doubt();
    finds(script, nullptr, nullptr)
        .fails_with(ErrorKind::in_doubt, Reason::none, HasSubstr("a person must ask"));
    cut_everywhere(script);
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
    finds(only_old, "status-rejected.json", "status-rejected.json").fails_with(ErrorKind::in_doubt);
    cut_everywhere(only_old);

    auto new_one = begin();
    finds(new_one, "status-submitted.json", "status-submitted.json")
        .ends_with(R"({"carrier_id":"ABC-123-45678","state":"submitted"})");
}

TEST(SubmitPort, NeverTakesATicketOfOtherNumbersForOurs) {
    auto script = about_to_submit();
    script.in_doubt();
    finds(script, "status-other-numbers.json", nullptr).fails_with(ErrorKind::in_doubt);
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
        {200, "<html>Bad gateway</html>"}, {200, "{}"}, {200, R"({"Reply":1,"TicketMask":""})"},
        {200, R"({"TicketMask":"ABC)"},    {500, "{}"}, {504, "timeout"}
    };
    for (const auto& [status, body] : answers) {
        auto script = about_to_submit();
        script.answers(status, body).expects_sleep(60s).named("settle").is_done();
        finds(script, "status-submitted.json", "status-submitted.json")
            .ends_with(R"({"carrier_id":"ABC-123-45678"})");
        cut_everywhere(script);
    }
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
        .fails_with(
            ErrorKind::invalid_input, Reason::none,
            HasSubstr("\"HQ\" (pilot number ending in 1212), \"Laval\"")
        );
    cut_everywhere(script);

    Script(thinktel(), "submit_port", canonical(order))
        .expects_http("GET", "/SipTrunks")
        .answers_file(200, "trunks-none.json")
        .fails_with(ErrorKind::invalid_input, Reason::none, HasSubstr("the account has none"));
}

TEST(SubmitPort, TakesTheTrunkOfTheAccountWhereTheOrderNamesNone) {
    auto order = parsed(file("order.json")).as_object();
    order["target"] = json::object{};
    Script script(thinktel(), "submit_port", canonical(order), R"({"trunk":"7005551300"})");
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

    auto offering = parsed(file("order.json")).as_object();
    offering["target"] = json::object{{"offering", "OFF-4"}};
    Script(thinktel(), "submit_port", canonical(offering))
        .fails_with(ErrorKind::unsupported, Reason::unsupported_by_gaining);
}

}  // namespace
}  // namespace porteur::testkit
