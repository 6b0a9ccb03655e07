// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every request passes before its handler, in this order: the route, who calls, the query, the
// header fields of the body, the Idempotency-Key, the body itself. So nobody is asked for a body
// that would be refused, and no handler can forget a check.

#include <functional>

#include "api/fingerprint.hpp"
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

/// Gives a streamed body on, piece by piece, and the fingerprint of it to the request; what it is
/// the fingerprint of besides stands in `fingerprint` already.
///
/// @param size_max   of the whole, in bytes
/// @param too_large  what is said of more
/// @return  nothing; or the answer, where the body does not come, is not taken, or came with this key
///          before
Async<std::optional<Answer>> take_pieces(
    Api& api, Request& request, Fingerprint& fingerprint, std::uint64_t size_max, std::string too_large,
    std::function<Result<void>(std::string_view)> append
);

}  // namespace porteur
