// SPDX-License-Identifier: Apache-2.0
// A whole carrier plugin. Everything else (address, credentials, abilities, limits) is in descriptor.toml.
#include <porteur/sdk.hpp>

using namespace porteur;

namespace {

// ------------------------------------------------------------- their words -> ours

OrderState state_of(std::string_view word) {
    if (word == "pending" || word == "submitted") return OrderState::submitted;
    if (word == "agreed") return OrderState::accepted;
    if (word == "foc") return OrderState::confirmed;
    if (word == "moving") return OrderState::activating;
    if (word == "papers_wanted") return OrderState::needs_documents;
    if (word == "returned") return OrderState::exception;
    if (word == "completed") return OrderState::completed;
    if (word == "in_part") return OrderState::partial;
    if (word == "cancelled") return OrderState::cancelled;
    if (word == "failed") return OrderState::rejected;
    if (word == "expired") return OrderState::expired;
    // An unknown word never guesses: the host asks a person.
    fail(ErrorKind::internal, Reason::none, std::string(word), "acme: unknown state " + quoted(word));
}

template <class ProgressOf>
ProgressOf progress_of(const json::value& theirs) {
    ProgressOf ours;
    ours.carrier_id = text_at(theirs, "id");
    ours.carrier_word = text_at(theirs, "status");
    ours.state = state_of(ours.carrier_word);
    return ours;
}

PortProgress port_progress_of(const json::value& theirs) {
    auto ours = progress_of<PortProgress>(theirs);
    ours.foc = read_iso_date(text_at(theirs, "foc_date"));
    return ours;
}

// ------------------------------------------------------------- what must not happen twice

/// What a look-up by our reference found, or nothing, which the order may be sent again on. No list at all is no answer:
/// the order stays in doubt, and a person is asked.
std::optional<json::value> first_of(const Answer& found, std::string_view list) {
    found.json();
    if (!found.at(list).is_array())
        fail(ErrorKind::in_doubt, Reason::none, "", "acme: the look-up answered without a list");
    if (found.array(list).empty()) return std::nullopt;
    return found.array(list).front();
}

// ------------------------------------------------------------- the operations

Op<AccountCheck> check_account(Nothing) {
    auto account = co_await http().get("account", "/account");
    AccountCheck check;
    check.identity = text_at(account.json(), "name");
    co_return check;
}

Op<std::vector<AvailableNumber>> search_numbers(NumberQuery query) {
    auto page = co_await http().get("search", "/numbers")
                    .query("npa", query.area_code).query("limit", query.quantity);
    page.json();
    std::vector<AvailableNumber> found;
    for (const auto& theirs : page.array("/numbers")) {
        const auto number = PhoneNumber::from_json_text(text_at(theirs, "number"));
        if (!number) continue;
        AvailableNumber ours;
        ours.number = *number;
        ours.region = text_at(theirs, "region");
        ours.city = text_at(theirs, "city");
        ours.country = query.country;
        ours.features = {"voice", "sms"};
        found.push_back(std::move(ours));
    }
    co_return found;
}

HttpRequest create_order(const PurchaseOrder& order) {
    return http().post("create-order", "/orders").field("numbers", order.numbers).field("ref", order.reference).once();
}

Op<PurchaseProgress> purchase(PurchaseOrder order) {
    auto made = co_await create_order(order);
    if (made.in_doubt()) {  // the answer was lost, `settle` has passed: look, never buy twice
        auto found = co_await http().get("find-order", "/orders").query("ref", order.reference).looks_up("create-order");
        if (const auto theirs = first_of(found, "/orders")) co_return progress_of<PurchaseProgress>(*theirs);
        made = co_await create_order(order);
    }
    if (made.status() == 409)
        fail(ErrorKind::rejected, Reason::number_taken, made.text("/code"), "another customer took a number");
    co_return progress_of<PurchaseProgress>(made.json());
}

Op<PurchaseProgress> check_purchase(OrderReference reference) {
    auto state = co_await http().get("poll-order", "/orders/" + reference.carrier_id);
    co_return progress_of<PurchaseProgress>(state.json());  // the host calls again when due
}

Op<void> release_numbers(NumberList numbers) {
    auto released = co_await http().del("release", "/numbers").field("numbers", numbers.numbers).keyed();
    released.json();
}

HttpRequest create_port(const PortOrder& order) {
    auto request = http().post("create-port", "/ports")
                       .field("numbers", order.numbers).field("ref", order.reference)
                       .field("account_number", order.account_number).field("name", order.end_user.name).once();
    if (order.pin.given) request.field("pin", "").secret("/pin", "order.pin");
    return request;
}

Op<PortProgress> submit_port(PortOrder order) {
    auto made = co_await create_port(order);
    if (made.in_doubt()) {
        auto found = co_await http().get("find-port", "/ports").query("ref", order.reference).looks_up("create-port");
        if (const auto theirs = first_of(found, "/ports")) co_return port_progress_of(*theirs);
        made = co_await create_port(order);
    }
    if (made.status() == 422)
        fail(ErrorKind::rejected, made.text("/code") == "PIN_WRONG" ? Reason::pin_invalid : Reason::other,
             made.text("/code"), "acme refused the port");
    co_return port_progress_of(made.json());
}

Op<PortProgress> check_port(OrderReference reference) {
    auto state = co_await http().get("poll-port", "/ports/" + reference.carrier_id);
    co_return port_progress_of(state.json());
}

Op<PortProgress> cancel_port(OrderReference reference) {
    auto cancelled = co_await http().post("cancel", "/ports/" + reference.carrier_id + "/cancel").once();
    if (cancelled.in_doubt()) {
        auto found = co_await http().get("find-port", "/ports/" + reference.carrier_id).looks_up("cancel");
        co_return port_progress_of(found.json());
    }
    if (cancelled.status() == 409)
        fail(ErrorKind::rejected, Reason::cannot_cancel_now, cancelled.text("/code"), "too late to cancel");
    co_return port_progress_of(cancelled.json());
}

}  // namespace

PORTEUR_PLUGIN(
    "acme", "1.0.0", PORTEUR_OPERATION(check_account), PORTEUR_OPERATION(search_numbers),
    PORTEUR_OPERATION(purchase), PORTEUR_OPERATION(check_purchase), PORTEUR_OPERATION(release_numbers),
    PORTEUR_OPERATION(submit_port), PORTEUR_OPERATION(check_port), PORTEUR_OPERATION(cancel_port)
)
