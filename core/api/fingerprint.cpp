// SPDX-License-Identifier: Apache-2.0
#include "api/fingerprint.hpp"

#include <array>
#include <new>

#include <openssl/evp.h>

namespace porteur {

struct Fingerprint::Context {
    EVP_MD_CTX* evp = EVP_MD_CTX_new();
    ~Context() { EVP_MD_CTX_free(evp); }
};

Fingerprint::Fingerprint() : context_(std::make_unique<Context>()) {
    if (!context_->evp || EVP_DigestInit_ex(context_->evp, EVP_sha256(), nullptr) != 1)
        throw std::bad_alloc();
}

Fingerprint::~Fingerprint() = default;

void Fingerprint::part(std::string_view bytes) {
    stream(std::to_string(bytes.size()) + ":");
    stream(bytes);
}

void Fingerprint::stream(std::string_view bytes) {
    EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size());
}

std::string Fingerprint::hex() {
    static constexpr char digits[] = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
    unsigned int size = 0;
    EVP_DigestFinal_ex(context_->evp, bytes.data(), &size);
    std::string out;
    for (unsigned int index = 0; index < size; ++index) {
        out += digits[bytes[index] >> 4];
        out += digits[bytes[index] & 15];
    }
    return out;
}

}  // namespace porteur
