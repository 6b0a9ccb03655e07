// SPDX-License-Identifier: Apache-2.0
// Jobs on numbers while things go wrong: a store that fails in the middle of a piece, accounts that are moved or
// disabled under a job, and a daemon that stops.
#include "inventory/job_runner.hpp"

#include <filesystem>

#include <gmock/gmock.h>

#include "store/people_book.hpp"
#include "support/engine_world.hpp"

namespace porteur {
namespace {

using ::testing::HasSubstr;

/// A book whose writes fail when they are told to.
class FaultyBook final : public NumberBook {
public:
    explicit FaultyBook(std::unique_ptr<NumberBook> book) : book_(std::move(book)) {}

    Result<std::vector<StoredClass>> classes() override { return book_->classes(); }
    Result<std::vector<NumberCount>> counts() override { return book_->counts(); }
    Result<std::vector<NumberKey>> keys(const KeyScan& scan) override { return book_->keys(scan); }
    Result<std::vector<UsedPlace>> by_user(const KeyScan& scan, const UsedPlace& after) override { return book_->by_user(scan, after); }
    Result<std::vector<NumberRow>> rows(const std::vector<NumberKey>& keys, bool lie_together) override {
        if (fails_reading) return failure(ErrorKind::unavailable, "the disk is gone");
        return book_->rows(keys, lie_together);
    }
    Result<std::vector<NumberRow>> rows_along(const KeyScan& scan) override {
        if (fails_reading) return failure(ErrorKind::unavailable, "the disk is gone");
        return book_->rows_along(scan);
    }
    Result<void> each_place(const TakePlace& take) override { return book_->each_place(take); }
    Result<void> each_line(const KeyScan& scan, const std::function<bool(const NumberLine&)>& take) override { return book_->each_line(scan, take); }
    Result<std::vector<NumberEvent>> history(NumberKey key, int limit) override { return book_->history(key, limit); }
    Result<void> write(const NumberChanges& changes) override {
        ++writes;
        if (writes == fails_at || fails_from_now_on) return failure(ErrorKind::unavailable, "the disk is full");
        if (on_write) on_write();
        return book_->write(changes);
    }

    int writes = 0, fails_at = 0;
    bool fails_reading = false, fails_from_now_on = false;
    std::function<void()> on_write;

private:
    std::unique_ptr<NumberBook> book_;
};

class JobRunnerTest : public ::testing::Test {
protected:
    JobRunnerTest() {
        std::filesystem::create_directories(folder);
        auto opened = Store::open(
            {.address = "sqlite:" + (folder / "porteur.db").string(), .holder = "test", .beside = false}, seal,
            [](std::function<void()> run) { run(); }
        );
        store = std::move(opened.value());
        book = std::make_unique<FaultyBook>(open_number_book(*store));
        jobs = std::make_unique<JobBook>(access_of(*store));
        inventory = std::make_unique<Inventory>(*book, directory);
        list = std::make_unique<InventoryList>(*book, directory);
        EXPECT_TRUE(directory.load(*book));
        take_accounts({});
        runner = std::make_unique<JobRunner>(JobRunner::Parts{
            .book = *book, .jobs = *jobs, .inventory = *inventory, .list = *list, .tenants = tenants, .now = [] { return Instant{std::chrono::seconds{1'790'000'000}}; }
        });
    }
    ~JobRunnerTest() override {
        book.reset();
        store.reset();
        std::filesystem::remove_all(folder);
    }
    /// 2 North and 3 South are VARs; 10 and 11 are companies of North.
    void take_accounts(std::set<std::int64_t> disabled, std::int64_t bakery_below = 2) {
        using enum TenantKind;
        std::vector<Tenant> all{{1, 0, system, "System"}, {2, 1, var, "North"}, {3, 1, var, "South"}, {10, 2, company, "Acme"},
                                {11, bakery_below, company, "Bakery"}};
        for (auto& each : all) each.disabled = disabled.contains(each.id);
        tenants.take(*TenantTree::make(std::move(all)));
    }
    static std::string text_of(int at) { return "+1514555" + std::to_string(1000 + at); }
    static std::vector<JobRunner::NewNumber> some(int count, std::int64_t tenant = 2, std::int64_t var = 0) {
        std::vector<JobRunner::NewNumber> out;
        for (int at = 0; at < count; ++at) {
            JobRunner::NewNumber each;
            each.row = at + 2;
            each.var = var;
            each.form.row.key = *number_key(text_of(at));
            each.form.row.tenant = tenant;
            each.form.shared.account = "thinktel";
            each.form.shared.state = tenant >= 10 ? NumberState::assigned : NumberState::available;
            out.push_back(std::move(each));
        }
        return out;
    }
    NumberJob job(std::string kind) {
        NumberJob made;
        made.id = ++last_id;
        made.tenant = 2;
        made.by = "anna";
        made.kind = std::move(kind);
        made.request = "{}";
        EXPECT_TRUE(jobs->begin({.at = {}, .who = "anna", .person = 0, .home = 2, .address = {}}, made, "numbers." + made.kind, {}));
        return made;
    }
    NumberJob stored(Id id) const { return jobs->job(id).value().value(); }
    std::vector<JobResult> results(Id id) const { return jobs->results(id, 0, 5'000).value(); }
    NumberJob add(std::vector<JobRunner::NewNumber> numbers) {
        JobUnderWay under_way{.job = job("import"), .signal = signal};
        runner->add(under_way, std::move(numbers), {}, north);
        if (under_way.job.state == JobState::running) runner->end(under_way, JobState::done);
        return stored(under_way.job.id);
    }
    NumberJob assign(int count, std::int64_t to) {
        NumberSelection selection;
        for (int at = 0; at < count; ++at) selection.numbers.push_back(text_of(at));
        NumberWish wish;
        wish.action = NumberAction::assign;
        wish.tenant = to;
        JobUnderWay under_way{.job = job("assign"), .signal = signal};
        runner->change(under_way, selection, wish, north);
        return stored(under_way.job.id);
    }
    std::int64_t held_by(std::int64_t tenant) const {
        std::int64_t count = 0;
        directory.each_class_of(tenant, [&](std::int64_t, const NumberClass&, std::int64_t each) { count += each; });
        return count;
    }

    std::filesystem::path folder =
        std::filesystem::path(::testing::TempDir()) /
        ("runner_" + std::to_string(getpid()) + "_" + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    testing::HexSeal seal;
    std::unique_ptr<Store> store;
    std::unique_ptr<FaultyBook> book;
    std::unique_ptr<JobBook> jobs;
    std::unique_ptr<Inventory> inventory;
    NumberDirectory directory;
    std::unique_ptr<InventoryList> list;
    TenantsNow tenants;
    std::unique_ptr<JobRunner> runner;
    std::atomic<JobSignal> signal = JobSignal::go_on;
    const JobScope north{.tenant = 2, .role = Role::var_administrator, .by = "anna"};
    Id last_id = 100;
};

TEST_F(JobRunnerTest, a_piece_that_the_store_refuses_is_not_told_as_done) {
    add(some(2'500));
    book->fails_at = book->writes + 2;  // the second piece of a thousand
    const auto failed = assign(2'500, 10);
    EXPECT_EQ(failed.state, JobState::failed);
    EXPECT_EQ(failed.problem, "the disk is full");
    EXPECT_EQ(failed.done, 1'000);
    EXPECT_EQ(failed.changed, 1'000);
    EXPECT_EQ(held_by(10), 1'000);
    EXPECT_EQ(held_by(2), 1'500) << "what is counted is what the store has";
    const auto again = assign(2'500, 10);
    EXPECT_EQ(again.state, JobState::done);
    EXPECT_EQ(again.changed + again.refused + again.same, 2'500);
    EXPECT_EQ(held_by(10), 2'500);
}

TEST_F(JobRunnerTest, numbers_that_the_store_refuses_are_not_there_and_their_bad_rows_are_not_told) {
    JobUnderWay under_way{.job = job("import"), .signal = signal};
    runner->add(under_way, some(3), {}, north);
    book->fails_at = book->writes + 1;
    std::vector<JobResult> bad(1);
    bad.front().row = 9;
    bad.front().outcome = "refused";
    runner->add(under_way, some(6), std::move(bad), north, {.done = 1, .same = 0, .refused = 1});
    const auto failed = stored(under_way.job.id);
    EXPECT_EQ(failed.state, JobState::failed);
    EXPECT_EQ(failed.done, 3);
    EXPECT_EQ(failed.changed, 3);
    EXPECT_EQ(failed.refused, 0);
    EXPECT_TRUE(results(failed.id).empty());
    EXPECT_EQ(held_by(2), 3);
}

TEST_F(JobRunnerTest, a_store_that_cannot_be_read_ends_the_job) {
    add(some(3));
    book->fails_reading = true;
    const auto failed = assign(3, 10);
    EXPECT_EQ(failed.state, JobState::failed);
    EXPECT_EQ(failed.problem, "the disk is gone");
    EXPECT_EQ(failed.changed, 0);
}

TEST_F(JobRunnerTest, a_store_that_fails_for_good_leaves_the_job_for_the_next_start) {
    add(some(3));
    book->fails_from_now_on = true;
    EXPECT_EQ(assign(3, 10).state, JobState::running) << "nothing can be written, not even its end";
    EXPECT_EQ(jobs->running()->size(), 1U);
}

TEST(PutBack, takes_from_a_number_nothing_that_an_older_porteurd_did_not_keep) {
    NumberForm number;
    number.row.carrier_id = "T-1";
    number.row.order = 77;
    number.row.source = "port";
    number.row.first_call = Instant{std::chrono::seconds{1'790'000'000}};
    number.row.tags = "vip";
    number.shared.active = true;
    auto now = number;
    ASSERT_TRUE(put_back(R"({"account":10,"custom":{},"state":"assigned","status":"pending","tags":"night"})", now));
    EXPECT_EQ(now.row.tags, "night");
    EXPECT_EQ(now.row.carrier_id, "T-1");
    EXPECT_EQ(now.row.order, 77);
    EXPECT_EQ(now.row.source, "port");
    EXPECT_EQ(now.row.first_call, number.row.first_call);
    EXPECT_TRUE(now.shared.active);
    ASSERT_TRUE(put_back(fields_of(number), now));
    EXPECT_EQ(now.row.tags, "vip");
    EXPECT_EQ(now.row.first_call, number.row.first_call);
}

TEST_F(JobRunnerTest, an_undo_that_the_store_refuses_can_be_wished_again) {
    add(some(3));
    const auto assigned = assign(3, 10);
    const auto undo = [&] {
        auto wanted = job("undo");
        wanted.undoes = assigned.id;
        JobUnderWay under_way{.job = wanted, .signal = signal};
        runner->undo(under_way, assigned, north);
        return under_way.job;
    };
    book->fails_at = book->writes + 2;  // the first marks the job as being undone
    EXPECT_EQ(undo().state, JobState::failed);
    EXPECT_TRUE(stored(assigned.id).can_undo);
    EXPECT_EQ(held_by(10), 3);
    const auto second = undo();
    EXPECT_EQ(second.state, JobState::done);
    EXPECT_EQ(second.changed, 3);
    EXPECT_FALSE(stored(assigned.id).can_undo);
}

TEST_F(JobRunnerTest, an_account_that_is_disabled_under_a_job_gets_nothing_more) {
    add(some(2'000));
    book->on_write = [this] { take_accounts({10}); };  // after the first piece was judged
    const auto half = assign(2'000, 10);
    EXPECT_EQ(half.state, JobState::done);
    EXPECT_EQ(half.changed, 1'000);
    EXPECT_EQ(half.refused, 1'000);
    EXPECT_THAT(results(half.id).front().problem, HasSubstr("\"Acme\" is disabled"));
}

TEST_F(JobRunnerTest, an_account_that_is_disabled_under_a_release_gives_nothing_more_back) {
    add(some(10));
    int ordered = 0;
    JobRunner releases({
        .book = *book, .jobs = *jobs, .inventory = *inventory, .list = *list, .tenants = tenants, .now = [] { return Instant{std::chrono::seconds{1'790'000'000}}; },
        .door = {.catch_up = {}, .can = [](const std::string&) { return true; },
                 .order = [&](const std::string&, const std::vector<NumberKey>&, const JobScope&) -> Result<Id> {
                     if (++ordered == 3) take_accounts({2});
                     return ordered;
                 }}
    });
    JobUnderWay under_way{.job = job("release"), .signal = signal};
    NumberSelection selection;
    for (int at = 0; at < 10; ++at) selection.numbers.push_back(text_of(at));
    releases.release(under_way, selection, north);
    EXPECT_EQ(ordered, 3);
    const auto half = stored(under_way.job.id);
    EXPECT_EQ(half.state, JobState::done);
    EXPECT_EQ(half.done, 10);
    EXPECT_EQ(half.changed, 3);
    ASSERT_EQ(half.refused, 7);
    EXPECT_THAT(results(half.id).front().problem, HasSubstr("\"North\", for which this was wished, is disabled"));
    ordered = 0;
    JobUnderWay again{.job = job("release"), .signal = signal};
    releases.release(again, selection, north);
    EXPECT_EQ(ordered, 0);
    EXPECT_EQ(again.job.refused, 10);
}

TEST_F(JobRunnerTest, a_release_counts_no_refusal_that_it_does_not_tell) {
    add(some(1'010));
    int ordered = 0;
    JobRunner releases({
        .book = *book, .jobs = *jobs, .inventory = *inventory, .list = *list, .tenants = tenants, .now = [] { return Instant{std::chrono::seconds{1'790'000'000}}; },
        .door = {.catch_up = {}, .can = [](const std::string&) { return true; },
                 .order = [&](const std::string&, const std::vector<NumberKey>&, const JobScope&) -> Result<Id> {
                     if (++ordered % 3 == 0) take_accounts({2});
                     return ordered;
                 }}
    });
    const auto release = [&] {
        JobUnderWay under_way{.job = job("release"), .signal = signal};
        NumberSelection selection;
        for (int at = 0; at < 1'010; ++at) selection.numbers.push_back(text_of(at));
        releases.release(under_way, selection, north);
        return stored(under_way.job.id);
    };
    // The marks of three orders, and then what came too late for the others.
    book->fails_at = book->writes + 4;
    const auto failed = release();
    EXPECT_EQ(failed.state, JobState::failed);
    EXPECT_EQ(failed.problem, "the disk is full");
    EXPECT_EQ(failed.changed, 3);
    EXPECT_EQ(failed.done, 3);
    EXPECT_EQ(failed.refused, 0);
    EXPECT_TRUE(results(failed.id).empty());
    take_accounts({});
    book->fails_at = 0;
    book->on_write = [&, last = book->writes + 4] {
        if (book->writes == last) signal = JobSignal::cancel;
    };
    const auto cut_off = release();
    EXPECT_EQ(cut_off.state, JobState::cancelled);
    EXPECT_EQ(cut_off.changed, 3);
    EXPECT_GT(cut_off.refused, 900);
    EXPECT_EQ(results(cut_off.id).size(), static_cast<std::size_t>(cut_off.refused));
}

TEST_F(JobRunnerTest, an_account_that_is_moved_under_a_job_gets_nothing_more) {
    add(some(2'000));
    book->on_write = [this] { take_accounts({}, 3); };
    const auto half = assign(2'000, 11);
    EXPECT_EQ(half.changed, 1'000);
    EXPECT_EQ(half.refused, 1'000);
    EXPECT_THAT(results(half.id).front().problem, HasSubstr("11 is not among yours any more"));
}

TEST_F(JobRunnerTest, a_job_of_an_account_that_was_disabled_changes_nothing_more) {
    add(some(2));
    take_accounts({2});
    const auto none = assign(2, 10);
    EXPECT_EQ(none.refused, 2);
    EXPECT_THAT(results(none.id).front().problem, HasSubstr("\"North\", for which this was wished, is disabled"));
}

TEST_F(JobRunnerTest, a_file_puts_nothing_into_an_account_that_was_disabled_or_moved_since_it_was_read) {
    take_accounts({10}, 3);
    const auto disabled = add(some(1, 10));
    EXPECT_EQ(disabled.refused, 1);
    EXPECT_THAT(results(disabled.id).front().problem, HasSubstr("\"Acme\" is disabled"));
    EXPECT_EQ(results(disabled.id).front().row, 2);
    const auto moved = add(some(1, 11));
    EXPECT_THAT(results(moved.id).front().problem, HasSubstr("11 is not among yours any more"));
    // The installation sees both; the file's VAR is then the wrong one.
    JobUnderWay under_way{.job = job("import"), .signal = signal};
    runner->add(under_way, some(1, 11, 2), {}, {.tenant = 1, .role = Role::operator_token, .by = "anna"});
    EXPECT_THAT(results(under_way.job.id).front().problem, HasSubstr("\"Bakery\" is not below \"North\" any more"));
}

TEST_F(JobRunnerTest, what_the_daemons_end_cuts_off_says_so_and_what_was_cancelled_is_cancelled) {
    add(some(2'000));
    book->on_write = [this] { signal = JobSignal::stop; };
    const auto stopped = assign(2'000, 10);
    EXPECT_EQ(stopped.state, JobState::failed);
    EXPECT_EQ(stopped.changed, 1'000);
    EXPECT_THAT(stopped.problem, HasSubstr("porteurd was stopped"));
    EXPECT_THAT(stopped.problem, HasSubstr("Wish it again"));
    signal = JobSignal::cancel;
    book->on_write = {};
    const auto cancelled = assign(2'000, 10);
    EXPECT_EQ(cancelled.state, JobState::cancelled);
    EXPECT_EQ(cancelled.problem, "");
    EXPECT_EQ(cancelled.changed, 0);
}

}  // namespace
}  // namespace porteur
