// SPDX-License-Identifier: Apache-2.0
#include "inventory/inventory_list.hpp"

#include <algorithm>
#include <limits>
#include <unordered_set>

namespace porteur {
namespace {

using Along = KeyScan::Along;

// What the ways cost, in rows read one after another: measured on SQLite, and about right elsewhere.
constexpr double stretch_cost = 15;       // to begin with one class's or one tenant's numbers
constexpr int lines_for_a_row = 4;        // of what is read at once: a line is not kept as a row is
constexpr double mixed_up = 4;            // numbers that fit stand in clumps: more rows are read than on average

/// A page's place: the value that its last row is sorted by, and its key.
struct Place {
    std::string value;
    NumberKey key = 0;  ///< 0: from the start
};

constexpr std::string_view hex_digits = "0123456789abcdef";

std::string cursor_of(const InventoryQuery& query, const Place& place) {
    std::string out(word_of(query.sort));
    out += query.descending ? "-" : "+";
    for (const char letter : place.value) {
        const auto byte = static_cast<unsigned char>(letter);
        out += hex_digits[byte >> 4U];
        out += hex_digits[byte & 15U];
    }
    return out + "." + std::to_string(place.key);
}

Result<Place> read_cursor(const InventoryQuery& query) {
    if (query.cursor.empty()) return Place{};
    const auto refused = failure(ErrorKind::invalid_input, "the parameter cursor is none of this list's; begin without one");
    const auto head = std::string(word_of(query.sort)) + (query.descending ? "-" : "+");
    const std::string_view cursor = query.cursor;
    const auto point = cursor.find('.');
    if (!cursor.starts_with(head) || point == cursor.npos || (point - head.size()) % 2 != 0) return refused;
    Place place;
    for (auto at = head.size(); at < point; at += 2) {
        const auto high = hex_digits.find(cursor[at]), low = hex_digits.find(cursor[at + 1]);
        if (high == hex_digits.npos || low == hex_digits.npos) return refused;
        place.value += static_cast<char>(high * 16 + low);
    }
    const auto digits = cursor.substr(point + 1);
    if (digits.empty() || digits.size() > 18 || digits.find_first_not_of("0123456789") != digits.npos) return refused;
    place.key = std::stoll(std::string(digits));
    return place;
}

/// Numbers of some classes that some tenants hold, with what is known of how many there are.
struct Group {
    std::vector<std::int64_t> classes;  ///< empty: those of the whole list
    std::vector<std::int64_t> tenants;  ///< empty: those of the whole list
    std::int64_t count = 0;       ///< that are of both
    std::int64_t of_classes = 0;  ///< of these classes, whoever holds them
    std::int64_t of_tenants = 0;  ///< of these tenants, whatever they are
};

std::size_t letters_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

bool contains(std::string_view where, const std::string& folded_part) {
    return folded(where).find(folded_part) != std::string::npos;
}

template <class Value>
bool is_among(const std::vector<Value>& wanted, const Value& value) {
    return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

/// A page under way.
class Listing {
public:
    Listing(NumberBook& book, const NumberDirectory& directory, const InventoryQuery& query, const TenantTree& tenants, const ListLimits& limits)
        : book_(book), directory_(directory), query_(query), tree_(tenants), limits_(limits) {
        read_filter();
        plan();
    }

    Result<InventoryPage> page() {
        auto after = read_cursor(query_);
        if (!after) return std::unexpected(std::move(after).error());
        after_ = std::move(*after);
        InventoryPage out;
        if (is_empty()) {
            if (query_.cursor.empty()) out.total = InventoryTotal{};
            return out;
        }
        auto rows = rows_of_page();
        if (!rows) return std::unexpected(std::move(rows).error());
        out.rows = std::move(*rows);
        const bool is_first = query_.cursor.empty();
        const bool is_full = out.rows.size() > static_cast<std::size_t>(query_.limit);
        if (is_full) {
            out.rows.pop_back();
            out.next_cursor = cursor_of(query_, place_of(out.rows.back()));
        }
        if (is_first) {
            auto total = total_of(out.rows.size(), is_full);
            if (!total) return std::unexpected(std::move(total).error());
            out.total = *total;
        }
        return out;
    }

    bool is_empty() const { return whole_.count == 0; }

    /// Whether the rows themselves lie in the order wanted, and most of them fit; then how to read them.
    std::optional<KeyScan> read_through() const {
        if (query_.sort != NumberSort::number || has_indexed_text()) return std::nullopt;
        if (whole_.count * limits_.read_through_part < total_) return std::nullopt;
        return scan_along_keys(whole_);
    }

private:
    // ------------------------------------------------------------------ what is asked for

    void read_filter() {
        const auto& filter = query_.filter;
        besides_.tags = filter.tags;
        // One or two letters stand in nearly every name, and no index of three letters has them.
        (letters_of(filter.used_by) < 3 ? besides_.used_begins : besides_.used_has) = folded(filter.used_by);
        besides_.any_has = folded(filter.any);
        std::string digits;
        for (const char letter : filter.number)
            if (letter >= '0' && letter <= '9') digits += letter;
        if (filter.number.starts_with('+')) {
            if (const auto range = keys_of_prefix(digits)) {
                besides_.from = range->first;
                besides_.to = range->second;
            } else if (!digits.empty()) {
                nothing_fits_ = true;  // no number begins so
            }
        } else {
            besides_.number_has = digits;
            if (digits.empty() && !filter.number.empty()) nothing_fits_ = true;
        }
        if (!besides_.any_has.empty()) {
            // "+1 (514) 555" is looked for as its digits.
            std::string only_digits;
            bool is_number = true;
            for (const char letter : besides_.any_has) {
                if (letter >= '0' && letter <= '9')
                    only_digits += letter;
                else if (std::string_view("+ ()-.").find(letter) == std::string_view::npos)
                    is_number = false;
            }
            if (is_number && !only_digits.empty()) besides_.any_has = only_digits;
        }
    }

    bool has_text() const {
        return !besides_.number_has.empty() || !besides_.used_has.empty() || !besides_.used_begins.empty() || !besides_.any_has.empty() || !besides_.tags.empty();
    }
    bool has_indexed_text() const {
        return besides_.number_has.size() >= 3 || letters_of(besides_.used_has) >= 3 || letters_of(besides_.any_has) >= 3;
    }

    bool fits(const NumberClass& shared) const {
        const auto& filter = query_.filter;
        if (!filter.used_by.empty() && shared.use == UseType::none) return false;
        if (filter.used && *filter.used != (shared.use != UseType::none)) return false;
        if (filter.active && *filter.active != shared.active) return false;
        if (!is_among(filter.states, shared.state) || !is_among(filter.accounts, shared.account) ||
            !is_among(filter.countries, shared.country) || !is_among(filter.types, shared.type) || !is_among(filter.uses, shared.use))
            return false;
        return filter.account.empty() || contains(shared.account, folded(filter.account));
    }
    bool takes_any_class() const {
        const auto& filter = query_.filter;
        return filter.used_by.empty() && !filter.used && !filter.active && filter.states.empty() && filter.accounts.empty() &&
               filter.countries.empty() && filter.types.empty() && filter.uses.empty() && filter.account.empty();
    }

    bool fits(const Tenant& tenant) const {
        const auto& filter = query_.filter;
        if (filter.given && *filter.given != tree_.customer_of(tenant.id).has_value()) return false;
        if (!filter.company.empty() && !contains(company_of(tenant.id), folded(filter.company))) return false;
        return filter.var.empty() || contains(var_of(tenant.id), folded(filter.var));
    }
    bool takes_any_tenant() const {
        const auto& filter = query_.filter;
        return filter.whose == NumberFilter::Whose::all && !filter.given && filter.company.empty() && filter.var.empty();
    }

    /// The name in the column "company".
    std::string_view company_of(std::int64_t tenant) const {
        return tree_.customer_of(tenant) ? tree_.name_of(tenant) : std::string_view();
    }
    std::string_view var_of(std::int64_t tenant) const {
        const auto var = tree_.var_of(tenant);
        return var ? tree_.name_of(*var) : std::string_view();
    }

    // ------------------------------------------------------------------ groups in the order of the sort

    bool sorts_by_tenant() const { return query_.sort == NumberSort::company || query_.sort == NumberSort::var; }

    std::string value_of(std::int64_t tenant) const {
        return folded(query_.sort == NumberSort::company ? company_of(tenant) : var_of(tenant));
    }
    std::string value_of(const NumberClass& shared) const {
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

    void plan() {
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

    void find_tenants() {
        if (any_tenant_) return;
        const auto& filter = query_.filter;
        if (filter.whose == NumberFilter::Whose::all) {
            for (const auto& each : tree_.all())
                if (fits(each)) tenants_.push_back(each.id);
        } else {
            auto mine = filter.whose == NumberFilter::Whose::var ? tree_.below(filter.tenant) : std::vector<std::int64_t>();
            mine.push_back(filter.tenant);
            for (const auto each : mine)
                if (const auto* tenant = tree_.find(each); tenant && fits(*tenant)) tenants_.push_back(each);
        }
        std::erase_if(tenants_, [this](std::int64_t each) { return directory_.count_of(each) == 0; });
        for (const auto each : tenants_) whole_.of_tenants += directory_.count_of(each);
        whole_.tenants = tenants_;
    }

    void find_classes() {
        std::map<std::int64_t, std::int64_t> held;  // by these tenants, of each class
        if (!any_tenant_)
            for (const auto tenant : tenants_)
                directory_.each_class_of(tenant, [&](std::int64_t id, const NumberClass&, std::int64_t count) { held[id] += count; });
        directory_.each_class([&](std::int64_t id, const NumberClass& shared, std::int64_t count) {
            if (!any_class_ && !fits(shared)) return;
            const auto wanted = any_tenant_ ? count : held.contains(id) ? held[id] : 0;
            if (wanted == 0) return;
            whole_.classes.push_back(id);
            whole_.count += wanted;
            whole_.of_classes += count;
            counts_.push_back({id, &shared, wanted, count});
        });
    }

    void group_by_class() {
        for (const auto& each : counts_) {
            auto& group = groups_[value_of(*each.shared)];
            group.classes.push_back(each.id);
            group.count += each.wanted;
            group.of_classes += each.all;
            group.of_tenants = whole_.of_tenants;
        }
    }

    void group_by_tenant() {
        std::unordered_set<std::int64_t> classes(whole_.classes.begin(), whole_.classes.end());
        const auto add = [&](std::int64_t tenant) {
            std::int64_t wanted = 0;
            directory_.each_class_of(tenant, [&](std::int64_t id, const NumberClass&, std::int64_t count) {
                if (any_class_ || classes.contains(id)) wanted += count;
            });
            if (wanted == 0) return;
            auto& group = groups_[value_of(tenant)];
            group.tenants.push_back(tenant);
            group.count += wanted;
            group.of_tenants += directory_.count_of(tenant);
            group.of_classes = whole_.of_classes;
        };
        if (any_tenant_)
            for (const auto& each : tree_.all()) add(each.id);
        else
            for (const auto each : tenants_) add(each);
    }

    // ------------------------------------------------------------------ the ways

    const std::vector<std::int64_t>& classes_of(const Group& group) const { return group.classes.empty() ? whole_.classes : group.classes; }
    const std::vector<std::int64_t>& tenants_of(const Group& group) const { return group.tenants.empty() ? whole_.tenants : group.tenants; }

    Along way_of(const Group& group) const {
        if (group.count == total_ || group.count == 0) return Along::keys;
        const auto limit = static_cast<double>(query_.limit), count = static_cast<double>(group.count);
        const auto along_keys = mixed_up * limit * static_cast<double>(total_) / count;
        const auto along_classes = stretch_cost * static_cast<double>(classes_of(group).size()) +
                                   0.1 * limit * static_cast<double>(classes_of(group).size()) +
                                   limit * static_cast<double>(group.of_classes) / count;
        const auto along_tenants = tenants_of(group).empty()
                                       ? std::numeric_limits<double>::max()
                                       : stretch_cost * static_cast<double>(tenants_of(group).size()) +
                                             0.1 * limit * static_cast<double>(tenants_of(group).size()) +
                                             limit * static_cast<double>(group.of_tenants) / count;
        if (along_keys <= along_classes && along_keys <= along_tenants) return Along::keys;
        return along_classes <= along_tenants ? Along::classes : Along::tenants;
    }

    /// A scan of the group along an index, with what a row must be besides.
    KeyScan scan_along(const Group& group, Along along) const {
        auto scan = besides_;
        scan.along = along;
        scan.limit = query_.limit + 1;
        scan.descending = query_.descending;
        if (along == Along::classes)
            scan.ids = classes_of(group);
        else if (group.of_classes != total_ && !(along == Along::tenants && group.of_tenants == group.count))
            scan.only_classes = classes_of(group);
        if (along == Along::tenants)
            scan.ids = tenants_of(group);
        else if (!tenants_of(group).empty() && group.of_classes != group.count)
            scan.only_tenants = tenants_of(group);
        return scan;
    }
    KeyScan scan_along_keys(const Group& group) const { return scan_along(group, Along::keys); }

    /// Only what comes after a key, in the way that is gone.
    static void begin_after(KeyScan& scan, NumberKey key) {
        if (key == 0) return;
        if (scan.descending)
            scan.to = scan.to == 0 ? key : std::min(scan.to, key);
        else
            scan.from = std::max(scan.from, key + 1);
    }

    Result<std::vector<NumberKey>> keys_of(const Group& group, NumberKey after, int limit) const {
        if (!has_text() || group.count <= limits_.read_at_once) return keys_along(group, way_of(group), after, limit);
        auto scan = scan_along_keys(group);
        scan.limit = limit;
        begin_after(scan, after);
        if (has_indexed_text()) return keys_nearby(scan, Along::text, limits_.look_nearby);
        if (!besides_.used_begins.empty()) return keys_nearby(scan, Along::names, limits_.look_nearby);
        return keys_of_scan(scan);
    }

    /// Along the rows for a while, and then by an index.
    Result<std::vector<NumberKey>> keys_nearby(KeyScan scan, Along then, std::int64_t look_at_most) const {
        const auto limit = scan.limit;
        scan.look_at_most = look_at_most;
        auto near = book_.keys(scan);
        if (!near) return std::unexpected(std::move(near).error());
        auto keys = std::move(near->keys);
        if (near->looked_to == 0 || keys.size() >= static_cast<std::size_t>(limit)) return keys;
        const auto wanted = limit - static_cast<int>(keys.size());
        begin_after(scan, near->looked_to);
        scan.look_at_most = 0;
        scan.along = then;
        scan.limit = then == Along::names ? static_cast<int>(limits_.read_at_once) + 1 : wanted;
        auto far = keys_of_scan(scan);
        if (!far) return far;
        if (then == Along::names && far->size() == static_cast<std::size_t>(scan.limit)) {
            // So many names begin so that the rows lead to them sooner.
            scan.along = Along::keys;
            scan.limit = wanted;
            far = keys_of_scan(scan);
            if (!far) return far;
        }
        far->resize(std::min(far->size(), static_cast<std::size_t>(wanted)));
        keys.insert(keys.end(), far->begin(), far->end());
        return keys;
    }

    Result<std::vector<NumberKey>> keys_along(const Group& group, Along along, NumberKey after, int limit) const {
        auto scan = scan_along(group, along);
        scan.limit = limit;
        begin_after(scan, after);
        if (along != Along::keys || has_text() || (scan.only_classes.empty() && scan.only_tenants.empty())) return keys_of_scan(scan);
        // What fits may stand in one clump far away; then its own index leads there.
        const auto expected = static_cast<std::int64_t>(mixed_up) * limit * total_ / std::max<std::int64_t>(group.count, 1);
        const auto then = tenants_of(group).empty() || group.of_classes <= group.of_tenants ? Along::classes : Along::tenants;
        scan.look_at_most = expected + limits_.look_nearby;
        auto near = book_.keys(scan);
        if (!near) return std::unexpected(std::move(near).error());
        auto keys = std::move(near->keys);
        if (near->looked_to == 0 || keys.size() >= static_cast<std::size_t>(limit)) return keys;
        auto far_scan = scan_along(group, then);
        far_scan.limit = limit - static_cast<int>(keys.size());
        begin_after(far_scan, near->looked_to);
        auto far = keys_of_scan(far_scan);
        if (!far) return far;
        keys.insert(keys.end(), far->begin(), far->end());
        return keys;
    }

    Result<std::vector<NumberKey>> keys_of_scan(const KeyScan& scan) const {
        auto found = book_.keys(scan);
        if (!found) return std::unexpected(std::move(found).error());
        return std::move(found->keys);
    }

    // ------------------------------------------------------------------ pages

    /// One row more than the page takes, where there is one.
    Result<std::vector<NumberRow>> rows_of_page() {
        if (query_.sort == NumberSort::number) return rows_by_number();
        if (has_text() || whole_.count <= limits_.read_at_once) {
            auto rows = rows_sorted_here();
            if (!rows || *rows) return rows ? Result<std::vector<NumberRow>>(std::move(**rows)) : std::unexpected(std::move(rows).error());
        }
        return rows_by_group();
    }

    Result<std::vector<NumberRow>> rows_by_number() const {
        if (!has_text() && way_of(whole_) == Along::keys && whole_.count * 2 > total_) {
            auto scan = scan_along_keys(whole_);
            begin_after(scan, after_.key);
            return book_.rows_along_keys(scan);
        }
        auto keys = keys_of(whole_, after_.key, query_.limit + 1);
        if (!keys) return std::unexpected(std::move(keys).error());
        return book_.rows(*keys);
    }

    /// Few enough fit: all are read and sorted. Nothing, where there are more.
    Result<std::optional<std::vector<NumberRow>>> rows_sorted_here() const {
        const bool is_small = whole_.count <= limits_.read_at_once;
        if (!is_small && !has_indexed_text() && besides_.used_begins.empty()) return std::nullopt;
        const int all = static_cast<int>(limits_.read_at_once) + 1;
        auto scan = scan_along(whole_, is_small ? way_of(whole_) : has_indexed_text() ? Along::text : Along::names);
        scan.limit = all;
        scan.descending = false;
        auto keys = keys_of_scan(scan);
        if (!keys) return std::unexpected(std::move(keys).error());
        if (keys->size() == static_cast<std::size_t>(all)) return std::nullopt;
        auto rows = book_.rows(*keys);
        if (!rows) return std::unexpected(std::move(rows).error());
        std::vector<std::pair<Place, std::size_t>> order;
        for (std::size_t at = 0; at < rows->size(); ++at) order.emplace_back(place_of((*rows)[at]), at);
        const auto is_before = [this](const auto& left, const auto& right) { return precedes(left.first, right.first); };
        std::ranges::sort(order, is_before);
        std::vector<NumberRow> out;
        for (const auto& [place, at] : order) {
            if (after_.key != 0 && !precedes(after_, place)) continue;
            out.push_back(std::move((*rows)[at]));
            if (out.size() > static_cast<std::size_t>(query_.limit)) break;
        }
        return std::optional(std::move(out));
    }

    Place place_of(const NumberRow& row) const {
        if (query_.sort == NumberSort::used_by) return {folded(row.used_by), row.key};
        return {sorts_by_tenant() ? value_of(row.tenant) : value_of(directory_.shared(row.class_id)), row.key};
    }

    bool precedes(const Place& left, const Place& right) const {
        const auto order = left.value == right.value ? left.key <=> right.key : left.value <=> right.value;
        return query_.descending ? order > 0 : order < 0;
    }

    /// Group after group, in the order of what they are sorted by.
    Result<std::vector<NumberRow>> rows_by_group() {
        std::vector<NumberKey> keys;
        std::vector<const std::string*> values;
        for (const auto& [value, group] : groups_) values.push_back(&value);
        if (query_.descending) std::ranges::reverse(values);
        for (const auto* value : values) {
            const bool is_used = query_.sort == NumberSort::used_by && !value->empty();
            auto after = after_.key;
            if (!is_used && after != 0) {
                // A page that began among those that somebody uses has left the others behind, or has them before it.
                const auto order = after_.value <=> *value;
                if (query_.descending ? order < 0 : order > 0) continue;
                if (order != 0) after = 0;
            }
            const auto wanted = query_.limit + 1 - static_cast<int>(keys.size());
            auto found = is_used ? keys_by_user(groups_.at(*value), wanted) : keys_of(groups_.at(*value), after, wanted);
            if (!found) return std::unexpected(std::move(found).error());
            keys.insert(keys.end(), found->begin(), found->end());
            if (keys.size() > static_cast<std::size_t>(query_.limit)) break;
        }
        return book_.rows(keys);
    }

    Result<std::vector<NumberKey>> keys_by_user(const Group& group, int limit) const {
        if (query_.descending && after_.key != 0 && after_.value.empty()) return std::vector<NumberKey>();
        auto scan = scan_along_keys(group);
        scan.limit = limit;
        auto found = book_.by_user(scan, {after_.value, after_.value.empty() ? 0 : after_.key});
        if (!found) return std::unexpected(std::move(found).error());
        std::vector<NumberKey> keys;
        for (const auto& each : *found) keys.push_back(each.key);
        return keys;
    }

    // ------------------------------------------------------------------ how many

    Result<InventoryTotal> total_of(std::size_t shown, bool is_full) const {
        if (!is_full) return InventoryTotal{static_cast<std::int64_t>(shown), true};
        if (!has_text() && besides_.from == 0 && besides_.to == 0) return InventoryTotal{whole_.count, true};
        auto scan = scan_along(whole_, whole_.count > limits_.read_at_once && has_indexed_text() ? Along::text : way_of(whole_));
        scan.limit = limits_.counted_to + 1;
        if (scan.along == Along::keys) scan.look_at_most = limits_.read_at_once;
        const auto some = book_.keys(scan);
        if (!some) return std::unexpected(some.error());
        const auto seen = static_cast<std::int64_t>(some->keys.size());
        const bool is_all = seen <= limits_.counted_to && some->looked_to == 0;
        return InventoryTotal{std::max(std::min<std::int64_t>(seen, limits_.counted_to), static_cast<std::int64_t>(shown)), is_all};
    }

    NumberBook& book_;
    const NumberDirectory& directory_;
    const InventoryQuery& query_;
    const TenantTree& tree_;
    const ListLimits& limits_;
    KeyScan besides_;
    bool nothing_fits_ = false;
    std::int64_t total_ = 0;
    bool any_class_ = true, any_tenant_ = true;
    struct ClassCount {
        std::int64_t id;
        const NumberClass* shared;  ///< stays where it is: classes are never taken away while they have numbers
        std::int64_t wanted;        ///< that fit
        std::int64_t all;
    };
    std::vector<ClassCount> counts_;
    std::vector<std::int64_t> tenants_;
    Group whole_;
    std::map<std::string, Group> groups_;
    Place after_;
};

}  // namespace

Result<InventoryPage> InventoryList::page(const InventoryQuery& query, const TenantTree& tenants) const {
    return Listing(book_, directory_, query, tenants, limits_).page();
}

Result<void> InventoryList::each(
    const InventoryQuery& query, const TenantTree& tenants, const std::function<bool(const NumberLine&)>& take,
    const std::function<bool()>& pause, bool is_short
) const {
    auto piece = query;
    piece.cursor.clear();
    piece.limit = limits_.export_piece;
    const Listing whole(book_, directory_, piece, tenants, limits_);
    if (whole.is_empty()) return {};
    if (auto scan = whole.read_through()) {
        scan->is_short = is_short;
        return read_through(*scan, take, pause);
    }
    while (true) {
        const auto page = Listing(book_, directory_, piece, tenants, limits_).page();
        if (!page) return std::unexpected(page.error());
        for (const auto& row : page->rows) {
            const auto called = row.first_call ? std::optional<std::int64_t>(row.first_call->time_since_epoch().count()) : std::nullopt;
            if (!take({row.key, row.class_id, row.tenant, row.used_by, row.features, row.tags, row.custom, row.cost, row.order, called}))
                return {};
        }
        piece.cursor = page->next_cursor;
        if (piece.cursor.empty() || !pause()) return {};
    }
}

Result<void> InventoryList::read_through(
    KeyScan scan, const std::function<bool(const NumberLine&)>& take, const std::function<bool()>& pause
) const {
    scan.limit = lines_for_a_row * limits_.export_piece;
    while (true) {
        int count = 0;
        NumberKey last = 0;
        bool is_wanted = true;
        const auto read = book_.each_line(scan, [&](const NumberLine& line) {
            ++count;
            last = line.key;
            is_wanted = take(line);
            return is_wanted && count < scan.limit;
        });
        if (!read) return read;
        if (!is_wanted || count < scan.limit || !pause()) return {};
        (scan.descending ? scan.to : scan.from) = scan.descending ? last : last + 1;
    }
}

}  // namespace porteur
