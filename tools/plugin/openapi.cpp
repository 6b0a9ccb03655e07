// SPDX-License-Identifier: Apache-2.0
#include "openapi.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <porteur/json_at.hpp>

#include "code_names.hpp"

namespace porteur::plugin_tool {
namespace {

using Kind = Shape::Kind;

constexpr auto methods = std::to_array<std::string_view>({"get", "post", "put", "patch", "delete"});
constexpr auto other_methods = std::to_array<std::string_view>({"head", "options", "trace"});
// Samples of what is described have to be JSON that the SDK reads: at most 32 levels.
constexpr int nesting_max = 30;
// A few lines may refer to one another more often than one has time for.
constexpr std::size_t looks_max = 300'000;

std::string upper(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char letter) { return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter; });
    return out;
}

/// Whether the media type is JSON: "application/json; charset=utf-8", "application/vnd.acme+json".
bool is_json_type(std::string_view type) {
    type = type.substr(0, type.find(';'));
    while (type.ends_with(' ')) type.remove_suffix(1);
    return type == "application/json" || type == "text/json" || type.ends_with("+json") || type == "*/*";
}

class Reader {
public:
    explicit Reader(const json::value& document) : document_(document) {}

    Result<OpenApi> read(const ApiChoice& choice);

private:
    // ---- the document

    bool is_2() const { return api_.version.starts_with("2."); }
    /// What a reference leads to; null where it leads nowhere or out of the document.
    const json::value* at_reference(std::string_view reference) const {
        if (!reference.starts_with("#/")) return nullptr;
        boost::system::error_code none;
        return document_.find_pointer(unescaped(reference.substr(1)), none);
    }
    /// A pointer stands in an address, so "%20" in it is a blank.
    static std::string unescaped(std::string_view pointer) {
        std::string out;
        for (std::size_t at = 0; at < pointer.size(); ++at) {
            unsigned byte = 0;
            const bool is_coded = pointer[at] == '%' && at + 2 < pointer.size() && std::from_chars(pointer.data() + at + 1, pointer.data() + at + 3, byte, 16).ptr == pointer.data() + at + 3;
            out += is_coded ? static_cast<char>(byte) : pointer[at];
            if (is_coded) at += 2;
        }
        return out;
    }
    const json::value& resolved(const json::value& value) const {
        const auto* at = &value;
        for (int step = 0; step < nesting_max; ++step) {
            const auto reference = text_at(*at, "$ref");
            if (reference.empty()) return *at;
            const auto* next = at_reference(reference);
            if (next == nullptr) break;
            at = next;
        }
        static const json::value nothing;
        return text_at(*at, "$ref").empty() ? *at : nothing;
    }
    void leave_out(std::string sentence) {
        if (std::ranges::find(api_.left_out, sentence) == api_.left_out.end()) api_.left_out.push_back(std::move(sentence));
    }

    // ---- shapes

    Shape shape_of(const json::value& schema, const std::string& hint, int depth);
    Shape shape_of_parts(const json::object& schema, const json::array& parts, const std::string& hint, int depth);
    Shape record_of(const json::object& schema, const std::string& hint, int depth);
    void collect_members(const json::value& schema, json::object& properties, std::set<std::string>& required, int depth);
    std::string free_name(std::string wanted) {
        const auto base = wanted;
        for (int number = 2; !names_.insert(wanted).second; ++number) wanted = base + std::to_string(number);
        return wanted;
    }
    static Shape any(std::string note) {
        Shape out;
        out.note = std::move(note);
        return out;
    }

    // ---- requests

    Result<void> choose(const ApiChoice& choice);
    void read_operation(const std::string& path, const std::string& method, const json::value& shared, const json::value& from);
    void read_parameter(const json::value& from, ApiOperation& operation, std::set<std::string>& variables);
    void read_body(const json::value& from, ApiOperation& operation, std::set<std::string>& variables);
    void read_form(const json::value& schema, ApiOperation& operation, std::set<std::string>& variables);
    void read_answer(const json::value& from, ApiOperation& operation);
    void add_parameter(ApiParameter parameter, ApiOperation& operation, std::set<std::string>& variables);
    std::string base_url() const;

    const json::value& document_;
    OpenApi api_;
    std::set<std::string> names_;  ///< of structs
    std::map<std::string, Shape, std::less<>> by_reference_;
    std::set<std::string, std::less<>> open_;  ///< references whose shape is being made
    std::size_t looks_ = 0;
    std::set<std::string> functions_, titles_;  ///< of operations
};

std::string note_of_choices(const json::array& choices) {
    std::string out;
    for (const auto& each : choices)
        if (each.is_string()) out += (out.empty() ? "one of " : ", ") + std::string(each.get_string());
    return out;
}

Shape Reader::shape_of(const json::value& schema, const std::string& hint, int depth) {
    if (depth > nesting_max || ++looks_ > looks_max) return any("too deep to be described");
    if (!schema.is_object()) return any("");
    const auto& object = schema.get_object();

    if (const auto reference = text_at(schema, "$ref"); !reference.empty()) {
        if (const auto known = by_reference_.find(reference); known != by_reference_.end()) return known->second;
        if (open_.contains(reference)) return any("holds what it stands in; read it with read_required");
        const auto* target = at_reference(reference);
        if (target == nullptr) {
            leave_out("what " + quoted(reference, 200) + " leads to is not in the document; it is read as any JSON");
            return any("described elsewhere: " + reference);
        }
        open_.insert(reference);
        const auto name = unescaped(reference);
        auto shape = shape_of(*target, title_name(name.substr(name.rfind('/') + 1)), depth + 1);
        open_.erase(reference);
        by_reference_.emplace(reference, shape);
        return shape;
    }

    if (const auto& all = list_at(schema, "allOf"); !all.empty()) {
        if (all.size() == 1 && !object.contains("properties")) return shape_of(all.front(), hint, depth + 1);
        json::object properties;
        std::set<std::string> required;
        collect_members(schema, properties, required, depth + 1);
        if (properties.empty()) return shape_of(all.front(), hint, depth + 1);
        json::array names(required.begin(), required.end());
        return record_of({{"properties", std::move(properties)}, {"required", std::move(names)}, {"description", text_at(schema, "description")}}, hint, depth + 1);
    }
    for (const auto* key : {"oneOf", "anyOf"})
        if (const auto& parts = list_at(schema, key); !parts.empty()) return shape_of_parts(object, parts, hint, depth);

    bool nullable = flag_at(schema, "nullable") || flag_at(schema, "x-nullable");
    auto type = text_at(schema, "type");
    if (const auto& types = list_at(schema, "type"); !types.empty()) {
        std::vector<std::string> others;
        for (const auto& each : types) {
            if (!each.is_string()) continue;
            if (each.get_string() == "null") nullable = true;
            else others.emplace_back(each.get_string());
        }
        if (others.size() != 1) return any("of several types");
        type = others.front();
    }
    const auto& choices = list_at(schema, "enum");
    if (type.empty()) {
        if (object.contains("properties") || object.contains("additionalProperties")) type = "object";
        else if (object.contains("items")) type = "array";
        else if (!choices.empty() && std::ranges::all_of(choices, [](const json::value& each) { return each.is_string(); })) type = "string";
    }

    Shape out;
    if (type == "string") {
        out.kind = Kind::text;
        out.note = note_of_choices(choices);
        if (!choices.empty() && choices.front().is_string()) out.sample = choices.front().get_string();
        if (const auto format = text_at(schema, "format"); !format.empty() && out.note.empty()) out.note = format;
    } else if (type == "integer") {
        out.kind = Kind::integer;
    } else if (type == "boolean") {
        out.kind = Kind::flag;
    } else if (type == "array") {
        out.kind = Kind::list;
        out.element = std::make_shared<Shape>(shape_of(value_at(schema, "items"), hint + "Item", depth + 1));
    } else if (type == "object" && value_at(schema, "properties").is_object() && !value_at(schema, "properties").get_object().empty()) {
        out = record_of(object, hint, depth);
    } else if (type == "object" && value_at(schema, "additionalProperties").is_object()) {
        out.kind = Kind::map;
        out.element = std::make_shared<Shape>(shape_of(value_at(schema, "additionalProperties"), hint + "Value", depth + 1));
    } else {
        out.note = type == "number" ? "a number that may have a fraction, as the carrier writes it" : (type == "object" ? "an object of any members" : "");
    }
    out.nullable = nullable;
    return out;
}

/// "oneOf" with one part that is something beside null is that part; more are any JSON.
Shape Reader::shape_of_parts(const json::object& schema, const json::array& parts, const std::string& hint, int depth) {
    std::vector<const json::value*> others;
    for (const auto& each : parts)
        if (text_at(resolved(each), "type") != "null") others.push_back(&each);
    if (others.size() != 1 || schema.contains("properties")) return any("one of several shapes");
    auto out = shape_of(*others.front(), hint, depth + 1);
    out.nullable = out.nullable || others.size() != parts.size();
    return out;
}

/// What all parts of an "allOf" say together.
void Reader::collect_members(const json::value& schema, json::object& properties, std::set<std::string>& required, int depth) {
    if (depth > nesting_max || ++looks_ > looks_max) return;
    const auto& whole = resolved(schema);
    for (const auto& each : list_at(whole, "allOf")) collect_members(each, properties, required, depth + 1);
    if (const auto& mine = value_at(whole, "properties"); mine.is_object())
        for (const auto& pair : mine.get_object()) properties[pair.key()] = pair.value();
    for (const auto& each : list_at(whole, "required"))
        if (each.is_string()) required.emplace(each.get_string());
}

Shape Reader::record_of(const json::object& schema, const std::string& hint, int depth) {
    const auto& properties = schema.at("properties").as_object();
    ApiRecord record;
    // A struct cannot have a member of its own name.
    record.name = properties.contains(hint) ? hint + "Data" : hint;
    record.name = free_name(record.name);
    record.about = text_at(schema, "description");
    std::set<std::string> required;
    if (const auto* names = schema.if_contains("required"); names && names->is_array())
        for (const auto& each : names->get_array())
            if (each.is_string()) required.emplace(each.get_string());
    for (const auto& pair : properties) {
        const std::string key(pair.key());
        if (!is_code_name(key) || key == record.name) {
            leave_out(fmt::format("{}: its member {} is no name of C++; read it with value_at", record.name, quoted(key)));
            continue;
        }
        ApiMember member{.key = key, .shape = shape_of(pair.value(), record.name + title_name(key), depth + 1), .is_required = required.contains(key), .about = text_at(pair.value(), "description")};
        record.members.push_back(std::move(member));
    }
    Shape out;
    if (record.members.empty()) {
        out.note = "no member of it has a name of C++";
        return out;
    }
    out.kind = Kind::record;
    out.record = record.name;
    api_.records.push_back(std::move(record));
    return out;
}

// ---- requests

std::string Reader::base_url() const {
    if (is_2()) {
        const auto host = text_at(document_, "host");
        auto base = text_at(document_, "basePath");
        while (base.ends_with('/')) base.pop_back();
        return host.empty() ? std::string() : "https://" + host + base;
    }
    for (const auto& each : list_at(document_, "servers")) {
        auto url = text_at(each, "url");
        while (url.ends_with('/')) url.pop_back();
        if (url.starts_with("https://") && url.find('{') == url.npos) return url;
    }
    return {};
}

void Reader::add_parameter(ApiParameter parameter, ApiOperation& operation, std::set<std::string>& variables) {
    auto variable = snake_name(parameter.name);
    const auto base = variable;
    for (int number = 2; !variables.insert(variable).second; ++number) variable = base + "_" + std::to_string(number);
    parameter.variable = variable;
    operation.parameters.push_back(std::move(parameter));
}

void Reader::read_parameter(const json::value& reference, ApiOperation& operation, std::set<std::string>& variables) {
    const auto& from = resolved(reference);
    ApiParameter parameter;
    parameter.name = text_at(from, "name");
    parameter.about = text_at(from, "description");
    parameter.is_required = flag_at(from, "required");
    const auto in = text_at(from, "in");
    const auto where = upper(operation.method) + " " + operation.path;
    const auto& schema = is_2() ? from : value_at(from, "schema");
    if (in == "body") {
        operation.body = shape_of(value_at(from, "schema"), operation.title + "Body", 0);
        operation.body_required = parameter.is_required;
        return;
    }
    if (parameter.name.empty()) return leave_out(where + ": a parameter leads nowhere");
    if (in == "path") parameter.in = ApiParameter::In::path;
    else if (in == "query") parameter.in = ApiParameter::In::query;
    else if (in == "header") parameter.in = ApiParameter::In::header;
    else if (in == "formData" && text_at(from, "type") != "file") parameter.in = ApiParameter::In::form;
    else return leave_out(fmt::format("{}: its parameter {} in {}", where, quoted(parameter.name), in == "formData" ? "a file" : in));
    // These are the host's.
    if (parameter.in == ApiParameter::In::header && (upper(parameter.name) == "AUTHORIZATION" || upper(parameter.name) == "ACCEPT" || upper(parameter.name) == "CONTENT-TYPE")) return;
    parameter.shape = shape_of(schema, operation.title + title_name(parameter.name), 0);
    if (parameter.shape.kind == Kind::list) {
        const auto format = text_at(from, "collectionFormat");
        parameter.is_joined = is_2() ? format != "multi" : value_at(from, "explode").is_bool() && !flag_at(from, "explode");
        if (parameter.shape.element->kind != Kind::integer && parameter.shape.element->kind != Kind::flag) parameter.shape.element->kind = Kind::text;
    } else if (parameter.shape.kind != Kind::integer && parameter.shape.kind != Kind::flag) {
        // In an address everything is text.
        parameter.shape.kind = Kind::text;
    }
    if (parameter.in == ApiParameter::In::path) {
        parameter.is_required = true;
        if (parameter.shape.kind == Kind::list) parameter.is_joined = true;
    }
    add_parameter(std::move(parameter), operation, variables);
}

void Reader::read_form(const json::value& reference, ApiOperation& operation, std::set<std::string>& variables) {
    json::object properties;
    std::set<std::string> required;
    collect_members(reference, properties, required, 0);
    for (const auto& pair : properties) {
        ApiParameter parameter;
        parameter.name = pair.key();
        parameter.in = ApiParameter::In::form;
        parameter.about = text_at(pair.value(), "description");
        parameter.is_required = required.contains(parameter.name);
        parameter.shape = shape_of(pair.value(), operation.title + title_name(parameter.name), 0);
        if (parameter.shape.kind == Kind::list && parameter.shape.element->kind != Kind::integer && parameter.shape.element->kind != Kind::flag) parameter.shape.element->kind = Kind::text;
        else if (parameter.shape.kind != Kind::list && parameter.shape.kind != Kind::integer && parameter.shape.kind != Kind::flag) parameter.shape.kind = Kind::text;
        add_parameter(std::move(parameter), operation, variables);
    }
}

void Reader::read_body(const json::value& reference, ApiOperation& operation, std::set<std::string>& variables) {
    const auto& from = resolved(reference);
    const auto& content = value_at(from, "content");
    if (!content.is_object()) return;
    std::string others;
    for (const auto& pair : content.get_object()) {
        if (is_json_type(pair.key())) {
            operation.body = shape_of(value_at(pair.value(), "schema"), operation.title + "Body", 0);
            operation.body_required = flag_at(from, "required");
            return;
        }
        others += (others.empty() ? "" : ", ") + std::string(pair.key());
    }
    for (const auto& pair : content.get_object())
        if (pair.key() == "application/x-www-form-urlencoded") return read_form(value_at(pair.value(), "schema"), operation, variables);
    leave_out(fmt::format("{} {}: its body is {}; give it with .xml(...) or .document(...)", upper(operation.method), operation.path, others));
}

void Reader::read_answer(const json::value& from, ApiOperation& operation) {
    const auto& responses = value_at(from, "responses");
    if (!responses.is_object()) return;
    for (const auto& pair : responses.get_object()) {
        if (!pair.key().starts_with('2') && pair.key() != "default") continue;
        const auto& response = resolved(pair.value());
        const json::value* schema = nullptr;
        if (is_2()) {
            if (value_at(response, "schema").is_object()) schema = &value_at(response, "schema");
        } else if (const auto& content = value_at(response, "content"); content.is_object()) {
            for (const auto& each : content.get_object())
                if (schema == nullptr && is_json_type(each.key()) && value_at(each.value(), "schema").is_object()) schema = &value_at(each.value(), "schema");
        }
        if (schema == nullptr) continue;
        // "default" is mostly the error.
        if (pair.key() == "default") continue;
        operation.answer = shape_of(*schema, operation.title + "Answer", 0);
        return;
    }
}

void Reader::read_operation(const std::string& path, const std::string& method, const json::value& shared, const json::value& from) {
    ApiOperation operation;
    operation.method = method;
    operation.path = path;
    operation.about = text_at(from, "summary");
    if (operation.about.empty()) operation.about = text_at(from, "description");
    auto id = text_at(from, "operationId");
    if (id.empty()) {
        id = method + path;
        std::ranges::replace(id, '{', '_');
    }
    operation.name = snake_name(id);
    const auto base = operation.name;
    for (int number = 2; !functions_.insert(operation.name).second; ++number) operation.name = base + "_" + std::to_string(number);
    operation.title = title_name(operation.name);
    for (int number = 2; !titles_.insert(operation.title).second; ++number) operation.title = title_name(operation.name) + "No" + std::to_string(number);

    std::set<std::string> variables{"step", "body", "request", "made"};
    // What an operation says of a parameter counts more than what its path says.
    std::vector<const json::value*> parameters;
    const auto key_of = [&](const json::value& each) { return std::pair(text_at(resolved(each), "in"), text_at(resolved(each), "name")); };
    for (const auto& each : list_at(from, "parameters")) parameters.push_back(&each);
    for (const auto& each : list_at(shared, "parameters"))
        if (std::ranges::none_of(parameters, [&](const json::value* mine) { return key_of(*mine) == key_of(each); })) parameters.push_back(&each);
    for (const auto* each : parameters) read_parameter(*each, operation, variables);
    // A path may hold one that nobody describes.
    for (auto open = path.find('{'); open != path.npos; open = path.find('{', open + 1)) {
        const auto name = path.substr(open + 1, path.find('}', open) - open - 1);
        const auto is_it = [&](const ApiParameter& each) { return each.in == ApiParameter::In::path && each.name == name; };
        if (std::ranges::none_of(operation.parameters, is_it)) {
            Shape text;
            text.kind = Kind::text;
            add_parameter({.name = name, .variable = {}, .in = ApiParameter::In::path, .shape = text, .is_required = true, .is_joined = false, .about = {}}, operation, variables);
        }
    }
    // One that is described and not in the path has no place.
    std::erase_if(operation.parameters, [&](const ApiParameter& each) { return each.in == ApiParameter::In::path && path.find("{" + each.name + "}") == path.npos; });
    std::vector<ApiParameter> in_order;
    for (const bool in_path : {true, false})
        for (const auto& each : operation.parameters)
            if ((each.in == ApiParameter::In::path) == in_path) in_order.push_back(each);
    operation.parameters = std::move(in_order);
    if (!is_2()) read_body(value_at(from, "requestBody"), operation, variables);
    read_answer(from, operation);
    api_.operations.push_back(std::move(operation));
}

Result<void> Reader::choose(const ApiChoice& choice) {
    const auto& paths = value_at(document_, "paths");
    if (!paths.is_object()) return failure(ErrorKind::invalid_input, "the document has no paths");
    std::set<std::string> wanted(choice.operations.begin(), choice.operations.end()), wanted_paths(choice.paths.begin(), choice.paths.end());
    const bool is_all = wanted.empty() && wanted_paths.empty();
    auto left = wanted, left_paths = wanted_paths;
    std::vector<std::string> known;
    for (const auto& pair : paths.get_object()) {
        const std::string path(pair.key());
        const auto& item = resolved(pair.value());
        if (!item.is_object() || !path.starts_with('/')) continue;
        bool is_below = false;
        for (const auto& each : wanted_paths)
            if (path == each || path.starts_with(each.ends_with('/') ? each : each + "/")) {
                is_below = true;
                left_paths.erase(each);
            }
        for (const auto method : methods) {
            const auto& from = value_at(item, method);
            if (!from.is_object()) continue;
            const auto id = text_at(from, "operationId"), line = upper(method) + " " + path;
            known.push_back(id.empty() ? line : id);
            const bool is_named = wanted.contains(id) || wanted.contains(line);
            left.erase(id);
            left.erase(line);
            if (is_all || is_below || is_named) read_operation(path, std::string(method), item, from);
        }
        if (is_all || is_below)
            for (const auto method : other_methods)
                if (value_at(item, method).is_object()) leave_out(upper(method) + " " + path + ": the SDK has no such request");
    }
    const auto shown = [&] {
        std::vector<std::string> some(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(known.size(), 20)));
        return fmt::format("{}{}", fmt::join(some, ", "), known.size() > some.size() ? fmt::format(" and {} more", known.size() - some.size()) : std::string());
    };
    if (!left.empty()) return failure(ErrorKind::invalid_input, fmt::format("the document has no operation {}; it has {}", quoted(*left.begin()), shown()));
    if (!left_paths.empty()) return failure(ErrorKind::invalid_input, fmt::format("the document has no operation at or below {}; it has {}", quoted(*left_paths.begin()), shown()));
    if (api_.operations.empty()) return failure(ErrorKind::invalid_input, "the document has no operation");
    return {};
}

Result<OpenApi> Reader::read(const ApiChoice& choice) {
    api_.version = text_at(document_, "swagger").empty() ? text_at(document_, "openapi") : text_at(document_, "swagger");
    if (api_.version != "2.0" && !api_.version.starts_with("3.0") && !api_.version.starts_with("3.1"))
        return failure(ErrorKind::invalid_input, api_.version.empty() ? std::string("the document says neither swagger nor openapi; it is none of OpenAPI 2.0, 3.0 and 3.1")
                                                                      : "the document is OpenAPI " + quoted(api_.version) + ", and 2.0, 3.0 and 3.1 are read");
    api_.title = text_at(value_at(document_, "info"), "title");
    api_.base_url = base_url();
    if (auto chosen = choose(choice); !chosen) return std::unexpected(chosen.error());
    return std::move(api_);
}

}  // namespace

Result<OpenApi> read_api(const json::value& document, const ApiChoice& choice) { return Reader(document).read(choice); }

}  // namespace porteur::plugin_tool
