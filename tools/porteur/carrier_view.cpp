// SPDX-License-Identifier: Apache-2.0
#include "carrier_view.hpp"

#include <porteur/phrase.hpp>

#include "text.hpp"

namespace porteur::cli {

Colour colour_of_health(std::string_view health) {
    if (health == "ok") return Colour::green;
    return health == "degraded" ? Colour::yellow : Colour::red;
}

std::string rate_of(const Session& session, const json::value& account) {
    const auto until = member_at(account, {"rate", "left_alone_until"});
    if (!until.empty()) return session.tongue().text(phrase("left alone until {1}", local_time(until)));
    const auto count = member_at(account, {"rate", "limit", "count"});
    if (count.empty()) return {};
    const auto seconds = member_at(account, {"rate", "limit", "per_seconds"}), used = member_at(account, {"rate", "limit", "used"});
    const auto waiting = member_at(account, {"rate", "limit", "waiting"});
    auto text = session.tongue().text(phrase("{1:n} of {2:n} in {3:n} s", used, count, seconds));
    if (waiting != "0" && !waiting.empty()) text += ", " + session.tongue().text(phrase("{1:n} wait", waiting));
    return text;
}

Cell breaker_of(const Session& session, const json::value& account) {
    const auto state = member_at(account, {"breaker", "state"});
    if (state.empty()) return Cell(std::string());
    auto text = session.word("breaker", state);
    const auto since = member_at(account, {"breaker", "since"}), next = member_at(account, {"breaker", "next_try"});
    if (!since.empty()) text += " " + session.tongue().text(phrase("since {1}", local_time(since)));
    if (!next.empty()) text += ", " + session.tongue().text(phrase("tried again at {1}", local_time(next)));
    return {text, state == "closed" ? Colour::none : state == "open" ? Colour::red : Colour::yellow};
}

}  // namespace porteur::cli
