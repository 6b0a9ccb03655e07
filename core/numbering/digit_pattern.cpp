// SPDX-License-Identifier: Apache-2.0
// The expression becomes a tree, the tree an automaton with free moves (Thompson), and that one a
// table without (the subset construction). A repetition is written out as often as it says.
#include "numbering/digit_pattern.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace porteur::numbering {
namespace {

constexpr unsigned repetition_max = 40;
constexpr unsigned unlimited = ~0U;

struct Node {
    enum class Kind { digits, sequence, choice, repeat } kind = Kind::sequence;
    std::uint16_t digits = 0;  // bit n for the digit n
    std::vector<Node> parts = {};
    unsigned least = 0, most = 0;
};

class Reader {
public:
    explicit Reader(std::string_view text) : text_(text) {}

    std::optional<Node> read() {
        auto node = choice();
        if (!good_ || at_ != text_.size()) return std::nullopt;
        return node;
    }

private:
    bool is(char letter) const { return at_ < text_.size() && text_[at_] == letter; }
    bool take(char letter) {
        if (!is(letter)) return false;
        ++at_;
        return true;
    }

    Node choice() {
        Node node{.kind = Node::Kind::choice};
        do node.parts.push_back(sequence());
        while (good_ && take('|'));
        return node;
    }

    Node sequence() {
        Node node{.kind = Node::Kind::sequence};
        while (good_ && at_ < text_.size() && !is('|') && !is(')'))
            node.parts.push_back(repeated());
        return node;
    }

    Node repeated() {
        Node node = single();
        while (good_) {
            unsigned least = 0, most = unlimited;
            if (take('?'))
                most = 1;
            else if (take('+'))
                least = 1;
            else if (take('{')) {
                least = count();
                most = least;
                if (take(',')) most = is('}') ? unlimited : count();
                if (!take('}') || (most != unlimited && (most < least || most > repetition_max)))
                    good_ = false;
            } else if (!take('*'))
                break;
            Node outer{.kind = Node::Kind::repeat, .least = least, .most = most};
            outer.parts.push_back(std::move(node));
            node = std::move(outer);
        }
        return node;
    }

    unsigned count() {
        unsigned value = 0;
        const auto begin = at_;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' &&
               value <= repetition_max)
            value = value * 10 + static_cast<unsigned>(text_[at_++] - '0');
        if (at_ == begin || value > repetition_max) good_ = false;
        return value;
    }

    Node single() {
        Node node{.kind = Node::Kind::digits};
        if (take('(')) {
            if (take('?') && !take(':')) good_ = false;
            node = choice();
            if (!take(')')) good_ = false;
        } else if (take('[')) {
            node.digits = set();
        } else if (take('\\')) {
            if (!take('d')) good_ = false;
            node.digits = 0x3FF;
        } else if (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
            node.digits =
                static_cast<std::uint16_t>(1U << static_cast<unsigned>(text_[at_++] - '0'));
        } else {
            good_ = false;
        }
        return node;
    }

    std::uint16_t set() {
        std::uint16_t digits = 0;
        while (good_ && !take(']')) {
            const auto from = digit();
            const auto to = take('-') ? digit() : from;
            for (auto each = from; good_ && each <= to; ++each)
                digits |= static_cast<std::uint16_t>(1U << each);
        }
        return digits;
    }
    unsigned digit() {
        if (at_ >= text_.size() || text_[at_] < '0' || text_[at_] > '9') {
            good_ = false;
            return 0;
        }
        return static_cast<unsigned>(text_[at_++] - '0');
    }

    std::string_view text_;
    std::size_t at_ = 0;
    bool good_ = true;
};

struct Automaton {
    struct State {
        std::uint16_t digits = 0;  // moves to `then` on these
        std::uint32_t then = 0;
        std::vector<std::uint32_t> free;
    };
    std::vector<State> states;

    std::uint32_t make() {
        states.emplace_back();
        return static_cast<std::uint32_t>(states.size() - 1);
    }
    bool is_too_large() const { return states.size() > 200'000; }

    /// Adds `node` behind the state `from`; gives the state behind it.
    std::uint32_t add(const Node& node, std::uint32_t from) {
        if (is_too_large()) return from;
        switch (node.kind) {
            case Node::Kind::digits: {
                const auto begin = make(), end = make();
                states[from].free.push_back(begin);
                states[begin].digits = node.digits;
                states[begin].then = end;
                return end;
            }
            case Node::Kind::sequence:
                for (const auto& part : node.parts) from = add(part, from);
                return from;
            case Node::Kind::choice: {
                const auto end = make();
                for (const auto& part : node.parts) {
                    const auto begin = make();
                    states[from].free.push_back(begin);
                    const auto behind = add(part, begin);
                    states[behind].free.push_back(end);
                }
                return end;
            }
            case Node::Kind::repeat:
                break;
        }
        const auto& part = node.parts.front();
        for (unsigned index = 0; index < node.least; ++index) from = add(part, from);
        const auto end = make();
        if (node.most == unlimited) {
            const auto again = make();
            states[from].free.push_back(again);
            const auto behind = add(part, again);
            states[behind].free.push_back(again);
            states[again].free.push_back(end);
            return end;
        }
        states[from].free.push_back(end);
        for (unsigned index = node.least; index < node.most; ++index) {
            from = add(part, from);
            states[from].free.push_back(end);
        }
        return end;
    }

    using Set = std::vector<std::uint32_t>;

    /// With all that is reached by free moves; only states that move by a digit, and the end, are
    /// kept.
    Set closed(Set open, std::uint32_t end) const {
        Set out;
        std::vector<bool> seen(states.size());
        while (!open.empty()) {
            const auto each = open.back();
            open.pop_back();
            if (seen[each]) continue;
            seen[each] = true;
            if (states[each].digits != 0 || each == end) out.push_back(each);
            open.insert(open.end(), states[each].free.begin(), states[each].free.end());
        }
        std::ranges::sort(out);
        return out;
    }
};

}  // namespace

std::optional<DigitPattern> DigitPattern::compile(std::string_view expression) {
    const auto tree = Reader(expression).read();
    if (!tree) return std::nullopt;
    Automaton automaton;
    const auto begin = automaton.make();
    const auto end = automaton.add(*tree, begin);
    if (automaton.is_too_large()) return std::nullopt;

    DigitPattern made;
    made.states_.resize(2);
    std::map<Automaton::Set, std::uint16_t> numbers;
    std::vector<Automaton::Set> sets(1);
    sets.push_back(automaton.closed({begin}, end));
    numbers.emplace(sets.back(), static_cast<std::uint16_t>(start));
    for (std::size_t index = start; index < sets.size(); ++index) {
        made.states_[index].accepts = std::ranges::binary_search(sets[index], end);
        for (unsigned digit = 0; digit < 10; ++digit) {
            Automaton::Set open;
            for (const auto each : sets[index])
                if (automaton.states[each].digits >> digit & 1U)
                    open.push_back(automaton.states[each].then);
            if (open.empty()) continue;
            auto next = automaton.closed(std::move(open), end);
            const auto [found, is_new] =
                numbers.emplace(next, static_cast<std::uint16_t>(sets.size()));
            if (is_new) {
                if (sets.size() >= state_count_max) return std::nullopt;
                sets.push_back(std::move(next));
                made.states_.emplace_back();
            }
            made.states_[index].next[digit] = found->second;
        }
    }
    return made;
}

}  // namespace porteur::numbering
