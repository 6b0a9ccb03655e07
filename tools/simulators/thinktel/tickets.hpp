// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "kit/clock.hpp"
#include "kit/message.hpp"
#include "network.hpp"
#include "port_form.hpp"

namespace porteur::sim {

/// Why the losing carrier refused, as PortInStatus shows it.
struct PortRejection {
    std::string code = "8A";
    std::string field = "ACCT";
    std::string form = "EU";
    std::string remarks = "ACCOUNT NUMBER DOES NOT MATCH";
    bool disputing = false;
};

/// The words that a port's status shall say, in place of the usual course.
struct PortScript {
    std::vector<std::string> words;
    std::chrono::seconds step{std::chrono::hours(6)};  ///< carrier time between two words
    bool by_poll = false;                              ///< instead: one word per status look-up
    bool reopen = false;  ///< a rejected ticket goes on, too: the porting team has mended it
    PortRejection rejection;
};

struct PortTicket {
    struct Step {
        std::string word;
        Instant due;
    };
    std::string mask;
    std::int32_t order_id = 0;
    PortRequest request;
    Instant submitted;
    std::chrono::sys_days port_date;  ///< as requested, or the earliest
    std::vector<Step> steps;
    bool by_poll = false;
    std::size_t polled = 0;
    PortRejection rejection;
    bool joined_trunk = false;

    std::size_t step_at(Instant now) const;
    const std::string& status(Instant now) const { return steps[step_at(now)].word; }
    /// The port date, moved by every change of date that has happened.
    std::chrono::sys_days date_at(Instant now) const;
};

/// Whether no more can come of a ticket with this status, so that its numbers may be asked for
/// again.
bool is_closed_status(std::string_view status);
/// Whether the word is one of PortInStatus.Status.
bool is_port_status(std::string_view word);

/// Every port-in ticket and what becomes of it. Usual course: PENDING at once, SUBMITTED after 4 h,
/// CONFIRMED after a business day, COMPLETED at noon Eastern of the port date; a port of the
/// account number "BAD" is REJECTED after a business day. @threads one
class PortTickets {
public:
    /// The open ticket that has the number, if any.
    const PortTicket* open_ticket_of(Tn number, Instant now) const;

    PortTicket& open(PortRequest request, Instant now);

    PortTicket* find(const std::string& mask);
    PortTicket* latest_of(Tn number);
    const std::map<std::int32_t, PortTicket>& all() const { return tickets_; }
    const PortTicket* find_order(std::int32_t order_id) const;

    /// Sets the course of a number's ports; an open ticket of it starts the words again from now.
    void set_script(Tn number, const PortScript& script, Instant now);
    void set_default_script(const PortScript& script) { default_script_ = script; }

    /// Puts the DIDs of completed ports on their trunks.
    void settle(Instant now, ThinktelNetwork& network);
    void settle(PortTicket& ticket, Instant now, ThinktelNetwork& network);
    void clear();

private:
    void follow(PortTicket& ticket, const PortScript& script, Instant now);

    std::map<std::int32_t, PortTicket> tickets_;
    std::map<std::string, std::int32_t> order_of_mask_;
    std::map<Tn, std::int32_t> latest_order_of_;
    std::set<std::int32_t> unsettled_;
    std::map<Tn, PortScript> scripts_;
    std::optional<PortScript> default_script_;
};

}  // namespace porteur::sim
