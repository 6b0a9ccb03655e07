// SPDX-License-Identifier: Apache-2.0
#pragma once

// Signing in at providers of OpenID Connect. What a sign-in needs until the browser comes back goes
// with the browser, sealed in a cookie, so that whoever begins many costs nothing and a restart
// loses none; only the states that came back are remembered, so that none comes twice.

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include <boost/asio/any_io_executor.hpp>

#include "access/attempts.hpp"
#include "access/sealing.hpp"
#include "api/provider_services.hpp"
#include "app/provided_person.hpp"
#include "app/provider_client.hpp"

namespace porteur {

/// @threads any
class ProviderDesk final : public ProviderSignIn {
public:
    struct Parts {
        boost::asio::any_io_executor executor;  ///< of one thread: requests to providers run there
        std::function<Async<Result<ProvidedSession>>(ProvidedPerson who)> sign_in;
        std::function<Async<Result<SignedIn>>(
            OwesCode who, std::string provider, std::string code, std::string address
        )>
            sign_in_with_code;
        const Sealing& sealing;
        bool serves_tls = false;
        std::size_t attempts_per_minute = 10;
        /// Sends a request of one provider to any address. Called on the executor.
        std::function<std::function<Async<Exchanged>(CarrierRequest)>(const ProviderSettings&)>
            sender;
        std::function<void(std::string)> warn = [](std::string) {};
        std::function<Instant()> now = [] {
            return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
        };
        std::function<FailedAttempts::Time()> uptime = [] {
            return std::chrono::steady_clock::now();
        };
    };
    ProviderDesk(Parts parts, SignInSection settings);

    /// From now on; sign-ins under way go on with the old ones.
    void take(SignInSection settings);

    std::vector<ProviderShown> providers() const override;
    std::optional<std::string> issuer_of(std::string_view provider) const override;
    Async<Result<ProviderWay>> begin(ProviderBegin wish) override;
    Async<Result<ProviderWay>> finish(ProviderReturn wish) override;
    Async<Result<SignedIn>> finish_with_code(
        std::string step, std::string code, std::string address
    ) override;

private:
    using Client = std::shared_ptr<ProviderClient>;
    struct Book {
        std::string address;
        std::map<std::string, Client, std::less<>> clients;
    };
    /// What the cookie of a sign-in holds.
    struct Kept {
        std::string provider, to, redirect_uri;
        ProviderSecrets secrets;
    };

    std::shared_ptr<const Book> book() const;
    Result<Client> client_of(const std::string& name) const;
    std::string seal(const Kept& kept) const;
    std::optional<Kept> open(std::string_view sealed) const;
    /// False: this state has come back before.
    bool first_return(const std::string& state);
    std::string own_address(const Book& book, const std::string& host) const;

    Parts parts_;
    mutable std::mutex mutex_;  ///< over the next three
    std::shared_ptr<const Book> book_;
    std::set<std::string, std::less<>> returned_;
    std::deque<std::pair<Instant, std::string>> returned_order_;
    FailedAttempts begun_, failed_;
};

/// Whether a text is the address of a page of the console, and of nothing else. @threads any
bool is_console_page(std::string_view address);

/// A sender over the daemon's own HTTP client: TLS, no redirects, answers up to 1 MiB. @threads the
/// executor's
std::function<Async<Exchanged>(CarrierRequest)> provider_sender(
    boost::asio::any_io_executor executor, const ProviderSettings& settings
);

}  // namespace porteur
