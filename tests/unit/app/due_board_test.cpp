// SPDX-License-Identifier: Apache-2.0
// The list of due things, of a store on SQLite.
#include <gmock/gmock.h>

#include <unistd.h>

#include <filesystem>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "app/due_board.hpp"
#include "support/engine_world.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

const Instant today{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25}};

struct NoWriter : OutwardWriter {
    Async<Id> new_id() override { co_return 0; }
    Async<Result<void>> commit(Commit) override { co_return Result<void>{}; }
};

class DueBoardTest : public ::testing::Test {
protected:
    void SetUp() override {
        folder = std::filesystem::path(::testing::TempDir()) / ("due_" + std::to_string(getpid()));
        std::filesystem::create_directories(folder);
        auto opened = Store::open(
            {.address = "sqlite:" + (folder / "porteur.db").string(),
             .holder = "test",
             .beside = false},
            seal, [this](std::function<void()> run) { boost::asio::post(io, std::move(run)); }
        );
        ASSERT_TRUE(opened) << opened.error().message;
        store = std::move(*opened);
    }
    void TearDown() override {
        store.reset();
        std::filesystem::remove_all(folder);
    }
    void run_until(const std::function<bool()>& done) {
        const auto guard = boost::asio::make_work_guard(io);
        while (!done()) {
            io.restart();
            io.run_one_for(1s);
        }
    }
    static Order completed_port(Id id, Stage stage) {
        Order made;
        made.id = id;
        made.tenant = 1;
        made.kind = OrderKind::port;
        made.account = "acme";
        made.losing_account = "old";
        made.reference = "R-" + std::to_string(id);
        made.request = made.progress = "{}";
        made.state = OrderState::completed;
        made.stage = stage;
        made.created = made.updated = today;
        return made;
    }

    std::filesystem::path folder;
    testing::HexSeal seal;
    boost::asio::io_context io{1};
    std::unique_ptr<Store> store;
};

TEST_F(DueBoardTest, ListsACompletedPortAsLongAsItsNumbersHaveNotLeftTheLosingCarrier) {
    Commit made;
    made.new_orders.push_back(completed_port(1, Stage::none));
    made.new_orders.push_back(completed_port(2, Stage::release));
    made.new_orders.back().delivery = Delivery::waiting_for_person;
    made.new_orders.back().problem = "still at Old";
    made.new_orders.push_back(completed_port(3, Stage::release));
    made.new_orders.back().due = today + 1h;
    std::optional<Result<void>> done;
    store->commit(std::move(made), [&](Result<void> result) { done = std::move(result); });
    run_until([&] { return done.has_value(); });
    ASSERT_TRUE(*done) << (*done ? "" : done->error().message);

    NoWriter writer;
    DueBoard board(
        {.executor = io.get_executor(),
         .writer = writer,
         .store = *store,
         .now = [] { return today; },
         .rules = [](const Order&) { return DueRules{}; },
         .warn = [](const std::string& text) { ADD_FAILURE() << text; }}
    );
    board.start();
    run_until([&] { return board.complete(); });
    const auto due = board.due(1, {});
    ASSERT_TRUE(due) << due.error().message;
    std::vector<std::string> seen;
    for (const auto& each : *due)
        seen.push_back(
            std::to_string(each.order) + " " + std::string(each.what) + " " + each.account
        );
    ASSERT_THAT(
        seen, ElementsAre(
                  "3 " + std::string(due_words::follow_up) + " old",
                  "2 " + std::string(due_words::task) + " acme"
              )
    );
    EXPECT_EQ(due->back().text, "still at Old");
    board.stop();
    io.restart();
    while (io.run_one_for(10ms) > 0) {
    }
}

}  // namespace
}  // namespace porteur
