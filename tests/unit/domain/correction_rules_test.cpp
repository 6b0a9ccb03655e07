// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "domain/order_rules.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using enum OrderState;

const Instant noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h};
const Rhythm rhythm{.first_retry = 1s, .longest_retry = 60s, .follow = 10s};
const Known takes_all{.offers = [](std::string_view, std::string_view) { return true; }};
const Known takes_none{};

Order at_carrier(OrderState state) {
    Order order;
    order.id = 42;
    order.kind = OrderKind::port;
    order.account = "thinktel";
    order.reference = "r1";
    order.carrier_id = "T-1";
    order.submitted = noon;
    order.request = R"({"account_number":"1","numbers":["+14165550101"],"service_address":{"postal_code":"M5V1A1"}})";
    order.progress = "{}";
    order.state = state;
    order.stage = Stage::follow;
    return order;
}
const std::string mended = R"({"account_number":"1","numbers":["+14165550101"],"service_address":{"postal_code":"M5V1A2"}})";

Order corrected(OrderState state) { return correct_order(at_carrier(state), mended, false, noon, "ann", takes_all)->order; }
OperationEnd ended(ErrorKind kind) {
    return {.operation = "supplement_port", .done = false, .output = "", .error = {.kind = kind, .message = "scripted"}};
}

TEST(ChangedFields, NamesWhatDiffersByItsPlace) {
    EXPECT_THAT(changed_fields("{}", "{}"), IsEmpty());
    EXPECT_THAT(changed_fields(R"({"a":{"b":1,"c":2},"d":[1]})", R"({"a":{"b":1,"c":3},"d":[1,2],"e":{"f":1}})"), ElementsAre("/a/c", "/d", "/e/f"));
    EXPECT_THAT(changed_fields(R"({"a":{"b":1}})", "{}"), ElementsAre("/a/b")) << "what is gone has changed";
    EXPECT_THAT(changed_fields(R"({"a":"x"})", R"({"a":{"b":1}})"), ElementsAre("/a/b"));
    EXPECT_THAT(changed_fields(R"({"x/y":1})", R"({"x/y":2})"), ElementsAre("/x~1y"));
    EXPECT_THAT(changed_fields(R"({"reference":"a","attempt":1})", R"({"reference":"b","attempt":2})"), IsEmpty()) << "the host's own";
}

TEST(MayBeCorrected, IsSoForDraftsAndExceptionsAndForOpenOrdersWhoseCarrierTakesSupplements) {
    for (const auto state : {draft, needs_documents, submitted, accepted, confirmed, activating, exception, supplement_pending, cancel_pending,
                             completed, partial, cancelled, rejected, expired}) {
        const bool always = state == draft || state == exception;
        const bool with_supplement = always || state == needs_documents || state == submitted || state == accepted || state == confirmed;
        EXPECT_EQ(may_be_corrected(at_carrier(state), takes_none).has_value(), always) << static_cast<int>(state);
        EXPECT_EQ(may_be_corrected(at_carrier(state), takes_all).has_value(), with_supplement) << static_cast<int>(state);
        auto nowhere = at_carrier(state);
        nowhere.carrier_id.clear();
        EXPECT_EQ(may_be_corrected(nowhere, takes_all).has_value(), always) << static_cast<int>(state);
        auto working = at_carrier(state);
        working.open_operation = 7;
        EXPECT_EQ(may_be_corrected(working, takes_all).has_value(), always) << static_cast<int>(state);
        auto in_parts = at_carrier(state);
        in_parts.stage = Stage::parts;
        EXPECT_FALSE(may_be_corrected(in_parts, takes_all)) << static_cast<int>(state);
    }
}

TEST(CorrectOrder, GathersWhatChangedUntilItWasSent) {
    auto order = corrected(exception);
    EXPECT_EQ(order.version, at_carrier(exception).version + 1);
    EXPECT_THAT(corrected_fields(order), ElementsAre("/service_address/postal_code"));
    order = correct_order(order, R"({"account_number":"2","numbers":["+14165550101"],"service_address":{"postal_code":"M5V1A2"}})", true, noon, "ann", takes_all)->order;
    EXPECT_THAT(corrected_fields(order), ElementsAre("/account_number", "/pin", "/service_address/postal_code"));
    // A look at the carrier meanwhile does not lose it.
    PortProgress same;
    same.carrier_id = "T-1";
    same.state = exception;
    order = after_operation(order, {.operation = "check_port", .done = true, .output = to_text(same), .error = {}}, noon, 0, rhythm).order;
    EXPECT_THAT(corrected_fields(order), ElementsAre("/account_number", "/pin", "/service_address/postal_code"));
    const auto plan = next_operation(submit_order(order, noon, "ann", takes_all)->order);
    ASSERT_TRUE(plan);
    EXPECT_EQ(plan->name, "supplement_port");
    const auto input = from_text<Supplement>(plan->input);
    ASSERT_TRUE(input) << input.error().message;
    EXPECT_EQ(input->order.carrier_id, "T-1");
    EXPECT_EQ(input->corrected.account_number, "2");
    EXPECT_EQ(input->corrected.reference, "r1");
    EXPECT_THAT(input->fields, ElementsAre("/account_number", "/pin", "/service_address/postal_code"));
}

TEST(SubmitOrder, ChoosesASupplementOnlyWhereTheCarrierHasTheOrderAndTakesIt) {
    EXPECT_EQ(submit_order(corrected(exception), noon, "ann", takes_all)->order.stage, Stage::supplement);
    EXPECT_EQ(submit_order(corrected(exception), noon, "ann", takes_none)->order.stage, Stage::submit);
    EXPECT_EQ(submit_order(corrected(exception), noon, "ann", takes_all, SendAs::new_request)->order.attempt, 2);
    auto nowhere = corrected(exception);
    nowhere.carrier_id.clear();
    EXPECT_NE(submit_order(nowhere, noon, "ann", takes_all)->order.stage, Stage::supplement);
    EXPECT_EQ(submit_order(corrected(confirmed), noon, "ann", takes_all)->order.stage, Stage::supplement);
    EXPECT_THAT(submit_order(corrected(confirmed), noon, "ann", takes_all, SendAs::new_request), FailsWith(ErrorKind::invalid_input, HasSubstr("confirmed")))
        << "what the carrier has accepted is never sent as new";
    EXPECT_THAT(submit_order(at_carrier(exception), noon, "ann", takes_all), FailsWith(ErrorKind::invalid_input, HasSubstr("nothing")));
    auto sent = submit_order(corrected(exception), noon, "ann", takes_all)->order;
    EXPECT_FALSE(submit_order(sent, noon, "ann", takes_all)) << "one at a time";
}

TEST(AfterOperation, PutsAnOrderBackWhoseSupplementWasNotTaken) {
    for (const auto from : {exception, confirmed})
        for (const auto kind : {ErrorKind::rejected, ErrorKind::invalid_input, ErrorKind::unsupported, ErrorKind::cancelled}) {
            const auto sent = submit_order(corrected(from), noon, "ann", takes_all)->order;
            EXPECT_EQ(sent.state, supplement_pending);
            const auto change = after_operation(sent, ended(kind), noon, 0, rhythm);
            EXPECT_EQ(change.order.state, from) << name_of(kind);
            EXPECT_EQ(change.order.stage, Stage::follow);
            EXPECT_EQ(change.order.delivery, Delivery::waiting_for_person);
            EXPECT_TRUE(change.order.due) << "the carrier may mend it by itself";
        }
}

TEST(AfterOperation, LeavesASupplementThatMayHaveLeftWhereItIs) {
    for (const auto kind : {ErrorKind::throttled, ErrorKind::unavailable, ErrorKind::in_doubt, ErrorKind::unauthorized, ErrorKind::internal}) {
        const auto change = after_operation(submit_order(corrected(exception), noon, "ann", takes_all)->order, ended(kind), noon, 0, rhythm);
        EXPECT_EQ(change.order.state, supplement_pending) << name_of(kind);
        EXPECT_EQ(change.order.stage, Stage::supplement) << name_of(kind);
        EXPECT_FALSE(submit_order(change.order, noon, "ann", takes_all)) << name_of(kind);
    }
}

TEST(CommentOn, RaisesTheVersionAndChangesNothingElse) {
    const auto order = at_carrier(confirmed);
    const auto change = comment_on(order, "called them", true, noon, "ann");
    EXPECT_EQ(change.order.version, order.version + 1);
    EXPECT_EQ(change.order.state, confirmed);
    EXPECT_EQ(change.entries.at(0).kind, "port.comment");
    EXPECT_EQ(change.entries.at(0).data, R"({"private":true})");
}

}  // namespace
}  // namespace porteur
