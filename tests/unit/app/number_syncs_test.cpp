// SPDX-License-Identifier: Apache-2.0
// The comparison with carriers' lists, over a store of its own and carriers that list what the test says.
#include "app/number_syncs.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <porteur/json.hpp>
#include <porteur/model/port.hpp>
#include <soci/soci.h>

#include "app/inventory_desk.hpp"
#include "support/engine_world.hpp"
#include "support/postgres_server.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using testing::FailsWith;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using std::chrono::hours;
using std::chrono::minutes;

testing::PostgresServer& postgres() {
    static testing::PostgresServer server;
    return server;
}

std::string number(int last) { return "+1514555" + std::to_string(1000 + last); }
NumberKey key(int last) { return *number_key(number(last)); }

/// A number of the list, as plugins give it.
std::string entry(int last, const std::string& id = "", const std::string& type = "local") {
    return canonical(json::object{{"carrier_id", id}, {"carrier_word", "Active"}, {"label", ""}, {"main_number", false},
                                  {"number", number(last)}, {"type", type}});
}
std::string list(std::initializer_list<int> numbers) {
    std::string out;
    for (const auto each : numbers) out += (out.empty() ? "" : ",") + entry(each);
    return "[" + out + "]";
}

SyncAccount carrier(std::string name, bool lists = true, std::chrono::milliseconds every = hours(24)) {
    SyncAccount made;
    made.name = std::move(name);
    made.lists = lists;
    made.every = every;
    return made;
}

class NumberSyncsTest : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        static int count = 0;
        const auto name = "syncs_" + std::to_string(getpid()) + "_" + std::to_string(++count);
        folder = std::filesystem::path(::testing::TempDir()) / name;
        std::filesystem::create_directories(folder);
        auto address = "sqlite:" + (folder / "porteur.db").string();
        if (GetParam() == std::string("postgresql")) {
            if (!postgres().trouble().empty()) GTEST_SKIP() << "PostgreSQL is left out: " << postgres().trouble();
            address = postgres().fresh_database(name);
        }
        auto opened = Store::open({.address = address, .holder = "test", .beside = false}, seal, [](std::function<void()> run) { run(); });
        ASSERT_TRUE(opened) << opened.error().message;
        store = std::move(*opened);
        using enum TenantKind;
        tenants.take(*TenantTree::make(
            {{1, 0, system, "System"}, {2, 1, var, "North"}, {3, 1, var, "South"}, {10, 2, company, "Acme"}, {14, 3, company, "Far"}}
        ));
        accounts = {carrier("thinktel")};
        open();
    }
    void TearDown() override {
        syncs.reset();
        desk.reset();
        store.reset();
        std::filesystem::remove_all(folder);
    }
    void open() {
        syncs.reset();
        desk = std::make_unique<InventoryDesk>(InventoryDesk::Parts{
            .store = *store, .tenants = tenants, .now = [this] { return clock += std::chrono::milliseconds(1); },
            .accounts = [] { return std::set<std::string, std::less<>>{"thinktel", "genesys"}; }, .spool = folder});
        ASSERT_TRUE(desk->start());
        syncs = std::make_unique<NumberSyncs>(NumberSyncs::Parts{
            .executor = io.get_executor(), .store = *store, .inventory = desk->inventory(),
            .directory = desk->directory(), .tenants = tenants,
            .now = [this] {
                if (on_now) on_now();
                return clock += std::chrono::milliseconds(1);
            },
            .fraction = [this] { return fraction; },
            .ask = [this](std::string account) { return answer(std::move(account)); },
            .catch_up = [this]() -> Result<void> {
                if (on_catch_up) on_catch_up();
                return {};
            },
            .tell = [this](TimelineEntry line) -> Result<void> {
                if (is_store_away) return failure(ErrorKind::unavailable, "the store is away");
                events.push_back(std::to_string(line.tenant) + " " + line.kind + " " + line.data);
                return {};
            },
            .note = [this](std::string line) { notes.push_back(std::move(line)); }});
        ASSERT_TRUE(syncs->open());
        syncs->take_accounts(accounts);
    }
    Async<Result<std::string>> answer(std::string account) {
        asked.push_back(account);
        if (meanwhile) co_await meanwhile();
        const auto found = lists.find(account);
        if (found == lists.end()) co_return failure(ErrorKind::unavailable, "no line");
        co_return found->second;
    }

    static Caller as(Role role, std::int64_t tenant) {
        Caller caller;
        caller.tenant = tenant;
        caller.role = role;
        caller.token_name = "anna";
        return caller;
    }
    static Caller root() { return as(Role::operator_token, 1); }
    static Caller north() { return as(Role::var_administrator, 2); }
    static Caller south() { return as(Role::var_administrator, 3); }

    /// Runs all that there is to do.
    template <class T>
    T wait(Async<T> work) {
        io.restart();
        auto result = boost::asio::co_spawn(io, std::move(work), boost::asio::use_future);
        io.run();
        return result.get();
    }
    void look() {
        io.restart();
        boost::asio::co_spawn(io, syncs->look(), boost::asio::use_future);
        io.run();
    }

    void hold(int last, NumberState state = NumberState::in_service, std::int64_t tenant = 10, const std::string& account = "thinktel") {
        NumberForm form;
        form.row.key = key(last);
        form.row.tenant = tenant;
        form.row.source = "import";
        form.shared = {.account = account, .country = "CA", .type = "local", .state = state, .use = UseType::none, .active = false};
        auto& inventory = desk->inventory();
        const auto held = inventory.hold();
        auto before = inventory.forms({form.row.key}).value();
        NumberChange change{.before = {}, .after = form, .what = "added"};
        if (!before.empty()) {
            form.row.version = before.front().row.version;
            change = {.before = std::move(before.front()), .after = form, .what = "changed"};
        }
        ASSERT_TRUE(inventory.write({std::move(change)}, {.at = clock += std::chrono::milliseconds(1), .by = "test", .job = 0, .undoable = false}));
    }
    std::optional<NumberShown> shown(int last) { return desk->number(root(), key(last)).value(); }
    NumberState state(int last) {
        const auto found = shown(last);
        EXPECT_TRUE(found);
        return found ? found->shared.state : NumberState::failed;
    }
    std::vector<std::string> history(int last) {
        std::vector<std::string> out;
        for (const auto& each : *desk->history(root(), key(last), 50).value()) out.push_back(each.what);
        return out;
    }

    /// A comparison from its wish to its end.
    SyncShown compare(const std::string& account = "thinktel") {
        const auto begun = wait(syncs->begin(root(), account, std::nullopt));
        EXPECT_TRUE(begun) << (begun ? "" : begun.error().message);
        if (!begun) return {};
        return *syncs->sync(root(), begun->sync.id).value();
    }
    std::vector<SyncRowShown> rows(const SyncShown& sync, const Caller& caller = root(), std::optional<bool> open = std::nullopt) {
        const auto found = syncs->rows(caller, sync.sync.id, {.what = {}, .open = open, .after = 0, .limit = 500});
        EXPECT_TRUE(found) << found.error().message;
        return found && *found ? **found : std::vector<SyncRowShown>();
    }
    /// "vanished 1", "unknown 2": what is told.
    std::vector<std::string> told(const SyncShown& sync, const Caller& caller = root(), std::optional<bool> open = std::nullopt) {
        std::vector<std::string> out;
        for (const auto& each : rows(sync, caller, open))
            out.push_back(std::string(word_of(each.row.what)) + " " + std::to_string(std::stoll(number_text(each.row.key).substr(8)) - 1000));
        return out;
    }
    static SyncChoice of(SyncDecision decision, std::vector<NumberKey> numbers = {}) {
        SyncChoice choice;
        choice.decision = decision;
        choice.all = numbers.empty();
        choice.numbers = std::move(numbers);
        choice.request = "{}";
        return choice;
    }
    Result<SyncDecided> decide(const SyncShown& sync, SyncChoice choice, const Caller& caller = root()) {
        return wait(syncs->decide(caller, sync.sync.id, std::move(choice), std::nullopt));
    }

    struct Death : std::runtime_error {
        Death() : std::runtime_error("died") {}
    };
    /// The store can take no decision, or can again.
    void let_rows_be(const std::string& from, const std::string& to) {
        ASSERT_TRUE(access_of(*store).change_with([&](soci::session& sql) { sql << "alter table " + from + " rename to " + to; }));
    }
    static AnswerKept<SyncDecided> under(const std::string& request_key, bool dies = false) {
        return {.key = request_key, .fingerprint = "f", .answer = [dies](const SyncDecided& made) {
                    if (dies) throw Death();
                    return std::pair(200, std::to_string(made.decided) + " " + std::to_string(made.refused));
                }};
    }
    std::int64_t audited(const std::string& action) {
        std::int64_t count = 0;
        for (const auto& each : AuditLog(access_of(*store)).records({}).value())
            if (each.entry.action == action) ++count;
        return count;
    }

    std::filesystem::path folder;
    testing::HexSeal seal;
    std::unique_ptr<Store> store;
    TenantsNow tenants;
    Instant clock{std::chrono::milliseconds{1'790'000'000'000}};
    double fraction = 0.5;
    boost::asio::io_context io;
    std::vector<SyncAccount> accounts;
    std::map<std::string, std::string> lists;
    std::vector<std::string> asked, notes;
    std::function<Async<void>()> meanwhile;
    std::function<void()> on_now, on_catch_up;
    std::vector<std::string> events;
    bool is_store_away = false;
    std::unique_ptr<InventoryDesk> desk;
    std::unique_ptr<NumberSyncs> syncs;
};

TEST_P(NumberSyncsTest, what_we_do_not_hold_is_offered_and_stands_in_no_list_until_it_is_adopted) {
    lists["thinktel"] = list({1, 2, 3});
    const auto first = compare();
    EXPECT_EQ(first.sync.state, SyncState::done);
    EXPECT_EQ(first.sync.counts.listed, 3);
    EXPECT_TRUE(first.whole);
    EXPECT_THAT(told(first), ElementsAre("unknown 1", "unknown 2", "unknown 3"));
    EXPECT_FALSE(shown(1));

    auto to_acme = of(SyncDecision::adopt, {key(1)});
    to_acme.tenant = 10;
    EXPECT_EQ(decide(first, to_acme)->decided, 1);
    EXPECT_EQ(decide(first, of(SyncDecision::ignore, {key(2)}))->decided, 1);
    EXPECT_EQ(decide(first, of(SyncDecision::adopt))->decided, 1) << "all that are left";
    const auto given = shown(1);
    ASSERT_TRUE(given);
    EXPECT_EQ(given->row.tenant, 10);
    EXPECT_EQ(given->row.source, "sync");
    EXPECT_EQ(given->shared.state, NumberState::assigned);
    EXPECT_EQ(given->shared.country, "CA");
    EXPECT_EQ(given->shared.account, "thinktel");
    EXPECT_FALSE(shown(2));
    EXPECT_EQ(state(3), NumberState::available);
    EXPECT_EQ(shown(3)->row.tenant, system_tenant);

    const auto second = compare();
    EXPECT_THAT(told(second), IsEmpty()) << "what is ignored is not told again";
    EXPECT_EQ(second.sync.counts.same, 2);
    EXPECT_EQ(second.sync.counts.decided, 1);
    const auto twice = decide(first, of(SyncDecision::adopt, {key(2), key(3)}));
    EXPECT_EQ(twice->decided, 0);
    EXPECT_EQ(twice->refused, 2);
    EXPECT_THAT(twice->problems.front().second, HasSubstr("decided already"));
}

TEST_P(NumberSyncsTest, what_vanishes_is_missing_and_what_comes_back_is_as_it_was) {
    hold(1, NumberState::suspended);
    hold(2);
    hold(3, NumberState::port_out_pending);
    lists["thinktel"] = list({2});
    const auto gone = compare();
    EXPECT_THAT(told(gone), ElementsAre("vanished 1"));
    EXPECT_EQ(gone.sync.counts.expected, 2);
    EXPECT_EQ(gone.sync.counts.left_alone, 1);
    EXPECT_EQ(state(1), NumberState::missing);
    EXPECT_EQ(shown(1)->row.note, "unknown");
    EXPECT_EQ(state(3), NumberState::port_out_pending);
    EXPECT_THAT(history(1), ElementsAre("seen_missing", "added"));

    const auto still = compare();
    EXPECT_THAT(told(still, root(), true), ElementsAre("vanished 1")) << "each change set has all that is open";
    EXPECT_THAT(told(gone, root(), true), IsEmpty()) << "and takes the place of the one before";
    EXPECT_EQ(rows(gone).front().row.decision, SyncDecision::replaced);
    EXPECT_THAT(history(1), SizeIs(2)) << "it was missing already";

    lists["thinktel"] = list({1, 2});
    const auto back = compare();
    EXPECT_THAT(told(back), ElementsAre("reappeared 1"));
    EXPECT_EQ(rows(back).front().row.decision, SyncDecision::by_itself);
    EXPECT_EQ(back.counts.at(SyncWhat::reappeared).open, 0);
    EXPECT_EQ(state(1), NumberState::suspended);
    EXPECT_EQ(shown(1)->row.note, "");
    EXPECT_THAT(history(1), ElementsAre("seen_again", "seen_missing", "added"));
}

TEST_P(NumberSyncsTest, a_cause_that_a_person_confirms_is_kept_and_not_asked_for_again) {
    for (const int each : {1, 2, 3}) hold(each);
    lists["thinktel"] = list({3});
    const auto gone = compare();
    auto released = of(SyncDecision::confirm_missing, {key(1)});
    released.cause = MissingCause::released;
    EXPECT_EQ(decide(gone, released)->decided, 1);
    EXPECT_EQ(decide(gone, of(SyncDecision::confirm_missing))->decided, 1) << "the other one, with the likely cause";
    EXPECT_EQ(state(1), NumberState::released);
    EXPECT_EQ(state(2), NumberState::missing);
    EXPECT_THAT(history(2), ElementsAre("confirmed_missing", "seen_missing", "added"));
    const auto again = compare();
    EXPECT_THAT(told(again), IsEmpty());
    EXPECT_EQ(again.sync.counts.decided, 1);
    lists["thinktel"] = list({1, 2, 3});
    const auto back = compare();
    EXPECT_THAT(told(back), ElementsAre("unknown 1", "reappeared 2"));
    EXPECT_EQ(state(1), NumberState::released) << "a list brings nothing back that was given up";
    EXPECT_EQ(state(2), NumberState::in_service);
}

TEST_P(NumberSyncsTest, what_is_kept_though_it_is_not_listed_is_left_alone_until_it_was_listed_again) {
    hold(1);
    hold(2);
    lists["thinktel"] = list({2});
    EXPECT_EQ(decide(compare(), of(SyncDecision::keep, {key(1)}))->decided, 1);
    EXPECT_EQ(state(1), NumberState::in_service);
    EXPECT_THAT(told(compare()), IsEmpty());
    EXPECT_EQ(state(1), NumberState::in_service);
    lists["thinktel"] = list({1, 2});
    EXPECT_THAT(told(compare()), IsEmpty());
    lists["thinktel"] = list({2});
    EXPECT_THAT(told(compare()), ElementsAre("vanished 1"));
    EXPECT_EQ(state(1), NumberState::missing);
}

TEST_P(NumberSyncsTest, a_list_that_does_not_come_whole_changes_nothing_and_has_no_change_set) {
    hold(1);
    auto failed = compare();
    EXPECT_EQ(failed.sync.state, SyncState::failed);
    EXPECT_EQ(failed.sync.problem, "no line");
    EXPECT_THAT(told(failed), IsEmpty());
    lists["thinktel"] = R"([{"number":"+15145551007"},{"num)";
    failed = compare();
    EXPECT_EQ(failed.sync.state, SyncState::failed);
    EXPECT_THAT(failed.sync.problem, HasSubstr("list_numbers gave a result that cannot be read"));
    EXPECT_THAT(told(failed), IsEmpty());
    EXPECT_EQ(state(1), NumberState::in_service);
    EXPECT_THAT(decide(failed, of(SyncDecision::ignore)), FailsWith(ErrorKind::invalid_input, HasSubstr("failed")));
    EXPECT_THAT(notes, ElementsAre(HasSubstr("failed, no line"), HasSubstr("failed")));
}

TEST_P(NumberSyncsTest, where_so_much_is_missing_nothing_changes_until_a_person_says_so) {
    for (int each = 1; each <= 40; ++each) hold(each);
    hold(41, NumberState::missing);
    lists["thinktel"] = list({41, 50, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29});
    const auto held = compare();
    EXPECT_EQ(held.sync.state, SyncState::held);
    EXPECT_THAT(held.sync.problem, HasSubstr("11 of 40"));
    EXPECT_EQ(held.counts.at(SyncWhat::vanished).open, 11);
    EXPECT_EQ(state(30), NumberState::in_service);
    EXPECT_EQ(state(41), NumberState::missing);
    EXPECT_THAT(decide(held, of(SyncDecision::adopt, {key(50)})), FailsWith(ErrorKind::invalid_input, HasSubstr("held")));

    hold(30, NumberState::port_out_pending);  // meanwhile
    const auto applied = wait(syncs->apply(root(), held.sync.id, std::nullopt));
    ASSERT_TRUE(applied) << applied.error().message;
    EXPECT_EQ(applied->sync.state, SyncState::done);
    EXPECT_EQ(applied->sync.problem, "");
    EXPECT_EQ(state(31), NumberState::missing);
    EXPECT_EQ(state(30), NumberState::port_out_pending) << "what has changed since stays";
    EXPECT_EQ(state(41), NumberState::assigned);
    EXPECT_EQ(decide(held, of(SyncDecision::adopt, {key(50)}))->decided, 1);
    EXPECT_THAT(wait(syncs->apply(root(), held.sync.id, std::nullopt)), FailsWith(ErrorKind::invalid_input, HasSubstr("only one that is held")));
}

TEST_P(NumberSyncsTest, what_came_anew_since_a_held_comparison_is_not_missing_when_that_is_applied) {
    for (int each = 1; each <= 12; ++each) hold(each);
    lists["thinktel"] = "[]";
    const auto held = compare();
    EXPECT_EQ(held.sync.state, SyncState::held);
    clock += std::chrono::hours(3);
    hold(1, NumberState::assigned);
    ASSERT_TRUE(wait(syncs->apply(root(), held.sync.id, std::nullopt)));
    EXPECT_EQ(state(1), NumberState::assigned);
    EXPECT_EQ(state(2), NumberState::missing);
}

TEST_P(NumberSyncsTest, a_decision_stands_though_its_number_is_edited_while_the_carrier_is_asked) {
    hold(1);
    hold(2);
    lists["thinktel"] = list({2});
    EXPECT_EQ(decide(compare(), of(SyncDecision::keep, {key(1)}))->decided, 1);
    meanwhile = [this]() -> Async<void> {
        hold(1);
        co_return;
    };
    EXPECT_THAT(told(compare()), IsEmpty());
    meanwhile = {};
    EXPECT_THAT(told(compare()), IsEmpty());
    EXPECT_EQ(state(1), NumberState::in_service);
}

TEST_P(NumberSyncsTest, a_held_comparison_gives_way_to_a_later_one_and_how_much_is_much_can_be_set) {
    for (int each = 1; each <= 12; ++each) hold(each);
    lists["thinktel"] = "[]";
    const auto held = compare();
    EXPECT_EQ(held.sync.state, SyncState::held);
    accounts.front().hold_percent = 100;
    syncs->take_accounts(accounts);
    EXPECT_EQ(compare().sync.state, SyncState::held) << "a list with nothing on it is always looked at";
    EXPECT_EQ(syncs->sync(root(), held.sync.id).value()->sync.state, SyncState::replaced);
    lists["thinktel"] = list({1});
    EXPECT_EQ(compare().sync.state, SyncState::done);
    EXPECT_EQ(state(2), NumberState::missing);
}

TEST_P(NumberSyncsTest, nobody_learns_of_other_peoples_numbers) {
    hold(1, NumberState::in_service, 10);
    hold(2, NumberState::in_service, 14);
    hold(3, NumberState::available, 3);
    lists["thinktel"] = list({9});
    accounts.push_back(carrier("genesys"));
    syncs->take_accounts(accounts);
    const auto sync = compare();
    lists["genesys"] = list({8});
    const auto other = compare("genesys");
    EXPECT_THAT(told(sync), ElementsAre("vanished 1", "vanished 2", "vanished 3", "unknown 9"));
    EXPECT_THAT(told(sync, north()), ElementsAre("vanished 1"));
    EXPECT_THAT(told(sync, south()), ElementsAre("vanished 2", "vanished 3"));
    EXPECT_THAT(told(sync, as(Role::company_administrator, 10)), ElementsAre("vanished 1"));
    EXPECT_THAT(told(sync, as(Role::reader_token, 1)), SizeIs(4));
    EXPECT_THAT(told(sync, as(Role::system_administrator, 1)), SizeIs(4));

    const auto of_north = syncs->sync(north(), sync.sync.id).value();
    ASSERT_TRUE(of_north);
    EXPECT_FALSE(of_north->whole);
    EXPECT_EQ(of_north->sync.by, "");
    EXPECT_EQ(of_north->sync.counts.listed, 0);
    EXPECT_EQ(of_north->counts.at(SyncWhat::vanished).all, 1);
    EXPECT_EQ(of_north->counts.count(SyncWhat::unknown), 0U);
    EXPECT_FALSE(syncs->sync(north(), other.sync.id).value()) << "nothing of theirs is in it";
    EXPECT_THAT(syncs->syncs(north(), "", 0, 9).value(), SizeIs(1));
    EXPECT_THAT(syncs->syncs(root(), "", 0, 9).value(), SizeIs(2));
    for (const auto& each : {sync, other}) {
        const auto newest = syncs->newest(root(), each.sync.account).value();
        ASSERT_TRUE(newest);
        EXPECT_EQ(newest->sync.id, each.sync.id);
        EXPECT_TRUE(newest->counts.empty()) << "no row is counted for it";
    }
    const auto newest_of_north = syncs->newest(north(), sync.sync.account).value();
    ASSERT_TRUE(newest_of_north);
    EXPECT_FALSE(newest_of_north->whole);
    EXPECT_EQ(newest_of_north->sync.by, "");
    EXPECT_FALSE(syncs->newest(north(), other.sync.account).value());

    const auto reached = decide(sync, of(SyncDecision::confirm_missing, {key(1), key(2)}), north());
    EXPECT_EQ(reached->decided, 1);
    EXPECT_EQ(reached->problems.at(0).first, key(2));
    EXPECT_THAT(reached->problems.at(0).second, HasSubstr("no such number that is yours"));
    EXPECT_EQ(decide(sync, of(SyncDecision::adopt, {key(9)}), north())->decided, 0);
    EXPECT_EQ(decide(sync, of(SyncDecision::keep), as(Role::company_administrator, 14))->decided, 0) << "a company decides nothing";
    EXPECT_THAT(decide(other, of(SyncDecision::adopt), north()), FailsWith(ErrorKind::invalid_input, HasSubstr("no comparison")));
    EXPECT_THAT(wait(syncs->begin(north(), "thinktel", std::nullopt)), FailsWith(ErrorKind::invalid_input, HasSubstr("more accounts than yours")));
    EXPECT_THAT(wait(syncs->begin(root(), "nobody", std::nullopt)), FailsWith(ErrorKind::invalid_input, HasSubstr("no account")));
}

TEST_P(NumberSyncsTest, who_holds_a_carrier_account_sees_its_list_and_takes_its_numbers) {
    accounts.front().tenant = "North";
    syncs->take_accounts(accounts);
    hold(1, NumberState::in_service, 14);
    hold(2, NumberState::released, 14);
    lists["thinktel"] = list({2, 9});
    const auto begun = wait(syncs->begin(north(), "thinktel", std::nullopt));
    ASSERT_TRUE(begun) << begun.error().message;
    const auto sync = *syncs->sync(north(), begun->sync.id).value();
    EXPECT_TRUE(sync.whole);
    EXPECT_EQ(sync.sync.by, "anna");
    EXPECT_THAT(told(sync, north()), ElementsAre("unknown 2", "unknown 9")) << "South's number is South's to hear of";
    EXPECT_EQ(rows(sync, north()).front().row.before, "{}");
    EXPECT_THAT(told(sync, south()), ElementsAre("vanished 1"));

    const auto taken = decide(sync, of(SyncDecision::adopt), north());
    EXPECT_EQ(taken->decided, 1);
    EXPECT_THAT(taken->problems.at(0).second, HasSubstr("cannot be put into your inventory"));
    EXPECT_EQ(shown(9)->row.tenant, 2) << "into the pool of who has the carrier account";
    EXPECT_EQ(shown(2)->row.tenant, 14);
    auto to_south = of(SyncDecision::adopt, {key(2)});
    to_south.tenant = 14;
    EXPECT_THAT(decide(sync, to_south, north()), FailsWith(ErrorKind::invalid_input, HasSubstr("no account 14 among yours")));
    EXPECT_EQ(decide(sync, to_south)->decided, 1) << "the system's own program may";
    EXPECT_EQ(state(2), NumberState::assigned);

    accounts.front().tenant = "3";
    syncs->take_accounts(accounts);
    EXPECT_TRUE(syncs->sync(south(), sync.sync.id).value()->whole) << "by its id as well";
    accounts.front().tenant = "Nobody";
    syncs->take_accounts(accounts);
    EXPECT_FALSE(syncs->sync(south(), sync.sync.id).value()->whole);
}

TEST_P(NumberSyncsTest, a_name_that_two_accounts_have_is_nobodys) {
    using enum TenantKind;
    tenants.take(*TenantTree::make({{1, 0, system, "System"}, {2, 1, var, "Twin"}, {3, 1, var, "Twin"}}));
    accounts.front().tenant = "Twin";
    syncs->take_accounts(accounts);
    lists["thinktel"] = list({9});
    const auto sync = compare();
    EXPECT_FALSE(syncs->sync(north(), sync.sync.id).value());
    EXPECT_FALSE(syncs->sync(south(), sync.sync.id).value());
}

TEST_P(NumberSyncsTest, an_order_that_took_the_number_away_is_the_likely_cause) {
    hold(1);
    hold(2);
    PortOrder request;
    request.numbers.push_back(*PhoneNumber::from_json_text(number(1)));
    Order order;
    order.id = 77;
    order.tenant = 1;
    order.kind = OrderKind::port;
    order.reference = "away";
    order.account = "elsewhere";
    order.losing_account = "thinktel";
    order.state = OrderState::completed;
    order.request = to_text(request);
    order.progress = "{}";
    order.created = order.updated = clock;
    auto commit = std::make_shared<Commit>();
    commit->new_orders.push_back(order);
    std::promise<Result<void>> done;
    store->commit(commit, [&done](Result<void> result) { done.set_value(std::move(result)); });
    ASSERT_TRUE(done.get_future().get());
    lists["thinktel"] = list({5});
    const auto sync = compare();
    const auto found = rows(sync);
    ASSERT_THAT(found, SizeIs(3));
    EXPECT_EQ(found[0].row.cause, MissingCause::ported_out);
    EXPECT_EQ(found[1].row.cause, MissingCause::unknown);
    EXPECT_EQ(shown(1)->row.note, "ported_out");
    EXPECT_EQ(decide(sync, of(SyncDecision::confirm_missing, {key(1)}))->decided, 1);
    EXPECT_EQ(state(1), NumberState::ported_out);
}

TEST_P(NumberSyncsTest, what_we_hold_elsewhere_is_told_and_moves_only_when_a_person_says_so) {
    hold(1, NumberState::in_service, 10, "genesys");
    lists["thinktel"] = list({1});
    const auto sync = compare();
    EXPECT_THAT(told(sync), ElementsAre("elsewhere 1"));
    EXPECT_EQ(shown(1)->shared.account, "genesys");
    EXPECT_EQ(decide(sync, of(SyncDecision::adopt))->decided, 1);
    EXPECT_EQ(shown(1)->shared.account, "thinktel");
    EXPECT_EQ(state(1), NumberState::in_service);
    EXPECT_THAT(told(compare()), IsEmpty());
}

TEST_P(NumberSyncsTest, many_numbers_take_many_pieces) {
    std::string all;
    for (int each = 0; each < 1'203; ++each) all += (each == 0 ? "" : ",") + entry(each, "id-" + std::to_string(each));
    lists["thinktel"] = "[" + all + "]";
    const auto sync = compare();
    EXPECT_EQ(sync.counts.at(SyncWhat::unknown).open, 1'203);
    EXPECT_EQ(decide(sync, of(SyncDecision::adopt))->decided, 1'203);
    EXPECT_EQ(desk->numbers(root(), {})->total->count, 1'203);
    EXPECT_EQ(compare().sync.counts.same, 1'203);
    accounts.front().hold_percent = 100;
    syncs->take_accounts(accounts);
    lists["thinktel"] = list({0});
    EXPECT_EQ(compare().counts.at(SyncWhat::vanished).open, 1'202);
    EXPECT_EQ(state(1'202), NumberState::missing);
    EXPECT_EQ(shown(7)->row.carrier_id, "id-7");
}

TEST_P(NumberSyncsTest, two_wishes_for_one_account_are_one_comparison) {
    lists["thinktel"] = list({1});
    std::optional<Result<SyncShown>> second;
    meanwhile = [&]() -> Async<void> { second = co_await syncs->begin(root(), "thinktel", std::nullopt); };
    const auto first = compare();
    ASSERT_TRUE(second && *second);
    EXPECT_EQ((*second)->sync.id, first.sync.id);
    EXPECT_EQ((*second)->sync.state, SyncState::running);
    EXPECT_THAT(asked, ElementsAre("thinktel"));
    meanwhile = {};
    EXPECT_NE(compare().sync.id, first.sync.id) << "it has ended";
}

TEST_P(NumberSyncsTest, the_wish_its_answer_and_the_decision_are_kept) {
    lists["thinktel"] = list({1});
    const AnswerKept<SyncShown> kept{.key = "k", .fingerprint = "f", .answer = [](const SyncShown& made) { return std::pair(202, id_text(made.sync.id)); }};
    const auto begun = wait(syncs->begin(root(), "thinktel", kept));
    ASSERT_TRUE(begun);
    EXPECT_EQ(store->idempotency(1, "k").value()->body, id_text(begun->sync.id));
    const AnswerKept<SyncDecided> kept_too{.key = "d", .fingerprint = "f", .answer = [](const SyncDecided& made) { return std::pair(200, std::to_string(made.decided)); }};
    auto choice = of(SyncDecision::ignore);
    choice.request = R"({"all":true,"decision":"ignore"})";
    ASSERT_TRUE(wait(syncs->decide(root(), begun->sync.id, choice, kept_too)));
    EXPECT_EQ(store->idempotency(1, "d").value()->body, "1");
    std::vector<std::string> actions;
    for (const auto& each : AuditLog(access_of(*store)).records({}).value()) actions.push_back(each.entry.action);
    EXPECT_THAT(actions, ElementsAre("numbers.sync_decision", "numbers.sync"));
}

TEST_P(NumberSyncsTest, each_account_is_compared_when_it_is_time_one_after_another) {
    accounts = {carrier("genesys"), carrier("mail", false), carrier("never", true, hours(0)), carrier("thinktel")};
    lists["genesys"] = lists["thinktel"] = lists["never"] = list({1});
    asked.clear();
    open();
    look();
    EXPECT_THAT(asked, IsEmpty()) << "not right after the start";
    clock += minutes(13);
    look();
    EXPECT_THAT(asked, ElementsAre("genesys")) << "five minutes after the start and half of a quarter of an hour";
    look();
    EXPECT_THAT(asked, ElementsAre("genesys", "thinktel"));
    look();
    EXPECT_THAT(asked, SizeIs(2)) << "once a day";
    clock += hours(24);
    lists.erase("thinktel");
    look();
    look();
    look();
    EXPECT_THAT(asked, ElementsAre("genesys", "thinktel", "genesys", "thinktel"));
    clock += hours(1);
    look();
    look();
    EXPECT_THAT(asked, ElementsAre("genesys", "thinktel", "genesys", "thinktel", "thinktel")) << "a carrier that did not answer is asked again";
    EXPECT_EQ(syncs->syncs(root(), "thinktel", 0, 1).value().at(0).sync.by, "schedule");
    const auto none = wait(syncs->begin(root(), "mail", std::nullopt));
    EXPECT_THAT(none, FailsWith(ErrorKind::unsupported, HasSubstr("list_numbers")));
    EXPECT_TRUE(wait(syncs->begin(root(), "never", std::nullopt))) << "never by itself, but when it is wished";
}

TEST_P(NumberSyncsTest, what_a_restart_cuts_off_has_failed_and_the_next_one_finds_the_same) {
    hold(1, NumberState::suspended);
    NumberSync cut;
    cut.id = 5;
    cut.account = "thinktel";
    cut.by = "schedule";
    cut.began = clock;
    SyncBook book(access_of(*store));
    ASSERT_TRUE(book.begin(cut, std::nullopt, {}));
    NumberSyncRow row;
    row.sync = 5;
    row.key = key(1);
    row.what = SyncWhat::vanished;
    row.before = R"({"note":"","state":"suspended"})";
    ASSERT_TRUE(book.put({row}));
    hold(1, NumberState::missing);  // so far it came
    open();
    const auto failed = syncs->sync(root(), 5).value();
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->sync.state, SyncState::failed);
    EXPECT_THAT(failed->sync.problem, HasSubstr("stopped"));
    lists["thinktel"] = list({2});
    EXPECT_THAT(told(compare()), ElementsAre("vanished 1", "unknown 2"));
    lists["thinktel"] = list({1, 2});
    compare();
    EXPECT_EQ(state(1), NumberState::suspended) << "how it was is not lost";
}

TEST_P(NumberSyncsTest, whoever_holds_numbers_is_told_that_they_are_missing_and_that_they_are_back) {
    hold(1);
    hold(2);
    hold(3, NumberState::available, 2);
    hold(4);
    lists["thinktel"] = list({4});
    is_store_away = true;
    EXPECT_EQ(compare().sync.state, SyncState::failed);
    EXPECT_EQ(state(1), NumberState::in_service) << "not without telling it";
    is_store_away = false;
    const auto gone = compare();
    const auto data = [](const SyncShown& of, const std::string& numbers) {
        return R"({"account":"thinktel","numbers":[)" + numbers + R"(],"sync":")" + id_text(of.sync.id) + R"("})";
    };
    const auto both = "\"" + number(1) + "\",\"" + number(2) + "\"", one = "\"" + number(3) + "\"";
    EXPECT_THAT(events, ElementsAre("2 number.missing " + data(gone, one), "10 number.missing " + data(gone, both)));
    events.clear();
    compare();
    EXPECT_THAT(events, IsEmpty()) << "it is told once";
    lists["thinktel"] = list({1, 2, 4});
    const auto back = compare();
    EXPECT_THAT(events, ElementsAre("10 number.reappeared " + data(back, both)));
}

// ------------------------------------------------------------------ what dies in between

TEST_P(NumberSyncsTest, a_decision_and_what_it_makes_of_the_number_are_one_write) {
    for (const int each : {1, 2, 3}) hold(each);
    lists["thinktel"] = list({3});
    const auto gone = compare();
    auto confirm = of(SyncDecision::confirm_missing, {key(1)});
    confirm.cause = MissingCause::released;
    for (const auto& [last, choice] : {std::pair(1, confirm), std::pair(2, of(SyncDecision::keep, {key(2)}))}) {
        int calls = 0;
        // When the rows have been read, and nothing is written yet.
        on_now = [&] {
            if (++calls == 2) let_rows_be("number_sync_rows", "elsewhere");
        };
        EXPECT_FALSE(decide(gone, choice));
        on_now = {};
        let_rows_be("elsewhere", "number_sync_rows");
        EXPECT_EQ(state(last), NumberState::missing) << "not without its decision";
        EXPECT_THAT(told(gone, root(), true), ::testing::Contains("vanished " + std::to_string(last)));
        EXPECT_EQ(decide(gone, choice)->decided, 1);
    }
    EXPECT_EQ(state(1), NumberState::released);
    EXPECT_EQ(state(2), NumberState::in_service);
    EXPECT_THAT(told(gone, root(), true), IsEmpty());
    EXPECT_THAT(told(compare()), IsEmpty()) << "what is kept is not told again";
}

TEST_P(NumberSyncsTest, a_repeat_after_a_death_before_the_answer_gets_the_same_answer_and_does_nothing_twice) {
    hold(1);
    hold(2);
    lists["thinktel"] = list({2});
    const auto gone = compare();
    const auto wish = of(SyncDecision::keep, {key(1), key(7)});
    EXPECT_THROW(wait(syncs->decide(root(), gone.sync.id, wish, under("k", true))), Death);
    EXPECT_FALSE(store->idempotency(1, "k").value());
    EXPECT_EQ(state(1), NumberState::in_service);
    const auto version = shown(1)->row.version;
    open();  // as a daemon that starts
    const auto again = wait(syncs->decide(root(), gone.sync.id, wish, under("k")));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->decided, 1);
    EXPECT_EQ(again->refused, 1);
    EXPECT_THAT(again->problems, ElementsAre(std::pair(key(7), std::string("this comparison has no such number that is yours"))));
    EXPECT_EQ(store->idempotency(1, "k").value()->body, "1 1");
    EXPECT_EQ(shown(1)->row.version, version);
    EXPECT_EQ(audited("numbers.sync_decision"), 1) << "it is one wish";
    const auto other = wait(syncs->decide(root(), gone.sync.id, wish, under("other")));
    EXPECT_EQ(other->decided, 0) << "another wish is told that it is decided";
}

TEST_P(NumberSyncsTest, a_repeat_after_a_death_between_two_pieces_goes_on_where_the_first_one_came_to) {
    std::string all;
    for (int each = 0; each < 1'203; ++each) all += (each == 0 ? "" : ",") + entry(each);
    lists["thinktel"] = "[" + all + "]";
    const auto sync = compare();
    int calls = 0;
    on_now = [&] {
        if (++calls == 4) throw Death();  // of the request, and of two pieces
    };
    EXPECT_THROW(wait(syncs->decide(root(), sync.sync.id, of(SyncDecision::adopt), under("k"))), Death);
    on_now = {};
    EXPECT_EQ(desk->numbers(root(), {})->total->count, 1'000);
    open();
    EXPECT_EQ(wait(syncs->decide(root(), sync.sync.id, of(SyncDecision::adopt), under("k")))->decided, 1'203) << "the answer is of the whole wish";
    EXPECT_EQ(desk->numbers(root(), {})->total->count, 1'203);
    EXPECT_EQ(store->idempotency(1, "k").value()->body, "1203 0");
    EXPECT_EQ(audited("numbers.sync_decision"), 1);
}

TEST_P(NumberSyncsTest, what_is_applied_and_its_answer_are_one_and_a_repeat_after_a_death_gets_it) {
    for (int each = 1; each <= 20; ++each) hold(each);
    lists["thinktel"] = list({20});
    const auto held = compare();
    ASSERT_EQ(held.sync.state, SyncState::held);
    const auto kept = [](bool dies) {
        return AnswerKept<SyncShown>{.key = "k", .fingerprint = "f", .answer = [dies](const SyncShown& made) {
                                         if (dies) throw Death();
                                         return std::pair(200, std::string(word_of(made.sync.state)));
                                     }};
    };
    EXPECT_THROW(wait(syncs->apply(root(), held.sync.id, kept(true))), Death);
    EXPECT_EQ(state(1), NumberState::missing);
    const auto version = shown(1)->row.version;
    open();
    const auto again = wait(syncs->apply(root(), held.sync.id, kept(false)));
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->sync.state, SyncState::done);
    EXPECT_EQ(store->idempotency(1, "k").value()->body, "done");
    EXPECT_EQ(shown(1)->row.version, version);
    EXPECT_EQ(audited("numbers.sync_apply"), 1);
}

TEST_P(NumberSyncsTest, decisions_that_are_over_are_forgotten_when_a_held_comparison_is_applied) {
    for (int each = 1; each <= 20; ++each) hold(each);
    std::string most;
    for (int each = 2; each <= 20; ++each) most += (each == 2 ? "" : ",") + entry(each);
    lists["thinktel"] = "[" + most + "]";
    EXPECT_EQ(decide(compare(), of(SyncDecision::keep, {key(1)}))->decided, 1);
    EXPECT_THAT(told(compare()), IsEmpty());
    lists["thinktel"] = list({1, 20});  // the kept one is back, and most others are gone
    const auto held = compare();
    ASSERT_EQ(held.sync.state, SyncState::held);
    ASSERT_TRUE(wait(syncs->apply(root(), held.sync.id, std::nullopt)));
    lists["thinktel"] = list({20});
    EXPECT_THAT(told(compare(), root(), true), ::testing::Contains("vanished 1")) << "it came back in between, so it is told again";
    EXPECT_EQ(state(1), NumberState::missing);
}

TEST_P(NumberSyncsTest, a_carrier_account_that_changed_hands_is_compared_again_before_anybody_takes_its_numbers) {
    accounts.front().tenant = "North";
    syncs->take_accounts(accounts);
    lists["thinktel"] = list({1, 2});
    const auto first = compare();
    accounts.front().tenant = "South";
    syncs->take_accounts(accounts);
    auto to_acme = of(SyncDecision::adopt, {key(2)});
    to_acme.tenant = 10;
    for (const auto& choice : {of(SyncDecision::adopt, {key(1)}), to_acme, of(SyncDecision::ignore, {key(1)})})
        for (const auto& caller : {north(), root()}) {
            const auto taken = decide(first, choice, caller);
            ASSERT_TRUE(taken) << taken.error().message;
            EXPECT_EQ(taken->decided, 0);
            EXPECT_THAT(taken->problems.front().second, HasSubstr("changed hands"));
        }
    EXPECT_FALSE(shown(1)) << "North gives South nothing";
    EXPECT_FALSE(shown(2)) << "and takes nothing of South's";
    EXPECT_EQ(decide(compare(), of(SyncDecision::adopt), south())->decided, 2);
    EXPECT_EQ(shown(1)->row.tenant, 3);
}

TEST_P(NumberSyncsTest, an_asking_that_throws_ends_its_comparison_alone) {
    lists["thinktel"] = list({1});
    meanwhile = []() -> Async<void> {
        throw Death();
        co_return;
    };
    const auto failed = compare();
    EXPECT_EQ(failed.sync.state, SyncState::failed);
    EXPECT_EQ(failed.sync.problem, "died");
    meanwhile = {};
    EXPECT_EQ(compare().sync.state, SyncState::done) << "the account is not busy until a restart";
}

TEST_P(NumberSyncsTest, numbers_that_changed_while_the_carrier_was_asked_are_not_judged) {
    for (const int each : {1, 2, 3}) hold(each);
    hold(5, NumberState::missing);
    lists["thinktel"] = list({2, 4, 5});
    // The list is of before that: 1 and 4 have come since, 3 was not touched, and 5 is on its way.
    meanwhile = [this]() -> Async<void> {
        hold(1, NumberState::assigned);
        hold(4);
        hold(5, NumberState::available);
        co_return;
    };
    const auto sync = compare();
    EXPECT_THAT(told(sync), ElementsAre("vanished 3"));
    EXPECT_EQ(sync.sync.counts.left_alone, 3);
    EXPECT_EQ(state(1), NumberState::assigned);
    EXPECT_EQ(state(4), NumberState::in_service);
    EXPECT_EQ(state(5), NumberState::available);
    meanwhile = {};
    EXPECT_THAT(told(compare(), root(), true), ElementsAre("vanished 1", "vanished 3")) << "the next one judges them";
}

TEST_P(NumberSyncsTest, what_was_open_stays_open_though_its_number_is_edited_while_the_carrier_is_asked) {
    for (const int each : {1, 2, 3}) hold(each);
    hold(4, NumberState::released);
    hold(5, NumberState::in_service, 10, "genesys");
    lists["thinktel"] = list({2, 3, 4, 5});
    EXPECT_THAT(told(compare()), ElementsAre("vanished 1", "unknown 4", "elsewhere 5"));
    meanwhile = [this]() -> Async<void> {
        hold(1, NumberState::missing);
        hold(2);
        hold(4, NumberState::released);
        hold(5, NumberState::in_service, 10, "genesys");
        co_return;
    };
    const auto second = compare();
    EXPECT_THAT(told(second, root(), true), ElementsAre("vanished 1", "unknown 4", "elsewhere 5")) << "the row of the first one was replaced, and nothing took its place";
    EXPECT_EQ(second.sync.counts.left_alone, 1) << "2, of which nothing was open";
    meanwhile = {};
    auto ported = of(SyncDecision::confirm_missing, {key(1)});
    ported.cause = MissingCause::ported_out;
    EXPECT_EQ(decide(second, ported)->decided, 1);
    EXPECT_EQ(state(1), NumberState::ported_out);
    EXPECT_EQ(decide(second, of(SyncDecision::ignore, {key(4)}))->decided, 1);
    EXPECT_EQ(decide(second, of(SyncDecision::adopt, {key(5)}))->decided, 1);
    EXPECT_EQ(shown(5)->shared.account, "thinktel");
}

TEST_P(NumberSyncsTest, what_was_open_is_open_no_more_when_its_number_became_another_while_the_carrier_is_asked) {
    for (const int each : {1, 2, 3, 6}) hold(each);
    hold(5, NumberState::in_service, 10, "genesys");
    lists["thinktel"] = list({2, 5});
    const auto first = compare();
    EXPECT_THAT(told(first), ElementsAre("vanished 1", "vanished 3", "elsewhere 5", "vanished 6"));
    meanwhile = [this, first]() -> Async<void> {
        hold(1, NumberState::assigned);  // a new life, which this list may not know yet
        hold(3, NumberState::missing, 10, "genesys");
        hold(5);
        hold(6, NumberState::missing);
        EXPECT_EQ((co_await syncs->decide(root(), first.sync.id, of(SyncDecision::keep, {key(6)}), std::nullopt))->decided, 1);
    };
    EXPECT_THAT(told(compare()), IsEmpty());
    EXPECT_EQ(state(1), NumberState::assigned);
    EXPECT_EQ(state(6), NumberState::in_service);
}

TEST_P(NumberSyncsTest, what_an_order_has_done_is_known_before_anything_is_judged_or_decided) {
    hold(1);
    hold(2);
    lists["thinktel"] = list({2});
    on_catch_up = [this] { hold(1, NumberState::releasing); };
    EXPECT_THAT(told(compare()), IsEmpty()) << "what is given back is not missing";
    on_catch_up = {};
    hold(1, NumberState::in_service);
    const auto gone = compare();
    on_catch_up = [this] { hold(1, NumberState::released); };
    EXPECT_EQ(decide(gone, of(SyncDecision::keep, {key(1)}))->refused, 1);
    EXPECT_EQ(state(1), NumberState::released);
}

INSTANTIATE_TEST_SUITE_P(Both, NumberSyncsTest, ::testing::Values("sqlite", "postgresql"));

}  // namespace
}  // namespace porteur
