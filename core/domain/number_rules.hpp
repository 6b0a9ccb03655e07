// SPDX-License-Identifier: Apache-2.0
#pragma once

// What may become of a number of the inventory, and what it is then. Pure: no store, no clock.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "domain/inventory.hpp"
#include "domain/roles.hpp"
#include "domain/tenant_tree.hpp"

namespace porteur {

enum class NumberAction {
    assign,     ///< to an account, or within it to a user, a service or a group
    unassign,   ///< from above: back into the pool; within an account: nobody uses it any more
    reserve,    ///< kept for somebody: nobody else assigns it
    unreserve,
    options,    ///< tags, custom fields, features
    release,    ///< given back to the carrier
};

/// What is wished of a number; of many numbers the same.
struct NumberWish {
    NumberAction action = NumberAction::options;
    std::int64_t tenant = 0;  ///< assign: to this account; 0: it stays where it is
    UseType use = UseType::none;
    std::string used_by;      ///< assign: name of the user, service or group
    std::string note;         ///< reserve: for whom
    std::vector<std::string> tags_added, tags_removed;
    std::map<std::string, std::string> custom;  ///< an empty text takes a field away
    std::optional<std::string> features;        ///< words with blanks between
};

/// The right that an action needs. @threads any
Right right_of(NumberAction action) noexcept;
/// "assign": the word of the API. @threads any
std::string_view word_of(NumberAction action) noexcept;
std::optional<NumberAction> number_action_of(std::string_view word) noexcept;

/// A number with its class, on its way from one form to the next.
struct NumberForm {
    NumberRow row;
    NumberClass shared;
};

/// Makes the wish true.
/// @param from_above  whether somebody above the account that holds it wishes it
/// @return            whether anything is another thing than before
/// @errors            invalid_input: a sentence that says why not and what to do
/// @threads           any
Result<bool> carry_out(const NumberWish& wish, bool from_above, const TenantTree& tree, NumberForm& number);

/// Whether a number can be given back to its carrier, as far as the inventory knows.
/// @return  false: it has been given back, or is on its way back
/// @errors  invalid_input: a sentence that says why not and what to do
/// @threads any
Result<bool> may_be_released(const NumberForm& number);

/// The tags as a row keeps them: each once, in the order of their letters. A tag is 1 to 40 letters,
/// digits, "-", "_" and ":". @errors invalid_input @threads any
Result<std::string> tags_with(std::string_view tags, const std::vector<std::string>& added, const std::vector<std::string>& removed);

}  // namespace porteur
