// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <span>

#include "domain/order_rules.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using testing::FailsWith;
using ::testing::HasSubstr;
using enum OrderState;

const Instant noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h};
const Rhythm rhythm{.first_retry = 1s, .longest_retry = 60s, .follow = 10s};

Order port(OrderState state, Stage stage) {
    Order order;
    order.id = 42;
    order.tenant = 1;
    order.account = "thinktel";
    order.losing_account = "ringcentral";
    order.reference = "r1";
    order.request = R"({"numbers":["+14165550101"]})";
    order.progress = "{}";
    order.state = state;
    order.stage = stage;
    return order;
}

OperationEnd done(const PortProgress& progress) { return {.operation = "check_port", .done = true, .output = to_text(progress), .error = {}}; }
OperationEnd failed(ErrorKind kind, std::chrono::seconds wait = 0s) {
    Error error{.kind = kind, .message = "scripted"};
    error.retry_after = wait;
    return {.operation = "submit_port", .done = false, .output = "", .error = error};
}
PortProgress says(OrderState state) {
    PortProgress progress;
    progress.carrier_id = "T-1";
    progress.state = state;
    progress.carrier_word = "WORD";
    return progress;
}

TEST(MayFollow, LetsNothingFollowAnEnd) {
    for (const auto kind : {OrderKind::port, OrderKind::purchase})
        for (const auto end : {completed, partial, cancelled, rejected, expired})
            for (const auto next : {draft, submitted, accepted, confirmed, activating, in_review, exception, cancel_pending})
                EXPECT_FALSE(may_follow(kind, end, next));
}

TEST(MayFollow, KnowsTheStatesOfItsKindOnly) {
    EXPECT_TRUE(may_follow(OrderKind::port, submitted, confirmed));
    EXPECT_FALSE(may_follow(OrderKind::purchase, submitted, confirmed));
    EXPECT_TRUE(may_follow(OrderKind::purchase, submitted, in_review));
    EXPECT_TRUE(may_follow(OrderKind::purchase, submitted, activating));
    EXPECT_FALSE(may_follow(OrderKind::port, submitted, in_review));
    EXPECT_FALSE(may_follow(OrderKind::port, submitted, draft));
}

TEST(RolledUp, TakesTheCommonEndOrPartial) {
    const auto number = [](OrderState state) { return NumberProgress{.number = {}, .state = state, .reason = Reason::none, .carrier_word = ""}; };
    EXPECT_EQ(rolled_up({}, submitted), submitted);
    EXPECT_EQ(rolled_up({number(completed), number(completed)}, submitted), completed);
    EXPECT_EQ(rolled_up({number(completed), number(cancelled)}, completed), partial);
    EXPECT_EQ(rolled_up({number(completed), number(submitted)}, confirmed), confirmed);
    EXPECT_EQ(rolled_up({number(completed), number(submitted)}, completed), submitted);
    EXPECT_EQ(rolled_up({number(completed)}, partial), partial) << "a number that did not come is not in the carrier's list";
    EXPECT_EQ(rolled_up({number(cancelled)}, partial), cancelled);
}

TEST(RolledUp, TellsTheLeastAdvancedNumberThoughTheWholeIsToldAsEnded) {
    const auto number = [](OrderState state) { return NumberProgress{.number = {}, .state = state, .reason = Reason::none, .carrier_word = ""}; };
    // What the seller still looks at is told, not that others are being set up.
    constexpr OrderState purchase[] = {needs_documents, submitted, in_review, activating, alternates_offered, exception, cancel_pending};
    constexpr OrderState port[] = {needs_documents, submitted, accepted, confirmed, activating, exception, supplement_pending, cancel_pending};
    for (const std::span<const OrderState> states : {std::span<const OrderState>(purchase), std::span<const OrderState>(port)})
        for (std::size_t least = 0; least < states.size(); ++least)
            for (auto more = least; more < states.size(); ++more)
                for (const auto whole : {completed, partial, cancelled, rejected, expired}) {
                    EXPECT_EQ(rolled_up({number(states[least]), number(states[more])}, whole), states[least]) << least << " " << more;
                    EXPECT_EQ(rolled_up({number(completed), number(states[more]), number(states[least])}, whole), states[least]) << least << " " << more;
                    EXPECT_EQ(rolled_up({number(states[more]), number(states[least])}, submitted), submitted) << "the carrier's word";
                }
}

TEST(NextOperation, ComparesWithTheLosingCarrierBeforeItSends) {
    auto order = port(draft, Stage::none);
    EXPECT_FALSE(next_operation(order));
    order = submit_order(order, noon, "anna")->order;
    EXPECT_EQ(order.stage, Stage::preflight);
    const auto plan = next_operation(order);
    EXPECT_EQ(plan->name, "preflight");
    EXPECT_EQ(plan->account, "ringcentral");
    EXPECT_EQ(plan->input, R"({"attempt":1,"numbers":["+14165550101"],"reference":"r1"})");
}

TEST(NextOperation, FollowsUnderTheCarriersOwnId) {
    auto order = port(submitted, Stage::follow);
    order.carrier_id = "T-1";
    order.progress = R"({"keep":{"baseline":["T-0"]}})";
    order.submitted = noon;
    const auto reference = from_text<OrderReference>(next_operation(order)->input);
    ASSERT_TRUE(reference);
    EXPECT_EQ(reference->carrier_id, "T-1");
    EXPECT_EQ(reference->numbers.size(), 1u);
    EXPECT_EQ(canonical(reference->kept), R"({"baseline":["T-0"]})");
}

TEST(NextOperation, TellsANewAttemptOfAPurchaseWhatTheLastOneKept) {
    auto order = port(exception, Stage::submit);
    order.kind = OrderKind::purchase;
    order.progress = R"({"keep":{"numbers":[]}})";
    EXPECT_EQ(next_operation(order)->input, R"({"attempt":1,"numbers":["+14165550101"],"reference":"r1"})");
    order.attempt = 2;
    EXPECT_EQ(next_operation(order)->input, R"({"attempt":2,"kept":{"numbers":[]},"numbers":["+14165550101"],"reference":"r1"})");
    order.kind = OrderKind::port;
    EXPECT_EQ(next_operation(order)->input, R"({"attempt":2,"numbers":["+14165550101"],"reference":"r1"})");
}

TEST(AfterOperation, SendsWhenThePreflightFindsNothingInTheWay) {
    auto order = port(draft, Stage::preflight);
    Findings findings;
    findings.problems.push_back({.field = "/service_address", .reason = Reason::address_mismatch, .message = "St or Street", .blocking = false});
    const auto change = after_operation(order, {.operation = "preflight", .done = true, .output = to_text(findings), .error = {}}, noon, 0, rhythm);
    EXPECT_EQ(change.order.stage, Stage::submit);
    EXPECT_EQ(change.order.due, noon);
    EXPECT_EQ(change.entries.size(), 2u);
}

TEST(AfterOperation, StopsADraftThatThePreflightBlocks) {
    auto order = port(draft, Stage::preflight);
    Findings findings;
    findings.problems.push_back({.field = "/numbers/0", .reason = Reason::number_not_on_account, .message = "not on the account"});
    const auto change = after_operation(order, {.operation = "preflight", .done = true, .output = to_text(findings), .error = {}}, noon, 0, rhythm);
    EXPECT_EQ(change.order.stage, Stage::none);
    EXPECT_EQ(change.order.delivery, Delivery::waiting_for_person);
    EXPECT_EQ(change.order.state, draft);
    EXPECT_EQ(change.order.problem, "not on the account");
}

TEST(AfterOperation, TakesAnEndOfASubmissionThatCannotBeReadForADoubt) {
    const OperationEnd sent{.operation = "submit_port", .done = true, .output = "{}x", .error = {}};
    const auto doubt = after_operation(port(draft, Stage::submit), sent, noon, 0, rhythm).order;
    EXPECT_EQ(doubt.delivery, Delivery::in_doubt);
    EXPECT_FALSE(cancel_order(doubt, false, noon, "anna")) << "the carrier may have it";
    EXPECT_FALSE(settle_by_person(doubt, PersonVerdict::tried_again, {}, noon, "anna"));
    const OperationEnd looked{.operation = "check_port", .done = true, .output = "{}x", .error = {}};
    EXPECT_EQ(after_operation(port(submitted, Stage::follow), looked, noon, 0, rhythm).order.delivery, Delivery::waiting_for_person) << "it only asked";
}

TEST(AfterOperation, FollowsWhatTheCarrierTookAndEndsWithIt) {
    const auto taken = after_operation(port(draft, Stage::submit), done(says(submitted)), noon, 0, rhythm);
    EXPECT_EQ(taken.order.state, submitted);
    EXPECT_EQ(taken.order.stage, Stage::follow);
    EXPECT_EQ(taken.order.due, noon + 10s);
    EXPECT_EQ(taken.order.submitted, noon);
    const auto ended = after_operation(taken.order, done(says(completed)), noon, 0, rhythm);
    EXPECT_EQ(ended.order.state, completed);
    EXPECT_EQ(ended.order.stage, Stage::none);
    EXPECT_FALSE(ended.order.due);
}

TEST(AfterOperation, TellsOfAnAttemptThatCameBackAsTheOneBeforeIt) {
    auto order = port(exception, Stage::submit);
    order.kind = OrderKind::purchase;
    order.delivery = Delivery::sending;
    order.attempt = 2;
    PurchaseProgress told;
    told.state = exception;
    told.rejections = {{Reason::address_mismatch, "102", "not known", {"/emergency_address"}, {}}};
    const auto again = after_operation(order, {.operation = "purchase", .done = true, .output = to_text(told), .error = {}}, noon, 0, rhythm);
    EXPECT_EQ(again.order.state, exception);
    ASSERT_EQ(again.entries.size(), 1U);
    EXPECT_EQ(again.entries[0].kind, "purchase.refused");
    EXPECT_EQ(again.entries[0].text, "exception as before; ADDRESS_MISMATCH (carrier code 102): not known");
    // Nobody is told at each look that nothing has changed.
    order.stage = Stage::follow;
    const auto looked_at = after_operation(order, {.operation = "check_purchase", .done = true, .output = to_text(told), .error = {}}, noon, 0, rhythm);
    EXPECT_TRUE(looked_at.entries.empty());
}

TEST(AfterOperation, TellsTheDateAndTheCodesOfARefusalInTheDataToo) {
    auto dated = says(confirmed);
    dated.foc = std::chrono::year{2026} / 12 / 15;
    const auto confirmed_now = after_operation(port(submitted, Stage::follow), done(dated), noon, 0, rhythm);
    EXPECT_EQ(confirmed_now.entries.at(0).data, R"({"carrier_id":"T-1","carrier_word":"WORD","foc":"2026-12-15","from":"submitted","to":"confirmed"})");
    auto refused = says(exception);
    for (const auto reason : {Reason::pin_invalid, Reason::address_mismatch, Reason::pin_invalid})
        refused.rejections.emplace_back().reason = reason;
    const auto refused_now = after_operation(port(submitted, Stage::follow), done(refused), noon, 0, rhythm);
    EXPECT_EQ(refused_now.entries.at(0).data,
              R"({"carrier_id":"T-1","carrier_word":"WORD","from":"submitted","reasons":["PIN_INVALID","ADDRESS_MISMATCH"],"to":"exception"})");
}

TEST(AfterOperation, KeepsAWordThatCannotFollowAndDoesNotObeyIt) {
    const auto change = after_operation(port(confirmed, Stage::follow), done(says(in_review)), noon, 0, rhythm);
    EXPECT_EQ(change.order.state, confirmed);
    EXPECT_EQ(change.entries.at(0).kind, "port.word_ignored");
}

TEST(AfterOperation, NeverLeavesARequestThatWasTakenAtItsOldRefusal) {
    PurchaseProgress bought;
    bought.carrier_id = "N-1";
    bought.state = activating;
    bought.numbers.push_back(
        NumberProgress{.number = *PhoneNumber::from_json_text("+13175550101"), .state = activating, .reason = Reason::none, .carrier_word = "ACTIVE/Running"}
    );
    auto order = port(exception, Stage::submit);
    order.kind = OrderKind::purchase;
    const OperationEnd end{.operation = "purchase", .done = true, .output = to_text(bought), .error = {}};
    const auto set_up = after_operation(order, end, noon, 0, rhythm);
    EXPECT_EQ(set_up.order.state, activating);
    EXPECT_EQ(set_up.order.delivery, Delivery::idle);
    // Nor with a word that no purchase can hear: corrected once more, it would be bought twice.
    bought.state = confirmed;
    bought.numbers.clear();
    const auto taken = after_operation(
        order, {.operation = "purchase", .done = true, .output = to_text(bought), .error = {}}, noon, 0, rhythm
    );
    EXPECT_EQ(taken.order.state, submitted);
    EXPECT_EQ(taken.order.delivery, Delivery::idle);
    EXPECT_EQ(taken.entries.at(0).kind, "purchase.word_ignored");
    EXPECT_EQ(taken.entries.at(1).kind, "purchase.state_changed");
}

TEST(AfterOperation, NeverTakesATransportFailureForARefusal) {
    for (const auto kind : {ErrorKind::throttled, ErrorKind::unavailable, ErrorKind::in_doubt, ErrorKind::unauthorized, ErrorKind::internal}) {
        const auto change = after_operation(port(draft, Stage::submit), failed(kind), noon, 0.5, rhythm);
        EXPECT_EQ(change.order.state, draft) << name_of(kind);
    }
}

TEST(AfterOperation, TriesAgainLaterAndLater) {
    auto order = port(draft, Stage::submit);
    std::chrono::milliseconds before{0};
    for (int tried = 0; tried < 4; ++tried) {
        const auto change = after_operation(order, failed(ErrorKind::unavailable), noon, 1, rhythm);
        EXPECT_EQ(change.order.delivery, Delivery::retry_at);
        EXPECT_GT(*change.order.due - noon, before);
        before = *change.order.due - noon;
        order = change.order;
    }
    EXPECT_LE(before, 60s);
}

TEST(AfterOperation, WaitsAsLongAsTheCarrierAsks) {
    const auto change = after_operation(port(draft, Stage::submit), failed(ErrorKind::throttled, 300s), noon, 0, rhythm);
    EXPECT_GE(*change.order.due - noon, 300s);
}

TEST(AfterOperation, LeavesADoubtToAPersonAndSendsNothing) {
    const auto change = after_operation(port(draft, Stage::submit), failed(ErrorKind::in_doubt), noon, 0, rhythm);
    EXPECT_EQ(change.order.delivery, Delivery::in_doubt);
    EXPECT_FALSE(change.order.due);
    EXPECT_FALSE(submit_order(change.order, noon, "anna")) << "an order in doubt was sent again";
}

TEST(AfterOperation, ParksAResultThatCannotBeRead) {
    const auto change = after_operation(port(submitted, Stage::follow), {.operation = "check_port", .done = true, .output = "{\"state\":7}", .error = {}}, noon, 0, rhythm);
    EXPECT_EQ(change.order.delivery, Delivery::waiting_for_person);
    EXPECT_EQ(change.order.state, submitted);
}

TEST(SubmitOrder, SendsACorrectedExceptionAsANewAttempt) {
    auto order = port(exception, Stage::none);
    order.carrier_id = "T-1";
    order.submitted = noon;
    const auto change = submit_order(order, noon, "anna");
    ASSERT_TRUE(change);
    EXPECT_EQ(change->order.attempt, 2);
    EXPECT_EQ(change->order.carrier_id, "");
}

/// A purchase by area whose last attempt told these numbers.
Order by_area(std::initializer_list<OrderState> numbers) {
    auto order = port(exception, Stage::follow);
    order.kind = OrderKind::purchase;
    order.request = R"({"area":"Edmonton, AB","quantity":5})";
    order.delivery = Delivery::waiting_for_person;
    order.carrier_id = "7805552001";
    order.submitted = noon;
    PurchaseProgress told;
    told.state = exception;
    for (const auto state : numbers)
        told.numbers.push_back({.number = *PhoneNumber::from_json_text("+17805552001"), .state = state, .reason = Reason::none, .carrier_word = ""});
    order.progress = to_text(told);
    return order;
}

TEST(SubmitOrder, NeverBuysAQuantityAgainOfWhichNumbersCame) {
    const auto refused = FailsWith(ErrorKind::invalid_input, HasSubstr("buy the whole quantity anew"));
    for (const auto state : {completed, in_review, exception, submitted}) {
        const auto order = by_area({cancelled, state});
        EXPECT_THAT(submit_order(order, noon, "anna"), refused) << to_json(state);
        EXPECT_THAT(settle_by_person(order, PersonVerdict::not_carried_out, "", noon, "anna"), refused) << to_json(state);
        EXPECT_THAT(correct_order(order, R"({"numbers":["+17805552002"]})", false, noon, "anna"), refused) << to_json(state);
    }
}

TEST(SubmitOrder, BuysAQuantityAgainOfWhichNothingCame) {
    for (const auto& order : {by_area({}), by_area({rejected, cancelled})}) {
        EXPECT_TRUE(submit_order(order, noon, "anna"));
        EXPECT_TRUE(correct_order(order, R"({"area":"Jasper, AB","quantity":5})", false, noon, "anna"));
    }
    auto named = by_area({completed, exception});
    named.request = R"({"numbers":["+17805552001"]})";
    EXPECT_TRUE(submit_order(named, noon, "anna")) << "a number that is named can be bought only once";
}

TEST(SubmitOrder, RefusesWhatIsUnderWayOrEnded) {
    EXPECT_THAT(submit_order(port(completed, Stage::none), noon, "anna"), FailsWith(ErrorKind::invalid_input, HasSubstr("completed")));
    auto sending = port(draft, Stage::submit);
    sending.delivery = Delivery::sending;
    EXPECT_FALSE(submit_order(sending, noon, "anna"));
}

TEST(CancelOrder, EndsADraftAtOnceAndAsksTheCarrierLater) {
    EXPECT_EQ(cancel_order(port(draft, Stage::none), true, noon, "anna")->order.state, cancelled);
    auto order = port(submitted, Stage::follow);
    order.carrier_id = "T-1";
    EXPECT_EQ(cancel_order(order, true, noon, "anna")->order.stage, Stage::cancel);
    const auto by_hand = cancel_order(order, false, noon, "anna");
    EXPECT_EQ(by_hand->order.delivery, Delivery::waiting_for_person);
    EXPECT_THAT(by_hand->order.problem, HasSubstr("T-1"));
}

TEST(SettleByPerson, SendsAgainOnlyWhatThePersonSaysWasNotCarriedOut) {
    auto order = port(draft, Stage::submit);
    order.delivery = Delivery::in_doubt;
    EXPECT_FALSE(settle_by_person(order, PersonVerdict::tried_again, "", noon, "anna"));
    EXPECT_FALSE(settle_by_person(order, PersonVerdict::found_at_carrier, "", noon, "anna"));
    const auto found = settle_by_person(order, PersonVerdict::found_at_carrier, "T-9", noon, "anna");
    EXPECT_EQ(found->order.stage, Stage::follow);
    EXPECT_EQ(found->order.state, submitted);
    const auto again = settle_by_person(order, PersonVerdict::not_carried_out, "", noon, "anna");
    EXPECT_EQ(again->order.stage, Stage::submit);
    EXPECT_EQ(again->order.attempt, 2);
}

TEST(SettleByPerson, SendsAPurchaseAgainWhoseDocumentCertainlyDidNotArrive) {
    for (const auto state : {needs_documents, alternates_offered}) {
        auto order = by_area({});
        order.request = R"({"numbers":["+33639980001"]})";
        order.state = state;
        order.stage = Stage::submit;
        order.delivery = Delivery::in_doubt;
        const auto again = settle_by_person(order, PersonVerdict::not_carried_out, "", noon, "anna");
        ASSERT_TRUE(again) << again.error().message;
        EXPECT_EQ(again->order.attempt, order.attempt + 1);
        EXPECT_EQ(again->order.stage, Stage::submit);
        EXPECT_EQ(again->order.delivery, Delivery::sending);
        order.stage = Stage::follow;
        EXPECT_FALSE(settle_by_person(order, PersonVerdict::not_carried_out, "", noon, "anna")) << "it is only followed";
    }
}

TEST(SettleByPerson, LetsAnOpenOperationGoOnWhenItIsTriedAgainAndEndsItByAnyOtherWord) {
    auto order = port(draft, Stage::submit);
    order.delivery = Delivery::waiting_for_person;
    order.open_operation = 7;
    const auto again = settle_by_person(order, PersonVerdict::tried_again, "", noon, "anna");
    EXPECT_EQ(again->order.open_operation, 7);
    EXPECT_EQ(again->order.due, noon);
    const auto found = settle_by_person(order, PersonVerdict::found_at_carrier, "T-9", noon, "anna");
    EXPECT_EQ(found->order.open_operation, 0);
    order.delivery = Delivery::in_doubt;
    order.due = noon;
    EXPECT_FALSE(settle_by_person(order, PersonVerdict::found_at_carrier, "T-9", noon, "anna"))
        << "while the carrier is being asked";
}

TEST(ShardOf, IsStableForEver) {
    EXPECT_EQ(shard_of(""), 37);
    EXPECT_EQ(shard_of("thinktel"), 12);
    EXPECT_LT(shard_of("ringcentral"), shard_count);
}

TEST(AfterOperation, GoesOnToGiveBackWhatACalledOffPurchaseHadBought) {
    auto order = port(draft, Stage::cancel);  // called off while its purchase waited
    order.kind = OrderKind::purchase;
    order.open_operation = 9;
    PurchaseProgress bought;
    bought.carrier_id = "7805552001";
    bought.state = exception;
    const OperationEnd end{.operation = "purchase", .done = true, .output = to_text(bought), .error = {}};
    const Known gives_back{.offers = [](std::string_view, std::string_view operation) { return operation == "cancel_purchase"; }};
    const auto change = after_operation(order, end, noon, 0, rhythm, gives_back);
    EXPECT_EQ(change.order.state, cancel_pending);
    EXPECT_EQ(change.order.stage, Stage::cancel);
    EXPECT_EQ(change.order.delivery, Delivery::sending);
    EXPECT_EQ(change.order.open_operation, 0);
    auto next = change.order;
    next.delivery = Delivery::idle;
    const auto plan = next_operation(next);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->name, "cancel_purchase");

    const auto by_hand = after_operation(order, end, noon, 0, rhythm, Known{});
    EXPECT_EQ(by_hand.order.delivery, Delivery::waiting_for_person);
    EXPECT_THAT(by_hand.order.problem, HasSubstr("7805552001"));
}

TEST(AfterOperation, HasAPersonLookWhereTheLosingCarrierRefusesToTellWhetherTheNumbersHaveLeft) {
    const auto order = port(completed, Stage::release);
    OperationEnd refused{.operation = "check_release", .done = false, .output = "", .error = {.kind = ErrorKind::rejected, .message = "scripted"}};
    const auto change = after_operation(order, refused, noon, 0, rhythm, Known{});
    EXPECT_EQ(change.order.stage, Stage::release);
    EXPECT_EQ(change.order.delivery, Delivery::waiting_for_person);
    EXPECT_FALSE(change.order.due);
    EXPECT_THAT(change.order.problem, HasSubstr("scripted"));
    ASSERT_EQ(change.entries.size(), 1u);
    EXPECT_EQ(change.entries[0].kind, "port.parked");
    const auto left = settle_by_person(change.order, PersonVerdict::left, "", noon, "anna");
    ASSERT_TRUE(left);
    EXPECT_EQ(left->order.stage, Stage::none);
    // An operation that the plugin does not have is not asked for again.
    refused.error.kind = ErrorKind::unsupported;
    EXPECT_EQ(after_operation(order, refused, noon, 0, rhythm, Known{}).order.stage, Stage::none);
}

Order called_off_by_hand() {
    auto order = port(in_review, Stage::follow);
    order.kind = OrderKind::purchase;
    order.account = "genesys";
    order.carrier_id = "<m@example>";
    order.progress = R"({"keep":{"desk":{"due":"2026-11-23T09:00:00Z"}}})";
    const auto off = cancel_order(order, false, noon, "anna");
    return off ? off->order : order;
}

OperationEnd purchase_is(OrderState state) {
    PurchaseProgress progress;
    progress.state = state;
    return {.operation = "check_purchase", .done = true, .output = to_text(progress), .error = {}};
}

TEST(CancelOrder, IsNotForgottenWhenAPluginThatCannotCallOffTellsTheStateBeforeIt) {
    const auto order = called_off_by_hand();
    ASSERT_EQ(order.state, cancel_pending);
    for (const auto state : {submitted, in_review, needs_documents, alternates_offered, exception}) {
        const auto change = after_operation(order, purchase_is(state), noon, 0, rhythm, Known{});
        EXPECT_EQ(change.order.state, cancel_pending) << int(state);
        EXPECT_EQ(change.order.delivery, Delivery::waiting_for_person);
        EXPECT_EQ(change.order.stage, Stage::follow);
        EXPECT_EQ(change.order.problem, order.problem);
        EXPECT_TRUE(change.entries.empty()) << "nothing new, and it is asked again and again";
        EXPECT_EQ(change.order.due, noon + rhythm.follow);
    }
    for (const auto end : {completed, partial, cancelled, rejected})
        EXPECT_EQ(after_operation(order, purchase_is(end), noon, 0, rhythm, Known{}).order.state, end);
}

TEST(CancelOrder, WaitsForAPersonWhereThePluginHasAskedItsCarrierByMail) {
    const Known calls_off{.offers = [](std::string_view, std::string_view operation) { return operation == "cancel_purchase"; }};
    auto order = called_off_by_hand();
    order = cancel_order([&] { auto open = order; open.state = in_review; return open; }(), true, noon, "anna").value().order;
    ASSERT_EQ(order.stage, Stage::cancel);
    PurchaseProgress asked;
    asked.state = cancel_pending;
    asked.note = "the desk was asked by mail";
    asked.keep = {{"call_off", "person"}};
    OperationEnd end{.operation = "cancel_purchase", .done = true, .output = to_text(asked), .error = {}};
    for (int look = 0; look < 3; ++look) {
        order = after_operation(order, end, noon, 0, rhythm, calls_off).order;
        EXPECT_EQ(order.state, cancel_pending);
        EXPECT_EQ(order.delivery, Delivery::waiting_for_person);
        EXPECT_EQ(order.stage, Stage::follow);
        EXPECT_EQ(order.problem, asked.note);
        EXPECT_EQ(order.due, noon + rhythm.follow) << "the number may come all the same";
        end.operation = "check_purchase";
    }
    EXPECT_EQ(settle_by_person(order, PersonVerdict::not_carried_out, "", noon, "anna").value().order.state, cancelled);
    EXPECT_EQ(after_operation(order, purchase_is(completed), noon, 0, rhythm, calls_off).order.state, completed);
}

/// At its carrier, which was asked by mail to call it off.
Order asked_by_mail() {
    auto order = called_off_by_hand();
    order.stage = Stage::follow;
    order.delivery = Delivery::waiting_for_person;
    order.problem = "the desk was asked by mail";
    order.progress = R"({"keep":{"call_off":"person"},"state":"cancel_pending"})";
    return order;
}
const Known calls_purchases_off{.offers = [](std::string_view, std::string_view operation) { return operation == "cancel_purchase"; }};

TEST(CancelOrder, IsNotTakenBackByAMailThatCrossedIt) {
    const auto order = asked_by_mail();
    for (const auto state : {submitted, in_review, needs_documents, alternates_offered, exception}) {
        auto mail = purchase_is(state);
        mail.operation = "read_mail";
        const auto after = after_operation(order, mail, noon, 0, rhythm, calls_purchases_off).order;
        EXPECT_EQ(after.state, cancel_pending) << int(state);
        EXPECT_EQ(after.delivery, Delivery::waiting_for_person);
        EXPECT_EQ(after.problem, order.problem);
        EXPECT_EQ(settle_by_person(after, PersonVerdict::not_carried_out, "", noon, "anna").value().order.state, cancelled)
            << "or it would be ordered again";
    }
    auto mail = purchase_is(cancelled);
    mail.operation = "read_mail";
    EXPECT_EQ(after_operation(order, mail, noon, 0, rhythm, calls_purchases_off).order.state, cancelled);
}

TEST(CancelOrder, OfAnAttemptMoreCallsOffTheOneThatTheCarrierStillHas) {
    auto order = called_off_by_hand();
    order.state = needs_documents;
    order.stage = Stage::submit;
    order.attempt = 2;
    order.carrier_id.clear();
    order.progress = R"({"carrier_id":"mail-1","state":"needs_documents"})";
    const auto off = cancel_order(order, true, noon, "anna").value().order;
    EXPECT_EQ(off.state, cancel_pending) << "the number may come all the same";
    EXPECT_EQ(off.stage, Stage::cancel);
    EXPECT_EQ(off.carrier_id, "mail-1");
    order.progress = R"({"carrier_id":"mail-1","state":"exception"})";
    EXPECT_EQ(cancel_order(order, true, noon, "anna").value().order.state, cancelled) << "the carrier has refused that one";

    auto doubted = order;
    doubted.progress = R"({"carrier_id":"mail-1","state":"needs_documents"})";
    doubted.stage = Stage::cancel;
    doubted.delivery = Delivery::in_doubt;
    const auto settled = settle_by_person(doubted, PersonVerdict::not_carried_out, "", noon, "anna").value().order;
    EXPECT_EQ(settled.state, cancel_pending);
    EXPECT_EQ(settled.carrier_id, "mail-1");
}

TEST(AfterOperation, OfACalledOffOrderThatCannotBeReadLeavesADoubtAndSendsNothing) {
    auto order = port(draft, Stage::cancel);  // called off while its submission was under way
    order.kind = OrderKind::purchase;
    order.open_operation = 9;
    const OperationEnd unreadable{.operation = "purchase", .done = true, .output = "no JSON", .error = {}};
    const auto doubted = after_operation(order, unreadable, noon, 0, rhythm, calls_purchases_off).order;
    EXPECT_EQ(doubted.delivery, Delivery::in_doubt);
    EXPECT_EQ(doubted.stage, Stage::cancel) << "the wish is not forgotten";
    const auto never = settle_by_person(doubted, PersonVerdict::not_carried_out, "", noon, "anna").value().order;
    EXPECT_EQ(never.state, cancelled) << "and is not sent anew";
    const auto found = settle_by_person(doubted, PersonVerdict::found_at_carrier, "N-1", noon, "anna").value().order;
    EXPECT_EQ(found.state, cancel_pending);
    EXPECT_EQ(found.stage, Stage::cancel);
}

TEST(CancelOrder, ThatIsRefusedLetsTheNextCheckSayHowItStands) {
    auto order = called_off_by_hand();
    order.stage = Stage::cancel;
    order.progress = R"({"before_mail":"in_review","state":"needs_documents"})";
    OperationEnd refused{.operation = "cancel_purchase", .done = false, .output = "", .error = {.kind = ErrorKind::rejected, .message = "no"}};
    const auto after = after_operation(order, refused, noon, 0, rhythm, calls_purchases_off).order;
    EXPECT_EQ(after_operation(after, purchase_is(in_review), noon, 0, rhythm, calls_purchases_off).order.state, in_review);
}

TEST(SettleByPerson, SaysWhatCameOfAnOrderThatTheCarrierCalledOff) {
    auto order = asked_by_mail();
    order.progress = R"({"keep":{"call_off":"person"},"numbers":[{"number":"+33612345678","state":"completed"},{"number":"+33612345679","state":"cancel_pending"}]})";
    const auto settled = settle_by_person(order, PersonVerdict::not_carried_out, "", noon, "anna").value();
    EXPECT_EQ(settled.order.state, partial) << "one of its numbers is there, and costs";
    EXPECT_THAT(settled.entries.back().text, HasSubstr("+33612345678 came"));
    EXPECT_THAT(settled.order.progress, HasSubstr(R"({"number":"+33612345679","state":"cancelled"})"));
    EXPECT_THAT(settled.order.progress, HasSubstr(R"({"number":"+33612345678","state":"completed"})"));
}

TEST(CancelOrder, IsGivenUpWhereACarrierThatHasACallForItGoesOnAllTheSame) {
    const auto order = called_off_by_hand();
    const Known calls_off{.offers = [](std::string_view, std::string_view operation) { return operation == "cancel_purchase"; }};
    EXPECT_EQ(after_operation(order, purchase_is(in_review), noon, 0, rhythm, calls_off).order.state, in_review);
}

TEST(NextOperation, TellsThePluginThatTheOrderIsCalledOffAsLongAsItIs) {
    auto order = called_off_by_hand();
    const auto plan = next_operation(order);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->name, "check_purchase");
    EXPECT_THAT(plan->input, HasSubstr(R"("called_off":true)"));
    order.state = in_review;
    order.progress = R"({"keep":{"called_off":true}})";
    EXPECT_THAT(next_operation(order)->input, ::testing::Not(HasSubstr("called_off")));
}

TEST(SettleByPerson, EndsACalledOffOrderThatTheCarrierDoesNotCarryOut) {
    const auto order = called_off_by_hand();
    const auto ended = settle_by_person(order, PersonVerdict::not_carried_out, "", noon, "anna");
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->order.state, cancelled);
    EXPECT_EQ(ended->order.stage, Stage::none);
    EXPECT_EQ(ended->order.delivery, Delivery::idle);
    EXPECT_FALSE(ended->order.due);
    EXPECT_EQ(ended->order.attempt, order.attempt) << "nothing is sent again";
    EXPECT_TRUE(ended->order.problem.empty());
    // Nor does any other open order that waits end by that word.
    auto reviewed = order;
    reviewed.state = in_review;
    EXPECT_FALSE(settle_by_person(reviewed, PersonVerdict::not_carried_out, "", noon, "anna"));
}

}  // namespace
}  // namespace porteur
