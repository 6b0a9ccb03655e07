// SPDX-License-Identifier: Apache-2.0
#pragma once

// A telephone number as the inventory holds it, and how many of them are asked for: which ones,
// in which order, from where on. docs/numbers.md tells how the parts fit together.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "domain/order.hpp"

namespace porteur {

/// A number as one integer: its digits at the left of fifteen places, and how many there are. So
/// integers stand in the order of the digits read as text, all numbers of one prefix stand together,
/// and the inventory's rows lie in the order in which people read them. 0 is no number.
using NumberKey = std::int64_t;

/// The key of "+15145550100"; nothing for what is not "+" and 1 to 15 digits that begin with 1 to 9.
/// @threads any
std::optional<NumberKey> number_key(std::string_view e164) noexcept;
/// "+15145550100". @threads any
std::string number_text(NumberKey key);
/// The first key, and the one after the last, of the numbers that begin with these digits ("1514").
/// @threads any
std::optional<std::pair<NumberKey, NumberKey>> keys_of_prefix(std::string_view digits) noexcept;

/// Where a number stands in its life: DOMAIN.md 1.4.
enum class NumberState {
    discovered,             ///< the carrier's list has it, nobody has taken it in yet
    available,              ///< ours, given to nobody
    reserved,               ///< kept for somebody
    ordering,               ///< a purchase is under way
    awaiting_requirements,  ///< bought, and the carrier waits for documents
    assigned,               ///< given to a user, a service or a group
    in_service,             ///< assigned, and the carrier says that it works
    suspended,
    port_in_pending,
    port_out_pending,
    ported_out,
    releasing,  ///< given back, the carrier has not confirmed it yet
    aging,
    released,
    missing,    ///< the carrier's list has it no more: a person confirms why
    failed,
};

/// Who uses a number.
enum class UseType { none, user, service, group };

/// What many numbers share. There are few different ones, so each is stored once; lists are sorted
/// and filtered by going through them, and what they count is known at any time.
struct NumberClass {
    std::string account;   ///< provider: where the number is provisioned
    std::string country;   ///< "CA"; empty: not known
    std::string type;      ///< "local", "mobile", "national", "toll_free", "shared_cost", "unknown"
    NumberState state = NumberState::available;
    UseType use = UseType::none;
    bool active = false;   ///< a call was received on it; else pending

    auto operator<=>(const NumberClass&) const = default;
};

struct NumberRow {
    NumberKey key = 0;
    std::int64_t class_id = 0;  ///< of its NumberClass
    std::int64_t tenant = 0;  ///< who holds it: the system's or a VAR's pool, a company, a professional
    std::string used_by;      ///< name of the user, service or group; empty: nobody
    std::string carrier_id;   ///< the carrier's own id of it
    std::string features;     ///< words with blanks between: "voice sms mms fax e911"
    std::string tags;         ///< words with blanks between, in the order of their letters
    std::string custom = "{}";  ///< canonical JSON object of texts
    std::string cost;         ///< "1.50 CAD" a month; empty: not known
    Id order = 0;                     ///< that it came from; 0: none
    std::string source;               ///< "order", "port", "import", "sync", "person"
    std::string note;                 ///< missing: the cause that a person confirmed or is offered
    std::optional<Instant> first_call;
    Instant created{};
    Instant updated{};
    std::int64_t version = 0;

    bool operator==(const NumberRow&) const = default;
};

/// The columns that a list may be sorted by.
enum class NumberSort { number, used_by, company, var, use, account, status, state, country, type };

/// Something that happened to a number.
struct NumberEvent {
    NumberKey key = 0;
    std::int64_t holder = 0;  ///< who held it before: what happened then is for their eyes alone
    Instant at{};
    Id job = 0;            ///< that did it; 0: none
    std::string by;        ///< who: a person, "as administrator of" whom, a carrier, an order
    std::string what;      ///< "added", "assigned", "released", "seen missing", "first call"
    std::string data = "{}";  ///< canonical JSON: what changed, from what to what
};

/// Which of a caller's numbers. An empty list means any.
struct NumberFilter {
    /// Whose: one tenant's own, a VAR's with all below it, or everybody's.
    enum class Whose { tenant, var, all } whose = Whose::all;
    std::int64_t tenant = 0;
    std::optional<bool> given;  ///< only those that a customer holds; or that lie in a pool
    std::optional<bool> used;   ///< only those that somebody uses; or that nobody does
    std::optional<bool> active;
    std::vector<NumberState> states;
    std::vector<std::string> accounts;
    std::vector<std::string> countries;
    std::vector<std::string> types;
    std::vector<UseType> uses;
    std::vector<std::string> tags;  ///< all of them
    // What stands in the search row: each column contains the text, whatever its case and accents.
    std::string number;   ///< digits; with "+" before them the number begins with them
    std::string used_by;
    std::string company;
    std::string var;
    std::string account;
    std::string any;      ///< in the number or in used_by
};

struct InventoryQuery {
    NumberFilter filter;
    NumberSort sort = NumberSort::number;
    bool descending = false;
    int limit = 100;
    std::string cursor;  ///< of the page before; empty: the first
};

/// How many numbers fit the filter.
struct InventoryTotal {
    std::int64_t count = 0;
    bool exact = true;  ///< else: at least so many
};

struct InventoryPage {
    std::vector<NumberRow> rows;
    std::string next_cursor;           ///< empty: there are no more
    std::optional<InventoryTotal> total;  ///< of the first page
};

/// Which numbers are meant: one of these.
struct NumberSelection {
    std::vector<std::string> numbers;                             ///< E.164
    std::optional<std::pair<std::string, std::string>> range;     ///< from, to; both included
    std::optional<NumberFilter> filter;                           ///< all that a list would show
};

/// The words of the API: "in_service", "user", "used_by". @threads any
std::string_view word_of(NumberState state) noexcept;
std::string_view word_of(UseType use) noexcept;
std::string_view word_of(NumberSort sort) noexcept;
std::optional<NumberState> number_state_of(std::string_view word) noexcept;
std::optional<UseType> use_type_of(std::string_view word) noexcept;
std::optional<NumberSort> number_sort_of(std::string_view word) noexcept;

/// Lower case, and Latin letters without their accents: what searches and sorts go by. @threads any
std::string folded(std::string_view text);

}  // namespace porteur
