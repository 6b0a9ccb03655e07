// SPDX-License-Identifier: Apache-2.0
#pragma once

// The keys of a provider of OpenID Connect, and what they have signed.

#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

namespace porteur {

/// What a signed token says of its signature.
struct TokenHead {
    std::string algorithm;  ///< one of those below
    std::string key_id;     ///< empty: it names none
};

/// The head of a signed token. RS256 to RS512, PS256 to PS512 and ES256 to ES512 are taken: never
/// "none", and nothing that is checked with a secret, as what a provider publishes is none.
/// @errors  rejected: no token, another algorithm, or a head that asks for more ("crit")
/// @threads any
/// @source  RFC 7515, RFC 8725 3.1 and 3.2
Result<TokenHead> head_of_token(std::string_view token);

/// The keys that a provider publishes. @threads any
class ProviderKeys {
public:
    /// Keys that sign nothing we take are left out: of other types, for encryption, RSA below 2048
    /// bits.
    /// @param document  a JSON Web Key Set (RFC 7517)
    /// @errors  rejected: it is none, or no key is left
    static Result<ProviderKeys> parse(std::string_view document);

    /// Whether there is the key that a token names, or the one key that fits one that names none.
    bool has(const TokenHead& head) const { return find(head) != nullptr; }
    /// What the token says, once its signature has been found right.
    /// @errors  rejected: no such key, or the signature is not of it
    Result<std::string> payload_of(std::string_view token) const;

private:
    struct Key {
        std::string id, type, curve,
            algorithm;     ///< algorithm: the one that it is for; empty: any that fits
        std::string text;  ///< its members as JSON, without what is private
    };
    const Key* find(const TokenHead& head) const;
    static bool fits(const Key& key, std::string_view algorithm);

    std::vector<Key> keys_;
};

}  // namespace porteur
