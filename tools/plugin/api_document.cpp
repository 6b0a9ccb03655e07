// SPDX-License-Identifier: Apache-2.0
// Bytes to JSON: the one place that knows YAML.
#include <charconv>
#include <cmath>

#include <yaml-cpp/yaml.h>

#include "openapi.hpp"

namespace porteur::plugin_tool {
namespace {

constexpr std::size_t size_max_bytes = 32 << 20;
constexpr std::size_t depth_max = 128;
// Aliases may make a few lines as large as one likes.
constexpr std::size_t values_max = 500'000;

struct NotTaken {
    std::string why;
};

/// A plain scalar by the core schema of YAML 1.2; what is in quotes is text.
json::value scalar_of(const YAML::Node& node) {
    const auto& text = node.Scalar();
    if (node.Tag() == "!" || node.Tag() == "tag:yaml.org,2002:str") return json::string(text);
    if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return nullptr;
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    std::int64_t whole = 0;
    const auto *begin = text.data() + (text.front() == '+' ? 1 : 0), *end = text.data() + text.size();
    if (const auto read = std::from_chars(begin, end, whole); read.ec == std::errc{} && read.ptr == end) return whole;
    double real = 0;
    const bool looks_real = text.find_first_not_of("+-.0123456789eE") == text.npos && text.find_first_of("0123456789") != text.npos;
    if (const auto read = std::from_chars(begin, end, real); looks_real && read.ec == std::errc{} && read.ptr == end && std::isfinite(real)) return real;
    return json::string(text);
}

json::value json_of(const YAML::Node& node, std::size_t depth, std::size_t& count) {
    if (depth > depth_max) throw NotTaken{"it is too deep"};
    if (++count > values_max) throw NotTaken{"it has too many values"};
    switch (node.Type()) {
        case YAML::NodeType::Scalar: return scalar_of(node);
        case YAML::NodeType::Sequence: {
            json::array out;
            for (const auto& each : node) out.push_back(json_of(each, depth + 1, count));
            return out;
        }
        case YAML::NodeType::Map: {
            json::object out;
            for (const auto& pair : node) {
                if (!pair.first.IsScalar()) throw NotTaken{"a key is no text"};
                out[pair.first.Scalar()] = json_of(pair.second, depth + 1, count);
            }
            return out;
        }
        case YAML::NodeType::Null:
        case YAML::NodeType::Undefined: break;
    }
    return nullptr;
}

}  // namespace

Result<json::value> read_api_document(std::string_view text) {
    const auto refuse = [](const std::string& why) { return failure(ErrorKind::invalid_input, why); };
    if (text.size() > size_max_bytes) return refuse("the document has more than 32 MiB");
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == text.npos) return refuse("the document is empty");
    if (text[first] == '{') {
        boost::system::error_code wrong;
        json::parse_options options;
        options.max_depth = depth_max;
        json::parser parser({}, options);
        const auto used = parser.write_some(text.data(), text.size(), wrong);
        if (!wrong && text.find_first_not_of(" \t\r\n", used) == text.npos) return parser.release();
        return refuse("the document is not JSON at byte " + std::to_string(used) + (wrong ? ": " + wrong.message() : std::string()));
    }
    for (std::size_t at = 0; at < text.size();) {
        const auto size = utf8_size(text.substr(at));
        if (size == 0) return refuse("the document is not UTF-8 at byte " + std::to_string(at));
        at += size;
    }
    try {
        std::size_t count = 0;
        return json_of(YAML::Load(std::string(text)), 0, count);
    } catch (const YAML::Exception& wrong) {
        return refuse("the document is neither JSON nor YAML: line " + std::to_string(wrong.mark.line + 1) + ": " + wrong.msg);
    } catch (const NotTaken& not_taken) {
        return refuse("the document is not taken: " + not_taken.why);
    }
}

}  // namespace porteur::plugin_tool
