// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sends the timeline to integrators: one coroutine for each endpoint, one event after the other, so
// that each endpoint gets them in order. The cursor is written behind each delivery; what a crash
// takes of it is sent again. The endpoints live here, read once at the start; every change goes
// through here to the store.

#include <atomic>
#include <map>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "api/outward_services.hpp"
#include "app/webhook_message.hpp"
#include "carriers/client.hpp"
#include "engine/interfaces.hpp"
#include "store/store.hpp"

namespace porteur {

struct WebhookSettings {
    std::vector<std::string> allow;  ///< for AddressGuard
    std::string ca_file;
    std::chrono::milliseconds timeout{15'000};
    WebhookRhythm rhythm;
    std::size_t per_tenant_max = 20;
};

/// Writes to the store on the engine's thread, which alone gives ids. @threads its functions: any
class OutwardWriter {
public:
    virtual ~OutwardWriter() = default;
    virtual Async<Id> new_id() = 0;
    /// Entries without an id get one. @errors what the store says
    virtual Async<Result<void>> commit(Commit commit) = 0;
};

struct WebhookCounters {
    std::uint64_t delivered = 0, failed = 0;
    std::size_t endpoints = 0, off = 0;
};

/// @threads  all functions: the executor's one thread, but for those marked [any]
class Webhooks {
public:
    struct Parts {
        boost::asio::any_io_executor executor;
        OutwardWriter& writer;
        Store& store;
        std::function<Instant()> now;
        std::function<double()> chance;  ///< 0 to 1
        std::function<void(std::string)> warn;
    };
    Webhooks(Parts parts, WebhookSettings settings);
    ~Webhooks();

    /// Reads the endpoints and begins. @errors what the store says; the settings' own
    Result<void> start();
    void stop();
    /// New entries may be there.
    void wake();
    /// From now on. @errors invalid_input: what the settings say cannot be; the old ones stay
    Result<void> reload(WebhookSettings settings);

    std::vector<Webhook> list(std::int64_t tenant) const;
    std::optional<Webhook> find(std::int64_t tenant, Id id) const;
    Async<Result<Webhook>> add(
        Caller caller, WebhookWish wish, std::optional<WebhookIdempotency> idempotency
    );
    Async<Result<Webhook>> change(
        Caller caller, Id id, WebhookWish wish, std::optional<WebhookIdempotency> idempotency
    );
    Async<Result<Webhook>> rotate(
        Caller caller, Id id, std::chrono::milliseconds old_for,
        std::optional<WebhookIdempotency> idempotency
    );
    Async<Result<Webhook>> replay(
        Caller caller, Id id, Id after, std::optional<WebhookIdempotency> idempotency
    );
    Async<Result<void>> remove(Caller caller, Id id);
    Async<Result<WebhookTestResult>> test(Caller caller, Id id);

    WebhookCounters counters() const;  ///< [any]

private:
    struct Endpoint;
    using Shared = std::shared_ptr<Endpoint>;
    /// Changes a copy; what it leaves is durable before it counts.
    using Changing = std::function<Result<void>(Webhook&)>;

    Result<std::shared_ptr<const carriers::AddressGuard>> guard_of(const WebhookSettings& settings
    ) const;
    Result<void> check_url(const std::string& url) const;
    Result<CarrierClient*> client_of(Endpoint& endpoint) const;
    Shared shared(std::int64_t tenant, Id id) const;
    void spawn(Shared endpoint);
    Async<void> run(Shared endpoint);
    Async<bool> run_batch(Shared endpoint);
    Async<void> wait(Shared endpoint, std::optional<Instant> until);
    Async<WebhookTry> deliver(Shared endpoint, TimelineEntry entry) const;
    Async<void> save(Shared endpoint);
    Async<void> switch_off(Shared endpoint);
    Async<Result<Webhook>> changed(
        Caller caller, Id id, Changing how, std::optional<WebhookIdempotency> idempotency
    );

    Parts parts_;
    WebhookSettings settings_;
    std::shared_ptr<const carriers::AddressGuard> guard_;
    std::map<Id, Shared> endpoints_;
    void count();

    std::atomic<std::uint64_t> delivered_ = 0, failed_ = 0;
    std::atomic<std::size_t> count_ = 0, off_ = 0;
    bool stopped_ = false;
};

}  // namespace porteur
