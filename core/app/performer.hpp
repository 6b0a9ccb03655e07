// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/http_performer.hpp"
#include "app/mail_performer.hpp"

namespace porteur {

/// Sends each effect to whoever performs its kind. @threads the engine's
class Performer : public EffectPerformer {
public:
    Performer(HttpPerformer& http, MailPerformer& mail) : http_(http), mail_(mail) {}
    Async<std::optional<Performed>> admit(EffectContext context, Effect effect) override;
    Async<Performed> perform(EffectContext context, Effect effect) override;
    Async<std::optional<Performed>> recall(EffectContext context, Effect effect) override;
    Async<Proof> prove(EffectContext context, Effect effect) override;

private:
    static Async<Performed> sign(EffectContext context, Effect effect);

    HttpPerformer& http_;
    MailPerformer& mail_;
};

}  // namespace porteur
