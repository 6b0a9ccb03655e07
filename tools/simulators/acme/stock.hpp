// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kit/message.hpp"

namespace porteur::sim {

/// The numbers that acme sells, and who took which. @threads one
class AcmeStock {
public:
    /// The next free numbers of an area, lowest first; empty when acme does not serve the area.
    json::array free_numbers(const std::string& npa, std::size_t limit);

    /// Whose a number is: the reference of its order, "" when free.
    std::string_view owner_of(const std::string& number) const;
    void take(const std::string& number, const std::string& reference);
    void release(const std::string& number);
    void clear();

private:
    std::unordered_map<std::string, std::string> owners_;
    /// Per area the first line number that may be free; spares a walk over all that are taken.
    std::map<std::string, std::int64_t> first_free_;
};

}  // namespace porteur::sim
