// SPDX-License-Identifier: Apache-2.0
#pragma once

// What only ThinkTel's services want: the names of PortTarget::details, who wants which, and how
// they are checked. A field that may differ from number to number is looked for in the number's
// entry of "numbers" first, then in the details themselves:
//   {"plan_id":"PCF-1","forward_to":"+14165559000",
//    "numbers":[{"number":"+14165550101","forward_to":"+14165559001"}]}

#include <span>
#include <string_view>
#include <vector>

#include <porteur/model.hpp>

#include "services.hpp"

namespace thinktel {

enum class DetailKind : std::uint8_t { text, whole, flag, phone, emails, pairs };

struct Detail {
    std::string_view name;
    DetailKind kind;
    bool per_number;               ///< may stand in an entry of "numbers"
    std::string_view taken_by;     ///< digits of the services that take it; "f" = the form, so all
    std::string_view required_by;  ///< digits of the services that cannot do without
    std::string_view label_en, label_fr;
    std::string_view help_en, help_fr;
};

/// All of them. @source ThinkTel's OpenAPI file, NumberPortOrder* and what they are made of
std::span<const Detail> all_details();

/// Whether the service cannot do without it. @threads any
bool wants(Service service, const Detail& detail);

/// The value for one number; null if neither the number nor the order has one. @threads any
const porteur::json::value& detail_of(
    const porteur::json::object& details, const porteur::PhoneNumber& number, std::string_view name
);

/// What is wrong with the details whatever the service: names that nobody knows, wrong types.
/// @threads any
std::vector<porteur::Problem> problems_of_details(const porteur::PortOrder& order);

/// What this service misses or does not take. @threads any
std::vector<porteur::Problem> problems_of_service(
    const porteur::PortOrder& order, const Destination& destination
);

}  // namespace thinktel
