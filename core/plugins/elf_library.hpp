// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

namespace porteur {

/// What stands in a shared library, read without loading it. The views point into the bytes given.
struct ElfLibrary {
    std::optional<std::string_view> section;  ///< content of the section asked for
    std::vector<std::string_view> exported;   ///< dynamic symbols that others can see
    std::vector<std::string_view> unique;    ///< exported ones that keep the library from unloading
    std::vector<std::string_view> imported;  ///< dynamic symbols it takes from others
    std::vector<std::string_view> needed;    ///< libraries it names
    std::string_view run_path;               ///< where it would look for them; empty = nowhere
    bool text_relocations = false;           ///< its code would be made writable
    bool executable_stack = false;
};

/// Reads a 64-bit shared library of this machine. Takes hostile bytes: every offset and count is
/// checked against the size, and nothing is allocated by a number that the file gives.
///
/// @param bytes    the whole file
/// @param section  the name of the section whose content is wanted; its first occurrence counts
/// @errors         invalid_input: "is not an ELF file" and the like, without the file's name
/// @threads        any; no state
/// @source         System V ABI, chapters 4 and 5 (elf.h); gABI STB_GNU_UNIQUE
Result<ElfLibrary> read_elf_library(std::string_view bytes, std::string_view section);

}  // namespace porteur
