// SPDX-License-Identifier: Apache-2.0
#include "domain/deadlines.hpp"

#include <gmock/gmock.h>

#include <map>

#include <porteur/json.hpp>

#include "domain/order_rules.hpp"

namespace porteur {
namespace {

using namespace std::chrono;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr sys_days day(int y, unsigned m, unsigned d) { return year{y} / m / d; }
constexpr Instant noon = day(2026, 11, 25) + 12h;  // a Wednesday

Order order_in(OrderState state) {
    Order made;
    made.id = 7;
    made.tenant = 1;
    made.account = "thinktel";
    made.reference = "ACME-7";
    made.state = state;
    made.created = made.updated = noon;
    made.submitted = noon;
    made.request = "{}";
    made.progress = "{}";
    return made;
}

std::string progress_with_foc(year_month_day foc) {
    PortProgress progress;
    progress.state = OrderState::confirmed;
    progress.foc = foc;
    return to_text(progress);
}

DocumentRef paper(
    std::string id, std::string type, std::optional<year_month_day> issued,
    std::optional<year_month_day> made
) {
    DocumentRef out;
    out.id = std::move(id);
    out.type = std::move(type);
    out.issued_on = issued;
    out.signed_on = made;
    return out;
}

std::vector<std::string_view> words_of(const std::vector<DueItem>& items) {
    std::vector<std::string_view> out;
    for (const auto& each : items) out.push_back(each.what);
    return out;
}

TEST(DeadlinesOf, GivesADraftItsTime) {
    auto draft = order_in(OrderState::draft);
    draft.submitted.reset();
    auto items = deadlines_of(draft, {}, noon);
    ASSERT_THAT(words_of(items), ElementsAre(due_words::draft_expiry));
    EXPECT_EQ(items[0].at, noon + days{30});
    EXPECT_FALSE(items[0].overdue);
    EXPECT_TRUE(deadlines_of(draft, {}, noon + days{30})[0].overdue);
}

TEST(DeadlinesOf, LeavesADraftAloneThatIsOnItsWay) {
    auto sent = order_in(OrderState::draft);
    sent.stage = Stage::submit;
    EXPECT_THAT(deadlines_of(sent, {}, noon), IsEmpty());
}

TEST(DeadlinesOf, SaysNothingOfAnOrderThatHasEnded) {
    for (const auto state :
         {OrderState::completed, OrderState::cancelled, OrderState::rejected, OrderState::expired
         }) {
        auto ended = order_in(state);
        ended.progress = progress_with_foc(year{2026} / 11 / 20);
        EXPECT_THAT(deadlines_of(ended, {}, noon), IsEmpty());
    }
}

TEST(DeadlinesOf, SaysNothingOfAnOrderInPartsAsItsPartsSayIt) {
    auto whole = order_in(OrderState::exception);
    whole.stage = Stage::parts;
    whole.delivery = Delivery::waiting_for_person;
    whole.progress = progress_with_foc(year{2026} / 12 / 1);
    EXPECT_THAT(deadlines_of(whole, {}, noon), IsEmpty());
    auto part = whole;
    part.stage = Stage::follow;
    part.parent = whole.id;
    EXPECT_THAT(words_of(deadlines_of(part, {}, noon)), ElementsAre(due_words::foc, due_words::task));
}

TEST(DeadlinesOf, CountsTheAgeOfPapersFromTheirOwnDates) {
    auto draft = order_in(OrderState::submitted);
    PortOrder port;
    port.documents = {
        paper("doc-1", "loa", {}, year{2026} / 11 / 1),
        paper("doc-2", "invoice", year{2026} / 10 / 1, {}),
        paper("doc-3", "id", year{2020} / 1 / 1, {}), paper("doc-4", "loa", {}, {})
    };
    draft.request = to_text(port);
    const auto items = deadlines_of(draft, {}, noon);
    ASSERT_THAT(words_of(items), ElementsAre(due_words::document_age, due_words::document_age));
    EXPECT_EQ(items[0].about, "doc-1");
    EXPECT_EQ(items[0].day, year{2026} / 12 / 1) << "30 days after 1 November";
    EXPECT_EQ(items[0].at, day(2026, 12, 2)) << "the day itself is a good one";
    EXPECT_FALSE(items[0].overdue);
    EXPECT_EQ(items[1].day, year{2026} / 11 / 15) << "45 days after 1 October";
    EXPECT_TRUE(items[1].overdue);
    draft.state = OrderState::confirmed;
    EXPECT_THAT(deadlines_of(draft, {}, noon), IsEmpty()) << "the carrier has taken them";
}

TEST(DeadlinesOf, NamesTheDayThatAPaperItselfIsGoodUntil) {
    auto order = order_in(OrderState::submitted);
    PurchaseOrder purchase;
    auto passport = paper("doc-1", "id", {}, {});
    passport.name = "passport.pdf";
    passport.expires_on = year{2026} / 11 / 25;
    auto letter = paper("doc-2", "loa", {}, year{2026} / 11 / 20);
    letter.expires_on = year{2026} / 12 / 1;
    purchase.documents = {passport, letter, paper("doc-3", "registration", {}, {})};
    order.request = to_text(purchase);
    auto items = deadlines_of(order, {}, noon);
    ASSERT_THAT(words_of(items), ElementsAre(due_words::document_expiry, due_words::document_expiry, due_words::document_age));
    EXPECT_EQ(items[0].about, "doc-1");
    EXPECT_EQ(items[0].who, "person");
    EXPECT_EQ(items[0].day, year{2026} / 11 / 25);
    EXPECT_EQ(items[0].text, "the document \"passport.pdf\" of type id is good until 2026-11-25");
    EXPECT_FALSE(items[0].overdue) << "its last day is a good one";
    EXPECT_TRUE(deadlines_of(order, {}, noon + 24h)[0].overdue);
    EXPECT_EQ(items[1].about, "doc-2");
    EXPECT_TRUE(can_be_missed(items[0].what));
    order.state = OrderState::confirmed;
    EXPECT_THAT(deadlines_of(order, {}, noon), IsEmpty()) << "the carrier has taken them";
}

TEST(DeadlinesOf, TakesTheAgesOfPapersFromTheSettings) {
    auto draft = order_in(OrderState::submitted);
    PortOrder port;
    port.documents = {
        paper("doc-1", "loa", {}, year{2026} / 11 / 1), paper("doc-2", "id", year{2026} / 11 / 1, {}),
        paper("doc-3", "csr", year{2026} / 11 / 1, {})
    };
    draft.request = to_text(port);
    DueRules rules;
    rules.ages = {{"loa", 60}, {"id", 90}, {"invoice", 10}};
    std::map<std::string, year_month_day> days;
    for (const auto& each : deadlines_of(draft, rules, noon)) days[each.about] = each.day.value();
    EXPECT_EQ(days.at("doc-1"), year{2026} / 12 / 31);
    EXPECT_EQ(days.at("doc-2"), year{2027} / 1 / 30);
    EXPECT_EQ(days.at("doc-3"), year{2026} / 11 / 11) << "a service record ages as the invoice";
}

TEST(DeadlinesOf, BeginsTheFreezeBeforeTheFoc) {
    auto confirmed = order_in(OrderState::confirmed);
    confirmed.progress = progress_with_foc(year{2026} / 11 / 27);
    DueRules rules;
    EXPECT_THAT(words_of(deadlines_of(confirmed, rules, noon)), ElementsAre(due_words::foc));
    rules.freeze = 48h;
    const auto items = deadlines_of(confirmed, rules, noon);
    ASSERT_THAT(words_of(items), ElementsAre(due_words::freeze, due_words::foc));
    EXPECT_EQ(items[0].at, day(2026, 11, 25));
    EXPECT_TRUE(items[0].overdue);
    EXPECT_EQ(items[1].day, year{2026} / 11 / 27);
    EXPECT_EQ(items[1].at, day(2026, 11, 28));
    EXPECT_FALSE(items[1].overdue);
}

TEST(DeadlinesOf, CountsTheCarriersDaysAsDaysOfWorkWhereACalendarIsKnown) {
    const auto waiting = order_in(OrderState::in_review);
    DueRules rules;
    EXPECT_THAT(deadlines_of(waiting, rules, noon), IsEmpty()) << "nobody says how long it takes";
    rules.answer_worst = days{5};
    EXPECT_EQ(deadlines_of(waiting, rules, noon)[0].at, noon + days{5});
    BusinessCalendar calendar;
    HolidayRule thanksgiving;
    thanksgiving.name = "Thanksgiving";
    thanksgiving.month = 11;
    thanksgiving.day = 26;
    calendar.holidays = {thanksgiving};
    rules.calendar = std::make_shared<const BusinessCalendar>(calendar);
    const auto items = deadlines_of(waiting, rules, noon);
    ASSERT_THAT(words_of(items), ElementsAre(due_words::expected_answer));
    EXPECT_EQ(items[0].day, year{2026} / 12 / 3) << "over Thanksgiving and a weekend";
    rules.answer_worst = 90min;
    EXPECT_EQ(deadlines_of(waiting, rules, noon)[0].at, noon + 90min) << "hours are hours";
}

TEST(DeadlinesOf, TakesThePluginsOwnDayBeforeTheDescriptors) {
    auto waiting = order_in(OrderState::in_review);
    waiting.kind = OrderKind::purchase;
    PurchaseProgress progress;
    progress.keep = {{"due", "2026-12-01"}};
    waiting.progress = to_text(progress);
    DueRules thirty;
    thirty.answer_worst = days{30};
    const auto items = deadlines_of(waiting, thirty, noon);
    ASSERT_THAT(words_of(items), ElementsAre(due_words::expected_answer));
    EXPECT_EQ(items[0].day, year{2026} / 12 / 1);
    EXPECT_EQ(items[0].text, "the carrier's answer is expected by 2026-12-01");
}

TEST(DeadlinesOf, SaysWhatHappensWhereNoAnswerComes) {
    auto waiting = order_in(OrderState::in_review);
    waiting.kind = OrderKind::purchase;
    const auto text_where = [&](const char* then) {
        PurchaseProgress progress;
        progress.keep = {{"due", "2026-12-01"}, {"then", then}};
        waiting.progress = to_text(progress);
        return deadlines_of(waiting, {}, noon).at(0).text;
    };
    EXPECT_THAT(text_where("reminder"), HasSubstr("; after that it is reminded"));
    EXPECT_THAT(text_where("person"), HasSubstr("it was reminded, and after that a person is asked"));
    EXPECT_THAT(text_where("person_unreminded"), HasSubstr("; after that a person is asked"));
    EXPECT_THAT(text_where("something newer"), ::testing::EndsWith("by 2026-12-01"));
}

TEST(DeadlinesOf, AsksAPersonWhereOnlyOneCanGoOn) {
    auto stopped = order_in(OrderState::accepted);
    stopped.delivery = Delivery::in_doubt;
    stopped.problem = "the answer was lost";
    const auto items = deadlines_of(stopped, {}, noon);
    ASSERT_THAT(words_of(items), ElementsAre(due_words::task));
    EXPECT_EQ(items[0].at, noon + 24h);
    EXPECT_THAT(items[0].text, HasSubstr("the answer was lost"));
    EXPECT_THAT(
        words_of(deadlines_of(order_in(OrderState::exception), {}, noon)),
        ElementsAre(due_words::task)
    );
}

TEST(DeadlinesOf, AsksAPersonAboutACompletedPortWhoseNumbersDoNotLeave) {
    auto stuck = order_in(OrderState::completed);
    stuck.stage = Stage::release;
    EXPECT_THAT(deadlines_of(stuck, {}, noon), IsEmpty()) << "it is looked at, and nobody has to do anything yet";
    stuck.delivery = Delivery::waiting_for_person;
    stuck.problem = "still at Old Telephone 5 days after it arrived at Acme";
    const auto items = deadlines_of(stuck, {}, noon + 25h);
    ASSERT_THAT(words_of(items), ElementsAre(due_words::task));
    EXPECT_EQ(items[0].text, stuck.problem);
    EXPECT_TRUE(items[0].overdue);
    stuck.stage = Stage::none;
    EXPECT_THAT(deadlines_of(stuck, {}, noon), IsEmpty());
}

TEST(DeadlinesOf, GivesAStuckReleaseNoNewTimeWheneverTheLosingCarrierIsLookedAt) {
    auto stuck = order_in(OrderState::completed);
    stuck.stage = Stage::release;
    stuck.losing_account = "old";
    stuck.delivery = Delivery::waiting_for_person;
    const auto told = stuck.updated;
    const OperationEnd there{.operation = "check_release", .done = true,
                             .output = R"({"numbers":[{"number":"+14165550101","left":false}]})", .error = {}};
    OperationEnd away{.operation = "check_release", .done = false, .output = "{}", .error = {}};
    away.error.kind = ErrorKind::unavailable;
    const auto key = key_of(deadlines_of(stuck, {}, noon)[0]);
    stuck.progress = R"({"release":{"arrived":0,"told":true}})";
    auto now = noon;
    for (const auto& end : {there, away, there, there}) {
        now += 12h;
        stuck = after_operation(stuck, end, now, 0.5, {}).order;
        EXPECT_EQ(stuck.updated, now);
        const auto items = deadlines_of(stuck, {}, now);
        ASSERT_THAT(words_of(items), ElementsAre(due_words::task));
        EXPECT_EQ(items[0].at, told + 24h);
        EXPECT_EQ(items[0].overdue, now >= told + 24h);
        EXPECT_EQ(key_of(items[0]), key) << "missed once, not once for each look";
    }
    // A person who has it tried again has looked at it: from there it waits anew.
    stuck = settle_by_person(stuck, PersonVerdict::tried_again, "", now, "ann").value().order;
    now += 12h;
    stuck = after_operation(stuck, there, now, 0.5, {}).order;
    EXPECT_EQ(deadlines_of(stuck, {}, now)[0].at, now + 24h);
}

TEST(KeyOf, IsAnotherWhenTheDateIsMoved) {
    auto confirmed = order_in(OrderState::confirmed);
    confirmed.progress = progress_with_foc(year{2026} / 11 / 27);
    const auto first = key_of(deadlines_of(confirmed, {}, noon)[0]);
    EXPECT_EQ(first, key_of(deadlines_of(confirmed, {}, noon + 48h)[0]));
    confirmed.progress = progress_with_foc(year{2026} / 11 / 28);
    EXPECT_NE(first, key_of(deadlines_of(confirmed, {}, noon)[0]));
}

}  // namespace
}  // namespace porteur
