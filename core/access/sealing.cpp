// SPDX-License-Identifier: Apache-2.0
#include "access/sealing.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <cstring>
#include <mutex>

namespace porteur {
namespace {

constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::string_view version = "2:";
constexpr std::string_view version_1 = "1:";

/// A nonce for each text: libsodium's own generator, seeded by the kernel, asks the kernel once and not each
/// time. @source libsodium documentation, "Generating random data", randombytes_internal_implementation
void prepare_nonces() {
    static std::once_flag once;
    std::call_once(once, [] { randombytes_set_implementation(&randombytes_internal_implementation); });
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

Sealing::Sealing(const MasterKey& key) : key_(derived_key(key, KeyUse::rows)), key_of_version_1_(key) { prepare_nonces(); }

std::string Sealing::close(std::string_view plain, std::string_view place) const {
    std::string raw;
    raw.resize_and_overwrite(nonce_size + plain.size() + tag_size, [&](char* bytes, std::size_t size) {
        auto* out = reinterpret_cast<unsigned char*>(bytes);
        randombytes_buf(out, nonce_size);
        crypto_aead_xchacha20poly1305_ietf_encrypt(
            out + nonce_size, nullptr, bytes_of(plain), plain.size(), bytes_of(place), place.size(), nullptr, out, key_.data()
        );
        return size;
    });
    // OpenSSL's base 64: libsodium's takes care not to leak by time, which sealed bytes do not need.
    const auto encoded_size = 4 * ((raw.size() + 2) / 3);
    std::string text;
    text.resize_and_overwrite(version.size() + encoded_size + 1, [&](char* out, std::size_t size) {
        std::memcpy(out, version.data(), version.size());
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out + version.size()), bytes_of(raw), static_cast<int>(raw.size()));
        return size - 1;  // it ends it with a NUL
    });
    return text;
}

Result<std::string> Sealing::open(std::string_view sealed, std::string_view place) const {
    const auto bad = failure(ErrorKind::internal, "does not open: sealed by another key, for another place, or changed");
    static_assert(version.size() == version_1.size());
    const bool old = sealed.starts_with(version_1);
    if (!old && !sealed.starts_with(version)) return bad;
    const auto text = sealed.substr(version.size());
    std::string raw(3 * (text.size() / 4), '\0');
    auto* bytes = reinterpret_cast<unsigned char*>(raw.data());
    if (text.size() % 4 != 0 || EVP_DecodeBlock(bytes, bytes_of(text), static_cast<int>(text.size())) < 0) return bad;
    std::size_t size = raw.size();
    if (text.ends_with("=="))
        size -= 2;
    else if (text.ends_with('='))
        size -= 1;
    if (size < nonce_size + tag_size) return bad;
    // The bits that base 64 leaves over at the end must be as we write them: no two texts open alike.
    if (const auto over = size % 3; over != 0) {
        unsigned char last[5];
        EVP_EncodeBlock(last, bytes + size - over, static_cast<int>(over));
        if (std::memcmp(last, text.data() + text.size() - 4, 4) != 0) return bad;
    }
    std::string plain(size - nonce_size - tag_size, '\0');
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            reinterpret_cast<unsigned char*>(plain.data()), nullptr, nullptr, bytes + nonce_size, size - nonce_size,
            bytes_of(place), place.size(), bytes, (old ? key_of_version_1_ : key_).data()
        ) != 0)
        return bad;
    return plain;
}

}  // namespace porteur
