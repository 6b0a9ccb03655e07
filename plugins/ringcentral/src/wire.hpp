// SPDX-License-Identifier: Apache-2.0
#pragma once

// RingCentral's JSON and the requests for it. `~` in a path is the account of the credentials.
// @source CARRIERS.md 1.4 to 1.6 and RingCentral's OpenAPI file

#include <string>
#include <vector>

#include <porteur/http.hpp>
#include <porteur/model.hpp>

namespace ringcentral {

struct Account {
    std::string id;
    std::string main_number;    ///< as RingCentral writes it: "16505551234"
    std::string status;         ///< Initial, Unconfirmed, Confirmed, Disabled
    std::string status_reason;  ///< SuspendedVoluntarily and the like; empty if none
};

struct BusinessAddress {
    std::string company, street, city, state, zip, country;
};

/// A number of the account, from the v1 list: only that one tells paymentType, and v2 leaves
/// numbers out.
struct OwnedNumber {
    porteur::PhoneNumber number;
    std::string id, status, payment_type, usage_type, label;
    bool primary = false;
};

Account account_from(const porteur::json::value& body);
BusinessAddress business_address_from(const porteur::json::value& body);
/// billingPlan.type of service-info; empty if it is not told.
std::string billing_plan_type_from(const porteur::json::value& body);

porteur::HttpRequest get_account(std::string step);
porteur::HttpRequest get_business_address(std::string step);
porteur::HttpRequest get_service_info(std::string step);
/// One page of the account's numbers. @param page  from 1
porteur::HttpRequest get_numbers(std::string step, std::int64_t page, std::int64_t page_size);

/// Adds the numbers of a page; true if there is another one.
bool add_page(
    const porteur::json::value& body, std::int64_t page, std::vector<OwnedNumber>& numbers
);

/// The digits of a text, nothing else. @threads any
std::string digits_in(std::string_view text);

/// True if two numbers have the same last ten digits, however each is written. @threads any
bool same_number(std::string_view left, std::string_view right);

}  // namespace ringcentral
