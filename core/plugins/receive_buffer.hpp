// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace porteur {

/// Bytes received and not yet used up. Unlike a std::string it does not zero the room that the next
/// receive fills. @threads one at a time
class ReceiveBuffer {
public:
    static constexpr std::size_t room_min_bytes = 64 << 10;

    /// Where the next bytes go: at least 64 kB, and more while a large frame comes in.
    std::span<char> room() {
        const auto wanted = std::max(room_min_bytes, filled_);
        if (size_ - filled_ < room_min_bytes) {
            auto larger = std::make_unique_for_overwrite<char[]>(filled_ + wanted);
            if (filled_ != 0) std::memcpy(larger.get(), bytes_.get(), filled_);
            bytes_ = std::move(larger);
            size_ = filled_ + wanted;
        }
        return {bytes_.get() + filled_, size_ - filled_};
    }
    void add(std::size_t count) { filled_ += count; }
    std::string_view bytes() const { return {bytes_.get(), filled_}; }
    /// Takes bytes away from the front, and gives back what one large frame had needed.
    void drop(std::size_t count) {
        filled_ -= count;
        if (filled_ != 0) {
            std::memmove(bytes_.get(), bytes_.get() + count, filled_);
        } else if (size_ > 4 * room_min_bytes) {
            bytes_.reset();
            size_ = 0;
        }
    }

private:
    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0, filled_ = 0;
};

}  // namespace porteur
