// SPDX-License-Identifier: Apache-2.0
// Port orders from the preflight to the last number's leaving: corrections, parts, cancellation.
#include "porting_fixture.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using testing::FailsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using enum OrderState;

using PortingTest = testing::PortingFixture;

constexpr const char* local = "+14165550101";
constexpr const char* second = "+14165550102";
constexpr const char* toll_free = "+18005550101";

// ------------------------------------------------------------------ corrections

const std::string refused = R"({"carrier_id":"A-r1","state":"exception","rejections":[{"reason":"POSTAL_CODE_MISMATCH",)"
                            R"("code":"6P","text":"zip?","fields":["/service_address/postal_code"]}]})";

TEST_F(PortingTest, ACorrectionGoesOutAsASupplementOnce) {
    said["/ports/A-r1"] = refused;
    const auto order = port("r1", {local});
    ASSERT_TRUE(becomes(order.id, exception)) << words(order.id);
    said["POST /ports/A-r1/supplements"] = R"({"carrier_id":"A-r1","state":"supplement_pending"})";
    said["/ports/A-r1"] = R"({"carrier_id":"A-r1","state":"confirmed"})";
    const auto sent = correct_and_send(order.id, "M5V1A2");
    ASSERT_TRUE(sent) << sent.error().message;
    EXPECT_EQ(sent->state, supplement_pending);
    ASSERT_TRUE(becomes(order.id, confirmed)) << words(order.id);
    EXPECT_EQ(count(R"(POST /ports/A-r1/supplements {"fields":"[\"/service_address/postal_code\"]","postal_code":"M5V1A2"})"), 1);
    EXPECT_EQ(count("POST /ports "), 1);
    EXPECT_EQ(stored(order.id).attempt, 1);
    EXPECT_TRUE(corrected_fields(stored(order.id)).empty()) << stored(order.id).progress;
}

TEST_F(PortingTest, WhatWasCorrectedSurvivesARestartBeforeItLeaves) {
    said["/ports/A-r1"] = refused;
    const auto order = port("r1", {local});
    ASSERT_TRUE(becomes(order.id, exception));
    said["POST /ports/A-r1/supplements"] = R"({"carrier_id":"A-r1","state":"confirmed"})";
    said["/ports/A-r1"] = said["POST /ports/A-r1/supplements"];
    ASSERT_TRUE(change(order.id, [&](const Order& now) {
        auto request = from_text<PortOrder>(now.request).value();
        request.service_address.postal_code = "M5V1A2";
        return correct_order(now, to_brief_text(request), true, clock->now(), "ann", engine->known());
    }, true));
    restart();
    EXPECT_EQ(corrected_fields(stored(order.id)), (std::vector<std::string>{"/pin", "/service_address/postal_code"}));
    ASSERT_TRUE(change(order.id, [&](const Order& now) { return submit_order(now, clock->now(), "ann", engine->known()); }));
    ASSERT_TRUE(becomes(order.id, confirmed)) << words(order.id);
    EXPECT_EQ(count(R"(POST /ports/A-r1/supplements {"fields":"[\"/pin\",\"/service_address/postal_code\"]")"), 1);
}

TEST_F(PortingTest, ARefusedSupplementLeavesTheOrderInExceptionAndFollowed) {
    said["/ports/A-r1"] = refused;
    const auto order = port("r1", {local});
    ASSERT_TRUE(becomes(order.id, exception));
    ASSERT_TRUE(correct_and_send(order.id, "M5V1A2"));
    ASSERT_TRUE(becomes(order.id, exception)) << words(order.id);
    EXPECT_EQ(stored(order.id).delivery, Delivery::waiting_for_person);
    EXPECT_EQ(corrected_fields(stored(order.id)), (std::vector<std::string>{"/service_address/postal_code"})) << "the carrier has not got it";
    said["/ports/A-r1"] = R"({"carrier_id":"A-r1","state":"confirmed"})";
    EXPECT_TRUE(becomes(order.id, confirmed)) << "its own desk may mend it\n" << words(order.id);
}

TEST_F(PortingTest, ASupplementWhoseAnswerIsLostIsNotSentAgain) {
    said["/ports/A-r1"] = refused;
    const auto order = port("r1", {local});
    ASSERT_TRUE(becomes(order.id, exception));
    said["POST /ports/A-r1/supplements"] = "lost";
    ASSERT_TRUE(correct_and_send(order.id, "M5V1A2"));
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::in_doubt && !stored(order.id).due; })) << words(order.id);
    EXPECT_EQ(stored(order.id).state, supplement_pending);
    restart();
    settle_down(20);
    EXPECT_EQ(count("POST /ports/A-r1/supplements"), 1);
    EXPECT_THAT(correct_and_send(order.id, "K1A0B1"), FailsWith(ErrorKind::invalid_input, HasSubstr("supplement_pending")));
    said["POST /ports/A-r1/supplements"] = R"({"carrier_id":"A-r1","state":"confirmed"})";
    said["/ports/A-r1"] = said["POST /ports/A-r1/supplements"];
    ASSERT_TRUE(change(order.id, [&](const Order& now) {
        return settle_by_person(now, PersonVerdict::not_carried_out, "", clock->now(), "ann");
    }));
    ASSERT_TRUE(becomes(order.id, confirmed)) << words(order.id);
    EXPECT_EQ(count("POST /ports/A-r1/supplements"), 2);
}

TEST_F(PortingTest, ACorrectionIsANewRequestWhereSomebodySaysSoOrTheCarrierTakesNoSupplement) {
    said["/ports/A-r1"] = refused;
    const auto order = port("r1", {local});
    ASSERT_TRUE(becomes(order.id, exception));
    said["/ports/A-r1"] = R"({"carrier_id":"A-r1","state":"confirmed"})";
    const auto sent = correct_and_send(order.id, "M5V1A2", SendAs::new_request);
    ASSERT_TRUE(sent) << sent.error().message;
    EXPECT_EQ(sent->attempt, 2);
    ASSERT_TRUE(becomes(order.id, confirmed)) << words(order.id);
    EXPECT_EQ(count(R"(POST /ports {"ref":"r1/2"})"), 1);
    EXPECT_EQ(count("POST /ports/A-r1/supplements"), 0);
    std::erase_if(descriptor.operations, [](const OperationSpec& each) { return each.name == "supplement_port"; });
    EXPECT_THAT(correct_and_send(order.id, "K1A0B1"), FailsWith(ErrorKind::invalid_input, HasSubstr("confirmed")));
}

// ------------------------------------------------------------------ parts

TEST_F(PortingTest, NumbersThatMayNotShareARequestTravelInPartsAndTheWholeIsMadeOfThem) {
    said["/ports/A-r1-1"] = R"({"carrier_id":"A-r1-1","state":"confirmed"})";
    said["/ports/A-r1-2"] = R"({"carrier_id":"A-r1-2","state":"submitted"})";
    const auto order = port("r1", {local, toll_free, second});
    ASSERT_TRUE(becomes(order.id, submitted)) << words(order.id);
    EXPECT_EQ(count("GET /records/3"), 1) << "the losing carrier's records are compared with the whole";
    const auto both = parts(order.id);
    ASSERT_EQ(both.size(), 2u);
    EXPECT_EQ(both[0].reference, "r1-1");
    EXPECT_EQ(from_text<PortOrder>(both[0].request)->numbers.size(), 2u);
    EXPECT_EQ(from_text<PortOrder>(both[1].request)->numbers.front().text(), toll_free);
    EXPECT_EQ(store->order_secret(both[1].id, "pin").value(), "123456");
    EXPECT_EQ(count("POST /ports "), 2);
    EXPECT_THAT(words(order.id), HasSubstr("port.split: sent in 2 parts, as its numbers may not share one request: r1-1 (2 numbers, local); "
                                           "r1-2 (1 number, toll-free)"));

    said["/ports/A-r1-1"] = R"({"carrier_id":"A-r1-1","state":"completed"})";
    said["/leaving/r1-1"] = said["/leaving/r1-2"] = R"({"numbers":[{"number":"+14165550101","left":true}]})";
    ASSERT_TRUE(becomes(both[0].id, completed));
    settle_down();
    EXPECT_EQ(stored(order.id).state, submitted) << words(order.id);
    said["/ports/A-r1-2"] = R"({"carrier_id":"A-r1-2","state":"rejected"})";
    ASSERT_TRUE(becomes(order.id, partial)) << words(order.id);
    EXPECT_EQ(count("POST /ports "), 2);
}

TEST_F(PortingTest, APartsRefusalIsTheWholesProblem) {
    said["/ports/A-r1-1"] = R"({"carrier_id":"A-r1-1","state":"confirmed"})";
    said["/ports/A-r1-2"] = R"({"carrier_id":"A-r1-2","state":"exception","rejections":[{"reason":"POSTAL_CODE_MISMATCH","text":"zip?"}]})";
    const auto order = port("r1", {local, toll_free});
    ASSERT_TRUE(becomes(order.id, exception)) << words(order.id);
    EXPECT_EQ(stored(order.id).delivery, Delivery::waiting_for_person);
    EXPECT_THAT(stored(order.id).problem, HasSubstr("r1-2: POSTAL_CODE_MISMATCH"));
    EXPECT_THAT(correct_and_send(order.id, "M5V1A2"), FailsWith(ErrorKind::invalid_input, HasSubstr("part")));
}

TEST_F(PortingTest, APartWhoseReferenceIsTakenGetsAnother) {
    const auto other = port("r1-2", {local});
    ASSERT_TRUE(becomes(other.id, submitted));
    const auto order = port("r1", {second, toll_free});
    ASSERT_TRUE(run_until([&] { return parts(order.id).size() == 2; })) << words(order.id);
    EXPECT_EQ(parts(order.id)[1].reference, "r1-2.2");
    EXPECT_THAT(words(order.id), HasSubstr("r1-2.2 (1 number"));
}

TEST_F(PortingTest, ACrashBetweenAPartsChangeAndItsWholesLeavesNothingBehind) {
    said["/ports/A-r1-1"] = R"({"carrier_id":"A-r1-1","state":"submitted"})";
    said["/ports/A-r1-2"] = R"({"carrier_id":"A-r1-2","state":"submitted"})";
    const auto order = port("r1", {local, toll_free});
    ASSERT_TRUE(becomes(order.id, submitted));
    // From here on the whole's own changes do not come to the store.
    real->refuses = [&](const Commit& made) {
        return std::ranges::any_of(made.changed_orders, [&](const Order& each) { return each.id == order.id; });
    };
    for (const char* part : {"1", "2"})
        said["/ports/A-r1-" + std::string(part)] = R"({"carrier_id":"A-r1-)" + std::string(part) + R"(","state":"cancelled"})";
    for (const auto& part : parts(order.id)) ASSERT_TRUE(ends(part.id)) << words(part.id);
    EXPECT_EQ(stored(order.id).state, submitted);
    restart();
    EXPECT_TRUE(becomes(order.id, cancelled, 0)) << words(order.id);
}

TEST_F(PortingTest, AllPartsAreCalledOffTogether) {
    for (const char* id : {"A-r1-1", "A-r1-2"}) {
        said["/ports/" + std::string(id)] = R"({"carrier_id":")" + std::string(id) + R"(","state":"submitted"})";
        said["POST /ports/" + std::string(id) + "/cancel"] = R"({"carrier_id":")" + std::string(id) + R"(","state":"cancelled"})";
    }
    const auto order = port("r1", {local, toll_free});
    ASSERT_TRUE(becomes(order.id, submitted));
    for (const auto& part : parts(order.id)) ASSERT_TRUE(becomes(part.id, submitted));
    ASSERT_TRUE(cancel(order.id));
    ASSERT_TRUE(becomes(order.id, cancelled)) << words(order.id);
    EXPECT_EQ(count("POST /ports/A-r1-1/cancel"), 1);
    EXPECT_EQ(count("POST /ports/A-r1-2/cancel"), 1);
    EXPECT_THAT(words(order.id), HasSubstr("port.cancel_wanted: its parts are called off"));
}

// ------------------------------------------------------------------ what waits is called off

TEST_F(PortingTest, AnOrderThatWaitsForAPersonBeforeItLeftIsCancelledAtOnce) {
    PortOrder by_hand;
    by_hand.comment = "by hand";
    const auto order = port("r1", {local}, by_hand);
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::waiting_for_person; })) << words(order.id);
    ASSERT_TRUE(cancel(order.id));
    ASSERT_TRUE(becomes(order.id, cancelled)) << words(order.id);
    EXPECT_THAT(words(order.id), HasSubstr("port.called_off"));
    EXPECT_EQ(count("POST"), 0);
    EXPECT_EQ(stored(order.id).open_operation, 0);
}

TEST_F(PortingTest, ACancelThatARestartInterruptsIsCarriedOut) {
    PortOrder by_hand;
    by_hand.comment = "by hand";
    const auto order = port("r1", {local}, by_hand);
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::waiting_for_person; }));
    std::optional<Result<Order>> got;
    OrderWish wish;
    wish.change = [&](const Order& now) { return cancel_order(now, true, clock->now(), "ann"); };
    boost::asio::co_spawn(*io, engine->change(order.id, std::move(wish)), [&](std::exception_ptr, Result<Order> result) { got = std::move(result); });
    // Usually between the wish and the cancellation; on a slow machine both may have been written.
    ASSERT_TRUE(run_until([&] { return stored(order.id).stage == Stage::cancel || stored(order.id).state == cancelled; }, 0))
        << words(order.id);
    restart();
    ASSERT_TRUE(becomes(order.id, cancelled)) << words(order.id);
}

// ------------------------------------------------------------------ the losing carrier is watched

TEST_F(PortingTest, ACompletedPortIsWatchedUntilItsNumbersHaveLeft) {
    said["/ports/A-r1"] = R"({"carrier_id":"A-r1","state":"completed"})";
    said["/leaving/r1"] = R"({"numbers":[{"number":"+14165550101","left":false,"carrier_word":"Active"}],"check_again":3600})";
    const auto order = port("r1", {local});
    ASSERT_TRUE(becomes(order.id, completed)) << words(order.id);
    ASSERT_TRUE(run_until([&] { return count("GET /leaving/r1") == 3; }));
    EXPECT_EQ(stored(order.id).state, completed);
    restart();
    said["/leaving/r1"] = R"({"numbers":[{"number":"+14165550101","left":true}]})";
    ASSERT_TRUE(run_until([&] { return stored(order.id).stage == Stage::none; })) << words(order.id);
    EXPECT_THAT(words(order.id), HasSubstr("port.left: left Old Telephone at 2026-11-23 1"));
    EXPECT_THAT(words(order.id), HasSubstr(" UTC, arrived at Acme at 2026-11-23 12:0"));
    EXPECT_THAT(words(order.id), HasSubstr("seen so when they were asked: at 2026-11-23 1"));
    EXPECT_FALSE(stored(order.id).due);
}

TEST_F(PortingTest, NumbersThatWereGoneAtTheFirstLookMayHaveLeftSooner) {
    said["/ports/A-r1"] = R"({"carrier_id":"A-r1","state":"completed"})";
    said["/leaving/r1"] = R"({"numbers":[{"number":"+14165550101","left":true}]})";
    const auto order = port("r1", {local});
    ASSERT_TRUE(run_until([&] { return stored(order.id).state == completed && stored(order.id).stage == Stage::none; }))
        << words(order.id);
    EXPECT_THAT(words(order.id), HasSubstr("for the first time: the numbers may have left sooner"));
}

TEST_F(PortingTest, NumbersThatStayTooLongWaitForAPersonAndAreAskedAboutAllTheSame) {
    said["/ports/A-r1"] = R"({"carrier_id":"A-r1","state":"completed"})";
    said["/leaving/r1"] = R"({"numbers":[{"number":"+14165550101","left":false,"carrier_word":"Active"}],"check_again":43200})";
    const auto order = port("r1", {local});
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::waiting_for_person; })) << words(order.id);
    EXPECT_THAT(words(order.id), HasSubstr("port.stuck: still at Old Telephone 5 days after it arrived at Acme"));
    EXPECT_THAT(words(order.id), Not(HasSubstr(local)));
    EXPECT_EQ(stored(order.id).state, completed);
    const auto asked = count("GET /leaving/r1");
    ASSERT_TRUE(run_until([&] { return count("GET /leaving/r1") > asked + 2; }));
    ASSERT_TRUE(change(order.id, [&](const Order& now) { return settle_by_person(now, PersonVerdict::left, "", clock->now(), "ann"); }));
    settle_down(5);
    EXPECT_EQ(stored(order.id).stage, Stage::none);
    EXPECT_EQ(stored(order.id).delivery, Delivery::idle);
}

}  // namespace
}  // namespace porteur
