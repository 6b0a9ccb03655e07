// SPDX-License-Identifier: Apache-2.0
#include "inventory/number_index.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

#include "inventory/name_table.hpp"
#include "inventory/tag_texts.hpp"

namespace porteur {
namespace {

/// The digits of a number, four bits each, left-aligned in fifteen places, and how many there are: in the
/// same order as its NumberKey, but digits can be looked at without dividing.
using Digits = std::uint64_t;

constexpr int places = 15;
constexpr unsigned bits = 4;
constexpr Digits ones = 0x1111'1111'1111'1111, flags = 0x8888'8888'8888'8888, below_flags = 0x7777'7777'7777'7777;
constexpr std::uint64_t beyond_all = 1'000'000'000'000'000;  // sixteen places

/// @param key  may be one that no number has: the end of a range
Digits digits_of(NumberKey key) {
    auto value = static_cast<std::uint64_t>(key) >> bits;
    if (value >= beyond_all) return ~Digits{0};
    Digits out = static_cast<std::uint64_t>(key) & 15U;
    for (int place = 1; place <= places; ++place) {
        out |= (value % 10) << (bits * static_cast<unsigned>(place));
        value /= 10;
    }
    return out;
}

NumberKey key_of(Digits digits) {
    std::uint64_t value = 0;
    for (int place = places; place >= 1; --place) value = value * 10 + (digits >> (bits * static_cast<unsigned>(place)) & 15U);
    return static_cast<NumberKey>(value << bits | (digits & 15U));
}

/// Small numbers for ids, each of which stays what it is: of accounts and of classes there are few. Those that there is
/// no room for are all the number after the last: they may be any.
class Interned {
public:
    explicit Interned(unsigned bits_of_a_place) : max_((std::uint64_t{1} << bits_of_a_place) - 1) {}
    std::uint64_t put(std::int64_t value) {
        if (const auto* place = find(value)) return *place;
        if (values_.size() == max_) return max_;
        values_.push_back(value);
        return places_.try_emplace(value, values_.size() - 1).first->second;
    }
    /// Which of them are wished.
    std::vector<bool> among(const std::vector<std::int64_t>& wished) const {
        std::vector<bool> out(values_.size());
        if (max_ == values_.size()) out.push_back(true);
        if (out.empty()) out.push_back(false);  // an empty one would be any
        for (const auto each : wished)
            if (const auto* place = find(each)) out[*place] = true;
        return out;
    }
    const std::uint64_t* find(std::int64_t value) const {
        const auto found = places_.find(value);
        return found == places_.end() ? nullptr : &found->second;
    }
    std::int64_t operator[](std::uint64_t place) const { return place < values_.size() ? values_[place] : 0; }

private:
    std::uint64_t max_;
    std::unordered_map<std::int64_t, std::uint64_t> places_;
    std::vector<std::int64_t> values_;
};

constexpr unsigned class_bits = 20, tenant_bits = 24, tags_bits = 20;

struct Entry {
    std::uint64_t shared : class_bits;
    std::uint64_t tenant : tenant_bits;
    std::uint64_t tags : tags_bits;
};
static_assert(sizeof(Entry) == 8);

constexpr std::size_t most_near_tags = (std::size_t{1} << tags_bits) - 1;

/// Whether digits stand in a number, wherever: all places are looked at in one go.
class Contains {
public:
    explicit Contains(const std::string& digits) {
        if (digits.size() > places) return;  // stands in none
        for (const char digit : digits) {
            wanted_[count_] = ones * static_cast<Digits>(digit - '0') << (bits * count_);
            ++count_;
        }
        for (unsigned length = count_; length <= places; ++length) begins_[length] = flags << (bits * (static_cast<unsigned>(places) - (length - count_)));
    }
    bool operator()(Digits number) const { return stands_in(number, wanted_.data(), count_); }
    /// Calls `use` with what says the same of one number after another in the shortest way.
    void with_test(auto use) const {
        with_count(use, std::make_integer_sequence<unsigned, places + 1>());
    }

private:
    bool stands_in(Digits number, const Digits* wanted, unsigned count) const {
        // What is left of the digits behind a place comes over it, and is nothing where all are those wanted. What comes in
        // from the right is nothing, too: no digits begin there.
        Digits others = 0;
        for (unsigned each = 0; each < count; ++each) others |= number << (bits * each) ^ wanted[each];
        const auto same = ~(((others & below_flags) + below_flags) | others) & begins_[number & 15U];
        return same != 0;
    }
    template <unsigned... counts>
    void with_count(auto use, std::integer_sequence<unsigned, counts...>) const {
        const auto with = [&]<unsigned count>(std::integral_constant<unsigned, count>) {
            std::array<Digits, count> wanted;
            std::copy_n(wanted_.begin(), count, wanted.begin());
            use([&](Digits number) { return stands_in(number, wanted.data(), count); });
        };
        ((counts == count_ ? with(std::integral_constant<unsigned, counts>()) : void()), ...);
    }

    unsigned count_ = 0;
    std::array<Digits, places> wanted_{};      ///< in each place, moved as the number is
    std::array<Digits, places + 1> begins_{};  ///< by the number's length: where they may begin
};

/// As many numbers as are looked at in one go, one column after another.
constexpr std::size_t block_size = 512;

struct Block {
    std::array<Digits, block_size> numbers;
    std::array<Entry, block_size> entries;
    std::array<NameId, block_size> names;
};

/// Places of a block.
class Chosen {
public:
    void all(std::size_t from, std::size_t to) {
        count_ = 0;
        for (auto at = from; at < to; ++at) places_[count_++] = static_cast<std::uint16_t>(at);
    }
    /// Without a jump that depends on what is found: it could not be foretold.
    void keep(auto fits) {
        std::size_t kept = 0;
        for (std::size_t each = 0; each < count_; ++each) {
            const auto place = places_[each];
            places_[kept] = place;
            kept += static_cast<std::size_t>(static_cast<bool>(fits(place)));
        }
        count_ = kept;
    }
    std::size_t size() const { return count_; }
    std::size_t operator[](std::size_t each) const { return places_[each]; }

private:
    std::array<std::uint16_t, block_size> places_;
    std::size_t count_ = 0;
};

}  // namespace

class IndexTest {
public:
    std::vector<bool> classes, tenants;  ///< by their places; empty: any
    std::optional<TagTest> tags;
    std::vector<Contains> digits;
    std::vector<std::vector<bool>> names;  ///< each of them says yes
    struct Any {
        std::vector<std::vector<bool>> names;
        std::optional<Contains> digits;
    };
    std::optional<Any> any;  ///< one of them says yes

    bool operator()(Digits number, const Entry& entry, const TagTexts& texts) const {
        return has(classes, entry.shared) && has(tenants, entry.tenant) && (!tags || texts.fits(*tags, number, entry.tags)) &&
               std::ranges::all_of(digits, [number](const Contains& each) { return each(number); });
    }

    /// Right after it was made.
    void choose(const Block& block, const TagTexts& texts, Chosen& chosen) const {
        if (!classes.empty()) chosen.keep([&](std::size_t at) { return knows(classes, block.entries[at].shared); });
        if (!tenants.empty()) chosen.keep([&](std::size_t at) { return knows(tenants, block.entries[at].tenant); });
        if (tags && texts.all_near())
            chosen.keep([&](std::size_t at) { return knows(tags->chosen, block.entries[at].tags); });
        else if (tags)
            chosen.keep([&](std::size_t at) { return texts.fits(*tags, block.numbers[at], block.entries[at].tags); });
        for (const auto& each : names) chosen.keep([&](std::size_t at) { return knows(each, block.names[at]); });
        for (const auto& each : digits)
            each.with_test([&](auto stands_in) { chosen.keep([&](std::size_t at) { return stands_in(block.numbers[at]); }); });
        if (!any) return;
        chosen.keep([&](std::size_t at) {
            return std::ranges::any_of(any->names, [&](const auto& each) { return knows(each, block.names[at]); }) ||
                   (any->digits && (*any->digits)(block.numbers[at]));
        });
    }

private:
    // What came into the index after the test was made is none of those wished.
    static bool has(const std::vector<bool>& wished, std::uint64_t place) { return wished.empty() || knows(wished, place); }
    static bool knows(const std::vector<bool>& wished, std::uint64_t place) { return place < wished.size() && wished[place]; }
};

namespace {

/// The first places of an order of names, of all that it is shown.
class FirstNames {
public:
    FirstNames(const NameTable& names, const NameWish& wish) : names_(names), wish_(wish) {}

    void add(Digits number, NameId name) {
        if (wish_.used_alone && name == 0) return;
        ++count_;
        const Place place{name, number};
        if (wish_.after.key != 0 && !precedes(wish_.after.name, digits_of(wish_.after.key), names_[name], number)) return;
        const auto before = [this](const Place& left, const Place& right) { return precedes(left, right); };
        if (first_.size() >= wish_.limit) {
            if (wish_.limit == 0 || !precedes(place, first_.front())) return;
            std::ranges::pop_heap(first_, before);
            first_.pop_back();
        }
        first_.push_back(place);
        std::ranges::push_heap(first_, before);
    }
    NameHits found() {
        std::ranges::sort(first_, [this](const Place& left, const Place& right) { return precedes(left, right); });
        NameHits out;
        for (const auto& each : first_) out.hits.push_back({std::string(names_[each.name]), key_of(each.number)});
        out.count = count_;
        return out;
    }

private:
    struct Place {
        NameId name;
        Digits number;
    };
    bool precedes(std::string_view left, Digits left_number, std::string_view right, Digits right_number) const {
        const auto by_name = left <=> right;
        const auto by = by_name == 0 ? left_number <=> right_number : by_name;
        return wish_.descending ? by > 0 : by < 0;
    }
    bool precedes(const Place& left, const Place& right) const {
        if (left.name == right.name) return wish_.descending ? left.number > right.number : left.number < right.number;
        return precedes(names_[left.name], left.number, names_[right.name], right.number);
    }

    const NameTable& names_;
    const NameWish& wish_;
    std::vector<Place> first_;  ///< a heap, the last of them on top
    std::int64_t count_ = 0;
};

}  // namespace

struct NumberIndex::Numbers {
    /// Where a number stands, or would stand.
    struct Spot {
        std::size_t block = 0, at = 0;
        auto operator<=>(const Spot&) const = default;
    };
    struct Filled {
        Digits first;
        std::size_t count;
        std::unique_ptr<Block> block;
        const Digits* begin() const { return block->numbers.data(); }
        const Digits* end() const { return begin() + count; }
    };

    std::vector<Filled> blocks;  ///< none is empty
    std::size_t count = 0;
    NameTable names;
    Interned classes{class_bits};
    Interned tenants{tenant_bits};
    TagTexts tags;

    explicit Numbers(TagTexts empty_tags) : tags(std::move(empty_tags)) {}

    /// The first number that is not below; never behind the last of a block, but for the end.
    Spot spot_of(Digits number) const {
        auto spot = spot_for(number);
        if (spot.block < blocks.size() && spot.at == blocks[spot.block].count) spot = {spot.block + 1, 0};
        return spot;
    }
    /// In the block where the number belongs.
    Spot spot_for(Digits number) const {
        if (blocks.empty()) return {};
        const auto next = std::ranges::upper_bound(blocks, number, {}, &Filled::first);
        const auto block = next == blocks.begin() ? next : std::prev(next);
        return {static_cast<std::size_t>(block - blocks.begin()), static_cast<std::size_t>(std::lower_bound(block->begin(), block->end(), number) - block->begin())};
    }
    bool is_at(const Spot& spot, Digits number) const {
        return spot.block < blocks.size() && spot.at < blocks[spot.block].count && blocks[spot.block].begin()[spot.at] == number;
    }

    void put(Digits number, Entry entry, std::string_view tag_text, std::string_view name) {
        auto spot = spot_for(number);
        const auto name_id = names.take(name);
        if (is_at(spot, number)) {
            auto& block = *blocks[spot.block].block;
            entry.tags = tags.change(number, std::uint64_t{block.entries[spot.at].tags}, tag_text);
            block.entries[spot.at] = entry;
            names.give_back(std::exchange(block.names[spot.at], name_id));
            return;
        }
        entry.tags = tags.change(number, std::nullopt, tag_text);
        spot = make_room(spot);
        auto& [first, size, block] = blocks[spot.block];
        const auto insert = [at = spot.at, end = size](auto& column, const auto& value) {
            std::move_backward(column.begin() + at, column.begin() + end, column.begin() + end + 1);
            column[at] = value;
        };
        insert(block->numbers, number);
        insert(block->entries, entry);
        insert(block->names, name_id);
        ++size;
        ++count;
        first = block->numbers.front();
    }

    void remove(Digits number) {
        const auto spot = spot_for(number);
        if (!is_at(spot, number)) return;
        auto& [first, size, block] = blocks[spot.block];
        names.give_back(block->names[spot.at]);
        tags.give_back(number, block->entries[spot.at].tags);
        const auto erase = [at = spot.at, end = size](auto& column) { std::move(column.begin() + at + 1, column.begin() + end, column.begin() + at); };
        erase(block->numbers);
        erase(block->entries);
        erase(block->names);
        --size;
        --count;
        first = block->numbers.front();
        if (size == 0) blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(spot.block));
    }

    /// Calls `see(block, at)` for each number of the range that the test takes, in the way wanted, until it says no.
    IndexHits look(const IndexWish& wish, const IndexTest& test, auto see) const {
        IndexHits out;
        if (wish.to != 0 && wish.to <= wish.from) return out;
        auto first = wish.from <= 0 ? Spot{} : spot_of(digits_of(wish.from));
        auto last = wish.to == 0 ? Spot{blocks.size(), 0} : spot_of(digits_of(wish.to));
        Chosen chosen;
        while (first < last) {
            const auto in = wish.descending ? (last.at == 0 ? last.block - 1 : last.block) : first.block;
            const auto& [_, size, block] = blocks[in];
            const auto from = in == first.block ? first.at : 0, to = in == last.block ? last.at : size;
            chosen.all(from, to);
            test.choose(*block, tags, chosen);
            for (std::size_t each = 0; each < chosen.size(); ++each) {
                const auto at = chosen[wish.descending ? chosen.size() - 1 - each : each];
                if (see(*block, at)) continue;
                out.looked += static_cast<std::int64_t>(wish.descending ? to - at : at + 1 - from);
                return out;
            }
            out.looked += static_cast<std::int64_t>(to - from);
            if (wish.descending)
                last = {in, from};
            else
                first = {in + 1, 0};
        }
        return out;
    }

    IndexTest test_of_rows(const IndexWish& wish) const {
        IndexTest out;
        if (!wish.classes.empty()) out.classes = classes.among(wish.classes);
        if (!wish.tenants.empty()) out.tenants = tenants.among(wish.tenants);
        if (!wish.tags.empty()) out.tags = tags.test(wish.tags);
        for (const auto& each : wish.digits) out.digits.emplace_back(each);
        return out;
    }
    IndexTest test(const IndexWish& wish) const {
        auto out = test_of_rows(wish);
        if (!wish.name_has.empty()) out.names.push_back(names.with(wish.name_has, false));
        if (!wish.name_begins.empty()) out.names.push_back(names.with(wish.name_begins, true));
        if (wish.any_has.empty() && wish.any_begins.empty() && wish.any_digits.empty()) return out;
        auto& any = out.any.emplace();
        if (!wish.any_has.empty()) any.names.push_back(names.with(wish.any_has, false));
        if (!wish.any_begins.empty()) any.names.push_back(names.with(wish.any_begins, true));
        if (!wish.any_digits.empty()) any.digits.emplace(wish.any_digits);
        return out;
    }

    IndexHit hit_at(const Block& block, std::size_t at) const {
        return {key_of(block.numbers[at]), classes[block.entries[at].shared], tenants[block.entries[at].tenant]};
    }

private:
    /// Where a number comes in whose block may be full.
    Spot make_room(Spot spot) {
        if (blocks.empty()) {
            blocks.push_back({0, 0, new_block()});
            return spot;
        }
        if (blocks[spot.block].count < block_size) return spot;
        const auto next = blocks.begin() + static_cast<std::ptrdiff_t>(spot.block) + 1;
        if (spot.at == block_size && next == blocks.end()) {
            // They come in their order: no room is left in between.
            blocks.push_back({0, 0, new_block()});
            return {spot.block + 1, 0};
        }
        constexpr std::size_t half = block_size / 2;
        auto behind = new_block();
        auto& full = blocks[spot.block];
        std::copy(full.block->numbers.begin() + half, full.block->numbers.end(), behind->numbers.begin());
        std::copy(full.block->entries.begin() + half, full.block->entries.end(), behind->entries.begin());
        std::copy(full.block->names.begin() + half, full.block->names.end(), behind->names.begin());
        full.count = half;
        blocks.insert(next, {behind->numbers.front(), block_size - half, std::move(behind)});
        return spot.at <= half ? spot : Spot{spot.block + 1, spot.at - half};
    }
    static std::unique_ptr<Block> new_block() { return std::make_unique_for_overwrite<Block>(); }
};

NumberIndex::NumberIndex() : NumberIndex(most_near_tags) {}
NumberIndex::NumberIndex(std::size_t near_tags) : numbers_(std::make_unique<Numbers>(TagTexts(std::min(near_tags, most_near_tags)))) {}
NumberIndex::~NumberIndex() = default;

void NumberIndex::put(NumberKey key, std::int64_t class_id, std::int64_t tenant, std::string_view tags, std::string_view name) {
    numbers_->put(digits_of(key), {numbers_->classes.put(class_id), numbers_->tenants.put(tenant), 0}, tags, name);
}

void NumberIndex::remove(NumberKey key) { numbers_->remove(digits_of(key)); }

void NumberIndex::clear() {
    auto tags = std::move(numbers_->tags);
    tags.clear();
    numbers_ = std::make_unique<Numbers>(std::move(tags));
}

std::optional<IndexHit> NumberIndex::find(NumberKey key) const {
    const auto number = digits_of(key);
    const auto spot = numbers_->spot_for(number);
    if (!numbers_->is_at(spot, number)) return std::nullopt;
    return numbers_->hit_at(*numbers_->blocks[spot.block].block, spot.at);
}

std::size_t NumberIndex::size() const noexcept { return numbers_->count; }
std::size_t NumberIndex::tag_texts() const noexcept { return numbers_->tags.size(); }

IndexHits NumberIndex::find(const IndexWish& wish) const {
    std::vector<IndexHit> hits;
    if (wish.limit == 0) return {};
    auto out = numbers_->look(wish, numbers_->test(wish), [&](const Block& block, std::size_t at) {
        hits.push_back(numbers_->hit_at(block, at));
        return hits.size() < wish.limit;
    });
    out.hits = std::move(hits);
    return out;
}

NameHits NumberIndex::by_name(const IndexWish& wish, const NameWish& wanted) const {
    FirstNames first(numbers_->names, wanted);
    numbers_->look(wish, numbers_->test(wish), [&](const Block& block, std::size_t at) {
        first.add(block.numbers[at], block.names[at]);
        return true;
    });
    return first.found();
}

NameHits NumberIndex::by_name(const std::vector<NumberKey>& keys, const NameWish& wanted) const {
    FirstNames first(numbers_->names, wanted);
    for (const auto key : keys) {
        const auto number = digits_of(key);
        const auto spot = numbers_->spot_for(number);
        if (numbers_->is_at(spot, number)) first.add(number, numbers_->blocks[spot.block].block->names[spot.at]);
    }
    return first.found();
}

std::shared_ptr<const IndexTest> NumberIndex::test(const IndexWish& wish) const {
    return std::make_shared<const IndexTest>(numbers_->test_of_rows(wish));
}

bool NumberIndex::fits(NumberKey key, const IndexTest& test) const {
    const auto number = digits_of(key);
    const auto spot = numbers_->spot_for(number);
    return numbers_->is_at(spot, number) && test(number, numbers_->blocks[spot.block].block->entries[spot.at], numbers_->tags);
}

}  // namespace porteur
