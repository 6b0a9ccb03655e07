// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "domain/explanation.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Instant noon{std::chrono::milliseconds{1'790'000'000'000}};

OrderFacts facts_of(OrderState state, Delivery delivery, Stage stage) {
    OrderFacts facts;
    facts.order.id = Id{1} << 40;
    facts.order.kind = OrderKind::port;
    facts.order.reference = "acme-7";
    facts.order.account = "thinktel";
    facts.order.losing_account = "ringcentral";
    facts.order.state = state;
    facts.order.delivery = delivery;
    facts.order.stage = stage;
    facts.order.request = R"({"numbers":["+14165550101"]})";
    facts.order.progress = "{}";
    return facts;
}

Known everything() {
    return {.offers = [](std::string_view, std::string_view) { return true; }, .carrier = [](std::string_view account) { return std::string(account); }};
}

std::vector<std::string> ways_of(const Explanation& found) {
    std::vector<std::string> out;
    for (const auto& each : found.ways) out.emplace_back(each.what);
    return out;
}

TEST(Explain, SaysThatADraftWaitsForWhoeverWroteIt) {
    const auto found = explain(facts_of(OrderState::draft, Delivery::idle, Stage::none), noon, everything());
    EXPECT_THAT(found.why, ElementsAre("it is a draft: nobody has sent it"));
    ASSERT_EQ(found.next.size(), 1U);
    EXPECT_EQ(found.next[0].text, "nothing, until a person does something");
    EXPECT_THAT(ways_of(found), ElementsAre("amend", "submit", "cancel"));
    EXPECT_EQ(found.ways[1].command, "porteur port submit " + id_text(Id{1} << 40));
}

TEST(Explain, SaysWhenTheCarrierIsAskedNextAndWhyNotEarlier) {
    auto facts = facts_of(OrderState::submitted, Delivery::idle, Stage::follow);
    facts.order.carrier_id = "P-1";
    facts.order.due = noon + 1h;
    facts.carrier = {.account = "thinktel", .is_configured = true, .left_alone_until = noon + 2h, .tried_again_at = noon + 5s};
    facts.due.push_back({.order = facts.order.id, .kind = OrderKind::port, .tenant = 1, .account = "thinktel", .reference = "acme-7",
                         .what = due_words::expected_answer, .about = {}, .at = noon + 24h, .day = {}, .overdue = false, .who = "carrier", .text = "an answer is due"});
    const auto found = explain(facts, noon, everything());
    EXPECT_THAT(found.why, ElementsAre("thinktel has it and has not decided yet; it is submitted there"));
    std::vector<std::string> texts;
    for (const auto& each : found.next) texts.push_back(each.text);
    EXPECT_THAT(texts, ElementsAre("thinktel is tried again, as it did not answer", "thinktel is asked how it stands",
                                   "thinktel may be asked again, as it wished to be left alone until then", "an answer is due"));
    EXPECT_EQ(found.next[1].at, noon + 1h);
    EXPECT_THAT(ways_of(found), Contains("cancel"));
}

TEST(Explain, SaysOfALostAnswerThatItIsLookedUpAndOffersNoVerdictMeanwhile) {
    auto facts = facts_of(OrderState::draft, Delivery::in_doubt, Stage::submit);
    facts.order.open_operation = 5;
    facts.order.due = noon + 30s;
    facts.operation = "submit_port";
    facts.open.push_back({.kind = OpenStep::Kind::lost, .step = "create-order", .title = {}, .choices = {}, .since = noon, .until = {}});
    const auto found = explain(facts, noon, everything());
    EXPECT_THAT(found.why.front(), HasSubstr("step \"create-order\" may have reached thinktel, and its answer was lost"));
    EXPECT_THAT(ways_of(found), Not(Contains("settle")));
    EXPECT_THAT(ways_of(found), Not(Contains("submit")));
}

TEST(Explain, OffersTheVerdictsOfADoubtThatNothingResolves) {
    const auto found = explain(facts_of(OrderState::draft, Delivery::in_doubt, Stage::submit), noon, everything());
    EXPECT_THAT(found.why.front(), HasSubstr("nobody knows whether thinktel has it"));
    EXPECT_THAT(found.ways.at(0).command, HasSubstr("settle " + id_text(Id{1} << 40) + " found_at_carrier --carrier-id ID"));
    EXPECT_THAT(found.ways.at(1).command, HasSubstr("not_carried_out"));
}

TEST(Explain, SaysWhatAPersonIsAskedAndHowToAnswer) {
    auto facts = facts_of(OrderState::submitted, Delivery::waiting_for_person, Stage::follow);
    facts.order.open_operation = 5;
    facts.order.problem = "Check the invoice";
    facts.open.push_back({.kind = OpenStep::Kind::person, .step = "check", .title = "Check the invoice", .choices = {"right", "wrong"}, .since = noon, .until = {}});
    const auto found = explain(facts, noon, everything());
    EXPECT_THAT(found.why, ElementsAre("it waits for a person: Check the invoice")) << "once";
    EXPECT_EQ(found.ways.at(0).what, "answer");
    EXPECT_THAT(found.ways.at(0).command, HasSubstr("answer " + id_text(Id{1} << 40) + " right|wrong"));
}

TEST(Explain, SaysOfAParkedOperationWhyItCannotGoOn) {
    auto facts = facts_of(OrderState::submitted, Delivery::waiting_for_person, Stage::follow);
    facts.order.open_operation = 5;
    facts.order.problem = "check_port: the plugin died 3 times at the same place";
    facts.is_parked = true;
    const auto found = explain(facts, noon, everything());
    EXPECT_THAT(found.why, ElementsAre("what was under way cannot go on by itself; a person must look", facts.order.problem));
    EXPECT_THAT(ways_of(found), Contains("settle"));
}

TEST(Explain, SaysThatAnAccountIsNotThere) {
    auto facts = facts_of(OrderState::submitted, Delivery::waiting_for_person, Stage::follow);
    facts.carrier = {.account = "thinktel", .is_configured = false, .left_alone_until = {}, .tried_again_at = {}};
    EXPECT_THAT(explain(facts, noon, {}).why, Contains("the account \"thinktel\" is not configured or not enabled"));
}

TEST(Explain, HasNothingToDoForAnOrderThatHasEndedAndNoCommentForItsLastWord) {
    auto facts = facts_of(OrderState::cancelled, Delivery::idle, Stage::none);
    facts.entries.push_back(entry(facts.order, noon, "engine", "port.state_changed", "draft -> cancelled"));
    facts.entries.push_back(entry(facts.order, noon, "person", "port.comment", "a pity"));
    const auto found = explain(facts, noon, everything());
    EXPECT_THAT(found.why, ElementsAre("it has ended as cancelled"));
    EXPECT_THAT(found.next, IsEmpty());
    EXPECT_THAT(found.ways, IsEmpty());
    ASSERT_TRUE(found.last);
    EXPECT_EQ(found.last->text, "draft -> cancelled");
}

TEST(Explain, SaysHowThePartsOfAnOrderStand) {
    auto facts = facts_of(OrderState::partial, Delivery::idle, Stage::parts);
    facts.parts.push_back(facts_of(OrderState::exception, Delivery::waiting_for_person, Stage::none).order);
    facts.parts.back().reference = "acme-7/1";
    facts.order.state = OrderState::submitted;
    EXPECT_THAT(explain(facts, noon, everything()).why, ElementsAre("it is carried out in parts, and moves as they do", "part \"acme-7/1\" is exception"));
}

// Every stage and delivery says something, and nothing that is offered is refused by the rules.
TEST(Explain, HasAWordForEveryStageAndDelivery) {
    for (const auto state : {OrderState::draft, OrderState::submitted, OrderState::exception, OrderState::confirmed, OrderState::completed, OrderState::rejected})
        for (const auto delivery : {Delivery::idle, Delivery::sending, Delivery::in_doubt, Delivery::retry_at, Delivery::waiting_for_person})
            for (const auto stage : {Stage::none, Stage::preflight, Stage::split, Stage::submit, Stage::supplement, Stage::follow, Stage::cancel, Stage::parts, Stage::release}) {
                const auto found = explain(facts_of(state, delivery, stage), noon, everything());
                ASSERT_FALSE(found.why.empty());
                for (const auto& each : found.why) EXPECT_FALSE(each.empty());
                for (const auto& each : found.ways) EXPECT_THAT(each.command, ::testing::StartsWith("porteur port "));
            }
}

}  // namespace
}  // namespace porteur
