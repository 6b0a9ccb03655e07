// SPDX-License-Identifier: Apache-2.0
#include "engine/dry_run.hpp"

#include <algorithm>
#include <map>

#include <porteur/phrase.hpp>

#include "engine/ladder.hpp"
#include "engine/recorded_journal.hpp"

namespace porteur {
namespace {

/// What has been asked for, and has no outcome yet.
class Asked {
public:
    explicit Asked(const RecordedJournal& journal) : journal_(journal) {}

    std::optional<Departure> take(const Turn& turn) {
        for (const auto& effect : turn.effects) {
            if (effect.seq != last_ + 1)
                return at(
                    effect.seq,
                    phrase("the plugin numbers its effects wrongly: #{1} after #{2}", effect.seq, last_)
                );
            last_ = effect.seq;
            if (auto differs = journal_.difference(effect)) return at(effect.seq, std::move(*differs));
            // What the run itself would refuse to perform.
            if (const auto attempt = ladder_.emitted(effect); !attempt) return at(effect.seq, attempt.error().message);
            open_.emplace(effect.seq, effect);
        }
        return std::nullopt;
    }

    /// The plugin is about to be told.
    std::optional<Departure> tell(const Turn& turn, const Completion& completion) {
        const auto seq = completion.seq;
        if (turn.state != Turn::State::waiting)
            return at(
                seq,
                phrase("the replay departs from the journal: the plugin ended before outcome #{1}", seq)
            );
        const auto found = open_.find(seq);
        if (found == open_.end() || !journal_.intents.contains(seq))
            return at(
                seq, phrase("the replay departs from the journal: nobody asked for outcome #{1}", seq)
            );
        ladder_.completed(found->second, completion);
        open_.erase(found);
        return std::nullopt;
    }

    std::optional<Departure> missing() const {
        auto text = journal_.missing_after(last_);
        if (!text) return std::nullopt;
        return at(journal_.intents.upper_bound(last_)->first, std::move(*text));
    }

    /// An effect that was recorded has no outcome, and the plugin does not wait for it.
    std::optional<Departure> left_behind(const Turn& turn) const {
        if (turn.state == Turn::State::waiting) return std::nullopt;
        const auto found = std::ranges::find_if(open_, [this](const auto& each) { return journal_.intents.contains(each.first); });
        if (found == open_.end()) return std::nullopt;
        return at(found->first, phrase("the replay departs from the journal: the plugin ends before {1:text} has", line_of(found->second)));
    }

    Departure at(std::uint32_t seq, std::string text) const {
        const auto known = journal_.intents.find(seq);
        return {.seq = seq, .step = known == journal_.intents.end() ? "" : known->second.effect.step, .text = std::move(text)};
    }

    std::uint32_t next() const { return last_ + 1; }

private:
    const RecordedJournal& journal_;
    Ladder ladder_;
    std::map<std::uint32_t, Effect> open_;
    std::uint32_t last_ = 0;
};

}  // namespace

bool same_keys(const Descriptor& one, const Descriptor& other, std::string_view operation) {
    const auto* left = find_named(one.operations, operation);
    const auto* right = find_named(other.operations, operation);
    return left && right && left->key_header == right->key_header && left->key_json == right->key_json &&
           left->window == right->window && one.base_url == other.base_url;
}

std::string keys_differ_text(std::string_view operation) {
    return phrase("an open request of {1} carries a key, and the build would send it under another or to another place", operation);
}

Async<Result<std::optional<Departure>>> dry_run(
    OperationRunner& runner, const Descriptor& now, const Descriptor* then, Id op, const StoredOperation& stored
) {
    RecordedJournal journal;
    if (auto read = journal.read(stored.journal); !read) co_return std::unexpected(std::move(read).error());
    if (journal.has_open_key() && stored.operation.build != runner.build() && !(then && same_keys(now, *then, stored.operation.name)))
        co_return Departure{.seq = 0, .step = {}, .text = keys_differ_text(stored.operation.name), .fell = false};
    struct Ender {
        OperationRunner& runner;
        Id op;
        ~Ender() { runner.end(op); }
    } const ender{runner, op};

    Asked asked(journal);
    // A build that dies on the way, or breaks the contract, departs as well: the operation must not be
    // given to it. One that is away for another's fault says nothing of this operation.
    const auto fell = [&](Error error) -> Result<std::optional<Departure>> {
        if (error.code == plugin_lost_code || error.kind == ErrorKind::unavailable) return std::unexpected(std::move(error));
        auto made = asked.at(asked.next(), std::move(error.message));
        made.fell = true;
        return made;
    };
    auto turn = co_await runner.begin(op, stored.operation.name, stored.operation.input);
    if (!turn) co_return fell(std::move(turn).error());
    if (auto departs = asked.take(*turn)) co_return departs;
    for (auto& outcome : journal.outcomes) {
        if (auto departs = asked.tell(*turn, outcome.completion)) co_return departs;
        std::vector<Completion> done;
        done.push_back(std::move(outcome.completion));
        turn = co_await runner.step(op, std::move(done));
        if (!turn) co_return fell(std::move(turn).error());
        if (auto departs = asked.take(*turn)) co_return departs;
    }
    if (auto left = asked.left_behind(*turn)) co_return left;
    co_return asked.missing();
}

}  // namespace porteur
