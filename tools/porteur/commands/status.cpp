// SPDX-License-Identifier: Apache-2.0
// porteur status
#include <array>
#include <utility>

#include <porteur/phrase.hpp>

#include "commands/all.hpp"
#include "order_view.hpp"
#include "screen.hpp"
#include "status_view.hpp"

namespace porteur::cli {
namespace {

using namespace std::chrono_literals;

constexpr int pages_max = 5;
constexpr int page_size = 200;
constexpr auto redraw_every = 1s;
/// A daemon that says nothing for so long hangs, which is to be seen.
constexpr auto silence_max = 5s;
/// All orders are counted so often, in seconds: that takes as many requests as there are pages.
constexpr int count_every = 30;
constexpr auto groups = std::to_array<const char*>({"port", "purchase", "release"});

Outcome<OrderCount> count_orders(Client& client, const std::string& group) {
    OrderCount count;
    std::string cursor;
    for (int page = 0; page < pages_max; ++page) {
        const auto reply = client.get(with_query(
            path_of_orders(group), {{"limit", std::to_string(page_size)}, {"cursor", cursor}}
        ));
        if (!reply) return passed_on(reply);
        for (const auto& order : list_member(reply->document, "items")) {
            ++count.by_state[member(order, "state")];
            ++count.by_delivery[member(order, "delivery")];
        }
        cursor = member(reply->document, "next_cursor");
        if (cursor.empty()) return count;
    }
    count.more = true;
    return count;
}

/// The web hooks that were switched off because they failed, or that fail now.
Outcome<json::array> troubled_webhooks(Client& client) {
    json::array out;
    const auto reply = client.get("/v1/webhooks");
    if (!reply) return passed_on(reply);
    for (const auto& hook : list_member(reply->document, "items"))
        if (const auto off = member(hook, "off"); off != "by_person" && (!off.empty() || !member(hook, "retry_at").empty()))
            out.push_back(hook);
    return out;
}

json::value document_of(const HttpAnswer& answer) {
    auto read = parse_json(answer.body);
    return read ? std::move(*read) : json::value(nullptr);
}

/// Asks for what stands, a part at a time. A part that may not be had, or not now, is told as
/// missing; only the orders' counts must be there, as `porteur status` has always had them.
class Look {
public:
    Look(Client& client, StatusPicture& picture) : client_(client), picture_(picture) {}

    /// Whether the daemon says anything at all, however well it is. @errors  it hangs
    Outcome<void> sign_of_life(const Surroundings& around) {
        const auto before = around.now();
        const auto reply = client_.get("/healthz", silence_max);
        if (!reply && around.now() - before >= silence_max) return passed_on(reply);
        return {};
    }

    Outcome<void> health() {
        const auto health = client_.ask("/healthz");
        if (!health) return passed_on(health);
        const auto ready = client_.ask("/readyz");
        if (!ready) return passed_on(ready);
        picture_.url = client_.server().url.text();
        picture_.has_token = !client_.server().token.empty();
        picture_.is_live = health->status == 200;
        picture_.is_ready = picture_.is_live && ready->status == 200;
        picture_.health = document_of(*health);
        picture_.readiness = document_of(*ready);
        if (picture_.readiness.is_null()) return std::unexpected(trouble_of(*ready, client_.server()));
        return {};
    }

    Outcome<void> counts() {
        for (const auto* group : {"port", "purchase"}) {
            auto count = count_orders(client_, group);
            if (!count) return passed_on(count);
            picture_.counts[group] = std::move(*count);
        }
        auto troubled = troubled_webhooks(client_);
        if (!troubled) return passed_on(troubled);
        picture_.webhooks = std::move(*troubled);
        return {};
    }

    void standing() {
        // Only on the daemon's own machine; from elsewhere that is no fault.
        if (const auto measures = client_.ask("/metrics"); measures && measures->status == 200)
            picture_.measures = measures_in(measures->body);
        if (const auto carriers = asked(heading("Accounts"), "/v1/carriers")) {
            picture_.accounts = list_member(*carriers, "items");
            picture_.refused = list_member(*carriers, "refused");
        }
        for (const auto* group : groups) {
            for (const auto* delivery : {"in_doubt", "waiting_for_person"}) orders(group, delivery, picture_.waiting);
            for (const auto* delivery : {"sending", "retry_at"}) orders(group, delivery, picture_.under_way);
        }
        if (const auto due = asked(heading("Due"), "/v1/due?limit=20")) picture_.due = list_member(*due, "items");
    }

private:
    std::optional<json::value> asked(const char* what, const std::string& target) {
        if (is_gone_) return std::nullopt;
        auto reply = client_.get(target, silence_max);
        if (reply) return std::move(reply->document);
        is_gone_ = reply.error().code == ExitCode::not_reachable;
        if (picture_.missing.empty() || picture_.missing.back().second != reply.error().message)
            picture_.missing.emplace_back(what, reply.error().message);
        return std::nullopt;
    }

    void orders(const std::string& group, const std::string& delivery, json::array& into) {
        const auto found = asked(heading("Orders"), with_query(path_of_orders(group), {{"delivery", delivery}, {"limit", "50"}}));
        if (!found) return;
        for (const auto& order : list_member(*found, "items")) {
            if (!order.is_object()) continue;
            auto shown = order.as_object();
            shown["kind"] = group;
            into.emplace_back(std::move(shown));
        }
    }

    Client& client_;
    StatusPicture& picture_;
    bool is_gone_ = false;  ///< it stopped answering in the middle: nothing more is asked
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
        Look look(client, fresh);
        auto seen = look.sign_of_life(around);
        if (seen) seen = look.health();
        if (seen && fresh.has_token && fresh.is_ready) {
            if (second % count_every == 0) {
                seen = look.counts();
            } else {
                fresh.counts = picture.counts;
                fresh.webhooks = picture.webhooks;
            }
            if (seen) look.standing();
        }
        trouble = seen ? std::string() : seen.error().message;
        if (seen) picture = std::move(fresh);
    }
}

Outcome<ExitCode> show_status(Session& session) {
    const auto client = session.client();
    if (!client) return passed_on(client);
    StatusPicture picture;
    Look look(**client, picture);
    if (auto seen = look.health(); !seen) return passed_on(seen);
    // Without a token health is all that can be told.
    if (picture.has_token && picture.is_ready) {
        if (auto counted = look.counts(); !counted) return passed_on(counted);
        look.standing();
    }
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
