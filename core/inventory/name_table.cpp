// SPDX-License-Identifier: Apache-2.0
#include "inventory/name_table.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

namespace porteur {
namespace {

constexpr std::size_t places_at_first = 64;  // a power of two
/// So full is the table of ids at most: as many quarters.
constexpr std::size_t full_quarters = 3;

}  // namespace

void NameTable::clear() {
    shelves_.clear();
    shelves_.push_back(std::make_unique<Shelf>());
    numbers_.assign(1, 0);  // nobody's
    free_.clear();
    ++reused_;
    ids_.assign(places_at_first, 0);
}

std::string_view NameTable::operator[](NameId id) const {
    const auto& shelf = *shelves_[id / names_of_a_shelf];
    const auto at = id % names_of_a_shelf;
    return {shelf.letters.data() + shelf.begins[at], shelf.begins[at + 1] - shelf.begins[at]};
}

// ------------------------------------------------------------------ the table of ids

std::size_t NameTable::first_place_of(std::string_view name) const {
    return std::hash<std::string_view>{}(name) & (ids_.size() - 1);
}

std::size_t NameTable::place_of(std::string_view name) const {
    auto place = first_place_of(name);
    while (ids_[place] != 0 && (*this)[ids_[place]] != name) place = (place + 1) & (ids_.size() - 1);
    return place;
}

void NameTable::grow() {
    std::vector<NameId> old(ids_.size() * 2);
    old.swap(ids_);
    for (const auto id : old) {
        if (id == 0) continue;
        auto place = first_place_of((*this)[id]);
        while (ids_[place] != 0) place = (place + 1) & (ids_.size() - 1);
        ids_[place] = id;
    }
}

/// Those behind it come nearer, so that each is found from its first place on without a gap.
void NameTable::take_out(std::size_t place) {
    const auto mask = ids_.size() - 1;
    for (auto next = (place + 1) & mask; ids_[next] != 0; next = (next + 1) & mask) {
        const auto first = first_place_of((*this)[ids_[next]]);
        if (((next - first) & mask) < ((next - place) & mask)) continue;  // it would come before its first place
        ids_[place] = ids_[next];
        place = next;
    }
    ids_[place] = 0;
}

NameId NameTable::take(std::string_view name) {
    if (name.empty()) return 0;
    auto place = place_of(name);
    if (const auto id = ids_[place]; id != 0) {
        ++numbers_[id];
        return id;
    }
    if ((size() + 1) * 4 > ids_.size() * full_quarters) {
        grow();
        place = place_of(name);
    }
    auto id = static_cast<NameId>(numbers_.size());
    if (free_.empty()) {
        numbers_.push_back(1);
    } else {
        id = free_.back();
        free_.pop_back();
        ++reused_;
        numbers_[id] = 1;
    }
    write(id, name);
    ids_[place] = id;
    return id;
}

void NameTable::give_back(NameId id) {
    if (id == 0 || --numbers_[id] != 0) return;
    // Its letters stay until another name takes their place: nobody has the id.
    take_out(place_of((*this)[id]));
    free_.push_back(id);
}

void NameTable::write(NameId id, std::string_view name) {
    if (id / names_of_a_shelf == shelves_.size()) {
        shelves_.back()->letters.shrink_to_fit();
        shelves_.push_back(std::make_unique<Shelf>());
    }
    auto& shelf = *shelves_[id / names_of_a_shelf];
    const auto at = id % names_of_a_shelf;
    const auto old_size = shelf.begins[at + 1] - shelf.begins[at];
    shelf.letters.replace(shelf.begins[at], old_size, name);
    const auto more = static_cast<std::uint32_t>(name.size()) - old_size;  // comes out right where it is less, too
    for (auto next = at + 1; next < shelf.begins.size(); ++next) shelf.begins[next] += more;
}

// ------------------------------------------------------------------ names with a text

std::vector<bool> NameTable::with(std::string_view text, bool begins) const {
    std::vector<bool> found(shelves_.size() * names_of_a_shelf);
    if (text.empty()) return found;
    if (!begins) {
        for (std::size_t each = 0; each < shelves_.size(); ++each) find_on(*shelves_[each], text, each * names_of_a_shelf, found);
        return found;
    }
    for (NameId id = 1; id < numbers_.size(); ++id)
        if ((*this)[id].starts_with(text)) found[id] = true;
    return found;
}

void NameTable::find_on(const Shelf& shelf, std::string_view text, std::size_t first_id, std::vector<bool>& found) {
    const std::string_view letters = shelf.letters;
    if (letters.size() < text.size()) return;
    // Where its first and its last letter stand as far apart as they must is found for many places in one go.
    constexpr std::size_t in_one_go = 1'024;
    std::array<unsigned char, in_one_go> may_be;
    const char first = text.front(), last = text.back();
    const auto places = letters.size() - text.size() + 1;
    std::size_t name = 0, beyond = 0;  // the name found last, and where the next begins
    for (std::size_t from = 0; from < places; from += in_one_go) {
        const auto count = std::min(in_one_go, places - from);
        const char* begin = letters.data() + from;
        const char* end = begin + text.size() - 1;
        for (std::size_t at = 0; at < count; ++at)
            may_be[at] = static_cast<unsigned char>(static_cast<unsigned char>(begin[at] == first) & static_cast<unsigned char>(end[at] == last));
        for (std::size_t at = 0; at < count; ++at) {
            const auto* there = static_cast<const unsigned char*>(std::memchr(may_be.data() + at, 1, count - at));
            if (!there) break;
            at = static_cast<std::size_t>(there - may_be.data());
            const auto place = from + at;
            if (place < beyond || letters.compare(place, text.size(), text) != 0) continue;
            // The last name that does not begin behind it; those without letters begin where the next does. What many names
            // contain stands in one of the next, mostly.
            constexpr int nearby = 16;
            auto next = shelf.begins.begin() + static_cast<std::ptrdiff_t>(name) + 1;
            for (int step = 0; step < nearby && *next <= place; ++step) ++next;
            if (*next <= place) next = std::upper_bound(next, shelf.begins.end(), place);
            name = static_cast<std::size_t>(next - shelf.begins.begin()) - 1;
            if (place + text.size() > *next) continue;  // half of it is the next one's
            found[first_id + name] = true;
            beyond = *next;
        }
    }
}

}  // namespace porteur
