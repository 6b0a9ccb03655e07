// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every number in memory, in order, with what lists filter by and search in: its class, who holds it, its
// tags, who uses it. So what contains some digits or letters, or lies anywhere under a filter, is found
// without the store; of what is shown its row is read, and looked at again. Twenty bytes a number, and
// each name and each text of tags once: docs/decisions/0023-numbers-in-memory.md.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/inventory.hpp"

namespace porteur {

/// Which numbers; an empty list means any.
struct IndexWish {
    NumberKey from = 0;  ///< the first that may be given
    NumberKey to = 0;    ///< the first beyond; 0: no end
    bool descending = false;
    std::size_t limit = 100;
    std::vector<std::int64_t> classes{};
    std::vector<std::int64_t> tenants{};
    std::vector<std::string> tags{};    ///< all of them
    std::vector<std::string> digits{};  ///< contains each of them

    // What the name of its user must be, folded.
    std::string name_has{};
    std::string name_begins{};
    // One of these, where there are any.
    std::string any_has{};     ///< the name contains it
    std::string any_begins{};  ///< the name begins with it
    std::string any_digits{};  ///< the number contains them
};

struct IndexHit {
    NumberKey key = 0;
    std::int64_t class_id = 0;
    std::int64_t tenant = 0;
};

struct IndexHits {
    std::vector<IndexHit> hits;  ///< in the order wanted
    std::int64_t looked = 0;     ///< so many numbers were looked at
};

/// A place in the order of the names, and of the numbers of one name.
struct NamePlace {
    std::string name;  ///< folded; empty: nobody's
    NumberKey key = 0;
};

struct NameHits {
    std::vector<NamePlace> hits;  ///< in the order wanted
    std::int64_t count = 0;       ///< how many are wished in all, wherever they stand
};

/// Which places of the order of names.
struct NameWish {
    NamePlace after{};  ///< those beyond it; key 0: all
    std::size_t limit = 100;
    bool descending = false;
    bool used_alone = false;  ///< without those that nobody uses
};

/// A wish as the index looks at it; stays true while the index changes.
class IndexTest;

/// @threads none: whoever has it keeps changes and readers apart
class NumberIndex {
public:
    NumberIndex();
    /// @param near_tags  so many texts of tags have a place in a row of the index; whoever has another is looked up
    explicit NumberIndex(std::size_t near_tags);
    ~NumberIndex();
    NumberIndex(const NumberIndex&) = delete;
    NumberIndex& operator=(const NumberIndex&) = delete;

    /// Puts a number in, or makes it what it is now. Fastest in the order of the keys.
    /// @param name  of who uses it, folded; empty: nobody
    void put(NumberKey key, std::int64_t class_id, std::int64_t tenant, std::string_view tags, std::string_view name);
    void remove(NumberKey key);
    void clear();
    std::size_t size() const noexcept;
    /// How many different texts of tags there are.
    std::size_t tag_texts() const noexcept;

    IndexHits find(const IndexWish& wish) const;
    std::optional<IndexHit> find(NumberKey key) const;
    /// Those wished, whatever the wish's own limit and direction, in the order of the names.
    NameHits by_name(const IndexWish& wish, const NameWish& wanted) const;
    /// The same of these numbers; those that are not there are left out.
    NameHits by_name(const std::vector<NumberKey>& keys, const NameWish& wanted) const;
    /// For fits(): `from`, `to`, limit, direction and names play no part.
    std::shared_ptr<const IndexTest> test(const IndexWish& wish) const;
    /// Whether a number is there, and wished.
    bool fits(NumberKey key, const IndexTest& test) const;

private:
    struct Numbers;
    std::unique_ptr<Numbers> numbers_;
};

}  // namespace porteur
