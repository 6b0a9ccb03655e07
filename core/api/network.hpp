// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace porteur {

/// By what attempts and connections are counted: an IPv4 address itself, and the /64 of an IPv6 address, as a household or a
/// server is given that many and may come from another one each time.
/// @param address  as text, without a port. What is none is itself. @threads any
std::string network_of(const std::string& address);

}  // namespace porteur
