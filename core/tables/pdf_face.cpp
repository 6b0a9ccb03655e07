// SPDX-License-Identifier: Apache-2.0
#include "tables/pdf_face.hpp"

#include <porteur/phrase.hpp>

namespace porteur::tables {
namespace {

/// The byte of a character in Windows-1252; 0 if it has none.
unsigned char byte_of(std::uint32_t code) {
    if ((code >= 0x20 && code < 0x7F) || (code >= 0xA0 && code < 0x100))
        return static_cast<unsigned char>(code);
    switch (code) {
        case 0x20AC:
            return 0x80;
        case 0x201A:
            return 0x82;
        case 0x0192:
            return 0x83;
        case 0x201E:
            return 0x84;
        case 0x2026:
            return 0x85;
        case 0x2020:
            return 0x86;
        case 0x2021:
            return 0x87;
        case 0x02C6:
            return 0x88;
        case 0x2030:
            return 0x89;
        case 0x0160:
            return 0x8A;
        case 0x2039:
            return 0x8B;
        case 0x0152:
            return 0x8C;
        case 0x017D:
            return 0x8E;
        case 0x2018:
            return 0x91;
        case 0x2019:
            return 0x92;
        case 0x201C:
            return 0x93;
        case 0x201D:
            return 0x94;
        case 0x2022:
            return 0x95;
        case 0x2013:
            return 0x96;
        case 0x2014:
            return 0x97;
        case 0x02DC:
            return 0x98;
        case 0x2122:
            return 0x99;
        case 0x0161:
            return 0x9A;
        case 0x203A:
            return 0x9B;
        case 0x0153:
            return 0x9C;
        case 0x017E:
            return 0x9E;
        case 0x0178:
            return 0x9F;
        default:
            return 0;
    }
}

/// The next character of UTF-8; a byte that is none counts as U+FFFD.
std::uint32_t next_code(std::string_view text, std::size_t& at) {
    const auto first = static_cast<unsigned char>(text[at++]);
    if (first < 0x80) return first;
    const unsigned more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : first >= 0xC2 ? 1 : 0;
    if (more == 0 || at + more > text.size()) return 0xFFFD;
    std::uint32_t code = first & (0x3FU >> more);
    for (unsigned index = 0; index < more; ++index) {
        const auto byte = static_cast<unsigned char>(text[at + index]);
        if ((byte & 0xC0U) != 0x80U) return 0xFFFD;
        code = code << 6U | (byte & 0x3FU);
    }
    at += more;
    return code;
}

}  // namespace

Result<Face> Face::load(HPDF_Doc document, const std::filesystem::path& file) {
    const auto* name = HPDF_LoadTTFontFromFile(document, file.c_str(), HPDF_TRUE);
    Face out;
    out.narrow = name ? HPDF_GetFont(document, name, "WinAnsiEncoding") : nullptr;
    out.name_ = name ? name : "";
    out.document_ = document;
    if (!out.narrow)
        return failure(
            ErrorKind::unavailable, phrase(
                                        "the list's font {1} cannot be read; install "
                                        "fonts-dejavu-core, or name its folder in [documents] "
                                        "font_folder",
                                        quoted(file.string(), 200)
                                    )
        );
    for (std::uint32_t code = 0x20; code < 0x2200; ++code)
        if (const auto byte = byte_of(code))
            out.widths_[byte] =
                HPDF_Font_GetUnicodeWidth(out.narrow, static_cast<HPDF_UNICODE>(code));
    return out;
}

HPDF_Font Face::wide() {
    if (!wide_) wide_ = HPDF_GetFont(document_, name_.c_str(), "UTF-8");
    return wide_;
}

unsigned Face::width_of(std::uint32_t code) {
    if (const auto byte = byte_of(code)) return widths_[byte];
    if (code > 0xFFFF) return 600;
    const auto [found, is_new] = others_.try_emplace(code, 0U);
    if (is_new) found->second = HPDF_Font_GetUnicodeWidth(narrow, static_cast<HPDF_UNICODE>(code));
    return found->second;
}

void fit(std::string_view text, unsigned width_max, Face& face, Fitted& out) {
    constexpr unsigned char ellipsis = 0x85;
    const auto dots = face.width(ellipsis);
    out.text.clear();
    out.wide = false;
    out.width = 0;
    std::size_t cut_at = 0;
    unsigned cut_width = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        auto code = next_code(text, at);
        if (code < 0x20 || code == 0x7F) code = ' ';
        const auto byte = byte_of(code);
        if (byte == 0) {
            // From here it needs the other font: once more, as UTF-8.
            out.wide = true;
            break;
        }
        const auto width = out.width + face.width(byte);
        if (width > width_max) {
            out.text.resize(cut_at);
            out.text += static_cast<char>(ellipsis);
            out.width = cut_width + dots;
            return;
        }
        out.text += static_cast<char>(byte);
        out.width = width;
        if (width + dots <= width_max) {
            cut_at = out.text.size();
            cut_width = width;
        }
    }
    if (!out.wide) return;
    out.text.clear();
    out.width = cut_width = 0;
    cut_at = 0;
    for (at = 0; at < text.size();) {
        const auto from = at;
        auto code = next_code(text, at);
        if (code < 0x20 || code == 0x7F) code = ' ';
        // libharu's UTF-8 knows the first 65,536 characters.
        const bool known = code != 0xFFFD && code <= 0xFFFF;
        const auto width = out.width + face.width_of(known ? code : 0xFFFD);
        if (width > width_max) {
            out.text.resize(cut_at);
            out.text += "…";
            out.width = cut_width + dots;
            return;
        }
        if (code == ' ')
            out.text += ' ';
        else if (known)
            out.text += text.substr(from, at - from);
        else
            out.text += "\xEF\xBF\xBD";
        out.width = width;
        if (width + dots <= width_max) {
            cut_at = out.text.size();
            cut_width = width;
        }
    }
}

}  // namespace porteur::tables
