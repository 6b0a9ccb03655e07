// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

#include <gmock/gmock.h>

namespace porteur::cli {
namespace {

TEST(Table, AlignsColumnsByWhatIsShown) {
    Table table({"CITY", "NUMBER"});
    table.add({"Montréal", "+15145550101"});
    table.add({"東京", "+81312345678"});
    table.add({"Zu\u0308rich", "+41445550101"});
    EXPECT_EQ(
        table.text(false),
        "CITY      NUMBER\n"
        "Montréal  +15145550101\n"
        "東京      +81312345678\n"
        "Zu\u0308rich    +41445550101\n"
    );
}

TEST(Table, LeavesOutAColumnWithoutText) {
    Table table({"A", "EMPTY", "B"});
    table.add({"1", "", "2"});
    EXPECT_EQ(table.text(false), "A  B\n1  2\n");
}

TEST(Table, IsNothingWithoutRows) { EXPECT_EQ(Table({"A", "B"}).text(true), ""); }

TEST(Table, EndsLinesWithoutBlanks) {
    Table table({"A", "B"});
    table.add({"1", "2"});
    table.add({"long"});
    EXPECT_EQ(table.text(false), "A     B\n1     2\nlong\n");
}

TEST(Table, AlignsPaintedCellsAsPlainOnes) {
    Table table({"STATE", "B"});
    table.add({{"ok", Colour::green}, "x"});
    EXPECT_EQ(table.text(true), "\x1b[1mSTATE\x1b[0m  \x1b[1mB\x1b[0m\n\x1b[32mok\x1b[0m     x\n");
}

TEST(Table, KeepsForeignTextFromSteeringTheTerminal) {
    Table table({"A"});
    table.add({"x\x1b[2Jy\nz"});
    EXPECT_EQ(table.text(false), "A\nx\\x1b[2Jy z\n");
}

TEST(Facts, AlignValuesAndLeaveOutEmptyOnes) {
    Facts facts;
    facts.line("Order", "1");
    facts.line("Problem", "");
    facts.line("Référence", "2");
    EXPECT_EQ(facts.text(false), "Order      1\nRéférence  2\n");
}

}  // namespace
}  // namespace porteur::cli
