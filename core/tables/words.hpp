// SPDX-License-Identifier: Apache-2.0
#pragma once

// The words that cells of an import are made of, in English and French. Nobody outside this folder
// includes it.

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string_view>

namespace porteur::tables {

/// std::ranges::contains, which libstdc++ 12 has not.
template <class Range, class Value, class Projection = std::identity>
bool holds(const Range& range, const Value& value, Projection projection = {}) {
    return std::ranges::find(range, value, projection) != std::ranges::end(range);
}

struct Said {
    std::string_view plain;  ///< as plain_header() gives it
    std::string_view word;
};

inline constexpr std::array use_types = {
    Said{"user", "user"},   Said{"utilisateur", "user"}, Said{"utilisatrice", "user"},
    Said{"person", "user"}, Said{"personne", "user"},    Said{"service", "service"},
    Said{"group", "group"}, Said{"groupe", "group"},
};

inline constexpr std::array number_types = {
    Said{"local", "local"},
    Said{"geographique", "local"},
    Said{"geographic", "local"},
    Said{"mobile", "mobile"},
    Said{"national", "national"},
    Said{"tollfree", "toll_free"},
    Said{"sansfrais", "toll_free"},
    Said{"numerovert", "toll_free"},
    Said{"sharedcost", "shared_cost"},
    Said{"fraispartages", "shared_cost"},
    Said{"coutpartage", "shared_cost"},
    Said{"shortcode", "short_code"},
    Said{"numerocourt", "short_code"},
};

template <std::size_t size>
std::optional<std::string_view> word_said(
    const std::array<Said, size>& among, std::string_view plain
) {
    const auto found = std::ranges::find(among, plain, &Said::plain);
    return found == among.end() ? std::nullopt : std::optional(found->word);
}

}  // namespace porteur::tables
