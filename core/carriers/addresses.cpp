// SPDX-License-Identifier: Apache-2.0
#include "carriers/addresses.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
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
           in(0xC6120000, 15) || in(0xC0000200, 24) || in(0xC6336400, 24) || in(0xCB007100, 24) ||
           in(0xC0586300, 24) || bits >= 0xE0000000;
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
    // 2001::/23 is for protocols (Teredo wraps an IPv4 address, ORCHID none at all); the others are examples.
    static constexpr std::array<unsigned char, 4> documentation = {0x20, 0x01, 0x0D, 0xB8};
    static constexpr std::array<unsigned char, 2> documentation_too = {0x3F, 0xFF};
    // "::" and "::1" lie in the compatible range, as 0.0.0.0 and 0.0.0.1.
    if (starts_with(compatible) || starts_with(mapped) || starts_with(translated)) {
        return is_private_v4(v4_at(12));
    }
    if (starts_with(six_to_four)) return is_private_v4(v4_at(2));
    const bool for_protocols = bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 2;
    const bool example =
        starts_with(documentation) || (starts_with(documentation_too) && bytes[2] < 0x10);
    // Nothing but 2000::/3 has ever been given out to the Internet.
    return for_protocols || example || (bytes[0] & 0xE0) != 0x20;
}

namespace {

/// ::ffff:10.0.0.1 is 10.0.0.1, for whoever connects to it.
ip::address plain(const ip::address& address) {
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

std::optional<int> number_of(std::string_view text, int max) {
    int value = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || read.ec != std::errc{} || read.ptr != text.data() + text.size() || value < 0 ||
        value > max)
        return std::nullopt;
    return value;
}

struct Entry {
    ip::address address;
    int prefix;
    int port;
};

std::optional<Entry> read_entry(std::string_view text) {
    std::string_view host = text, prefix, port;
    if (text.starts_with('[')) {
        const auto end = text.find("]:");
        if (end == text.npos) return std::nullopt;
        host = text.substr(1, end - 1);
        port = text.substr(end + 2);
    } else if (const auto colon = text.find(':'); colon != text.npos && colon == text.rfind(':')) {
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
    }
    if (const auto slash = host.find('/'); slash != host.npos) {
        prefix = host.substr(slash + 1);
        host = host.substr(0, slash);
        if (prefix.empty()) return std::nullopt;
    }
    boost::system::error_code wrong;
    const auto address = ip::make_address(std::string(host), wrong);
    if (wrong) return std::nullopt;
    const int bits = address.is_v4() ? 32 : 128;
    Entry made{plain(address), bits, 0};
    if (!prefix.empty()) {
        const auto read = number_of(prefix, bits);
        if (!read || made.address.is_v4() != address.is_v4()) return std::nullopt;
        made.prefix = *read;
    } else if (made.address.is_v4()) {
        made.prefix = 32;
    }
    if (text.starts_with('[') || !port.empty() || text.ends_with(':')) {
        const auto read = number_of(port, 65535);
        if (!read || *read == 0) return std::nullopt;
        made.port = *read;
    }
    return made;
}

template <class Bytes>
bool same_bits(const Bytes& left, const Bytes& right, int count) {
    for (int at = 0; at < count; ++at) {
        const auto byte = static_cast<std::size_t>(at / 8);
        const int mask = 0x80 >> (at % 8);
        if ((left[byte] & mask) != (right[byte] & mask)) return false;
    }
    return true;
}

}  // namespace

bool is_address_entry(std::string_view text) { return read_entry(text).has_value(); }

Result<AddressGuard> AddressGuard::make(const std::vector<std::string>& allow) {
    AddressGuard made;
    for (const auto& each : allow) {
        const auto entry = read_entry(each);
        if (!entry)
            return failure(
                ErrorKind::invalid_input,
                quoted(each) + R"( is no address; write it as in "10.1.0.0/16", "192.0.2.7:8080" or "[fd00::7]:8443")"
            );
        made.allowed_.push_back({entry->address, entry->prefix, static_cast<std::uint16_t>(entry->port)});
    }
    return made;
}

bool AddressGuard::holds(const Range& range, const ip::address& address) {
    if (range.address.is_v4() != address.is_v4()) return false;
    if (address.is_v4())
        return same_bits(range.address.to_v4().to_bytes(), address.to_v4().to_bytes(), range.prefix);
    return same_bits(range.address.to_v6().to_bytes(), address.to_v6().to_bytes(), range.prefix);
}

bool AddressGuard::allows(const ip::address& given, std::uint16_t port, bool tls) const {
    const auto address = plain(given);
    for (const auto& each : allowed_)
        if ((each.port == 0 || each.port == port) && holds(each, address)) return true;
    return tls && port == 443 && !is_private(address);
}

}  // namespace porteur::carriers
