// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <porteur/result.hpp>

#include "carriers/auth.hpp"
#include "carriers/clock.hpp"
#include "carriers/exchange.hpp"

namespace porteur::carriers {

/// A credential that was refused is not shown to the token endpoint again for this long, unless it
/// has changed: some carriers lock an account that keeps trying. @source CARRIERS.md 1.3, 1.9
inline constexpr std::chrono::minutes token_refused_for{5};

/// The access token of an account: fetched when first needed, shared by all requests, renewed ahead
/// of its expiry while the old one still serves.
///
/// One fetch at a time, in a coroutine of its own: whoever needs a token waits for it, and one who
/// stops waiting takes it from nobody. A token is renewed when a tenth of its life is left (at most
/// five minutes); a renewal that fails is tried again 30 s later, as the old token still serves.
///
/// @threads the executor's only
class TokenSource : public std::enable_shared_from_this<TokenSource> {
public:
    using Time = std::chrono::steady_clock::time_point;
    /// Sends a token request; the url is absolute. `secrets` are those in request and answer.
    using Send = std::function<boost::asio::awaitable<Exchanged>(CarrierRequest request)>;

    struct Token {
        std::string text;
        std::uint64_t number = 0;  ///< counts the fetches
        bool from_cache = false;   ///< fetched before this request asked
    };

    TokenSource(
        boost::asio::any_io_executor executor, AuthSettings auth, SecretReader secrets,
        ClientClock clock, Send send
    );

    /// The token if one serves now. Begins the renewal when that is due.
    std::optional<Token> at_hand();

    /// The token, fetched if need be; not later than `until`.
    ///
    /// @errors  unauthorized: the endpoint refused the credentials (400, 401, 403), with its own
    ///          code; throttled: 429, or 503 with a wait; unavailable: everything else. Of the
    ///          secrets' reader: its own. Never in_doubt: asking for a token changes nothing
    /// @cancel  at any wait; the fetch goes on for the others
    boost::asio::awaitable<Result<Token>> get(Time until);

    /// The carrier answered 401 to a token: it is dropped, if it is still the one in use and none
    /// was dropped for that reason in the last ten seconds (a 401 for another reason must not fetch
    /// a token for each request). @return whether another token is worth a try
    bool refused(std::uint64_t number);

    /// Forgets token, refusals and waits, for a person who asks to try again.
    void forget();

private:
    struct Waiter;

    void start_fetch();
    static boost::asio::awaitable<void> fetch(std::shared_ptr<TokenSource> self);
    Result<CarrierRequest> make_request();
    void take_in(const Exchanged& outcome);
    Error error_of(const HttpAnswer& answer);
    void wake_all();

    boost::asio::any_io_executor executor_;
    AuthSettings auth_;
    SecretReader secrets_;
    ClientClock clock_;
    Send send_;

    std::string token_;
    std::uint64_t number_ = 0;
    Time serves_until_{}, renew_at_{};
    std::optional<Time> dropped_at_;

    bool fetching_ = false;
    std::list<Waiter*> waiting_;
    Error last_error_;
    std::string refused_fingerprint_, asked_fingerprint_;
    Time refused_until_{}, not_before_{};
};

}  // namespace porteur::carriers
