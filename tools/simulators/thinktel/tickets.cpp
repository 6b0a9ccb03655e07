// SPDX-License-Identifier: Apache-2.0
#include "tickets.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace porteur::sim {

using namespace std::chrono;

namespace {

constexpr int port_business_days = 5;
// Noon Eastern, taken as UTC-5 all year.
constexpr auto port_hour = hours(17);

constexpr std::array<std::string_view, 14> statuses = {
    "PENDING",
    "SUBMITTED",
    "CONFIRMED",
    "CONFIRMEDwDATECHANGE",
    "CONFIRMEDwEXCEPTION",
    "COMPLETED",
    "REJECTED",
    "HOLD",
    "RESCHEDULED",
    "CANCELLATIONPENDING",
    "CANCELLED",
    "PARTIALCANCELLATION",
    "FULLCANCELLATION",
    "EXPIRED",
};

std::string mask_of(std::int32_t order_id) {
    char text[24];
    std::snprintf(
        text, sizeof text, "PIN-%03d-%05d", order_id / 100'000 % 1000, order_id % 100'000
    );
    return text;
}

}  // namespace

bool is_closed_status(std::string_view status) {
    return status == "COMPLETED" || status == "REJECTED" || status == "CANCELLED" ||
           status == "FULLCANCELLATION" || status == "EXPIRED";
}

bool is_port_status(std::string_view word) {
    return std::ranges::find(statuses, word) != statuses.end();
}

std::size_t PortTicket::step_at(Instant now) const {
    if (by_poll) return std::min(polled, steps.size() - 1);
    std::size_t at = 0;
    while (at + 1 < steps.size() && now >= steps[at + 1].due) ++at;
    return at;
}

sys_days PortTicket::date_at(Instant now) const {
    auto date = port_date;
    for (std::size_t at = 0; at <= step_at(now); ++at) {
        const auto& word = steps[at].word;
        if (word == "CONFIRMEDwDATECHANGE" || word == "RESCHEDULED") {
            date = add_business_days(date, 2);
        }
    }
    return date;
}

const PortTicket* PortTickets::open_ticket_of(Tn number, Instant now) const {
    // A number's earlier tickets were closed when its latest one was opened.
    const auto found = latest_order_of_.find(number);
    if (found == latest_order_of_.end()) return nullptr;
    const auto& ticket = tickets_.at(found->second);
    return is_closed_status(ticket.status(now)) ? nullptr : &ticket;
}

PortTicket& PortTickets::open(PortRequest request, Instant now) {
    const auto order_id = static_cast<std::int32_t>(tickets_.size() + 1);
    auto& ticket = tickets_[order_id];
    ticket.order_id = order_id;
    ticket.mask = mask_of(order_id);
    ticket.request = std::move(request);
    ticket.submitted = now;
    const auto requested = from_dashed(ticket.request.requested_date);
    ticket.port_date =
        requested ? sys_days(*requested) : add_business_days(floor<days>(now), port_business_days);

    const auto next_day = add_business_days(now, 1);
    ticket.steps = {{"PENDING", now}, {"SUBMITTED", now + hours(4)}};
    if (ticket.request.account_number == "BAD") {
        ticket.steps.push_back({"REJECTED", next_day});
    } else {
        ticket.steps.push_back({"CONFIRMED", next_day});
        ticket.steps.push_back(
            {"COMPLETED", std::max<Instant>(ticket.port_date + port_hour, next_day + hours(1))}
        );
    }
    const PortScript* script = default_script_ ? &*default_script_ : nullptr;
    for (const auto number : ticket.request.numbers) {
        latest_order_of_[number] = order_id;
        if (const auto own = scripts_.find(number); own != scripts_.end()) script = &own->second;
    }
    if (script != nullptr) follow(ticket, *script, now);
    order_of_mask_[ticket.mask] = order_id;
    unsettled_.insert(order_id);
    return ticket;
}

void PortTickets::follow(PortTicket& ticket, const PortScript& script, Instant now) {
    ticket.steps.clear();
    for (const auto& word : script.words) {
        ticket.steps.push_back({word, now + script.step * static_cast<int>(ticket.steps.size())});
    }
    ticket.by_poll = script.by_poll;
    ticket.polled = 0;
    ticket.rejection = script.rejection;
}

PortTicket* PortTickets::find(const std::string& mask) {
    const auto found = order_of_mask_.find(mask);
    return found == order_of_mask_.end() ? nullptr : &tickets_.at(found->second);
}

PortTicket* PortTickets::latest_of(Tn number) {
    const auto found = latest_order_of_.find(number);
    return found == latest_order_of_.end() ? nullptr : &tickets_.at(found->second);
}

const PortTicket* PortTickets::find_order(std::int32_t order_id) const {
    const auto found = tickets_.find(order_id);
    return found == tickets_.end() ? nullptr : &found->second;
}

void PortTickets::set_script(Tn number, const PortScript& script, Instant now) {
    scripts_[number] = script;
    auto* ticket = latest_of(number);
    if (ticket == nullptr) return;
    const auto status = ticket->status(now);
    const bool mended = script.reopen && status == "REJECTED";
    if (mended || !is_closed_status(status)) follow(*ticket, script, now);
}

void PortTickets::settle(PortTicket& ticket, Instant now, ThinktelNetwork& network) {
    if (ticket.joined_trunk || ticket.status(now) != "COMPLETED") return;
    for (const auto& did : ticket.request.dids) network.add_did(ticket.request.pilot, did);
    ticket.joined_trunk = true;
    unsettled_.erase(ticket.order_id);
}

void PortTickets::settle(Instant now, ThinktelNetwork& network) {
    const std::vector<std::int32_t> waiting(unsettled_.begin(), unsettled_.end());
    for (const auto order_id : waiting) settle(tickets_.at(order_id), now, network);
}

void PortTickets::clear() {
    tickets_.clear();
    order_of_mask_.clear();
    latest_order_of_.clear();
    unsettled_.clear();
    scripts_.clear();
    default_script_.reset();
}

}  // namespace porteur::sim
