// SPDX-License-Identifier: Apache-2.0
#include "package.hpp"

namespace ringcentral {

using namespace porteur;

namespace {

struct BothLanguages {
    std::string en, fr;
};

Requirement item(
    std::string code, std::string field, std::string kind, BothLanguages label, BothLanguages help,
    std::string pattern = {}
) {
    Requirement made;
    made.code = std::move(code);
    made.field = std::move(field);
    made.kind = std::move(kind);
    made.label_en = std::move(label.en);
    made.label_fr = std::move(label.fr);
    made.help_en = std::move(help.en);
    made.help_fr = std::move(help.fr);
    made.pattern = std::move(pattern);
    return made;
}

Requirement document(
    std::string_view type, BothLanguages label, BothLanguages help, std::int64_t age_days_max
) {
    auto made = item(
        type == statement_type ? "statement" : std::string(type), "/documents", "document",
        std::move(label), std::move(help)
    );
    made.age_days_max = age_days_max;
    return made;
}

std::vector<Requirement> what_is_told(const Rules& rules) {
    const auto min = std::to_string(rules.pin_digits_min),
               max = std::to_string(rules.pin_digits_max);
    return {
        item(
            "pin", "/pin", "text", {"Voicemail PIN", "Code PIN de messagerie vocale"},
            {min + " to " + max +
                 " digits. The current PIN cannot be seen: if nobody knows it, set a new one in "
                 "the RingCentral app under Settings, Phone settings, Phone, Change voicemail PIN, "
                 "before the order goes out",
             min + " à " + max +
                 " chiffres. Le code actuel ne peut pas être consulté : si personne ne le connaît, "
                 "modifiez-le dans l'application RingCentral, Paramètres, Paramètres du téléphone, "
                 "Téléphone, Modifier le code PIN de messagerie vocale, avant d'envoyer la "
                 "demande"},
            "^[0-9]{" + min + "," + max + "}$"
        ),
        item(
            "account_number", "/account_number", "text", {"Account number", "Numéro de compte"},
            {"Ten digits, usually the main company number: RingCentral web site, Account, Billing",
             "10 chiffres, généralement le numéro principal de l'entreprise : site web "
             "RingCentral, Compte, Facturation"},
            "^[0-9]{10}$"
        ),
        item(
            "account_name", "/end_user/name", "text",
            {"Name on the account", "Nom inscrit au compte"},
            {"As on the billing statement", "Tel qu'il figure sur le relevé de facturation"}
        ),
        item(
            "billing_address", "/service_address", "address",
            {"Billing address", "Adresse de facturation"},
            {"Must match the one on file at RingCentral exactly, to the letter: it stands on the "
             "billing statement, and on the web site under Account, Billing",
             "Doit correspondre EXACTEMENT à celle enregistrée chez RingCentral : elle figure sur "
             "le relevé de facturation et sur le site web, Compte, Facturation"}
        ),
        item(
            "numbers", "/numbers", "text", {"Numbers that leave", "Numéros à transférer"},
            {"US local, Canadian and North American toll-free numbers of the account; Porteur "
             "reads "
             "the list (list_numbers), and compares it with the order",
             "Numéros locaux américains, numéros canadiens et numéros sans frais nord-américains "
             "du compte; Porteur en lit la liste (list_numbers) et la compare à la demande"}
        ),
    };
}

}  // namespace

Requirements package(const Rules& rules) {
    Requirements list;
    list.items = what_is_told(rules);
    const auto statement_days = std::to_string(rules.statement_age_days_max);
    const auto loa_days = std::to_string(rules.loa_age_days_max);
    list.items.push_back(document(
        statement_type, {"Billing statement", "Relevé de facturation"},
        {"A recent one, from the web site under Account, Billing: PDF, photo or screenshot. Older "
         "than " +
             statement_days + " days it is refused",
         "Récent, depuis le site web, Compte, Facturation : PDF, photo ou capture d'écran. Refusé "
         "s'il date de plus de " +
             statement_days + " jours"},
        rules.statement_age_days_max
    ));
    list.items.push_back(document(
        loa_type, {"Letter of authorization", "Lettre d'autorisation"},
        {"Signed by the person who may authorise, at most " + loa_days +
             " days ago; it goes to the gaining carrier",
         "Signée par la personne autorisée il y a au plus " + loa_days +
             " jours; elle est remise au nouveau fournisseur"},
        rules.loa_age_days_max
    ));
    auto btn = item(
        "btn", "/btn", "text", {"Billing telephone number", "Numéro de téléphone de facturation"},
        {"The number that the account is billed under, where the gaining carrier asks for it: "
         "usually the main company number; it stands on the billing statement",
         "Le numéro sous lequel le compte est facturé, si le nouveau fournisseur le demande : "
         "généralement le numéro principal de l'entreprise; il figure sur le relevé de facturation"}
    );
    btn.required = false;
    list.items.push_back(std::move(btn));
    list.items.push_back(item(
        "account_active", "", "action", {"Active account", "Compte actif"},
        {"The account is active and in good standing; ask RingCentral's live chat whether the "
         "number may leave",
         "Le compte est actif et en règle; demandez au clavardage de RingCentral si le numéro est "
         "transférable"}
    ));
    list.items.push_back(item(
        "administrator", "/end_user/authorized_person", "action",
        {"Who may authorise", "Qui peut autoriser"},
        {"A user with the Super Admin role: the Admin Portal shows each user's role; this person "
         "signs the letter of authorization",
         "Un utilisateur ayant le rôle de super administrateur : le portail "
         "d'administration indique le rôle de chacun; cette personne signe la lettre "
         "d'autorisation"}
    ));
    list.notes_en = {
        "Do not cancel the RingCentral service before the port has completed.",
        "A port away from RingCentral normally takes 1 to 2 weeks.",
        "US local, Canadian and North American toll-free numbers can leave.",
        "Help at RingCentral: 1-888-898-4591, Monday to Friday 5:00 to 18:00 Pacific; live chat at "
        "all hours, which also tells whether a number may leave.",
        "RingCentral's API shows the business address, not the billing address: compare it with "
        "the statement.",
    };
    list.notes_fr = {
        "N'annulez pas le service RingCentral avant la fin du portage.",
        "Le transfert depuis RingCentral prend normalement de 1 à 2 semaines.",
        "Numéros acceptés : locaux américains, canadiens et numéros sans frais nord-américains.",
        "Aide de RingCentral : 1-888-898-4591, du lundi au vendredi de 5 h à 18 h (heure du "
        "Pacifique); clavardage en tout temps, qui dit aussi si un numéro est transférable.",
        "L'API de RingCentral montre l'adresse de l'entreprise, non celle de facturation : "
        "comparez-la au relevé.",
    };
    return list;
}

}  // namespace ringcentral
