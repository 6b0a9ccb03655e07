// SPDX-License-Identifier: Apache-2.0
// How a purchase stands. The inventory alone proves that a number was got. Where a request lies
// with Genesys' desk and no answer has come by its due date, the desk is reminded once, in the same
// thread, and then a person is asked.
#include <algorithm>

#include <porteur/calendar_text.hpp>
#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "buying.hpp"
#include "codes.hpp"
#include "mailing.hpp"
#include "progress.hpp"
#include "purchase.hpp"
#include "review.hpp"
#include "wire.hpp"

namespace genesys {

using namespace porteur;
using std::chrono::floor;
using std::chrono::seconds;
using std::chrono::sys_seconds;

namespace {

/// A number that is not in the inventory, by what was kept of its purchase.
NumberProgress absent(const PhoneNumber& number, const json::object& kept) {
    const auto* entry = kept.if_contains(number.text());
    const auto what = entry ? text_at(*entry, "what") : std::string();
    const auto code = entry ? text_at(*entry, "code") : std::string();
    if (what == "refused") return {number, OrderState::rejected, reason_of(code), code};
    if (what == "not_ordered") return {number, OrderState::exception, Reason::other, code};
    const auto state = what == "mailed" ? OrderState::in_review : OrderState::submitted;
    return {number, state, Reason::none, phrase("not in the inventory")};
}

/// Numbers that a mail of the desk named and that are none of the order's.
std::vector<PhoneNumber> named_by_mail(const OrderReference& reference) {
    std::vector<PhoneNumber> found;
    const auto* mail = reference.kept.if_contains("mail");
    if (!mail) return found;
    for (const auto* list : {"alternates", "numbers"})
        for (const auto& each : list_at(*mail, list)) {
            const auto number = each.is_string()
                                    ? PhoneNumber::from_json_text(std::string(each.get_string()))
                                    : std::nullopt;
            if (number &&
                std::ranges::find(reference.numbers, *number) == reference.numbers.end() &&
                std::ranges::find(found, *number) == found.end())
                found.push_back(*number);
        }
    return found;
}

/// Genesys was free to choose: a number that it named in a mail, that came into the inventory
/// since, and that is of the country takes the place of one that never came. The mail alone proves
/// nothing.
Op<void> take_replacements(OrderReference reference, Review review, PurchaseProgress* progress) {
    if (!review.request.may_choose) co_return;
    auto waits = [](const NumberProgress& each) { return each.state == OrderState::in_review; };
    const auto named = named_by_mail(reference);
    for (std::size_t index = 0; index < named.size(); ++index) {
        const auto wish = std::ranges::find_if(progress->numbers, waits);
        if (wish == progress->numbers.end()) co_return;
        const auto answer = co_await find_number(step_of("replacement", index), named[index]);
        require_ok(answer);
        const auto owned = exactly(answer.json(), named[index]);
        if (!owned || owned->country != review.request.country ||
            owned->created.substr(0, 10) < review.request.asked_on)
            continue;
        const auto gone = wish->number.masked();
        *wish = progress_of(*owned);
        wish->carrier_word = phrase("{1} in place of {2}", wish->carrier_word, gone);
    }
}

/// A person must ask at the desk. The inventory is read all the same, and may end it.
void for_person(
    PurchaseProgress* progress, const Review& review, std::string code, std::string text
) {
    progress->state = OrderState::exception;
    progress->note = text;
    progress->rejections.push_back(
        {Reason::other, std::move(code), std::move(text), {}, review.request.numbers}
    );
}

/// No mail is said to have left that no mail server has taken.
std::string what_of_the_reminder(const Review& review) {
    const auto day = iso_date(floor<std::chrono::days>(*review.reminded));
    switch (review.reminder) {
        case Reminder::sent: return phrase("reminded on {1:date}", day);
        case Reminder::in_doubt: return phrase("whether the reminder of {1:date} left is not known", day);
        case Reminder::not_sent: break;
    }
    return phrase("the reminder of {1:date} did not leave", day);
}

/// In what is kept of an order: the day on which the desk was asked to call it off, and what became of that mail.
constexpr std::string_view cancel_asked_key = "cancel_asked", cancel_mail_key = "cancel_mail";
/// There, too, for the host: a person settles whether the carrier has called it off.
constexpr std::string_view call_off_key = "call_off";

/// The desk was asked to call it off. Nothing but a person who reads its answer can say that it has.
void wait_for_the_desks_word(PurchaseProgress* progress) {
    for (auto& each : progress->numbers)
        if (each.state == OrderState::in_review) each.state = OrderState::cancel_pending;
    progress->state = OrderState::cancel_pending;
    progress->keep[call_off_key] = "person";
    const auto day = text_at(progress->keep, cancel_asked_key);
    progress->note =
        (text_at(progress->keep, cancel_mail_key) == "sent"
             ? phrase("the desk was asked by mail on {1:date} to call it off", day)
             : phrase("whether the mail of {1:date} that asks the desk to call it off has left is not known: write to it", day)) +
        "; " + phrase("settle it as not_carried_out once the desk has agreed") + "; " +
        phrase("should the numbers come all the same, they can be given back there");
}

/// The desk is silent, or was: what to do about it now.
Op<void> follow_review(OrderReference reference, Review review, PurchaseProgress* progress) {
    if (const auto asked = text_at(reference.kept, cancel_asked_key); !asked.empty()) {
        wait_for_the_desks_word(progress);
        co_return;
    }
    // The host's own word: it is to be called off, and the desk was not asked by a mail of ours.
    if (const auto* off = reference.kept.if_contains("called_off"); off && *off == json::value(true)) {
        progress->note = phrase("the desk was not asked to call it off, so it goes on");
        co_return;
    }
    const auto mine = co_await account_settings();
    const auto time = co_await now();
    const auto asks_at = [&](sys_seconds next) {
        const auto wait = std::max(seconds(1), next - time);
        progress->check_again = std::min(progress->check_again.value_or(wait), wait);
    };
    progress->note =
        phrase("an answer is due by {1:date}", iso_date(floor<std::chrono::days>(review.due)));
    review.keep_in(progress->keep);  // an order of an older version had no day for the list of due things
    // What a mail of the desk said stands with the host; whoever was answered does not remind.
    const auto said = said_by_mail(reference.kept);
    if (said && *said != OrderState::in_review && *said != OrderState::completed) co_return;

    if (time < review.due) {
        asks_at(review.due);
        co_return;
    }
    if (said && *said == OrderState::completed) {
        for_person(
            progress, review, "desk.not_in_inventory",
            phrase("a mail of Genesys says that it is approved, but the inventory does not have it")
        );
        co_return;
    }
    if (!review.reminded) {
        const auto countries = Countries::from(mine.data("countries"));
        const auto* country = countries.find(review.request.country);
        review.request.reference = reference.reference;
        const auto outcome = co_await remind_desk(review.request);
        review.reminded = time;
        review.reminder = outcome.reminder;
        review.second_due =
            business_days_after(time, country == nullptr ? 2 : country->review_min, country);
        review.keep_in(progress->keep);
        progress->note =
            phrase("no answer by {1:date}", iso_date(floor<std::chrono::days>(review.due))) + "; " +
            outcome.told;
        asks_at(*review.second_due);
        co_return;
    }
    if (review.second_due && time < *review.second_due) {
        progress->note += "; " + what_of_the_reminder(review);
        asks_at(*review.second_due);
        co_return;
    }
    auto text = review.reminder == Reminder::sent
                    ? phrase(
                          "no answer to the mail of {1:date} nor to the reminder of {2:date}",
                          review.request.asked_on, iso_date(floor<std::chrono::days>(*review.reminded))
                      )
                    : phrase("no answer to the mail of {1:date}", review.request.asked_on) + "; " +
                          what_of_the_reminder(review);
    for_person(progress, review, "desk.silent", std::move(text));
}

/// What the inventory says of the order's numbers, and where the order stands by that.
Op<PurchaseProgress> progress_in_inventory(OrderReference reference) {
    std::vector<HttpRequest> requests;
    for (std::size_t index = 0; index < reference.numbers.size(); ++index)
        requests.push_back(find_number(step_of("inventory", index), reference.numbers[index]));
    const auto answers = co_await in_turns(std::move(requests));

    PurchaseProgress progress;
    progress.carrier_id = reference.carrier_id;
    progress.keep = reference.kept;
    for (std::size_t index = 0; index < answers.size(); ++index) {
        const auto& number = reference.numbers[index];
        require_ok(answers[index]);
        if (const auto owned = exactly(answers[index].json(), number)) {
            progress.numbers.push_back(progress_of(*owned));
        } else {
            progress.numbers.push_back(absent(number, reference.kept));
        }
    }
    if (progress.numbers.empty())
        fail(
            ErrorKind::invalid_input, Reason::none, "",
            "genesys: " + phrase("the order names no numbers to look for")
        );
    if (const auto review = Review::from_kept(reference.kept))
        co_await take_replacements(reference, *review, &progress);
    progress.state = rolled_up(progress.numbers);
    progress.carrier_word = progress.numbers.front().carrier_word;
    co_return progress;
}

}  // namespace

Op<PurchaseProgress> check_purchase(OrderReference reference) {
    const auto mine = co_await account_settings();
    auto progress = co_await progress_in_inventory(reference);
    set_next_check(progress, mine);
    const auto review = Review::from_kept(reference.kept);
    if (review && progress.state == OrderState::in_review)
        co_await follow_review(reference, *review, &progress);
    co_return progress;
}

// The desk works by mail, so it is asked by mail, once, in the same thread. The numbers may be there already, or come
// all the same; then the order ends as the inventory says.
Op<PurchaseProgress> cancel_purchase(OrderReference reference) {
    auto progress = co_await progress_in_inventory(reference);
    if (!is_open(progress.state)) co_return progress;
    auto review = Review::from_kept(reference.kept);
    if (!review)
        fail(
            ErrorKind::rejected, Reason::none, "",
            "genesys: " + phrase("a purchase by API cannot be called off: it is followed to its end, and its numbers can be given back at Genesys then")
        );
    const auto mine = co_await account_settings();
    set_next_check(progress, mine);
    // A second mail would tell the desk nothing, and a doubt about it would hide that the first one left.
    if (!text_at(reference.kept, cancel_asked_key).empty()) {
        wait_for_the_desks_word(&progress);
        co_return progress;
    }
    review->request.reference = reference.reference;
    const bool left = co_await call_off_at_desk(review->request);
    progress.keep[cancel_asked_key] = json::string(iso_date(floor<std::chrono::days>(co_await now())));
    progress.keep[cancel_mail_key] = left ? "sent" : "in_doubt";
    // The list of due things waits for no answer to the request any more.
    for (const auto* key : {"due", "then"}) progress.keep.erase(key);
    wait_for_the_desks_word(&progress);
    co_return progress;
}

}  // namespace genesys
