// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the API needs of signing in at a provider of OpenID Connect. A person's browser goes there
// and comes back, so what went wrong is told by a word in the address of the console, which has the
// sentence for it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/people_services.hpp"

namespace porteur {

/// A provider as the sign-in page shows it.
struct ProviderShown {
    std::string name;   ///< in addresses
    std::string title;  ///< on the button
};

/// Why nobody was signed in, as the console is told. docs/roles.md says what each means.
namespace provider_words {
inline constexpr std::string_view again = "again";    ///< too late, begun elsewhere, or used before
inline constexpr std::string_view denied = "denied";  ///< the provider or the person said no
inline constexpr std::string_view unavailable = "unavailable";  ///< the provider cannot be reached
inline constexpr std::string_view wrong_answer =
    "wrong-answer";  ///< what it said is not right; the log says why
inline constexpr std::string_view unknown_person = "unknown-person";
inline constexpr std::string_view unverified =
    "unverified";  ///< the provider has not verified the e-mail address
inline constexpr std::string_view not_allowed = "not-allowed";  ///< disabled, or their account is
inline constexpr std::string_view no_second_factor = "no-second-factor";
inline constexpr std::string_view too_many = "too-many";
inline constexpr std::string_view code = "code";  ///< no refusal: the second factor is asked for
}  // namespace provider_words

/// A browser that goes to a provider.
struct ProviderBegin {
    std::string provider;
    std::string to;       ///< the page of the console to come back to; empty: its first
    std::string host;     ///< that the request was sent to
    std::string address;  ///< of the peer
};

/// Where a browser goes next, and what it takes along.
struct ProviderWay {
    std::string location;
    std::string kept;  ///< value of the cookie of the sign-in under way; empty: it is over
    std::string step;  ///< value of the cookie of whoever still has to give a code; empty: nobody
    std::string session;  ///< value of the session's cookie; empty: nobody is signed in
};

/// A browser that comes back.
struct ProviderReturn {
    std::string provider;
    std::string code, state, issuer, error;  ///< of the address; empty: not there
    std::string kept;                        ///< of the cookie
    std::string address;                     ///< of the peer
};

/// @threads any
class ProviderSignIn {
public:
    virtual ~ProviderSignIn() = default;

    virtual std::vector<ProviderShown> providers() const = 0;
    /// Nothing: there is no such provider.
    virtual std::optional<std::string> issuer_of(std::string_view provider) const = 0;
    /// @errors  invalid_input (not_found_code: no such provider): `to` is no page of the console
    virtual Async<Result<ProviderWay>> begin(ProviderBegin wish) = 0;
    /// @errors  invalid_input (not_found_code): no such provider
    virtual Async<Result<ProviderWay>> finish(ProviderReturn wish) = 0;
    /// The code of whoever the provider has signed in already.
    /// @errors  as PeopleServices::sign_in
    virtual Async<Result<SignedIn>> finish_with_code(
        std::string step, std::string code, std::string address
    ) = 0;
};

}  // namespace porteur
