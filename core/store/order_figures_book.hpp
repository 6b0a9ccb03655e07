// SPDX-License-Identifier: Apache-2.0
#pragma once

// Orders in numbers, counted from the lines of their timelines: what the kept counts (order_marks.hpp)
// are checked against, slowly.

#include "domain/order_figures.hpp"
#include "store/store_access.hpp"

namespace porteur {

/// @threads any; blocks, for seconds where an account has very many orders. @errors unavailable:
/// the store
class OrderFiguresBook {
public:
    explicit OrderFiguresBook(StoreAccess& access) : access_(access) {}

    Result<OrderFigures> figures(std::int64_t tenant, FiguresSpan span);

private:
    StoreAccess& access_;
};

}  // namespace porteur
