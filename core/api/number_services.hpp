// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the API needs of the inventory. Threads and errors as in services.hpp. Whose numbers are meant
// comes from the caller: what it holds itself and, where its role reaches below, what its accounts hold.

#include <filesystem>

#include "api/services.hpp"
#include "domain/inventory.hpp"

namespace porteur {

/// A number with what stands beside it in a list.
struct NumberShown {
    NumberRow row;
    NumberClass shared;
    std::int64_t company = 0;  ///< the company or professional that holds it; 0: it lies in a pool
    TenantKind company_kind = TenantKind::company;
    std::string company_name;
    std::int64_t var = 0;  ///< above the holder, or the holder itself; 0: nobody resells
    std::string var_name;
};

struct NumbersShown {
    std::vector<NumberShown> numbers;
    std::string next_cursor;             ///< empty: there are no more
    std::optional<InventoryTotal> total; ///< of the first page
};

/// Which numbers leave in a file.
struct NumberChoice {
    InventoryQuery query;         ///< its limit and cursor are not looked at
    bool is_short = false;        ///< nobody looks at custom, cost, order and first call
    std::vector<NumberKey> only;  ///< these alone, whatever the filter; in the query's order. Empty: all that fit
};

/// A number as an export reads it; its texts are good until the next one.
struct NumberRead {
    NumberKey key = 0;
    std::string_view used_by, features, tags, custom, cost;
    Id order = 0;
    std::optional<Instant> first_call;
    const NumberClass* shared = nullptr;
    std::string_view company, var;
};

struct NumberReading {
    std::function<bool(const NumberRead&)> take;  ///< quick; false: no more is wanted
    std::function<bool()> pause;                  ///< now and then, while nothing of the store is held; may block
};

/// What a list on paper needs besides its rows.
struct PaperNeeds {
    std::filesystem::path font_folder = {};
    Instant now{};
};

/// How many numbers have each value of a column: "state" -> "in_service" -> 3.
using NumberFacets = std::map<std::string, std::map<std::string, std::int64_t>>;

class NumberServices {
public:
    virtual ~NumberServices() = default;

    /// Of the filter, `tenant` is an account at or below the caller's, 0: all there are; `whose` is
    /// not looked at.
    /// @errors  invalid_input (not_found_code: no such account); unavailable
    virtual Result<NumbersShown> numbers(const Caller& caller, InventoryQuery query) = 0;
    virtual Result<std::optional<NumberShown>> number(const Caller& caller, NumberKey key) = 0;
    /// The newest first. Nothing: there is no such number.
    virtual Result<std::optional<std::vector<NumberEvent>>> history(const Caller& caller, NumberKey key, int limit) = 0;
    /// One number after another, on a thread of the caller's. @errors as numbers()
    virtual Result<void> each_number(const Caller& caller, NumberChoice choice, const NumberReading& reading) = 0;
    virtual PaperNeeds paper() const = 0;
    /// @errors as numbers()
    virtual Result<NumberFacets> facets(const Caller& caller, std::int64_t tenant) = 0;
};

}  // namespace porteur
