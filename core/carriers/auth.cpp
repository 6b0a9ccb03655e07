// SPDX-License-Identifier: Apache-2.0
#include "carriers/auth.hpp"

#include <array>
#include <utility>

#include <porteur/phrase.hpp>

#include "carriers/encoding.hpp"
#include "carriers/place.hpp"

namespace porteur {

using namespace carriers;

namespace {

constexpr std::array<std::pair<std::string_view, AuthScheme>, 6> schemes = {{
    {"none", AuthScheme::none},
    {"basic", AuthScheme::basic},
    {"bearer", AuthScheme::bearer},
    {"header", AuthScheme::header},
    {"oauth2_client_credentials", AuthScheme::oauth2_client_credentials},
    {"oauth2_jwt_bearer", AuthScheme::oauth2_jwt_bearer},
}};

Result<void> need(std::string_view scheme, std::string_view key, std::string_view value) {
    if (!value.empty()) return {};
    return failure(
        ErrorKind::invalid_input,
        phrase("auth scheme {1} needs {2}", quoted(scheme), key)
    );
}

using Needs = std::initializer_list<std::pair<std::string_view, std::string_view>>;

Result<void> need_all(std::string_view scheme, Needs needs) {
    for (const auto& [key, value] : needs) {
        if (const auto there = need(scheme, key, value); !there) return there;
    }
    return {};
}

/// A file often ends in a line break that belongs to nobody.
void trim(std::string& secret) {
    while (secret.ends_with('\n') || secret.ends_with('\r')) secret.pop_back();
}

}  // namespace

Result<AuthScheme> parse_auth_scheme(std::string_view text) {
    std::string known;
    for (const auto& [name, scheme] : schemes) {
        if (name == text) return scheme;
        known += (known.empty() ? "" : ", ") + std::string(name);
    }
    return failure(
        ErrorKind::invalid_input, phrase("auth scheme {1} is none of {2}", quoted(text), known)
    );
}

Result<void> check(const AuthSettings& auth) {
    switch (auth.scheme) {
        case AuthScheme::none:
            return {};
        case AuthScheme::basic:
            return need_all("basic", {{"user", auth.user}, {"password", auth.password}});
        case AuthScheme::bearer:
            return need("bearer", "token", auth.token);
        case AuthScheme::header:
            if (!auth.header.empty() &&
                (!is_token(auth.header) || is_framing_header(auth.header))) {
                return failure(
                    ErrorKind::invalid_input,
                    phrase(
                        "auth header {1} is not a header credentials can go to", quoted(auth.header)
                    )
                );
            }
            return need_all("header", {{"header", auth.header}, {"token", auth.token}});
        case AuthScheme::oauth2_client_credentials:
            return need_all(
                "oauth2_client_credentials", {{"client_id", auth.client_id},
                                              {"client_secret", auth.client_secret},
                                              {"token_url", auth.token_url}}
            );
        case AuthScheme::oauth2_jwt_bearer:
            return need_all(
                "oauth2_jwt_bearer", {{"client_id", auth.client_id},
                                      {"client_secret", auth.client_secret},
                                      {"assertion", auth.assertion},
                                      {"token_url", auth.token_url}}
            );
    }
    return failure(ErrorKind::internal, "auth scheme without a check");
}

bool carriers::uses_tokens(AuthScheme scheme) noexcept {
    return scheme == AuthScheme::oauth2_client_credentials ||
           scheme == AuthScheme::oauth2_jwt_bearer;
}

carriers::Credentials::~Credentials() {
    wipe(value);
    for (auto& secret : secrets) wipe(secret);
}

std::string carriers::basic_value(std::string_view user, std::string_view password) {
    std::string pair;
    pair.reserve(user.size() + password.size() + 1);
    pair.append(user).append(":").append(password);
    std::string encoded = base64(pair);
    std::string value = "Basic " + encoded;
    wipe(pair);
    wipe(encoded);
    return value;
}

Result<Credentials> carriers::fixed_credentials(
    const AuthSettings& auth, const SecretReader& reader
) {
    Credentials made;
    const auto read = [&](const std::string& name) -> Result<void> {
        auto value = reader(name);
        if (!value) return std::unexpected(value.error());
        trim(*value);
        if (!is_field_value(*value)) {
            wipe(*value);
            return failure(
                ErrorKind::internal, phrase("secret {1} has a control byte in it", quoted(name))
            );
        }
        made.secrets.push_back(std::move(*value));
        return {};
    };

    if (auth.scheme == AuthScheme::basic) {
        if (const auto user = read(auth.user); !user) return std::unexpected(user.error());
        if (const auto password = read(auth.password); !password) {
            return std::unexpected(password.error());
        }
        made.header = "Authorization";
        made.value = basic_value(made.secrets[0], made.secrets[1]);
    } else if (auth.scheme == AuthScheme::bearer || auth.scheme == AuthScheme::header) {
        if (const auto token = read(auth.token); !token) return std::unexpected(token.error());
        const bool is_bearer = auth.scheme == AuthScheme::bearer;
        made.header = is_bearer ? "Authorization" : auth.header;
        made.value = (is_bearer ? std::string("Bearer ") : auth.prefix) + made.secrets[0];
    }
    return made;
}

}  // namespace porteur
