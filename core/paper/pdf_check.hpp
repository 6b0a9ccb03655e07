// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include <porteur/result.hpp>

namespace porteur::paper {

struct PdfRules {
    std::uint32_t pages_max = 200;
    /// Of one stream, unpacked. A page of 600 dpi in colour has 104 MB.
    std::uint64_t stream_max_bytes = 128 << 20;
    std::uint64_t unpacked_max_bytes = 512 << 20;  ///< of all streams together
};

struct PdfFacts {
    std::uint32_t pages = 0;
    bool repaired = false;  ///< its table of objects was damaged and has been made anew
    friend bool operator==(const PdfFacts&, const PdfFacts&) = default;
};

/// Reads a PDF through and refuses what a carrier should never get: one that is encrypted, runs
/// scripts, acts when it is opened, starts programs, holds other files or sound and film, has too
/// many pages, or unpacks into far more than it shows.
///
/// A PDF that opens at a place of its own (`/OpenAction` with a destination) is taken: LibreOffice
/// writes that into every file. So is a link to a web page. One whose table of objects is damaged
/// is taken if it can be made anew and if the words above stand nowhere in its bytes either, as
/// another reader may find other objects in it.
///
/// It is called on the bytes of strangers, and the library behind it is large: outside of tests
/// only the sandboxed program porteur-paper calls it.
///
/// @param bytes  the whole file; not kept
/// @errors       invalid_input: why it is not taken, and what to do
/// @threads      any; computes only
/// @source       RELIABILITY.md 4.7; ISO 32000-1, sections 7.7.2 (catalog) and 12.6 (actions)
Result<PdfFacts> check_pdf(std::string_view bytes, const PdfRules& rules);

}  // namespace porteur::paper
