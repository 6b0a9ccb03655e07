// SPDX-License-Identifier: Apache-2.0
// The inventory follows orders: what ports and purchases make of numbers, each step once, through
// crashes.
#include "app/order_following.hpp"

#include <gmock/gmock.h>

#include <filesystem>

#include <porteur/json.hpp>

#include "inventory/job_runner.hpp"
#include "store/people_book.hpp"
#include "support/engine_world.hpp"
#include "support/postgres_server.hpp"

namespace porteur {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using enum OrderState;

testing::PostgresServer& postgres() {
    static testing::PostgresServer server;
    return server;
}

/// A book whose writes can be made to fail, before or after the store has them.
class FrailBook final : public NumberBook {
public:
    enum class Trouble { none, before, after };
    explicit FrailBook(Store& store) : book_(open_number_book(store)) {}
    Result<std::vector<StoredClass>> classes() override { return book_->classes(); }
    Result<std::vector<NumberCount>> counts() override { return book_->counts(); }
    Result<std::vector<NumberKey>> keys(const KeyScan& scan) override { return book_->keys(scan); }
    Result<std::vector<UsedPlace>> by_user(const KeyScan& scan, const UsedPlace& after) override {
        return book_->by_user(scan, after);
    }
    Result<void> each_place(const TakePlace& take) override { return book_->each_place(take); }
    Result<std::vector<NumberRow>> rows(const std::vector<NumberKey>& keys, bool lie_together) override { return book_->rows(keys, lie_together); }
    Result<std::vector<NumberRow>> rows_along(const KeyScan& scan) override { return book_->rows_along(scan); }
    Result<void> each_line(const KeyScan& scan, const std::function<bool(const NumberLine&)>& take)
        override {
        return book_->each_line(scan, take);
    }
    Result<std::vector<NumberEvent>> history(NumberKey key, int limit) override {
        return book_->history(key, limit);
    }
    Result<void> write(const NumberChanges& changes) override {
        ++writes;
        const auto now = std::exchange(trouble, Trouble::none);
        if (now == Trouble::before) return failure(ErrorKind::unavailable, "died before");
        if (auto written = book_->write(changes); !written) return written;
        if (now == Trouble::after) return failure(ErrorKind::unavailable, "died after");
        return {};
    }

    Trouble trouble = Trouble::none;
    int writes = 0;

private:
    std::unique_ptr<NumberBook> book_;
};

class OrderFollowingTest : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        static int count = 0;
        const auto name = "follow_" + std::to_string(getpid()) + "_" + std::to_string(++count);
        folder = std::filesystem::path(::testing::TempDir()) / name;
        std::filesystem::create_directories(folder);
        auto address = "sqlite:" + (folder / "porteur.db").string();
        if (GetParam() == std::string("postgresql")) {
            if (!postgres().trouble().empty())
                GTEST_SKIP() << "PostgreSQL is left out: " << postgres().trouble();
            address = postgres().fresh_database(name);
        }
        auto opened = Store::open(
            {.address = address, .holder = "test", .beside = false}, seal,
            [](std::function<void()> run) { run(); }
        );
        ASSERT_TRUE(opened) << opened.error().message;
        store = std::move(*opened);
        using enum TenantKind;
        tenants.take(*TenantTree::make(
            {{1, 0, system, "System"},
             {2, 1, var, "North"},
             {10, 2, company, "Acme"},
             {11, 2, company, "Bakery"}}
        ));
        open();
    }
    void TearDown() override {
        following.reset();
        store.reset();
        std::filesystem::remove_all(folder);
    }
    /// As a daemon that starts.
    void open() {
        following.reset();
        inventory.reset();
        book = std::make_unique<FrailBook>(*store);
        directory = std::make_unique<NumberDirectory>();
        ASSERT_TRUE(directory->load(*book));
        inventory = std::make_unique<Inventory>(*book, *directory);
        following = std::make_unique<OrderFollowing>(OrderFollowing::Parts{
            .store = *store,
            .inventory = *inventory,
            .tenants = tenants,
            .accounts =
                [] {
                    return std::set<std::string, std::less<>>{"thinktel", "ringcentral", "genesys"};
                },
            .now = [this] { return clock; },
            .tell =
                [this](TimelineEntry line) {
                    Commit made;
                    line.id = ++last_id;
                    made.entries.push_back(std::move(line));
                    return commit(std::move(made));
                },
            .lines_at_once = 3
        });
    }
    Result<void> commit(Commit made) {
        std::promise<Result<void>> promise;
        auto done = promise.get_future();
        store->commit(std::move(made), [&promise](Result<void> outcome) {
            promise.set_value(std::move(outcome));
        });
        return done.get();
    }
    static json::array list(const std::vector<std::string>& numbers) {
        json::array out;
        for (const auto& each : numbers) out.emplace_back(each);
        return out;
    }
    Order make(
        OrderKind kind, std::int64_t tenant, std::vector<std::string> numbers,
        const std::string& account = {}
    ) {
        Order order;
        order.id = ++last_id;
        order.tenant = tenant;
        order.kind = kind;
        order.account = !account.empty()          ? account
                        : kind == OrderKind::port ? "thinktel"
                                                  : "genesys";
        if (kind == OrderKind::port) order.losing_account = "ringcentral";
        order.reference = "r-" + std::to_string(order.id);
        json::object request{{"numbers", list(numbers)}};
        if (kind == OrderKind::purchase) {
            request["country"] = "CA";
            request["number_type"] = "local";
        }
        order.request = canonical(request);
        order.progress = "{}";
        Commit made;
        made.new_orders.push_back(order);
        made.entries.push_back(line(order, "created"));
        EXPECT_TRUE(commit(std::move(made)));
        return order;
    }
    TimelineEntry line(const Order& order, const std::string& word) {
        return {
            .id = ++last_id,
            .order = order.id,
            .tenant = order.tenant,
            .at = clock,
            .source = "engine",
            .kind = "port." + word,
            .text = word,
            .data = "{}"
        };
    }
    /// The carrier says where the order stands, and where each of some numbers does.
    void becomes(
        Order& order, OrderState state,
        const std::vector<std::pair<std::string, OrderState>>& numbers = {},
        const std::string& word = {}
    ) {
        order.state = state;
        json::array told;
        for (const auto& [number, where] : numbers)
            told.push_back(json::object{
                {"number", number},
                {"state", boost::describe::enum_to_string(where, "")},
                {"reason", ""},
                {"carrier_word", word}
            });
        order.progress = canonical(json::object{
            {"numbers", std::move(told)}, {"state", boost::describe::enum_to_string(state, "")}
        });
        touch(order, "state_changed");
    }
    void touch(Order& order, const std::string& word) {
        clock += std::chrono::seconds(1);
        ++order.version;
        order.updated = clock;
        Commit made;
        made.changed_orders.push_back(order);
        made.amended_orders.push_back(order);
        made.entries.push_back(line(order, word));
        EXPECT_TRUE(commit(std::move(made)));
    }
    void follow() {
        const auto done = following->catch_up();
        ASSERT_TRUE(done) << done.error().message;
    }
    std::optional<NumberForm> number(const std::string& text) {
        const auto forms = inventory->forms({*number_key(text)});
        EXPECT_TRUE(forms);
        return forms && !forms->empty() ? std::optional(forms->front()) : std::nullopt;
    }
    std::string state(const std::string& text) {
        const auto found = number(text);
        return found ? std::string(word_of(found->shared.state)) : "absent";
    }
    /// The words of its history, the oldest first.
    std::vector<std::string> history(const std::string& text) {
        std::vector<std::string> out;
        const auto events = book->history(*number_key(text), 100);
        EXPECT_TRUE(events);
        if (events)
            for (const auto& each : *events) out.insert(out.begin(), each.what);
        return out;
    }
    /// A number as a person has put it in.
    void put(
        const std::string& text, std::int64_t tenant, NumberState now,
        const std::string& account = "ringcentral", const std::string& used_by = {}
    ) {
        NumberForm form;
        form.row.key = *number_key(text);
        form.row.tenant = tenant;
        form.row.used_by = used_by;
        form.row.cost = "2.00 CAD";
        form.row.carrier_id = "rc-1";
        form.row.tags = "vip";
        form.row.source = "person";
        form.shared = {
            .account = account,
            .country = "CA",
            .type = "local",
            .state = now,
            .use = used_by.empty() ? UseType::none : UseType::user
        };
        const auto held = inventory->hold();
        ASSERT_TRUE(inventory->write(
            {{std::nullopt, std::move(form), "added"}}, {.at = clock, .by = "anna"}
        ));
    }
    void set(const std::string& text, const std::function<void(NumberForm&)>& change) {
        const auto held = inventory->hold();
        auto before = number(text);
        ASSERT_TRUE(before);
        auto after = *before;
        change(after);
        ASSERT_TRUE(inventory->write(
            {{before, std::move(after), "changed"}},
            {.at = clock += std::chrono::seconds(1), .by = "anna"}
        ));
    }
    std::vector<std::string> left_out(const Order& order) {
        std::vector<std::string> out;
        const auto lines = store->timeline(order.id);
        EXPECT_TRUE(lines);
        if (lines)
            for (const auto& each : *lines)
                if (each.kind.ends_with(".number_left_out")) out.push_back(each.text);
        return out;
    }

    /// A daemon's jobs, from its start to its end.
    void as_jobs(const std::function<void()>& run) {
        JobBook jobs(access_of(*store));
        InventoryList list(*book, *directory);
        JobRunner made({
            .book = *book,
            .jobs = jobs,
            .inventory = *inventory,
            .list = list,
            .tenants = tenants,
            .now = [this] { return clock; },
            .door =
                {.catch_up = [this]() -> Result<void> {
                     if (is_store_away) return failure(ErrorKind::unavailable, "the store is away");
                     return following->catch_up();
                 },
                 .can = [](const std::string&) { return true; },
                 .order = [this](const std::string& account, const std::vector<NumberKey>& keys,
                                 const JobScope& scope) -> Result<Id> {
                     const auto order =
                         make(OrderKind::release, scope.tenant, {number_text(keys.front())}, account);
                     if (on_order) on_order();
                     return order.id;
                 }}
        });
        runner = &made;
        book_of_jobs = &jobs;
        run();
        runner = nullptr;
    }
    NumberJob job(NumberAction action, const std::string& text) {
        NumberJob made;
        made.id = ++last_id;
        made.tenant = 10;
        made.by = "anna";
        made.kind = word_of(action);
        made.request = "{}";
        EXPECT_TRUE(book_of_jobs->begin(
            {.at = {}, .who = "anna", .person = 0, .home = 10, .address = {}}, made, "numbers", {}
        ));
        const std::atomic signal = JobSignal::go_on;
        JobUnderWay under_way{.job = made, .signal = signal};
        const NumberSelection selection{.numbers = {text}, .range = {}, .filter = {}};
        const JobScope scope{.tenant = 2, .role = Role::var_administrator, .by = "anna"};
        NumberWish wish;
        wish.action = action;
        if (action == NumberAction::release)
            runner->release(under_way, selection, scope);
        else
            runner->change(under_way, selection, wish, scope);
        return under_way.job;
    }

    JobRunner* runner = nullptr;
    JobBook* book_of_jobs = nullptr;
    bool is_store_away = false;
    std::function<void()> on_order;  ///< a release is taken in, and its number not marked yet
    std::filesystem::path folder;
    testing::HexSeal seal;
    std::unique_ptr<Store> store;
    TenantsNow tenants;
    Instant clock{std::chrono::milliseconds{1'790'000'000'000}};
    Id last_id = first_id_at(Instant{std::chrono::milliseconds{1'790'000'000'000}});
    std::unique_ptr<FrailBook> book;
    std::unique_ptr<NumberDirectory> directory;
    std::unique_ptr<Inventory> inventory;
    std::unique_ptr<OrderFollowing> following;
};

const std::string first = "+15145550100", second = "+15145550101", third = "+15145550102";

TEST_P(OrderFollowingTest, a_port_brings_its_numbers_to_whoever_ordered_it) {
    auto order = make(OrderKind::port, 10, {first, "+18005550100"});
    follow();
    EXPECT_EQ(state(first), "absent") << "a draft is nothing yet";
    becomes(order, submitted);
    follow();
    EXPECT_EQ(state(first), "port_in_pending");
    EXPECT_EQ(number(first)->row.tenant, 10);
    becomes(order, completed);
    follow();
    const auto there = number(first);
    EXPECT_EQ(word_of(there->shared.state), "assigned");
    EXPECT_EQ(there->shared.account, "thinktel");
    EXPECT_EQ(there->shared.country, "CA");
    EXPECT_EQ(there->row.order, order.id);
    EXPECT_EQ(there->row.source, "port");
    EXPECT_EQ(number("+18005550100")->shared.type, "toll_free");
    EXPECT_THAT(history(first), ElementsAre("port under way", "port completed"));
    EXPECT_EQ(book->history(*number_key(first), 1)->front().by, "order " + id_text(order.id));
}

TEST_P(OrderFollowingTest, a_port_of_a_pool_leaves_its_numbers_available) {
    auto order = make(OrderKind::port, 2, {first});
    becomes(order, completed);
    follow();
    EXPECT_EQ(state(first), "available");
    EXPECT_EQ(number(first)->row.tenant, 2);
}

TEST_P(OrderFollowingTest, a_number_that_we_have_moves_and_keeps_who_uses_it) {
    put(first, 10, NumberState::in_service, "ringcentral", "Anna");
    auto order = make(OrderKind::port, 10, {first});
    becomes(order, submitted);
    follow();
    EXPECT_EQ(state(first), "port_out_pending");
    EXPECT_EQ(number(first)->shared.account, "ringcentral");
    becomes(order, completed);
    follow();
    const auto moved = number(first);
    EXPECT_EQ(word_of(moved->shared.state), "in_service");
    EXPECT_EQ(moved->shared.account, "thinktel");
    EXPECT_EQ(moved->row.used_by, "Anna");
    EXPECT_EQ(moved->row.tags, "vip");
    EXPECT_EQ(moved->row.carrier_id, "") << "that was the losing carrier's";
    EXPECT_EQ(moved->row.cost, "");
    EXPECT_EQ(moved->row.order, order.id);
}

TEST_P(OrderFollowingTest, a_port_that_is_called_off_leaves_everything_as_it_was) {
    put(first, 10, NumberState::in_service, "ringcentral", "Anna");
    const auto before = number(first);
    auto order = make(OrderKind::port, 10, {first, second});
    becomes(order, submitted);
    follow();
    EXPECT_EQ(state(second), "port_in_pending");
    becomes(order, cancelled);
    follow();
    EXPECT_EQ(number(first)->shared, before->shared);
    EXPECT_EQ(number(first)->row.used_by, "Anna");
    EXPECT_EQ(number(first)->row.cost, "2.00 CAD");
    EXPECT_EQ(state(second), "absent");
    EXPECT_THAT(history(second), ElementsAre("port under way", "port called off"));
}

TEST_P(OrderFollowingTest, a_refused_number_stays_to_be_seen_with_the_reason) {
    auto order = make(OrderKind::port, 10, {first});
    becomes(order, submitted);
    follow();
    becomes(order, rejected, {{first, rejected}}, "no such rate center");
    follow();
    EXPECT_EQ(state(first), "failed");
    EXPECT_EQ(number(first)->row.note, "no such rate center");
    auto again = make(OrderKind::port, 10, {first});
    becomes(again, submitted);
    follow();
    EXPECT_EQ(state(first), "port_in_pending");
    becomes(again, completed);
    follow();
    EXPECT_EQ(state(first), "assigned");
    EXPECT_EQ(number(first)->row.note, "");
    EXPECT_EQ(number(first)->row.order, again.id);
}

TEST_P(OrderFollowingTest, one_that_leaves_for_an_account_of_nobodys_is_ported_out) {
    put(first, 10, NumberState::in_service, "ringcentral", "Anna");
    auto order = make(OrderKind::port, 10, {first, second}, "elsewhere");
    becomes(order, submitted);
    follow();
    EXPECT_EQ(state(first), "port_out_pending");
    becomes(order, completed);
    follow();
    EXPECT_EQ(state(first), "ported_out");
    EXPECT_EQ(number(first)->row.used_by, "");
    EXPECT_EQ(state(second), "absent");
}

TEST_P(OrderFollowingTest, a_purchase_is_ordered_wants_documents_and_comes) {
    auto order = make(OrderKind::purchase, 10, {first});
    becomes(order, submitted);
    follow();
    EXPECT_EQ(state(first), "ordering");
    becomes(order, needs_documents);
    follow();
    EXPECT_EQ(state(first), "awaiting_requirements");
    becomes(order, completed, {{first, completed}});
    follow();
    const auto bought = number(first);
    EXPECT_EQ(word_of(bought->shared.state), "assigned");
    EXPECT_EQ(bought->shared.account, "genesys");
    EXPECT_EQ(bought->row.source, "order");
    EXPECT_THAT(history(first), ElementsAre("ordered", "documents wanted", "purchase completed"));
}

TEST_P(OrderFollowingTest, of_a_purchase_each_number_goes_its_own_way) {
    auto order = make(OrderKind::purchase, 2, {first, second});
    becomes(order, submitted);
    follow();
    becomes(order, in_review, {{first, completed}, {second, in_review}});
    follow();
    EXPECT_EQ(state(first), "available");
    EXPECT_EQ(state(second), "ordering");
    // Another one came in the second's place.
    becomes(order, partial, {{first, completed}, {second, rejected}, {third, completed}}, "gone");
    follow();
    EXPECT_EQ(state(second), "failed");
    EXPECT_EQ(state(third), "available");
}

TEST_P(OrderFollowingTest, a_quantity_is_known_by_what_came) {
    auto order = make(OrderKind::purchase, 10, {});
    becomes(order, submitted);
    follow();
    becomes(order, completed, {{first, completed}, {second, completed}});
    follow();
    EXPECT_EQ(state(first), "assigned");
    EXPECT_EQ(state(second), "assigned");
    EXPECT_THAT(left_out(order), ElementsAre());
}

TEST_P(OrderFollowingTest, what_the_carrier_does_not_tell_is_said_aloud_once) {
    auto order = make(OrderKind::purchase, 10, {});
    becomes(order, completed);
    follow();
    touch(order, "comment");
    follow();
    EXPECT_THAT(left_out(order), ElementsAre(HasSubstr("does not say which numbers came")));
}

TEST_P(OrderFollowingTest, a_parent_leaves_its_numbers_to_its_parts) {
    auto parent = make(OrderKind::port, 10, {first, second});
    parent.stage = Stage::parts;
    becomes(parent, submitted);
    follow();
    EXPECT_EQ(state(first), "absent");
    auto part = make(OrderKind::port, 10, {first});
    becomes(part, completed);
    becomes(parent, partial);
    follow();
    EXPECT_EQ(state(first), "assigned");
    EXPECT_EQ(number(first)->row.order, part.id);
    EXPECT_EQ(state(second), "absent");
}

TEST_P(OrderFollowingTest, a_step_is_taken_once_whatever_a_person_makes_of_the_number_then) {
    auto order = make(OrderKind::port, 10, {first});
    becomes(order, completed);
    follow();
    set(first, [](NumberForm& form) {
        form.row.tenant = 2;
        form.shared.state = NumberState::reserved;
        form.row.note = "for the mayor";
    });
    const auto as_left = number(first);
    touch(order, "left");
    touch(order, "comment");
    follow();
    EXPECT_EQ(number(first)->row, as_left->row);
}

TEST_P(OrderFollowingTest, a_number_of_an_account_beside_is_left_there_and_that_is_said) {
    put(first, 11, NumberState::assigned, "ringcentral", "Baker");
    const auto theirs = number(first);
    auto order = make(OrderKind::port, 10, {first, second});
    becomes(order, submitted);
    follow();
    EXPECT_EQ(number(first)->row, theirs->row) << "a wish of strangers marks nothing";
    becomes(order, completed);
    follow();
    EXPECT_EQ(number(first)->row, theirs->row);
    EXPECT_EQ(state(second), "assigned");
    ASSERT_THAT(left_out(order), ElementsAre(HasSubstr("in an account that is not yours")));
    EXPECT_THAT(left_out(order).front(), HasSubstr("+*******0100")) << "no whole number in a line";
}

TEST_P(OrderFollowingTest, what_was_put_in_after_an_order_had_ended_stays_as_it_was_put) {
    auto order = make(OrderKind::port, 10, {first});
    becomes(order, completed);
    clock += std::chrono::hours(1);
    put(first, 10, NumberState::in_service, "genesys", "Anna");
    follow();
    EXPECT_EQ(number(first)->shared.account, "genesys");
    EXPECT_EQ(number(first)->row.version, 1);
}

TEST_P(OrderFollowingTest, a_number_that_is_gone_is_taken_over_without_what_was_its_holders) {
    put(first, 11, NumberState::released, "ringcentral", "Baker");
    auto order = make(OrderKind::purchase, 10, {first});
    becomes(order, submitted);
    follow();
    EXPECT_EQ(state(first), "released");
    becomes(order, completed);
    follow();
    const auto bought = number(first);
    EXPECT_EQ(word_of(bought->shared.state), "assigned");
    EXPECT_EQ(bought->row.tenant, 10);
    EXPECT_EQ(bought->row.used_by, "");
    EXPECT_EQ(bought->row.tags, "");
    EXPECT_EQ(bought->shared.account, "genesys");
}

TEST_P(OrderFollowingTest, a_number_that_was_bought_though_another_provider_has_it_is_said_aloud) {
    put(first, 10, NumberState::assigned, "ringcentral", "Anna");
    auto order = make(OrderKind::purchase, 10, {first});
    becomes(order, submitted);
    follow();
    EXPECT_EQ(state(first), "assigned");
    becomes(order, completed);
    follow();
    EXPECT_EQ(number(first)->shared.account, "ringcentral");
    EXPECT_THAT(left_out(order), ElementsAre(HasSubstr("changes by porting it alone")));
}

TEST_P(
    OrderFollowingTest,
    of_two_orders_of_a_number_the_one_that_is_called_off_takes_nothing_from_the_other
) {
    put(first, 10, NumberState::in_service, "ringcentral", "Anna");
    auto one = make(OrderKind::port, 10, {first}), other = make(OrderKind::port, 10, {first});
    becomes(one, submitted);
    becomes(other, submitted);
    follow();
    becomes(one, cancelled);
    follow();
    EXPECT_EQ(state(first), "port_out_pending");
    becomes(other, cancelled);
    follow();
    EXPECT_EQ(state(first), "in_service");
}

TEST_P(OrderFollowingTest, a_number_that_a_correction_leaves_out_is_as_before) {
    auto order = make(OrderKind::port, 10, {first, second});
    becomes(order, exception);
    follow();
    EXPECT_EQ(state(second), "port_in_pending");
    order.request = canonical(json::object{{"numbers", json::array{first}}});
    becomes(order, submitted);
    follow();
    EXPECT_EQ(state(first), "port_in_pending");
    EXPECT_EQ(state(second), "absent");
}

TEST_P(OrderFollowingTest, a_reason_of_any_length_and_alphabet_is_kept_as_far_as_it_fits) {
    auto order = make(OrderKind::purchase, 10, {first});
    becomes(order, submitted);
    follow();
    std::string word = "x";
    while (word.size() < 1'000) word += "é";
    becomes(order, rejected, {{first, rejected}}, word);
    follow();
    EXPECT_EQ(state(first), "failed");
    EXPECT_EQ(number(first)->row.note, word.substr(0, 299));
}

TEST_P(OrderFollowingTest, a_number_that_somebody_uses_already_does_not_vanish_with_its_order) {
    auto order = make(OrderKind::purchase, 10, {first});
    becomes(order, submitted);
    follow();
    set(first, [](NumberForm& form) {
        form.row.used_by = "Anna";
        form.shared.use = UseType::user;
    });
    becomes(order, cancelled);
    follow();
    EXPECT_EQ(state(first), "failed");
    EXPECT_EQ(number(first)->row.used_by, "Anna");
}

TEST_P(OrderFollowingTest, what_is_given_back_is_released_and_what_the_carrier_keeps_is_as_before) {
    put(first, 10, NumberState::assigned, "genesys");
    put(second, 10, NumberState::in_service, "genesys");
    put(third, 10, NumberState::assigned, "genesys");
    auto order = make(OrderKind::release, 10, {first, second, third});
    follow();
    EXPECT_EQ(state(first), "releasing") << "a release is sent as soon as it is there";
    becomes(
        order, submitted, {{first, cancelled}, {second, exception}, {third, cancel_pending}},
        "recipient.has.flow"
    );
    follow();
    EXPECT_EQ(state(first), "released");
    EXPECT_EQ(state(second), "in_service");
    EXPECT_EQ(number(second)->row.note, "recipient.has.flow");
    EXPECT_EQ(state(third), "releasing");
    becomes(order, partial, {{first, cancelled}, {second, exception}, {third, cancelled}});
    follow();
    EXPECT_EQ(state(third), "released");
    EXPECT_THAT(history(third), ElementsAre("release under way", "released"));
    EXPECT_THAT(history(second), ElementsAre("release under way", "release refused"));
}

TEST_P(
    OrderFollowingTest,
    a_number_that_was_ported_away_meanwhile_is_not_released_by_a_carrier_that_has_it_no_more
) {
    put(first, 10, NumberState::assigned, "genesys");
    auto order = make(OrderKind::release, 10, {first});
    follow();
    auto port = make(OrderKind::port, 10, {first});
    becomes(port, completed);
    follow();
    EXPECT_EQ(state(first), "assigned");
    EXPECT_EQ(number(first)->shared.account, "thinktel");
    becomes(order, completed, {{first, cancelled}});
    follow();
    EXPECT_EQ(state(first), "assigned");
}

TEST_P(
    OrderFollowingTest,
    a_port_that_was_sent_while_its_number_was_given_back_still_waits_for_it_when_the_carrier_keeps_it
) {
    put(first, 10, NumberState::in_service, "ringcentral");
    auto release = make(OrderKind::release, 10, {first}, "ringcentral");
    follow();
    auto port = make(OrderKind::port, 10, {first});
    becomes(port, submitted);
    follow();
    EXPECT_EQ(state(first), "releasing") << "the release ends first";
    EXPECT_THAT(left_out(port), ElementsAre(HasSubstr("is being given back to \"ringcentral\"")));
    becomes(release, rejected, {{first, exception}}, "main number");
    follow();
    EXPECT_EQ(state(first), "port_out_pending") << "the port is still under way";
    EXPECT_EQ(number(first)->row.note, "main number");
    becomes(port, cancelled);
    follow();
    EXPECT_EQ(state(first), "in_service");
    EXPECT_THAT(history(first), ElementsAre("release under way", "release refused", "port called off"));
}

TEST_P(OrderFollowingTest, a_release_that_is_known_after_the_port_is_at_its_carrier_all_the_same) {
    for (const auto& each : {first, second}) put(each, 10, NumberState::in_service, "ringcentral");
    auto port = make(OrderKind::port, 10, {first, second});
    becomes(port, submitted);
    follow();
    EXPECT_EQ(state(first), "port_out_pending");
    auto release = make(OrderKind::release, 10, {first, second}, "ringcentral");
    follow();
    EXPECT_EQ(state(first), "releasing");
    becomes(release, partial, {{first, cancelled}, {second, exception}}, "main number");
    follow();
    EXPECT_EQ(state(first), "released");
    EXPECT_EQ(state(second), "port_out_pending") << "the port is still under way";
    becomes(port, cancelled);
    follow();
    EXPECT_EQ(state(first), "released") << "it is not free: it is gone";
    EXPECT_EQ(state(second), "in_service");
}

TEST_P(OrderFollowingTest, a_port_that_was_sent_while_its_number_was_given_back_may_end_before_the_release) {
    for (const auto& each : {first, second, third}) put(each, 10, NumberState::in_service, "ringcentral");
    auto release = make(OrderKind::release, 10, {first, second, third}, "ringcentral");
    follow();
    auto port = make(OrderKind::port, 10, {first, second, third});
    becomes(port, submitted);
    follow();
    becomes(port, in_review, {{first, completed}, {second, rejected}, {third, in_review}}, "no");
    follow();
    EXPECT_EQ(state(first), "in_service");
    EXPECT_EQ(number(first)->shared.account, "thinktel");
    EXPECT_EQ(state(second), "releasing") << "the release is still under way";
    becomes(release, partial, {{first, exception}, {second, exception}, {third, cancelled}}, "keeps it");
    follow();
    EXPECT_EQ(state(first), "in_service");
    EXPECT_EQ(number(first)->shared.account, "thinktel");
    EXPECT_EQ(state(second), "in_service");
    EXPECT_EQ(state(third), "released");
    becomes(port, partial, {{first, completed}, {second, rejected}, {third, rejected}}, "no");
    follow();
    EXPECT_EQ(state(third), "released") << "what is gone does not come back by a port that is refused";
}

TEST_P(OrderFollowingTest, a_purchase_of_a_number_that_is_given_back_marks_nothing_and_takes_over_what_went) {
    put(first, 10, NumberState::assigned, "genesys");
    put(second, 10, NumberState::assigned, "genesys");
    auto release = make(OrderKind::release, 10, {first, second});
    follow();
    auto bought = make(OrderKind::purchase, 10, {first, second});
    becomes(bought, submitted);
    follow();
    EXPECT_EQ(state(first), "releasing");
    EXPECT_THAT(left_out(bought), SizeIs(2));
    becomes(release, partial, {{first, cancelled}, {second, exception}}, "keeps it");
    follow();
    EXPECT_EQ(state(first), "released");
    EXPECT_EQ(state(second), "assigned") << "what the carrier keeps is as before";
    becomes(bought, partial, {{first, completed}, {second, rejected}});
    follow();
    EXPECT_EQ(state(first), "assigned");
    EXPECT_EQ(number(first)->row.order, bought.id);
    EXPECT_EQ(state(second), "assigned");
}

TEST_P(OrderFollowingTest, after_a_write_that_failed_no_job_touches_a_number_that_its_order_gives_back) {
    put(first, 10, NumberState::assigned, "genesys");
    as_jobs([this] {
        on_order = [this] { book->trouble = FrailBook::Trouble::before; };
        EXPECT_EQ(job(NumberAction::release, first).state, JobState::failed);
        on_order = {};
        is_store_away = true;
        const auto blind = job(NumberAction::unassign, first);
        EXPECT_EQ(blind.state, JobState::failed);
        EXPECT_EQ(blind.problem, "the store is away");
        EXPECT_EQ(state(first), "assigned");
        is_store_away = false;
        const auto seeing = job(NumberAction::unassign, first);
        EXPECT_EQ(seeing.state, JobState::done);
        EXPECT_EQ(seeing.refused, 1);
        EXPECT_EQ(state(first), "releasing");
    });
}

TEST_P(OrderFollowingTest, after_a_crash_between_a_release_and_its_mark_no_job_touches_the_number) {
    put(first, 10, NumberState::assigned, "genesys");
    struct Death {};
    as_jobs([this] {
        on_order = [] { throw Death(); };
        EXPECT_THROW(job(NumberAction::release, first), Death);
        on_order = {};
    });
    open();
    as_jobs([this] {
        EXPECT_EQ(job(NumberAction::unassign, first).refused, 1);
        EXPECT_EQ(state(first), "releasing");
        EXPECT_EQ(job(NumberAction::release, first).same, 1) << "and it is not given back twice";
    });
}

TEST_P(OrderFollowingTest, a_crash_at_any_write_loses_nothing_and_does_nothing_twice) {
    for (const auto trouble : {FrailBook::Trouble::before, FrailBook::Trouble::after})
        for (int at = 1; at <= 6; ++at) {
            const auto number_of = [&](int which) {
                return "+1514555" + std::to_string(
                                        1000 + (trouble == FrailBook::Trouble::before ? 0 : 500) +
                                        at * 10 + which
                                    );
            };
            put(number_of(2), 10, NumberState::in_service, "ringcentral", "Anna");
            auto port = make(OrderKind::port, 10, {number_of(1), number_of(2)});
            auto bought = make(OrderKind::purchase, 10, {number_of(3)});
            becomes(port, submitted);
            becomes(bought, submitted);
            int left = at;
            bool died = false;
            const auto follow_until_death = [&] {
                for (;;) {
                    book->trouble = left == 1 ? trouble : FrailBook::Trouble::none;
                    const auto writes = book->writes;
                    const auto more = following->follow();
                    left -= book->writes - writes;
                    book->trouble = FrailBook::Trouble::none;
                    if (!more) {
                        EXPECT_EQ(more.error().kind, ErrorKind::unavailable);
                        died = true;
                        open();  // what was in memory is gone
                        continue;
                    }
                    if (!*more) return;
                }
            };
            follow_until_death();
            becomes(port, completed);
            becomes(bought, cancelled);
            follow_until_death();
            ASSERT_TRUE(died || at > 3) << at;
            EXPECT_EQ(state(number_of(1)), "assigned");
            EXPECT_EQ(state(number_of(2)), "in_service");
            EXPECT_EQ(number(number_of(2))->row.used_by, "Anna");
            EXPECT_EQ(state(number_of(3)), "absent");
            EXPECT_THAT(history(number_of(1)), ElementsAre("port under way", "port completed"))
                << at;
            EXPECT_THAT(history(number_of(3)), ElementsAre("ordered", "purchase called off")) << at;
        }
    // What is known of all numbers is what there is.
    NumberDirectory fresh;
    ASSERT_TRUE(fresh.load(*book));
    EXPECT_EQ(fresh.total(), directory->total());
    EXPECT_EQ(fresh.total(), 24);
}

INSTANTIATE_TEST_SUITE_P(
    Databases, OrderFollowingTest, ::testing::Values("sqlite", "postgresql"),
    [](const auto& each) { return std::string(each.param); }
);

}  // namespace
}  // namespace porteur
