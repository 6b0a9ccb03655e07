// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>

#include "numbering/checked_number.hpp"

namespace porteur::numbering {

/// The numbering plans of all countries, from libphonenumber's own metadata, with their expressions
/// as tables: decides what is written plainly, and leaves all else to the library.
class Plans {
public:
    static const Plans& instance();
    ~Plans();

    /// @return true and `out`, where the library would surely say the same; false: ask it
    /// @threads any
    bool check(std::string_view text, std::string_view region, CheckedNumber& out) const;

private:
    Plans();
    struct Plan;
    struct Country;
    struct Tables;
    std::unique_ptr<Tables> tables_;
};

}  // namespace porteur::numbering
