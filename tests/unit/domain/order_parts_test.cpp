// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "domain/order_parts.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using enum OrderState;

const Instant noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h};
const Rhythm rhythm{.first_retry = 1s, .longest_retry = 60s, .follow = 10s};

Order whole(Stage stage = Stage::split) {
    Order order;
    order.id = 42;
    order.kind = OrderKind::port;
    order.account = "thinktel";
    order.losing_account = "ringcentral";
    order.reference = "r1";
    order.request = R"({"disconnect":["+14165550109"],"numbers":["+14165550101","+18005550101"],"remaining":["+14165550108"]})";
    order.progress = "{}";
    order.stage = stage;
    return order;
}
Order part(OrderState state, Delivery delivery = Delivery::idle, std::string problem = "") {
    Order order = whole(Stage::follow);
    order.parent = 42;
    order.reference = "r1-1";
    order.state = state;
    order.delivery = delivery;
    order.problem = std::move(problem);
    return order;
}
OrderChange split_into(std::string groups) {
    return after_operation(whole(), {.operation = "split", .done = true, .output = std::move(groups), .error = {}}, noon, 0, rhythm);
}

// ------------------------------------------------------------------ the state of the whole

constexpr OrderState open_states[] = {draft, needs_documents, submitted, accepted, confirmed, activating, exception, supplement_pending, cancel_pending};
constexpr OrderState end_states[] = {completed, partial, cancelled, rejected, expired};

TEST(RolledUpParts, EveryPairOfEndsIsOneEndAndTellsWhetherSomethingMoved) {
    for (const auto one : end_states)
        for (const auto other : end_states) {
            const auto rolled = rolled_up_parts(submitted, {one, other});
            const bool moved = one == completed || one == partial || other == completed || other == partial;
            EXPECT_TRUE(is_end(rolled));
            if (one == other)
                EXPECT_EQ(rolled, one);
            else if (moved)
                EXPECT_EQ(rolled, partial);
            else
                EXPECT_TRUE(rolled == rejected || rolled == expired) << "nothing moved, so it is not partial";
            EXPECT_EQ(rolled, rolled_up_parts(submitted, {other, one})) << "the order of the parts does not matter";
        }
}

TEST(RolledUpParts, IsOpenWhileAPartIsOpen) {
    for (const auto one : open_states)
        for (const auto end : end_states) EXPECT_FALSE(is_end(rolled_up_parts(submitted, {one, end})));
}

TEST(RolledUpParts, PutsFirstWhatSomebodyMustMendThenWhatIsLeastAdvanced) {
    for (const auto other : open_states) EXPECT_EQ(rolled_up_parts(submitted, {exception, other}), exception);
    for (const auto other : open_states)
        if (other != exception) EXPECT_EQ(rolled_up_parts(submitted, {other, needs_documents}), needs_documents);
    EXPECT_EQ(rolled_up_parts(submitted, {confirmed, submitted}), submitted);
    EXPECT_EQ(rolled_up_parts(submitted, {confirmed, supplement_pending}), confirmed);
    EXPECT_EQ(rolled_up_parts(submitted, {cancel_pending, cancel_pending}), cancel_pending);
    EXPECT_EQ(rolled_up_parts(draft, {submitted, draft}), draft);
    EXPECT_EQ(rolled_up_parts(submitted, {activating, in_review}), in_review);
}

TEST(RolledUpParts, NeverGoesBackToADraftNorOnFromAnEnd) {
    for (const auto parent : open_states)
        for (const auto one : open_states)
            for (const auto other : open_states)
                EXPECT_TRUE(may_follow(OrderKind::port, parent, rolled_up_parts(parent, {one, other})))
                    << static_cast<int>(parent) << " " << static_cast<int>(one) << " " << static_cast<int>(other);
    for (const auto end : end_states) EXPECT_EQ(rolled_up_parts(end, {submitted, completed}), end);
}

TEST(AfterParts, ShowsTheNumbersAndWhatWaitsOfEachPart) {
    const auto change = after_parts(whole(Stage::parts), {part(submitted), part(exception, Delivery::waiting_for_person, "zip?")}, noon);
    ASSERT_TRUE(change);
    EXPECT_EQ(change->order.version, whole().version + 1);
    EXPECT_EQ(change->order.delivery, Delivery::waiting_for_person);
    EXPECT_EQ(change->order.problem, "r1-1: zip?");
    EXPECT_THAT(change->order.progress, HasSubstr(R"({"number":"+18005550101","state":"exception"})"));
    EXPECT_EQ(change->entries.size(), 1u);
    EXPECT_FALSE(after_parts(change->order, {part(submitted), part(exception, Delivery::waiting_for_person, "zip?")}, noon + 1s)) << "nothing is new";
}

// ------------------------------------------------------------------ how parts are made

TEST(AfterSplit, SendsOneGroupAsItIs) {
    for (const char* groups : {"[]", R"([{"numbers":["+14165550101","+18005550101"]}])"}) {
        const auto change = split_into(groups);
        EXPECT_EQ(change.order.stage, Stage::submit);
        EXPECT_TRUE(change.parts.empty());
    }
    const auto none = after_operation(whole(), {.operation = "split", .done = false, .output = "", .error = {.kind = ErrorKind::unsupported, .message = "-"}}, noon, 0, rhythm);
    EXPECT_EQ(none.order.stage, Stage::submit) << "a plugin that lost the operation";
}

TEST(AfterSplit, MakesAnOrderOfEachGroup) {
    const auto change = split_into(R"([{"numbers":["+14165550101"],"note_en":"standard"},{"numbers":["+18005550101"]}])");
    EXPECT_EQ(change.order.stage, Stage::parts);
    EXPECT_FALSE(change.order.due) << "it is sent nowhere itself";
    ASSERT_EQ(change.parts.size(), 2u);
    const auto& second = change.parts[1].order;
    EXPECT_EQ(second.reference, "r1-2");
    EXPECT_EQ(second.parent, 42);
    EXPECT_EQ(second.request, R"({"numbers":["+18005550101"]})");
    EXPECT_EQ(second.stage, Stage::submit);
    EXPECT_EQ(second.due, noon);
    EXPECT_EQ(second.version, 1);
    EXPECT_EQ(change.entries.at(0).kind, "port.split");
}

std::vector<std::string> requests_of_parts(const char* request, const char* groups) {
    auto order = whole();
    order.request = request;
    const auto change = after_operation(order, {.operation = "split", .done = true, .output = groups, .error = {}}, noon, 0, rhythm);
    std::vector<std::string> out;
    for (const auto& each : change.parts) out.push_back(each.order.request);
    return out;
}

TEST(AfterSplit, TellsWhatStaysAndWhatIsSwitchedOffInThePartsOfThatKindOfNumber) {
    EXPECT_THAT(requests_of_parts(R"({"comment":"x","disconnect":["+14165550109","+18005550109"],"numbers":["+14165550101","+18005550101"],
                                      "remaining":["+14165550108","+18005550108"]})",
                                  R"([{"numbers":["+14165550101"]},{"numbers":["+18005550101"]}])"),
                ElementsAre(R"({"comment":"x","disconnect":["+14165550109"],"numbers":["+14165550101"],"remaining":["+14165550108"]})",
                            R"({"comment":"x","disconnect":["+18005550109"],"numbers":["+18005550101"],"remaining":["+18005550108"]})"));
}

TEST(AfterSplit, HasANumberSwitchedOffOnceHoweverManyPartsThereAre) {
    EXPECT_THAT(requests_of_parts(R"({"disconnect":["+14165550109"],"numbers":["+14165550101","+16475550101"],"remaining":["+14165550108"]})",
                                  R"([{"numbers":["+14165550101"]},{"numbers":["+16475550101"]}])"),
                ElementsAre(R"({"disconnect":["+14165550109"],"numbers":["+14165550101"],"remaining":["+14165550108"]})",
                            R"({"numbers":["+16475550101"],"remaining":["+14165550108"]})"))
        << "what stays is said in each";
    EXPECT_THAT(requests_of_parts(R"({"disconnect":["+18005550109"],"numbers":["+14165550101","+16475550101"]})",
                                  R"([{"numbers":["+14165550101"]},{"numbers":["+16475550101"]}])"),
                ElementsAre(HasSubstr("+18005550109"), Not(HasSubstr("+18005550109"))))
        << "and one of another kind is not lost";
}

TEST(AfterSplit, NamesTheNewBillingNumberOnlyWhereItStays) {
    EXPECT_THAT(requests_of_parts(R"({"new_btn":"+14165550108","numbers":["+14165550101","+18005550101"],"remaining":["+14165550108"]})",
                                  R"([{"numbers":["+14165550101"]},{"numbers":["+18005550101"]}])"),
                ElementsAre(HasSubstr("new_btn"), R"({"numbers":["+18005550101"]})"));
    EXPECT_THAT(requests_of_parts(R"({"new_btn":"+14165550177","numbers":["+14165550101","+18005550101"],"remaining":["+14165550108"]})",
                                  R"([{"numbers":["+14165550101"]},{"numbers":["+18005550101"]}])"),
                ElementsAre(HasSubstr("new_btn"), HasSubstr("new_btn")))
        << "a mistake stays visible";
}

TEST(AfterSplit, ParksGroupsThatLoseDoubleOrInventANumber) {
    for (const char* groups : {R"([{"numbers":["+14165550101"]},{"numbers":["+14165550101"]}])", R"([{"numbers":["+14165550101"]},{"numbers":[]}])",
                               R"([{"numbers":["+14165550101"]},{"numbers":["+18005550199"]}])",
                               R"([{"numbers":["+14165550101"]},{"numbers":["+18005550101","+14165550177"]}])", "7"}) {
        const auto change = split_into(groups);
        EXPECT_TRUE(change.parts.empty()) << groups;
        EXPECT_EQ(change.order.delivery, Delivery::waiting_for_person) << groups;
        EXPECT_FALSE(change.order.due) << groups;
    }
}

TEST(SubmitOrder, LeavesThePreflightOutOnlyWhereTheLosingPluginIsKnownToHaveNone) {
    Known known{.offers = [](std::string_view, std::string_view operation) { return operation != "preflight"; }};
    EXPECT_EQ(submit_order(whole(Stage::none), noon, "ann", known)->order.stage, Stage::preflight) << "the account may be off now";
    known.carrier = [](std::string_view account) { return std::string(account); };
    EXPECT_EQ(submit_order(whole(Stage::none), noon, "ann", known)->order.stage, Stage::split);
}

TEST(SubmitOrder, SplitsAWholeAndNeverAPart) {
    const Known splits{.offers = [](std::string_view, std::string_view) { return true; }};
    auto order = whole(Stage::none);
    EXPECT_EQ(submit_order(order, noon, "ann", splits)->order.stage, Stage::preflight);
    order.losing_account.clear();
    EXPECT_EQ(submit_order(order, noon, "ann", splits)->order.stage, Stage::split);
    EXPECT_EQ(submit_order(order, noon, "ann")->order.stage, Stage::submit);
    order.parent = 7;
    order.losing_account = "ringcentral";
    EXPECT_EQ(submit_order(order, noon, "ann", splits)->order.stage, Stage::submit);
    EXPECT_FALSE(submit_order(whole(Stage::parts), noon, "ann", splits));
    EXPECT_FALSE(settle_by_person([&] { auto it = whole(Stage::parts); it.delivery = Delivery::in_doubt; return it; }(),
                                  PersonVerdict::not_carried_out, "", noon, "ann")) << "it would be sent beside its parts";
}

}  // namespace
}  // namespace porteur
