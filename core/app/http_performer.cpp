// SPDX-License-Identifier: Apache-2.0
#include "app/http_performer.hpp"

#include <porteur/phrase.hpp>
#include <porteur/json.hpp>

#include "access/token.hpp"
#include "app/logging.hpp"
#include "app/order_trace.hpp"
#include "carriers/classify.hpp"
#include "carriers/http_effect.hpp"
#include "domain/crash_point.hpp"
#include "settings/secret.hpp"

namespace porteur {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Longer waits are the engine's to make: they leave memory.
constexpr milliseconds held_wait_max{5'000};

Performed failed(const Effect& effect, const Error& error) {
    return {.completion = {effect.seq, error.kind,
                           canonical(json::object{{"code", error.code}, {"message", error.message}}), {}},
            .lost = error.kind == ErrorKind::in_doubt, .retry_after = error.retry_after};
}

const OperationSpec* spec_of(const Account& account, const std::string& operation) {
    for (const auto& each : account.descriptor->operations)
        if (each.name == operation) return &each;
    return nullptr;
}

/// The key of a KEYED effect: never random, so that every try of it is recognised.
/// @source RELIABILITY.md 1.4: hash(tenant, order, step, attempt)
std::optional<IdempotencyKey> key_of(const Account& account, const EffectContext& context, const Effect& effect) {
    if (effect.guarantee != Guarantee::keyed) return std::nullopt;
    const auto* spec = spec_of(account, context.operation_name);
    if (!spec || (spec->key_header.empty() && spec->key_json.empty())) return std::nullopt;
    const std::string material = std::to_string(context.tenant) + "|" + context.reference + "|" + std::to_string(context.order) + "|" +
                                 context.operation_name + "|" + effect.step + "|" + std::to_string(context.attempt) + "|" +
                                 std::to_string(effect.seq);
    return IdempotencyKey{spec->key_header.empty() ? spec->key_json : "header:" + spec->key_header, blake2b_hex(material).substr(0, 32)};
}

/// An answer that a plugin could not read is a lost outcome for a ONCE effect, not a success.
bool unreadable(const HttpAnswer& answer) {
    if (answer.status < 200 || answer.status >= 300 || answer.body.empty()) return false;
    const auto type = answer.header("content-type");
    if (type.find("html") != type.npos) return true;
    return type.find("json") != type.npos && !parse_json(answer.body);
}

}  // namespace

Result<std::string> HttpPerformer::secret(const Account& account, const EffectContext& context, std::string_view name) {
    if (name.starts_with("order.")) {
        auto found = store_.order_secret(context.order, std::string(name.substr(6)));
        if (!found) return std::unexpected(std::move(found).error());
        if (!*found) return failure(ErrorKind::invalid_input, phrase("the order has no secret {1}", quoted(name)));
        return std::move(**found);
    }
    const auto place = account.configured.secrets.find(std::string(name));
    if (place == account.configured.secrets.end())
        return failure(ErrorKind::unauthorized, phrase("the account names no secret {1}", quoted(name)));
    return read_secret(place->second);
}

Async<std::optional<Performed>> HttpPerformer::admit(EffectContext context, Effect effect) {
    auto& account = const_cast<Account&>(static_cast<const Account&>(*context.view));
    if (!account.limit) co_return std::nullopt;
    const auto too_long = [](Clock::Steady::duration wait) { return wait > held_wait_max; };
    const auto throttled = [&](Clock::Steady::duration wait) {
        return failed(effect, {.kind = ErrorKind::throttled, .message = phrase("the carrier's rate limit"),
                               .retry_after = std::chrono::ceil<seconds>(wait)});
    };
    // Whoever will not wait takes no place that another could have.
    const auto came = clock_.steady();
    if (const auto wait = account.limit->next_place(came) - came; too_long(wait)) co_return throttled(wait);
    const auto free = account.limit->reserve(came);
    // A penalty may be set while a place in the line is waited for, so it is asked about again. It moves the whole
    // line behind itself, so that a place given up for it is nobody's loss.
    for (;;) {
        const auto now = clock_.steady();
        const auto wait = std::max(free, account.limit->free_at()) - now;
        if (wait.count() <= 0) break;
        if (too_long(wait)) co_return throttled(wait);
        co_await clock_.sleep_until(clock_.now() + std::chrono::ceil<milliseconds>(wait));
    }
    co_return std::nullopt;
}

Async<Performed> HttpPerformer::perform(EffectContext context, Effect effect) {
    // The engine's views are all made by ConfiguredAccounts; it is kept alive by the context.
    auto& account = const_cast<Account&>(static_cast<const Account&>(*context.view));
    const auto repeat = effect.guarantee == Guarantee::once ? Repeat::forbidden : Repeat::harmless;
    if (!account.client)
        co_return failed(effect, {.kind = ErrorKind::invalid_input,
                                  .message = phrase("the plugin asks by HTTP, and neither it nor the account names an address (base_url)")});

    if (!context.admitted)
        if (auto refused = co_await admit(context, effect)) co_return std::move(*refused);
    if (!account.breaker->allow(clock_.steady())) {
        const auto wait = std::chrono::ceil<seconds>(account.breaker->open_until() - clock_.steady());
        co_return failed(effect, {.kind = ErrorKind::unavailable,
                                  .message = phrase("the carrier has not answered for a while; it is asked again in {1} s",
                                                    std::max<long long>(1, wait.count())),
                                  .retry_after = std::max(seconds(1), wait)});
    }

    EffectResources resources;
    resources.secret = [&](std::string_view name) { return secret(account, context, name); };
    resources.document = [&](std::string_view id) -> Result<EffectDocument> {
        auto found = read_document(store_, documents_, std::string(id));
        if (!found) return std::unexpected(std::move(found).error());
        return EffectDocument{std::move(found->bytes), found->about.name, found->about.content_type};
    };
    resources.key = key_of(account, context, effect);
    auto request = request_from_effect(effect.head, effect.body, resources);
    if (!request) {
        account.breaker->abandoned();
        co_return failed(effect, request.error());
    }
    if (request->timeout.count() == 0) request->timeout = account.timeout;
    if (context.deadline) {
        const auto left = std::max(std::chrono::duration_cast<milliseconds>(*context.deadline - clock_.steady()), milliseconds(1));
        request->timeout = std::min(request->timeout, left);
    }
    request->retry_on_401 = true;
    request->may_leave = [this] { return store_.is_ours(); };

    const auto sent_at = clock_.steady();
    const auto left_at = clock_.now();
    auto exchanged = co_await account.client->send(std::move(*request));
    const auto now = clock_.steady();
    const auto tell_seen = [&](const Error* error) {
        CarrierRequestSeen seen{.at = left_at, .took = std::chrono::round<milliseconds>(now - sent_at), .tenant = context.tenant,
                                .order = context.order, .run = context.order == 0 ? 0 : context.operation, .operation = context.operation_name,
                                .step = effect.step, .status = exchanged ? exchanged->status : 0,
                                .failed = error ? std::string(name_of(error->kind)) : std::string(), .message = error ? error->message : std::string()};
        if (logs_debug()) log_debug(log_line_of(context.account, seen));
        if (account.seen) account.seen->add(std::move(seen));
    };
    if (!exchanged) {
        const auto error = classify(exchanged.error(), repeat);
        if (error.kind == ErrorKind::unavailable || error.kind == ErrorKind::in_doubt)
            account.breaker->failed(now);
        else
            account.breaker->succeeded(now);
        tell_seen(&error);
        account.trouble->error = error.message;
        account.trouble->at = clock_.now();
        co_return failed(effect, error);
    }
    const auto free_before = account.limit ? account.limit->free_at() : now;
    const auto tell_penalty = [&] {
        if (!account.limit || !on_penalty_) return;
        const auto free = account.limit->free_at();
        if (free > free_before && free > now + seconds(1))
            on_penalty_(context.account, clock_.now() + std::chrono::ceil<milliseconds>(free - now));
    };
    if (account.limit) account.limit->learn(now, rate_headers_of(*exchanged));
    if (exchanged->status >= 500)
        account.breaker->failed(now);
    else
        account.breaker->succeeded(now);
    auto error = classify(*exchanged, repeat, std::chrono::floor<seconds>(clock_.now()));
    if (!error && repeat == Repeat::forbidden && unreadable(*exchanged))
        error = Error{.kind = ErrorKind::in_doubt, .message = phrase("the answer cannot be read")};
    tell_seen(error ? &*error : nullptr);
    if (error) {
        if (error->kind == ErrorKind::throttled && account.limit && !PORTEUR_HAS_DEFECT("penalty_forgotten")) account.limit->penalise(now, error->retry_after);
        tell_penalty();
        account.trouble->error = error->message;
        account.trouble->at = clock_.now();
        co_return failed(effect, *error);
    }
    tell_penalty();
    co_return Performed{.completion = {effect.seq, ErrorKind::none, completion_head(*exchanged), std::move(exchanged->body)}};
}

}  // namespace porteur
