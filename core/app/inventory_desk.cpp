// SPDX-License-Identifier: Apache-2.0
#include "app/inventory_desk.hpp"

#include <algorithm>
#include <unordered_map>

#include <porteur/phrase.hpp>

#include "app/desk_refusals.hpp"
#include "app/desk_work.hpp"
#include "store/store_access.hpp"

namespace porteur {
namespace {

/// Rows that go in one transaction, beside those of the orders.
constexpr int forgotten_at_once = 5'000;

/// Puts it where it is shown: a page has a hundred.
void show(const Holder& holder, NumberRow&& row, const NumberClass& shared, NumberShown& out) {
    out.shared = shared;
    if (holder.customer) {
        out.company = holder.customer->id;
        out.company_kind = holder.customer->kind;
        out.company_name = holder.customer->name;
    }
    if (holder.var) {
        out.var = holder.var->id;
        out.var_name = holder.var->name;
    }
    out.row = std::move(row);
}

}  // namespace

InventoryDesk::InventoryDesk(Parts parts)
    : parts_(std::move(parts)),
      book_(open_number_book(parts_.store)),
      list_(*book_, directory_),
      job_book_(access_of(parts_.store)),
      inventory_(*book_, directory_),
      runner_({.book = *book_, .jobs = job_book_, .inventory = inventory_, .list = list_, .tenants = parts_.tenants, .now = parts_.now, .door = parts_.door}),
      waiting_(parts_.waiting) {}

Result<void> InventoryDesk::start() {
    if (auto loaded = directory_.load(*book_); !loaded) return loaded;
    const auto left = job_book_.running();
    if (!left) return std::unexpected(left.error());
    for (const auto& each : *left) {
        const std::atomic signal = JobSignal::stop;
        JobUnderWay ended{.job = each, .signal = signal};
        runner_.end_cut_off(ended);
    }
    return {};
}

void InventoryDesk::cut_off() {
    const std::lock_guard lock(under_way_mutex_);
    stopping_ = true;
    for (auto& [id, signal] : under_way_) *signal = JobSignal::stop;
}

void InventoryDesk::stop() {
    cut_off();
    reads_.join();
    jobs_.join();
    writes_.join();
}

Result<bool> InventoryDesk::tidy(Instant before) { return job_book_.forget(before, forgotten_at_once); }

Result<void> InventoryDesk::restrict(const Caller& caller, const TenantTree& tree, NumberFilter& filter) const {
    using Whose = NumberFilter::Whose;
    const auto wanted = filter.tenant == 0 ? caller.tenant : filter.tenant;
    const auto* tenant = tree.find(wanted);
    if (!tenant || !may(caller.role, Right::view_numbers, tree.relation(caller.tenant, wanted)))
        return std::unexpected(desk::no_account(wanted));
    filter.tenant = wanted;
    // Whoever sees no further than the own account is shown what that holds itself.
    const bool reaches_below = may(caller.role, Right::view_numbers, Relation::below);
    switch (tenant->kind) {
        case TenantKind::system: filter.whose = reaches_below ? Whose::all : Whose::tenant; break;
        case TenantKind::var: filter.whose = reaches_below ? Whose::var : Whose::tenant; break;
        case TenantKind::company:
        case TenantKind::professional: filter.whose = Whose::tenant; break;
    }
    return {};
}

Async<Result<NumbersShown>> InventoryDesk::list(Caller caller, InventoryQuery query) {
    const auto& filter = query.filter;
    const bool is_search = !filter.number.empty() || !filter.used_by.empty() || !filter.any.empty() || !filter.tags.empty();
    // A page of a file on this machine takes less than going to another thread and back; a server's answer does not, nor does
    // an order of names in which few are wished.
    const bool is_quick = access_of(parts_.store).dialect() == Dialect::sqlite && !is_search && query.sort != NumberSort::used_by;
    if (is_quick) co_return numbers(caller, std::move(query));
    co_return co_await desk::on<Result<NumbersShown>>(reads_, [&] { return numbers(caller, std::move(query)); });
}

Result<NumbersShown> InventoryDesk::numbers(const Caller& caller, InventoryQuery query) {
    const auto tree = parts_.tenants.tree();
    if (auto restricted = restrict(caller, *tree, query.filter); !restricted) return std::unexpected(std::move(restricted).error());
    auto page = list_.page(query, *tree);
    if (!page) return std::unexpected(std::move(page).error());
    NumbersShown out;
    out.numbers.reserve(page->rows.size());
    std::unordered_map<std::int64_t, NumberClass> classes;  // there are few on a page
    for (auto& row : page->rows) {
        // One that was given to somebody else since its key was found is not the caller's to see.
        const auto holder = tree->holder(caller.tenant, row.tenant);
        if (!may(caller.role, Right::view_numbers, holder.relation)) continue;
        const auto [shared, is_new] = classes.try_emplace(row.class_id);
        if (is_new) shared->second = directory_.shared(row.class_id);
        show(holder, std::move(row), shared->second, out.numbers.emplace_back());
    }
    out.next_cursor = std::move(page->next_cursor);
    out.total = page->total;
    return out;
}

Result<std::optional<NumberShown>> InventoryDesk::number(const Caller& caller, NumberKey key) {
    auto rows = book_->rows({key});
    if (!rows) return std::unexpected(std::move(rows).error());
    const auto tree = parts_.tenants.tree();
    if (rows->empty()) return std::nullopt;
    auto& row = rows->front();
    const auto holder = tree->holder(caller.tenant, row.tenant);
    if (!may(caller.role, Right::view_numbers, holder.relation)) return std::nullopt;
    const auto shared = directory_.shared(row.class_id);
    NumberShown out;
    show(holder, std::move(row), shared, out);
    return out;
}

Result<std::optional<std::vector<NumberEvent>>> InventoryDesk::history(const Caller& caller, NumberKey key, int limit) {
    const auto known = number(caller, key);
    if (!known) return std::unexpected(known.error());
    if (!*known) return std::nullopt;
    auto events = book_->history(key, limit);
    if (!events) return std::unexpected(std::move(events).error());
    const auto& row = (*known)->row;
    // What happened while somebody else held it is not the present holder's to read.
    const auto tree = parts_.tenants.tree();
    const auto others = std::ranges::find_if(*events, [&](const NumberEvent& each) {
        return !may(caller.role, Right::view_numbers, tree->relation(caller.tenant, each.holder));
    });
    if (others != events->end()) {
        events->erase(others, events->end());
        return std::optional(std::move(*events));
    }
    events->push_back({.key = key, .holder = row.tenant, .at = row.created, .job = 0, .by = row.source, .what = "added", .data = "{}"});
    return std::optional(std::move(*events));
}

Result<NumberFacets> InventoryDesk::facets(const Caller& caller, std::int64_t tenant) {
    const auto tree = parts_.tenants.tree();
    NumberFilter filter;
    filter.tenant = tenant;
    if (auto restricted = restrict(caller, *tree, filter); !restricted) return std::unexpected(std::move(restricted).error());
    NumberFacets out;
    for (const auto* column : {"status", "state", "provider", "country", "type", "use_type"}) out[column];
    const auto add = [&](std::int64_t, const NumberClass& shared, std::int64_t count) {
        out["status"][shared.active ? "active" : "pending"] += count;
        out["state"][std::string(word_of(shared.state))] += count;
        out["provider"][shared.account] += count;
        out["country"][shared.country] += count;
        out["type"][shared.type] += count;
        out["use_type"][std::string(word_of(shared.use))] += count;
    };
    if (filter.whose == NumberFilter::Whose::all) {
        directory_.each_class(add);
    } else {
        directory_.each_class_of(filter.tenant, add);
        if (filter.whose == NumberFilter::Whose::var)
            for (const auto each : tree->below(filter.tenant)) directory_.each_class_of(each, add);
    }
    return out;
}

}  // namespace porteur
