//@ SPDX-License-Identifier: Apache-2.0
// @Title@: a carrier plugin. Address, credentials, abilities and limits stand in descriptor.toml.
//
// What is written here works against an invented carrier. Each line "fill in: ..." marks a place where yours is
// different: put its own there and delete the line; the test of that name fails until then.
//@used DiscoveryList
#include <porteur/model/discovery.hpp>
//@end
#include <porteur/sdk.hpp>
//@used settle_unless_in_doubt
#include <porteur/settle.hpp>
//@end
//@used std::ranges

#include <algorithm>
//@end

using namespace porteur;

namespace {
//@used state_of

// ------------------------------------------------------------- their words -> ours

// fill in: the_author_says_what_each_word_of_the_carrier_means
OrderState state_of(std::string_view word) {
    if (word == "received") return OrderState::submitted;
    if (word == "accepted") return OrderState::accepted;
    if (word == "confirmed") return OrderState::confirmed;
    if (word == "activating") return OrderState::activating;
    if (word == "in_review") return OrderState::in_review;
    if (word == "papers_wanted") return OrderState::needs_documents;
    if (word == "to_correct") return OrderState::exception;
    if (word == "completed") return OrderState::completed;
    if (word == "partly_completed") return OrderState::partial;
    if (word == "cancelled") return OrderState::cancelled;
    if (word == "refused") return OrderState::rejected;
    if (word == "expired") return OrderState::expired;
    // An unknown word never guesses: the host asks a person.
    fail(ErrorKind::internal, Reason::none, std::string(word), "@name@: unknown state " + quoted(word));
}
//@end
//@used progress_of

template <class ProgressOf>
ProgressOf progress_of(const json::value& theirs) {
    ProgressOf ours;
    ours.carrier_id = text_at(theirs, "id");
    ours.carrier_word = text_at(theirs, "status");
    ours.state = state_of(ours.carrier_word);
    return ours;
}
//@end
//@used port_progress_of

PortProgress port_progress_of(const json::value& theirs) {
    auto ours = progress_of<PortProgress>(theirs);
    ours.foc = read_iso_date(text_at(theirs, "foc_date"));
    return ours;
}
//@end
//@used require_done

// fill in: the_author_says_what_each_code_of_the_carrier_means
Reason reason_of(std::string_view code) {
    if (code == "NUMBER_TAKEN") return Reason::number_taken;
    if (code == "NO_FUNDS") return Reason::insufficient_funds;
    if (code == "PIN_WRONG") return Reason::pin_invalid;
    if (code == "ACCOUNT_WRONG") return Reason::account_number_mismatch;
    if (code == "TOO_LATE") return Reason::cannot_cancel_now;
    return Reason::other;
}

/// Ends the operation unless the carrier said yes: a refusal with the carrier's own code, the rest as what the status
/// means to the host.
void require_done(const Answer& answer) {
    const auto body = parse_json(answer.body());
    const auto code = body ? text_at(*body, "code") : std::string();
    answer.require_ok(reason_of(code), code);
}
//@end
//@used send_once

// ------------------------------------------------------------- what must not happen twice

/// As the descriptor's.
constexpr std::chrono::seconds settle{30};

/// Reads a look-up: what the carrier has of the request, or nothing, which has to be a definite no.
using Look = std::optional<json::value> (*)(const Answer& found);

/// Of a list by our reference. No list at all is no answer: the order stays in doubt, and a person is asked.
std::optional<json::value> first_item(const Answer& found) {
    found.json();
    if (!found.at("/items").is_array())
        fail(ErrorKind::in_doubt, Reason::none, "", "@name@: the look-up answered without a list");
    if (found.array("/items").empty()) return std::nullopt;
    return found.at("/items/0");
}

/// Sends a request ONCE and gives what the carrier says of it. Where the outcome was lost, the carrier is asked; only
/// after a definite no is the request sent again.
Op<json::value> send_once(HttpRequest request, HttpRequest find, Look look) {
    auto answer = co_await HttpRequest(request);
    if (answer.in_doubt() || answer.says_nothing()) {
        const bool goes_on = co_await settle_unless_in_doubt(answer, "settle", settle);
        const auto found = co_await HttpRequest(find);
        if (auto made = look(found)) co_return std::move(*made);
        if (!goes_on) fail(ErrorKind::cancelled, Reason::none, "", "@name@: called off before it reached the carrier");
        answer = co_await HttpRequest(request);
    }
    require_done(answer);
    co_return answer.json();
}
//@end
//@used order_path

std::string order_path(std::string_view kind, const std::string& carrier_id) {
    return "/" + std::string(kind) + "/" + path_segment(carrier_id);
}
//@end

// ------------------------------------------------------------- the operations

// fill in: the_author_says_what_check_account_asks
Op<AccountCheck> check_account(Nothing) {
    const auto account = co_await http().get("account", "/account");
    AccountCheck check;
    check.identity = text_at(account.json(), "name");
    co_return check;
}
//@include common/pure.cpp
//@used numbers_here

/// All numbers of the account, page by page.
// fill in: the_author_says_how_the_carrier_lists_numbers
Op<std::vector<CarrierNumber>> numbers_here() {
    static constexpr int pages_max = 1000;
    std::vector<CarrierNumber> all;
    std::string after;
    for (int page = 1; page <= pages_max; ++page) {
        const auto answer = co_await http().get("numbers-" + std::to_string(page), "/numbers").query("after", after);
        answer.json();
        for (const auto& theirs : answer.array("/items")) {
            const auto number = PhoneNumber::from_json_text(text_at(theirs, "number"));
            if (!number) fail(ErrorKind::internal, Reason::none, "", "@name@: a number that cannot be read");
            CarrierNumber ours;
            ours.number = *number;
            ours.carrier_id = text_at(theirs, "id");
            ours.carrier_word = text_at(theirs, "status");
            all.push_back(std::move(ours));
        }
        after = answer.text("/next");
        if (after.empty()) co_return all;
    }
    fail(ErrorKind::internal, Reason::none, "", "@name@: the list of numbers does not end");
}
//@end
//@used is_among

bool is_among(const std::vector<CarrierNumber>& all, const PhoneNumber& number) {
    return std::ranges::find(all, number, &CarrierNumber::number) != all.end();
}
//@end
//@if list_numbers

Op<std::vector<CarrierNumber>> list_numbers(Nothing) { co_return co_await numbers_here(); }
//@end
//@if discover

/// Lists of the account, for a person to choose from.
// fill in: the_author_says_what_discover_lists
Op<std::vector<DiscoveryList>> discover(DiscoveryQuery) {
    const auto answer = co_await http().get("trunks", "/trunks");
    answer.json();
    DiscoveryList trunks{"trunks", "Trunks", "Lignes", {"id", "name"}, {}};
    for (const auto& theirs : answer.array("/items"))
        trunks.rows.push_back({text_at(theirs, "id"), text_at(theirs, "name")});
    co_return std::vector{std::move(trunks)};
}
//@end
//@if preflight

/// As the losing carrier: what of the order is not as our records have it.
// fill in: the_author_says_what_preflight_compares
Op<Findings> preflight(PortOrder order) {
    const auto account = co_await http().get("account", "/account");
    Findings findings;
    if (text_at(account.json(), "number") != order.account_number)
        findings.problems.push_back(
            {"/account_number", Reason::account_number_mismatch, "the carrier has another account number", true}
        );
    const auto here = co_await numbers_here();
    for (const auto& number : order.numbers)
        if (!is_among(here, number))
            findings.problems.push_back(
                {"/numbers", Reason::number_not_on_account, number.masked() + " is not on this account", true}
            );
    co_return findings;
}
//@end
//@if release_packet

/// As the losing carrier: what the gaining side gets from us.
// fill in: the_author_says_what_release_packet_holds
ReleasePacket release_packet(PortOrder order) {
    ReleasePacket packet;
    packet.subject = "Port of " + std::to_string(order.numbers.size()) + " numbers";
    packet.cover_letter = "Please find the papers of order " + order.reference + ".\n";
    packet.documents = order.documents;
    return packet;
}
//@end
//@if check_release

/// As the losing carrier: which numbers are still here.
// fill in: the_author_says_how_check_release_tells_that_a_number_left
Op<ReleaseWatch> check_release(OrderReference order) {
    const auto here = co_await numbers_here();
    ReleaseWatch watch;
    for (const auto& number : order.numbers) watch.numbers.push_back({number, !is_among(here, number), {}});
    co_return watch;
}
//@end
//@if check_portability

// fill in: the_author_says_what_check_portability_asks
Op<std::vector<Portability>> check_portability(NumberList list) {
    std::vector<HttpRequest> requests;
    for (const auto& number : list.numbers)
        requests.push_back(http().get(
            "portability-" + std::to_string(requests.size() + 1), "/portability/" + path_segment(number.text())
        ));
    const auto answers = co_await in_turns(std::move(requests));
    std::vector<Portability> all;
    for (const auto& answer : answers) {
        const bool portable = flag_at(answer.json(), "portable");
        all.push_back(
            {list.numbers[all.size()], portable, portable ? Reason::none : Reason::not_portable,
             answer.text("/status")}
        );
    }
    co_return all;
}
//@end
//@if list_targets

/// What a port can be aimed at.
// fill in: the_author_says_what_list_targets_lists
Op<std::vector<TargetChoice>> list_targets(Nothing) {
    const auto answer = co_await http().get("trunks", "/trunks");
    answer.json();
    std::vector<TargetChoice> targets;
    for (const auto& theirs : answer.array("/items")) {
        const auto name = text_at(theirs, "name");
        targets.push_back({"trunk", text_at(theirs, "id"), name, name, {}, {}});
    }
    co_return targets;
}
//@end
//@if submit_port

// fill in: the_author_says_what_submit_port_sends
HttpRequest port_request(const PortOrder& order) {
    auto request = http().post("create-port", "/ports")
                       .field("reference", order.reference)
                       .field("numbers", order.numbers)
                       .field("account_number", order.account_number)
                       .field("name", order.end_user.name)
                       .once();
    // The host puts the PIN in; the plugin never sees it.
    if (order.pin.given) request.field("pin", "").secret("/pin", "order.pin");
    return request;
}

Op<PortProgress> submit_port(PortOrder order) {
    // fill in: the_author_says_how_submit_port_finds_an_order_again
    auto find = http().get("find-port", "/ports").query("reference", order.reference).looks_up("create-port");
    co_return port_progress_of(co_await send_once(port_request(order), find, first_item));
}

/// The host calls it again when due, or as soon as something came that hurries it.
// fill in: the_author_says_what_check_port_asks
Op<PortProgress> check_port(OrderReference order) {
    const auto port = co_await http().get("poll-port", order_path("ports", order.carrier_id));
    co_return port_progress_of(port.json());
}
//@end
//@if supplement_port

Op<PortProgress> supplement_port(Supplement change) {
    const auto path = order_path("ports", change.order.carrier_id) + "/changes";
    const auto reference = change.order.reference + "-" + std::to_string(change.corrected.attempt);
    // fill in: the_author_says_what_supplement_port_sends
    auto request = http().post("change-port", path)
                       .field("reference", reference)
                       .field("account_number", change.corrected.account_number)
                       .field("name", change.corrected.end_user.name)
                       .once();
    // fill in: the_author_says_how_supplement_port_finds_a_change_again
    auto find = http().get("find-change", path).query("reference", reference).looks_up("change-port");
    co_return port_progress_of(co_await send_once(request, find, first_item));
}
//@end
//@used if_cancelled

/// Of the order itself: it is cancelled, or it is not.
std::optional<json::value> if_cancelled(const Answer& found) {
    if (state_of(text_at(found.json(), "status")) == OrderState::cancelled) return found.json();
    return std::nullopt;
}
//@end
//@if cancel_port

Op<PortProgress> cancel_port(OrderReference order) {
    const auto path = order_path("ports", order.carrier_id);
    // fill in: the_author_says_what_cancel_port_sends
    auto request = http().post("cancel-port", path + "/cancel").once();
    // fill in: the_author_says_how_cancel_port_finds_out_whether_it_was_done
    auto find = http().get("look-after-cancel", path).looks_up("cancel-port");
    co_return port_progress_of(co_await send_once(request, find, if_cancelled));
}
//@end
//@if activate_port

std::optional<json::value> if_activated(const Answer& found) {
    const auto state = state_of(text_at(found.json(), "status"));
    if (state == OrderState::activating || state == OrderState::completed) return found.json();
    return std::nullopt;
}

Op<PortProgress> activate_port(OrderReference order) {
    const auto path = order_path("ports", order.carrier_id);
    // fill in: the_author_says_what_activate_port_sends
    auto request = http().post("activate-port", path + "/activate").once();
    // fill in: the_author_says_how_activate_port_finds_out_whether_it_was_done
    auto find = http().get("look-after-activate", path).looks_up("activate-port");
    co_return port_progress_of(co_await send_once(request, find, if_activated));
}
//@end
//@if search_numbers

// fill in: the_author_says_what_search_numbers_asks
Op<std::vector<AvailableNumber>> search_numbers(NumberQuery query) {
    const auto page = co_await http().get("search", "/available")
                          .query("country", query.country)
                          .query("area_code", query.area_code)
                          .query("contains", query.contains)
                          .query("limit", query.quantity);
    page.json();
    std::vector<AvailableNumber> found;
    for (const auto& theirs : page.array("/items")) {
        const auto number = PhoneNumber::from_json_text(text_at(theirs, "number"));
        if (!number) continue;
        AvailableNumber ours;
        ours.number = *number;
        ours.country = query.country;
        ours.region = text_at(theirs, "region");
        ours.city = text_at(theirs, "city");
        ours.monthly_price = text_at(theirs, "price");
        found.push_back(std::move(ours));
    }
    co_return found;
}
//@end
//@if reserve_numbers

/// Holds numbers for a while. The carrier takes a repeat for the same request by our key, so nothing is looked up.
// fill in: the_author_says_what_reserve_numbers_sends
Op<std::vector<NumberProgress>> reserve_numbers(NumberList list) {
    const auto held = co_await http().post("reserve", "/reservations").field("numbers", list.numbers).keyed();
    require_done(held);
    std::vector<NumberProgress> all;
    for (const auto& number : list.numbers)
        all.push_back({number, OrderState::accepted, Reason::none, text_at(held.json(), "status")});
    co_return all;
}
//@end
//@if purchase

// fill in: the_author_says_what_purchase_sends
HttpRequest purchase_request(const PurchaseOrder& order) {
    return http().post("create-order", "/orders")
        .field("reference", order.reference)
        .field("numbers", order.numbers)
        .once();
}

Op<PurchaseProgress> purchase(PurchaseOrder order) {
    // An order may say how many it wants instead of which. A carrier that cannot choose is never sent an empty list.
    if (order.numbers.empty())
        fail(ErrorKind::invalid_input, Reason::none, "", "@name@: name the numbers to buy; it chooses none by itself");
    // fill in: the_author_says_how_purchase_finds_an_order_again
    auto find = http().get("find-order", "/orders").query("reference", order.reference).looks_up("create-order");
    co_return progress_of<PurchaseProgress>(co_await send_once(purchase_request(order), find, first_item));
}

/// The host calls it again when due.
// fill in: the_author_says_what_check_purchase_asks
Op<PurchaseProgress> check_purchase(OrderReference order) {
    const auto theirs = co_await http().get("poll-order", order_path("orders", order.carrier_id));
    co_return progress_of<PurchaseProgress>(theirs.json());
}
//@end
//@if cancel_purchase

Op<PurchaseProgress> cancel_purchase(OrderReference order) {
    const auto path = order_path("orders", order.carrier_id);
    // fill in: the_author_says_what_cancel_purchase_sends
    auto request = http().post("cancel-order", path + "/cancel").once();
    // fill in: the_author_says_how_cancel_purchase_finds_out_whether_it_was_done
    auto find = http().get("look-after-cancel", path).looks_up("cancel-order");
    co_return progress_of<PurchaseProgress>(co_await send_once(request, find, if_cancelled));
}
//@end
//@if release_numbers

/// Gives numbers back. An answer without numbers says that all of them went.
// fill in: the_author_says_what_release_numbers_sends
Op<ReleaseProgress> release_numbers(NumberList list) {
    const auto released = co_await http().post("release", "/releases").field("numbers", list.numbers).keyed();
    require_done(released);
    co_return ReleaseProgress{};
}
//@end

}  // namespace

PORTEUR_PLUGIN(
    "@name@", "0.1.0",
    @operations@
)
