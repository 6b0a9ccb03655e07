// SPDX-License-Identifier: Apache-2.0
#include "event_stream.hpp"

#include <charconv>
#include <utility>

namespace porteur::cli {

void EventStream::restart() {
    line_.clear();
    type_.clear();
    data_.clear();
    id_ = last_id_;
    has_data_ = after_return_ = false;
    at_start_ = true;
}

std::vector<ServerEvent> EventStream::put(std::string_view bytes) {
    std::vector<ServerEvent> events;
    for (const char letter : bytes) {
        if (std::exchange(after_return_, letter == '\r') && letter == '\n') continue;
        if (letter != '\r' && letter != '\n') {
            line_ += letter;
            continue;
        }
        auto line = std::exchange(line_, {});
        if (std::exchange(at_start_, false) && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
        take_line(line, events);
    }
    return events;
}

void EventStream::take_line(std::string_view line, std::vector<ServerEvent>& events) {
    if (line.empty()) {
        last_id_ = id_;
        if (has_data_) {
            events.push_back({last_id_, type_.empty() ? "message" : type_, data_});
        }
        type_.clear();
        data_.clear();
        has_data_ = false;
        return;
    }
    const auto colon = line.find(':');
    const auto field = line.substr(0, colon);
    auto value = colon == line.npos ? std::string_view{} : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);

    if (field == "data") {
        if (has_data_) data_ += '\n';
        data_ += value;
        has_data_ = true;
    } else if (field == "event") {
        type_ = value;
    } else if (field == "id") {
        if (value.find('\0') == value.npos) id_ = value;
    } else if (field == "retry") {
        std::int64_t count = 0;
        const auto read = std::from_chars(value.data(), value.data() + value.size(), count);
        const bool digits = value.find_first_not_of("0123456789") == value.npos;
        if (!value.empty() && digits && read.ec == std::errc{})
            retry_ = std::chrono::milliseconds{count};
    }
}

}  // namespace porteur::cli
