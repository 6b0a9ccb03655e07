// SPDX-License-Identifier: Apache-2.0
#include "domain/number_rules.hpp"

#include <algorithm>
#include <set>

#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

#include "domain/number_limits.hpp"

namespace porteur {
namespace {

constexpr std::size_t name_size_max = 200;
constexpr std::size_t note_size_max = 500;

std::unexpected<Error> refused(std::string sentence) { return failure(ErrorKind::invalid_input, std::move(sentence)); }

bool may_be_assigned(NumberState state) {
    switch (state) {
        case NumberState::available:
        case NumberState::reserved:
        case NumberState::assigned:
        case NumberState::in_service:
        case NumberState::port_in_pending:
        case NumberState::ordering:
        case NumberState::awaiting_requirements: return true;
        default: return false;
    }
}

Result<void> assign(const NumberWish& wish, const TenantTree& tree, NumberForm& number) {
    auto& [row, shared] = number;
    if (!may_be_assigned(shared.state)) return refused(phrase("it is {1}, and cannot be assigned", word_of(shared.state)));
    const auto target = wish.tenant == 0 ? row.tenant : wish.tenant;
    if (target != row.tenant) {
        if (const auto customer = tree.customer_of(row.tenant))
            return refused(phrase("{1} holds it; unassign it there first", quoted(tree.name_of(*customer), 60)));
        // From one VAR's pool it does not go past it to another's customer.
        const auto var_here = tree.var_of(row.tenant), var_there = tree.var_of(target);
        if (var_here && var_here != var_there)
            return refused(phrase("it lies in the pool of {1}, which {2} is not under", quoted(tree.name_of(*var_here), 60),
                                  quoted(tree.name_of(target), 60)));
        row.tenant = target;
    }
    if (wish.use != UseType::none || !wish.used_by.empty()) {
        if (wish.use == UseType::none || wish.used_by.empty())
            return refused("a use needs both: who uses the number, and whether that is a user, a service or a group");
        if (wish.used_by.size() > name_size_max) return refused(phrase("the name has more than {1} bytes", name_size_max));
        if (!tree.customer_of(target))
            return refused("it lies in a pool; only a company or a professional has users, services and groups: assign it to one first");
        if (!row.used_by.empty() && (row.used_by != wish.used_by || shared.use != wish.use))
            return refused(phrase("{1} uses it; unassign it first", quoted(row.used_by, 60)));
        row.used_by = wish.used_by;
        shared.use = wish.use;
    }
    if (tree.customer_of(target) && (shared.state == NumberState::available || shared.state == NumberState::reserved)) {
        shared.state = NumberState::assigned;
        row.note.clear();
    }
    return {};
}

Result<void> unassign(bool from_above, const TenantTree& tree, NumberForm& number) {
    auto& [row, shared] = number;
    row.used_by.clear();
    shared.use = UseType::none;
    if (!from_above || !tree.customer_of(row.tenant)) return {};
    if (shared.state != NumberState::assigned && shared.state != NumberState::in_service)
        return refused(phrase("it is {1}; only a number that is assigned or in service goes back into the pool", word_of(shared.state)));
    row.tenant = tree.var_of(row.tenant).value_or(system_tenant);
    shared.state = NumberState::available;
    // What the customer wrote on it is not for the next one.
    row.tags.clear();
    row.custom = "{}";
    row.note.clear();
    return {};
}

Result<void> reserve(const NumberWish& wish, NumberForm& number) {
    if (number.shared.state != NumberState::available && number.shared.state != NumberState::reserved)
        return refused(phrase("it is {1}; only an available number can be reserved", word_of(number.shared.state)));
    if (wish.note.size() > note_size_max) return refused(phrase("the note has more than {1} bytes", note_size_max));
    number.shared.state = NumberState::reserved;
    number.row.note = wish.note;
    return {};
}

Result<void> unreserve(NumberForm& number) {
    if (number.shared.state != NumberState::reserved) return refused(phrase("it is {1}, not reserved", word_of(number.shared.state)));
    number.shared.state = NumberState::available;
    number.row.note.clear();
    return {};
}

Result<void> set_fields(const std::map<std::string, std::string>& fields, std::string& custom) {
    auto parsed = parse_json(custom);
    auto object = parsed && parsed->is_object() ? std::move(parsed->get_object()) : json::object();
    for (const auto& [name, value] : fields) {
        if (name.empty() || name.size() > field_name_size_max || value.size() > field_size_max)
            return refused(phrase("the field {1} has a name or a text that is too long", quoted(name, 40)));
        if (value.empty())
            object.erase(name);
        else
            object[name] = value;
    }
    if (object.size() > fields_max) return refused(phrase("there would be more than {1} fields", fields_max));
    custom = canonical(object);
    return {};
}

Result<void> set_options(const NumberWish& wish, NumberForm& number) {
    auto tags = tags_with(number.row.tags, wish.tags_added, wish.tags_removed);
    if (!tags) return std::unexpected(std::move(tags).error());
    number.row.tags = std::move(*tags);
    if (!wish.custom.empty())
        if (auto set = set_fields(wish.custom, number.row.custom); !set) return set;
    if (wish.features) number.row.features = *wish.features;
    return {};
}

Result<void> carried_out(const NumberWish& wish, bool from_above, const TenantTree& tree, NumberForm& number) {
    switch (wish.action) {
        case NumberAction::assign: return assign(wish, tree, number);
        case NumberAction::unassign: return unassign(from_above, tree, number);
        case NumberAction::reserve: return reserve(wish, number);
        case NumberAction::unreserve: return unreserve(number);
        case NumberAction::options: return set_options(wish, number);
        case NumberAction::release: return refused("a number is released by a job alone");  // which asks its carrier
    }
    return {};
}

}  // namespace

Right right_of(NumberAction action) noexcept {
    switch (action) {
        case NumberAction::assign:
        case NumberAction::unassign: return Right::assign_numbers;
        case NumberAction::reserve:
        case NumberAction::unreserve: return Right::add_numbers;
        case NumberAction::release: return Right::release_numbers;
        case NumberAction::options: break;
    }
    return Right::set_options;
}

std::string_view word_of(NumberAction action) noexcept {
    switch (action) {
        case NumberAction::assign: return "assign";
        case NumberAction::unassign: return "unassign";
        case NumberAction::reserve: return "reserve";
        case NumberAction::unreserve: return "unreserve";
        case NumberAction::release: return "release";
        case NumberAction::options: break;
    }
    return "options";
}

std::optional<NumberAction> number_action_of(std::string_view word) noexcept {
    for (const auto action : {NumberAction::assign, NumberAction::unassign, NumberAction::reserve, NumberAction::unreserve, NumberAction::options,
                              NumberAction::release})
        if (word_of(action) == word) return action;
    return std::nullopt;
}

Result<bool> may_be_released(const NumberForm& number) {
    const auto state = number.shared.state;
    switch (state) {
        case NumberState::releasing:
        case NumberState::released: return false;
        case NumberState::available:
        case NumberState::assigned:
        case NumberState::in_service:
        case NumberState::suspended:
            if (!number.row.used_by.empty()) return refused(phrase("{1} uses it; unassign it first", quoted(number.row.used_by, 60)));
            return true;
        case NumberState::reserved: return refused(phrase("it is reserved; take the reservation back first"));
        case NumberState::port_in_pending:
        case NumberState::port_out_pending:
        case NumberState::ordering:
        case NumberState::awaiting_requirements:
            return refused(phrase("it is {1}: an order for it is under way; call that off, or wait for its end", word_of(state)));
        default: return refused(phrase("it is {1}; there is nothing that could be given back", word_of(state)));
    }
}

Result<std::string> tags_with(std::string_view tags, const std::vector<std::string>& added, const std::vector<std::string>& removed) {
    std::set<std::string, std::less<>> all;
    while (!tags.empty()) {
        const auto end = std::min(tags.find(' '), tags.size());
        if (end > 0) all.emplace(tags.substr(0, end));
        tags.remove_prefix(std::min(end + 1, tags.size()));
    }
    for (const auto& each : added) {
        if (!is_tag(each))
            return refused(phrase("{1} is no tag: a tag has 1 to {2} letters, digits, \"-\", \"_\" and \":\"", quoted(each, 60), tag_size_max));
        all.insert(each);
    }
    for (const auto& each : removed) all.erase(each);
    if (all.size() > tags_max) return refused(phrase("there would be more than {1} tags", tags_max));
    std::string out;
    for (const auto& each : all) out += (out.empty() ? "" : " ") + each;
    return out;
}

Result<bool> carry_out(const NumberWish& wish, bool from_above, const TenantTree& tree, NumberForm& number) {
    auto after = number;
    if (auto done = carried_out(wish, from_above, tree, after); !done) return std::unexpected(std::move(done).error());
    const bool is_another = after.row != number.row || after.shared != number.shared;
    number = std::move(after);
    return is_another;
}

}  // namespace porteur
