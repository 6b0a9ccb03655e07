// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "domain/order.hpp"

namespace porteur {
namespace {

TEST(OrderId, IsReadBackFromItsText) {
    for (const Id id : {Id{1}, Id{31}, Id{32}, Id{1764000000000} << 20, Id{0x7FFFFFFFFFFFFFFF}}) {
        const auto text = id_text(id);
        EXPECT_EQ(text.size(), 13u);
        EXPECT_EQ(id_from_text(text), id) << text;
    }
}

TEST(OrderId, IsReadInSmallLettersToo) { EXPECT_EQ(id_from_text("1m82mavas0000"), id_from_text("1M82MAVAS0000")); }

TEST(OrderId, RefusesOtherTexts) {
    for (const char* text : {"", "1M82MAVAS000", "1M82MAVAS00000", "1M82MAVAS000I", "ZZZZZZZZZZZZZ", "../etc/passwd"})
        EXPECT_EQ(id_from_text(text), std::nullopt) << text;
}

}  // namespace
}  // namespace porteur
