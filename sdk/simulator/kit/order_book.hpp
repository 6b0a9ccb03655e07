// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/simulator.hpp>

#include "carrier.hpp"

namespace porteur::sim {

/// The orders of a described carrier, and the word of each: by the carrier's clock, or as somebody said. @threads one
class OrderBook {
public:
    explicit OrderBook(World world) : world_(world) {}

    /// @param stages  the earliest first
    void set_passage(const std::string& kind, std::vector<Stage> stages) { passages_[kind] = std::move(stages); }

    Instant now() const { return world_.clock.now(); }
    Order carry_out(const std::string& kind, const std::string& reference, const std::vector<std::string>& numbers);
    std::optional<Order> order(std::string_view kind, std::string_view id) const;
    std::vector<Order> orders(std::string_view kind, std::string_view reference) const;
    /// The word of an order now; empty when there is no such order or nobody said one.
    std::string state_of(std::string_view id) const;
    /// An empty word gives the order back to the clock. @return whether there is such an order
    bool set_state(std::string_view id, std::string word);
    /// The same for all orders under a reference. @return how many
    std::size_t set_states(std::string_view reference, const std::string& word);
    void reset() { orders_.clear(); }

private:
    std::string word_of(const Order& order) const;
    Order with_word(Order order) const;
    Order* find(std::string_view id);
    const Order* find(std::string_view id) const;

    World world_;
    std::map<std::string, std::vector<Stage>> passages_;
    std::vector<Order> orders_;  ///< the id is the place, from 1; `state` is what somebody said
};

}  // namespace porteur::sim
