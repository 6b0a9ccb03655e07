// SPDX-License-Identifier: Apache-2.0
#include "details.hpp"

#include <algorithm>
#include <array>

#include <porteur/phrase.hpp>
#include <porteur/json_at.hpp>

#include "wire.hpp"

namespace thinktel {

using namespace porteur;

namespace {

// Digits: 0 trunk, 1 general, 2 general child, 3 residential line, 4 business line, 5 permanent
// call forward, 6 business permanent call forward, 7 virtual fax.
constexpr auto table = std::to_array<Detail>({
    {"plan_id", DetailKind::text, true, "345", "345", "Plan", "Forfait",
     to_translate("ID of the plan of the new line or call forward, as ThinkTel lists it"),
     "Identifiant du forfait de la nouvelle ligne ou du renvoi, tel que ThinkTel l'énumère"},
    {"business_group_id", DetailKind::text, true, "4", "4", "Business group", "Groupe d'affaires",
     to_translate("The business group of the lines; the target's parent will do as well"),
     "Le groupe d'affaires des lignes; l'abonnement parent de la cible convient aussi"},
    {"forward_to", DetailKind::phone, true, "3456", "56", "Forward to", "Renvoyer vers",
     to_translate("The number that calls go on to"), "Le numéro vers lequel les appels sont renvoyés"},
    {"provisioning_instructions", DetailKind::text, true, "5", "5", "Provisioning instructions",
     "Instructions de mise en service", to_translate("How the call forward is to be set up"),
     "Comment le renvoi d'appel doit être mis en service"},
    {"fax_email", DetailKind::text, false, "7", "7", "Fax address", "Adresse de télécopie",
     to_translate("The e-mail address that faxes go to"), "L'adresse courriel qui reçoit les télécopies"},
    {"account", DetailKind::whole, true, "345", "", "Account code", "Code de compte",
     to_translate("uControl account of the new service; the user's own if none is given"),
     "Compte uControl du nouveau service; celui de l'utilisateur à défaut"},
    {"enabled", DetailKind::flag, true, "345", "", "Enabled", "Activé",
     to_translate("Whether the service works from the first day; yes if not said"),
     "Si le service fonctionne dès le premier jour; oui à défaut"},
    {"label", DetailKind::text, true, "0345", "", "Label", "Étiquette",
     to_translate("What the number is called in uControl"), "Le nom du numéro dans uControl"},
    {"additional_label", DetailKind::text, true, "05", "", "Additional label",
     "Étiquette supplémentaire", to_translate("A second name in uControl"), "Un second nom dans uControl"},
    {"translated_number", DetailKind::phone, true, "0", "", "Translated number", "Numéro traduit",
     to_translate("The number that the trunk is shown in its place"),
     "Le numéro présenté à la liaison à la place de celui-ci"},
    {"surecall", DetailKind::phone, true, "0", "", "Surecall", "Surecall",
     to_translate("Where calls go when the trunk does not answer"),
     "Où vont les appels quand la liaison ne répond pas"},
    {"locale", DetailKind::whole, true, "34", "", "Language of the line", "Langue de la ligne",
     to_translate("0 US English, 1 UK English, 2 Canadian English, 5 Canadian French, 6 Latin "
                  "American Spanish, 3 and 4 your own; after the order's language if not said"),
     "0 anglais (É.-U.), 1 anglais (R.-U.), 2 anglais (Canada), 5 français (Canada), 6 espagnol "
     "(Amérique latine), 3 et 4 les vôtres; d'après la langue de la commande à défaut"},
    {"second_locale", DetailKind::whole, true, "34", "", "Second language", "Seconde langue",
     to_translate("As the language of the line; 9 for none, which is so if not said"),
     "Comme la langue de la ligne; 9 pour aucune, ce qui vaut à défaut"},
    {"caller_id", DetailKind::phone, true, "34", "", "Caller ID", "Numéro d'appelant",
     to_translate("The number shown to those who are called"), "Le numéro présenté aux personnes appelées"},
    {"caller_name", DetailKind::text, true, "34", "", "Caller name", "Nom d'appelant",
     to_translate("The name shown to those who are called"), "Le nom présenté aux personnes appelées"},
    {"email", DetailKind::text, true, "34", "", "E-mail of the line", "Courriel de la ligne",
     to_translate("Where voicemail and notices go"), "Où vont la messagerie vocale et les avis"},
    {"forward_delay", DetailKind::whole, true, "34", "", "Forwarding delay", "Délai de renvoi",
     to_translate("How long it rings before calls go on"), "Durée de sonnerie avant le renvoi"},
    {"extension", DetailKind::whole, true, "4", "", "Extension", "Poste",
     to_translate("Extension in the business group"), "Poste dans le groupe d'affaires"},
    {"floor", DetailKind::text, false, "f", "", "Floor", "Étage",
     to_translate("Of the customer's address, as on the losing carrier's records"),
     "De l'adresse du client, tel qu'inscrit chez le fournisseur actuel"},
    {"street_suffix", DetailKind::text, false, "f", "", "Street suffix", "Suffixe de la rue",
     to_translate("Of the customer's address, as on the losing carrier's records"),
     "De l'adresse du client, tel qu'inscrit chez le fournisseur actuel"},
    {"current_provider", DetailKind::whole, false, "f", "", "Current provider's ID",
     "Identifiant du fournisseur actuel", to_translate("As in ThinkTel's list of providers"),
     "Tel que dans la liste des fournisseurs de ThinkTel"},
    {"current_reseller", DetailKind::text, false, "f", "", "Current reseller", "Revendeur actuel",
     to_translate("The losing side where it is a reseller"), "Le côté perdant s'il s'agit d'un revendeur"},
    {"current_provider_not_mandatory", DetailKind::flag, false, "f", "",
     "Current provider not mandatory", "Fournisseur actuel facultatif",
     to_translate("Has ThinkTel skip its rule that a provider or reseller is named"),
     "Fait ignorer à ThinkTel la règle qui exige un fournisseur ou un revendeur"},
    {"additional_emails", DetailKind::emails, false, "f", "", "More addresses",
     "Autres adresses courriel", to_translate("That ThinkTel also writes to"),
     "Auxquelles ThinkTel écrit également"},
    {"contact_me_blif", DetailKind::flag, false, "f", "", "Call me about 411 listings",
     "Me joindre au sujet des inscriptions 411", to_translate("The directory listings are to be talked over"),
     "Les inscriptions à l'annuaire sont à discuter"},
    {"contact_me_scheduling", DetailKind::flag, false, "f", "", "Call me about the date",
     "Me joindre au sujet de la date", to_translate("The date is to be talked over"), "La date est à discuter"},
    {"comments_losing_carrier", DetailKind::text, false, "f", "", "Comments for the losing carrier",
     "Commentaires pour le fournisseur actuel", "", ""},
    {"extra_details", DetailKind::pairs, false, "f", "", "Extra details", "Détails supplémentaires",
     to_translate("Names and texts that ThinkTel does not review before the request goes out"),
     "Noms et textes que ThinkTel ne révise pas avant l'envoi de la demande"},
    {"pri_circuit", DetailKind::text, false, "f", "", "PRI or Megalink circuit",
     "Circuit PRI ou Megalink", to_translate("Circuit number; standard numbers only"),
     "Numéro de circuit; numéros standard seulement"},
    {"pri_remains_active", DetailKind::flag, false, "f", "", "The circuit remains",
     "Le circuit demeure", to_translate("Whether the PRI or Megalink circuit stays active"),
     "Si le circuit PRI ou Megalink demeure actif"},
});

const Detail* find_detail(std::string_view name) {
    const auto* found = std::ranges::find(table, name, &Detail::name);
    return found == table.end() ? nullptr : found;
}

char digit_of(Service service) { return static_cast<char>('0' + static_cast<int>(service)); }

bool takes(Service service, const Detail& detail) {
    return detail.taken_by == "f" || detail.taken_by.contains(digit_of(service));
}

bool is_pair(const json::value& each) {
    return each.is_object() && !text_at(each, "key").empty() && value_at(each, "value").is_string();
}

/// Empty if the value is of its kind, else what to give.
std::string_view lacking(DetailKind kind, const json::value& value) {
    switch (kind) {
        case DetailKind::text:
            return value.is_string() ? "" : to_translate("give a text");
        case DetailKind::whole:
            return value.is_int64() && value.get_int64() >= 0 ? "" : to_translate("give a whole number");
        case DetailKind::flag:
            return value.is_bool() ? "" : to_translate("give true or false");
        case DetailKind::phone: {
            const auto number = value.is_string() ? PhoneNumber::from_json_text(value.get_string())
                                                  : std::optional<PhoneNumber>();
            return number && digits_of(*number) ? "" : to_translate("give a North American number as in +14165550101");
        }
        case DetailKind::emails:
            return value.is_array() && std::ranges::all_of(
                                           value.get_array(),
                                           [](const auto& each) {
                                               return each.is_string() && each.get_string().find('@'
                                                                          ) != json::string::npos;
                                           }
                                       )
                       ? ""
                       : to_translate("give a list of e-mail addresses");
        case DetailKind::pairs:
            return value.is_array() && std::ranges::all_of(value.get_array(), is_pair)
                       ? ""
                       : to_translate("give a list of {\"key\":\"...\",\"value\":\"...\"}");
    }
    return "";
}

void check_one(
    const json::key_value_pair& pair, const std::string& in, bool of_number,
    std::vector<Problem>& problems
) {
    const auto* detail = find_detail(pair.key());
    if (detail == nullptr || (of_number && !detail->per_number)) {
        problems.push_back(
            {in + std::string(pair.key()), Reason::none,
             detail == nullptr ? phrase("ThinkTel has no detail of this name; see the requirements")
                               : phrase("this detail is the order's and not a number's"),
             true}
        );
        return;
    }
    const auto wanted = lacking(detail->kind, pair.value());
    if (!wanted.empty())
        problems.push_back(
            {in + std::string(pair.key()), Reason::none, std::string(wanted), true}
        );
}

void check_numbers(
    const PortOrder& order, const json::value& entries, std::vector<Problem>& problems
) {
    const std::string in = "/target/details/numbers";
    if (!entries.is_array()) {
        problems.push_back({in, Reason::none, phrase("give a list, one object for each number"), true});
        return;
    }
    for (std::size_t index = 0; index < entries.get_array().size(); ++index) {
        const auto& entry = entries.get_array()[index];
        const auto at = in + "/" + std::to_string(index);
        const auto number = PhoneNumber::from_json_text(text_at(entry, "number"));
        if (!entry.is_object() || !number) {
            problems.push_back({at, Reason::none, phrase("give an object with the number it is of"), true});
            continue;
        }
        // An order that was split has the details of its siblings' numbers, too.
        if (std::ranges::find(order.numbers, *number) == order.numbers.end())
            problems.push_back(
                {at + "/number", Reason::none,
                 phrase("{1} is not a number of this order; its details are not used", number->masked()),
                 false}
            );
        for (const auto& pair : entry.get_object())
            if (pair.key() != "number") check_one(pair, at + "/", true, problems);
    }
}

void check_parent(
    const PortOrder& order, const Destination& destination, std::vector<Problem>& problems
) {
    const auto& parent = order.target.parent;
    const bool wanted = destination.service == Service::general_child_product ||
                        destination.service == Service::business_permanent_call_forward;
    std::string choices;
    for (const auto& each : destination.parents)
        choices += (choices.empty() ? "" : ", ") + quoted(each.id);
    const auto say = [&](std::string text) {
        if (!choices.empty()) text += "; " + phrase("it can be {1}", choices);
        problems.push_back({"/target/parent", Reason::none, std::move(text), true});
    };
    if (wanted && parent.empty())
        say(phrase("name the subscription that {1} belongs to", name_of(destination.service)));
    if (parent.empty() || destination.parents.empty()) return;
    const auto meant = ids_called(destination.parents, parent).size();
    if (meant == 0) say(phrase("the offering cannot belong to {1}", quoted(parent)));
    if (meant > 1)
        say(phrase("more than one subscription is called {1}: name it by its id", quoted(parent)));
}

/// "Account, PlanID and BusinessGroupID must be the same for all Lines"
void check_one_group(const PortOrder& order, std::vector<Problem>& problems) {
    for (const auto* name : {"account", "plan_id", "business_group_id"}) {
        const auto& first = detail_of(order.target.details, order.numbers.front(), name);
        const bool same = std::ranges::all_of(order.numbers, [&](const auto& each) {
            return detail_of(order.target.details, each, name) == first;
        });
        if (!same)
            problems.push_back(
                {"/target/details/" + std::string(name), Reason::split_required,
                 phrase("has to be the same for all business lines of one request; make an order for each"),
                 true}
            );
    }
}

/// Where a required detail is missing: the details themselves if no number has it, else the number.
void check_required(
    const PortOrder& order, Service service, const Detail& detail, std::vector<Problem>& problems
) {
    if (detail.name == "business_group_id" && !order.target.parent.empty()) return;
    std::vector<const PhoneNumber*> without;
    for (const auto& number : order.numbers) {
        const auto& found = detail_of(order.target.details, number, detail.name);
        if (found.is_null() || (found.is_string() && found.get_string().empty()))
            without.push_back(&number);
    }
    if (without.empty()) return;
    auto text = without.size() == order.numbers.size()
                    ? phrase("give it for {1:text}: {2:text}", name_of(service), detail.help_en)
                    : phrase(
                          "{1} has none; give it for {2:text}: {3:text}", without.front()->masked(),
                          name_of(service), detail.help_en
                      );
    problems.push_back(
        {"/target/details/" + std::string(detail.name), Reason::none, std::move(text), true}
    );
}

}  // namespace

std::span<const Detail> all_details() { return table; }

bool wants(Service service, const Detail& detail) {
    return detail.required_by.contains(digit_of(service));
}

const json::value& detail_of(
    const json::object& details, const PhoneNumber& number, std::string_view name
) {
    static const json::value absent;
    if (const auto* entries = details.if_contains("numbers"); entries && entries->is_array())
        for (const auto& entry : entries->get_array())
            if (text_at(entry, "number") == number.text())
                if (const auto& found = value_at(entry, name); !found.is_null()) return found;
    const auto* found = details.if_contains(name);
    return found ? *found : absent;
}

std::vector<Problem> problems_of_details(const PortOrder& order) {
    std::vector<Problem> problems;
    for (const auto& pair : order.target.details) {
        if (pair.key() == "numbers")
            check_numbers(order, pair.value(), problems);
        else
            check_one(pair, "/target/details/", false, problems);
    }
    return problems;
}

std::vector<Problem> problems_of_service(const PortOrder& order, const Destination& destination) {
    std::vector<Problem> problems;
    const auto service = destination.service;
    const auto name = name_of(service);
    if (procedure_path(service, destination.toll_free).empty())
        problems.push_back(
            {"/target/offering", Reason::unsupported_by_gaining,
             phrase(
                 "toll-free numbers cannot be ported into {1:text}; ThinkTel takes them into SIP "
                 "trunks and permanent call forwards",
                 name
             ),
             true}
        );
    check_parent(order, destination, problems);
    for (const auto& detail : table) {
        const bool given = std::ranges::any_of(order.numbers, [&](const auto& each) {
            return !detail_of(order.target.details, each, detail.name).is_null();
        });
        if (given && !takes(service, detail))
            problems.push_back(
                {"/target/details/" + std::string(detail.name), Reason::none,
                 phrase("{1:text} has no such detail; take it out", name), true}
            );
        if (wants(service, detail)) check_required(order, service, detail, problems);
    }
    if (service == Service::virtual_fax) {
        const auto* address = order.target.details.if_contains("fax_email");
        if (address && address->is_string() &&
            address->get_string().find('@') == json::string::npos)
            problems.push_back(
                {"/target/details/fax_email", Reason::none, phrase("give an e-mail address"), true}
            );
    }
    if (service == Service::business_line && !order.numbers.empty())
        check_one_group(order, problems);
    return problems;
}

}  // namespace thinktel
