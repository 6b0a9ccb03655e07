// SPDX-License-Identifier: Apache-2.0
// ThinkTel has no key and no reference for an order of numbers either. What protects it from being
// carried out twice: the trunk's numbers are read before it is sent; it is sent ONCE; and where the
// answer was lost the trunk tells.
//  - Chosen numbers: a number can be bought only once, so those that are not on the trunk are
//    ordered again, and what is then refused is looked for once more.
//  - Any numbers of an area: never ordered again, and never taken for ours: other orders buy on the
//    same trunk at the same time, and no number says who ordered it. A person looks.
//  - Ten or more in a row go as one range. It is refused as a whole, or lost: then the trunk is
//    read and the rest goes number by number.
#include "buying.hpp"

#include <algorithm>
#include <array>

#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "codes.hpp"
#include "dids.hpp"
#include "names.hpp"
#include "outcome.hpp"
#include "search.hpp"
#include "wire.hpp"

namespace thinktel {

using namespace porteur;

namespace {

constexpr std::size_t range_min = 10;

NumberProgress bought(const PhoneNumber& number, std::string words) {
    return {number, OrderState::completed, Reason::none, std::move(words)};
}

/// One element of the answer: NumberResponse.
NumberProgress progress_of_reply(const PhoneNumber& number, const json::value& theirs) {
    const auto reply = integer_at(theirs, "Reply");
    if (reply == accepted_reply) return bought(number, "Accepted");
    const auto words = text_at(theirs, "Message");
    NumberProgress ours{number, OrderState::rejected, Reason::number_taken, ""};
    ours.carrier_word = reply ? name_of_reply(*reply) : phrase("no reply");
    if (!words.empty()) ours.carrier_word += ": " + quoted(masked_numbers(words), 120);
    if (reply == deferred_reply) {
        ours.state = OrderState::in_review;
        ours.reason = Reason::none;
    } else if (const auto reason = reason_in(words); reason != Reason::other) {
        ours.reason = reason;
    } else if (reply != rejected_reply) {
        ours.reason = Reason::other;
    }
    return ours;
}

/// What an array answer says of each wished number; nothing where it says nothing.
std::optional<std::vector<NumberProgress>> progress_of_replies(
    const Answer& sent, const Numbers& wanted
) {
    if (sent.says_nothing()) return std::nullopt;
    require_ok(sent);
    if (!sent.json().is_array()) return std::nullopt;
    std::vector<NumberProgress> found;
    for (const auto& number : wanted) {
        const auto& all = sent.array("");
        const auto own = std::ranges::find_if(all, [&](const auto& each) {
            return number_from(value_at(each, "Number")) == number;
        });
        found.push_back(
            progress_of_reply(number, own == all.end() ? json::value(json::object{}) : *own)
        );
    }
    return found;
}

/// What the trunk has counts, whatever the answer was.
void correct_by_trunk(std::vector<NumberProgress>& found, const std::set<PhoneNumber>& on_trunk) {
    for (auto& each : found)
        if (each.state != OrderState::completed && on_trunk.contains(each.number))
            each = bought(each.number, phrase("found on the trunk"));
}

bool all_plain(const std::vector<NumberProgress>& found) {
    return std::ranges::all_of(found, [](const auto& each) {
        return each.state == OrderState::completed ||
               (each.state == OrderState::rejected && each.reason != Reason::other);
    });
}

HttpRequest list_order(const std::string& step, const std::string& pilot, const Numbers& wanted) {
    json::array body;
    for (const auto& each : wanted) body.push_back(json::object{{"Number", their_digits(each)}});
    auto request = http().post(step, "/SipTrunks/" + pilot + "/Dids");
    request.json(body).once();
    return request;
}

/// What the trunk has after a lost answer, and what it has not.
Bought found_among(
    const Numbers& wanted, const std::set<PhoneNumber>& on_trunk, bool goes_on, Numbers& missing
) {
    Bought ours{{}, !goes_on};
    for (const auto& each : wanted)
        if (on_trunk.contains(each))
            ours.numbers.push_back(bought(each, phrase("found on the trunk")));
        else if (goes_on)
            missing.push_back(each);
        else
            ours.numbers.push_back(
                {each, OrderState::cancelled, Reason::none, phrase("called off before it was bought")}
            );
    return ours;
}

/// How often numbers are ordered where each answer is lost, and what the steps of each time end in.
constexpr std::array<std::string_view, 3> times{"", "-again", "-third"};

/// The whole request was refused: so was each number, as far as the answer knows.
std::vector<NumberProgress> all_refused(const Numbers& wanted, const Error& error) {
    const auto reason = error.reason == Reason::none ? Reason::other : error.reason;
    std::vector<NumberProgress> found;
    for (const auto& each : wanted)
        found.push_back({each, OrderState::rejected, reason, error.message});
    return found;
}

/// Numbers one by one.
/// @param ours     what was got before, which a refusal of the rest does not undo
/// @param doubted  an earlier request for them may still become real
Op<Bought> buy_list(std::string pilot, Numbers wanted, Bought ours, bool doubted) {
    std::string step = "buy";
    for (std::size_t time = 0; time < times.size(); ++time) {
        const std::string nth(times[time]);
        const auto sent = co_await list_order(step, pilot, wanted);
        std::optional<std::vector<NumberProgress>> found;
        try {
            if (!sent.in_doubt()) found = progress_of_replies(sent, wanted);
        } catch (const Failure& failure) {
            // What was lost may be the very cause of the refusal: the trunk has the last word.
            if (failure.error.kind != ErrorKind::rejected || (!doubted && ours.numbers.empty())) throw;
            found = all_refused(wanted, failure.error);
        }
        if (found) {
            if (doubted || !all_plain(*found))
                correct_by_trunk(*found, co_await numbers_on("find-rest", pilot, step));
            std::ranges::move(*found, std::back_inserter(ours.numbers));
            co_return ours;
        }
        // The trunk tells, the last time too.
        doubted = true;
        const bool goes_on = co_await settle_unless_in_doubt(sent, "settle" + nth, settle);
        const auto now = co_await numbers_on("find" + nth, pilot, step);
        Numbers missing;
        auto there = found_among(wanted, now, goes_on, missing);
        std::ranges::move(there.numbers, std::back_inserter(ours.numbers));
        ours.called_off = there.called_off;
        if (missing.empty()) co_return ours;
        wanted = std::move(missing);
        // The host lets a step out again only if it saw itself that the answer was lost.
        if (!sent.in_doubt() && time + 1 < times.size()) step = "buy" + std::string(times[time + 1]);
    }
    fail(
        ErrorKind::in_doubt, Reason::none, "",
        "thinktel: " + phrase("the answer to an order of numbers was lost three times; a person must look at "
                              "the trunk (what is there is settled as found, with the numbers of ten "
                              "digits, separated by commas, for the carrier's id)")
    );
}

/// The first and last of ten or more in a row.
std::optional<std::pair<std::int64_t, std::int64_t>> range_of(Numbers numbers) {
    if (numbers.size() < range_min) return std::nullopt;
    std::ranges::sort(numbers);
    const auto first = their_digits(numbers.front()), last = their_digits(numbers.back());
    if (last - first + 1 != std::ssize(numbers)) return std::nullopt;
    return std::pair{first, last};
}

bool range_accepted(const Answer& sent) {
    if (sent.in_doubt() || sent.says_nothing()) return false;
    require_ok(sent);
    const auto& all = sent.array("");
    return all.size() == 1 && integer_at(all.front(), "Reply") == accepted_reply;
}

/// The name of a rate centre as ThinkTel writes it, whatever case and accents the order has; as it
/// is where none is called so, for ThinkTel to judge.
Op<std::string> centre_called(std::string name, std::string country) {
    const auto path = country.empty() ? "" : "/Country/" + path_segment(country);
    const auto answer = co_await http().get("centres", "/RateCenters" + path);
    if (answer.status() == 404) co_return name;
    require_ok(answer);
    answer.json();
    std::vector<std::string> called_so;
    for (const auto& each : answer.array("")) {
        const auto theirs = text_at(each, "Name");
        if (theirs == name) co_return name;
        if (same_name(theirs, name)) called_so.push_back(theirs);
    }
    co_return called_so.size() == 1 ? called_so.front() : name;
}

/// Of an area code: a rate centre that has as many.
Op<std::string> centre_for(std::string area, std::string country, std::int64_t quantity) {
    if (!is_area_code(area)) co_return co_await centre_called(area, country);
    const auto centres = co_await rate_centres("centres", "/RateCenters/NPA/" + area);
    for (const auto& each : centres)
        if (each.available >= quantity) co_return each.name;
    fail(
        ErrorKind::rejected, Reason::number_taken, "",
        "thinktel: " + phrase(
                           "no rate centre of the area code {1} has {2:n} numbers; nothing was ordered",
                           area, quantity
                       )
    );
}

/// The array answer to an order of the next available ones; nothing where it says nothing.
std::optional<std::vector<NumberProgress>> progress_of_any(const Answer& sent) {
    if (sent.says_nothing()) return std::nullopt;
    require_ok(sent);
    if (!sent.json().is_array()) return std::nullopt;
    std::vector<NumberProgress> found;
    std::string words;
    std::string code;
    for (const auto& each : sent.array("")) {
        const auto number = number_from(value_at(each, "Number"));
        const auto reply = integer_at(each, "Reply");
        const bool sold = reply == accepted_reply || reply == deferred_reply;
        // One that is sold, or may still be, and is not named: the trunk tells, or a person looks.
        if (!reply || (sold && !number)) return std::nullopt;
        if (sold) {
            found.push_back(progress_of_reply(*number, each));
            continue;
        }
        words = text_at(each, "Message");
        code = "Reply " + std::to_string(*reply);
    }
    if (found.empty())
        fail(
            ErrorKind::rejected, Reason::number_taken, code,
            "thinktel: " + phrase("no number was sold") +
                (words.empty() ? std::string() : ": " + quoted(masked_numbers(words), 160))
        );
    return found;
}

}  // namespace

Op<Bought> buy_chosen(std::string pilot, Numbers wanted) {
    const auto range = range_of(wanted);
    if (!range) co_return co_await buy_list(pilot, wanted, {}, false);

    const json::array body{
        json::object{{"FirstNumber", range->first}, {"LastNumber", range->second}}
    };
    const auto sent =
        co_await http().post("buy-range", "/SipTrunks/" + pilot + "/Dids/Ranges").json(body).once();
    if (range_accepted(sent)) {
        Bought all;
        for (const auto& each : wanted) all.numbers.push_back(bought(each, "Accepted"));
        co_return all;
    }
    // Refused: a part of it may have been sold all the same. Lost: all of it may have.
    const bool doubted = sent.in_doubt() || sent.says_nothing();
    bool goes_on = true;
    if (doubted) goes_on = co_await settle_unless_in_doubt(sent, "settle-range", settle);
    const auto now = co_await numbers_on("find-range", pilot, "buy-range");
    Numbers missing;
    auto ours = found_among(wanted, now, goes_on, missing);
    if (missing.empty()) co_return ours;
    co_return co_await buy_list(pilot, missing, ours, doubted);
}

Op<Bought> buy_next_available(
    std::string pilot, std::string area, std::string country, std::int64_t quantity,
    std::set<PhoneNumber> before
) {
    const auto centre = co_await centre_for(area, country, quantity);
    const json::array body{json::object{{"RateCenterName", centre}, {"Quantity", quantity}}};
    const auto sent = co_await http()
                          .post("buy", "/SipTrunks/" + pilot + "/Dids/NextAvailable")
                          .json(body)
                          .once();
    if (!sent.in_doubt())
        if (auto found = progress_of_any(sent)) co_return Bought{std::move(*found), false};

    // Other orders buy on the same trunk meanwhile, and nothing says who ordered a number: as many new ones as were
    // ordered may be theirs. The count helps the person who asks.
    co_await settle_unless_in_doubt(sent, "settle", settle);
    const auto now = co_await numbers_on("find", pilot, "buy");
    const auto fresh = std::ranges::count_if(now, [&](const auto& each) { return !before.contains(each); });
    fail(
        ErrorKind::in_doubt, Reason::none, "",
        "thinktel: " +
            phrase(
                "the answer to an order of {1:n} numbers was lost, and the trunk has {2:n} new "
                "ones; a person must look at it before anything is ordered again (what is there is "
                "settled as found, with the numbers of ten digits, separated by commas, for the "
                "carrier's id)",
                quantity, fresh
            )
    );
}

}  // namespace thinktel
