// SPDX-License-Identifier: Apache-2.0
// Orders in numbers as they are kept: always what the lines of the timelines come to. On SQLite and
// on PostgreSQL.
#include "store/order_marks.hpp"

#include <gmock/gmock.h>
#include <soci/soci.h>

#include <future>
#include <random>
#include <set>

#include "store/order_figures_book.hpp"
#include "store_place.hpp"

namespace porteur {
namespace {

using namespace std::chrono;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr Instant first_day = sys_days{year{2026} / 9 / 1};
constexpr FiguresSpan whole{.since = first_day, .until = first_day + days{90}};

std::string text_of(const OrderFigures& figures) {
    std::string out;
    for (const auto& each : figures.states)
        out += std::to_string(int(each.kind)) + "/" + std::to_string(int(each.state)) + ":" +
               std::to_string(each.count) + " ";
    out += "\n";
    for (const auto& each : figures.weeks)
        out += std::to_string(each.ports_created) + "," + std::to_string(each.ports_completed) +
               "," + std::to_string(each.purchases_created) + "," +
               std::to_string(each.purchases_completed) + " ";
    out += "\n";
    const auto taken = [](const std::optional<DaysTaken>& days) {
        return days ? std::to_string(days->count) + "x" + std::to_string(days->median) + "~" +
                          std::to_string(days->ninth_tenth)
                    : std::string("-");
    };
    for (const auto& each : figures.losing_carriers)
        out += each.account + "|" + each.carrier + " " + std::to_string(each.confirmed) + " " +
               taken(each.to_foc) + " " + std::to_string(each.completed) + " " +
               taken(each.to_completed) + "\n";
    for (const auto& each : figures.refusals)
        out += std::to_string(int(each.kind)) + "/" + std::to_string(int(each.code)) + ":" +
               std::to_string(each.count) + " ";
    return out;
}

/// The same store, of which some texts do not open.
class SealedElsewhere final : public StoreAccess, private Seal {
public:
    SealedElsewhere(StoreAccess& access, std::set<std::string, std::less<>> places)
        : access_(access), places_(std::move(places)) {}
    Dialect dialect() const override { return access_.dialect(); }
    const Seal& seal() const override { return *this; }
    Result<void> read_with(const std::function<void(soci::session&)>& ask) override {
        return access_.read_with(ask);
    }
    Result<void> change_with(const std::function<void(soci::session&)>& apply) override {
        return access_.change_with(apply);
    }
    Result<std::unique_ptr<WriteSession>> write_session() override {
        return access_.write_session();
    }
    long long fence() const override { return access_.fence(); }
    Result<void> change_beside(const std::function<void(soci::session&)>& apply) override {
        return access_.change_beside(apply);
    }

private:
    std::string close(std::string_view plain, std::string_view place) const override {
        return access_.seal().close(plain, place);
    }
    Result<std::string> open(std::string_view sealed, std::string_view place) const override {
        if (places_.contains(place)) return failure(ErrorKind::internal, "sealed by another key");
        return access_.seal().open(sealed, place);
    }

    StoreAccess& access_;
    std::set<std::string, std::less<>> places_;
};

class OrderMarksTest : public testing::StorePlace {
protected:
    Order order(
        Id id, OrderKind kind, std::string carrier, std::string account = {},
        std::int64_t tenant = 1
    ) {
        Order made;
        made.id = id;
        made.tenant = tenant;
        made.kind = kind;
        made.reference = "ref-" + std::to_string(id);
        made.account = "thinktel";
        made.losing_account = std::move(account);
        made.state = OrderState::submitted;
        made.request = R"({"losing_carrier":")" + carrier + R"("})";
        made.progress = "{}";
        made.created = made.updated = first_day;
        return made;
    }
    TimelineEntry line(
        Instant at, const Order& of, const std::string& word, std::string data = "{}"
    ) {
        return {
            .id = first_id_at(at) + ++last_,
            .order = of.id,
            .tenant = of.tenant,
            .at = at,
            .source = "thinktel",
            .kind = std::string(boost::describe::enum_to_string(of.kind, "")) + "." + word,
            .text = "",
            .data = std::move(data)
        };
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
    std::string kept(FiguresSpan span = whole, std::int64_t tenant = 1) {
        auto found = OrderMarks(access()).figures(tenant, span);
        return found ? text_of(*found) : found.error().message;
    }
    std::string counted(FiguresSpan span = whole, std::int64_t tenant = 1) {
        auto found = OrderFiguresBook(access()).figures(tenant, in_whole_days(span));
        return found ? text_of(*found) : found.error().message;
    }
    std::vector<Id> refused(
        Reason code,
        OrderFilter filter = {.tenant = 1, .kind = OrderKind::port, .state = {}, .delivery = {}},
        Id before = 0, int limit = 10
    ) {
        auto found = OrderMarks(access()).refused(filter, code, before, limit);
        if (!found) ADD_FAILURE() << found.error().message;
        std::vector<Id> ids;
        for (const auto& each : found.value_or(std::vector<Order>{})) ids.push_back(each.id);
        return ids;
    }

private:
    Id last_ = 0;
};

TEST_P(OrderMarksTest, AreWhatTheLinesComeToWheneverOneLooks) {
    constexpr unsigned seed = 20261126;
    std::mt19937 chance(seed);
    const auto below = [&](int limit) {
        return static_cast<int>(chance() % static_cast<unsigned>(limit));
    };
    const std::vector<std::string> carriers{"Bell Canada", "bell  canada", "Telus", ""},
        accounts{"", "", "rc-main", "rc-two"};
    const std::vector<std::string> codes{
        "PIN_INVALID", "ADDRESS_MISMATCH", "OTHER", "NO_SUCH_CODE"
    };
    std::vector<Order> orders;
    auto now = first_day;
    for (int step = 0; step < 400; ++step) {
        now += minutes(below(500));
        Commit made;
        if (orders.empty() || below(3) == 0) {
            const auto at = static_cast<std::size_t>(below(4));
            auto fresh = order(
                static_cast<Id>(orders.size()) + 1,
                below(4) == 0 ? OrderKind::purchase : OrderKind::port, carriers[at], accounts[at],
                1 + below(5) / 4
            );
            if (below(8) == 0 && !orders.empty() && fresh.kind == OrderKind::port)
                fresh.parent = orders.front().id;
            orders.push_back(fresh);
            made.new_orders = {fresh};
            made.entries = {line(now, fresh, "created")};
        } else {
            const auto& of =
                orders[static_cast<std::size_t>(below(static_cast<int>(orders.size())))];
            const auto& code = codes[static_cast<std::size_t>(below(4))];
            switch (below(7)) {
                case 0:
                    made.entries = {line(now, of, "submit_wanted")};
                    break;
                case 1:
                    made.entries = {line(
                        now, of, "state_changed",
                        R"({"to":"confirmed","foc":"2026-10-1)" + std::to_string(below(10)) +
                            R"("})"
                    )};
                    break;
                case 2:
                    made.entries = {line(now, of, "state_changed", R"({"to":"confirmed"})")};
                    break;
                case 3:
                    made.entries = {line(now, of, "state_changed", R"({"to":"completed"})")};
                    break;
                case 4:
                    made.entries = {line(
                        now, of, "state_changed",
                        R"({"to":"exception","reasons":[")" + code + R"(","PIN_INVALID"]})"
                    )};
                    break;
                case 5:
                    made.entries = {line(now, of, "refused", R"({"reason":")" + code + R"("})")};
                    break;
                default:
                    made.entries = {line(now, of, "comment", R"({"to":"completed"})")};
                    break;
            }
        }
        keep(std::move(made));
        if (below(40) == 0) ASSERT_EQ(kept(), counted()) << "seed " << seed << ", step " << step;
    }
    for (const std::int64_t tenant : {1, 2, 3})
        EXPECT_EQ(kept(whole, tenant), counted(whole, tenant)) << "seed " << seed;
    const FiguresSpan part{
        .since = first_day + days{20} + hours{5}, .until = first_day + days{41} + hours{3}
    };
    EXPECT_EQ(kept(part), counted(part)) << "seed " << seed << ": in whole days";
    EXPECT_NE(kept(part), kept());
}

TEST_P(OrderMarksTest, LookTheSameAfterTheyWereMadeAnewOfTheTimelines) {
    const auto one = order(1, OrderKind::port, "Telus");
    Commit made;
    made.new_orders = {one};
    made.entries = {
        line(first_day, one, "created"), line(first_day + days{1}, one, "submit_wanted"),
        line(first_day + days{3}, one, "state_changed", R"({"to":"completed"})")
    };
    keep(std::move(made));
    const auto before = kept();
    for (const auto* table : {"order_days", "order_marks", "order_refusals"})
        meddle(std::string("delete from ") + table);
    meddle("update order_follower set followed = 0");
    EXPECT_EQ(kept(), before);
    EXPECT_EQ(kept(), counted());
}

TEST_P(OrderMarksTest, CountNothingTwiceAndStopWhereTheyAreTold) {
    const auto one = order(1, OrderKind::port, "Telus");
    Commit made;
    made.new_orders = {one};
    for (int at = 0; at < OrderMarks::lines_at_once + 1; ++at)
        made.entries.push_back(line(first_day + seconds{at}, one, "submit_wanted"));
    made.entries.push_back(line(first_day + days{2}, one, "state_changed", R"({"to":"completed"})")
    );
    keep(std::move(made));
    OrderMarks marks(access());
    EXPECT_FALSE(marks.follow(1).value()) << "a piece, and there is more";
    EXPECT_TRUE(marks.follow().value());
    EXPECT_TRUE(marks.follow().value());
    EXPECT_EQ(kept(), counted());
}

TEST_P(OrderMarksTest, AskToLookAgainWhileThereIsMuchToTakeIn) {
    const auto one = order(1, OrderKind::port, "Telus");
    Commit made;
    made.new_orders = {one};
    for (int at = 0; at <= OrderMarks::lines_awaited_max; ++at)
        made.entries.push_back(line(first_day + seconds{at}, one, "submit_wanted"));
    made.entries.push_back(line(
        first_day + days{2}, one, "state_changed",
        R"({"to":"exception","reasons":["PIN_INVALID"]})"
    ));
    keep(std::move(made));
    OrderMarks marks(access());
    const auto none = marks.figures(1, whole);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(none.error().retry_after, seconds{5});
    EXPECT_EQ(
        none.error().message, "what happened to the orders is being counted; try again in a moment"
    );
    EXPECT_THAT(refused(Reason::pin_invalid), ElementsAre(1)) << "two lines are left";
    EXPECT_EQ(kept(), counted());
}

TEST_P(OrderMarksTest, CountAnOrderWhoseRequestDoesNotOpenWithoutItsLosingCarrier) {
    const auto broken = order(1, OrderKind::port, "Telus"), too = order(2, OrderKind::port, "Telus"),
               sound = order(3, OrderKind::port, "Bell");
    Commit made;
    made.new_orders = {broken, too, sound};
    for (const auto& each : made.new_orders)
        for (auto& entry :
             {line(first_day, each, "submit_wanted"),
              line(first_day + days{2}, each, "state_changed", R"({"to":"completed"})"),
              line(first_day, each, "refused", R"({"reason":"PIN_INVALID"})")})
            made.entries.push_back(entry);
    keep(std::move(made));
    SealedElsewhere elsewhere(access(), {"orders.request|1", "orders.request|2"});
    std::vector<std::string> told;
    OrderMarks marks(elsewhere, [&](std::string text) { told.push_back(std::move(text)); });
    for (int look = 0; look < 2; ++look) {
        const auto figures = marks.figures(1, whole);
        ASSERT_TRUE(figures) << figures.error().message;
        ASSERT_EQ(figures->losing_carriers.size(), 2U);
        for (const auto& each : figures->losing_carriers)
            EXPECT_EQ(each.completed, each.carrier == "Bell" ? 1 : 2) << each.carrier;
    }
    ASSERT_EQ(told.size(), 1U) << "once";
    EXPECT_THAT(told[0], HasSubstr("the request of order " + id_text(1) + " does not open"));
}

TEST_P(OrderMarksTest, NameALosingCarrierByAnOrderThatStillHasIt) {
    Commit made;
    made.new_orders = {
        order(1, OrderKind::port, "Bell"), order(2, OrderKind::port, "Bell"),
        order(3, OrderKind::port, "", "rc-main"), order(4, OrderKind::port, "Videotron")
    };
    for (const auto& each : made.new_orders) {
        made.entries.push_back(line(first_day, each, "submit_wanted"));
        made.entries.push_back(
            line(first_day + days{each.id}, each, "state_changed", R"({"to":"completed"})")
        );
    }
    auto orders = made.new_orders;
    keep(std::move(made));
    const auto names = [&] {
        std::vector<std::string> out;
        for (const auto& each : OrderMarks(access()).figures(1, whole).value().losing_carriers)
            out.push_back(
                each.account + "|" + each.carrier + " " + std::to_string(each.completed)
            );
        return out;
    };
    EXPECT_THAT(names(), UnorderedElementsAre("|Bell 2", "rc-main| 1", "|Videotron 1"));
    Commit later;
    for (const auto at : {1U, 2U, 3U}) {
        auto& each = orders[at];
        ++each.version;
        each.request = R"({"losing_carrier":"Telus"})";  // the account stays: a correction cannot move it
        later.changed_orders.push_back(each);
        later.amended_orders.push_back(each);
    }
    keep(std::move(later));
    EXPECT_THAT(names(), UnorderedElementsAre("|Bell 2", "rc-main|Telus 1", "| 1"))
        << "no carrier has another's name";
}

TEST_P(OrderMarksTest, TakeInNothingMoreOnceTheyAreStopped) {
    const auto one = order(1, OrderKind::port, "Telus");
    Commit made;
    made.new_orders = {one};
    made.entries = {line(first_day, one, "created")};
    keep(std::move(made));
    OrderMarks marks(access());
    marks.stop();
    EXPECT_FALSE(marks.follow().value());
    EXPECT_FALSE(marks.figures(1, whole));
    EXPECT_TRUE(OrderMarks(access()).follow().value()) << "another start goes on";
}

TEST_P(OrderMarksTest, SayWhichOrdersWereRefusedForAReason) {
    Commit made;
    std::vector<Order> orders;
    for (Id id = 1; id <= 5; ++id)
        orders.push_back(
            order(id, id == 5 ? OrderKind::purchase : OrderKind::port, "Telus", "", id == 4 ? 2 : 1)
        );
    made.new_orders = orders;
    for (const auto& each : orders)
        made.entries.push_back(line(
            first_day, each, "state_changed",
            R"({"to":"exception","reasons":["PIN_INVALID","PIN_INVALID"]})"
        ));
    made.entries.push_back(line(first_day, orders[1], "refused", R"({"reason":"LOA_EXPIRED"})"));
    keep(std::move(made));
    EXPECT_THAT(refused(Reason::pin_invalid), ElementsAre(3, 2, 1));
    EXPECT_THAT(
        refused(
            Reason::pin_invalid,
            {.tenant = 1, .kind = OrderKind::port, .state = {}, .delivery = {}}, 3, 1
        ),
        ElementsAre(2)
    ) << "the next page";
    EXPECT_THAT(
        refused(
            Reason::pin_invalid, {.tenant = 2, .kind = OrderKind::port, .state = {}, .delivery = {}}
        ),
        ElementsAre(4)
    );
    EXPECT_THAT(
        refused(
            Reason::pin_invalid,
            {.tenant = 1, .kind = OrderKind::purchase, .state = {}, .delivery = {}}
        ),
        ElementsAre(5)
    );
    EXPECT_THAT(refused(Reason::loa_expired), ElementsAre(2));
    EXPECT_THAT(
        refused(
            Reason::loa_expired,
            {.tenant = 1, .kind = OrderKind::port, .state = OrderState::completed, .delivery = {}}
        ),
        IsEmpty()
    );
    EXPECT_THAT(refused(Reason::other), IsEmpty());
}

TEST_P(OrderMarksTest, LeaveRefusalsOfAnOrderToItsParts) {
    const auto whole_order = order(1, OrderKind::port, "Telus");
    Commit made;
    made.new_orders = {whole_order};
    made.entries = {line(first_day, whole_order, "refused", R"({"reason":"PIN_INVALID"})")};
    keep(std::move(made));
    EXPECT_THAT(refused(Reason::pin_invalid), ElementsAre(1));
    meddle("update orders set stage = 'parts' where id = 1");
    Commit later;
    later.entries = {line(first_day + hours{1}, whole_order, "split")};
    keep(std::move(later));
    EXPECT_THAT(refused(Reason::pin_invalid), IsEmpty());
    EXPECT_EQ(kept(), counted());
}

INSTANTIATE_TEST_SUITE_P(Both, OrderMarksTest, ::testing::Values("sqlite", "postgresql"));

}  // namespace
}  // namespace porteur
