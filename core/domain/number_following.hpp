// SPDX-License-Identifier: Apache-2.0
#pragma once

// How the inventory follows orders: what an order says of each of its numbers, and what that makes
// of the number's row. Pure: no store, no clock. How far each order is with each number is kept, so
// that each step is taken once, whatever a person has made of the number since; docs/numbers.md has
// the table.

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "domain/inventory.hpp"
#include "domain/number_rules.hpp"
#include "domain/tenant_tree.hpp"

namespace porteur {

/// How far an order is with one of its numbers.
enum class NumberStep {
    under_way,   ///< the carrier has the order
    documents,   ///< it waits for documents: purchases alone
    arrived,     ///< ported or bought; of a release: given back
    called_off,  ///< it will not come, as somebody called it off; of a release: it stays
    refused,     ///< it will not come, as the carrier does not give it; of a release: it stays
};

/// The words of the store. @threads any
std::string_view word_of(NumberStep step) noexcept;
std::optional<NumberStep> number_step_of(std::string_view word) noexcept;

/// What an order has done with a number so far.
struct NumberFollow {
    Id order = 0;
    NumberKey key = 0;
    NumberStep step = NumberStep::under_way;
    bool is_marked = false;  ///< the number's row shows that it waits for this order
    std::string
        before;  ///< the word of its state before any order marked it; empty: it was not there

    bool operator==(const NumberFollow&) const = default;
};

/// One number as its order tells of it.
struct OrderedNumber {
    NumberKey key = 0;
    NumberStep step = NumberStep::under_way;
    std::string why;  ///< the carrier's word, where it is refused
};

/// What an order tells of its numbers.
struct OrderedNumbers {
    std::vector<OrderedNumber> numbers;  ///< each once, by its key
    std::vector<std::string> strays;     ///< what is no number of this world, as it was given
    bool is_untold = false;              ///< some came, and the carrier does not say which
};

/// What the order tells of its numbers. Nothing of a draft, and nothing of one that its parts carry
/// out.
/// @threads any
OrderedNumbers ordered_numbers(const Order& order);

/// What is known where a number's row is decided about.
struct FollowScene {
    const Order& order;
    const TenantTree& tree;
    bool is_ours = true;  ///< the account that the numbers go to is one of ours
    std::string country;  ///< of the number, for a new row
    std::string type;
};

/// What becomes of a number's row.
struct FollowedNumber {
    NumberFollow follow;              ///< to be kept with it
    std::optional<NumberForm> after;  ///< another one than before; nothing: it stays as it is
    bool is_removed = false;          ///< it goes
    std::string what;                 ///< for its history: "port completed"
    std::string untouched;  ///< a sentence for the order's timeline: why the number is not in the
                            ///< inventory as it should be
};

/// The next step with one number.
/// @param row     as it stands; nothing: it is not in the inventory
/// @param so_far  what this order has done with it; nothing: nothing yet
/// @param others  marks of other orders on the same row
/// @return        nothing where the step was taken already
/// @threads       any
std::optional<FollowedNumber> follow(
    const FollowScene& scene, const OrderedNumber& number, const std::optional<NumberForm>& row,
    const std::optional<NumberFollow>& so_far, const std::vector<NumberFollow>& others
);

/// "order 01JD9Y4V8K3ZQ": who has changed a number, in its history. @threads any
std::string by_order(Id order);

}  // namespace porteur
