// SPDX-License-Identifier: Apache-2.0
#include "access/id_token.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>

#include <porteur/json.hpp>

#include "access/password.hpp"

namespace porteur {
namespace {

std::unexpected<Error> refused(std::string why) {
    return failure(ErrorKind::rejected, "the ID token " + std::move(why));
}

std::string text_of(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// Seconds since 1970; a provider may write them with a fraction.
std::optional<std::int64_t> seconds_of(const json::object& from, std::string_view name) {
    constexpr std::int64_t most = std::int64_t{1} << 40;
    const auto* value = from.if_contains(name);
    if (!value) return std::nullopt;
    if (value->is_int64() && value->get_int64() > 0 && value->get_int64() < most)
        return value->get_int64();
    if (value->is_double() && value->get_double() > 0 &&
        value->get_double() < static_cast<double>(most))
        return static_cast<std::int64_t>(value->get_double());
    return std::nullopt;
}

/// The left half of the hash that an algorithm uses. @source OpenID Connect Core 1.0, 3.1.3.6
std::string half_hash(std::string_view algorithm, std::string_view text) {
    const auto* digest = algorithm.ends_with("384")   ? EVP_sha384()
                         : algorithm.ends_with("512") ? EVP_sha512()
                                                      : EVP_sha256();
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_Digest(text.data(), text.size(), out, &size, digest, nullptr) != 1) return {};
    return base64url({reinterpret_cast<const char*>(out), size / 2});
}

/// Whether the token is for this client, and for nobody else who would have to say so.
Result<void> check_audience(const json::object& token, const std::string& client_id) {
    const auto* audience = token.if_contains("aud");
    bool ours = false;
    std::size_t count = 0;
    if (audience && audience->is_string()) {
        ours = audience->get_string() == client_id;
        count = 1;
    } else if (audience && audience->is_array()) {
        for (const auto& each : audience->get_array())
            ours = ours || (each.is_string() && each.get_string() == client_id);
        count = audience->get_array().size();
    }
    if (!ours) return refused("is for another client (\"aud\"), not for " + quoted(client_id));
    const auto party = text_of(token, "azp");
    if (count > 1 && party.empty())
        return refused(
            "is for several clients (\"aud\") and does not say for which it was made (\"azp\")"
        );
    if (token.contains("azp") && party != client_id)
        return refused(
            "was made for " + quoted(party) + " (\"azp\"), not for " + quoted(client_id)
        );
    return {};
}

Result<void> check_times(const json::object& token, Instant at) {
    const auto now = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
    const auto leeway = token_leeway.count();
    const auto expires = seconds_of(token, "exp"), issued = seconds_of(token, "iat"),
               from = seconds_of(token, "nbf");
    if (!expires || !issued)
        return refused("does not say until when it holds (\"exp\") or when it was made (\"iat\")");
    if (now >= *expires + leeway)
        return refused("has expired; do the clocks of this machine and of the provider agree?");
    if (*issued > now + leeway)
        return refused(
            "was made in the future; do the clocks of this machine and of the provider agree?"
        );
    if (*issued + std::chrono::seconds(token_age_max).count() + leeway < now)
        return refused("was made long ago; do the clocks of this machine and of the provider agree?"
        );
    if (token.contains("nbf") && (!from || *from > now + leeway))
        return refused("does not hold yet (\"nbf\")");
    return {};
}

/// Who it is beyond the subject.
void take_claims(IdTokenPerson& person, const json::object& from) {
    if (person.name.empty()) person.name = text_of(from, "name");
    if (person.preferred_username.empty())
        person.preferred_username = text_of(from, "preferred_username");
    if (!person.email.empty()) return;
    person.email = text_of(from, "email");
    // Some providers write it as text.
    const auto* verified = from.if_contains("email_verified");
    person.email_verified =
        verified && ((verified->is_bool() && verified->get_bool()) ||
                     (verified->is_string() && verified->get_string() == "true"));
}

}  // namespace

Result<IdTokenPerson> read_id_token(std::string_view payload, const IdTokenWanted& wanted) {
    const auto read = parse_json(payload);
    if (!read || !read->is_object()) return refused("is no JSON object");
    const auto& token = read->get_object();
    if (const auto issuer = text_of(token, "iss"); issuer != wanted.issuer)
        return refused(
            "is of " + quoted(issuer, 200) + " (\"iss\"), not of " + quoted(wanted.issuer, 200)
        );
    if (auto fits = check_audience(token, wanted.client_id); !fits)
        return std::unexpected(fits.error());
    if (auto fits = check_times(token, wanted.now); !fits) return std::unexpected(fits.error());
    if (wanted.nonce.empty() || !same_secret(text_of(token, "nonce"), wanted.nonce))
        return refused("is not of the sign-in that was begun here (\"nonce\")");
    if (token.contains("at_hash") &&
        (wanted.access_token.empty() ||
         !same_secret(text_of(token, "at_hash"), half_hash(wanted.algorithm, wanted.access_token))))
        return refused("does not belong to the access token that came with it (\"at_hash\")");
    IdTokenPerson person;
    person.subject = text_of(token, "sub");
    // @source OpenID Connect Core 1.0, 2: ASCII, at most 255
    if (person.subject.empty() || person.subject.size() > 255 ||
        std::ranges::any_of(person.subject, [](char letter) {
            return letter < ' ' || letter > '~';
        }))
        return refused("names nobody (\"sub\"), or by more than 255 characters or others than ASCII"
        );
    take_claims(person, token);
    return person;
}

Result<void> add_userinfo(IdTokenPerson& person, std::string_view document) {
    const auto read = parse_json(document);
    if (!read || !read->is_object() || text_of(read->get_object(), "sub") != person.subject)
        return failure(
            ErrorKind::rejected,
            "what the provider says of the person (userinfo) is of somebody else"
        );
    take_claims(person, read->get_object());
    return {};
}

std::string base64url(std::string_view bytes) {
    std::string out(
        sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0'
    );
    sodium_bin2base64(
        out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
        sodium_base64_VARIANT_URLSAFE_NO_PADDING
    );
    out.pop_back();  // it ends it with a NUL
    return out;
}

std::string pkce_challenge(std::string_view verifier) {
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(
        hash, reinterpret_cast<const unsigned char*>(verifier.data()), verifier.size()
    );
    return base64url({reinterpret_cast<const char*>(hash), sizeof hash});
}

}  // namespace porteur
