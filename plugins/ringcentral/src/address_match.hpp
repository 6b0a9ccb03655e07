// SPDX-License-Identifier: Apache-2.0
#pragma once

// Carriers compare an address as text, so "Street" beside "St" refuses a port. Each part is
// compared twice: as it is, and with case, accents, punctuation and the usual abbreviations
// levelled.

#include <string_view>

namespace ringcentral {

enum class Match { same, spelling, different };

/// A street, city, postal code or company name. @threads any
Match match_text(std::string_view left, std::string_view right);

/// A province or state, or a country: "ON" and "Ontario" differ in spelling only. @threads any
Match match_region(std::string_view left, std::string_view right);

}  // namespace ringcentral
