// SPDX-License-Identifier: Apache-2.0
#include "domain/order.hpp"

#include <array>

namespace porteur {
namespace {

// Crockford's base 32: no I, L, O, U, so that nothing is misread over the telephone.
constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t id_length = 13;  // 13 * 5 = 65 bits

constexpr std::array<std::pair<Operation::State, std::string_view>, 4> operation_states{{
    {Operation::State::open, "open"},
    {Operation::State::done, "done"},
    {Operation::State::failed, "failed"},
    {Operation::State::parked, "parked"},
}};

}  // namespace

std::string id_text(Id id) {
    std::string out(id_length, '0');
    auto rest = static_cast<std::uint64_t>(id);
    for (std::size_t at = id_length; at-- > 0;) {
        out[at] = alphabet[rest & 31];
        rest >>= 5;
    }
    return out;
}

std::optional<Id> id_from_text(std::string_view text) {
    if (text.size() != id_length) return std::nullopt;
    std::uint64_t id = 0;
    for (char letter : text) {
        if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
        const auto digit = alphabet.find(letter);
        if (digit == alphabet.npos || (id >> 58) != 0) return std::nullopt;
        id = (id << 5) | digit;
    }
    if (id > 0x7FFFFFFFFFFFFFFFull) return std::nullopt;
    return static_cast<Id>(id);
}

std::string_view name_of(Operation::State state) noexcept {
    for (const auto& [each, text] : operation_states)
        if (each == state) return text;
    return "open";
}

std::optional<Operation::State> operation_state_from(std::string_view text) noexcept {
    for (const auto& [each, name] : operation_states)
        if (name == text) return each;
    return std::nullopt;
}

}  // namespace porteur
