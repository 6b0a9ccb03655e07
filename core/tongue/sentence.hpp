// SPDX-License-Identifier: Apache-2.0
#pragma once

// A sentence of a catalog, cut at the places of its values, and found again in a text.

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace porteur {

/// The values of a sentence, {1} to {9}.
using PhraseValues = std::array<std::string, 9>;

/// Whether a text may be a value of this kind: ("state", "draft"). An empty kind takes any.
using FitsKind = std::function<bool(std::string_view kind, std::string_view value)>;

class Sentence {
public:
    /// "order {1} is {2:state}"
    explicit Sentence(std::string_view sentence);

    bool has_places() const noexcept { return !places_.empty(); }
    /// How much of it is fixed: the more, the surer a match.
    std::size_t fixed_size() const noexcept { return fixed_size_; }

    /// "must be mended: {1:text}": whatever it stands before is its value.
    bool introduces() const noexcept;

    /// Which value is the number that decides the form of the words: the first of the kind "n".
    std::optional<std::size_t> index_of_count() const noexcept;

    /// The values with which the sentence gives this text; nothing if there are none.
    std::optional<PhraseValues> values_in(std::string_view text, const FitsKind& fits) const;

    /// The sentence with values; each is first turned by its kind.
    std::string with(
        const PhraseValues& values,
        const std::function<std::string(std::string_view kind, std::string_view value)>& turned
    ) const;

private:
    struct Place {
        std::size_t index;
        std::string kind;
        std::string after;  ///< the fixed text up to the next place
        bool is_beginning;  ///< no word of the sentence stands before it
    };
    bool find_from(
        std::size_t place, std::string_view text, const FitsKind& fits, PhraseValues& values
    ) const;

    std::string before_, longest_;  ///< longest_: of all fixed texts, to see soon what does not fit
    std::vector<Place> places_;
    std::size_t fixed_size_ = 0;
};

}  // namespace porteur
