// SPDX-License-Identifier: Apache-2.0
// D and R: the same in, the same out, wherever and whenever; and on from every place where it was cut.

#include <algorithm>
#include <array>
#include <ranges>

#include "conformance/check.hpp"
#include "conformance/play.hpp"
#include "conformance/replay_program.hpp"

namespace porteur::conformance {
namespace {

/// Another process with another memory, in another place of the world, finds the same.
Outcome is_the_same_elsewhere(const Subject& subject) {
    if (subject.conversations.empty()) return none_met(subject, {});
    struct Place {
        std::string about, folder;
        std::vector<std::pair<std::string, std::string>> environment;
    };
    const std::array places{
        Place{"with TZ=Pacific/Kiritimati in /", "/", {{"TZ", "Pacific/Kiritimati"}, {"LANG", "C"}, {"MALLOC_PERTURB_", "165"}}},
        Place{"with TZ=America/St_Johns, LANG=fr_CA.UTF-8 in /tmp", "/tmp", {{"TZ", "America/St_Johns"}, {"LANG", "fr_CA.UTF-8"}, {"LC_ALL", "fr_CA.UTF-8"}, {"HOME", "/nowhere"}, {"MALLOC_PERTURB_", "90"}}},
    };
    for (const auto& place : places) {
        const auto departed = replay_elsewhere(subject, place.folder, place.environment);
        if (!departed.empty()) return failed(place.about + ": " + departed);
    }
    return passed(subject.conversations.size() * places.size());
}

/// What one operation leaves behind must not be seen by the next.
Outcome is_the_same_after_others(const Subject& subject) {
    if (subject.conversations.empty()) return none_met(subject, {});
    const auto plugin = Plugin::at(subject.library.string());
    const auto once = [&](const Conversation& one) {
        Play play(plugin, one);
        return play.replay(one.exchanges.size());
    };
    for (const auto& each : subject.conversations)
        if (const auto departed = once(each); !departed.empty()) return failed(each.name + ": " + departed);
    for (const auto& each : subject.conversations | std::views::reverse)
        if (const auto departed = once(each); !departed.empty()) return failed(each.name + ", after all others: " + departed);
    return passed(subject.conversations.size() * 2);
}

Outcome goes_on_after_a_cut(const Subject& subject) {
    if (subject.conversations.empty()) return none_met(subject, {});
    const auto plugin = Plugin::at(subject.library.string());
    std::size_t cuts = 0;
    for (const auto& each : subject.conversations)
        for (std::size_t length = 0; length <= each.exchanges.size(); ++length, ++cuts) {
            Play before(plugin, each);
            if (const auto departed = before.replay(length); !departed.empty()) return failed(each.name + ", cut after " + std::to_string(length) + " outcomes: " + departed);
            Play after(plugin, each);
            if (const auto departed = after.replay(each.exchanges.size()); !departed.empty())
                return failed(each.name + ", begun anew after a cut after " + std::to_string(length) + " outcomes: " + departed);
        }
    return passed(cuts);
}

Outcome ends_when_called_off(const Subject& subject) {
    if (subject.conversations.empty()) return none_met(subject, {});
    const auto plugin = Plugin::at(subject.library.string());
    std::size_t tried = 0;
    for (const auto& each : subject.conversations)
        for (const auto length : places_of(each)) {
            Play play(plugin, each);
            if (const auto departed = play.replay(length); !departed.empty()) return failed(each.name + ": " + departed);
            if (play.turn().state != PORTEUR_WAITING) continue;
            ++tried;
            if (const auto wrong = play.cancel(); !wrong.empty()) return failed(each.name + ", called off after " + std::to_string(length) + " outcomes: " + wrong);
        }
    return tried == 0 ? none_met(subject, "no conversation waits for anything") : passed(tried);
}

/// The last of two answers that are on their way together comes first.
Outcome takes_answers_in_any_order(const Subject& subject) {
    if (subject.conversations.empty()) return none_met(subject, {});
    const auto plugin = Plugin::at(subject.library.string());
    std::size_t tried = 0;
    for (const auto& each : subject.conversations)
        for (const auto length : places_of(each)) {
            if (length + 1 == each.exchanges.size()) continue;
            Play play(plugin, each);
            if (const auto departed = play.replay(length); !departed.empty()) return failed(each.name + ": " + departed);
            const auto& next = each.exchanges[length + 1].done.front();
            if (play.open().size() < 2 || std::ranges::none_of(play.open(), [&](const Effect& one) { return one.seq == next.seq; })) continue;
            ++tried;
            play.deliver(next.seq, next);
            const auto& left = each.exchanges[length].done.front();
            if (play.turn().returned == PORTEUR_OK && play.turn().state == PORTEUR_WAITING) play.deliver(left.seq, left);
            if (const auto wrong = play.go_on(); !wrong.empty())
                return failed(each.name + ", with effect " + std::to_string(next.seq) + " answered before " + std::to_string(left.seq) + ": " + wrong);
        }
    return tried == 0 ? none_met(subject, "no conversation has two answers on their way together") : passed(tried);
}

constexpr auto checks = std::to_array<Check>({
    {"D1", "asks the same, byte for byte, in another process, place, time zone and language", is_the_same_elsewhere},
    {"D2", "asks the same, whatever it did before", is_the_same_after_others},
    {"R1", "goes on in the same way after a cut at any place", goes_on_after_a_cut},
    {"R2", "comes to an end when it is called off at any place", ends_when_called_off},
    {"R3", "takes answers that are on their way together in any order", takes_answers_in_any_order},
});

}  // namespace

std::span<const Check> replay_checks() { return checks; }

}  // namespace porteur::conformance
