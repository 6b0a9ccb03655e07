// SPDX-License-Identifier: Apache-2.0
// What the pipeline does with a server is tried by store_test on PostgreSQL; here are the bytes of its arrays.
#include "store/pg_pipeline.hpp"

#include <gtest/gtest.h>

namespace porteur {
namespace {

std::string hex(std::string_view bytes) {
    std::string out;
    for (const char each : bytes) {
        constexpr auto digits = "0123456789abcdef";
        out += digits[static_cast<unsigned char>(each) >> 4];
        out += digits[static_cast<unsigned char>(each) & 15];
    }
    return out;
}

TEST(PgArray, HoldsNumbersInTheServersBinaryForm) {
    PgArray array(true);
    array.number(1);
    array.null();
    array.number(-2);
    EXPECT_EQ(
        hex(array.bytes()),
        "00000001" "00000001" "00000014" "00000003" "00000001"  // one dimension, nulls, int8, three, from one
        "00000008" "0000000000000001" "ffffffff" "00000008" "fffffffffffffffe"
    );
}

TEST(PgArray, HoldsTextsAsTheyAre) {
    PgArray array(false);
    array.text("a\"\\{},NULL");
    array.text("");
    EXPECT_EQ(
        hex(array.bytes()),
        "00000001" "00000000" "00000019" "00000002" "00000001"
        "0000000a" "61225c7b7d2c4e554c4c" "00000000"
    );
}

TEST(PgArray, IsEmptyAfterItWasCleared) {
    PgArray array(true);
    array.null();
    array.clear();
    array.number(256);
    EXPECT_EQ(hex(array.bytes()), "00000001" "00000000" "00000014" "00000001" "00000001" "00000008" "0000000000000100");
}

}  // namespace
}  // namespace porteur
