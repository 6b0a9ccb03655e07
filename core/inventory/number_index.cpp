// SPDX-License-Identifier: Apache-2.0
#include "inventory/number_index.hpp"

#include <absl/container/btree_map.h>

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>
#include <unordered_set>

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

/// Small numbers for values, each of which stays what it is. Those that there is no room for are all
/// the number after the last: they may be anything.
template <class Value>
class Interned {
public:
    explicit Interned(unsigned bits_of_a_place) : max_((std::uint64_t{1} << bits_of_a_place) - 1) {}
    std::uint64_t put(const Value& value) {
        if (const auto* place = find(value)) return *place;
        if (values_.size() == max_) return max_;
        values_.push_back(value);
        return places_.try_emplace(value, values_.size() - 1).first->second;
    }
    /// Which of them a test says yes to.
    std::vector<bool> chosen(auto choose) const {
        std::vector<bool> out(max_ == values_.size() ? values_.size() + 1 : values_.size());
        for (std::size_t each = 0; each < values_.size(); ++each) out[each] = choose(values_[each]);
        if (out.size() > values_.size()) out.back() = true;
        if (out.empty()) out.push_back(false);  // none would be any
        return out;
    }
    const std::uint64_t* find(const Value& value) const {
        const auto found = places_.find(value);
        return found == places_.end() ? nullptr : &found->second;
    }
    Value operator[](std::uint64_t place) const { return place < values_.size() ? values_[place] : Value(); }
    void clear() {
        places_.clear();
        values_.clear();
    }

private:
    std::uint64_t max_;
    std::unordered_map<Value, std::uint64_t> places_;
    std::vector<Value> values_;
};

/// Whether all of them stand among the words of a row's tags.
bool has_tags(const std::string& tags, const std::vector<std::string>& wished) {
    const auto there = " " + tags + " ";
    return std::ranges::all_of(wished, [&](const std::string& tag) { return there.find(" " + tag + " ") != there.npos; });
}

constexpr unsigned class_bits = 20, tenant_bits = 24, tags_bits = 20;

struct Entry {
    std::uint64_t shared : class_bits;
    std::uint64_t tenant : tenant_bits;
    std::uint64_t tags : tags_bits;
};
static_assert(sizeof(Entry) == 8);

/// Whether digits stand in a number, wherever: all places are looked at in one go.
class Contains {
public:
    explicit Contains(const std::string& digits) {
        if (digits.size() > places) return;  // stands in none
        for (const char digit : digits) wanted_.push_back(ones * static_cast<Digits>(digit - '0'));
        for (std::size_t length = wanted_.size(); length <= places; ++length)
            begins_[length] = flags << (bits * (static_cast<unsigned>(places) - static_cast<unsigned>(length - wanted_.size())));
    }
    bool operator()(Digits number) const {
        // A flag for each place where the digits so far stand one after another.
        auto found = begins_[number & 15U];
        unsigned shift = 0;
        for (const auto each : wanted_) {
            const auto other = number ^ each;
            const auto same = ~(((other & below_flags) + below_flags) | other) & flags;
            found &= same << shift;
            if (found == 0) return false;
            shift += bits;
        }
        return found != 0;
    }

private:
    std::vector<Digits> wanted_;
    std::array<Digits, places + 1> begins_{};  ///< by the number's length: where they may begin
};

}  // namespace

class IndexTest {
public:
    std::vector<bool> classes, tenants, tags;  ///< by their places; empty: any
    std::vector<Contains> digits;

    bool operator()(Digits number, const Entry& entry) const {
        return has(classes, entry.shared) && has(tenants, entry.tenant) && has(tags, entry.tags) &&
               std::ranges::all_of(digits, [number](const Contains& each) { return each(number); });
    }

private:
    // What came into the index after the test was made is none of those wished.
    static bool has(const std::vector<bool>& wished, std::uint64_t place) { return wished.empty() || (place < wished.size() && wished[place]); }
};

struct NumberIndex::Numbers {
    absl::btree_map<Digits, Entry> all;
    Interned<std::int64_t> classes{class_bits};
    Interned<std::int64_t> tenants{tenant_bits};
    Interned<std::string> tags{tags_bits};

    IndexTest test(const IndexWish& wish) const {
        IndexTest out;
        const auto among = [](const std::vector<std::int64_t>& wished) {
            return [set = std::unordered_set(wished.begin(), wished.end())](std::int64_t value) { return set.contains(value); };
        };
        if (!wish.classes.empty()) out.classes = classes.chosen(among(wish.classes));
        if (!wish.tenants.empty()) out.tenants = tenants.chosen(among(wish.tenants));
        if (!wish.tags.empty()) out.tags = tags.chosen([&](const std::string& each) { return has_tags(each, wish.tags); });
        for (const auto& each : wish.digits) out.digits.emplace_back(each);
        return out;
    }
};

NumberIndex::NumberIndex() : numbers_(std::make_unique<Numbers>()) {}
NumberIndex::~NumberIndex() = default;

void NumberIndex::put(NumberKey key, std::int64_t class_id, std::int64_t tenant, std::string_view tags) {
    const Entry entry{numbers_->classes.put(class_id), numbers_->tenants.put(tenant), numbers_->tags.put(std::string(tags))};
    // Most come in order, at the end.
    numbers_->all.insert_or_assign(numbers_->all.end(), digits_of(key), entry);
}

void NumberIndex::remove(NumberKey key) { numbers_->all.erase(digits_of(key)); }

void NumberIndex::clear() {
    numbers_->all.clear();
    numbers_->classes.clear();
    numbers_->tenants.clear();
    numbers_->tags.clear();
}

std::optional<IndexHit> NumberIndex::find(NumberKey key) const {
    const auto found = numbers_->all.find(digits_of(key));
    if (found == numbers_->all.end()) return std::nullopt;
    return IndexHit{key, numbers_->classes[found->second.shared], numbers_->tenants[found->second.tenant]};
}

std::size_t NumberIndex::size() const noexcept { return numbers_->all.size(); }

IndexHits NumberIndex::find(const IndexWish& wish) const {
    IndexHits out;
    const auto& all = numbers_->all;
    const auto test = numbers_->test(wish);
    const auto first = wish.from <= 0 ? all.begin() : all.lower_bound(digits_of(wish.from));
    const auto last = wish.to == 0 ? all.end() : all.lower_bound(digits_of(wish.to));
    /// @return whether to go on
    const auto look = [&](const std::pair<const Digits, Entry>& each) {
        ++out.looked;
        if (test(each.first, each.second)) {
            out.hits.push_back({key_of(each.first), numbers_->classes[each.second.shared], numbers_->tenants[each.second.tenant]});
            if (out.hits.size() == wish.limit) return false;
        }
        if (wish.look_at_most == 0 || out.looked < wish.look_at_most) return true;
        out.looked_to = key_of(each.first);
        return false;
    };
    if (wish.limit == 0 || (wish.to != 0 && wish.to <= wish.from)) return out;
    if (wish.descending) {
        for (auto at = last; at != first;)
            if (!look(*--at)) break;
    } else {
        for (auto at = first; at != last; ++at)
            if (!look(*at)) break;
    }
    return out;
}

std::shared_ptr<const IndexTest> NumberIndex::test(const IndexWish& wish) const { return std::make_shared<const IndexTest>(numbers_->test(wish)); }

bool NumberIndex::fits(NumberKey key, const IndexTest& test) const {
    const auto found = numbers_->all.find(digits_of(key));
    return found != numbers_->all.end() && test(found->first, found->second);
}

}  // namespace porteur
