// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace porteur::cli {

struct ServerEvent {
    std::string id;    ///< last id seen, as the standard has it: kept until another comes
    std::string type;  ///< "message" where none is named
    std::string data;
    friend bool operator==(const ServerEvent&, const ServerEvent&) = default;
};

/// Reads a stream of server-sent events, in whatever pieces it comes.
///
/// @threads one
/// @source  HTML standard, section 9.2.6 "Interpreting an event stream", read 2026-11
class EventStream {
public:
    /// The events that these bytes complete. Events without data are dropped, as the standard says.
    std::vector<ServerEvent> put(std::string_view bytes);

    /// To be sent as Last-Event-ID; empty before the first.
    const std::string& last_id() const noexcept { return last_id_; }
    /// Where to go on: events after this one are asked for.
    void go_on_after(std::string id) { last_id_ = id_ = std::move(id); }
    /// What the server asked for with `retry:`.
    std::optional<std::chrono::milliseconds> retry() const noexcept { return retry_; }
    /// Begins a new connection: what was not complete is dropped, the last id stays.
    void restart();

private:
    void take_line(std::string_view line, std::vector<ServerEvent>& events);

    std::string line_, type_, data_, last_id_, id_;
    bool has_data_ = false;
    bool after_return_ = false;  // a CR ended the last line: an LF that follows belongs to it
    bool at_start_ = true;
    std::optional<std::chrono::milliseconds> retry_;
};

}  // namespace porteur::cli
