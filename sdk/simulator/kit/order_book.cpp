// SPDX-License-Identifier: Apache-2.0
#include "order_book.hpp"

#include <charconv>
#include <utility>

namespace porteur::sim {

Order OrderBook::carry_out(
    const std::string& kind, const std::string& reference, const std::vector<std::string>& numbers
) {
    orders_.push_back({std::to_string(orders_.size() + 1), kind, reference, numbers, now(), {}});
    const auto& made = orders_.back();
    world_.ledger.carry_out(
        {.kind = kind, .id = made.id, .reference = reference, .numbers = numbers, .detail = {}, .at = {}, .real_at = {}}
    );
    return with_word(made);
}

std::optional<Order> OrderBook::order(std::string_view kind, std::string_view id) const {
    const auto* found = find(id);
    if (found == nullptr || found->kind != kind) return std::nullopt;
    return with_word(*found);
}

std::vector<Order> OrderBook::orders(std::string_view kind, std::string_view reference) const {
    std::vector<Order> found;
    for (const auto& each : orders_) {
        if (each.kind == kind && (reference.empty() || each.reference == reference)) found.push_back(with_word(each));
    }
    return found;
}

std::string OrderBook::state_of(std::string_view id) const {
    const auto* found = find(id);
    return found == nullptr ? std::string() : word_of(*found);
}

bool OrderBook::set_state(std::string_view id, std::string word) {
    auto* found = find(id);
    if (found == nullptr) return false;
    found->state = std::move(word);
    return true;
}

std::size_t OrderBook::set_states(std::string_view reference, const std::string& word) {
    std::size_t count = 0;
    for (auto& each : orders_) {
        if (each.reference != reference) continue;
        each.state = word;
        ++count;
    }
    return count;
}

std::string OrderBook::word_of(const Order& order) const {
    if (!order.state.empty()) return order.state;
    std::string word;
    const auto passage = passages_.find(order.kind);
    if (passage == passages_.end()) return word;
    for (const auto& stage : passage->second) {
        if (order.placed + stage.after <= now()) word = stage.word;
    }
    return word;
}

Order OrderBook::with_word(Order order) const {
    order.state = word_of(order);
    return order;
}

const Order* OrderBook::find(std::string_view id) const {
    std::size_t place = 0;
    const auto read = std::from_chars(id.data(), id.data() + id.size(), place);
    if (read.ec != std::errc{} || place == 0 || place > orders_.size() || orders_[place - 1].id != id) return nullptr;
    return &orders_[place - 1];
}

Order* OrderBook::find(std::string_view id) { return const_cast<Order*>(std::as_const(*this).find(id)); }

}  // namespace porteur::sim
