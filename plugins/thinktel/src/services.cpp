// SPDX-License-Identifier: Apache-2.0
#include "services.hpp"

#include <array>

#include <porteur/phrase.hpp>

#include "details.hpp"
#include "names.hpp"
#include "wire.hpp"

namespace thinktel {

using namespace porteur;

namespace {

struct ServiceRow {
    Service service;
    std::string_view name, french_name, path, toll_free_path;
};

// Where ThinkTel has an older and a newer form of a procedure this is the newer one.
constexpr auto services = std::to_array<ServiceRow>({
    {Service::trunk, to_translate("a SIP trunk"), "une liaison SIP", "/v2/NumberPorts/Inbound/DIDs",
     "/v2/NumberPorts/Inbound/TollFree/DIDs"},
    {Service::general_product, to_translate("a general product"), "un service général",
     "/NumberPorts/Inbound/GeneralProducts", ""},
    {Service::general_child_product, to_translate("a general child product"), "un service général rattaché",
     "/NumberPorts/Inbound/GeneralChildProducts", ""},
    {Service::residential_line, to_translate("a residential line"), "une ligne résidentielle",
     "/v2/NumberPorts/Inbound/ResidentialLines", ""},
    {Service::business_line, to_translate("a business line"), "une ligne d'affaires",
     "/v2/NumberPorts/Inbound/BusinessLines", ""},
    {Service::permanent_call_forward, to_translate("a permanent call forward"), "un renvoi d'appel permanent",
     "/v2/NumberPorts/Inbound/PermanentCallForwards",
     "/v2/NumberPorts/Inbound/TollFree/PermanentCallForwards"},
    {Service::business_permanent_call_forward, to_translate("a business permanent call forward"),
     "un renvoi d'appel permanent pour entreprises",
     "/NumberPorts/Inbound/BusinessPermanentCallForwards", ""},
    {Service::virtual_fax, to_translate("a virtual fax"), "une télécopie virtuelle",
     "/NumberPorts/Inbound/VirtualFaxes", ""},
});

const ServiceRow& row_of(Service service) { return services[static_cast<std::size_t>(service)]; }

constexpr std::int64_t english_canada = 2, french_canada = 5, no_second_locale = 9;

/// One of Lines, Forwards or DIDs: each field is looked for with the number, then with the order.
class Entry {
public:
    Entry(const PortOrder& order, const PhoneNumber& number)
        : details_(order.target.details), number_(number) {}

    Entry& text(std::string_view key, std::string_view detail) {
        const auto& found = detail_of(details_, number_, detail);
        if (found.is_string() && !found.get_string().empty()) entry_[key] = found;
        return *this;
    }
    Entry& whole(std::string_view key, std::string_view detail) {
        if (const auto& found = detail_of(details_, number_, detail); found.is_int64())
            entry_[key] = found;
        return *this;
    }
    Entry& whole(std::string_view key, std::string_view detail, std::int64_t otherwise) {
        entry_[key] = otherwise;
        return whole(key, detail);
    }
    Entry& phone(std::string_view key, std::string_view detail) {
        const auto number = number_from(detail_of(details_, number_, detail));
        if (const auto digits = number ? digits_of(*number) : std::nullopt) entry_[key] = *digits;
        return *this;
    }
    Entry& flag(std::string_view key, std::string_view detail, bool otherwise) {
        const auto& found = detail_of(details_, number_, detail);
        entry_[key] = found.is_bool() ? found.get_bool() : otherwise;
        return *this;
    }
    json::object take() { return std::move(entry_); }
    json::object& fields() { return entry_; }

private:
    const json::object& details_;
    PhoneNumber number_;
    json::object entry_;
};

json::object did_of(const PortOrder& order, const PhoneNumber& number) {
    Entry entry(order, number);
    entry.fields()["Number"] = their_digits(number);
    return entry.text("Label", "label")
        .text("AdditionalLabel", "additional_label")
        .phone("TranslatedNumber", "translated_number")
        .phone("Surecall", "surecall")
        .take();
}

/// The target's parent by its id, as ThinkTel wants it; as it is where nobody is called so.
std::string parent_of(const PortOrder& order, const Destination& destination) {
    const auto ids = ids_called(destination.parents, order.target.parent);
    return ids.size() == 1 ? ids.front() : order.target.parent;
}

json::object line_of(
    const PortOrder& order, const PhoneNumber& number, const Destination& destination
) {
    Entry entry(order, number);
    entry.fields()["Number"] = json::object{{"Number", their_digits(number)}};
    const auto locale = order.language == "fr" ? french_canada : english_canada;
    entry.whole("Account", "account", destination.account.value_or(0))
        .text("PlanID", "plan_id")
        .flag("Enabled", "enabled", true)
        .whole("Locale", "locale", locale)
        .whole("SecondLocale", "second_locale", no_second_locale)
        .text("Label", "label")
        .phone("CallerID", "caller_id")
        .text("CallerName", "caller_name")
        .text("Email", "email")
        .phone("CallForwardingNumber", "forward_to")
        .whole("CallForwardingDelay", "forward_delay");
    if (destination.service != Service::business_line) return entry.take();
    if (!order.target.parent.empty())
        entry.fields()["BusinessGroupID"] = json::string(parent_of(order, destination));
    return entry.text("BusinessGroupID", "business_group_id")
        .whole("Extension", "extension")
        .take();
}

json::object forward_of(
    const PortOrder& order, const PhoneNumber& number, const Destination& destination
) {
    Entry entry(order, number);
    entry.fields()["Number"] = json::object{{"Number", their_digits(number)}};
    return entry.whole("Account", "account", destination.account.value_or(0))
        .phone("CallForwardingNumber", "forward_to")
        .flag("Enabled", "enabled", true)
        .text("PlanID", "plan_id")
        .text("PCFProvisioningInstructions", "provisioning_instructions")
        .text("Label", "label")
        .text("AdditionalLabel", "additional_label")
        .take();
}

json::object instruction_of(const PortOrder& order, const PhoneNumber& number) {
    Entry entry(order, number);
    entry.fields()["TN"] = their_digits(number);
    return entry.phone("ForwardingTN", "forward_to").take();
}

template <class Make>
json::array each_number(const PortOrder& order, Make make) {
    json::array all;
    for (const auto& number : order.numbers)
        if (digits_of(number)) all.push_back(make(number));
    return all;
}

}  // namespace

std::vector<std::string> ids_called(const std::vector<Parent>& parents, const std::string& name) {
    std::vector<std::string> found;
    for (const auto& each : parents) {
        if (each.id == name) return {name};
        if (same_name(each.id, name) || same_name(each.name, name) ||
            same_name(each.product_en, name) || same_name(each.product_fr, name))
            found.push_back(each.id);
    }
    return found;
}

std::optional<Service> service_of_type(std::int64_t type) {
    if (type < 1 || type >= std::ssize(services)) return std::nullopt;
    return static_cast<Service>(type);
}

std::string_view name_of(Service service) { return row_of(service).name; }
std::string_view french_name_of(Service service) { return row_of(service).french_name; }

std::string_view procedure_path(Service service, bool toll_free) {
    return toll_free ? row_of(service).toll_free_path : row_of(service).path;
}

json::object body_beside_form(const PortOrder& order, const Destination& destination) {
    const json::object offering{{"OfferingID", destination.id}};
    switch (destination.service) {
        case Service::trunk:
            return {
                {"PilotNumber", std::stoll(destination.id)},
                {"DIDs", each_number(order, [&](const auto& each) { return did_of(order, each); })}
            };
        case Service::residential_line:
        case Service::business_line:
            return {{"Lines", each_number(order, [&](const auto& each) {
                         return line_of(order, each, destination);
                     })}};
        case Service::permanent_call_forward:
            return {{"Forwards", each_number(order, [&](const auto& each) {
                         return forward_of(order, each, destination);
                     })}};
        case Service::general_product:
            return offering;
        case Service::general_child_product:
            return {
                {"OfferingID", destination.id}, {"ParentSubscriptionID", parent_of(order, destination)}
            };
        case Service::business_permanent_call_forward:
            return {
                {"OfferingID", destination.id},
                {"BusinessGroupSubscriptionID", parent_of(order, destination)},
                {"ForwardingInstructions",
                 each_number(order, [&](const auto& each) { return instruction_of(order, each); })}
            };
        case Service::virtual_fax:
            return {
                {"OfferingID", destination.id}, {"FaxEmail", order.target.details.at("fax_email")}
            };
    }
    return offering;
}

}  // namespace thinktel
