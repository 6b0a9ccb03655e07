// SPDX-License-Identifier: Apache-2.0
#include "settings/canonical_json.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

namespace porteur {
namespace {

std::string written(const std::string& text) {
    return boost::json::serialize(boost::json::string{text});
}
std::string written(std::int64_t number) { return std::to_string(number); }
std::string written(bool flag) { return flag ? "true" : "false"; }
std::string written(const std::vector<std::string>& texts) {
    std::vector<std::string> all;
    for (const auto& text : texts) all.push_back(written(text));
    return fmt::format("[{}]", fmt::join(all, ","));
}

std::string json_object(const std::map<std::string, std::string>& members) {
    std::vector<std::string> all;
    for (const auto& [name, value] : members) all.push_back(written(name) + ":" + value);
    return fmt::format("{{{}}}", fmt::join(all, ","));
}

}  // namespace

std::string canonical_json(
    const SettingValues& values, const std::map<std::string, std::string>& more
) {
    auto members = more;
    for (const auto& [name, value] : values)
        members[name] = std::visit([](const auto& each) { return written(each); }, value);
    return json_object(members);
}

std::string canonical_json(const TomlNode& node) {
    switch (node.kind) {
        case TomlKind::text:
            return written(node.text);
        case TomlKind::integer:
            return written(node.integer);
        case TomlKind::boolean:
            return written(node.boolean);
        case TomlKind::list: {
            std::vector<std::string> all;
            for (const auto& child : node.children) all.push_back(canonical_json(child));
            return fmt::format("[{}]", fmt::join(all, ","));
        }
        case TomlKind::table: {
            std::map<std::string, std::string> members;
            for (const auto& child : node.children) members[child.key] = canonical_json(child);
            return json_object(members);
        }
        case TomlKind::real:
        case TomlKind::time:
            break;
    }
    return "null";
}

}  // namespace porteur
