// SPDX-License-Identifier: Apache-2.0
#include "plugins/plugin_frames.hpp"

#include <random>

#include <gmock/gmock.h>

#include "plugins/elf_library.hpp"
#include "plugins/turn_check.hpp"

namespace porteur {
namespace {

Turn sample_turn() {
    Turn turn;
    turn.effects = {
        {1, EffectKind::http, Guarantee::once, "create-order", R"({"a":1})", std::string("\0x", 2)},
        {2, EffectKind::sleep, Guarantee::safe, "wait", "{}", ""}
    };
    return turn;
}

TEST(PluginFrames, ReadATurnAsItWasWritten) {
    std::string bytes;
    write_turn(bytes, 7, sample_turn());
    bool broken = false;
    const auto frame = next_frame(bytes, 1000, broken);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->type, FrameType::turn);
    EXPECT_EQ(frame->size, bytes.size());
    const auto read = read_turn(frame->fields);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->first, 7u);
    EXPECT_EQ(read->second.effects, sample_turn().effects);
}

TEST(PluginFrames, WaitForTheRestOfAFrame) {
    std::string bytes;
    write_turn(bytes, 7, sample_turn());
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        bool broken = false;
        EXPECT_FALSE(next_frame(std::string_view(bytes).substr(0, length), 1000, broken));
        EXPECT_FALSE(broken);
    }
}

TEST(PluginFrames, RefuseALengthThatIsTooLarge) {
    bool broken = false;
    EXPECT_FALSE(next_frame(std::string("\xff\xff\xff\xff\x12", 5), 1000, broken));
    EXPECT_TRUE(broken);
    broken = false;
    EXPECT_FALSE(next_frame(std::string(5, '\0'), 1000, broken));
    EXPECT_TRUE(broken);
}

// Everything that a plugin process sends may be hostile: cut anywhere, any byte changed.
TEST(PluginFrames, ReadDamagedTurnsWithoutHarm) {
    std::string bytes;
    write_turn(bytes, 7, sample_turn());
    const std::string fields = bytes.substr(frame_header_size_bytes);
    for (std::size_t length = 0; length < fields.size(); ++length)
        EXPECT_FALSE(read_turn(std::string_view(fields).substr(0, length))) << length;
    EXPECT_FALSE(read_turn(fields + "x")) << "something is left over";

    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    for (int round = 0; round < 20'000; ++round) {
        auto damaged = fields;
        for (int change = 0; change < 3; ++change)
            damaged[random() % damaged.size()] = static_cast<char>(random());
        if (const auto read = read_turn(damaged)) {
            TurnSequence sequence(false);
            static_cast<void>(sequence.check(read->second));
        }
    }
}

TEST(PluginFrames, ReadARefusalOnlyOfTheChecksThatAProcessMakes) {
    std::string bytes;
    write_refused(bytes, {LibraryCheck::version, "a", "b", "c\x1b", "d"});
    const auto read = read_refused(std::string_view(bytes).substr(frame_header_size_bytes));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, (LibraryRefusal{LibraryCheck::version, "a", "b", "c?", "d"}));
    bytes[frame_header_size_bytes] = 1;
    EXPECT_EQ(
        read_refused(std::string_view(bytes).substr(frame_header_size_bytes))->check,
        LibraryCheck::load
    );
}

TEST(PluginFrames, CarryTheOrderToLoad) {
    std::string bytes;
    write_load(bytes, {"/store/x.so", {"acme", "1.0.0", {"purchase", "split"}}, 99});
    const auto order = read_load(std::string_view(bytes).substr(frame_header_size_bytes));
    ASSERT_TRUE(order);
    EXPECT_EQ(order->path, "/store/x.so");
    EXPECT_EQ(order->expected.operations, (std::vector<std::string>{"purchase", "split"}));
    EXPECT_EQ(order->turn_size_max_bytes, 99u);
}

}  // namespace
}  // namespace porteur
