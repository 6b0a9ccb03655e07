// SPDX-License-Identifier: Apache-2.0
#include "encoding.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace porteur::sim {
namespace {

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> base64_values = [] {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t at = 0; at < base64_alphabet.size(); ++at) {
        values[static_cast<unsigned char>(base64_alphabet[at])] = static_cast<std::int8_t>(at);
    }
    return values;
}();

int hex_value(char letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
    if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
    return -1;
}

constexpr std::array<std::uint32_t, 64> sha256_constants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2
};

using Sha256State = std::array<std::uint32_t, 8>;

void mix_block(Sha256State& state, const unsigned char* block) {
    std::array<std::uint32_t, 64> words{};
    for (std::size_t at = 0; at < 16; ++at) {
        words[at] = std::uint32_t{block[4 * at]} << 24 | std::uint32_t{block[4 * at + 1]} << 16 |
                    std::uint32_t{block[4 * at + 2]} << 8 | std::uint32_t{block[4 * at + 3]};
    }
    for (std::size_t at = 16; at < 64; ++at) {
        const auto w15 = words[at - 15];
        const auto w2 = words[at - 2];
        const auto s0 = std::rotr(w15, 7) ^ std::rotr(w15, 18) ^ (w15 >> 3);
        const auto s1 = std::rotr(w2, 17) ^ std::rotr(w2, 19) ^ (w2 >> 10);
        words[at] = words[at - 16] + s0 + words[at - 7] + s1;
    }
    auto [a, b, c, d, e, f, g, h] = state;
    for (std::size_t at = 0; at < 64; ++at) {
        const auto s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
        const auto t1 = h + s1 + ((e & f) ^ (~e & g)) + sha256_constants[at] + words[at];
        const auto s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
        const auto t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g;
        g = f;
        f = e;
        e = d + t1;
        d = c;
        c = b;
        b = a;
        a = t1 + t2;
    }
    const Sha256State mixed = {a, b, c, d, e, f, g, h};
    for (std::size_t at = 0; at < state.size(); ++at) state[at] += mixed[at];
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3);
    std::uint32_t held = 0;
    int bits = 0;
    std::size_t letters = 0;
    std::size_t pads = 0;
    for (const char letter : text) {
        if (letter == '\r' || letter == '\n') continue;
        ++letters;
        if (letter == '=') {
            ++pads;
            continue;
        }
        const auto value = base64_values[static_cast<unsigned char>(letter)];
        if (value < 0 || pads > 0) return std::nullopt;
        held = held << 6 | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>(held >> bits & 0xFF);
        }
    }
    if (letters % 4 != 0 || pads > 2) return std::nullopt;
    return bytes;
}

std::string encode_base64(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const auto byte = [&](std::size_t offset) -> std::uint32_t {
            return at + offset < bytes.size() ? static_cast<unsigned char>(bytes[at + offset]) : 0U;
        };
        const std::uint32_t group = byte(0) << 16 | byte(1) << 8 | byte(2);
        text += base64_alphabet[group >> 18 & 63];
        text += base64_alphabet[group >> 12 & 63];
        text += at + 1 < bytes.size() ? base64_alphabet[group >> 6 & 63] : '=';
        text += at + 2 < bytes.size() ? base64_alphabet[group & 63] : '=';
    }
    return text;
}

std::string decode_percent(std::string_view text, bool plus_is_blank) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '%' && at + 2 < text.size()) {
            const int high = hex_value(text[at + 1]);
            const int low = hex_value(text[at + 2]);
            if (high >= 0 && low >= 0) {
                decoded += static_cast<char>(high * 16 + low);
                at += 2;
                continue;
            }
        }
        decoded += plus_is_blank && text[at] == '+' ? ' ' : text[at];
    }
    return decoded;
}

Fields decode_form(std::string_view text) {
    Fields fields;
    while (!text.empty()) {
        const auto part = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        if (part.empty()) continue;
        const auto equals = part.find('=');
        const auto value =
            equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1);
        fields.emplace_back(
            decode_percent(part.substr(0, equals), true), decode_percent(value, true)
        );
    }
    return fields;
}

std::string sha256_hex(std::string_view bytes) {
    Sha256State state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::string tail(bytes.substr(bytes.size() / 64 * 64));
    for (std::size_t at = 0; at + 64 <= bytes.size(); at += 64) {
        mix_block(state, reinterpret_cast<const unsigned char*>(bytes.data()) + at);
    }
    tail += '\x80';
    while (tail.size() % 64 != 56) tail += '\0';
    const auto bit_count = std::uint64_t{bytes.size()} * 8;
    for (int shift = 56; shift >= 0; shift -= 8) {
        tail += static_cast<char>(bit_count >> shift & 0xFF);
    }
    for (std::size_t at = 0; at < tail.size(); at += 64) {
        mix_block(state, reinterpret_cast<const unsigned char*>(tail.data()) + at);
    }
    static constexpr char digits[] = "0123456789abcdef";
    std::string hex;
    for (const auto word : state) {
        for (int shift = 28; shift >= 0; shift -= 4) hex += digits[word >> shift & 15];
    }
    return hex;
}

bool has_basic_login(const Request& request, std::string_view user, std::string_view password) {
    const auto field = request.header("authorization");
    if (field.size() < 6 || to_lower(field.substr(0, 6)) != "basic ") return false;
    const auto login = decode_base64(field.substr(6));
    return login && *login == std::string(user) + ":" + std::string(password);
}

std::string_view bearer_of(const Request& request) {
    const auto field = request.header("authorization");
    if (field.size() < 7 || to_lower(field.substr(0, 7)) != "bearer ") return {};
    return field.substr(7);
}

bool is_e164(std::string_view text) {
    return text.size() >= 9 && text.size() <= 16 && text[0] == '+' && text[1] != '0' &&
           std::ranges::all_of(text.substr(1), [](char c) { return c >= '0' && c <= '9'; });
}

std::string to_lower(std::string_view text) {
    std::string lower(text);
    for (char& letter : lower) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
    return lower;
}

}  // namespace porteur::sim
