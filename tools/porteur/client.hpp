// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include <porteur/json.hpp>

#include "event_stream.hpp"
#include "http.hpp"
#include "surroundings.hpp"

namespace porteur::cli {

class Progress;

/// How the daemon is reached.
struct Server {
    ServerUrl url;
    std::string token;    ///< empty = none
    std::string ca_file;  ///< empty = the system's certificates
    std::string language = {};  ///< of sentences in answers, "fr"; empty = the daemon's own
};

struct Reply {
    int status = 0;
    std::string etag;  ///< empty if none
    json::value document;
};

/// What one request to change something needs beside its body.
struct Change {
    std::string key;       ///< Idempotency-Key; empty = none
    std::string if_match;  ///< ETag of what is changed; empty = whatever it is now
};

struct Upload {
    std::string content_type;
    std::string bytes;
    std::string name;  ///< for the progress bar
};

/// The daemon's HTTP API. Shows on standard error what is waited for when it takes over a second.
///
/// Every answer but 2xx is a Trouble: its code says what kind, its message is the problem
/// document's own (title or detail, with the field) and what to do.
///
/// @threads one
class Client {
public:
    /// @param around  outlives this
    Client(Server server, Surroundings& around) : server_(std::move(server)), around_(around) {}

    const Server& server() const noexcept { return server_; }

    /// @param longest  how long the daemon may stay silent
    Outcome<Reply> get(
        const std::string& target, std::chrono::milliseconds longest = std::chrono::seconds{60}
    );
    /// Any status is an answer here, with a document or without. For /healthz and /readyz.
    Outcome<HttpAnswer> ask(const std::string& target);
    /// @param body  null: none
    Outcome<Reply> send(
        const std::string& method, const std::string& target, const json::value& body,
        const Change& change, std::chrono::milliseconds longest = std::chrono::seconds{60}
    );
    Outcome<Reply> upload(const std::string& target, Upload upload, const Change& change);

    /// Hands the bytes of an answer on as they come; gives nothing only when all of them have.
    /// @param what  said while it lasts, in the reader's language
    /// @param take  false ends it, and then gives nothing
    Outcome<void> download(
        const std::string& target, std::string what, std::chrono::milliseconds silence_max,
        const std::function<bool(std::string_view, Progress&)>& take
    );

    struct Listening {
        std::chrono::milliseconds silence_max;             ///< with not even a comment
        std::function<bool()> tick;                        ///< false ends it
        std::function<bool(const ServerEvent&)> on_event;  ///< false ends it
    };
    /// Listens until a callback ends it (gives nothing) or the stream breaks (gives why).
    Outcome<void> listen(
        const std::string& target, EventStream& stream, const Listening& listening
    );

private:
    Fields common_fields() const;
    std::string in_language(const std::string& english) const;
    struct Exchanged {
        Outcome<HttpAnswer> answer;
        bool may_have_left;  ///< false: certainly no byte of the request did
    };
    Exchanged exchanged(HttpRequest request, ExchangeWishes wishes, std::string what);
    Outcome<Reply> understood(Exchanged exchanged, const Change& change) const;

    Server server_;
    Surroundings& around_;
};

/// What an answer that is not 2xx means. @threads any
Trouble trouble_of(const HttpAnswer& answer, const Server& server);

}  // namespace porteur::cli
