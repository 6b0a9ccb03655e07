// SPDX-License-Identifier: Apache-2.0
#include "access/token.hpp"

#include <sodium.h>

#include <array>
#include <cstdlib>

namespace porteur {
namespace {

std::string hex(const unsigned char* bytes, std::size_t count) {
    std::string out(2 * count + 1, '\0');
    sodium_bin2hex(out.data(), out.size(), bytes, count);
    out.pop_back();
    return out;
}

}  // namespace

std::string random_bytes(std::size_t count) {
    if (sodium_init() < 0) std::abort();
    std::string out(count, '\0');
    randombytes_buf(out.data(), count);
    return out;
}

std::string make_token() {
    const auto bytes = random_bytes(32);
    return "prt_" + hex(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::string blake2b_hex(std::string_view bytes) {
    std::array<unsigned char, 32> hash{};
    crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr, 0);
    return hex(hash.data(), hash.size());
}

std::string hash_of_token(std::string_view token) { return blake2b_hex(token); }

}  // namespace porteur
