// SPDX-License-Identifier: Apache-2.0
#include "paper/spreadsheet_check.hpp"

#include <porteur/phrase.hpp>

#include <algorithm>
#include <array>
#include <string>

#include "paper/document_type.hpp"

namespace porteur::paper {
namespace {

// The lists of what a container holds; real ones have some kilobytes.
constexpr std::size_t list_max_bytes = 4 << 20;

std::unexpected<Error> refused(std::string message) {
    return failure(ErrorKind::invalid_input, std::move(message));
}

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& letter : out)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return out;
}

struct Forbidden {
    std::string_view word;  ///< in lower case
    std::string_view why;
};
constexpr std::string_view
    macros = to_translate(
        "the spreadsheet has macros, which would run at the carrier; save it without them (.xlsx or .ods)"
    ),
    objects = to_translate("the spreadsheet holds objects or files of other programs; take them out"),
    elsewhere = to_translate(
        "the spreadsheet fetches data from other files or servers; break these links and keep the values"
    ),
    password = to_translate("the spreadsheet is encrypted; save it without a password");

// Names of parts, anywhere below the container's root.
constexpr auto xlsx_names = std::to_array<Forbidden>({
    {"vbaproject", macros},
    {"/macrosheets/", macros},
    {"/dialogsheets/", macros},
    {"/activex/", objects},
    {"/embeddings/", objects},
    {"/externallinks/", elsewhere},
    {"/querytables/", elsewhere},
    {"/connections.xml", elsewhere},
});
// What the list of content types says; a part may bear any name.
constexpr auto xlsx_types = std::to_array<Forbidden>({
    {"macroenabled", macros},
    {"vbaproject", macros},
    {"macrosheet", macros},
    {"dialogsheet", macros},
    {"activex", objects},
    {"oleobject", objects},
    {"externallink", elsewhere},
    {"querytable", elsewhere},
    {"connections+xml", elsewhere},
});
constexpr auto ods_names = std::to_array<Forbidden>({
    {"/basic/", macros},
    {"/scripts/", macros},
    {"/dialogs/", macros},
});
constexpr auto ods_manifest = std::to_array<Forbidden>({
    {"encryption-data", password},
    {"application/x-openoffice-basic", macros},
    {"application/vnd.sun.star.oleobject", objects},
});

template <std::size_t Count>
Result<void> look_for(const std::array<Forbidden, Count>& table, std::string_view text) {
    for (const auto& each : table)
        if (text.find(each.word) != text.npos)
            return refused(std::string(each.why));
    return {};
}

const ZipPart* part_named(const std::vector<ZipPart>& parts, std::string_view name) {
    const auto found = std::ranges::find(parts, name, &ZipPart::name);
    return found == parts.end() ? nullptr : &*found;
}

/// A list as text that can be searched: what is written in UTF-16 would hide from that.
Result<std::string> list_of(const ZipPart& part) {
    auto text = unpacked(part, list_max_bytes);
    if (!text) return text;
    if (text->find('\0') != text->npos)
        return refused("the spreadsheet's list of parts is not written in UTF-8; save it anew");
    return lower(*text);
}

template <std::size_t Names, std::size_t Words>
Result<void> check(
    const std::vector<ZipPart>& parts, const std::array<Forbidden, Names>& names,
    const ZipPart& list, const std::array<Forbidden, Words>& words
) {
    for (const auto& part : parts)
        if (auto good = look_for(names, "/" + lower(part.name)); !good) return good;
    const auto text = list_of(list);
    if (!text) return std::unexpected(text.error());
    return look_for(words, *text);
}

}  // namespace

Result<SpreadsheetFacts> check_spreadsheet(std::string_view bytes, const ZipRules& rules) {
    const auto parts = parts_of_zip(bytes, rules);
    if (!parts) return std::unexpected(parts.error());
    SpreadsheetFacts facts{.content_type = {}, .parts = parts->size()};

    const auto* content_types = part_named(*parts, "[Content_Types].xml");
    const auto* mimetype = part_named(*parts, "mimetype");
    const bool has_sheets = std::ranges::any_of(*parts, [](const ZipPart& part) {
        return part.name.starts_with("xl/");
    });
    Result<void> good;
    if (content_types != nullptr && has_sheets) {
        facts.content_type = xlsx_type;
        good = check(*parts, xlsx_names, *content_types, xlsx_types);
    } else if (mimetype != nullptr) {
        const auto says = unpacked(*mimetype, 200);
        if (!says) return std::unexpected(says.error());
        const auto* manifest = part_named(*parts, "META-INF/manifest.xml");
        if (*says != ods_type || manifest == nullptr)
            return refused(
                phrase("the file is no spreadsheet: it says of itself that it is {1}", quoted(*says, 80))
            );
        facts.content_type = ods_type;
        good = check(*parts, ods_names, *manifest, ods_manifest);
    } else {
        return refused(
            "the file is a ZIP archive and no spreadsheet; send the spreadsheet itself, as .xlsx "
            "or .ods"
        );
    }
    if (!good) return std::unexpected(good.error());
    for (const auto& part : *parts)
        if (auto whole = unpack(part, [](std::string_view) {}); !whole)
            return std::unexpected(whole.error());
    return facts;
}

}  // namespace porteur::paper
