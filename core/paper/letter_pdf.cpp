// SPDX-License-Identifier: Apache-2.0
// A letter is set from top to bottom: a cursor goes down the page, and whatever does not fit begins
// the next one. What belongs together (the signature with its names) is moved as a whole. Footers
// come last, when the number of pages is known.
#include "paper/letter_pdf.hpp"

#include <hpdf.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include <porteur/phrase.hpp>
#include <porteur/calendar_text.hpp>

#include "paper/letter_words.hpp"

namespace porteur::paper {
namespace {

// Points, 72 to an inch.
constexpr float margin = 60;
constexpr float text_size = 10;
constexpr float text_leading = 14;
constexpr float label_width = 150;
constexpr float gap = 10;
constexpr float number_columns = 4;
constexpr float signature_width = 220, signature_height = 64;
constexpr float signature_block = 190;
constexpr float pen_width = 1.2F;

using Document = std::unique_ptr<std::remove_pointer_t<HPDF_Doc>, decltype(&HPDF_Free)>;

std::string filled(
    std::string_view text, std::initializer_list<std::pair<std::string_view, std::string_view>> with
) {
    std::string out(text);
    for (const auto& [name, value] : with) {
        const auto mark = "{" + std::string(name) + "}";
        for (auto at = out.find(mark); at != out.npos; at = out.find(mark, at + value.size()))
            out.replace(at, mark.size(), value);
    }
    return out;
}

class Page {
public:
    Page(HPDF_Doc document, HPDF_Font plain, HPDF_Font bold, bool a4)
        : document_(document), plain_(plain), bold_(bold), a4_(a4) {
        begin();
    }

    float width() const { return HPDF_Page_GetWidth(page_) - 2 * margin; }
    HPDF_Page handle() const { return page_; }
    float y() const { return y_; }
    void move_down(float by) { y_ -= by; }

    /// Makes sure that this much fits below the cursor.
    void need(float height) {
        if (y_ - height < margin + 2 * text_leading) begin();
    }

    void use(bool bold, float size) {
        bold_now_ = bold;
        size_now_ = size;
        HPDF_Page_SetFontAndSize(page_, bold ? bold_ : plain_, size);
    }

    void put(float x, float y, const std::string& text) {
        HPDF_Page_BeginText(page_);
        HPDF_Page_TextOut(page_, x, y, text.c_str());
        HPDF_Page_EndText(page_);
    }

    float width_of(const std::string& text) { return HPDF_Page_TextWidth(page_, text.c_str()); }

    /// The text in lines of at most this width; a word that is longer is cut between characters.
    std::vector<std::string> lines_of(const std::string& text, float width) {
        std::vector<std::string> lines(1);
        for (std::size_t at = 0; at < text.size();) {
            const auto end = std::min(text.find(' ', at), text.size());
            auto word = text.substr(at, end - at);
            at = end + 1;
            auto& last = lines.back();
            const auto longer = last.empty() ? word : last + " " + word;
            if (width_of(longer) <= width) {
                last = longer;
                continue;
            }
            if (!last.empty()) lines.emplace_back();
            for (std::size_t from = 0; from < word.size();) {
                auto to = from + 1;
                while (to < word.size() && (static_cast<unsigned char>(word[to]) & 0xC0U) == 0x80)
                    ++to;
                const auto character = word.substr(from, to - from);
                if (!lines.back().empty() && width_of(lines.back() + character) > width)
                    lines.emplace_back();
                lines.back() += character;
                from = to;
            }
        }
        return lines;
    }

    void paragraph(const std::string& text, float x, float width) {
        for (const auto& line : lines_of(text, width)) {
            need_line();
            put(x, y_, line);
            y_ -= text_leading;
        }
    }

    void line(float from, float to, float y) {
        HPDF_Page_SetLineWidth(page_, 0.5F);
        HPDF_Page_MoveTo(page_, from, y);
        HPDF_Page_LineTo(page_, to, y);
        HPDF_Page_Stroke(page_);
    }

    const std::vector<HPDF_Page>& pages() const { return pages_; }

private:
    void begin() {
        page_ = HPDF_AddPage(document_);
        HPDF_Page_SetSize(
            page_, a4_ ? HPDF_PAGE_SIZE_A4 : HPDF_PAGE_SIZE_LETTER, HPDF_PAGE_PORTRAIT
        );
        pages_.push_back(page_);
        y_ = HPDF_Page_GetHeight(page_) - margin;
        use(bold_now_, size_now_);
    }
    void need_line() { need(text_leading); }

    HPDF_Doc document_;
    HPDF_Font plain_, bold_;
    bool a4_;
    HPDF_Page page_ = nullptr;
    std::vector<HPDF_Page> pages_;
    float y_ = 0;
    bool bold_now_ = false;
    float size_now_ = text_size;
};

void set_row(Page& page, std::string_view label, const std::vector<std::string>& values) {
    if (values.empty() || values.front().empty()) return;
    page.need(text_leading);
    page.use(false, text_size);
    page.put(margin, page.y(), std::string(label));
    page.use(true, text_size);
    for (const auto& value : values)
        page.paragraph(value, margin + label_width, page.width() - label_width);
    page.move_down(3);
}

void set_numbers(Page& page, const Letter& letter, const LetterWords& words) {
    page.move_down(gap);
    page.need(3 * text_leading);
    page.use(true, text_size);
    page.put(
        margin, page.y(), filled(words.numbers, {{"count", std::to_string(letter.numbers.size())}})
    );
    page.move_down(text_leading + 3);
    page.use(false, text_size);
    const float column = page.width() / number_columns;
    std::size_t at = 0;
    while (at < letter.numbers.size()) {
        page.need(text_leading);
        for (int index = 0; index < static_cast<int>(number_columns); ++index)
            if (at < letter.numbers.size())
                page.put(
                    margin + column * static_cast<float>(index), page.y(), letter.numbers[at++]
                );
        page.move_down(text_leading);
    }
}

/// How much a picture must be scaled to fit the field of the signature.
float fitting(float width, float height) {
    return std::min(signature_width / width, signature_height / height);
}

void draw(Page& page, const Letter& letter, float x, float y) {
    const auto on = page.handle();
    const float scale = fitting(
        static_cast<float>(std::max<std::int64_t>(letter.drawing_width, 1)),
        static_cast<float>(std::max<std::int64_t>(letter.drawing_height, 1))
    );
    const float top = y + static_cast<float>(letter.drawing_height) * scale;
    HPDF_Page_SetLineWidth(on, pen_width);
    HPDF_Page_SetLineCap(on, HPDF_ROUND_END);
    HPDF_Page_SetLineJoin(on, HPDF_ROUND_JOIN);
    for (const auto& stroke : letter.strokes) {
        const auto& points = stroke.points;
        if (points.size() < 2) continue;
        const auto place = [&](std::size_t index) {
            return std::pair(
                x + static_cast<float>(points[index]) * scale,
                top - static_cast<float>(points[index + 1]) * scale
            );
        };
        const auto first = place(0);
        HPDF_Page_MoveTo(on, first.first, first.second);
        // A dot is a line to itself: its round ends make it.
        if (points.size() < 4) HPDF_Page_LineTo(on, first.first, first.second);
        for (std::size_t index = 2; index + 1 < points.size(); index += 2) {
            const auto next = place(index);
            HPDF_Page_LineTo(on, next.first, next.second);
        }
        HPDF_Page_Stroke(on);
    }
}

std::uint32_t big_endian(std::string_view bytes) {
    std::uint32_t value = 0;
    for (const char byte : bytes.substr(0, 4))
        value = (value << 8U) | static_cast<unsigned char>(byte);
    return value;
}

Result<void> place_picture(
    HPDF_Doc document, Page& page, const Letter& letter, std::string_view picture, float x, float y
) {
    const auto unreadable = [](std::string_view what) {
        return failure(ErrorKind::invalid_input, "/signature: " + phrase("the picture {1:text}", what));
    };
    const auto* bytes = reinterpret_cast<const HPDF_BYTE*>(picture.data());
    const auto size = static_cast<HPDF_UINT>(picture.size());
    HPDF_Image image = nullptr;
    if (letter.picture == "image/png") {
        if (picture.size() < 24) return unreadable("is cut short");
        const std::uint64_t pixels = std::uint64_t{big_endian(picture.substr(16))} *
                                     std::uint64_t{big_endian(picture.substr(20))};
        if (pixels > signature_pixels_max)
            return unreadable(
                phrase("has {1:n} pixels; at most {2:n} are taken", pixels, signature_pixels_max)
            );
        image = HPDF_LoadPngImageFromMem(document, bytes, size);
    } else {
        // libharu reads no further than its measures.
        if (picture.rfind("\xFF\xD9") == picture.npos) return unreadable("is cut short");
        image = HPDF_LoadJpegImageFromMem(document, bytes, size);
    }
    if (!image || HPDF_GetError(document) != HPDF_OK)
        return unreadable("cannot be read; save it anew as PNG or JPEG");
    const auto width = static_cast<float>(HPDF_Image_GetWidth(image));
    const auto height = static_cast<float>(HPDF_Image_GetHeight(image));
    if (!(width >= 1) || !(height >= 1)) return unreadable("is empty");
    const float scale = fitting(width, height);
    HPDF_Page_DrawImage(page.handle(), image, x, y, width * scale, height * scale);
    return {};
}

Result<void> set_signature(
    HPDF_Doc document, Page& page, const Letter& letter, const LetterWords& words,
    std::string_view picture
) {
    page.move_down(gap);
    page.need(signature_block);
    page.move_down(signature_height + gap);
    const float base = page.y();
    const float date_x = margin + signature_width + 50;
    if (!letter.strokes.empty()) draw(page, letter, margin, base + 3);
    if (!letter.picture.empty())
        if (auto done = place_picture(document, page, letter, picture, margin, base + 3); !done)
            return done;
    page.line(margin, margin + signature_width, base);
    page.line(date_x, margin + page.width(), base);
    page.use(true, text_size);
    if (letter.date && letter.is_signed()) page.put(date_x, base + 4, iso_date(*letter.date));
    page.use(false, text_size - 2);
    page.move_down(12);
    page.put(margin, page.y(), std::string(words.signature));
    page.put(date_x, page.y(), std::string(words.date));
    if (!letter.is_signed()) {
        page.move_down(11);
        page.put(margin, page.y(), std::string(words.to_sign));
    }
    page.move_down(text_leading + 4);
    set_row(page, words.name, {letter.person});
    set_row(page, words.position, {letter.person_title});
    set_row(page, words.telephone, {letter.person_telephone});
    set_row(page, words.email, {letter.person_email});
    return {};
}

void set_footers(Page& page, HPDF_Font font, const Letter& letter, const LetterWords& words) {
    const auto count = std::to_string(page.pages().size());
    std::size_t number = 0;
    for (const auto each : page.pages()) {
        const auto text =
            filled(words.page, {{"page", std::to_string(++number)}, {"pages", count}});
        HPDF_Page_SetFontAndSize(each, font, text_size - 2);
        HPDF_Page_BeginText(each);
        HPDF_Page_TextOut(each, margin, margin - 20, letter.reference.c_str());
        HPDF_Page_TextOut(
            each, HPDF_Page_GetWidth(each) - margin - HPDF_Page_TextWidth(each, text.c_str()),
            margin - 20, text.c_str()
        );
        HPDF_Page_EndText(each);
    }
}

Result<HPDF_Font> font_of(HPDF_Doc document, const std::filesystem::path& file) {
    const auto* name = HPDF_LoadTTFontFromFile(document, file.c_str(), HPDF_TRUE);
    auto* font = name ? HPDF_GetFont(document, name, "UTF-8") : nullptr;
    if (!font)
        return failure(
            ErrorKind::unavailable,
            phrase(
                "the letter's font {1} cannot be read; install fonts-dejavu-core, or name its folder in [documents] "
                "font_folder",
                quoted(file.string(), 200)
            )
        );
    return font;
}

Result<std::string> bytes_of(HPDF_Doc document) {
    if (HPDF_SaveToStream(document) != HPDF_OK || HPDF_GetError(document) != HPDF_OK)
        return failure(
            ErrorKind::internal,
            phrase("the letter cannot be made: libharu says {1}", HPDF_GetError(document))
        );
    HPDF_ResetStream(document);
    std::string out(HPDF_GetStreamSize(document), '\0');
    auto size = static_cast<HPDF_UINT32>(out.size());
    HPDF_ReadFromStream(document, reinterpret_cast<HPDF_BYTE*>(out.data()), &size);
    out.resize(size);
    return out;
}

}  // namespace

Result<std::string> letter_pdf(
    const Letter& letter, std::string_view picture, const std::filesystem::path& font_folder,
    const std::function<Result<void>()>& fonts_open
) {
    // Without a handler libharu remembers the first error, and does nothing more.
    const Document document(HPDF_New(nullptr, nullptr), HPDF_Free);
    if (!document) return failure(ErrorKind::internal, "libharu does not start");
    HPDF_UseUTFEncodings(document.get());
    HPDF_SetCurrentEncoder(document.get(), "UTF-8");
    HPDF_SetCompressionMode(document.get(), HPDF_COMP_ALL);
    const auto plain = font_of(document.get(), font_folder / letter_font);
    if (!plain) return std::unexpected(plain.error());
    const auto bold = font_of(document.get(), font_folder / letter_font_bold);
    if (!bold) return std::unexpected(bold.error());
    if (auto done = fonts_open(); !done) return std::unexpected(done.error());

    const auto& words = letter_words(letter.language);
    const auto with_names = [&](std::string_view text) {
        return filled(
            text, {{"customer", letter.customer},
                   {"losing", letter.losing_carrier},
                   {"gaining", letter.gaining_carrier}}
        );
    };
    Page page(document.get(), *plain, *bold, letter.paper == "a4");
    page.use(true, 16);
    page.move_down(16);
    page.put(margin, page.y(), std::string(words.title));
    page.use(false, text_size + 1);
    page.move_down(18);
    page.put(margin, page.y(), std::string(words.subtitle));
    page.move_down(12);
    page.line(margin, margin + page.width(), page.y());
    page.move_down(20);

    set_row(page, words.customer, {letter.customer});
    set_row(page, words.registration_number, {letter.registration_number});
    set_row(page, words.address, letter.address);
    set_row(page, words.losing_carrier, {letter.losing_carrier});
    set_row(page, words.account_number, {letter.account_number});
    set_row(page, words.btn, {letter.btn});
    set_row(page, words.gaining_carrier, {letter.gaining_carrier});
    if (letter.requested_date)
        set_row(page, words.requested_date, {iso_date(*letter.requested_date)});
    set_row(page, words.reference, {letter.reference});

    page.move_down(gap);
    page.use(false, text_size);
    for (const auto text : {words.authority, words.consequence, words.truth}) {
        page.paragraph(with_names(text), margin, page.width());
        page.move_down(6);
    }
    set_numbers(page, letter, words);
    if (auto done = set_signature(document.get(), page, letter, words, picture); !done)
        return std::unexpected(done.error());
    set_footers(page, *plain, letter, words);
    HPDF_SetInfoAttr(document.get(), HPDF_INFO_TITLE, std::string(words.title).c_str());
    return bytes_of(document.get());
}

}  // namespace porteur::paper
