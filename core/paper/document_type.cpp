// SPDX-License-Identifier: Apache-2.0
#include "paper/document_type.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace porteur::paper {
namespace {

using namespace std::string_view_literals;

constexpr auto pdf = "application/pdf"sv;
constexpr auto png = "image/png"sv;
constexpr auto jpeg = "image/jpeg"sv;
constexpr auto tiff = "image/tiff"sv;

struct Known {
    std::string_view word;
    std::string_view type;
};

constexpr auto declared = std::to_array<Known>(
    {{pdf, pdf},
     {png, png},
     {jpeg, jpeg},
     {"image/jpg", jpeg},
     {tiff, tiff},
     {"image/tif", tiff},
     {xlsx_type, xlsx_type},
     {ods_type, ods_type},
     {csv_type, csv_type}}
);
constexpr auto endings = std::to_array<Known>(
    {{"pdf", pdf},
     {"png", png},
     {"jpg", jpeg},
     {"jpeg", jpeg},
     {"tif", tiff},
     {"tiff", tiff},
     {"xlsx", xlsx_type},
     {"ods", ods_type},
     {"csv", csv_type}}
);

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& letter : out)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return out;
}

template <std::size_t Count>
std::optional<std::string_view> found_in(
    const std::array<Known, Count>& table, std::string_view word
) {
    const auto found = std::ranges::find(table, word, &Known::word);
    return found == table.end() ? std::nullopt : std::optional(found->type);
}

}  // namespace

std::optional<std::string_view> type_of_bytes(std::string_view first_bytes) {
    if (first_bytes.starts_with("%PDF-"sv)) return pdf;
    if (first_bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return png;
    if (first_bytes.starts_with("\xFF\xD8\xFF"sv)) return jpeg;
    if (first_bytes.starts_with("II*\0"sv) || first_bytes.starts_with("MM\0*"sv)) return tiff;
    if (first_bytes.starts_with("PK\x03\x04"sv)) return zip_type;
    return std::nullopt;
}

bool is_spreadsheet(std::string_view type) {
    return type == xlsx_type || type == ods_type || type == csv_type;
}

bool may_be(std::string_view type, std::string_view first_bytes) {
    const auto found = type_of_bytes(first_bytes);
    if (type == csv_type) return !found;
    return found == (is_spreadsheet(type) ? zip_type : type);
}

std::optional<std::string_view> type_of_declaration(std::string_view content_type) {
    auto word = content_type.substr(0, std::min(content_type.find(';'), content_type.size()));
    while (word.ends_with(' ') || word.ends_with('\t')) word.remove_suffix(1);
    return found_in(declared, lower(word));
}

std::optional<std::string_view> type_of_name(std::string_view file_name) {
    const auto dot = file_name.rfind('.');
    if (dot == file_name.npos || dot == 0) return std::nullopt;
    return found_in(endings, lower(file_name.substr(dot + 1)));
}

bool has_ending(std::string_view file_name) {
    const auto dot = file_name.rfind('.');
    if (dot == file_name.npos) return false;
    const auto ending = lower(file_name.substr(dot + 1));
    const auto letter = [](char each) { return each >= 'a' && each <= 'z'; };
    const auto digit = [](char each) { return each >= '0' && each <= '9'; };
    return ending.size() <= 5 && std::ranges::any_of(ending, letter) &&
           std::ranges::all_of(ending, [&](char each) { return letter(each) || digit(each); });
}

std::string with_ending(std::string_view file_name, std::string_view type) {
    std::string out(file_name);
    const auto found = std::ranges::find(endings, type, &Known::type);
    if (has_ending(file_name) || found == endings.end()) return out;
    if (!out.ends_with('.')) out += '.';
    return out += found->word;
}

}  // namespace porteur::paper
