// SPDX-License-Identifier: Apache-2.0
#include "domain/order_parts.hpp"

#include <algorithm>
#include <set>

#include "domain/rule_words.hpp"

namespace porteur {
namespace {

using enum OrderState;
using namespace rules;

/// "2 numbers, all toll-free"; the note is the plugin's
std::string text_of_group(const NumberGroup& group) {
    const auto count = group.numbers.size();
    return group.note_en.empty() ? phrase_n(count, "{1:n} number", "{1:n} numbers", count)
                                 : phrase_n(count, "{1:n} number, {2:text}", "{1:n} numbers, {2:text}", count, group.note_en);
}

/// Whether the groups hold each number of the order exactly once, and no other.
bool covers(const std::vector<NumberGroup>& groups, const std::vector<PhoneNumber>& numbers) {
    std::set<std::string> ours;
    for (const auto& each : numbers) ours.insert(each.text());
    for (const auto& group : groups) {
        if (group.numbers.empty()) return false;
        for (const auto& each : group.numbers)
            if (ours.erase(each.text()) == 0) return false;
    }
    return ours.empty();
}

std::vector<PhoneNumber> numbers_at(const json::object& request, std::string_view key) {
    const auto* listed = request.if_contains(key);
    if (!listed) return {};
    return from_json<std::vector<PhoneNumber>>(*listed).value_or(std::vector<PhoneNumber>{});
}

bool has(const std::vector<PhoneNumber>& numbers, const PhoneNumber& number) {
    return std::ranges::find(numbers, number) != numbers.end();
}

/// The numbers of the losing account that are not ported, dealt out to the parts. Toll-free numbers are looked after
/// by others than standard ones, so each belongs to the parts of its kind, and where there is none to the first. What
/// stays is said in each of them; what is to be switched off in one alone, as it would be asked for twice.
class RestOfAccount {
public:
    RestOfAccount(const json::object& request, const std::vector<NumberGroup>& groups)
        : groups_(groups), remaining_(numbers_at(request, "remaining")), disconnect_(numbers_at(request, "disconnect")) {}

    void put_into(json::object& request, std::size_t part) const {
        std::vector<PhoneNumber> stay, off;
        for (const auto& each : remaining_)
            if (part == first_for(each) || is_of_kind(part, each)) stay.push_back(each);
        for (const auto& each : disconnect_)
            if (part == first_for(each)) off.push_back(each);
        put(request, "remaining", stay);
        put(request, "disconnect", off);
        // The new billing number has to be one of those that stay, in the eyes of whoever reads this part.
        const auto* named = request.if_contains("new_btn");
        const auto chosen = named ? from_json<PhoneNumber>(*named) : Result<PhoneNumber>(std::unexpected(Error{}));
        if (chosen && has(remaining_, *chosen) && !has(stay, *chosen)) request.erase("new_btn");
    }

private:
    bool is_of_kind(std::size_t part, const PhoneNumber& number) const {
        return is_toll_free(groups_[part].numbers.front()) == is_toll_free(number);
    }
    std::size_t first_for(const PhoneNumber& number) const {
        for (std::size_t part = 0; part < groups_.size(); ++part)
            if (is_of_kind(part, number)) return part;
        return 0;
    }
    static void put(json::object& request, std::string_view key, const std::vector<PhoneNumber>& numbers) {
        if (numbers.empty())
            request.erase(key);
        else
            request[key] = to_json(numbers);
    }

    const std::vector<NumberGroup>& groups_;
    std::vector<PhoneNumber> remaining_, disconnect_;
};

/// How much a part's way of waiting matters for the whole.
int urgency(Delivery delivery) {
    switch (delivery) {
        case Delivery::idle: return 0;
        case Delivery::sending: return 1;
        case Delivery::retry_at: return 2;
        case Delivery::waiting_for_person: return 3;
        case Delivery::in_doubt: return 4;
    }
    return 0;
}

json::array numbers_of(const std::vector<Order>& parts) {
    json::array out;
    for (const auto& part : parts) {
        const auto request = object_from(part.request), progress = object_from(part.progress);
        const auto* wanted = request.if_contains("numbers");
        const auto* known = progress.if_contains("numbers");
        if (!wanted || !wanted->is_array()) continue;
        for (const auto& number : wanted->get_array()) {
            json::object line{{"number", number}, {"state", text_of_state(part.state)}};
            if (known && known->is_array())
                for (const auto& each : known->get_array())
                    if (each.is_object() && each.get_object().contains("number") && each.get_object().at("number") == number)
                        line = each.get_object();
            out.push_back(std::move(line));
        }
    }
    return out;
}

}  // namespace

OrderState rolled_up_parts(OrderState parent, const std::vector<OrderState>& parts) noexcept {
    const auto any = [&](OrderState state) { return std::ranges::find(parts, state) != parts.end(); };
    if (parts.empty() || is_end(parent)) return parent;
    std::optional<OrderState> least;
    for (const auto each : parts) {
        if (is_end(each) || (each == draft && parent != draft)) continue;
        if (!least || advance(each) < advance(*least)) least = each;
    }
    const bool all_ended = std::ranges::all_of(parts, [](OrderState each) { return is_end(each); });
    if (!all_ended) {
        if (any(exception)) return exception;
        if (any(needs_documents)) return needs_documents;
        return least.value_or(parent);
    }
    if (std::ranges::all_of(parts, [&](OrderState each) { return each == parts.front(); })) return parts.front();
    if (any(completed) || any(partial)) return partial;
    for (const auto end : {rejected, expired})
        if (any(end)) return end;
    return cancelled;
}

OrderChange rules::after_split(const Order& order, const OperationEnd& end, Instant now) {
    auto change = begun(order, now);
    auto& next = change.order;
    next.tries = 0;
    next.delivery = Delivery::sending;
    next.problem.clear();
    std::vector<NumberGroup> groups;
    if (end.done) {
        auto read = from_text<std::vector<NumberGroup>>(end.output);
        if (!read) return park(order, phrase("{1:operation} gave a result that cannot be read: {2:text}", "split", read.error().message), now);
        groups = std::move(*read);
    } else if (end.error.kind != ErrorKind::unsupported) {
        return park(order, "split: " + end.error.message, now);
    }
    if (groups.size() < 2) {
        next.stage = Stage::submit;
        next.due = now;
        return change;
    }
    const auto request = object_from(order.request);
    const auto* listed = request.if_contains("numbers");
    auto numbers = listed ? from_json<std::vector<PhoneNumber>>(*listed) : Result<std::vector<PhoneNumber>>{};
    if (!numbers || !covers(groups, *numbers))
        return park(order, "split: " + phrase("its groups do not hold each number of the order exactly once"), now);

    next.stage = Stage::parts;
    next.due.reset();
    std::string shown;
    json::array references;
    const RestOfAccount rest(request, groups);
    for (std::size_t at = 0; at < groups.size(); ++at) {
        const auto& group = groups[at];
        Order part;
        part.tenant = order.tenant;
        part.kind = order.kind;
        part.reference = order.reference + "-" + std::to_string(at + 1);
        part.account = order.account;
        part.losing_account = order.losing_account;
        part.parent = order.id;
        part.delivery = Delivery::sending;
        part.stage = Stage::submit;
        part.due = now;
        part.progress = "{}";
        auto own = request;
        own["numbers"] = to_json(group.numbers);
        rest.put_into(own, at);
        part.request = canonical(own);
        part.created = part.updated = now;
        const auto count = group.numbers.size();
        shown += at == 0 ? "" : "; ";
        shown += group.note_en.empty()
                      ? phrase_n(count, "{1} ({2:n} number)", "{1} ({2:n} numbers)", part.reference, count)
                      : phrase_n(count, "{1} ({2:n} number, {3:text})", "{1} ({2:n} numbers, {3:text})", part.reference, count, group.note_en);
        references.emplace_back(part.reference);
        auto line = entry(part, now, "engine", prefix(order.kind) + "created",
                          phrase("part {1} of {2} of order {3}: {4:text}", at + 1, groups.size(), order.reference,
                                 text_of_group(group)),
                          canonical(json::object{{"parent", id_text(order.id)}}));
        change.parts.push_back({.order = std::move(part), .entries = {std::move(line)}});
    }
    auto text = phrase("sent in {1} parts, as its numbers may not share one request: {2:text}", groups.size(), shown);
    change.entries.push_back(entry(order, now, order.account, prefix(order.kind) + "split", std::move(text),
                                   canonical(json::object{{"parts", std::move(references)}})));
    return change;
}

std::optional<OrderChange> after_parts(const Order& parent, const std::vector<Order>& parts, Instant now) {
    if (parts.empty()) return std::nullopt;
    auto change = begun(parent, now);
    auto& next = change.order;
    std::vector<OrderState> states;
    std::string said;
    next.delivery = Delivery::idle;
    next.problem.clear();
    for (const auto& part : parts) {
        states.push_back(part.state);
        said += (said.empty() ? "" : ", ") + part.reference + " " + text_of_state(part.state);
        if (urgency(part.delivery) > urgency(next.delivery)) next.delivery = part.delivery;
        if (!part.problem.empty()) next.problem += (next.problem.empty() ? "" : "; ") + part.reference + ": " + part.problem;
        if (part.submitted && (!next.submitted || *part.submitted < *next.submitted)) next.submitted = part.submitted;
    }
    const auto rolled = rolled_up_parts(parent.state, states);
    if (may_follow(parent.kind, parent.state, rolled)) next.state = rolled;
    next.progress = canonical(json::object{{"numbers", numbers_of(parts)}});
    if (next.state != parent.state)
        change.entries.push_back(entry(parent, now, "engine", prefix(parent.kind) + "state_changed",
                                       phrase("{1:state} -> {2:state} ({3})", text_of_state(parent.state), text_of_state(next.state), said),
                                       canonical(step_data(parent.state, next.state))));
    const bool same = next.state == parent.state && next.delivery == parent.delivery && next.problem == parent.problem &&
                      next.submitted == parent.submitted && next.progress == parent.progress;
    if (same) return std::nullopt;
    return change;
}

}  // namespace porteur
