// SPDX-License-Identifier: Apache-2.0
#include "wire.hpp"

#include <algorithm>

#include <porteur/json_at.hpp>

#include "codes.hpp"

namespace thinktel {

using namespace porteur;

namespace {

/// Writes what is there: ThinkTel takes an empty text for an answer.
void put(json::object& form, std::string_view key, std::string_view text) {
    if (!text.empty()) form[key] = json::string(text);
}

json::array digits_of(const std::vector<PhoneNumber>& numbers) {
    json::array out;
    for (const auto& each : numbers)
        if (const auto digits = thinktel::digits_of(each)) out.push_back(*digits);
    return out;
}

/// Canada Post writes a blank in the middle, ThinkTel's example does not.
std::string postal_code(const Address& address) {
    std::string out = address.postal_code;
    if (address.country == "CA") std::erase(out, ' ');
    return out;
}

json::object customer_of(const PortOrder& order) {
    const auto& at = order.service_address;
    json::object form;
    put(form, "CustomerName", order.end_user.name);
    put(form, "CustomerAccountNumber", order.account_number);
    put(form, "CustomerReferenceNumber", order.reference);
    put(form, "CustomerStreetNumber", at.house_number);
    put(form, "CustomerStreetName", at.street);
    put(form, "CustomerStreetType", at.street_type);
    put(form, "CustomerStreetDirection", at.street_direction);
    put(form, "CustomerUnit", at.unit);
    put(form, "CustomerCity", at.city);
    put(form, "CustomerProvince", at.region);
    put(form, "CustomerPostalCode", postal_code(at));
    put(form, "CustomerCountry", at.country);
    return form;
}

void put_losing_side(json::object& form, const PortOrder& order, const Submitter& submitter) {
    // One of the two is required, never both.
    if (!submitter.current_reseller.empty())
        put(form, "CurrentReseller", submitter.current_reseller);
    else if (submitter.current_provider > 0)
        form["CurrentProvider"] = submitter.current_provider;
    else
        put(form, "CurrentReseller", order.losing_carrier);
}

/// A list of files under `key`, whose bytes the host puts in.
struct Attachment {
    std::string pointer, id;
};
void put_files(
    json::object& form, std::string_view key, std::string_view type, const PortOrder& order,
    std::vector<Attachment>& attachments
) {
    json::array files;
    for (const auto& each : order.documents) {
        if (each.type != type) continue;
        attachments.push_back(
            {"/PortForm/" + std::string(key) + "/" + std::to_string(files.size()) +
                 "/Base64Contents",
             each.id}
        );
        files.push_back(json::object{
            {"FileName", each.name}, {"ContentType", each.content_type}, {"Base64Contents", ""}
        });
    }
    if (!files.empty()) form[key] = std::move(files);
}

/// Up to the last of a range, "416-555-0101" and "0104", of which only numbers of the ticket are
/// taken.
void add_range(
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
        add_range(rejection, record, ticket.numbers);
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

std::optional<PhoneNumber> number_from(const json::value& theirs) {
    std::string digits;
    if (theirs.is_string()) {
        for (const char letter : theirs.get_string())
            if (letter >= '0' && letter <= '9') digits += letter;
    } else if (theirs.is_int64()) {
        digits = std::to_string(theirs.get_int64());
    }
    if (digits.size() != 10) return std::nullopt;
    return PhoneNumber::from_json_text("+1" + digits);
}

HttpRequest submission(const PortOrder& order, std::int64_t pilot, const Submitter& submitter) {
    const bool toll_free = is_toll_free(order.numbers.front());
    auto form = customer_of(order);
    put_losing_side(form, order, submitter);
    put(form, "EmailAddress", order.contact_email.empty() ? submitter.email : order.contact_email);
    form["NumbersToPort"] = digits_of(order.numbers);
    if (order.requested_date) put(form, "RequestedPortDate", iso_date(*order.requested_date));

    std::vector<Attachment> attachments;
    put_files(form, "FileLastInvoice", "invoice", order, attachments);
    if (toll_free) {
        put_files(form, "FileRespOrgForm", "resporg", order, attachments);
    } else {
        put_files(form, "FileLetterOfAuthorization", "loa", order, attachments);
        if (!order.remaining.empty()) form["NumbersToRemain"] = digits_of(order.remaining);
    }
    if (order.pin.given) {
        form["ExtraDetails"] =
            json::array{json::object{{"Key", "PIN at the losing carrier"}, {"Value", ""}}};
        put(form, "CommentsPortTeam", "The PIN at the losing carrier is in the extra details.");
    }

    json::array dids;
    for (const auto& each : order.numbers)
        if (const auto digits = digits_of(each)) dids.push_back(json::object{{"Number", *digits}});

    auto request = http().post(
        "submit",
        toll_free ? "/v2/NumberPorts/Inbound/TollFree/DIDs" : "/v2/NumberPorts/Inbound/DIDs"
    );
    request.json(json::object{{"PilotNumber", pilot}, {"DIDs", dids}, {"PortForm", form}}).once();
    for (const auto& each : attachments) request.document(each.pointer, each.id);
    if (order.pin.given) request.secret("/PortForm/ExtraDetails/0/Value", "order.pin");
    return request;
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

std::string message_in(const std::string& body) {
    const auto parsed = parse_json(body);
    std::string words;
    if (parsed && parsed->is_object()) words = text_at(*parsed, "Message");
    if (parsed && parsed->is_string()) words = parsed->get_string();
    if (!parsed) words = body;
    return words.empty() ? std::string() : quoted(masked_numbers(words), 160);
}

}  // namespace thinktel
