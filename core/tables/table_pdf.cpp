// SPDX-License-Identifier: Apache-2.0
// What makes a long list quick and small: text leaves in Windows-1252, one byte a character, as
// long as it can (a Unicode font takes four), and widths come from a table instead of from libharu.
// A cell with other characters changes to the Unicode font and back.
#include "tables/table_pdf.hpp"

#include <hpdf.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include <porteur/phrase.hpp>

#include "tables/pdf_face.hpp"

namespace porteur::tables {
namespace {

constexpr std::string_view font_name = "DejaVuSans.ttf";
constexpr std::string_view font_name_bold = "DejaVuSans-Bold.ttf";

// Points, 72 to an inch.
constexpr float margin = 36;
constexpr float text_size = 7.5F;
constexpr float leading = 11.5F;
constexpr float title_size = 14;
constexpr float gap = 5;  // between two columns
constexpr float footer_y = 20;
constexpr float band_grey = 0.88F, stripe_grey = 0.965F;
constexpr std::size_t columns_upright_max = 5;

using Document = std::unique_ptr<std::remove_pointer_t<HPDF_Doc>, decltype(&HPDF_Free)>;

std::string filled(std::string text, std::string_view name, std::size_t value) {
    if (const auto at = text.find(name); at != text.npos)
        text.replace(at, name.size(), std::to_string(value));
    return text;
}

class Setter {
public:
    Setter(HPDF_Doc document, const TableDocument& about, Face plain, Face bold)
        : document_(document), about_(about), plain_(std::move(plain)), bold_(std::move(bold)) {
        const bool lies = about.landscape.value_or(about.columns.size() > columns_upright_max);
        size_ = about.a4 ? HPDF_PAGE_SIZE_A4 : HPDF_PAGE_SIZE_LETTER;
        direction_ = lies ? HPDF_PAGE_LANDSCAPE : HPDF_PAGE_PORTRAIT;
    }

    void row(std::span<const std::string_view> cells) {
        if (!page_ || lines_left_ == 0) begin_page();
        --lines_left_;
        float from = pen_;
        bool first = true;
        for (std::size_t index = 0; index < places_.size() && index < cells.size(); ++index) {
            if (cells[index].empty()) continue;
            fit(cells[index], places_[index].width, plain_, fitted_);
            float x = places_[index].x;
            if (about_.columns[index].kind == ColumnKind::amount)
                x += static_cast<float>(
                         places_[index].width - std::min(places_[index].width, fitted_.width)
                     ) *
                     text_size / 1000;
            HPDF_Page_MoveTextPos(page_, x - from, first ? -(line_ + 1) * leading : 0);
            if (first) line_ = 0;
            first = false;
            from = x;
            show(fitted_, plain_, text_size);
        }
        // A row without text moves down with the next one.
        if (first) ++line_;
        pen_ = from;
    }

    void finish() {
        if (!page_) begin_page();
        end_page();
        std::size_t number = 0;
        const auto words = filled(about_.page, "{pages}", pages_.size());
        for (const auto each : pages_) {
            fit(filled(words, "{page}", ++number), 100'000, plain_, fitted_);
            page_ = each;
            font_now_ = nullptr;
            HPDF_Page_BeginText(page_);
            const auto width = static_cast<float>(fitted_.width) * text_size / 1000;
            HPDF_Page_MoveTextPos(page_, HPDF_Page_GetWidth(page_) - margin - width, footer_y);
            show(fitted_, plain_, text_size);
            HPDF_Page_EndText(page_);
        }
    }

private:
    struct Place {
        float x;
        unsigned width;  // in thousandths of the text's size
    };

    /// Names the font only where it is not the last one that was named.
    void use(Face& face, bool wide, float size) {
        const auto font = wide ? face.wide() : face.narrow;
        if (font == font_now_ && size == size_now_) return;
        HPDF_Page_SetFontAndSize(page_, font, size);
        font_now_ = font;
        size_now_ = size;
    }

    void show(const Fitted& text, Face& face, float size) {
        use(face, text.wide, size);
        HPDF_Page_ShowText(page_, text.text.c_str());
    }

    void line_of(float x, float y, std::string_view text, Face& face, float size, float width) {
        fit(text, static_cast<unsigned>(width * 1000 / size), face, fitted_);
        HPDF_Page_MoveTextPos(page_, x - at_x_, y - at_y_);
        at_x_ = x;
        at_y_ = y;
        show(fitted_, face, size);
    }

    void place_columns(float width) {
        float shares = 0;
        for (const auto& column : about_.columns) shares += column.width;
        const float free = width - gap * static_cast<float>(about_.columns.size());
        float x = margin + gap / 2;
        for (const auto& column : about_.columns) {
            const float own = shares > 0 ? free * column.width / shares : 0;
            // Tenths are written shorter, and nobody sees less.
            places_.push_back(
                {std::round(x * 10) / 10,
                 static_cast<unsigned>(std::max(own, 0.F) * 1000 / text_size)}
            );
            x += own + gap;
        }
    }

    void begin_page() {
        if (page_) end_page();
        page_ = HPDF_AddPage(document_);
        font_now_ = nullptr;
        HPDF_Page_SetSize(page_, size_, direction_);
        const bool is_first = pages_.empty();
        pages_.push_back(page_);
        const float width = HPDF_Page_GetWidth(page_) - 2 * margin;
        if (is_first) place_columns(width);
        const float top = HPDF_Page_GetHeight(page_) - margin;
        float y =
            is_first ? top - title_size - leading * (about_.filter.empty() ? 1.4F : 2.4F) : top;

        // Grey first, as text comes over it.
        const float header_y = y - leading;
        lines_left_ = static_cast<std::size_t>((header_y - margin) / leading);
        HPDF_Page_SetGrayFill(page_, band_grey);
        HPDF_Page_Rectangle(page_, margin, header_y - 3, width, leading);
        HPDF_Page_Fill(page_);
        HPDF_Page_SetGrayFill(page_, stripe_grey);
        for (std::size_t line = 2; line <= lines_left_; line += 2)
            HPDF_Page_Rectangle(
                page_, margin, header_y - 3 - leading * static_cast<float>(line), width, leading
            );
        HPDF_Page_Fill(page_);
        HPDF_Page_SetGrayFill(page_, 0);

        HPDF_Page_BeginText(page_);
        at_x_ = at_y_ = 0;
        if (is_first) {
            line_of(margin, top - title_size, about_.title, bold_, title_size, width * 0.75F);
            fit(about_.date, 100'000, plain_, fitted_);
            const float date_width = static_cast<float>(fitted_.width) * text_size / 1000;
            line_of(
                margin + width - date_width, top - title_size, about_.date, plain_, text_size,
                date_width + 1
            );
            if (!about_.filter.empty())
                line_of(
                    margin, top - title_size - leading * 1.4F, about_.filter, plain_, text_size + 1,
                    width
                );
        }
        for (std::size_t index = 0; index < places_.size(); ++index) {
            const auto& place = places_[index];
            const float room = static_cast<float>(place.width) * text_size / 1000;
            float x = place.x;
            if (about_.columns[index].kind == ColumnKind::amount) {
                fit(about_.columns[index].title, place.width, bold_, fitted_);
                x += room - static_cast<float>(fitted_.width) * text_size / 1000;
            }
            line_of(x, header_y, about_.columns[index].title, bold_, text_size, room);
        }
        // Rows go on from the left end of the header's line.
        HPDF_Page_MoveTextPos(page_, -at_x_, header_y - at_y_);
        pen_ = 0;
        line_ = 0;
    }

    void end_page() { HPDF_Page_EndText(page_); }

    HPDF_Doc document_;
    const TableDocument& about_;
    Face plain_, bold_;
    HPDF_PageSizes size_;
    HPDF_PageDirection direction_;
    HPDF_Page page_ = nullptr;
    std::vector<HPDF_Page> pages_;
    std::vector<Place> places_;
    Fitted fitted_;
    std::size_t lines_left_ = 0;
    HPDF_Font font_now_ = nullptr;  // on this page
    float size_now_ = 0;
    float line_ = 0;  // lines to move down before the next text
    float pen_ = 0, at_x_ = 0, at_y_ = 0;
};

Result<void> write_out(HPDF_Doc document, const ByteSink& to) {
    if (HPDF_SaveToStream(document) != HPDF_OK || HPDF_GetError(document) != HPDF_OK)
        return failure(
            ErrorKind::internal,
            phrase("the list cannot be made as PDF: libharu says {1}", HPDF_GetError(document))
        );
    HPDF_ResetStream(document);
    auto left = HPDF_GetStreamSize(document);
    std::string piece(std::size_t{64} << 10, '\0');
    while (left > 0) {
        auto size = static_cast<HPDF_UINT32>(std::min<std::size_t>(left, piece.size()));
        HPDF_ReadFromStream(document, reinterpret_cast<HPDF_BYTE*>(piece.data()), &size);
        if (size == 0)
            return failure(
                ErrorKind::internal, phrase("the list cannot be made as PDF: it is cut short")
            );
        if (auto done = to(std::string_view(piece).substr(0, size)); !done) return done;
        left -= size;
    }
    return {};
}

}  // namespace

struct TablePdf::State {
    explicit State(TableDocument given)
        : about(std::move(given)), document(HPDF_New(nullptr, nullptr), HPDF_Free) {}

    const TableDocument about;
    // Without a handler libharu remembers the first error, and does nothing more.
    const Document document;
    std::optional<Setter> setter;
};

TablePdf::TablePdf(std::unique_ptr<State> state) : state_(std::move(state)) {}
TablePdf::~TablePdf() = default;

Result<std::unique_ptr<TablePdf>> TablePdf::begin(TableDocument about) {
    auto state = std::make_unique<State>(std::move(about));
    auto* document = state->document.get();
    if (!document) return failure(ErrorKind::internal, "libharu does not start");
    HPDF_UseUTFEncodings(document);
    HPDF_SetCurrentEncoder(document, "UTF-8");
    HPDF_SetCompressionMode(document, HPDF_COMP_ALL);
    auto plain = Face::load(document, state->about.font_folder / font_name);
    if (!plain) return std::unexpected(plain.error());
    auto bold = Face::load(document, state->about.font_folder / font_name_bold);
    if (!bold) return std::unexpected(bold.error());
    state->setter.emplace(document, state->about, std::move(*plain), std::move(*bold));
    return std::unique_ptr<TablePdf>(new TablePdf(std::move(state)));
}

void TablePdf::row(std::span<const std::string_view> cells) { state_->setter->row(cells); }

Result<void> TablePdf::finish(const ByteSink& to) {
    state_->setter->finish();
    HPDF_SetInfoAttr(state_->document.get(), HPDF_INFO_TITLE, state_->about.title.c_str());
    return write_out(state_->document.get(), to);
}

Result<void> table_pdf(const TableDocument& about, const RowSource& rows, const ByteSink& to) {
    const auto pdf = TablePdf::begin(about);
    if (!pdf) return std::unexpected(pdf.error());
    std::vector<std::string_view> row;
    for (;;) {
        row.clear();
        const auto more = rows(row);
        if (!more) return std::unexpected(more.error());
        if (!*more) break;
        (*pdf)->row(row);
    }
    return (*pdf)->finish(to);
}

}  // namespace porteur::tables
