// SPDX-License-Identifier: Apache-2.0
#include "access/key_proof.hpp"

#include <sodium.h>

#include <array>

namespace porteur {
namespace {

std::string keyed_hash(const MasterKey& master, std::string_view text, std::size_t size) {
    // Under a key of this use alone: neither text leads back to what seals rows and documents.
    const auto key = derived_key(master, KeyUse::backups);
    std::array<unsigned char, 32> hash{};
    crypto_generichash(
        hash.data(), size, reinterpret_cast<const unsigned char*>(text.data()), text.size(), key.data(), MasterKey::size
    );
    std::string out(2 * size + 1, '\0');
    sodium_bin2hex(out.data(), out.size(), hash.data(), size);
    out.pop_back();
    return out;
}

}  // namespace

std::string fingerprint_of(const MasterKey& key) { return keyed_hash(key, "fingerprint", 16); }

std::string key_id_of(const MasterKey& key) { return fingerprint_of(key).substr(0, 8); }

std::string proof_of(const MasterKey& key, std::string_view text) {
    return keyed_hash(key, "proof|" + std::string(text), 32);
}

}  // namespace porteur
