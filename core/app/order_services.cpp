// SPDX-License-Identifier: Apache-2.0
// HostServices: what callers want done with orders.
#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <porteur/phrase.hpp>
#include <porteur/json.hpp>

#include "app/host_services.hpp"
#include "app/host_words.hpp"

namespace porteur {
namespace asio = boost::asio;
namespace {

using host::coded;

std::function<IdempotencyRecord(const Order&)> remember(const Caller& caller, std::optional<IdempotencyRequest> request, Clock& clock) {
    if (!request) return {};
    return [tenant = caller.tenant, request = std::move(*request), &clock](const Order& order) {
        auto [status, body] = request.answer(order);
        return IdempotencyRecord{.tenant = tenant, .key = request.key, .fingerprint = request.fingerprint,
                                 .status = status, .body = std::move(body), .at = clock.now()};
    };
}

/// What is wrong with a field is the caller's to mend; that the order's state forbids it is a conflict.
Result<Order> of_state_unless_a_field(Result<Order> done) {
    if (!done && done.error().kind == ErrorKind::invalid_input && done.error().code.empty() && !done.error().message.starts_with('/'))
        done.error().code = conflict_code;
    return done;
}

/// Where an order names no target, or one that cannot be: what there is to choose from, as the carrier has it now.
/// @return  the end of a sentence; empty where the carrier does not tell
Async<std::string> targets_to_choose_from(HostServices& services, Caller caller, std::string account) {
    constexpr std::size_t shown_max = 20;
    const auto output = co_await services.ask(std::move(caller), std::move(account), "list_targets", "{}", std::chrono::seconds(10));
    const auto targets = output ? from_text<std::vector<TargetChoice>>(*output) : std::unexpected(output.error());
    if (!targets || targets->empty()) co_return std::string();
    std::string out;
    for (std::size_t at = 0; at < std::min(targets->size(), shown_max); ++at) {
        const auto& each = (*targets)[at];
        // A trunk's id is a telephone number, which no message tells in full.
        const bool number = each.id.size() > 4 && each.id.find_first_not_of("+0123456789") == each.id.npos;
        out += (at == 0 ? "" : ", ") + porteur::quoted(each.label_en) + " (" + each.kind + " " +
               (number ? "…" + each.id.substr(each.id.size() - 4) : porteur::quoted(each.id)) + ")";
    }
    // Each clause is a sentence of the catalog.
    co_return "; " + phrase("there are {1}", out) + "; " + phrase("GET /v1/targets has their ids");
}

}  // namespace

void HostServices::add_warnings(std::vector<TimelineEntry>& entries, const Order& order, const std::vector<Warning>& warnings, Instant now) {
    const bool port = order.kind == OrderKind::port;
    const auto* of_plugin = port ? "port.advice" : "purchase.advice";
    const auto* of_age = port ? "port.document_expiring" : "purchase.document_expiring";
    for (const auto& each : warnings) entries.push_back(entry(order, now, "porteurd", each.of_plugin ? of_plugin : of_age, each.text, each.data));
}

Async<Result<std::vector<HostServices::Warning>>> HostServices::validated(Caller caller, std::string account, std::string losing,
                                                                          std::string request, bool may_split) {
    std::vector<Warning> advice;
    for (const auto& name : {losing, account}) {
        if (name.empty()) continue;
        auto found = co_await ask(caller, name, "validate", request, std::chrono::seconds(5));
        if (!found && found.error().kind == ErrorKind::unsupported) continue;  // it has nothing to say
        if (!found) co_return std::unexpected(std::move(found).error());
        const auto findings = from_text<Findings>(*found);
        if (!findings) co_return std::unexpected(findings.error());
        std::string all;
        for (const auto& problem : findings->problems) {
            if (!problem.blocking) {
                auto data = canonical(json::object{{"account", name}, {"field", problem.field}, {"reason", text_of(problem.reason)}});
                advice.push_back({true, problem.message, std::move(data)});
                continue;
            }
            // Numbers that may not share a request are sent in parts.
            if (problem.reason == Reason::split_required && may_split && offers(account, "split")) continue;
            all += (all.empty() ? "/request" : "\n/request") + problem.field + ": " + problem.message;
            if ((problem.field == "/target" || problem.field == "/target/trunk") && offers(name, "list_targets"))
                all += co_await targets_to_choose_from(*this, caller, name);
        }
        if (!all.empty()) co_return failure(ErrorKind::invalid_input, std::move(all));
    }
    co_return advice;
}

Async<Result<std::vector<HostServices::Warning>>> HostServices::fit_to_send(Caller caller, std::string account, std::string losing,
                                                                            std::string request, bool may_split) {
    auto warnings = co_await validated(caller, account, losing, request, may_split);
    if (!warnings) co_return warnings;
    auto aging = co_await documents_fit(caller, account, losing, request);
    if (!aging) co_return std::unexpected(std::move(aging).error());
    for (auto& each : *aging) warnings->push_back({false, std::move(each)});
    co_return warnings;
}

bool HostServices::offers(std::string_view account, std::string_view operation) const {
    return known_by_picture().can(account, operation);
}

Known HostServices::known_by_picture() const {
    const auto picture = std::make_shared<const HostSnapshot>(snapshot());
    return {.offers = [picture](std::string_view account, std::string_view operation) {
                const auto found = std::ranges::find(picture->carriers.accounts, account, &CarrierInfo::account);
                return found != picture->carriers.accounts.end() &&
                       std::ranges::find(found->operations, operation, &CarrierOperation::name) != found->operations.end();
            },
            .carrier = [picture](std::string_view account) {
                const auto found = std::ranges::find(picture->carriers.accounts, account, &CarrierInfo::account);
                return found == picture->carriers.accounts.end() ? std::string() : found->name;
            }};
}

std::string HostServices::filled_in(const NewOrder& wanted) const {
    auto request = parse_json(wanted.request);
    if (!request || !request->is_object()) return wanted.request;
    const auto fill = [&](std::string_view field, const std::string& text) {
        auto& place = request->get_object()[field];
        if (!place.is_string() || place.get_string().empty()) place = text;
    };
    const auto picture = snapshot();
    if (const auto found = picture.contacts.find(wanted.account); found != picture.contacts.end()) fill("contact_email", found->second);
    for (const auto& account : picture.carriers.accounts)
        if (wanted.kind == OrderKind::port && account.account == wanted.losing_account) fill("losing_carrier", account.name);
    return canonical(*request);
}

Async<Result<Order>> HostServices::create(Caller caller, NewOrder wanted, std::optional<IdempotencyRequest> idempotency) {
    wanted.request = filled_in(wanted);
    std::vector<Warning> warnings;
    if (wanted.submit) {
        auto fit = co_await fit_to_send(caller, wanted.account, wanted.losing_account, wanted.request, true);
        if (!fit) co_return std::unexpected(std::move(fit).error());
        warnings = std::move(*fit);
    }
    if (!wanted.reference.empty()) {
        const auto taken = parts_.store.order_by_reference(caller.tenant, wanted.reference);
        if (!taken) co_return std::unexpected(taken.error());
        if (*taken)
            co_return std::unexpected(coded(ErrorKind::invalid_input, conflict_code, "/reference: " +
                                            phrase("{1} is the reference of order {2} already", porteur::quoted(wanted.reference), id_text((*taken)->id))));
    }
    Order order;
    order.tenant = caller.tenant;
    order.kind = wanted.kind;
    order.reference = wanted.reference;
    order.account = wanted.account;
    order.losing_account = wanted.losing_account;
    order.request = wanted.request;
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const std::string prefix = wanted.kind == OrderKind::port ? "port." : "purchase.";
    std::vector<TimelineEntry> entries{entry(order, now, caller.token_name, prefix + "created", phrase("created by {1}", caller.token_name))};
    if (wanted.submit) {
        auto change = submit_order(order, now, caller.token_name, known_by_picture());
        if (!change) co_return std::unexpected(std::move(change).error());
        order = std::move(change->order);
        std::ranges::move(change->entries, std::back_inserter(entries));
        add_warnings(entries, order, warnings, now);
    }
    OrderWish wish;
    wish.remember = remember(caller, std::move(idempotency), parts_.clock);
    if (!wanted.pin.empty()) wish.secrets.push_back({.order = 0, .tenant = caller.tenant, .name = "pin", .value = wanted.pin});
    co_return co_await asio::co_spawn(parts_.engine_thread,
                                      parts_.engine.create(std::move(order), std::move(entries), std::move(wish)), asio::use_awaitable);
}

Async<Result<Order>> HostServices::changed(Caller caller, Id id, std::optional<std::int64_t> if_version,
                                           std::optional<IdempotencyRequest> idempotency,
                                           std::function<Result<OrderChange>(const Order&)> change, OrderWish wish) {
    wish.change = [tenant = caller.tenant, id, if_version, change = std::move(change)](const Order& order) -> Result<OrderChange> {
        if (order.tenant != tenant)
            return std::unexpected(coded(ErrorKind::invalid_input, not_found_code, phrase("there is no order {1}", id_text(id))));
        if (if_version && *if_version != order.version)
            return std::unexpected(coded(ErrorKind::invalid_input, version_code,
                                         phrase("order {1} has changed meanwhile (version {2}); read it again", id_text(id), order.version)));
        return change(order);
    };
    wish.remember = remember(caller, std::move(idempotency), parts_.clock);
    auto done = co_await asio::co_spawn(parts_.engine_thread, parts_.engine.change(id, std::move(wish)), asio::use_awaitable);
    co_return of_state_unless_a_field(std::move(done));
}

Async<Result<Order>> HostServices::submit(Caller caller, Id id, std::optional<std::int64_t> if_version, SendAs as,
                                          std::optional<IdempotencyRequest> idempotency) {
    const auto found = parts_.store.order(id);
    if (!found) co_return std::unexpected(found.error());
    std::vector<Warning> warnings;
    if (*found && (*found)->tenant == caller.tenant) {
        // An order that cannot be sent at all has no field to mend: its state is told first.
        if (auto may = submit_order(**found, parts_.clock.now(), caller.token_name, known_by_picture(), as); !may)
            co_return of_state_unless_a_field(std::unexpected(std::move(may).error()));
        auto fit = co_await fit_to_send(caller, (*found)->account, (*found)->losing_account, (*found)->request, (*found)->parent == 0);
        if (!fit) co_return std::unexpected(std::move(fit).error());
        warnings = std::move(*fit);
    }
    co_return co_await changed(caller, id, if_version, std::move(idempotency), [this, caller, as, warnings](const Order& order) {
        auto change = submit_order(order, parts_.clock.now(), caller.token_name, parts_.engine.known(), as);
        if (change) add_warnings(change->entries, order, warnings, parts_.clock.now());
        return change;
    });
}

Async<Result<Order>> HostServices::cancel(Caller caller, Id id, std::optional<std::int64_t> if_version,
                                          std::optional<IdempotencyRequest> idempotency) {
    const auto call_off = [this, caller](const Order& order) {
        const auto wanted = order.kind == OrderKind::port ? "cancel_port" : "cancel_purchase";
        return cancel_order(order, parts_.engine.known().can(order.account, wanted), parts_.clock.now(), caller.token_name);
    };
    OrderWish wish;
    wish.of_part = [call_off](const Order& part) -> std::optional<Result<OrderChange>> {
        const bool already = part.state == OrderState::cancel_pending || part.stage == Stage::cancel;
        if (is_end(part.state) || already) return std::nullopt;
        return call_off(part);
    };
    co_return co_await changed(caller, id, if_version, std::move(idempotency), call_off, std::move(wish));
}

Async<Result<Order>> HostServices::amend(Caller caller, Id id, Amendment amendment, std::optional<IdempotencyRequest> idempotency) {
    std::vector<Warning> warnings;
    if (amendment.submit) {
        const auto found = parts_.store.order(id);
        if (!found) co_return std::unexpected(found.error());
        if (*found && (*found)->tenant == caller.tenant) {
            const auto known = known_by_picture();
            const auto now = parts_.clock.now();
            auto may = correct_order(**found, amendment.request, amendment.pin.has_value(), now, caller.token_name, known);
            if (may) may = submit_order(may->order, now, caller.token_name, known, amendment.as);
            if (!may) co_return of_state_unless_a_field(std::unexpected(std::move(may).error()));
            auto fit = co_await fit_to_send(caller, (*found)->account, (*found)->losing_account, amendment.request, (*found)->parent == 0);
            if (!fit) co_return std::unexpected(std::move(fit).error());
            warnings = std::move(*fit);
        }
    }
    OrderWish wish;
    wish.amends_request = true;
    if (amendment.pin && !amendment.pin->empty())
        wish.secrets.push_back({.order = id, .tenant = caller.tenant, .name = "pin", .value = *amendment.pin});
    const auto if_version = amendment.if_version;
    co_return co_await changed(
        caller, id, if_version, std::move(idempotency),
        [this, caller, warnings, amendment = std::move(amendment)](const Order& order) -> Result<OrderChange> {
            // An order changes by itself, too, as when its carrier is asked again; that is no other request.
            if (order.request != amendment.base_request)
                return std::unexpected(coded(ErrorKind::invalid_input, version_code,
                                             phrase("order {1} was corrected by somebody else meanwhile; read it again", id_text(order.id))));
            const auto now = parts_.clock.now();
            const auto& known = parts_.engine.known();
            auto corrected = correct_order(order, amendment.request, amendment.pin.has_value(), now, caller.token_name, known);
            if (!corrected || !amendment.submit) return corrected;
            // Both in one commit, which is one change.
            auto sent = submit_order(corrected->order, now, caller.token_name, known, amendment.as);
            if (!sent) return sent;
            sent->order.version = corrected->order.version;
            sent->entries.insert(sent->entries.begin(), corrected->entries.begin(), corrected->entries.end());
            add_warnings(sent->entries, order, warnings, now);
            return sent;
        },
        std::move(wish)
    );
}

Async<Result<Order>> HostServices::comment(Caller caller, Id id, std::string text, bool is_private,
                                           std::optional<IdempotencyRequest> idempotency) {
    OrderWish wish;
    wish.by_person = false;  // whoever comments decides nothing
    co_return co_await changed(caller, id, std::nullopt, std::move(idempotency),
                               [this, caller, text = std::move(text), is_private](const Order& order) -> Result<OrderChange> {
                                   return comment_on(order, text, is_private, parts_.clock.now(), caller.token_name);
                               },
                               std::move(wish));
}

Result<std::vector<Order>> HostServices::parts(const Caller& caller, Id order) {
    auto found = parts_.store.parts_of(order);
    if (found) std::erase_if(*found, [&](const Order& each) { return each.tenant != caller.tenant; });
    return found;
}

Async<Result<Order>> HostServices::settle(Caller caller, Id id, PersonVerdict verdict, std::string carrier_id,
                                          std::optional<IdempotencyRequest> idempotency) {
    co_return co_await changed(caller, id, std::nullopt, std::move(idempotency),
                               [this, caller, verdict, carrier_id = std::move(carrier_id)](const Order& order) {
                                   return settle_by_person(order, verdict, carrier_id, parts_.clock.now(), caller.token_name);
                               });
}

Async<Result<Order>> HostServices::answer(Caller caller, Id id, std::string choice, std::string text,
                                          std::optional<IdempotencyRequest> idempotency) {
    const auto found = parts_.store.order(id);
    if (!found) co_return std::unexpected(found.error());
    if (!*found || (*found)->tenant != caller.tenant)
        co_return std::unexpected(coded(ErrorKind::invalid_input, not_found_code, phrase("there is no order {1}", id_text(id))));
    TaskAnswer answer{.choice = std::move(choice), .text = std::move(text), .by = caller.token_name,
                      .remember = remember(caller, std::move(idempotency), parts_.clock)};
    auto done = co_await asio::co_spawn(parts_.engine_thread, parts_.engine.answer(id, std::move(answer)), asio::use_awaitable);
    co_return of_state_unless_a_field(std::move(done));
}

}  // namespace porteur
