// SPDX-License-Identifier: Apache-2.0
#include "app/performer.hpp"

namespace porteur {

Async<Performed> Performer::perform(EffectContext context, Effect effect) {
    if (effect.kind == EffectKind::mail) return mail_.perform(std::move(context), std::move(effect));
    return http_.perform(std::move(context), std::move(effect));
}

Async<std::optional<Performed>> Performer::recall(EffectContext context, Effect effect) {
    if (effect.kind == EffectKind::mail) co_return co_await mail_.recall(std::move(context), std::move(effect));
    co_return std::nullopt;  // nobody but the carrier knows what became of a request
}

}  // namespace porteur
