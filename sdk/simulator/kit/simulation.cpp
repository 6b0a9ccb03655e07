// SPDX-License-Identifier: Apache-2.0
#include "simulation.hpp"

#include <charconv>
#include <string>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "fields.hpp"

namespace porteur::sim {
namespace {

Answer refuse(const std::string& why) { return answer_json(400, {{"error", why}}); }

std::uint64_t asked_count(const Request& request, std::string_view name, std::uint64_t otherwise) {
    const auto text = request.asked(name);
    if (!text) return otherwise;
    std::uint64_t count = 0;
    const auto read = std::from_chars(text->data(), text->data() + text->size(), count);
    return read.ec == std::errc{} ? count : otherwise;
}

Answer html_page(int status) {
    Answer page;
    page.status = status;
    page.content_type = "text/html; charset=utf-8";
    page.body =
        "<!DOCTYPE html>\n<html><head><title>Error</title></head>\n<body><h1>The service is being "
        "maintained</h1><p>Please try again later.</p></body></html>\n";
    return page;
}

Answer garbage() {
    Answer answer;
    answer.body = std::string("{\"id\": \"\x01\xff\xfe", 11) + "]]}\x80 not JSON";
    return answer;
}

}  // namespace

Simulation::Simulation(
    const CarrierMaker& make, std::size_t log_size, std::function<Instant()> real
)
    : clock_(std::move(real)), ledger_(clock_, log_size), carrier_(make(World{clock_, ledger_})) {}

Answer Simulation::act(const Request& request, std::uint64_t index) {
    auto answer = carrier_->answer(request);
    ledger_.log_answer(index, answer);
    return answer;
}

Reaction Simulation::react(Request request) {
    Reaction reaction;
    if (request.path.starts_with("/_sim/")) {
        reaction.answer = admin(request);
        return reaction;
    }
    const auto fault = faults_.next(request);
    const auto index = ledger_.log(request, name_of(fault.kind), carrier_->key_of(request));
    switch (fault.kind) {
        case FaultKind::none:
            reaction.answer = act(request, index);
            break;
        case FaultKind::delay:
            reaction.answer = act(request, index);
            reaction.wait = fault.delay;
            break;
        case FaultKind::throttle:
            reaction.answer = carrier_->error(429, fault.retry_after_s.value_or(0));
            if (fault.retry_after_s) {
                reaction.answer.headers.emplace_back(
                    "Retry-After", std::to_string(*fault.retry_after_s)
                );
            }
            break;
        case FaultKind::error_after:
            act(request, index);
            [[fallthrough]];
        case FaultKind::error_before:
            reaction.answer = carrier_->error(500, 0);
            break;
        case FaultKind::drop_after:
            act(request, index);
            [[fallthrough]];
        case FaultKind::drop_before:
            reaction.delivery = Reaction::Delivery::none;
            break;
        case FaultKind::slow_body:
            reaction.answer = act(request, index);
            reaction.delivery = Reaction::Delivery::slow;
            reaction.wait = fault.delay;
            break;
        case FaultKind::half_answer:
            reaction.answer = act(request, index);
            reaction.delivery = Reaction::Delivery::half;
            break;
        case FaultKind::garbage:
            act(request, index);
            reaction.answer = garbage();
            break;
        case FaultKind::html:
            if (fault.acts) act(request, index);
            reaction.answer = html_page(fault.status);
            break;
        case FaultKind::act_late:
            reaction.delivery = Reaction::Delivery::none;
            reaction.late_wait = fault.delay;
            reaction.late_act = [this, index, late = std::move(request)] { act(late, index); };
            break;
    }
    return reaction;
}

Answer Simulation::admin(const Request& request) {
    const auto& path = request.path;
    const bool is_post = request.method == "POST";
    if (path == "/_sim/stats") {
        return answer_json(200, ledger_.stats(request.asked("brief") != "1"));
    }
    if (path == "/_sim/journal" && !is_post) {
        return answer_json(200, {{"lines", ledger_.journal()}});
    }
    if (path == "/_sim/received") return received(request);
    if (path == "/_sim/clock" && !is_post) return clock_route(request);
    if (!is_post) return answer_json(404, {{"error", "no such admin route; see --help"}});

    if (path == "/_sim/reset") {
        reset();
        return answer_json(200, json::object{});
    }
    const auto body = read_json(request.body);
    if (!body) return refuse("the body is not JSON");
    if (path == "/_sim/clock") return clock_route(request);
    if (path == "/_sim/faults") {
        const auto wrong = faults_.set(*body);
        if (!wrong.empty()) return refuse(wrong);
        return answer_json(200, {{"rules", body->get_array().size()}});
    }
    if (path == "/_sim/script") {
        try {
            return answer_json(200, carrier_->script(*body));
        } catch (const ScriptError& wrong) {
            return refuse(wrong.what());
        }
    }
    return answer_json(404, {{"error", "no such admin route; see --help"}});
}

Answer Simulation::clock_route(const Request& request) {
    if (request.method == "POST") {
        const auto body = *read_json(request.body);
        const auto speed = number_of(body, "speed");
        const auto advance = number_of(body, "advance_s");
        const auto now = text_of(body, "now");
        if (!speed && !advance && !now) return refuse("give speed, advance_s or now");
        if ((speed && *speed < 0) || (advance && *advance < 0)) {
            return refuse("the clock does not go back");
        }
        if (now) {
            const auto instant = from_iso8601(*now);
            if (!instant) return refuse("now is not like 2026-11-22T19:48:00Z");
            if (!clock_.set(*instant)) return refuse("the clock does not go back");
        }
        if (speed) clock_.set_speed(*speed);
        if (advance) clock_.advance(std::chrono::milliseconds(static_cast<long>(*advance * 1000)));
    }
    return answer_json(200, {{"now", to_iso8601(clock_.now())}, {"speed", clock_.speed()}});
}

Answer Simulation::received(const Request& request) {
    const auto from = asked_count(request, "from", 0);
    const auto limit = asked_count(request, "limit", 1'000'000);
    const auto reference = request.asked("reference");
    json::array orders;
    const auto& all = ledger_.orders();
    for (std::size_t at = from; at < all.size() && orders.size() < limit; ++at) {
        if (reference && all[at].reference != *reference) continue;
        auto line = to_json(all[at]);
        carrier_->describe(all[at], line);
        orders.push_back(std::move(line));
    }
    json::object body = {{"orders", std::move(orders)}, {"order_count", all.size()}};
    if (request.asked("requests") != "0") {
        json::array requests;
        for (const auto& logged : ledger_.requests()) requests.push_back(to_json(logged));
        body["requests"] = std::move(requests);
    }
    return answer_json(200, body);
}

void Simulation::reset() {
    faults_.clear();
    ledger_.reset();
    clock_.reset();
    carrier_->reset();
}

}  // namespace porteur::sim
