// SPDX-License-Identifier: Apache-2.0
#include "purchase.hpp"

#include <algorithm>

#include <porteur/north_america.hpp>
#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "buying.hpp"
#include "dids.hpp"
#include "emergency.hpp"
#include "release.hpp"
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

Op<std::string> pilot_for(PortTarget target, std::string trunk_of_account) {
    const auto trunk = target.trunk.empty() ? trunk_of_account : target.trunk;
    if (trunk.empty()) refuse_without_target(co_await trunks(), phrase("the order has no target trunk"));
    co_return pilot_of(trunk);
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

bool has_ended(const NumberProgress& number) {
    return number.state == OrderState::rejected || number.state == OrderState::cancelled;
}

PurchaseProgress progress_of(
    std::vector<NumberProgress> numbers, std::vector<Rejection> rejections, std::int64_t short_by,
    const Numbers& found_before
) {
    PurchaseProgress ours;
    ours.state = whole_of(numbers);
    if (short_by > 0) {
        if (ours.state == OrderState::completed) ours.state = OrderState::partial;
        ours.note = phrase("{1:n} fewer than ordered", short_by);
    }
    ours.carrier_word = ours.state == OrderState::completed ? "Accepted" : "";
    ours.rejections = std::move(rejections);
    ours.keep["numbers"] = to_json(numbers);
    ours.keep["rejections"] = to_json(ours.rejections);
    if (short_by > 0) ours.keep["short_by"] = short_by;
    if (!found_before.empty()) ours.keep["found_before"] = to_json(found_before);
    const auto ours_or_open = std::ranges::find_if_not(numbers, has_ended);
    const bool nothing = ours_or_open == numbers.end();
    if (!nothing) ours.carrier_id = ours_or_open->number.north_american().value_or("");
    // Where nothing was bought the whole has to stay open for a correction; parts that have all
    // ended would end it.
    if (!nothing) ours.numbers = std::move(numbers);
    if (ours.state == OrderState::in_review) ours.check_again = check_open_after;
    if (ours.state == OrderState::exception)
        ours.check_again = nothing ? check_refused_after : check_open_after;
    return ours;
}

/// The numbers as they were told before, or as a person has found them at ThinkTel: the carrier's
/// id is then "4165550101,4165550102".
std::vector<NumberProgress> numbers_before(const OrderReference& reference) {
    const json::value keep(reference.kept);
    auto kept = from_json<std::vector<NumberProgress>>(value_at(keep, "numbers"));
    const auto told = kept ? std::move(*kept) : std::vector<NumberProgress>();
    if (!std::ranges::all_of(told, has_ended)) return told;
    std::vector<NumberProgress> found;
    std::string_view rest = reference.carrier_id;
    while (!rest.empty()) {
        const auto comma = rest.find(',');
        if (const auto number = number_from(json::value(json::string(rest.substr(0, comma)))))
            found.push_back({*number, OrderState::completed, Reason::none, ""});
        rest = comma == rest.npos ? "" : rest.substr(comma + 1);
    }
    if (!found.empty() || !told.empty() || reference.kept.contains("numbers"))
        return found.empty() ? told : found;
    for (const auto& each : reference.numbers)
        found.push_back({each, OrderState::completed, Reason::none, ""});
    return found;
}

/// Numbers of somebody else that stood on the trunk: never given back by this order.
Numbers found_before(const json::object& kept) {
    const auto* found = kept.if_contains("found_before");
    return found ? from_json<Numbers>(*found).value_or(Numbers{}) : Numbers{};
}

/// Whether an earlier attempt ordered it, and was not refused.
bool was_ordered(const json::object& kept, const PhoneNumber& number) {
    const json::value before(kept);
    const auto told = from_json<std::vector<NumberProgress>>(value_at(before, "numbers"))
                          .value_or(std::vector<NumberProgress>{});
    const auto found = std::ranges::find(told, number, &NumberProgress::number);
    if (found == told.end() || has_ended(*found)) return false;
    const auto of_others = found_before(kept);
    return std::ranges::find(of_others, number) == of_others.end();
}

/// Chosen numbers that were on the trunk before count as ours only where an earlier attempt of this
/// order ordered them.
std::vector<NumberProgress> already_there(
    const PurchaseAttempt& order, const std::set<PhoneNumber>& before
) {
    std::vector<NumberProgress> found;
    for (const auto& each : order.numbers) {
        if (!before.contains(each)) continue;
        if (was_ordered(order.kept, each))
            found.push_back({each, OrderState::completed, Reason::none, phrase("on the trunk already")});
        else
            found.push_back(
                {each, OrderState::rejected, Reason::number_taken, phrase("on the trunk already")}
            );
    }
    return found;
}

/// One of these is done with, as far as this order goes.
bool leave_alone(NumberProgress& number, const Numbers& before) {
    if (has_ended(number) || std::ranges::find(before, number.number) == before.end()) return false;
    number = {
        number.number, OrderState::cancelled, Reason::none, phrase("stays: it was there before")
    };
    return true;
}

/// The order was called off while it was bought: what was got waits to be given back, which is
/// cancel_purchase's, and the host's next step.
/// @errors cancelled where nothing was got
PurchaseProgress called_off(std::vector<NumberProgress> numbers, const Numbers& before) {
    Rejection rejection{Reason::other, "called off", "", {}, {}};
    for (auto& each : numbers) {
        if (leave_alone(each, before) || !is_bought(each)) continue;
        each = {
            each.number, OrderState::exception, Reason::other, phrase("bought, and to be given back")
        };
        rejection.numbers.push_back(each.number);
    }
    if (std::ranges::all_of(numbers, has_ended))
        fail(
            ErrorKind::cancelled, Reason::none, "",
            "thinktel: " + phrase("called off before a number was bought")
        );
    rejection.text = phrase(
        "{1:n} bought before the order was called off: to be given back", rejection.numbers.size()
    );
    return progress_of(std::move(numbers), {std::move(rejection)}, 0, before);
}

}  // namespace

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
            is_us_or_canadian(order.numbers[index]) && !is_toll_free(order.numbers[index]),
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

Op<PurchaseProgress> purchase(PurchaseAttempt order) {
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
    Numbers there_before;
    for (const auto& each : numbers)
        if (!is_bought(each)) there_before.push_back(each.number);
    Bought found;
    if (!wanted.empty())
        found = co_await buy_chosen(pilot, wanted);
    else if (order.numbers.empty())
        found = co_await buy_next_available(
            pilot, order.area, order.country, order.quantity, before
        );
    std::ranges::move(found.numbers, std::back_inserter(numbers));
    if (found.called_off) co_return called_off(std::move(numbers), there_before);

    std::vector<Rejection> rejections;
    for (std::size_t index = 0; index < numbers.size(); ++index) {
        auto& each = numbers[index];
        if (each.state == OrderState::rejected) rejections.push_back(rejection_of(each));
        if (!order.emergency_address) continue;
        if (each.state == OrderState::in_review) {
            rejections.push_back(
                {Reason::other,
                 "",
                 phrase(
                     "{1} is deferred and has no 911 record yet: a person must make it when the "
                     "number is there",
                     each.number.masked()
                 ),
                 {"/emergency_address"},
                 {each.number}}
            );
            each.state = OrderState::exception;
        }
        if (!is_bought(each)) continue;
        const bool may_undo = !before.contains(each.number);
        auto recorded = co_await record_or_undo(order, pilot, each.number, index, may_undo);
        each = std::move(recorded.number);
        if (recorded.called_off) co_return called_off(std::move(numbers), there_before);
        if (recorded.rejection) rejections.push_back(std::move(*recorded.rejection));
    }
    const auto short_by =
        order.numbers.empty() ? order.quantity - std::ssize(numbers) : std::int64_t{0};
    if (short_by > 0)
        rejections.push_back(
            {Reason::number_taken,
             "",
             phrase("{1:n} fewer than ordered: the area has no more", short_by),
             {"/quantity"},
             {}}
        );
    co_return progress_of(std::move(numbers), std::move(rejections), short_by, there_before);
}

Op<PurchaseProgress> check_purchase(OrderReference reference) {
    auto numbers = numbers_before(reference);
    const json::value keep(reference.kept);
    const bool told = reference.kept.contains("numbers");
    auto rejections = from_json<std::vector<Rejection>>(value_at(keep, "rejections"))
                          .value_or(std::vector<Rejection>{});
    std::vector<std::size_t> asked;
    std::vector<HttpRequest> requests;
    for (std::size_t index = 0; index < numbers.size(); ++index) {
        if (has_ended(numbers[index])) continue;
        const auto digits = std::to_string(their_digits(numbers[index].number));
        requests.push_back(http().get(step_of("did", requests.size()), "/Dids/" + digits));
        asked.push_back(index);
    }
    const auto answers = co_await in_turns(std::move(requests));
    for (std::size_t at = 0; at < asked.size(); ++at) {
        auto& each = numbers[asked[at]];
        const bool there = answers[at].status() != 404;
        if (there) require_readable(answers[at]);
        const auto was = each.state;
        each.carrier_word = there ? phrase("on a trunk") : phrase("on no trunk");
        if (was == OrderState::exception) {
            // It waits for its 911 record, or to be given back: a person does the one or the other.
            each.state = OrderState::cancelled;
            if (there)
                each.state = co_await has_record(each.number, at) ? OrderState::completed
                                                                  : OrderState::exception;
        } else if (there) {
            each.state = OrderState::completed;
        } else if (was == OrderState::completed) {
            each.state = OrderState::exception;
            each.reason = Reason::other;
            if (!told) rejections.push_back(rejection_of(each));
        }
        if (each.state == OrderState::completed) {
            each.reason = Reason::none;
            std::erase_if(rejections, [&](const auto& rejection) {
                return rejection.numbers == std::vector{each.number};
            });
        }
    }
    const auto short_by = integer_at(keep, "short_by").value_or(0);
    auto ours = progress_of(
        std::move(numbers), std::move(rejections), short_by, found_before(reference.kept)
    );
    ours.carrier_id = reference.carrier_id;
    co_return ours;
}

Op<PurchaseProgress> cancel_purchase(OrderReference reference) {
    auto numbers = numbers_before(reference);
    const auto before = found_before(reference.kept);
    NumberList ours;
    std::size_t stay = 0, given_back = 0;
    for (auto& each : numbers)
        if (leave_alone(each, before))
            ++stay;
        else if (!has_ended(each))
            ours.numbers.push_back(each.number);
    std::vector<Rejection> rejections;
    for (auto& gone : (co_await release_numbers(ours)).numbers) {
        auto& each = *std::ranges::find(numbers, gone.number, &NumberProgress::number);
        const bool deferred = each.state == OrderState::in_review;
        const bool absent = gone.reason == Reason::number_not_on_account;
        given_back += gone.state == OrderState::cancelled && !absent;
        each = std::move(gone);
        if (each.state == OrderState::cancelled && absent && deferred) {
            each.state = OrderState::exception;
            each.carrier_word =
                phrase("deferred, and not there yet: ask ThinkTel not to deliver it");
        }
        if (each.state == OrderState::exception) rejections.push_back(rejection_of(each));
    }
    auto progress = progress_of(std::move(numbers), std::move(rejections), 0, before);
    progress.carrier_id = reference.carrier_id;
    if (progress.numbers.empty()) {
        progress.state = OrderState::cancelled;
        progress.check_again.reset();
    }
    progress.note = phrase_n(
        given_back, "{1:n} number was given back", "{1:n} numbers were given back", given_back
    );
    if (stay > 0)
        progress.note += "; " + phrase(
                                    "{1:n} stay on the trunk, as they stood there before the last "
                                    "attempt: release by hand what an earlier one bought",
                                    stay
                                );
    co_return progress;
}

}  // namespace thinktel
