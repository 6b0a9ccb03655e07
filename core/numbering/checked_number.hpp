// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <porteur/model/common.hpp>
#include <porteur/result.hpp>

namespace porteur::numbering {

/// Why a text is not taken for a telephone number.
enum class NumberFault : std::uint8_t {
    none,
    empty,
    not_a_number,
    rounded,  ///< 1.51455E+10: a spreadsheet has thrown digits away
    has_extension,
    no_region,       ///< neither + and a country code, nor a default country
    unknown_region,  ///< the default country itself is none
    unknown_country_code,
    too_short,
    too_long,
    wrong_length,  ///< between two lengths that exist
    not_in_use,    ///< of a right length, but no number of the country begins like this
};

/// What became of a text, without anything on the heap: lists have millions.
struct CheckedNumber {
    std::array<char, 16> digits{};  ///< with the plus
    std::uint8_t size = 0;
    std::array<char, 2> region{};  ///< zeros: none, as for +800
    NumberFault fault = NumberFault::empty;
    std::optional<NumberType>
        type;  ///< nothing: the plan does not say, or has another word (premium rate, pager)

    bool is_valid() const noexcept { return fault == NumberFault::none; }
    /// "+15145550100", empty unless valid.
    std::string_view text() const noexcept { return {digits.data(), size}; }
    /// "CA"; empty for numbers of no country. Of a bad number: the country that it was measured by.
    std::string_view country() const noexcept {
        return {region.data(), region[0] == '\0' ? 0U : 2U};
    }
    /// The digits as a number: different for different numbers, 0 for none.
    std::uint64_t key() const noexcept;

    friend bool operator==(const CheckedNumber&, const CheckedNumber&) = default;
};

/// A valid number with what its plan says of it.
struct ParsedNumber {
    PhoneNumber number;
    std::string country;  ///< ISO 3166-1; empty for numbers of no country, as +800
    std::optional<NumberType> type;
};

/// Judges a text as libphonenumber does: is it a number, and is it in use in its country?
///
/// Takes what people write: "+1 514-555-0100", "(514) 555-0100" with the region CA, "tel:", letters
/// on keys. Toll-free numbers of the North American plan belong to all its countries;
/// libphonenumber says US.
///
/// @param region  of numbers without + and country code: ISO 3166-1 as "CA"; empty for none
/// @threads any
CheckedNumber check(std::string_view text, std::string_view region);

/// The same for many at once. What the library has to be asked about is shared out to `threads`
/// threads, this one included (0: as many as there are cores).
/// @param out  as long as `texts`
/// @threads any
void check_all(
    std::span<const std::string_view> texts, std::string_view region, unsigned threads,
    std::span<CheckedNumber> out
);

/// What is wrong and what to do, without the number itself. Empty for a valid one. @threads any
std::string sentence_of(const CheckedNumber& number);

/// check() for a single number. @errors invalid_input: sentence_of() @threads any
Result<ParsedNumber> parse(std::string_view text, std::string_view region);

/// True for a country that has a numbering plan: "CA". @threads any
bool is_region(std::string_view region);

/// True if the number begins with the country's code: "+1..." and "CA", where both are also those
/// of "JM". @threads any
bool share_country_code(std::string_view number, std::string_view region);

/// "(514) 555-0100" and "+1 514-555-0100", as they are written in the number's country. @threads
/// any
std::string national_form(const PhoneNumber& number);
std::string international_form(const PhoneNumber& number);

}  // namespace porteur::numbering
