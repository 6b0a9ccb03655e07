// SPDX-License-Identifier: Apache-2.0
#include "settings/toml_tree.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ENABLE_WINDOWS_COMPAT 0
#include <toml++/toml.h>

#include "settings/text_forms.hpp"

namespace porteur {
namespace {

Position position_of(const toml::source_region& source) {
    return {source.begin.line, source.begin.column};
}

TomlNode node_of(const toml::node& value) {
    TomlNode node;
    node.kind = TomlKind::time;
    node.at = position_of(value.source());
    if (const auto* text = value.as_string()) {
        node.kind = TomlKind::text;
        node.text = text->get();
    } else if (const auto* integer = value.as_integer()) {
        node.kind = TomlKind::integer;
        node.integer = integer->get();
    } else if (const auto* boolean = value.as_boolean()) {
        node.kind = TomlKind::boolean;
        node.boolean = boolean->get();
    } else if (value.is_floating_point()) {
        node.kind = TomlKind::real;
    } else if (const auto* list = value.as_array()) {
        node.kind = TomlKind::list;
        for (const auto& each : *list) {
            node.children.push_back(node_of(each));
        }
    } else if (const auto* table = value.as_table()) {
        node.kind = TomlKind::table;
        for (const auto& [key, each] : *table) {
            node.children.push_back(node_of(each));
            node.children.back().key = key.str();
            node.children.back().key_at = position_of(key.source());
        }
        // toml++ sorts by name; a person reads from top to bottom.
        std::ranges::sort(node.children, {}, &TomlNode::key_at);
    }
    return node;
}

// toml++ repeats up to a whole value in one of its messages; a value may be a secret.
std::string told(std::string_view description) {
    if (description.contains("is not representable")) return "a number does not fit into 64 bits";
    std::string text{description};
    if (const auto from = text.find("saw '"); from != text.npos && text.size() > from + 7)
        text.erase(text.find_last_not_of(", ", from - 1) + 1);
    if (text.starts_with('E')) text.front() = 'e';
    if (text.contains("could not determine value type") || text.contains("value-terminator"))
        text += "; a text stands in double quotes";
    return text;
}

}  // namespace

std::string place(std::string_view where, Position at) {
    return fmt::format("{}:{}:{}", where, at.line, at.column);
}

std::string shown(std::string_view text) {
    return may_hold_password(text) ? "(not shown, as it may hold a password)"
                                   : porteur::quoted(text);
}

std::string shown(const TomlNode& node) {
    switch (node.kind) {
        case TomlKind::text:
            return shown(std::string_view{node.text});
        case TomlKind::integer:
            return std::to_string(node.integer);
        case TomlKind::boolean:
            return node.boolean ? "true" : "false";
        case TomlKind::real:
            return "(a number with a fraction)";
        case TomlKind::time:
            return "(a date or time)";
        case TomlKind::list:
            return "[...]";
        case TomlKind::table:
            return "{...}";
    }
    return {};
}

Result<TomlNode> parse_toml(std::string_view document, std::string_view where) {
    const auto parsed = toml::parse(document, where);
    if (!parsed)
        return failure(
            ErrorKind::invalid_input, place(where, position_of(parsed.error().source())) +
                                          ": not TOML: " + told(parsed.error().description())
        );
    TomlNode root = node_of(parsed.table());
    root.at = {1, 1};
    return root;
}

}  // namespace porteur
