// SPDX-License-Identifier: Apache-2.0
// What people decide of the differences between the inventory and carriers' lists.
#include <algorithm>

#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

#include "app/desk_refusals.hpp"
#include "app/desk_work.hpp"
#include "app/number_syncs.hpp"
#include "numbering/checked_number.hpp"

namespace porteur {

using host::coded;

namespace {

constexpr std::size_t piece = 500;
constexpr std::size_t problems_max = 1'000;

std::string word_in_history(const SyncWish& wish, bool is_new) {
    switch (wish.decision) {
        case SyncDecision::adopt: return is_new ? "added" : "adopted";
        case SyncDecision::confirm_missing: return "confirmed_missing";
        default: return "kept";
    }
}

/// What the numbering plan says of a number that nobody has looked at yet.
void look_up(NumberForm& number) {
    const auto checked = numbering::check(number_text(number.row.key), {});
    if (!checked.is_valid()) return;
    number.shared.country = checked.country();
    const bool is_usual = number.shared.type.empty() || number.shared.type == "local";
    if (is_usual && checked.type) number.shared.type = boost::describe::enum_to_string(*checked.type, "unknown");
}

std::string text_of(const std::vector<std::pair<NumberKey, std::string>>& problems) {
    json::array out;
    for (const auto& [key, why] : problems) out.push_back(json::array{key, why});
    return canonical(out);
}

std::vector<std::pair<NumberKey, std::string>> problems_in(std::string_view text) {
    std::vector<std::pair<NumberKey, std::string>> out;
    const auto parsed = parse_json(text);
    if (!parsed || !parsed->is_array()) return out;
    for (const auto& each : parsed->get_array())
        if (each.is_array() && each.get_array().size() == 2 && each.get_array()[0].is_int64() && each.get_array()[1].is_string())
            out.emplace_back(each.get_array()[0].get_int64(), each.get_array()[1].get_string());
    return out;
}

}  // namespace

Result<NumberSync> NumberSyncs::found(const Caller& caller, const TenantTree& tree, Id id) {
    auto known = syncs_.sync(id);
    if (!known) return std::unexpected(std::move(known).error());
    if (*known) {
        const auto one = shown(caller, tree, **known);
        if (!one) return std::unexpected(one.error());
        if (one->whole || !one->counts.empty()) return std::move(**known);
    }
    return std::unexpected(coded(ErrorKind::invalid_input, not_found_code, phrase("there is no comparison {1} among yours", id_text(id))));
}

Async<Result<SyncDecided>> NumberSyncs::decide(Caller caller, Id id, SyncChoice choice, std::optional<AnswerKept<SyncDecided>> kept) {
    co_return co_await desk::on<Result<SyncDecided>>(writes_, [&, this] { return decided(caller, id, choice, kept); });
}

Result<SyncDecided> NumberSyncs::decided(
    const Caller& caller, Id id, const SyncChoice& choice, const std::optional<AnswerKept<SyncDecided>>& kept
) {
    const auto tree = parts_.tenants.tree();
    const auto sync = found(caller, *tree, id);
    if (!sync) return std::unexpected(sync.error());
    if (sync->state != SyncState::done)
        return std::unexpected(coded(
            ErrorKind::invalid_input, conflict_code,
            sync->state == SyncState::held ? phrase("this comparison is held: look whether the carrier's list is whole, then apply it")
                                           : phrase("this comparison is {1}; decide in one that is done", word_of(sync->state))
        ));
    SyncWish wish;
    wish.decision = choice.decision;
    wish.account = sync->account;
    wish.cause = choice.cause;
    if (choice.decision == SyncDecision::adopt) {
        wish.tenant = choice.tenant != 0 ? choice.tenant : owner_of(sync->account, *tree);
        if (choice.tenant != 0)
            if (auto granted = desk::check_reach(*tree, caller, Right::add_numbers, wish.tenant, desk::no_account(wish.tenant), Right::view_numbers); !granted)
                return std::unexpected(std::move(granted).error());
    }
    const auto now = parts_.now();
    const auto by = desk::change_by(caller, now);
    const AuditEntry audit{.at = now, .who = by.who, .person = by.person, .home = by.home, .tenant = caller.tenant,
                           .action = "numbers.sync_decision", .kind = "number_sync", .object = id_text(id), .before = {},
                           .after = choice.request, .address = by.address};
    if (auto known = catch_up(); !known) return std::unexpected(std::move(known).error());
    auto so_far = wish_so_far(caller, *sync, kept ? kept->key : std::string(), kept ? kept->fingerprint : std::string(), audit);
    if (!so_far) return std::unexpected(std::move(so_far).error());

    SyncDecided out;
    out.sync = id;
    if (*so_far) {
        out.decided = (*so_far)->decided;
        out.refused = (*so_far)->refused;
        out.problems = problems_in((*so_far)->problems);
    }
    SyncRowQuery query;
    if (*so_far) query.after = (*so_far)->last;
    query.sync = id;
    query.holders = holders(caller, *tree);
    query.limit = static_cast<int>(piece);
    if (choice.all) {
        query.open = true;
        query.what = choice.what;
        for (;;) {
            if (stopping_) return failure(ErrorKind::unavailable, phrase("porteurd is being stopped; what was decided is decided"));
            auto rows = syncs_.rows(query);
            if (!rows) return std::unexpected(std::move(rows).error());
            if (rows->empty()) break;
            query.after = rows->back().key;
            std::erase_if(*rows, [&](const NumberSyncRow& each) { return std::ranges::find(decisions_for(each.what), wish.decision) == decisions_for(each.what).end(); });
            if (auto done = decide_piece(caller, *tree, *sync, wish, *rows, query.after, *so_far, out); !done) return std::unexpected(std::move(done).error());
        }
    } else {
        auto keys = choice.numbers;
        std::erase_if(keys, [&query](NumberKey key) { return key <= query.after; });
        std::ranges::sort(keys);
        keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
        for (std::size_t from = 0; from < keys.size(); from += piece) {
            query.keys.assign(keys.begin() + static_cast<std::ptrdiff_t>(from), keys.begin() + static_cast<std::ptrdiff_t>(std::min(from + piece, keys.size())));
            const auto rows = syncs_.rows(query);
            if (!rows) return std::unexpected(rows.error());
            for (const auto key : query.keys) {
                if (std::ranges::find(*rows, key, &NumberSyncRow::key) != rows->end()) continue;
                ++out.refused;
                if (out.problems.size() < problems_max) out.problems.emplace_back(key, phrase("this comparison has no such number that is yours"));
            }
            if (auto done = decide_piece(caller, *tree, *sync, wish, *rows, query.keys.back(), *so_far, out); !done) return std::unexpected(std::move(done).error());
        }
    }
    if (const auto remember = desk::remembered(caller, kept, parts_.now))
        if (auto noted = syncs_.note(std::nullopt, remember(out)); !noted) return std::unexpected(std::move(noted).error());
    return out;
}

Result<void> NumberSyncs::decide_piece(
    const Caller& caller, const TenantTree& tree, const NumberSync& sync, const SyncWish& wish, const std::vector<NumberSyncRow>& rows,
    NumberKey last, std::optional<SyncWishSoFar>& so_far, SyncDecided& out
) {
    if (rows.empty()) return {};
    std::vector<NumberKey> keys;
    for (const auto& each : rows) keys.push_back(each.key);
    const auto refuse = [&out](NumberKey key, std::string why) {
        ++out.refused;
        if (out.problems.size() < problems_max) out.problems.emplace_back(key, std::move(why));
    };
    const auto now = parts_.now();
    const auto owner = owner_of(sync.account, tree);
    const auto held = parts_.inventory.hold();
    auto forms = parts_.inventory.forms(keys);
    if (!forms) return std::unexpected(forms.error());
    // What is decided is written with what it makes of the numbers, and with how far the wish came.
    std::vector<NumberChange> changes;
    NumberChanges extra;
    auto form = forms->begin();
    for (const auto& row : rows) {
        std::optional<NumberForm> before;
        if (form != forms->end() && form->row.key == row.key) before = std::move(*form++);
        // Whoever holds the number decides, and whoever has the carrier account of what nobody holds.
        const auto of = before && row.what != SyncWhat::unknown ? before->row.tenant : row.holder;
        if (!may(caller.role, Right::add_numbers, tree.relation(caller.tenant, of))) {
            refuse(row.key, phrase("the right {1} is missing there", word_of(Right::add_numbers)));
            continue;
        }
        if (row.what == SyncWhat::unknown && row.holder != owner) {
            refuse(row.key, phrase("the carrier account has changed hands since the lists were compared; compare them again"));
            continue;
        }
        if (before && wish.decision == SyncDecision::adopt && !may(caller.role, Right::add_numbers, tree.relation(caller.tenant, before->row.tenant))) {
            refuse(row.key, phrase("it cannot be put into your inventory; ask whoever runs this system"));
            continue;
        }
        auto after = before;
        if (auto done = carry_out(wish, row, tree, after); !done) {
            refuse(row.key, done.error().message);
            continue;
        }
        ++out.decided;
        extra.decided.push_back({.sync = sync.id, .key = row.key, .decision = wish.decision,
                                 .cause = wish.decision == SyncDecision::confirm_missing ? wish.cause : std::nullopt, .by = caller.token_name, .at = now});
        if (stands_after(wish, row)) extra.standing.push_back({.account = sync.account, .key = row.key, .standing = row.standing});
        if (after && !before) look_up(*after);
        const bool is_same = before && after && before->row == after->row && before->shared == after->shared;
        if (after && (!is_same || wish.decision == SyncDecision::confirm_missing)) changes.push_back({std::move(before), std::move(after), word_in_history(wish, !before)});
    }
    if (so_far) {
        so_far->last = last;
        so_far->decided = out.decided;
        so_far->refused = out.refused;
        so_far->problems = text_of(out.problems);
        extra.wish = so_far;
    }
    if (changes.empty() && extra.decided.empty() && !extra.wish) return {};
    return parts_.inventory.write(std::move(changes), {.at = now, .by = caller.token_name, .job = 0, .undoable = false}, std::move(extra));
}

Result<std::optional<SyncWishSoFar>> NumberSyncs::wish_so_far(
    const Caller& caller, const NumberSync& sync, const std::string& key, const std::string& fingerprint, const AuditEntry& audit
) {
    std::optional<SyncWishSoFar> wish;
    if (!key.empty()) {
        auto known = syncs_.wish(caller.tenant, key);
        if (!known) return known;
        if (*known && (*known)->fingerprint == fingerprint && (*known)->sync == sync.id) return known;
        wish = SyncWishSoFar{.tenant = caller.tenant, .key = key, .fingerprint = fingerprint, .sync = sync.id, .at = audit.at};
    }
    if (auto begun = syncs_.begin_wish(audit, wish); !begun) return std::unexpected(std::move(begun).error());
    return wish;
}

Async<Result<SyncShown>> NumberSyncs::apply(Caller caller, Id id, std::optional<AnswerKept<SyncShown>> kept) {
    co_return co_await desk::on<Result<SyncShown>>(writes_, [&, this] { return applied(caller, id, kept); });
}

Result<SyncShown> NumberSyncs::applied(const Caller& caller, Id id, const std::optional<AnswerKept<SyncShown>>& kept) {
    const auto tree = parts_.tenants.tree();
    auto sync = found(caller, *tree, id);
    if (!sync) return std::unexpected(std::move(sync).error());
    if (auto granted = check_whole(caller, *tree, sync->account); !granted) return std::unexpected(std::move(granted).error());
    if (sync->state != SyncState::held)
        return std::unexpected(coded(
            ErrorKind::invalid_input, conflict_code, phrase("this comparison is {1}; only one that is held is applied", word_of(sync->state))
        ));
    const auto now = parts_.now();
    const auto by = desk::change_by(caller, now);
    const AuditEntry audit{.at = now, .who = by.who, .person = by.person, .home = by.home, .tenant = caller.tenant, .action = "numbers.sync_apply",
                           .kind = "number_sync", .object = id_text(id), .before = {}, .after = {}, .address = by.address};
    if (auto known = catch_up(); !known) return std::unexpected(std::move(known).error());
    const auto wish = wish_so_far(caller, *sync, kept ? kept->key : std::string(), kept ? kept->fingerprint : std::string(), audit);
    if (!wish) return std::unexpected(wish.error());
    if (auto carried = carry_out_all(*sync, *tree); !carried) return std::unexpected(std::move(carried).error());
    sync->state = SyncState::done;
    sync->ended = parts_.now();
    sync->problem.clear();
    auto out = shown(caller, *tree, *sync);
    if (!out) return out;
    // Its end and the answer are one: until both are there it is held, and applied again by a repeat.
    SyncBook::Ending ending{.drop_before = *sync->ended - parts_.retention};
    if (const auto remember = desk::remembered(caller, kept, parts_.now)) ending.kept = remember(*out);
    if (auto ended = syncs_.end(*sync, ending); !ended) return std::unexpected(std::move(ended).error());
    return out;
}

}  // namespace porteur
