// SPDX-License-Identifier: Apache-2.0
#include "app/exchanges.hpp"

#include <algorithm>
#include <map>

#include <porteur/json.hpp>

#include "carriers/redact.hpp"
#include "engine/journal_record.hpp"

namespace porteur {
namespace {

using carriers::Redactor;

void hide_in(std::string& text, const Redactor& redactor) { text = redactor.apply_to_body(text); }

std::string digits_of(std::string_view text) {
    std::string out;
    std::ranges::copy_if(text, std::back_inserter(out), [](char letter) { return letter >= '0' && letter <= '9'; });
    return out;
}

/// "4165550100", also where the order has the number as "+14165550100".
bool is_number_of(const json::object& request, std::string_view account) {
    const auto digits = digits_of(account);
    const auto* numbers = request.if_contains("numbers");
    return digits.size() >= 7 && numbers && numbers->is_array() &&
           std::ranges::any_of(numbers->get_array(), [&](const json::value& each) {
               return each.is_string() && digits_of(each.get_string()).ends_with(digits);
           });
}

}  // namespace

Result<std::vector<Exchange>> exchanges_of(const StoredOperation& stored) {
    std::vector<Exchange> found;
    std::map<std::uint32_t, std::size_t> place;  // of each effect, by its number
    for (const auto& piece : stored.journal) {
        auto records = read_records(piece.payload);
        if (!records) return std::unexpected(std::move(records).error());
        for (auto& record : *records) {
            if (auto* intent = std::get_if<IntentRecord>(&record)) {
                if (intent->effect.kind != EffectKind::http &&
                    intent->effect.kind != EffectKind::mail)
                    continue;
                place[intent->effect.seq] = found.size();
                found.push_back(
                    {.at = intent->at,
                     .ended = {},
                     .sent = std::move(intent->effect),
                     .answered = {}}
                );
            } else if (auto* outcome = std::get_if<OutcomeRecord>(&record)) {
                const auto of = place.find(outcome->completion.seq);
                if (of == place.end()) continue;
                found[of->second].ended = outcome->at;
                found[of->second].answered = std::move(outcome->completion);
            } else if (const auto* lost = std::get_if<LostRecord>(&record)) {
                if (const auto of = place.find(lost->seq); of != place.end())
                    found[of->second].is_lost = true;
            }
        }
    }
    return found;
}

void hide_own_secrets(std::vector<Exchange>& exchanges, const Order& order, const std::string& pin) {
    std::vector<Redactor> redactors;
    if (!pin.empty()) redactors.emplace_back().add(pin);
    boost::system::error_code wrong;
    const auto request = json::parse(order.request, wrong);
    const auto* account = !wrong && request.is_object() ? request.get_object().if_contains("account_number") : nullptr;
    if (account && account->is_string() && !is_number_of(request.get_object(), account->get_string())) {
        const std::string_view whole = account->get_string();
        const auto end = whole.size() > 4 ? whole.substr(whole.size() - 4) : std::string_view();
        redactors.emplace_back("•••" + std::string(end)).add(whole);
    }
    for (auto& each : exchanges)
        for (const auto& redactor : redactors) {
            hide_in(each.sent.head, redactor);
            hide_in(each.sent.body, redactor);
            if (!each.answered) continue;
            hide_in(each.answered->head, redactor);
            hide_in(each.answered->body, redactor);
        }
}

}  // namespace porteur
