// SPDX-License-Identifier: Apache-2.0
#pragma once

// For the two sources here that know libphonenumber. Nobody else includes it.

#include <phonenumbers/phonenumberutil.h>

#include <optional>

#include <porteur/model/common.hpp>

namespace porteur::numbering {

/// A plan that does not tell lines from mobiles (North America) has numbers of a place: local.
/// Numbers that belong to no place (UAN, VoIP, personal) are national.
inline std::optional<NumberType> type_of(i18n::phonenumbers::PhoneNumberUtil::PhoneNumberType type
) {
    using Util = i18n::phonenumbers::PhoneNumberUtil;
    switch (type) {
        case Util::FIXED_LINE:
        case Util::FIXED_LINE_OR_MOBILE:
            return NumberType::local;
        case Util::MOBILE:
            return NumberType::mobile;
        case Util::TOLL_FREE:
            return NumberType::toll_free;
        case Util::SHARED_COST:
            return NumberType::shared_cost;
        case Util::VOIP:
        case Util::PERSONAL_NUMBER:
        case Util::UAN:
            return NumberType::national;
        case Util::PREMIUM_RATE:
        case Util::PAGER:
        case Util::VOICEMAIL:
        case Util::UNKNOWN:
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace porteur::numbering
