// SPDX-License-Identifier: Apache-2.0
#pragma once

// What ThinkTel's API has no call for: its porting team does it by hand, and a person of ours tells
// them. The order becomes a task with a message ready to be sent, and goes on when the person says
// how it ended.

#include <set>
#include <string>

#include <porteur/model.hpp>
#include <porteur/op.hpp>

namespace thinktel {

/// What is kept with an order: what was sent (for the message of a correction), the tickets that
/// its numbers had before, the customer's language, the wished day. @threads any
porteur::json::object kept_of(
    const porteur::PortOrder& order, const std::set<std::string>& tickets_before
);
std::set<std::string> tickets_before(const porteur::json::object& kept);

/// Whether the porting team was told something that the ticket did not show yet. @threads any
bool was_told(const porteur::json::object& kept);

/// A ticket that says the same as when the porting team was told is not the answer: the order
/// stays supplement_pending or cancel_pending, and becomes an exception after five days. Once the
/// ticket says something else that counts. @threads any
porteur::PortProgress after_telling(porteur::PortProgress ours, std::chrono::sys_seconds now);

porteur::Op<porteur::PortProgress> supplement_port(porteur::Supplement supplement);
porteur::Op<porteur::PortProgress> cancel_port(porteur::OrderReference reference);

}  // namespace thinktel
