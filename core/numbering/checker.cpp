// SPDX-License-Identifier: Apache-2.0
#include "numbering/checker.hpp"

#include <phonenumbers/phonenumberutil.h>

#include <algorithm>

#include "numbering/library_types.hpp"

namespace porteur::numbering {
namespace {

using i18n::phonenumbers::PhoneNumberUtil;
using Number = i18n::phonenumbers::PhoneNumber;

const PhoneNumberUtil& library() { return *PhoneNumberUtil::GetInstance(); }

void set_region(CheckedNumber& out, const std::string& region) {
    if (region.size() == 2 && region != "ZZ") std::ranges::copy(region, out.region.begin());
}

NumberFault fault_of(PhoneNumberUtil::ErrorType error) {
    switch (error) {
        case PhoneNumberUtil::NO_PARSING_ERROR:
            return NumberFault::none;
        case PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR:
            return NumberFault::unknown_country_code;
        case PhoneNumberUtil::NOT_A_NUMBER:
            return NumberFault::not_a_number;
        case PhoneNumberUtil::TOO_SHORT_AFTER_IDD:
        case PhoneNumberUtil::TOO_SHORT_NSN:
            return NumberFault::too_short;
        case PhoneNumberUtil::TOO_LONG_NSN:
            return NumberFault::too_long;
    }
    return NumberFault::not_a_number;
}

NumberFault fault_of(PhoneNumberUtil::ValidationResult result) {
    switch (result) {
        case PhoneNumberUtil::IS_POSSIBLE:
            return NumberFault::not_in_use;
        case PhoneNumberUtil::INVALID_COUNTRY_CODE:
            return NumberFault::unknown_country_code;
        case PhoneNumberUtil::IS_POSSIBLE_LOCAL_ONLY:
        case PhoneNumberUtil::TOO_SHORT:
            return NumberFault::too_short;
        case PhoneNumberUtil::INVALID_LENGTH:
            return NumberFault::wrong_length;
        case PhoneNumberUtil::TOO_LONG:
            return NumberFault::too_long;
    }
    return NumberFault::not_in_use;
}

bool begins_with_plus(std::string_view text) {
    return text.starts_with('+') || text.starts_with("\xEF\xBC\x8B") /* full width */ ||
           text.starts_with("tel:+");
}

}  // namespace

CheckedNumber check_by_library(std::string_view text, std::string_view region) {
    CheckedNumber out;
    Number number;
    const auto error = library().Parse(std::string(text), std::string(region), &number);
    if (error != PhoneNumberUtil::NO_PARSING_ERROR) {
        out.fault = fault_of(error);
        if (error == PhoneNumberUtil::INVALID_COUNTRY_CODE_ERROR && !begins_with_plus(text)) {
            if (region.empty())
                out.fault = NumberFault::no_region;
            else if (!is_region(region))
                out.fault = NumberFault::unknown_region;
        }
        if (is_region(region) && !begins_with_plus(text)) set_region(out, std::string(region));
        return out;
    }
    std::string country;
    // A bad number is measured by the plan that the user has in mind, where several share the code.
    if (library().GetCountryCodeForRegion(std::string(region)) == number.country_code())
        country = region;
    else
        library().GetRegionCodeForCountryCode(number.country_code(), &country);
    if (!number.extension().empty()) {
        out.fault = NumberFault::has_extension;
        return out;
    }
    if (!library().IsValidNumber(number)) {
        set_region(out, country);
        out.fault = fault_of(library().IsPossibleNumberWithReason(number));
        return out;
    }
    std::string national;
    library().GetNationalSignificantNumber(number, &national);
    const auto all = "+" + std::to_string(number.country_code()) + national;
    if (!PhoneNumber::is_shaped(all)) {
        // A few plans have numbers outside of E.164: two digits for a service, sixteen for a
        // machine.
        set_region(out, country);
        out.fault = all.size() < 8 ? NumberFault::too_short : NumberFault::too_long;
        return out;
    }
    library().GetRegionCodeForNumber(number, &country);
    set_region(out, country);
    out.type = type_of(library().GetNumberType(number));
    out.fault = NumberFault::none;
    out.size = static_cast<std::uint8_t>(all.size());
    std::ranges::copy(all, out.digits.begin());
    return out;
}

bool is_region(std::string_view region) {
    return region.size() == 2 && region != "ZZ" &&
           library().GetCountryCodeForRegion(std::string(region)) != 0;
}

bool share_country_code(std::string_view number, std::string_view region) {
    return is_region(region) &&
           number.starts_with(
               "+" + std::to_string(library().GetCountryCodeForRegion(std::string(region)))
           );
}

namespace {

std::string formatted(const PhoneNumber& number, PhoneNumberUtil::PhoneNumberFormat form) {
    Number read;
    if (library().Parse(number.text(), "ZZ", &read) != PhoneNumberUtil::NO_PARSING_ERROR)
        return number.text();
    std::string out;
    library().Format(read, form, &out);
    return out;
}

}  // namespace

std::string national_form(const PhoneNumber& number) {
    return formatted(number, PhoneNumberUtil::NATIONAL);
}
std::string international_form(const PhoneNumber& number) {
    return formatted(number, PhoneNumberUtil::INTERNATIONAL);
}

}  // namespace porteur::numbering
