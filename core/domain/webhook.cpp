// SPDX-License-Identifier: Apache-2.0
#include "domain/webhook.hpp"

#include <algorithm>

namespace porteur {

bool wants_kind(const std::vector<std::string>& kinds, std::string_view kind) noexcept {
    if (kinds.empty()) return true;
    return std::ranges::any_of(kinds, [kind](std::string_view each) {
        if (each == "*") return true;
        if (each.ends_with(".*")) return kind.starts_with(each.substr(0, each.size() - 1));
        return each == kind;
    });
}

bool is_kind_pattern(std::string_view text) noexcept {
    if (text == "*") return true;
    if (text.size() > 64) return false;
    if (text.ends_with(".*")) text.remove_suffix(2);
    const auto letter = [](char each) {
        return (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9') || each == '_' ||
               each == '.';
    };
    return !text.empty() && std::ranges::all_of(text, letter) && !text.starts_with('.') &&
           !text.ends_with('.');
}

WebhookState after_try(
    WebhookState state, Id entry, const WebhookTry& tried, Instant now, double jitter,
    const WebhookRhythm& rhythm
) {
    state.status = tried.status;
    if (tried.status >= 200 && tried.status < 300) {
        state.cursor = entry;
        state.tries = 0;
        state.retry_at.reset();
        state.failing_since.reset();
        state.problem.clear();
        state.delivered_at = now;
        return state;
    }
    ++state.tries;
    if (!state.failing_since) state.failing_since = now;
    state.problem = tried.problem;
    const auto used = static_cast<std::size_t>(state.tries);
    if (tried.status == 410 || used > rhythm.waits.size()) {
        state.off = tried.status == 410 ? "gone" : "failing";
        state.retry_at.reset();
        return state;
    }
    const auto wait = rhythm.waits[used - 1];
    const auto stretched = std::chrono::milliseconds{static_cast<std::int64_t>(
        static_cast<double>(wait.count()) * (1.0 + rhythm.jitter * jitter)
    )};
    const std::chrono::milliseconds asked = tried.retry_after.value_or(std::chrono::seconds{0});
    state.retry_at = now + std::max(stretched, asked);
    return state;
}

WebhookState switched_on(WebhookState state) {
    state.off.clear();
    state.tries = 0;
    state.retry_at.reset();
    state.failing_since.reset();
    state.problem.clear();
    return state;
}

}  // namespace porteur
