// SPDX-License-Identifier: Apache-2.0
#pragma once

// What goes between the desk of providers, which knows whom one has signed in, and that of people,
// which knows who that is here.

#include <optional>
#include <string>

#include "api/people_services.hpp"

namespace porteur {

/// Whom a provider of OpenID Connect has signed in, and what its settings say about people.
struct ProvidedPerson {
    std::string provider, issuer, subject;
    std::string login;  ///< that the claim would be here; empty: it says none
    std::string name;
    bool unverified = false;  ///< the claim does not count, as the provider has not verified it
    bool may_link = false;    ///< to the person who has that login
    std::int64_t create_in = 0;
    std::int64_t within = 0;  ///< it signs in people of this account and of those below it alone; 0: anybody
    bool require_second_factor = false;
    std::string address;
};

/// Somebody of whom a code is still asked.
struct OwesCode {
    Id user = 0;
    std::int64_t version = 0;
};

/// What comes of it: one of the three.
struct ProvidedSession {
    std::string refused;  ///< of provider_words
    std::optional<SignedIn> signed_in;
    std::optional<OwesCode> owes_code;
};

}  // namespace porteur
