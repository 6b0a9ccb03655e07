// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ip/address.hpp>

namespace porteur::carriers {

/// Whether an address is not one of the public Internet: this host, private and link-local
/// networks, shared address space, multicast and reserved ranges; also where an IPv6 address only
/// wraps such an IPv4 address (mapped, compatible, 6to4, NAT64).
///
/// @threads any
/// @source  RFC 6890 and the IANA special-purpose address registries
bool is_private(const boost::asio::ip::address& address);

}  // namespace porteur::carriers
