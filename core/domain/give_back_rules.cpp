// SPDX-License-Identifier: Apache-2.0
// Numbers given back to their carrier: an order of its own kind, so that it goes through the
// journal as a purchase does (docs/decisions/0020-a-release-is-an-order.md). Each number ends by
// itself: `cancelled` is given back, `exception` stays.
#include "domain/give_back.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "domain/rule_words.hpp"

namespace porteur {
namespace {

using enum OrderState;
using namespace rules;

std::vector<PhoneNumber> wanted_numbers(const Order& order) {
    const auto request = object_from(order.request);
    const auto* listed = request.if_contains("numbers");
    auto read =
        listed ? from_json<std::vector<PhoneNumber>>(*listed) : Result<std::vector<PhoneNumber>>{};
    return read ? std::move(*read) : std::vector<PhoneNumber>{};
}

std::map<PhoneNumber, NumberProgress> told_numbers(const Order& order) {
    std::map<PhoneNumber, NumberProgress> out;
    const auto read = from_text<ReleaseProgress>(order.progress);
    if (read)
        for (const auto& each : read->numbers) out[each.number] = each;
    return out;
}

bool is_settled(const NumberProgress& number) {
    return number.state == cancelled || number.state == exception || number.state == rejected;
}

/// "+*******0101 (recipient.has.flow), ..."
std::string text_of_kept(const std::vector<NumberProgress>& numbers) {
    constexpr int shown_max = 20;
    std::string out;
    int shown = 0;
    for (const auto& each : numbers) {
        if (each.state == cancelled || !is_settled(each)) continue;
        if (++shown > shown_max) return out + ", ...";
        const auto reason = std::string(text_of(each.reason));
        const auto why = !each.carrier_word.empty()    ? masked_numbers(each.carrier_word)
                         : each.reason == Reason::none ? std::string()
                                                       : reason;
        out += (out.empty() ? "" : ", ") + each.number.masked() +
               (why.empty() ? "" : " (" + why + ")");
    }
    return out;
}

/// Where the order stands when this is what is known of each of its numbers.
OrderChange with(
    const Order& order, std::vector<NumberProgress> numbers, const std::string& note, Instant now,
    const Rhythm& rhythm, const Known& known
) {
    auto change = begun(order, now);
    auto& next = change.order;
    next.tries = 0;
    next.problem.clear();
    next.delivery = Delivery::idle;
    if (!next.submitted) next.submitted = now;
    next.progress = canonical(to_json(ReleaseProgress{.numbers = numbers, .note = note}));
    const auto gone = std::ranges::count(numbers, cancelled, &NumberProgress::state);
    const auto all = std::ranges::ssize(numbers);
    const auto open = std::ranges::count_if(numbers, [](const NumberProgress& each) {
        return !is_settled(each);
    });
    next.state = open > 0 ? submitted : gone == all ? completed : gone == 0 ? rejected : partial;
    const auto kept = text_of_kept(numbers);
    const auto counts = phrase("{1:n} of {2:n} numbers given back", gone, all);
    auto text = counts;
    if (!kept.empty()) text += "; " + phrase("the carrier keeps {1:list}", kept);
    if (!note.empty()) text += "; " + note;
    if (next.state != order.state)
        change.entries.push_back(entry(
            next, now, order.account, "release.state_changed",
            phrase(
                "{1:state} -> {2:state}", text_of_state(order.state), text_of_state(next.state)
            ) + "; " +
                text,
            canonical(step_data(order.state, next.state))
        ));
    else if (next.progress != order.progress)
        change.entries.push_back(entry(
            next, now, order.account, "release.numbers_changed", text,
            canonical(json::object{{"completed", gone}, {"numbers", all}})
        ));
    if (open == 0) {
        next.stage = Stage::none;
        next.due.reset();
        if (!kept.empty()) next.problem = phrase("the carrier keeps {1:list}", kept);
        return change;
    }
    if (!known.can(order.account, "list_numbers")) {
        next.stage = Stage::none;
        next.due.reset();
        next.delivery = Delivery::waiting_for_person;
        next.problem = phrase(
            "{1} has taken the wish and gives no list of its numbers: ask it when they are gone, "
            "and settle this as found_at_carrier",
            known.name_of(order.account)
        );
        return change;
    }
    next.stage = Stage::follow;
    next.due = now + (order.stage == Stage::follow ? rhythm.longest_retry : rhythm.follow);
    if (now - *next.submitted >= rhythm.release_stuck_after) {
        next.delivery = Delivery::waiting_for_person;
        next.problem = phrase(
            "{1} has taken the wish, and still lists the numbers: ask it; they are looked for on "
            "and on",
            known.name_of(order.account)
        );
    }
    return change;
}

/// Each number that is wanted, as it has ended; those that have not end like this.
struct Ending {
    OrderState state = exception;
    Reason reason = Reason::none;
    std::string carrier_word{};
};
std::vector<NumberProgress> each_settled_as(const Order& order, const Ending& ending) {
    std::vector<NumberProgress> numbers;
    const auto told = told_numbers(order);
    for (const auto& each : wanted_numbers(order)) {
        const auto found = told.find(each);
        if (found != told.end() && is_settled(found->second))
            numbers.push_back(found->second);
        else
            numbers.push_back({each, ending.state, ending.reason, ending.carrier_word});
    }
    return numbers;
}

/// Each number as it was told last.
std::vector<NumberProgress> still_told(const Order& order) {
    std::vector<NumberProgress> numbers;
    for (auto& [number, told] : told_numbers(order)) numbers.push_back(std::move(told));
    return numbers;
}

OrderChange after_list(
    const Order& order, const OperationEnd& end, Instant now, const Rhythm& rhythm,
    const Known& known
) {
    const auto list = from_text<std::vector<CarrierNumber>>(end.output);
    if (!list)
        return park(
            order,
            phrase(
                "{1:operation} gave a result that cannot be read: {2:text}", end.operation,
                list.error().message
            ),
            now
        );
    // A carrier that is in trouble may answer with nothing at all, and what is given back is final.
    if (list->empty())
        return with(
            order, still_told(order), phrase("the carrier's list is empty: it is not believed"), now,
            rhythm, known
        );
    std::set<PhoneNumber> there;
    for (const auto& each : *list) there.insert(each.number);
    std::vector<NumberProgress> numbers;
    for (auto& [number, told] : told_numbers(order)) {
        if (!is_settled(told) && !there.contains(number)) told.state = cancelled;
        numbers.push_back(std::move(told));
    }
    return with(order, std::move(numbers), {}, now, rhythm, known);
}

}  // namespace

std::vector<PhoneNumber> rules::still_to_give_back(const Order& order) {
    const auto told = told_numbers(order);
    auto numbers = wanted_numbers(order);
    std::erase_if(numbers, [&](const PhoneNumber& each) {
        const auto found = told.find(each);
        return found != told.end() && is_settled(found->second);
    });
    return numbers;
}

OrderChange rules::given_back_by_word(const Order& order, Instant now) {
    return with(order, each_settled_as(order, {.state = cancelled}), {}, now, {}, {});
}

OrderChange rules::kept_by_word(const Order& order, Instant now) {
    return with(order, each_settled_as(order, {.state = exception}), {}, now, {}, {});
}

OrderChange release_of(
    std::int64_t tenant, std::string account, const std::vector<PhoneNumber>& numbers, Instant now,
    std::string_view source
) {
    OrderChange change;
    auto& order = change.order;
    order.tenant = tenant;
    order.kind = OrderKind::release;
    order.account = std::move(account);
    order.request = to_brief_text(NumberList{.numbers = numbers, .reason = {}});
    order.progress = "{}";
    order.stage = Stage::submit;
    order.delivery = Delivery::sending;
    order.due = now;
    change.entries.push_back(
        entry(order, now, source, "release.created", phrase("created by {1}", source))
    );
    change.entries.push_back(entry(
        order, now, source, "release.submit_wanted", phrase("to be sent to {1}", order.account)
    ));
    return change;
}

OrderChange rules::after_giving_back(
    const Order& order, const OperationEnd& end, Instant now, double jitter, const Rhythm& rhythm,
    const Known& known
) {
    if (end.done && end.operation == "list_numbers")
        return after_list(order, end, now, rhythm, known);
    if (end.done) {
        const auto progress = from_text<ReleaseProgress>(end.output);
        if (!progress) {
            auto change = park(
                order,
                phrase(
                    "{1:operation} gave a result that cannot be read: {2:text}", end.operation,
                    progress.error().message
                ),
                now
            );
            // It has ended well by the plugin's word, so the numbers may be gone.
            change.order.delivery = Delivery::in_doubt;
            return change;
        }
        auto told = told_numbers(order);
        for (const auto& each : progress->numbers) told[each.number] = each;
        std::vector<NumberProgress> numbers;
        for (const auto& each : wanted_numbers(order)) {
            const auto found = told.find(each);
            if (found != told.end())
                numbers.push_back(found->second);
            else  // who names none has given all of them back
                numbers.push_back(
                    {each, progress->numbers.empty() ? cancelled : exception, Reason::none, {}}
                );
        }
        return with(order, std::move(numbers), progress->note, now, rhythm, known);
    }
    const bool is_refusal = end.error.kind == ErrorKind::rejected ||
                            end.error.kind == ErrorKind::invalid_input ||
                            end.error.kind == ErrorKind::unsupported;
    // That the carrier does not show its list says nothing of what it has taken.
    if (is_refusal && end.operation == "list_numbers")
        return park(order, end.operation + ": " + end.error.message, now);
    if (!is_refusal) return after_failure(order, end, now, jitter, rhythm);
    auto numbers = each_settled_as(
        order, {.state = exception, .reason = end.error.reason, .carrier_word = end.error.message}
    );
    return with(
        order, std::move(numbers), end.operation + ": " + end.error.message, now, rhythm, known
    );
}

}  // namespace porteur
