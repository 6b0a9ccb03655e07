// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <porteur/testkit/script.hpp>

namespace porteur::testkit {

/// Recovery: the operation is begun anew and fed each beginning of what was recorded, as a host
/// does after a crash. Every turn must come out byte for byte; and a cancel at any point must end
/// in bounded effects, never in an exception stopped at the boundary. Returns how many cuts were
/// tried.
inline std::size_t cut_everywhere(const Script& script) {
    static constexpr int undo_effects_max = 8;
    const auto& recorded = script.recording();
    const auto replay = [&](std::size_t length) {
        auto run = std::make_unique<OneRun>(
            recorded.plugin, recorded.operation, recorded.input, recorded.settings
        );
        EXPECT_EQ(run->first().effects, recorded.first.effects)
            << "cut at " << length << ": begins otherwise";
        for (std::size_t index = 0; index < length; ++index) {
            const auto& [done, then] = recorded.exchanges[index];
            const auto turn = run->step(done);
            EXPECT_TRUE(turn == then)
                << "cut at " << length << ": departs after the outcome of effect "
                << done.front().seq;
        }
        return run;
    };
    for (std::size_t length = 0; length <= recorded.exchanges.size(); ++length) {
        replay(length);  // and ended there, in whatever state

        const auto& before = length == 0 ? recorded.first : recorded.exchanges[length - 1].turn;
        if (before.state != PORTEUR_WAITING) continue;
        auto run = replay(length);
        auto turn = run->cancel();
        for (int undone = 0; turn.state == PORTEUR_WAITING && undone < undo_effects_max; ++undone) {
            std::vector<Completion> cancelled;
            for (const auto& each : turn.effects)
                cancelled.push_back({each.seq, ErrorKind::cancelled, "{}", {}});
            turn = run->step(cancelled);
        }
        EXPECT_EQ(turn.returned, PORTEUR_OK)
            << "cancelled at " << length << ": " << turn.error.message;
        EXPECT_NE(turn.state, PORTEUR_WAITING) << "cancelled at " << length << ": it does not end";
    }
    return recorded.exchanges.size() + 1;
}

}  // namespace porteur::testkit
