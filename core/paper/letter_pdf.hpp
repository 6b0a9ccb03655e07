// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include <porteur/result.hpp>

#include "paper/letter.hpp"

namespace porteur::paper {

/// The fonts of the letter, in the font folder. Debian: fonts-dejavu-core.
inline constexpr std::string_view letter_font = "DejaVuSans.ttf";
inline constexpr std::string_view letter_font_bold = "DejaVuSans-Bold.ttf";

/// A PNG is unpacked to be put into the letter; one with more pixels is refused.
inline constexpr std::uint64_t signature_pixels_max = 4'000'000;

/// Makes the letter. The same letter gives the same bytes: there is no clock and no chance in it.
/// The picture comes from a stranger, so outside of tests only porteur-paper calls this.
///
/// @param picture      the bytes of letter.picture
/// @param fonts_open   called once the fonts are open and nothing else was looked at; an error ends
/// all
/// @errors  unavailable: a font is missing; invalid_input: the picture cannot be read; internal
/// @threads any
Result<std::string> letter_pdf(
    const Letter& letter, std::string_view picture, const std::filesystem::path& font_folder,
    const std::function<Result<void>()>& fonts_open = [] { return Result<void>{}; }
);

}  // namespace porteur::paper
