// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an order must have: asked for beforehand (requirements), and looked for before it leaves.

#include <vector>

#include <porteur/model.hpp>

#include "countries.hpp"

namespace genesys {

/// What a purchase in a country needs, in English and French; the general part for an empty
/// country.
/// @threads any
porteur::Requirements requirements_in(
    const Countries& countries, const porteur::RequirementsQuery& query
);

/// What stands against an order as it is: for every purchase, and for the mail of its country.
/// @threads any
std::vector<porteur::Problem> problems_of(
    const Countries& countries, const porteur::PurchaseOrder& order
);
/// Of these, what the country wants in a mail and the order does not have. @threads any
std::vector<porteur::Problem> missing_for_mail(
    const Country& country, const porteur::PurchaseOrder& order
);

}  // namespace genesys
