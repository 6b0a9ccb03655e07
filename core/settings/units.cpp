// SPDX-License-Identifier: Apache-2.0
#include "settings/units.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace porteur {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t factor;
};

// Ascending, so that the last one that divides a value is the shortest way to write it.
constexpr auto durations =
    std::to_array<Unit>({{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}
    );
constexpr auto sizes = std::to_array<Unit>(
    {{"B", 1},
     {"kB", 1000},
     {"KiB", 1 << 10},
     {"MB", 1'000'000},
     {"MiB", 1 << 20},
     {"GB", 1'000'000'000},
     {"GiB", 1 << 30}}
);
constexpr auto periods = std::to_array<Unit>({{"/s", 1}, {"/m", 60}, {"/h", 3600}});

constexpr std::uint64_t value_max = std::numeric_limits<std::int64_t>::max();

struct Counted {
    std::uint64_t count;  ///< at most value_max
    std::uint64_t factor;
};

std::optional<Counted> read_counted(std::string_view text, std::span<const Unit> units) {
    const auto digits = text.find_first_not_of("0123456789");
    if (digits == 0 || digits == text.npos) return std::nullopt;
    for (const auto& unit : units) {
        if (text.substr(digits) != unit.name) continue;
        std::uint64_t count = 0;
        const auto read = std::from_chars(text.data(), text.data() + digits, count);
        // Digits that overflow still say "very much", which a range then refuses with a better
        // message.
        if (read.ec != std::errc{} || count > value_max) count = value_max;
        return Counted{count, unit.factor};
    }
    return std::nullopt;
}

std::uint64_t product(const Counted& counted, std::uint64_t limit) {
    return counted.count > limit / counted.factor ? limit : counted.count * counted.factor;
}

std::string shortest(std::uint64_t value, std::span<const Unit> units) {
    const Unit* best = &units.front();
    for (const auto& unit : units)
        if (value >= unit.factor && value % unit.factor == 0) best = &unit;
    return std::to_string(value / best->factor) + std::string{best->name};
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    const auto counted = read_counted(text, durations);
    if (!counted) return std::nullopt;
    const auto limit = static_cast<std::uint64_t>(duration_max.count());
    return std::chrono::milliseconds{static_cast<std::int64_t>(product(*counted, limit))};
}

std::string duration_text(std::chrono::milliseconds duration) {
    return shortest(static_cast<std::uint64_t>(duration.count()), durations);
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
    const auto counted = read_counted(text, sizes);
    if (!counted) return std::nullopt;
    return product(*counted, value_max);
}

std::string size_text(std::uint64_t bytes) { return shortest(bytes, sizes); }

std::optional<Rate> parse_rate(std::string_view text) {
    const auto counted = read_counted(text, periods);
    if (!counted || counted->count == 0 ||
        counted->count > std::numeric_limits<std::uint32_t>::max())
        return std::nullopt;
    return Rate{
        static_cast<std::uint32_t>(counted->count),
        std::chrono::seconds{static_cast<std::int64_t>(counted->factor)}
    };
}

}  // namespace porteur
