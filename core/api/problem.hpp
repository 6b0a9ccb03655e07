// SPDX-License-Identifier: Apache-2.0
#pragma once

// Errors as RFC 9457 problem documents: {"type", "title", "status", "detail", "field", "errors"}. `type`
// is "urn:porteur:problem:" and a word that programs may rely on; `field` is a JSON pointer into the
// request's body, or the name of a query parameter or header field; where several fields are wrong,
// `errors` has each with its detail.

#include <string>
#include <string_view>

#include <porteur/phrase.hpp>
#include <porteur/result.hpp>

#include "api/request.hpp"

namespace porteur {

/// The kinds of problem that the API knows; docs/api.md lists them, openapi.json too.
struct ProblemKind {
    std::string_view word;
    int status;
    std::string_view title;
};

namespace problems {
inline constexpr ProblemKind bad_request{"bad-request", 400, to_translate("The request is malformed")};
inline constexpr ProblemKind invalid_input{"invalid-input", 400, to_translate("A value is not as it must be")};
inline constexpr ProblemKind key_missing{"key-missing", 400, to_translate("The Idempotency-Key is missing")};
inline constexpr ProblemKind unauthenticated{"unauthenticated", 401, to_translate("Sign in, or send a valid token")};
inline constexpr ProblemKind second_factor{"second-factor", 401, to_translate("A code of the authenticator is needed")};
inline constexpr ProblemKind forbidden{"forbidden", 403, to_translate("This is not allowed")};
inline constexpr ProblemKind not_found{"not-found", 404, to_translate("Not found")};
inline constexpr ProblemKind wrong_method{"wrong-method", 405, to_translate("The method is not allowed here")};
inline constexpr ProblemKind too_slow{"too-slow", 408, to_translate("The request came too slowly")};
inline constexpr ProblemKind conflict{"conflict", 409, to_translate("The order's state does not allow this")};
inline constexpr ProblemKind under_way{
    "under-way", 409, to_translate("The first request with this key is under way")
};
inline constexpr ProblemKind version{"version", 412, to_translate("The order has changed in the meantime")};
inline constexpr ProblemKind too_large{"too-large", 413, to_translate("The body is too large")};
inline constexpr ProblemKind uri_too_long{"uri-too-long", 414, to_translate("The address is too long")};
inline constexpr ProblemKind media_type{"media-type", 415, to_translate("This type of content is not taken")};
inline constexpr ProblemKind expectation{"expectation", 417, to_translate("The expectation cannot be met")};
inline constexpr ProblemKind unsupported{"unsupported", 422, to_translate("This account cannot do that")};
inline constexpr ProblemKind rejected{"rejected", 422, to_translate("The carrier refused")};
inline constexpr ProblemKind key_reused{"key-reused", 422, to_translate("The key was used for another request")};
inline constexpr ProblemKind too_many_attempts{"too-many-attempts", 429, to_translate("Too many attempts")};
inline constexpr ProblemKind too_many_changes{"too-many-changes", 429, to_translate("Too many changes wait already")};
inline constexpr ProblemKind header_too_large{"header-too-large", 431, to_translate("The header is too large")};
inline constexpr ProblemKind internal{"internal", 500, to_translate("A defect in Porteur")};
inline constexpr ProblemKind not_spoken{"not-spoken", 501, to_translate("This part of HTTP is not spoken here")};
inline constexpr ProblemKind carrier_credentials{
    "carrier-credentials", 502, to_translate("The carrier refuses the account's credentials")
};
inline constexpr ProblemKind in_doubt{"in-doubt", 502, to_translate("What the carrier did is not known")};
inline constexpr ProblemKind telephone_system{
    "telephone-system", 502, to_translate("The telephone system did not take the call")
};
inline constexpr ProblemKind unavailable{"unavailable", 503, to_translate("Not possible at the moment")};
inline constexpr ProblemKind throttled{"throttled", 503, to_translate("The carrier asks for fewer requests")};
inline constexpr ProblemKind http_version{
    "http-version", 505, to_translate("This version of HTTP is not spoken here")
};
}  // namespace problems

/// @param field  JSON pointer, parameter or header name; empty when none is to blame, or when the
/// detail
///               says it as below
/// @threads any
Answer problem_answer(
    const ProblemKind& kind, std::string_view detail, std::string_view field = {}
);

/// The problem that an error of the host is. A message that begins with a JSON pointer and a colon, or
/// with "the parameter NAME", names the field; one of several lines that all do names them all.
///
/// @param of_state  invalid_input without a code that names no field means that the order's state
///                  forbids it
///                  (409), as for submit and cancel
/// @threads any
Answer problem_answer(const Error& error, bool of_state = false);

/// The kind for the status of a refusal before any route was looked at. @threads any
const ProblemKind& kind_of_status(int status);

}  // namespace porteur
