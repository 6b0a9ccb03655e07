// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/address.hpp>

#include <porteur/result.hpp>

namespace porteur::carriers {

/// Whether an address is not one of the public Internet: this host, private and link-local
/// networks, shared address space, multicast and reserved ranges; also where an IPv6 address only
/// wraps such an IPv4 address (mapped, compatible, 6to4, NAT64).
///
/// @threads any
/// @source  RFC 6890 and the IANA special-purpose address registries
bool is_private(const boost::asio::ip::address& address);

/// Where requests may go whose addresses strangers choose (web hooks). Looked at after the name was looked up,
/// for every address that it leads to, and the connection is made to one of those.
///
/// Without any entry: https to port 443 of a public address. An entry of the operator's list allows more: its
/// addresses, private ones too, with http too; on every port, or on the one that it names.
///
/// @threads any, after construction
class AddressGuard {
public:
    /// @param allow  "127.0.0.1", "10.1.0.0/16", "192.0.2.7:8080", "[fd00::7]:8443", "fd00::/8"
    /// @errors       invalid_input: an entry that is no such address; the message quotes it
    static Result<AddressGuard> make(const std::vector<std::string>& allow);

    [[nodiscard]] bool allows(
        const boost::asio::ip::address& address, std::uint16_t port, bool tls
    ) const;

private:
    struct Range {
        boost::asio::ip::address address;
        int prefix = 0;
        std::uint16_t port = 0;  ///< 0: any
    };
    static bool holds(const Range& range, const boost::asio::ip::address& address);
    std::vector<Range> allowed_;
};

/// Whether AddressGuard::make takes an entry. @threads any
bool is_address_entry(std::string_view text);

}  // namespace porteur::carriers
