// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <porteur/result.hpp>

namespace porteur {
namespace {

TEST(Quoted, MakesControlBytesVisible) { EXPECT_EQ(quoted("a\r\nb"), "\"a\\x0d\\x0ab\""); }

TEST(Quoted, CutsLongTextBetweenCharacters) { EXPECT_EQ(quoted("aéé", 2), "\"a…\""); }

TEST(Reason, IsReadBackFromItsOwnText) {
    for (const auto& [reason, text] : detail::reason_texts) EXPECT_EQ(reason_from(text), reason);
    EXPECT_EQ(reason_from("SOMETHING_ELSE"), std::nullopt);
}

}  // namespace
}  // namespace porteur
