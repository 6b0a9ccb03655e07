// SPDX-License-Identifier: Apache-2.0
#include "engine/outside.hpp"

#include <algorithm>

#include <porteur/phrase.hpp>
#include <porteur/json.hpp>

#include "engine/own_effects.hpp"

namespace porteur {
namespace {

constexpr std::chrono::seconds remind_min{60};
constexpr std::int64_t until_max_seconds = 366LL * 24 * 3600;
constexpr std::size_t match_max = 16;

}  // namespace

Result<OpenEffects> open_effects(const StoredOperation& stored) {
    OpenEffects open;
    for (const auto& piece : stored.journal) {
        open.position = piece.position;
        auto records = read_records(piece.payload);
        if (!records) return std::unexpected(std::move(records).error());
        for (auto& record : *records) {
            if (auto* intent = std::get_if<IntentRecord>(&record))
                open.effects.insert_or_assign(intent->effect.seq, std::move(*intent));
            else if (const auto* outcome = std::get_if<OutcomeRecord>(&record))
                open.effects.erase(outcome->completion.seq);
        }
    }
    return open;
}

ManualTask task_of(const IntentRecord& intent) {
    const auto& effect = intent.effect;
    ManualTask task{.seq = effect.seq, .step = effect.step, .title = text_in(effect.head, "title"), .text = effect.body,
                    .choices = {}, .text_required = text_in(effect.head, "text") == "required", .since = intent.at};
    if (task.title.empty()) task.title = effect.step;
    if (const auto wait = number_in(effect.head, "remind_seconds"); wait > 0)
        task.remind_every = std::clamp(std::chrono::seconds(std::min(wait, until_max_seconds)), remind_min, std::chrono::seconds(until_max_seconds));
    const auto head = parse_json(effect.head);
    if (!head || !head->is_object()) return task;
    if (const auto* choices = head->get_object().if_contains("choices"); choices && choices->is_array())
        for (const auto& each : choices->get_array())
            if (each.is_string()) task.choices.emplace_back(each.get_string());
    return task;
}

Result<void> check_answer(const ManualTask& task, std::string_view choice, std::string_view text) {
    if (!task.choices.empty() && std::ranges::find(task.choices, choice) == task.choices.end()) {
        std::string all;
        for (const auto& each : task.choices) all += (all.empty() ? "" : ", ") + quoted(each);
        return failure(ErrorKind::invalid_input, "/choice: " + phrase("{1} is none of {2}", quoted(choice), all));
    }
    if (task.text_required && text.find_first_not_of(" \t\r\n") == text.npos)
        return failure(ErrorKind::invalid_input, "/text: " + phrase("the task {1} wants a text with the answer", quoted(task.title)));
    return {};
}

std::int64_t EventWait::lookup(std::int64_t tenant, std::string_view account) const {
    return event_lookup(tenant, account, source, match.begin()->first, match.begin()->second);
}

bool EventWait::fits(const InboundEvent& event, std::int64_t tenant, std::string_view account) const {
    if (event.tenant != tenant || event.account != account || event.source != source) return false;
    return std::ranges::all_of(match, [&](const auto& each) {
        const auto found = event.keys.find(each.first);
        return found != event.keys.end() && found->second == each.second;
    });
}

Result<EventWait> event_wait_of(const Effect& effect) {
    const auto wrong = [&](std::string_view what) {
        return failure(ErrorKind::invalid_input, phrase("step {1}: the head of the event {2:text}", quoted(effect.step), what));
    };
    const auto head = parse_json(effect.head);
    if (!head || !head->is_object()) return wrong("is not a JSON object");
    EventWait wait;
    wait.source = text_in(effect.head, "source");
    if (wait.source.empty()) return wrong("names no source");
    const auto* match = head->get_object().if_contains("match");
    if (!match || !match->is_object() || match->get_object().empty()) return wrong("names no key to match");
    if (match->get_object().size() > match_max) return wrong("names more than 16 keys");
    for (const auto& pair : match->get_object()) {
        if (!pair.value().is_string()) return wrong("matches something else than a text");
        wait.match[std::string(pair.key())] = std::string(pair.value().get_string());
    }
    const auto until = number_in(effect.head, "until");
    if (until < 1 || until > until_max_seconds) return wrong("waits less than a second, or more than 366 days");
    wait.until = std::chrono::seconds(until);
    return wait;
}

Completion came(std::uint32_t seq, const InboundEvent& event) {
    json::object keys;
    for (const auto& [name, text] : event.keys) keys[name] = text;
    const auto at = rfc3339(std::chrono::floor<std::chrono::seconds>(event.at));
    return {seq, ErrorKind::none, canonical(json::object{{"at", at}, {"keys", keys}, {"source", event.source}}), event.body};
}

Completion timed_out(std::uint32_t seq, const EventWait& wait) {
    return {seq, ErrorKind::unavailable,
            canonical(json::object{{"code", "timed_out"},
                                   {"message", phrase("no such event came from {1} in {2} s", quoted(wait.source), wait.until.count())}}),
            {}};
}

}  // namespace porteur
