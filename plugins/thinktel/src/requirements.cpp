// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "checks.hpp"
#include "details.hpp"

namespace thinktel {

using namespace porteur;

namespace {

/// DESIGN.md section 6. ThinkTel names no age of its own.
constexpr std::int64_t loa_age_days_max = 30;

Requirement text(
    std::string code, std::string field, std::string en, std::string fr, std::string help_en,
    std::string help_fr, bool required = true
) {
    return {
        std::move(code),
        std::move(field),
        "text",
        std::move(en),
        std::move(fr),
        std::move(help_en),
        std::move(help_fr),
        "",
        {},
        required
    };
}

Requirement document(
    std::string code, std::string en, std::string fr, std::string help_en, std::string help_fr,
    bool required, std::optional<std::int64_t> age_days_max = {}
) {
    return {std::move(code),    "/documents",       "document", std::move(en), std::move(fr),
            std::move(help_en), std::move(help_fr), "",         age_days_max,  required};
}

Requirement address(
    std::string code, std::string field, std::string en, std::string fr, std::string help_en,
    std::string help_fr, bool required
) {
    auto made = text(
        std::move(code), std::move(field), std::move(en), std::move(fr), std::move(help_en),
        std::move(help_fr), required
    );
    made.kind = "address";
    return made;
}

/// "a business line, a virtual fax"
std::string services_of(const Detail& detail, std::string_view digits, bool french) {
    std::string names;
    for (const char digit : digits) {
        const auto service = static_cast<Service>(digit - '0');
        names += (names.empty() ? "" : ", ") +
                 std::string(french ? french_name_of(service) : name_of(service));
    }
    return names.empty() ? std::string(detail.name) : names;
}

/// What the services want each for itself. Which service it is only the order's target tells, so
/// none of it is required here.
Requirement requirement_of(const Detail& detail) {
    auto made = text(
        "detail_" + std::string(detail.name), "/target/details/" + std::string(detail.name),
        std::string(detail.label_en), std::string(detail.label_fr), std::string(detail.help_en),
        std::string(detail.help_fr), false
    );
    const auto add = [](std::string& help, const std::string& more) {
        help += (help.empty() ? "" : ". ") + more;
    };
    if (!detail.required_by.empty()) {
        add(made.help_en, "Needed for " + services_of(detail, detail.required_by, false));
        add(made.help_fr, "Requis pour " + services_of(detail, detail.required_by, true));
    } else if (detail.taken_by != "f") {
        add(made.help_en, "May be said for " + services_of(detail, detail.taken_by, false));
        add(made.help_fr, "Peut être précisé pour " + services_of(detail, detail.taken_by, true));
    } else if (detail.help_en.empty()) {
        add(made.help_en, "May be said for any service");
        add(made.help_fr, "Peut être précisé pour tout service");
    }
    return made;
}

Requirements of_port(bool toll_free) {
    Requirements list;
    list.items = {
        text(
            "target", "/target", "SIP trunk or offering", "Liaison SIP ou offre de service",
            "Pilot number of the trunk, or the offering's ID, that takes the numbers in; "
            "list_targets shows both, and what each wants",
            "Numéro pilote de la liaison, ou identifiant de l'offre, qui recevra les numéros; "
            "list_targets énumère les deux, avec ce que chacune demande"
        ),
        text(
            "parent", "/target/parent", "Parent subscription", "Abonnement parent",
            "Needed for a general child product and a business permanent call forward",
            "Requis pour un service général rattaché et un renvoi d'appel permanent pour entreprises",
            false
        ),
        text(
            "customer_name", "/end_user/name", "Customer name", "Nom du client",
            "As on the losing carrier's records", "Tel qu'inscrit chez le fournisseur actuel"
        ),
        text(
            "account_number", "/account_number", "Account number", "Numéro de compte",
            "At the losing carrier", "Chez le fournisseur actuel"
        ),
        address(
            "service_address", "/service_address", "Customer address", "Adresse du client",
            "Part by part as on the losing carrier's records; Canada or United States only",
            "Élément par élément, telle qu'inscrite chez le fournisseur actuel; Canada ou "
            "États-Unis seulement",
            true
        ),
        text(
            "losing_carrier", "/losing_carrier", "Current carrier or reseller",
            "Fournisseur ou revendeur actuel",
            "One of ThinkTel's providers, or the reseller's name",
            "Un des fournisseurs connus de ThinkTel, ou le nom du revendeur"
        ),
        text(
            "requested_date", "/requested_date", "Requested date", "Date demandée",
            "A working day, no holiday of ThinkTel's; the earliest if none is given",
            "Un jour ouvrable, hors congés de ThinkTel; le plus tôt possible à défaut", false
        ),
        text(
            "requested_time", "/requested_time", "Requested time", "Heure demandée",
            "HH:MM, Eastern time, with a date only; ThinkTel may charge for it",
            "HH:MM, heure de l'Est, avec une date seulement; des frais peuvent s'appliquer", false
        ),
    };
    if (toll_free)
        list.items.push_back(document(
            "resporg", "RespOrg transfer form", "Formulaire de transfert RespOrg",
            "Signed; ThinkTel has a template", "Signé; ThinkTel fournit un modèle", true
        ));
    else
        list.items.push_back(document(
            "loa", "Letter of authorization", "Lettre d'autorisation",
            "Signed by the authorized person, and say on which day; ThinkTel has a template",
            "Signée par la personne autorisée, en précisant quel jour; ThinkTel fournit un modèle",
            true, loa_age_days_max
        ));
    list.items.push_back(document(
        "invoice", "Latest invoice", "Dernière facture", "From the losing carrier",
        "Du fournisseur actuel", false
    ));
    list.items.push_back(document(
        "blif", "411 listings (BLIF)", "Inscriptions 411 (BLIF)",
        "Where directory listings shall change; ThinkTel has a template",
        "Si les inscriptions à l'annuaire doivent changer; ThinkTel fournit un modèle", false
    ));
    for (const auto& detail : all_details()) list.items.push_back(requirement_of(detail));
    list.notes_en = {
        "Standard and toll-free numbers may not share one request.",
        "A number needs a service to go to: no port without a trunk or an offering.",
        "Toll-free numbers go to SIP trunks and permanent call forwards only.",
        "A port cannot be cancelled or corrected by API; ThinkTel's porting team does it by hand.",
    };
    list.notes_fr = {
        "Les numéros standard et sans frais ne peuvent pas être jumelés dans une même demande.",
        "Un numéro doit être associé à un service : aucun portage sans liaison ni offre cible.",
        "Les numéros sans frais vont seulement vers une liaison SIP ou un renvoi d'appel "
        "permanent.",
        "Une demande ne peut être ni annulée ni corrigée par l'API; l'équipe de portage de "
        "ThinkTel s'en charge.",
    };
    return list;
}

Requirements of_purchase() {
    Requirements list;
    list.items = {
        text(
            "target", "/target/trunk", "SIP trunk", "Liaison SIP",
            "Pilot number of the trunk that takes the numbers in; list_targets shows them",
            "Numéro pilote de la liaison qui recevra les numéros; list_targets les énumère"
        ),
        text(
            "numbers", "/numbers", "Numbers", "Numéros",
            "Those that a search has found, or an area and how many",
            "Ceux d'une recherche, ou une région et une quantité", false
        ),
        text(
            "area", "/area", "Rate centre or area code", "Centre tarifaire ou indicatif régional",
            "As in \"Edmonton, AB\" or 780", "Comme « Edmonton, AB » ou 780", false
        ),
        address(
            "emergency_address", "/emergency_address", "Address for 911", "Adresse pour le 911",
            "Where the caller is; if it is refused the number is given back",
            "Où se trouve l'appelant; si elle est refusée, le numéro est rendu", false
        ),
        text(
            "caller", "/end_user/authorized_person", "Name for 911", "Nom pour le 911",
            "First and last name; needed with an address for 911",
            "Prénom et nom; requis avec une adresse pour le 911", false
        ),
    };
    list.notes_en = {"ThinkTel sells Canadian and US local numbers, for its SIP trunks."};
    list.notes_fr = {
        "ThinkTel vend des numéros locaux canadiens et américains, pour ses liaisons SIP."
    };
    return list;
}

}  // namespace

Requirements requirements(RequirementsQuery query) {
    return query.action == "purchase" ? of_purchase()
                                      : of_port(query.number_type == NumberType::toll_free);
}

}  // namespace thinktel
