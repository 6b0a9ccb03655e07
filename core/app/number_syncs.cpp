// SPDX-License-Identifier: Apache-2.0
#include "app/number_syncs.hpp"

#include <algorithm>

#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>

#include <porteur/json.hpp>
#include <porteur/model/port.hpp>
#include <porteur/phrase.hpp>

#include "app/desk_work.hpp"

namespace porteur {

namespace asio = boost::asio;

namespace {

constexpr std::size_t piece = 500;
constexpr std::size_t held_at_once = 5'000;
/// After a start, orders that were under way come first, and accounts do not all ask at once.
constexpr std::chrono::minutes after_start{5}, spread_over{15};
/// Of completed orders, so many are looked through for what took a number away.
constexpr int orders_at_once = 200, orders_looked_at = 4'000;

const std::string schedule = "schedule";

}  // namespace

NumberSyncs::NumberSyncs(Parts parts) : parts_(std::move(parts)), syncs_(access_of(parts_.store)), timer_(parts_.executor) {}

// ------------------------------------------------------------------ when

Result<void> NumberSyncs::open() {
    auto left = syncs_.running();
    if (!left) return std::unexpected(std::move(left).error());
    for (auto& each : *left) {
        each.state = SyncState::failed;
        each.ended = parts_.now();
        each.problem = phrase("porteurd was stopped while it was under way");
        if (auto ended = syncs_.end(each, {}); !ended) return ended;
    }
    return {};
}

void NumberSyncs::take_accounts(std::vector<SyncAccount> accounts) {
    std::map<std::string, SyncAccount> by_name;
    for (auto& each : accounts) {
        if (!earliest_.contains(each.name)) {
            const auto spread = std::min<std::chrono::milliseconds>(each.every, spread_over);
            earliest_[each.name] = parts_.now() + after_start +
                                   std::chrono::milliseconds(static_cast<std::int64_t>(parts_.fraction() * static_cast<double>(spread.count())));
        }
        auto name = each.name;
        by_name.emplace(std::move(name), std::move(each));
    }
    const std::lock_guard lock(mutex_);
    accounts_ = std::move(by_name);
}

void NumberSyncs::start() { asio::co_spawn(parts_.executor, run(), asio::detached); }

void NumberSyncs::stop() {
    stopped_ = true;
    timer_.cancel();
}

void NumberSyncs::stop_writing() {
    stopping_ = true;
    writes_.join();
}

Async<void> NumberSyncs::run() {
    while (!stopped_) {
        boost::system::error_code woken;
        timer_.expires_after(parts_.look_every);
        co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        if (stopped_) co_return;
        try {
            co_await look();
        } catch (const std::exception& wrong) {  // the next look is none the worse for it
            parts_.note(std::string("what carriers list is not compared: ") + wrong.what());
        }
    }
}

Async<void> NumberSyncs::look() {
    std::map<std::string, SyncAccount> accounts;
    std::map<std::string, Id> under_way;
    {
        const std::lock_guard lock(mutex_);
        accounts = accounts_;
        under_way = under_way_;
    }
    if (!under_way.empty()) co_return;
    const auto newest = co_await desk::on<Result<std::map<std::string, NumberSync>>>(writes_, [this] { return syncs_.newest(); });
    if (!newest) {
        parts_.note("what carriers list is not compared: " + newest.error().message);
        co_return;
    }
    const SyncAccount* chosen = nullptr;
    Instant chosen_due{};
    for (const auto& [name, account] : accounts) {
        if (!account.lists || account.every.count() == 0) continue;
        const auto found = newest->find(name);
        const auto due = next_sync_at(found == newest->end() ? std::nullopt : std::optional(found->second), account.every, earliest_[name]);
        if (due > parts_.now() || (chosen && due >= chosen_due)) continue;
        chosen = &account;
        chosen_due = due;
    }
    if (!chosen || stopped_) co_return;
    const auto name = chosen->name;
    auto sync = co_await desk::on<Result<std::optional<NumberSync>>>(writes_, [this, name]() -> Result<std::optional<NumberSync>> {
        if (is_under_way(name)) return std::nullopt;  // somebody was quicker
        return begun(name, schedule, std::nullopt, {});
    });
    if (!sync)
        parts_.note("account " + name + ": its list is not compared: " + sync.error().message);
    else if (*sync)
        co_await carry(std::move(**sync));
}

// ------------------------------------------------------------------ a run

std::optional<Id> NumberSyncs::is_under_way(const std::string& account) const {
    const std::lock_guard lock(mutex_);
    const auto found = under_way_.find(account);
    return found == under_way_.end() ? std::nullopt : std::optional(found->second);
}

Result<NumberSync> NumberSyncs::begun(
    const std::string& account, std::string by, const std::optional<AuditEntry>& audit, const Remember<NumberSync>& remember
) {
    NumberSync sync;
    sync.began = parts_.now();
    sync.id = desk::new_id(sync.began);
    sync.account = account;
    sync.by = std::move(by);
    auto entry = audit;
    if (entry) entry->object = id_text(sync.id);
    if (auto kept = syncs_.begin(sync, entry, remember); !kept) return std::unexpected(std::move(kept).error());
    const std::lock_guard lock(mutex_);
    under_way_[account] = sync.id;
    return sync;
}

Async<void> NumberSyncs::carry(NumberSync sync) {
    Result<std::string> output;
    try {
        output = co_await parts_.ask(sync.account);
    } catch (const std::exception& wrong) {  // else the account would be under way until a restart
        output = failure(ErrorKind::internal, wrong.what());
    }
    co_await desk::on<int>(writes_, [this, sync = std::move(sync), output = std::move(output)] {
        finish(sync, output);
        return 0;
    });
}

void NumberSyncs::finish(NumberSync sync, const Result<std::string>& output) {
    const auto account = sync.account;
    // However this ends, the account may be compared again.
    const std::shared_ptr<void> over(nullptr, [this, &account](void*) {
        const std::lock_guard lock(mutex_);
        under_way_.erase(account);
    });
    Result<void> done;
    try {
        done = output ? compare(sync, *output) : Result<void>(std::unexpected(output.error()));
    } catch (const std::exception& wrong) {
        done = failure(ErrorKind::internal, wrong.what());
    }
    if (!done) {
        sync.state = SyncState::failed;
        sync.ended = parts_.now();
        sync.problem = done.error().message;
        // Where that fails, too, the next start finds it running and ends it.
        if (!stopping_) static_cast<void>(syncs_.end(sync, {}));
    }
    parts_.note(
        "account " + account + ": comparing its list with the inventory: " + std::string(word_of(sync.state)) +
        (sync.problem.empty() ? "" : ", " + sync.problem)
    );
}

Result<std::vector<HeldNumber>> NumberSyncs::held_at(const NumberSync& sync, const std::vector<ListedNumber>& listed, std::vector<HeldNumber>& fresh) {
    const auto& account = sync.account;
    std::vector<HeldNumber> out;
    std::set<NumberKey> known;
    const auto take = [&](const NumberForm& form) {
        known.insert(form.row.key);
        // What has changed since the carrier was asked may not have been on its list, or not have been off it.
        auto& where = form.row.updated > sync.began ? fresh : out;
        where.push_back({.key = form.row.key, .tenant = form.row.tenant, .account = form.shared.account, .state = form.shared.state,
                       .type = form.shared.type, .carrier_id = form.row.carrier_id});
    };
    IndexWish wish;
    wish.limit = held_at_once;
    parts_.directory.each_class([&](std::int64_t id, const NumberClass& shared, std::int64_t) {
        if (shared.account == account) wish.classes.push_back(id);
    });
    while (!wish.classes.empty()) {
        std::vector<NumberKey> keys;
        for (const auto& each : parts_.directory.find(wish).hits) keys.push_back(each.key);
        if (keys.empty()) break;
        const auto forms = parts_.inventory.forms(keys);
        if (!forms) return std::unexpected(forms.error());
        for (const auto& each : *forms) take(each);
        wish.from = keys.back() + 1;
    }
    // Those of the list that lie elsewhere.
    std::vector<NumberKey> others;
    for (const auto& each : listed)
        if (!known.contains(each.key)) others.push_back(each.key);
    for (std::size_t from = 0; from < others.size(); from += piece) {
        const std::vector<NumberKey> some(others.begin() + static_cast<std::ptrdiff_t>(from),
                                          others.begin() + static_cast<std::ptrdiff_t>(std::min(from + piece, others.size())));
        const auto forms = parts_.inventory.forms(some);
        if (!forms) return std::unexpected(forms.error());
        for (const auto& each : *forms) take(each);
    }
    return out;
}

Result<std::vector<SyncDifference>> NumberSyncs::still_open_of(
    const NumberSync& sync, const std::vector<HeldNumber>& fresh, const std::vector<ListedNumber>& listed
) {
    if (fresh.empty()) return {};
    std::vector<NumberKey> keys;
    for (const auto& each : fresh) keys.push_back(each.key);
    const auto open = syncs_.open_before(sync, keys);
    if (!open) return std::unexpected(open.error());
    return still_open(carrier_diff(sync.account, fresh, listed).differences, *open);
}

std::set<NumberKey> NumberSyncs::ported_away(const std::string& account, std::set<NumberKey> wanted) {
    std::set<NumberKey> out;
    Id before = 0;
    OrderFilter filter;
    filter.kind = OrderKind::port;
    filter.state = OrderState::completed;
    for (int looked_at = 0; looked_at < orders_looked_at && !wanted.empty(); looked_at += orders_at_once) {
        const auto orders = parts_.store.orders(filter, before, orders_at_once);
        if (!orders || orders->empty()) break;  // a guess that is not made is made by a person
        before = orders->back().id;
        for (const auto& order : *orders) {
            if (order.losing_account != account) continue;
            const auto request = from_text<PortOrder>(order.request);
            if (!request) continue;
            for (const auto& number : request->numbers)
                if (const auto key = number_key(number.text()); key && wanted.erase(*key) > 0) out.insert(*key);
        }
    }
    return out;
}

Result<std::vector<NumberSyncRow>> NumberSyncs::rows_of(const NumberSync& sync, const CarrierDiff& diff, const TenantTree& tree) {
    std::vector<NumberKey> were_missing;
    std::set<NumberKey> vanished;
    for (const auto& each : diff.differences) {
        if (each.held && each.held->state == NumberState::missing) were_missing.push_back(each.key);
        if (each.what == SyncWhat::vanished) vanished.insert(each.key);
    }
    const auto befores = syncs_.before_vanishing(were_missing);
    if (!befores) return std::unexpected(befores.error());
    const auto away = ported_away(sync.account, std::move(vanished));
    const auto owner = owner_of(sync.account, tree);
    std::vector<NumberSyncRow> out;
    out.reserve(diff.differences.size());
    for (std::size_t from = 0; from < diff.differences.size(); from += piece) {
        const auto some = std::span(diff.differences).subspan(from, std::min(piece, diff.differences.size() - from));
        std::vector<NumberKey> keys;
        for (const auto& each : some)
            if (each.held) keys.push_back(each.key);
        const auto forms = parts_.inventory.forms(keys);
        if (!forms) return std::unexpected(forms.error());
        std::map<NumberKey, const NumberForm*> by_key;
        for (const auto& each : *forms) by_key.emplace(each.row.key, &each);
        for (const auto& each : some) {
            const auto now = by_key.find(each.key);
            const auto before = befores->find(each.key);
            auto row = row_of(each, now == by_key.end() ? std::nullopt : std::optional(*now->second),
                              before == befores->end() ? std::string_view() : before->second, owner, tree);
            row.sync = sync.id;
            if (row.what == SyncWhat::vanished) row.cause = likely_cause(row.key, away);
            out.push_back(std::move(row));
        }
    }
    return out;
}

Result<void> NumberSyncs::compare(NumberSync& sync, const std::string& output) {
    const auto list = from_text<std::vector<CarrierNumber>>(output);
    if (!list)
        return failure(ErrorKind::internal, phrase("{1:operation} gave a result that cannot be read: {2:text}", "list_numbers", list.error().message));
    std::vector<ListedNumber> listed;
    listed.reserve(list->size());
    for (const auto& each : *list)
        if (const auto key = number_key(each.number.text()))
            listed.push_back({.key = *key, .carrier_id = each.carrier_id, .type = boost::describe::enum_to_string(each.type, "unknown"),
                              .word = each.carrier_word, .label = each.label});
    // What an order has done with a number meanwhile is no difference.
    if (auto known = catch_up(); !known) return known;
    const auto tree = parts_.tenants.tree();
    std::vector<HeldNumber> fresh;
    const auto held = held_at(sync, listed, fresh);
    if (!held) return std::unexpected(held.error());
    std::set<NumberKey> fresh_keys;
    for (const auto& each : fresh) fresh_keys.insert(each.key);
    const auto is_fresh = [&fresh_keys](const ListedNumber& each) { return fresh_keys.contains(each.key); };
    std::vector<ListedNumber> of_fresh;
    std::ranges::copy_if(listed, std::back_inserter(of_fresh), is_fresh);
    std::erase_if(listed, is_fresh);
    // Of what is not judged stays open what was open: else its row would be replaced, and nobody could decide.
    const auto open = still_open_of(sync, fresh, of_fresh);
    if (!open) return std::unexpected(open.error());
    const auto standing = syncs_.standing(sync.account);
    if (!standing) return std::unexpected(standing.error());
    auto diff = carrier_diff(sync.account, *held, listed);
    diff.left_alone += std::ssize(fresh) - std::ssize(*open);
    diff.differences.insert(diff.differences.end(), open->begin(), open->end());
    std::ranges::sort(diff.differences, {}, &SyncDifference::key);
    const auto found = diff.differences.size();
    auto over = take_out_decided(diff, *standing);
    // Of what is not judged a decision stands.
    std::erase_if(over, [&](const NumberKey each) { return fresh_keys.contains(each); });
    sync.counts = {.listed = diff.listed, .expected = diff.expected, .same = diff.same, .left_alone = diff.left_alone,
                   .decided = static_cast<std::int64_t>(found - diff.differences.size())};
    const auto rows = rows_of(sync, diff, *tree);
    if (!rows) return std::unexpected(rows.error());
    if (auto kept = syncs_.put(*rows); !kept) return kept;
    const auto configured = account(sync.account);
    if (must_be_held(diff, configured ? configured->hold_percent : 0)) {
        sync.state = SyncState::held;
        sync.problem = phrase(
            "{1:n} of {2:n} numbers that should be on the carrier's list are not there; nothing was changed: look whether the list is whole, then apply it",
            diff.vanishing, diff.expected
        );
    } else {
        if (auto carried = carry_out_all(sync, *tree); !carried) return carried;
        sync.state = SyncState::done;
    }
    sync.ended = parts_.now();
    return syncs_.end(sync, {.drop_before = *sync.ended - parts_.retention, .over = std::move(over)});
}

Result<void> NumberSyncs::tell(const std::string& account, SyncWhat what, const std::vector<NumberChange>& changes, Id sync) const {
    if (!parts_.tell) return {};
    std::map<std::int64_t, json::array> by_holder;
    for (const auto& each : changes) by_holder[each.before->row.tenant].emplace_back(number_text(each.before->row.key));
    for (auto& [holder, numbers] : by_holder) {
        TimelineEntry told;
        told.tenant = holder;
        told.at = parts_.now();
        told.source = account;
        const auto count = std::ssize(numbers);
        if (what == SyncWhat::vanished) {
            told.kind = "number.missing";
            told.text = phrase("{1} does not list {2:n} numbers any more; say what became of them", account, count);
        } else {
            told.kind = "number.reappeared";
            told.text = phrase("{1} lists {2:n} numbers again, which are as they were before", account, count);
        }
        told.data = canonical(json::object{{"account", account}, {"numbers", std::move(numbers)}, {"sync", id_text(sync)}});
        if (auto done = parts_.tell(std::move(told)); !done) return done;
    }
    return {};
}

Result<void> NumberSyncs::carry_out_all(const NumberSync& sync, const TenantTree& tree) {
    for (const auto what : {SyncWhat::reappeared, SyncWhat::vanished}) {
        SyncRowQuery query;
        query.sync = sync.id;
        query.what = what;
        query.open = true;
        query.limit = piece;
        for (;;) {
            if (stopping_) return failure(ErrorKind::cancelled, phrase("porteurd was stopped while it was under way"));
            const auto rows = syncs_.rows(query);
            if (!rows) return std::unexpected(rows.error());
            if (rows->empty()) break;
            query.after = rows->back().key;
            std::vector<NumberKey> keys;
            for (const auto& each : *rows) keys.push_back(each.key);
            {
                const auto held = parts_.inventory.hold();
                auto forms = parts_.inventory.forms(keys);
                if (!forms) return std::unexpected(forms.error());
                std::vector<NumberChange> changes;
                NumberChanges extra;
                auto row = rows->begin();
                for (const auto& before : *forms) {
                    while (row->key != before.row.key) ++row;
                    auto after = before;
                    // One that is held may be applied days later.
                    if (before.row.updated > sync.began) continue;
                    if (carry_out_by_itself(*row, sync.account, tree, after))
                        changes.push_back({before, std::move(after), what == SyncWhat::vanished ? "seen_missing" : "seen_again"});
                }
                // Told first: after a crash in between the next run finds the same and tells it again.
                if (auto heard = tell(sync.account, what, changes, sync.id); !heard) return heard;
                const auto now = parts_.now();
                if (what == SyncWhat::reappeared)
                    for (const auto key : keys)
                        extra.decided.push_back({.sync = sync.id, .key = key, .decision = SyncDecision::by_itself, .cause = {}, .by = schedule, .at = now});
                if (!changes.empty() || !extra.decided.empty()) {
                    auto written = parts_.inventory.write(std::move(changes), {.at = now, .by = sync.account, .job = 0, .undoable = false}, std::move(extra));
                    if (!written) return written;
                }
            }
        }
    }
    return {};
}

}  // namespace porteur
