// SPDX-License-Identifier: Apache-2.0
#include "conformance/conversation_file.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace porteur::conformance {
namespace {

using testkit::Completion;
using testkit::Effect;
using testkit::Turn;

std::string bytes_of(const json::object& in, const std::string& name) {
    if (const auto* text = in.if_contains(name)) return std::string(text->as_string());
    const auto* digits = in.if_contains(name + "_hex");
    return digits ? boost::algorithm::unhex(std::string(digits->as_string())) : std::string();
}

std::string text_of(const json::object& in, std::string_view name) { return std::string(in.at(name).as_string()); }

template <class Number>
Number number_of(const json::object& in, std::string_view name) {
    return in.at(name).to_number<Number>();
}

ErrorKind kind_of(const json::object& in) {
    const auto& name = in.at("kind").as_string();
    for (int kind = 0; kind <= static_cast<int>(ErrorKind::internal); ++kind)
        if (name_of(static_cast<ErrorKind>(kind)) == std::string_view(name)) return static_cast<ErrorKind>(kind);
    throw std::runtime_error("there is no kind " + std::string(name));
}

std::uint32_t effect_kind_of(const json::object& in) {
    const auto& name = in.at("kind").as_string();
    for (std::uint32_t kind = PORTEUR_FX_HTTP; kind <= PORTEUR_FX_PROGRESS; ++kind)
        if (testkit::name_of_effect(kind) == std::string_view(name)) return kind;
    throw std::runtime_error("there is no effect " + std::string(name));
}

Turn read_turn(const json::object& in) {
    Turn out;
    out.state = number_of<std::uint32_t>(in, "state");
    out.output = bytes_of(in, "output");
    if (in.contains("returned")) out.returned = number_of<std::int32_t>(in, "returned");
    if (const auto* effects = in.if_contains("effects"))
        for (const auto& each : effects->as_array()) {
            const auto& effect = each.as_object();
            out.effects.push_back(
                {number_of<std::uint32_t>(effect, "seq"), effect_kind_of(effect), number_of<std::uint32_t>(effect, "guarantee"), bytes_of(effect, "step"),
                 bytes_of(effect, "head"), bytes_of(effect, "body")}
            );
        }
    if (const auto* error = in.if_contains("error")) {
        const auto& told = error->as_object();
        out.error = {
            .kind = kind_of(told),
            .message = bytes_of(told, "message"),
            .reason = reason_from(text_of(told, "reason")).value_or(Reason::none),
            .code = bytes_of(told, "code"),
            .retry_after = std::chrono::seconds{number_of<std::int64_t>(told, "retry_after_s")}
        };
    }
    return out;
}

std::vector<Completion> read_done(const json::object& in) {
    std::vector<Completion> out;
    for (const auto& each : in.at("done").as_array()) {
        const auto& one = each.as_object();
        out.push_back({number_of<std::uint32_t>(one, "seq"), kind_of(one), bytes_of(one, "head"), bytes_of(one, "body")});
    }
    if (out.empty()) throw std::runtime_error("a turn follows on no outcome");
    return out;
}

struct Read {
    std::string plugin;
    Conversation conversation;
};

Read read(std::string_view text) {
    const auto value = parse_json(text);
    if (!value) throw std::runtime_error("it is not JSON: " + value.error().message);
    const auto& all = value->as_object();
    if (number_of<int>(all, "conversation") != 1) throw std::runtime_error("it is of a later form than this program knows");
    Read out{text_of(all, "plugin"), {text_of(all, "name"), text_of(all, "operation"), bytes_of(all, "input"), bytes_of(all, "settings"), {}, {}}};
    bool is_first = true;
    for (const auto& each : all.at("turns").as_array()) {
        auto turn = read_turn(each.as_object());
        if (std::exchange(is_first, false))
            out.conversation.first = std::move(turn);
        else
            out.conversation.exchanges.push_back({read_done(each.as_object()), std::move(turn)});
    }
    if (is_first) throw std::runtime_error("it has no turns");
    return out;
}

}  // namespace

Result<Conversation> read_conversation(std::string_view text) {
    try {
        return read(text).conversation;
    } catch (const std::exception& wrong) {
        return failure(ErrorKind::invalid_input, std::string("no conversation: ") + wrong.what());
    }
}

Result<std::vector<Conversation>> read_conversations(const std::filesystem::path& folder, std::string_view plugin) {
    std::error_code trouble;
    std::vector<std::filesystem::path> files;
    for (const auto& each : std::filesystem::directory_iterator(folder, trouble))
        if (each.path().extension() == ".json") files.push_back(each.path());
    if (trouble) return failure(ErrorKind::invalid_input, "cannot read " + folder.string() + ": " + trouble.message());
    std::ranges::sort(files);
    std::vector<Conversation> out;
    for (const auto& file : files) {
        try {
            std::ifstream in(file, std::ios::binary);
            const std::string text{std::istreambuf_iterator<char>(in), {}};
            auto one = read(text);
            if (!plugin.empty() && one.plugin != plugin) throw std::runtime_error("it is one of the plugin " + one.plugin);
            out.push_back(std::move(one.conversation));
        } catch (const std::exception& wrong) {
            return failure(ErrorKind::invalid_input, file.string() + " is no conversation: " + wrong.what());
        }
    }
    return out;
}

}  // namespace porteur::conformance
