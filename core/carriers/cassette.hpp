// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <porteur/result.hpp>

#include "carriers/client.hpp"
#include "carriers/exchange.hpp"

namespace porteur {

/// One exchange as a line of a cassette: canonical JSON without the line break.
///
///     {"answer":{"body":"...","headers":[["content-type","application/json"]],"status":201},
///      "request":{"body":"...","headers":[["Accept","..."]],"method":"POST","url":"https://..."}}
///
/// Without an answer, "failure":{"kind","may_have_left","message"} stands in its place. A body that
/// is not UTF-8 is "body_base64".
///
/// Taken out: the values of Authorization, Proxy-Authorization, Cookie and Set-Cookie; what stands
/// at the request's `secret_places`; tokens in OAuth answers; and each of the request's `secrets`
/// wherever it occurs (redact.hpp), first in the plain bytes and then in the line.
///
/// @threads any
std::string cassette_line(const CarrierRequest& sent, const Exchanged& outcome);

/// A hook that appends each exchange to a file, made with mode 0600 if it is new. One write for
/// each line, so that two recorders may share a file. A write that fails is dropped: recording
/// never disturbs an order.
///
/// @errors invalid_input: the file cannot be opened for appending
Result<ExchangeHook> record_to_file(const std::string& path);

}  // namespace porteur
