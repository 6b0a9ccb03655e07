// SPDX-License-Identifier: Apache-2.0
#include "buying.hpp"

#include <array>

#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>
#include <porteur/settle.hpp>

#include "codes.hpp"

namespace genesys {

using namespace porteur;

namespace {

Bought bought_from(const Answer& answer) {
    if (answer.status() == 400 || answer.status() == 404 || answer.status() == 409) {
        const auto code = code_in(answer);
        return {
            .code = code.empty() ? std::to_string(answer.status()) : code,
            .words = message_in(answer)
        };
    }
    require_ok(answer);
    auto owned = owned_from(answer.json());  // 200 and 202 say the same
    if (!owned)
        fail(
            ErrorKind::in_doubt, Reason::none, "",
            "genesys: " + phrase("the answer to a purchase names no number; a person must look at "
                                 "the inventory")
        );
    return {.owned = std::move(owned)};
}

/// A refusal that says that the number is the organisation's, or under way to it.
bool says_there(const Bought& refused, const Answer& answer) {
    return answer.status() == 409 || refused.code == "phone.number.duplicate";
}

/// The descriptor's.
constexpr std::chrono::seconds settle{60};

/// How often one number is ordered where each answer is lost, and what the steps of each time end in.
constexpr std::array<std::string_view, 3> times{"", "-again", "-third"};

/// What an answer that is no yes means after an earlier one was lost. What was lost may have become real since the
/// inventory lacked it, and be the very cause of the refusal: the inventory has the last word.
Op<Bought> refused_after_a_loss(Answer sent, std::string step, std::string look, PhoneNumber number) {
    const auto found = co_await find_number(look, number).looks_up(step);
    if (auto owned = looked_up(found, number)) co_return Bought{.owned = std::move(owned)};
    auto refused = bought_from(sent);
    if (says_there(refused, sent))
        fail(
            ErrorKind::in_doubt, Reason::none, refused.code,
            "genesys: " + phrase(
                              "the answer to the order of {1} was lost, and the next one says that it is there or under way, "
                              "which the inventory does not; a person must look at it",
                              number.masked()
                          )
        );
    refused.doubted = true;
    co_return refused;
}

/// Orders one number; `suffix` tells apart the try with an address. After each lost answer the inventory is read, which
/// tells: a number that it lacks is ordered again, and one that it has is ours, the last time too. `doubted`: the answer
/// to an earlier order of it was lost.
Op<Bought> buy(
    PurchaseOrder order, std::size_t index, std::string suffix, std::string address_id, bool doubted
) {
    const auto& number = order.numbers[index];
    const auto first_step = step_of("buy" + suffix, index);
    auto step = first_step;
    for (std::size_t time = 0; time < times.size(); ++time) {
        const auto nth = suffix + std::string(times[time]);
        const auto sent = co_await buy_number(step, order, number, address_id);
        if (!sent.in_doubt() && !sent.says_nothing()) {
            if (doubted && !sent.ok())
                co_return co_await refused_after_a_loss(sent, step, step_of("find" + nth, index), number);
            co_return bought_from(sent);
        }
        doubted = true;
        const bool goes_on =
            co_await settle_unless_in_doubt(sent, step_of("settle" + nth, index), settle);
        const auto found = co_await find_number(step_of("find" + nth, index), number).looks_up(step);
        if (auto owned = looked_up(found, number))
            co_return Bought{.owned = std::move(owned), .called_off = !goes_on};
        if (!goes_on)
            fail(
                ErrorKind::cancelled, Reason::none, "",
                "genesys: " + phrase("called off; {1} was not bought", number.masked())
            );
        // The host lets a step out again after a loss that it saw itself. An answer that tells nothing is none to
        // it, so what goes out after that has a name of its own; the look-up stands before it all the same.
        if (!sent.in_doubt() && time + 1 < times.size()) step = first_step + std::string(times[time + 1]);
    }
    fail(
        ErrorKind::in_doubt, Reason::none, "",
        "genesys: " + phrase(
                          "the answer to the order of {1} was lost three times, and the inventory does not have it; a person "
                          "must look at it",
                          number.masked()
                      )
    );
}

/// The id of an address with this name in a listing.
std::string address_named(const json::value& listing, std::string_view name) {
    for (const auto& each : list_at(listing, "entities"))
        if (text_at(each, "name") == name) return text_at(each, "id");
    return {};
}

/// Reads the addresses, all pages, for one by name. `looks_up` names the ONCE step it is to tell
/// of.
Op<std::string> find_address(std::string step, std::string name, std::string looks_up) {
    for (std::int64_t page = 1;; ++page) {
        auto request = http()
                           .get(
                               step_of(step, static_cast<std::size_t>(page - 1)),
                               "/api/v2/routing/sms/addresses"
                           )
                           .query("pageSize", std::int64_t{25})
                           .query("pageNumber", page);
        if (!looks_up.empty()) request.looks_up(looks_up);
        const auto answer = co_await std::move(request);
        if (looks_up.empty())
            require_ok(answer);
        else
            require_listing(answer);
        auto id = address_named(answer.json(), name);
        if (!id.empty() || page >= integer_at(answer.json(), "pageCount").value_or(1)) co_return id;
    }
}

/// The id of the order's address at Genesys: made if it is not there yet. It bears our reference, and a
/// digest, as the address of an earlier attempt may have been a wrong one. Genesys may correct what it
/// keeps, so that the fields themselves tell nothing.
Op<std::string> address_id_for(PurchaseOrder order) {
    const auto& at = order.address;
    if (at.street.empty() || at.city.empty() || at.postal_code.empty() || at.country.empty())
        // Genesys has said no: not merely an order that cannot be sent, which after a request would count as a doubt.
        fail(
            ErrorKind::rejected, Reason::address_required, "",
            "genesys: " + phrase("this number wants an address; give street, city, postal code and "
                                 "country")
        );
    const auto name =
        (order.end_user.name.empty() ? "" : order.end_user.name + " ") + order.reference +
        " " + digest_of(at);
    const auto known = co_await find_address("addresses", name, "");
    if (!known.empty()) co_return known;

    auto made = co_await create_address("create-address", order, name);
    if (made.in_doubt() || made.says_nothing()) {
        const bool goes_on = co_await settle_unless_in_doubt(made, "settle-address", settle);
        const auto found = co_await find_address("find-address", name, "create-address");
        if (!found.empty() && goes_on) co_return found;
        if (!goes_on)
            fail(
                ErrorKind::cancelled, Reason::none, "",
                "genesys: " + phrase("called off before a number with an address was bought")
            );
        // As with a number: the host lets a step out again only after a loss that it saw itself.
        made = co_await create_address(
            made.in_doubt() ? "create-address" : "create-address-again", order, name
        );
    }
    require_ok(made);
    co_return text_at(made.json(), "id");
}

}  // namespace

std::string step_of(std::string_view name, std::size_t index) {
    return index == 0 ? std::string(name) : std::string(name) + "-" + std::to_string(index + 1);
}

Op<Bought> buy_with_what_it_wants(PurchaseOrder order, std::size_t index, std::string address_id) {
    auto bought = co_await buy(order, index, "", address_id, false);
    if (!bought.owned && wants_address(bought.code) && address_id.empty()) {
        address_id = co_await address_id_for(order);
        bought = co_await buy(order, index, "-addressed", address_id, bought.doubted);
    }
    bought.address_id = address_id;
    co_return bought;
}

}  // namespace genesys
