// SPDX-License-Identifier: Apache-2.0
// Rows as pages ask for them: by their keys, or along what some accounts hold. What is asked again
// stays prepared on its connection, so each is asked with other values, in other ways, and more
// often than is kept.
#include <gmock/gmock.h>

#include <ranges>

#include "store/number_book.hpp"
#include "store_place.hpp"

namespace porteur {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

NumberKey key(int at) { return *number_key("+1514" + std::to_string(5'550'000 + at)); }

class NumberRowsTest : public testing::StorePlace {
protected:
    static constexpr int all = 60;

    void SetUp() override {
        testing::StorePlace::SetUp();
        if (!store) return;
        book = open_number_book(*store);
        NumberChanges changes;
        changes.new_classes.push_back(
            {.id = 1, .shared = {.account = "thinktel", .country = "CA", .type = "local"}}
        );
        changes.new_classes.push_back(
            {.id = 2, .shared = {.account = "genesys", .country = "CA", .type = "mobile"}}
        );
        for (int at = 0; at < all; ++at) {
            NumberRow row;
            row.key = key(at);
            row.class_id = 1 + at % 2;
            row.tenant = 2 + at % 3;
            row.used_by = "Zoé \"l'été\" \\ " + std::to_string(at);
            row.tags = at % 4 == 0 ? "vip" : "";
            row.source = "import";
            if (at % 5 == 0)
                row.first_call = Instant{std::chrono::milliseconds{1'790'000'000'000 + at}};
            row.version = 1 + at;
            changes.rows.push_back({.before = {}, .after = std::move(row)});
        }
        const auto written = book->write(changes);
        ASSERT_TRUE(written) << written.error().message;
    }
    static std::vector<int> places(const Result<std::vector<NumberRow>>& rows) {
        EXPECT_TRUE(rows) << rows.error().message;
        std::vector<int> out;
        if (!rows) return out;
        for (const auto& row : *rows) {
            const int at = static_cast<int>(row.version) - 1;
            out.push_back(at);
            EXPECT_EQ(row.key, key(at));
            EXPECT_EQ(row.class_id, 1 + at % 2);
            EXPECT_EQ(row.tenant, 2 + at % 3);
            EXPECT_EQ(row.used_by, "Zoé \"l'été\" \\ " + std::to_string(at));
            EXPECT_EQ(row.first_call.has_value(), at % 5 == 0);
        }
        return out;
    }
    /// What of all fits, as a scan says it to either database.
    static KeyScan of_class(std::int64_t wanted, std::vector<std::int64_t> tenants) {
        KeyScan out;
        out.tenants = std::move(tenants);
        out.only_classes = {wanted};
        out.fits = [wanted](NumberKey one) {
            for (int at = 0; at < all; ++at)
                if (key(at) == one) return 1 + at % 2 == wanted;
            return false;
        };
        return out;
    }

    std::unique_ptr<NumberBook> book;
};

TEST_P(NumberRowsTest, rows_come_in_the_order_of_the_keys_wherever_they_lie) {
    EXPECT_THAT(places(book->rows({key(40), key(3), key(17)})), ElementsAre(40, 3, 17));
    EXPECT_THAT(
        places(book->rows({key(5), *number_key("+33123456789"), key(4)})), ElementsAre(5, 4)
    );
    EXPECT_THAT(places(book->rows({})), IsEmpty());
}

TEST_P(
    NumberRowsTest, keys_that_lie_together_are_read_with_what_lies_between_and_that_is_left_out
) {
    EXPECT_THAT(
        places(book->rows({key(10), key(12), key(13), key(15)}, true)), ElementsAre(10, 12, 13, 15)
    );
    EXPECT_THAT(places(book->rows({key(15), key(13), key(10)}, true)), ElementsAre(15, 13, 10));
    EXPECT_THAT(places(book->rows({key(59)}, true)), ElementsAre(59));
    EXPECT_THAT(places(book->rows({}, true)), IsEmpty());
}

TEST_P(NumberRowsTest, rows_along_what_one_account_or_several_hold_are_those_of_their_keys) {
    auto scan = of_class(1, {2});
    scan.limit = 4;
    EXPECT_THAT(places(book->rows_along(scan)), ElementsAre(0, 6, 12, 18));
    scan.from = key(7);
    scan.to = key(25);
    EXPECT_THAT(places(book->rows_along(scan)), ElementsAre(12, 18, 24));
    scan.descending = true;
    EXPECT_THAT(places(book->rows_along(scan)), ElementsAre(24, 18, 12));
    scan.tenants = {2, 4};
    EXPECT_THAT(places(book->rows_along(scan)), ElementsAre(24, 20, 18, 14));
    scan.descending = false;
    EXPECT_THAT(places(book->rows_along(scan)), ElementsAre(8, 12, 14, 18));
    std::vector<NumberKey> keys;
    const auto rows = book->rows_along(scan);
    for (const auto& each : rows.value()) keys.push_back(each.key);
    EXPECT_EQ(book->keys(scan).value(), keys);
    scan.tenants = {77};
    EXPECT_THAT(places(book->rows_along(scan)), IsEmpty());
}

TEST_P(NumberRowsTest, more_ways_to_ask_than_stay_prepared_are_all_answered) {
    for (int round = 0; round < 2; ++round)
        for (int limit = 1; limit <= 100; ++limit) {
            auto scan = of_class(2, {3});
            scan.limit = limit;
            const auto rows = book->rows_along(scan);
            ASSERT_TRUE(rows) << rows.error().message;
            ASSERT_EQ(rows->size(), std::min<std::size_t>(static_cast<std::size_t>(limit), 10))
                << limit;
        }
}

/// A server ends connections.
class ServedRowsTest : public NumberRowsTest {};

TEST_P(ServedRowsTest, what_is_prepared_ends_with_its_connection_and_the_next_begins_anew) {
    ASSERT_THAT(places(book->rows({key(1)})), ElementsAre(1));
    ASSERT_NO_FATAL_FAILURE(
        meddle("select pg_terminate_backend(pid) from pg_stat_activity where datname = "
               "current_database() and pid <> pg_backend_pid()")
    );
    // Those that were open say so once each, and are not used again.
    int failed = 0;
    while (!book->rows({key(1)}) && failed < 10) ++failed;
    EXPECT_LT(failed, 10);
    EXPECT_THAT(places(book->rows({key(2)})), ElementsAre(2));
}

INSTANTIATE_TEST_SUITE_P(Both, NumberRowsTest, ::testing::Values("sqlite", "postgresql"));
INSTANTIATE_TEST_SUITE_P(Served, ServedRowsTest, ::testing::Values("postgresql"));

}  // namespace
}  // namespace porteur
