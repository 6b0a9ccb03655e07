// SPDX-License-Identifier: Apache-2.0
#pragma once

// +1 is not the United States and Canada alone: twenty other countries have area codes of it.
// Include it where a carrier serves some of them only.

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <porteur/model/phone_number.hpp>

namespace porteur {

/// Whose a number of the North American plan is.
enum class NorthAmerican : unsigned char {
    no,             ///< not +1 at all
    united_states,  ///< with its territories, which have their carriers' rules
    canada,
    toll_free,
    other_country,
    special,  ///< of no place: personal numbers, premium rate, three-digit codes
};

namespace detail {

struct OtherCountry {
    std::string_view area, country;
};

/// @source NANPA, area codes in service or assigned, read 2026-11; compared with libphonenumber by
///         north_america_test
inline constexpr auto other_countries = std::to_array<OtherCountry>({
    {"242", "BS"}, {"246", "BB"}, {"264", "AI"}, {"268", "AG"}, {"284", "VG"}, {"345", "KY"},
    {"441", "BM"}, {"473", "GD"}, {"649", "TC"}, {"658", "JM"}, {"664", "MS"}, {"721", "SX"},
    {"758", "LC"}, {"767", "DM"}, {"784", "VC"}, {"809", "DO"}, {"829", "DO"}, {"849", "DO"},
    {"868", "TT"}, {"869", "KN"}, {"876", "JM"},
});

/// @source CNAC, Canadian area codes in service or assigned, read 2026-11
inline constexpr auto canadian_areas = std::to_array<std::string_view>({
    "204", "226", "236", "249", "250", "257", "263", "289", "306", "343", "354",
    "365", "367", "368", "382", "403", "416", "418", "428", "431", "437", "438",
    "450", "468", "474", "506", "514", "519", "548", "579", "581", "584", "587",
    "604", "613", "639", "647", "672", "683", "705", "709", "742", "753", "778",
    "780", "782", "807", "819", "825", "867", "873", "879", "902", "905", "942",
});

/// @source NANPA, non-geographic area codes, read 2026-11
inline constexpr auto placeless_areas = std::to_array<std::string_view>({
    "500", "521", "522", "523", "524", "525", "526", "527", "528", "529", "533", "544", "566",
    "577", "588", "600", "622", "633", "644", "655", "677", "688", "700", "710", "900",
});

}  // namespace detail

namespace detail {

template <std::size_t count>
bool is_listed(const std::array<std::string_view, count>& areas, std::string_view area) noexcept {
    return std::ranges::find(areas, area) != areas.end();
}

}  // namespace detail

/// The country of an area code of +1 that is neither US nor Canadian, as in "JM" of "876"; empty
/// for any other. @threads any
inline std::string_view other_country_of_area(std::string_view area) noexcept {
    const auto* found =
        std::ranges::find(detail::other_countries, area, &detail::OtherCountry::area);
    return found == detail::other_countries.end() ? std::string_view() : found->country;
}

/// By its area code. One that no list has counts as the United States, which get most of the new
/// ones: the carrier judges. @threads any
inline NorthAmerican north_american_kind(const PhoneNumber& number) {
    const auto national = number.north_american();
    if (!national) return NorthAmerican::no;
    if (is_toll_free(number)) return NorthAmerican::toll_free;
    const auto area = std::string_view(*national).substr(0, 3);
    if (!other_country_of_area(area).empty()) return NorthAmerican::other_country;
    if (detail::is_listed(detail::canadian_areas, area)) return NorthAmerican::canada;
    const bool three_digit_code = area.ends_with("11");
    if (area.front() < '2' || three_digit_code ||
        detail::is_listed(detail::placeless_areas, area))
        return NorthAmerican::special;
    return NorthAmerican::united_states;
}

/// Its area code with what it is of: "876 (JM)", "900"; empty for a US, a Canadian and a toll-free
/// number, and for one outside the plan. @threads any
inline std::string foreign_area_of(const PhoneNumber& number) {
    const auto kind = north_american_kind(number);
    if (kind != NorthAmerican::other_country && kind != NorthAmerican::special) return {};
    auto area = number.north_american()->substr(0, 3);
    if (const auto country = other_country_of_area(area); !country.empty())
        area += " (" + std::string(country) + ")";
    return area;
}

/// Whether it is a US, a Canadian or a toll-free number, as carriers of the two countries take
/// them.
/// @threads any
inline bool is_us_or_canadian(const PhoneNumber& number) {
    const auto kind = north_american_kind(number);
    return kind == NorthAmerican::united_states || kind == NorthAmerican::canada ||
           kind == NorthAmerican::toll_free;
}

}  // namespace porteur
