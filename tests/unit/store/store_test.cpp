// SPDX-License-Identifier: Apache-2.0
// The same tests on SQLite and on a PostgreSQL of the test's own.
#include <gtest/gtest.h>
#include <soci/postgresql/soci-postgresql.h>
#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <barrier>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <mutex>

#include "store/migrations.hpp"
#include "store/pg_rows.hpp"
#include "store/standing_book.hpp"
#include "store/store_access.hpp"
#include "store/upkeep.hpp"
#include "support/engine_world.hpp"
#include "support/postgres_server.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using testing::FailsWith;
using ::testing::HasSubstr;

testing::PostgresServer& postgres() {
    static testing::PostgresServer server;
    return server;
}

const Instant noon{std::chrono::milliseconds{1'790'000'000'000}};

class StoreTest : public ::testing::TestWithParam<const char*> {
protected:
    StoreTest() {
        static int count = 0;
        const std::string name = "store_" + std::to_string(getpid()) + "_" + std::to_string(++count);
        if (GetParam() == std::string("sqlite")) {
            folder = std::filesystem::path(::testing::TempDir()) / name;
            std::filesystem::create_directories(folder);
            address = "sqlite:" + (folder / "porteur.db").string();
        } else if (postgres().trouble().empty()) {
            address = postgres().fresh_database(name);
        }
    }
    ~StoreTest() override {
        store.reset();
        if (!folder.empty()) std::filesystem::remove_all(folder);
    }
    void SetUp() override {
        if (address.empty()) GTEST_SKIP() << "PostgreSQL is left out: " << postgres().trouble();
        open();
    }
    void open() {
        auto opened = Store::open({.address = address, .holder = "test", .beside = false}, seal, [](std::function<void()> run) { run(); });
        ASSERT_TRUE(opened) << opened.error().message;
        store = std::move(*opened);
    }
    Result<void> commit(Commit made) {
        std::promise<Result<void>> promise;
        auto done = promise.get_future();
        store->commit(std::move(made), [&](Result<void> result) { promise.set_value(std::move(result)); });
        return done.get();
    }
    static Order order(Id id) {
        Order made;
        made.id = id;
        made.tenant = 1;
        made.shard = 3;
        made.kind = OrderKind::purchase;
        made.reference = "ref-" + std::to_string(id);
        made.account = "acme";
        made.due = noon;
        made.request = R"({"name":"Société \"Générale\" \\ de Tests"})";
        made.progress = "{}";
        made.created = made.updated = noon;
        return made;
    }

    std::filesystem::path folder;
    std::string address;
    testing::HexSeal seal;
    std::unique_ptr<Store> store;
};

TEST_P(StoreTest, ASecretThatIsGivenAgainReplacesTheOneBefore) {
    Commit made;
    made.new_orders.push_back(order(7));
    made.secrets.push_back({.order = 7, .tenant = 1, .name = "pin", .value = "1234"});
    ASSERT_TRUE(commit(made));
    Commit again;
    again.secrets.push_back({.order = 7, .tenant = 1, .name = "pin", .value = "5678"});
    again.secrets.push_back({.order = 7, .tenant = 1, .name = "other", .value = "x"});
    const auto done = commit(again);
    ASSERT_TRUE(done) << done.error().message << ": a wrong PIN could not be corrected";
    EXPECT_EQ(store->order_secret(7, "pin").value(), "5678");
    EXPECT_EQ(store->order_secret(7, "other").value(), "x");
}

TEST_P(StoreTest, KnowsThePartsOfAnOrderAndWhichWholesAreOpen) {
    Commit made;
    for (const Id whole : {7, 8, 9}) made.new_orders.push_back(order(whole));
    const auto ends = [](Order& each) {
        each.state = OrderState::completed;
        each.due.reset();
    };
    ends(made.new_orders[1]);
    ends(made.new_orders[2]);
    for (const auto& [id, parent, stage] : {std::tuple<Id, Id, Stage>{71, 7, Stage::none}, {72, 7, Stage::none}, {81, 8, Stage::none}, {91, 9, Stage::release}}) {
        auto part = order(id);
        part.parent = parent;
        part.stage = stage;
        if (parent == 8) ends(part);
        made.new_orders.push_back(part);
    }
    ASSERT_TRUE(commit(made));
    const auto parts = store->parts_of(7).value();
    ASSERT_EQ(parts.size(), 2u);
    EXPECT_EQ(parts[0].id, 71);
    EXPECT_EQ(parts[1].parent, 7);
    auto open = store->open_parents().value();
    std::ranges::sort(open);
    EXPECT_EQ(open, (std::vector<Id>{7, 9}));
    EXPECT_TRUE(store->parts_of(0).value().empty()) << "most orders are no parts";
}

TEST_P(StoreTest, GivesAnOrderBackAsItWasWritten) {
    auto wanted = order(7);
    wanted.submitted = noon;
    wanted.problem = "quotes ' \" and \\ and {braces}, and a NULL";
    Commit made;
    made.new_orders.push_back(wanted);
    ASSERT_TRUE(commit(made));
    const auto found = store->order(7);
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->request, wanted.request);
    EXPECT_EQ((*found)->problem, wanted.problem);
    EXPECT_EQ((*found)->due, noon);
    EXPECT_EQ((*found)->submitted, noon);
    EXPECT_EQ((*found)->kind, OrderKind::purchase);
    EXPECT_EQ(store->order_by_reference(1, "ref-7").value()->id, 7);
    EXPECT_FALSE(*store->order(8));
}

TEST_P(StoreTest, WritesOneCommitWholeOrNotAtAll) {
    Commit first;
    first.new_orders.push_back(order(1));
    ASSERT_TRUE(commit(first));
    Commit second;
    second.new_orders.push_back(order(2));
    second.new_orders.push_back(order(1));  // is there already
    EXPECT_FALSE(commit(second));
    EXPECT_FALSE(*store->order(2)) << "half of a failed commit was kept";
}

TEST_P(StoreTest, FailsOnlyTheCommitThatIsAtFault) {
    std::vector<std::future<Result<void>>> results;
    std::vector<std::promise<Result<void>>> promises(20);
    for (int at = 0; at < 20; ++at) {
        results.push_back(promises[std::size_t(at)].get_future());
        Commit made;
        made.new_orders.push_back(order(at == 10 ? 5 : at + 1));  // the eleventh repeats an id
        store->commit(std::move(made), [&promises, at](Result<void> result) { promises[std::size_t(at)].set_value(std::move(result)); });
    }
    int failures = 0;
    for (auto& each : results) failures += each.get() ? 0 : 1;
    EXPECT_EQ(failures, 1);
}

TEST_P(StoreTest, CountsTheCommitsThatFailed) {
    Commit made;
    made.new_orders.push_back(order(1));
    ASSERT_TRUE(commit(made));
    EXPECT_EQ(store->counters().failed, 0u);
    EXPECT_FALSE(commit(made)) << "it is there already";
    EXPECT_EQ(store->counters().failed, 1u);
    EXPECT_EQ(store->counters().commits, 1u);
}

TEST_P(StoreTest, CountsTheBatchUnderWayAmongWhatWaits) {
    std::promise<Result<void>> promise;
    auto told = promise.get_future();
    auto beside = access_of(*store).change_with([&](soci::session& sql) {
        // Nothing is written beside this transaction: a disk, or a database, that stands.
        if (GetParam() == std::string("postgresql"))
            sql << "lock table orders in exclusive mode";
        else
            sql << "update orders set tries = tries where id = 0";
        Commit made;
        made.new_orders.push_back(order(1));
        store->commit(std::move(made), [&](Result<void> result) { promise.set_value(std::move(result)); });
        // The writer takes it from the queue within this time, and stands.
        EXPECT_EQ(told.wait_for(std::chrono::milliseconds(300)), std::future_status::timeout);
        EXPECT_EQ(store->backlog(), 1u);
    });
    ASSERT_TRUE(beside) << beside.error().message;
    ASSERT_TRUE(told.get());
    EXPECT_EQ(store->backlog(), 0u);
}

TEST_P(StoreTest, TellsDoubtsThatAreLookedUpFromThoseThatWaitForAPerson) {
    Commit made;
    for (const Id id : {1, 2, 3, 4, 5}) {
        auto each = order(id);
        each.delivery = id == 5 ? Delivery::idle : Delivery::in_doubt;
        each.open_operation = 100 + id;
        each.updated = noon + std::chrono::minutes(id);
        if (id == 2) each.due.reset();
        if (id == 3) each.open_operation = 0;
        if (id == 4) each.stage = Stage::parts;
        made.new_orders.push_back(std::move(each));
    }
    ASSERT_TRUE(commit(made));
    const auto found = StandingBook(access_of(*store)).in_doubt();
    ASSERT_TRUE(found) << found.error().message;
    ASSERT_EQ(found->size(), 3u) << "an order in parts is none itself";
    EXPECT_EQ(found->at(0).id, 1);
    EXPECT_TRUE(found->at(0).looked_up);
    EXPECT_EQ(found->at(0).changed, noon + std::chrono::minutes(1));
    EXPECT_FALSE(found->at(1).looked_up) << "without a time nobody looks";
    EXPECT_FALSE(found->at(2).looked_up) << "without an operation nobody looks";
}

TEST_P(StoreTest, RefusesAChangeOfARowThatIsNotThere) {
    Commit made;
    made.changed_orders.push_back(order(99));
    EXPECT_THAT(commit(made), FailsWith(ErrorKind::unavailable, HasSubstr("not there")));
}

TEST_P(StoreTest, TakesTwoChangesOfOneOrderInTheirOrder) {
    Commit made;
    made.new_orders.push_back(order(1));
    ASSERT_TRUE(commit(made));
    std::promise<void> last;
    for (int version = 2; version <= 30; ++version) {
        auto changed = order(1);
        changed.version = version;
        Commit each;
        each.changed_orders.push_back(changed);
        store->commit(std::move(each), [&, version](Result<void>) {
            if (version == 30) last.set_value();
        });
    }
    last.get_future().wait();
    EXPECT_EQ(store->order(1).value()->version, 30);
}

TEST_P(StoreTest, TakesWhatIsMadeAndGoesOnInOneTransaction) {
    // All are given before the writer has taken the first: most of them share a transaction.
    constexpr int orders = 40;
    std::promise<void> last;
    for (Id id = 1; id <= orders; ++id) {
        Commit made, ends, moves, done;
        auto each = order(id);
        made.new_orders.push_back(each);
        each.version = 2;
        each.request = "is not written again";
        each.progress = R"({"state":"submitted"})";
        ends.changed_orders.push_back(each);
        ends.new_operations.push_back({.id = 1000 + id, .order = id, .tenant = 1, .shard = 0, .account = "acme", .name = "check",
                                       .build = "b", .state = Operation::State::open, .input = "{}", .output = "{}", .deaths = 0, .began = noon, .ended = {}});
        each.version = 3;
        each.progress = "{}";
        each.carrier_id = "C-" + std::to_string(id);
        moves.moved_orders.push_back(each);
        auto ended = ends.new_operations.front();
        ended.state = Operation::State::done;
        done.changed_operations.push_back(ended);
        for (auto* commit : {&made, &ends, &moves}) store->commit(std::move(*commit), {});
        store->commit(std::move(done), [&, id](Result<void> result) {
            EXPECT_TRUE(result);
            if (id == orders) last.set_value();
        });
    }
    last.get_future().wait();
    for (Id id = 1; id <= orders; ++id) {
        const auto now = store->order(id).value().value();
        EXPECT_EQ(now.version, 3);
        EXPECT_EQ(now.request, order(id).request);
        EXPECT_EQ(now.progress, R"({"state":"submitted"})");
        EXPECT_EQ(now.carrier_id, "C-" + std::to_string(id));
        EXPECT_EQ(store->operation(1000 + id).value()->operation.state, Operation::State::done);
    }
}

TEST_P(StoreTest, KeepsAWebhookWithItsSecretSealed) {
    Webhook hook{.id = 77, .tenant = 1, .url = "https://hooks.example/\"in\"?key=k1", .description = "Rechnungen à l'été",
                 .kinds = {"port.*", "deadline.missed"}, .secret = "whsec_c2VjcmV0", .old_secret = "whsec_b2xk",
                 .old_until = noon + std::chrono::hours{24}, .created = noon, .updated = noon, .state = {}};
    hook.state.cursor = 5;
    Commit made;
    made.new_webhooks.push_back(hook);
    ASSERT_TRUE(commit(made));
    EXPECT_THAT(*store->webhooks(), ::testing::ElementsAre(hook));
    EXPECT_GE(*store->newest_id(), 77) << "its id could be given again";

    hook.state = {.cursor = 9, .off = "failing", .tries = 3, .retry_at = noon, .failing_since = noon,
                  .delivered_at = noon, .status = 503, .problem = "it answered 503"};
    Commit moved;
    moved.moved_webhooks.push_back(hook);
    ASSERT_TRUE(commit(moved));
    hook.url = "https://hooks.example/other";
    hook.old_secret.clear();
    hook.old_until.reset();
    hook.updated = noon + std::chrono::hours{1};
    Commit changed;
    changed.changed_webhooks.push_back(hook);
    ASSERT_TRUE(commit(changed));
    EXPECT_THAT(*store->webhooks(), ::testing::ElementsAre(hook));
    if (!folder.empty()) {
        std::string disk;
        for (const auto& each : std::filesystem::directory_iterator(folder)) {
            std::ifstream file(each.path(), std::ios::binary);
            disk.append(std::istreambuf_iterator<char>(file), {});
        }
        EXPECT_THAT(disk, ::testing::Not(::testing::HasSubstr("whsec_")));
    }

    Commit gone;
    gone.dropped_webhooks.push_back(77);
    ASSERT_TRUE(commit(gone));
    EXPECT_THAT(*store->webhooks(), ::testing::IsEmpty());
}

TEST_P(StoreTest, GivesTheOpenOrdersOfATenantInTurn) {
    Commit made;
    for (Id id = 1; id <= 4; ++id) {
        auto each = order(id);
        each.due = noon + std::chrono::seconds{10 - id};
        if (id == 2) each.state = OrderState::completed;
        if (id == 3) each.tenant = 2;
        made.new_orders.push_back(each);
    }
    ASSERT_TRUE(commit(made));
    const auto ids = [](const auto& rows) {
        std::vector<Id> out;
        for (const auto& each : rows) out.push_back(each.id);
        return out;
    };
    EXPECT_THAT(ids(*store->open_orders(1, 0, 10)), ::testing::ElementsAre(1, 4));
    EXPECT_THAT(ids(*store->open_orders(1, 1, 10)), ::testing::ElementsAre(4));
    EXPECT_THAT(ids(*store->open_orders(0, 0, 2)), ::testing::ElementsAre(1, 3));
    Commit watched;
    watched.new_orders.push_back(order(5));
    watched.new_orders.back().state = OrderState::completed;
    watched.new_orders.back().stage = Stage::release;
    watched.new_orders.back().losing_account = "old";
    watched.new_orders.back().due = noon + std::chrono::seconds{20};
    ASSERT_TRUE(commit(watched));
    EXPECT_THAT(ids(*store->open_orders(1, 1, 10)), ::testing::ElementsAre(4, 5)) << "its numbers have not left";
    EXPECT_EQ(store->next_looks(1, 10)->back().account, "old");
    EXPECT_THAT(ids(*store->next_looks(1, 10)), ::testing::ElementsAre(4, 2, 1, 5));
    EXPECT_THAT(ids(*store->next_looks(1, 1)), ::testing::ElementsAre(4));
}

TEST_P(StoreTest, TakesNoChangeOverOneThatItHasNotSeen) {
    Commit made;
    made.new_orders.push_back(order(1));
    ASSERT_TRUE(commit(made));
    auto changed = order(1);
    changed.version = 3;
    for (const bool moved : {false, true}) {
        Commit skips;
        (moved ? skips.moved_orders : skips.changed_orders).push_back(changed);
        EXPECT_THAT(commit(skips), FailsWith(ErrorKind::unavailable, HasSubstr("not as it was")));
    }
    EXPECT_EQ(store->order(1).value()->version, 1);
}

TEST_P(StoreTest, FailsACommitWhereTheOneBeforeItFailed) {
    Commit made;
    made.new_orders.push_back(order(1));
    ASSERT_TRUE(commit(made));
    auto changed = order(1);
    changed.version = 2;
    Commit first;
    first.moved_orders.push_back(changed);
    first.new_orders.push_back(order(1));  // is there already: all of it fails
    changed.version = 3;
    Commit second;
    second.moved_orders.push_back(changed);
    std::promise<Result<void>> one, two;
    store->commit(std::move(first), [&](Result<void> result) { one.set_value(std::move(result)); });
    store->commit(std::move(second), [&](Result<void> result) { two.set_value(std::move(result)); });
    EXPECT_FALSE(one.get_future().get());
    EXPECT_FALSE(two.get_future().get());
    EXPECT_EQ(store->order(1).value()->version, 1);
}

TEST_P(StoreTest, KeepsWhatTheCarrierSaidWhenAnOrderOnlyMoves) {
    auto said = order(1);
    said.progress = R"({"state":"submitted"})";
    Commit made;
    made.new_orders.push_back(said);
    ASSERT_TRUE(commit(made));
    said.version = 2;
    said.delivery = Delivery::sending;
    said.progress = "{}";
    Commit moves;
    moves.moved_orders.push_back(said);
    ASSERT_TRUE(commit(moves));
    const auto now = store->order(1).value().value();
    EXPECT_EQ(now.delivery, Delivery::sending);
    EXPECT_EQ(now.progress, R"({"state":"submitted"})");
}

TEST_P(StoreTest, KeepsAJournalInItsOrderWithEveryByte) {
    Operation operation;
    operation.id = 11;
    operation.order = 7;
    operation.tenant = 1;
    operation.account = "acme";
    operation.name = "purchase";
    operation.build = std::string(64, 'a');
    operation.input = "{}";
    operation.output = "{}";
    operation.began = noon;
    Commit made;
    made.new_operations.push_back(operation);
    std::string bytes;
    for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
    made.journal.push_back({11, 1, 1, bytes});
    made.journal.push_back({11, 1, 2, "second"});
    ASSERT_TRUE(commit(made));
    const auto found = store->operation(11);
    ASSERT_TRUE(found && *found);
    ASSERT_EQ((*found)->journal.size(), 2u);
    EXPECT_EQ((*found)->journal[0].payload, bytes);
    EXPECT_EQ((*found)->journal[1].payload, "second");
    EXPECT_EQ((*found)->operation.state, Operation::State::open);
}

TEST_P(StoreTest, WritesTheLongSettingsOfManyOperationsOnce) {
    const auto settings_of = [](char letter) { return R"(,"settings":{"countries":")" + std::string(12'000, letter) + R"("}})"; };
    const auto operation_of = [](Id id, const std::string& settings) {
        Operation made;
        made.id = id;
        made.order = 7;
        made.tenant = 1;
        made.account = "acme";
        made.name = "purchase";
        made.build = std::string(64, 'a');
        made.input = R"({"input":{"reference":"r","settings":{}})" + settings;
        made.output = "{}";
        made.began = noon;
        return made;
    };
    const auto in_store = [&](const std::string& question) {
        soci::session sql = folder.empty() ? soci::session(soci::postgresql, address.substr(address.find(':') + 1))
                                           : soci::session(soci::sqlite3, "db=" + (folder / "porteur.db").string());
        long long number = 0;
        sql << question, soci::into(number);
        return number;
    };
    const auto rows = [&] { return in_store("select count(*) from operation_settings"); };

    // A transaction that fails leaves nothing, and the next has to write the settings all the same.
    Commit fails;
    fails.new_operations.push_back(operation_of(10, settings_of('a')));
    fails.changed_orders.push_back(order(99));
    EXPECT_FALSE(commit(fails));
    EXPECT_EQ(rows(), 0);

    Commit made;
    for (const Id id : {11, 12, 13}) made.new_operations.push_back(operation_of(id, settings_of('a')));
    ASSERT_TRUE(commit(made));
    Commit more;
    more.new_operations.push_back(operation_of(14, settings_of('a')));
    more.new_operations.push_back(operation_of(15, settings_of('b')));
    more.new_operations.push_back(operation_of(16, R"(,"settings":{"countries":"short"}})"));
    ASSERT_TRUE(commit(more));
    EXPECT_EQ(rows(), 2);
    EXPECT_LT(in_store("select max(length(input)) from operations"), 1000);
    const auto before = store->dump().value();
    store.reset();
    open();
    EXPECT_EQ(store->dump().value(), before);
    for (const Id id : {11, 12, 13, 14})
        EXPECT_EQ(store->operation(id).value()->operation.input, operation_of(id, settings_of('a')).input);
    EXPECT_EQ(store->operation(15).value()->operation.input, operation_of(15, settings_of('b')).input);
    EXPECT_EQ(store->operation(16).value()->operation.input, operation_of(16, R"(,"settings":{"countries":"short"}})").input);

    // Begun after a restart, an operation of the same settings adds none.
    Commit later;
    later.new_operations.push_back(operation_of(17, settings_of('a')));
    ASSERT_TRUE(commit(later));
    EXPECT_EQ(rows(), 2);
    EXPECT_EQ(store->operation(17).value()->operation.input, operation_of(17, settings_of('a')).input);
    EXPECT_EQ(store->integrity().value(), "ok");
}

TEST_P(StoreTest, MakesForeignBytesFitForAText) {
    auto foreign = order(1);
    foreign.problem = std::string("latin1 \xE9, NUL \0, overlong \xC0\xAF end", 31);
    Commit made;
    made.new_orders.push_back(foreign);
    ASSERT_TRUE(commit(made));
    EXPECT_EQ(store->order(1).value()->problem, "latin1 ?, NUL ?, overlong ?? en");
}

TEST_P(StoreTest, ListsNewestFirstAPageAtATime) {
    Commit made;
    for (Id id = 1; id <= 25; ++id) made.new_orders.push_back(order(id));
    ASSERT_TRUE(commit(made));
    const auto first = store->orders({.tenant = 1, .kind = OrderKind::purchase, .state = {}, .delivery = {}}, 0, 10).value();
    ASSERT_EQ(first.size(), 10u);
    EXPECT_EQ(first.front().id, 25);
    const auto second = store->orders({.tenant = 1, .kind = {}, .state = OrderState::draft, .delivery = {}}, first.back().id, 10).value();
    EXPECT_EQ(second.front().id, 15);
    EXPECT_TRUE(store->orders({.tenant = 2, .kind = {}, .state = {}, .delivery = {}}, 0, 10).value().empty());
}

InboxMail received(Id id, const std::string& uid) {
    InboxMail mail;
    mail.id = id;
    mail.mailbox = "desk@mail.example";
    mail.uid = uid;
    mail.received = mail.updated = noon;
    mail.sender = "desk@carrier.example";
    mail.subject = "Réf. \"po-9\"";
    mail.message_id = "<a@b>";
    mail.matched_by = "nothing";
    mail.reason = "nothing in it tells an order";
    mail.raw = std::string("Subject: x\r\n\r\n\xff\0 bytes", 21);
    mail.state = "waiting";
    return mail;
}

TEST_P(StoreTest, TakesAMailOfAMailboxOnce) {
    Commit first;
    first.new_received.push_back(received(1, "uid-1"));
    ASSERT_TRUE(commit(first));
    Commit again;
    again.new_received.push_back(received(2, "uid-1"));
    again.new_orders.push_back(order(9));
    EXPECT_FALSE(commit(again)) << "one mail was taken twice";
    EXPECT_FALSE(*store->order(9));
    auto elsewhere = received(3, "uid-1");
    elsewhere.mailbox = "other@mail.example";
    Commit other;
    other.new_received.push_back(elsewhere);
    EXPECT_TRUE(commit(other)) << "uids are one mailbox's own";

    EXPECT_EQ(store->mail_known("desk@mail.example", "uid-1"), MailKnown::taken);
    EXPECT_EQ(store->mail_known("desk@mail.example", "uid-2"), MailKnown::no);
    const auto found = store->received_mail(1);
    ASSERT_TRUE(found && *found) << found.error().message;
    EXPECT_EQ((*found)->raw, first.new_received[0].raw);
    EXPECT_EQ((*found)->subject, first.new_received[0].subject);
    EXPECT_EQ((*found)->received, noon);
    EXPECT_EQ((*found)->proposals, "[]");
}

TEST_P(StoreTest, TellsAMailThatWasLeftAtTheServerFromOneThatWasTaken) {
    auto large = received(1, "uid-1");
    large.raw.clear();
    Commit made;
    made.new_received.push_back(large);
    ASSERT_TRUE(commit(made));
    EXPECT_EQ(store->mail_known("desk@mail.example", "uid-1"), MailKnown::left_there) << "it would be deleted at the server";
}

TEST_P(StoreTest, ListsMailsByWhatBecameOfThem) {
    Commit made;
    for (Id id = 1; id <= 4; ++id) made.new_received.push_back(received(id, "uid-" + std::to_string(id)));
    made.new_received[3].state = "matched";
    made.new_received[3].order = 7;
    made.new_received[2].tenant = 2;
    ASSERT_TRUE(commit(made));
    const auto waiting = store->received_mails({.tenant = 1, .state = "waiting", .order = 0}, 0, 10);
    ASSERT_TRUE(waiting) << waiting.error().message;
    ASSERT_EQ(waiting->size(), 2U);
    EXPECT_EQ(waiting->front().id, 2);
    EXPECT_TRUE(waiting->front().raw.empty()) << "a list reads no bytes";
    EXPECT_EQ(store->received_mails({.tenant = {}, .state = {}, .order = 7}, 0, 10)->size(), 1U);
    EXPECT_EQ(store->received_mails({.tenant = {}, .state = {}, .order = 0}, 3, 1)->front().id, 2);

    auto settled = waiting->front();
    settled.state = "settled";
    settled.order = 9;
    settled.matched_by = "person";
    settled.reading = R"({"state":"in_review"})";
    Commit change;
    change.changed_received.push_back(settled);
    ASSERT_TRUE(commit(change));
    EXPECT_EQ((*store->received_mail(2))->order, 9);
    EXPECT_EQ((*store->received_mail(2))->reading, settled.reading);
    EXPECT_FALSE((*store->received_mail(2))->raw.empty()) << "its bytes were lost by a change of its state";
    EXPECT_EQ(store->received_counts()->at("waiting"), 2);
}

TEST_P(StoreTest, KnowsMailsThatWereWrittenByOrderTokenAndBounce) {
    OutboxMail sent;
    sent.operation = 5;
    sent.seq = 2;
    sent.tenant = 1;
    sent.order = 7;
    sent.message_id = "<7.send.1.aa@porteur.example>";
    sent.phase = "accepted";
    sent.recipients = "[\"desk@carrier.example\"]";
    sent.mime = "Subject: x";
    sent.reply_token = "abcdefgh23456777";
    sent.updated = noon;
    Commit made;
    made.new_mails.push_back(sent);
    ASSERT_TRUE(commit(made));
    EXPECT_EQ(store->order_by_reply_token("abcdefgh23456777").value(), 7);
    EXPECT_FALSE(store->order_by_reply_token("").value()) << "no token is nobody's";
    sent.bounce = "desk@carrier.example: 5.1.1";
    sent.phase = "data_sent";  // not for a bounce to change
    Commit bounce;
    bounce.bounced_mails.push_back(sent);
    ASSERT_TRUE(commit(bounce));
    const auto found = store->mails_of(7);
    ASSERT_TRUE(found && found->size() == 1) << found.error().message;
    EXPECT_EQ(found->front().bounce, sent.bounce);
    EXPECT_EQ(found->front().phase, "accepted");
}

TEST_P(StoreTest, ListsTheOpenOrdersOfAnAccount) {
    Commit made;
    for (Id id = 1; id <= 4; ++id) {
        made.new_orders.push_back(order(id));
        made.new_orders.back().state = id == 1 ? OrderState::completed : OrderState::in_review;
    }
    made.new_orders[1].account = "other";
    ASSERT_TRUE(commit(made));
    EXPECT_EQ(store->open_orders_of("acme", 10), (std::vector<Id>{4, 3}));
    EXPECT_EQ(store->open_orders_of("acme", 1), (std::vector<Id>{4}));
}

TEST_P(StoreTest, KnowsWhatIsDueEarliestFirst) {
    Commit made;
    for (Id id = 1; id <= 3; ++id) {
        auto each = order(id);
        each.due = noon + std::chrono::seconds(10 - id);
        made.new_orders.push_back(each);
    }
    auto idle = order(4);
    idle.due.reset();
    made.new_orders.push_back(idle);
    ASSERT_TRUE(commit(made));
    const auto due = store->due_orders().value();
    ASSERT_EQ(due.size(), 3u);
    EXPECT_EQ(due[0].id, 3);
    EXPECT_EQ(due[2].id, 1);
}

TEST_P(StoreTest, LetsNobodyElseHoldIt) {
    auto second = Store::open({.address = address, .holder = "second", .beside = false}, seal, [](std::function<void()> run) { run(); });
    EXPECT_THAT(second, FailsWith(ErrorKind::unavailable, HasSubstr("holds the store")));
    EXPECT_TRUE(Store::open({.address = address, .holder = "admin", .beside = true}, seal, [](std::function<void()> run) { run(); }));
}

TEST_P(StoreTest, WaitsForTheSessionOfItsLastHolderToEnd) {
    store.reset();
    if (!folder.empty()) {  // the lock of a file goes with whoever held it, at once
        open();
        return;
    }
    const auto connect = [&] { return std::make_unique<soci::session>(soci::postgresql, address.substr(address.find(':') + 1)); };
    auto last = connect();
    *last << "select pg_advisory_lock(" << 0x504F5254 << ")";
    std::thread next([&] { open(); });
    auto onlooker = connect();
    for (int waiting = 0; waiting == 0;)
        *onlooker << "select count(*) from pg_locks where locktype = 'advisory' and not granted and database = "
                     "(select oid from pg_database where datname = current_database())",
            soci::into(waiting);
    last.reset();
    next.join();
    EXPECT_TRUE(store);
}

TEST_P(StoreTest, IsBroughtToThisFormByWhoeverComesFirst) {
    store.reset();
    address = folder.empty() ? postgres().fresh_database("store_" + std::to_string(getpid()) + "_empty")
                             : "sqlite:" + (folder / "empty.db").string();
    const auto beside = [&] {
        return Store::open({.address = address, .holder = "admin", .beside = true}, seal, [](std::function<void()> run) { run(); });
    };
    EXPECT_TRUE(beside()) << "nobody holds it: the table of tokens is made before the daemon starts";
    open();
    EXPECT_TRUE(beside()->get()->tokens());
}

TEST_P(StoreTest, IsNotMigratedUnderTheFeetOfItsHolder) {
    soci::session sql = folder.empty() ? soci::session(soci::postgresql, address.substr(address.find(':') + 1))
                                       : soci::session(soci::sqlite3, "db=" + (folder / "porteur.db").string());
    sql << "delete from schema_version where number = " << newest_migration();
    EXPECT_THAT(Store::open({.address = address, .holder = "admin", .beside = true}, seal, [](std::function<void()> run) { run(); }),
                FailsWith(ErrorKind::unavailable, HasSubstr("has not brought it to this build's form")));
}

TEST_P(StoreTest, IsTheSameAfterItWasOpenedAgain) {
    Commit made;
    made.new_orders.push_back(order(1));
    made.entries.push_back({5, 1, 1, noon, "api", "purchase.created", "made", "{}"});
    made.secrets.push_back({1, 1, "pin", "135790"});
    made.keys.push_back({1, "key", "print", 201, "{}", noon});
    ASSERT_TRUE(commit(made));
    const auto before = store->dump().value();
    store.reset();
    open();
    EXPECT_EQ(store->dump().value(), before);
    EXPECT_EQ(store->order_secret(1, "pin").value(), "135790");
    EXPECT_EQ(store->idempotency(1, "key").value()->status, 201);
    EXPECT_EQ(store->newest_entry().value(), 5);
    EXPECT_EQ(store->integrity().value(), "ok");
}

TEST_P(StoreTest, KeepsTokensAsHashesAndForgetsRevokedOnesNever) {
    TokenRow token;
    token.id = 1;
    token.tenant = 1;
    token.name = "anna";
    token.hash = std::string(64, 'b');
    token.scope = "operator";
    token.created = noon;
    ASSERT_TRUE(store->add_token(token));
    EXPECT_EQ(store->token_by_hash(token.hash).value()->name, "anna");
    EXPECT_FALSE(store->token_by_hash(token.hash).value()->revoked);
    ASSERT_TRUE(store->revoke_token(1, noon));
    EXPECT_EQ(store->token_by_hash(token.hash).value()->revoked, noon);
    EXPECT_FALSE(*store->token_by_hash("other"));
}

// The statements of these questions stay with their connection.
TEST_P(StoreTest, AnswersAFrequentQuestionAfreshEachTimeAndLeavesNoFileOpen) {
    Commit made;
    made.new_orders = {order(7), order(8)};
    made.new_orders[1].due.reset();
    made.new_orders[1].request = "{}";
    ASSERT_TRUE(commit(made));
    for (int time = 0; time < 3; ++time) {
        const auto first = store->order(7).value(), second = store->order(8).value();
        EXPECT_EQ(first->due, noon);
        EXPECT_EQ(first->request, order(7).request);
        EXPECT_FALSE(second->due);
        EXPECT_EQ(second->request, "{}");
        EXPECT_FALSE(*store->order(9));
        EXPECT_EQ(store->order_by_reference(1, "ref-8").value()->id, 8);
        EXPECT_FALSE(*store->order_by_reference(2, "ref-8"));
    }
    Commit later;
    later.new_orders = {order(9)};
    ASSERT_TRUE(commit(later));
    EXPECT_EQ(store->order(9).value()->reference, "ref-9");

    store.reset();
    if (folder.empty()) return;
    for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        EXPECT_NE(std::filesystem::read_symlink(each.path(), gone).parent_path(), folder) << each.path();
    }
}

TEST_P(StoreTest, KeepsADocumentWithItsDates) {
    using namespace std::chrono;
    DocumentRow row{.id = "doc-1", .tenant = 1, .about = {}, .created = noon};
    row.about.id = row.id;
    row.about.type = "registration";
    row.about.name = "Kbis Société Générale.pdf";
    row.about.issued_on = year{2026} / 10 / 1;
    row.about.expires_on = year{2027} / 1 / 31;
    ASSERT_TRUE(store->add_document(row));
    // As porteurd wrote them before documents had a last day.
    {
        soci::session sql = folder.empty() ? soci::session(soci::postgresql, address.substr(address.find(':') + 1))
                                           : soci::session(soci::sqlite3, "db=" + (folder / "porteur.db").string());
        sql << "insert into documents (id, tenant_id, about, created_at) values ('doc-0', 1, "
               "'{\"content_type\":\"application/pdf\",\"id\":\"doc-0\",\"name\":\"loa.pdf\",\"sha256\":\"ab\",\"signed_on\":\"2026-11-20\",\"size\":8,\"type\":\"loa\"}', 7)";
    }
    store.reset();
    open();
    const auto kept = store->document("doc-1");
    ASSERT_TRUE(kept && *kept);
    EXPECT_EQ((*kept)->about, row.about);
    const auto older = store->document("doc-0");
    ASSERT_TRUE(older && *older);
    EXPECT_EQ((*older)->about.signed_on, year{2026} / 11 / 20);
    EXPECT_EQ((*older)->about.expires_on, std::nullopt);
}

TEST_P(StoreTest, GivesEachOfManyItsOwnAnswerWhileOthersAreUnderWay) {
    constexpr Id count = 140;
    std::mutex mutex;
    std::condition_variable all;
    std::map<std::pair<Id, std::int64_t>, bool> answers;  // by order and version: whether it was written
    const auto send = [&](Commit made, Id id, std::int64_t version) {
        store->commit(std::move(made), [&, id, version](Result<void> result) {
            std::lock_guard lock(mutex);
            answers[{id, version}] = result.has_value();
            all.notify_one();
        });
    };
    // Every seventh has the reference of another; each other is changed twice at once, and then once from a
    // version that it does not have.
    for (Id id = 1; id <= count; ++id) {
        Commit made;
        auto mine = order(id);
        if (id % 7 == 0) mine.reference = "ref-1";
        made.new_orders.push_back(mine);
        send(std::move(made), id, 1);
        for (const std::int64_t version : {2, 3, 9}) {
            mine.version = version;
            mine.tries = version;
            Commit changed;
            (version == 2 ? changed.moved_orders : changed.changed_orders).push_back(mine);
            send(std::move(changed), id, version);
        }
    }
    std::unique_lock lock(mutex);
    all.wait(lock, [&] { return answers.size() == count * 4; });
    for (Id id = 1; id <= count; ++id) {
        const bool made = id % 7 != 0;
        EXPECT_EQ((answers[{id, 1}]), made) << id;
        EXPECT_EQ((answers[{id, 2}]), made) << id;
        EXPECT_EQ((answers[{id, 3}]), made) << id;
        EXPECT_FALSE((answers[{id, 9}])) << id;
        const auto found = store->order(id).value();
        ASSERT_EQ(found.has_value(), made) << id;
        if (made) EXPECT_EQ(found->version, 3);
    }
}

// On PostgreSQL a lock goes with the session that wrote: Leases.* of crash_points_test ends such sessions.
using StoreDeathTest = StoreTest;

TEST_P(StoreDeathTest, WritesNothingMoreOnceAnotherHasTakenTheLease) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    store.reset();
    EXPECT_EXIT(
        {
            open();
            const auto database = (folder / "porteur.db").string();
            const std::string take = "sqlite3 " + database + " \"update leases set holder = 'other', epoch = epoch + 1\"";
            if (std::system(take.c_str()) != 0) std::_Exit(1);
            Commit made;
            made.new_orders.push_back(order(1));
            (void)commit(made);
            std::_Exit(2);
        },
        ::testing::ExitedWithCode(70), "taken the store over"
    );
}

TEST_P(StoreTest, CountsWhatTheDatabaseRefusedBesideTheEnginesCommits) {
    const DocumentRow row{.id = "d", .tenant = 1, .about = {}, .created = noon};
    ASSERT_TRUE(store->add_document(row));
    EXPECT_EQ(store->counters().failed, 0u);
    EXPECT_FALSE(store->add_document(row));
    EXPECT_EQ(store->counters().failed, 1u);
}

TEST_P(StoreTest, KeepsTheLastPenaltyOfEachAccount) {
    auto& upkeep = upkeep_of(*store);
    EXPECT_TRUE(upkeep.penalties().value().empty());
    ASSERT_TRUE(upkeep.keep_penalty("ringcentral", noon + std::chrono::minutes(1)));
    ASSERT_TRUE(upkeep.keep_penalty("thinktel", noon));
    ASSERT_TRUE(upkeep.keep_penalty("ringcentral", noon + std::chrono::minutes(2)));
    store.reset();
    open();
    const std::map<std::string, Instant> expected{{"ringcentral", noon + std::chrono::minutes(2)}, {"thinktel", noon}};
    EXPECT_EQ(upkeep_of(*store).penalties().value(), expected);
}

TEST_P(StoreDeathTest, EndsWhenItsLockFileWasRemovedThoughNobodyHasTakenItOverYet) {
    if (GetParam() == std::string("postgresql")) GTEST_SKIP() << "its lock is a session, which no file stands for";
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    store.reset();
    EXPECT_EXIT(
        {
            open();
            std::filesystem::remove(folder / "porteur.db.lock");
            Commit made;
            made.new_orders.push_back(order(1));
            (void)commit(made);
            std::_Exit(2);
        },
        ::testing::ExitedWithCode(70), "lock file of the store was removed"
    );
    open();
    EXPECT_FALSE(*store->order(1)) << "it was written";
}

TEST_P(StoreDeathTest, WritesNothingBesideItsCommitsEitherOnceAnotherHasTakenTheLease) {
    std::filesystem::remove(folder / "porteur.db.lock");
    auto other = Store::open({.address = address, .holder = "other", .beside = false}, seal, [](std::function<void()> run) { run(); });
    ASSERT_TRUE(other) << other.error().message;
    const auto kept = upkeep_of(*store).keep_penalty("ringcentral", noon);
    EXPECT_THAT(kept, FailsWith(ErrorKind::unavailable, HasSubstr("taken it over")));
    EXPECT_TRUE(upkeep_of(**other).penalties().value().empty());
    EXPECT_TRUE(upkeep_of(**other).keep_penalty("ringcentral", noon));
}

TEST_P(StoreTest, FindsEventsAndWaitsByTheirNumber) {
    const auto number = event_lookup(1, "acme", "webhook", "ticket", "T-1");
    InboundEvent event{.id = 100, .tenant = 1, .account = "acme", .source = "webhook", .keys = {{"ticket", "T-1"}, {"who", "Zoë \"\\"}},
                       .body = "raw \n bytes", .at = noon};
    Commit made;
    made.new_events.push_back(event);
    made.new_waits.push_back({.operation = 7, .seq = 3, .order = 1, .tenant = 1, .lookup = number});
    made.new_waits.push_back({.operation = 6, .seq = 1, .order = 2, .tenant = 1, .lookup = number});
    ASSERT_TRUE(commit(made));
    const auto waits = store->awaited_events(number).value();
    ASSERT_EQ(waits.size(), 2u);
    EXPECT_EQ(waits[0].operation, 6);
    EXPECT_EQ(waits[1].seq, 3);
    EXPECT_TRUE(store->awaited_events(number + 1).value().empty());
    const auto found = store->free_events(number).value();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].keys, event.keys);
    EXPECT_EQ(found[0].body, event.body);
    EXPECT_EQ(found[0].at, noon);
    EXPECT_EQ(store->event_offers().value().size(), 2u);
    event.taken_by = 6;
    Commit taken;
    taken.taken_events.push_back(event);
    ASSERT_TRUE(commit(taken));
    EXPECT_TRUE(store->free_events(number).value().empty());
    EXPECT_TRUE(store->event_offers().value().empty());
    EXPECT_EQ(store->event(100).value()->taken_by, 6);
    Commit dropped;
    dropped.dropped_events.push_back(100);
    ASSERT_TRUE(commit(dropped));
    EXPECT_FALSE(*store->event(100));
}

TEST(EventLookup, KeepsApartWhatIsJoinedAlike) {
    EXPECT_NE(event_lookup(1, "acme", "webhook", "a", "bc"), event_lookup(1, "acme", "webhook", "ab", "c"));
    EXPECT_NE(event_lookup(1, "acme", "webhook", "a", "b"), event_lookup(2, "acme", "webhook", "a", "b"));
}

INSTANTIATE_TEST_SUITE_P(Both, StoreTest, ::testing::Values("sqlite", "postgresql"), [](const auto& each) { return std::string(each.param); });
TEST_P(StoreTest, SaysNothingOfAnEndOfItsReadersThatIsOver) {
    if (GetParam() == std::string("sqlite")) GTEST_SKIP() << "SQLite has no server";
    std::vector<long long> readers(3);
    std::vector<std::thread> at_once;
    std::barrier together(3);
    for (auto& pid : readers)
        at_once.emplace_back([&] {
            EXPECT_TRUE(access_of(*store).read_with([&](soci::session& sql) {
                sql << "select pg_backend_pid()", soci::into(pid);
                together.arrive_and_wait();
            }));
        });
    for (auto& each : at_once) each.join();
    soci::session other(soci::postgresql, address.substr(address.find(':') + 1));
    for (const auto pid : readers) {
        int ended = 0;
        other << "select case when pg_terminate_backend(" << pid << ", 10000) then 1 else 0 end", soci::into(ended);
        EXPECT_EQ(ended, 1);
    }
    for (int at = 0; at < 6; ++at) {
        const auto found = store->order(1);
        EXPECT_TRUE(found) << found.error().message;
    }
}

TEST_P(StoreTest, KeepsTheStatementsThatWereAskedLast) {
    if (GetParam() == std::string("sqlite")) GTEST_SKIP() << "they are PostgreSQL's";
    soci::session sql(soci::postgresql, address.substr(address.find(':') + 1));
    auto* const connection = static_cast<soci::postgresql_session_backend*>(sql.get_backend())->conn_;
    const auto ask = [&](std::int64_t number) {
        std::int64_t found = 0;
        queries::each_prepared(connection, "select $1::bigint + " + std::to_string(number), {std::int64_t{1}}, [&](const queries::PgRow& row) {
            found = row.number(0);
            return true;
        });
        return found;
    };
    for (int at = 0; at < 300; ++at) {
        EXPECT_EQ(ask(at), at + 1);
        EXPECT_EQ(ask(7), 8) << "asked all the time";
    }
    int kept = 0, frequent = 0;
    sql << "select count(*) from pg_prepared_statements where name like 'porteur_%'", soci::into(kept);
    EXPECT_EQ(kept, 64);
    sql << "select count(*) from pg_prepared_statements where statement like '%+ 7' and name in ('porteur_2', 'porteur_15')", soci::into(frequent);
    EXPECT_EQ(frequent, 1) << "prepared once, when it was first asked";
}

INSTANTIATE_TEST_SUITE_P(OnSqlite, StoreDeathTest, ::testing::Values("sqlite"), [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace porteur
