// SPDX-License-Identifier: Apache-2.0
#pragma once

// The countries where Genesys sells SMS numbers by mail only, and what their papers may be.
//
// WHICH countries is Genesys' own list. WHICH PAPERS is sample data: Genesys' list is not public,
// so these are other vendors' rules for the same countries. An operator compares them with Genesys'
// help page before relying on them.
// @source CARRIERS.md 2.5 (countries) and 2.6 (papers, with the grade of each)

#include <string>
#include <string_view>

#include <porteur/model.hpp>

namespace genesys {

struct Country {
    std::string_view code;  ///< ISO 3166-1 alpha-2
    std::string_view name_en, name_fr;
    bool address = false;       ///< an address in the country is wanted
    bool registration = false;  ///< an excerpt of the company register
    bool address_proof = false;
    bool representative_id = false;
    bool tax_id = false;
    std::string_view hint_en, hint_fr;  ///< which papers others take; empty if nothing is known
    bool known = true;                  ///< false: no public source at all
};

/// The row of a country that is served by mail; null for the others. @threads any
const Country* mail_country(std::string_view code);

/// The country's English name; the code where it is not known. @threads any
std::string country_name(std::string_view code);

/// What a purchase in a country needs, in English and French. @threads any
porteur::Requirements requirements(porteur::RequirementsQuery query);

}  // namespace genesys
