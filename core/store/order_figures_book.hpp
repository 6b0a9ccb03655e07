// SPDX-License-Identifier: Apache-2.0
#pragma once

// What orders are counted by, read row by row: only the ports that came to their date or end within
// the span are kept until the end.

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
