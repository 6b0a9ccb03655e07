// SPDX-License-Identifier: Apache-2.0
#include "paperwork.hpp"

#include <algorithm>

namespace ringcentral {

using namespace porteur;

namespace {

/// The billing statement; "invoice" is the name that every carrier's documents share.
constexpr std::string_view statement_type = "invoice";

const DocumentRef* statement_of(const PortOrder& order) {
    const DocumentRef* latest = nullptr;
    for (const auto& each : order.documents)
        if (each.type == statement_type &&
            (latest == nullptr || each.issued_on > latest->issued_on))
            latest = &each;
    return latest;
}

bool is_digits(std::string_view text, std::size_t count) {
    return text.size() == count &&
           std::ranges::all_of(text, [](char letter) { return letter >= '0' && letter <= '9'; });
}

class Collector {
public:
    void need(bool there, std::string field, Reason reason, std::string message) {
        if (!there) found_.push_back({std::move(field), reason, std::move(message), true});
    }
    std::vector<Problem> take() { return std::move(found_); }

private:
    std::vector<Problem> found_;
};

void check_pin(const PortOrder& order, const Rules& rules, Collector& problems) {
    const auto digits = std::to_string(rules.pin_digits_min) + " to " +
                        std::to_string(rules.pin_digits_max) + " digits";
    if (!order.pin.given) {
        problems.need(
            false, "/pin", Reason::pin_required,
            "give the voicemail PIN (" + digits +
                "); it cannot be read back, only set anew in the app"
        );
        return;
    }
    const bool fits = order.pin.digits_only && order.pin.length >= rules.pin_digits_min &&
                      order.pin.length <= rules.pin_digits_max;
    problems.need(
        fits, "/pin", Reason::pin_invalid, "a voicemail PIN has " + digits + "; this one has not"
    );
}

void check_statement(const PortOrder& order, Collector& problems) {
    const auto* statement = statement_of(order);
    if (statement == nullptr)
        problems.need(
            false, "/documents", Reason::documents_required,
            "attach a recent billing statement (PDF, photo or screenshot)"
        );
    else
        problems.need(
            statement->issued_on.has_value(), "/documents", Reason::documents_required,
            "say on which day the billing statement was issued"
        );
}

}  // namespace

std::vector<Problem> problems_of(const PortOrder& order, const Rules& rules) {
    Collector problems;
    problems.need(!order.numbers.empty(), "/numbers", Reason::none, "name the numbers that leave");
    for (std::size_t index = 0; index < order.numbers.size(); ++index)
        problems.need(
            order.numbers[index].north_american().has_value(), "/numbers/" + std::to_string(index),
            Reason::not_portable,
            order.numbers[index].masked() +
                " is neither a US, a Canadian nor a North American toll-free number"
        );
    problems.need(
        !order.end_user.name.empty(), "/end_user/name", Reason::name_mismatch,
        "give the name that stands on the billing statement"
    );
    if (order.account_number.empty())
        problems.need(
            false, "/account_number", Reason::account_number_required,
            "give the account number: ten digits, usually the main company number"
        );
    else
        problems.need(
            is_digits(order.account_number, 10), "/account_number", Reason::account_number_mismatch,
            "an account number has ten digits and nothing else; usually it is the main company "
            "number"
        );
    check_pin(order, rules, problems);

    const auto& at = order.service_address;
    problems.need(
        !at.street.empty() && !at.city.empty() && !at.region.empty() && !at.postal_code.empty() &&
            !at.country.empty(),
        "/service_address", Reason::address_required,
        "give the whole billing address, exactly as it stands on the statement"
    );
    check_statement(order, problems);
    return problems.take();
}

std::optional<Problem> statement_age_problem(
    const PortOrder& order, std::chrono::sys_days today, const Rules& rules
) {
    const auto* statement = statement_of(order);
    if (statement == nullptr || !statement->issued_on) return std::nullopt;
    const auto age = (today - std::chrono::sys_days{*statement->issued_on}).count();
    // One day of grace: the statement's day may have begun where it was issued and not yet in UTC.
    if (age < -1)
        return Problem{
            "/documents", Reason::document_refused,
            "the billing statement is dated " + iso_date(*statement->issued_on) +
                ", which is yet to come",
            true
        };
    if (age <= rules.statement_age_days_max) return std::nullopt;
    return Problem{
        "/documents", Reason::document_refused,
        "the billing statement is " + std::to_string(age) + " days old; attach one of at most " +
            std::to_string(rules.statement_age_days_max) + " days",
        true
    };
}

Requirements package(const Rules& rules) {
    const auto range_en = std::to_string(rules.pin_digits_min) + " to " +
                          std::to_string(rules.pin_digits_max) + " digits";
    const auto range_fr = std::to_string(rules.pin_digits_min) + " à " +
                          std::to_string(rules.pin_digits_max) + " chiffres";
    Requirements list;
    list.items = {
        {"pin",
         "/pin",
         "text",
         "Voicemail PIN",
         "Code PIN de messagerie vocale",
         range_en +
             ". The current PIN cannot be seen: if nobody knows it, set a new one in the "
             "RingCentral app under "
             "Settings, Phone settings, Phone, Change voicemail PIN, before the order goes out",
         range_fr + ". Le code actuel ne peut pas être consulté : si personne ne le connaît, "
                    "modifiez-le dans "
                    "l'application RingCentral, Paramètres, Paramètres du téléphone, Téléphone, "
                    "Modifier le code PIN "
                    "de messagerie vocale, avant d'envoyer la demande",
         "^[0-9]{" + std::to_string(rules.pin_digits_min) + "," +
             std::to_string(rules.pin_digits_max) + "}$",
         {},
         true},
        {"account_number",
         "/account_number",
         "text",
         "Account number",
         "Numéro de compte",
         "Ten digits, usually the main company number: RingCentral web site, Account, Billing",
         "10 chiffres, généralement le numéro principal de l'entreprise : site web RingCentral, "
         "Compte, Facturation",
         "^[0-9]{10}$",
         {},
         true},
        {"account_name",
         "/end_user/name",
         "text",
         "Name on the account",
         "Nom inscrit au compte",
         "As on the billing statement",
         "Tel qu'il figure sur le relevé de facturation",
         "",
         {},
         true},
        {"billing_address",
         "/service_address",
         "address",
         "Billing address",
         "Adresse de facturation",
         "Must match the one on file at RingCentral exactly, to the letter",
         "Doit correspondre EXACTEMENT à celle enregistrée chez RingCentral",
         "",
         {},
         true},
        {"statement", "/documents", "document", "Billing statement", "Relevé de facturation",
         "A recent one: PDF, photo or screenshot. Older than " +
             std::to_string(rules.statement_age_days_max) + " days it is refused",
         "Récent : PDF, photo ou capture d'écran. Refusé s'il date de plus de " +
             std::to_string(rules.statement_age_days_max) + " jours",
         "", rules.statement_age_days_max, true},
        {"account_active",
         "",
         "action",
         "Active account",
         "Compte actif",
         "The account is active and in good standing; ask RingCentral's live chat whether the "
         "number may leave",
         "Le compte est actif et en règle; demandez au clavardage de RingCentral si le numéro est "
         "transférable",
         "",
         {},
         true},
        {"administrator",
         "",
         "action",
         "Super Admin",
         "Super administrateur",
         "Who acts for the account has RingCentral's Super Admin role",
         "La personne qui agit pour le compte a le rôle de super administrateur chez RingCentral",
         "",
         {},
         true},
    };
    list.notes_en = {
        "Do not cancel the RingCentral service before the port has completed.",
        "A port away from RingCentral normally takes 1 to 2 weeks.",
        "US local, Canadian and North American toll-free numbers can leave.",
        "Help at RingCentral: 1-888-898-4591, Monday to Friday 5:00 to 18:00 Pacific; live chat at "
        "all hours.",
        "RingCentral's API shows the business address, not the billing address: compare it with "
        "the statement.",
    };
    list.notes_fr = {
        "N'annulez pas le service RingCentral avant la fin du portage.",
        "Le transfert depuis RingCentral prend normalement de 1 à 2 semaines.",
        "Numéros acceptés : locaux américains, canadiens et numéros sans frais nord-américains.",
        "Aide de RingCentral : 1-888-898-4591, du lundi au vendredi de 5 h à 18 h (heure du "
        "Pacifique); clavardage "
        "en tout temps.",
        "L'API de RingCentral montre l'adresse de l'entreprise, non celle de facturation : "
        "comparez-la au relevé.",
    };
    return list;
}

}  // namespace ringcentral
