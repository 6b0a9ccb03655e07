// SPDX-License-Identifier: Apache-2.0
#pragma once

// A font of a list as PDF, for the sources of this folder. Nobody else includes it.
//
// What makes a long list quick and small: text leaves in Windows-1252, one byte a character, as
// long as it can (a Unicode font takes four), and widths come from a table instead of from libharu.
// A cell with other characters changes to the Unicode font and back.

#include <hpdf.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>

#include <porteur/result.hpp>

namespace porteur::tables {

/// One font file, as libharu's two fonts. Widths are in thousandths of the font's size.
class Face {
public:
    /// @errors unavailable: the file cannot be read
    static Result<Face> load(HPDF_Doc document, const std::filesystem::path& file);

    HPDF_Font narrow = nullptr;  ///< takes Windows-1252
    /// Takes UTF-8. Made when the first cell needs it: it adds a table of 128 kB to the document.
    HPDF_Font wide();

    unsigned width(unsigned char byte) const { return widths_[byte]; }
    unsigned width_of(std::uint32_t code);

private:
    HPDF_Doc document_ = nullptr;
    std::string name_;
    HPDF_Font wide_ = nullptr;
    std::array<unsigned, 256> widths_{};
    std::unordered_map<std::uint32_t, unsigned> others_;
};

/// A cell made ready, for one of the two fonts of its face.
struct Fitted {
    std::string text;
    bool wide = false;
    unsigned width = 0;
};

/// Cuts UTF-8 to `width_max`, with an ellipsis if something is cut. Control characters become
/// blanks, bytes that are no UTF-8 and what lies beyond U+FFFF the sign for an unknown character.
void fit(std::string_view text, unsigned width_max, Face& face, Fitted& out);

}  // namespace porteur::tables
