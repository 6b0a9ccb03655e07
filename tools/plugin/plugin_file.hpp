// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <porteur/result.hpp>

#include "domain/descriptor.hpp"
#include "settings/described_words.hpp"

namespace porteur::plugin_tool {

/// What a library says of itself, read out of its file: none of its code runs.
struct PluginFile {
    std::filesystem::path path;
    std::string bytes;  ///< the whole library
    std::string toml;   ///< the section with the descriptor, without the zeros at its end
    Descriptor about;
    std::vector<DescribedWord> words;
};

/// The descriptor's section of a library.
/// @errors   invalid_input: it cannot be read, is no library of this machine, or has no descriptor
/// @threads  any; reads one file
Result<PluginFile> read_section(const std::filesystem::path& library);

/// The same, with the descriptor in it.
/// @errors   as read_section; invalid_input: each finding of the descriptor, one a line
Result<PluginFile> read_plugin_file(const std::filesystem::path& library);

/// The libraries that a person means: a folder stands for every porteur-*.so in it, in the order of their names.
/// @errors   invalid_input: there is no such file, or the folder holds none
Result<std::vector<std::filesystem::path>> libraries_of(const std::vector<std::string>& words);

/// A file's bytes. @errors invalid_input
Result<std::string> bytes_of(const std::filesystem::path& file);

}  // namespace porteur::plugin_tool
