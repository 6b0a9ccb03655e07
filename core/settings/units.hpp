// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/descriptor.hpp"

namespace porteur {

/// The longest duration that can be told apart; what is longer reads as this.
inline constexpr std::chrono::milliseconds duration_max = std::chrono::hours{24} * 36500;

/// "300ms", "5s", "2m", "1h", "2d": a whole number and a unit, nothing between, no sign.
/// Nothing for any other form. @threads any
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The shortest form that parse_duration reads back: 90,000 ms gives "90s", an hour "1h".
std::string duration_text(std::chrono::milliseconds duration);

/// Bytes: "500B", "10kB", "10MB", "2GB" by thousands; "8KiB", "256MiB", "1GiB" by 1,024.
/// Nothing for any other form; what does not fit into 63 bits reads as the largest. @threads any
std::optional<std::uint64_t> parse_size(std::string_view text);

/// The shortest form that parse_size reads back: 1,048,576 gives "1MiB".
std::string size_text(std::uint64_t bytes);

/// "10/s", "300/m", "1000/h": at least one. Nothing for any other form. @threads any
std::optional<Rate> parse_rate(std::string_view text);

}  // namespace porteur
