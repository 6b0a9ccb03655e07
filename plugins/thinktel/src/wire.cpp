// SPDX-License-Identifier: Apache-2.0
#include "wire.hpp"

#include <algorithm>

#include <porteur/json_at.hpp>
#include <porteur/phrase.hpp>

#include "codes.hpp"

namespace thinktel {

using namespace porteur;

namespace {

/// Up to the last of a range, "416-555-0101" and "0104", of which only numbers of the ticket are
/// taken.
void add_ported(
    Rejection& rejection, const json::value& record, const std::vector<PhoneNumber>& ticket
) {
    const auto first = number_from(value_at(record, "PORTED #"));
    if (!first) return;
    auto last = first->text();
    if (const auto end = text_at(record, "PORTED # RANGE"); end.size() == 4)
        last.replace(last.size() - 4, 4, end);
    rejection.numbers.push_back(*first);
    for (const auto& each : ticket)
        if (each > *first && each.text() <= last) rejection.numbers.push_back(each);
}

/// Numbers to be switched off are no numbers of the ticket, so a range of them is all of it.
void add_disconnected(Rejection& rejection, const json::value& record) {
    static constexpr std::int64_t range_max = 1000;
    const auto first = number_from(value_at(record, "DISC #"));
    if (!first) return;
    const auto begin = their_digits(*first);
    auto last = begin;
    if (const auto end = text_at(record, "DISC # RANGE"); end.size() == 4)
        last = begin / 10000 * 10000 + integer_at(record, "DISC # RANGE").value_or(begin % 10000);
    for (auto digits = begin; digits <= last && digits - begin < range_max; ++digits)
        if (const auto number = number_from(json::value(digits)))
            rejection.numbers.push_back(*number);
    if (rejection.fields.empty()) rejection.fields.emplace_back("/disconnect");
}

std::string joined(const std::string& left, const std::string& right) {
    if (left.empty() || left == right) return right;
    return right.empty() ? left : left + "; " + right;
}

std::vector<Rejection> rejections_from(const json::value& body, const Ticket& ticket) {
    std::vector<Rejection> ours;
    for (const auto& record : list_at(body, "RejectDetails")) {
        auto rejection = rejection_of(
            {text_at(record, "FLD ABBR"), text_at(record, "RJCT CODE"),
             joined(text_at(record, "RJCT REMARKS"), text_at(record, "REMARKS"))}
        );
        add_ported(rejection, record, ticket.numbers);
        add_disconnected(rejection, record);
        ours.push_back(std::move(rejection));
    }
    if (ours.empty()) {
        const auto words = joined(text_at(body, "RejectReason"), text_at(body, "RejectSummary"));
        ours.push_back(rejection_of({"", "", words}));
    }
    return ours;
}

}  // namespace

std::optional<std::int64_t> digits_of(const PhoneNumber& number) {
    const auto digits = number.north_american();
    if (!digits) return std::nullopt;
    return std::stoll(*digits);
}

std::int64_t their_digits(const PhoneNumber& number) {
    const auto digits = digits_of(number);
    if (!digits) fail(ErrorKind::invalid_input, Reason::none, "", phrase("{1} is no North American number", number.masked()));
    return *digits;
}

std::optional<PhoneNumber> number_from(const json::value& theirs) {
    std::string digits;
    if (theirs.is_string()) {
        if (const auto ours = PhoneNumber::from_json_text(theirs.get_string());
            ours && ours->north_american())
            return ours;
        for (const char letter : theirs.get_string())
            if (letter >= '0' && letter <= '9') digits += letter;
    } else if (theirs.is_int64()) {
        digits = std::to_string(theirs.get_int64());
    }
    if (digits.size() != 10) return std::nullopt;
    return PhoneNumber::from_json_text("+1" + digits);
}

Ticket ticket_from(const json::value& body) {
    Ticket ticket;
    ticket.id = text_at(body, "TicketId");
    ticket.status = text_at(body, "Status");
    ticket.validated = flag_at(body, "ValidationLSC");
    ticket.disputing = flag_at(body, "Disputing");
    ticket.date = read_compact_date(text_at(body, "PortDate"));
    for (const auto& each : list_at(body, "NumbersToPort"))
        if (const auto number = number_from(each)) ticket.numbers.push_back(*number);
    std::ranges::sort(ticket.numbers);
    if (ticket.status == "REJECTED") ticket.rejections = rejections_from(body, ticket);
    return ticket;
}

void require_ok(const Answer& answer) {
    if (answer.ok()) return;
    const auto words = message_in(answer.body());
    answer.require_ok(reason_in(words), "", words);
}

void require_readable(const Answer& answer) {
    try {
        require_ok(answer);
    } catch (Failure& failure) {
        if (failure.error.kind == ErrorKind::rejected) {
            failure.error.kind = ErrorKind::internal;
            failure.error.reason = Reason::none;
        }
        throw;
    }
}

std::string step_of(std::string_view name, std::size_t index) {
    return index == 0 ? std::string(name) : std::string(name) + "-" + std::to_string(index + 1);
}

namespace {

/// Bytes that are no UTF-8 as "?": a result with such is none that a host takes.
std::string as_utf8(std::string bytes) {
    if (parse_json(canonical(json::value(json::string(bytes))))) return bytes;
    std::ranges::replace_if(bytes, [](char byte) { return static_cast<unsigned char>(byte) > 0x7F; }, '?');
    return bytes;
}

}  // namespace

std::string message_in(const std::string& body) {
    const auto parsed = parse_json(body);
    std::string words;
    if (parsed && parsed->is_object()) words = text_at(*parsed, "Message");
    if (parsed && parsed->is_string()) words = parsed->get_string();
    if (!parsed) words = as_utf8(body);
    return words.empty() ? std::string() : quoted(masked_numbers(words), 160);
}

}  // namespace thinktel
