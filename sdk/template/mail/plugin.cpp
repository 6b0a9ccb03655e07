//@ SPDX-License-Identifier: Apache-2.0
// @Title@: a carrier plugin for a carrier whose desk takes orders by mail. Abilities and limits stand in
// descriptor.toml.
//
// Each line "fill in: ..." marks a place where your carrier is different from an invented one: put its own there and
// delete the line; the test of that name fails until then.
//@include common/includes.cpp

using namespace porteur;

namespace {

//@include common/asked.cpp
//@if submit_port purchase

// ------------------------------------------------------------- orders, by mail to the desk

/// Writes to the desk. A mail whose hand-over was cut short is never sent again by itself: a person finds out.
Op<void> write_to_desk(std::string step, std::string subject, std::string text, std::vector<DocumentRef> papers) {
    const auto mine = co_await account_settings();
    auto letter = mail(std::move(step));
    letter.to(mine.text("desk_address")).subject(std::move(subject)).text(std::move(text));
    for (const auto& paper : papers) letter.attach(paper);
    const auto sent = co_await std::move(letter);
    if (sent.in_doubt) fail(ErrorKind::in_doubt, Reason::none, "", "@name@: the mail to the desk may not have left");
}

/// What is known of an order: a desk is not asked again and again. What its mails said is under "mail" in what was kept
/// (read_mail), else it stands as we left it.
template <class Progress>
Progress as_known(const OrderReference& order, OrderState otherwise) {
    Progress progress;
    progress.carrier_id = order.carrier_id;
    progress.state = otherwise;
    progress.keep = order.kept;
    for (const auto& known : {text_at(order.kept, "state"), text_at(value_at(order.kept, "mail"), "state")})
        boost::describe::enum_from_string(known.c_str(), progress.state);
    progress.carrier_word = boost::describe::enum_to_string(progress.state, "");
    progress.check_again = std::chrono::days{1};
    return progress;
}

/// The desk was written to, and has not answered.
template <class Progress>
Progress awaits(const OrderReference& order, OrderState state) {
    auto progress = as_known<Progress>(order, state);
    progress.state = state;
    progress.keep.erase("mail");
    progress.keep["state"] = boost::describe::enum_to_string(state, "");
    return progress;
}

/// The desk has no numbers of its own for orders, so ours is theirs.
OrderReference known_as(const std::string& reference) {
    OrderReference order;
    order.reference = order.carrier_id = reference;
    return order;
}
//@end
//@if submit_port

// fill in: the_author_says_what_submit_port_writes
Op<PortProgress> submit_port(PortOrder order) {
    co_await write_to_desk(
        "ask-desk", "Port order " + order.reference,
        "Please port these numbers of " + order.end_user.name + ", account number " + order.account_number + ":\n" +
            lines_of(order.numbers),
        order.documents
    );
    co_return awaits<PortProgress>(known_as(order.reference), OrderState::submitted);
}

Op<PortProgress> check_port(OrderReference order) { co_return as_known<PortProgress>(order, OrderState::submitted); }
//@end
//@if supplement_port

// fill in: the_author_says_what_supplement_port_writes
Op<PortProgress> supplement_port(Supplement change) {
    co_await write_to_desk(
        "correct-desk", "Correction of port order " + change.order.reference,
        "Please take these instead: " + change.corrected.end_user.name + ", account number " +
            change.corrected.account_number + "\n",
        change.corrected.documents
    );
    co_return awaits<PortProgress>(change.order, OrderState::supplement_pending);
}
//@end
//@if cancel_port

// fill in: the_author_says_what_cancel_port_writes
Op<PortProgress> cancel_port(OrderReference order) {
    co_await write_to_desk("cancel-desk", "Port order " + order.reference, "Please cancel this order.\n", {});
    co_return awaits<PortProgress>(order, OrderState::cancel_pending);
}
//@end
//@if activate_port

// fill in: the_author_says_what_activate_port_writes
Op<PortProgress> activate_port(OrderReference order) {
    co_await write_to_desk("activate-desk", "Port order " + order.reference, "Please activate this order now.\n", {});
    co_return awaits<PortProgress>(order, OrderState::activating);
}
//@end
//@if purchase

// fill in: the_author_says_what_purchase_writes
Op<PurchaseProgress> purchase(PurchaseOrder order) {
    // An order may say how many it wants instead of which; the desk chooses then, and a person is asked what it chose.
    const auto wish = order.numbers.empty()
                          ? std::to_string(order.quantity) + " numbers of " + order.area + ", " + order.country + "\n"
                          : "these numbers:\n" + lines_of(order.numbers);
    co_await write_to_desk(
        "ask-desk", "Order " + order.reference, "Please give " + order.end_user.name + " " + wish, order.documents
    );
    co_return awaits<PurchaseProgress>(known_as(order.reference), OrderState::in_review);
}

Op<PurchaseProgress> check_purchase(OrderReference order) {
    auto progress = as_known<PurchaseProgress>(order, OrderState::in_review);
    if (progress.state == OrderState::completed && order.numbers.empty()) {
        const auto text = co_await ask("numbers", "Which numbers did @Title@ give?", "Write them as in +14165550101.");
        for (const auto& number : numbers_in(text))
            progress.numbers.push_back({number, OrderState::completed, Reason::none, "completed"});
    }
    co_return progress;
}
//@end
//@if cancel_purchase

// fill in: the_author_says_what_cancel_purchase_writes
Op<PurchaseProgress> cancel_purchase(OrderReference order) {
    co_await write_to_desk("cancel-desk", "Order " + order.reference, "Please cancel this order.\n", {});
    co_return awaits<PurchaseProgress>(order, OrderState::cancel_pending);
}
//@end

}  // namespace

PORTEUR_PLUGIN(
    "@name@", "0.1.0",
    @operations@
)
