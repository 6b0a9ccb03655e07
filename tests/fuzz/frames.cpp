// SPDX-License-Identifier: Apache-2.0
// Frames come over a socket: to the daemon from a plugin process that may be in a stranger's hands,
// and to that process from the daemon.
#include "finding.hpp"
#include "plugins/plugin_frames.hpp"
#include "plugins/turn_check.hpp"

using namespace porteur;

namespace {

// As the plugin process reads it (host_main.cpp): completions, borrowed from the frame.
void read_step(std::string_view fields) {
    FrameReader in(fields);
    const auto op = in.number<std::uint64_t>();
    const auto count = in.number<std::uint32_t>();
    std::vector<Completion> done;
    for (std::uint32_t index = 0; index < count && in.good(); ++index) {
        auto& each = done.emplace_back();
        each.seq = in.number<std::uint32_t>();
        each.kind = static_cast<ErrorKind>(in.number<std::int32_t>());
        each.head = in.text();
        each.body = in.text();
    }
    if (!in.whole()) return;
    std::string again;
    write_step(again, op, done);
    fuzz::must(
        again.substr(frame_header_size_bytes) == fields, "a step is not written as it was read"
    );
}

void read_a_turn(std::string_view fields, TurnSequence& sequence) {
    const auto read = read_turn(fields);
    if (!read) return;
    std::string again;
    write_turn(again, read->first, read->second);
    const auto reread = read_turn(std::string_view(again).substr(frame_header_size_bytes));
    fuzz::must(
        reread && reread->second.effects == read->second.effects,
        "a turn is not read as it was written"
    );
    if (read->second.state != Turn::State::failed)
        fuzz::must(
            again.substr(frame_header_size_bytes) == fields, "a turn is not written as it was read"
        );
    static_cast<void>(sequence.check(read->second));
    sequence.delivered(1);
}

void read_a_load(std::string_view fields) {
    const auto read = read_load(fields);
    if (!read) return;
    std::string again;
    write_load(again, *read);
    fuzz::must(
        again.substr(frame_header_size_bytes) == fields,
        "an order to load is not written as it was read"
    );
}

void read_a_refusal(std::string_view fields) {
    const auto read = read_refused(fields);
    if (!read) return;
    std::string again;
    write_refused(again, *read);
    const auto reread = read_refused(std::string_view(again).substr(frame_header_size_bytes));
    fuzz::must(reread && *reread == *read, "a refusal is not read as it was written");
}

}  // namespace

int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    constexpr std::size_t frame_size_max = 1 << 20;
    std::string_view received(reinterpret_cast<const char*>(data), size);
    TurnSequence sequence(false);
    bool broken = false;
    while (const auto frame = next_frame(received, frame_size_max, broken)) {
        fuzz::must(
            frame->size <= received.size() && frame->size > 0,
            "a frame is longer than what was received"
        );
        switch (frame->type) {
            case FrameType::load:
                read_a_load(frame->fields);
                break;
            case FrameType::step:
                read_step(frame->fields);
                break;
            case FrameType::refused:
                read_a_refusal(frame->fields);
                break;
            default:
                read_a_turn(frame->fields, sequence);
                break;
        }
        received.remove_prefix(frame->size);
    }
    return 0;
}
