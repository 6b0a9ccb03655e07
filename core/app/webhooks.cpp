// SPDX-License-Identifier: Apache-2.0
#include "app/webhooks.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <porteur/json.hpp>

#include "api/order_json.hpp"
#include "carriers/addresses.hpp"
#include "carriers/destination.hpp"
#include "carriers/retry_after.hpp"

namespace porteur {
namespace asio = boost::asio;
namespace {

constexpr int batch_max = 100;
constexpr std::size_t url_size_max = 2048;
/// Entries that are not for an endpoint move its cursor in memory alone, for as many as this.
constexpr int skipped_max = 500;

std::unexpected<Error> refused(std::string text, std::string_view code = {}) {
    return std::unexpected(Error{
        .kind = ErrorKind::invalid_input, .message = std::move(text), .code = std::string(code)
    });
}

std::unexpected<Error> missing(Id id) {
    return refused("there is no web hook " + id_text(id) + " among yours", not_found_code);
}

std::chrono::sys_seconds seconds_of(Instant at) {
    return std::chrono::floor<std::chrono::seconds>(at);
}

/// The address without what may be a key in it, for the log and the timeline.
std::string host_of_url(const std::string& url) {
    const auto parsed = carriers::parse_url(url);
    return parsed ? parsed->origin.authority() : std::string("?");
}

}  // namespace

struct Webhooks::Endpoint {
    Endpoint(asio::any_io_executor executor, Webhook made)
        : hook(std::move(made)), bell(std::move(executor)) {}
    Webhook hook;
    asio::steady_timer bell;  ///< ends its coroutine's wait
    std::optional<CarrierClient> client;
    int held = 0;  ///< changes under way: nothing is begun meanwhile
    std::uint64_t turn =
        0;  ///< raised by each change: what a try under way comes to does not count any more
    int skipped = 0;
    bool saving = false, unsaved = false, gone = false;
};

Webhooks::Webhooks(Parts parts, WebhookSettings settings)
    : parts_(std::move(parts)), settings_(std::move(settings)) {}
Webhooks::~Webhooks() = default;

// ------------------------------------------------------------------ beginning and end

Result<std::shared_ptr<const carriers::AddressGuard>> Webhooks::guard_of(
    const WebhookSettings& settings
) const {
    auto made = carriers::AddressGuard::make(settings.allow);
    if (!made)
        return failure(ErrorKind::invalid_input, "[webhooks] allow: " + made.error().message);
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
        .problem = "it answered " + std::to_string(outcome->status),
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
                         ? "the receiver says that it is gone (410)"
                         : std::to_string(hook.state.tries) +
                               " tries in a row have failed: " + hook.state.problem;
    TimelineEntry told;
    told.tenant = hook.tenant;
    told.at = parts_.now();
    told.source = "engine";
    told.kind = "webhook.disabled";
    told.text = "the web hook " + id_text(hook.id) + " to " + where + " was switched off: " + why;
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

// ------------------------------------------------------------------ what callers want

std::vector<Webhook> Webhooks::list(std::int64_t tenant) const {
    std::vector<Webhook> out;
    for (const auto& [id, each] : endpoints_)
        if (each->hook.tenant == tenant) out.push_back(each->hook);
    return out;
}

Webhooks::Shared Webhooks::shared(std::int64_t tenant, Id id) const {
    const auto found = endpoints_.find(id);
    return found == endpoints_.end() || found->second->hook.tenant != tenant ? nullptr
                                                                             : found->second;
}

std::optional<Webhook> Webhooks::find(std::int64_t tenant, Id id) const {
    const auto found = shared(tenant, id);
    return found ? std::optional(found->hook) : std::nullopt;
}

Result<void> Webhooks::check_url(const std::string& url) const {
    if (url.size() > url_size_max) return refused("/url: is longer than 2048 bytes");
    const auto parsed = carriers::parse_url(url);
    if (!parsed) return refused("/url: " + parsed.error().message);
    if (url.contains('#'))
        return refused("/url: has a fragment (#...), which no request carries; take it out");
    if (!parsed->origin.tls && settings_.allow.empty())
        return refused(
            "/url: http:// is only for addresses that the operator has listed ([webhooks] allow); "
            "use https://"
        );
    // A name is looked up, and judged, each time that something is sent; an address at once.
    boost::system::error_code not_an_address;
    const auto address = boost::asio::ip::make_address(parsed->origin.host, not_an_address);
    if (!not_an_address && !guard_->allows(address, parsed->origin.port, parsed->origin.tls))
        return refused(
            "/url: requests may not go to this address; public addresses are reached by https on "
            "port 443, and others only "
            "where the operator has listed them ([webhooks] allow)"
        );
    return {};
}

namespace {

void remember(
    Commit& made, const Caller& caller, const std::optional<WebhookIdempotency>& request,
    const Webhook& hook, Instant now
) {
    if (!request) return;
    auto [status, body] = request->answer(hook);
    made.keys.push_back(
        {.tenant = caller.tenant,
         .key = request->key,
         .fingerprint = request->fingerprint,
         .status = status,
         .body = std::move(body),
         .at = now}
    );
}

void apply(Webhook& hook, WebhookWish& wish) {
    if (wish.url) hook.url = std::move(*wish.url);
    if (wish.description) hook.description = std::move(*wish.description);
    if (wish.kinds) hook.kinds = std::move(*wish.kinds);
    if (wish.enabled && !*wish.enabled && hook.state.off.empty()) hook.state.off = "by_person";
    if (wish.enabled && *wish.enabled) hook.state = switched_on(hook.state);
}

}  // namespace

Async<Result<Webhook>> Webhooks::add(
    Caller caller, WebhookWish wish, std::optional<WebhookIdempotency> idempotency
) {
    if (!wish.url) co_return refused("/url: is missing");
    if (auto fine = check_url(*wish.url); !fine) co_return std::unexpected(std::move(fine).error());
    if (list(caller.tenant).size() >= settings_.per_tenant_max)
        co_return refused(
            "there are " + std::to_string(settings_.per_tenant_max) +
                " web hooks already, which is as many as a tenant may have; remove one",
            conflict_code
        );
    Webhook hook;
    if (wish.after) {
        hook.state.cursor = *wish.after;
    } else {
        const auto newest = parts_.store.newest_entry();
        if (!newest) co_return std::unexpected(newest.error());
        hook.state.cursor = *newest;
    }
    hook.id = co_await parts_.writer.new_id();
    hook.tenant = caller.tenant;
    hook.secret = make_webhook_secret();
    hook.created = hook.updated = parts_.now();
    apply(hook, wish);
    Commit made;
    made.new_webhooks.push_back(hook);
    remember(made, caller, idempotency, hook, parts_.now());
    if (auto done = co_await parts_.writer.commit(std::move(made)); !done)
        co_return std::unexpected(std::move(done).error());
    const auto endpoint = std::make_shared<Endpoint>(parts_.executor, hook);
    endpoint->gone = stopped_;
    endpoints_[hook.id] = endpoint;
    spawn(endpoint);
    count();
    co_return hook;
}

Async<Result<Webhook>> Webhooks::changed(
    Caller caller, Id id, Changing how, std::optional<WebhookIdempotency> idempotency
) {
    const auto endpoint = shared(caller.tenant, id);
    if (!endpoint) co_return missing(id);
    if (endpoint->held > 0)
        co_return failure(
            ErrorKind::unavailable,
            "another change of the web hook " + id_text(id) + " is under way; try again"
        );
    ++endpoint->held;
    ++endpoint->turn;
    struct Release {
        Endpoint& here;
        ~Release() {
            --here.held;
            here.bell.cancel();
        }
    } release{*endpoint};
    Webhook hook = endpoint->hook;
    if (auto fine = how(hook); !fine) co_return std::unexpected(std::move(fine).error());
    hook.updated = parts_.now();
    Commit made;
    made.changed_webhooks.push_back(hook);
    made.moved_webhooks.push_back(hook);
    remember(made, caller, idempotency, hook, parts_.now());
    if (auto done = co_await parts_.writer.commit(std::move(made)); !done)
        co_return std::unexpected(std::move(done).error());
    if (hook.url != endpoint->hook.url) endpoint->client.reset();
    endpoint->hook = hook;
    endpoint->unsaved = false;
    count();
    co_return hook;
}

Async<Result<Webhook>> Webhooks::change(
    Caller caller, Id id, WebhookWish wish, std::optional<WebhookIdempotency> idempotency
) {
    co_return co_await changed(
        std::move(caller), id,
        [this, wish](Webhook& hook) -> Result<void> {
            auto wanted = wish;
            if (wanted.url)
                if (auto fine = check_url(*wanted.url); !fine) return fine;
            apply(hook, wanted);
            return {};
        },
        std::move(idempotency)
    );
}

Async<Result<Webhook>> Webhooks::rotate(
    Caller caller, Id id, std::chrono::milliseconds old_for,
    std::optional<WebhookIdempotency> idempotency
) {
    co_return co_await changed(
        std::move(caller), id,
        [this, old_for](Webhook& hook) -> Result<void> {
            hook.old_secret = old_for.count() > 0 ? hook.secret : std::string();
            hook.old_until.reset();
            if (old_for.count() > 0) hook.old_until = parts_.now() + old_for;
            hook.secret = make_webhook_secret();
            return {};
        },
        std::move(idempotency)
    );
}

Async<Result<Webhook>> Webhooks::replay(
    Caller caller, Id id, Id after, std::optional<WebhookIdempotency> idempotency
) {
    co_return co_await changed(
        std::move(caller), id,
        [after](Webhook& hook) -> Result<void> {
            const auto off = hook.state.off;
            hook.state = switched_on(hook.state);
            hook.state.off = off;
            hook.state.cursor = after;
            return {};
        },
        std::move(idempotency)
    );
}

Async<Result<void>> Webhooks::remove(Caller caller, Id id) {
    const auto endpoint = shared(caller.tenant, id);
    if (!endpoint) co_return missing(id);
    Commit made;
    made.dropped_webhooks.push_back(id);
    if (auto done = co_await parts_.writer.commit(std::move(made)); !done)
        co_return std::unexpected(std::move(done).error());
    endpoint->gone = true;
    endpoint->bell.cancel();
    endpoints_.erase(id);
    count();
    co_return Result<void>{};
}

Async<Result<WebhookTestResult>> Webhooks::test(Caller caller, Id id) {
    const auto endpoint = shared(caller.tenant, id);
    if (!endpoint) co_return missing(id);
    TimelineEntry entry;
    entry.id = co_await parts_.writer.new_id();
    entry.tenant = caller.tenant;
    entry.at = parts_.now();
    entry.source = caller.token_name;
    entry.kind = "webhook.test";
    entry.text = "a test; nothing has happened";
    entry.data = canonical(json::object{{"webhook", id_text(id)}});
    const auto began = std::chrono::steady_clock::now();
    WebhookTestResult out;
    out.id = entry.id;
    out.tried = co_await deliver(endpoint, std::move(entry));
    out.took = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - began
    );
    if (out.delivered()) out.tried.problem.clear();
    co_return out;
}

}  // namespace porteur
