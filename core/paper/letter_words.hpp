// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace porteur::paper {

/// What a letter of authorization says, in one language. {customer}, {losing} and {gaining} stand
/// for the names.
struct LetterWords {
    std::string_view title, subtitle;
    std::string_view customer, registration_number, account_number, btn, address;
    std::string_view losing_carrier, gaining_carrier, requested_date, reference;
    std::string_view numbers;  ///< heading; {count}
    std::string_view authority, consequence, truth;
    std::string_view signature, date, name, position, telephone, email;
    std::string_view to_sign;  ///< under the line of a letter that is still to be signed
    std::string_view page;     ///< {page}, {pages}
};

/// @param language  "fr"; any other gives English @threads any
const LetterWords& letter_words(std::string_view language);

}  // namespace porteur::paper
