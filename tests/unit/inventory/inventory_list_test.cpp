// SPDX-License-Identifier: Apache-2.0
// Each page against the same rows filtered and sorted in memory, on SQLite and on PostgreSQL, by every
// way that a list can go.
#include "inventory/inventory_list.hpp"

#include <algorithm>
#include <set>

#include "inventory_world.hpp"

namespace porteur {
namespace {

using testing::InventoryWorld;

template <class Value>
Value one_of(std::mt19937_64& chance, const std::vector<Value>& values) {
    return values[chance() % values.size()];
}

const std::vector<std::int64_t> holders{1, 2, 3, 10, 11, 12, 13, 14, 15, 20, 30};

/// A row with the class that it has.
struct Known {
    NumberRow row;
    NumberClass shared;
};

class InventoryListTest : public InventoryWorld {
protected:
    /// Fills the store with so many numbers of any kind.
    void fill(int count) {
        std::set<NumberKey> taken;
        NumberChanges changes;
        CountChanges counts;
        while (static_cast<int>(known.size()) < count) {
            Known made;
            const auto prefix = one_of<std::string>(chance, {"+1514555", "+1418555", "+33145", "+44207946"});
            std::string text = prefix;
            while (text.size() < 12) text += static_cast<char>('0' + chance() % 10);
            made.row.key = *number_key(text);
            if (!taken.insert(made.row.key).second) continue;
            made.row.tenant = one_of(chance, holders);
            made.shared = {
                .account = one_of<std::string>(chance, {"thinktel", "RingCentral", "genesys"}),
                .country = prefix[1] == '1' ? "CA" : prefix[1] == '3' ? "FR" : "GB",
                .type = one_of<std::string>(chance, {"local", "mobile", "toll_free"}),
                .state = one_of<NumberState>(chance, {NumberState::available, NumberState::in_service, NumberState::missing}),
                .use = one_of<UseType>(chance, {UseType::none, UseType::none, UseType::user, UseType::service, UseType::group}),
                .active = chance() % 2 == 0};
            if (made.shared.use != UseType::none)
                made.row.used_by = one_of<std::string>(chance, {"Réception", "reception 2", "Anna Martin", "Fax", "Zoé", "%_", "5145"});
            if (chance() % 3 == 0) made.row.tags = one_of<std::string>(chance, {"night", "night vip", "vip"});
            if (made.shared.active) made.row.first_call = Instant{std::chrono::milliseconds{1'790'000'000'000}};
            made.row.created = made.row.updated = Instant{std::chrono::milliseconds{1'790'000'000'000}};
            made.row.class_id = directory.id_of(made.shared, changes.new_classes);
            counts.add(made.row.class_id, made.row.tenant, 1);
            changes.rows.push_back({std::nullopt, made.row});
            known.push_back(made);
        }
        changes.counts = directory.after(counts);
        const auto written = book->write(changes);
        ASSERT_TRUE(written) << written.error().message;
        directory.take(changes);
    }

    std::string company(const Known& each) const {
        return tenants.customer_of(each.row.tenant) ? std::string(tenants.name_of(each.row.tenant)) : std::string();
    }
    std::optional<std::int64_t> var_of(const Known& each) const { return tenants.var_of(each.row.tenant); }
    std::string var(const Known& each) const { return var_of(each) ? std::string(tenants.name_of(*var_of(each))) : ""; }

    bool fits(const Known& each, const NumberFilter& filter) const {
        const auto has = [](const std::string& where, const std::string& part) { return folded(where).find(folded(part)) != std::string::npos; };
        const auto among = [](const auto& list, const auto& value) { return list.empty() || std::ranges::find(list, value) != list.end(); };
        if (filter.whose == NumberFilter::Whose::tenant && each.row.tenant != filter.tenant) return false;
        if (filter.whose == NumberFilter::Whose::var && var_of(each) != filter.tenant) return false;
        if (filter.used && *filter.used != !each.row.used_by.empty()) return false;
        if (filter.given && *filter.given == company(each).empty()) return false;
        if (filter.active && *filter.active != each.shared.active) return false;
        if (!among(filter.states, each.shared.state) || !among(filter.accounts, each.shared.account) || !among(filter.types, each.shared.type))
            return false;
        const auto number = number_text(each.row.key);
        if (!filter.number.empty() &&
            (filter.number.starts_with('+') ? !number.starts_with(filter.number) : number.find(filter.number) == std::string::npos))
            return false;
        const bool begins = folded(filter.used_by).size() < 3;
        if (begins ? !folded(each.row.used_by).starts_with(folded(filter.used_by)) : !has(each.row.used_by, filter.used_by)) return false;
        if (!has(company(each), filter.company) || !has(var(each), filter.var) ||
            !has(each.shared.account, filter.account))
            return false;
        if (!filter.any.empty()) {
            const auto part = folded(filter.any);
            const bool in_name = part.size() < 3 ? folded(each.row.used_by).starts_with(part) : has(each.row.used_by, part);
            if (!in_name && number.find(part) == std::string::npos) return false;
        }
        return std::ranges::all_of(filter.tags, [&](const auto& tag) { return (" " + each.row.tags + " ").find(" " + tag + " ") != std::string::npos; });
    }

    std::string value(const Known& each, NumberSort sort) const {
        switch (sort) {
            case NumberSort::number: return {};
            case NumberSort::used_by: return folded(each.row.used_by);
            case NumberSort::company: return folded(company(each));
            case NumberSort::var: return folded(var(each));
            case NumberSort::use: return std::string(word_of(each.shared.use));
            case NumberSort::account: return folded(each.shared.account);
            case NumberSort::status: return each.shared.active ? "active" : "pending";
            case NumberSort::state: return std::string(word_of(each.shared.state));
            case NumberSort::country: return each.shared.country;
            case NumberSort::type: return each.shared.type;
        }
        return {};
    }

    std::vector<NumberKey> expected(const InventoryQuery& query) const {
        std::vector<std::pair<std::string, NumberKey>> found;
        for (const auto& each : known)
            if (fits(each, query.filter)) found.emplace_back(value(each, query.sort), each.row.key);
        std::ranges::sort(found);
        if (query.descending) std::ranges::reverse(found);
        std::vector<NumberKey> keys;
        for (const auto& each : found) keys.push_back(each.second);
        return keys;
    }

    InventoryQuery random_query() {
        InventoryQuery query;
        auto& filter = query.filter;
        const auto sometimes = [this](int in) { return chance() % static_cast<unsigned>(in) == 0; };
        if (sometimes(3)) {
            filter.whose = NumberFilter::Whose::tenant;
            filter.tenant = one_of(chance, holders);
        } else if (sometimes(3)) {
            filter.whose = NumberFilter::Whose::var;
            filter.tenant = one_of<std::int64_t>(chance, {2, 3});
        }
        if (sometimes(5)) filter.used = sometimes(2);
        if (sometimes(6)) filter.given = sometimes(2);
        if (sometimes(5)) filter.active = sometimes(2);
        if (sometimes(6)) filter.states = {one_of<NumberState>(chance, {NumberState::available, NumberState::missing, NumberState::failed})};
        if (sometimes(6)) filter.accounts = {one_of<std::string>(chance, {"thinktel", "genesys"})};
        if (sometimes(6)) filter.types = {"local", "mobile"};
        if (sometimes(4)) filter.number = one_of<std::string>(chance, {"5", "55", "514", "5145", "45551", "+1", "+1514555", "+3", "999999"});
        if (sometimes(5)) filter.used_by = one_of<std::string>(chance, {"r", "RÉ", "z", "rec", "RÉCEPTION", "martin", "%", "_", "zzz"});
        if (sometimes(8)) filter.any = one_of<std::string>(chance, {"5145", "51", "recep", "fa", "nobody"});
        if (sometimes(6)) filter.company = one_of<std::string>(chance, {"acme", "épi", "e", "nothing"});
        if (sometimes(6)) filter.var = one_of<std::string>(chance, {"nor", "o", "west"});
        if (sometimes(8)) filter.account = one_of<std::string>(chance, {"ring", "t"});
        if (sometimes(8)) filter.tags = one_of<std::vector<std::string>>(chance, {{"vip"}, {"night", "vip"}, {"vi"}});
        query.sort = static_cast<NumberSort>(chance() % 10);
        query.descending = sometimes(2);
        query.limit = one_of<int>(chance, {1, 7, 50, 400});
        return query;
    }

    /// All pages, one after another; at most some of a long list.
    std::vector<NumberKey> read_pages(const InventoryList& list, InventoryQuery query, std::size_t pages_max, InventoryTotal& total) {
        std::vector<NumberKey> keys;
        for (std::size_t page = 0; page < pages_max; ++page) {
            const auto found = list.page(query, tenants);
            EXPECT_TRUE(found) << found.error().message;
            if (!found) break;
            EXPECT_EQ(found->total.has_value(), page == 0);
            if (found->total) total = *found->total;
            EXPECT_LE(found->rows.size(), static_cast<std::size_t>(query.limit));
            for (const auto& row : found->rows) keys.push_back(row.key);
            query.cursor = found->next_cursor;
            if (query.cursor.empty()) break;
        }
        return keys;
    }

    std::mt19937_64 chance{20261126};
    std::vector<Known> known;
};

std::string told(const InventoryQuery& query) {
    const auto& filter = query.filter;
    std::string out = "sort " + std::string(word_of(query.sort)) + (query.descending ? " down" : " up") + " limit " + std::to_string(query.limit) +
                      " whose " + std::to_string(static_cast<int>(filter.whose)) + "/" + std::to_string(filter.tenant) + " number " + filter.number +
                      " used_by " + filter.used_by + " any " + filter.any + " company " + filter.company + " var " + filter.var + " account " + filter.account;
    for (const auto& tag : filter.tags) out += " tag " + tag;
    return out + " states " + std::to_string(filter.states.size()) + " accounts " + std::to_string(filter.accounts.size());
}

TEST_P(InventoryListTest, pages_are_those_of_the_rows_filtered_and_sorted) {
    fill(1'200);
    if (HasFatalFailure()) return;
    const InventoryList all_ways(*book, directory, {.few = 40, .look_nearby = 25, .looks_for_a_stretch = 5, .counted_to = 60, .export_piece = 30});
    const InventoryList as_it_is(*book, directory);
    for (int round = 0; round < 150; ++round) {
        const auto query = random_query();
        auto wanted = expected(query);
        const auto all = wanted.size();
        const std::size_t pages_max = 12;
        wanted.resize(std::min(wanted.size(), pages_max * static_cast<std::size_t>(query.limit)));
        for (const auto* list : {&all_ways, &as_it_is}) {
            InventoryTotal total;
            ASSERT_EQ(read_pages(*list, query, pages_max, total), wanted) << "round " << round << ": " << told(query);
            if (total.exact)
                ASSERT_EQ(total.count, static_cast<std::int64_t>(all)) << told(query);
            else
                ASSERT_LE(total.count, static_cast<std::int64_t>(all)) << told(query);
        }
    }
}

TEST_P(InventoryListTest, an_export_reads_the_same_rows_as_the_pages) {
    fill(500);
    if (HasFatalFailure()) return;
    const InventoryList list(*book, directory, {.few = 40, .look_nearby = 25, .looks_for_a_stretch = 5, .counted_to = 60, .export_piece = 30});
    for (int round = 0; round < 100; ++round) {
        const auto query = random_query();
        std::vector<NumberKey> keys;
        const auto done = list.each(query, tenants, [&](const NumberLine& line) {
            keys.push_back(line.key);
            return true;
        });
        ASSERT_TRUE(done) << done.error().message;
        ASSERT_EQ(keys, expected(query)) << told(query);
    }
}

TEST_P(InventoryListTest, an_export_pauses_between_its_pieces_and_can_be_ended_there) {
    fill(500);
    if (HasFatalFailure()) return;
    // Lines are read four times as many at once as rows.
    const InventoryList list(*book, directory, {.export_piece = 30});
    for (const auto sort : {NumberSort::number, NumberSort::used_by})
        for (const bool descending : {false, true}) {
            const InventoryQuery query{.filter = {}, .sort = sort, .descending = descending, .limit = 100, .cursor = {}};
            int taken = 0, pauses = 0;
            const auto take = [&](const NumberLine&) { return ++taken > 0; };
            ASSERT_TRUE(list.each(query, tenants, take, [&] { return ++pauses > 0; }));
            EXPECT_EQ(taken, 500);
            EXPECT_EQ(pauses, sort == NumberSort::number ? 4 : 16) << "none after the last piece";
            taken = pauses = 0;
            ASSERT_TRUE(list.each(query, tenants, take, [&] { return ++pauses < 3; }));
            EXPECT_EQ(taken, sort == NumberSort::number ? 360 : 90);
            taken = 0;
            ASSERT_TRUE(list.each(query, tenants, [&](const NumberLine&) { return ++taken < 40; }));
            EXPECT_EQ(taken, 40);
        }
}

TEST_P(InventoryListTest, a_short_line_has_all_but_what_nobody_looks_at) {
    fill(100);
    if (HasFatalFailure()) return;
    const InventoryList list(*book, directory);
    std::vector<std::string> whole, brief;
    const auto told_of = [](const NumberLine& line) {
        return std::to_string(line.key) + " " + std::to_string(line.class_id) + " " + std::to_string(line.tenant) + " " + std::string(line.used_by) + "|" +
               std::string(line.features) + "|" + std::string(line.tags);
    };
    ASSERT_TRUE(list.each({}, tenants, [&](const NumberLine& line) {
        whole.push_back(told_of(line));
        return true;
    }));
    const auto read = list.each(
        {}, tenants,
        [&](const NumberLine& line) {
            brief.push_back(told_of(line));
            EXPECT_EQ(line.custom, "");
            EXPECT_EQ(line.cost, "");
            EXPECT_EQ(line.order, 0);
            EXPECT_FALSE(line.first_call);
            return true;
        },
        [] { return true; }, true
    );
    ASSERT_TRUE(read);
    EXPECT_EQ(brief, whole);
    EXPECT_EQ(brief.size(), 100U);
}

TEST_P(InventoryListTest, an_export_meets_the_store_as_it_is_then) {
    fill(200);
    if (HasFatalFailure()) return;
    const InventoryList list(*book, directory, {.export_piece = 50});
    std::vector<NumberKey> keys;
    const auto take = [&](const NumberLine& line) {
        keys.push_back(line.key);
        return true;
    };
    // The store is not held while an export pauses: it can be read, and written, from there.
    const auto read = list.each({}, tenants, take, [&] { return book->rows({keys.back()}).has_value(); });
    ASSERT_TRUE(read);
    EXPECT_EQ(keys, expected({}));
}

TEST_P(InventoryListTest, a_cursor_of_another_list_is_refused) {
    fill(30);
    if (HasFatalFailure()) return;
    const InventoryList list(*book, directory);
    InventoryQuery query{.filter = {}, .sort = NumberSort::state, .descending = false, .limit = 5, .cursor = {}};
    const auto first = list.page(query, tenants);
    ASSERT_TRUE(first);
    for (const auto* wrong : {"x", "number+.1", "state-.12", "state+6.1", "state+6x.1", "state+61.", "state+61.1234567890123456789"}) {
        query.cursor = wrong;
        const auto page = list.page(query, tenants);
        ASSERT_FALSE(page) << wrong;
        EXPECT_EQ(page.error().kind, ErrorKind::invalid_input);
    }
}

TEST_P(InventoryListTest, a_number_whose_user_changes_is_found_by_the_new_name_alone) {
    fill(200);
    if (HasFatalFailure()) return;
    const auto changed = *std::ranges::find_if(known, [](const Known& each) { return each.row.used_by == "Anna Martin"; });
    auto after = changed.row;
    after.used_by = "Quentin";
    ++after.version;
    NumberChanges changes;
    changes.rows.push_back({changed.row, after});
    changes.history.push_back({.key = after.key, .at = after.updated, .job = 7, .by = "anna", .what = "assigned", .data = "{}"});
    ASSERT_TRUE(book->write(changes));
    directory.take(changes);
    const InventoryList list(*book, directory);
    const auto with_name = [&](const std::string& part) {
        InventoryQuery query;
        query.filter.used_by = part;
        query.limit = 400;
        InventoryTotal total;
        return read_pages(list, query, 1, total);
    };
    EXPECT_EQ(with_name("quent"), std::vector{after.key});
    const auto others = with_name("anna martin");
    EXPECT_EQ(std::ranges::count(others, after.key), 0);
    EXPECT_FALSE(others.empty());
    const auto history = book->history(after.key, 10);
    ASSERT_TRUE(history);
    ASSERT_EQ(history->size(), 1U);
    EXPECT_EQ(history->front().what, "assigned");
}

TEST_P(InventoryListTest, what_was_written_is_there_after_a_restart) {
    fill(150);
    if (HasFatalFailure()) return;
    const auto total = directory.total();
    open();
    if (HasFatalFailure()) return;
    EXPECT_EQ(directory.total(), total);
    std::vector<NumberKey> keys;
    for (const auto& each : known) keys.push_back(each.row.key);
    auto rows = book->rows(keys);
    ASSERT_TRUE(rows) << rows.error().message;
    ASSERT_EQ(rows->size(), known.size());
    for (std::size_t at = 0; at < known.size(); ++at) {
        EXPECT_EQ((*rows)[at], known[at].row) << number_text(keys[at]);
        EXPECT_EQ(directory.shared((*rows)[at].class_id), known[at].shared);
    }
}

INSTANTIATE_TEST_SUITE_P(Stores, InventoryListTest, ::testing::Values("sqlite", "postgresql"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace porteur
