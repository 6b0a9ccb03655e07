// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <porteur/result.hpp>

namespace porteur {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// One request to a carrier, whole in memory. (The SDK's HttpRequest is an effect that asks for
/// one.)
struct CarrierRequest {
    std::string method = "GET";
    /// "/orders?npa=416" is appended to the account's base URL; "https://..." stands for itself and
    /// must be on the account's list of hosts.
    std::string url_or_path = {};
    /// Without Host, Content-Length and the like (the client writes them) and without control
    /// bytes.
    HttpHeaders headers = {};
    std::string body = {};
    /// For everything: waiting for a connection, name look-up, TLS, sending, reading. 0 takes the
    /// account's.
    std::chrono::milliseconds timeout{0};
    /// Whether a 401 on a token from the cache may be answered by one new token and one more send.
    /// A 401 says that the carrier did not carry the request out, so this is safe where the carrier
    /// is known to check the token first.
    bool retry_on_401 = false;
    /// Secrets that stand in url, headers or body. Only so that cassettes leave them out and that
    /// the buffers are wiped after use.
    std::vector<std::string> secrets = {};
    /// Asked at the last moment, with a connection at hand: whether this process may still send. Empty: it may.
    std::function<bool()> may_leave = {};
    /// Where they stand, as in an effect's head ("/password", "form:pin", "header:x-key"): a secret
    /// too short to be searched for is taken out of cassettes by its place.
    std::vector<std::string> secret_places = {};
};

/// A complete answer, whatever its status. Redirects are answers like any other.
struct HttpAnswer {
    int status = 0;
    HttpHeaders headers;  ///< names in lower case, in the order received
    std::string body;

    /// The first value under a lower-case name; empty if absent. @threads any
    [[nodiscard]] std::string_view header(std::string_view name) const noexcept {
        for (const auto& [key, value] : headers) {
            if (key == name) return value;
        }
        return {};
    }
};

/// An exchange without a complete answer.
///
/// `may_have_left` is false only when certainly no byte of the request was given to the network:
/// then the kind is invalid_input (foreign host, malformed request), unauthorized (the token was
/// refused), throttled (the token endpoint said so), cancelled (while it waited its turn), internal
/// (a secret is missing) or unavailable, and the request may be sent again by whoever asked.
/// Otherwise the kind is in_doubt.
struct ExchangeFailure {
    Error error;
    bool may_have_left = false;
};

using Exchanged = std::expected<HttpAnswer, ExchangeFailure>;

}  // namespace porteur
