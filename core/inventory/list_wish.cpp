// SPDX-License-Identifier: Apache-2.0
#include "inventory/list_wish.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

namespace porteur {
namespace {

std::size_t letters_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}
/// One or two letters stand in nearly every name: these are how a name begins.
constexpr std::size_t letters_within = 3;

bool contains(std::string_view where, std::string_view part) { return where.find(part) != where.npos; }

template <class Value>
bool is_among(const std::vector<Value>& wanted, const Value& value) {
    return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

std::string digits_in(std::string_view text) {
    std::string out;
    std::ranges::copy_if(text, std::back_inserter(out), [](char letter) { return letter >= '0' && letter <= '9'; });
    return out;
}

}  // namespace

ListWish::ListWish(const NumberDirectory& directory, const InventoryQuery& query, const TenantTree& tree)
    : directory_(directory), query_(query), tree_(tree) {
    read_filter();
    if (nothing_fits_) return;
    any_class_ = takes_any_class();
    any_tenant_ = takes_any_tenant();
    find_tenants();
    find_classes();
    total_ = directory_.total();
    if (query_.sort == NumberSort::number) return;
    if (sorts_by_tenant())
        group_by_tenant();
    else
        group_by_class();
}

void ListWish::read_filter() {
    const auto& filter = query_.filter;
    (letters_of(filter.used_by) < letters_within ? used_begins_ : used_has_) = folded(filter.used_by);
    const auto digits = digits_in(filter.number);
    if (filter.number.starts_with('+')) {
        if (const auto range = keys_of_prefix(digits)) {
            from_ = range->first;
            to_ = range->second;
        } else if (!digits.empty()) {
            nothing_fits_ = true;  // no number begins so
        }
    } else {
        digits_ = digits;
        if (digits.empty() && !filter.number.empty()) nothing_fits_ = true;
    }
    if (filter.any.empty()) return;
    // "+1 (514) 555" is looked for as its digits.
    const bool is_number = std::ranges::all_of(filter.any, [](char letter) { return std::string_view("0123456789+ ()-.").find(letter) != std::string_view::npos; });
    if (is_number) any_digits_ = digits_in(filter.any);
    const auto name = any_digits_.empty() ? folded(filter.any) : any_digits_;
    (letters_of(name) < letters_within ? any_begins_ : any_has_) = name;
}

// ------------------------------------------------------------------ which classes, whose

bool ListWish::fits(const NumberClass& shared) const {
    const auto& filter = query_.filter;
    if (!filter.used_by.empty() && shared.use == UseType::none) return false;
    if (filter.used && *filter.used != (shared.use != UseType::none)) return false;
    if (filter.active && *filter.active != shared.active) return false;
    if (!is_among(filter.states, shared.state) || !is_among(filter.accounts, shared.account) || !is_among(filter.countries, shared.country) ||
        !is_among(filter.types, shared.type) || !is_among(filter.uses, shared.use))
        return false;
    return filter.account.empty() || contains(folded(shared.account), folded(filter.account));
}

bool ListWish::takes_any_class() const {
    const auto& filter = query_.filter;
    return filter.used_by.empty() && !filter.used && !filter.active && filter.states.empty() && filter.accounts.empty() &&
           filter.countries.empty() && filter.types.empty() && filter.uses.empty() && filter.account.empty();
}

bool ListWish::fits(const Tenant& tenant) const {
    const auto& filter = query_.filter;
    if (filter.given && *filter.given != tree_.customer_of(tenant.id).has_value()) return false;
    if (!filter.company.empty() && !contains(folded(company_of(tenant.id)), folded(filter.company))) return false;
    return filter.var.empty() || contains(folded(var_of(tenant.id)), folded(filter.var));
}

bool ListWish::takes_any_tenant() const {
    const auto& filter = query_.filter;
    return filter.whose == NumberFilter::Whose::all && !filter.given && filter.company.empty() && filter.var.empty();
}

/// The name in the column "company".
std::string_view ListWish::company_of(std::int64_t tenant) const {
    return tree_.customer_of(tenant) ? tree_.name_of(tenant) : std::string_view();
}
std::string_view ListWish::var_of(std::int64_t tenant) const {
    const auto var = tree_.var_of(tenant);
    return var ? tree_.name_of(*var) : std::string_view();
}

void ListWish::find_tenants() {
    if (any_tenant_) return;
    const auto& filter = query_.filter;
    auto& tenants = whole_.tenants;
    if (filter.whose == NumberFilter::Whose::all) {
        for (const auto& each : tree_.all())
            if (fits(each)) tenants.push_back(each.id);
    } else {
        auto mine = filter.whose == NumberFilter::Whose::var ? tree_.below(filter.tenant) : std::vector<std::int64_t>();
        mine.push_back(filter.tenant);
        for (const auto each : mine)
            if (const auto* tenant = tree_.find(each); tenant && fits(*tenant)) tenants.push_back(each);
    }
    std::erase_if(tenants, [this](std::int64_t each) { return directory_.count_of(each) == 0; });
    std::ranges::sort(tenants);
    for (const auto each : tenants) held_ += directory_.count_of(each);
}

void ListWish::find_classes() {
    std::map<std::int64_t, std::int64_t> held;  // by these tenants, of each class
    if (!any_tenant_)
        for (const auto tenant : whole_.tenants)
            directory_.each_class_of(tenant, [&](std::int64_t id, const NumberClass&, std::int64_t count) { held[id] += count; });
    directory_.each_class([&](std::int64_t id, const NumberClass& shared, std::int64_t count) {
        if (!any_class_ && !fits(shared)) return;
        if (!any_tenant_) {
            const auto found = held.find(id);
            if (found == held.end()) return;
            count = found->second;
        }
        whole_.classes.push_back(id);
        whole_.count += count;
        counts_.push_back({id, &shared, count});
    });
}

// ------------------------------------------------------------------ groups in the order of the sort

std::string ListWish::value_of_tenant(std::int64_t tenant) const {
    return folded(query_.sort == NumberSort::company ? company_of(tenant) : var_of(tenant));
}

std::string ListWish::value_of_class(const NumberClass& shared) const {
    switch (query_.sort) {
        case NumberSort::used_by: return shared.use == UseType::none ? "" : "used";
        case NumberSort::use: return std::string(word_of(shared.use));
        case NumberSort::account: return folded(shared.account);
        case NumberSort::status: return shared.active ? "active" : "pending";
        case NumberSort::state: return std::string(word_of(shared.state));
        case NumberSort::country: return shared.country;
        case NumberSort::type: return shared.type;
        case NumberSort::number:
        case NumberSort::company:
        case NumberSort::var: break;
    }
    return {};
}

std::string ListWish::value_of(const IndexHit& hit) const {
    return sorts_by_tenant() ? value_of_tenant(hit.tenant) : value_of_class(directory_.shared(hit.class_id));
}

std::string ListWish::value_of(const NumberRow& row) const {
    if (query_.sort == NumberSort::number) return {};
    if (query_.sort == NumberSort::used_by) return folded(row.used_by);
    return value_of(IndexHit{row.key, row.class_id, row.tenant});
}

void ListWish::group_by_class() {
    for (const auto& each : counts_) {
        auto& group = groups_[value_of_class(*each.shared)];
        group.classes.push_back(each.id);
        group.count += each.count;
    }
}

void ListWish::group_by_tenant() {
    const std::unordered_set<std::int64_t> classes(whole_.classes.begin(), whole_.classes.end());
    const auto add = [&](std::int64_t tenant) {
        std::int64_t wanted = 0;
        directory_.each_class_of(tenant, [&](std::int64_t id, const NumberClass&, std::int64_t count) {
            if (any_class_ || classes.contains(id)) wanted += count;
        });
        if (wanted == 0) return;
        auto& group = groups_[value_of_tenant(tenant)];
        group.tenants.push_back(tenant);
        group.count += wanted;
    };
    if (any_tenant_)
        for (const auto& each : tree_.all()) add(each.id);
    else
        for (const auto each : whole_.tenants) add(each);
}

// ------------------------------------------------------------------ as the index and the store are asked

IndexWish ListWish::in_index(const ListGroup& group) const {
    IndexWish out;
    out.from = from_;
    out.to = to_;
    out.descending = query_.descending;
    out.classes = !group.classes.empty() ? group.classes : any_class_ ? std::vector<std::int64_t>() : whole_.classes;
    out.tenants = !group.tenants.empty() ? group.tenants : whole_.tenants;
    out.tags = query_.filter.tags;
    if (!digits_.empty()) out.digits.push_back(digits_);
    out.name_has = used_has_;
    out.name_begins = used_begins_;
    out.any_has = any_has_;
    out.any_begins = any_begins_;
    out.any_digits = any_digits_;
    return out;
}

KeyScan ListWish::in_store(const ListGroup& group) const {
    const auto wish = in_index(group);
    KeyScan out;
    out.limit = query_.limit + 1;
    out.from = wish.from;
    out.to = wish.to;
    out.descending = wish.descending;
    out.fits = directory_.test(wish);
    out.only_classes = wish.classes;
    out.only_tenants = wish.tenants;
    out.number_has = digits_;
    out.tags = wish.tags;
    return out;
}

bool ListWish::has_fitting(std::int64_t class_id, std::int64_t tenant, NumberKey key, std::string_view tags) const {
    if (!any_class_ && !std::ranges::binary_search(whole_.classes, class_id)) return false;
    if (!any_tenant_ && !std::ranges::binary_search(whole_.tenants, tenant)) return false;
    if ((from_ != 0 && key < from_) || (to_ != 0 && key >= to_)) return false;
    if (!digits_.empty() && !contains(number_text(key), digits_)) return false;
    if (query_.filter.tags.empty()) return true;
    const auto there = " " + std::string(tags) + " ";
    return std::ranges::all_of(query_.filter.tags, [&](const std::string& tag) { return contains(there, " " + tag + " "); });
}

bool ListWish::fits(const NumberLine& line) const { return has_fitting(line.class_id, line.tenant, line.key, line.tags); }

bool ListWish::fits(const NumberRow& row) const {
    if (!has_fitting(row.class_id, row.tenant, row.key, row.tags)) return false;
    if (!has_names()) return true;
    const auto name = folded(row.used_by);
    if (!contains(name, used_has_) || !name.starts_with(used_begins_)) return false;
    if (!has_any()) return true;
    return (!any_has_.empty() && contains(name, any_has_)) || (!any_begins_.empty() && name.starts_with(any_begins_)) ||
           (!any_digits_.empty() && contains(number_text(row.key), any_digits_));
}

}  // namespace porteur
