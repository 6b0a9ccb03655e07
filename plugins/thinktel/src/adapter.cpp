// SPDX-License-Identifier: Apache-2.0
// ThinkTel has no idempotency key and gives our reference back nowhere. What protects a port from
// being submitted twice: the tickets of its numbers are read before it is submitted; it is sent
// ONCE; and where the answer was lost only a ticket that was not there before is taken for ours.
// Where there is none a person asks ThinkTel. Nothing is ever sent a second time from here.
#include <porteur/sdk.hpp>

#include <set>

#include "checks.hpp"
#include "codes.hpp"
#include "wire.hpp"

namespace thinktel {

using namespace porteur;
using namespace std::chrono_literals;

namespace {

/// As the descriptor's settle: for the one lost outcome that the host cannot see, an answer that is
/// no JSON.
constexpr auto settle = 60s;

Submitter submitter_of(const AccountSettings& mine) {
    return {
        mine.text("submitter_email"), mine.number("current_provider", 0),
        mine.text("current_reseller")
    };
}

std::chrono::seconds check_every(const AccountSettings& mine) {
    return std::chrono::seconds{mine.number("check_every", 3600)};
}

/// Ends the operation with ThinkTel's own sentence unless the answer is 2xx.
void require_ok(const Answer& answer) {
    if (answer.ok()) return;
    const auto words = message_in(answer.body());
    answer.require_ok(reason_in(words), "", words);
}

/// "find", "find-2", "find-3": unique, and the first as the descriptor names it.
std::string step_of(const std::string& name, std::size_t index) {
    return index == 0 ? name : name + "-" + std::to_string(index + 1);
}

// ------------------------------------------------------------- trunks and numbers

Op<std::vector<TargetChoice>> trunks() {
    const auto answer = co_await http().get("trunks", "/SipTrunks");
    require_ok(answer);
    answer.json();
    std::vector<TargetChoice> found;
    for (const auto& each : answer.array("")) {
        const auto pilot = integer_at(each, "Number");
        if (!pilot) continue;
        const auto label = text_at(each, "Label");
        found.push_back({"trunk", std::to_string(*pilot), label, label, {}, {}});
    }
    co_return found;
}

/// The pilot number that the order is aimed at. @errors invalid_input, with what there is to choose
/// from
Op<std::int64_t> target_of(PortTarget target, AccountSettings mine) {
    if (!target.offering.empty())
        fail(
            ErrorKind::unsupported, Reason::unsupported_by_gaining, "",
            "thinktel: ports into new services are not offered yet; aim the order at a SIP trunk"
        );
    const auto trunk = target.trunk.empty() ? mine.text("trunk") : target.trunk;
    if (trunk.empty()) {
        std::string choices;
        const auto all = co_await trunks();
        for (const auto& each : all) {
            if (!choices.empty()) choices += ", ";
            choices += quoted(each.label_en) + " (pilot number ending in " +
                       each.id.substr(each.id.size() - std::min<std::size_t>(4, each.id.size())) +
                       ")";
        }
        fail(
            ErrorKind::invalid_input, Reason::none, "",
            "thinktel: the order has no target trunk; " +
                (choices.empty() ? std::string("the account has none, ask ThinkTel for one")
                                 : "choose one of " + choices)
        );
    }
    const auto pilot = number_from(json::value(json::string(trunk)));
    if (!pilot)
        fail(
            ErrorKind::invalid_input, Reason::none, "",
            "thinktel: the target trunk is not a pilot number of ten digits; list_targets shows "
            "them"
        );
    co_return *digits_of(*pilot);
}

// ------------------------------------------------------------- tickets

/// The ticket of each number, none where ThinkTel knows of none. `looks_up` names the ONCE step
/// whose outcome this is to tell; empty before it.
Op<std::vector<std::optional<Ticket>>> tickets_of(
    std::string step, std::vector<PhoneNumber> numbers, std::string looks_up
) {
    std::vector<HttpRequest> requests;
    for (std::size_t index = 0; index < numbers.size(); ++index) {
        auto request = http().get(
            step_of(step, index), "/v2/NumberPorts/Inbound/Numbers/" +
                                      std::to_string(*digits_of(numbers[index])) + "/PortInStatus"
        );
        if (!looks_up.empty()) request.looks_up(looks_up);
        requests.push_back(std::move(request));
    }
    const auto answers = co_await together(std::move(requests));
    std::vector<std::optional<Ticket>> tickets;
    for (const auto& answer : answers) {
        if (answer.status() == 404) {
            tickets.emplace_back();
            continue;
        }
        require_ok(answer);
        tickets.emplace_back(ticket_from(answer.json()));
    }
    co_return tickets;
}

/// A number whose ticket is still open is being ported already, by whomever.
void refuse_open_tickets(
    const std::vector<std::optional<Ticket>>& tickets, const std::vector<PhoneNumber>& numbers
) {
    for (std::size_t index = 0; index < tickets.size(); ++index) {
        if (!tickets[index]) continue;
        const auto meaning = meaning_of(tickets[index]->status);
        if (meaning && meaning->ended && !tickets[index]->disputing) continue;
        fail(
            ErrorKind::rejected, Reason::duplicate_order, tickets[index]->id,
            "thinktel: " + numbers[index].masked() + " already has the open ticket " +
                quoted(tickets[index]->id) + " (" + quoted(tickets[index]->status) +
                "); nothing was sent"
        );
    }
}

/// The one ticket that was not there before and is about these numbers.
/// @errors in_doubt where there is none, or more than one
Ticket new_ticket(
    const std::vector<std::optional<Ticket>>& now, const std::vector<std::optional<Ticket>>& before,
    std::vector<PhoneNumber> numbers
) {
    std::set<std::string> old_ids;
    for (const auto& each : before)
        if (each) old_ids.insert(each->id);
    std::map<std::string, Ticket> fresh;
    for (const auto& each : now)
        if (each && !each->id.empty() && !old_ids.contains(each->id))
            fresh.emplace(each->id, *each);

    std::ranges::sort(numbers);
    std::erase_if(fresh, [&](const auto& pair) {
        return !pair.second.numbers.empty() && pair.second.numbers != numbers;
    });
    if (fresh.size() == 1) return fresh.begin()->second;
    fail(
        ErrorKind::in_doubt, Reason::none, "",
        fresh.empty()
            ? "thinktel: the answer was lost and these numbers have no new ticket; a person must "
              "ask "
              "ThinkTel before anything is sent again"
            : "thinktel: the answer was lost and these numbers have several new tickets; a person "
              "must ask ThinkTel which is ours"
    );
}

PortProgress progress_of(const Ticket& ticket, std::chrono::seconds check_again) {
    const auto meaning = meaning_of(ticket.status);
    if (!meaning)
        fail(
            ErrorKind::internal, Reason::none, ticket.status,
            "thinktel: unknown ticket status " + quoted(ticket.status) +
                "; a person must look at the ticket"
        );
    PortProgress ours;
    ours.carrier_id = ticket.id;
    ours.carrier_word = ticket.status;
    ours.state = meaning->state;
    // Before it is confirmed the date is only wished for, and a refused ticket keeps one that means
    // nothing any more.
    if (ours.state == OrderState::confirmed || ours.state == OrderState::activating ||
        ours.state == OrderState::completed)
        ours.foc = ticket.date;
    ours.note = meaning->note;
    ours.rejections = ticket.rejections;
    if (ticket.disputing)
        ours.note = "refused by the losing carrier; ThinkTel's porting team disputes it";
    // A refused ticket goes on when the porting team has mended it; the other ends are ends.
    if (!meaning->ended || ours.state == OrderState::exception) ours.check_again = check_again;
    return ours;
}

/// What the answer to a submission says, or nothing where it says nothing that can be understood.
std::optional<PortProgress> accepted(const Answer& sent, std::chrono::seconds check_again) {
    if (sent.says_nothing()) return std::nullopt;
    require_ok(sent);
    const auto& body = sent.json();
    const auto reply = integer_at(body, "Reply");
    if (!reply) return std::nullopt;
    if (*reply != 1) {
        const auto words = message_in(sent.body());
        fail(
            ErrorKind::rejected, reason_in(words), "Reply " + std::to_string(*reply),
            "thinktel: the port was not accepted (" + name_of_reply(*reply) + ")" +
                (words.empty() ? std::string() : ": " + words)
        );
    }
    PortProgress ours;
    ours.carrier_id = text_at(body, "TicketMask");
    if (ours.carrier_id.empty()) return std::nullopt;
    ours.state = OrderState::submitted;
    ours.carrier_word = name_of_reply(*reply);
    ours.note = text_at(body, "Message");
    ours.check_again = check_again;
    return ours;
}

}  // namespace

// ------------------------------------------------------------- the operations

Op<AccountCheck> check_account(Nothing) {
    const auto answer = co_await http().get("account", "/Users/Current/Account");
    require_ok(answer);
    AccountCheck check;
    const auto& account = answer.json();
    if (account.is_int64()) check.identity = std::to_string(account.get_int64());
    if (account.is_string()) check.identity = account.get_string();
    const auto all = co_await trunks();
    if (all.empty())
        check.problems.push_back(
            {"", Reason::none, "the account has no SIP trunk for numbers to go to", false}
        );
    co_return check;
}

Op<std::vector<TargetChoice>> list_targets(Nothing) {
    auto targets = co_await trunks();
    const auto answer = co_await http().get("offerings", "/Products/TelephoneOfferings");
    require_ok(answer);
    answer.json();
    for (const auto& each : answer.array("")) {
        const auto& name = value_at(each, "ProductName");
        targets.push_back(
            {"offering", text_at(each, "OfferingID"), text_at(name, "En"), text_at(name, "Fr"), {}, {}}
        );
    }
    co_return targets;
}

Op<std::vector<CarrierNumber>> list_numbers(Nothing) {
    static constexpr std::int64_t page_size = 1000;
    std::vector<CarrierNumber> found;
    const auto all = co_await trunks();
    for (std::size_t index = 0; index < all.size(); ++index) {
        std::int64_t from = 0;  // the last number of the page before
        for (std::size_t page = 0;; ++page) {
            const auto answer = co_await http()
                                    .get(
                                        step_of("dids-" + std::to_string(index + 1), page),
                                        "/SipTrunks/" + all[index].id + "/Dids"
                                    )
                                    .query("PageFrom", from)
                                    .query("PageSize", page_size);
            require_ok(answer);
            answer.json();
            const auto& rows = answer.array("");
            const auto before = from;
            for (const auto& each : rows) {
                const auto digits = integer_at(each, "Number");
                const auto number = number_from(value_at(each, "Number"));
                if (!digits || !number) continue;
                from = *digits;
                found.push_back(
                    {*number, std::to_string(*digits),
                     is_toll_free(*number) ? NumberType::toll_free : NumberType::local, "",
                     text_at(each, "Label"), std::to_string(*digits) == all[index].id}
                );
            }
            if (std::ssize(rows) < page_size || from == before) break;
        }
    }
    co_return found;
}

Op<std::vector<Portability>> check_portability(NumberList list) {
    std::vector<HttpRequest> requests;
    for (const auto& each : list.numbers)
        if (const auto digits = digits_of(each))
            requests.push_back(
                http()
                    .post(step_of("check", requests.size()), "/NumberPorts/LNP/NPANXX/Check")
                    .json(std::to_string(*digits))
                    .safe()
            );
    const auto answers = co_await together(std::move(requests));

    std::vector<Portability> found;
    auto next = answers.begin();
    for (const auto& number : list.numbers) {
        Portability ours{number, false, Reason::unsupported_by_gaining, ""};
        if (digits_of(number)) {
            const auto& answer = *next++;
            // A refusal of one number says nothing about the others.
            const bool refused = answer.status() == 400 || answer.status() == 404;
            if (!refused) require_ok(answer);
            const auto reply = refused ? 0 : integer_at(answer.json(), "Reply").value_or(4);
            const auto words = message_in(answer.body());
            ours.portable = reply == 1;
            ours.reason = ours.portable ? Reason::none : reason_in(words);
            if (!ours.portable && ours.reason == Reason::other) ours.reason = Reason::not_portable;
            ours.carrier_word =
                name_of_reply(reply) + (words.empty() ? std::string() : ": " + words);
        }
        found.push_back(std::move(ours));
    }
    co_return found;
}

Op<Findings> validate(PortOrder order) {
    const auto mine = co_await account_settings();
    Findings findings;
    findings.problems = problems_of(order, submitter_of(mine));
    if (!order.target.offering.empty())
        findings.problems.push_back(
            {"/target/offering", Reason::unsupported_by_gaining,
             "ports into new services are not offered yet; aim the order at a SIP trunk", true}
        );
    else if (order.target.trunk.empty() && mine.text("trunk").empty())
        findings.problems.push_back(
            {"/target/trunk", Reason::none, "choose the SIP trunk that the numbers go to", true}
        );
    co_return findings;
}

Op<PortProgress> submit_port(PortOrder order) {
    const auto mine = co_await account_settings();
    for (const auto& each : problems_of(order, submitter_of(mine)))
        if (each.blocking)
            fail(
                ErrorKind::invalid_input, each.reason, "",
                "thinktel: " + each.field + ": " + each.message
            );
    const auto pilot = co_await target_of(order.target, mine);

    const auto before = co_await tickets_of("baseline", order.numbers, "");
    refuse_open_tickets(before, order.numbers);

    const auto sent = co_await submission(order, pilot, submitter_of(mine));
    if (!sent.in_doubt()) {
        const auto ours = accepted(sent, check_every(mine));
        if (ours) co_return *ours;
        // An answer that tells neither yes nor no is lost all the same.
        co_await sleep_for("settle", settle);
    }
    const auto now = co_await tickets_of("find", order.numbers, "submit");
    auto ours = progress_of(new_ticket(now, before, order.numbers), check_every(mine));
    ours.note = "the answer was lost; found again by number" +
                (ours.note.empty() ? std::string() : "; " + ours.note);
    co_return ours;
}

Op<PortProgress> check_port(OrderReference reference) {
    const auto mine = co_await account_settings();
    const auto answer = co_await http().get(
        "status",
        "/v2/NumberPorts/Inbound/Tickets/" + path_segment(reference.carrier_id) + "/PortInStatus"
    );
    // An order does not end because its ticket cannot be found: a person asks.
    if (answer.status() == 404)
        fail(
            ErrorKind::internal, Reason::none, "404",
            "thinktel: there is no ticket " + quoted(reference.carrier_id) +
                "; a person must ask ThinkTel"
        );
    require_ok(answer);
    auto ticket = ticket_from(answer.json());
    if (ticket.id.empty()) ticket.id = reference.carrier_id;
    co_return progress_of(ticket, check_every(mine));
}

PORTEUR_PLUGIN(
    "thinktel", "0.1.0", PORTEUR_OPERATION(requirements), PORTEUR_OPERATION(validate),
    PORTEUR_OPERATION(split), PORTEUR_OPERATION(check_account), PORTEUR_OPERATION(list_numbers),
    PORTEUR_OPERATION(list_targets), PORTEUR_OPERATION(check_portability),
    PORTEUR_OPERATION(submit_port), PORTEUR_OPERATION(check_port)
)

}  // namespace thinktel
