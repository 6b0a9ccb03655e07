// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "outcome.hpp"

namespace porteur::cli {

/// Where the daemon's API listens.
struct ServerUrl {
    bool tls = false;
    std::string host;  ///< without the brackets of an IPv6 address
    std::string port;
    std::string base;  ///< path before "/v1", without a slash at its end; mostly empty

    /// "http://127.0.0.1:8480", for messages.
    std::string text() const;
    /// "127.0.0.1:8480", for the Host field.
    std::string authority() const;
    /// Whether bytes to it stay on this machine.
    bool is_local() const;
};

/// Reads an address as in "https://porteur.example:8480/base".
/// @errors  usage: another form, another scheme, or a user name in it
/// @threads any
Outcome<ServerUrl> parse_server_url(std::string_view text);

/// Text as it may stand in one segment of a path or one value of a query. @source RFC 3986, 2.3
std::string encoded(std::string_view text);

/// A path with a query made of the pairs that have a value.
std::string with_query(
    std::string path, const std::vector<std::pair<std::string, std::string>>& pairs
);

}  // namespace porteur::cli
