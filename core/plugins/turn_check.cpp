// SPDX-License-Identifier: Apache-2.0
#include "plugins/turn_check.hpp"

#include <cstring>

#include "plugins/canonical_check.hpp"

namespace porteur {
namespace {

std::unexpected<Error> broken(std::string message) {
    return failure(ErrorKind::internal, std::move(message));
}

std::string bytes(std::size_t count) { return std::to_string(count) + " bytes"; }

bool dangles(const porteur_view& view) { return view.ptr == nullptr && view.len != 0; }

std::string text_of(const porteur_view& view) {
    return view.len == 0 ? std::string() : std::string(view.ptr, view.len);
}

Result<void> check_sizes(const porteur_effect& effect, std::size_t index) {
    // As text only where something is wrong: this runs for each effect.
    const auto which = [&] { return "effect " + std::to_string(index + 1) + " of the turn "; };
    if (effect.size < sizeof(porteur_effect))
        return broken(
            which() + "is a struct of " + bytes(effect.size) + "; it has at least " +
            bytes(sizeof(porteur_effect))
        );
    if (dangles(effect.step) || dangles(effect.head) || dangles(effect.body))
        return broken(which() + "has a length without bytes");
    if (effect.step.len > step_name_size_max_bytes)
        return broken(
            which() + "has a step name of " + bytes(effect.step.len) + "; at most " +
            bytes(step_name_size_max_bytes) + " are taken"
        );
    if (effect.head.len > head_size_max_bytes)
        return broken(
            which() + "has a head of " + bytes(effect.head.len) + "; at most " +
            bytes(head_size_max_bytes) + " are taken"
        );
    if (effect.body.len > body_size_max_bytes)
        return broken(
            which() + "has a body of " + bytes(effect.body.len) + "; at most " +
            bytes(body_size_max_bytes) + " are taken"
        );
    return {};
}

std::string_view cut_at_zero(const char* text, std::size_t room) {
    return {text, strnlen(text, room)};
}

}  // namespace

Error copy_error(const porteur_error& error) {
    Error out;
    const bool known =
        error.kind >= PORTEUR_KIND_INVALID_INPUT && error.kind <= PORTEUR_KIND_INTERNAL;
    out.kind = known ? static_cast<ErrorKind>(error.kind) : ErrorKind::internal;
    out.message =
        plain_text(cut_at_zero(error.message, sizeof error.message), sizeof error.message);
    if (out.message.empty()) out.message = "the plugin gave no message";
    out.code = plain_text(cut_at_zero(error.code, sizeof error.code), sizeof error.code);
    if (const auto reason = cut_at_zero(error.reason, sizeof error.reason); !reason.empty())
        out.reason = reason_from(reason).value_or(Reason::other);
    out.retry_after = std::chrono::seconds(error.retry_after_s);
    return out;
}

Result<Turn> copy_turn(const porteur_turn& turn, const porteur_error& error, std::size_t size_max) {
    Turn out;
    switch (turn.state) {
        case PORTEUR_WAITING:
            out.state = Turn::State::waiting;
            break;
        case PORTEUR_DONE:
            out.state = Turn::State::done;
            break;
        case PORTEUR_FAILED:
            out.state = Turn::State::failed;
            break;
        default:
            return broken("ends its turn in the unknown state " + std::to_string(turn.state));
    }
    if (auto wrong = wrong_effect_count(turn.effect_count); !wrong.empty()) return broken(std::move(wrong));
    if (turn.effect_count != 0 && out.state != Turn::State::waiting)
        return broken("asks for effects in its last turn");
    if (turn.effect_count != 0 && turn.effects == nullptr)
        return broken("counts effects without a list of them");
    if (dangles(turn.output)) return broken("gives a result's length without its bytes");
    if (turn.output.len > output_size_max_bytes)
        return broken(
            "gives a result of " + bytes(turn.output.len) + "; at most " +
            bytes(output_size_max_bytes) + " are taken"
        );

    std::size_t size = turn.output.len;
    out.effects.reserve(turn.effect_count);
    for (std::uint32_t index = 0; index < turn.effect_count; ++index) {
        const porteur_effect* from = turn.effects[index];
        if (from == nullptr) return broken("lists an effect that is not there");
        if (auto fits = check_sizes(*from, index); !fits) return std::unexpected(fits.error());
        size += from->step.len + from->head.len + from->body.len;
        if (size > size_max) return broken("gives more than " + bytes(size_max) + " in one turn");
        out.effects.push_back(
            {from->seq, static_cast<EffectKind>(from->kind),
             static_cast<Guarantee>(from->guarantee), text_of(from->step), text_of(from->head),
             text_of(from->body)}
        );
    }
    if (size > size_max) return broken("gives more than " + bytes(size_max) + " in one turn");
    out.output = text_of(turn.output);
    if (out.state == Turn::State::failed) out.error = copy_error(error);
    return out;
}

Result<void> TurnSequence::check_effect(const Effect& effect) const {
    const auto which = [&] { return "effect " + std::to_string(effect.seq) + " "; };
    if (effect.seq != last_seq_ + 1)
        return broken(
            "numbers an effect " + std::to_string(effect.seq) + "; the next number is " +
            std::to_string(last_seq_ + 1)
        );
    const auto kind = static_cast<std::uint32_t>(effect.kind);
    if (kind < PORTEUR_FX_HTTP || kind > PORTEUR_FX_PROGRESS || kind == PORTEUR_FX_PATCH)
        return broken(which() + "has the unknown kind " + std::to_string(kind));
    if (const auto guarantee = static_cast<std::uint32_t>(effect.guarantee);
        guarantee > PORTEUR_ONCE)
        return broken(which() + "has the unknown guarantee " + std::to_string(guarantee));
    if (auto wrong = wrong_step_name(effect.seq, effect.step); !wrong.empty()) return broken(std::move(wrong));
    // Frames are checked here for the first time, so the sizes once more.
    if (auto wrong = wrong_effect_size(effect.seq, effect.head.size(), effect.body.size()); !wrong.empty())
        return broken(std::move(wrong));
    if (!effect.head.starts_with('{')) return broken(which() + "has a head that is no JSON object");
    if (auto fits = check_canonical_json(effect.head); !fits)
        return broken(which() + "has a head that is " + fits.error().message);
    return {};
}

Result<void> TurnSequence::check(const Turn& turn) {
    if (!turn.effects.empty()) {
        if (pure_)
            return broken(
                "asks for an effect (" + quoted(turn.effects.front().step) +
                ") though its descriptor says pure = true"
            );
        if (turn.state != Turn::State::waiting) return broken("asks for effects in its last turn");
        if (auto wrong = wrong_effect_count(turn.effects.size()); !wrong.empty()) return broken(std::move(wrong));
        for (const auto& effect : turn.effects) {
            if (auto fits = check_effect(effect); !fits) return fits;
            ++last_seq_;
        }
        open_ += turn.effects.size();
    }
    if (turn.state == Turn::State::waiting && open_ == 0) return broken("waits for nothing");
    if (turn.state == Turn::State::done) {
        if (auto wrong = wrong_output_size(turn.output.size()); !wrong.empty()) return broken(std::move(wrong));
        if (auto fits = check_canonical_json(turn.output); !fits)
            return broken("gives a result that is " + fits.error().message);
    }
    return {};
}

}  // namespace porteur
