// SPDX-License-Identifier: Apache-2.0
#include "api/network.hpp"

#include <gtest/gtest.h>

namespace porteur {
namespace {

TEST(Network, IsTheAddressOfIPv4AndTheSixtyFourBitsOfIPv6) {
    EXPECT_EQ(network_of("192.0.2.1"), "192.0.2.1");
    EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    EXPECT_EQ(network_of("2001:db8:1:2::77"), network_of("2001:db8:1:2:ffff::1"));
    EXPECT_NE(network_of("2001:db8:1:2::77"), network_of("2001:db8:1:3::77"));
    EXPECT_EQ(network_of("fe80::1%eth0"), "fe80::/64");
}

TEST(Network, OfAnIPv4AddressInIPv6sClothesIsThatAddress) {
    EXPECT_EQ(network_of("::ffff:192.0.2.1"), "192.0.2.1");
}

TEST(Network, OfThisMachineIsItself) {
    EXPECT_EQ(network_of("::1"), "::1");
    EXPECT_EQ(network_of("127.0.0.1"), "127.0.0.1");
}

TEST(Network, OfWhatIsNoAddressIsWhatItIs) {
    EXPECT_EQ(network_of(""), "");
    EXPECT_EQ(network_of("proxy"), "proxy");
}

}  // namespace
}  // namespace porteur
