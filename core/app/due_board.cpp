// SPDX-License-Identifier: Apache-2.0
#include "app/due_board.hpp"

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <porteur/phrase.hpp>
#include <porteur/json.hpp>

#include "api/order_json.hpp"
#include "domain/order_rules.hpp"

namespace porteur {
namespace asio = boost::asio;
namespace {

constexpr int page = 200;
constexpr std::chrono::hours everything_every{1};
/// Many changes in a short time are looked at together: so few of a busy hour's orders are read
/// more than once.
constexpr std::chrono::milliseconds gathering{250}, gathering_when_busy{5'000};
constexpr int busy = 500;  ///< orders in one round
constexpr std::string_view missed_kind = "deadline.missed";

bool was_told(const std::vector<TimelineEntry>& timeline, const std::string& key) {
    return std::ranges::any_of(timeline, [&](const TimelineEntry& each) {
        if (each.kind != missed_kind) return false;
        const auto data = parse_json(each.data);
        const auto* told =
            data && data->is_object() ? data->get_object().if_contains("key") : nullptr;
        return told && told->is_string() && std::string_view(told->get_string()) == key;
    });
}

}  // namespace

DueBoard::DueBoard(Parts parts) : parts_(std::move(parts)), bell_(parts_.executor) {}

void DueBoard::start() {
    asio::co_spawn(parts_.executor, run(), [warn = parts_.warn](std::exception_ptr thrown) {
        if (!thrown) return;
        try {
            std::rethrow_exception(thrown);
        } catch (const std::exception& wrong) {
            warn(std::string("deadlines: ") + wrong.what());
        }
    });
}

void DueBoard::stop() {
    stopped_ = true;
    bell_.cancel();
}

void DueBoard::wake() {
    if (std::exchange(rung_, true)) return;
    // A long wait is cut to the gathering; one that gathers already is not.
    if (bell_.expiry() > std::chrono::steady_clock::now() + gathering_when_busy) bell_.cancel();
}

Async<void> DueBoard::run() {
    while (!stopped_) {
        rung_ = false;
        read_ = 0;
        Result<void> done{};
        if (std::chrono::steady_clock::now() >= everything_at_) done = co_await read_all();
        while (done && !stopped_) {
            const auto more = read_news();
            if (!more) done = std::unexpected(more.error());
            if (!more || !*more) break;
            co_await asio::post(parts_.executor, asio::use_awaitable);
        }
        if (done) done = co_await tell_missed();
        if (!done) parts_.warn("deadlines: " + done.error().message);
        if (stopped_) break;
        // Whatever rings meanwhile waits for the gathering; else until something passes, looked at
        // each minute, as the system's clock may be set.
        std::chrono::milliseconds wait = std::chrono::minutes{1};
        if (!untold_.empty())
            wait = std::clamp<std::chrono::milliseconds>(
                untold_.begin()->at - parts_.now(), gathering, wait
            );
        boost::system::error_code woken;
        const auto gather = read_ > busy ? gathering_when_busy : gathering;
        bell_.expires_after(rung_ ? gather : wait);
        co_await bell_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        if (woken && !stopped_) {
            bell_.expires_after(gather);
            co_await bell_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        }
    }
}

Async<Result<void>> DueBoard::read_all() {
    const auto newest = parts_.store.newest_entry();
    if (!newest) co_return std::unexpected(newest.error());
    std::set<Id> seen;
    for (Id after = 0; !stopped_;) {
        auto orders = parts_.store.open_orders(0, after, page);
        if (!orders) co_return std::unexpected(std::move(orders).error());
        for (const auto& each : *orders) {
            put(each);
            seen.insert(each.id);
        }
        if (orders->size() < page) break;
        after = orders->back().id;
        co_await asio::post(parts_.executor, asio::use_awaitable);  // an endpoint's turn
    }
    if (stopped_) co_return Result<void>{};
    std::vector<Id> ended;
    for (const auto& [id, known] : orders_)
        if (!seen.contains(id)) ended.push_back(id);
    for (const auto id : ended) take_away(id);
    // What came while it read is read again: too often does no harm.
    if (last_entry_ == 0) last_entry_ = *newest;
    everything_at_ = std::chrono::steady_clock::now() + everything_every;
    std::lock_guard lock(mutex_);
    complete_ = true;
    co_return Result<void>{};
}

/// @return whether there is more
Result<bool> DueBoard::read_news() {
    auto entries = parts_.store.entries_after(last_entry_, std::nullopt, page);
    if (!entries) return std::unexpected(std::move(entries).error());
    std::set<Id> changed;
    for (const auto& each : *entries) {
        last_entry_ = each.id;
        if (each.order != 0 && each.kind != missed_kind) changed.insert(each.order);
    }
    for (const auto id : changed) {
        auto order = parts_.store.order(id);
        if (!order) return std::unexpected(std::move(order).error());
        if (*order) put(**order);
    }
    read_ += static_cast<int>(changed.size());
    return entries->size() == page;
}

void DueBoard::put(const Order& order) {
    take_away(order.id);
    const auto items = deadlines_of(order, parts_.rules(order), parts_.now());
    if (items.empty()) return;
    std::lock_guard lock(mutex_);
    auto& known = orders_[order.id];
    known.tenant = order.tenant;
    for (const auto& each : items) {
        Mark mark{.at = each.at, .order = order.id, .key = key_of(each)};
        by_tenant_[order.tenant].insert(mark);
        if (can_be_missed(each.what)) untold_.insert(mark);
        known.marks.push_back(std::move(mark));
    }
}

void DueBoard::take_away(Id order) {
    std::lock_guard lock(mutex_);
    const auto found = orders_.find(order);
    if (found == orders_.end()) return;
    for (const auto& each : found->second.marks) {
        by_tenant_[found->second.tenant].erase(each);
        untold_.erase(each);
    }
    orders_.erase(found);
}

Async<Result<void>> DueBoard::tell_missed() {
    while (!stopped_ && !untold_.empty() && untold_.begin()->at <= parts_.now()) {
        const auto mark = *untold_.begin();
        if (auto done = co_await tell(mark); !done) co_return done;
        untold_.erase(mark);
    }
    co_return Result<void>{};
}

Async<Result<void>> DueBoard::tell(Mark mark) {
    const auto order = parts_.store.order(mark.order);
    if (!order) co_return std::unexpected(order.error());
    if (!*order) co_return Result<void>{};
    // The picture may be older than the order: only what still holds is told.
    const auto items = deadlines_of(**order, parts_.rules(**order), parts_.now());
    const auto item = std::ranges::find(items, mark.key, key_of);
    if (item == items.end() || !item->overdue) co_return Result<void>{};
    const auto timeline = parts_.store.timeline(mark.order);
    if (!timeline) co_return std::unexpected(timeline.error());
    if (was_told(*timeline, mark.key)) co_return Result<void>{};
    json::object data{
        {"what", std::string(item->what)},
        {"about", item->about},
        {"due", time_text(item->at)},
        {"who", std::string(item->who)},
        {"key", mark.key}
    };
    Commit made;
    made.entries.push_back(entry(
        **order, parts_.now(), "engine", std::string(missed_kind),
        phrase("{1:due} has passed: {2:text}", item->what, item->text), canonical(data)
    ));
    co_return co_await parts_.writer.commit(std::move(made));
}

bool DueBoard::complete() const {
    std::lock_guard lock(mutex_);
    return complete_;
}

Result<std::vector<DueItem>> DueBoard::due(std::int64_t tenant, const DueQuery& query) {
    const auto now = parts_.now();
    const auto wanted = [&](const DueItem& item) {
        return (query.what.empty() || item.what == query.what) &&
               (!query.until || item.at < *query.until) && (!query.overdue_only || item.overdue);
    };
    const auto limit = static_cast<std::size_t>(query.limit);
    std::set<Id> orders;
    {
        std::lock_guard lock(mutex_);
        if (!complete_)
            return failure(
                ErrorKind::unavailable, "the orders are still being read after the start; ask again"
            );
        std::size_t count = 0;
        const auto prefix = query.what.empty() ? std::string() : query.what + "|";
        if (const auto found = by_tenant_.find(tenant); found != by_tenant_.end())
            for (const auto& mark : found->second) {
                if (count == limit || (query.until && mark.at >= *query.until) ||
                    (query.overdue_only && mark.at > now))
                    break;
                if (!mark.key.starts_with(prefix)) continue;
                orders.insert(mark.order);
                ++count;
            }
    }
    std::vector<DueItem> out;
    for (const auto id : orders) {
        const auto order = parts_.store.order(id);
        if (!order) return std::unexpected(order.error());
        if (!*order || (*order)->tenant != tenant) continue;
        for (auto& each : deadlines_of(**order, parts_.rules(**order), now))
            if (wanted(each)) out.push_back(std::move(each));
    }
    if (query.what.empty() || query.what == due_words::follow_up) {
        const auto looks = parts_.store.next_looks(tenant, query.limit);
        if (!looks) return std::unexpected(looks.error());
        for (const auto& each : *looks) {
            DueItem item{
                .order = each.id,
                .kind = {},
                .tenant = tenant,
                .account = each.account,
                .reference = {},
                .what = due_words::follow_up,
                .about = {},
                .at = each.due,
                .day = {},
                .overdue = each.due <= now,
                .who = "daemon",
                .text = "the daemon looks at the order again"
            };
            if (!wanted(item)) continue;
            const auto order = parts_.store.order(each.id);
            if (!order) return std::unexpected(order.error());
            // A completed port is looked at until its numbers have left the losing carrier.
            if (!*order || (is_end((*order)->state) && (*order)->stage != Stage::release)) continue;
            item.kind = (*order)->kind;
            item.reference = (*order)->reference;
            out.push_back(std::move(item));
        }
    }
    std::ranges::sort(out, [](const DueItem& left, const DueItem& right) {
        return std::tie(left.at, left.order, left.what) <
               std::tie(right.at, right.order, right.what);
    });
    if (out.size() > limit) out.resize(limit);
    return out;
}

}  // namespace porteur
