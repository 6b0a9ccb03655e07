// SPDX-License-Identifier: Apache-2.0
#include "access/signing.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <memory>

#include <porteur/phrase.hpp>

namespace porteur {
namespace {

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string hmac(const EVP_MD* digest, std::string_view secret, std::string_view bytes) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(digest, secret.data(), static_cast<int>(secret.size()), bytes_of(bytes), bytes.size(), out, &size);
    return {reinterpret_cast<const char*>(out), size};
}

Result<std::string> rsa_sha256(std::string_view pem, std::string_view bytes) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
    // An encrypted key asks for a password: nobody is there to type one.
    const auto nobody = [](char*, int, int, void*) { return -1; };
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PrivateKey(text.get(), nullptr, nobody, nullptr), &EVP_PKEY_free
    );
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA)
        return failure(ErrorKind::unauthorized, "the secret is no private RSA key in PEM without a password");
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
    std::size_t size = 0;
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, bytes_of(bytes), bytes.size()) != 1)
        return failure(ErrorKind::internal, "the RSA key does not sign");
    std::string out(size, '\0');
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size, bytes_of(bytes), bytes.size()) != 1)
        return failure(ErrorKind::internal, "the RSA key does not sign");
    out.resize(size);
    return out;
}

std::string hex(std::string_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const char letter : bytes) {
        out += digits[static_cast<unsigned char>(letter) >> 4];
        out += digits[static_cast<unsigned char>(letter) & 15];
    }
    return out;
}

std::string base64(std::string_view bytes) {
    std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(bytes), static_cast<int>(bytes.size()));
    out.pop_back();
    return out;
}

std::string base64url(std::string_view bytes) {
    auto out = base64(bytes);
    for (auto& letter : out) letter = letter == '+' ? '-' : letter == '/' ? '_' : letter;
    while (out.ends_with('=')) out.pop_back();
    return out;
}

}  // namespace

Result<std::string> signature_of(
    std::string_view algorithm, std::string_view encoding, std::string_view secret, std::string_view bytes
) {
    if (encoding != "hex" && encoding != "base64" && encoding != "base64url")
        return failure(ErrorKind::unsupported, phrase("encoding {1} is none of hex, base64, base64url", quoted(encoding)));
    Result<std::string> raw = std::string();
    if (algorithm == "hmac-sha256")
        raw = hmac(EVP_sha256(), secret, bytes);
    else if (algorithm == "hmac-sha1")
        raw = hmac(EVP_sha1(), secret, bytes);
    else if (algorithm == "rsa-sha256")
        raw = rsa_sha256(secret, bytes);
    else
        return failure(ErrorKind::unsupported, phrase("algorithm {1} is none of hmac-sha256, hmac-sha1, rsa-sha256", quoted(algorithm)));
    if (!raw) return raw;
    return encoding == "hex" ? hex(*raw) : encoding == "base64" ? base64(*raw) : base64url(*raw);
}

}  // namespace porteur
