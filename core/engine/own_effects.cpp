// SPDX-License-Identifier: Apache-2.0
#include "engine/own_effects.hpp"

#include <algorithm>

#include <porteur/json.hpp>

namespace porteur {
namespace {

constexpr std::int64_t random_bytes_max = 1024;

std::string hex(std::string_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const char letter : bytes) {
        out += digits[static_cast<unsigned char>(letter) >> 4];
        out += digits[static_cast<unsigned char>(letter) & 15];
    }
    return out;
}

}  // namespace

std::optional<Completion> carry_out_ourselves(const Effect& effect, Clock& clock, Chance& chance) {
    if (effect.kind == EffectKind::now) {
        const auto at = std::chrono::floor<std::chrono::seconds>(clock.now());
        return Completion{effect.seq, ErrorKind::none, "{\"at\":\"" + rfc3339(at) + "\"}", {}};
    }
    if (effect.kind == EffectKind::random) {
        const auto count = std::clamp<std::int64_t>(number_in(effect.head, "bytes"), 1, random_bytes_max);
        const auto bytes = chance.random_bytes(static_cast<std::size_t>(count));
        return Completion{effect.seq, ErrorKind::none, "{\"hex\":\"" + hex(bytes) + "\"}", {}};
    }
    return std::nullopt;
}

bool must_be_durable(const Effect& effect) {
    return effect.guarantee != Guarantee::safe || effect.kind == EffectKind::mail ||
           effect.kind == EffectKind::manual || effect.kind == EffectKind::sleep || effect.kind == EffectKind::event;
}

bool leaves_us(const Effect& effect) {
    return effect.kind == EffectKind::http || effect.kind == EffectKind::mail || effect.kind == EffectKind::sign;
}

std::int64_t number_in(const std::string& head, std::string_view key) {
    const auto parsed = parse_json(head);
    if (!parsed || !parsed->is_object()) return 0;
    const auto* found = parsed->get_object().if_contains(key);
    return found && found->is_int64() ? found->get_int64() : 0;
}

std::string text_in(const std::string& head, std::string_view key) {
    const auto parsed = parse_json(head);
    if (!parsed || !parsed->is_object()) return {};
    const auto* found = parsed->get_object().if_contains(key);
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

Completion failed(std::uint32_t seq, ErrorKind kind, std::string_view message) {
    return {seq, kind, canonical(json::object{{"message", message}}), {}};
}

}  // namespace porteur
