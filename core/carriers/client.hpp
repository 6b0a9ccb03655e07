// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <porteur/result.hpp>

#include "carriers/auth.hpp"
#include "carriers/clock.hpp"
#include "carriers/exchange.hpp"

namespace porteur {

namespace carriers {
class AddressGuard;
}

/// Sees each exchange as it went over the wire: the url absolute, credentials among the headers,
/// `secrets` complete. For recorders, which take the secrets out (cassette.hpp); must not wait.
using ExchangeHook = std::function<void(const CarrierRequest& sent, const Exchanged& outcome)>;

/// What an account's section of the settings, over its plugin's descriptor, says about HTTP.
struct ClientSettings {
    std::string base_url = {};  ///< "https://api.acme.example/v2"; paths are appended to it
    /// More hosts it may be asked at: "host", "host:port", or an origin.
    std::vector<std::string> hosts = {};
    AuthSettings auth = {};
    std::string ca_file = {};        ///< PEM; empty takes the system's store
    bool private_addresses = false;  ///< whether a host name may lead to a private address
    /// Judges every address that is connected to, in place of that; null: none does.
    std::shared_ptr<const carriers::AddressGuard> guard = {};
    std::size_t connections_max = 64;
    std::size_t waiting_max = 1024;  ///< requests that wait for a connection; more are refused
    std::size_t answer_size_max = 8 * 1024 * 1024;
    std::size_t header_size_max = 64 * 1024;
    std::chrono::milliseconds timeout{30'000};
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds idle_max{30'000};  ///< how long a connection is kept without use
    std::string user_agent = "porteur";
    ExchangeHook hook = {};
};

/// The HTTP client of one configured carrier account.
///
/// It keeps connections open, proves who we are, and tells after a failure whether a byte may have
/// left. It decides nothing: no retry, no rate limit, no redirect; two exceptions, both certain not
/// to repeat an effect: a connection found dead before the first byte was accepted is replaced, and
/// a 401 on a token from the cache is tried once more where the request allows it.
///
/// Dropping the object lets exchanges under way finish with the settings they began with.
///
/// @threads the executor's only, which must be one thread
class CarrierClient {
public:
    /// @param secrets  asked at each use; must not wait
    /// @errors invalid_input: base_url, a host, the auth settings or the CA file; the message says
    /// which
    static Result<CarrierClient> make(
        boost::asio::any_io_executor executor, ClientSettings settings, SecretReader secrets,
        ClientClock clock = {}
    );

    CarrierClient(CarrierClient&&) noexcept;
    CarrierClient& operator=(CarrierClient&&) noexcept;
    ~CarrierClient();

    /// Sends one request and reads its whole answer.
    ///
    /// @return  the answer, whatever its status
    /// @errors  ExchangeFailure (exchange.hpp) says for each whether a byte may have left
    /// @cancel  at any wait; gives a failure that says whether a byte may have left. A cancellation
    ///          that meets a wait which has just ended comes as Asio's exception instead, and
    ///          counts as may have left
    [[nodiscard]] boost::asio::awaitable<Exchanged> send(CarrierRequest request);

    /// Forgets token and refusals, for a person who mended something at the carrier.
    void forget_token();

    [[nodiscard]] std::size_t open_connections() const;
    [[nodiscard]] std::size_t waiting_requests() const;

private:
    struct Impl;
    explicit CarrierClient(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace porteur
