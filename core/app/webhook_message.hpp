// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "carriers/exchange.hpp"
#include "domain/order.hpp"

namespace porteur {

/// The three header fields of the Standard Webhooks, and what they sign.
/// @param secrets  "whsec_..."; each one makes a signature
/// @errors         internal: a secret that is not of that form
/// @source         Standard Webhooks 1.0.0, "Verifying webhook authenticity" @threads any
Result<HttpHeaders> webhook_headers(
    const std::string& id, std::chrono::sys_seconds at, const std::string& body,
    const std::vector<std::string>& secrets
);

/// "whsec_" and 256 random bits in base 64. @threads any
std::string make_webhook_secret();

/// The body that an entry of the timeline is sent as. @threads any
std::string webhook_body(const TimelineEntry& entry);

}  // namespace porteur
