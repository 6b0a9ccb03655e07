// SPDX-License-Identifier: Apache-2.0
#pragma once

// How much a plugin may ask for in one turn, and how its steps may be called. The host refuses what does not fit,
// and the testkit refuses it in the same words, so that a plugin's own tests show it first.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <porteur/result.hpp>

namespace porteur {

inline constexpr std::size_t effects_per_turn_max = 64;
inline constexpr std::size_t step_name_size_max_bytes = 64;
inline constexpr std::size_t head_size_max_bytes = 64 << 10;
inline constexpr std::size_t body_size_max_bytes = 16 << 20;
inline constexpr std::size_t output_size_max_bytes = 16 << 20;

/// What is wrong with so many effects in one turn; empty if nothing is. @threads any
inline std::string wrong_effect_count(std::size_t count) {
    if (count <= effects_per_turn_max) return {};
    return "asks for " + std::to_string(count) + " effects in one turn; at most " +
           std::to_string(effects_per_turn_max) + " are taken";
}

/// What is wrong with the step name of the effect of this number; empty if nothing is. @threads any
inline std::string wrong_step_name(std::uint32_t seq, std::string_view name) {
    const auto fits = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-';
    };
    if (!name.empty() && name.size() <= step_name_size_max_bytes && std::ranges::all_of(name, fits)) return {};
    return "effect " + std::to_string(seq) + " has the step name " + quoted(name) + "; a name is 1 to " +
           std::to_string(step_name_size_max_bytes) + " of a-z, 0-9 and -";
}

/// What is wrong with the sizes of the effect of this number; empty if nothing is. @threads any
inline std::string wrong_effect_size(std::uint32_t seq, std::size_t head, std::size_t body) {
    if (head <= head_size_max_bytes && body <= body_size_max_bytes) return {};
    return "effect " + std::to_string(seq) + " is too large: a head has at most " +
           std::to_string(head_size_max_bytes) + " bytes, a body " + std::to_string(body_size_max_bytes);
}

/// The same of a result. @threads any
inline std::string wrong_output_size(std::size_t size) {
    return size <= output_size_max_bytes ? std::string() : "gives a result that is too large";
}

}  // namespace porteur
