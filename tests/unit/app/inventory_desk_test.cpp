// SPDX-License-Identifier: Apache-2.0
// The inventory's desk over a store of its own: who may do what with which numbers, and jobs from their wish to
// their end.
#include "app/inventory_desk.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <future>
#include <thread>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "store/people_book.hpp"
#include "support/engine_world.hpp"
#include "support/postgres_server.hpp"

namespace porteur {
namespace {

using ::testing::HasSubstr;

testing::PostgresServer& postgres() {
    static testing::PostgresServer server;
    return server;
}

class InventoryDeskTest : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        static int count = 0;
        const auto name = "desk_" + std::to_string(getpid()) + "_" + std::to_string(++count);
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
            {{1, 0, system, "System"}, {2, 1, var, "North"}, {3, 1, var, "South"}, {10, 2, company, "Acme"}, {11, 2, company, "Bakery"},
             {14, 3, company, "Far"}, {20, 2, professional, "Dr. Roy"}}
        ));
        open();
    }
    void TearDown() override {
        desk.reset();
        store.reset();
        std::filesystem::remove_all(folder);
    }
    void open() {
        desk.reset();
        desk = std::make_unique<InventoryDesk>(InventoryDesk::Parts{
            .store = *store, .tenants = tenants, .now = [this] { return clock += std::chrono::milliseconds(1); },
            .accounts = [this] {
                if (holds_next_job.exchange(false)) released.get_future().wait();
                return std::set<std::string, std::less<>>{"thinktel", "genesys", "ringcentral"};
            },
            .spool = folder, .waiting = waiting,
            .door = {.catch_up = {},
                     .can = [](const std::string& account) { return account != "ringcentral"; },
                     .order = [this](const std::string& account, const std::vector<NumberKey>& numbers, const JobScope& scope) -> Result<Id> {
                         if (is_store_away) return failure(ErrorKind::unavailable, "the store is away");
                         releases.push_back({account, numbers.size(), scope.tenant});
                         return static_cast<Id>(releases.size());
                     }},
            .bad_rows_max = bad_rows_max});
        const auto started = desk->start();
        ASSERT_TRUE(started) << started.error().message;
    }
    static Caller as(Role role, std::int64_t tenant) {
        Caller caller;
        caller.tenant = tenant;
        caller.role = role;
        caller.token_name = "anna";
        return caller;
    }
    static Caller north() { return as(Role::var_administrator, 2); }
    static Caller acme() { return as(Role::company_administrator, 10); }

    template <class T>
    T wait(Async<T> work) {
        boost::asio::io_context io;
        auto result = boost::asio::co_spawn(io, std::move(work), boost::asio::use_future);
        io.run();
        return result.get();
    }
    /// The job when it has ended.
    NumberJob ended(const Result<NumberJob>& begun) {
        EXPECT_TRUE(begun) << (begun ? "" : begun.error().message);
        if (!begun) return {};
        for (;;) {
            const auto now = desk->job(as(Role::operator_token, 1), begun->id);
            if (!now || !*now || (*now)->state != JobState::running) return now && *now ? **now : NumberJob{};
            std::this_thread::yield();
        }
    }
    NumberJob import(const std::string& csv, const Caller& caller, bool dry_run = false) {
        auto upload = desk->begin_import(caller, {.region = "CA", .provider = "thinktel", .columns = {}, .currency = "CAD", .dry_run = dry_run, .request = "{}"});
        EXPECT_TRUE(upload) << upload.error().message;
        EXPECT_TRUE((*upload)->append(csv));
        return ended(wait((*upload)->finish(std::nullopt)));
    }
    /// An import that is under way, and waits there until release().
    NumberJob held_import(const Caller& caller) {
        auto upload = desk->begin_import(caller, {.region = "CA", .provider = "thinktel", .columns = {}, .currency = "CAD", .dry_run = false, .request = "{}"});
        EXPECT_TRUE(upload && (*upload)->append(three_numbers));
        holds_next_job = true;
        auto begun = wait((*upload)->finish(std::nullopt)).value();
        while (holds_next_job) std::this_thread::yield();
        return begun;
    }
    void release() { released.set_value(); }
    Result<NumberJob> begun_add(const Caller& caller, const std::string& number) {
        NumberGiven given;
        given.number = number;
        given.provider = "thinktel";
        return wait(desk->add(caller, {given}, false, "{}", std::nullopt));
    }
    NumberJob change(const Caller& caller, NumberWish wish, std::vector<std::string> numbers, bool dry_run = false) {
        NumberSelection selection;
        selection.numbers = std::move(numbers);
        return ended(wait(desk->change(caller, std::move(selection), std::move(wish), dry_run, "{}", std::nullopt)));
    }
    static NumberWish to(std::int64_t tenant) {
        NumberWish wish;
        wish.action = NumberAction::assign;
        wish.tenant = tenant;
        return wish;
    }
    static NumberWish used_by(std::string name) {
        auto wish = to(0);
        wish.use = UseType::user;
        wish.used_by = std::move(name);
        return wish;
    }
    std::optional<NumberShown> number(const std::string& text, const Caller& caller = as(Role::operator_token, 1)) {
        const auto found = desk->number(caller, *number_key(text));
        EXPECT_TRUE(found);
        return found ? *found : std::nullopt;
    }
    std::vector<JobResult> results(const NumberJob& job) {
        auto found = desk->job_results(as(Role::operator_token, 1), job.id, 0, 5'000);
        EXPECT_TRUE(found && *found);
        return found && *found ? **found : std::vector<JobResult>();
    }
    std::int64_t total() {
        const auto page = desk->numbers(as(Role::operator_token, 1), {});
        return page && page->total ? page->total->count : -1;
    }

    std::filesystem::path folder;
    std::int64_t bad_rows_max = 200'000;
    testing::HexSeal seal;
    std::unique_ptr<Store> store;
    TenantsNow tenants;
    Instant clock{std::chrono::milliseconds{1'790'000'000'000}};
    std::atomic<bool> holds_next_job = false;
    std::promise<void> released;
    WaitingRoom::Limits waiting;
    std::unique_ptr<InventoryDesk> desk;
    const std::string three_numbers = "number,company\n(514) 555-0100,\n514-555-0101,Acme\n+1 418 555 0102,\n";
    std::vector<std::tuple<std::string, std::size_t, std::int64_t>> releases;  ///< account, how many numbers, whose order
    bool is_store_away = false;
};

TEST_P(InventoryDeskTest, a_file_fills_the_pool_and_companies_and_again_changes_nothing) {
    const auto first = import(three_numbers, north());
    EXPECT_EQ(first.state, JobState::done) << first.problem;
    EXPECT_EQ(first.changed, 3);
    EXPECT_EQ(first.refused, 0);
    EXPECT_EQ(number("+15145550100")->row.tenant, 2);
    EXPECT_EQ(number("+15145550100")->shared.state, NumberState::available);
    EXPECT_EQ(number("+15145550101")->company_name, "Acme");
    EXPECT_EQ(number("+15145550101")->shared.state, NumberState::assigned);
    EXPECT_EQ(number("+15145550101")->shared.country, "CA");
    const auto second = import(three_numbers, north());
    EXPECT_EQ(second.changed, 0);
    EXPECT_EQ(second.same, 3);
    EXPECT_EQ(total(), 3);
}

TEST_P(InventoryDeskTest, a_dry_run_tells_and_changes_nothing) {
    const auto told = import(three_numbers, north(), true);
    EXPECT_EQ(told.changed, 3);
    EXPECT_TRUE(told.dry_run);
    EXPECT_FALSE(told.can_undo);
    EXPECT_EQ(total(), 0);
}

TEST_P(InventoryDeskTest, each_bad_cell_of_a_large_file_is_named_and_the_good_rows_are_taken) {
    std::string csv = "number,used_by,company\r\n";
    constexpr int rows = 20'000, every = 100;
    for (int at = 0; at < rows; ++at) {
        const auto text = std::to_string(at);
        csv += at % every == 7 ? "not a number" : "+1514" + std::string("5") + std::string(6 - text.size(), '0') + text;
        csv += ",,Acme\r\n";
    }
    const auto job = import(csv, north());
    EXPECT_EQ(job.state, JobState::done) << job.problem;
    EXPECT_EQ(job.refused, rows / every);
    EXPECT_EQ(job.changed, rows - rows / every);
    const auto refused = results(job);
    std::set<std::int64_t> named;
    for (const auto& each : refused) named.insert(each.row);
    for (int at = 7; at < rows; at += every) EXPECT_TRUE(named.contains(at + 2)) << "row " << at + 2;
    EXPECT_EQ(total(), job.changed);
}

TEST_P(InventoryDeskTest, a_company_sees_its_own_numbers_and_nothing_of_others) {
    import(three_numbers, north());
    const auto page = desk->numbers(acme(), {});
    ASSERT_TRUE(page);
    ASSERT_EQ(page->numbers.size(), 1U);
    EXPECT_EQ(number_text(page->numbers.front().row.key), "+15145550101");
    EXPECT_FALSE(number("+15145550100", acme()));
    InventoryQuery of_north;
    of_north.filter.tenant = 2;
    const auto refused = desk->numbers(acme(), of_north);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, not_found_code);
    EXPECT_EQ(desk->numbers(as(Role::var_administrator, 3), {})->total->count, 0);
}

TEST_P(InventoryDeskTest, a_number_is_assigned_used_and_taken_back_each_with_its_line_of_history) {
    import(three_numbers, north());
    EXPECT_EQ(change(north(), to(11), {"+15145550100"}).changed, 1);
    const auto bakery = as(Role::company_administrator, 11);
    EXPECT_EQ(change(bakery, used_by("Anna"), {"+15145550100"}).changed, 1);
    EXPECT_EQ(number("+15145550100")->row.used_by, "Anna");
    NumberWish back;
    back.action = NumberAction::unassign;
    EXPECT_EQ(change(north(), back, {"+15145550100"}).changed, 1);
    EXPECT_EQ(number("+15145550100")->row.tenant, 2);
    const auto history = desk->history(north(), *number_key("+15145550100"), 10);
    ASSERT_TRUE(history && *history);
    std::vector<std::string> lines;
    for (const auto& each : **history) lines.push_back(each.what);
    EXPECT_EQ(lines, (std::vector<std::string>{"unassigned", "assigned", "assigned", "added"}));
    EXPECT_THAT((**history)[1].data, HasSubstr(R"("used_by":["","Anna"])"));
}

TEST_P(InventoryDeskTest, what_is_refused_says_why_number_by_number) {
    import(three_numbers, north());
    const auto job = change(north(), to(11), {"+15145550100", "+15145550101", "+15145559999", "reception"});
    EXPECT_EQ(job.changed, 1);
    EXPECT_EQ(job.refused, 3);
    EXPECT_EQ(job.done, 4);
    std::map<std::string, std::string> said;
    for (const auto& each : results(job)) said[each.number] = each.problem;
    EXPECT_THAT(said["+15145550101"], HasSubstr("Acme"));
    EXPECT_THAT(said["+15145559999"], HasSubstr("no such number"));
    EXPECT_THAT(said["reception"], HasSubstr("+15145550100"));
}

TEST_P(InventoryDeskTest, nobody_assigns_beyond_their_reach) {
    import(three_numbers, north());
    EXPECT_FALSE(wait(desk->change(acme(), {.numbers = {"+15145550101"}, .range = {}, .filter = {}}, to(11), false, "{}", std::nullopt)));
    EXPECT_FALSE(wait(desk->change(as(Role::system_administrator, 1), {.numbers = {"+15145550100"}, .range = {}, .filter = {}}, to(10), false, "{}", std::nullopt)));
    EXPECT_FALSE(wait(desk->change(as(Role::reader_token, 2), {.numbers = {"+15145550100"}, .range = {}, .filter = {}}, to(10), false, "{}", std::nullopt)));
    const auto theirs = change(as(Role::var_administrator, 3), to(14), {"+15145550100"});
    EXPECT_EQ(theirs.changed, 0);
    EXPECT_THAT(results(theirs).front().problem, HasSubstr("no such number"));
    EXPECT_FALSE(desk->begin_import(acme(), {}));
}

TEST_P(InventoryDeskTest, a_job_is_taken_back_where_nothing_else_has_happened_since) {
    import(three_numbers, north());
    const auto job = change(north(), to(11), {"+15145550100", "+14185550102"});
    EXPECT_TRUE(job.can_undo);
    EXPECT_EQ(change(as(Role::company_administrator, 11), used_by("Anna"), {"+15145550100"}).changed, 1);
    const auto undone = ended(wait(desk->undo(north(), job.id, std::nullopt)));
    EXPECT_EQ(undone.changed, 1);
    EXPECT_EQ(undone.refused, 1);
    EXPECT_EQ(number("+14185550102")->row.tenant, 2);
    EXPECT_EQ(number("+14185550102")->shared.state, NumberState::available);
    EXPECT_EQ(number("+15145550100")->row.tenant, 11);
    EXPECT_FALSE(wait(desk->undo(north(), job.id, std::nullopt))) << "once is enough";
}

TEST_P(InventoryDeskTest, an_import_is_taken_back_and_its_numbers_are_gone) {
    const auto job = import(three_numbers, north());
    const auto undone = ended(wait(desk->undo(north(), job.id, std::nullopt)));
    EXPECT_EQ(undone.changed, 3);
    EXPECT_EQ(total(), 0);
    InventoryQuery search;
    search.filter.number = "5550100";
    EXPECT_TRUE(desk->numbers(north(), search)->numbers.empty());
}

TEST_P(InventoryDeskTest, all_that_a_query_shows_is_changed) {
    import(three_numbers, north());
    NumberSelection selection;
    selection.filter = NumberFilter{};
    selection.filter->number = "+1514";
    NumberWish wish;
    wish.tags_added = {"vip"};
    const auto job = ended(wait(desk->change(north(), selection, wish, false, "{}", std::nullopt)));
    EXPECT_EQ(job.changed, 2);
    EXPECT_EQ(number("+15145550101")->row.tags, "vip");
    EXPECT_EQ(number("+14185550102")->row.tags, "");
}

TEST_P(InventoryDeskTest, a_call_makes_a_number_active_once_and_the_earliest_counts) {
    import(three_numbers, north());
    const auto pbx = as(Role::operator_token, 1);
    const Instant noon{std::chrono::milliseconds{1'790'000'100'000}};
    auto taken = wait(desk->take_calls(pbx, {{"+15145550100", noon}, {"+15145550100", noon + std::chrono::hours(1)}, {"+15145559999", noon}}));
    ASSERT_TRUE(taken) << taken.error().message;
    EXPECT_EQ(taken->first, 1);
    EXPECT_EQ(taken->known, 1);
    EXPECT_EQ(taken->unknown, 1);
    const auto version = number("+15145550100")->row.version;
    taken = wait(desk->take_calls(pbx, {{"+15145550100", noon}}));
    EXPECT_EQ(taken->first, 0);
    EXPECT_EQ(taken->known, 1);
    EXPECT_EQ(number("+15145550100")->row.version, version);
    EXPECT_TRUE(number("+15145550100")->shared.active);
    EXPECT_EQ(desk->facets(north(), 0)->at("status").at("active"), 1);
}

TEST_P(InventoryDeskTest, a_job_that_a_restart_ended_says_so) {
    NumberJob left;
    left.id = 99;
    left.tenant = 2;
    left.by = "anna";
    left.kind = "assign";
    left.request = "{}";
    JobBook book(access_of(*store));
    ASSERT_TRUE(book.begin({.at = clock, .who = "anna", .person = 0, .home = 2, .address = {}}, left, "numbers.assign", {}));
    open();
    const auto job = desk->job(north(), 99);
    ASSERT_TRUE(job && *job);
    EXPECT_EQ((*job)->state, JobState::failed);
    EXPECT_THAT((*job)->problem, HasSubstr("again"));
}

TEST_P(InventoryDeskTest, who_holds_a_number_now_reads_nothing_of_who_held_it_before) {
    import(three_numbers, north());
    EXPECT_EQ(change(acme(), used_by("Jane Doe"), {"+15145550101"}).changed, 1);
    NumberWish tagged;
    tagged.custom = {{"floor", "2"}};
    tagged.tags_added = {"vip"};
    EXPECT_EQ(change(acme(), tagged, {"+15145550101"}).changed, 1);
    NumberWish back;
    back.action = NumberAction::unassign;
    EXPECT_EQ(change(north(), back, {"+15145550101"}).changed, 1);
    EXPECT_EQ(change(north(), to(11), {"+15145550101"}).changed, 1);
    const auto bakery = as(Role::company_administrator, 11);
    const auto now = number("+15145550101", bakery);
    ASSERT_TRUE(now);
    EXPECT_EQ(now->row.tags, "");
    EXPECT_EQ(now->row.custom, "{}");
    const auto theirs = desk->history(bakery, now->row.key, 100);
    ASSERT_TRUE(theirs && *theirs);
    for (const auto& each : **theirs) EXPECT_EQ(each.data.find("Jane"), std::string::npos) << each.data;
    EXPECT_EQ((*desk->history(north(), now->row.key, 100))->size(), 5U) << "who is above both reads it all";
}

TEST_P(InventoryDeskTest, a_number_that_is_given_twice_at_once_is_one) {
    const auto job = ended(wait(desk->add(
        north(), {{.number = "+15145550100", .provider = "thinktel", .country = {}, .type = {}, .used_by = {}, .features = {}, .cost = {}, .use = {}, .tenant = 0, .tags = {}, .custom = {}},
                  {.number = "+1 514 555 0100", .provider = "thinktel", .country = {}, .type = {}, .used_by = {}, .features = {}, .cost = {}, .use = {}, .tenant = 0, .tags = {}, .custom = {}}},
        false, "{}", std::nullopt
    )));
    EXPECT_EQ(job.state, JobState::done) << job.problem;
    EXPECT_EQ(job.changed, 1);
    EXPECT_EQ(job.same, 1);
    EXPECT_EQ(total(), 1);
}

TEST_P(InventoryDeskTest, a_file_neither_releases_nor_finds_a_number) {
    import(three_numbers, north());
    const auto job = import("number,state\n+15145550100,released\n+15145550177,in_service\n+15145550188,reserved\n", north());
    EXPECT_EQ(job.changed, 1);
    EXPECT_EQ(job.refused, 2);
    EXPECT_EQ(number("+15145550100")->shared.state, NumberState::available);
    EXPECT_EQ(number("+15145550188")->shared.state, NumberState::reserved);
    EXPECT_FALSE(number("+15145550177"));
}

TEST_P(InventoryDeskTest, a_number_added_by_hand_is_looked_at_field_by_field) {
    const auto added = wait(desk->add(
        north(),
        {{.number = "+15145550100", .provider = "nobody", .country = "XX", .type = "rotary", .used_by = std::string(300, 'a'), .features = {}, .cost = "cheap",
          .use = UseType::user, .tenant = 0, .tags = {"two words"}, .custom = {}},
         {.number = "12", .provider = "thinktel", .country = "CA", .type = {}, .used_by = {}, .features = {}, .cost = {}, .use = {}, .tenant = 0, .tags = {}, .custom = {}}},
        false, "{}", std::nullopt
    ));
    ASSERT_FALSE(added);
    for (const auto* field : {"/numbers/0/type: ", "/numbers/0/country: ", "/numbers/0/cost: ", "/numbers/0: ", "/numbers/1/number: "})
        EXPECT_THAT(added.error().message, HasSubstr(field));
    EXPECT_EQ(total(), 0);
}

TEST_P(InventoryDeskTest, the_audit_log_says_who_wished_a_job_and_from_which_account) {
    import(three_numbers, north());
    auto entered = north();
    entered.token_name = who_text("@root", 1);
    entered.person = 7;
    entered.home = 1;
    change(entered, to(11), {"+15145550100"});
    const auto records = AuditLog(access_of(*store)).records({});
    ASSERT_TRUE(records) << records.error().message;
    ASSERT_EQ(records->size(), 2U) << "the import, and this";
    const auto& newest = records->front().entry;
    EXPECT_EQ(newest.action, "numbers.assign");
    EXPECT_EQ(newest.who, "@root") << "the account stands beside the name, not in it";
    EXPECT_EQ(newest.person, 7);
    EXPECT_EQ(newest.home, 1);
    EXPECT_EQ(newest.tenant, 2);
}

TEST_P(InventoryDeskTest, of_companies_with_one_name_the_var_of_the_file_tells_which) {
    using enum TenantKind;
    tenants.take(*TenantTree::make(
        {{1, 0, system, "System"}, {2, 1, var, "North"}, {3, 1, var, "Süd"}, {10, 2, company, "Acme"}, {11, 3, company, "ACME"}, {12, 2, company, "Bakery"}}
    ));
    const auto job = import(
        "number,company,reseller\n5145550100,Acme,North\n5145550101,acme,sud\n5145550102,Acme,\n5145550103,Bakery,Süd\n5145550104,Acme,West\n"
        "5145550105,,North\n5145550106,Bakery,\n5145550107,,\n",
        as(Role::operator_token, 1)
    );
    EXPECT_EQ(job.changed, 5);
    EXPECT_EQ(job.refused, 3);
    EXPECT_EQ(number("+15145550100")->row.tenant, 10);
    EXPECT_EQ(number("+15145550101")->row.tenant, 11);
    EXPECT_EQ(number("+15145550105")->row.tenant, 2) << "no company: it lies in the VAR's pool";
    EXPECT_EQ(number("+15145550106")->row.tenant, 12);
    EXPECT_EQ(number("+15145550107")->row.tenant, 1);
    std::map<std::int64_t, JobResult> said;
    for (const auto& each : results(job)) said[each.row] = each;
    EXPECT_EQ(said[4].column, "B (company)");
    EXPECT_THAT(said[4].problem, HasSubstr("name the VAR as well"));
    EXPECT_EQ(said[5].column, "C (reseller)");
    EXPECT_EQ(said[5].number, "Süd");
    EXPECT_THAT(said[5].problem, HasSubstr("\"Bakery\" is not below this VAR"));
    EXPECT_EQ(said[6].column, "C (reseller)");
    EXPECT_THAT(said[6].problem, HasSubstr("no VAR of this name"));
}

TEST_P(InventoryDeskTest, a_file_with_too_many_bad_rows_fails_for_whatever_reason_they_are) {
    bad_rows_max = 3;
    open();
    const std::string head = "number,company\n";
    const auto row = [](int at, const std::string& company) { return "514555010" + std::to_string(at) + "," + company + "\n"; };
    const auto rows = [&](int from, int to, const std::string& company) {
        std::string out;
        for (int at = from; at < to; ++at) out += row(at, company);
        return out;
    };
    const auto fits = import(head + rows(0, 3, "Nobody") + rows(3, 5, "Acme"), north());
    EXPECT_EQ(fits.state, JobState::done);
    EXPECT_EQ(fits.refused, 3);
    const std::string unreadable = "x1,\nx2,\nx3,\nx4,\n";
    for (const auto& [why, csv] : std::map<std::string, std::string>{
             {"no such company", rows(0, 4, "Nobody")},
             {"no number", unreadable},
             {"repeated", rows(0, 1, "Acme") + rows(0, 1, "Acme") + rows(0, 1, "Acme") + rows(0, 1, "Acme") + rows(0, 1, "Acme")},
             {"of each kind", rows(0, 2, "Nobody") + "x1,\n" + rows(3, 4, "Acme") + rows(3, 4, "Acme")}
         }) {
        const auto job = import(head + csv, north());
        EXPECT_EQ(job.state, JobState::failed) << why;
        EXPECT_THAT(job.problem, HasSubstr("more than")) << why;
    }
}

TEST_P(InventoryDeskTest, a_vars_own_name_fits_in_its_files_and_anothers_does_not) {
    const auto job = import("number,company,var\n5145550100,Acme,North\n5145550101,,North\n5145550102,Far,South\n", north());
    EXPECT_EQ(job.changed, 2);
    EXPECT_EQ(number("+15145550101")->row.tenant, 2);
    ASSERT_EQ(results(job).size(), 1U);
    EXPECT_THAT(results(job).front().problem, HasSubstr("no VAR of this name among your accounts")) << "nor does it hear of South";
}

TEST_P(InventoryDeskTest, a_file_given_again_changes_nothing_of_what_options_set_beside_it) {
    const std::string csv = "number,tags,Floor\n5145550100,vip night,5\n";
    import(csv, north());
    EXPECT_EQ(number("+15145550100")->row.tags, "night vip");
    NumberWish options;
    options.tags_added = {"vip"};
    options.custom = {{"desk", "12"}};
    EXPECT_EQ(change(north(), options, {"+15145550100"}).changed, 1);
    const auto again = import(csv, north());
    EXPECT_EQ(again.changed, 0);
    EXPECT_EQ(again.same, 1);
    EXPECT_EQ(number("+15145550100")->row.custom, R"({"Floor":"5","desk":"12"})");
    EXPECT_EQ(import("number,Floor\n5145550100,6\n", north()).changed, 1);
    EXPECT_EQ(number("+15145550100")->row.custom, R"({"Floor":"6","desk":"12"})");
    EXPECT_EQ(number("+15145550100")->row.tags, "night vip");
}

TEST_P(InventoryDeskTest, whose_a_number_is_that_cannot_be_added_is_not_told) {
    import(three_numbers, north());
    const auto south = as(Role::var_administrator, 3);
    const auto mine = ended(begun_add(south, "+15145550100"));
    EXPECT_EQ(mine.refused, 1);
    const auto said = results(mine).front().problem;
    EXPECT_EQ(said, "it cannot be put into your inventory; ask whoever runs this system");
    EXPECT_EQ(results(import("number\n5145550100\n", south)).front().problem, said);
    EXPECT_EQ(change(south, to(14), {"+15145550100"}).refused, change(south, to(14), {"+15145559999"}).refused);
}

TEST_P(InventoryDeskTest, what_waits_is_cancelled_before_it_begins) {
    const auto first = held_import(north());
    const auto second = begun_add(north(), "+15145550177");
    ASSERT_TRUE(second);
    EXPECT_TRUE(desk->cancel(north(), second->id));
    EXPECT_FALSE(desk->cancel(as(Role::var_administrator, 3), first.id)) << "of others there is none";
    release();
    EXPECT_EQ(ended(Result<NumberJob>(first)).state, JobState::done);
    const auto cancelled = ended(second);
    EXPECT_EQ(cancelled.state, JobState::cancelled);
    EXPECT_EQ(cancelled.changed, 0);
    EXPECT_FALSE(number("+15145550177"));
    EXPECT_FALSE(desk->cancel(north(), second->id)) << "it has ended";
}

TEST_P(InventoryDeskTest, an_import_says_at_its_end_how_many_rows_it_had) {
    const auto job = import(three_numbers + "\n\n", north());
    EXPECT_EQ(job.done, 3);
    EXPECT_EQ(job.total, 3);
    EXPECT_EQ(import("Notes\nnothing\n", north()).total, 2) << "one that cannot be read was at none of its lines";
}

TEST_P(InventoryDeskTest, an_import_under_way_is_cancelled) {
    const auto job = held_import(north());
    EXPECT_TRUE(desk->cancel(north(), job.id));
    release();
    const auto cancelled = ended(Result<NumberJob>(job));
    EXPECT_EQ(cancelled.state, JobState::cancelled);
    EXPECT_EQ(total(), 0);
}

TEST_P(InventoryDeskTest, an_orderly_stop_says_of_each_job_that_it_was_cut_off_and_what_to_do) {
    const auto first = held_import(north());
    const auto second = begun_add(north(), "+15145550177");
    ASSERT_TRUE(second);
    desk->cut_off();
    release();
    desk->stop();
    for (const auto id : {first.id, second->id}) {
        const auto job = desk->job(north(), id).value().value();
        EXPECT_EQ(job.state, JobState::failed);
        EXPECT_THAT(job.problem, HasSubstr("Wish it again"));
    }
    open();
    EXPECT_EQ(import(three_numbers, north()).changed, 3) << "and so it is";
}

TEST_P(InventoryDeskTest, so_many_changes_of_an_account_wait_and_no_more) {
    waiting.jobs_of_account_max = 2;
    open();
    const auto first = held_import(north());
    const auto second = begun_add(north(), "+15145550177");
    EXPECT_TRUE(second);
    const auto third = begun_add(north(), "+15145550178");
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().code, jobs_waiting_code);
    EXPECT_GT(third.error().retry_after.count(), 0);
    EXPECT_THAT(third.error().message, HasSubstr("2 changes of numbers wait"));
    EXPECT_FALSE(desk->begin_import(north(), {})) << "before a byte of the file is taken";
    EXPECT_TRUE(begun_add(as(Role::var_administrator, 3), "+15145550179")) << "another account is not kept waiting";
    release();
    ended(second);
    EXPECT_TRUE(begun_add(north(), "+15145550178")) << "and then there is room again";
}

TEST_P(InventoryDeskTest, files_that_wait_hold_so_many_bytes_and_no_more) {
    waiting.bytes_of_account_max = 1'000;
    waiting.bytes_max = 1'500;
    open();
    const auto upload_of = [&](const Caller& caller) { return desk->begin_import(caller, {}).value(); };
    const std::string half(800, 'x');
    {
        const auto first = upload_of(north());
        EXPECT_TRUE(first->append(half));
        const auto full = first->append(half);
        ASSERT_FALSE(full);
        EXPECT_EQ(full.error().kind, ErrorKind::unavailable);
        EXPECT_GT(full.error().retry_after.count(), 0);
        EXPECT_FALSE(upload_of(as(Role::var_administrator, 3))->append(half)) << "together they are too large";
    }
    EXPECT_TRUE(upload_of(north())->append(half)) << "what was given up holds nothing";
}

TEST_P(InventoryDeskTest, what_was_told_of_old_jobs_goes_and_they_stay_without_it) {
    const auto first = import("number\n5145550100\nreception\n", north());
    const auto between = clock;
    clock += std::chrono::hours(1);
    const auto second = import("number\n5145550101\nreception\n", north());
    const auto tidied = [&](Instant before) {
        int times = 0;
        for (;; ++times) {
            const auto more = desk->tidy(before);
            EXPECT_TRUE(more) << more.error().message;
            if (!more || !*more) return times;
        }
    };
    EXPECT_EQ(tidied(first.began), 0) << "it ended later than that";
    EXPECT_GE(tidied(between + std::chrono::milliseconds(1)), 1);
    EXPECT_TRUE(results(first).empty());
    const auto old = desk->job(north(), first.id).value().value();
    EXPECT_EQ(old.refused, 1);
    EXPECT_FALSE(old.can_undo);
    EXPECT_FALSE(wait(desk->undo(north(), first.id, std::nullopt)));
    EXPECT_EQ(results(second).size(), 1U);
    EXPECT_TRUE(desk->job(north(), second.id).value()->can_undo);
}

TEST_P(InventoryDeskTest, a_number_that_was_given_up_and_is_added_is_a_number_of_ours_again) {
    using enum NumberState;
    for (const auto gone : {released, ported_out, failed}) {
        const auto text = "+1514555010" + std::to_string(static_cast<int>(gone) % 10);
        const auto added = import("number,company,tags,provider\n" + text + ",Acme,vip,thinktel\n", north());
        ASSERT_EQ(added.changed, 1);
        {
            auto& inventory = desk->inventory();
            const auto held = inventory.hold();
            const auto before = inventory.forms({*number_key(text)}).value().front();
            auto after = before;
            after.shared.state = gone;
            after.shared.active = true;
            after.row.note = "recipient.has.flow";
            after.row.carrier_id = "T-1";
            after.row.order = 77;
            after.row.first_call = clock;
            ASSERT_TRUE(inventory.write({{before, after, "gone"}}, {.at = clock, .by = "test"}));
        }
        const auto was = number(text);
        const auto strange = import("number,provider\n" + text + ",genesys\n", as(Role::var_administrator, 3));
        EXPECT_EQ(strange.refused, 1) << "another VAR's claim is no proof";
        EXPECT_THAT(results(strange).front().problem, HasSubstr("ask whoever runs this system"));
        EXPECT_EQ(number(text)->shared.state, gone);

        const auto again = import("number,provider\n" + text + ",genesys\n", north());
        EXPECT_EQ(again.changed, 1) << "at another provider, and in the pool";
        const auto now = number(text);
        EXPECT_EQ(now->shared.state, available);
        EXPECT_EQ(now->shared.account, "genesys");
        EXPECT_FALSE(now->shared.active);
        EXPECT_EQ(now->row.tenant, 2);
        EXPECT_EQ(now->row.tags, "");
        EXPECT_EQ(now->row.note, "");
        EXPECT_EQ(now->row.carrier_id, "");
        EXPECT_EQ(now->row.order, 0);
        EXPECT_FALSE(now->row.first_call);
        const auto newest = desk->history(north(), *number_key(text), 1).value()->front();
        EXPECT_EQ(newest.what, "added");
        EXPECT_THAT(newest.data, HasSubstr(std::string(word_of(gone)) + "\",\"available"));
        EXPECT_EQ(import("number,provider\n" + text + ",genesys\n", north()).same, 1) << "and again changes nothing";
        const auto undone = ended(wait(desk->undo(north(), again.id, std::nullopt)));
        EXPECT_EQ(undone.changed, 1);
        auto back = number(text);
        EXPECT_TRUE(back->shared.active);
        EXPECT_EQ(back->row.first_call, was->row.first_call);
        EXPECT_EQ(back->row.carrier_id, "T-1");
        EXPECT_EQ(back->row.order, 77);
        EXPECT_EQ(back->shared, was->shared);
        back->row.version = was->row.version;
        back->row.updated = was->row.updated;
        back->row.class_id = was->row.class_id;
        EXPECT_EQ(back->row, was->row) << "all of it";
        NumberGiven given;
        given.number = text;
        given.provider = "thinktel";
        given.tenant = 11;
        EXPECT_EQ(ended(wait(desk->add(north(), {given}, false, "{}", std::nullopt))).changed, 1);
        EXPECT_EQ(number(text)->shared.state, assigned) << "by hand, and to another company";
        EXPECT_EQ(number(text)->row.tenant, 11);
    }
}

NumberWish give_back() {
    NumberWish wish;
    wish.action = NumberAction::release;
    return wish;
}

TEST_P(InventoryDeskTest, numbers_are_given_back_by_orders_of_one_account_each_and_never_twice) {
    std::string csv = "number,provider\n";
    std::vector<std::string> all;
    for (int at = 0; at < 60; ++at) {
        all.push_back("+1514555" + std::to_string(1000 + at));
        csv += all.back() + (at < 55 ? ",thinktel\n" : ",genesys\n");
    }
    ASSERT_EQ(import(csv, north()).changed, 60);
    const auto tried = change(north(), give_back(), all, true);
    EXPECT_EQ(tried.changed, 60);
    EXPECT_TRUE(releases.empty());
    EXPECT_EQ(number(all[0])->shared.state, NumberState::available);
    const auto done = change(north(), give_back(), all);
    EXPECT_EQ(done.state, JobState::done) << done.problem;
    EXPECT_EQ(done.changed, 60);
    EXPECT_FALSE(done.can_undo);
    using Each = std::tuple<std::string, std::size_t, std::int64_t>;
    ASSERT_EQ(releases.size(), 60u) << "one for each number: a doubt about one is a doubt about no other";
    EXPECT_EQ(std::ranges::count(releases, Each{"genesys", 1, 2}), 5);
    EXPECT_EQ(std::ranges::count(releases, Each{"thinktel", 1, 2}), 55);
    EXPECT_EQ(number(all[0])->shared.state, NumberState::releasing);
    const auto again = change(north(), give_back(), all);
    EXPECT_EQ(again.same, 60);
    EXPECT_EQ(releases.size(), 60u);
    const auto undone = wait(desk->undo(north(), done.id, std::nullopt));
    ASSERT_FALSE(undone);
    EXPECT_THAT(undone.error().message, HasSubstr("order them anew"));
}

TEST_P(InventoryDeskTest, what_cannot_be_given_back_says_what_to_do) {
    import("number,company,provider\n514-555-0100,Acme,thinktel\n514-555-0101,Acme,ringcentral\n514-555-0102,,thinktel\n514-555-0103,Acme,thinktel\n", north());
    change(acme(), used_by("Anna"), {"+15145550100"});
    NumberWish reserve;
    reserve.action = NumberAction::reserve;
    change(north(), reserve, {"+15145550102"});
    const auto job = change(north(), give_back(), {"+15145550100", "+15145550101", "+15145550102", "+15145550103", "+15145550199"});
    EXPECT_EQ(job.changed, 1);
    EXPECT_EQ(job.refused, 4);
    std::map<std::string, std::string> why;
    for (const auto& each : results(job)) why[each.number] = each.problem;
    EXPECT_THAT(why["+15145550100"], HasSubstr("unassign it first"));
    EXPECT_THAT(why["+15145550101"], HasSubstr("by hand"));
    EXPECT_THAT(why["+15145550102"], HasSubstr("take the reservation back first"));
    EXPECT_THAT(why["+15145550199"], HasSubstr("no such number"));
    EXPECT_EQ(number("+15145550103")->shared.state, NumberState::releasing);
}

TEST_P(InventoryDeskTest, who_may_not_give_numbers_back_is_refused) {
    import("number,company\n514-555-0100,Acme\n", north());
    EXPECT_FALSE(wait(desk->change(as(Role::system_administrator, 1), {.numbers = {"+15145550100"}, .range = {}, .filter = {}}, give_back(), false, "{}", std::nullopt)));
    const auto strange = change(as(Role::company_administrator, 11), give_back(), {"+15145550100"});
    EXPECT_EQ(strange.refused, 1);
    EXPECT_EQ(change(acme(), give_back(), {"+15145550100"}).changed, 1) << "a company gives its own back";
    EXPECT_EQ(releases.size(), 1u);
}

TEST_P(InventoryDeskTest, a_release_that_no_order_was_taken_in_for_marks_nothing) {
    import("number\n514-555-0100\n", north());
    is_store_away = true;
    const auto job = change(north(), give_back(), {"+15145550100"});
    EXPECT_EQ(job.state, JobState::failed);
    EXPECT_EQ(job.changed, 0);
    EXPECT_EQ(number("+15145550100")->shared.state, NumberState::available);
}

INSTANTIATE_TEST_SUITE_P(Stores, InventoryDeskTest, ::testing::Values("sqlite", "postgresql"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace porteur
