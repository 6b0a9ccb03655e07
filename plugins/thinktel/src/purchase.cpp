// SPDX-License-Identifier: Apache-2.0
#include "purchase.hpp"

#include <algorithm>

#include <porteur/sdk.hpp>

#include "buying.hpp"
#include "dids.hpp"
#include "emergency.hpp"
#include "targets.hpp"
#include "wire.hpp"

namespace thinktel {

using namespace porteur;
using namespace std::chrono_literals;

namespace {

/// While a number is to come, or a person is to do something about it.
constexpr std::chrono::seconds check_open_after = 1h;
/// Where nothing was bought there is nothing to ask: only a correction goes on.
constexpr std::chrono::seconds check_refused_after = std::chrono::days{7};

std::vector<Problem> problems_of(const PurchaseOrder& order) {
    auto problems = problems_of_emergency(order);
    const auto need = [&](bool there, std::string field, Reason reason, std::string message) {
        if (!there) problems.push_back({std::move(field), reason, std::move(message), true});
    };
    need(
        order.target.offering.empty(), "/target/offering", Reason::unsupported_by_gaining,
        "numbers are bought for SIP trunks only"
    );
    need(
        order.country.empty() || order.country == "CA" || order.country == "US", "/country",
        Reason::unsupported_by_gaining, "ThinkTel sells Canadian and US numbers"
    );
    need(
        order.number_type == NumberType::local, "/number_type", Reason::unsupported_by_gaining,
        "ThinkTel sells local numbers by API"
    );
    need(
        !order.numbers.empty() || (!order.area.empty() && order.quantity > 0), "/numbers",
        Reason::none, "name the numbers, or an area and how many"
    );
    for (std::size_t index = 0; index < order.numbers.size(); ++index)
        need(
            digits_of(order.numbers[index]).has_value() && !is_toll_free(order.numbers[index]),
            "/numbers/" + std::to_string(index), Reason::unsupported_by_gaining,
            "ThinkTel sells Canadian and US local numbers by API"
        );
    auto sorted = order.numbers;
    std::ranges::sort(sorted);
    need(
        std::ranges::adjacent_find(sorted) == sorted.end(), "/numbers", Reason::none,
        "a number stands there twice"
    );
    return problems;
}

Op<std::string> pilot_for(PortTarget target, std::string trunk_of_account) {
    const auto trunk = target.trunk.empty() ? trunk_of_account : target.trunk;
    if (trunk.empty()) refuse_without_target(co_await trunks(), "the order has no target trunk");
    co_return pilot_of(trunk);
}

/// Chosen numbers that were on the trunk before count as ours only where an earlier attempt of this
/// order may have bought them.
std::vector<NumberProgress> already_there(
    const PurchaseOrder& order, const std::set<PhoneNumber>& before
) {
    std::vector<NumberProgress> found;
    for (const auto& each : order.numbers) {
        if (!before.contains(each)) continue;
        if (order.attempt > 1)
            found.push_back({each, OrderState::completed, Reason::none, "on the trunk already"});
        else
            found.push_back(
                {each, OrderState::rejected, Reason::number_taken, "on the trunk already"}
            );
    }
    return found;
}

Rejection rejection_of(const NumberProgress& number) {
    return {number.reason, "", number.carrier_word, {"/numbers"}, {number.number}};
}

bool is_bought(const NumberProgress& number) { return number.state == OrderState::completed; }

/// What the parts make of the whole, so that nothing that needs a person ends quietly.
OrderState whole_of(const std::vector<NumberProgress>& numbers) {
    const auto any = [&](OrderState state) {
        return std::ranges::any_of(numbers, [&](const auto& each) { return each.state == state; });
    };
    if (any(OrderState::exception)) return OrderState::exception;
    if (any(OrderState::in_review)) return OrderState::in_review;
    if (!any(OrderState::completed)) return OrderState::exception;
    return std::ranges::all_of(numbers, is_bought) ? OrderState::completed : OrderState::partial;
}

PurchaseProgress progress_of(
    std::vector<NumberProgress> numbers, std::vector<Rejection> rejections, std::int64_t short_by
) {
    PurchaseProgress ours;
    ours.state = whole_of(numbers);
    if (short_by > 0 && ours.state == OrderState::completed) ours.state = OrderState::partial;
    if (short_by > 0) ours.note = std::to_string(short_by) + " fewer than ordered";
    ours.carrier_word = ours.state == OrderState::completed ? "Accepted" : "";
    ours.rejections = std::move(rejections);
    json::array kept;
    for (const auto& each : numbers)
        if (each.state == OrderState::completed || each.state == OrderState::in_review ||
            each.state == OrderState::exception)
            kept.push_back(to_json(each));
    if (!kept.empty()) ours.carrier_id = numbers.front().number.north_american().value_or("");
    ours.keep["numbers"] = kept;
    ours.keep["rejections"] = to_json(ours.rejections);
    // Where nothing was bought the whole has to stay open for a correction; parts that have all
    // ended would end it.
    if (!kept.empty()) ours.numbers = std::move(numbers);
    if (ours.state == OrderState::in_review) ours.check_again = check_open_after;
    if (ours.state == OrderState::exception)
        ours.check_again = kept.empty() ? check_refused_after : check_open_after;
    return ours;
}

Numbers numbers_of(const OrderReference& reference, std::vector<NumberProgress>& kept) {
    const json::value keep(reference.kept);
    if (auto read = from_json<std::vector<NumberProgress>>(value_at(keep, "numbers")))
        kept = std::move(*read);
    Numbers numbers;
    for (const auto& each : kept) numbers.push_back(each.number);
    if (reference.kept.contains("numbers")) return numbers;
    // A person has found the order at ThinkTel: the id is then its numbers,
    // "4165550101,4165550102".
    std::string_view rest = reference.carrier_id;
    while (!rest.empty()) {
        const auto comma = rest.find(',');
        if (const auto number = number_from(json::value(json::string(rest.substr(0, comma)))))
            numbers.push_back(*number);
        rest = comma == rest.npos ? "" : rest.substr(comma + 1);
    }
    return numbers.empty() ? reference.numbers : numbers;
}

}  // namespace

Op<PurchaseProgress> purchase(PurchaseOrder order) {
    const auto mine = co_await account_settings();
    for (const auto& each : problems_of(order))
        fail(
            ErrorKind::invalid_input, each.reason, "",
            "thinktel: " + each.field + ": " + each.message
        );
    const auto pilot = co_await pilot_for(order.target, mine.text("trunk"));
    const auto before = co_await numbers_on("baseline", pilot, "");

    auto numbers = already_there(order, before);
    Numbers wanted;
    for (const auto& each : order.numbers)
        if (!before.contains(each)) wanted.push_back(each);
    std::vector<NumberProgress> found;
    if (!wanted.empty())
        found = co_await buy_chosen(pilot, wanted);
    else if (order.numbers.empty())
        found = co_await buy_next_available(pilot, order.area, order.quantity, before);
    std::ranges::move(found, std::back_inserter(numbers));

    std::vector<Rejection> rejections;
    for (std::size_t index = 0; index < numbers.size(); ++index) {
        auto& each = numbers[index];
        if (each.state == OrderState::rejected) rejections.push_back(rejection_of(each));
        if (!order.emergency_address) continue;
        if (each.state == OrderState::in_review) {
            rejections.push_back(
                {Reason::other,
                 "",
                 each.number.masked() +
                     " is deferred and has no 911 record yet: a person must make "
                     "it when the number is there",
                 {"/emergency_address"},
                 {each.number}}
            );
            each.state = OrderState::exception;
        }
        if (!is_bought(each)) continue;
        auto recorded = co_await record_or_undo(order, pilot, each.number, index);
        each = std::move(recorded.number);
        if (recorded.rejection) rejections.push_back(std::move(*recorded.rejection));
    }
    const auto short_by =
        order.numbers.empty() ? order.quantity - std::ssize(numbers) : std::int64_t{0};
    co_return progress_of(std::move(numbers), std::move(rejections), short_by);
}

Op<PurchaseProgress> check_purchase(OrderReference reference) {
    std::vector<NumberProgress> kept;
    const auto numbers = numbers_of(reference, kept);
    const json::value keep(reference.kept);
    auto rejections = from_json<std::vector<Rejection>>(value_at(keep, "rejections"))
                          .value_or(std::vector<Rejection>{});
    std::vector<HttpRequest> requests;
    for (const auto& each : numbers)
        requests.push_back(
            http().get(step_of("did", requests.size()), "/Dids/" + std::to_string(*digits_of(each)))
        );
    const auto answers = co_await in_turns(std::move(requests));
    std::vector<NumberProgress> now;
    for (std::size_t index = 0; index < numbers.size(); ++index) {
        const bool there = answers[index].status() != 404;
        if (there) require_ok(answers[index]);
        const auto was = index < kept.size() ? kept[index].state : OrderState::completed;
        NumberProgress ours{
            numbers[index], there ? OrderState::completed : was, Reason::none,
            there ? "on a trunk" : "on no trunk"
        };
        if (was == OrderState::exception) {
            // It waits for its 911 record, or to be given back: a person does the one or the other.
            ours.state = OrderState::cancelled;
            if (there)
                ours.state = co_await has_record(numbers[index], index) ? OrderState::completed
                                                                        : OrderState::exception;
        } else if (!there && was == OrderState::completed) {
            ours.state = OrderState::exception;
            ours.reason = Reason::other;
            if (kept.empty()) rejections.push_back(rejection_of(ours));
        }
        now.push_back(std::move(ours));
    }
    const bool waits = std::ranges::any_of(now, [](const auto& each) {
        return each.state == OrderState::exception;
    });
    if (!waits && !now.empty()) rejections.clear();
    auto ours = progress_of(std::move(now), std::move(rejections), 0);
    ours.carrier_id = reference.carrier_id;
    co_return ours;
}

}  // namespace thinktel
