// SPDX-License-Identifier: Apache-2.0
// Orders in numbers, read from their timelines. On SQLite and on PostgreSQL.
#include "store/order_figures_book.hpp"

#include <gmock/gmock.h>

#include <future>

#include "store_place.hpp"

namespace porteur {
namespace {

using namespace std::chrono;
using ::testing::SizeIs;

constexpr Instant day(unsigned of_november, int hour = 9) {
    return sys_days{year{2026} / 11 / of_november} + hours{hour};
}
constexpr FiguresSpan second_week{.since = day(9, 0), .until = day(16, 0)};

class OrderFiguresBookTest : public testing::StorePlace {
protected:
    Order order(
        Id id, OrderState state, std::string carrier = "Bell Canada", std::int64_t tenant = 1
    ) {
        Order made;
        made.id = id;
        made.tenant = tenant;
        made.reference = "ref-" + std::to_string(id);
        made.account = "thinktel";
        made.state = state;
        made.request = R"({"losing_carrier":")" + carrier + R"("})";
        made.progress = "{}";
        made.created = made.updated = day(1);
        return made;
    }
    void add_line(
        Commit& to, Instant at, Id order, std::string kind, std::string data = "{}",
        std::int64_t tenant = 1
    ) {
        to.entries.push_back(
            {.id = first_id_at(at) + ++last_,
             .order = order,
             .tenant = tenant,
             .at = at,
             .source = "thinktel",
             .kind = std::move(kind),
             .text = "",
             .data = std::move(data)}
        );
    }
    void keep(Commit made) {
        std::promise<Result<void>> promise;
        auto done = promise.get_future();
        store->commit(std::move(made), [&](Result<void> result) {
            promise.set_value(std::move(result));
        });
        const auto result = done.get();
        ASSERT_TRUE(result) << result.error().message;
    }
    OrderFigures figures(std::int64_t tenant = 1) {
        auto found = OrderFiguresBook(access()).figures(tenant, second_week);
        if (!found) ADD_FAILURE() << found.error().message;
        return found.value_or(OrderFigures{});
    }

private:
    Id last_ = 0;
};

TEST_P(OrderFiguresBookTest, CountsWhatHappenedWithinTheTimeAndWhereOrdersStandNow) {
    Commit made;
    made.new_orders = {
        order(1, OrderState::confirmed), order(2, OrderState::exception),
        order(3, OrderState::confirmed), order(4, OrderState::draft, "Telus", 2)
    };
    add_line(made, day(3), 1, "port.created");
    add_line(made, day(3), 1, "port.submit_wanted");
    add_line(made, day(4), 3, "port.submit_wanted");
    add_line(made, day(5), 3, "port.state_changed", R"({"to":"confirmed","foc":"2026-11-20"})");
    add_line(made, day(10), 1, "port.state_changed", R"({"to":"confirmed","foc":"2026-11-13"})");
    add_line(made, day(10), 2, "port.created");
    add_line(
        made, day(11), 2, "port.state_changed", R"({"to":"exception","reasons":["PIN_INVALID"]})"
    );
    add_line(made, day(11), 2, "port.comment", R"({"to":"completed"})");
    add_line(made, day(11), 4, "port.created", "{}", 2);
    add_line(made, day(17), 2, "port.created");
    keep(std::move(made));

    const auto ours = figures();
    ASSERT_THAT(ours.states, SizeIs(2));
    EXPECT_EQ(ours.states[0].state, OrderState::confirmed);
    EXPECT_EQ(ours.states[0].count, 2);
    EXPECT_EQ(ours.states[1].count, 1);
    ASSERT_THAT(ours.weeks, SizeIs(1));
    EXPECT_EQ(ours.weeks[0].ports_created, 1);
    EXPECT_EQ(ours.weeks[0].ports_completed, 0);
    ASSERT_THAT(ours.refusals, SizeIs(1));
    EXPECT_EQ(ours.refusals[0].code, Reason::pin_invalid);
    ASSERT_THAT(ours.losing_carriers, SizeIs(1));
    EXPECT_EQ(ours.losing_carriers[0].carrier, "Bell Canada") << "out of the sealed request";
    EXPECT_EQ(ours.losing_carriers[0].confirmed, 1) << "the other one had its date before";
    EXPECT_EQ(ours.losing_carriers[0].to_foc->median, 10);

    const auto theirs = figures(2);
    ASSERT_THAT(theirs.states, SizeIs(1));
    EXPECT_EQ(theirs.states[0].state, OrderState::draft);
    EXPECT_EQ(theirs.weeks[0].ports_created, 1);
    EXPECT_THAT(theirs.refusals, SizeIs(0));
}

TEST_P(OrderFiguresBookTest, ReadsMorePortsThanOneStatementAsksFor) {
    constexpr Id ports = 1201;
    Commit made;
    for (Id id = 1; id <= ports; ++id) {
        made.new_orders.push_back(order(id, OrderState::completed));
        add_line(made, day(9), id, "port.submit_wanted");
        add_line(made, day(12), id, "port.state_changed", R"({"to":"completed"})");
    }
    keep(std::move(made));
    const auto all = figures();
    ASSERT_THAT(all.losing_carriers, SizeIs(1));
    EXPECT_EQ(all.losing_carriers[0].completed, ports);
    EXPECT_EQ(all.losing_carriers[0].to_completed->median, 3);
    EXPECT_EQ(all.weeks[0].ports_completed, ports);
}

INSTANTIATE_TEST_SUITE_P(Both, OrderFiguresBookTest, ::testing::Values("sqlite", "postgresql"));

}  // namespace
}  // namespace porteur
