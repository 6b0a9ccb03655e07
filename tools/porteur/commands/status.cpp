// SPDX-License-Identifier: Apache-2.0
// porteur status
#include <utility>

#include <porteur/phrase.hpp>

#include "commands/all.hpp"
#include "screen.hpp"
#include "status_view.hpp"

namespace porteur::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto redraw_every = 1s;
/// A daemon that says nothing for so long hangs, which is to be seen.
constexpr auto silence_max = 5s;
/// All orders are counted so often, in seconds.
constexpr int count_every = 30;
/// How many orders the daemon lists of each kind and delivery.
constexpr std::int64_t listed_max = 50;

json::value document_of(const HttpAnswer& answer) {
    auto read = parse_json(answer.body);
    return read ? std::move(*read) : json::value(nullptr);
}

/// A part of the answer; null where the caller's role does not show it.
json::value part_of(const json::value& document, std::string_view name) {
    const auto* found = document.is_object() ? document.as_object().if_contains(name) : nullptr;
    return found ? *found : json::value(nullptr);
}

/// Asks for what stands: in one request, as long as the daemon answers it. Without a token, and while it is not ready,
/// it says how it is all the same.
class Look {
public:
    Look(Client& client, StatusPicture& picture) : client_(client), picture_(picture) {}

    /// @param before  what was known last: its counts go on where none are asked for; null: the first look
    /// @errors  it cannot be reached, hangs, or refuses the token
    Outcome<void> at_all(const StatusPicture* before, bool counts) {
        picture_.url = client_.server().url.text();
        picture_.has_token = !client_.server().token.empty();
        if (!picture_.has_token) return health();
        const auto reply = client_.get(with_query("/v1/status", {{"counts", counts ? "" : "false"}}), before ? silence_max : 60s);
        if (reply) {
            take(reply->document);
            if (before && !counts) picture_.counts = before->counts;
            count_deliveries();
            return {};
        }
        if (reply.error().code == ExitCode::not_reachable && before) return passed_on(reply);
        if (auto seen = health(); !seen) return seen;
        if (picture_.is_ready) return passed_on(reply);
        return {};
    }

private:
    Outcome<void> health() {
        const auto health = client_.ask("/healthz");
        if (!health) return passed_on(health);
        const auto ready = client_.ask("/readyz");
        if (!ready) return passed_on(ready);
        picture_.is_live = health->status == 200;
        picture_.is_ready = picture_.is_live && ready->status == 200;
        picture_.health = document_of(*health);
        picture_.readiness = document_of(*ready);
        if (picture_.readiness.is_null()) return std::unexpected(trouble_of(*ready, client_.server()));
        return {};
    }

    void take(const json::value& document) {
        const auto health = part_of(document, "health");
        picture_.is_live = member(health, "live") == "true";
        picture_.is_ready = picture_.is_live && member(health, "ready") == "true";
        const auto& checks = list_member(health, "checks");
        picture_.health = json::object{{"ok", picture_.is_live}, {"checks", checks}};
        picture_.readiness = json::object{{"ok", picture_.is_ready}, {"checks", checks}};
        // Only on the daemon's own machine; from elsewhere that is no fault.
        if (const auto measures = part_of(document, "measures"); measures.is_object())
            for (const auto& each : measures.as_object())
                if (each.value().is_number()) picture_.measures[std::string(each.key())] = each.value().to_number<double>();
        const auto carriers = part_of(document, "carriers");
        if (carriers.is_null()) picture_.missing.emplace_back(heading("Accounts"), told("your role does not show this"));
        picture_.accounts = list_member(carriers, "items");
        picture_.refused = list_member(carriers, "refused");
        picture_.waiting = list_member(document, "waiting");
        picture_.under_way = list_member(document, "under_way");
        picture_.due = list_member(document, "due");
        picture_.webhooks = list_member(document, "webhooks");
        const auto orders = part_of(document, "orders");
        if (!orders.is_object()) return;
        for (const auto& kind : orders.as_object())
            if (kind.value().is_object())
                for (auto& count = picture_.counts[std::string(kind.key())]; const auto& state : kind.value().as_object())
                    if (state.value().is_number()) count.by_state[std::string(state.key())] = state.value().to_number<std::int64_t>();
    }

    /// Those that rest are not listed, and need no line.
    void count_deliveries() {
        for (auto& [kind, count] : picture_.counts) count.by_delivery.clear(), count.more = false;
        for (const auto* listed : {&picture_.waiting, &picture_.under_way})
            for (const auto& order : *listed) {
                auto& count = picture_.counts[member(order, "kind")];
                if (++count.by_delivery[member(order, "delivery")] >= listed_max) count.more = true;
            }
    }

    Client& client_;
    StatusPicture& picture_;
};

std::string more_lines(std::size_t count) { return "… " + std::to_string(count) + " …"; }

std::vector<Section> fit_to_draw(const Session& session, const StatusPicture& picture) {
    auto sections = sections_of(session, picture, true);
    for (auto& each : sections) each.more = more_lines;
    return sections;
}

/// Draws until a signal ends it. What is wrong from the start is said at once; later the same may
/// be a daemon that starts again, and is shown above what was known last.
Outcome<ExitCode> follow_status(Session& session, Client& client, StatusPicture picture) {
    auto& around = session.around();
    around.err_is_terminal = false;  // a word of progress would stand across the picture
    LiveScreen screen(around.out);
    std::string trouble;
    for (int second = 1;; ++second) {
        auto sections = fit_to_draw(session, picture);
        const auto hint = session.tongue().text(phrase("Looked at every second; Ctrl-C ends it."));
        sections.front().lines.push_back(session.colours() ? painted(hint, Colour::dim) : hint);
        if (!trouble.empty()) {
            const auto said = session.tongue().text(phrase("No answer now: {1:text}", trouble));
            sections.front().lines.insert(sections.front().lines.begin(), session.colours() ? painted(said, Colour::red) : said);
        }
        sections.front().kept = sections.front().lines.size();
        screen.draw(fitted(std::move(sections), around.screen_size()));
        around.pause(redraw_every);
        StatusPicture fresh;
        const auto seen = Look(client, fresh).at_all(&picture, second % count_every == 0);
        trouble = seen ? std::string() : seen.error().message;
        if (seen) picture = std::move(fresh);
    }
}

Outcome<ExitCode> show_status(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    StatusPicture picture;
    // Without a token health is all that can be told.
    if (auto seen = Look(**client, picture).at_all(nullptr, true); !seen) return passed_on(seen);
    const auto code = picture.is_ready ? ExitCode::done : ExitCode::not_reachable;
    if (session.wants_json()) {
        session.print_json(json_of(picture));
        return code;
    }
    const auto& around = session.around();
    const bool is_drawn = around.out_is_terminal && around.screen_size && around.environment("TERM").value_or("dumb") != "dumb";
    if (is_drawn && !session.arguments.has("once")) return follow_status(session, **client, std::move(picture));
    bool first = true;
    for (const auto& section : sections_of(session, picture, false)) {
        if (!std::exchange(first, false)) session.print_line("");
        session.print(section);
    }
    if (!picture.has_token) session.say("orders are counted only with a token");
    return code;
}

}  // namespace

std::vector<CommandSpec> status_commands() {
    return {
        {.path = "status",
         .help = told("whether the daemon is well, what is under way, and what waits for a person"),
         .words = {},
         .options = {{"--once", ValueKind::flag, "", told("print it once; on a terminal it is drawn anew every second until Ctrl-C")}},
         .run = show_status,
         .footer = told("Operations, database and mail are told on the daemon's own machine.")},
    };
}

}  // namespace porteur::cli
