// SPDX-License-Identifier: Apache-2.0
#pragma once

// ThinkTel's JSON. Telephone numbers are integers of ten digits; dates are YYYY-MM-DD in requests
// and YYYYMMDD in answers; answers may be labelled text/json, which nobody here looks at.
// @source CARRIERS.md 3.1 to 3.5 and ThinkTel's OpenAPI file

#include <optional>
#include <string>
#include <vector>

#include <porteur/http.hpp>
#include <porteur/json_at.hpp>
#include <porteur/model.hpp>

namespace thinktel {

/// The ten digits; nothing for a number outside the North American plan. @threads any
std::optional<std::int64_t> digits_of(const porteur::PhoneNumber& number);
/// The same of a number that must be one. @errors invalid_input: ThinkTel has no such number
std::int64_t their_digits(const porteur::PhoneNumber& number);

/// The number of a ten-digit integer or text ("416-555-0101"), or of a text of ours; nothing for
/// anything else. @threads any
std::optional<porteur::PhoneNumber> number_from(const porteur::json::value& theirs);

/// Ends the operation with ThinkTel's own sentence unless the answer is 2xx.
void require_ok(const porteur::Answer& answer);

/// The same where something is only read about an order that is under way: a 4xx is no refusal of
/// the order then, and a person looks.
void require_readable(const porteur::Answer& answer);

/// "find", "find-2", "find-3": unique, and the first as the descriptor names it. @threads any
std::string step_of(std::string_view name, std::size_t index);

/// A port-in ticket.
struct Ticket {
    std::string id;
    std::string status;
    bool validated = false;  ///< ValidationLSC
    bool disputing = false;
    std::optional<std::chrono::year_month_day> date;
    std::vector<porteur::PhoneNumber> numbers;  ///< NumbersToPort; may be empty
    std::vector<porteur::Rejection> rejections;
};

/// @param body  PortInStatus
Ticket ticket_from(const porteur::json::value& body);

/// ThinkTel's own sentence in an error answer: Message of the JSON, or the plain text that some
/// errors come as; cut, and with numbers masked. @threads any
std::string message_in(const std::string& body);

}  // namespace thinktel
