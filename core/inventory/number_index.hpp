// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every number in memory, in order, with what lists filter by: its class, who holds it, its tags. So
// what contains some digits, or lies anywhere under a filter, is found without the store; of what is
// shown its row is read, and looked at again. Sixteen bytes a number and a little:
// docs/decisions/0023-numbers-in-memory.md.

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
    std::int64_t look_at_most = 0;  ///< so many numbers; 0: any number
    std::vector<std::int64_t> classes{};
    std::vector<std::int64_t> tenants{};
    std::vector<std::string> tags{};    ///< all of them
    std::vector<std::string> digits{};  ///< contains each of them
};

struct IndexHit {
    NumberKey key = 0;
    std::int64_t class_id = 0;
    std::int64_t tenant = 0;
};

struct IndexHits {
    std::vector<IndexHit> hits;  ///< in the order wanted
    std::int64_t looked = 0;     ///< so many numbers were looked at
    NumberKey looked_to = 0;     ///< with look_at_most: where it stopped; 0: at the end
};

/// A wish as the index looks at it; stays true while the index changes.
class IndexTest;

/// @threads none: whoever has it keeps changes and readers apart
class NumberIndex {
public:
    NumberIndex();
    ~NumberIndex();
    NumberIndex(const NumberIndex&) = delete;
    NumberIndex& operator=(const NumberIndex&) = delete;

    /// Puts a number in, or makes it what it is now. Fastest in the order of the keys.
    void put(NumberKey key, std::int64_t class_id, std::int64_t tenant, std::string_view tags);
    void remove(NumberKey key);
    void clear();
    std::size_t size() const noexcept;

    IndexHits find(const IndexWish& wish) const;
    std::optional<IndexHit> find(NumberKey key) const;
    /// For fits(): what stands between `from` and `to`, limit and direction play no part.
    std::shared_ptr<const IndexTest> test(const IndexWish& wish) const;
    /// Whether a number is there, and wished.
    bool fits(NumberKey key, const IndexTest& test) const;

private:
    struct Numbers;
    std::unique_ptr<Numbers> numbers_;
};

}  // namespace porteur
