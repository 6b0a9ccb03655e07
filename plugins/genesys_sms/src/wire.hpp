// SPDX-License-Identifier: Apache-2.0
#pragma once

// Genesys' JSON and the requests for it.
// @source CARRIERS.md 2.2, 2.3 and Genesys' OpenAPI file

#include <optional>
#include <string>
#include <vector>

#include <porteur/http.hpp>
#include <porteur/model.hpp>
#include <porteur/op.hpp>

namespace genesys {

/// A number of the inventory.
struct OwnedNumber {
    porteur::PhoneNumber number;
    std::string id;
    std::string status;  ///< UPPER_CASE, as bodies have it; filters want lower-case-with-hyphens
    std::string type;    ///< local, mobile, tollfree, shortcode
    std::string provisioning_state;  ///< Running, Completed, Failed; empty if none
    std::string provisioning_action;
    std::string error_code;  ///< of a failed provisioning
    std::string name;
    std::string country;  ///< ISO 3166-1 alpha-2
    std::string created;  ///< "2026-11-23T10:00:00Z"
};

/// Nothing if it is not a number with an id. The version, which replies must have, is not looked
/// at.
std::optional<OwnedNumber> owned_from(const porteur::json::value& body);
/// The entities of a listing.
std::vector<OwnedNumber> owned_in(const porteur::json::value& listing);
/// The one of a listing with exactly this number: the filter finds everything that contains it.
std::optional<OwnedNumber> exactly(
    const porteur::json::value& listing, const porteur::PhoneNumber& number
);

/// Of an answer to a look-up, which decides whether something is sent again.
/// @errors  as require_ok; in_doubt: it is no listing, and so decides nothing
void require_listing(const porteur::Answer& found);
/// exactly() of such an answer.
/// @errors  as require_listing
std::optional<OwnedNumber> looked_up(
    const porteur::Answer& found, const porteur::PhoneNumber& number
);

/// local, mobile, tollfree. @errors unsupported for what Genesys does not sell
std::string type_text(porteur::NumberType type);
porteur::NumberType type_from(std::string_view theirs);

porteur::HttpRequest find_number(std::string step, const porteur::PhoneNumber& number);
/// ONCE. `address_id` empty: none.
porteur::HttpRequest buy_number(
    std::string step, const porteur::PurchaseOrder& order, const porteur::PhoneNumber& number,
    const std::string& address_id
);
/// Eight characters that differ where the address does. @threads any
std::string digest_of(const porteur::Address& at);
/// ONCE. The address bears `name`, by which it is found again.
porteur::HttpRequest create_address(
    std::string step, const porteur::PurchaseOrder& order, const std::string& name
);

}  // namespace genesys
