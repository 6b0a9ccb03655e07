// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a plugin needs of an OpenAPI document (2.0, 3.0, 3.1): the shapes of what travels, and the requests. What C++ or the
// SDK cannot say is left out and told, never guessed.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/json.hpp>

namespace porteur::plugin_tool {

/// What a value looks like.
struct Shape {
    enum class Kind { text, integer, flag, any, list, map, record };
    Kind kind = Kind::any;
    bool nullable = false;
    std::string record;              ///< record: the name of its struct
    std::shared_ptr<Shape> element;  ///< list, map
    std::string note;                ///< for a comment: "one of active, closed"
    std::string sample;              ///< text: a value that the document allows; empty = any
};

struct ApiMember {
    std::string key;  ///< a name of C++
    Shape shape;
    bool is_required = false;
    std::string about;
};

struct ApiRecord {
    std::string name;  ///< of the struct: "NumberOrder"
    std::string about;
    std::vector<ApiMember> members;
};

struct ApiParameter {
    enum class In { path, query, header, form };
    std::string name;      ///< as it travels: "page-size"
    std::string variable;  ///< "page_size"
    In in = In::query;
    Shape shape;  ///< text, integer, flag, or a list of them
    bool is_required = false, is_joined = false;  ///< is_joined: a list travels as one text with commas
    std::string about;
};

struct ApiOperation {
    std::string name;    ///< of the function: "create_order"
    std::string title;   ///< of its struct: "CreateOrder"
    std::string method;  ///< "post"
    std::string path;    ///< "/orders/{id}"
    std::string about;
    std::vector<ApiParameter> parameters;  ///< those of the path in its order, then the others
    std::optional<Shape> body;             ///< JSON
    bool body_required = false;
    std::optional<Shape> answer;  ///< JSON of the first 2xx
};

struct OpenApi {
    std::string version;  ///< "3.0.3"
    std::string title;
    std::string base_url;  ///< empty where the document names none, or one with variables in it
    std::vector<ApiRecord> records;  ///< each after those that it holds
    std::vector<ApiOperation> operations;
    std::vector<std::string> left_out;  ///< a sentence each
};

/// Which operations are wanted; with none named, all of them.
struct ApiChoice {
    std::vector<std::string> operations;  ///< operationId, or "GET /orders"
    std::vector<std::string> paths;       ///< "/orders": itself and what is below it
};

/// Reads the document's bytes: JSON, or YAML.
/// @errors   invalid_input: neither, too large (32 MiB), too deep, with too many aliases
/// @threads  any; no state
Result<json::value> read_api_document(std::string_view text);

/// Takes out of it what the chosen operations need.
/// @errors   invalid_input: no OpenAPI document of these versions; an operation or path that there is not
/// @threads  any; no state
Result<OpenApi> read_api(const json::value& document, const ApiChoice& choice);

}  // namespace porteur::plugin_tool
