// SPDX-License-Identifier: Apache-2.0
#include "app/exchanges.hpp"

#include <map>

#include "engine/journal_record.hpp"

namespace porteur {

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

}  // namespace porteur
