// SPDX-License-Identifier: Apache-2.0
#include "watch.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include <porteur/phrase.hpp>

#include "order_view.hpp"
#include "progress.hpp"

namespace porteur::cli {
namespace {

using namespace std::chrono_literals;
using Moment = std::chrono::steady_clock::time_point;

constexpr auto pause_first = 500ms;
constexpr auto pause_max = 15'000ms;
constexpr auto read_again_after = 30s;
// A daemon sends a comment now and then to show that the line is alive.
constexpr auto silence_max = 90s;

class Watch {
public:
    Watch(Session& session, Client& client, std::string group, std::string id)
        : session_(session),
          around_(session.around()),
          client_(client),
          group_(std::move(group)),
          id_(std::move(id)),
          progress_(around_, session.tongue().text(phrase("following {1}", printable(id_)))) {}

    Outcome<ExitCode> run(std::optional<std::chrono::seconds> timeout);

private:
    bool is_late() const { return until_ && around_.now() >= *until_; }
    /// Reads order and timeline, prints what is new. False when there is nothing more to follow.
    bool refresh();
    Outcome<bool> read_and_print();
    /// Those of `order`, as it was read before; `part` stands before them, where it is one.
    Outcome<void> print_new_lines(const json::value& order, std::string_view part);
    /// One stream of events, until it breaks or `refresh` says that it is over.
    void listen();
    void pause(std::chrono::milliseconds length);

    Session& session_;
    Surroundings& around_;
    Client& client_;
    std::string group_, id_;
    Progress progress_;
    std::optional<Moment> until_;
    Moment read_at_{};
    EventStream stream_;
    std::set<std::string> printed_;
    std::set<std::string> parts_;  ///< ids of the orders that carry it out
    json::value order_;
    std::optional<ExitCode> ended_;
    std::optional<Trouble> trouble_;  // of the last reading; none when it went well
};

Outcome<void> Watch::print_new_lines(const json::value& order, std::string_view part) {
    const auto timeline = client_.get(path_of_order(group_, member(order, "id"), "/timeline"));
    if (!timeline) return passed_on(timeline);
    for (const auto& entry : list_member(timeline->document, "items")) {
        const auto entry_id = member(entry, "id");
        if (!printed_.insert(entry_id).second) continue;
        // A line that is newer than the order as it was read: its event makes us read the order again.
        if (member(entry, "at") <= member(order, "updated"))
            stream_.go_on_after(std::max(stream_.last_id(), entry_id));
        if (session_.wants_json()) continue;
        progress_.hide();
        print_timeline_entry(session_, entry, part);
    }
    return {};
}

Outcome<bool> Watch::read_and_print() {
    // The order first: every line that led to what it says is in a timeline read after it.
    auto order = client_.get(path_of_order(group_, id_));
    if (!order) return passed_on(order);
    if (const auto printed = print_new_lines(order->document, {}); !printed) return passed_on(printed);
    for (const auto& part : list_member(order->document, "parts")) {
        parts_.insert(member(part, "id"));
        const auto printed = print_new_lines(part, member(part, "reference"));
        if (!printed) return passed_on(printed);
    }
    read_at_ = around_.now();
    order_ = std::move(order->document);
    const auto standing = standing_of(order_);
    const bool stays = standing == ExitCode::waits_for_person && session_.arguments.has("stay");
    if (standing && !stays) ended_ = standing;
    return !ended_;
}

bool Watch::refresh() {
    const auto goes_on = read_and_print();
    trouble_.reset();
    if (goes_on) return *goes_on;
    trouble_ = goes_on.error();
    return false;
}

void Watch::listen() {
    const auto tick = [&] {
        progress_.update();
        if (is_late()) return false;
        // Should events fail us, reading now and then is enough.
        return around_.now() - read_at_ < read_again_after || refresh();
    };
    const auto on_event = [&](const ServerEvent& event) {
        const auto about = parse_json(event.data);
        const bool ours =
            !about || member(*about, "order").empty() || member(*about, "order") == id_ ||
            parts_.contains(member(*about, "order"));
        return !is_late() && (!ours || refresh());
    };
    const auto heard = client_.listen(
        "/v1/events", stream_, {.silence_max = silence_max, .tick = tick, .on_event = on_event}
    );
    if (!heard && !trouble_ && !ended_ && !is_late()) trouble_ = heard.error();
}

void Watch::pause(std::chrono::milliseconds length) {
    for (auto rest = length; rest > 0ms && !is_late(); rest -= 100ms) {
        progress_.update();
        around_.pause(std::min(rest, std::chrono::milliseconds{100}));
    }
}

Outcome<ExitCode> Watch::run(std::optional<std::chrono::seconds> timeout) {
    if (timeout) until_ = around_.now() + *timeout;
    // What is wrong from the start is said at once; later the same may be a daemon starting again.
    if (auto goes_on = read_and_print(); !goes_on) return passed_on(goes_on);
    id_ = member(order_, "id");
    // Orders and events are numbered from one row by age, so none of its events came before it.
    if (stream_.last_id().empty()) stream_.go_on_after(id_);
    auto wait = pause_first;
    bool said = false;
    while (!ended_ && !is_late()) {
        const auto read_before = read_at_;
        listen();
        if (ended_ || is_late()) break;
        if (trouble_ && trouble_->code != ExitCode::not_reachable &&
            trouble_->code != ExitCode::failed)
            return std::unexpected(*trouble_);
        if (read_at_ != read_before) wait = pause_first, said = false;
        if (trouble_ && !std::exchange(said, true)) {
            progress_.hide();
            session_.say(phrase("{1:text}; trying again", trouble_->message));
        }
        pause(wait);
        wait = std::min<std::chrono::milliseconds>(wait * 2, pause_max);
        if (!is_late()) refresh();
    }
    progress_.hide();
    if (session_.wants_json()) session_.print_json(order_);
    if (!ended_) {
        session_.say(
            phrase(
                "order {1} is {2:state} and still under way after --timeout; watch it again at any time", id_,
                member(order_, "state")
            )
        );
        return ExitCode::timed_out;
    }
    if (*ended_ == ExitCode::waits_for_person && !session_.wants_json()) {
        const auto problem = member(order_, "problem");
        session_.say(
            problem.empty()
                ? phrase("order {1} waits for a person; next: {2:text}", id_, next_step(group_, order_))
                : phrase("order {1} waits for a person: {2:text}; next: {3:text}", id_, problem, next_step(group_, order_))
        );
    }
    return *ended_;
}

}  // namespace

Outcome<ExitCode> watch_order(Session& session, const std::string& group, const std::string& id) {
    std::optional<std::chrono::seconds> timeout;
    if (const auto text = session.arguments.given("timeout")) {
        const auto read = parse_duration("--timeout", *text);
        if (!read) return passed_on(read);
        timeout = *read;
    }
    const auto client = session.client();
    if (!client) return passed_on(client);
    return Watch(session, **client, group, id).run(timeout);
}

}  // namespace porteur::cli
