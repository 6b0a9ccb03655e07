// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace porteur::cli {

/// One request as it arrived.
struct Seen {
    std::string line;                                         ///< "GET /v1/carriers"
    std::vector<std::pair<std::string, std::string>> fields;  ///< names in lower case
    std::string body;

    std::string field(const std::string& name) const;
};

/// What the server does with one connection.
struct Step {
    std::string expects;  ///< "GET /v1/carriers"; anything else is answered with 599
    int status = 200;
    std::string body;
    std::string type = "application/json";
    std::vector<std::pair<std::string, std::string>> fields = {};
    enum class End {
        whole,        ///< the whole answer, then close
        stays_open,   ///< chunked, and the connection stays: a stream of events
        breaks_off,   ///< chunked, and closed before the last chunk
        half,         ///< half of the body
        nothing,      ///< closed without an answer
        before_body,  ///< answered as soon as the head is there, without reading the body
        garbage,      ///< the body alone, without any HTTP
    } end = End::whole;
};

/// A daemon in a few lines: does its steps in order, one for each connection.
///
/// Shares no code with the program under test but Asio.
class ScriptedServer {
public:
    /// @param tls_pem  file with certificate and key; empty: plain
    explicit ScriptedServer(std::vector<Step> steps, const std::string& tls_pem = {});
    ~ScriptedServer();

    std::string url() const;
    /// What arrived, in order. Call it when the client has come back.
    std::vector<Seen> seen();
    /// "GET /v1/carriers | POST /v1/port-orders".
    std::string lines();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace porteur::cli
