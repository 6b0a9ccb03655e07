// SPDX-License-Identifier: Apache-2.0
// Orders that have ended are counted by an index, which the steps of those under way do not touch.
#include <gmock/gmock.h>

#include <future>

#include "store/figured_lines.hpp"
#include "store/migrations.hpp"
#include "store/order_figures_book.hpp"
#include "store/queries.hpp"
#include "store/store.hpp"
#include "store_place.hpp"
#include "support/look_again.hpp"

namespace porteur {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;
using enum OrderState;

const Instant noon{std::chrono::milliseconds{1'790'000'000'000}};

class OrdersAtRestTest : public testing::StorePlace {
protected:
    bool is_postgres() const { return GetParam() == std::string("postgresql"); }
    static Order order(Id id, OrderState state, OrderKind kind = OrderKind::port) {
        Order made;
        made.id = id;
        made.tenant = 1;
        made.kind = kind;
        made.reference = "ref-" + std::to_string(id);
        made.account = "thinktel";
        made.state = state;
        made.request = R"({"losing_carrier":"Bell Canada"})";
        made.progress = "{}";
        made.created = made.updated = noon;
        if (!is_end(state)) made.due = noon;
        return made;
    }
    void keep(Commit made) {
        std::promise<Result<void>> promise;
        store->commit(std::move(made), [&](Result<void> result) {
            promise.set_value(std::move(result));
        });
        const auto result = promise.get_future().get();
        ASSERT_TRUE(result) << result.error().message;
    }
    /// "port completed 3"
    std::vector<std::string> states() {
        const auto found = OrderFiguresBook(access()).figures(
            1, {.since = noon, .until = noon + std::chrono::hours(24)}
        );
        std::vector<std::string> out;
        for (const auto& each : found.value().states)
            out.push_back(
                std::string(boost::describe::enum_to_string(each.kind, "")) + " " +
                boost::describe::enum_to_string(each.state, "") + " " + std::to_string(each.count)
            );
        return out;
    }
    std::int64_t asked(const std::string& question) {
        return porteur::asked<std::int64_t>(
                   access(),
                   [&](soci::session& sql) {
                       long long found = 0;
                       sql << question, soci::into(found);
                       return static_cast<std::int64_t>(found);
                   }
        ).value();
    }
};

TEST_P(OrdersAtRestTest, are_counted_by_what_they_ended_as) {
    Commit made;
    Id id = 0;
    for (const auto kind : {OrderKind::port, OrderKind::purchase})
        for (const auto end : {completed, partial, cancelled, rejected, expired})
            for (int times = static_cast<int>(end); times > static_cast<int>(cancel_pending);
                 --times)
                made.new_orders.push_back(order(++id, end, kind));
    auto watched = order(++id, completed);
    watched.due = noon;  // it has ended, and its losing account is looked at
    made.new_orders.push_back(watched);
    made.new_orders.push_back(order(++id, confirmed));
    keep(std::move(made));
    EXPECT_THAT(
        states(),
        UnorderedElementsAre(
            "port completed 2", "port partial 2", "port cancelled 3", "port rejected 4",
            "port expired 5", "port confirmed 1", "purchase completed 1", "purchase partial 2",
            "purchase cancelled 3", "purchase rejected 4", "purchase expired 5"
        )
    );
    watched.due.reset();
    ++watched.version;
    Commit over;
    over.changed_orders.push_back(watched);
    keep(std::move(over));
    EXPECT_THAT(states(), ::testing::Contains("port completed 2"));
}

TEST_P(OrdersAtRestTest, are_found_in_their_index_alone) {
    Commit made;
    for (Id id = 1; id <= 3'000; ++id)
        made.new_orders.push_back(order(
            id, id % 10 == 0  ? confirmed
                : id % 3 == 0 ? cancelled
                              : completed
        ));
    keep(std::move(made));
    if (is_postgres())
        ASSERT_TRUE(access().read_with([](soci::session& sql) { sql << "vacuum analyze orders"; }));
    std::string plan;
    const auto done = access().change_with([&](soci::session& sql) {
        rows::read(
            sql,
            (is_postgres() ? "explain " : "explain query plan ") +
                figured_lines::at_rest_question(),
            is_postgres() ? "t" : "nnnt", rows::Values().number(1),
            [&](const rows::Row& row) { plan += row[is_postgres() ? 0 : 3].text + "\n"; }
        );
    });
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_THAT(
        plan, HasSubstr(
                  is_postgres() ? "Index Only Scan using orders_at_rest"
                                : "USING COVERING INDEX orders_at_rest"
              )
    );
}

// An account with many orders, and many of another kind beside them: nothing is sorted, and nothing of the others is read.
TEST_P(OrdersAtRestTest, are_listed_newest_first_by_an_index_in_that_order) {
    Commit made;
    for (Id id = 1; id <= 3'000; ++id) made.new_orders.push_back(order(id, completed, id % 100 == 0 ? OrderKind::purchase : OrderKind::port));
    keep(std::move(made));
    if (is_postgres()) ASSERT_TRUE(access().read_with([](soci::session& sql) { sql << "vacuum analyze orders"; }));
    OrderFilter wanted;
    wanted.tenant = 1;
    wanted.kind = OrderKind::purchase;
    auto listed = queries::listed(wanted, 2'900, 20);
    for (const auto& [name, value] : {std::pair(":before", "2900"), std::pair(":tenant", "1"), std::pair(":kind", "'purchase'")})
        listed.where.replace(listed.where.find(name), std::string_view(name).size(), value);
    std::string plan;
    const auto done = access().change_with([&](soci::session& sql) {
        rows::read(
            sql, (is_postgres() ? "explain select * from orders " : "explain query plan select * from orders ") + listed.where,
            is_postgres() ? "t" : "nnnt", rows::Values(), [&](const rows::Row& row) { plan += row[is_postgres() ? 0 : 3].text + "\n"; }
        );
    });
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_THAT(plan, HasSubstr(is_postgres() ? "Index Scan Backward using orders_listed" : "USING INDEX orders_listed"));
    EXPECT_THAT(plan, ::testing::Not(::testing::AnyOf(HasSubstr("Sort"), HasSubstr("B-TREE")))) << "they come in the order of the index";
}

// Steps of orders change columns which stand in no index, so that PostgreSQL writes no index for
// them.
TEST_P(OrdersAtRestTest, no_step_of_an_order_under_way_writes_an_index) {
    if (!is_postgres()) GTEST_SKIP() << "SQLite has no row versions";
    constexpr Id orders = 200;
    Commit made;
    for (Id id = 1; id <= orders; ++id) made.new_orders.push_back(order(id, draft));
    keep(std::move(made));
    int steps = 0;
    for (const auto next : {submitted, accepted, confirmed, activating}) {
        ++steps;
        for (Id id = 1; id <= orders; ++id) {
            Commit step;
            auto moved = order(id, next);
            moved.version += steps;
            moved.progress = R"({"step":)" + std::to_string(steps) + "}";
            step.changed_orders.push_back(std::move(moved));
            keep(std::move(step));
        }
    }
    // What the writer's connection has done is told when it ends.
    store.reset();
    testing::StorePlace::SetUp();
    const auto counted = [this](const std::string& what) {
        return asked("select " + what + " from pg_stat_user_tables where relname = 'orders'");
    };
    for (int looks = 0; looks < 500 && counted("n_tup_upd") < 4 * orders; ++looks)
        testing::look_again_in(std::chrono::milliseconds(20));
    const auto all = counted("n_tup_upd"), heap_only = counted("n_tup_hot_upd");
    ASSERT_EQ(all, 4 * orders);
    std::printf(
        "{\"what\":\"steps of orders, PostgreSQL\",\"updates\":%lld,\"heap_only\":%lld}\n",
        static_cast<long long>(all), static_cast<long long>(heap_only)
    );
    EXPECT_GE(heap_only * 10, all * 9) << "an index has a column that changes with each step";
}

/// A store as an older porteurd left it.
class OlderOrdersAtRestTest : public OrdersAtRestTest {
protected:
    void SetUp() override {
        if (address.empty()) return StorePlace::SetUp();  // says why it is left out
        const auto dialect = is_postgres() ? Dialect::postgresql : Dialect::sqlite;
        const auto place = address.substr(address.find(':') + 1);
        soci::session sql;
        if (is_postgres())
            sql.open(soci::postgresql, place);
        else
            sql.open(soci::sqlite3, "db=" + place);
        const auto done = migrate(sql, dialect, 17);
        ASSERT_TRUE(done) << done.error().message;
        int id = 0;
        for (const auto* state :
             {"completed", "completed", "partial", "cancelled", "rejected", "expired", "confirmed"
             }) {
            ++id;
            sql << "insert into orders (id, tenant_id, shard, kind, reference, account, "
                   "losing_account, state, delivery, stage, open_operation, attempt, "
                   "tries, carrier_id, version, created_at, updated_at, request, progress, "
                   "problem, at_rest, parent_id) values (" +
                       std::to_string(id) + ", 1, 3, 'port', 'r-" + std::to_string(id) +
                       "', 'thinktel', '', '" + state +
                       "', 'idle', 'none', 0, 0, 0, '', 1, 11, 12, '{}', '{}', '', " +
                       (state == std::string("confirmed") ? "0" : "1") + ", 0)";
        }
    }
};

TEST_P(OlderOrdersAtRestTest, are_counted_as_before) {
    testing::StorePlace::SetUp();
    EXPECT_THAT(
        states(), UnorderedElementsAre(
                      "port completed 2", "port partial 1", "port cancelled 1", "port rejected 1",
                      "port expired 1", "port confirmed 1"
                  )
    );
}

INSTANTIATE_TEST_SUITE_P(Both, OrdersAtRestTest, ::testing::Values("sqlite", "postgresql"));
INSTANTIATE_TEST_SUITE_P(Both, OlderOrdersAtRestTest, ::testing::Values("sqlite", "postgresql"));

}  // namespace
}  // namespace porteur
