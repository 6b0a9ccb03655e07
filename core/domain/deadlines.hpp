// SPDX-License-Identifier: Apache-2.0
#pragma once

// What somebody must look at, and by when: read out of an order, its documents and what is known of
// its carrier, with no clock of its own.
//
// | what              | by when                                                        | who      |
// |-------------------|----------------------------------------------------------------|----------|
// | draft_expiry      | a draft was begun so long ago                                   | person |
// | document_age      | a document of an order that has not been accepted is too old    | person |
// | document_expiry   | a document of such an order is good no longer, by its own date  | person |
// | expected_answer   | the carrier should have answered                                | carrier |
// | freeze            | nothing can be changed any more before the FOC                  | person |
// | foc               | the day on which the numbers move is over                       | carrier |
// | task              | work, or an order that only a person can move, has waited so long | person |
// | follow_up         | the daemon looks at the order again                             | daemon  |

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/business_days.hpp"
#include "domain/document_rules.hpp"
#include "domain/order.hpp"

namespace porteur {

namespace due_words {
inline constexpr std::string_view draft_expiry = "draft_expiry", document_age = "document_age",
                                  document_expiry = "document_expiry", expected_answer = "expected_answer", freeze = "freeze",
                                  foc = "foc", task = "task", follow_up = "follow_up";
}  // namespace due_words

/// All of the words above. @threads any
const std::vector<std::string_view>& all_due_words();

/// One line of the list.
struct DueItem {
    Id order = 0;
    OrderKind kind = OrderKind::port;
    std::int64_t tenant = 0;
    std::string account;
    std::string reference;
    std::string_view what;  ///< one of due_words
    std::string about;  ///< which of several: a document's id, a step; empty if there is only one
    Instant at{};
    std::optional<std::chrono::year_month_day> day;  ///< where it is a whole day: the last good one
    bool overdue = false;
    std::string_view who;  ///< "person", "carrier", "daemon"
    std::string text;      ///< one English line
};

/// What is known of how long things take and last.
struct DueRules {
    std::chrono::milliseconds draft{std::chrono::hours{24} * 30};  ///< how old a draft may grow
    std::chrono::milliseconds task{std::chrono::hours{24}
    };                                    ///< how long what waits for a person may wait
    /// How old documents may be; those of a type without an age are not followed. A customer service record
    /// ages as the invoice does. @source DOMAIN.md 2 (Bandwidth 7424, SignalWire; RingCentral: 45 days)
    DocumentAges ages{{"invoice", 45}, {"loa", 30}};
    /// Of the order's account: how long before the FOC nothing can be changed any more; 0: it does
    /// not say.
    std::chrono::milliseconds freeze{0};
    /// Of the operation that went out: how long the carrier takes at the worst; 0: it does not say.
    /// Whole days of it count as days of work where a calendar is known.
    std::chrono::milliseconds answer_worst{0};
    std::shared_ptr<const BusinessCalendar> calendar = {};
};

/// Everything that is due about one order but the daemon's own next look, in no order. An order
/// that has ended has nothing, unless a person must look at the losing carrier, nor has one in parts:
/// its parts have it.
/// @threads any
std::vector<DueItem> deadlines_of(const Order& order, const DueRules& rules, Instant now);

/// Whether it is an event when the time has passed. (A freeze only begins, and the daemon looks
/// late by itself.)
bool can_be_missed(std::string_view what) noexcept;

/// What tells a deadline from all others: the same one, after a restart too, has the same. A date
/// that is moved makes a new one.
std::string key_of(const DueItem& item);

}  // namespace porteur
