// SPDX-License-Identifier: Apache-2.0
#include "access/password.hpp"

#include <sodium.h>

#include <array>
#include <cstdlib>
#include <new>

namespace porteur {
namespace {

// 2 passes over 64 MiB, one lane: more than the least that OWASP asks for (Password Storage Cheat
// Sheet, read 2026-11).
constexpr auto passes = crypto_pwhash_OPSLIMIT_INTERACTIVE;
constexpr auto memory = crypto_pwhash_MEMLIMIT_INTERACTIVE;

const std::string& nobody_s_hash() {
    static const std::string hash = hash_of_password("nobody signs in with this one");
    return hash;
}

}  // namespace

std::string hash_of_password(std::string_view password) {
    if (sodium_init() < 0) std::abort();
    std::array<char, crypto_pwhash_STRBYTES> out{};
    if (crypto_pwhash_str(out.data(), password.data(), password.size(), passes, memory) != 0)
        throw std::bad_alloc();
    return out.data();
}

bool is_password(std::string_view password, const std::string& hash) {
    if (sodium_init() < 0) std::abort();
    const auto& looked_at = hash.empty() ? nobody_s_hash() : hash;
    const bool same =
        crypto_pwhash_str_verify(looked_at.c_str(), password.data(), password.size()) == 0;
    return same && !hash.empty();
}

bool same_secret(std::string_view one, std::string_view other) {
    return one.size() == other.size() && sodium_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace porteur
