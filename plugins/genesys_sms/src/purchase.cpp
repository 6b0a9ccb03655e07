// SPDX-License-Identifier: Apache-2.0
// Genesys knows no key and no reference of ours, but a number stands in the inventory or it does
// not: after a lost answer the inventory is read, and only where the number certainly is not there
// is it ordered a second time. Where papers are wanted there is no API at all: a mail goes to the
// desk once, and the inventory alone tells how it ended.
#include "purchase.hpp"

#include <algorithm>

#include <porteur/calendar_text.hpp>
#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "buying.hpp"
#include "codes.hpp"
#include "countries.hpp"
#include "desk.hpp"
#include "mailing.hpp"
#include "needs.hpp"
#include "progress.hpp"
#include "review.hpp"
#include "wire.hpp"

namespace genesys {

using namespace porteur;

namespace {

/// An order under way, number by number.
class Purchase {
public:
    void add(const PhoneNumber& number, const Bought& bought) {
        if (bought.owned) {
            any_bought_ = true;
            if (progress_.carrier_id.empty()) progress_.carrier_id = bought.owned->id;
            progress_.numbers.push_back(progress_of(*bought.owned));
            return;
        }
        const auto reason = reason_of(bought.code);
        progress_.numbers.push_back({number, OrderState::rejected, reason, bought.code});
        progress_.rejections.push_back(
            {reason, bought.code, bought.words, fields_of(bought.code), {number}}
        );
        keep(number, "refused", bought.code);
    }
    void add_mailed(const Asked& asked, std::size_t documents) {
        const auto& review = asked.review;
        for (const auto& each : review.request.numbers) {
            progress_.numbers.push_back({each, OrderState::in_review, Reason::none, "mailed"});
            keep(each, "mailed", asked.message_id);
        }
        review.keep_in(progress_.keep);
        if (progress_.carrier_id.empty()) progress_.carrier_id = asked.message_id;
        progress_.carrier_word = "mailed";
        progress_.note = phrase_n(
            documents, "mailed to Genesys with {1:n} document; an answer is due by {2:date}",
            "mailed to Genesys with {1:n} documents; an answer is due by {2:date}", documents,
            iso_date(std::chrono::floor<std::chrono::days>(review.due))
        );
    }
    bool knows(const PhoneNumber& number) const {
        return std::ranges::find(progress_.numbers, number, &NumberProgress::number) !=
               progress_.numbers.end();
    }
    /// The failure to be told beside what was bought already, which must not be forgotten.
    /// @errors the failure itself, where nothing was bought yet or where it is a doubt
    Error survives(const Error& error) const {
        if (!any_bought_ || error.kind == ErrorKind::in_doubt) fail(error);
        return error;
    }
    /// The numbers that a failure kept from being ordered.
    void add_not_ordered(const std::vector<PhoneNumber>& all, const Error& error) {
        const auto reason = error.reason == Reason::none ? Reason::other : error.reason;
        for (const auto& each : all) {
            if (knows(each)) continue;
            progress_.numbers.push_back({each, OrderState::exception, reason, error.code});
            keep(each, "not_ordered", error.code);
        }
        progress_.note = phrase("not all numbers could be ordered: {1:text}", error.message);
    }
    /// @errors rejected where every number was refused
    PurchaseProgress take() {
        const bool all_refused = progress_.rejections.size() == progress_.numbers.size();
        if (all_refused) {
            const auto& first = progress_.rejections.front();
            fail(
                ErrorKind::rejected, first.reason, first.code,
                "genesys: " + phrase("none of the numbers could be bought") +
                    (first.text.empty() ? std::string()
                                        : ": " + quoted(masked_numbers(first.text), 160))
            );
        }
        progress_.state = rolled_up(progress_.numbers);
        return std::move(progress_);
    }

private:
    /// What check_purchase cannot see in the inventory.
    void keep(const PhoneNumber& number, std::string_view what, const std::string& code) {
        progress_.keep[number.text()] = json::object{{"what", what}, {"code", code}};
    }

    PurchaseProgress progress_;
    bool any_bought_ = false;
};

/// @errors invalid_input: what is missing or wrong, all of it
void require_whole(const PurchaseOrder& order, const Countries& countries) {
    type_text(order.number_type);
    std::string wrong;
    auto reason = Reason::none;
    for (const auto& each : problems_of(countries, order)) {
        if (!each.blocking) continue;
        if (reason == Reason::none) reason = each.reason;
        wrong += (wrong.empty() ? "" : "; ") + (each.field.empty() ? "" : each.field + ": ") +
                 each.message;
    }
    if (!wrong.empty()) fail(ErrorKind::invalid_input, reason, "", "genesys: " + wrong);
}

/// What an earlier attempt of the order got: nothing is bought or asked for twice.
Op<std::vector<OwnedNumber>> got_before(PurchaseOrder order) {
    std::vector<OwnedNumber> owned;
    if (order.attempt <= 1) co_return owned;
    std::vector<HttpRequest> requests;
    for (std::size_t index = 0; index < order.numbers.size(); ++index)
        requests.push_back(find_number(step_of("got-before", index), order.numbers[index]));
    const auto answers = co_await in_turns(std::move(requests));
    for (std::size_t index = 0; index < answers.size(); ++index) {
        require_ok(answers[index]);
        if (auto found = exactly(answers[index].json(), order.numbers[index]))
            owned.push_back(std::move(*found));
    }
    co_return owned;
}

}  // namespace

Op<PurchaseProgress> purchase(PurchaseOrder order) {
    const auto mine = co_await account_settings();
    const auto countries = Countries::from(mine.data("countries"));
    require_whole(order, countries);
    Purchase so_far;
    for (auto& each : co_await got_before(order)) {
        const auto number = each.number;
        so_far.add(number, {.owned = std::move(each)});
    }
    std::vector<PhoneNumber> for_desk;
    const bool by_mail = countries.find(order.country) != nullptr;

    std::optional<Error> failed;
    std::string address_id;
    for (std::size_t index = 0; !failed && index < order.numbers.size(); ++index) {
        const auto& number = order.numbers[index];
        if (so_far.knows(number)) continue;
        if (by_mail || !for_desk.empty()) {
            for_desk.push_back(number);
            continue;
        }
        try {
            const auto bought = co_await buy_with_what_it_wants(order, index, address_id);
            address_id = bought.address_id;
            // Country and type are the same for all: what is left goes to the desk.
            if (wants_papers(bought.code))
                for_desk.push_back(number);
            else
                so_far.add(number, bought);
            if (bought.called_off)
                failed = Error{
                    .kind = ErrorKind::cancelled,
                    .message = phrase("the order was called off meanwhile")
                };
        } catch (const Failure& failure) {
            failed = so_far.survives(failure.error);
        }
    }
    if (!failed && !for_desk.empty()) {
        try {
            const auto asked = co_await ask_desk(order, for_desk);
            so_far.add_mailed(asked, order.documents.size());
        } catch (const Failure& failure) {
            failed = so_far.survives(failure.error);
        }
    }
    if (failed) so_far.add_not_ordered(order.numbers, *failed);
    auto progress = so_far.take();
    set_next_check(progress, mine);
    co_return progress;
}

}  // namespace genesys
