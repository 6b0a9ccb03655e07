// SPDX-License-Identifier: Apache-2.0
#pragma once

// Who calls, as what, and in whose account: from a bearer token or the cookie of a session, and the
// account that is to be entered.

#include <optional>

#include "api/routes.hpp"

namespace porteur {

/// The cookie of a session.
inline constexpr std::string_view session_cookie = "porteur_session";

/// The value of a cookie; empty: there is none.
std::string_view cookie_of(const Request& request, std::string_view name);

struct Identity {
    Caller caller;
    std::string csrf;  ///< of a session; empty for a token
    bool may_enter =
        true;  ///< false: the account to enter is not below one's own, or does not exist
};

/// @return  nothing: nobody is known by these
/// @errors  unavailable: it cannot be looked up now, which says nothing about them
Result<std::optional<Identity>> identify(Api& api, const Credentials& credentials);

/// What a request shows of who sends it. @return a problem where the account to enter is no number
std::optional<Answer> read_credentials(Request& request);

/// A page elsewhere may send requests with the cookie of ours: whatever changes something must come
/// from a page of ours, and say what only that knows.
/// @param csrf  what the session's pages know; empty: nobody is signed in yet
/// @source      OWASP Cross-Site Request Forgery Prevention Cheat Sheet (read 2026-11): token,
/// Origin, Sec-Fetch-Site
std::optional<Answer> check_from_our_page(const Request& request, std::string_view csrf);

}  // namespace porteur
