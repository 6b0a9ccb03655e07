// SPDX-License-Identifier: Apache-2.0
// What becomes of an order that gives numbers back to their carrier.
#include "domain/give_back.hpp"

#include <gmock/gmock.h>

#include <porteur/json.hpp>

namespace porteur {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using enum OrderState;

const Instant now{std::chrono::milliseconds{1'790'000'000'000}};
const Rhythm rhythm;

PhoneNumber number(const char* text) { return *PhoneNumber::from_json_text(text); }
const auto first = number("+14165550101"), second = number("+14165550102"),
           third = number("+14165550103");

NumberProgress told(const PhoneNumber& about, OrderState state) {
    return {.number = about, .state = state, .reason = Reason::none, .carrier_word = {}};
}
CarrierNumber listed(const PhoneNumber& about) {
    CarrierNumber made;
    made.number = about;
    return made;
}

Known lists(bool can = true) {
    return {
        .offers =
            [can](std::string_view, std::string_view operation) {
                return operation == "release_numbers" || (can && operation == "list_numbers");
            },
        .carrier = [](std::string_view account) { return std::string(account); }
    };
}

Order released() {
    auto order = release_of(1, "genesys", {first, second, third}, now, "anna").order;
    order.id = 7;
    return order;
}

Order after(
    const Order& order, std::vector<NumberProgress> numbers, const Known& known = lists(),
    Instant at = now
) {
    const ReleaseProgress progress{.numbers = std::move(numbers), .note = {}};
    return after_operation(
               order,
               {.operation = "release_numbers",
                .done = true,
                .output = canonical(to_json(progress)),
                .error = {}},
               at, 0.5, rhythm, known
    )
        .order;
}

Order failed(const Order& order, ErrorKind kind) {
    return after_operation(
               order,
               {.operation = "release_numbers",
                .done = false,
                .output = {},
                .error = failure(kind, "no").error()},
               now, 0.5, rhythm, lists()
    )
        .order;
}

TEST(GiveBack, IsSentAtOnceWithAllItsNumbers) {
    const auto order = released();
    EXPECT_EQ(order.kind, OrderKind::release);
    EXPECT_EQ(order.due, now);
    const auto plan = next_operation(order);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->name, "release_numbers");
    EXPECT_EQ(plan->account, "genesys");
    EXPECT_THAT(plan->input, HasSubstr("+14165550103"));
}

TEST(GiveBack, IsCompletedWhenAllAreGone) {
    const auto order = after(
        released(), {told(first, cancelled), told(second, cancelled), told(third, cancelled)}
    );
    EXPECT_EQ(order.state, completed);
    EXPECT_FALSE(order.due);
    EXPECT_FALSE(next_operation(order));
    EXPECT_EQ(after(released(), {}).state, completed)
        << "who names none has given all of them back";
}

TEST(GiveBack, KeepsApartWhatTheCarrierKeeps) {
    const auto some = after(
        released(), {told(first, cancelled),
                     {second, exception, Reason::cannot_change_now, "recipient.has.flow"}}
    );
    EXPECT_EQ(some.state, partial);
    EXPECT_THAT(some.problem, HasSubstr("+*******0102 (recipient.has.flow)"));
    EXPECT_THAT(some.problem, HasSubstr("0103")) << "what it says nothing of, it keeps";
    EXPECT_EQ(
        after(released(), {told(first, exception), told(second, exception), told(third, exception)})
            .state,
        rejected
    );
}

TEST(GiveBack, LooksInTheCarriersListForWhatIsOnItsWayAndDeletesNothingAgain) {
    const auto order = after(
        released(),
        {told(first, cancelled), told(second, cancel_pending), told(third, cancel_pending)}
    );
    EXPECT_EQ(order.state, submitted);
    const auto plan = next_operation(order);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->name, "list_numbers");
    const auto look = [&](const Order& from, const std::vector<CarrierNumber>& list, Instant at) {
        return after_operation(
            from,
            {.operation = "list_numbers",
             .done = true,
             .output = canonical(to_json(list)),
             .error = {}},
            at, 0.5, rhythm, lists()
        );
    };
    const auto still = look(order, {listed(second)}, now + std::chrono::minutes(2));
    EXPECT_EQ(still.order.state, submitted);
    EXPECT_EQ(still.entries.size(), 1u);
    EXPECT_EQ(still.entries.front().kind, "release.numbers_changed");
    const auto stuck = look(
        still.order, {listed(second)}, now + rhythm.release_stuck_after + std::chrono::hours(1)
    );
    EXPECT_EQ(stuck.order.delivery, Delivery::waiting_for_person);
    EXPECT_TRUE(stuck.order.due) << "it is looked for on and on";
    const auto empty = look(stuck.order, {}, now + std::chrono::hours(999)).order;
    EXPECT_EQ(empty.state, submitted) << "a list of nothing is not believed";
    EXPECT_TRUE(empty.due);
    const auto other = PhoneNumber::from_json_text("+14165550199").value();
    EXPECT_EQ(look(empty, {listed(other)}, now + std::chrono::hours(999)).order.state, completed);
}

TEST(GiveBack, ARefusedListSaysNothingOfWhatTheCarrierHasTaken) {
    const auto order = after(
        released(), {told(first, cancelled), told(second, cancel_pending), told(third, cancelled)}
    );
    const auto parked = after_operation(
                            order,
                            {.operation = "list_numbers",
                             .done = false,
                             .output = {},
                             .error = failure(ErrorKind::rejected, "no list today").error()},
                            now, 0.5, rhythm, lists()
    )
                            .order;
    EXPECT_EQ(parked.state, submitted);
    EXPECT_EQ(parked.delivery, Delivery::waiting_for_person);
    EXPECT_FALSE(cancel_order(parked, false, now, "anna")) << "the carrier may be deleting it";
    const auto again = settle_by_person(parked, PersonVerdict::tried_again, {}, now, "anna");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(next_operation(again->order)->name, "list_numbers") << "and nothing is deleted again";
    const auto kept = settle_by_person(parked, PersonVerdict::not_carried_out, {}, now, "anna");
    ASSERT_TRUE(kept) << kept.error().message;
    EXPECT_EQ(kept->order.state, partial);
    EXPECT_FALSE(next_operation(kept->order));
}

TEST(GiveBack, HasAPersonSayItWhereTheCarrierHasNoList) {
    const auto order = after(
        released(), {told(first, cancel_pending), told(second, cancelled), told(third, cancelled)},
        lists(false)
    );
    EXPECT_EQ(order.delivery, Delivery::waiting_for_person);
    EXPECT_FALSE(order.due);
    const auto said =
        settle_by_person(order, PersonVerdict::found_at_carrier, "ticket 7", now, "anna");
    ASSERT_TRUE(said);
    EXPECT_EQ(said->order.state, completed);
    EXPECT_EQ(said->order.delivery, Delivery::idle);
}

TEST(GiveBack, ThatIsRefusedAsAWholeKeepsAll) {
    const auto order = failed(released(), ErrorKind::rejected);
    EXPECT_EQ(order.state, rejected);
    EXPECT_FALSE(order.due);
    EXPECT_EQ(failed(released(), ErrorKind::unsupported).state, rejected);
}

TEST(GiveBack, ThatWasNotDeliveredIsTriedAgainAndADoubtIsAPersons) {
    const auto later = failed(released(), ErrorKind::unavailable);
    EXPECT_EQ(later.state, draft);
    EXPECT_EQ(later.delivery, Delivery::retry_at);
    EXPECT_TRUE(later.due);
    const auto doubt = failed(released(), ErrorKind::in_doubt);
    EXPECT_EQ(doubt.delivery, Delivery::in_doubt);
    EXPECT_FALSE(doubt.due);
    const auto again = settle_by_person(doubt, PersonVerdict::not_carried_out, {}, now, "anna");
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(next_operation(again->order)->name, "release_numbers");
    const auto gone = settle_by_person(doubt, PersonVerdict::found_at_carrier, "seen", now, "anna");
    ASSERT_TRUE(gone);
    EXPECT_EQ(gone->order.state, completed);
}

TEST(GiveBack, AnEndThatCannotBeReadIsADoubtAndNoWordThatNothingWasDone) {
    for (const std::string output : {"", "{}x", R"({"numbers":[{"number":"+1"}]})"}) {
        const auto doubt = after_operation(
                               released(),
                               {.operation = "release_numbers",
                                .done = true,
                                .output = output,
                                .error = {}},
                               now, 0.5, rhythm, lists()
        )
                               .order;
        EXPECT_EQ(doubt.delivery, Delivery::in_doubt) << output;
        EXPECT_FALSE(doubt.due);
        EXPECT_FALSE(cancel_order(doubt, false, now, "anna"))
            << "its numbers would be free here, and gone at the carrier";
        EXPECT_FALSE(settle_by_person(doubt, PersonVerdict::tried_again, {}, now, "anna"))
            << "they would be deleted twice";
        const auto gone =
            settle_by_person(doubt, PersonVerdict::found_at_carrier, "seen", now, "anna");
        ASSERT_TRUE(gone) << gone.error().message;
        EXPECT_EQ(gone->order.state, completed);
    }
}

TEST(GiveBack, AsksOnceMoreOnlyForWhatHasNoEndYet) {
    auto order = after(
        released(), {told(first, cancelled), told(second, exception), told(third, cancel_pending)},
        lists(false)
    );
    order.stage = Stage::submit;
    EXPECT_THAT(next_operation(order)->input, HasSubstr("0103"));
    EXPECT_THAT(next_operation(order)->input, Not(HasSubstr("0101")));
    EXPECT_THAT(next_operation(order)->input, Not(HasSubstr("0102")));
}

TEST(GiveBack, IsCalledOffOnlyWhileTheCarrierHasNothingOfIt) {
    EXPECT_EQ(
        cancel_order(failed(released(), ErrorKind::unauthorized), false, now, "anna")->order.state,
        cancelled
    );
    EXPECT_FALSE(cancel_order(
        after(
            released(),
            {told(first, cancel_pending), told(second, cancelled), told(third, cancelled)}
        ),
        false, now, "anna"
    ));
    auto running = released();
    running.open_operation = 9;
    EXPECT_FALSE(cancel_order(running, false, now, "anna"));
}

}  // namespace
}  // namespace porteur
