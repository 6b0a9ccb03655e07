// SPDX-License-Identifier: Apache-2.0
// GET /v1/...-orders/{id}/trace: what each step of an order's operations spent its time with, on one axis.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "api/exchange_routes.hpp"
#include "api/order_handling.hpp"
#include "api/outward_services.hpp"
#include "api/people_handling.hpp"
#include "api/problem.hpp"

namespace porteur::handlers {
namespace {

using people_handling::answer_with;
using people_handling::time_or_null;

constexpr std::size_t limit_usual = 20, limit_max = 100;
constexpr std::size_t text_size_max = 400;

std::int64_t rounded(double place) { return std::llround(place); }

/// What of a step is told by its kind.
std::string_view what_of(EffectKind kind) {
    switch (kind) {
        case EffectKind::mail: return "mail";
        case EffectKind::manual: return "person";
        case EffectKind::event: return "event";
        case EffectKind::sleep: return "pause";
        case EffectKind::sign: return "sign";
        default: return "http";
    }
}

std::string_view guarantee_of(Guarantee guarantee) {
    return guarantee == Guarantee::once ? "ONCE" : guarantee == Guarantee::keyed ? "KEYED" : "SAFE";
}

/// A text of a head; null where there is none, or one that nobody reads.
json::value head_text(const std::string& head, std::initializer_list<std::string_view> path) {
    boost::system::error_code wrong;
    const auto document = json::parse(head, wrong);
    const json::value* at = wrong ? nullptr : &document;
    for (const auto name : path) at = at && at->is_object() ? at->get_object().if_contains(name) : nullptr;
    return at && at->is_string() && at->get_string().size() <= text_size_max ? *at : json::value(nullptr);
}

/// An operation's steps with their bars.
struct Drawn {
    struct Step {
        const TraceStep* step;
        std::vector<BarPiece> pieces;
    };
    const Operation* operation;
    std::vector<Step> steps;
};

std::vector<Drawn> drawn_of(const OrderTrace& trace) {
    std::vector<Drawn> all;
    for (const auto& each : trace.operations) {
        Drawn drawn{.operation = &each.operation, .steps = {}};
        for (const auto& step : each.steps) {
            const auto& exchange = step.exchange;
            drawn.steps.push_back(
                {&step, pieces_of({.kind = exchange.sent.kind, .guarantee = exchange.sent.guarantee, .asked = exchange.at, .ended = exchange.ended,
                                   .lost = step.lost, .left = step.left, .left_is_whole = step.left_is_whole})}
            );
        }
        all.push_back(std::move(drawn));
    }
    return all;
}

bool is_work(BarPiece::What what) {
    using What = BarPiece::What;
    return what != What::person && what != What::event && what != What::pause && what != What::settle;
}

TimeAxis axis_of(const Order& order, const OrderTrace& trace, const std::vector<Drawn>& all, const std::vector<OrderWait>& waits) {
    std::vector<Stretch> stretches;
    for (const auto& wait : waits) stretches.push_back({wait.from, wait.until.value_or(trace.now), false});
    for (const auto& each : all) {
        stretches.push_back({each.operation->began, each.operation->ended.value_or(trace.now), false});
        for (const auto& step : each.steps)
            for (const auto& piece : step.pieces) stretches.push_back({piece.from, piece.until.value_or(trace.now), is_work(piece.what)});
    }
    if (stretches.empty()) stretches.push_back({order.created, trace.now, false});
    return TimeAxis(stretches);
}

/// Puts an extent into a document: as instants, and on the axis.
void put_extent(json::object& into, const TimeAxis& axis, Instant now, Instant from, std::optional<Instant> until) {
    into["from"] = time_text(from);
    into["until"] = time_or_null(until);
    into["start"] = rounded(axis.place(from));
    into["end"] = rounded(axis.place(until.value_or(now)));
}

json::object step_json(const Drawn::Step& drawn, const TimeAxis& axis, Instant now, bool sees_all) {
    const auto& exchange = drawn.step->exchange;
    const auto kind = exchange.sent.kind;
    json::object made{
        {"carrier_request", nullptr},
        {"failed", exchange.answered && exchange.answered->kind != ErrorKind::none ? name_of(exchange.answered->kind) : ""},
        {"guarantee", guarantee_of(exchange.sent.guarantee)},
        {"lost", time_or_null(drawn.step->lost)},
        {"step", exchange.sent.step},
        {"title", kind == EffectKind::manual ? head_text(exchange.sent.head, {"title"}) : json::value(nullptr)},
        {"what", what_of(kind)}
    };
    for (const auto* of_exchange : {"address", "message", "method", "status"}) made[of_exchange] = nullptr;
    // An answer may list what other customers have, and an address may name it.
    if (sees_all && (kind == EffectKind::http || kind == EffectKind::mail)) {
        const auto shown = exchange_json(exchange);
        for (const auto* of_exchange : {"address", "message", "method", "status"}) made[of_exchange] = shown.at(of_exchange);
        if (exchange.answered) made["carrier_request"] = head_text(exchange.answered->head, {"headers", "x-request-id"});
    }
    put_extent(made, axis, now, exchange.at, exchange.ended);
    json::array pieces;
    for (const auto& each : drawn.pieces) {
        json::object piece{
            {"failed", each.failed},
            {"status", sees_all && each.status != 0 ? json::value(each.status) : json::value(nullptr)},
            {"what", word_of(each.what)}
        };
        put_extent(piece, axis, now, each.from, each.until);
        pieces.push_back(std::move(piece));
    }
    made["pieces"] = std::move(pieces);
    return made;
}

json::object trace_json(const Order& order, const OrderTrace& trace, const std::vector<TimelineEntry>& entries, bool sees_all) {
    std::vector<Operation> operations;
    for (const auto& each : trace.operations) operations.push_back(each.operation);
    const auto waits = waits_of(order, operations, entries, trace.is_whole, trace.now);
    const auto all = drawn_of(trace);
    const auto axis = axis_of(order, trace, all, waits);
    json::array shown, pieces, waited;
    for (const auto& each : all) {
        json::array steps;
        for (const auto& step : each.steps) steps.push_back(step_json(step, axis, trace.now, sees_all));
        json::object operation{
            {"account", each.operation->account},
            {"id", id_text(each.operation->id)},
            {"name", each.operation->name},
            {"state", name_of(each.operation->state)},
            {"steps", std::move(steps)}
        };
        put_extent(operation, axis, trace.now, each.operation->began, each.operation->ended);
        shown.push_back(std::move(operation));
    }
    for (const auto& each : axis.pieces())
        pieces.push_back(json::object{
            {"cut", each.is_cut},
            {"end", rounded(each.end)},
            {"from", time_text(each.from)},
            {"start", rounded(each.start)},
            {"until", time_text(each.until)}
        });
    for (const auto& each : waits) {
        json::object wait{{"what", word_of(each.what)}};
        put_extent(wait, axis, trace.now, each.from, each.until);
        waited.push_back(std::move(wait));
    }
    return {
        {"at", time_text(trace.now)},
        {"axis", std::move(pieces)},
        {"id", id_text(order.id)},
        {"kind", boost::describe::enum_to_string(order.kind, "")},
        {"operations", std::move(shown)},
        {"reference", order.reference},
        {"waits", std::move(waited)},
        {"whole", trace.is_whole}
    };
}

}  // namespace

Async<Answer> trace_order(Api& api, Request& request) {
    auto order = order_handling::order_of(api, request);
    if (!order) co_return std::move(order).error();
    auto limit = limit_usual;
    if (const auto text = request.parameter("limit"); !text.empty()) {
        const auto read = std::from_chars(text.data(), text.data() + text.size(), limit);
        if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || limit < 1 || limit > limit_max)
            co_return problem_answer(
                problems::invalid_input,
                phrase("the parameter limit is {1}; expected a number from 1 to 100", quoted(text, 20)), "limit"
            );
    }
    const auto entries = api.services.timeline(request.caller, order->id);
    if (!entries) co_return problem_answer(entries.error());
    const auto trace = api.services.outward().trace(request.caller, *order, limit);
    if (!trace) co_return problem_answer(trace.error());
    const auto where = request.caller.tenant == system_tenant ? Relation::own : Relation::other;
    const bool sees_all = may(request.caller.role, Right::view_carrier_lists, where);
    co_return answer_with(trace_json(*order, *trace, *entries, sees_all));
}

}  // namespace porteur::handlers
