// SPDX-License-Identifier: Apache-2.0
#include "domain/sync_rules.hpp"

#include <algorithm>

#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

namespace porteur {
namespace {

std::unexpected<Error> refused(std::string sentence) {
    return failure(ErrorKind::invalid_input, std::move(sentence));
}

json::object object_of(std::string_view text) {
    auto parsed = parse_json(text);
    return parsed && parsed->is_object() ? std::move(parsed->get_object()) : json::object();
}

std::string text_in(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

json::object held_as(const NumberForm& number) {
    return {
        {"carrier_id", number.row.carrier_id},
        {"note", number.row.note},
        {"provider", number.shared.account},
        {"state", word_of(number.shared.state)},
        {"type", number.shared.type}
    };
}

/// As it was before it was missing; where nobody knows, as such a number usually is.
void put_back(const NumberSyncRow& row, const TenantTree& tree, NumberForm& number) {
    const auto before = object_of(row.before);
    const auto state = number_state_of(text_in(before, "state"));
    const auto usual =
        tree.customer_of(number.row.tenant) ? NumberState::assigned : NumberState::available;
    number.shared.state = state && is_listed_in(*state) ? *state : usual;
    number.row.note = text_in(before, "note");
}

void take_over(const NumberSyncRow& row, NumberForm& number) {
    const auto listed = listed_in(row);
    if (!listed.carrier_id.empty()) number.row.carrier_id = listed.carrier_id;
    if (!listed.type.empty()) number.shared.type = listed.type;
}

std::string has_changed() {
    return phrase("it has changed since the lists were compared; compare them again");
}

Result<void> adopt(
    const SyncWish& wish, const NumberSyncRow& row, const TenantTree& tree,
    std::optional<NumberForm>& number
) {
    if (row.what == SyncWhat::differing) {
        if (!number || number->shared.account != wish.account) return refused(has_changed());
        take_over(row, *number);
        return {};
    }
    if (row.what == SyncWhat::elsewhere) {
        if (!number) return refused(has_changed());
        if (number->shared.account == wish.account) return {};  // done already
        const bool may_move = is_listed_in(number->shared.state) || number->shared.state == NumberState::missing;
        if (number->shared.account != text_in(object_of(row.before), "provider") || !may_move)
            return refused(has_changed());
        number->shared.account = wish.account;
        if (number->shared.state == NumberState::missing)
            number->shared.state = tree.customer_of(number->row.tenant) ? NumberState::assigned
                                                                        : NumberState::available;
        number->row.carrier_id.clear();
        take_over(row, *number);
        return {};
    }
    if (number && is_listed_in(number->shared.state)) {
        if (number->shared.account == wish.account) return {};  // somebody has added it
        return refused(has_changed());
    }
    if (tree.is_disabled(wish.tenant))
        return refused(phrase("{1} is disabled", quoted(tree.name_of(wish.tenant), 60)));
    if (number) {
        SyncDifference same{.key = row.key, .what = row.what, .held = HeldNumber{}, .listed = {}};
        same.held->state = number->shared.state;
        if (row.standing != standing_of(same)) return refused(has_changed());
    }
    if (!number) {
        number.emplace();
        number->row.key = row.key;
        number->row.source = "sync";
    }
    number->row.tenant = wish.tenant;
    number->row.used_by.clear();
    number->row.note.clear();
    number->row.tags.clear();
    number->row.custom = "{}";
    number->row.carrier_id.clear();
    number->shared.use = UseType::none;
    number->shared.account = wish.account;
    number->shared.state =
        tree.customer_of(wish.tenant) ? NumberState::assigned : NumberState::available;
    take_over(row, *number);
    return {};
}

}  // namespace

NumberSyncRow row_of(
    const SyncDifference& difference, const std::optional<NumberForm>& now, std::string_view before,
    std::int64_t owner, const TenantTree& tree
) {
    NumberSyncRow row;
    row.key = difference.key;
    row.what = difference.what;
    row.standing = standing_of(difference);
    row.holder =
        difference.held && difference.what != SyncWhat::unknown ? difference.held->tenant : owner;
    // Who has a carrier account is not told who else holds, or held, a number that is listed there.
    const bool is_strangers = difference.held &&
                              tree.relation(owner, difference.held->tenant) == Relation::other;
    if (difference.what == SyncWhat::elsewhere && is_strangers) row.holder = system_tenant;
    if (difference.what == SyncWhat::unknown && is_strangers)
        row.before = "{}";
    else if (!before.empty())
        row.before = before;
    else if (now)
        row.before = canonical(held_as(*now));
    if (const auto& listed = difference.listed)
        row.after = canonical(json::object{
            {"carrier_id", listed->carrier_id},
            {"label", listed->label},
            {"type", listed->type},
            {"word", listed->word}
        });
    return row;
}

ListedNumber listed_in(const NumberSyncRow& row) {
    const auto after = object_of(row.after);
    return {
        .key = row.key,
        .carrier_id = text_in(after, "carrier_id"),
        .type = text_in(after, "type"),
        .word = text_in(after, "word"),
        .label = text_in(after, "label")
    };
}

bool carry_out_by_itself(
    const NumberSyncRow& row, std::string_view account, const TenantTree& tree, NumberForm& number
) {
    if (number.shared.account != account) return false;
    if (row.what == SyncWhat::vanished) {
        if (!is_listed_in(number.shared.state)) return false;
        number.shared.state = NumberState::missing;
        number.row.note = word_of(row.cause.value_or(MissingCause::unknown));
        return true;
    }
    if (row.what != SyncWhat::reappeared || number.shared.state != NumberState::missing)
        return false;
    put_back(row, tree, number);
    return true;
}

std::vector<SyncDifference> still_open(
    std::vector<SyncDifference> differences, const std::map<NumberKey, std::string>& open
) {
    std::erase_if(differences, [&](const SyncDifference& each) {
        const bool is_for_a_run =
            each.what == SyncWhat::reappeared ||
            (each.what == SyncWhat::vanished && each.held && is_listed_in(each.held->state));
        const auto was = open.find(each.key);
        return is_for_a_run || was == open.end() || was->second != standing_of(each);
    });
    return differences;
}

Result<void> carry_out(
    const SyncWish& wish, const NumberSyncRow& row, const TenantTree& tree,
    std::optional<NumberForm>& number
) {
    if (row.decision == SyncDecision::replaced)
        return refused("a later comparison has taken its place; decide there");
    if (row.decision != SyncDecision::open) return refused("it was decided already");
    const auto possible = decisions_for(row.what);
    if (std::ranges::find(possible, wish.decision) == possible.end())
        return refused(phrase(
            "it is {1}, for which there is no decision {2}", word_of(row.what),
            word_of(wish.decision)
        ));
    switch (wish.decision) {
        case SyncDecision::adopt:
            return adopt(wish, row, tree, number);
        case SyncDecision::confirm_missing: {
            if (!number || number->shared.account != wish.account ||
                number->shared.state != NumberState::missing)
                return refused(has_changed());
            const auto cause = wish.cause.value_or(row.cause.value_or(MissingCause::unknown));
            number->shared.state = state_after(cause);
            number->row.note = word_of(cause);
            if (number->shared.state == NumberState::missing) return {};
            number->row.used_by.clear();
            number->shared.use = UseType::none;
            return {};
        }
        case SyncDecision::keep:
            if (row.what != SyncWhat::vanished) return {};
            if (!number || number->shared.account != wish.account ||
                number->shared.state != NumberState::missing)
                return refused(has_changed());
            put_back(row, tree, *number);
            return {};
        default:
            return {};
    }
}

bool stands_after(const SyncWish& wish, const NumberSyncRow& row) noexcept {
    switch (wish.decision) {
        case SyncDecision::ignore:
        case SyncDecision::keep:
            return true;
        case SyncDecision::confirm_missing:
            return state_after(wish.cause.value_or(row.cause.value_or(MissingCause::unknown))) ==
                   NumberState::missing;
        default:
            return false;
    }
}

}  // namespace porteur
