// SPDX-License-Identifier: Apache-2.0
// Many numbers read one after another from one statement that is left before its end: on PostgreSQL
// that is a COPY, in which a connection can do nothing else, so it must not be used again as it is.
#include <gmock/gmock.h>

#include "store/number_book.hpp"
#include "store_place.hpp"

namespace porteur {
namespace {

class NumberLinesTest : public testing::StorePlace {
protected:
    /// More than a connection's buffers hold.
    static constexpr int all = 20'000;

    void SetUp() override {
        testing::StorePlace::SetUp();
        if (!store) return;
        book = open_number_book(*store);
        NumberChanges changes;
        changes.new_classes.push_back(
            {.id = 1, .shared = {.account = "thinktel", .country = "CA", .type = "local"}}
        );
        for (int at = 0; at < all; ++at) {
            NumberRow row;
            row.key = *number_key("+1514" + std::to_string(5'550'000 + at));
            row.class_id = 1;
            row.tenant = 2;
            row.source = "import";
            row.custom = R"({"floor":")" + std::string(100, 'x') + R"("})";
            changes.rows.push_back({.before = {}, .after = std::move(row)});
        }
        const auto written = book->write(changes);
        ASSERT_TRUE(written) << written.error().message;
    }
    static KeyScan scan() {
        KeyScan out;
        out.limit = all + 1;
        return out;
    }
    int lines() {
        int count = 0;
        const auto read = book->each_line(scan(), [&count](const NumberLine&) {
            ++count;
            return true;
        });
        EXPECT_TRUE(read) << read.error().message;
        return count;
    }
    int places() {
        int count = 0;
        const auto read =
            book->each_place([&count](NumberKey, std::int64_t, std::int64_t, std::string_view, std::string_view) {
                ++count;
            });
        EXPECT_TRUE(read) << read.error().message;
        return count;
    }
    /// Each connection that is kept is used: they are taken one after the other.
    void all_is_well() {
        for (int times = 0; times < 3; ++times) {
            EXPECT_EQ(lines(), all);
            EXPECT_EQ(places(), all);
            EXPECT_EQ(book->rows({*number_key("+15145550007")}).value().size(), 1U);
        }
    }

    std::unique_ptr<NumberBook> book;
};

TEST_P(NumberLinesTest, who_wants_no_more_leaves_a_connection_that_is_as_before) {
    all_is_well();
    for (const int enough : {1, 2, 5'000}) {
        int count = 0;
        const auto read =
            book->each_line(scan(), [&](const NumberLine&) { return ++count < enough; });
        EXPECT_TRUE(read) << read.error().message;
        EXPECT_EQ(count, enough);
        all_is_well();
    }
}

TEST_P(NumberLinesTest, an_exception_in_the_middle_leaves_no_connection_that_is_still_reading) {
    struct NoException {};
    for (const bool is_strange : {false, true}) {
        int count = 0;
        const auto fail = [&] {
            if (++count < 100) return;
            if (is_strange) throw NoException();
            throw std::runtime_error("the disk of the export is full");
        };
        const auto read_lines = [&] {
            return book->each_line(scan(), [&](const NumberLine&) {
                fail();
                return true;
            });
        };
        const auto read_places = [&] {
            return book->each_place([&](NumberKey, std::int64_t, std::int64_t, std::string_view, std::string_view) {
                fail();
            });
        };
        if (is_strange) {
            EXPECT_THROW(static_cast<void>(read_lines()), NoException);
            count = 0;
            EXPECT_THROW(static_cast<void>(read_places()), NoException);
        } else {
            const auto read = read_lines();
            ASSERT_FALSE(read);
            EXPECT_EQ(read.error().kind, ErrorKind::unavailable);
            EXPECT_THAT(
                read.error().message, ::testing::HasSubstr("the disk of the export is full")
            );
            count = 0;
            EXPECT_FALSE(read_places());
        }
        all_is_well();
    }
}

TEST_P(NumberLinesTest, a_question_inside_another_has_a_connection_of_its_own) {
    int count = 0;
    const auto read = book->each_line(scan(), [&](const NumberLine& line) {
        if (++count % 5'000 == 0) EXPECT_EQ(book->rows({line.key}).value().size(), 1U);
        return true;
    });
    EXPECT_TRUE(read) << read.error().message;
    EXPECT_EQ(count, all);
}

INSTANTIATE_TEST_SUITE_P(Both, NumberLinesTest, ::testing::Values("sqlite", "postgresql"));

}  // namespace
}  // namespace porteur
