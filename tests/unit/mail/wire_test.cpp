// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "mail/smtp_text.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using namespace std::string_literals;
using porteur::testing::FailsWith;
using porteur::testing::Gives;
using ::testing::_;

TEST(ToWire, DoublesDotsAndEndsEveryLineWithCrLf) {
    EXPECT_THAT(to_wire(""), Gives(".\r\n"));
    EXPECT_THAT(to_wire("a"), Gives("a\r\n.\r\n"));
    EXPECT_THAT(to_wire("a\r\n"), Gives("a\r\n.\r\n"));
    EXPECT_THAT(to_wire(".\r\n..b\r\nc.d"), Gives("..\r\n...b\r\nc.d\r\n.\r\n"));
}

TEST(ToWire, MakesBareLineEndsWhole) {
    for (const char* body :
         {"\n.\n", "\r.\r", "\n.\r\n", "\r\n.\n", "\r\n.\r\n", "\r\n.\r", "\n.\r"}) {
        EXPECT_THAT(to_wire("a"s + body + "b"), Gives("a\r\n..\r\nb\r\n.\r\n"));
    }
    EXPECT_THAT(to_wire("a\r\r\nb\n\rc"), Gives("a\r\n\r\nb\r\n\r\nc\r\n.\r\n"));
}

TEST(ToWire, RefusesWhatNoServerHasToTake) {
    EXPECT_THAT(to_wire("a\0b"s), FailsWith(ErrorKind::invalid_input, _));
    EXPECT_THAT(to_wire(std::string(998, 'a')), Gives(std::string(998, 'a') + "\r\n.\r\n"));
    EXPECT_THAT(to_wire(std::string(999, 'a')), FailsWith(ErrorKind::invalid_input, _));
}

}  // namespace
}  // namespace porteur
