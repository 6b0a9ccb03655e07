// SPDX-License-Identifier: Apache-2.0
#pragma once

// The texts of tags that numbers have, as the index of all numbers keeps them: each once, as long
// as a number has it. A row of the index has room for a short id; the longer ones stand beside the
// rows, so that with very many different texts a list by tag is slower, and as right.

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "inventory/name_table.hpp"

namespace porteur {

/// Which texts of tags a test says yes to; stays true while they change.
struct TagTest {
    std::vector<std::string> wished;
    std::vector<bool> chosen;  ///< by the texts' ids
    std::uint64_t reused;      ///< when it was made
};

/// @threads none: whoever has it keeps changes and readers apart
class TagTexts {
public:
    /// @param near  so many ids, from 0 on, stand in a row
    explicit TagTexts(std::size_t near) : near_(near) {}

    /// @param had  what the number's row has; nothing: it is new
    /// @return     what it has from now on
    std::uint64_t change(
        std::uint64_t number, std::optional<std::uint64_t> had, std::string_view tags
    ) {
        const auto id = texts_.take(tags);
        if (had) give_back(number, *had);
        if (id < near_) return id;
        far_.emplace(number, id);
        return near_;
    }
    void give_back(std::uint64_t number, std::uint64_t place) {
        texts_.give_back(id_of(number, place));
        if (place >= near_) far_.erase(number);
    }
    void clear() {
        texts_.clear();
        far_.clear();
    }
    std::size_t size() const noexcept { return texts_.size(); }
    /// Whether all that rows have are ids.
    bool all_near() const noexcept { return far_.empty(); }

    TagTest test(const std::vector<std::string>& wished) const {
        return {
            wished, texts_.chosen([&](std::string_view each) { return has_tags(each, wished); }),
            texts_.reused()
        };
    }
    bool fits(const TagTest& test, std::uint64_t number, std::uint64_t place) const {
        const auto id = id_of(number, place);
        // The test knows no text that came after it, and not which ids have gone to others since.
        if (id < test.chosen.size() && test.reused == texts_.reused()) return test.chosen[id];
        return has_tags(texts_[id], test.wished);
    }

private:
    /// Whether all of them stand among the words of a text.
    static bool has_tags(std::string_view text, const std::vector<std::string>& wished) {
        const auto there = " " + std::string(text) + " ";
        return std::ranges::all_of(wished, [&](const std::string& tag) {
            return there.find(" " + tag + " ") != there.npos;
        });
    }
    NameId id_of(std::uint64_t number, std::uint64_t place) const {
        return place < near_ ? static_cast<NameId>(place) : far_.at(number);
    }

    std::uint64_t near_;
    NameTable texts_;
    std::unordered_map<std::uint64_t, NameId> far_;
};

}  // namespace porteur
