// SPDX-License-Identifier: Apache-2.0
#include "stock.hpp"

#include <algorithm>
#include <array>

#include <boost/json/array.hpp>

namespace porteur::sim {
namespace {

struct Area {
    std::string_view npa, region, city, type;
};

constexpr std::array<Area, 12> areas = {{
    {"416", "ON", "Toronto", "local"},
    {"647", "ON", "Toronto", "local"},
    {"613", "ON", "Ottawa", "local"},
    {"514", "QC", "Montreal", "local"},
    {"604", "BC", "Vancouver", "local"},
    {"780", "AB", "Edmonton", "local"},
    {"403", "AB", "Calgary", "local"},
    {"212", "NY", "New York", "local"},
    {"415", "CA", "San Francisco", "local"},
    {"317", "IN", "Indianapolis", "local"},
    {"800", "", "", "toll_free"},
    {"888", "", "", "toll_free"},
}};

// 555-0100 is where numbers for examples begin in North America.
constexpr std::int64_t line_first = 5'550'100;
constexpr std::int64_t line_last = 9'999'999;

}  // namespace

json::array AcmeStock::free_numbers(const std::string& npa, std::size_t limit) {
    const auto area = std::ranges::find(areas, npa, &Area::npa);
    json::array numbers;
    if (area == areas.end()) return numbers;
    auto& first = first_free_.try_emplace(npa, line_first).first->second;
    while (first <= line_last && owners_.contains("+1" + npa + std::to_string(first))) ++first;
    for (auto line = first; line <= line_last && numbers.size() < limit; ++line) {
        const auto number = "+1" + npa + std::to_string(line);
        if (owners_.contains(number)) continue;
        numbers.push_back(
            {{"number", number},
             {"region", area->region},
             {"city", area->city},
             {"type", area->type}}
        );
    }
    return numbers;
}

std::string_view AcmeStock::owner_of(const std::string& number) const {
    const auto found = owners_.find(number);
    return found == owners_.end() ? std::string_view{} : found->second;
}

void AcmeStock::take(const std::string& number, const std::string& reference) {
    owners_[number] = reference;
}

void AcmeStock::release(const std::string& number) {
    owners_.erase(number);
    first_free_.clear();
}

void AcmeStock::clear() {
    owners_.clear();
    first_free_.clear();
}

}  // namespace porteur::sim
