// SPDX-License-Identifier: Apache-2.0
#pragma once

// People's telephones as the API sees them: which telephone system is whose, what each person has
// said of their own, and the request by which a telephone system rings a person and then a number.

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>

#include "access/attempts.hpp"
#include "api/phone_services.hpp"
#include "carriers/exchange.hpp"
#include "domain/tenant_tree.hpp"
#include "engine/interfaces.hpp"
#include "settings/phone_settings.hpp"
#include "store/phone_book.hpp"

namespace porteur {

/// @threads any
class PhoneDesk final : public PhoneServices {
public:
    using Sender = std::function<Async<Exchanged>(CarrierRequest)>;
    struct Parts {
        Store& store;
        const TenantsNow& tenants;
        boost::asio::any_io_executor executor;  ///< of one thread: what is sent runs there
        /// Sends a request of one call-back's settings. Called anywhere, what it gives on the
        /// executor.
        std::function<Sender(const CallBackSettings&)> sender;
        std::function<Result<std::string>(const SecretRef&)> secret = [](const SecretRef& from) {
            return read_secret(from);
        };
        std::function<void(std::string)> warn = [](std::string) {};
        std::function<Instant()> now = [] {
            return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
        };
        std::function<FailedAttempts::Time()> uptime = [] {
            return std::chrono::steady_clock::now();
        };
    };
    PhoneDesk(Parts parts, std::vector<PhoneSettings> phones);
    ~PhoneDesk() override { stop(); }

    /// From now on.
    void take(std::vector<PhoneSettings> phones);
    /// Waits for what is being written; nothing may be asked any more.
    void stop();

    Result<PhoneShown> phone(const Caller& caller) override;
    Async<Result<PhoneShown>> change_phone(Caller caller, PhoneWish wish) override;
    Result<PhoneCredentials> credentials(const Caller& caller) override;
    Async<Result<CallBack>> call_back(
        Caller caller, std::string number, std::optional<AnswerKept<Result<CallBack>>> kept
    ) override;

private:
    struct System {
        PhoneSettings settings;
        Sender send;  ///< null: no call-back
        std::shared_ptr<FailedAttempts> calls;
    };
    using Systems = std::vector<std::shared_ptr<const System>>;

    /// The one of the nearest account from the caller's own upwards; null: none.
    std::shared_ptr<const System> system_of(const Caller& caller) const;
    /// What the person said of this system.
    Result<PhoneLine> line_of(const Caller& caller, const System& system);
    Result<PhoneShown> change_now(
        const Caller& caller, const PhoneWish& wish, const System& system
    );

    Parts parts_;
    PhoneBook book_;
    mutable std::mutex mutex_;  ///< over the next
    std::shared_ptr<const Systems> systems_;
    boost::asio::thread_pool changes_{1};
};

/// A sender over the daemon's own HTTP client, which connects to no address that the settings do
/// not allow. @threads as ProviderDesk's
std::function<Async<Exchanged>(CarrierRequest)> call_back_sender(
    boost::asio::any_io_executor executor, const CallBackSettings& settings
);

/// Whether every call-back could be sent: its `allow` and `ca_file`, looked at before they count.
/// @errors invalid_input, with the table's name @threads any
Result<void> check_phones(const std::vector<PhoneSettings>& phones);

/// The request of the settings for this pair, without credentials. @threads any
CarrierRequest call_back_request(
    const CallBackSettings& settings, std::string_view from, std::string_view to
);

/// Every web socket that the console may speak to. @threads any
std::vector<std::string> websockets_of(const std::vector<PhoneSettings>& phones);

}  // namespace porteur
