// SPDX-License-Identifier: Apache-2.0
#include "follow_up.hpp"

#include <algorithm>

#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "codes.hpp"
#include "dashboard.hpp"
#include "desk.hpp"
#include "tickets.hpp"

namespace thinktel {

using namespace porteur;

namespace {

OrderState still_going(const Ticket& ticket) {
    return ticket.date ? OrderState::confirmed : OrderState::submitted;
}

/// Which numbers were cancelled is told by none of the documented fields; what tells is that a
/// number has another ticket by now, or is no longer listed.
NumberProgress part_of(
    const PhoneNumber& number, const std::optional<Ticket>& own, const Ticket& whole
) {
    const auto meaning = own ? meaning_of(own->status) : std::nullopt;
    if (meaning && own->id != whole.id && own->status != whole.status)
        return {number, meaning->state, Reason::none, own->status};
    const auto& listed = whole.numbers;
    const bool left_out = !listed.empty() && std::ranges::find(listed, number) == listed.end();
    return {
        number, left_out ? OrderState::cancelled : still_going(whole), Reason::none, whole.status
    };
}

Op<PortProgress> partly_cancelled(
    Ticket whole, std::vector<PhoneNumber> numbers, std::string steps,
    std::chrono::seconds check_again
) {
    auto ours = progress_of(whole, check_again);
    const auto own = co_await tickets_of(steps + "number", numbers, "");
    std::vector<NumberProgress> parts;
    for (std::size_t index = 0; index < numbers.size(); ++index)
        parts.push_back(part_of(numbers[index], own[index], whole));
    const bool told = std::ranges::any_of(parts, [&](const auto& each) {
        return each.state != parts.front().state;
    });
    if (!told) co_return ours;  // an exception: a person asks which
    ours.state = still_going(whole);
    ours.foc = whole.date;
    ours.rejections.clear();
    ours.note = phrase("part of the numbers was cancelled");
    ours.numbers = std::move(parts);
    co_return ours;
}

PortProgress progress_of_entry(
    const DashboardEntry& entry, const OrderReference& reference, std::chrono::seconds check_again
) {
    const auto meaning = meaning_of_assessment(entry.assessment);
    if (!meaning)
        fail(
            ErrorKind::internal, Reason::none, entry.assessment,
            "thinktel: " +
                phrase(
                    "the order has no ticket that can be read, and ThinkTel's dashboard has "
                    "{1:text}; a person must ask ThinkTel how it ended",
                    described(entry)
                )
        );
    PortProgress ours;
    ours.carrier_id = reference.carrier_id;
    ours.state = meaning->state;
    ours.carrier_word = entry.assessment;
    ours.note = std::string(meaning->note) + ": " + described(entry);
    ours.check_again = check_again;
    for (const auto& each : entry.numbers)
        if (std::ranges::find(reference.numbers, each.number) != reference.numbers.end())
            ours.numbers.push_back(each);
    return ours;
}

/// By number, for an order whose ticket ThinkTel does not know (any more).
Op<PortProgress> follow_by_number(
    OrderReference reference, std::string steps, std::chrono::seconds check_again
) {
    const auto quoted_id = quoted(reference.carrier_id);
    if (!reference.numbers.empty()) {
        const auto now = co_await tickets_of(steps + "number", reference.numbers, "");
        const auto fresh = new_tickets(now, tickets_before(reference.kept), reference.numbers);
        if (fresh.size() == 1) {
            auto ours = progress_of(fresh.begin()->second, check_again);
            ours.note = phrase("the ticket {1} is not there; found by number", quoted_id) +
                        (ours.note.empty() ? "" : "; " + ours.note);
            co_return ours;
        }
        if (fresh.size() > 1)
            fail(
                ErrorKind::internal, Reason::none, "404",
                "thinktel: " + phrase(
                                   "there is no ticket {1}, and these numbers have several "
                                   "others; a person must ask ThinkTel",
                                   quoted_id
                               )
            );
        const auto entry =
            co_await dashboard_entry(steps + "dashboard", reference.numbers.front(), "");
        if (entry) co_return progress_of_entry(*entry, reference, check_again);
    }
    // An order does not end because its ticket cannot be found: a person asks.
    fail(
        ErrorKind::internal, Reason::none, "404",
        "thinktel: " + phrase("there is no ticket {1}; a person must ask ThinkTel", quoted_id)
    );
}

}  // namespace

Op<PortProgress> follow(
    OrderReference reference, std::string steps, std::chrono::seconds check_again
) {
    PortProgress ours;
    std::optional<Ticket> ticket;
    if (!reference.carrier_id.empty()) {
        const auto answer = co_await http().get(
            steps + "status", "/v2/NumberPorts/Inbound/Tickets/" +
                                  path_segment(reference.carrier_id) + "/PortInStatus"
        );
        if (answer.status() != 404) {
            require_readable(answer);
            ticket = ticket_from(answer.json());
            if (ticket->id.empty()) ticket->id = reference.carrier_id;
        }
    }
    if (!ticket)
        ours = co_await follow_by_number(reference, steps, check_again);
    else if (ticket->status == "PARTIALCANCELLATION" && !reference.numbers.empty())
        ours = co_await partly_cancelled(*ticket, reference.numbers, steps, check_again);
    else
        ours = progress_of(*ticket, check_again);
    if (ours.carrier_word == "CONFIRMEDwDATECHANGE")
        if (const auto wished = text_at(reference.kept, "requested_date"); !wished.empty())
            ours.note = phrase("{1:text} ({2:date})", ours.note, wished);
    ours.keep = reference.kept;
    co_return ours;
}

Op<PortProgress> check_port(OrderReference reference) {
    const auto mine = co_await account_settings();
    const std::chrono::seconds check_again{mine.number("check_every", 3600)};
    auto ours = co_await follow(reference, "", check_again);
    if (!was_told(reference.kept)) co_return ours;
    co_return after_telling(std::move(ours), co_await now());
}

}  // namespace thinktel
