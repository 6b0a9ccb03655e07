// SPDX-License-Identifier: Apache-2.0
#include "tickets.hpp"

#include <algorithm>

#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "codes.hpp"

namespace thinktel {

using namespace porteur;

Op<TicketsByNumber> tickets_of(
    std::string step, std::vector<PhoneNumber> numbers, std::string looks_up
) {
    std::vector<HttpRequest> requests;
    for (std::size_t index = 0; index < numbers.size(); ++index) {
        auto request = http().get(
            step_of(step, index), "/v2/NumberPorts/Inbound/Numbers/" +
                                      std::to_string(their_digits(numbers[index])) + "/PortInStatus"
        );
        if (!looks_up.empty()) request.looks_up(looks_up);
        requests.push_back(std::move(request));
    }
    const auto answers = co_await in_turns(std::move(requests));
    TicketsByNumber tickets;
    for (const auto& answer : answers) {
        if (answer.status() == 404) {
            tickets.emplace_back();
            continue;
        }
        require_readable(answer);
        tickets.emplace_back(ticket_from(answer.json()));
    }
    co_return tickets;
}

std::set<std::string> ids_of(const TicketsByNumber& tickets) {
    std::set<std::string> ids;
    for (const auto& each : tickets)
        if (each) ids.insert(each->id);
    return ids;
}

std::map<std::string, Ticket> new_tickets(
    const TicketsByNumber& now, const std::set<std::string>& before,
    std::vector<PhoneNumber> numbers
) {
    std::map<std::string, Ticket> fresh;
    for (const auto& each : now)
        if (each && !each->id.empty() && !before.contains(each->id)) fresh.emplace(each->id, *each);
    std::ranges::sort(numbers);
    std::erase_if(fresh, [&](const auto& pair) {
        return !pair.second.numbers.empty() && pair.second.numbers != numbers;
    });
    return fresh;
}

PortProgress progress_of(const Ticket& ticket, std::chrono::seconds check_again) {
    const auto meaning = meaning_of(ticket.status);
    if (!meaning)
        fail(
            ErrorKind::internal, Reason::none, ticket.status,
            "thinktel: " + phrase(
                               "unknown ticket status {1}; a person must look at the ticket",
                               quoted(ticket.status)
                           )
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
    if (ours.state == OrderState::exception && ours.rejections.empty())
        ours.rejections.push_back({Reason::other, ticket.status, std::string(meaning->note), {}, {}}
        );
    if (!ticket.validated && ours.state != OrderState::submitted)
        ours.note += (ours.note.empty() ? "" : "; ") + phrase("not validated by ThinkTel yet");
    if (ticket.disputing)
        ours.note = phrase("refused by the losing carrier; ThinkTel's porting team disputes it");
    // A refused ticket goes on when the porting team has mended it; the other ends are ends.
    if (!meaning->ended || ours.state == OrderState::exception) ours.check_again = check_again;
    return ours;
}

}  // namespace thinktel
