// SPDX-License-Identifier: Apache-2.0
#include "openapi_plugin.hpp"

#include <algorithm>

#include "openapi_code.hpp"

namespace porteur::plugin_tool {
namespace {

/// What stands between the quotes behind a key at the beginning of a line: `base_url = "..."`.
bool replace_value(std::string& toml, const std::string& key, const std::string& value) {
    const auto at = toml.find("\n" + key + " = ");
    if (at == toml.npos) return false;
    const auto from = at + key.size() + 4, to = toml.find('\n', from);
    toml.replace(from, to - from, value);
    return true;
}

/// Whether it may stand in quotes as it is.
bool is_plain(std::string_view text) {
    return std::ranges::all_of(text, [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') || letter == '.' || letter == '-' || letter == '/' ||
               letter == ':' || letter == '_' || letter == '~';
    });
}

}  // namespace

Result<void> add_api(const OpenApi& api, const std::string& name, WrittenPlugin& plugin) {
    const auto no_place = [](const char* where) { return failure(ErrorKind::internal, std::string("the template's ") + where + " has changed, and this command has not; please report it"); };
    auto& cmake = plugin.files["CMakeLists.txt"];
    const auto test = "tests/" + name + "_test.cpp";
    const auto at = cmake.find(test);
    if (at == cmake.npos) return no_place("CMakeLists.txt");
    cmake.insert(at + test.size(), " tests/wire_test.cpp");
    if (!api.base_url.empty() && is_plain(api.base_url)) {
        auto& descriptor = plugin.files["descriptor.toml"];
        const auto begin = api.base_url.find("://") + 3;
        const auto host = api.base_url.substr(begin, api.base_url.find_first_of(":/", begin) - begin);
        if (!replace_value(descriptor, "base_url", "\"" + api.base_url + "\"") || !replace_value(descriptor, "hosts", "[\"" + host + "\"]")) return no_place("descriptor.toml");
    }
    plugin.files["src/wire.hpp"] = wire_header(api);
    plugin.files["src/client.hpp"] = client_header(api);
    plugin.files["tests/wire_test.cpp"] = wire_test(api);
    return {};
}

}  // namespace porteur::plugin_tool
