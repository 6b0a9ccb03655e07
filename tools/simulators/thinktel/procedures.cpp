// SPDX-License-Identifier: Apache-2.0
// What each procedure wants beside the PortForm.
#include "procedures.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "kit/fields.hpp"

namespace porteur::sim {
namespace {

constexpr std::int64_t own_account = 1234;

void need_text(const json::value& value, std::string_view name, const std::string& place) {
    if (!text_of(value, name)) throw Malformed{place + std::string(name) + " is required."};
}

void need_whole(const json::value& value, std::string_view name, const std::string& place) {
    if (!whole_of(value, name)) throw Malformed{place + std::string(name) + " is required."};
}

void need_one_of(const std::vector<Tn>& numbers, Tn number) {
    if (std::ranges::find(numbers, number) == numbers.end()) {
        throw Refused{std::to_string(number) + " is not one of NumbersToPort."};
    }
}

void check_offering(const PortProcedure& procedure, const json::value& body) {
    const auto id = *text_of(body, "OfferingID");
    const auto offering = std::ranges::find(port_offerings(), id, &PortOffering::id);
    if (offering == port_offerings().end() || offering->type != procedure.offering_type) {
        throw Refused{"OfferingID is not a " + std::string(procedure.name) + " offering."};
    }
    // Only the member that the procedure's schema has; another one is ignored like any unknown
    // name.
    const auto name = procedure.name == "GeneralChildProduct" ? "ParentSubscriptionID"
                      : procedure.name == "BusinessPermanentCallForward"
                          ? "BusinessGroupSubscriptionID"
                          : "";
    const auto parent = text_of(body, name);
    if (parent && *parent != offering->parent) {
        throw Refused{std::string(name) + " cannot be a parent of this offering."};
    }
}

void need_flag(const json::value& value, std::string_view name, const std::string& place) {
    const auto* found = member(value, name);
    if (found == nullptr || !found->is_bool()) {
        throw Malformed{place + std::string(name) + " is required."};
    }
}

/// What an entry may have beside what it must have. Numbers are int64 everywhere.
void check_entry_types(const json::value& entry, const std::string& place) {
    const auto wrong = [&](std::string_view name) {
        throw Malformed{place + std::string(name) + " has the wrong type."};
    };
    for (const auto* name :
         {"CallForwardingNumber", "CallForwardingDelay", "CallerID", "Extension",
          "TranslatedNumber", "Surecall"}) {
        if (member(entry, name) != nullptr && !whole_of(entry, name)) wrong(name);
    }
    for (const auto* name :
         {"Label", "AdditionalLabel", "CallerName", "Email", "SipPassword", "WebSelfCarePassword"
         }) {
        if (member(entry, name) != nullptr && !text_of(entry, name)) wrong(name);
    }
    const auto* enabled = member(entry, "Enabled");
    if (enabled != nullptr && !enabled->is_bool()) wrong("Enabled");
    const auto* number = member(entry, "Number");
    if (number != nullptr && number->is_object() && !whole_of(*number, "Number") &&
        !text_of(*number, "RateCenterName")) {
        wrong("Number");
    }
}

/// Lines and call forwards: whose account, which languages, where calls go.
void check_entry_rules(const json::value& entry) {
    const auto account = whole_of(entry, "Account");
    if (account && *account != own_account) throw Refused{"Account is not one of yours."};
    for (const auto& [name, none] : {std::pair{"Locale", -1}, {"SecondLocale", 9}}) {
        const auto locale = whole_of(entry, name);
        if (locale && *locale != none && (*locale < 0 || *locale > 6)) {
            throw Refused{std::string(name) + " is not a locale."};
        }
    }
    for (const auto* name : {"CallForwardingNumber", "ForwardingTN", "CallerID", "Surecall"}) {
        const auto number = whole_of(entry, name);
        if (number && !is_tn(*number)) {
            throw Refused{std::string(name) + " is not a telephone number."};
        }
    }
}

/// A number that is ported needs a service to go to.
void need_all(const std::vector<Tn>& numbers, const std::set<Tn>& named, std::string_view list) {
    for (const auto number : numbers) {
        if (!named.contains(number)) {
            throw Refused{std::to_string(number) + " is not one of " + std::string(list) + "."};
        }
    }
}

}  // namespace

const std::vector<PortProcedure>& port_procedures() {
    static const std::vector<PortProcedure> procedures = {
        {"DID", "/v2/NumberPorts/Inbound/DIDs", false, "DIDs", 0},
        {"TollFreeDID", "/v2/NumberPorts/Inbound/TollFree/DIDs", true, "DIDs", 0},
        {"GeneralProduct", "/NumberPorts/Inbound/GeneralProducts", false, "", 1},
        {"GeneralChildProduct", "/NumberPorts/Inbound/GeneralChildProducts", false, "", 2},
        {"ResidentialLine", "/v2/NumberPorts/Inbound/ResidentialLines", false, "Lines", 0},
        {"BusinessLine", "/v2/NumberPorts/Inbound/BusinessLines", false, "Lines", 0},
        {"PermanentCallForward", "/v2/NumberPorts/Inbound/PermanentCallForwards", false, "Forwards",
         0},
        {"PermanentCallForward", "/v2/NumberPorts/Inbound/TollFree/PermanentCallForwards", true,
         "Forwards", 0},
        {"BusinessPermanentCallForward", "/NumberPorts/Inbound/BusinessPermanentCallForwards",
         false, "ForwardingInstructions", 6},
        {"VirtualFax", "/NumberPorts/Inbound/VirtualFaxes", false, "", 7},
    };
    return procedures;
}

const std::vector<PortOffering>& port_offerings() {
    static const std::vector<PortOffering> offerings = {
        {"OFF-100", "Hosted number", "Numéro hébergé", 1, ""},
        {"OFF-200", "Hosted seat", "Poste hébergé", 2, "SUB-1"},
        {"OFF-300", "Residential line", "Ligne résidentielle", 3, ""},
        {"OFF-400", "Business line", "Ligne d'affaires", 4, "SUB-2"},
        {"OFF-500", "Permanent call forward", "Renvoi permanent", 5, ""},
        {"OFF-600", "Business call forward", "Renvoi d'affaires", 6, "SUB-2"},
        {"OFF-700", "Virtual fax", "Télécopieur virtuel", 7, ""},
    };
    return offerings;
}

void check_extra_shape(const PortProcedure& procedure, const json::value& body) {
    if (procedure.offering_type != 0) need_text(body, "OfferingID", "");
    if (procedure.name == "GeneralChildProduct") need_text(body, "ParentSubscriptionID", "");
    if (procedure.name == "VirtualFax") need_text(body, "FaxEmail", "");
    if (procedure.name == "BusinessPermanentCallForward") {
        need_text(body, "BusinessGroupSubscriptionID", "");
    }
    if (procedure.list == "DIDs") need_whole(body, "PilotNumber", "");
    if (procedure.list.empty()) return;

    const auto* list = member(body, procedure.list);
    if (list == nullptr || !list->is_array()) {
        throw Malformed{std::string(procedure.list) + " is required."};
    }
    for (const auto& each : list->get_array()) {
        const auto place = std::string(procedure.list) + ".";
        if (procedure.list == "DIDs") {
            need_whole(each, "Number", place);
        } else if (procedure.list == "ForwardingInstructions") {
            need_whole(each, "TN", place);
            need_whole(each, "ForwardingTN", place);
        } else {
            need_whole(each, "Account", place);
            need_text(each, "PlanID", place);
            if (member(each, "Number") == nullptr) throw Malformed{place + "Number is required."};
        }
        if (procedure.list == "Forwards") {
            need_whole(each, "CallForwardingNumber", place);
            need_text(each, "PCFProvisioningInstructions", place);
        }
        if (procedure.list == "Lines") {
            need_whole(each, "Locale", place);
            need_whole(each, "SecondLocale", place);
        }
        if (procedure.list == "Forwards" || procedure.name == "ResidentialLine") {
            need_flag(each, "Enabled", place);
        }
        check_entry_types(each, place);
        if (procedure.name == "BusinessLine") need_text(each, "BusinessGroupID", place);
    }
}

void check_extra_rules(
    const PortProcedure& procedure, const json::value& body, const ThinktelNetwork& network,
    PortRequest& request
) {
    if (procedure.offering_type != 0) check_offering(procedure, body);
    if (procedure.name == "VirtualFax" &&
        text_of(body, "FaxEmail")->find('@') == std::string::npos) {
        throw Refused{"FaxEmail is not an address."};
    }
    if (procedure.list.empty()) return;
    const auto& list = member(body, procedure.list)->get_array();
    if (list.empty()) throw Refused{std::string(procedure.list) + " is empty."};
    std::set<Tn> named;
    if (procedure.list == "DIDs") {
        request.pilot = *whole_of(body, "PilotNumber");
        if (!network.has_trunk(request.pilot)) {
            throw Refused{"PilotNumber is not one of your SIP trunks."};
        }
        for (const auto& each : list) {
            ThinktelDid did;
            did.number = *whole_of(each, "Number");
            did.label = text_of(each, "Label").value_or("");
            did.additional_label = text_of(each, "AdditionalLabel").value_or("");
            did.translated = whole_of(each, "TranslatedNumber").value_or(0);
            need_one_of(request.numbers, did.number);
            check_entry_rules(each);
            named.insert(did.number);
            request.dids.push_back(did);
        }
        need_all(request.numbers, named, procedure.list);
        return;
    }
    for (const auto& each : list) {
        const auto number = procedure.list == "ForwardingInstructions"
                                ? whole_of(each, "TN")
                                : whole_of(*member(each, "Number"), "Number");
        if (number) {
            need_one_of(request.numbers, *number);
            named.insert(*number);
        }
        check_entry_rules(each);
        if (procedure.name != "BusinessLine") continue;
        for (const auto* name : {"Account", "PlanID", "BusinessGroupID"}) {
            if (*member(each, name) != *member(list.front(), name)) {
                throw Refused{"All Lines must have the same " + std::string(name) + "."};
            }
        }
    }
    need_all(request.numbers, named, procedure.list);
}

}  // namespace porteur::sim
