// SPDX-License-Identifier: Apache-2.0
#include "carriers/encoding.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace porteur::carriers {
namespace {

constexpr char upper_digits[] = "0123456789ABCDEF";
constexpr char lower_digits[] = "0123456789abcdef";

constexpr bool is_alphanumeric(char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9');
}

constexpr char small(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter;
}

int digit_of(char letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    const char low = small(letter);
    return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

}  // namespace

std::string base64(std::string_view bytes) {
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EncodeBlock writes a final zero
    // EVP_EncodeBlock counts in int: larger inputs go in pieces of a multiple of 3 bytes.
    constexpr std::size_t piece_max = 3 * (std::size_t{1} << 28);
    std::size_t written = 0;
    for (std::size_t from = 0; from < bytes.size(); from += piece_max) {
        const auto piece = bytes.substr(from, piece_max);
        written += static_cast<std::size_t>(EVP_EncodeBlock(
            reinterpret_cast<unsigned char*>(text.data() + written),
            reinterpret_cast<const unsigned char*>(piece.data()), static_cast<int>(piece.size())
        ));
    }
    text.resize(written);
    return text;
}

std::string percent_encoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char letter : text) {
        if (is_alphanumeric(letter) || letter == '-' || letter == '.' || letter == '_' ||
            letter == '~') {
            out += letter;
        } else {
            const auto byte = static_cast<unsigned char>(letter);
            out += {'%', upper_digits[byte >> 4], upper_digits[byte & 15]};
        }
    }
    return out;
}

std::string form_decoded(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '%' && at + 2 < text.size()) {
            const int high = digit_of(text[at + 1]);
            const int low = digit_of(text[at + 2]);
            if (high >= 0 && low >= 0) {
                out += static_cast<char>(high * 16 + low);
                at += 2;
                continue;
            }
        }
        out += text[at] == '+' ? ' ' : text[at];
    }
    return out;
}

void wipe(std::string& text) noexcept {
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

std::string fingerprint(std::span<const std::string_view> pieces) {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestInit_ex(context, EVP_sha256(), nullptr);
    for (const auto piece : pieces) {
        const std::uint64_t length = piece.size();
        EVP_DigestUpdate(context, &length, sizeof length);
        EVP_DigestUpdate(context, piece.data(), piece.size());
    }
    std::array<unsigned char, 32> digest{};
    EVP_DigestFinal_ex(context, digest.data(), nullptr);
    EVP_MD_CTX_free(context);

    std::string text;
    for (const auto byte : digest) text += {lower_digits[byte >> 4], lower_digits[byte & 15]};
    return text;
}

bool same_word(std::string_view left, std::string_view right) noexcept {
    return std::ranges::equal(left, right, {}, small, small);
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), small);
    return out;
}

bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, [](char letter) {
        return is_alphanumeric(letter) ||
               std::string_view("!#$%&'*+-.^_`|~").find(letter) != std::string_view::npos;
    });
}

bool is_field_value(std::string_view text) noexcept {
    return std::ranges::none_of(text, [](char letter) {
        const auto byte = static_cast<unsigned char>(letter);
        return (byte < 0x20 && byte != '\t') || byte == 0x7F;
    });
}

}  // namespace porteur::carriers
