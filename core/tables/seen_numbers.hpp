// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace porteur::tables {

/// The numbers of a file so far, each with the row where it first stood and what that row said: 24
/// bytes for a number at most two thirds full, so about 50 MB for a million.
class SeenNumbers {
public:
    struct First {
        std::uint64_t row;
        std::uint64_t content;
    };

    /// What stands for `number` already, or nothing, and then these are kept.
    /// @param number  not 0
    const First* see(std::uint64_t number, First now) {
        if ((count_ + 1) * 3 > slots_.size() * 2) grow();
        auto& slot = slots_[place_of(number)];
        if (slot.number == number) return &slot.first;
        slot = {number, now};
        ++count_;
        return nullptr;
    }
    std::size_t count() const { return count_; }

private:
    struct Slot {
        std::uint64_t number = 0;
        First first{};
    };

    std::size_t place_of(std::uint64_t number) const {
        const auto mask = slots_.size() - 1;
        // Neighbouring numbers come far apart. @source Knuth, TAOCP 3, section 6.4 (multiplicative
        // hashing)
        auto at = static_cast<std::size_t>(number * 0x9E3779B97F4A7C15U >> 20U) & mask;
        while (slots_[at].number != 0 && slots_[at].number != number) at = (at + 1) & mask;
        return at;
    }
    void grow() {
        auto old = std::vector<Slot>(slots_.empty() ? 1024 : slots_.size() * 2);
        old.swap(slots_);
        for (const auto& each : old)
            if (each.number != 0) slots_[place_of(each.number)] = each;
    }

    std::vector<Slot> slots_;
    std::size_t count_ = 0;
};

}  // namespace porteur::tables
