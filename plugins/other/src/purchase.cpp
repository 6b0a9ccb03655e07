// SPDX-License-Identifier: Apache-2.0
#include "purchase.hpp"

#include <porteur/phrase.hpp>

#include "steps.hpp"

namespace other {

using namespace porteur;

namespace {

constexpr int numbers_asked_max = 5;

/// "+14165550101, +1 416 555 0102" one number after the other: whatever is shaped as one.
std::vector<PhoneNumber> numbers_in(std::string_view text) {
    std::vector<PhoneNumber> found;
    for (auto at = text.find('+'); at != text.npos; at = text.find('+', at + 1)) {
        std::string digits = "+";
        for (const char letter : text.substr(at + 1)) {
            if (letter >= '0' && letter <= '9')
                digits += letter;
            else if (std::string_view(" .-()").find(letter) == std::string_view::npos)
                break;
        }
        if (auto number = PhoneNumber::from_json_text(digits)) found.push_back(std::move(*number));
    }
    return found;
}

/// Which numbers came, where the order named none.
Op<std::vector<PhoneNumber>> numbers_bought(
    AccountSettings mine, Carrier carrier, OrderReference order, std::string text
) {
    for (int asked = 1; order.numbers.empty(); ++asked) {
        if (auto found = numbers_in(text); !found.empty()) co_return found;
        if (asked > numbers_asked_max)
            fail(
                ErrorKind::invalid_input, Reason::none, "",
                phrase("nobody said which numbers came; settle the order when they are known")
            );
        auto question = task(
            mine, "numbers-" + std::to_string(asked),
            phrase("Which numbers did {1} give?", carrier.name),
            "Write them as in +14165550101, one after the other.\n"
            "Écrivez-les comme +14165550101, l'un après l'autre.\n"
        );
        text = (co_await question.choice("numbers").text_required()).text;
    }
    co_return order.numbers;
}

}  // namespace

Op<PurchaseProgress> purchase(PurchaseOrder order) {
    const auto mine = co_await account_settings();
    const auto carrier = carrier_of(mine);
    auto buying = task(
        mine, "buy", phrase("Buy the numbers of order {1} at {2}", order.reference, carrier.name),
        shopping_list_of(order, carrier)
    );
    const auto answer = co_await buying.choice("submitted").choice("refused").text_required();
    if (answer.choice == "refused") refuse(carrier, refusal_from(answer.text), Reason::other);
    const auto told_at = co_await now();
    OrderReference reference;
    reference.carrier_id = id_from(answer.text);
    reference.kept[language_key] = order.language == "fr" ? "fr" : "en";
    co_return told_by_person<PurchaseProgress>(
        reference, OrderState::submitted, answer.choice, told_at, check_every(mine)
    );
}

Op<PurchaseProgress> check_purchase(OrderReference order) {
    const auto mine = co_await account_settings();
    const auto carrier = carrier_of(mine);
    const auto before = co_await now();
    if (const auto left = wait_left(order, before); left.count() > 0)
        co_return told_by_person<PurchaseProgress>(
            order, state_of(order), text_at(order.kept, state_key), before, left
        );
    auto question = task(
        mine, "next-step",
        phrase("Has {1} given the numbers of order {2}?", carrier.name, order.reference),
        purchase_question_of(order, carrier, is_french(order))
    );
    const auto answer = co_await question.choice("completed")
                            .choice("refused")
                            .choice("cancelled")
                            .choice("nothing_new");
    const auto told_at = co_await now();
    if (answer.choice == "refused") refuse(carrier, refusal_from(answer.text), Reason::other);
    if (answer.choice == "cancelled")
        co_return told_by_person<PurchaseProgress>(
            order, OrderState::cancelled, answer.choice, told_at, check_every(mine)
        );
    if (answer.choice != "completed")
        co_return told_by_person<PurchaseProgress>(
            order, state_of(order), answer.choice, told_at, check_every(mine)
        );
    auto told = told_by_person<PurchaseProgress>(
        order, OrderState::completed, answer.choice, told_at, check_every(mine)
    );
    for (const auto& each : co_await numbers_bought(mine, carrier, order, answer.text))
        told.numbers.push_back({each, OrderState::completed, Reason::none, answer.choice});
    co_return told;
}

Op<PurchaseProgress> cancel_purchase(OrderReference order) {
    const auto mine = co_await account_settings();
    const auto carrier = carrier_of(mine);
    auto calling_off = task(
        mine, "cancel", phrase("Have {1} cancel order {2}", carrier.name, order.reference),
        cancellation_of(order, carrier, is_french(order))
    );
    const auto answer = co_await calling_off.choice("cancelled").choice("refused");
    if (answer.choice == "refused")
        refuse(carrier, refusal_from(answer.text), Reason::cannot_cancel_now);
    const auto told_at = co_await now();
    co_return told_by_person<PurchaseProgress>(
        order, OrderState::cancelled, answer.choice, told_at, check_every(mine)
    );
}

}  // namespace other
