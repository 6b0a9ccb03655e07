// SPDX-License-Identifier: Apache-2.0
#include "mail/message_id.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "mail/address.hpp"
#include "mail/smtp_text.hpp"
#include "mail/text_codec.hpp"

namespace porteur {
namespace {

constexpr std::size_t id_length_max = 250;
constexpr std::size_t token_length = 16;
constexpr std::size_t token_bytes = 10;

std::string escaped(std::string_view part) {
    std::string out;
    for (const char letter : part) {
        const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                           (letter >= '0' && letter <= '9') || letter == '-' || letter == '_';
        if (plain) {
            out += letter;
        } else {
            out += fmt::format("%{:02X}", static_cast<unsigned char>(letter));
        }
    }
    return out;
}

}  // namespace

Result<std::string> make_message_id(const MessageIdParts& parts) {
    for (const auto& [name, part] :
         {std::pair("order", &parts.order), std::pair("step", &parts.step)}) {
        if (part->empty()) {
            return failure(
                ErrorKind::invalid_input, fmt::format("message id: its {} is empty", name)
            );
        }
    }
    if (auto checked = check_address("x@" + parts.domain, "message id: its domain"); !checked) {
        return std::unexpected(checked.error());
    }
    std::string id = fmt::format(
        "<{}.{}.{}.{:016x}@{}>", escaped(parts.order), escaped(parts.step), parts.epoch,
        parts.random, parts.domain
    );
    if (auto checked = check_message_id(id, "message id"); !checked) {
        return std::unexpected(checked.error());
    }
    return id;
}

Result<void> check_message_id(std::string_view id, std::string_view field) {
    const auto at = id.find('@');
    const bool sound =
        id.size() >= 5 && id.size() <= id_length_max && id.front() == '<' && id.back() == '>' &&
        at != id.npos && at > 1 && at + 2 < id.size() && id.find('@', at + 1) == id.npos &&
        std::ranges::all_of(id.substr(1, id.size() - 2), [](char letter) {
            return letter > 0x20 && letter < 0x7F &&
                   std::string_view("<>()\"\\,;:").find(letter) == std::string_view::npos;
        });
    if (sound) return {};
    return failure(
        ErrorKind::invalid_input,
        fmt::format(
            "{}: {} is not a message id; it looks like <letters@example.org> and has at most {} "
            "characters",
            field, quoted(id), id_length_max
        )
    );
}

std::string envelope_id_of(std::string_view message_id) {
    if (!check_message_id(message_id, "message id")) return {};
    std::string id(message_id.substr(1, message_id.size() - 2));
    return to_xtext(id).size() > envelope_id_length_max ? std::string() : id;
}

std::string reply_token(std::string_view order, const ReplyKey& key) {
    constexpr std::string_view alphabet =
        "abcdefghijklmnopqrstuvwxyz234567";  // RFC 4648, section 6
    std::array<unsigned char, crypto_generichash_BYTES_MIN> hash{};
    crypto_generichash(
        hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(order.data()),
        order.size(), key.data(), key.size()
    );
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    for (std::size_t at = 0; at < token_bytes; ++at) {
        bits = (bits << 8) | hash[at];
        for (count += 8; count >= 5; count -= 5) out += alphabet[bits >> (count - 5) & 31];
    }
    return out;
}

bool is_reply_token(std::string_view token, std::string_view order, const ReplyKey& key) {
    const std::string expected = reply_token(order, key);
    const std::string given = lower_ascii(token);
    return given.size() == expected.size() &&
           sodium_memcmp(given.data(), expected.data(), expected.size()) == 0;
}

Result<std::string> reply_address(std::string_view desk, std::string_view token) {
    if (auto checked = check_address(desk, "desk address"); !checked) {
        return std::unexpected(checked.error());
    }
    const auto at = desk.rfind('@');
    std::string address = fmt::format("{}+{}{}", desk.substr(0, at), token, desk.substr(at));
    if (auto checked = check_address(address, "reply address"); !checked) {
        return std::unexpected(checked.error());
    }
    return address;
}

std::optional<std::string> token_in_address(std::string_view address, std::string_view desk) {
    const auto desk_at = desk.rfind('@');
    const auto at = address.rfind('@');
    if (at == address.npos || desk_at == desk.npos) return std::nullopt;
    if (!equal_ascii_case(address.substr(at), desk.substr(desk_at))) return std::nullopt;
    const auto local = address.substr(0, at);
    const auto plus = local.find('+', desk_at);
    if (plus != desk_at || !equal_ascii_case(local.substr(0, plus), desk.substr(0, desk_at))) {
        return std::nullopt;
    }
    const auto token = local.substr(plus + 1);
    if (token.size() != token_length) return std::nullopt;
    return lower_ascii(token);
}

}  // namespace porteur
