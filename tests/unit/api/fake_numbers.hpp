// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
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
    NumberChoice last_choice;  ///< of an export; read once it was answered
    int repeats = 1;           ///< how often each number stands in an export
    int break_after = -1;      ///< so many numbers of an export can be read
    std::atomic<int> read_in_all{0};
    std::filesystem::path font_folder = "/usr/share/fonts/truetype/dejavu";
    std::function<void()> on_pause = [] {};  ///< called on the export's thread

    Result<void> each_number(const Caller& caller, NumberChoice choice, const NumberReading& reading) override {
        last_choice = std::move(choice);
        if (refuse) return std::unexpected(*refuse);
        if (caller.tenant != 1) return {};
        int count = 0;
        for (int round = 0; round < repeats; ++round)
            for (const auto& [key, each] : held) {
                if (count == break_after) return failure(ErrorKind::unavailable, "the store went away");
                const NumberRead read{
                    .key = key, .used_by = each.row.used_by, .features = each.row.features, .tags = each.row.tags,
                    .custom = each.row.custom, .cost = each.row.cost, .order = each.row.order, .first_call = each.row.first_call,
                    .shared = &each.shared, .company = each.company_name, .var = each.var_name
                };
                ++read_in_all;
                if (!reading.take(read)) return {};
                if (++count % 1000 != 0) continue;
                on_pause();
                if (!reading.pause()) return {};
            }
        return {};
    }
    PaperNeeds paper() const override { return {.font_folder = font_folder, .now = Instant{std::chrono::milliseconds{1'790'000'000'123}}}; }
    Result<NumberFacets> facets(const Caller&, std::int64_t) override {
        if (refuse) return std::unexpected(*refuse);
        return NumberFacets{{"state", {{"in_service", 2}}}, {"use_type", {{"", 1}, {"user", 1}}}};
    }
};

}  // namespace porteur::testing
