// SPDX-License-Identifier: Apache-2.0
#include "form.hpp"

#include <porteur/json_at.hpp>

#include "wire.hpp"

namespace thinktel {

using namespace porteur;

namespace {

/// Writes what is there: ThinkTel takes an empty text for an answer.
void put(json::object& form, std::string_view key, std::string_view text) {
    if (!text.empty()) form[key] = json::string(text);
}

/// Writes a detail of the order as it is, where it is there.
void put_detail(
    json::object& form, std::string_view key, const PortOrder& order, std::string_view detail
) {
    const auto* found = order.target.details.if_contains(detail);
    if (found && !found->is_null()) form[key] = *found;
}

void put_numbers(
    json::object& form, std::string_view key, const std::vector<PhoneNumber>& numbers
) {
    json::array out;
    for (const auto& each : numbers)
        if (const auto digits = digits_of(each)) out.push_back(*digits);
    if (!out.empty()) form[key] = std::move(out);
}

/// Canada Post writes a blank in the middle, ThinkTel's example does not.
std::string postal_code(const Address& address) {
    std::string out = address.postal_code;
    if (address.country == "CA") std::erase(out, ' ');
    return out;
}

void put_customer(json::object& form, const PortOrder& order) {
    const auto& at = order.service_address;
    put(form, "CustomerName", order.end_user.name);
    put(form, "CustomerAccountNumber", order.account_number);
    put(form, "CustomerReferenceNumber", order.reference);
    put(form, "CustomerStreetNumber", at.house_number);
    put(form, "CustomerStreetName", at.street);
    put(form, "CustomerStreetType", at.street_type);
    put_detail(form, "CustomerStreetSuffix", order, "street_suffix");
    put(form, "CustomerStreetDirection", at.street_direction);
    put(form, "CustomerUnit", at.unit);
    put_detail(form, "CustomerFloor", order, "floor");
    put(form, "CustomerCity", at.city);
    put(form, "CustomerProvince", at.region);
    put(form, "CustomerPostalCode", postal_code(at));
    put(form, "CustomerCountry", at.country);
}

void put_losing_side(json::object& form, const PortOrder& order, const LosingSide& losing_side) {
    // One of the two is required, never both.
    if (losing_side.provider > 0)
        form["CurrentProvider"] = losing_side.provider;
    else
        put(form, "CurrentReseller",
            losing_side.reseller.empty() && !losing_side.not_mandatory ? order.losing_carrier
                                                                       : losing_side.reseller);
    if (losing_side.not_mandatory) form["CurrentProviderNotMandatory"] = true;
}

void put_contact(json::object& form, const PortOrder& order, const Submitter& submitter) {
    put(form, "EmailAddress", order.contact_email.empty() ? submitter.email : order.contact_email);
    put_detail(form, "AdditionalEmailAddresses", order, "additional_emails");
    put(form, "SubmitterFirstName", submitter.first_name);
    put(form, "SubmitterLastName", submitter.last_name);
    if (const auto number = number_from(json::value(json::string(submitter.telephone))))
        form["SubmitterPhoneNumber"] = their_digits(*number);
    put_detail(form, "ContactMeBLIF", order, "contact_me_blif");
    put_detail(form, "ContactMeScheduling", order, "contact_me_scheduling");
    put_detail(form, "CommentsLosingCarrier", order, "comments_losing_carrier");
}

/// What only the form of standard numbers has.
void put_rest_of_account(json::object& form, const PortOrder& order) {
    put_numbers(form, "NumbersToRemain", order.remaining);
    put_numbers(form, "NumbersToDisconnect", order.disconnect);
    if (const auto pilot = order.new_btn ? digits_of(*order.new_btn) : std::nullopt) {
        form["ChangePilotNumber"] = true;
        form["NewPilotNumber"] = *pilot;
    }
    if (const auto* circuit = order.target.details.if_contains("pri_circuit")) {
        form["IsPRIMegaLink"] = true;
        form["PRIMegalinkCircuit"] = *circuit;
        put_detail(form, "PRIMegalinkRemainActive", order, "pri_remains_active");
    }
}

/// The PIN has no field of its own. @return where its value goes, or empty
std::string put_remarks(json::object& form, const PortOrder& order) {
    json::array extra;
    if (const auto* given = order.target.details.if_contains("extra_details");
        given && given->is_array())
        for (const auto& each : given->get_array())
            extra.push_back(
                json::object{{"Key", value_at(each, "key")}, {"Value", value_at(each, "value")}}
            );
    auto comment = order.comment;
    std::string pin_at;
    if (order.pin.given) {
        pin_at = "/PortForm/ExtraDetails/" + std::to_string(extra.size()) + "/Value";
        extra.push_back(json::object{{"Key", "PIN at the losing carrier"}, {"Value", ""}});
        if (!comment.empty()) comment += "\n";
        comment += "The PIN at the losing carrier is in the extra details.";
    }
    put(form, "CommentsPortTeam", comment);
    if (!extra.empty()) form["ExtraDetails"] = std::move(extra);
    return pin_at;
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

}  // namespace

Submitter submitter_of(const AccountSettings& mine) {
    return {mine.text("submitter_email"),       mine.text("submitter_first_name"),
            mine.text("submitter_last_name"),   mine.text("submitter_telephone"),
            mine.number("current_provider", 0), mine.text("current_reseller")};
}

LosingSide losing_side_of(const PortOrder& order, const Submitter& submitter) {
    const json::value details(order.target.details);
    LosingSide side;
    side.not_mandatory = flag_at(details, "current_provider_not_mandatory");
    side.provider = integer_at(details, "current_provider").value_or(0);
    if (side.provider > 0) return side;
    side.reseller = text_at(details, "current_reseller");
    if (!side.reseller.empty()) return side;
    side.reseller = submitter.current_reseller;
    if (side.reseller.empty()) side.provider = submitter.current_provider;
    return side;
}

HttpRequest submission(
    const PortOrder& order, const Destination& destination, const Submitter& submitter,
    const LosingSide& losing_side
) {
    json::object form;
    put_customer(form, order);
    put_losing_side(form, order, losing_side);
    put_contact(form, order, submitter);
    put_numbers(form, "NumbersToPort", order.numbers);
    if (order.requested_date) {
        put(form, "RequestedPortDate", iso_date(*order.requested_date));
        put(form, "RequestedPortTime", order.requested_time);
    }
    std::vector<Attachment> attachments;
    put_files(form, "FileLastInvoice", "invoice", order, attachments);
    put_files(form, "FileBlifSpreadsheet", "blif", order, attachments);
    if (destination.toll_free) {
        put_files(form, "FileRespOrgForm", "resporg", order, attachments);
    } else {
        put_files(form, "FileLetterOfAuthorization", "loa", order, attachments);
        put_rest_of_account(form, order);
    }
    const auto pin_at = put_remarks(form, order);

    auto body = body_beside_form(order, destination);
    body["PortForm"] = std::move(form);
    auto request = http().post(
        "submit", std::string(procedure_path(destination.service, destination.toll_free))
    );
    request.json(body).once();
    for (const auto& each : attachments) request.document(each.pointer, each.id);
    if (!pin_at.empty()) request.secret(pin_at, "order.pin");
    return request;
}

}  // namespace thinktel
