// SPDX-License-Identifier: Apache-2.0
// Genesys knows no key and no reference of ours, but a number stands in the inventory or it does
// not: after a lost answer the inventory is read, and only where the number certainly is not there
// is it ordered a second time. Where papers are wanted there is no API at all: a mail goes to the
// desk once, and the inventory alone tells how it ended.
#include "purchase.hpp"

#include <algorithm>

#include <porteur/sdk.hpp>

#include "buying.hpp"
#include "codes.hpp"
#include "countries.hpp"
#include "desk.hpp"
#include "wire.hpp"

namespace genesys {

using namespace porteur;

namespace {

/// Review takes 2 to 5 business days; after this many days of any kind somebody should ask.
constexpr std::chrono::days review_expected_max{7};

NumberProgress progress_of(const OwnedNumber& owned) {
    NumberProgress ours;
    ours.number = owned.number;
    ours.carrier_word = owned.status;
    if (!owned.provisioning_state.empty()) ours.carrier_word += "/" + owned.provisioning_state;
    ours.state = state_of(owned.status, owned.provisioning_state, owned.provisioning_action);
    if (ours.state == OrderState::rejected) {
        ours.reason = reason_of(owned.error_code);
        if (!owned.error_code.empty()) ours.carrier_word = owned.error_code;
    }
    return ours;
}

// ------------------------------------------------------------- by mail

Op<std::string> organization_id(AccountSettings mine) {
    auto id = mine.text("organization_id");
    if (!id.empty()) co_return id;
    const auto answer = co_await http().get("organization", "/api/v2/organizations/me");
    require_ok(answer);
    id = text_at(answer.json(), "id");
    if (id.empty())
        fail(
            ErrorKind::internal, Reason::none, "",
            "genesys: organizations/me has no id; set organization_id"
        );
    co_return id;
}

/// What is missing for the desk; empty if nothing is.
std::string missing_papers(const PurchaseOrder& order) {
    const auto* country = mail_country(order.country);
    const bool wanted = country != nullptr && (country->registration || country->address_proof ||
                                               country->representative_id);
    if (!wanted || !order.documents.empty()) return {};
    return "genesys: " + country_name(order.country) + " wants papers (" +
           std::string(country->hint_en) + "); attach them";
}

/// Mails the desk about these numbers, once.
Op<MailSent> ask_desk(PurchaseOrder order, std::vector<PhoneNumber> numbers) {
    const auto mine = co_await account_settings();
    const auto organization = co_await organization_id(mine);
    const auto letter = desk_mail(order, numbers, organization);
    auto desk = mine.text("desk_address");
    if (desk.empty()) desk = "GenesysCloudSMS@genesys.com";
    auto message = mail("ask-desk");
    message.to(desk).subject(letter.subject).text(letter.text);
    for (const auto& each : order.documents) message.attach(each);
    const auto sent = co_await std::move(message);
    if (sent.in_doubt)
        fail(
            ErrorKind::in_doubt, Reason::none, "",
            "genesys: the link broke while the mail to the desk was handed over; a person must "
            "find out whether it left"
        );
    co_return sent;
}

// ------------------------------------------------------------- the whole of an order

/// Rolls numbers up: what is still open decides, then what was got.
OrderState rolled_up(const std::vector<NumberProgress>& numbers) {
    const auto any = [&](OrderState state) {
        return std::ranges::find(numbers, state, &NumberProgress::state) != numbers.end();
    };
    for (const auto open :
         {OrderState::exception, OrderState::cancel_pending, OrderState::in_review,
          OrderState::submitted, OrderState::activating})
        if (any(open)) return open;
    if (!any(OrderState::completed))
        return any(OrderState::rejected) ? OrderState::rejected : OrderState::cancelled;
    return std::ranges::all_of(
               numbers, [](const auto& each) { return each.state == OrderState::completed; }
           )
               ? OrderState::completed
               : OrderState::partial;
}

bool is_open(OrderState state) {
    return state != OrderState::completed && state != OrderState::partial &&
           state != OrderState::rejected && state != OrderState::cancelled;
}

void set_next_check(PurchaseProgress& progress, const AccountSettings& mine) {
    if (!is_open(progress.state)) return;
    const bool waits_for_people = progress.state == OrderState::in_review;
    progress.check_again = std::chrono::seconds{
        waits_for_people ? mine.number("review_check_every", 6 * 3600)
                         : mine.number("check_every", 60)
    };
}

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
        progress_.rejections.push_back({reason, bought.code, bought.words, {"/numbers"}, {number}});
        keep(number, "refused", bought.code);
    }
    void add_mailed(
        const std::vector<PhoneNumber>& numbers, const std::string& message_id,
        std::size_t documents
    ) {
        for (const auto& each : numbers) {
            progress_.numbers.push_back({each, OrderState::in_review, Reason::none, "mailed"});
            keep(each, "mailed", message_id);
        }
        if (progress_.carrier_id.empty()) progress_.carrier_id = message_id;
        progress_.carrier_word = "mailed";
        progress_.note = "mailed to Genesys with " + std::to_string(documents) +
                         (documents == 1 ? " document" : " documents") +
                         "; review takes 2 to 5 business days";
    }
    /// The failure to be told beside what was bought already, which must not be forgotten.
    /// @errors the failure itself, where nothing was bought yet or where it is a doubt
    Error survives(const Error& error) const {
        if (!any_bought_ || error.kind == ErrorKind::in_doubt) fail(error);
        return error;
    }
    /// The numbers that a failure kept from being ordered.
    void add_not_ordered(const std::vector<PhoneNumber>& all, const Error& error) {
        for (std::size_t index = progress_.numbers.size(); index < all.size(); ++index) {
            const auto reason = error.reason == Reason::none ? Reason::other : error.reason;
            progress_.numbers.push_back({all[index], OrderState::exception, reason, error.code});
            keep(all[index], "not_ordered", error.code);
        }
        progress_.note = "not all numbers could be ordered: " + error.message;
    }
    /// @errors rejected where every number was refused
    PurchaseProgress take() {
        const bool all_refused = progress_.rejections.size() == progress_.numbers.size();
        if (all_refused) {
            const auto& first = progress_.rejections.front();
            fail(
                ErrorKind::rejected, first.reason, first.code,
                "genesys: none of the numbers could be bought" +
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

/// A number that is not in the inventory, by what was kept of its purchase.
NumberProgress absent(const PhoneNumber& number, const json::object& kept) {
    const auto* entry = kept.if_contains(number.text());
    const auto what = entry ? text_at(*entry, "what") : std::string();
    const auto code = entry ? text_at(*entry, "code") : std::string();
    if (what == "refused") return {number, OrderState::rejected, reason_of(code), code};
    if (what == "not_ordered") return {number, OrderState::exception, Reason::other, code};
    const auto state = what == "mailed" ? OrderState::in_review : OrderState::submitted;
    return {number, state, Reason::none, "not in the inventory"};
}

void check_order(const PurchaseOrder& order) {
    if (order.numbers.empty())
        fail(
            ErrorKind::invalid_input, Reason::none, "",
            "genesys: /numbers: name the numbers to buy, from a search"
        );
    if (order.country.size() != 2)
        fail(
            ErrorKind::invalid_input, Reason::none, "",
            "genesys: /country: give the country's two letters"
        );
    type_text(order.number_type);
}

}  // namespace

Op<PurchaseProgress> purchase(PurchaseOrder order) {
    check_order(order);
    const auto mine = co_await account_settings();
    Purchase so_far;
    std::vector<PhoneNumber> for_desk;
    if (mail_country(order.country) != nullptr) for_desk = order.numbers;

    std::optional<Error> failed;
    std::string address_id;
    for (std::size_t index = 0; !failed && for_desk.empty() && index < order.numbers.size();
         ++index) {
        try {
            const auto bought = co_await buy_with_what_it_wants(order, index, address_id);
            address_id = bought.address_id;
            // Country and type are the same for all: what is left goes to the desk.
            if (wants_papers(bought.code))
                for_desk.assign(
                    order.numbers.begin() + static_cast<std::ptrdiff_t>(index), order.numbers.end()
                );
            else
                so_far.add(order.numbers[index], bought);
        } catch (const Failure& failure) {
            failed = so_far.survives(failure.error);
        }
    }
    if (!for_desk.empty()) {
        try {
            if (auto missing = missing_papers(order); !missing.empty())
                fail(ErrorKind::invalid_input, Reason::documents_required, "", std::move(missing));
            const auto sent = co_await ask_desk(order, for_desk);
            so_far.add_mailed(for_desk, sent.message_id, order.documents.size());
        } catch (const Failure& failure) {
            failed = so_far.survives(failure.error);
        }
    }
    if (failed) so_far.add_not_ordered(order.numbers, *failed);
    auto progress = so_far.take();
    set_next_check(progress, mine);
    co_return progress;
}

Op<PurchaseProgress> check_purchase(OrderReference reference) {
    const auto mine = co_await account_settings();
    std::vector<HttpRequest> requests;
    for (std::size_t index = 0; index < reference.numbers.size(); ++index)
        requests.push_back(find_number(step_of("inventory", index), reference.numbers[index]));
    const auto answers = co_await together(std::move(requests));

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
            "genesys: the order names no numbers to look for"
        );
    progress.state = rolled_up(progress.numbers);
    progress.carrier_word = progress.numbers.front().carrier_word;

    if (progress.state == OrderState::in_review) {
        const auto time = co_await now();
        if (time - reference.submitted_at > review_expected_max)
            progress.note =
                "no numbers yet after more than the 5 business days that a review takes; ask the "
                "desk";
    }
    set_next_check(progress, mine);
    co_return progress;
}

}  // namespace genesys
