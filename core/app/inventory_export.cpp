// SPDX-License-Identifier: Apache-2.0
// The inventory's numbers one after another, for the files that they leave in.
#include <algorithm>
#include <unordered_map>

#include "app/inventory_desk.hpp"

namespace porteur {
namespace {

/// What stands beside each row, looked up once for each class and each account.
class Beside {
public:
    Beside(const NumberDirectory& directory, const TenantTree& tree, const Caller& caller)
        : directory_(directory), tree_(tree), caller_(caller) {}

    /// False for what was given to somebody else while the list was read.
    bool is_seen(const NumberLine& line) { return names_of(line.tenant).is_seen; }

    NumberRead read(const NumberLine& line) {
        const auto& names = names_of(line.tenant);
        NumberRead out{
            .key = line.key,
            .used_by = line.used_by,
            .features = line.features,
            .tags = line.tags,
            .custom = line.custom,
            .cost = line.cost,
            .order = line.order,
            .first_call = {},
            .shared = &shared(line.class_id),
            .company = names.company,
            .var = names.var
        };
        if (line.first_call) out.first_call = Instant{std::chrono::milliseconds{*line.first_call}};
        return out;
    }

private:
    struct Names {
        std::string_view company, var;  // the tree's
        bool is_seen = false;
    };

    const NumberClass& shared(std::int64_t class_id) {
        if (class_id == last_class_) return *last_shared_;
        auto found = classes_.find(class_id);
        if (found == classes_.end())
            found = classes_.emplace(class_id, directory_.shared(class_id)).first;
        last_class_ = class_id;
        return *(last_shared_ = &found->second);
    }
    const Names& names_of(std::int64_t tenant) {
        const auto found = names_.find(tenant);
        if (found != names_.end()) return found->second;
        Names names;
        names.is_seen = may(caller_.role, Right::view_numbers, tree_.relation(caller_.tenant, tenant));
        if (const auto company = tree_.customer_of(tenant)) names.company = tree_.name_of(*company);
        if (const auto var = tree_.var_of(tenant)) names.var = tree_.name_of(*var);
        return names_.emplace(tenant, names).first->second;
    }

    const NumberDirectory& directory_;
    const TenantTree& tree_;
    const Caller& caller_;
    std::unordered_map<std::int64_t, NumberClass> classes_;
    std::unordered_map<std::int64_t, Names> names_;
    std::int64_t last_class_ = -1;
    const NumberClass* last_shared_ = nullptr;
};

constexpr std::size_t rows_at_once = 1'000;

NumberLine line_of(const NumberRow& row) {
    const auto called =
        row.first_call ? std::optional<std::int64_t>(row.first_call->time_since_epoch().count())
                       : std::nullopt;
    return {row.key,  row.class_id, row.tenant, row.used_by, row.features,
            row.tags, row.custom,   row.cost,   row.order,   called};
}

std::string sorted_by(NumberSort sort, const NumberRead& number) {
    switch (sort) {
        case NumberSort::used_by:
            return folded(number.used_by);
        case NumberSort::company:
            return folded(number.company);
        case NumberSort::var:
            return folded(number.var);
        case NumberSort::use:
            return std::string(word_of(number.shared->use));
        case NumberSort::account:
            return folded(number.shared->account);
        case NumberSort::status:
            return number.shared->active ? "active" : "pending";
        case NumberSort::state:
            return std::string(word_of(number.shared->state));
        case NumberSort::country:
            return number.shared->country;
        case NumberSort::type:
            return number.shared->type;
        case NumberSort::number:
            break;
    }
    return {};
}

}  // namespace

PaperNeeds InventoryDesk::paper() const {
    return {
        .font_folder = parts_.font_folder,
        .now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())
    };
}

Result<void> InventoryDesk::each_number(
    const Caller& caller, NumberChoice choice, const NumberReading& reading
) {
    const auto tree = parts_.tenants.tree();
    if (auto restricted = restrict(caller, *tree, choice.query.filter); !restricted)
        return restricted;
    if (!choice.only.empty()) return each_chosen(caller, *tree, std::move(choice), reading);
    Beside beside(directory_, *tree, caller);
    return list_.each(
        choice.query, *tree,
        [&](const NumberLine& line) { return !beside.is_seen(line) || reading.take(beside.read(line)); }, reading.pause, choice.is_short
    );
}

Result<void> InventoryDesk::each_chosen(
    const Caller& caller, const TenantTree& tree, NumberChoice choice, const NumberReading& reading
) const {
    Beside beside(directory_, tree, caller);
    const auto read_all = [&](const std::vector<NumberKey>& keys,
                              const std::function<bool(const NumberRead&)>& take,
                              const std::function<bool()>& pause) -> Result<void> {
        for (std::size_t from = 0; from < keys.size(); from += rows_at_once) {
            const auto begin = keys.begin() + static_cast<std::ptrdiff_t>(from);
            const auto rows = book_->rows(
                {begin,
                 begin + static_cast<std::ptrdiff_t>(std::min(rows_at_once, keys.size() - from))}
            );
            if (!rows) return std::unexpected(rows.error());
            for (const auto& row : *rows) {
                const auto line = line_of(row);
                if (!beside.is_seen(line)) continue;
                if (!take(beside.read(line))) return {};
            }
            if (!pause()) return {};
        }
        return {};
    };
    auto keys = std::move(choice.only);
    std::ranges::sort(keys);
    keys.erase(std::ranges::unique(keys).begin(), keys.end());
    if (choice.query.sort != NumberSort::number) {
        std::vector<std::pair<std::string, NumberKey>> places;
        const auto read = read_all(
            keys,
            [&](const NumberRead& number) {
                places.emplace_back(sorted_by(choice.query.sort, number), number.key);
                return true;
            },
            [] { return true; }
        );
        if (!read) return read;
        std::ranges::sort(places);
        keys.clear();
        for (const auto& [value, key] : places) keys.push_back(key);
    }
    if (choice.query.descending) std::ranges::reverse(keys);
    return read_all(keys, reading.take, reading.pause);
}

}  // namespace porteur
