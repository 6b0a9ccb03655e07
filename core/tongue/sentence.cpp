// SPDX-License-Identifier: Apache-2.0
#include "tongue/sentence.hpp"

#include <algorithm>

namespace porteur {
namespace {

/// Where a text in quotes that begins here ends; npos if it is none. As quoted() writes it.
std::size_t end_of_quotes(std::string_view text) {
    if (!text.starts_with('"')) return text.npos;
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (text[at] == '\\')
            ++at;
        else if (text[at] == '"')
            return at + 1;
    }
    return text.npos;
}

bool has_letter(std::string_view text) {
    return std::ranges::any_of(text, [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
    });
}

/// A plain value goes over no end of a clause, unless it stands in quotes. Where a sentence begins
/// with it, it goes over no colon either: what is before that introduces the sentence.
bool is_one_value(std::string_view text, bool is_beginning) {
    if (end_of_quotes(text) == text.size()) return true;
    return text.find("; ") == text.npos && text.find('\n') == text.npos &&
           (!is_beginning || text.find(": ") == text.npos);
}

}  // namespace

Sentence::Sentence(std::string_view sentence) {
    std::string* fixed = &before_;
    for (std::size_t at = 0; at < sentence.size(); ++at) {
        const bool opens = sentence[at] == '{' && at + 2 < sentence.size() &&
                           sentence[at + 1] >= '1' && sentence[at + 1] <= '9' &&
                           (sentence[at + 2] == '}' || sentence[at + 2] == ':');
        const auto end = opens ? sentence.find('}', at) : sentence.npos;
        if (end == sentence.npos) {
            *fixed += sentence[at];
            ++fixed_size_;
            continue;
        }
        const auto kind =
            sentence[at + 2] == ':' ? sentence.substr(at + 3, end - at - 3) : std::string_view();
        const bool is_beginning = !has_letter(before_) &&
                                  std::ranges::none_of(places_, [](const Place& each) {
                                      return has_letter(each.after);
                                  });
        places_.push_back(
            {static_cast<std::size_t>(sentence[at + 1] - '1'), std::string(kind), {}, is_beginning}
        );
        fixed = nullptr;
        fixed = &places_.back().after;
        at = end;
    }
    for (const auto& each : places_)
        if (each.after.size() > longest_.size()) longest_ = each.after;
}

bool Sentence::introduces() const noexcept {
    return places_.size() == 1 && places_.front().kind == "text" &&
           places_.front().after.empty() && before_.ends_with(": ");
}

std::optional<std::size_t> Sentence::index_of_count() const noexcept {
    for (const auto& each : places_)
        if (each.kind == "n") return each.index;
    return std::nullopt;
}

bool Sentence::find_from(
    std::size_t place, std::string_view text, const FitsKind& fits, PhraseValues& values
) const {
    if (place == places_.size()) return text.empty();
    const auto& [index, kind, after, is_beginning] = places_[place];
    const bool is_last = place + 1 == places_.size();
    const auto try_with = [&](std::size_t size) {
        const auto value = text.substr(0, size);
        const bool fit = !value.empty() &&
                         (kind.empty() ? is_one_value(value, is_beginning)
                                       : fits(kind, value));
        if (!fit) return false;
        const auto kept = values[index];
        values[index] = value;
        if (find_from(place + 1, text.substr(size + after.size()), fits, values)) return true;
        values[index] = kept;
        return false;
    };
    if (after.empty() && is_last) return try_with(text.size());
    if (const auto end = end_of_quotes(text);
        end != text.npos && text.substr(end).starts_with(after) && try_with(end))
        return true;
    // A last place with fixed text after it ends where the text does.
    if (is_last)
        return text.size() > after.size() && text.ends_with(after) &&
               try_with(text.size() - after.size());
    for (auto at = text.find(after, 1); at != text.npos; at = text.find(after, at + 1))
        if (try_with(at)) return true;
    return false;
}

std::optional<PhraseValues> Sentence::values_in(std::string_view text, const FitsKind& fits) const {
    if (!text.starts_with(before_) || text.find(longest_) == text.npos) return std::nullopt;
    PhraseValues values;
    if (!find_from(0, text.substr(before_.size()), fits, values)) return std::nullopt;
    return values;
}

std::string Sentence::with(
    const PhraseValues& values,
    const std::function<std::string(std::string_view kind, std::string_view value)>& turned
) const {
    auto out = before_;
    for (const auto& each : places_) {
        out += turned(each.kind, values[each.index]);
        out += each.after;
    }
    return out;
}

}  // namespace porteur
