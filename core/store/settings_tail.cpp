// SPDX-License-Identifier: Apache-2.0
#include "store/settings_tail.hpp"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

namespace porteur {
namespace {

/// Shorter settings cost less beside the rest of the input than a row of their own.
constexpr std::size_t tail_size_min_bytes = 2048;
constexpr std::string_view settings_key = R"(,"settings":)";
constexpr char mark = '@';
constexpr std::size_t name_size_bytes = 64;

}  // namespace

std::string_view settings_tail(std::string_view input) noexcept {
    // Settings may have a key of the same name; what is cut off then is less of them, and joined as
    // it was.
    const auto at = input.rfind(settings_key);
    if (at == input.npos || input.size() - at < tail_size_min_bytes || !input.starts_with('{'))
        return {};
    return input.substr(at);
}

std::string name_of_tail(std::string_view tail) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    if (EVP_Digest(tail.data(), tail.size(), bytes.data(), &size, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("SHA-256 cannot be computed");
    static constexpr char digits[] = "0123456789abcdef";
    std::string name;
    for (unsigned int at = 0; at < size; ++at) {
        name += digits[bytes[at] >> 4];
        name += digits[bytes[at] & 15];
    }
    return name;
}

std::string without_tail(std::string_view input, std::string_view tail, std::string_view name) {
    std::string stored(1, mark);
    stored += name;
    stored += input.substr(0, input.size() - tail.size());
    return stored;
}

std::optional<TailReference> tail_reference(std::string_view stored) {
    if (!stored.starts_with(mark) || stored.size() < 1 + name_size_bytes) return std::nullopt;
    return TailReference{
        std::string(stored.substr(1, name_size_bytes)),
        std::string(stored.substr(1 + name_size_bytes))
    };
}

}  // namespace porteur
