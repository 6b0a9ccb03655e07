// SPDX-License-Identifier: Apache-2.0
// Corrections and cancellations: a person tells ThinkTel's porting team, with a message of ours.
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const Plugin& thinktel() {
    static const Plugin plugin = Plugin::linked();
    return plugin;
}

constexpr auto by_ticket = "/v2/NumberPorts/Inbound/Tickets/ABC-123-45678/PortInStatus";
constexpr auto settings = R"({"check_every":60,"porting_team":"porting@thinktel.example"})";
constexpr auto rejected = R"({"Status":"REJECTED","ValidationLSC":true,"TicketId":"ABC-123-45678",
    "NumbersToPort":[4165550101,4165550102],"RejectReason":"Account number does not match"})";
constexpr auto confirmed = R"({"Status":"CONFIRMED","ValidationLSC":true,
    "TicketId":"ABC-123-45678","PortDate":"20261203"})";

json::object reference(const char* language = "en", const json::object& more = {}) {
    json::object kept{
        {"language", language},
        {"sent",
         {{"account_number", "4165550100"},
          {"requested_date", "2026-12-01"},
          {"service_address", {{"city", "Toronto"}, {"postal_code", "M5V 1A1"}}}}},
        {"tickets_before", {"OLD-000-00001"}}
    };
    for (const auto& pair : more) kept[pair.key()] = pair.value();
    return {
        {"reference", "po-7"},
        {"carrier_id", "ABC-123-45678"},
        {"numbers", {"+14165550101", "+14165550102"}},
        {"kept", kept}
    };
}

Script supplement(
    const json::array& fields, const json::object& changes, const char* language = "en"
) {
    auto corrected = parsed(file("order.json")).as_object();
    corrected["language"] = language;
    for (const auto& pair : changes) corrected[pair.key()] = pair.value();
    Script script(
        thinktel(), "supplement_port",
        canonical(json::object{
            {"order", reference(language)}, {"corrected", corrected}, {"fields", fields}
        }),
        settings
    );
    script.expects_http("GET", by_ticket).named("before-status").safe().answers(200, rejected);
    return script;
}

/// The text that the person gets.
std::string task_of(const Script& script) {
    const auto& recorded = script.recording();
    for (const auto& exchange : recorded.exchanges)
        for (const auto& effect : exchange.turn.effects)
            if (effect.kind == PORTEUR_FX_MANUAL) return effect.body;
    return {};
}

Script account_number() {
    return supplement(
        {"/account_number", "/service_address/postal_code"}, {{"account_number", "4165550199"}}
    );
}

TEST(Supplement, AsksAPersonWithAMessageThatSaysWhatChanges) {
    auto script = account_number();
    script.expects_manual().named("desk").with_head(
        R"({"choices":["done","new_ticket","refused"],"remind_seconds":86400,
            "title":"ThinkTel: have ticket ABC-123-45678 corrected"})"
    );
    EXPECT_THAT(
        task_of(script),
        AllOf(
            HasSubstr("ThinkTel's porting team (porting@thinktel.example)"),
            HasSubstr("Port-in request: ABC-123-45678 (our reference po-7)"),
            HasSubstr("Numbers: 416-555-0101, 416-555-0102\n"),
            HasSubstr("It stands at: REJECTED\n"),
            HasSubstr("- Account number: instead of \"4165550100\", \"4165550199\"\n"),
            HasSubstr("- Postal code: instead of \"M5V 1A1\", \"M5V 1A1\"\n")
        )
    );
}

TEST(Supplement, WritesFrenchForAFrenchOrder) {
    auto script = supplement({"/account_number"}, {{"account_number", "4165550199"}}, "fr");
    script.expects_manual().with_head(
        R"({"title":"ThinkTel : faire corriger le billet ABC-123-45678"})"
    );
    EXPECT_THAT(
        task_of(script),
        AllOf(
            HasSubstr("Objet : billet ABC-123-45678, corrections à la demande"),
            HasSubstr("- Numéro de compte : au lieu de « 4165550100 », « 4165550199 »\n"),
            Not(HasSubstr("Hello"))
        )
    );
}

TEST(Supplement, NamesNumbersDocumentsDatesAndNeverThePin) {
    auto script = supplement(
        {"/numbers", "/documents/0", "/documents/1", "/pin", "/requested_date", "/btn",
         "/service_address"},
        {{"numbers", {"+14165550101"}}, {"requested_date", "2026-12-07"}}
    );
    script.expects_manual();
    EXPECT_THAT(
        task_of(script),
        AllOf(
            HasSubstr("- Numbers to port: instead of \"416-555-0101, 416-555-0102\", "
                      "\"416-555-0101\"\n"),
            HasSubstr("- Documents, attached: loa.pdf (loa), octobre.png (invoice)\n"),
            HasSubstr("- PIN at the losing carrier: changed; we will give it to you by telephone"),
            HasSubstr("- Requested date: instead of \"2026-12-01\", \"2026-12-07\"\n"),
            HasSubstr("- Billing telephone number: \"(none)\"\n"),
            HasSubstr("- Customer address: instead of \"Toronto, M5V 1A1\"")
        )
    );
}

TEST(Supplement, ReadsTheTicketWhenThePersonConfirms) {
    auto script = account_number();
    script.expects_manual().is_answered("done");
    script.asks_time("2026-11-22T09:00:00Z")
        .expects_http("GET", by_ticket)
        .named("after-status")
        .answers(200, R"({"Status":"SUBMITTED","ValidationLSC":true,"TicketId":"ABC-123-45678"})");
    script.asks_time("2026-11-22T09:00:05Z")
        .ends_with(R"({"state":"submitted","carrier_word":"SUBMITTED","check_again":60,
            "keep":{"sent":{"account_number":"4165550199"},"tickets_before":["OLD-000-00001"]}})");
    EXPECT_GE(cut_everywhere(script), 5u);
    EXPECT_FALSE(script.result<PortProgress>().keep.contains("told"));
}

TEST(Supplement, WaitsWhileTheTicketSaysTheSameAsBefore) {
    auto script = account_number();
    script.expects_manual().is_answered("done");
    script.asks_time("2026-11-22T09:00:00Z").expects_http("GET", by_ticket).answers(200, rejected);
    script.asks_time("2026-11-22T09:00:05Z")
        .ends_with(R"({"state":"supplement_pending","rejections":[],"check_again":60,
            "keep":{"told":{"at":"2026-11-22T09:00:00Z","state":"supplement_pending"}}})");
    cut_everywhere(script);

    // As check_port sees it later on.
    const auto keep = script.result<PortProgress>().keep;
    const auto later = [&](const char* body, const char* now) {
        Script check(
            thinktel(), "check_port", canonical(reference("en", keep)), R"({"check_every":60})"
        );
        check.expects_http("GET", by_ticket).answers(200, body);
        check.asks_time(now);
        return check;
    };
    later(rejected, "2026-11-27T08:59:59Z").ends_with(R"({"state":"supplement_pending"})");
    later(rejected, "2026-11-27T09:00:00Z")
        .ends_with(R"({"state":"exception","rejections":[{"reason":"ACCOUNT_NUMBER_MISMATCH"}]})");
    auto moved = later(confirmed, "2026-11-23T09:00:00Z");
    moved.ends_with(R"({"state":"confirmed","foc":"2026-12-03"})");
    EXPECT_FALSE(moved.result<PortProgress>().keep.contains("told"));
    // Refused again, for something else.
    later(
        R"({"Status":"REJECTED","ValidationLSC":true,"TicketId":"ABC-123-45678",
            "RejectReason":"The PIN is wrong"})",
        "2026-11-23T09:00:00Z"
    )
        .ends_with(R"({"state":"exception","rejections":[{"reason":"PIN_INVALID"}]})");
}

TEST(Supplement, FollowsTheNewTicketThatThePersonNames) {
    auto script = account_number();
    script.expects_manual().is_answered("new_ticket", "ABC-123-99999");
    script.asks_time("2026-11-22T09:00:00Z")
        .expects_http("GET", "/v2/NumberPorts/Inbound/Tickets/ABC-123-99999/PortInStatus")
        .answers(200, R"({"Status":"PENDING","ValidationLSC":false,"TicketId":"ABC-123-99999"})");
    script.asks_time("2026-11-22T09:00:05Z")
        .ends_with(R"({"carrier_id":"ABC-123-99999","state":"submitted"})");
}

TEST(Supplement, AsksAgainForTheNumberOfTheNewTicketWhereItIsMissing) {
    auto script = account_number();
    script.expects_manual().is_answered("new_ticket");
    script.expects_manual()
        .named("desk-ticket")
        .with_head(R"({"choices":["new_ticket"],"text":"required"})")
        .is_answered("new_ticket", "ABC-123-99999");
    script.asks_time("2026-11-22T09:00:00Z")
        .expects_http("GET", "/v2/NumberPorts/Inbound/Tickets/ABC-123-99999/PortInStatus")
        .answers(200, R"({"Status":"PENDING","ValidationLSC":false,"TicketId":"ABC-123-99999"})");
    script.asks_time("2026-11-22T09:00:05Z")
        .ends_with(R"({"carrier_id":"ABC-123-99999","state":"submitted"})");
}

TEST(Supplement, IsRejectedWhenThePortingTeamRefuses) {
    auto script = account_number();
    script.expects_manual()
        .is_answered("refused", "416-555-0101 ports tomorrow")
        .fails_with(
            ErrorKind::rejected, Reason::cannot_change_now,
            AllOf(HasSubstr("ports tomorrow"), Not(HasSubstr("416-555-0101")))
        );
    cut_everywhere(script);
}

TEST(Supplement, AsksNobodyWhereTheTicketHasEnded) {
    for (const auto* word : {"COMPLETED", "CANCELLED", "EXPIRED"}) {
        Script script(
            thinktel(), "supplement_port",
            canonical(json::object{
                {"order", reference()},
                {"corrected", parsed(file("order.json"))},
                {"fields", {"/account_number"}}
            })
        );
        script.expects_http("GET", by_ticket)
            .answers(200, canonical(json::object{{"Status", word}, {"ValidationLSC", true}}))
            .ends_with(canonical(json::object{{"carrier_word", word}}));
    }
}

Script cancel(const char* language = "en") {
    Script script(thinktel(), "cancel_port", canonical(reference(language)), settings);
    script.expects_http("GET", by_ticket).named("before-status").answers(200, confirmed);
    script.expects_manual().named("desk");
    return script;
}

TEST(Cancel, AsksAPersonWithAMessageInTheOrdersLanguage) {
    EXPECT_THAT(
        task_of(cancel()), AllOf(
                               HasSubstr("Subject: ticket ABC-123-45678, cancellation"),
                               HasSubstr("CONFIRMED"), HasSubstr("416-555-0102")
                           )
    );
    EXPECT_THAT(task_of(cancel("fr")), HasSubstr("Veuillez annuler cette demande"));
}

TEST(Cancel, ReadsTheTicketWhenThePersonConfirms) {
    auto script = cancel();
    script.is_answered("done")
        .asks_time("2026-11-22T09:00:00Z")
        .expects_http("GET", by_ticket)
        .answers(
            200,
            R"({"Status":"CANCELLATIONPENDING","ValidationLSC":true,"TicketId":"ABC-123-45678"})"
        )
        .asks_time("2026-11-22T09:00:05Z")
        .ends_with(R"({"state":"cancel_pending","carrier_word":"CANCELLATIONPENDING"})");
    cut_everywhere(script);

    cancel()
        .is_answered("done")
        .asks_time("2026-11-22T09:00:00Z")
        .expects_http("GET", by_ticket)
        .answers(200, confirmed)
        .asks_time("2026-11-22T09:00:05Z")
        .ends_with(R"({"state":"cancel_pending","carrier_word":"CONFIRMED"})");
}

TEST(Cancel, BecomesAnExceptionWhenNothingHappensForFiveDays) {
    auto told = cancel();
    told.is_answered("done")
        .asks_time("2026-11-22T09:00:00Z")
        .expects_http("GET", by_ticket)
        .answers(200, confirmed)
        .asks_time("2026-11-22T09:00:05Z");
    const auto keep = told.result<PortProgress>().keep;
    Script(thinktel(), "check_port", canonical(reference("en", keep)))
        .expects_http("GET", by_ticket)
        .answers(200, confirmed)
        .asks_time("2026-11-28T09:00:00Z")
        .ends_with(R"({"state":"exception","rejections":[{"reason":"CANNOT_CANCEL_NOW"}]})");
}

TEST(Cancel, IsRejectedWhenThePortingTeamRefuses) {
    cancel().is_answered("refused").fails_with(ErrorKind::rejected, Reason::cannot_cancel_now);
}

TEST(Cancel, AsksNobodyWhereThereIsNothingToCancel) {
    for (const auto* word : {"COMPLETED", "CANCELLED", "CANCELLATIONPENDING", "FULLCANCELLATION"})
        Script(thinktel(), "cancel_port", canonical(reference()))
            .expects_http("GET", by_ticket)
            .answers(200, canonical(json::object{{"Status", word}, {"ValidationLSC", true}}))
            .ends_with(canonical(json::object{{"carrier_word", word}}));
}

}  // namespace
}  // namespace porteur::testkit
