// SPDX-License-Identifier: Apache-2.0
#include "access/totp.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "access/password.hpp"
#include "access/token.hpp"

namespace porteur {
namespace {

constexpr std::string_view base32_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
// Without letters that are read as others.
constexpr std::string_view recovery_letters = "23456789abcdefghjkmnpqrstuvwxyz";
constexpr std::size_t secret_bytes = 20;  // RFC 4226, section 4, R6: 160 bits are recommended

std::string base32(std::string_view bytes) {
    std::string out;
    unsigned bits = 0, held = 0;
    for (const char each : bytes) {
        bits = (bits << 8U) | static_cast<unsigned char>(each);
        for (held += 8; held >= 5; held -= 5) out += base32_letters[(bits >> (held - 5)) & 31U];
    }
    return out;
}

std::optional<std::string> from_base32(std::string_view text) {
    std::string out;
    unsigned bits = 0, held = 0;
    for (const char letter : text) {
        const auto value = base32_letters.find(letter);
        if (value == base32_letters.npos) return std::nullopt;
        bits = (bits << 5U) | static_cast<unsigned>(value);
        held += 5;
        if (held < 8) continue;
        held -= 8;
        out += static_cast<char>((bits >> held) & 255U);
    }
    return out;
}

}  // namespace

std::string make_totp_secret() { return base32(random_bytes(secret_bytes)); }

std::string totp_uri(std::string_view secret, std::string_view login) {
    std::string name;
    for (const char letter : login)
        name += letter == '@' ? "%40" : letter == '+' ? "%2B" : std::string(1, letter);
    return "otpauth://totp/Porteur:" + name + "?secret=" + std::string(secret) + "&issuer=Porteur";
}

std::string totp_code(std::string_view secret, std::int64_t step) {
    const auto key = from_base32(secret);
    if (!key || key->empty()) return {};
    std::array<unsigned char, 8> counter{};
    for (std::size_t at = 0; at < counter.size(); ++at)
        counter[counter.size() - 1 - at] =
            static_cast<unsigned char>(static_cast<std::uint64_t>(step) >> (8 * at));
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned size = 0;
    if (!HMAC(
            EVP_sha1(), key->data(), static_cast<int>(key->size()), counter.data(), counter.size(),
            hash.data(), &size
        ) ||
        size != 20)
        return {};
    const auto at = hash[19] & 15U;
    const auto number = ((hash[at] & 127U) << 24U) | (unsigned{hash[at + 1]} << 16U) |
                        (unsigned{hash[at + 2]} << 8U) | unsigned{hash[at + 3]};
    auto digits = std::to_string(number % 1'000'000);
    return std::string(6 - digits.size(), '0') + digits;
}

std::optional<std::int64_t> totp_step_of(
    std::string_view code, std::string_view secret, std::int64_t now, std::int64_t used
) {
    std::optional<std::int64_t> found;
    for (const auto step : {now - 1, now, now + 1})
        if (const auto right = totp_code(secret, step);
            !right.empty() && same_secret(code, right) && step > used)
            found = step;
    return found;
}

std::vector<std::string> make_recovery_codes() {
    std::vector<std::string> codes;
    for (int count = 0; count < 10; ++count) {
        std::string code;
        while (code.size() < 14) {
            if (code.size() == 4 || code.size() == 9) code += '-';
            const auto byte = static_cast<unsigned char>(random_bytes(1).front());
            // 8 times 31 letters fit: what is over would come more often.
            if (byte < 8 * recovery_letters.size())
                code += recovery_letters[byte % recovery_letters.size()];
        }
        codes.push_back(std::move(code));
    }
    return codes;
}

std::string hash_of_recovery_code(std::string_view code) {
    std::string plain;
    for (const char letter : code)
        if (letter != '-' && letter != ' ')
            plain +=
                letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    return blake2b_hex("recovery|" + plain);
}

}  // namespace porteur
