// SPDX-License-Identifier: Apache-2.0
// A request goes through three gates: its shape (members present and of their type, else HTTP 400,
// as the service's serializer does it), then the form's own rules, then those of its procedure
// (else Reply 0). The first thing that is wrong is the answer.
#include "port_form.hpp"

#include <algorithm>
#include <set>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "kit/encoding.hpp"
#include "kit/fields.hpp"
#include "procedures.hpp"

namespace porteur::sim {
namespace {

enum class Shape { text, whole, flag, texts, wholes, files, pairs };

struct FormField {
    std::string_view name;
    Shape shape;
    bool required;
    bool on_toll_free;
};

// NumberPortOrderFormV2 and NumberPortTollFreeOrderFormV2.
constexpr FormField form_fields[] = {
    {"CustomerName", Shape::text, true, true},
    {"CustomerAccountNumber", Shape::text, true, true},
    {"CustomerStreetNumber", Shape::text, true, true},
    {"CustomerStreetName", Shape::text, true, true},
    {"CustomerCity", Shape::text, true, true},
    {"CustomerProvince", Shape::text, true, true},
    {"CustomerPostalCode", Shape::text, true, true},
    {"CustomerCountry", Shape::text, true, true},
    {"EmailAddress", Shape::text, true, true},
    {"CustomerUnit", Shape::text, false, true},
    {"CustomerFloor", Shape::text, false, true},
    {"CustomerStreetType", Shape::text, false, true},
    {"CustomerStreetSuffix", Shape::text, false, true},
    {"CustomerStreetDirection", Shape::text, false, true},
    {"CustomerReferenceNumber", Shape::text, false, true},
    {"CurrentProvider", Shape::whole, false, true},
    {"CurrentReseller", Shape::text, false, true},
    {"CurrentProviderNotMandatory", Shape::flag, false, true},
    {"NumbersToPort", Shape::wholes, false, true},
    {"NumbersToRemain", Shape::wholes, false, false},
    {"NumbersToDisconnect", Shape::wholes, false, false},
    {"ChangePilotNumber", Shape::flag, false, false},
    {"NewPilotNumber", Shape::whole, false, false},
    {"IsPRIMegaLink", Shape::flag, false, false},
    {"PRIMegalinkCircuit", Shape::text, false, false},
    {"PRIMegalinkRemainActive", Shape::flag, false, false},
    {"RequestedPortDate", Shape::text, false, true},
    {"RequestedPortTime", Shape::text, false, true},
    {"AdditionalEmailAddresses", Shape::texts, false, true},
    {"SubmitterFirstName", Shape::text, false, true},
    {"SubmitterLastName", Shape::text, false, true},
    {"SubmitterPhoneNumber", Shape::whole, false, true},
    {"ContactMeBLIF", Shape::flag, false, true},
    {"ContactMeScheduling", Shape::flag, false, true},
    {"CommentsLosingCarrier", Shape::text, false, true},
    {"CommentsPortTeam", Shape::text, false, true},
    {"ExtraDetails", Shape::pairs, false, true},
    {"FileLastInvoice", Shape::files, false, true},
    {"FileBlifSpreadsheet", Shape::files, false, true},
    {"FileLetterOfAuthorization", Shape::files, false, false},
};
constexpr FormField resp_org_form = {"FileRespOrgForm", Shape::files, false, true};

std::vector<FormField> fields_of(bool toll_free) {
    std::vector<FormField> fields;
    std::ranges::copy_if(form_fields, std::back_inserter(fields), [&](const auto& field) {
        return !toll_free || field.on_toll_free;
    });
    if (toll_free) fields.push_back(resp_org_form);
    return fields;
}

bool has_texts(const json::value& each, std::initializer_list<std::string_view> names) {
    return std::ranges::all_of(names, [&](auto name) { return text_of(each, name).has_value(); });
}

bool fits(const json::value& value, Shape shape) {
    const auto each_is = [&](auto&& test) {
        return value.is_array() && std::ranges::all_of(value.get_array(), test);
    };
    switch (shape) {
        case Shape::text:
            return value.is_string();
        case Shape::whole:
            return value.is_int64();
        case Shape::flag:
            return value.is_bool();
        case Shape::texts:
            return each_is([](const auto& each) { return each.is_string(); });
        case Shape::wholes:
            return each_is([](const auto& each) { return each.is_int64(); });
        case Shape::files:
            return each_is([](const auto& each) {
                return has_texts(each, {"FileName", "ContentType", "Base64Contents"});
            });
        case Shape::pairs:
            return each_is([](const auto& each) { return has_texts(each, {"Key", "Value"}); });
    }
    return false;
}

void check_shape(const json::value& form, const std::vector<FormField>& fields) {
    for (const auto& field : fields) {
        const auto* value = member(form, field.name);
        if (value == nullptr) {
            if (field.required) {
                throw Malformed{"PortForm." + std::string(field.name) + " is required."};
            }
        } else if (!fits(*value, field.shape)) {
            throw Malformed{"PortForm." + std::string(field.name) + " has the wrong type."};
        }
    }
}

json::array read_files(const json::value& form, const std::vector<FormField>& fields) {
    json::array files;
    for (const auto& field : fields) {
        const auto* list = member(form, field.name);
        if (field.shape != Shape::files || list == nullptr) continue;
        for (const auto& file : list->get_array()) {
            const auto bytes = decode_base64(*text_of(file, "Base64Contents"));
            if (!bytes || bytes->empty()) {
                throw Refused{std::string(field.name) + ": Base64Contents is not a base64 file."};
            }
            files.push_back(
                {{"field", field.name},
                 {"file_name", *text_of(file, "FileName")},
                 {"content_type", *text_of(file, "ContentType")},
                 {"bytes", bytes->size()},
                 {"sha256", sha256_hex(*bytes)}}
            );
        }
    }
    return files;
}

/// Names that the form's schema does not have: the service ignores them, a test wants to know.
json::array unknown_names(const json::value& form, const std::vector<FormField>& fields) {
    json::array unknown;
    for (const auto& each : form.get_object()) {
        const std::string_view name = each.key();
        if (std::ranges::find(fields, name, &FormField::name) == fields.end()) {
            unknown.emplace_back(name);
        }
    }
    return unknown;
}

bool is_time(std::string_view text) {
    const auto digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
    return text.size() == 5 && text[2] == ':' && digit(0) && digit(1) && digit(3) && digit(4) &&
           text.substr(0, 2) < "24" && text[3] < '6';
}

void check_losing_side(const json::value& form) {
    const auto provider = whole_of(form, "CurrentProvider");
    if (provider && text_of(form, "CurrentReseller")) {
        throw Refused{"CurrentProvider and CurrentReseller exclude each other."};
    }
    if (provider) {
        if (!ThinktelNetwork::providers().contains(static_cast<std::int32_t>(*provider))) {
            throw Refused{"CurrentProvider is not a known provider."};
        }
    } else if (text_of(form, "CurrentReseller").value_or("").empty() &&
               !flag_of(form, "CurrentProviderNotMandatory")) {
        throw Refused{"CurrentProvider or CurrentReseller is required."};
    }
}

void check_schedule(const json::value& form, std::chrono::sys_days today) {
    const auto date = text_of(form, "RequestedPortDate");
    const auto time = text_of(form, "RequestedPortTime");
    if (time && !date) throw Refused{"RequestedPortTime requires RequestedPortDate."};
    if (time && !is_time(*time)) throw Refused{"RequestedPortTime must be HH:MM."};
    if (!date) return;
    const auto day = from_dashed(*date);
    if (!day) throw Refused{"RequestedPortDate must be YYYY-MM-DD."};
    const std::chrono::sys_days wanted = *day;
    if (wanted <= today) throw Refused{"RequestedPortDate must be in the future."};
    if (!is_weekday(wanted) || !ThinktelNetwork::holiday_on(*day).empty()) {
        throw Refused{"RequestedPortDate must be a business day."};
    }
}

void check_numbers(
    const std::vector<Tn>& numbers, const PortProcedure& procedure, const ThinktelNetwork& network
) {
    if (numbers.empty()) throw Refused{"NumbersToPort is required."};
    std::set<Tn> seen;
    for (const auto number : numbers) {
        const auto text = std::to_string(number);
        if (!is_tn(number)) throw Refused{text + " is not a telephone number."};
        if (!seen.insert(number).second) throw Refused{text + " is listed twice."};
        if (is_toll_free(number) != procedure.toll_free) {
            throw Refused{
                procedure.toll_free ? text + " is not a toll-free number."
                                    : text + " is toll-free; use the toll-free form."
            };
        }
        if (!network.is_portable(number)) throw Refused{text + " is not portable."};
        if (network.is_on_a_trunk(number)) throw Refused{text + " is already with us."};
    }
}

void check_remaining(const json::value& form, const std::vector<Tn>& numbers) {
    const auto remain = wholes_of(form, "NumbersToRemain").value_or(std::vector<Tn>{});
    const auto disconnect = wholes_of(form, "NumbersToDisconnect").value_or(std::vector<Tn>{});
    const auto is_in = [](const std::vector<Tn>& list, Tn number) {
        return std::ranges::find(list, number) != list.end();
    };
    for (const auto number : numbers) {
        if (is_in(remain, number) || is_in(disconnect, number)) {
            throw Refused{
                std::to_string(number) + " cannot be ported and also kept or disconnected."
            };
        }
    }
    const auto new_pilot = whole_of(form, "NewPilotNumber");
    if (flag_of(form, "ChangePilotNumber") && !new_pilot) {
        throw Refused{"ChangePilotNumber requires NewPilotNumber."};
    }
    if (new_pilot && !flag_of(form, "ChangePilotNumber")) {
        throw Refused{"NewPilotNumber requires ChangePilotNumber."};
    }
    if (new_pilot && !is_in(remain, *new_pilot)) {
        throw Refused{"NewPilotNumber must be one of NumbersToRemain."};
    }
    if (flag_of(form, "IsPRIMegaLink") &&
        text_of(form, "PRIMegalinkCircuit").value_or("").empty()) {
        throw Refused{"IsPRIMegaLink requires PRIMegalinkCircuit."};
    }
}

PortRequest read_request(
    const PortProcedure& procedure, const json::value& body, const ThinktelNetwork& network,
    std::chrono::sys_days today, bool needs_loa
) {
    const auto* form = member(body, "PortForm");
    if (form == nullptr || !form->is_object()) throw Malformed{"PortForm is required."};
    const auto fields = fields_of(procedure.toll_free);
    check_extra_shape(procedure, body);
    check_shape(*form, fields);

    PortRequest request;
    request.numbers = wholes_of(*form, "NumbersToPort").value_or(std::vector<Tn>{});
    request.reference = text_of(*form, "CustomerReferenceNumber").value_or("");
    request.end_user = *text_of(*form, "CustomerName");
    request.account_number = *text_of(*form, "CustomerAccountNumber");
    request.reseller = text_of(*form, "CurrentReseller").value_or("");
    request.requested_date = text_of(*form, "RequestedPortDate").value_or("");

    for (const auto& field : fields) {
        if (field.required && text_of(*form, field.name)->empty()) {
            throw Refused{std::string(field.name) + " is empty."};
        }
    }
    const auto country = *text_of(*form, "CustomerCountry");
    if (country != "CA" && country != "US") throw Refused{"CustomerCountry must be CA or US."};
    check_losing_side(*form);
    check_numbers(request.numbers, procedure, network);
    check_remaining(*form, request.numbers);
    check_schedule(*form, today);
    check_extra_rules(procedure, body, network, request);

    auto files = read_files(*form, fields);
    const bool has_loa = std::ranges::any_of(files, [](const auto& file) {
        return text_of(file, "field") == "FileLetterOfAuthorization";
    });
    if (needs_loa && !procedure.toll_free && !has_loa) {
        throw Refused{"FileLetterOfAuthorization is required."};
    }
    request.detail = {
        {"procedure", procedure.name},
        {"path", procedure.path},
        {"customer_name", request.end_user},
        {"customer_account_number", request.account_number},
        {"requested_date", request.requested_date},
        {"files", std::move(files)},
        {"unknown_fields", unknown_names(*form, fields)},
    };
    if (request.pilot != 0) request.detail["pilot"] = request.pilot;
    if (const auto provider = whole_of(*form, "CurrentProvider")) {
        request.detail["current_provider"] = *provider;
    }
    return request;
}

}  // namespace

PortVerdict check_port(
    const PortProcedure& procedure, const json::value& body, const ThinktelNetwork& network,
    std::chrono::sys_days today, bool needs_loa
) {
    PortVerdict verdict;
    try {
        verdict.request = read_request(procedure, body, network, today, needs_loa);
    } catch (const Malformed& wrong) {
        verdict.kind = PortVerdict::Kind::malformed;
        verdict.message = wrong.message;
    } catch (const Refused& wrong) {
        verdict.kind = PortVerdict::Kind::refused;
        verdict.message = wrong.message;
    }
    return verdict;
}

}  // namespace porteur::sim
