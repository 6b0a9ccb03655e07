// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every step of a person's has in common: how the task is made, how a refusal ends the
// operation, and how long nobody is asked again.

#include <chrono>
#include <string>

#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "carrier.hpp"
#include "tasks.hpp"

namespace other {

inline constexpr std::string_view language_key = "language", state_key = "state",
                                  ask_after_key = "ask_after";

inline std::chrono::seconds check_every(const porteur::AccountSettings& mine) {
    return std::chrono::seconds{mine.number("check_every", 86'400)};
}

/// A task as every one of them is made.
inline porteur::Manual task(
    const porteur::AccountSettings& mine, std::string step, std::string title, std::string text
) {
    auto made = porteur::manual(std::move(step), std::move(title), std::move(text));
    made.remind_every(std::chrono::seconds{mine.number("remind_every", 172'800)});
    return made;
}

/// Ends the operation as refused, in the person's words.
[[noreturn]] inline void refuse(
    const Carrier& carrier, const porteur::Rejection& why, porteur::Reason otherwise
) {
    const auto reason = why.reason == porteur::Reason::other ? otherwise : why.reason;
    porteur::fail(
        porteur::ErrorKind::rejected, reason, why.code,
        why.text.empty() ? porteur::phrase("{1} refused; no words were given", carrier.name)
                         : porteur::phrase(
                               "{1} refused: {2:quoted}", carrier.name,
                               porteur::quoted(porteur::masked_numbers(why.text), 300)
                           )
    );
}

inline bool is_french(const porteur::OrderReference& order) {
    return porteur::text_at(order.kept, language_key) == "fr";
}

/// The state that a person told last; a new order is submitted.
inline porteur::OrderState state_of(const porteur::OrderReference& order) {
    const auto word = porteur::text_at(order.kept, state_key);
    if (word == "confirmed") return porteur::OrderState::confirmed;
    if (word == "exception") return porteur::OrderState::exception;
    return porteur::OrderState::submitted;
}

/// What is told, with the time before which nobody is asked again.
template <class Progress>
Progress told_by_person(
    const porteur::OrderReference& order, porteur::OrderState state, std::string word,
    std::chrono::sys_seconds now, std::chrono::seconds wait
) {
    using porteur::OrderState;
    Progress told;
    told.carrier_id = order.carrier_id;
    told.state = state;
    told.carrier_word = std::move(word);
    told.keep = order.kept;
    if (state == OrderState::completed || state == OrderState::cancelled) return told;
    told.check_again = wait;
    told.keep[state_key] = state == OrderState::confirmed   ? "confirmed"
                           : state == OrderState::exception ? "exception"
                                                            : "submitted";
    told.keep[ask_after_key] = porteur::rfc3339(now + wait);
    return told;
}

/// The time that is left before anybody may be asked again; zero if somebody may.
inline std::chrono::seconds wait_left(
    const porteur::OrderReference& order, std::chrono::sys_seconds now
) {
    const auto after = porteur::read_rfc3339(porteur::text_at(order.kept, ask_after_key));
    return after && now < *after ? *after - now : std::chrono::seconds{0};
}

}  // namespace other
