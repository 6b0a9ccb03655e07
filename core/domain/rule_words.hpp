// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the files of the order's rules share. Nobody else includes it.

#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

#include "domain/order_rules.hpp"

namespace porteur::rules {

/// "port.": what the kind of each line of its timeline begins with.
inline std::string prefix(OrderKind kind) { return boost::describe::enum_to_string(kind, "") + std::string("."); }

inline std::string text_of_state(OrderState state) { return boost::describe::enum_to_string(state, ""); }

/// How far an open state has come, for the least advanced of several: what a seller looks at before what is being set up,
/// whatever is under way before what waits for a person's correction.
int advance(OrderState state) noexcept;

/// "/pin /account_number"
inline std::string joined(const std::vector<std::string>& fields) {
    std::string out;
    for (const auto& each : fields) out += (out.empty() ? "" : " ") + each;
    return out;
}

/// Every entry that moves the state says from where to where, so that the timeline alone gives the state.
inline json::object step_data(OrderState from, OrderState to) {
    json::object data;
    if (from != to) data = {{"from", text_of_state(from)}, {"to", text_of_state(to)}};
    return data;
}

inline OrderChange begun(const Order& order, Instant now) {
    OrderChange change{.order = order, .entries = {}, .parts = {}};
    change.order.updated = now;
    ++change.order.version;
    return change;
}

inline json::object object_from(const std::string& text) {
    auto parsed = parse_json(text);
    return parsed && parsed->is_object() ? std::move(parsed->get_object()) : json::object{};
}

/// The next check says nothing of what the host itself keeps in an order's progress.
std::string with_host_keys_of(const std::string& progress, const std::string& output);

/// The stage of an order that reached its end: a port that came from a known losing carrier is watched there.
/// @param progress  that of the end; the time of arrival is written into it
void end_or_watch(const Order& before, Order& next, Instant now, const Known& known);

/// What a person does about an order that is to be called off where no call does that.
std::string how_to_call_off(const Order& order);

/// An operation that failed: tried again, or a person is asked. @param jitter between 0 and 1
OrderChange after_failure(const Order& order, const OperationEnd& end, Instant now, double jitter, const Rhythm& rhythm);

/// An operation of a release: numbers given back to their carrier, or looked for in its list.
OrderChange after_giving_back(const Order& order, const OperationEnd& end, Instant now, double jitter, const Rhythm& rhythm, const Known& known);
/// A person has found at the carrier that all of a release is given back, but for what it refused.
OrderChange given_back_by_word(const Order& order, Instant now);
/// The carrier has told a person that it keeps what it had taken the wish for.
OrderChange kept_by_word(const Order& order, Instant now);
/// Of a release, what is still to be given back.
std::vector<PhoneNumber> still_to_give_back(const Order& order);

OrderChange after_split(const Order& order, const OperationEnd& end, Instant now);
OrderChange after_release(const Order& order, const OperationEnd& end, Instant now, double jitter, const Rhythm& rhythm, const Known& known);

/// How long the next try waits, after so many that failed. @param jitter between 0 and 1
std::chrono::milliseconds back_off(std::int64_t tries, double jitter, const Rhythm& rhythm);

}  // namespace porteur::rules
