// SPDX-License-Identifier: Apache-2.0
// ThinkTel has no idempotency key and gives our reference back nowhere. What protects a port from
// being submitted twice, whichever of the nine procedures it goes through: the tickets of its
// numbers are read before it is submitted; it is sent ONCE; and where the answer was lost only a
// ticket that was not there before is taken for ours. Where there is none a person asks ThinkTel.
// Nothing is ever sent a second time from here.
#include "submission.hpp"

#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "checks.hpp"
#include "codes.hpp"
#include "dashboard.hpp"
#include "desk.hpp"
#include "details.hpp"
#include "form.hpp"
#include "outcome.hpp"
#include "targets.hpp"
#include "tickets.hpp"

namespace thinktel {

using namespace porteur;

namespace {

void refuse_first_of(const std::vector<Problem>& problems) {
    for (const auto& each : problems)
        if (each.blocking)
            fail(
                ErrorKind::invalid_input, each.reason, "",
                "thinktel: " + each.field + ": " + each.message
            );
}

/// A number whose ticket is still open is being ported already, by whomever.
void refuse_open_tickets(const TicketsByNumber& tickets, const std::vector<PhoneNumber>& numbers) {
    for (std::size_t index = 0; index < tickets.size(); ++index) {
        if (!tickets[index]) continue;
        const auto meaning = meaning_of(tickets[index]->status);
        if (meaning && meaning->ended && !tickets[index]->disputing) continue;
        fail(
            ErrorKind::rejected, Reason::duplicate_order, tickets[index]->id,
            "thinktel: " + phrase(
                               "{1} already has the open ticket {2:quoted} ({3:quoted}); nothing "
                               "was sent",
                               numbers[index].masked(), quoted(tickets[index]->id),
                               quoted(tickets[index]->status)
                           )
        );
    }
}

/// What the answer to a submission says, or nothing where it says nothing that can be understood.
std::optional<PortProgress> accepted(const Answer& sent, std::chrono::seconds check_again) {
    if (sent.says_nothing()) return std::nullopt;
    require_ok(sent);
    const auto& body = sent.json();
    const auto reply = integer_at(body, "Reply");
    if (!reply) return std::nullopt;
    const auto ticket = text_at(body, "TicketMask");
    if (*reply != accepted_reply) {
        const auto words = message_in(sent.body());
        fail(
            ErrorKind::rejected, reason_in(words), "Reply " + std::to_string(*reply),
            "thinktel: " + phrase("the port was not accepted ({1})", name_of_reply(*reply)) +
                (words.empty() ? std::string() : ": " + words) +
                (ticket.empty()
                     ? std::string()
                     : "; " + phrase("ThinkTel names the ticket {1:quoted}", quoted(ticket)))
        );
    }
    PortProgress ours;
    ours.carrier_id = ticket;
    if (ours.carrier_id.empty()) return std::nullopt;
    ours.state = OrderState::submitted;
    ours.carrier_word = name_of_reply(*reply);
    ours.note = text_at(body, "Message");
    ours.check_again = check_again;
    return ours;
}

/// The one ticket that is new. @errors in_doubt where there is none, or more than one
Op<PortProgress> found_again(
    std::vector<PhoneNumber> numbers, std::set<std::string> before, std::chrono::seconds check_again
) {
    const auto now = co_await tickets_of("find", numbers, "submit");
    const auto fresh = new_tickets(now, before, numbers);
    if (fresh.size() == 1) {
        auto ours = progress_of(fresh.begin()->second, check_again);
        ours.note = phrase("the answer was lost; found again by number") +
                    (ours.note.empty() ? std::string() : "; " + ours.note);
        co_return ours;
    }
    if (!fresh.empty())
        fail(
            ErrorKind::in_doubt, Reason::none, "",
            "thinktel: " + phrase("the answer was lost and these numbers have several new tickets; a "
                                  "person must ask ThinkTel which is ours")
        );
    // The dashboard may know of it sooner. It has no ticket to follow, but it helps the person.
    const auto entry = co_await dashboard_entry("dashboard", numbers.front(), "submit");
    fail(
        ErrorKind::in_doubt, Reason::none, "",
        "thinktel: " +
            phrase("the answer was lost and these numbers have no new ticket; a person must ask "
                   "ThinkTel before anything is sent again") +
            (entry ? "; " + phrase("its dashboard has {1:text}", described(*entry))
                   : std::string())
    );
}

}  // namespace

Op<PortProgress> submit_port(PortOrder order) {
    const auto mine = co_await account_settings();
    const auto submitter = submitter_of(mine);
    const std::chrono::seconds check_again{mine.number("check_every", 3600)};
    refuse_first_of(problems_of(order, submitter));
    const auto destination = co_await destination_of(order, mine.text("trunk"));
    refuse_first_of(problems_of_service(order, destination));

    auto losing_side = losing_side_of(order, submitter);
    if (losing_side.provider == 0 && losing_side.reseller.empty() && !order.losing_carrier.empty())
        losing_side.provider = co_await provider_named(order.losing_carrier);
    if (order.requested_date) co_await refuse_closed_day(*order.requested_date);

    const auto before = co_await tickets_of("baseline", order.numbers, "");
    refuse_open_tickets(before, order.numbers);
    auto keep = kept_of(order, ids_of(before));

    const auto sent = co_await submission(order, destination, submitter, losing_side);
    std::optional<PortProgress> ours;
    if (!sent.in_doubt()) {
        ours = accepted(sent, check_again);
        // An answer that tells neither yes nor no is lost all the same. Called off meanwhile, the
        // ticket is looked for as well: it is what has to be cancelled.
        if (!ours) co_await settle_unless_in_doubt(sent, "settle", settle);
    }
    if (!ours) ours = co_await found_again(order.numbers, ids_of(before), check_again);
    ours->keep = std::move(keep);
    co_return *ours;
}

}  // namespace thinktel
