// SPDX-License-Identifier: Apache-2.0
#include "settings/data_file.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "settings/account_check.hpp"
#include "settings/canonical_json.hpp"
#include "settings/toml_tree.hpp"

namespace porteur {
namespace {

namespace fs = std::filesystem;

void refuse_fractions_and_times(
    const TomlNode& node, std::string_view key, const std::string& where,
    std::vector<std::string>& findings
) {
    if (node.kind == TomlKind::real || node.kind == TomlKind::time)
        findings.push_back(fmt::format(
            "{}: {} = {} is not allowed in data; write it as a text", place(where, node.at), key,
            shown(node)
        ));
    for (const auto& child : node.children)
        refuse_fractions_and_times(child, child.key.empty() ? key : child.key, where, findings);
}

Position place_of(const AccountSettings& account, const std::string& setting) {
    const auto* given = find_named(account.settings, setting);
    return given != nullptr ? given->at : account.settings_at;
}

}  // namespace

std::vector<std::string> read_data_files(AccountSettings& account, const Descriptor& descriptor) {
    std::vector<std::string> findings;
    const auto values = resolve_settings(account, descriptor);
    for (const auto& spec : descriptor.settings) {
        const auto value = values.find(spec.name);
        if (spec.type != SettingType::data || value == values.end()) continue;
        const auto file =
            (fs::path(account.where).parent_path() / std::get<std::string>(value->second))
                .lexically_normal();
        const auto complain = [&](const std::string& what) {
            findings.push_back(fmt::format(
                "{}: {} = {} {}", place(account.where, place_of(account, spec.name)), spec.name,
                shown(std::get<std::string>(value->second)), what
            ));
        };
        errno = 0;
        std::ifstream in(file, std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        if (!in.is_open()) {
            complain(fmt::format(
                "cannot be read: {}: {}; the path counts from the account's own folder",
                file.string(), std::strerror(errno)
            ));
            continue;
        }
        if (text.size() > data_file_size_max) {
            complain(fmt::format("is too large; at most {} bytes", data_file_size_max));
            continue;
        }
        auto tree = parse_toml(text, file.string());
        if (!tree) {
            findings.push_back(tree.error().message);
            continue;
        }
        const auto before = findings.size();
        refuse_fractions_and_times(*tree, "", file.string(), findings);
        if (findings.size() == before) account.data[spec.name] = canonical_json(*tree);
    }
    return findings;
}

}  // namespace porteur
