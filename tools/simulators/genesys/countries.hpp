// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace porteur::sim {

/// A country in which Genesys sells SMS numbers.
struct SmsCountry {
    std::string_view code, name;
    std::string_view dial;            ///< "33"
    bool regulated;                   ///< one of the 17 that are bought by mail
    bool wants_documents;             ///< of a regulated one: mail without attachment is questioned
    std::string_view address_needed;  ///< none | any | local | foreign
    std::string_view local, mobile, toll_free;  ///< digits after the country code; empty = not sold
    std::string_view french = {};               ///< its French name where that differs
    bool bundle = false;                        ///< a purchase is refused for want of a bundle
};

/// @source  help centre, "Purchase SMS numbers" (the 17 countries), read 2026-11; the prefixes are
///          ranges for fiction or our own choice
const std::vector<SmsCountry>& sms_countries();
const SmsCountry* sms_country(std::string_view code);
/// The country of a number by its dialling code; the longest fits, US before CA.
const SmsCountry* sms_country_of_number(std::string_view number);
/// local, mobile or tollfree, by how the number begins; local when it fits none.
std::string_view type_of_number(const SmsCountry& country, std::string_view number);

/// What a search asks for.
struct SmsSearch {
    std::string type;
    std::optional<std::string> region, city, area_code, pattern;
};

/// One number for sale, with its place.
struct SmsOffer {
    std::string number;
    std::string_view region, city;
};
/// Every number that fits the search, in order; whether it is still free is the caller's to know.
std::vector<SmsOffer> fitting_numbers(const SmsCountry& country, const SmsSearch& search);

}  // namespace porteur::sim
