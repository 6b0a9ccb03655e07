// SPDX-License-Identifier: Apache-2.0
#pragma once

// The frames between the daemon and a plugin process; docs/plugin_frames.md describes every byte.
// A frame is its length (u32, of what follows), its type (u8) and its fields. Numbers are
// little-endian, texts are a u32 length and the bytes.

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "domain/contract.hpp"
#include "plugins/library_refusal.hpp"
#include "plugins/loaded_library.hpp"

namespace porteur {

static_assert(
    std::endian::native == std::endian::little,
    "both ends are on one machine; frames are its own order"
);

enum class FrameType : std::uint8_t {
    // daemon to process
    load = 1,
    begin = 2,
    step = 3,
    cancel = 4,
    end = 5,
    // process to daemon
    loaded = 16,
    refused = 17,
    turn = 18,
    broke = 19,
    log = 20,
};

inline constexpr std::size_t frame_header_size_bytes = 5;

/// Appends one frame to a buffer; the length is filled in when it is destroyed.
class FrameWriter {
public:
    FrameWriter(std::string& into, FrameType type) : into_(into), begin_(into.size()) {
        into_.append(sizeof(std::uint32_t), '\0');
        into_ += static_cast<char>(type);
    }
    FrameWriter(const FrameWriter&) = delete;
    FrameWriter& operator=(const FrameWriter&) = delete;
    ~FrameWriter() {
        const auto length =
            static_cast<std::uint32_t>(into_.size() - begin_ - sizeof(std::uint32_t));
        std::memcpy(into_.data() + begin_, &length, sizeof length);
    }

    template <class T>
        requires std::is_integral_v<T>
    FrameWriter& number(T value) {
        char bytes[sizeof(T)];
        std::memcpy(bytes, &value, sizeof value);
        into_.append(bytes, sizeof bytes);
        return *this;
    }
    FrameWriter& text(std::string_view value) {
        number(static_cast<std::uint32_t>(value.size()));
        into_.append(value);
        return *this;
    }

private:
    std::string& into_;
    std::size_t begin_;
};

/// Reads the fields of one frame. Past its end everything is zero or empty, and whole() is false.
class FrameReader {
public:
    explicit FrameReader(std::string_view fields) : rest_(fields) {}

    template <class T>
        requires std::is_integral_v<T>
    T number() {
        T value{};
        if (rest_.size() < sizeof value) {
            spoil();
            return value;
        }
        std::memcpy(&value, rest_.data(), sizeof value);
        rest_.remove_prefix(sizeof value);
        return value;
    }
    std::string_view text() {
        const auto length = number<std::uint32_t>();
        if (rest_.size() < length) {
            spoil();
            return {};
        }
        const auto value = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return value;
    }
    /// Everything was there, and nothing is left.
    bool whole() const { return good_ && rest_.empty(); }
    bool good() const { return good_; }

private:
    void spoil() {
        good_ = false;
        rest_ = {};
    }
    std::string_view rest_;
    bool good_ = true;
};

/// One frame at the front of the bytes received; nothing if it is not complete yet.
struct Frame {
    FrameType type;
    std::string_view fields;
    std::size_t size;  ///< of the whole frame, to be dropped from the front
};
/// @param broken  set if the length is less than a type or more than `size_max`; the link is then
/// lost
std::optional<Frame> next_frame(std::string_view received, std::size_t size_max, bool& broken);

/// What the process is told first.
struct LoadOrder {
    std::string path;
    LibraryExpectation expected;
    std::uint64_t turn_size_max_bytes = 0;
};

void write_load(std::string& into, const LoadOrder& order);
std::optional<LoadOrder> read_load(std::string_view fields);

void write_refused(std::string& into, const LibraryRefusal& refusal);
std::optional<LibraryRefusal> read_refused(std::string_view fields);

void write_step(std::string& into, std::uint64_t op, std::span<const Completion> done);

void write_turn(std::string& into, std::uint64_t op, const Turn& turn);
/// @return  nothing for a frame that is not well-formed; what it says is not yet checked
std::optional<std::pair<std::uint64_t, Turn>> read_turn(std::string_view fields);

}  // namespace porteur
