// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a sign-in is answered with, whichever way it came about.

#include <string>
#include <string_view>

#include "api/people_services.hpp"
#include "api/routes.hpp"

namespace porteur::handlers::session_handling {

/// The session's cookie, as Set-Cookie has it.
std::string cookie_text(std::string_view value);

/// The session and its cookie, or why there is none.
Answer signed_in_answer(Api& api, const Result<SignedIn>& signed_in);

}  // namespace porteur::handlers::session_handling
