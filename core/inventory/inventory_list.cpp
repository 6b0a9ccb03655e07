// SPDX-License-Identifier: Apache-2.0
#include "inventory/inventory_list.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <unordered_map>
#include <utility>

namespace porteur {
namespace {


constexpr std::size_t no_limit = std::numeric_limits<int>::max();
constexpr int lines_for_a_row = 4;     // of what is read at once: a line is not kept as a row is
constexpr std::int64_t scattered = 4;  // so many times as many rows lie between those wanted: each is looked up

/// Where a row stands in a list: the value that it is sorted by, and its key.
struct Place {
    std::string value;
    NumberKey key = 0;  ///< 0: before the first
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

/// What a page shows, and one more where there is one.
struct Found {
    std::vector<Place> places;
    std::optional<std::vector<NumberRow>> rows;  ///< of the places, where they were read with them
    bool lie_together = false;           ///< few other rows lie between them
    std::optional<InventoryTotal> total; ///< how many fit in all, where that is known by now
};

/// A page under way.
class Listing {
public:
    Listing(NumberBook& book, const NumberDirectory& directory, const InventoryQuery& query, const ListWish& wish, const ListLimits& limits)
        : book_(book), directory_(directory), query_(query), wish_(wish), limits_(limits) {}

    Result<InventoryPage> page() {
        auto after = read_cursor(query_);
        if (!after) return std::unexpected(std::move(after).error());
        after_ = std::move(*after);
        InventoryPage out;
        const bool is_first = query_.cursor.empty();
        if (wish_.is_empty()) {
            if (is_first) out.total = InventoryTotal{};
            return out;
        }
        auto found = find();
        if (!found) return std::unexpected(std::move(found).error());
        auto& [places, rows, lie_together, total] = *found;
        const bool is_full = places.size() > static_cast<std::size_t>(query_.limit);
        if (is_full) {
            places.resize(static_cast<std::size_t>(query_.limit));
            out.next_cursor = cursor_of(query_, places.back());
        }
        if (is_first) out.total = total ? *total : total_of(places.size(), is_full);
        if (rows) {
            rows->resize(places.size());
            out.rows = std::move(*rows);
        } else {
            std::vector<NumberKey> keys;
            keys.reserve(places.size());
            for (const auto& each : places) keys.push_back(each.key);
            auto read = book_.rows(keys, lie_together);
            if (!read) return std::unexpected(std::move(read).error());
            out.rows = std::move(*read);
        }
        // What was changed since it was found is shown as it is now, or not at all.
        std::erase_if(out.rows, [this](const NumberRow& row) { return !wish_.fits(row); });
        return out;
    }

private:
    std::size_t wanted() const { return static_cast<std::size_t>(query_.limit) + 1; }
    bool is_few() const { return wish_.whole().count <= limits_.few; }
    /// How many fit is told with the first page.
    bool counts() const { return query_.cursor.empty(); }

    Result<Found> find() {
        if (query_.sort == NumberSort::number) return by_number();
        if (is_few() && is_few_tenants()) return sorted(of_tenants());
        auto index = wish_.in_index(wish_.whole());
        if (query_.sort == NumberSort::used_by && (is_few() || wish_.has_names())) return named(directory_.by_name(index, name_wish()));
        if (!is_few() && !wish_.has_text()) return by_groups();
        index.limit = static_cast<std::size_t>(limits_.few) + 1;
        auto some = directory_.find(index);
        if (some.hits.size() == index.limit) {
            if (some.looked <= limits_.rare * std::ssize(some.hits)) return by_groups();
            if (query_.sort == NumberSort::used_by) return named(directory_.by_name(index, name_wish()));
            index.limit = no_limit;
            some = directory_.find(index);
        }
        if (query_.sort != NumberSort::used_by) return sorted_here(some.hits);
        std::vector<NumberKey> keys;
        for (const auto& each : some.hits) keys.push_back(each.key);
        return named(directory_.by_name(keys, name_wish()));
    }

    // ------------------------------------------------------------------ keys in the order of the numbers

    /// Only what comes after a key, in the way that is gone.
    template <class Range>
    void begin_after(Range& range, NumberKey key) const {
        if (key == 0) return;
        if (query_.descending)
            range.to = range.to == 0 ? key : std::min(range.to, key);
        else
            range.from = std::max(range.from, key + 1);
    }

    Result<Found> by_number() const {
        Found out;
        if (is_few_tenants()) {
            auto scan = of_tenants();
            scan.limit = static_cast<int>(wanted());
            begin_after(scan, after_.key);
            auto rows = book_.rows_along(scan);
            if (!rows) return std::unexpected(std::move(rows).error());
            for (const auto& each : *rows) out.places.push_back({{}, each.key});
            out.rows = std::move(*rows);
            return out;
        }
        auto index = wish_.in_index(wish_.whole());
        index.limit = wanted();
        begin_after(index, after_.key);
        // What is looked at for the page is counted as well.
        const bool is_counted = counts() && (wish_.has_text() || wish_.has_range());
        if (is_counted) index.limit = std::max(index.limit, most_counted());
        const auto found = directory_.find(index);
        if (is_counted) out.total = total_of_some(found.hits.size(), index.limit);
        const auto shown = std::min(found.hits.size(), wanted());
        out.lie_together = found.looked <= scattered * std::ssize(found.hits);
        out.places.reserve(shown);
        for (const auto& each : std::span(found.hits).first(shown)) out.places.push_back({{}, each.key});
        return out;
    }

    /// Their own index leads there sooner than looking at all numbers.
    bool is_few_tenants() const {
        if (wish_.tenants().empty() || wish_.has_names()) return false;
        const auto stretches = std::ssize(wish_.tenants()) * limits_.looks_for_a_stretch;
        return stretches < static_cast<std::int64_t>(wanted()) * wish_.total() / std::max<std::int64_t>(wish_.whole().count, 1);
    }
    KeyScan of_tenants() const {
        auto scan = wish_.in_store(wish_.whole());
        scan.tenants = std::exchange(scan.only_tenants, {});
        return scan;
    }

    // ------------------------------------------------------------------ other orders

    bool precedes(const Place& left, const Place& right) const {
        const auto order = left.value == right.value ? left.key <=> right.key : left.value <=> right.value;
        return query_.descending ? order > 0 : order < 0;
    }

    /// All that a few tenants have.
    Result<Found> sorted(KeyScan scan) const {
        scan.limit = static_cast<int>(no_limit);
        const auto keys = book_.keys(scan);
        if (!keys) return std::unexpected(keys.error());
        if (query_.sort == NumberSort::used_by) return named(directory_.by_name(*keys, name_wish()));
        return sorted_here(directory_.find(*keys));
    }

    NameWish name_wish() const {
        return {.after = {after_.value, after_.key}, .limit = wanted(), .descending = query_.descending};
    }
    static Found named(NameHits hits) {
        Found out;
        for (auto& each : hits.hits) out.places.push_back({std::move(each.name), each.key});
        out.total = InventoryTotal{hits.count, true};
        return out;
    }

    /// All that fit, sorted by what the index knows of them.
    Result<Found> sorted_here(const std::vector<IndexHit>& hits) const {
        std::unordered_map<std::int64_t, std::string> values;  // by class, or tenant
        std::vector<std::pair<const std::string*, NumberKey>> order;
        order.reserve(hits.size());
        for (const auto& hit : hits) {
            const auto [place, is_new] = values.try_emplace(wish_.sorts_by_tenant() ? hit.tenant : hit.class_id);
            if (is_new) place->second = wish_.value_of(hit);
            if (after_.key == 0 || precedes(after_, {place->second, hit.key})) order.emplace_back(&place->second, hit.key);
        }
        const auto end = order.begin() + static_cast<std::ptrdiff_t>(std::min(order.size(), wanted()));
        std::ranges::partial_sort(order, end, [this](const auto& left, const auto& right) {
            const auto by_value = *left.first <=> *right.first;
            const auto by = by_value == 0 ? left.second <=> right.second : by_value;
            return query_.descending ? by > 0 : by < 0;
        });
        Found out;
        out.total = InventoryTotal{std::ssize(hits), true};
        for (auto at = order.begin(); at != end; ++at) out.places.push_back({*at->first, at->second});
        return out;
    }

    /// Group after group, in the order of what they are sorted by.
    Result<Found> by_groups() const {
        Found out;
        std::vector<const std::string*> values;
        for (const auto& [value, group] : wish_.groups()) values.push_back(&value);
        if (query_.descending) std::ranges::reverse(values);
        for (std::size_t at = 0; at < values.size() && out.places.size() < wanted();) {
            const auto& value = *values[at];
            const auto& group = wish_.groups().at(value);
            if (query_.sort == NumberSort::used_by && !value.empty()) {
                ++at;
                if (auto added = add_by_user(group, out); !added) return std::unexpected(std::move(added).error());
                continue;
            }
            NumberKey after = 0;
            if (after_.key != 0) {
                // A page that began among those that somebody uses has left the others behind, or has them before it.
                const auto order = after_.value <=> value;
                if (query_.descending ? order < 0 : order > 0) {
                    ++at;
                    continue;
                }
                if (order == 0) after = after_.key;
            }
            add_together(values, at, after, out);
        }
        if (out.places.size() > wanted()) out.places.resize(wanted());
        return out;
    }

    /// One group, or several small ones at one look.
    void add_together(const std::vector<const std::string*>& values, std::size_t& at, NumberKey after, Found& out) const {
        auto together = wish_.groups().at(*values[at]);
        const auto first = *values[at++];
        const auto needed = static_cast<std::int64_t>(wanted() - out.places.size());
        bool is_one = true;
        for (; at < values.size() && query_.sort != NumberSort::used_by && together.count < needed; ++at, is_one = false) {
            const auto& next = wish_.groups().at(*values[at]);
            if (together.count + next.count > limits_.few) break;
            together.classes.insert(together.classes.end(), next.classes.begin(), next.classes.end());
            together.tenants.insert(together.tenants.end(), next.tenants.begin(), next.tenants.end());
            together.count += next.count;
        }
        auto index = wish_.in_index(together);
        index.limit = static_cast<std::size_t>(is_one ? std::min(needed, together.count) : together.count);
        if (is_one) begin_after(index, after);
        std::vector<Place> places;
        for (const auto& hit : directory_.find(index).hits) {
            Place place{is_one ? first : wish_.value_of(hit), hit.key};
            if (is_one || after == 0 || precedes(after_, place)) places.push_back(std::move(place));
        }
        if (!is_one) std::ranges::sort(places, [this](const Place& left, const Place& right) { return precedes(left, right); });
        std::ranges::move(places, std::back_inserter(out.places));
    }

    Result<void> add_by_user(const ListGroup& group, Found& out) const {
        if (query_.descending && after_.key != 0 && after_.value.empty()) return {};
        const auto more = wanted() - out.places.size();
        const NamePlace after{after_.value, after_.value.empty() ? 0 : after_.key};
        // Where many fit they are met on a short way.
        auto scan = wish_.in_store(group);
        scan.limit = static_cast<int>(more);
        scan.look_at_most = std::max(limits_.look_nearby, static_cast<std::int64_t>(more));
        auto near = book_.by_user(scan, {after.name, after.key});
        if (!near) return std::unexpected(std::move(near).error());
        if (near->size() == more) {
            for (auto& each : *near) out.places.push_back({std::move(each.used_key), each.key});
            return {};
        }
        auto all = directory_.by_name(wish_.in_index(group), {.after = after, .limit = more, .descending = query_.descending, .used_alone = true});
        for (auto& each : all.hits) out.places.push_back({std::move(each.name), each.key});
        return {};
    }

    // ------------------------------------------------------------------ how many

    std::size_t most_counted() const { return static_cast<std::size_t>(limits_.counted_to) + 1; }
    static InventoryTotal total_of_some(std::size_t found, std::size_t limit) {
        const bool is_all = found < limit;
        return {static_cast<std::int64_t>(is_all ? found : limit - 1), is_all};
    }
    InventoryTotal total_of(std::size_t shown, bool is_full) const {
        if (!is_full) return {static_cast<std::int64_t>(shown), true};
        if (!wish_.has_text() && !wish_.has_range()) return {wish_.whole().count, true};
        auto index = wish_.in_index(wish_.whole());
        index.limit = std::max(most_counted(), wanted());
        return total_of_some(directory_.find(index).hits.size(), index.limit);
    }

    NumberBook& book_;
    const NumberDirectory& directory_;
    const InventoryQuery& query_;
    const ListWish& wish_;
    const ListLimits& limits_;
    Place after_;
};

}  // namespace

Result<InventoryPage> InventoryList::page(const InventoryQuery& query, const TenantTree& tenants) const {
    const ListWish wish(directory_, query, tenants);
    return Listing(book_, directory_, query, wish, limits_).page();
}

Result<void> InventoryList::each(
    const InventoryQuery& query, const TenantTree& tenants, const std::function<bool(const NumberLine&)>& take,
    const std::function<bool()>& pause, bool is_short
) const {
    auto piece = query;
    piece.cursor.clear();
    piece.limit = limits_.export_piece;
    const ListWish wish(directory_, piece, tenants);
    if (wish.is_empty()) return {};
    const bool is_most = wish.whole().count * limits_.read_through_part >= wish.total();
    if (query.sort == NumberSort::number && !wish.has_text() && is_most) {
        auto scan = wish.in_store(wish.whole());
        scan.is_short = is_short;
        return read_through(wish, std::move(scan), take, pause);
    }
    while (true) {
        // What changes meanwhile is met as it is then: each piece asks anew.
        const auto found = page(piece, tenants);
        if (!found) return std::unexpected(found.error());
        for (const auto& row : found->rows) {
            const auto called = row.first_call ? std::optional<std::int64_t>(row.first_call->time_since_epoch().count()) : std::nullopt;
            if (!take({row.key, row.class_id, row.tenant, row.used_by, row.features, row.tags, row.custom, row.cost, row.order, called}))
                return {};
        }
        piece.cursor = found->next_cursor;
        if (piece.cursor.empty() || !pause()) return {};
    }
}

Result<void> InventoryList::read_through(
    const ListWish& wish, KeyScan scan, const std::function<bool(const NumberLine&)>& take, const std::function<bool()>& pause
) const {
    scan.limit = lines_for_a_row * limits_.export_piece;
    while (true) {
        int count = 0;
        NumberKey last = 0;
        bool is_wanted = true;
        const auto read = book_.each_line(scan, [&](const NumberLine& line) {
            ++count;
            last = line.key;
            is_wanted = !wish.fits(line) || take(line);
            return is_wanted && count < scan.limit;
        });
        if (!read) return read;
        if (!is_wanted || count < scan.limit || !pause()) return {};
        (scan.descending ? scan.to : scan.from) = scan.descending ? last : last + 1;
    }
}

}  // namespace porteur
