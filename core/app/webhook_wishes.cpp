// SPDX-License-Identifier: Apache-2.0
// Webhooks: what callers want of them.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <porteur/phrase.hpp>
#include <porteur/json.hpp>

#include "app/webhook_endpoint.hpp"
#include "carriers/addresses.hpp"
#include "carriers/destination.hpp"

namespace porteur {
namespace asio = boost::asio;
namespace {

constexpr std::size_t url_size_max = 2048;

std::unexpected<Error> refused(std::string text, std::string_view code = {}) {
    return std::unexpected(Error{
        .kind = ErrorKind::invalid_input, .message = std::move(text), .code = std::string(code)
    });
}

std::unexpected<Error> missing(Id id) {
    return refused(phrase("there is no web hook {1} among yours", id_text(id)), not_found_code);
}

}  // namespace

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
            phrase(
                "there are {1} web hooks already, which is as many as a tenant may have; remove one",
                settings_.per_tenant_max
            ),
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
            phrase("another change of the web hook {1} is under way; try again", id_text(id))
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
