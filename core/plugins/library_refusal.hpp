// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <expected>
#include <string>
#include <string_view>

namespace porteur {

/// The checks that a library passes before it runs, in this order. The numbers are shown to people
/// and never change. @source PLUGIN_CONTRACT.md, "Loader order"
enum class LibraryCheck {
    file = 1,        ///< canonical, regular, owned by root or us, not writable by others
    pin = 2,         ///< SHA-256 equals the pinned one
    content = 3,     ///< ELF, section, descriptor, one exported symbol, imports; no code runs
    copy = 4,        ///< copied to the generation store under its hash
    load = 5,        ///< dlopen
    entry = 6,       ///< the entry symbol of the highest common major
    version = 7,     ///< ABI minor, id and version
    operations = 8,  ///< each declared operation begins
};

std::string_view name_of(LibraryCheck check) noexcept;

/// Why a library is not loaded.
struct LibraryRefusal {
    LibraryCheck check = LibraryCheck::file;
    std::string field;   ///< what was looked at: "mode"
    std::string wanted;  ///< "not writable by group or others"
    std::string found;   ///< "0666"
    std::string mend;    ///< what to do, an imperative: "chmod go-w the file"

    /// "check 1 (file): mode is 0666, wanted not writable by group or others; chmod go-w the file"
    std::string text() const;

    friend bool operator==(const LibraryRefusal&, const LibraryRefusal&) = default;
};

template <class T>
using Checked = std::expected<T, LibraryRefusal>;

}  // namespace porteur
