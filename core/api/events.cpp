// SPDX-License-Identifier: Apache-2.0
#include "api/events.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <porteur/json.hpp>

#include "api/identity.hpp"
#include "api/order_json.hpp"

namespace porteur {
namespace {

namespace asio = boost::asio;

constexpr int batch_max = 200;

/// Ends a wait for new entries. Between a look into the store and the wait nothing else runs on the
/// connection's strand, so a wake that comes in between is carried out after the wait has begun.
struct Bell {
    explicit Bell(asio::any_io_executor made_on) : executor(made_on), timer(std::move(made_on)) {}
    asio::any_io_executor executor;
    asio::steady_timer timer;
};

/// Nothing is told to who is not known to be good now, or stands elsewhere by now.
bool is_over(Api& api, const EventFeed& feed) {
    const auto known = identify(api, feed.credentials);
    return !known || !*known || (*known)->caller.tenant != feed.caller.tenant || (*known)->caller.role != feed.caller.role;
}

}  // namespace

std::string event_text(const TimelineEntry& entry) {
    std::string kind;
    for (const char letter : entry.kind)
        if (letter > ' ' && letter <= '~') kind += letter;
    return "id: " + id_text(entry.id) + "\nevent: " + kind +
           "\ndata: " + canonical(entry_json(entry)) + "\n\n";
}

Async<void> send_events(Api& api, std::shared_ptr<Wire> wire, EventFeed feed) {
    const auto now = [] { return std::chrono::steady_clock::now(); };
    const auto bell = std::make_shared<Bell>(wire->executor());
    const auto subscription = api.services.subscribe(feed.caller, [weak = std::weak_ptr(bell)] {
        const auto alive = weak.lock();
        if (!alive) return;
        const auto executor = alive->executor;
        asio::post(executor, [weak] {
            if (const auto here = weak.lock()) here->timer.cancel();
        });
    });
    wire->on_close([weak = std::weak_ptr(bell)] {
        if (const auto here = weak.lock()) here->timer.cancel();
    });
    // A browser that loses the stream comes back after two seconds, with the id of its last event.
    if (!co_await wire->write("retry: 2000\n\n", now() + api.limits.body_grace)) co_return;
    while (wire->is_open()) {
        auto entries = api.services.entries_after(feed.caller, feed.after, batch_max);
        if (!entries) co_return;  // the peer comes back by itself, and asks the store anew
        if (!entries->empty()) {
            if (is_over(api, feed)) co_return;
            std::string text;
            for (const auto& each : *entries)
                if (may_see(each, feed.caller.scope)) text += event_text(each);
            feed.after = entries->back().id;
            if (!text.empty() && !co_await wire->write(text, now() + api.limits.body_grace)) co_return;
            continue;
        }
        bell->timer.expires_after(api.limits.event_keep_alive);
        boost::system::error_code woken;
        co_await bell->timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        if (woken) continue;
        if (is_over(api, feed)) co_return;
        if (!co_await wire->write(": still here\n\n", now() + api.limits.body_grace)) co_return;
    }
}

}  // namespace porteur
