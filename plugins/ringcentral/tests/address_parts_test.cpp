// SPDX-License-Identifier: Apache-2.0
#include "address_parts.hpp"

#include <gtest/gtest.h>

namespace ringcentral {

void PrintTo(const StreetParts& parts, std::ostream* out) {
    *out << '[' << parts.house_number << "] [" << parts.street << "] [" << parts.unit << ']';
}

namespace {

TEST(StreetParts, AreTakenOutOfOneLine) {
    const std::pair<const char*, StreetParts> rows[] = {
        {"1 King St W", {"1", "King St W", ""}},
        {"1 King St W, Suite 500", {"1", "King St W", "500"}},
        {"1 King St W #500", {"1", "King St W", "500"}},
        {"1 King St W Apt. B", {"1", "King St W", "B"}},
        {"Unit 7, 12A Main Street", {"12A", "Main Street", "7"}},
        {"500-1 King St W", {"1", "King St W", "500"}},
        {"10 1/2 Main St", {"10 1/2", "Main St", ""}},
        {"1, rue King Ouest, bureau 500", {"1", "rue King Ouest", "500"}},
        {"12 Local Road", {"12", "Local Road", ""}},
        {"PO Box 12", {"", "PO Box 12", ""}},
        {"500", {"", "500", ""}},
        {"", {"", "", ""}},
        {" ,, ", {"", "", ""}},
    };
    for (const auto& [line, wanted] : rows) EXPECT_EQ(street_parts(line), wanted) << line;
}

TEST(StreetParts, OfAnOrderMayStandInTheStreet) {
    porteur::Address apart, together;
    apart.house_number = "1";
    apart.street = "King";
    apart.street_type = "St";
    apart.street_direction = "W";
    apart.unit = "Suite 500";
    together.street = "1 King St W, Suite 500";
    const StreetParts wanted{"1", "King St W", "500"};
    EXPECT_EQ(street_parts(apart), wanted);
    EXPECT_EQ(street_parts(together), wanted);
    apart.unit = "500";
    EXPECT_EQ(street_parts(apart), wanted);
    EXPECT_EQ(line_of(apart), "1 King St W Unit 500");
}

}  // namespace
}  // namespace ringcentral
