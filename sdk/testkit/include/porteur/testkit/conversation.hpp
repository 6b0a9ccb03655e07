// SPDX-License-Identifier: Apache-2.0
#pragma once

// A conversation: all that went over the boundary in one run of one operation. What replays it finds out
// whether a plugin goes on after a crash as it went before.

#include <boost/algorithm/hex.hpp>

#include <porteur/testkit/plugin.hpp>

namespace porteur::testkit {

struct Conversation {
    std::string name;  ///< "Purchase.a_number_that_is_gone": of a test, or what a person called it
    std::string operation, input, settings;
    Turn first;
    struct Exchange {
        std::vector<Completion> done;
        Turn turn;
    };
    std::vector<Exchange> exchanges;

    const Turn& last() const { return exchanges.empty() ? first : exchanges.back().turn; }
};

namespace detail {

/// Bytes that are no UTF-8 stand in JSON as hexadecimal digits, beside the name.
inline void put_bytes(json::object& out, const std::string& name, const std::string& bytes) {
    if (bytes.empty()) return;
    if (parse_json(canonical(json::value(json::string(bytes)))))  // reading refuses what is no UTF-8
        out[name] = bytes;
    else
        out[name + "_hex"] = boost::algorithm::hex_lower(bytes);
}

/// The same for what is always there, empty or not.
inline void put_text(json::object& out, const std::string& name, const std::string& text) {
    if (text.empty())
        out[name] = text;
    else
        put_bytes(out, name, text);
}

inline json::object json_of(const Turn& turn) {
    json::object out{{"state", turn.state}};
    json::array effects;
    for (const auto& each : turn.effects) {
        json::object effect{{"guarantee", each.guarantee}, {"kind", name_of_effect(each.kind)}, {"seq", each.seq}};
        put_text(effect, "step", each.step);
        put_bytes(effect, "head", each.head);
        put_bytes(effect, "body", each.body);
        effects.push_back(std::move(effect));
    }
    if (!effects.empty()) out["effects"] = std::move(effects);
    put_bytes(out, "output", turn.output);
    if (turn.returned != PORTEUR_OK) out["returned"] = turn.returned;
    if (turn.returned != PORTEUR_OK || turn.state == PORTEUR_FAILED) {
        json::object error{{"kind", name_of(turn.error.kind)}, {"reason", text_of(turn.error.reason)}, {"retry_after_s", turn.error.retry_after.count()}};
        // A carrier's words may stand in them as they came.
        put_text(error, "code", turn.error.code);
        put_text(error, "message", turn.error.message);
        out["error"] = std::move(error);
    }
    return out;
}

inline json::array json_of(const std::vector<Completion>& done) {
    json::array out;
    for (const auto& each : done) {
        json::object one{{"kind", name_of(each.kind)}, {"seq", each.seq}};
        put_bytes(one, "head", each.head);
        put_bytes(one, "body", each.body);
        out.push_back(std::move(one));
    }
    return out;
}

}  // namespace detail

/// The whole as JSON, as `porteur plugin validate` reads it. @threads any
inline std::string text_of(const Conversation& conversation, std::string_view plugin) {
    json::array turns{detail::json_of(conversation.first)};
    for (const auto& each : conversation.exchanges) {
        auto turn = detail::json_of(each.turn);
        turn["done"] = detail::json_of(each.done);
        turns.push_back(std::move(turn));
    }
    json::object out{{"conversation", 1}, {"name", conversation.name}, {"operation", conversation.operation}, {"plugin", plugin}, {"turns", std::move(turns)}};
    detail::put_text(out, "input", conversation.input);
    detail::put_text(out, "settings", conversation.settings);
    return canonical(out);
}

}  // namespace porteur::testkit
