// SPDX-License-Identifier: Apache-2.0
#include "message.hpp"

#include <algorithm>
#include <array>

#include <porteur/json.hpp>

namespace thinktel {

using namespace porteur;

namespace {

struct FieldName {
    std::string_view pointer, english, french;
};

constexpr auto field_names = std::to_array<FieldName>({
    {"/numbers", "Numbers to port", "Numéros à porter"},
    {"/remaining", "Numbers that remain", "Numéros qui demeurent"},
    {"/disconnect", "Numbers to disconnect", "Numéros à débrancher"},
    {"/losing_carrier", "Current carrier", "Fournisseur actuel"},
    {"/end_user/name", "Customer name", "Nom du client"},
    {"/end_user/authorized_person", "Authorized person", "Personne autorisée"},
    {"/end_user/tax_id", "Tax ID", "Numéro de taxe"},
    {"/account_number", "Account number", "Numéro de compte"},
    {"/btn", "Billing telephone number", "Numéro de facturation"},
    {"/new_btn", "New billing telephone number", "Nouveau numéro de facturation"},
    {"/service_address/house_number", "House number", "Numéro civique"},
    {"/service_address/street", "Street", "Rue"},
    {"/service_address/street_type", "Street type", "Type de rue"},
    {"/service_address/street_direction", "Street direction", "Direction de la rue"},
    {"/service_address/unit", "Unit", "Unité"},
    {"/service_address/city", "City", "Ville"},
    {"/service_address/region", "Province or state", "Province ou État"},
    {"/service_address/postal_code", "Postal code", "Code postal"},
    {"/service_address/country", "Country", "Pays"},
    {"/service_address", "Customer address", "Adresse du client"},
    {"/requested_date", "Requested date", "Date demandée"},
    {"/requested_time", "Requested time (Eastern)", "Heure demandée (heure de l'Est)"},
    {"/contact_email", "Our address", "Notre adresse courriel"},
    {"/comment", "Comment", "Commentaire"},
    {"/target", "Target service", "Service cible"},
});

/// The longest name that the pointer begins with, and what the pointer has beyond it.
std::string name_of_field(std::string_view pointer, bool french) {
    const FieldName* best = nullptr;
    for (const auto& each : field_names)
        if (pointer.starts_with(each.pointer) &&
            (best == nullptr || each.pointer.size() > best->pointer.size()))
            best = &each;
    if (best == nullptr) return std::string(pointer.substr(pointer.empty() ? 0 : 1));
    std::string name(french ? best->french : best->english);
    if (pointer.size() > best->pointer.size())
        name += " (" + std::string(pointer.substr(best->pointer.size() + 1)) + ")";
    return name;
}

/// "416-555-0101" for a number, the text for a text, parts in their order for the rest.
std::string readable(const json::value& value) {
    if (value.is_string()) {
        const std::string text(value.get_string());
        const auto number = PhoneNumber::from_json_text(text);
        const auto digits = number ? number->north_american() : std::nullopt;
        if (!digits) return text;
        return digits->substr(0, 3) + "-" + digits->substr(3, 3) + "-" + digits->substr(6);
    }
    std::string out;
    const auto add = [&](const json::value& each, std::string_view between) {
        const auto text = readable(each);
        if (!text.empty()) out += (out.empty() ? "" : std::string(between)) + text;
    };
    if (value.is_array()) {
        for (const auto& each : value.get_array()) add(each, ", ");
        return out;
    }
    if (value.is_object()) {
        for (const auto& pair : value.get_object()) add(pair.value(), ", ");
        return out;
    }
    return value.is_null() ? std::string() : json::serialize(value);
}

std::string value_of(const json::value& order, std::string_view pointer) {
    boost::system::error_code none;
    const auto* found = order.find_pointer(pointer, none);
    return found ? readable(*found) : std::string();
}

std::string lines_of_documents(const PortOrder& corrected, bool french) {
    std::string names;
    for (const auto& each : corrected.documents)
        names += (names.empty() ? "" : ", ") + each.name + " (" + each.type + ")";
    if (names.empty()) return {};
    return (french ? "- Documents joints : " : "- Documents, attached: ") + names + "\n";
}

std::string changes(
    const json::value& sent, const PortOrder& corrected, const std::vector<std::string>& fields,
    bool french
) {
    const auto order = to_json(corrected);
    std::string lines;
    bool documents = false;
    for (const auto& pointer : fields) {
        if (pointer.starts_with("/documents")) {
            if (!documents) lines += lines_of_documents(corrected, french);
            documents = true;
            continue;
        }
        if (pointer.starts_with("/pin")) {
            // The host keeps it from us, and a mail is no place for it.
            lines += french ? "- NIP chez le fournisseur actuel : modifié; nous vous le donnerons "
                              "par téléphone\n"
                            : "- PIN at the losing carrier: changed; we will give it to you by "
                              "telephone\n";
            continue;
        }
        const auto before = value_of(sent, pointer);
        auto after = value_of(order, pointer);
        if (after.empty()) after = french ? "(rien)" : "(none)";
        lines += "- " + name_of_field(pointer, french) + (french ? " : " : ": ");
        if (!before.empty())
            lines +=
                (french ? "au lieu de « " : "instead of \"") + before + (french ? " », " : "\", ");
        lines += (french ? "« " : "\"") + after + (french ? " »\n" : "\"\n");
    }
    return lines;
}

std::string numbers_of(const DeskSubject& subject) {
    json::array all;
    for (const auto& each : subject.numbers) all.push_back(json::string(each.text()));
    return readable(all);
}

std::string what_to_do(const DeskSubject& subject) {
    const bool french = subject.language == "fr";
    auto whom = french ? std::string("à l'équipe de portage de ThinkTel")
                       : std::string("ThinkTel's porting team");
    if (!subject.address.empty()) whom += " (" + subject.address + ")";
    if (french)
        return "L'API de ThinkTel ne permet pas de le faire. Envoyez le message ci-dessous " +
               whom +
               ", puis indiquez ici l'issue : done s'ils confirment; new_ticket, avec son numéro "
               "comme texte, s'ils ont ouvert un autre billet; refused, avec leur raison, s'ils "
               "refusent.\n\n";
    return "ThinkTel's API has no call for this. Send the message below to " + whom +
           ", then say here how it ended: done if they confirm; new_ticket, with its number as the "
           "text, if they have opened another ticket; refused, with their reason, if they will "
           "not.\n\n";
}

std::string head_of(const DeskSubject& subject, std::string_view what) {
    const bool french = subject.language == "fr";
    std::string text =
        french ? "Objet : billet " + subject.ticket + ", " + std::string(what) + "\n\nBonjour,\n\n"
               : "Subject: ticket " + subject.ticket + ", " + std::string(what) + "\n\nHello,\n\n";
    text += (french ? "Demande de portage : " : "Port-in request: ") + subject.ticket +
            (french ? " (notre référence " : " (our reference ") + subject.reference + ")\n" +
            (french ? "Numéros : " : "Numbers: ") + numbers_of(subject) + "\n";
    if (!subject.status.empty())
        text += (french ? "État actuel : " : "It stands at: ") + subject.status + "\n";
    return text + "\n";
}

}  // namespace

DeskTask correction_task(
    const DeskSubject& subject, const json::value& sent, const PortOrder& corrected,
    const std::vector<std::string>& fields
) {
    const bool french = subject.language == "fr";
    DeskTask task;
    task.title = french ? "ThinkTel : faire corriger le billet " + subject.ticket
                        : "ThinkTel: have ticket " + subject.ticket + " corrected";
    task.text = what_to_do(subject) +
                head_of(subject, french ? "corrections à la demande" : "corrections") +
                (french ? "Veuillez corriger la demande comme suit et la soumettre de nouveau au "
                          "fournisseur actuel :\n\n"
                        : "Please correct the request as follows, and send it to the losing "
                          "carrier again:\n\n") +
                changes(sent, corrected, fields, french) +
                (french ? "\nMerci de confirmer.\n" : "\nPlease confirm. Thank you.\n");
    return task;
}

DeskTask cancellation_task(const DeskSubject& subject) {
    const bool french = subject.language == "fr";
    DeskTask task;
    task.title = french ? "ThinkTel : faire annuler le billet " + subject.ticket
                        : "ThinkTel: have ticket " + subject.ticket + " cancelled";
    task.text =
        what_to_do(subject) + head_of(subject, french ? "annulation" : "cancellation") +
        (french ? "Veuillez annuler cette demande pour tous ses numéros, qui demeurent chez "
                  "le fournisseur actuel.\n\nMerci de confirmer.\n"
                : "Please cancel this request for all of its numbers, which remain with the "
                  "losing carrier.\n\nPlease confirm. Thank you.\n");
    return task;
}

}  // namespace thinktel
