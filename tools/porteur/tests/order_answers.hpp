// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace porteur::cli {

/// What of an order matters to a test; the rest is as it would be.
struct OrderParts {
    std::string state = "draft";
    std::string delivery = "idle";
    std::string problem = "";
    std::string due = "null";  ///< JSON
    std::string id = "01JD9Y4V8K3ZQ";
    std::string settle = "[]";               ///< JSON
    std::string waiting_operation = "null";  ///< JSON
};

/// An order as the API shows it.
inline std::string order_answer(const OrderParts& parts) {
    return R"({"account":"tt","attempt":1,"carrier_id":"","created":"2026-12-01T09:00:00.000Z","delivery":")" +
           parts.delivery + R"(","due":)" + parts.due + R"(,"id":")" + parts.id +
           R"(","kind":"port","losing_account":"rc-main","numbers":[{"number":"+14165550101","state":")" +
           parts.state + R"("}],"problem":")" + parts.problem +
           R"(","progress":{},"reference":"R-1","request":{},"settle":)" + parts.settle + R"(,"state":")" + parts.state +
           R"(","waiting_operation":)" + parts.waiting_operation + R"(,"submitted":null,"updated":"2026-12-01T09:30:00.000Z","version":3})";
}

inline std::string entry_json(
    const std::string& id, const std::string& second, const std::string& text
) {
    return R"({"at":"2026-12-01T09:30:)" + second + R"(.000Z","data":{},"id":")" + id +
           R"(","kind":"port.state_changed","order":"01JD9Y4V8K3ZQ","source":"tt","text":")" +
           text + "\"}";
}

inline std::string timeline_answer(const std::string& entries) {
    return R"({"items":[)" + entries + "]}";
}

}  // namespace porteur::cli
