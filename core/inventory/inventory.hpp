// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one place where numbers of the inventory change: what changes is written with its history, the
// counts and the job that it belongs to in one transaction, and what is known of all numbers
// (number_directory.hpp) follows it.

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "domain/number_rules.hpp"
#include "inventory/number_directory.hpp"
#include "store/number_book.hpp"

namespace porteur {

/// A number as it was and as it shall be; one of both may be absent.
struct NumberChange {
    std::optional<NumberForm> before;
    std::optional<NumberForm> after;
    std::string what;  ///< for its history: "assigned"
    std::string by = {};   ///< an order, where it is not whoever the mark names; then a new number's history begins with it
    std::string why = {};  ///< for its history: what the carrier said
};

/// Who changes numbers, when, and in which job.
struct ChangeMark {
    Instant at{};
    std::string by;
    Id job = 0;           ///< 0: none
    bool undoable = false; ///< what was there before is kept
};

/// @threads any; blocks
class Inventory {
public:
    Inventory(NumberBook& book, NumberDirectory& directory) : book_(book), directory_(directory) {}

    /// Held from reading a number until it is written: nobody changes it meanwhile.
    [[nodiscard]] std::unique_lock<std::recursive_mutex> hold() { return std::unique_lock(mutex_); }

    /// Those of the keys that are there; asks nobody.
    std::vector<NumberKey> there(const std::vector<NumberKey>& keys) const;
    /// Those that are there, in the order of the keys. @errors unavailable
    Result<std::vector<NumberForm>> forms(const std::vector<NumberKey>& keys) const;

    /// Durable when it returns; all of it or nothing. Under hold().
    /// @param extra  what else the transaction writes: the job, its results
    /// @errors       unavailable
    Result<void> write(std::vector<NumberChange> changes, const ChangeMark& mark, NumberChanges extra = {});

private:
    NumberBook& book_;
    NumberDirectory& directory_;
    std::recursive_mutex mutex_;  ///< a job that fails in the middle of a piece is ended there
};

/// All that a change may take from a number, as canonical JSON; and the same put back.
/// @threads any
std::string fields_of(const NumberForm& number);
/// @errors internal: the text is none of fields_of()
Result<void> put_back(std::string_view fields, NumberForm& number);

}  // namespace porteur
