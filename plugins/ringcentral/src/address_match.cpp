// SPDX-License-Identifier: Apache-2.0
#include "address_match.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <porteur/bare_letter.hpp>

namespace ringcentral {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

// Canada Post and USPS abbreviations of what streets are mostly called, both languages.
constexpr auto words = std::to_array<Pair>({
    {"street", "st"},      {"avenue", "ave"},       {"av", "ave"},
    {"boulevard", "blvd"}, {"boul", "blvd"},        {"road", "rd"},
    {"drive", "dr"},       {"lane", "ln"},          {"court", "crt"},
    {"ct", "crt"},         {"place", "pl"},         {"square", "sq"},
    {"highway", "hwy"},    {"parkway", "pky"},      {"pkwy", "pky"},
    {"crescent", "cres"},  {"circle", "cir"},       {"terrace", "terr"},
    {"floor", "fl"},       {"north", "n"},          {"south", "s"},
    {"east", "e"},         {"west", "w"},           {"nord", "n"},
    {"sud", "s"},          {"est", "e"},            {"ouest", "w"},
    {"saint", "st"},       {"ste", "sainte"},       {"incorporated", "inc"},
    {"limited", "ltd"},    {"company", "co"},       {"corporation", "corp"},
    {"and", "&"},          {"et", "&"},
});

// What stands before a unit's number. Elsewhere it is a part of a name: "Ste-Catherine".
constexpr auto unit_words =
    std::to_array<std::string_view>({"suite", "ste", "apartment", "apt", "bureau"});

constexpr auto regions = std::to_array<Pair>({
    {"alberta", "ab"},
    {"british columbia", "bc"},
    {"manitoba", "mb"},
    {"new brunswick", "nb"},
    {"newfoundland & labrador", "nl"},
    {"northwest territories", "nt"},
    {"nova scotia", "ns"},
    {"nunavut", "nu"},
    {"ontario", "on"},
    {"prince edward island", "pe"},
    {"quebec", "qc"},
    {"saskatchewan", "sk"},
    {"yukon", "yt"},
    {"alabama", "al"},
    {"alaska", "ak"},
    {"arizona", "az"},
    {"arkansas", "ar"},
    {"california", "ca"},
    {"colorado", "co"},
    {"connecticut", "ct"},
    {"delaware", "de"},
    {"district of columbia", "dc"},
    {"florida", "fl"},
    {"georgia", "ga"},
    {"hawaii", "hi"},
    {"idaho", "id"},
    {"illinois", "il"},
    {"indiana", "in"},
    {"iowa", "ia"},
    {"kansas", "ks"},
    {"kentucky", "ky"},
    {"louisiana", "la"},
    {"maine", "me"},
    {"maryland", "md"},
    {"massachusetts", "ma"},
    {"michigan", "mi"},
    {"minnesota", "mn"},
    {"mississippi", "ms"},
    {"missouri", "mo"},
    {"montana", "mt"},
    {"nebraska", "ne"},
    {"nevada", "nv"},
    {"new hampshire", "nh"},
    {"new jersey", "nj"},
    {"new mexico", "nm"},
    {"new york", "ny"},
    {"n carolina", "nc"},
    {"n dakota", "nd"},
    {"ohio", "oh"},
    {"oklahoma", "ok"},
    {"oregon", "or"},
    {"pennsylvania", "pa"},
    {"rhode island", "ri"},
    {"s carolina", "sc"},
    {"s dakota", "sd"},
    {"tennessee", "tn"},
    {"texas", "tx"},
    {"utah", "ut"},
    {"vermont", "vt"},
    {"virginia", "va"},
    {"washington", "wa"},
    {"w virginia", "wv"},
    {"wisconsin", "wi"},
    {"wyoming", "wy"},
});

constexpr auto countries = std::to_array<Pair>({
    {"united states", "us"},
    {"united states of america", "us"},
    {"usa", "us"},
    {"canada", "ca"},
});

std::string_view replaced(const auto& table, std::string_view word) {
    const auto* row = std::ranges::find(table, word, &Pair::first);
    return row == table.end() ? word : row->second;
}

/// Lower case without accents; anything but letters, digits and '&' becomes a blank.
std::string plain(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte == 0xC3 && at + 1 < text.size() &&
            porteur::bare_letter(static_cast<unsigned char>(text[at + 1])) != 0)
            out += porteur::bare_letter(static_cast<unsigned char>(text[++at]));
        else if (byte >= 'A' && byte <= 'Z')
            out += static_cast<char>(byte - 'A' + 'a');
        else if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '&' ||
                 byte >= 0x80)
            out += text[at];
        else if (byte == '#')
            out += " unit ";
        else if (byte != '.' && byte != '\'')  // "St." and "L'Acadie" are one word
            out += ' ';
    }
    return out;
}

/// A unit has a digit, or is one letter.
bool names_unit(std::string_view word) {
    const auto is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
    return word.size() == 1 || std::ranges::any_of(word, is_digit);
}

std::string levelled(std::string_view text) {
    const auto flat = plain(text);
    std::vector<std::string_view> all;
    for (std::size_t at = 0; at < flat.size();) {
        const auto end = std::min(flat.find(' ', at), flat.size());
        if (end > at) all.push_back(std::string_view(flat).substr(at, end - at));
        at = end + 1;
    }
    std::string out;
    for (std::size_t at = 0; at < all.size(); ++at) {
        if (!out.empty()) out += ' ';
        const bool before_unit = std::ranges::find(unit_words, all[at]) != unit_words.end() &&
                                 at + 1 < all.size() && names_unit(all[at + 1]);
        out += before_unit ? "unit" : replaced(words, all[at]);
    }
    return out;
}

std::string without_blanks(std::string text) {
    std::erase(text, ' ');
    return text;
}

}  // namespace

Match match_text(std::string_view left, std::string_view right) {
    if (left == right) return Match::same;
    // "M5V 1A1" and "M5V1A1": blanks alone never make another address.
    return without_blanks(levelled(left)) == without_blanks(levelled(right)) ? Match::spelling
                                                                             : Match::different;
}

Match match_region(std::string_view left, std::string_view right) {
    if (left == right) return Match::same;
    const auto a = levelled(left), b = levelled(right);
    const auto code = [](std::string_view text) {
        const auto country = replaced(countries, text);
        return country == text ? replaced(regions, text) : country;
    };
    return code(a) == code(b) ? Match::spelling : Match::different;
}

}  // namespace ringcentral
