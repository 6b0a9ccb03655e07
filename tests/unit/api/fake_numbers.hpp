// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "api/number_services.hpp"

namespace porteur::testing {

/// The inventory as the API sees it, in memory: all of it is tenant 1's.
class FakeNumbers final : public NumberServices {
public:
    std::map<NumberKey, NumberShown> held;
    std::map<NumberKey, std::vector<NumberEvent>> events;
    InventoryQuery last_query;
    std::optional<Error> refuse;

    Result<NumbersShown> numbers(const Caller& caller, InventoryQuery query) override {
        last_query = std::move(query);
        if (refuse) return std::unexpected(*refuse);
        NumbersShown out;
        if (caller.tenant == 1)
            for (const auto& [key, each] : held) out.numbers.push_back(each);
        out.total = InventoryTotal{static_cast<std::int64_t>(out.numbers.size()), true};
        return out;
    }
    Result<std::optional<NumberShown>> number(const Caller& caller, NumberKey key) override {
        const auto found = held.find(key);
        if (found == held.end() || caller.tenant != 1) return std::nullopt;
        return found->second;
    }
    Result<std::optional<std::vector<NumberEvent>>> history(const Caller& caller, NumberKey key, int) override {
        if (!held.contains(key) || caller.tenant != 1) return std::nullopt;
        return std::optional(events[key]);
    }
    Result<NumberFacets> facets(const Caller&, std::int64_t) override {
        if (refuse) return std::unexpected(*refuse);
        return NumberFacets{{"state", {{"in_service", 2}}}, {"use_type", {{"", 1}, {"user", 1}}}};
    }
};

}  // namespace porteur::testing
