// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <porteur/json.hpp>

#include "api/request.hpp"

namespace porteur {

/// An order's request as a caller wrote it, read and checked.
struct OrderRequest {
    std::string canonical;           ///< of PortOrder or PurchaseOrder; of the PIN its shape alone
    std::optional<std::string> pin;  ///< given anew; empty text takes the old one away
    std::size_t number_count = 0;
};

/// Reads a request: the fields of the SDK's PortOrder or PurchaseOrder without `reference` and
/// `attempt`, which are the host's; `pin` is a text; each of `documents` is the id of a stored
/// document, or an object with it, as the API shows them.
///
/// @param written   what the caller wrote
/// @param pin_kept  the shape of the PIN that the order already has; used when none is written
/// @errors   invalid_input: the message begins with the JSON pointer of the field, from "/request"
/// on
/// @threads  the connection's; asks the services for the documents
Result<OrderRequest> read_order_request(
    ApiServices& services, const Caller& caller, OrderKind kind, json::object written,
    SecretShape pin_kept = {}
);

/// The request of an order with changes merged in: an object goes into an object, null takes a
/// field away, everything else replaces.
/// @source RFC 7396
/// @errors as read_order_request
Result<OrderRequest> merge_order_request(
    ApiServices& services, const Caller& caller, const Order& order, const json::object& changes
);

/// Reads a JSON body that is an object and has no other keys than these. @errors invalid_input
Result<json::object> read_object(std::string_view body, std::string_view known_keys);

}  // namespace porteur
