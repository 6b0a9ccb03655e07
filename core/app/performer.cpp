// SPDX-License-Identifier: Apache-2.0
#include "app/performer.hpp"

#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

#include "access/signing.hpp"
#include "engine/own_effects.hpp"
#include "settings/secret.hpp"

namespace porteur {
namespace {

/// Signs with a secret of the account; the plugin and the journal get the signature alone. A secret of the
/// order is refused: whoever may sign at will can guess a PIN of four digits.
Completion signed_by(const Account& account, const Effect& effect) {
    const auto name = text_in(effect.head, "secret");
    if (name.starts_with("order."))
        return failed(effect.seq, ErrorKind::invalid_input, phrase("step {1:quoted}: a secret of the order signs nothing", quoted(effect.step)));
    const auto place = account.configured.secrets.find(name);
    if (place == account.configured.secrets.end())
        return failed(effect.seq, ErrorKind::unauthorized, phrase("step {1:quoted}: the account names no secret {2}", quoted(effect.step), quoted(name)));
    auto secret = read_secret(place->second);
    if (!secret) return failed(effect.seq, secret.error().kind, secret.error().message);
    auto signature = signature_of(text_in(effect.head, "algorithm"), text_in(effect.head, "encoding"), *secret, effect.body);
    if (!signature) return failed(effect.seq, signature.error().kind, phrase("step {1:quoted}: {2:text}", quoted(effect.step), signature.error().message));
    return {effect.seq, ErrorKind::none, canonical(json::object{{"signature", *signature}}), {}};
}

}  // namespace

Async<std::optional<Performed>> Performer::admit(EffectContext context, Effect effect) {
    if (effect.kind == EffectKind::mail || effect.kind == EffectKind::sign) co_return std::nullopt;
    co_return co_await http_.admit(std::move(context), std::move(effect));
}

Async<Performed> Performer::perform(EffectContext context, Effect effect) {
    if (effect.kind == EffectKind::mail) return mail_.perform(std::move(context), std::move(effect));
    if (effect.kind == EffectKind::sign) return sign(std::move(context), std::move(effect));
    return http_.perform(std::move(context), std::move(effect));
}

Async<Performed> Performer::sign(EffectContext context, Effect effect) {
    // The engine's views are all made by ConfiguredAccounts.
    co_return Performed{.completion = signed_by(static_cast<const Account&>(*context.view), effect)};
}

Async<std::optional<Performed>> Performer::recall(EffectContext context, Effect effect) {
    if (effect.kind == EffectKind::mail) co_return co_await mail_.recall(std::move(context), std::move(effect));
    co_return std::nullopt;  // nobody but the carrier knows what became of a request
}

Async<Proof> Performer::prove(EffectContext context, Effect effect) {
    if (effect.kind != EffectKind::mail) co_return Proof{};
    co_return co_await mail_.prove(std::move(context), std::move(effect));
}

}  // namespace porteur
