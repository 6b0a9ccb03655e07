// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <porteur/result.hpp>

#include "domain/descriptor.hpp"

namespace porteur {

/// Gives the value of a named secret of the account. Asked at each use, so that a rotated secret
/// needs no restart; must not wait.
using SecretReader = std::function<Result<std::string>(std::string_view name)>;

/// Reads a scheme as descriptors write it: "oauth2_jwt_bearer".
/// @errors invalid_input: another word; the message lists the known ones @threads any
Result<AuthScheme> parse_auth_scheme(std::string_view text);

/// How an account proves itself. Everything but scheme, header, prefix, token_url and scope is the
/// NAME of a secret.
struct AuthSettings {
    AuthScheme scheme = AuthScheme::none;
    std::string user = {}, password = {};  ///< basic
    std::string token = {};                ///< bearer and header: the value
    std::string header = {};               ///< header: where the value goes, "X-Api-Key"
    std::string prefix = {};               ///< header: before the value, with its blank
    std::string client_id = {},
                client_secret = {};  ///< oauth2: sent as Basic to the token endpoint
    std::string assertion = {};      ///< oauth2_jwt_bearer: the JWT (RFC 7523)
    std::string token_url = {};      ///< oauth2
    std::string scope = {};          ///< oauth2; empty leaves it out
};

/// Whether what the scheme needs is there.
/// @errors invalid_input: the message names the scheme and what it lacks @threads any
Result<void> check(const AuthSettings& settings);

namespace carriers {

[[nodiscard]] bool uses_tokens(AuthScheme scheme) noexcept;

/// A header that proves who we are, and the secrets in it.
struct Credentials {
    std::string header;  ///< empty: none
    std::string value;
    std::vector<std::string> secrets;

    Credentials() = default;
    Credentials(Credentials&&) = default;
    Credentials& operator=(Credentials&&) = default;
    ~Credentials();  ///< wipes
};

/// "Basic ..." for two values. @threads any
std::string basic_value(std::string_view user, std::string_view password);

/// The credentials of the schemes without tokens: none, basic, bearer, header.
/// @errors what `secrets` answers; internal: a secret with a control byte in it @threads any
Result<Credentials> fixed_credentials(const AuthSettings& settings, const SecretReader& secrets);

}  // namespace carriers

}  // namespace porteur
