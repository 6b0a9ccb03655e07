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

Script check(const std::string& ticket = "ABC-123-45678") {
    Script script(
        thinktel(), "check_port",
        canonical(json::object{{"reference", "po-7"}, {"carrier_id", ticket}}),
        R"({"check_every":60})"
    );
    return script;
}
constexpr auto status = "/v2/NumberPorts/Inbound/Tickets/ABC-123-45678/PortInStatus";

TEST(CheckPort, ReadsTheDayOfAConfirmedPort) {
    auto script = check();
    script.expects_http("GET", status)
        .named("status")
        .safe()
        .answers_file(200, "status-confirmed.json")
        .ends_with(R"({"carrier_id":"ABC-123-45678","state":"confirmed","carrier_word":"CONFIRMED",
                       "foc":"2026-12-03","check_again":60,"rejections":[]})");
    EXPECT_EQ(cut_everywhere(script), 2u);
}

TEST(CheckPort, TakesTheDayOfATicketThatIsNotConfirmedForNoPromise) {
    check()
        .expects_http("GET", status)
        .answers_file(200, "status-submitted.json")
        .ends_exactly(R"({"carrier_id":"ABC-123-45678","carrier_word":"SUBMITTED","check_again":60,
            "keep":{},"note":"sent to the losing carrier","numbers":[],"rejections":[],
            "state":"submitted"})");
}

TEST(CheckPort, TellsWhatToCorrectForEachRefusedField) {
    auto script = check();
    script.expects_http("GET", status)
        .answers_file(200, "status-rejected.json")
        .ends_with(R"({"state":"exception","rejections":[
            {"reason":"ACCOUNT_NUMBER_MISMATCH","code":"1A","fields":["/account_number"],
             "text":"Account number does not match","numbers":["+14165550101","+14165550102"]},
            {"reason":"POSTAL_CODE_MISMATCH","code":"1B","fields":["/service_address/postal_code"],
             "text":"On file: M5V 2B2","numbers":[]}]})");
    cut_everywhere(script);
}

TEST(CheckPort, ReadsTheSummaryWhereARefusalHasNoDetails) {
    check()
        .expects_http("GET", status)
        .answers_file(200, "status-rejected-no-details.json")
        .ends_with(
            R"({"state":"exception","rejections":[{"reason":"PIN_INVALID","fields":["/pin"]}],"check_again":60})"
        );
}

TEST(CheckPort, SaysThatARefusalIsDisputed) {
    check()
        .expects_http("GET", status)
        .answers_file(200, "status-rejected-disputing.json")
        .ends_with(
            R"({"state":"exception","note":"refused by the losing carrier; ThinkTel's porting team disputes it"})"
        );
}

TEST(CheckPort, AsksAPersonAboutAStatusThatIsNotDocumented) {
    check()
        .expects_http("GET", status)
        .answers(200, R"({"Status":"TELEPORTED","ValidationLSC":true})")
        .fails_with(
            ErrorKind::internal, Reason::none, HasSubstr("unknown ticket status \"TELEPORTED\"")
        )
        .coded("TELEPORTED");
}

TEST(CheckPort, DoesNotEndAnOrderWhoseTicketCannotBeFound) {
    check()
        .expects_http("GET", status)
        .answers_file(404, "error-not-found.json")
        .fails_with(ErrorKind::internal);
}

TEST(CheckPort, PassesOnThatThinkTelIsAway) {
    check()
        .expects_http("GET", status)
        .fails(ErrorKind::unavailable)
        .fails_with(ErrorKind::unavailable);
    check()
        .expects_http("GET", status)
        .answers_file(500, "error-plain.txt")
        .fails_with(ErrorKind::unavailable);
    check().expects_http("GET", status).answers(200, "<html>").fails_with(ErrorKind::internal);
}

TEST(CheckPort, EveryErrorStatusMeansWhatItsRouteOfTestsSays) {
    // ThinkTel's /Test routes: serialization 400, access 403, not found 404, general 500, not
    // implemented 501. None of them is a refusal of the port. Each comes with {"ID","Message"}, or
    // as plain text.
    const std::pair<int, ErrorKind> errors[] = {
        {400, ErrorKind::internal},    {403, ErrorKind::unauthorized}, {404, ErrorKind::internal},
        {500, ErrorKind::unavailable}, {501, ErrorKind::unavailable},
    };
    for (const auto& [status_code, kind] : errors)
        for (const auto* body : {"error-bad-request.json", "error-plain.txt"}) {
            auto script = check();
            script.expects_http("GET", status).answers_file(status_code, body);
            script.fails_with(kind);
        }
}

TEST(CheckPort, PutsATicketIntoThePathAsOneSegment) {
    check("../Users?x=1")
        .expects_http("GET", "/v2/NumberPorts/Inbound/Tickets/..%2FUsers%3Fx%3D1/PortInStatus");
}

}  // namespace
}  // namespace porteur::testkit
