// SPDX-License-Identifier: Apache-2.0
// What a run may not send in a store that was put back from a backup. The journal is older than the carrier's truth: between
// the backup and the restore a porteurd went on with the same orders, and nothing here says how far it came. So an effect that
// must not happen twice counts as lost before it has left: the plugin is told so and looks the order up at the carrier. What
// it finds is taken; what it does not find is for a person, since a look-up may ask for what changed since a baseline, and the
// baseline was read after the restore.
#include <porteur/phrase.hpp>

#include "engine/operation_run.hpp"
#include "engine/outside.hpp"
#include "engine/own_effects.hpp"

namespace porteur {

/// Whether the effect may have left in the time that the backup does not know.
bool OperationRun::may_have_left_since_backup(const Open& open) {
    const auto& effect = open.effect;
    const bool is_only_asked = effect.kind == EffectKind::sign || (effect.kind == EffectKind::http && effect.guarantee == Guarantee::safe);
    if (open.lost_at || is_only_asked) return false;
    if (!world_.restored || !world_.restored->knows(order_)) return false;
    if (!is_of_backup_) is_of_backup_ = !world_.is_let_go || !world_.is_let_go(order_, world_.restored->restored);
    if (!*is_of_backup_) return false;
    // The key of an intent that stands in the journal is that of the first time: the carrier knows it again for as long as it keeps
    // keys. That of a later one may not be: an operation that began after the backup may have asked for more before it, and counted on.
    const auto* operation = spec();
    const bool key_is_kept = open.from_before && effect.kind == EffectKind::http && effect.guarantee == Guarantee::keyed && operation && operation->window &&
                             world_.clock.now() < world_.restored->taken + *operation->window;
    return !key_is_kept;
}

/// @return what came of it; nothing where it may go its way
Async<std::optional<OperationRun::Looked>> OperationRun::held_back(Open& open) {
    if (!may_have_left_since_backup(open)) co_return std::nullopt;
    const auto step = quoted(open.effect.step);
    if (!doubted_.insert(open.effect.step).second)
        co_return Looked{.completion = {}, .wait = {}, .stopped = false, .lost = false,
                         .parked = phrase("the store was put back from a backup; step {1} may have left since that was taken, and a look-up did not find "
                                          "it: ask the carrier, and settle the order as found, or as not_carried_out to have it sent", step)};
    auto how = phrase("the store was put back from a backup, and step {1} may have left since that was taken: it is not sent", step);
    if (open.effect.guarantee != Guarantee::once) {
        add_entry("outcome_lost", how);
        co_return Looked{.completion = failed(open.effect.seq, ErrorKind::in_doubt, std::move(how)), .wait = {}};
    }
    if (!open.recorded) record(IntentRecord{open.effect, open.intent_at});
    open.recorded = true;
    told_lost(open, std::move(how));
    if (!co_await flush(false)) co_return Looked{.completion = {}, .wait = {}, .stopped = true};
    open.durable = true;
    co_return std::nullopt;
}

}  // namespace porteur
