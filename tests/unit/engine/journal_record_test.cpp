// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "engine/journal_record.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

const Instant at{std::chrono::milliseconds{1234567890123}};
const std::vector<JournalRecord> records{
    IntentRecord{{1, EffectKind::http, Guarantee::once, "create", "{\"method\":\"POST\"}", std::string("a\0b", 3)}, at},
    LostRecord{1, at},
    OutcomeRecord{{1, ErrorKind::in_doubt, "{}", ""}, at},
};

TEST(JournalRecord, IsReadBackAsItWasWritten) {
    std::string piece;
    for (const auto& each : records) append_record(piece, each);
    const auto read = read_records(piece);
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, records);
}

TEST(JournalRecord, IsRefusedWhenCutAnywhereInside) {
    std::string piece;
    append_record(piece, records[0]);
    for (std::size_t length = 1; length < piece.size(); ++length)
        EXPECT_FALSE(read_records(std::string_view(piece).substr(0, length))) << length;
    EXPECT_FALSE(read_records("X"));
}

}  // namespace
}  // namespace porteur
