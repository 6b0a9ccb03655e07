// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/value.hpp>

namespace porteur::sim {

namespace json = boost::json;

using Fields = std::vector<std::pair<std::string, std::string>>;

/// One HTTP request as it arrived.
struct Request {
    std::string method;  ///< upper-case: "POST"
    std::string target;  ///< as sent: "/numbers?npa=416"
    std::string path;    ///< the target without its query, still percent-encoded
    Fields query;        ///< decoded, in order; a repeated name stands twice
    Fields headers;      ///< names in lower case
    std::string body;

    /// The first value of a header, by its lower-case name; empty when absent.
    std::string_view header(std::string_view name) const;
    /// The first value of a query field; nothing when absent.
    std::optional<std::string> asked(std::string_view name) const;
    /// Every value of a repeated query field.
    std::vector<std::string> asked_all(std::string_view name) const;
};

/// Splits a target into path and query. @errors none: a bad escape is kept as it is
void set_target(Request& request, std::string target);

/// One HTTP answer. Content-Length, Connection and Date are the server's.
struct Answer {
    int status = 200;
    std::string body;
    std::string content_type = "application/json";
    Fields headers;
};

/// An answer with a JSON body.
Answer answer_json(int status, const json::value& value);

}  // namespace porteur::sim
