// SPDX-License-Identifier: Apache-2.0
// Following a port: every status word, by ticket, by number, by dashboard, and in part.
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

using ::testing::HasSubstr;

const Plugin& thinktel() {
    static const Plugin plugin = Plugin::linked();
    return plugin;
}

constexpr auto by_ticket = "/v2/NumberPorts/Inbound/Tickets/ABC-123-45678/PortInStatus";
constexpr auto first_number = "/v2/NumberPorts/Inbound/Numbers/4165550101/PortInStatus";
constexpr auto second_number = "/v2/NumberPorts/Inbound/Numbers/4165550102/PortInStatus";
constexpr auto dashboard = "/v2/NumberPorts/Inbound/Dashboard/PortInInfo/OrdersByNumber/4165550101";

Script check(const char* kept = "{}") {
    const json::object reference{
        {"reference", "po-7"},
        {"carrier_id", "ABC-123-45678"},
        {"numbers", {"+14165550101", "+14165550102"}},
        {"kept", parsed(kept)}
    };
    return Script(thinktel(), "check_port", canonical(reference), R"({"check_every":60})");
}

std::string status(std::string_view word, std::string_view date = "20261203") {
    return canonical(json::object{
        {"Status", word}, {"ValidationLSC", true}, {"TicketId", "ABC-123-45678"}, {"PortDate", date}
    });
}

TEST(FollowUp, EveryStatusWordMovesTheOrderAsItMeans) {
    // The 14 words of PortInStatus.Status; an end is not checked again.
    struct Case {
        const char *word, *result;
    };
    const Case cases[] = {
        {"PENDING", R"({"state":"submitted","check_again":60})"},
        {"SUBMITTED", R"({"state":"submitted","check_again":60})"},
        {"CONFIRMED", R"({"state":"confirmed","foc":"2026-12-03","check_again":60})"},
        {"CONFIRMEDwDATECHANGE",
         R"json({"state":"confirmed","foc":"2026-12-03",
             "note":"confirmed for another date than was asked for (2026-12-01)"})json"},
        {"CONFIRMEDwEXCEPTION",
         R"({"state":"confirmed","foc":"2026-12-03",
             "note":"confirmed with an exception: ask ThinkTel's porting team which"})"},
        {"COMPLETED", R"({"state":"completed","foc":"2026-12-03"})"},
        {"REJECTED", R"({"state":"exception","check_again":60,"rejections":[{"reason":"OTHER"}]})"},
        {"HOLD",
         R"({"state":"exception","check_again":60,"rejections":[{"reason":"OTHER","code":"HOLD",
             "text":"on hold: ask ThinkTel's porting team why"}]})"},
        {"RESCHEDULED",
         R"({"state":"confirmed","foc":"2026-12-03","note":"moved to another date"})"},
        {"CANCELLATIONPENDING", R"({"state":"cancel_pending","check_again":60})"},
        {"CANCELLED", R"({"state":"cancelled"})"},
        {"FULLCANCELLATION", R"({"state":"cancelled"})"},
        {"EXPIRED", R"({"state":"expired"})"},
    };
    for (const auto& [word, result] : cases) {
        auto script = check(R"({"requested_date":"2026-12-01"})");
        script.expects_http("GET", by_ticket)
            .answers(200, status(word), {{"content-type", "text/json; charset=utf-8"}})
            .ends_with(result)
            .ends_with(canonical(json::object{{"carrier_word", word}}));
        cut_everywhere(script);
    }
    for (const auto* end : {"COMPLETED", "CANCELLED", "FULLCANCELLATION", "EXPIRED"})
        EXPECT_FALSE(check()
                         .expects_http("GET", by_ticket)
                         .answers(200, status(end))
                         .result<PortProgress>()
                         .check_again
        ) << end;
}

TEST(FollowUp, KeepsWhatWasKept) {
    check(R"({"language":"fr","sent":{"account_number":"1"}})")
        .expects_http("GET", by_ticket)
        .answers(200, status("CONFIRMED"))
        .ends_with(R"({"keep":{"language":"fr","sent":{"account_number":"1"}}})");
}

TEST(FollowUp, SaysThatAStatusIsNotValidated) {
    check()
        .expects_http("GET", by_ticket)
        .answers(200, R"({"Status":"CONFIRMED","ValidationLSC":false,"TicketId":"ABC-123-45678"})")
        .ends_with(R"({"state":"confirmed","note":"not validated by ThinkTel yet"})");
}

TEST(FollowUp, TakesADayThatIsNoneForNone) {
    EXPECT_FALSE(check()
                     .expects_http("GET", by_ticket)
                     .answers(200, status("CONFIRMED", "2026-12-03"))
                     .result<PortProgress>()
                     .foc);
}

TEST(FollowUp, TellsANumberToBeDisconnectedFromAPortedOne) {
    check()
        .expects_http("GET", by_ticket)
        .answers_file(200, "status-rejected-disconnect.json")
        .ends_with(R"({"rejections":[
            {"reason":"NUMBER_NOT_ON_ACCOUNT","fields":["/disconnect"],
             "numbers":["+14165550105","+14165550106","+14165550107"]},
            {"reason":"FREEZE_OR_LOCK","fields":["/disconnect"],"numbers":["+14165550108"]}]})");
}

TEST(FollowUp, FindsAnOrderByItsNumbersWhereItsTicketIsNotThere) {
    auto script = check(R"({"tickets_before":["OLD-000-00001"]})");
    script.expects_http("GET", by_ticket).named("status").answers_file(404, "error-not-found.json");
    script.expects_http("GET", first_number)
        .named("number")
        .safe()
        .answers_file(200, "status-rejected.json");
    script.expects_http("GET", second_number)
        .named("number-2")
        .answers(200, R"({"Status":"SUBMITTED","ValidationLSC":true,"TicketId":"NEW-000-00002",
                          "NumbersToPort":[4165550101,4165550102]})");
    script.ends_with(R"({"carrier_id":"NEW-000-00002","state":"submitted"})");
    cut_everywhere(script);
}

TEST(FollowUp, NeverTakesAnOlderTicketOfItsNumbers) {
    auto script = check(R"({"tickets_before":["OLD-000-00001"]})");
    script.expects_http("GET", by_ticket).answers_file(404, "error-not-found.json");
    script.expects_http("GET", first_number).answers_file(200, "status-rejected.json");
    script.expects_http("GET", second_number).answers_file(200, "status-rejected.json");
    script.expects_http("GET", dashboard)
        .answers_file(404, "error-not-found.json")
        .fails_with(ErrorKind::internal, Reason::none, HasSubstr("a person must ask"));
}

TEST(FollowUp, AsksAPersonWhereItsNumbersHaveSeveralTickets) {
    auto script = check();
    script.expects_http("GET", by_ticket).answers_file(404, "error-not-found.json");
    for (const auto& [path, id] : {std::pair{first_number, "A"}, {second_number, "B"}})
        script.expects_http("GET", path)
            .answers(
                200, canonical(json::object{
                         {"Status", "PENDING"}, {"ValidationLSC", false}, {"TicketId", id}
                     })
            );
    script.fails_with(ErrorKind::internal, Reason::none, HasSubstr("several others"));
}

Script knows_nothing_yet() {
    auto script = check();
    script.expects_http("GET", by_ticket).answers_file(404, "error-not-found.json");
    script.expects_http("GET", first_number).answers_file(404, "error-not-found.json");
    script.expects_http("GET", second_number).answers_file(404, "error-not-found.json");
    script.expects_http("GET", dashboard).named("dashboard").safe();
    return script;
}

TEST(FollowUp, ReadsTheDashboardWherePortInStatusKnowsNothingYet) {
    auto pending = knows_nothing_yet();
    pending.answers_file(200, "dashboard-pending.json")
        .ends_with(R"({"carrier_id":"ABC-123-45678","state":"submitted","carrier_word":"Pending",
            "check_again":60,"numbers":[
            {"number":"+14165550101","state":"submitted","carrier_word":"Pending"},
            {"number":"+14165550102","state":"submitted","carrier_word":"Pending"}]})");
    cut_everywhere(pending);
    knows_nothing_yet()
        .answers_file(200, "dashboard-click-to-port.json")
        .ends_with(R"({"state":"accepted","carrier_word":"Click-To-Port"})");
}

TEST(FollowUp, AsksNothingAboutANumberThatThinkTelCannotHave) {
    Script script(thinktel(), "check_port", R"({"carrier_id":"ABC-123-45678","reference":"po-7","numbers":["+141655501001","+14165550102"]})");
    script.expects_http("GET", "/v2/NumberPorts/Inbound/Tickets/ABC-123-45678/PortInStatus").answers(404).fails_with(ErrorKind::invalid_input);
}

TEST(FollowUp, EveryAssessmentMeansSomethingButAnEnd) {
    const auto with = [](const char* assessment) {
        auto body = parsed(file("dashboard-click-to-port.json"));
        body.at("Orders").at(0).at("Requests").at(0).as_object()["Assessment"] = assessment;
        return canonical(body);
    };
    for (const auto* word : {"Pending", "Internal"})
        knows_nothing_yet().answers(200, with(word)).ends_with(R"({"state":"submitted"})");
    knows_nothing_yet().answers(200, with("Click-To-Port")).ends_with(R"({"state":"accepted"})");
    for (const auto* word : {"Closed", "Beamed"})
        knows_nothing_yet()
            .answers(200, with(word))
            .fails_with(ErrorKind::internal, Reason::none, HasSubstr("order 7"))
            .coded(word);
}

TEST(FollowUp, TellsWhichNumbersWereCancelledWhereTheTicketListsTheOthers) {
    auto script = check();
    script.expects_http("GET", by_ticket).answers_file(200, "status-partly-cancelled.json");
    script.expects_http("GET", first_number).answers_file(200, "status-partly-cancelled.json");
    script.expects_http("GET", second_number).answers_file(200, "status-partly-cancelled.json");
    script.ends_with(R"({"state":"confirmed","foc":"2026-12-03","rejections":[],"numbers":[
        {"number":"+14165550101","state":"confirmed","carrier_word":"PARTIALCANCELLATION"},
        {"number":"+14165550102","state":"cancelled","carrier_word":"PARTIALCANCELLATION"}]})");
    cut_everywhere(script);
}

TEST(FollowUp, TellsWhichNumbersWereCancelledWhereOneHasATicketOfItsOwn) {
    auto script = check();
    script.expects_http("GET", by_ticket).answers_file(200, "status-partly-cancelled-untold.json");
    script.expects_http("GET", first_number)
        .answers_file(200, "status-partly-cancelled-untold.json");
    script.expects_http("GET", second_number)
        .answers(200, R"({"Status":"CANCELLED","ValidationLSC":true,"TicketId":"ABC-123-45679"})");
    script.ends_with(R"({"state":"confirmed","numbers":[
        {"number":"+14165550101","state":"confirmed"},
        {"number":"+14165550102","state":"cancelled","carrier_word":"CANCELLED"}]})");
}

TEST(FollowUp, AsksAPersonWhichNumbersWereCancelledWhereNothingTells) {
    auto script = check();
    script.expects_http("GET", by_ticket).answers_file(200, "status-partly-cancelled-untold.json");
    script.expects_http("GET", first_number)
        .answers_file(200, "status-partly-cancelled-untold.json");
    script.expects_http("GET", second_number).answers_file(404, "error-not-found.json");
    script.ends_with(R"({"state":"exception","numbers":[],"rejections":[
        {"code":"PARTIALCANCELLATION",
         "text":"part of the numbers was cancelled: ask ThinkTel's porting team which"}]})");
}

}  // namespace
}  // namespace porteur::testkit
