// SPDX-License-Identifier: Apache-2.0
#include "conformance/play.hpp"

#include <algorithm>
#include <utility>

#include <porteur/turn_limits.hpp>

#include "conformance/whereabouts.hpp"

namespace porteur::conformance {
namespace {

/// So many effects may still be asked for once something has gone wrong.
constexpr std::size_t effects_after_max = 64;
constexpr std::size_t undo_effects_max = 16;

/// Whether a look-up was answered, as the host counts it. @source docs/effects.md, "Guarantees"
bool is_definite(const Completion& completion) {
    if (completion.kind != ErrorKind::none) return false;
    const auto status = status_of(completion);
    return (status >= 200 && status < 300) || status == 404 || status == 410;
}

/// Before the plugin begins.
const Conversation& at_its_beginning(const Conversation& one) {
    whereabouts().stand_at(one, 0);
    return one;
}

json::object head_of(const Effect& effect) {
    const auto head = parse_json(effect.head);
    return head && head->is_object() ? head->get_object() : json::object();
}

}  // namespace

std::string head_text(const Effect& effect, std::string_view key) {
    const auto head = head_of(effect);
    const auto* found = head.if_contains(key);
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

std::string name_of(const Effect& effect) {
    if (effect.kind != PORTEUR_FX_HTTP) return effect.step + " (" + std::string(testkit::name_of_effect(effect.kind)) + ")";
    const auto path = head_text(effect, "path");
    return effect.step + " (" + head_text(effect, "method") + " " + (path.empty() ? head_text(effect, "url") : path) + ")";
}

std::string told(const Turn& turn) {
    if (turn.returned != PORTEUR_OK) return "returned " + std::to_string(turn.returned) + ": " + turn.error.message;
    if (turn.state == PORTEUR_DONE) return "is done";
    if (turn.state == PORTEUR_FAILED) return "failed as " + std::string(name_of(turn.error.kind)) + ": " + turn.error.message;
    return "waits";
}

std::string without_count(std::string step) {
    const auto end = step.find_last_not_of("0123456789");
    if (end != std::string::npos && end > 0 && end + 1 < step.size() && step[end] == '-') step.resize(end);
    return step;
}

const Effect* completed_by(const Conversation& conversation, std::size_t exchange) {
    const auto seq = conversation.exchanges[exchange].done.front().seq;
    const auto find = [seq](const Turn& turn) -> const Effect* {
        const auto found = std::ranges::find(turn.effects, seq, &Effect::seq);
        return found == turn.effects.end() ? nullptr : &*found;
    };
    if (const auto* first = find(conversation.first)) return first;
    for (const auto& each : conversation.exchanges)
        if (const auto* found = find(each.turn)) return found;
    return nullptr;
}

std::vector<std::size_t> places_of(const Conversation& conversation) {
    std::map<std::string, std::vector<std::size_t>> of_step;
    for (std::size_t at = 0; at < conversation.exchanges.size(); ++at) {
        const auto* effect = completed_by(conversation, at);
        of_step[effect ? without_count(effect->step) : std::string()].push_back(at);
    }
    std::vector<std::size_t> out;
    for (const auto& [_, places] : of_step) {
        out.insert(out.end(), places.begin(), places.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(places.size(), 2)));
        if (places.size() > 2) out.push_back(places.back());
    }
    std::ranges::sort(out);
    return out;
}

std::int64_t status_of(const Completion& completion) {
    const auto head = parse_json(completion.head);
    const auto* found = head && head->is_object() ? head->get_object().if_contains("status") : nullptr;
    return found && found->is_int64() ? found->get_int64() : 0;
}

Completion answer(int status, std::string body, std::string_view content_type) {
    json::object headers;
    if (!content_type.empty()) headers["content-type"] = content_type;
    return {0, ErrorKind::none, canonical(json::object{{"headers", std::move(headers)}, {"status", status}}), std::move(body)};
}

Completion failure_of(ErrorKind kind, std::string_view message) {
    return {0, kind, canonical(json::object{{"code", ""}, {"message", message}}), {}};
}

Play::Play(const Plugin& plugin, const Conversation& recorded, char scrubbed)
    : recorded_(at_its_beginning(recorded)), run_(std::make_unique<OneRun>(plugin, recorded.operation, recorded.input, recorded.settings, scrubbed)) {
    take(run_->first());
    for (auto exchange = recorded.exchanges.rbegin(); exchange != recorded.exchanges.rend(); ++exchange)
        for (const auto& each : exchange->done) {
            const auto at = static_cast<std::size_t>(recorded.exchanges.rend() - exchange) - 1;
            if (const auto* effect = completed_by(recorded, at)) answers_[effect->step].push_back(each);
        }
}

void Play::take(Turn turn) {
    turn_ = std::move(turn);
    for (const auto& each : turn_.effects) {
        const auto rule = wrong_effect_size(each.seq, each.head.size(), each.body.size());
        if (!rule.empty() && broken_rule_.empty()) broken_rule_ = rule;
        const auto doubt = doubted_.find(each.step);
        if (each.guarantee == PORTEUR_ONCE && doubt != doubted_.end() && broken_rule_.empty())
            broken_rule_ = name_of(each) + " is sent again, and " +
                           (doubt->second ? "the look-up was answered with nothing that says that it was not carried out"
                                          : "nobody has looked whether it was carried out");
        open_.push_back(each);
        asked_.push_back(each);
    }
}

void Play::settle(const Effect& effect, const Completion& given, Telling telling) {
    if (effect.guarantee == PORTEUR_ONCE && given.kind == ErrorKind::in_doubt) doubted_[effect.step] = false;
    const auto doubt = doubted_.find(head_text(effect, "looks_up"));
    if (doubt == doubted_.end()) return;
    if (telling == Telling::by_its_status && is_definite(given))
        doubted_.erase(doubt);
    else
        doubt->second = true;
}

void Play::deliver(std::uint32_t seq, Completion given, Telling telling) {
    given.seq = seq;
    const auto found = std::ranges::find(open_, seq, &Effect::seq);
    if (found != open_.end()) {
        settle(*found, given, telling);
        open_.erase(found);
    }
    whereabouts().stand_at(recorded_, ++delivered_);
    take(run_->step({std::move(given)}));
}

std::string Play::replay(std::size_t length) {
    if (turn_ != recorded_.first) return "it begins otherwise: " + told(turn_) + ", and " + told(recorded_.first) + " in the conversation";
    for (std::size_t at = 0; at < length; ++at) {
        const auto& [done, then] = recorded_.exchanges[at];
        for (const auto& each : done) {
            const auto found = std::ranges::find(open_, each.seq, &Effect::seq);
            if (found == open_.end()) return "the conversation answers effect " + std::to_string(each.seq) + ", which nobody asked for";
            settle(*found, each, Telling::by_its_status);
            if (auto& left = answers_[found->step]; !left.empty()) left.pop_back();
            open_.erase(found);
        }
        whereabouts().stand_at(recorded_, delivered_ += done.size());
        take(run_->step(done));
        if (turn_ != then) {
            std::string out = "after the outcome of effect " + std::to_string(done.front().seq) + " it goes otherwise: " + told(turn_) + ", and " + told(then) +
                              " in the conversation";
            for (std::size_t each = 0; each < std::min(turn_.effects.size(), then.effects.size()); ++each)
                if (turn_.effects[each] != then.effects[each])
                    return out + "; it asks " + name_of(turn_.effects[each]) + " " + turn_.effects[each].head + turn_.effects[each].body + " instead of " +
                           name_of(then.effects[each]) + " " + then.effects[each].head + then.effects[each].body;
            return out;
        }
    }
    return broken_rule_;
}

Completion Play::usual(const Effect& effect) {
    if (auto& left = answers_[effect.step]; !left.empty()) {
        auto out = left.back();
        left.pop_back();
        return out;
    }
    switch (effect.kind) {
        case PORTEUR_FX_SLEEP:
        case PORTEUR_FX_PROGRESS: return {0, ErrorKind::none, "{}", {}};
        case PORTEUR_FX_NOW: return {0, ErrorKind::none, R"({"at":"2026-12-01T09:30:00Z"})", {}};
        case PORTEUR_FX_RANDOM: return {0, ErrorKind::none, R"({"hex":"00112233445566778899aabbccddeeff"})", {}};
        case PORTEUR_FX_SIGN: return {0, ErrorKind::none, R"({"signature":"AA=="})", {}};
        case PORTEUR_FX_MANUAL: return failure_of(ErrorKind::cancelled, "nobody has answered");
        case PORTEUR_FX_EVENT: return {0, ErrorKind::unavailable, R"({"code":"timed_out","message":"no such event came in time"})", {}};
        default: return failure_of(ErrorKind::unavailable, "no route to the carrier");
    }
}

std::string Play::wrong() const {
    if (!broken_rule_.empty()) return broken_rule_;
    // The SDK stops every exception; one that is not its own Failure is still a defect, which nobody meant.
    if (turn_.state == PORTEUR_FAILED && turn_.error.kind == ErrorKind::internal && turn_.error.message.starts_with("the plugin threw "))
        return turn_.error.message + ", and does not catch it";
    if (turn_.returned == PORTEUR_E_BUG) return "an exception reached the boundary: " + turn_.error.message;
    if (turn_.returned != PORTEUR_OK) return told(turn_);
    if (turn_.state == PORTEUR_WAITING) return "it waits for nothing, and does not end";
    if (turn_.state != PORTEUR_DONE && turn_.state != PORTEUR_FAILED) return "it is in the state " + std::to_string(turn_.state) + ", which there is not";
    if (turn_.state == PORTEUR_FAILED && turn_.error.kind == ErrorKind::none) return "it failed without a kind";
    return {};
}

std::string Play::go_on(const std::function<Completion(const Effect&)>& choose) {
    // As many as it asked for when all went well, and some more.
    auto most = asked_.size() + effects_after_max + recorded_.first.effects.size();
    for (const auto& each : recorded_.exchanges) most += each.turn.effects.size();
    while (turn_.returned == PORTEUR_OK && !open_.empty() && turn_.state == PORTEUR_WAITING && broken_rule_.empty()) {
        if (asked_.size() > most) return "it has asked for " + std::to_string(asked_.size()) + " effects, and does not end";
        const auto effect = open_.front();
        auto given = choose ? choose(effect) : Completion{};
        if (given.head.empty() && given.kind == ErrorKind::none) given = usual(effect);
        deliver(effect.seq, std::move(given));
    }
    return wrong();
}

std::string Play::cancel() {
    open_.clear();
    const auto before = asked_.size();
    take(run_->cancel());
    while (turn_.returned == PORTEUR_OK && !open_.empty() && turn_.state == PORTEUR_WAITING) {
        if (asked_.size() > before + undo_effects_max) return "it asks for more than " + std::to_string(undo_effects_max) + " effects to undo, and does not end";
        deliver(open_.front().seq, failure_of(ErrorKind::cancelled, "called off"));
    }
    return wrong();
}

}  // namespace porteur::conformance
