// SPDX-License-Identifier: Apache-2.0
// Runs of the comparison with carriers' lists, and their change sets. On SQLite and on PostgreSQL.
#include "store/sync_book.hpp"

#include <gmock/gmock.h>

#include "store/number_book.hpp"
#include "store_place.hpp"

namespace porteur {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

const Instant noon{std::chrono::milliseconds{1'790'000'000'000}};

NumberKey key(int last) { return *number_key("+1514555" + std::to_string(1000 + last)); }

class SyncBookTest : public testing::StorePlace {
protected:
    void SetUp() override {
        testing::StorePlace::SetUp();
        if (store) book.emplace(access());
    }
    NumberSync begun(Id id, const std::string& account = "thinktel") {
        NumberSync sync;
        sync.id = id;
        sync.account = account;
        sync.by = "schedule";
        sync.began = noon + std::chrono::minutes(id);
        done(book->begin(sync, std::nullopt, {}));
        return sync;
    }
    void end(NumberSync& sync, SyncState state, Instant drop_before = Instant{}) {
        sync.state = state;
        sync.ended = sync.began + std::chrono::seconds(30);
        done(book->end(sync, {.drop_before = drop_before, .over = {}, .kept = {}}));
    }
    static NumberSyncRow row(
        const NumberSync& sync, int last, SyncWhat what, std::int64_t holder = 10
    ) {
        NumberSyncRow made;
        made.sync = sync.id;
        made.key = key(last);
        made.what = what;
        made.holder = holder;
        made.before = R"({"state":"in_service"})";
        made.after = R"({"type":"local"})";
        made.standing = word_of(what);
        return made;
    }
    static void done(const Result<void>& result) { ASSERT_TRUE(result) << result.error().message; }
    /// As they are written with the numbers.
    NumberChanges decided(
        const NumberSync& sync, std::vector<NumberKey> keys, SyncDecision decision, bool stands
    ) {
        NumberChanges out;
        SyncRowQuery query;
        query.sync = sync.id;
        query.keys = std::move(keys);
        for (const auto& each : book->rows(query).value()) {
            out.decided.push_back({.sync = sync.id, .key = each.key, .decision = decision, .cause = {}, .by = "anna", .at = noon});
            if (stands) out.standing.push_back({.account = sync.account, .key = each.key, .standing = each.standing});
        }
        return out;
    }
    void decide(const NumberSync& sync, std::vector<NumberKey> keys, SyncDecision decision, bool stands) {
        done(open_number_book(*store)->write(decided(sync, std::move(keys), decision, stands)));
    }
    std::vector<int> numbers(SyncRowQuery query) {
        std::vector<int> out;
        for (const auto& each : book->rows(query).value())
            out.push_back(static_cast<int>(std::stoll(number_text(each.key).substr(8)) - 1000));
        return out;
    }

    std::optional<SyncBook> book;
};

TEST_P(SyncBookTest, a_run_and_its_rows_are_read_back_as_they_were_written) {
    auto sync = begun(1);
    EXPECT_EQ(book->running().value().size(), 1u);
    auto written = row(sync, 1, SyncWhat::vanished);
    written.cause = MissingCause::ported_out;
    auto decided = row(sync, 2, SyncWhat::reappeared, 1);
    decided.decision = SyncDecision::by_itself;
    decided.by = "schedule";
    decided.at = noon;
    done(book->put({written, decided}));
    sync.counts = {.listed = 7, .expected = 6, .same = 5, .left_alone = 4, .decided = 3};
    sync.problem = "so much is missing";
    end(sync, SyncState::held);

    const auto read = book->sync(1).value();
    ASSERT_TRUE(read);
    EXPECT_EQ(read->account, "thinktel");
    EXPECT_EQ(read->state, SyncState::held);
    EXPECT_EQ(read->by, "schedule");
    EXPECT_EQ(read->began, sync.began);
    EXPECT_EQ(read->ended, sync.ended);
    EXPECT_EQ(read->counts.listed, 7);
    EXPECT_EQ(read->counts.expected, 6);
    EXPECT_EQ(read->counts.same, 5);
    EXPECT_EQ(read->counts.left_alone, 4);
    EXPECT_EQ(read->counts.decided, 3);
    EXPECT_EQ(read->problem, "so much is missing");
    EXPECT_THAT(book->running().value(), IsEmpty());
    EXPECT_FALSE(book->sync(2).value());

    const auto rows = book->rows({.sync = 1,
                                  .holders = {},
                                  .what = {},
                                  .open = {},
                                  .keys = {},
                                  .after = 0,
                                  .limit = 9})
                          .value();
    ASSERT_THAT(rows, SizeIs(2));
    EXPECT_EQ(rows[0].key, key(1));
    EXPECT_EQ(rows[0].what, SyncWhat::vanished);
    EXPECT_EQ(rows[0].holder, 10);
    EXPECT_EQ(rows[0].before, written.before);
    EXPECT_EQ(rows[0].after, written.after);
    EXPECT_EQ(rows[0].standing, "vanished");
    EXPECT_EQ(rows[0].cause, MissingCause::ported_out);
    EXPECT_EQ(rows[0].decision, SyncDecision::open);
    EXPECT_EQ(rows[0].at, std::nullopt);
    EXPECT_EQ(rows[1].decision, SyncDecision::by_itself);
    EXPECT_EQ(rows[1].cause, std::nullopt);
    EXPECT_EQ(rows[1].at, noon);
}

TEST_P(SyncBookTest, rows_are_asked_for_by_holder_kind_decision_and_place) {
    auto sync = begun(1);
    done(book->put(
        {row(sync, 1, SyncWhat::vanished, 10), row(sync, 2, SyncWhat::unknown, 1),
         row(sync, 3, SyncWhat::vanished, 14), row(sync, 4, SyncWhat::unknown, 1)}
    ));
    decide(sync, {key(4)}, SyncDecision::ignore, false);
    SyncRowQuery all{
        .sync = 1, .holders = {}, .what = {}, .open = {}, .keys = {}, .after = 0, .limit = 9
    };
    EXPECT_THAT(numbers(all), ElementsAre(1, 2, 3, 4));
    auto some = all;
    some.holders = std::vector<std::int64_t>{10, 11};
    EXPECT_THAT(numbers(some), ElementsAre(1));
    some.holders->clear();
    EXPECT_THAT(numbers(some), IsEmpty()) << "nobody's rows are none";
    some = all;
    some.what = SyncWhat::unknown;
    EXPECT_THAT(numbers(some), ElementsAre(2, 4));
    some.open = true;
    EXPECT_THAT(numbers(some), ElementsAre(2));
    some.open = false;
    EXPECT_THAT(numbers(some), ElementsAre(4));
    some = all;
    some.after = key(1);
    some.limit = 2;
    EXPECT_THAT(numbers(some), ElementsAre(2, 3));
    some = all;
    some.keys = {key(3), key(9)};
    EXPECT_THAT(numbers(some), ElementsAre(3));
    const auto counts = book->counts(1, std::nullopt).value();
    EXPECT_EQ(counts.at(SyncWhat::unknown).all, 2);
    EXPECT_EQ(counts.at(SyncWhat::unknown).open, 1);
    EXPECT_EQ(counts.at(SyncWhat::vanished).all, 2);
    const auto of_one = book->counts(1, std::vector<std::int64_t>{14}).value();
    EXPECT_EQ(of_one.size(), 1u);
    EXPECT_EQ(of_one.at(SyncWhat::vanished).open, 1);
}

TEST_P(SyncBookTest, more_rows_than_one_statement_and_one_transaction_take_arrive) {
    auto sync = begun(1);
    std::vector<NumberSyncRow> many;
    for (int at = 0; at < 4'567; ++at) many.push_back(row(sync, at, SyncWhat::unknown, 1));
    done(book->put(many));
    EXPECT_EQ(book->counts(1, std::nullopt).value().at(SyncWhat::unknown).all, 4'567);
}

TEST_P(SyncBookTest, a_later_run_takes_the_place_of_what_is_open_at_its_account_alone) {
    auto first = begun(1), other = begun(2, "genesys"), held = begun(3);
    done(book->put(
        {row(first, 1, SyncWhat::unknown), row(first, 2, SyncWhat::unknown),
         row(other, 3, SyncWhat::unknown)}
    ));
    end(first, SyncState::done);
    decide(first, {key(2)}, SyncDecision::ignore, true);
    end(other, SyncState::done);
    done(book->put({row(held, 1, SyncWhat::unknown)}));
    end(held, SyncState::held);
    const auto open = [](Id sync) {
        return SyncRowQuery{
            .sync = sync,
            .holders = {},
            .what = {},
            .open = true,
            .keys = {},
            .after = 0,
            .limit = 9
        };
    };
    EXPECT_THAT(numbers(open(1)), IsEmpty());
    EXPECT_THAT(numbers(open(2)), ElementsAre(3));
    EXPECT_THAT(numbers(open(3)), ElementsAre(1));

    auto failed = begun(4);
    failed.problem = "cut off";
    end(failed, SyncState::failed);
    EXPECT_THAT(numbers(open(3)), ElementsAre(1)) << "a run that failed replaces nothing";
    EXPECT_EQ(book->sync(3).value()->state, SyncState::held);

    auto last = begun(5);
    end(last, SyncState::done, noon + std::chrono::hours(9));
    EXPECT_EQ(book->sync(3).value()->state, SyncState::replaced);
    EXPECT_THAT(numbers(open(3)), IsEmpty());
    auto all = open(1);
    all.open.reset();
    EXPECT_THAT(numbers(all), ElementsAre(2))
        << "what was replaced long ago is dropped, what a person decided is not";
    const auto newest = book->newest().value();
    EXPECT_EQ(newest.at("thinktel").id, 5);
    EXPECT_EQ(newest.at("genesys").id, 2);
}

TEST_P(SyncBookTest, runs_are_listed_the_newest_first) {
    begun(1);
    begun(2, "genesys");
    begun(3);
    const auto ids = [this](SyncQuery query) {
        std::vector<Id> out;
        for (const auto& each : book->syncs(query).value()) out.push_back(each.id);
        return out;
    };
    EXPECT_THAT(ids({}), ElementsAre(3, 2, 1));
    EXPECT_THAT(ids({.account = "thinktel", .before = 0, .limit = 50, .holders = {}, .whole = {}}), ElementsAre(3, 1));
    EXPECT_THAT(ids({.account = "thinktel", .before = 3, .limit = 50, .holders = {}, .whole = {}}), ElementsAre(1));
    EXPECT_THAT(ids({.account = {}, .before = 3, .limit = 1, .holders = {}, .whole = {}}), ElementsAre(2));
    NumberSync third;
    third.id = 3;
    done(book->put({row(third, 1, SyncWhat::vanished, 10)}));
    SyncQuery some;
    some.holders = std::vector<std::int64_t>{10, 11};
    EXPECT_THAT(ids(some), ElementsAre(3)) << "those with a row of theirs";
    some.whole = {"genesys", "other"};
    EXPECT_THAT(ids(some), ElementsAre(3, 2)) << "and those of accounts that they hold";
    some.holders->clear();
    some.account = "thinktel";
    EXPECT_THAT(ids(some), IsEmpty());
}

TEST_P(SyncBookTest, decisions_are_written_and_those_that_stand_are_told) {
    auto sync = begun(1);
    done(book->put(
        {row(sync, 1, SyncWhat::vanished), row(sync, 2, SyncWhat::unknown),
         row(sync, 3, SyncWhat::unknown)}
    ));
    end(sync, SyncState::done);
    auto confirmed = decided(sync, {key(1)}, SyncDecision::confirm_missing, true);
    confirmed.decided.front().cause = MissingCause::released;
    done(open_number_book(*store)->write(confirmed));
    decide(sync, {key(2)}, SyncDecision::ignore, true);
    decide(sync, {key(3)}, SyncDecision::adopt, false);
    const auto rows = book->rows({.sync = 1,
                                  .holders = {},
                                  .what = {},
                                  .open = {},
                                  .keys = {},
                                  .after = 0,
                                  .limit = 9})
                          .value();
    ASSERT_THAT(rows, SizeIs(3));
    EXPECT_EQ(rows[0].decision, SyncDecision::confirm_missing);
    EXPECT_EQ(rows[0].cause, MissingCause::released);
    EXPECT_EQ(rows[0].by, "anna");
    EXPECT_EQ(rows[1].decision, SyncDecision::ignore);
    EXPECT_THAT(book->standing("thinktel").value(), UnorderedElementsAre(Pair(key(1), "vanished"), Pair(key(2), "unknown")));
}

TEST_P(SyncBookTest, decisions_that_stand_are_forgotten_by_account) {
    auto sync = begun(1), other = begun(2, "genesys");
    done(book->put(
        {row(sync, 1, SyncWhat::unknown), row(sync, 2, SyncWhat::unknown),
         row(other, 1, SyncWhat::unknown)}
    ));
    decide(sync, {key(1), key(2)}, SyncDecision::ignore, true);
    decide(other, {key(1)}, SyncDecision::ignore, true);
    sync.state = SyncState::held;
    done(book->end(sync, {.drop_before = {}, .over = {key(1)}, .kept = {}}));
    EXPECT_THAT(book->standing("thinktel").value(), SizeIs(2)) << "a held run changes nothing yet";
    sync.state = SyncState::done;
    done(book->end(sync, {}));
    EXPECT_THAT(book->standing("thinktel").value(), ElementsAre(Pair(key(2), "unknown")));
    done(book->end(sync, {.drop_before = {}, .over = {key(2)}, .kept = {}}));
    EXPECT_THAT(book->standing("thinktel").value(), IsEmpty());
    EXPECT_THAT(book->standing("genesys").value(), ElementsAre(Pair(key(1), "unknown")));
}

TEST_P(SyncBookTest, how_a_number_was_held_is_told_by_the_last_run_that_missed_it) {
    auto first = begun(1), second = begun(2);
    auto of_first = row(first, 1, SyncWhat::vanished),
         of_second = row(second, 1, SyncWhat::vanished);
    of_second.before = R"({"state":"assigned"})";
    done(book->put({of_first}));
    done(book->put({of_second, row(second, 2, SyncWhat::unknown)}));
    EXPECT_THAT(
        book->before_vanishing({key(1), key(2)}).value(),
        ElementsAre(Pair(key(1), R"({"state":"assigned"})"))
    );
}

TEST_P(SyncBookTest, what_is_still_open_is_told_of_the_accounts_own_runs_before) {
    auto first = begun(1), other = begun(2, "genesys"), failed = begun(3);
    done(book->put(
        {row(first, 1, SyncWhat::vanished), row(first, 2, SyncWhat::unknown), row(first, 3, SyncWhat::unknown),
         row(other, 4, SyncWhat::unknown), row(failed, 5, SyncWhat::unknown)}
    ));
    end(first, SyncState::done);
    end(other, SyncState::done);
    end(failed, SyncState::failed);
    decide(first, {key(3)}, SyncDecision::ignore, true);
    auto last = begun(4);
    const std::vector<NumberKey> keys{key(1), key(3), key(4), key(5)};
    EXPECT_THAT(book->open_before(last, keys).value(), ElementsAre(Pair(key(1), "vanished")));
    EXPECT_THAT(book->open_before(first, keys).value(), IsEmpty());
    end(last, SyncState::held);
    EXPECT_THAT(book->open_before(begun(5), keys).value(), IsEmpty()) << "it was replaced";
}

TEST_P(SyncBookTest, the_wish_and_its_answer_are_kept_with_the_run) {
    NumberSync sync;
    sync.id = 1;
    sync.account = "thinktel";
    sync.by = "anna";
    sync.began = noon;
    const AuditEntry entry{
        .at = noon,
        .who = "anna",
        .person = 0,
        .home = 1,
        .tenant = 1,
        .action = "numbers.sync",
        .kind = "number_sync",
        .object = "1",
        .before = {},
        .after = "{}",
        .address = {}
    };
    done(book->begin(sync, entry, [](const NumberSync& made) {
        return IdempotencyRecord{
            .tenant = 1,
            .key = "k",
            .fingerprint = "f",
            .status = 202,
            .body = std::to_string(made.id),
            .at = noon
        };
    }));
    EXPECT_EQ(store->idempotency(1, "k").value()->body, "1");
    EXPECT_THAT(AuditLog(access()).records({}).value(), SizeIs(1));
}

TEST_P(SyncBookTest, how_far_a_wish_came_is_known_until_it_has_an_answer) {
    const auto sync = begun(1);
    done(book->put({row(sync, 1, SyncWhat::unknown)}));
    const AuditEntry entry{.at = noon, .who = "anna", .person = 0, .home = 1, .tenant = 1, .action = "numbers.sync_decision", .kind = "number_sync",
                           .object = "1", .before = {}, .after = "{}", .address = {}};
    SyncWishSoFar wish{.tenant = 1, .key = "k", .fingerprint = "f", .sync = 1, .at = noon};
    done(book->begin_wish(entry, wish));
    EXPECT_EQ(book->wish(1, "k").value()->last, 0);
    EXPECT_FALSE(book->wish(2, "k").value());
    auto some = decided(sync, {key(1)}, SyncDecision::ignore, true);
    wish.last = key(1);
    wish.decided = 1;
    wish.refused = 2;
    wish.problems = R"([[1,"no"]])";
    some.wish = wish;
    done(open_number_book(*store)->write(some));
    const auto so_far = book->wish(1, "k").value();
    ASSERT_TRUE(so_far);
    EXPECT_EQ(so_far->fingerprint, "f");
    EXPECT_EQ(so_far->sync, 1);
    EXPECT_EQ(so_far->last, key(1));
    EXPECT_EQ(so_far->decided, 1);
    EXPECT_EQ(so_far->refused, 2);
    EXPECT_EQ(so_far->problems, R"([[1,"no"]])");
    EXPECT_EQ(so_far->at, noon);
    done(book->note(std::nullopt, IdempotencyRecord{.tenant = 1, .key = "k", .fingerprint = "f", .status = 200, .body = "1", .at = noon}));
    EXPECT_FALSE(book->wish(1, "k").value());
    EXPECT_EQ(store->idempotency(1, "k").value()->body, "1");
    EXPECT_THAT(AuditLog(access()).records({}).value(), SizeIs(1));
}

TEST_P(SyncBookTest, a_wish_that_nobody_repeats_is_forgotten_in_the_end) {
    const AuditEntry entry{.at = noon, .who = "anna", .person = 0, .home = 1, .tenant = 1, .action = "numbers.sync_decision", .kind = "number_sync",
                           .object = "1", .before = {}, .after = "{}", .address = {}};
    done(book->begin_wish(entry, SyncWishSoFar{.tenant = 1, .key = "k", .fingerprint = "f", .sync = 1, .at = noon}));
    auto sync = begun(1);
    end(sync, SyncState::done, noon);
    EXPECT_TRUE(book->wish(1, "k").value());
    end(sync, SyncState::done, noon + std::chrono::milliseconds(1));
    EXPECT_FALSE(book->wish(1, "k").value());
}

INSTANTIATE_TEST_SUITE_P(Both, SyncBookTest, ::testing::Values("sqlite", "postgresql"));

}  // namespace
}  // namespace porteur
