// SPDX-License-Identifier: Apache-2.0
// What `porteur plugin new --from-openapi` writes. The samples of the test are made from the document and not from the
// structs, so that the two can disagree.
#include "openapi_code.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "code_names.hpp"

namespace porteur::plugin_tool {
namespace {

using Kind = Shape::Kind;
using In = ApiParameter::In;

// Boost.Describe names some fifty members of a struct at most.
constexpr std::size_t described_max = 40;

std::string type_of(const Shape& shape) {
    switch (shape.kind) {
        case Kind::text: return "std::string";
        case Kind::integer: return "std::int64_t";
        case Kind::flag: return "bool";
        case Kind::list: return "std::vector<" + type_of(*shape.element) + ">";
        case Kind::map: return "std::map<std::string, " + type_of(*shape.element) + ">";
        case Kind::record: return "wire::" + shape.record;
        case Kind::any: break;
    }
    return "porteur::json::value";
}

std::string initial_of(const Shape& shape) {
    return shape.kind == Kind::integer ? " = 0" : (shape.kind == Kind::flag ? " = false" : "");
}

/// "///< text (note)"; nothing where there is nothing to say.
std::string remark(const std::string& about, const std::string& note) {
    auto text = comment_text(about);
    if (const auto more = comment_text(note); !more.empty()) text += (text.empty() ? "" : " (") + more + (text.empty() ? "" : ")");
    return text.empty() ? std::string() : "  ///< " + text;
}

std::string member_line(const ApiMember& member) {
    const bool optional = !member.is_required || member.shape.nullable;
    const auto type = type_of(member.shape);
    return fmt::format("    {} {}{};{}\n", optional ? "std::optional<" + type + ">" : type, member.key, optional ? std::string() : initial_of(member.shape), remark(member.about, member.shape.note));
}

std::string described(const std::string& name, const std::string& bases, const std::vector<ApiMember>& members) {
    std::string keys;
    for (const auto& each : members) keys += (keys.empty() ? "" : ", ") + each.key;
    return fmt::format("BOOST_DESCRIBE_STRUCT({}, ({}), ({}))\n", name, bases, keys);
}

std::string struct_text(const ApiRecord& record) {
    std::string out, bases, inherited;
    std::vector<ApiMember> rest = record.members;
    for (int part = 1; rest.size() > described_max; ++part) {
        const std::vector<ApiMember> some(rest.begin(), rest.begin() + described_max);
        rest.erase(rest.begin(), rest.begin() + described_max);
        const auto name = fmt::format("{}Part{}", record.name, part);
        out += fmt::format("/// Some members of {}.\nstruct {} {{\n", record.name, name);
        for (const auto& each : some) out += member_line(each);
        out += "};\n" + described(name, "", some) + "\n";
        bases += (bases.empty() ? "" : ", ") + name;
        inherited += (inherited.empty() ? " : " : ", ") + name;
    }
    const auto about = comment_text(record.about);
    out += fmt::format("/// {}\nstruct {}{} {{\n", about.empty() ? "The document says no more of it." : about, record.name, inherited);
    for (const auto& each : rest) out += member_line(each);
    out += "};\n" + described(record.name, bases, rest);
    std::string required;
    for (const auto& each : record.members)
        if (each.is_required) required += (required.empty() ? "" : ", ") + code_text(each.key);
    if (!required.empty())
        out += fmt::format("inline auto required_members(const {}*) {{\n    return std::to_array<std::string_view>({{{}}});\n}}\n", record.name, required);
    return out;
}

std::string made_by(const OpenApi& api) {
    const auto title = comment_text(api.title);
    return fmt::format("// Made by `porteur plugin new --from-openapi` from the OpenAPI {} document{}; yours from here on.\n", comment_text(api.version, 10), title.empty() ? "" : " of " + title);
}

// ---- requests

/// "\"/orders/\" + porteur::path_segment(request.id)".
std::string path_code(const ApiOperation& operation) {
    std::string out, plain;
    const auto flush = [&] {
        if (plain.empty()) return;
        // The first part makes a string of the sum.
        out += (out.empty() ? "std::string(" + code_text(plain) + ")" : " + " + code_text(plain));
        plain.clear();
    };
    for (std::size_t at = 0; at < operation.path.size(); ++at) {
        const auto close = operation.path[at] == '{' ? operation.path.find('}', at) : std::string::npos;
        if (close == std::string::npos) {
            plain += operation.path[at];
            continue;
        }
        const auto name = operation.path.substr(at + 1, close - at - 1);
        const auto parameter = std::ranges::find_if(operation.parameters, [&](const ApiParameter& each) { return each.in == In::path && each.name == name; });
        flush();
        const auto value = "request." + parameter->variable;
        std::string text = value;
        if (parameter->shape.kind == Kind::integer) text = "std::to_string(" + value + ")";
        if (parameter->shape.kind == Kind::flag) text = "std::string(" + value + " ? \"true\" : \"false\")";
        if (parameter->shape.kind == Kind::list) text = "joined(" + value + ")";
        out += (out.empty() ? "std::string() + " : " + ") + ("porteur::path_segment(" + text + ")");
        at = close;
    }
    flush();
    return out.starts_with("std::string(\"") && out.find(" + ") == out.npos ? code_text(operation.path) : out;
}

std::string parameter_code(const ApiParameter& parameter) {
    static constexpr std::string_view calls[] = {"", "query", "header", "form"};
    const std::string call(calls[static_cast<int>(parameter.in)]);
    const auto key = code_text(parameter.name), from = "request." + parameter.variable;
    const bool optional = !parameter.is_required && parameter.shape.kind != Kind::list;
    const auto given = optional ? "*" + from : from;
    const auto text_of = [&](const Shape& shape, const std::string& value) {
        if (shape.kind == Kind::integer) return "std::to_string(" + value + ")";
        if (shape.kind == Kind::flag) return "std::string(" + value + " ? \"true\" : \"false\")";
        return value;
    };
    std::string line;
    if (parameter.shape.kind == Kind::list && parameter.is_joined)
        return fmt::format("    if (!{0}.empty()) made.{1}({2}, joined({0}));\n", from, call, key);
    if (parameter.shape.kind == Kind::list)
        return fmt::format("    for (const auto& each : {}) made.{}({}, {});\n", from, call, key, text_of(*parameter.shape.element, "each"));
    return fmt::format("    {}made.{}({}, {});\n", optional ? "if (" + from + ") " : std::string(), call, key, text_of(parameter.shape, given));
}

std::string parameter_line(const ApiParameter& parameter) {
    static constexpr std::string_view places[] = {"in the path", "in the query", "a header", "in the form"};
    const auto type = type_of(parameter.shape);
    const bool optional = !parameter.is_required && parameter.shape.kind != Kind::list;
    const std::string place(places[static_cast<int>(parameter.in)]);
    const auto about = comment_text(parameter.about);
    return fmt::format("    {} {}{};{}\n", optional ? "std::optional<" + type + ">" : type, parameter.variable, optional ? std::string() : initial_of(parameter.shape), remark(place + (about.empty() ? "" : ": " + about), parameter.shape.note));
}

bool has_wanted(const ApiOperation& operation) { return !operation.parameters.empty() || operation.body; }

std::string upper(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char letter) { return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter; });
    return out;
}

std::string operation_text(const ApiOperation& operation) {
    std::string out;
    if (has_wanted(operation)) {
        out += fmt::format("/// What {} is asked with.\nstruct {}Request {{\n", operation.name, operation.title);
        for (const auto& each : operation.parameters) out += parameter_line(each);
        if (operation.body) {
            const auto type = type_of(*operation.body);
            out += fmt::format("    {} body{};\n", operation.body_required ? type : "std::optional<" + type + ">", operation.body_required ? initial_of(*operation.body) : std::string());
        }
        out += "};\n\n";
    }
    const auto about = comment_text(operation.about);
    out += fmt::format("/// {} {}{}\n", upper(operation.method), comment_text(operation.path, 200), about.empty() ? "" : ": " + about);
    if (operation.method != "get") out += "/// ONCE, so that a lost answer comes back in doubt; the caller says .keyed() or .safe() where that is so.\n";
    out += fmt::format("inline porteur::HttpRequest {}(std::string step{}) {{\n", operation.name, has_wanted(operation) ? ", const " + operation.title + "Request& request" : "");
    const auto method = operation.method == "delete" ? std::string("del") : operation.method;
    out += fmt::format("    auto made = porteur::http().{}(std::move(step), {});\n", method, path_code(operation));
    for (const auto& each : operation.parameters)
        if (each.in != In::path) out += parameter_code(each);
    if (operation.body) out += operation.body_required ? "    made.json(request.body);\n" : "    if (request.body) made.json(*request.body);\n";
    out += "    return made;\n}\n";
    if (operation.answer)
        out += fmt::format(
            "/// The body of a 2xx answer. @errors those of Answer::json; `strange`: the JSON pointer of what does not fit\n"
            "{2}inline {0} read_{1}(const porteur::Answer& answer, porteur::ErrorKind strange = porteur::ErrorKind::internal) {{ return detail::read<{0}>(answer, strange); }}\n",
            type_of(*operation.answer), operation.name,
            operation.method == "get" ? "/// Of a look-up say porteur::ErrorKind::in_doubt: what nobody can understand settles no doubt.\n"
                                      : "/// Of a ONCE step say porteur::ErrorKind::in_doubt: the carrier has taken it, whatever it says of it.\n"
        );
    return out;
}

// ---- samples

/// Makes a sample of a shape. Deep inside only what is required stands in it; one that grows beyond all bounds is given up.
class Sampler {
public:
    explicit Sampler(const OpenApi& api) : api_(api) {}

    /// Nothing where it would have too many values.
    std::optional<json::value> of(const Shape& shape) {
        values_ = 0;
        auto made = made_of(shape, 0);
        return values_ > values_max ? std::nullopt : std::optional(std::move(made));
    }

private:
    static constexpr std::size_t values_max = 2000;
    static constexpr int whole_depth_max = 3;

    json::value made_of(const Shape& shape, int depth) {
        if (++values_ > values_max) return nullptr;
        switch (shape.kind) {
            case Kind::text: return json::string(shape.sample.empty() || shape.sample.find(")sample\"") != shape.sample.npos ? "text" : shape.sample);
            case Kind::integer: return 7;
            case Kind::flag: return true;
            case Kind::list: return json::array{made_of(*shape.element, depth + 1)};
            case Kind::map: return json::object{{"key", made_of(*shape.element, depth + 1)}};
            case Kind::record: {
                json::object out;
                for (const auto& each : std::ranges::find(api_.records, shape.record, &ApiRecord::name)->members)
                    if (each.is_required || depth < whole_depth_max) out[each.key] = made_of(each.shape, depth + 1);
                return out;
            }
            case Kind::any: break;
        }
        return "anything";
    }

    const OpenApi& api_;
    std::size_t values_ = 0;
};

/// Something that no such shape is; null where everything fits.
json::value other_than(const Shape& shape) {
    switch (shape.kind) {
        case Kind::text: return 7;
        case Kind::integer: return "seven";
        case Kind::flag: return "true";
        case Kind::list:
        case Kind::map:
        case Kind::record: return "text";
        case Kind::any: break;
    }
    return nullptr;
}

/// Cut into pieces, between characters, as a literal has a length that compilers stop at.
std::string raw(std::string_view text) {
    static constexpr std::size_t piece = 8000;
    std::string out;
    do {
        auto size = std::min(piece, text.size());
        while (size < text.size() && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
        out += (out.empty() ? "R\"sample(" : "\n        R\"sample(") + std::string(text.substr(0, size)) + ")sample\"";
        text.remove_prefix(size);
    } while (!text.empty());
    return out;
}

std::string record_test(const OpenApi& api, const ApiRecord& record) {
    Shape shape;
    shape.kind = Kind::record;
    shape.record = record.name;
    const auto sample = Sampler(api).of(shape);
    if (!sample) return fmt::format("// {}: a sample of it would be too large.\n", record.name);
    auto out = fmt::format(
        "constexpr const char* sample_of_{0} = {1};\n\n"
        "TEST(Wire, {0}KeepsWhatTheDocumentDescribes) {{\n    const auto sample = parsed(sample_of_{0});\n    const auto read = porteur::read_required<wire::{0}>(sample);\n"
        "    ASSERT_TRUE(read) << read.error().message;\n    EXPECT_EQ(porteur::to_text(*read), porteur::canonical(sample));\n}}\n",
        record.name, raw(canonical(*sample))
    );
    const auto required = std::ranges::find(record.members, true, &ApiMember::is_required);
    if (required != record.members.end())
        out += fmt::format(
            "\nTEST(Wire, {0}NamesWhatIsMissing) {{\n    auto sample = parsed(sample_of_{0});\n    sample.as_object().erase({1});\n"
            "    EXPECT_EQ(wrong_with<wire::{0}>(sample), \"/{2}: is missing\");\n}}\n",
            record.name, code_text(required->key), required->key
        );
    const auto typed = std::ranges::find_if(record.members, [](const ApiMember& each) { return each.shape.kind != Kind::any; });
    if (typed != record.members.end())
        out += fmt::format(
            "\nTEST(Wire, {0}NamesWhatIsOfAnotherType) {{\n    auto sample = parsed(sample_of_{0});\n    sample.as_object()[{1}] = parsed({2});\n"
            "    EXPECT_THAT(wrong_with<wire::{0}>(sample), ::testing::StartsWith(\"/{3}: expected\"));\n}}\n",
            record.name, code_text(typed->key), raw(canonical(other_than(typed->shape))), typed->key
        );
    return out;
}

/// As an address or a form has it (RFC 3986, section 2.3). Written here anew, as what it is compared with is the SDK's.
std::string encoded_text(std::string_view text) {
    std::string out;
    for (const char letter : text) {
        const bool is_plain = (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') || letter == '-' || letter == '_' || letter == '.' || letter == '~';
        out += is_plain ? std::string(1, letter) : fmt::format("%{:02X}", static_cast<unsigned char>(letter));
    }
    return out;
}

std::string sample_text(const Shape& shape) {
    if (shape.kind == Kind::integer) return "7";
    if (shape.kind == Kind::flag) return "true";
    return shape.sample.empty() ? "text" : shape.sample;
}

/// The head and body of the request, as the document has them.
std::string request_test(const OpenApi& api, const ApiOperation& operation) {
    std::string given, path;
    json::array query, headers;
    std::string form;
    for (const auto& each : operation.parameters) {
        const auto& one = each.shape.kind == Kind::list ? *each.shape.element : each.shape;
        const auto text = sample_text(one);
        const auto code = one.kind == Kind::integer || one.kind == Kind::flag ? text : code_text(text);
        given += fmt::format("    request.{} = {};\n", each.variable, each.shape.kind == Kind::list ? "{" + code + "}" : code);
        if (each.in == In::query) query.push_back(json::array{json::string(each.name), json::string(text)});
        if (each.in == In::header) headers.push_back(json::array{json::string(each.name), json::string(text)});
        if (each.in == In::form) form += (form.empty() ? "" : "&") + encoded_text(each.name) + "=" + encoded_text(text);
    }
    for (std::size_t at = 0; at < operation.path.size(); ++at) {
        const auto close = operation.path[at] == '{' ? operation.path.find('}', at) : std::string::npos;
        if (close == std::string::npos) {
            path += operation.path[at];
            continue;
        }
        const auto parameter = std::ranges::find_if(operation.parameters, [&](const ApiParameter& each) { return each.in == In::path && each.name == operation.path.substr(at + 1, close - at - 1); });
        path += encoded_text(sample_text(parameter->shape.kind == Kind::list ? *parameter->shape.element : parameter->shape));
        at = close;
    }
    json::object head{{"method", upper(operation.method)}, {"path", path}};
    if (!query.empty()) head["query"] = query;
    if (!headers.empty()) head["headers"] = headers;
    std::string body = form;
    if (!form.empty()) head["content"] = "application/x-www-form-urlencoded";
    if (operation.body) {
        const auto sample = Sampler(api).of(*operation.body);
        if (!sample) return fmt::format("// {}: a sample of its body would be too large.\n", operation.title);
        body = canonical(*sample);
        head["content"] = "application/json";
        given += fmt::format("    request.body = porteur::from_json<{}>(parsed({})).value();\n", type_of(*operation.body), raw(body));
    }
    auto out = fmt::format("TEST(Client, {}AsksAsTheDocumentDescribes) {{\n", operation.title);
    if (has_wanted(operation)) out += fmt::format("    client::{}Request request;\n{}", operation.title, given);
    out += fmt::format("    const auto effect = asked(client::{}(\"step\"{}));\n", operation.name, has_wanted(operation) ? ", request" : "");
    out += fmt::format("    EXPECT_EQ(effect.head, {});\n    EXPECT_EQ(effect.body, {});\n", raw(canonical(head)), raw(body));
    out += fmt::format("    EXPECT_EQ(effect.guarantee, {});\n}}\n", operation.method == "get" ? "PORTEUR_SAFE" : "PORTEUR_ONCE");
    const auto answer = operation.answer ? Sampler(api).of(*operation.answer) : std::nullopt;
    if (answer)
        out += fmt::format(
            "\nTEST(Client, {0}ReadsItsAnswer) {{\n    const std::string body = {1};\n"
            "    EXPECT_EQ(porteur::to_text(client::read_{2}(answered(body))), body);\n}}\n",
            operation.title, raw(canonical(*answer)), operation.name
        );
    if (answer && operation.answer->kind != Kind::any)
        out += fmt::format(
            "\nTEST(Client, {0}LeavesADoubtWhereItsAnswerIsStrange) {{\n    const auto strange = answered({1});\n"
            "    EXPECT_EQ(kind_of([&] {{ client::read_{2}(strange); }}), porteur::ErrorKind::internal);\n"
            "    EXPECT_EQ(kind_of([&] {{ client::read_{2}(strange, porteur::ErrorKind::in_doubt); }}), porteur::ErrorKind::in_doubt);\n}}\n",
            operation.title, raw(canonical(other_than(*operation.answer))), operation.name
        );
    return out;
}

}  // namespace

std::string wire_header(const OpenApi& api) {
    auto out = made_by(api) +
               "#pragma once\n\n#include <array>\n#include <cstdint>\n#include <map>\n#include <optional>\n#include <string>\n#include <string_view>\n#include <vector>\n\n"
               "#include <porteur/json.hpp>\n#include <porteur/required.hpp>\n\n"
               "// The carrier's own words, as they travel. Read them with porteur::read_required<wire::NAME>(json), which names what\n"
               "// does not fit by its JSON pointer; write them with .json(...) at a request. What is optional here may be left out.\n"
               "namespace wire {\n";
    for (const auto& each : api.records) out += "\n" + struct_text(each);
    if (!api.left_out.empty()) {
        out += "\n// Left out:\n";
        for (const auto& each : api.left_out) out += "// - " + comment_text(each, 200) + "\n";
    }
    return out + "\n}  // namespace wire\n";
}

std::string client_header(const OpenApi& api) {
    const bool joins = std::ranges::any_of(api.operations, [](const ApiOperation& each) { return std::ranges::any_of(each.parameters, &ApiParameter::is_joined); });
    auto out = made_by(api) + "#pragma once\n\n#include <string>\n#include <utility>\n\n#include <porteur/sdk.hpp>\n\n#include \"wire.hpp\"\n\n";
    out += "// Each request of the document that was chosen. A step's name is the caller's: stable, and of its own in an operation.\n";
    if (!api.base_url.empty()) out += "// Paths begin behind the descriptor's base_url: " + comment_text(api.base_url, 200) + "\n";
    out += "namespace client {\n\n"
           "namespace detail {\n\n"
           "template <class T>\nT read(const porteur::Answer& answer, porteur::ErrorKind strange) {\n    auto made = porteur::read_required<T>(answer.json());\n"
           "    if (!made) porteur::fail(strange, porteur::Reason::none, \"\", \"the answer is not as described: \" + made.error().message);\n"
           "    return std::move(*made);\n}\n\n";
    if (joins)
        out += "inline const std::string& text_of(const std::string& value) { return value; }\n"
               "inline std::string text_of(std::int64_t value) { return std::to_string(value); }\n"
               "inline std::string text_of(bool value) { return value ? \"true\" : \"false\"; }\n\n"
               "}  // namespace detail\n\n"
               "/// A list as one text with commas.\ntemplate <class T>\nstd::string joined(const std::vector<T>& values) {\n    std::string out;\n"
               "    for (const auto& each : values) out += (out.empty() ? \"\" : \",\") + detail::text_of(each);\n    return out;\n}\n";
    else
        out += "}  // namespace detail\n";
    for (const auto& each : api.operations) out += "\n" + operation_text(each);
    return out + "\n}  // namespace client\n";
}

std::string wire_test(const OpenApi& api) {
    const auto answers = std::ranges::any_of(api.operations, [](const ApiOperation& each) { return each.answer.has_value(); });
    const auto wrongs = std::ranges::any_of(api.records, [](const ApiRecord& each) {
        return std::ranges::any_of(each.members, [](const ApiMember& member) { return member.is_required || member.shape.kind != Kind::any; });
    });
    auto out = made_by(api) +
               "#include \"client.hpp\"\n#include \"wire.hpp\"\n\n#include <gmock/gmock.h>\n\nnamespace {\n\n"
               "[[maybe_unused]] porteur::json::value parsed(const std::string& text) { return porteur::parse_json(text).value(); }\n\n"
               "porteur::Op<void> sent(porteur::HttpRequest request) { co_await std::move(request); }\n\n"
               "/// What the request asks the host for.\nporteur::EmittedEffect asked(porteur::HttpRequest request) {\n    porteur::OpContext context;\n"
               "    auto op = sent(std::move(request));\n    op.start(context);\n    return context.emitted().front();\n}\n";
    if (answers)
        out += "\nporteur::Answer answered(const std::string& body) {\n"
               "    return {\"step\", {porteur::ErrorKind::none, R\"({\"status\":200})\", body}};\n}\n\n"
               "/// What a reader ends the operation with.\ntemplate <class Read>\n[[maybe_unused]] porteur::ErrorKind kind_of(Read read) {\n    try {\n        read();\n"
               "    } catch (const porteur::Failure& failure) {\n        return failure.error.kind;\n    }\n    return porteur::ErrorKind::none;\n}\n";
    if (wrongs)
        out += "\ntemplate <class T>\nstd::string wrong_with(const porteur::json::value& sample) {\n    const auto read = porteur::read_required<T>(sample);\n"
               "    return read ? std::string() : read.error().message;\n}\n";
    for (const auto& each : api.records) out += "\n" + record_test(api, each);
    for (const auto& each : api.operations) out += "\n" + request_test(api, each);
    return out + "\n}  // namespace\n";
}

}  // namespace porteur::plugin_tool
