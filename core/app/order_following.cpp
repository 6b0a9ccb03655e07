// SPDX-License-Identifier: Apache-2.0
#include "app/order_following.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

#include "app/logging.hpp"
#include "domain/order_rules.hpp"
#include "numbering/checked_number.hpp"

namespace porteur {

namespace asio = boost::asio;

namespace {

std::string kind_of_entry(const Order& order, std::string_view word) {
    return boost::describe::enum_to_string(order.kind, "") + ("." + std::string(word));
}

std::string text_at(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// What an order's request says of the country and the type of its numbers.
struct SaidOfAll {
    std::string country, type, customer_country;
};

SaidOfAll said_of_all(const Order& order) {
    SaidOfAll out;
    const auto parsed = parse_json(order.request);
    if (!parsed || !parsed->is_object()) return out;
    const auto& request = parsed->get_object();
    out.country = text_at(request, "country");
    out.type = text_at(request, "number_type");
    if (const auto* address = request.if_contains("service_address");
        address && address->is_object())
        out.customer_country = text_at(address->get_object(), "country");
    return out;
}

void describe(const SaidOfAll& said, NumberKey key, FollowScene& scene) {
    const auto checked = numbering::check(number_text(key), "");
    scene.country = !said.country.empty() ? said.country : std::string(checked.country());
    // A toll-free number of several countries is the customer's.
    if (said.country.empty() && checked.type == NumberType::toll_free &&
        !said.customer_country.empty())
        scene.country = said.customer_country;
    if (!said.type.empty() && said.type != "short_code")
        scene.type = said.type;
    else
        scene.type =
            checked.type ? boost::describe::enum_to_string(*checked.type, "unknown") : "unknown";
}

}  // namespace

/// An order, as far as its numbers go.
struct OrderFollowing::Looked {
    Order order;
    OrderedNumbers told;
    std::vector<NumberFollow> so_far;  ///< in the order of the keys
    std::set<NumberKey> keys;          ///< that are told, and that were

    bool is_empty() const { return keys.empty() && told.strays.empty() && !told.is_untold; }
};

OrderFollowing::OrderFollowing(Parts parts)
    : parts_(std::move(parts)), book_(access_of(parts_.store)) {}

Result<OrderFollowing::Looked> OrderFollowing::look(Id id) {
    auto order = parts_.store.order(id);
    if (!order) return std::unexpected(std::move(order).error());
    Looked looked;
    if (!*order) return looked;
    looked.order = std::move(**order);
    looked.told = ordered_numbers(looked.order);
    for (const auto& each : looked.told.numbers) looked.keys.insert(each.key);
    return looked;
}

Result<bool> OrderFollowing::follow() {
    const std::lock_guard lock(mutex_);
    const auto lines = book_.lines_ahead(parts_.lines_at_once);
    if (!lines) return std::unexpected(lines.error());
    if (lines->empty()) return false;
    std::vector<Id> ids;
    std::unordered_set<Id> seen;
    for (const auto& each : *lines)
        if (each.order != 0 && seen.insert(each.order).second) ids.push_back(each.order);
    const auto follows = book_.follows(ids);
    if (!follows) return std::unexpected(follows.error());
    std::unordered_map<Id, std::vector<NumberFollow>> so_far;
    for (const auto& each : *follows) so_far[each.order].push_back(each);

    // Two orders of one number come one after the other: the second sees what the first has made of
    // it.
    std::vector<Looked> together;
    std::unordered_set<NumberKey> keys;
    for (const auto id : ids) {
        auto looked = look(id);
        if (!looked) return std::unexpected(std::move(looked).error());
        if (const auto found = so_far.find(id); found != so_far.end())
            looked->so_far = std::move(found->second);
        for (const auto& each : looked->so_far) looked->keys.insert(each.key);
        if (looked->is_empty()) continue;
        if (std::ranges::any_of(looked->keys, [&](NumberKey key) { return keys.contains(key); })) {
            if (auto taken = take(std::exchange(together, {}), std::nullopt); !taken)
                return std::unexpected(std::move(taken).error());
            keys.clear();
        }
        keys.insert(looked->keys.begin(), looked->keys.end());
        together.push_back(std::move(*looked));
    }
    if (auto taken = take(std::move(together), lines->back().id); !taken)
        return std::unexpected(std::move(taken).error());
    return std::ssize(*lines) == parts_.lines_at_once;
}

Result<void> OrderFollowing::catch_up() {
    for (;;) {
        const auto more = follow();
        if (!more) return std::unexpected(more.error());
        if (!*more) return {};
    }
}

Result<void> OrderFollowing::say(const Order& order, std::string text) {
    const auto kind = kind_of_entry(order, "number_left_out");
    const auto lines = parts_.store.timeline(order.id);
    if (!lines) return std::unexpected(lines.error());
    for (const auto& each : *lines)
        if (each.kind == kind && each.text == text)
            return {};  // said, and the crash came before that was known
    return parts_.tell(entry(order, parts_.now(), "inventory", kind, std::move(text)));
}

Result<void> OrderFollowing::take(std::vector<Looked> orders, std::optional<Id> followed) {
    std::vector<NumberKey> keys;
    for (const auto& each : orders) keys.insert(keys.end(), each.keys.begin(), each.keys.end());
    std::ranges::sort(keys);
    const auto tree = parts_.tenants.tree();
    const auto accounts = parts_.accounts();
    const auto held = parts_.inventory.hold();
    // Read now that nobody changes a number: a release says by itself how far it is.
    std::vector<Id> ids;
    for (const auto& each : orders) ids.push_back(each.order.id);
    const auto follows = book_.follows(ids);
    if (!follows) return std::unexpected(follows.error());
    std::unordered_map<Id, Looked*> by_id;
    for (auto& each : orders) {
        each.so_far.clear();
        by_id.emplace(each.order.id, &each);
    }
    for (const auto& each : *follows) by_id.at(each.order)->so_far.push_back(each);
    auto forms = parts_.inventory.forms(keys);
    if (!forms) return std::unexpected(std::move(forms).error());
    const auto marks = book_.marks(keys);
    if (!marks) return std::unexpected(marks.error());
    std::unordered_map<NumberKey, NumberForm> rows;
    for (auto& each : *forms) rows.emplace(each.row.key, std::move(each));
    std::unordered_map<NumberKey, std::vector<NumberFollow>> marked;
    for (const auto& each : *marks) marked[each.key].push_back(each);

    NumberChanges extra;
    extra.followed = followed;
    std::vector<NumberChange> changes;
    for (const auto& looked : orders) {
        const auto& order = looked.order;
        std::unordered_map<NumberKey, const NumberFollow*> so_far;
        for (const auto& each : looked.so_far) so_far.emplace(each.key, &each);
        auto numbers = looked.told.numbers;
        std::unordered_set<NumberKey> told;
        for (const auto& each : numbers) told.insert(each.key);
        // A correction has left it out of the order, or parts carry it now.
        for (const auto& each : looked.so_far)
            if (each.is_marked && !told.contains(each.key))
                numbers.push_back({.key = each.key, .step = NumberStep::called_off, .why = {}});
        const auto said = said_of_all(order);
        for (const auto& number : numbers) {
            std::optional<NumberFollow> before;
            if (const auto found = so_far.find(number.key); found != so_far.end())
                before = *found->second;
            if (before && before->step == number.step) continue;
            FollowScene scene{
                .order = order,
                .tree = *tree,
                .is_ours = accounts.contains(order.account),
                .country = {},
                .type = {}
            };
            describe(said, number.key, scene);
            std::optional<NumberForm> row;
            if (const auto found = rows.find(number.key); found != rows.end()) row = found->second;
            auto others = marked[number.key];
            std::erase_if(others, [&](const NumberFollow& each) { return each.order == order.id; });
            auto done = porteur::follow(scene, number, row, before, others);
            if (!done) continue;
            if (!done->untouched.empty())
                if (auto said_so = say(order, std::move(done->untouched)); !said_so) return said_so;
            extra.follows.push_back(std::move(done->follow));
            if (!done->after && !done->is_removed) continue;
            changes.push_back(
                {.before = std::move(row),
                 .after = std::move(done->after),
                 .what = std::move(done->what),
                 .by = by_order(order.id),
                 .why = number.step == NumberStep::refused ? number.why : std::string()}
            );
        }
        for (const auto& each : looked.told.strays)
            if (auto said_so =
                    say(order,
                        phrase(
                            "{1} is no number that the inventory can hold; keep it elsewhere",
                            quoted(masked_numbers(each), 40)
                        ));
                !said_so)
                return said_so;
        if (looked.told.is_untold)
            if (auto said_so =
                    say(order, phrase("the carrier does not say which numbers came; ask it, and "
                                      "add them to the inventory by hand"));
                !said_so)
                return said_so;
    }
    if (changes.empty() && extra.follows.empty() && !followed) return {};
    return parts_.inventory.write(
        std::move(changes), {.at = parts_.now(), .by = "porteurd", .job = 0, .undoable = false},
        std::move(extra)
    );
}

// ------------------------------------------------------------------ for as long as the daemon runs

asio::awaitable<void> OrderFollower::run() {
    bool failing = false;
    boost::system::error_code ignored;
    while (!stopped_) {
        const auto more = following_.follow();
        // Said once, not every two seconds; it catches up by itself.
        if (!more && !failing)
            log_warning("the inventory does not follow the orders: " + more.error().message);
        failing = !more;
        if (!more.value_or(false)) {
            timer_.expires_after(rhythm_.rest);
            co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        }
        if (stopped_) break;
        // Lines that come together are followed together, and between two pieces others may write.
        is_pausing_ = true;
        timer_.expires_after(rhythm_.pause);
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        is_pausing_ = false;
    }
}

std::future<void> OrderFollower::start() {
    return asio::co_spawn(executor_, run(), asio::use_future);
}

void OrderFollower::wake() {
    if (is_rung_.exchange(true)) return;
    asio::post(executor_, [this] {
        is_rung_ = false;
        if (!is_pausing_) timer_.cancel();  // of the rest; after a pause it looks anyway
    });
}

void OrderFollower::stop() {
    stopped_ = true;
    timer_.cancel();
}

}  // namespace porteur
