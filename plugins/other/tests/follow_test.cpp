// SPDX-License-Identifier: Apache-2.0
// What happens to an order that was handed in: asked about, corrected, cancelled.
#include "support.hpp"

namespace porteur::testkit {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr auto now = "2026-11-24T09:00:00Z";

std::string reference(const std::string& kept = R"({"language":"en","state":"submitted"})") {
    return R"({"reference":"po-7","carrier_id":"OP-4711","numbers":["+14165550101"],"kept":)" +
           kept + "}";
}
Script asking(const std::string& order = reference()) {
    Script script(other(), "check_port", order, settings());
    script.asks_time(now).expects_manual().named("next-step");
    return script;
}

TEST(CheckPort, AsksForTheNextStep) {
    auto script = asking();
    script
        .with_head(
            R"({"choices":["confirmed","completed","refused","cancelled","nothing_new"],"remind_seconds":172800,
                "title":"How does order po-7 stand at OpenPhone?"})"
        )
        .is_answered("nothing_new")
        .asks_time(now)
        .ends_with(
            R"({"carrier_id":"OP-4711","state":"submitted","carrier_word":"nothing_new","check_again":86400,
                "keep":{"ask_after":"2026-11-25T09:00:00Z","language":"en","state":"submitted"}})"
        );
    cut_everywhere(script);
}

TEST(CheckPort, WritesItsQuestionInTheCustomersLanguage) {
    EXPECT_THAT(asking().recording().first.effects.size(), 1u);
    Script script(other(), "check_port", reference(R"({"language":"fr"})"), settings());
    script.asks_time(now);
    const auto body = script.recording().exchanges.back().turn.effects.at(0).body;
    EXPECT_THAT(
        body, AllOf(HasSubstr("Demandez à OpenPhone"), HasSubstr("Son numéro chez lui : OP-4711"))
    );
    script.expects_manual()
        .is_answered("completed")
        .asks_time(now)
        .ends_with(R"({"state":"completed"})");
}

TEST(CheckPort, AsksNobodyBeforeTheTimeThatTheAccountSets) {
    Script(
        other(), "check_port",
        reference(R"({"ask_after":"2026-11-24T10:00:00Z","foc":"2026-12-01","state":"confirmed"})"),
        settings()
    )
        .asks_time(now)
        .ends_with(
            R"({"check_again":3600,"state":"confirmed","foc":"2026-12-01","keep":{"ask_after":"2026-11-24T10:00:00Z"}})"
        );
}

TEST(CheckPort, TakesTheDayAndAsksNoMoreBeforeItIsOver) {
    asking()
        .is_answered("confirmed", " 2026-12-01 ")
        .asks_time(now)
        .ends_with(
            R"({"state":"confirmed","foc":"2026-12-01","check_again":658800,
                "keep":{"ask_after":"2026-12-02T00:00:00Z","foc":"2026-12-01","state":"confirmed"}})"
        );
}

TEST(CheckPort, AsksForTheDayUntilItCanBeRead) {
    auto script = asking();
    script.is_answered("confirmed", "next Tuesday")
        .asks_time(now)
        .expects_manual()
        .named("foc-date-1")
        .with_head(R"({"choices":["day","not_told"]})")
        .is_answered("day", "1.12.")
        .expects_manual()
        .named("foc-date-2")
        .is_answered("day", "2026-12-01")
        .ends_with(R"({"state":"confirmed","foc":"2026-12-01"})");
    cut_everywhere(script);
}

TEST(CheckPort, TakesAConfirmationWithoutADay) {
    asking()
        .is_answered("confirmed")
        .asks_time(now)
        .expects_manual()
        .is_answered("not_told")
        .ends_with(R"({"state":"confirmed","check_again":86400})");
}

TEST(CheckPort, KeepsTheDayOfAConfirmedOrder) {
    asking(
        reference(R"({"ask_after":"2026-11-24T08:00:00Z","foc":"2026-11-23","state":"confirmed"})")
    )
        .is_answered("nothing_new")
        .asks_time(now)
        .ends_with(R"({"state":"confirmed","foc":"2026-11-23"})");
}

TEST(CheckPort, EndsCompletedOrCancelled) {
    for (const auto* word : {"completed", "cancelled"})
        asking().is_answered(word).asks_time(now).ends_with(
            R"({"carrier_word":")" + std::string(word) + R"(","state":")" + word + R"("})"
        );
}

TEST(CheckPort, MakesAnExceptionOfARefusalWithTheFieldsToCorrect) {
    asking()
        .is_answered("refused", "POSTAL_CODE_MISMATCH: they have M5V 1A2")
        .asks_time(now)
        .ends_with(
            R"({"state":"exception","check_again":2592000,"rejections":[{"reason":"POSTAL_CODE_MISMATCH",
                "code":"POSTAL_CODE_MISMATCH","fields":["/service_address/postal_code"]}]})"
        );
    asking()
        .is_answered("refused", "no idea: really")
        .asks_time(now)
        .ends_with(
            R"({"state":"exception","rejections":[{"reason":"OTHER","text":"no idea: really"}]})"
        );
}

std::string supplement() {
    return R"({"order":)" +
           reference(R"({"foc":"2026-12-01","language":"en","state":"exception"})") +
           R"(,"corrected":)" + canonical(order()) +
           R"(,"fields":["/service_address/postal_code","/pin","/btn","/numbers"]})";
}

TEST(SupplementPort, HasAPersonCorrectTheFields) {
    Script script(other(), "supplement_port", supplement(), settings());
    const auto body = script.recording().first.effects.at(0).body;
    EXPECT_THAT(body, HasSubstr("  /service_address/postal_code: M5V 1A1\n"));
    EXPECT_THAT(body, HasSubstr("  /pin: a new PIN; the customer has it\n"));
    EXPECT_THAT(body, HasSubstr("  /numbers: [\"+14165550101\""));
    script.expects_manual().named("correct").is_answered("done").asks_time(now).ends_with(
        R"({"carrier_id":"OP-4711","state":"submitted","keep":{"state":"submitted"}})"
    );
    EXPECT_EQ(script.result<PortProgress>().foc, std::nullopt) << "to be confirmed again";
    cut_everywhere(script);
}

TEST(SupplementPort, IsRefusedWhereTheCarrierDoesNotChangeIt) {
    Script(other(), "supplement_port", supplement(), settings())
        .expects_manual()
        .is_answered("refused")
        .fails_with(
            ErrorKind::rejected, Reason::cannot_change_now, HasSubstr("no words were given")
        );
}

TEST(CancelPort, HasAPersonCancelIt) {
    Script script(other(), "cancel_port", reference(), settings());
    script.expects_manual()
        .named("cancel")
        .with_head(R"({"title":"Have OpenPhone cancel order po-7"})")
        .is_answered("cancelled")
        .asks_time(now)
        .ends_with(R"({"carrier_id":"OP-4711","state":"cancelled"})");
    cut_everywhere(script);
    Script(other(), "cancel_port", reference(), settings())
        .expects_manual()
        .is_answered("refused", "too late")
        .fails_with(ErrorKind::rejected, Reason::cannot_cancel_now, HasSubstr("too late"));
}

// ---------------------------------------------------------------- as a losing carrier

TEST(Preflight, HasAPersonCompareTheRecords) {
    Script script(other(), "preflight", canonical(order()), settings());
    script.expects_manual().named("compare").is_answered("agrees").ends_with(R"({"problems":[]})");
    EXPECT_THAT(script.result<Findings>().note, HasSubstr("by a person"));
    cut_everywhere(script);
}

TEST(Preflight, GivesWhatDiffersAsAProblemOfItsField) {
    Script script(other(), "preflight", canonical(order()), settings());
    script.expects_manual().is_answered("differs", "NAME_MISMATCH: Acme Incorporated");
    const auto found = script.result<Findings>().problems;
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].field, "/end_user/name");
    EXPECT_EQ(found[0].reason, Reason::name_mismatch);
    EXPECT_THAT(found[0].message, HasSubstr("Acme Incorporated"));
}

}  // namespace
}  // namespace porteur::testkit
