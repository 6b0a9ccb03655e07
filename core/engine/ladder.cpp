// SPDX-License-Identifier: Apache-2.0
#include "engine/ladder.hpp"

#include <algorithm>

#include <porteur/phrase.hpp>
#include <porteur/json.hpp>

namespace porteur {

std::string looked_up_step(const Effect& effect) {
    // Nearly every head has none: the parser is only asked when the key stands in the text.
    if (effect.kind != EffectKind::http || effect.head.find("\"looks_up\":") == std::string::npos) return {};
    const auto head = parse_json(effect.head);
    if (!head || !head->is_object()) return {};
    const auto* step = head->get_object().if_contains("looks_up");
    return step && step->is_string() ? std::string(step->get_string()) : std::string();
}

bool is_definite(const Completion& completion) {
    if (completion.kind != ErrorKind::none) return false;
    const auto head = parse_json(completion.head);
    if (!head || !head->is_object()) return false;
    const auto* found = head->get_object().if_contains("status");
    if (!found || !found->is_int64()) return false;
    const auto status = found->get_int64();
    return (status >= 200 && status < 300) || status == 404 || status == 410;
}

Result<std::int64_t> Ladder::emitted(const Effect& effect) {
    if (effect.guarantee != Guarantee::once) return 1;
    auto& step = steps_[effect.step];
    if (step.attempts > 0 && !(step.in_doubt && step.looked_up))
        return failure(ErrorKind::internal,
                       step.in_doubt
                           ? phrase("the plugin asks for step {1} again, but no look-up of it has been answered since its "
                                    "outcome was lost; it is not sent", quoted(effect.step))
                           : phrase("the plugin asks for step {1} again, but its outcome was not lost; it is not sent",
                                    quoted(effect.step)));
    step.in_doubt = step.looked_up = false;
    return ++step.attempts;
}

void Ladder::completed(const Effect& effect, const Completion& completion) {
    if (effect.guarantee == Guarantee::once) {
        auto& step = steps_[effect.step];
        step.in_doubt = completion.kind == ErrorKind::in_doubt;
        step.looked_up = false;
        // Any other failure says that it was certainly not carried out.
        step.acted = step.acted || completion.kind == ErrorKind::in_doubt || completion.kind == ErrorKind::none;
        return;
    }
    const auto asked = looked_up_step(effect);
    if (asked.empty()) return;
    const auto step = steps_.find(asked);
    if (step != steps_.end() && step->second.in_doubt && is_definite(completion)) step->second.looked_up = true;
}

bool Ladder::acted() const {
    return std::ranges::any_of(steps_, [](const auto& each) { return each.second.acted; });
}

bool Ladder::unresolved() const {
    return std::ranges::any_of(steps_, [](const auto& each) { return each.second.in_doubt && !each.second.looked_up; });
}

}  // namespace porteur
