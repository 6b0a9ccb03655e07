// SPDX-License-Identifier: Apache-2.0
#include "talk.hpp"

#include <charconv>

#include <porteur/json.hpp>

namespace porteur::fuzz {
namespace {

constexpr char separator = '\x1e';
constexpr int kind_last = PORTEUR_KIND_INTERNAL;

std::string_view take_field(std::string_view& rest) {
    const auto end = std::min(rest.find(separator), rest.size());
    const auto field = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return field;
}

Said read_how(std::string_view text) {
    Said said;
    said.again = text.ends_with('*');
    int kind = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), kind);
    if (error == std::errc() && kind >= 0)
        said.kind = static_cast<ErrorKind>(kind % (kind_last + 1));
    if (end != text.data() + text.size() && *end == '@')
        std::from_chars(end + 1, text.data() + text.size(), said.which);
    return said;
}

/// The text of this name, or another one.
json::string text_of(const json::object& head, std::string_view name, std::string_view otherwise) {
    const auto* found = head.if_contains(name);
    return found && found->is_string() ? found->get_string() : json::string(otherwise);
}

json::object texts_of(const json::object& head, std::string_view name) {
    json::object out;
    const auto* found = head.if_contains(name);
    if (found && found->is_object())
        for (const auto& pair : found->get_object())
            if (pair.value().is_string()) out[pair.key()] = pair.value();
    return out;
}

json::string time_of(const json::object& head) {
    constexpr std::string_view some_time = "2026-11-26T12:00:00Z";
    auto text = text_of(head, "at", some_time);
    const auto time = read_rfc3339(text);
    using namespace std::chrono;
    const bool sane = time && *time > sys_days(2020y / 1 / 1) && *time < sys_days(2100y / 1 / 1);
    return sane ? text : json::string(some_time);
}

json::object carried_out(const testkit::Effect& effect, const json::object& head) {
    const auto asked = parse_json(effect.head);
    const auto& wanted = asked && asked->is_object() ? asked->get_object() : head;
    switch (effect.kind) {
        case PORTEUR_FX_HTTP: {
            const auto* given = head.if_contains("status");
            const auto status = given && given->is_int64() ? given->get_int64() : 200;
            return {
                {"headers", texts_of(head, "headers")},
                {"status", status >= 100 && status < 600 ? status : 200}
            };
        }
        case PORTEUR_FX_MAIL:
            return {
                {"message_id", text_of(head, "message_id", "<1@porteur.example>")},
                {"reply", text_of(head, "reply", "250 ok")}
            };
        case PORTEUR_FX_MANUAL: {
            // The host takes only what the plugin offers.
            auto choice = text_of(head, "choice", "done");
            const auto* choices = wanted.if_contains("choices");
            if (choices && choices->is_array() && !choices->get_array().empty() &&
                std::ranges::find(choices->get_array(), json::value(choice)) ==
                    choices->get_array().end())
                choice =
                    choices->get_array()[choice.size() % choices->get_array().size()].as_string();
            const auto text = text_of(head, "text", "");
            return {
                {"choice", choice},
                {"text", text.empty() && wanted.contains("text") ? json::string("said") : text}
            };
        }
        case PORTEUR_FX_EVENT: {
            auto keys = texts_of(head, "keys");
            for (const auto& pair : texts_of(wanted, "match")) keys[pair.key()] = pair.value();
            return {
                {"at", time_of(head)},
                {"keys", keys},
                {"source", text_of(wanted, "source", "webhook")}
            };
        }
        case PORTEUR_FX_NOW:
            return {{"at", time_of(head)}};
        case PORTEUR_FX_RANDOM: {
            const auto* bytes = wanted.if_contains("bytes");
            const auto count = bytes && bytes->is_int64()
                                   ? std::clamp<std::int64_t>(bytes->get_int64(), 0, 64)
                                   : 16;
            return {{"hex", json::string(static_cast<std::size_t>(count * 2), 'a')}};
        }
        case PORTEUR_FX_SIGN:
            return {{"signature", text_of(head, "signature", "00ff")}};
        default:
            return {};
    }
}

bool never_fails(std::uint32_t kind) {
    return kind == PORTEUR_FX_NOW || kind == PORTEUR_FX_RANDOM || kind == PORTEUR_FX_PROGRESS;
}

}  // namespace

Talk read_talk(std::string_view bytes) {
    Talk talk;
    talk.operation = take_field(bytes);
    talk.input = take_field(bytes);
    talk.settings = take_field(bytes);
    while (!bytes.empty()) {
        auto& said = talk.said.emplace_back(read_how(take_field(bytes)));
        said.head = take_field(bytes);
        said.body = take_field(bytes);
    }
    return talk;
}

std::string write_talk(const Talk& talk) {
    std::string out =
        talk.operation + separator + talk.input + separator + talk.settings + separator;
    for (const auto& each : talk.said) {
        out += std::to_string(static_cast<int>(each.kind));
        if (each.which != 0) out += '@' + std::to_string(each.which);
        if (each.again) out += '*';
        out += separator + each.head + separator + each.body + separator;
    }
    return out;
}

testkit::Completion fitted(const testkit::Effect& effect, const Said& said) {
    auto kind = never_fails(effect.kind) ? ErrorKind::none : said.kind;
    if (kind == ErrorKind::in_doubt && effect.guarantee == PORTEUR_SAFE)
        kind = ErrorKind::unavailable;
    const auto parsed = parse_json(said.head);
    static const json::object nothing;
    const auto& head = parsed && parsed->is_object() ? parsed->get_object() : nothing;
    const bool has_body = kind == ErrorKind::none &&
                          (effect.kind == PORTEUR_FX_HTTP || effect.kind == PORTEUR_FX_EVENT);
    return {
        effect.seq, kind,
        canonical(kind == ErrorKind::none ? carried_out(effect, head)
                                          : json::object{{"code", text_of(head, "code", "")}, {"message", text_of(head, "message", "it failed")}}),
        has_body ? said.body : std::string()
    };
}

}  // namespace porteur::fuzz
