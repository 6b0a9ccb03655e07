// SPDX-License-Identifier: Apache-2.0
#include "plugin_file.hpp"

#include <algorithm>
#include <fstream>

#include <porteur/plugin.h>

#include "plugins/elf_library.hpp"
#include "settings/descriptor_toml.hpp"

namespace porteur::plugin_tool {

namespace fs = std::filesystem;

Result<std::string> bytes_of(const fs::path& file) {
    const auto refuse = [&] { return failure(ErrorKind::invalid_input, "cannot read " + quoted(file.string(), 300)); };
    std::error_code trouble;
    std::ifstream in(file, std::ios::binary);
    if (!in || fs::is_directory(file, trouble)) return refuse();
    // In large pieces: a library built for tests has tens of megabytes.
    std::string out;
    std::vector<char> piece(1 << 20);
    while (in.read(piece.data(), static_cast<std::streamsize>(piece.size())) || in.gcount() > 0) out.append(piece.data(), static_cast<std::size_t>(in.gcount()));
    if (in.bad()) return refuse();
    return out;
}

Result<PluginFile> read_section(const fs::path& library) {
    PluginFile out{.path = library, .bytes = {}, .toml = {}, .about = {}, .words = {}};
    auto bytes = bytes_of(library);
    if (!bytes) return std::unexpected(bytes.error());
    out.bytes = std::move(*bytes);
    const auto elf = read_elf_library(out.bytes, PORTEUR_DESCRIPTOR_SECTION);
    if (!elf) return failure(elf.error().kind, quoted(library.string(), 300) + " " + elf.error().message);
    if (!elf->section)
        return failure(
            ErrorKind::invalid_input, quoted(library.string(), 300) + " has no descriptor in a section " PORTEUR_DESCRIPTOR_SECTION
                                                                      ": it is no plugin; make it with porteur_add_plugin"
        );
    out.toml = elf->section->substr(0, elf->section->find_last_not_of('\0') + 1);
    return out;
}

Result<PluginFile> read_plugin_file(const fs::path& library) {
    auto out = read_section(library);
    if (!out) return out;
    const auto where = library.filename().string() + "#descriptor";
    auto about = parse_descriptor(out->toml, where);
    if (!about) return std::unexpected(about.error());
    auto words = words_in_descriptor(out->toml, where);
    if (!words) return std::unexpected(words.error());
    out->about = std::move(*about);
    out->words = std::move(*words);
    return out;
}

Result<std::vector<fs::path>> libraries_of(const std::vector<std::string>& words) {
    std::vector<fs::path> out;
    for (const auto& word : words) {
        std::error_code trouble;
        if (!fs::is_directory(word, trouble)) {
            if (!fs::is_regular_file(word, trouble)) return failure(ErrorKind::invalid_input, "there is no library " + quoted(word, 300));
            out.emplace_back(word);
            continue;
        }
        std::vector<fs::path> here;
        for (const auto& each : fs::directory_iterator(word, trouble)) {
            const auto name = each.path().filename().string();
            if (name.starts_with("porteur-") && name.ends_with(".so")) here.push_back(each.path());
        }
        if (here.empty()) return failure(ErrorKind::invalid_input, quoted(word, 300) + " holds no porteur-*.so; build the plugins first");
        std::ranges::sort(here);
        out.insert(out.end(), here.begin(), here.end());
    }
    return out;
}

}  // namespace porteur::plugin_tool
