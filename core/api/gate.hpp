// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every request passes before its handler, in this order: the route, who calls, the query, the
// header fields of the body, the Idempotency-Key, the body itself. So nobody is asked for a body
// that would be refused, and no handler can forget a check.

#include "api/routes.hpp"

namespace porteur {

/// Answers one request whose head has been read. Never throws; a defect becomes a problem.
///
/// @param api, request  owned by the caller until the answer is there
/// @cancel  not at all: what a handler began is brought to its end, even when the caller has gone
/// @threads the connection's
Async<Answer> answer_request(Api& api, Request& request);

/// The answer that was given to the first request with this key, where there was one.
///
/// @param fingerprint  of this request; another one under the same key is refused
/// @return  nothing: it is the first
std::optional<Answer> answer_again(Api& api, const Request& request, std::string_view fingerprint);

/// Why a body did not come, as an answer. A peer that has gone gets an answer of status 499, which
/// is only logged.
Answer answer_of(const BodyFault& fault);

}  // namespace porteur
