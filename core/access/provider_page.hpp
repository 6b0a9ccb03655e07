// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

namespace porteur {

/// What a provider says of itself (its discovery document), as far as it is needed.
struct ProviderPage {
    std::string authorization_endpoint, token_endpoint, keys;  ///< addresses
    std::string userinfo_endpoint;                             ///< empty: it has none
    bool takes_secret_in_body = false;  ///< it does not take the client's secret as HTTP Basic
    bool names_itself = false;          ///< each return says "iss" (RFC 9207)
};

/// Where a provider says it.
std::string address_of_provider_page(std::string_view issuer);

/// @param issuer  as the settings have it; the document must have the very same
/// @errors  rejected: it is another's, lacks an address, or has one without TLS (a provider on this
/// machine may)
/// @threads any
/// @source  OpenID Connect Discovery 1.0, 3 and 4.3; RFC 8414
Result<ProviderPage> read_provider_page(std::string_view document, std::string_view issuer);

}  // namespace porteur
