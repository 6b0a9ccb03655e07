// SPDX-License-Identifier: Apache-2.0
#pragma once

// How long the desk may take, and what is kept of a request meanwhile: when an answer is due,
// whether it was reminded, and what its answer said.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <porteur/json.hpp>
#include <porteur/model.hpp>

#include "countries.hpp"
#include "desk.hpp"

namespace genesys {

/// The same time of day so many business days later: Saturdays, Sundays and the country's holidays
/// do not count. @param country  null: no holidays are known
/// @threads any
std::chrono::sys_seconds business_days_after(
    std::chrono::sys_seconds from, int days, const Country* country
);

/// What is known of the one reminder.
enum class Reminder : std::uint8_t { sent, in_doubt, not_sent };

/// A request at the desk, as PurchaseProgress::keep has it under "desk".
struct Review {
    DeskRequest request;
    std::chrono::sys_seconds due{};                      ///< by when an answer should be there
    std::optional<std::chrono::sys_seconds> reminded;    ///< when the desk was to be reminded
    Reminder reminder = Reminder::in_doubt;              ///< once that was tried: what became of it
    std::optional<std::chrono::sys_seconds> second_due;  ///< by when it should have helped

    porteur::json::object to_kept() const;
    /// Writes it into what is kept of the order, with what the host's list of due things reads: "due", the day by
    /// which an answer is expected now, and "then", what happens where there is none.
    void keep_in(porteur::json::object& kept) const;
    /// Nothing where the order is no request by mail, or is one of an older version of this plugin.
    static std::optional<Review> from_kept(const porteur::json::object& kept);
};

/// What a mail of the desk said that the order follows ("mail" in what was kept, written by the
/// host); nothing if there was none. @threads any
std::optional<porteur::OrderState> said_by_mail(const porteur::json::object& kept);

}  // namespace genesys
