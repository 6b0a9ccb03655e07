// SPDX-License-Identifier: Apache-2.0
#include "app/webhook_message.hpp"

#include <sodium.h>

#include <porteur/json.hpp>

#include "access/signing.hpp"
#include "access/token.hpp"
#include "api/order_json.hpp"
#include "carriers/encoding.hpp"

namespace porteur {
namespace {

constexpr std::string_view secret_prefix = "whsec_";

Result<std::string> key_of_secret(std::string_view secret) {
    std::string key(secret.size(), '\0');
    std::size_t size = 0;
    if (!secret.starts_with(secret_prefix) ||
        sodium_base642bin(
            reinterpret_cast<unsigned char*>(key.data()), key.size(),
            secret.data() + secret_prefix.size(), secret.size() - secret_prefix.size(), nullptr,
            &size, nullptr, sodium_base64_VARIANT_ORIGINAL
        ) != 0)
        return failure(ErrorKind::internal, "the secret of a web hook is not of its form");
    key.resize(size);
    return key;
}

}  // namespace

Result<HttpHeaders> webhook_headers(
    const std::string& id, std::chrono::sys_seconds at, const std::string& body,
    const std::vector<std::string>& secrets
) {
    const auto time = std::to_string(at.time_since_epoch().count());
    std::string signatures;
    for (const auto& secret : secrets) {
        auto key = key_of_secret(secret);
        if (!key) return std::unexpected(std::move(key).error());
        auto signature = signature_of("hmac-sha256", "base64", *key, id + "." + time + "." + body);
        sodium_memzero(key->data(), key->size());
        if (!signature) return std::unexpected(std::move(signature).error());
        signatures += (signatures.empty() ? "v1," : " v1,") + *signature;
    }
    return HttpHeaders{
        {"webhook-id", id}, {"webhook-timestamp", time}, {"webhook-signature", signatures}
    };
}

std::string make_webhook_secret() {
    return std::string(secret_prefix) + carriers::base64(random_bytes(32));
}

std::string webhook_body(const TimelineEntry& entry) {
    return canonical(json::object{
        {"type", entry.kind}, {"timestamp", time_text(entry.at)}, {"data", entry_json(entry)}
    });
}

}  // namespace porteur
