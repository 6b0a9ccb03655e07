//@ SPDX-License-Identifier: Apache-2.0
// @Title@: a carrier plugin for a carrier with a portal and no API. Each step is a task for a person, who does it
// there and says how it went. Abilities and limits stand in descriptor.toml.
//
// Each line "fill in: ..." marks a place where your carrier is different from an invented one: put its own there and
// delete the line; the test of that name fails until then.
//@include common/includes.cpp

using namespace porteur;

namespace {

//@include common/asked.cpp
//@if submit_port purchase

// ------------------------------------------------------------- orders

/// What a person told of an order; asked again after a day, until it has ended.
template <class Progress>
Progress told(const OrderReference& order, OrderState state, std::string word) {
    Progress progress;
    progress.carrier_id = order.carrier_id;
    progress.state = state;
    progress.carrier_word = std::move(word);
    progress.keep = order.kept;
    progress.keep["state"] = boost::describe::enum_to_string(state, "");
    const bool ended = state == OrderState::completed || state == OrderState::cancelled;
    if (!ended) progress.check_again = std::chrono::days{1};
    return progress;
}

/// What was told last; a new order is submitted.
OrderState standing_of(const OrderReference& order) {
    auto state = OrderState::submitted;
    boost::describe::enum_from_string(text_at(order.kept, "state").c_str(), state);
    return state;
}

/// A person hands the order in, and gives the number that the portal gave.
/// @errors rejected: the carrier refused
Op<OrderReference> handed_in(std::string step, std::string title, std::string text) {
    const auto answer = co_await manual(std::move(step), std::move(title), std::move(text))
                            .choice("submitted")
                            .choice("refused")
                            .text_required()
                            .remind_every(std::chrono::days{2});
    if (answer.choice == "refused")
        fail(ErrorKind::rejected, Reason::other, "", "@name@: refused: " + quoted(masked_numbers(answer.text), 200));
    OrderReference order;
    order.carrier_id = answer.text;
    co_return order;
}

/// How an order stands, as a person sees it in the portal.
/// @errors rejected: the carrier refused
// fill in: the_author_says_what_the_portal_tells_of_an_order
Op<OrderState> looked_at(OrderReference order) {
    const auto answer = co_await manual(
        "look", "How does order " + order.carrier_id + " stand at @Title@?", "Our reference is " + order.reference + "."
    ).choice("completed").choice("cancelled").choice("refused").choice("nothing_new").remind_every(std::chrono::days{2});
    if (answer.choice == "refused")
        fail(ErrorKind::rejected, Reason::other, "", "@name@: refused: " + quoted(masked_numbers(answer.text), 200));
    if (answer.choice == "completed") co_return OrderState::completed;
    if (answer.choice == "cancelled") co_return OrderState::cancelled;
    co_return standing_of(order);
}
//@end
//@if submit_port

// fill in: the_author_says_what_submit_port_asks_a_person
Op<PortProgress> submit_port(PortOrder order) {
    const auto made = co_await handed_in(
        "hand-in", "Hand order " + order.reference + " in at @Title@",
        "Customer " + order.end_user.name + ", account number " + order.account_number + "\n" + lines_of(order.numbers)
    );
    co_return told<PortProgress>(made, OrderState::submitted, "submitted");
}

Op<PortProgress> check_port(OrderReference order) {
    const auto state = co_await looked_at(order);
    co_return told<PortProgress>(order, state, "looked at");
}
//@end
//@if supplement_port

// fill in: the_author_says_what_supplement_port_asks_a_person
Op<PortProgress> supplement_port(Supplement change) {
    std::string fields;
    for (const auto& field : change.fields) fields += field + "\n";
    co_await ask("correct", "Correct order " + change.order.carrier_id + " at @Title@", "These fields changed:\n" + fields);
    co_return told<PortProgress>(change.order, OrderState::submitted, "corrected");
}
//@end
//@if cancel_port

// fill in: the_author_says_what_cancel_port_asks_a_person
Op<PortProgress> cancel_port(OrderReference order) {
    co_await ask("cancel", "Have @Title@ cancel order " + order.carrier_id, "Our reference is " + order.reference + ".");
    co_return told<PortProgress>(order, OrderState::cancelled, "cancelled");
}
//@end
//@if activate_port

// fill in: the_author_says_what_activate_port_asks_a_person
Op<PortProgress> activate_port(OrderReference order) {
    co_await ask("activate", "Activate order " + order.carrier_id + " at @Title@", "Our reference is " + order.reference + ".");
    co_return told<PortProgress>(order, OrderState::activating, "activated");
}
//@end
//@if purchase

// fill in: the_author_says_what_purchase_asks_a_person
Op<PurchaseProgress> purchase(PurchaseOrder order) {
    const auto made = co_await handed_in(
        "buy", "Buy the numbers of order " + order.reference + " at @Title@",
        std::to_string(order.quantity) + " in " + order.area + ", " + order.country + "\n" + lines_of(order.numbers)
    );
    co_return told<PurchaseProgress>(made, OrderState::submitted, "submitted");
}

Op<PurchaseProgress> check_purchase(OrderReference order) {
    const auto state = co_await looked_at(order);
    auto progress = told<PurchaseProgress>(order, state, "looked at");
    if (state == OrderState::completed && order.numbers.empty()) {
        const auto text = co_await ask("numbers", "Which numbers did @Title@ give?", "Write them as in +14165550101.");
        for (const auto& number : numbers_in(text))
            progress.numbers.push_back({number, OrderState::completed, Reason::none, "completed"});
    }
    co_return progress;
}
//@end
//@if cancel_purchase

// fill in: the_author_says_what_cancel_purchase_asks_a_person
Op<PurchaseProgress> cancel_purchase(OrderReference order) {
    co_await ask("cancel", "Have @Title@ cancel order " + order.carrier_id, "Our reference is " + order.reference + ".");
    co_return told<PurchaseProgress>(order, OrderState::cancelled, "cancelled");
}
//@end

}  // namespace

PORTEUR_PLUGIN(
    "@name@", "0.1.0",
    @operations@
)
