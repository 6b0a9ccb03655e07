// SPDX-License-Identifier: Apache-2.0
#include "access/provider_keys.hpp"

#include <cjose/cjose.h>

#include <algorithm>
#include <memory>
#include <optional>

#include <porteur/json.hpp>

namespace porteur {
namespace {

constexpr std::string_view algorithms[] = {"RS256", "RS384", "RS512", "PS256", "PS384",
                                           "PS512", "ES256", "ES384", "ES512"};
/// A set of keys with more is none that a person made.
constexpr std::size_t keys_max = 100;
constexpr std::size_t token_size_max = 64 * 1024;
/// The modulus of 2048 bits, base 64: what is shorter is no key for RS256. @source RFC 7518 3.3
constexpr std::size_t modulus_size_min = 342;

struct Release {
    void operator()(cjose_jws_t* token) const { cjose_jws_release(token); }
    void operator()(cjose_jwk_t* key) const { cjose_jwk_release(key); }
};
using Jws = std::unique_ptr<cjose_jws_t, Release>;
using Jwk = std::unique_ptr<cjose_jwk_t, Release>;

std::unexpected<Error> refused(std::string why) {
    return failure(ErrorKind::rejected, std::move(why));
}

std::string text_of(const json::object& from, std::string_view name) {
    const auto* value = from.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// The bytes of base64url without padding; nothing for anything else.
std::optional<std::string> decoded(std::string_view text) {
    cjose_err wrong{};
    std::uint8_t* bytes = nullptr;
    std::size_t size = 0;
    if (text.empty() || !cjose_base64url_decode(text.data(), text.size(), &bytes, &size, &wrong))
        return std::nullopt;
    std::string out(reinterpret_cast<const char*>(bytes), size);
    cjose_get_dealloc()(bytes);
    return out;
}

}  // namespace

Result<TokenHead> head_of_token(std::string_view token) {
    if (token.size() > token_size_max) return refused("the ID token has more than 64 KiB");
    if (std::ranges::count(token, '.') != 2)
        return refused("the ID token is no signed JSON Web Token");
    const auto text = decoded(token.substr(0, token.find('.')));
    const auto head = text ? parse_json(*text) : Result<json::value>(refused("no base 64"));
    if (!head || !head->is_object()) return refused("the head of the ID token is no JSON object");
    const auto& object = head->get_object();
    TokenHead out{.algorithm = text_of(object, "alg"), .key_id = text_of(object, "kid")};
    if (std::ranges::find(algorithms, std::string_view(out.algorithm)) == std::end(algorithms))
        return refused(
            "the ID token is signed with " + quoted(out.algorithm, 20) +
            "; only RS256, PS256, ES256 and their longer kin are taken"
        );
    // Extensions that must be understood; none is, here. @source RFC 7515 4.1.11
    if (object.contains("crit") || object.contains("b64"))
        return refused(
            "the head of the ID token asks for an extension (\"crit\") that is not known here"
        );
    return out;
}

Result<ProviderKeys> ProviderKeys::parse(std::string_view document) {
    const auto read = parse_json(document);
    const auto* keys = read && read->is_object() ? read->get_object().if_contains("keys") : nullptr;
    if (!keys || !keys->is_array())
        return refused("the document of keys (jwks_uri) is no JSON Web Key Set");
    if (keys->get_array().size() > keys_max)
        return refused("the document of keys (jwks_uri) has more than 100 keys");
    ProviderKeys out;
    for (const auto& each : keys->get_array()) {
        if (!each.is_object()) continue;
        const auto& from = each.get_object();
        Key key{
            .id = text_of(from, "kid"),
            .type = text_of(from, "kty"),
            .curve = text_of(from, "crv"),
            .algorithm = text_of(from, "alg"),
            .text = {}
        };
        if (const auto use = text_of(from, "use"); !use.empty() && use != "sig") continue;
        if (const auto* uses = from.if_contains("key_ops");
            uses && uses->is_array() &&
            std::ranges::find(uses->get_array(), json::value("verify")) == uses->get_array().end())
            continue;
        json::object plain{{"kty", key.type}};
        const auto take = [&](std::initializer_list<std::string_view> names) {
            return std::ranges::all_of(names, [&](std::string_view name) {
                auto text = text_of(from, name);
                if (text.empty()) return false;
                plain[name] = std::move(text);
                return true;
            });
        };
        const bool whole = key.type == "RSA"
                               ? take({"n", "e"}) && text_of(from, "n").size() >= modulus_size_min
                               : key.type == "EC" && take({"crv", "x", "y"});
        if (!whole) continue;
        key.text = canonical(plain);
        out.keys_.push_back(std::move(key));
    }
    if (out.keys_.empty())
        return refused(
            "the document of keys (jwks_uri) has no key that an ID token could be checked with: "
            "RSA of 2048 bits, or EC"
        );
    return out;
}

bool ProviderKeys::fits(const Key& key, std::string_view algorithm) {
    if (!key.algorithm.empty() && key.algorithm != algorithm) return false;
    if (!algorithm.starts_with('E')) return key.type == "RSA";
    const std::string_view curve = algorithm == "ES256"   ? "P-256"
                                   : algorithm == "ES384" ? "P-384"
                                                          : "P-521";
    return key.type == "EC" && key.curve == curve;
}

const ProviderKeys::Key* ProviderKeys::find(const TokenHead& head) const {
    const Key* found = nullptr;
    for (const auto& key : keys_) {
        if (!fits(key, head.algorithm)) continue;
        if (!head.key_id.empty() && key.id != head.key_id) continue;
        // Two keys may share a name only where their types differ. @source OpenID Connect Core 10.1
        if (found) return nullptr;
        found = &key;
    }
    return found;
}

Result<std::string> ProviderKeys::payload_of(std::string_view token) const {
    const auto head = head_of_token(token);
    if (!head) return std::unexpected(head.error());
    const auto* key = find(*head);
    if (!key)
        return refused(
            "the ID token is signed with the key " + quoted(head->key_id) + " for " +
            head->algorithm + ", and the provider publishes no such key, or several"
        );
    cjose_err wrong{};
    const Jws read(cjose_jws_import(token.data(), token.size(), &wrong));
    const Jwk made(cjose_jwk_import(key->text.data(), key->text.size(), &wrong));
    if (!read || !made) return refused("the ID token or the provider's key for it cannot be read");
    if (!cjose_jws_verify(read.get(), made.get(), &wrong))
        return refused(
            "the signature of the ID token is not one of the provider's key " + quoted(head->key_id)
        );
    std::uint8_t* bytes = nullptr;
    std::size_t size = 0;
    if (!cjose_jws_get_plaintext(read.get(), &bytes, &size, &wrong))
        return refused("the ID token cannot be read");
    return std::string(
        reinterpret_cast<const char*>(bytes), size
    );  // theirs: it goes with the token
}

}  // namespace porteur
