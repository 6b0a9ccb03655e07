// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "domain/mail_rules.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using enum OrderState;

const Instant noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h};
const Rhythm rhythm{.first_retry = 1s, .longest_retry = 60s, .follow = 10s};

Order followed(OrderState state = in_review) {
    Order order;
    order.id = 42;
    order.tenant = 1;
    order.kind = OrderKind::purchase;
    order.account = "genesys";
    order.reference = "po-9";
    order.request = R"({"numbers":["+33644550101","+33644550102"]})";
    order.progress =
        R"({"carrier_id":"<m@x>","keep":{"a":1},"numbers":[{"number":"+33644550101","state":"in_review"}],"state":"in_review"})";
    order.carrier_id = "<m@x>";
    order.state = state;
    order.stage = Stage::follow;
    order.due = noon + 6h;
    order.submitted = noon - 24h;
    return order;
}

MailNews news(std::optional<MailReading> reading = {}) {
    MailNews made;
    made.mail = 7;
    made.sender = "desk@carrier.example";
    made.matched_by = "address_token";
    made.reason = "it came to the address that was given out for this order";
    made.sender_expected = true;
    made.plugin_reads = reading.has_value();
    made.can_check = true;
    made.reading = std::move(reading);
    return made;
}

MailReading says(OrderState state, bool certain = true) {
    MailReading reading;
    reading.state = state;
    reading.certain = certain;
    reading.note = "the desk says so";
    return reading;
}

std::vector<std::string> kinds(const OrderChange& change) {
    std::vector<std::string> out;
    for (const auto& each : change.entries) out.push_back(each.kind);
    return out;
}

TEST(AfterMail, HurriesTheNextLookAndSaysWhere) {
    const auto order = followed();
    const auto outcome = after_mail(order, news(), noon, rhythm);
    EXPECT_EQ(outcome.change.order.due, noon);
    EXPECT_EQ(outcome.change.order.state, in_review);
    EXPECT_EQ(outcome.change.order.version, order.version + 1);
    EXPECT_FALSE(outcome.waits_for_person) << "the check that was hurried tells what it means";
    EXPECT_THAT(kinds(outcome.change), ElementsAre("mail.received"));
    EXPECT_THAT(outcome.change.entries[0].data, HasSubstr("\"mail\":\"" + id_text(7) + "\""));
}

TEST(AfterMail, TouchesNothingThatIsUnderWayOrOver) {
    auto open = followed();
    open.open_operation = 9;
    EXPECT_EQ(after_mail(open, news(), noon, rhythm).change.order.due, open.due);
    EXPECT_EQ(after_mail(open, news(), noon, rhythm).change.order.open_operation, 9);

    auto over = followed(completed);
    over.stage = Stage::none;
    over.due.reset();
    const auto outcome = after_mail(over, news(says(exception)), noon, rhythm);
    EXPECT_EQ(outcome.change.order.state, completed);
    EXPECT_FALSE(outcome.change.order.due);

    auto leaving = followed(exception);
    leaving.stage = Stage::submit;
    leaving.delivery = Delivery::retry_at;
    const auto late = after_mail(leaving, news(says(in_review)), noon, rhythm);
    EXPECT_EQ(late.change.order.stage, Stage::submit) << "the second attempt would never have left";
    EXPECT_TRUE(late.waits_for_person);
}

TEST(AfterMail, WaitsForAPersonWhereNobodyElseCanTell) {
    auto alone = news();
    alone.can_check = false;
    EXPECT_TRUE(after_mail(followed(), alone, noon, rhythm).waits_for_person);
    alone.from_machine = true;
    EXPECT_FALSE(after_mail(followed(), alone, noon, rhythm).waits_for_person)
        << "nobody reads 'out of office'";

    auto unread = news();
    unread.unread = "the plugin died";
    EXPECT_TRUE(after_mail(followed(), unread, noon, rhythm).waits_for_person);
    EXPECT_TRUE(after_mail(followed(), news(MailReading{}), noon, rhythm).waits_for_person);
}

TEST(AfterMail, TakesACertainWordOfTheCarrierAsACheckWould) {
    auto reading = says(exception);
    reading.rejections.push_back({Reason::document_refused, "", "illegible", {"/documents"}, {}});
    const auto outcome = after_mail(followed(), news(reading), noon, rhythm);
    EXPECT_FALSE(outcome.waits_for_person);
    EXPECT_EQ(outcome.change.order.state, exception);
    EXPECT_EQ(outcome.change.order.delivery, Delivery::waiting_for_person);
    EXPECT_THAT(outcome.change.order.problem, HasSubstr("illegible"));
    EXPECT_THAT(outcome.change.order.progress, HasSubstr(R"("keep":{"a":1,)"))
        << "what the plugin keeps was lost";
    EXPECT_THAT(
        kinds(outcome.change), ElementsAre("mail.received", "mail.read", "purchase.state_changed")
    );
}

TEST(AfterMail, LeavesToAPersonWhatIsGuessedForgedOrPartial) {
    const auto stays = [](const MailNews& told) {
        const auto outcome = after_mail(followed(), told, noon, rhythm);
        return outcome.waits_for_person && outcome.change.order.state == in_review;
    };
    EXPECT_TRUE(stays(news(says(exception, false))));
    auto forged = news(says(exception));
    forged.sender_expected = false;
    EXPECT_TRUE(stays(forged));
    auto other = says(exception);
    other.about = "po-10";
    EXPECT_TRUE(stays(news(other)));
    auto one_of_two = says(exception);
    one_of_two.numbers.push_back(*PhoneNumber::from_json_text("+33644550101"));
    EXPECT_TRUE(stays(news(one_of_two)));
}

TEST(AfterMail, AsksTheCarrierBeforeItBelievesAnEnd) {
    const auto outcome = after_mail(followed(), news(says(completed)), noon, rhythm);
    EXPECT_EQ(outcome.change.order.state, in_review);
    EXPECT_EQ(outcome.change.order.due, noon);
    EXPECT_FALSE(outcome.waits_for_person);

    auto by_mail_alone = news(says(completed));
    by_mail_alone.can_check = false;
    EXPECT_EQ(after_mail(followed(), by_mail_alone, noon, rhythm).change.order.state, completed);
}

TEST(AfterMail, TellsThePluginsNextCheckWhatTheMailSaid) {
    auto approved = says(completed, false);
    approved.numbers.push_back(*PhoneNumber::from_json_text("+33644550177"));
    const auto told = after_mail(followed(), news(approved), noon, rhythm).change.order;
    EXPECT_EQ(told.state, in_review);
    EXPECT_THAT(
        told.progress,
        HasSubstr(R"("keep":{"a":1,"mail":{"alternates":[],"numbers":["+33644550177"],"state":"completed"}})")
    );
    EXPECT_THAT(
        after_mail(followed(), news(says(needs_documents)), noon, rhythm).change.order.progress,
        HasSubstr(R"("mail":{"alternates":[],"numbers":[],"state":"needs_documents"})")
    );
    auto strange = news(approved);
    strange.sender_expected = false;
    EXPECT_THAT(
        after_mail(followed(), strange, noon, rhythm).change.order.progress, Not(HasSubstr("\"mail\""))
    );
}

TEST(AfterMail, ThatWantsADocumentWaitsForAPersonWhoSendsTheOrderAgain) {
    auto wants = says(needs_documents);
    wants.rejections.push_back({Reason::documents_required, "", "please send a passport", {"/documents"}, {}});
    const auto waiting = after_mail(followed(), news(wants), noon, rhythm).change.order;
    EXPECT_EQ(waiting.state, needs_documents);
    EXPECT_EQ(waiting.delivery, Delivery::waiting_for_person);
    EXPECT_THAT(waiting.problem, HasSubstr("please send a passport"));

    const auto again = submit_order(waiting, noon, "anna");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->order.attempt, waiting.attempt + 1);
    EXPECT_EQ(again->order.stage, Stage::submit);
    const auto sent = after_operation(
        again->order, {.operation = "purchase", .done = true, .output = followed().progress, .error = {}},
        noon, 0, rhythm
    );
    EXPECT_EQ(sent.order.state, in_review) << "what was heard before the mail is no news of this attempt";
    EXPECT_THAT(sent.order.progress, Not(HasSubstr("before_mail")));
}

TEST(AfterMail, FoldsAGuessOnceAPersonTakesItForTheWord) {
    auto taken = news(says(alternates_offered, false));
    taken.word_taken = true;
    taken.source = "desk";
    taken.reading->alternates.push_back(*PhoneNumber::from_json_text("+33644550177"));
    const auto outcome = after_mail(followed(), taken, noon, rhythm);
    EXPECT_FALSE(outcome.waits_for_person);
    EXPECT_EQ(outcome.change.order.state, alternates_offered);
    EXPECT_THAT(outcome.change.order.progress, HasSubstr("+33644550177"));
}

TEST(AfterMail, StaysWhereTheMailBroughtItUntilACheckSaysSomethingNew) {
    auto reading = says(exception);
    reading.rejections.push_back({Reason::document_refused, "", "illegible", {"/documents"}, {}});
    const auto moved = after_mail(followed(), news(reading), noon, rhythm).change.order;
    const auto check = [](const Order& order, OrderState state) {
        PurchaseProgress progress;
        progress.carrier_id = "<m@x>";
        progress.state = state;
        const OperationEnd end{.operation = "check_purchase", .done = true, .output = to_text(progress), .error = {}};
        return after_operation(order, end, noon + 1h, 0, rhythm).order;
    };
    const auto still = check(moved, in_review);
    EXPECT_EQ(still.state, exception) << "the inventory knows nothing of the refusal";
    EXPECT_EQ(still.delivery, Delivery::waiting_for_person);
    EXPECT_EQ(still.problem, moved.problem);
    EXPECT_THAT(still.progress, HasSubstr("illegible"));
    EXPECT_EQ(check(still, in_review).state, exception);
    EXPECT_EQ(check(still, completed).state, completed);

    // A second mail takes it back; the checks then agree with it.
    const auto again = after_mail(still, news(says(in_review)), noon, rhythm).change.order;
    EXPECT_EQ(again.state, in_review);
    EXPECT_EQ(check(again, in_review).state, in_review);
}

TEST(AfterMail, SettlesADoubtWhenTheCarrierAnswers) {
    auto doubted = followed(draft);
    doubted.stage = Stage::submit;
    doubted.delivery = Delivery::in_doubt;
    doubted.due.reset();
    doubted.submitted.reset();
    const auto& order = after_mail(doubted, news(says(in_review)), noon, rhythm).change.order;
    EXPECT_EQ(order.state, in_review);
    EXPECT_EQ(order.delivery, Delivery::idle);
    EXPECT_EQ(order.stage, Stage::follow);
}

TEST(AfterBounce, MakesAnOrderThatNeverArrivedAnException) {
    const auto change = after_bounce(
        followed(),
        {.mail = 7,
         .recipient = "desk@carrier.example",
         .diagnostic = "550 5.1.1 unknown",
         .carried_order = true},
        noon
    );
    EXPECT_EQ(change.order.state, exception);
    EXPECT_EQ(change.order.delivery, Delivery::waiting_for_person);
    EXPECT_FALSE(change.order.due);
    EXPECT_THAT(change.order.problem, HasSubstr("5.1.1"));
    EXPECT_THAT(kinds(change), ElementsAre("mail.bounced", "purchase.state_changed"));
    EXPECT_TRUE(submit_order(change.order, noon, "person")) << "it cannot be sent again";
}

TEST(AfterBounce, OnlySaysSoWhereTheOrderDidArrive) {
    const BounceNews copy{
        .mail = 7, .recipient = "archive@us.example", .diagnostic = "full", .carried_order = false
    };
    EXPECT_EQ(after_bounce(followed(), copy, noon).order.state, in_review);
    EXPECT_EQ(after_bounce(followed(), copy, noon).order.due, noon + 6h);
    auto heard = followed(alternates_offered);
    EXPECT_EQ(
        after_bounce(
            heard, {.mail = 7, .recipient = "x@y.example", .diagnostic = {}, .carried_order = true},
            noon
        )
            .order.state,
        alternates_offered
    );
}

}  // namespace
}  // namespace porteur
