// SPDX-License-Identifier: Apache-2.0
#pragma once

// One request as a route sees it, and its answer: values without sockets, so that a route is tested
// without a network.

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/services.hpp"

namespace porteur {

struct Route;

/// Why a body did not arrive whole.
struct BodyFault {
    enum class What { closed, too_slow, malformed, pipelined };
    What what = What::closed;
    std::string detail;
};

/// The bytes of a request's body, as they arrive.
class BodySource {
public:
    virtual ~BodySource() = default;
    /// The next bytes, valid until the next call; empty at the end. The first call tells a client
    /// that asked (Expect: 100-continue) to go on: nobody is asked for a body that was refused
    /// before.
    /// @threads the connection's
    virtual Async<std::expected<std::string_view, BodyFault>> next() = 0;
};

using Fields = std::vector<std::pair<std::string, std::string>>;

/// How a caller proves who they are, and in whose account they want to act: looked at again for as long
/// as an answer goes on.
struct Credentials {
    std::string token;        ///< bearer token; empty: none
    std::string cookie;       ///< of a session; empty: none
    std::int64_t act_in = 0;  ///< account to enter; 0: one's own
};

struct Request {
    std::string method;
    std::string target;  ///< as received
    std::string path;    ///< of the target
    Fields query;        ///< decoded
    Fields fields;       ///< header fields, names in lower case
    std::optional<std::uint64_t> content_length;
    bool has_body = false;
    bool from_loopback = false;
    std::string address;  ///< of the peer
    BodySource* body_source = nullptr;  ///< the connection's; outlives the request

    // Filled on the way to the handler.
    const Route* route = nullptr;
    std::vector<std::string> segments;  ///< what stood for {id} and the like
    Caller caller;
    Credentials credentials;
    std::string csrf;  ///< what changes under the cookie must say; empty where there is none
    std::string body;         ///< of JSON routes
    std::string key;          ///< Idempotency-Key; empty = none
    std::string fingerprint;  ///< of what the key stands for; JSON routes

    /// The value of a header field; null when it is absent. @param name lower case
    const std::string* field(std::string_view name) const {
        for (const auto& [each, value] : fields)
            if (each == name) return &value;
        return nullptr;
    }
    /// The value of a query parameter; empty when it is absent.
    std::string_view parameter(std::string_view name) const {
        for (const auto& [each, value] : query)
            if (each == name) return value;
        return {};
    }
};

/// The answer goes on as server-sent events.
struct EventFeed {
    Caller caller;
    Credentials credentials;  ///< looked at again before each batch: revoked, signed out, they end the stream
    Id after = 0;
};

/// The bytes of an answer that is made while it is sent.
class ByteStream {
public:
    virtual ~ByteStream() = default;
    /// The next bytes; empty at the end. @errors the answer cannot be finished
    /// @threads the connection's
    virtual Async<Result<std::string>> next() = 0;
    /// Nobody wants more: a wait in next() ends. @threads the connection's
    virtual void end() = 0;
};

struct Answer {
    int status = 200;
    std::string body;
    std::string content_type = "application/json";
    Fields headers;
    bool close = false;  ///< the connection must not be used again
    std::optional<EventFeed> feed;
    std::shared_ptr<ByteStream> stream = nullptr;  ///< what comes after `body`, until its end
    std::string defect;  ///< for the log alone; empty if none
};

}  // namespace porteur
