// SPDX-License-Identifier: Apache-2.0
#include "carriers/addresses.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace porteur::carriers {
namespace {

namespace ip = boost::asio::ip;

bool is_private_v4(const ip::address_v4& address) {
    const auto bits = address.to_uint();
    const auto in = [bits](std::uint32_t net, int prefix) {
        return (bits >> (32 - prefix)) == (net >> (32 - prefix));
    };
    return in(0x00000000, 8) || in(0x0A000000, 8) || in(0x64400000, 10) || in(0x7F000000, 8) ||
           in(0xA9FE0000, 16) || in(0xAC100000, 12) || in(0xC0000000, 24) || in(0xC0A80000, 16) ||
           in(0xC6120000, 15) || bits >= 0xE0000000;
}

}  // namespace

bool is_private(const ip::address& address) {
    if (address.is_v4()) return is_private_v4(address.to_v4());

    const auto v6 = address.to_v6();
    const auto bytes = v6.to_bytes();
    const auto starts_with = [&bytes](std::span<const unsigned char> prefix) {
        return std::ranges::equal(prefix, std::span(bytes).first(prefix.size()));
    };
    const auto v4_at = [&bytes](std::size_t at) {
        return ip::address_v4({bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]});
    };
    static constexpr std::array<unsigned char, 12> compatible = {};
    static constexpr std::array<unsigned char, 12> mapped = {0, 0, 0, 0, 0,    0,
                                                             0, 0, 0, 0, 0xFF, 0xFF};
    static constexpr std::array<unsigned char, 12> translated = {0, 0x64, 0xFF, 0x9B};
    static constexpr std::array<unsigned char, 2> six_to_four = {0x20, 0x02};
    // "::" and "::1" lie in the compatible range, as 0.0.0.0 and 0.0.0.1.
    if (starts_with(compatible) || starts_with(mapped) || starts_with(translated)) {
        return is_private_v4(v4_at(12));
    }
    if (starts_with(six_to_four)) return is_private_v4(v4_at(2));
    return v6.is_link_local() || v6.is_site_local() || v6.is_multicast() ||
           (bytes[0] & 0xFE) == 0xFC;
}

}  // namespace porteur::carriers
