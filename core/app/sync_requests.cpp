// SPDX-License-Identifier: Apache-2.0
// Who is shown what of the comparisons with carriers' lists, and who may begin one.
#include <charconv>

#include <boost/asio/detached.hpp>

#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

#include "app/desk_refusals.hpp"
#include "app/desk_work.hpp"
#include "app/number_syncs.hpp"

namespace porteur {

namespace asio = boost::asio;
using host::coded;

// ------------------------------------------------------------------ whose

std::optional<SyncAccount> NumberSyncs::account(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = accounts_.find(name);
    return found == accounts_.end() ? std::nullopt : std::optional(found->second);
}

std::int64_t NumberSyncs::owner_of(const std::string& name, const TenantTree& tree) const {
    const auto configured = account(name);
    if (!configured || configured->tenant.empty()) return system_tenant;
    const auto& text = configured->tenant;
    std::int64_t id = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), id);
    if (read.ec == std::errc{} && read.ptr == text.data() + text.size()) return tree.find(id) ? id : system_tenant;
    // Where two have the name, neither is shown what may be the other's.
    std::int64_t found = 0;
    for (const auto& each : tree.all()) {
        if (each.name != text) continue;
        if (found != 0) return system_tenant;
        found = each.id;
    }
    return found == 0 ? system_tenant : found;
}

NumberSyncs::Holders NumberSyncs::holders(const Caller& caller, const TenantTree& tree) const {
    const bool reaches_below = may(caller.role, Right::view_numbers, Relation::below);
    if (reaches_below && caller.tenant == system_tenant) return std::nullopt;
    std::vector<std::int64_t> out;
    if (may(caller.role, Right::view_numbers, Relation::own)) out.push_back(caller.tenant);
    if (reaches_below)
        for (const auto each : tree.below(caller.tenant)) out.push_back(each);
    return out;
}

SyncShown NumberSyncs::uncounted(const Caller& caller, const TenantTree& tree, NumberSync sync) const {
    SyncShown out;
    out.whole = may(caller.role, Right::view_numbers, tree.relation(caller.tenant, owner_of(sync.account, tree)));
    out.sync = std::move(sync);
    if (!out.whole) {
        out.sync.by.clear();
        out.sync.problem.clear();
        out.sync.counts = {};
    }
    return out;
}

Result<SyncShown> NumberSyncs::shown(const Caller& caller, const TenantTree& tree, NumberSync sync) {
    auto out = uncounted(caller, tree, std::move(sync));
    auto counts = syncs_.counts(out.sync.id, holders(caller, tree));
    if (!counts) return std::unexpected(std::move(counts).error());
    out.counts = std::move(*counts);
    return out;
}

SyncQuery NumberSyncs::query_of(const Caller& caller, const TenantTree& tree, const std::string& account) const {
    SyncQuery query{.account = account, .before = 0, .limit = 1, .holders = holders(caller, tree), .whole = {}};
    if (!query.holders) return query;
    std::vector<std::string> names;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [name, configured] : accounts_) names.push_back(name);
    }
    for (auto& name : names)
        if (may(caller.role, Right::view_numbers, tree.relation(caller.tenant, owner_of(name, tree)))) query.whole.push_back(std::move(name));
    return query;
}

Result<std::vector<SyncShown>> NumberSyncs::syncs(const Caller& caller, const std::string& account, Id before, int limit) {
    const auto tree = parts_.tenants.tree();
    auto query = query_of(caller, *tree, account);
    query.before = before;
    query.limit = limit;
    auto some = syncs_.syncs(query);
    if (!some) return std::unexpected(std::move(some).error());
    std::vector<SyncShown> out;
    for (auto& each : *some) {
        auto one = shown(caller, *tree, std::move(each));
        if (!one) return std::unexpected(std::move(one).error());
        out.push_back(std::move(*one));
    }
    return out;
}

Result<std::optional<SyncShown>> NumberSyncs::newest(const Caller& caller, const std::string& account) {
    const auto tree = parts_.tenants.tree();
    auto one = syncs_.syncs(query_of(caller, *tree, account));
    if (!one) return std::unexpected(std::move(one).error());
    if (one->empty()) return std::nullopt;
    return std::optional(uncounted(caller, *tree, std::move(one->front())));
}

Result<std::optional<SyncShown>> NumberSyncs::sync(const Caller& caller, Id id) {
    auto known = syncs_.sync(id);
    if (!known) return std::unexpected(std::move(known).error());
    if (!*known) return std::nullopt;
    auto one = shown(caller, *parts_.tenants.tree(), std::move(**known));
    if (!one) return std::unexpected(std::move(one).error());
    if (!one->whole && one->counts.empty()) return std::nullopt;
    return std::optional(std::move(*one));
}

Result<std::optional<std::vector<SyncRowShown>>> NumberSyncs::rows(const Caller& caller, Id id, SyncRowsWanted wanted) {
    const auto known = sync(caller, id);
    if (!known) return std::unexpected(known.error());
    if (!*known) return std::nullopt;
    const auto tree = parts_.tenants.tree();
    auto rows = syncs_.rows({.sync = id, .holders = holders(caller, *tree), .what = wanted.what, .open = wanted.open, .keys = {},
                             .after = wanted.after, .limit = wanted.limit});
    if (!rows) return std::unexpected(std::move(rows).error());
    std::vector<SyncRowShown> out;
    for (auto& each : *rows) {
        std::string holder(tree->name_of(each.holder));
        out.push_back({.row = std::move(each), .holder = std::move(holder)});
    }
    return std::optional(std::move(out));
}

// ------------------------------------------------------------------ on demand

Result<void> NumberSyncs::check_whole(const Caller& caller, const TenantTree& tree, const std::string& account) const {
    if (may(caller.role, Right::add_numbers, tree.relation(caller.tenant, owner_of(account, tree)))) return {};
    return std::unexpected(coded(
        ErrorKind::invalid_input, forbidden_code,
        phrase("what {1} lists is of more accounts than yours: whoever holds that carrier account compares it, and decides of the whole list", quoted(account, 60))
    ));
}

Async<Result<SyncShown>> NumberSyncs::begin(Caller caller, std::string name, std::optional<AnswerKept<SyncShown>> kept) {
    auto sync = co_await desk::on<Result<SyncShown>>(writes_, [&, this]() -> Result<SyncShown> {
        const auto tree = parts_.tenants.tree();
        const auto configured = account(name);
        if (!configured)
            return std::unexpected(
                coded(ErrorKind::invalid_input, not_found_code, phrase("there is no account {1}; GET /v1/carriers lists them", quoted(name)))
            );
        if (auto granted = check_whole(caller, *tree, name); !granted) return std::unexpected(std::move(granted).error());
        if (!configured->lists) return failure(ErrorKind::unsupported, phrase("{1} has no operation {2:operation}", quoted(name, 60), "list_numbers"));
        const auto now = parts_.now();
        const auto remember = desk::remembered(caller, kept, parts_.now);
        if (const auto running = is_under_way(name)) {
            auto known = syncs_.sync(*running);
            if (!known) return std::unexpected(std::move(known).error());
            if (*known) {
                auto one = shown(caller, *tree, std::move(**known));
                if (one && remember)
                    if (auto noted = syncs_.note(std::nullopt, remember(*one)); !noted) return std::unexpected(std::move(noted).error());
                return one;
            }
        }
        const auto by = desk::change_by(caller, now);
        const AuditEntry audit{.at = now, .who = by.who, .person = by.person, .home = by.home, .tenant = caller.tenant, .action = "numbers.sync",
                               .kind = "number_sync", .object = {}, .before = {}, .after = canonical(json::object{{"account", name}}),
                               .address = by.address};
        Remember<NumberSync> remember_sync;
        if (remember)
            remember_sync = [remember](const NumberSync& made) {
                SyncShown one;
                one.sync = made;
                return remember(one);
            };
        auto made = begun(name, caller.token_name, audit, remember_sync);
        if (!made) return std::unexpected(std::move(made).error());
        asio::co_spawn(parts_.executor, carry(*made), asio::detached);
        SyncShown one;
        one.sync = std::move(*made);
        return one;
    });
    co_return sync;
}

}  // namespace porteur
