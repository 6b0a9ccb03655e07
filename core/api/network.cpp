// SPDX-License-Identifier: Apache-2.0
#include "api/network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace porteur {

std::string network_of(const std::string& address) {
    in6_addr bytes{};
    // The zone of a link-local address is of this machine, not of the other.
    if (::inet_pton(AF_INET6, address.substr(0, address.find('%')).c_str(), &bytes) != 1) return address;
    if (IN6_IS_ADDR_LOOPBACK(&bytes)) return address;
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (IN6_IS_ADDR_V4MAPPED(&bytes)) return ::inet_ntop(AF_INET, &bytes.s6_addr[12], text.data(), text.size());
    std::fill(std::begin(bytes.s6_addr) + 8, std::end(bytes.s6_addr), std::uint8_t{0});
    return std::string(::inet_ntop(AF_INET6, &bytes, text.data(), text.size())) + "/64";
}

}  // namespace porteur
