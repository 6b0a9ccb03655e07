// SPDX-License-Identifier: Apache-2.0
#include "settings/nearest.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <porteur/result.hpp>

namespace porteur {
namespace {

char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

// A misspelt key is short; whatever is longer is no misspelling and not worth the square of it.
constexpr std::size_t word_size_max = 100;

}  // namespace

std::size_t edit_distance(std::string_view left, std::string_view right) {
    std::vector<std::size_t> before(right.size() + 1), last(right.size() + 1),
        row(right.size() + 1);
    for (std::size_t j = 0; j <= right.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= left.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const bool same = lower(left[i - 1]) == lower(right[j - 1]);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
            if (i > 1 && j > 1 && lower(left[i - 1]) == lower(right[j - 2]) &&
                lower(left[i - 2]) == lower(right[j - 1]))
                row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(last);
        last.swap(row);
    }
    return last[right.size()];
}

std::string_view nearest(std::string_view word, std::span<const std::string> known) {
    if (word.size() > word_size_max) return {};
    std::string_view best;
    std::size_t best_distance = std::max<std::size_t>(word.size() / 3, 1) + 1;
    for (const auto& each : known) {
        const auto distance = edit_distance(word, each);
        if (distance < best_distance && distance < each.size()) {
            best = each;
            best_distance = distance;
        }
    }
    return best;
}

std::string suggestion(std::string_view word, std::span<const std::string> known) {
    if (known.empty()) return "; nothing may stand here";
    if (const auto near = nearest(word, known); !near.empty())
        return fmt::format("; did you mean {}?", porteur::quoted(near));
    return fmt::format("; known are: {}", fmt::join(known, ", "));
}

}  // namespace porteur
