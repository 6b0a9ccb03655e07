// SPDX-License-Identifier: Apache-2.0
// A request with an idempotency key that may have left before an outage: the carrier knows the key again for its window only.
#include <algorithm>

#include <gmock/gmock.h>

#include "engine_fixture.hpp"

namespace porteur::testing {
namespace {

using ::testing::HasSubstr;

class KeyWindow : public EngineFixture {
protected:
    void send_keyed(std::chrono::hours window) {
        descriptor.operations.front().key_header = "Idempotency-Key";
        descriptor.operations.front().window = window;
        runner->changes = [](Turn& turn) {
            for (auto& each : turn.effects)
                if (each.step == "create-order") each.guarantee = Guarantee::keyed;
        };
    }
    std::ptrdiff_t times_sent() const { return std::ranges::count(performer.performed, "create-order", &Effect::step); }
    /// The carrier carries it out, and porteurd dies before the answer; two hours later it begins again.
    Order sent_before_an_outage(std::chrono::hours window) {
        send_keyed(window);
        performer.takes = [this](const Effect&) -> Async<void> { co_await clock->sleep_until(clock->now() + 9h); };
        const auto order = purchase("r1");
        EXPECT_TRUE(run_until([&] { return times_sent() == 1; }));
        carrier.orders["r1"] = 1;
        performer.takes = {};
        clock->set(clock->now() + 2h);
        restart();
        send_keyed(window);
        EXPECT_TRUE(ends(order.id)) << words(order.id);
        return order;
    }
};

TEST_F(KeyWindow, IsOverAfterAnOutageSoTheRequestIsLookedUpAndNotSentAgain) {
    const auto order = sent_before_an_outage(1h);
    EXPECT_EQ(times_sent(), 1);
    EXPECT_EQ(carrier.orders["r1"], 1) << "the carrier, which has forgotten the key, has it twice";
    EXPECT_EQ(stored(order.id).state, OrderState::completed);
    EXPECT_THAT(words(order.id), HasSubstr("it is looked up, and not sent again"));
}

TEST_F(KeyWindow, IsOpenAfterAnOutageSoTheSameRequestIsSentAgain) {
    const auto order = sent_before_an_outage(24h);
    EXPECT_EQ(times_sent(), 2) << words(order.id);
    EXPECT_EQ(stored(order.id).state, OrderState::completed);
}

}  // namespace
}  // namespace porteur::testing
