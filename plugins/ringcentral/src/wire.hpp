// SPDX-License-Identifier: Apache-2.0
#pragma once

// RingCentral's JSON and the requests for it. `~` in a path is the account of the credentials.
// @source CARRIERS.md 1.4 to 1.6 and RingCentral's OpenAPI file

#include <chrono>
#include <optional>
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
    std::string activation;  ///< Active, Inactive; empty where it is not told
    bool primary = false;
};

/// What a page of the list says of itself.
struct NumberPage {
    std::int64_t records = 0;           ///< how many stand on it, readable or not
    std::optional<std::int64_t> total;  ///< of the whole list, as it stood when this page was made
    bool more = false;                  ///< another one follows
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

/// Adds the numbers of a page.
NumberPage add_page(
    const porteur::json::value& body, std::int64_t page, std::vector<OwnedNumber>& numbers
);
/// How long the list may not be asked for: nothing while the carrier's limit leaves room.
/// @source CARRIERS.md 1.9: X-Rate-Limit-Remaining, X-Rate-Limit-Window
std::optional<std::chrono::seconds> wait_after(const porteur::Answer& answer);

/// The digits of a text, nothing else. @threads any
std::string digits_in(std::string_view text);

/// True if two numbers have the same last ten digits, however each is written. @threads any
bool same_number(std::string_view left, std::string_view right);

}  // namespace ringcentral
