// SPDX-License-Identifier: Apache-2.0
#include "app/order_trace.hpp"

#include <algorithm>
#include <map>

#include "app/exchanges.hpp"
#include "engine/journal_record.hpp"

namespace porteur {
namespace {

bool takes_time(EffectKind kind) {
    return kind != EffectKind::now && kind != EffectKind::random && kind != EffectKind::progress && kind != EffectKind::patch;
}

bool overlap(const TraceStep& one, const TraceStep& other) {
    const auto end = [](const TraceStep& of) { return of.exchange.ended.value_or(Instant::max()); };
    return one.exchange.at < end(other) && other.exchange.at < end(one);
}

bool is_alone(const std::vector<TraceStep>& steps, const TraceStep& step) {
    return std::ranges::none_of(steps, [&](const TraceStep& other) {
        return &other != &step && other.exchange.sent.step == step.exchange.sent.step && overlap(step, other);
    });
}

}  // namespace

Result<std::vector<TraceStep>> steps_of(const StoredOperation& stored) {
    std::vector<TraceStep> found;
    std::map<std::uint32_t, std::size_t> place;  // of each effect, by its number
    const auto of = [&](std::uint32_t seq) -> TraceStep* {
        const auto at = place.find(seq);
        return at == place.end() ? nullptr : &found[at->second];
    };
    for (const auto& piece : stored.journal) {
        auto records = read_records(piece.payload);
        if (!records) return std::unexpected(std::move(records).error());
        for (auto& record : *records) {
            if (auto* intent = std::get_if<IntentRecord>(&record)) {
                if (!takes_time(intent->effect.kind)) continue;
                place[intent->effect.seq] = found.size();
                intent->effect.body.clear();
                found.push_back({.exchange = {.at = intent->at, .ended = {}, .sent = std::move(intent->effect), .answered = {}}, .lost = {}});
            } else if (auto* outcome = std::get_if<OutcomeRecord>(&record)) {
                if (auto* step = of(outcome->completion.seq)) {
                    outcome->completion.body.clear();
                    step->exchange.ended = outcome->at;
                    step->exchange.answered = std::move(outcome->completion);
                }
            } else if (const auto* lost = std::get_if<LostRecord>(&record)) {
                if (auto* step = of(lost->seq)) {
                    step->exchange.is_lost = true;
                    step->lost = lost->at;
                }
            }
        }
    }
    std::ranges::sort(found, {}, [](const TraceStep& each) { return std::pair(each.exchange.at, each.exchange.sent.seq); });
    return found;
}

void add_times_left(std::vector<TraceStep>& steps, Id operation, const CarrierStanding& standing, std::size_t kept_max) {
    const auto& kept = standing.requests;  // the newest first
    for (auto& step : steps) {
        const auto& exchange = step.exchange;
        const auto until = step.lost ? step.lost : exchange.ended;
        // The picture is renewed every second: it may not have the end of a step yet.
        if (exchange.sent.kind != EffectKind::http || standing.at < until.value_or(exchange.at) || !is_alone(steps, step)) continue;
        for (const auto& each : kept)
            if (each.run == operation && each.step == exchange.sent.step && each.at >= exchange.at && each.at <= until.value_or(Instant::max()))
                step.left.push_back({.at = each.at, .took = each.took, .status = each.status, .failed = each.failed});
        std::ranges::reverse(step.left);
        const bool none_forgotten = kept.size() < kept_max || (!kept.empty() && kept.back().at < exchange.at);
        step.left_is_whole = standing.seen_since <= exchange.at && none_forgotten;
    }
}

void hide_own_secrets(std::vector<TraceStep>& steps, const Order& order, const std::string& pin) {
    std::vector<Exchange> exchanges;
    for (auto& each : steps) exchanges.push_back(std::move(each.exchange));
    hide_own_secrets(exchanges, order, pin);
    for (std::size_t at = 0; at < steps.size(); ++at) steps[at].exchange = std::move(exchanges[at]);
}

std::string log_line_of(std::string_view account, const CarrierRequestSeen& seen) {
    std::string line = "carrier: " + std::string(account) + " " + seen.operation + " " + seen.step + ": ";
    line += (seen.status == 0 ? "no answer" : std::to_string(seen.status)) + " in " + std::to_string(seen.took.count()) + " ms";
    if (!seen.failed.empty()) line += ", " + seen.failed;
    if (seen.order != 0) line += ", order " + id_text(seen.order) + ", operation " + id_text(seen.run);
    return line;
}

}  // namespace porteur
