// SPDX-License-Identifier: Apache-2.0
#pragma once

// The names that numbers are used by, folded, or the texts of their tags: each once, with a small number of
// its own. Their letters lie one after another, so that all names that contain a text are found by reading
// through them: a million names in two milliseconds. docs/decisions/0023-numbers-in-memory.md.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace porteur {

/// Of a name; 0: none. A name that nobody has any more leaves its own to another.
using NameId = std::uint32_t;

/// @threads none: whoever has it keeps changes and readers apart
class NameTable {
public:
    NameTable() { clear(); }

    /// The name's id, for one number more.
    NameId take(std::string_view name);
    /// One number less has this name.
    void give_back(NameId id);
    void clear();

    /// Valid until the next change.
    std::string_view operator[](NameId id) const;
    /// Which ids have a name that contains the text; with `begins` one that begins with it.
    std::vector<bool> with(std::string_view text, bool begins) const;
    /// Which ids have a name that `choose` says yes to; what it says of one that nobody has is nobody's.
    std::vector<bool> chosen(auto choose) const {
        std::vector<bool> found(numbers_.size());
        for (std::size_t id = 0; id < found.size(); ++id) found[id] = choose((*this)[static_cast<NameId>(id)]);
        return found;
    }
    /// How often an id has gone to another name; what was asked of ids before may then be of others.
    std::uint64_t reused() const noexcept { return reused_; }
    /// How many names there are.
    std::size_t size() const noexcept { return numbers_.size() - 1 - free_.size(); }

private:
    static constexpr std::size_t names_of_a_shelf = 1'024;
    struct Shelf {
        std::string letters;  ///< of its names, in the order of their ids
        std::array<std::uint32_t, names_of_a_shelf + 1> begins{};
    };

    static void find_on(const Shelf& shelf, std::string_view text, std::size_t first_id, std::vector<bool>& found);
    void write(NameId id, std::string_view name);
    /// Where the table of ids has it, or would have it.
    std::size_t place_of(std::string_view name) const;
    std::size_t first_place_of(std::string_view name) const;
    void grow();
    void take_out(std::size_t place);

    std::vector<std::unique_ptr<Shelf>> shelves_;
    std::vector<std::uint32_t> numbers_;  ///< by id: how many have it
    std::vector<NameId> free_;
    std::uint64_t reused_ = 0;
    std::vector<NameId> ids_;  ///< by what its letters come to; 0: nothing is there
};

}  // namespace porteur
