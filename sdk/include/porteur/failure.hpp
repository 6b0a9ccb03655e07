// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include <porteur/result.hpp>

namespace porteur {

/// What fail() throws. It ends at the plugin's boundary, where it becomes a porteur_error.
struct Failure {
    Error error;
};

/// Leaves an operation early.
///
/// @param kind          what the host does next
/// @param reason        the canonical reason of a refusal; Reason::none if there is none
/// @param carrier_code  the carrier's own code, verbatim; empty if none
/// @param text          one English line for a person; no secret, no personal data
/// @threads             [op]
[[noreturn]] inline void fail(ErrorKind kind, Reason reason, std::string carrier_code, std::string text) {
    throw Failure{Error{
        .kind = kind, .message = std::move(text), .reason = reason, .code = std::move(carrier_code)
    }};
}

/// Leaves an operation early with an error that came from elsewhere.
[[noreturn]] inline void fail(Error error) { throw Failure{std::move(error)}; }

}  // namespace porteur
