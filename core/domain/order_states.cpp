// SPDX-License-Identifier: Apache-2.0
// Which state may follow which, and what several states are together.
#include <algorithm>
#include <span>

#include "domain/rule_words.hpp"

namespace porteur {
namespace {

using enum OrderState;

// An exception may be mended into any open state; whatever is open may end in any way, because a
// carrier may skip states that we would have liked to see.
constexpr OrderState port_open[] = {submitted,  needs_documents,    accepted,       confirmed,
                                    activating, supplement_pending, cancel_pending, exception};
constexpr OrderState purchase_open[] = {submitted,          in_review,      activating, needs_documents,
                                        alternates_offered, cancel_pending, exception};
constexpr OrderState by_advance[] = {draft,      needs_documents,    submitted, in_review,          accepted,      confirmed,
                                     activating, alternates_offered, exception, supplement_pending, cancel_pending};
constexpr OrderState ends[] = {completed, partial, cancelled, rejected, expired};

bool contains(std::span<const OrderState> list, OrderState state) {
    return std::ranges::find(list, state) != list.end();
}

}  // namespace

int rules::advance(OrderState state) noexcept {
    return static_cast<int>(std::ranges::find(by_advance, state) - std::begin(by_advance));
}

bool is_end(OrderState state) noexcept { return contains(ends, state); }

bool waits_for_correction(OrderKind kind, OrderState state) noexcept {
    return state == exception || state == alternates_offered || (kind == OrderKind::purchase && state == needs_documents);
}

bool may_follow(OrderKind kind, OrderState from, OrderState to) noexcept {
    if (from == to) return true;
    if (is_end(from)) return false;
    const std::span<const OrderState> open =
        kind == OrderKind::port ? std::span<const OrderState>(port_open) : std::span<const OrderState>(purchase_open);
    if (from != draft && !contains(open, from)) return false;
    if (to == draft) return false;
    return contains(open, to) || is_end(to);
}

OrderState rolled_up(const std::vector<NumberProgress>& numbers, OrderState whole) noexcept {
    if (numbers.empty()) return whole;
    bool open = false;
    bool alike = true;
    OrderState least = whole;
    for (const auto& each : numbers) {
        alike = alike && each.state == numbers.front().state;
        if (is_end(each.state)) continue;
        if (!open || rules::advance(each.state) < rules::advance(least)) least = each.state;
        open = true;
    }
    // The carrier's word for the whole stands while anything is open: it knows what our table does not.
    if (open) return is_end(whole) ? least : whole;
    // So it does when it calls the whole partial and lists the numbers that came, and not those that did not.
    if (whole == partial && numbers.front().state == completed) return partial;
    return alike ? numbers.front().state : partial;
}

int shard_of(std::string_view account) noexcept {
    std::uint64_t hash = 14695981039346656037ull;
    for (const char letter : account) hash = (hash ^ static_cast<unsigned char>(letter)) * 1099511628211ull;
    return static_cast<int>(hash % shard_count);
}

}  // namespace porteur
