// SPDX-License-Identifier: Apache-2.0
#include "app/webhooks.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <porteur/phrase.hpp>
#include <porteur/json.hpp>

#include "api/order_json.hpp"
#include "app/webhook_endpoint.hpp"
#include "carriers/addresses.hpp"
#include "carriers/destination.hpp"
#include "carriers/retry_after.hpp"

namespace porteur {
namespace asio = boost::asio;
namespace {

constexpr int batch_max = 100;
/// Entries that are not for an endpoint move its cursor in memory alone, for as many as this.
constexpr int skipped_max = 500;

std::chrono::sys_seconds seconds_of(Instant at) {
    return std::chrono::floor<std::chrono::seconds>(at);
}

/// The address without what may be a key in it, for the log and the timeline.
std::string host_of_url(const std::string& url) {
    const auto parsed = carriers::parse_url(url);
    return parsed ? parsed->origin.authority() : std::string("?");
}

}  // namespace

Webhooks::Webhooks(Parts parts, WebhookSettings settings)
    : parts_(std::move(parts)), settings_(std::move(settings)) {}
Webhooks::~Webhooks() = default;

// ------------------------------------------------------------------ beginning and end

Result<std::shared_ptr<const carriers::AddressGuard>> Webhooks::guard_of(
    const WebhookSettings& settings
) const {
    auto made = carriers::AddressGuard::make(settings.allow);
    if (!made)
        return failure(ErrorKind::invalid_input, std::string("[webhooks] allow: ") + made.error().message);
    return std::make_shared<const carriers::AddressGuard>(std::move(*made));
}

Result<void> Webhooks::start() {
    auto guard = guard_of(settings_);
    if (!guard) return std::unexpected(std::move(guard).error());
    guard_ = std::move(*guard);
    auto all = parts_.store.webhooks();
    if (!all) return std::unexpected(std::move(all).error());
    for (auto& each : *all) {
        const auto endpoint = std::make_shared<Endpoint>(parts_.executor, std::move(each));
        endpoints_[endpoint->hook.id] = endpoint;
        spawn(endpoint);
    }
    count();
    return {};
}

void Webhooks::stop() {
    stopped_ = true;
    for (auto& [id, each] : endpoints_) {
        each->gone = true;
        each->bell.cancel();
    }
}

void Webhooks::wake() {
    for (auto& [id, each] : endpoints_)
        if (!each->hook.state.retry_at) each->bell.cancel();
}

Result<void> Webhooks::reload(WebhookSettings settings) {
    auto guard = guard_of(settings);
    if (!guard) return std::unexpected(std::move(guard).error());
    guard_ = std::move(*guard);
    settings_ = std::move(settings);
    for (auto& [id, each] : endpoints_) {
        each->client.reset();
        each->bell.cancel();
    }
    return {};
}

WebhookCounters Webhooks::counters() const {
    return {.delivered = delivered_, .failed = failed_, .endpoints = count_, .off = off_};
}

void Webhooks::count() {
    count_ = endpoints_.size();
    off_ = static_cast<std::size_t>(std::ranges::count_if(endpoints_, [](const auto& each) {
        const auto& off = each.second->hook.state.off;
        return !off.empty() && off != "by_person";
    }));
}

// ------------------------------------------------------------------ one endpoint's life

void Webhooks::spawn(Shared endpoint) {
    asio::co_spawn(
        parts_.executor, run(std::move(endpoint)),
        [warn = parts_.warn](std::exception_ptr thrown) {
            if (!thrown) return;
            try {
                std::rethrow_exception(thrown);
            } catch (const std::exception& wrong) {
                warn(std::string("webhooks: ") + wrong.what());
            }
        }
    );
}

Async<void> Webhooks::wait(Shared endpoint, std::optional<Instant> until) {
    // Looked at again at least every minute: the system's clock may be set meanwhile.
    auto longest = std::chrono::milliseconds{std::chrono::minutes{1}};
    if (until)
        longest = std::clamp<std::chrono::milliseconds>(
            *until - parts_.now(), std::chrono::milliseconds{0}, longest
        );
    endpoint->bell.expires_after(longest);
    boost::system::error_code woken;
    co_await endpoint->bell.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

Async<void> Webhooks::run(Shared endpoint) {
    while (!endpoint->gone) {
        const auto& state = endpoint->hook.state;
        if (endpoint->held > 0 || !state.off.empty()) {
            co_await wait(endpoint, std::nullopt);
        } else if (state.retry_at && *state.retry_at > parts_.now()) {
            co_await wait(endpoint, state.retry_at);
        } else if (!co_await run_batch(endpoint)) {
            // Between the look into the store and this wait nothing else has run on this thread.
            if (!endpoint->gone && endpoint->hook.state.off.empty() &&
                !endpoint->hook.state.retry_at)
                co_await wait(endpoint, std::nullopt);
        }
    }
}

/// @return whether to look again at once
Async<bool> Webhooks::run_batch(Shared endpoint) {
    auto entries =
        parts_.store.entries_after(endpoint->hook.state.cursor, endpoint->hook.tenant, batch_max);
    if (!entries) {
        parts_.warn("webhooks: " + entries.error().message);
        co_return false;
    }
    if (entries->empty()) co_return false;
    const auto turn = endpoint->turn;
    for (auto& each : *entries) {
        if (endpoint->gone || endpoint->held > 0 || endpoint->turn != turn) co_return true;
        const Id id = each.id;
        // A private comment is for our own people: it leaves by no web hook.
        if (!wants_kind(endpoint->hook.kinds, each.kind) || !may_see(each, "read")) {
            endpoint->hook.state.cursor = id;
            if (++endpoint->skipped >= skipped_max) co_await save(endpoint);
            continue;
        }
        const auto tried = co_await deliver(endpoint, std::move(each));
        if (endpoint->gone || endpoint->turn != turn) co_return true;
        const bool taken = tried.status >= 200 && tried.status < 300;
        ++(taken ? delivered_ : failed_);
        endpoint->hook.state = after_try(
            endpoint->hook.state, id, tried, parts_.now(), parts_.chance(), settings_.rhythm
        );
        if (!endpoint->hook.state.off.empty()) {
            co_await switch_off(endpoint);
            co_return true;
        }
        co_await save(endpoint);
        if (!taken) co_return true;
    }
    co_return true;
}

Result<CarrierClient*> Webhooks::client_of(Endpoint& endpoint) const {
    if (endpoint.client) return &*endpoint.client;
    const auto url = carriers::parse_url(endpoint.hook.url);
    if (!url) return std::unexpected(url.error());
    ClientSettings settings;
    settings.base_url = url->origin.text();
    settings.ca_file = settings_.ca_file;
    settings.guard = guard_;
    settings.connections_max = 2;  // a test goes beside an event that is waited for
    settings.answer_size_max = 1 << 20;
    settings.timeout = settings_.timeout;
    settings.connect_timeout =
        std::min<std::chrono::milliseconds>(settings_.timeout, std::chrono::seconds{10});
    settings.user_agent = "porteur-webhooks";
    auto made = CarrierClient::make(
        parts_.executor, std::move(settings),
        [](std::string_view) -> Result<std::string> {
            return failure(ErrorKind::internal, "a web hook has no secrets of an account");
        }
    );
    if (!made) return std::unexpected(std::move(made).error());
    endpoint.client.emplace(std::move(*made));
    return &*endpoint.client;
}

Async<WebhookTry> Webhooks::deliver(Shared endpoint, TimelineEntry entry) const {
    auto client = client_of(*endpoint);
    if (!client)
        co_return WebhookTry{.status = 0, .problem = client.error().message, .retry_after = {}};
    const auto now = parts_.now();
    std::vector<std::string> secrets{endpoint->hook.secret};
    if (!endpoint->hook.old_secret.empty() && endpoint->hook.old_until &&
        *endpoint->hook.old_until > now)
        secrets.push_back(endpoint->hook.old_secret);
    CarrierRequest request{
        .method = "POST",
        .url_or_path = endpoint->hook.url,
        .headers = {},
        .body = webhook_body(entry)
    };
    auto headers =
        webhook_headers("evt_" + id_text(entry.id), seconds_of(now), request.body, secrets);
    if (!headers)
        co_return WebhookTry{.status = 0, .problem = headers.error().message, .retry_after = {}};
    request.headers = std::move(*headers);
    request.headers.emplace_back("Content-Type", "application/json");
    const auto outcome = co_await (*client)->send(std::move(request));
    if (!outcome)
        co_return WebhookTry{
            .status = 0, .problem = outcome.error().error.message, .retry_after = {}
        };
    // What it says is not kept: a stranger's inside may stand in it.
    WebhookTry tried{
        .status = outcome->status,
        .problem = phrase("it answered {1}", outcome->status),
        .retry_after = {}
    };
    if (const auto field = outcome->header("retry-after"); !field.empty())
        if (const auto wait = parse_retry_after(field, seconds_of(now))) tried.retry_after = *wait;
    co_return tried;
}

/// Writes the state behind what was delivered: one commit of an endpoint at a time, the last state
/// next.
Async<void> Webhooks::save(Shared endpoint) {
    endpoint->skipped = 0;
    endpoint->unsaved = true;
    if (endpoint->saving) co_return;
    endpoint->saving = true;
    asio::co_spawn(
        parts_.executor,
        [](Webhooks* self, Shared here) -> Async<void> {
            while (here->unsaved && !here->gone && here->held == 0) {
                here->unsaved = false;
                Commit made;
                made.moved_webhooks.push_back(here->hook);
                if (auto done = co_await self->parts_.writer.commit(std::move(made));
                    !done && !here->gone)
                    self->parts_.warn("webhooks: " + done.error().message);
            }
            here->saving = false;
        }(this, endpoint),
        [](std::exception_ptr) {}
    );
}

/// Its being off and the event that says so become durable together.
Async<void> Webhooks::switch_off(Shared endpoint) {
    const auto& hook = endpoint->hook;
    const auto where = host_of_url(hook.url);
    const auto why = hook.state.off == "gone"
                         ? phrase("the receiver says that it is gone (410)")
                         : phrase("{1} tries in a row have failed: {2:text}", hook.state.tries, hook.state.problem);
    TimelineEntry told;
    told.tenant = hook.tenant;
    told.at = parts_.now();
    told.source = "engine";
    told.kind = "webhook.disabled";
    told.text = phrase("the web hook {1} to {2} was switched off: {3:text}", id_text(hook.id), where, why);
    told.data = canonical(json::object{{"webhook", id_text(hook.id)}, {"reason", hook.state.off}});
    parts_.warn(told.text);
    count();
    while (!endpoint->gone) {
        Commit made;
        made.moved_webhooks.push_back(hook);
        made.entries.push_back(told);
        const auto turn = endpoint->turn;
        if (auto done = co_await parts_.writer.commit(std::move(made));
            done || endpoint->turn != turn)
            co_return;
        co_await wait(endpoint, parts_.now() + std::chrono::seconds{1});
    }
}

}  // namespace porteur
