// SPDX-License-Identifier: Apache-2.0
#pragma once

// The ready-made messages to ThinkTel's porting team, in English or French: plain text that a
// person sends as it is.

#include <string>

#include <porteur/model.hpp>

namespace thinktel {

/// What both messages name.
struct DeskSubject {
    std::string ticket;
    std::string reference;  ///< ours
    std::vector<porteur::PhoneNumber> numbers;
    std::string status;    ///< the ticket's word; empty if it cannot be read
    std::string language;  ///< "fr", else English
    std::string address;   ///< of the porting team; empty if not configured
};

struct DeskTask {
    std::string title, text;
};

/// @param sent    what was submitted, as kept (desk.hpp): tells what a field was
/// @param fields  JSON pointers: what changes
/// @threads       any
DeskTask correction_task(
    const DeskSubject& subject, const porteur::json::value& sent,
    const porteur::PortOrder& corrected, const std::vector<std::string>& fields
);

/// @threads any
DeskTask cancellation_task(const DeskSubject& subject);

}  // namespace thinktel
