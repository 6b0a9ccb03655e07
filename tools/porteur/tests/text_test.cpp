// SPDX-License-Identifier: Apache-2.0
#include "text.hpp"

#include <gmock/gmock.h>

#include "world.hpp"

namespace porteur::cli {
namespace {

TEST(DisplayWidth, CountsWhatATerminalShows) {
    EXPECT_EQ(display_width(""), 0U);
    EXPECT_EQ(display_width("Montréal"), 8U);
    EXPECT_EQ(display_width("Montre\u0301al"), 8U);  // the accent as a mark of its own
    EXPECT_EQ(display_width("東京"), 4U);
    EXPECT_EQ(display_width("한국"), 4U);
    EXPECT_EQ(display_width("📞"), 2U);
    EXPECT_EQ(display_width("a\u200Bb"), 2U);
}

TEST(DisplayWidth, CountsABrokenByteAsOne) {
    EXPECT_EQ(
        display_width("a\xFF"
                      "b"),
        3U
    );
    EXPECT_EQ(display_width("\xE2\x82"), 2U);      // cut short
    EXPECT_EQ(display_width("\xC0\xAF"), 2U);      // overlong
    EXPECT_EQ(display_width("\xED\xA0\x80"), 3U);  // a surrogate
}

TEST(Printable, ShowsWhatWouldSteerTheTerminal) {
    EXPECT_EQ(printable("a\x1b[31mb"), "a\\x1b[31mb");
    EXPECT_EQ(printable("a\rb\x7F"), "a\\x0db\\x7f");
    EXPECT_EQ(printable("a\nb"), "a b");
    EXPECT_EQ(
        printable("\xC2\x9B"
                  "31m"),
        "\\xc2\\x9b31m"
    );  // CSI as one C1 character
    EXPECT_EQ(printable("\xFF"), "\\xff");
    EXPECT_EQ(printable("abc\u202Efdp.exe"), "abcfdp.exe");  // right-to-left override
}

TEST(Printable, LeavesTextAsItIs) { EXPECT_EQ(printable("Où ? 東京 📞"), "Où ? 東京 📞"); }

TEST(Padded, FillsByWidthAndNeverCuts) {
    EXPECT_EQ(padded("é", 3) + "|", "é  |");
    EXPECT_EQ(padded("東", 3) + "|", "東 |");
    EXPECT_EQ(padded("long", 2), "long");
}

TEST(LocalTime, FollowsTheZoneAndItsSummer) {
    const World central_europe;
    EXPECT_EQ(local_time("2026-12-01T09:30:00.123Z"), "2026-12-01 10:30:00");
    EXPECT_EQ(local_time("2026-07-01T09:30:00Z"), "2026-07-01 11:30:00");
    EXPECT_EQ(local_time("2026-12-01T23:30:00-05:00"), "2026-12-02 05:30:00");
}

TEST(LocalTime, LeavesWhatIsNoTime) {
    EXPECT_EQ(local_time("soon\x1b"), "soon\\x1b");
    EXPECT_EQ(local_time(""), "");
}

}  // namespace
}  // namespace porteur::cli
