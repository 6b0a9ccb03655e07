// SPDX-License-Identifier: Apache-2.0
#pragma once

// Orders in numbers, kept as counts of days, so that nobody reads a million lines of timelines to
// look at a chart; and which orders were refused for what.
//
// The counts follow the timelines: the lines that have come since are taken in before anything is
// read, with how far they were followed in the same transaction. So a reader sees every line that
// stands in the store, a crash leaves nothing counted twice, and the writer of orders, which has to
// be quick, does nothing for it. What was there before the tables is taken in the same way.

#include <atomic>
#include <functional>
#include <mutex>
#include <string>

#include "domain/order_figures.hpp"
#include "store/store_access.hpp"

namespace porteur {

/// @threads any; blocks. @errors unavailable: the store; figures() and refused() also while there is
/// more to take in than somebody who looks should wait for, with the time to look again
class OrderMarks {
public:
    static constexpr int lines_at_once = 2000;
    /// So many are taken in before a look; what is left is for whoever follows in small pieces.
    static constexpr std::int64_t lines_awaited_max = 10'000;

    /// @param warn  one line for the log; any thread
    explicit OrderMarks(StoreAccess& access, std::function<void(std::string)> warn = {})
        : access_(access), warn_(std::move(warn)) {}

    /// Takes in the lines that have come since, piece by piece.
    /// @param lines_max  stops after about so many
    /// @return whether all were taken in; false also once it is stopped
    Result<bool> follow(std::int64_t lines_max = INT64_MAX);
    /// What is under way ends after its piece, and nothing more is taken in. Returns at once.
    void stop() { stopped_ = true; }

    /// @param span  counted in whole days, UTC
    Result<OrderFigures> figures(std::int64_t tenant, FiguresSpan span);

    /// Orders that were refused for a reason at least once, the newest first; those in parts are
    /// not among them, their parts are.
    /// @param filter  with a tenant and a kind
    Result<std::vector<Order>> refused(
        const OrderFilter& filter, Reason code, Id before, int limit
    );

private:
    struct Piece;
    Result<Piece> read_piece();
    Result<void> catch_up();
    /// The losing carrier that an order's request names; empty where the request does not open,
    /// which is told once.
    std::string losing_carrier(Id order, const std::string& sealed);
    /// The name of a losing carrier, if an order has it under the key that is counted: an order may
    /// have been given another since.
    bool name_losing(soci::session& sql, const std::string& losing, Id order, OrderTally& tally);

    StoreAccess& access_;
    std::function<void(std::string)> warn_;
    std::atomic<bool> warned_ = false;
    std::atomic<bool> stopped_ = false;
    std::mutex following_;  ///< one at a time
};

}  // namespace porteur
