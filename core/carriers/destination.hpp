// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

namespace porteur::carriers {

/// Where a connection goes: scheme, host and port.
struct Origin {
    bool tls = true;
    std::string host;  ///< lower-case; an IPv6 address without brackets
    std::uint16_t port = 443;

    /// "api.acme.example:8443", without a port that the scheme implies. @threads any
    [[nodiscard]] std::string authority() const;
    [[nodiscard]] std::string text() const { return (tls ? "https://" : "http://") + authority(); }

    friend bool operator==(const Origin&, const Origin&) = default;
};

/// An absolute URL taken apart.
struct Url {
    Origin origin;
    std::string target;  ///< path and query, begins with "/"
};

/// Reads an absolute http or https URL; a fragment is dropped.
///
/// @errors   invalid_input: not a URL, another scheme, a user name in it, a host that is written
/// with
///           escapes or ends in a dot; the message quotes the URL up to its query
/// @threads  any
Result<Url> parse_url(std::string_view text);

/// The list of origins an account may be asked at; every other one is refused.
///
/// Entries are "host" and "host:port" (https), or a whole origin as in "http://127.0.0.1:8080". The
/// base URL's origin is always on it. Hosts are compared as text, never looked up.
///
/// @threads one at a time
class Destinations {
public:
    /// @errors invalid_input: an entry or the base URL that cannot be read; the message quotes it
    static Result<Destinations> make(
        std::string_view base_url, const std::vector<std::string>& hosts
    );

    struct Target {
        std::shared_ptr<const Origin>
            origin;  ///< one object for each origin, to compare by address
        std::string target;
    };

    /// Where a request goes: "/path" under the base URL, or an absolute URL.
    ///
    /// @errors invalid_input: a host that is not on the list, or a target with blanks, control
    /// bytes
    ///         or letters outside ASCII
    [[nodiscard]] Result<Target> find(std::string_view url_or_path) const;

private:
    std::string base_path_;
    std::vector<std::shared_ptr<const Origin>> origins_;  // the base URL's first
};

}  // namespace porteur::carriers
