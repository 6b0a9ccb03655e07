// SPDX-License-Identifier: Apache-2.0
#include "plugins/plugin_frames.hpp"

#include "plugins/canonical_check.hpp"
#include "plugins/turn_check.hpp"

namespace porteur {
namespace {

constexpr std::size_t refusal_text_max_bytes = 2000;
constexpr std::size_t error_text_max_bytes = sizeof(porteur_error::message);
constexpr std::uint32_t operations_max = 1000;

void write_error(FrameWriter& frame, const Error& error) {
    frame.number(static_cast<std::int32_t>(error.kind))
        .number(static_cast<std::uint32_t>(error.retry_after.count()))
        .text(text_of(error.reason))
        .text(error.code)
        .text(error.message);
}

Error read_error(FrameReader& in) {
    Error error;
    const auto kind = in.number<std::int32_t>();
    const bool known = kind >= PORTEUR_KIND_INVALID_INPUT && kind <= PORTEUR_KIND_INTERNAL;
    error.kind = known ? static_cast<ErrorKind>(kind) : ErrorKind::internal;
    error.retry_after = std::chrono::seconds(in.number<std::uint32_t>());
    if (const auto reason = in.text(); !reason.empty())
        error.reason = reason_from(reason).value_or(Reason::other);
    error.code = plain_text(in.text(), sizeof(porteur_error::code));
    error.message = plain_text(in.text(), error_text_max_bytes);
    return error;
}

}  // namespace

std::optional<Frame> next_frame(std::string_view received, std::size_t size_max, bool& broken) {
    std::uint32_t length = 0;
    if (received.size() < sizeof length) return std::nullopt;
    std::memcpy(&length, received.data(), sizeof length);
    if (length < 1 || length > size_max) {
        broken = true;
        return std::nullopt;
    }
    if (received.size() < sizeof length + length) return std::nullopt;
    return Frame{
        static_cast<FrameType>(received[sizeof length]),
        received.substr(frame_header_size_bytes, length - 1), sizeof length + length
    };
}

void write_load(std::string& into, const LoadOrder& order) {
    FrameWriter frame(into, FrameType::load);
    frame.number(order.turn_size_max_bytes)
        .text(order.path)
        .text(order.expected.id)
        .text(order.expected.version);
    frame.number(static_cast<std::uint32_t>(order.expected.operations.size()));
    for (const auto& operation : order.expected.operations) frame.text(operation);
}

std::optional<LoadOrder> read_load(std::string_view fields) {
    FrameReader in(fields);
    LoadOrder order;
    order.turn_size_max_bytes = in.number<std::uint64_t>();
    order.path = in.text();
    order.expected.id = in.text();
    order.expected.version = in.text();
    const auto count = in.number<std::uint32_t>();
    if (count > operations_max) return std::nullopt;
    for (std::uint32_t index = 0; index < count && in.good(); ++index)
        order.expected.operations.emplace_back(in.text());
    if (!in.whole()) return std::nullopt;
    return order;
}

void write_refused(std::string& into, const LibraryRefusal& refusal) {
    FrameWriter frame(into, FrameType::refused);
    frame.number(static_cast<std::uint8_t>(refusal.check))
        .text(refusal.field)
        .text(refusal.wanted)
        .text(refusal.found)
        .text(refusal.mend);
}

std::optional<LibraryRefusal> read_refused(std::string_view fields) {
    FrameReader in(fields);
    LibraryRefusal refusal;
    const auto check = in.number<std::uint8_t>();
    refusal.check =
        check >= 5 && check <= 8 ? static_cast<LibraryCheck>(check) : LibraryCheck::load;
    for (auto* text : {&refusal.field, &refusal.wanted, &refusal.found, &refusal.mend})
        *text = plain_text(in.text(), refusal_text_max_bytes);
    if (!in.whole()) return std::nullopt;
    return refusal;
}

void write_step(std::string& into, std::uint64_t op, std::span<const Completion> done) {
    FrameWriter frame(into, FrameType::step);
    frame.number(op).number(static_cast<std::uint32_t>(done.size()));
    for (const auto& each : done)
        frame.number(each.seq)
            .number(static_cast<std::int32_t>(each.kind))
            .text(each.head)
            .text(each.body);
}

void write_turn(std::string& into, std::uint64_t op, const Turn& turn) {
    FrameWriter frame(into, FrameType::turn);
    frame.number(op).number(static_cast<std::uint8_t>(turn.state));
    switch (turn.state) {
        case Turn::State::waiting:
            frame.number(static_cast<std::uint32_t>(turn.effects.size()));
            for (const auto& effect : turn.effects)
                frame.number(effect.seq)
                    .number(static_cast<std::uint32_t>(effect.kind))
                    .number(static_cast<std::uint32_t>(effect.guarantee))
                    .text(effect.step)
                    .text(effect.head)
                    .text(effect.body);
            return;
        case Turn::State::done:
            frame.text(turn.output);
            return;
        case Turn::State::failed:
            write_error(frame, turn.error);
            return;
    }
}

std::optional<std::pair<std::uint64_t, Turn>> read_turn(std::string_view fields) {
    FrameReader in(fields);
    Turn turn;
    const auto op = in.number<std::uint64_t>();
    const auto state = in.number<std::uint8_t>();
    if (state == static_cast<std::uint8_t>(Turn::State::waiting)) {
        turn.state = Turn::State::waiting;
        const auto count = in.number<std::uint32_t>();
        if (count > effects_per_turn_max) return std::nullopt;
        turn.effects.reserve(count);
        for (std::uint32_t index = 0; index < count && in.good(); ++index) {
            auto& effect = turn.effects.emplace_back();
            effect.seq = in.number<std::uint32_t>();
            effect.kind = static_cast<EffectKind>(in.number<std::uint32_t>());
            effect.guarantee = static_cast<Guarantee>(in.number<std::uint32_t>());
            effect.step = in.text();
            effect.head = in.text();
            effect.body = in.text();
        }
    } else if (state == static_cast<std::uint8_t>(Turn::State::done)) {
        turn.state = Turn::State::done;
        turn.output = in.text();
    } else if (state == static_cast<std::uint8_t>(Turn::State::failed)) {
        turn.state = Turn::State::failed;
        turn.error = read_error(in);
    } else {
        return std::nullopt;
    }
    if (!in.whole()) return std::nullopt;
    return std::pair(op, std::move(turn));
}

}  // namespace porteur
