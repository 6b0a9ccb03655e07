// SPDX-License-Identifier: Apache-2.0
#include "access/sealing.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <atomic>
#include <cstring>
#include <mutex>
#include <optional>
#include <vector>

#include "access/key_proof.hpp"

namespace porteur {
namespace {

constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::string_view version_3 = "3:";
constexpr std::string_view version_2 = "2:";
constexpr std::string_view version_1 = "1:";

/// A nonce for each text: libsodium's own generator, seeded by the kernel, asks the kernel once and not each
/// time. @source libsodium documentation, "Generating random data", randombytes_internal_implementation
void prepare_nonces() {
    static std::once_flag once;
    std::call_once(once, [] { randombytes_set_implementation(&randombytes_internal_implementation); });
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

/// The bytes that a text stands for; nothing where it is not as EVP_EncodeBlock writes them.
std::optional<std::string> decoded(std::string_view text) {
    std::string raw(3 * (text.size() / 4), '\0');
    auto* bytes = reinterpret_cast<unsigned char*>(raw.data());
    if (text.size() % 4 != 0 || EVP_DecodeBlock(bytes, bytes_of(text), static_cast<int>(text.size())) < 0) return std::nullopt;
    std::size_t size = raw.size();
    if (text.ends_with("=="))
        size -= 2;
    else if (text.ends_with('='))
        size -= 1;
    if (size < nonce_size + tag_size) return std::nullopt;
    // The bits that base 64 leaves over at the end must be as we write them: no two texts open alike.
    if (const auto over = size % 3; over != 0) {
        unsigned char last[5];
        EVP_EncodeBlock(last, bytes + size - over, static_cast<int>(over));
        if (std::memcmp(last, text.data() + text.size() - 4, 4) != 0) return std::nullopt;
    }
    raw.resize(size);
    return raw;
}

std::optional<std::string> opened(const std::string& raw, std::string_view place, const MasterKey& key) {
    std::string plain(raw.size() - nonce_size - tag_size, '\0');
    const auto* bytes = bytes_of(raw);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(
            reinterpret_cast<unsigned char*>(plain.data()), nullptr, nullptr, bytes + nonce_size, raw.size() - nonce_size,
            bytes_of(place), place.size(), bytes, key.data()
        ) != 0)
        return std::nullopt;
    return plain;
}

}  // namespace

struct Sealing::Key {
    MasterKey rows, of_version_1;
    std::string id, beginning;
    const Key* next;  ///< that was added before it
};

/// Keys are only added, so that whoever seals or opens waits for nobody.
struct Sealing::Keys {
    std::mutex adding;
    std::vector<std::unique_ptr<const Key>> all;
    std::atomic<const Key*> first = nullptr, seals = nullptr;

    const Key* with_id(std::string_view id) const {
        for (const auto* each = first.load(std::memory_order_acquire); each != nullptr; each = each->next)
            if (each->id == id) return each;
        return nullptr;
    }
    const Key* add(const MasterKey& master) {
        const std::lock_guard lock(adding);
        auto id = key_id_of(master);
        if (const auto* there = with_id(id)) return there;
        auto start = beginning(id);
        all.push_back(std::make_unique<const Key>(
            Key{.rows = derived_key(master, KeyUse::rows), .of_version_1 = master, .id = std::move(id), .beginning = std::move(start), .next = first.load()}
        ));
        first.store(all.back().get(), std::memory_order_release);
        return all.back().get();
    }
};

Sealing::Sealing(const MasterKey& key) : keys_(std::make_shared<Keys>()) {
    prepare_nonces();
    take(key);
}

void Sealing::take(const MasterKey& key) { keys_->seals.store(keys_->add(key), std::memory_order_release); }
void Sealing::take_old(const MasterKey& key) { keys_->add(key); }
std::string Sealing::id() const { return keys_->seals.load(std::memory_order_acquire)->id; }
std::string Sealing::beginning(std::string_view id) { return std::string(version_3) + std::string(id) + ":"; }

std::string Sealing::close(std::string_view plain, std::string_view place) const {
    const auto& key = *keys_->seals.load(std::memory_order_acquire);
    std::string raw;
    raw.resize_and_overwrite(nonce_size + plain.size() + tag_size, [&](char* bytes, std::size_t size) {
        auto* out = reinterpret_cast<unsigned char*>(bytes);
        randombytes_buf(out, nonce_size);
        crypto_aead_xchacha20poly1305_ietf_encrypt(
            out + nonce_size, nullptr, bytes_of(plain), plain.size(), bytes_of(place), place.size(), nullptr, out, key.rows.data()
        );
        return size;
    });
    // OpenSSL's base 64: libsodium's takes care not to leak by time, which sealed bytes do not need.
    const auto encoded_size = 4 * ((raw.size() + 2) / 3);
    std::string text;
    text.resize_and_overwrite(key.beginning.size() + encoded_size + 1, [&](char* out, std::size_t size) {
        std::memcpy(out, key.beginning.data(), key.beginning.size());
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out + key.beginning.size()), bytes_of(raw), static_cast<int>(raw.size()));
        return size - 1;  // it ends it with a NUL
    });
    return text;
}

Result<std::string> Sealing::open(std::string_view sealed, std::string_view place) const {
    const auto bad = failure(ErrorKind::internal, "does not open: sealed by another key, for another place, or changed");
    if (sealed.starts_with(version_3)) {
        const auto end = sealed.find(':', version_3.size());
        if (end == sealed.npos) return bad;
        const auto* key = keys_->with_id(sealed.substr(version_3.size(), end - version_3.size()));
        const auto raw = key == nullptr ? std::nullopt : decoded(sealed.substr(end + 1));
        auto plain = raw ? opened(*raw, place, key->rows) : std::nullopt;
        if (!plain) return bad;
        return std::move(*plain);
    }
    // Of before keys had ids: whichever opens it.
    const bool oldest = sealed.starts_with(version_1);
    if (!oldest && !sealed.starts_with(version_2)) return bad;
    const auto raw = decoded(sealed.substr(version_2.size()));
    if (!raw) return bad;
    for (const auto* each = keys_->first.load(std::memory_order_acquire); each != nullptr; each = each->next)
        if (auto plain = opened(*raw, place, oldest ? each->of_version_1 : each->rows)) return std::move(*plain);
    return bad;
}

}  // namespace porteur
