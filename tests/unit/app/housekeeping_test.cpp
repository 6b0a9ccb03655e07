// SPDX-License-Identifier: Apache-2.0
// What is old goes, and nothing else: on SQLite and on a PostgreSQL of the test's own.
#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "app/housekeeping.hpp"
#include "support/engine_world.hpp"
#include "support/postgres_server.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;

testing::PostgresServer& postgres() {
    static testing::PostgresServer server;
    return server;
}

const Instant today{std::chrono::sys_days{std::chrono::year{2026} / 11 / 25}};
constexpr auto retention = 24h * 90;

class HousekeepingTest : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        static int count = 0;
        const std::string name = "tidy_" + std::to_string(getpid()) + "_" + std::to_string(++count);
        if (GetParam() == std::string("postgresql") && !postgres().trouble().empty())
            GTEST_SKIP() << "PostgreSQL is left out: " << postgres().trouble();
        std::string address;
        if (GetParam() == std::string("sqlite")) {
            folder = std::filesystem::path(::testing::TempDir()) / name;
            std::filesystem::create_directories(folder);
            address = "sqlite:" + (folder / "porteur.db").string();
        } else {
            address = postgres().fresh_database(name);
        }
        auto opened = Store::open({.address = address, .holder = "test", .beside = false}, seal,
                                  [this](std::function<void()> run) { boost::asio::post(io, std::move(run)); });
        ASSERT_TRUE(opened) << opened.error().message;
        store = std::move(*opened);
        housekeeping = std::make_unique<Housekeeping>(
            io.get_executor(), *store, [] { return today; }, HousekeepingSettings{.retention = retention, .batch = 3}
        );
    }
    void TearDown() override {
        store.reset();
        if (!folder.empty()) std::filesystem::remove_all(folder);
    }

    void commit(Commit made) {
        std::optional<Result<void>> done;
        store->commit(std::move(made), [&](Result<void> result) { done = std::move(result); });
        run_until([&] { return done.has_value(); });
        ASSERT_TRUE(*done) << (*done ? "" : done->error().message);
    }
    void run_until(const std::function<bool()>& done) {
        const auto guard = boost::asio::make_work_guard(io);
        while (!done()) {
            io.restart();
            io.run_one_for(1s);
        }
    }
    /// An operation with a journal and a mail, begun an hour before its end.
    Id operation(Instant ended, Operation::State state = Operation::State::done) {
        static std::int64_t number = 0;
        Operation made;
        made.id = first_id_at(ended - 1h) + ++number;
        made.order = 7;
        made.tenant = 1;
        made.account = "acme";
        made.name = "check_port";
        made.build = "b";
        made.state = state;
        made.input = R"({"name":"Ann"})";
        made.output = R"({"state":"completed"})";
        made.began = ended - 1h;
        if (state == Operation::State::done || state == Operation::State::failed) made.ended = ended;
        Commit all;
        all.new_operations.push_back(made);
        all.journal.push_back({made.id, 1, 1, "raw request"});
        all.journal.push_back({made.id, 1, 2, "raw answer"});
        all.new_mails.push_back({.operation = made.id, .seq = 1, .tenant = 1, .order = 7, .message_id = "<" + std::to_string(made.id) + ">",
                                 .phase = "accepted", .reply = "250", .recipients = "[]", .mime = "the mail", .hash = "h", .tries = 1,
                                 .updated = ended, .reply_token = {}, .bounce = {}});
        all.new_waits.push_back({made.id, 2, 7, 1, made.id});
        commit(std::move(all));
        return made.id;
    }
    Id event(Instant at) {
        InboundEvent made{.id = first_id_at(at), .tenant = 1, .account = "acme", .source = "webhook", .keys = {{"ticket", "T-1"}, {"b", "c"}},
                          .body = "x", .at = at};
        Commit all;
        all.new_events.push_back(made);
        commit(std::move(all));
        return made.id;
    }
    /// One batch. @return whether there is another
    bool tidy() {
        std::optional<Result<bool>> done;
        boost::asio::co_spawn(io, housekeeping->tidy(), [&](std::exception_ptr, Result<bool> result) { done = std::move(result); });
        run_until([&] { return done.has_value(); });
        EXPECT_TRUE(*done) << (*done ? "" : done->error().message);
        return *done && **done;
    }
    bool whole(Id id) {
        const auto found = store->operation(id).value().value();
        const bool journal = found.journal.size() == 2, input = found.operation.input != "{}", mail = store->mail(id, 1).value()->mime == "the mail",
                   waits = !store->awaited_events(id).value().empty();
        EXPECT_TRUE(journal == input && input == mail && mail == waits) << "half of it is gone";
        return journal;
    }

    std::filesystem::path folder;
    testing::HexSeal seal;
    boost::asio::io_context io{1};
    std::unique_ptr<Store> store;
    std::unique_ptr<Housekeeping> housekeeping;
};

TEST_P(HousekeepingTest, KeepsASummaryOfWhatEndedBeforeTheRetention) {
    const auto old = operation(today - retention - 1h);
    ASSERT_TRUE(whole(old));
    EXPECT_FALSE(tidy());
    EXPECT_FALSE(whole(old));
    const auto left = store->operation(old).value()->operation;
    EXPECT_EQ(left.name, "check_port");
    EXPECT_EQ(left.state, Operation::State::done);
    EXPECT_EQ(left.output, R"({"state":"completed"})");
    EXPECT_EQ(left.ended, today - retention - 1h);
    EXPECT_EQ(store->mail(old, 1).value()->phase, "accepted") << "a reply to the mail still finds the order";
    EXPECT_EQ(store->operations_of(7).value().size(), 1u);
}

TEST_P(HousekeepingTest, TouchesNothingThatIsYoungOpenOrParked) {
    const auto young = operation(today - retention + 1h);
    const auto open = operation(today - retention - 24h, Operation::State::open);
    const auto parked = operation(today - retention - 24h, Operation::State::parked);
    while (tidy()) {}
    EXPECT_TRUE(whole(young));
    EXPECT_TRUE(whole(open));
    EXPECT_TRUE(whole(parked));
}

TEST_P(HousekeepingTest, GoesInBoundedBatchesAndBeginsAgainWhenItIsThrough) {
    std::vector<Id> old;
    for (int at = 0; at < 7; ++at) old.push_back(operation(today - retention - 1h * (at + 1), at == 3 ? Operation::State::open : Operation::State::failed));
    const auto done = [&] { return std::ranges::count_if(old, [&](Id id) { return !whole(id); }); };
    EXPECT_TRUE(tidy());
    EXPECT_LE(done(), 3);
    EXPECT_TRUE(tidy());
    EXPECT_FALSE(tidy());
    EXPECT_EQ(done(), 6);
    // The one that was open ends, and the next pass finds it.
    auto late = store->operation(old[3]).value()->operation;
    late.state = Operation::State::done;
    late.ended = today - retention - 1h;
    Commit made;
    made.changed_operations.push_back(late);
    commit(std::move(made));
    while (tidy()) {}
    EXPECT_EQ(done(), 7);
}

TEST_P(HousekeepingTest, DropsEventsThatNobodyWaitedFor) {
    const auto old = event(today - event_kept_for - 1h), young = event(today - 1h);
    while (tidy()) {}
    EXPECT_FALSE(*store->event(old));
    EXPECT_TRUE(*store->event(young));
    EXPECT_EQ(store->free_events(event_lookup(1, "acme", "webhook", "ticket", "T-1")).value().size(), 1u);
}

// ------------------------------------------------------------------ what hangs on no operation

TEST_P(HousekeepingTest, DropsOldKeysButThoseOfAnOrderThatHasNotEnded) {
    const auto order = [&](OrderState state) {
        static std::int64_t number = 100;
        Order made;
        made.id = first_id_at(today - retention - 24h) + ++number;
        made.tenant = 1;
        made.reference = "r" + std::to_string(number);
        made.account = "acme";
        made.state = state;
        made.request = made.progress = "{}";
        Commit all;
        all.new_orders.push_back(made);
        commit(std::move(all));
        return id_text(made.id);
    };
    const auto key = [&](const std::string& name, const std::string& body, Instant at) {
        Commit all;
        all.keys.push_back({.tenant = 1, .key = name, .fingerprint = "f", .status = 201, .body = body, .at = at});
        commit(std::move(all));
    };
    const auto old = today - retention - 1h;
    key("a-draft", R"({"id":")" + order(OrderState::draft) + R"(","numbers":[]})", old);
    key("b-open", R"({"order":{"id":")" + order(OrderState::submitted) + R"("}})", old);
    key("c-ended", R"({"id":")" + order(OrderState::completed) + R"("})", old);
    key("d-document", R"({"id":"doc-1"})", old);
    key("e-event", R"({"id":"01JD9Y4V8K3ZQ"})", old);
    key("f-young", R"({"id":"doc-2"})", today - retention + 1h);
    key("g-unreadable", "half of an ans", old);
    while (tidy()) {}
    std::string left;
    for (const char* name : {"a-draft", "b-open", "c-ended", "d-document", "e-event", "f-young", "g-unreadable"})
        if (store->idempotency(1, name).value()) left += std::string(name) + " ";
    EXPECT_EQ(left, "a-draft b-open f-young g-unreadable ");
}

TEST_P(HousekeepingTest, EmptiesDismissedMailsOfNoOrderAndTakesNoneOfThemTwice) {
    const auto mail = [&](const std::string& uid, const std::string& state, Id order, Instant updated) {
        static std::int64_t number = 0;
        InboxMail made{.id = first_id_at(updated) + ++number, .mailbox = "desk@mail.example", .uid = uid, .received = updated,
                       .sender = "ann@customer.example", .subject = "my number", .message_id = "<m>", .order = order,
                       .matched_by = "nothing", .reason = "nothing in it tells an order", .raw = "raw bytes", .state = state,
                       .updated = updated};
        Commit all;
        all.new_received.push_back(made);
        commit(std::move(all));
        return made.id;
    };
    const auto old = today - retention - 1h;
    const auto dismissed = mail("1", "settled", 0, old);
    const auto young = mail("2", "settled", 0, today - retention + 1h);
    const auto waits = mail("3", "waiting", 0, old);
    const auto of_order = mail("4", "settled", 7, old);
    std::vector<Id> many;
    for (int at = 0; at < 7; ++at) many.push_back(mail("many-" + std::to_string(at), "settled", 0, old));
    while (tidy()) {}
    const auto text = [&](Id id) {
        const auto found = store->received_mail(id).value().value();
        return found.sender + "|" + found.subject + "|" + found.raw;
    };
    EXPECT_EQ(text(dismissed), "||\r\n");
    for (const auto each : many) EXPECT_EQ(text(each), "||\r\n");
    for (const auto each : {young, waits, of_order}) EXPECT_EQ(text(each), "ann@customer.example|my number|raw bytes");
    EXPECT_EQ(store->mail_known("desk@mail.example", "1"), MailKnown::taken) << "it would be taken again";
}

TEST_P(HousekeepingTest, FindsAnOldKeyInTheNextPassWhenItsOrderHasEnded) {
    Order made;
    made.id = first_id_at(today - retention - 24h) + 900;
    made.tenant = 1;
    made.reference = "r900";
    made.account = "acme";
    made.request = made.progress = "{}";
    Commit all;
    all.new_orders.push_back(made);
    all.keys.push_back({.tenant = 1, .key = "k", .fingerprint = "f", .status = 201, .body = R"({"id":")" + id_text(made.id) + R"("})",
                        .at = today - retention - 1h});
    commit(std::move(all));
    while (tidy()) {}
    EXPECT_TRUE(store->idempotency(1, "k").value());
    made.state = OrderState::cancelled;
    ++made.version;
    Commit ended;
    ended.changed_orders.push_back(made);
    commit(std::move(ended));
    while (tidy()) {}
    EXPECT_FALSE(store->idempotency(1, "k").value());
}

TEST_P(HousekeepingTest, AsksOthersForWhatIsOldUntilTheyHaveNoMore) {
    std::vector<Instant> asked;
    housekeeping = std::make_unique<Housekeeping>(
        io.get_executor(), *store, [] { return today; },
        HousekeepingSettings{.retention = retention, .batch = 3, .more = [&](Instant before) -> Result<bool> {
            asked.push_back(before);
            return asked.size() < 3;
        }}
    );
    EXPECT_TRUE(tidy());
    EXPECT_TRUE(tidy());
    EXPECT_FALSE(tidy());
    EXPECT_EQ(asked, std::vector<Instant>(3, today - retention));
}

INSTANTIATE_TEST_SUITE_P(Both, HousekeepingTest, ::testing::Values("sqlite", "postgresql"), [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace porteur
