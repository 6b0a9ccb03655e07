// SPDX-License-Identifier: Apache-2.0
#include "engine/recorded_journal.hpp"

#include <algorithm>

#include <porteur/phrase.hpp>

namespace porteur {

Result<void> RecordedJournal::read(const std::vector<JournalPiece>& pieces) {
    for (const auto& piece : pieces) {
        auto records = read_records(piece.payload);
        if (!records) {
            is_whole = false;
            return std::unexpected(std::move(records).error());
        }
        for (auto& record : *records) {
            if (auto* intent = std::get_if<IntentRecord>(&record))
                intents.insert_or_assign(intent->effect.seq, std::move(*intent));
            else if (auto* outcome = std::get_if<OutcomeRecord>(&record))
                outcomes.push_back(std::move(*outcome));
            else if (const auto* gone = std::get_if<LostRecord>(&record))
                lost[gone->seq] = gone->at;
        }
        position = piece.position;
    }
    return {};
}

std::optional<std::string> RecordedJournal::difference(const Effect& effect) const {
    const auto known = intents.find(effect.seq);
    if (known == intents.end() || known->second.effect == effect) return std::nullopt;
    return phrase(
        "the replay departs from the journal: recorded {1:text}; the plugin now asks {2:text}",
        line_of(known->second.effect), line_of(effect)
    );
}

std::optional<std::string> RecordedJournal::missing_after(std::uint32_t last_seq) const {
    const auto next = intents.upper_bound(last_seq);
    if (next == intents.end()) return std::nullopt;
    return phrase(
        "the replay departs from the journal: recorded {1:text}; the plugin does not ask for it any more",
        line_of(next->second.effect)
    );
}

bool RecordedJournal::has_once() const {
    return !is_whole || std::ranges::any_of(intents, [](const auto& each) {
        return each.second.effect.guarantee == Guarantee::once;
    });
}

bool RecordedJournal::has_open_key() const {
    return std::ranges::any_of(intents, [this](const auto& each) {
        return each.second.effect.guarantee == Guarantee::keyed &&
               std::ranges::none_of(outcomes, [&](const auto& told) { return told.completion.seq == each.first; });
    });
}

std::string line_of(const Effect& effect) {
    return "#" + std::to_string(effect.seq) + " " + effect.step + " kind " +
           std::to_string(static_cast<std::uint32_t>(effect.kind)) + " guarantee " +
           std::to_string(static_cast<std::uint32_t>(effect.guarantee)) + " " + quoted(effect.head, 200) + " body " +
           quoted(effect.body, 200);
}

}  // namespace porteur
