// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <porteur/result.hpp>

#include "domain/order.hpp"

namespace porteur {

/// What an ID token must say to be one for us, now.
struct IdTokenWanted {
    std::string issuer, client_id, nonce;
    std::string algorithm;     ///< that it was signed with
    std::string access_token;  ///< that came with it; empty: none
    Instant now{};
};

/// Whom it names.
struct IdTokenPerson {
    std::string subject;
    std::string name, email, preferred_username;  ///< empty: not said
    bool email_verified = false;
};

/// Clocks differ by so much at most.
inline constexpr std::chrono::seconds token_leeway{60};
/// A token that was made longer ago is not of the sign-in that is under way.
inline constexpr std::chrono::minutes token_age_max{10};

/// Checks what a token says whose signature has been found right.
///
/// @errors  rejected: of another provider, for another client, too old, of another sign-in; the
/// message says what,
///          for the log: it quotes no token
/// @threads any
/// @source  OpenID Connect Core 1.0, 3.1.3.7 and 3.1.3.6
Result<IdTokenPerson> read_id_token(std::string_view payload, const IdTokenWanted& wanted);

/// Takes what a provider says of the person beside the token, where the token does not say it.
/// @errors  rejected: of somebody else
/// @source  OpenID Connect Core 1.0, 5.3.2 and 5.4: what the scopes ask for is said there and need
/// not stand in the token
Result<void> add_userinfo(IdTokenPerson& person, std::string_view document);

/// base64url without padding. @threads any
std::string base64url(std::string_view bytes);

/// What PKCE sends ahead of a verifier: base64url of its SHA-256. @threads any @source RFC 7636 4.2
std::string pkce_challenge(std::string_view verifier);

}  // namespace porteur
