// SPDX-License-Identifier: Apache-2.0
#pragma once

// One provider of OpenID Connect: what it says of itself and its keys, kept for a while, and whom
// it names for a code.

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "access/id_token.hpp"
#include "access/provider_keys.hpp"
#include "access/provider_page.hpp"
#include "carriers/exchange.hpp"
#include "engine/interfaces.hpp"
#include "settings/settings.hpp"

namespace porteur {

/// What only this side of a sign-in knows until it comes back.
struct ProviderSecrets {
    std::string state, nonce, verifier;
};

/// @threads one at a time: of its executor
class ProviderClient {
public:
    using Steady = std::chrono::steady_clock::time_point;
    struct Parts {
        std::function<Async<Exchanged>(CarrierRequest request)> send;  ///< to any address
        std::function<Result<std::string>()>
            secret;  ///< of the client; not asked where there is none
        std::function<Instant()> now;
        std::function<Steady()> uptime;
    };
    ProviderClient(ProviderSettings settings, Parts parts)
        : settings_(std::move(settings)), parts_(std::move(parts)) {}

    const ProviderSettings& settings() const { return settings_; }

    /// Where the browser is sent.
    /// @errors  unavailable: the provider does not answer; rejected: what it says is not right
    Async<Result<std::string>> sign_in_address(ProviderSecrets secrets, std::string redirect_uri);

    /// Whom the provider has signed in.
    /// @param issuer  that the return named; empty: none
    /// @errors  unavailable; rejected: the code does not hold, or what it said for it is not right.
    /// The message is for
    ///          the log, and holds neither code nor token
    Async<Result<IdTokenPerson>> person_of(
        std::string code, ProviderSecrets secrets, std::string redirect_uri, std::string issuer
    );

private:
    template <class T>
    struct Kept {
        T value;
        Steady until;
    };
    struct Fetched {
        std::string body;
        std::chrono::seconds keep;
    };
    Async<Result<Fetched>> fetch(std::string address, std::string_view what);
    Async<Result<ProviderPage>> page();
    Async<Result<void>> ask_userinfo(
        std::string address, std::string access_token, IdTokenPerson& person
    );
    /// @param wanted  what has to be among them: looked for anew, but at most once a minute
    Async<Result<ProviderKeys>> keys(std::string address, TokenHead wanted);

    ProviderSettings settings_;
    Parts parts_;
    std::optional<Kept<ProviderPage>> page_;
    std::optional<Kept<ProviderKeys>> keys_;
    std::optional<Steady> looked_again_;
    std::optional<std::pair<Error, Steady>>
        failed_;  ///< the page could not be had; until when nobody asks again
};

/// How long an answer may be kept, by its Cache-Control: at least five minutes, at most a day, an
/// hour unless it says.
/// @threads any
std::chrono::seconds kept_for(std::string_view cache_control);

}  // namespace porteur
