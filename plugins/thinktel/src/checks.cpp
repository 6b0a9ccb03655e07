// SPDX-License-Identifier: Apache-2.0
#include "checks.hpp"

#include <algorithm>

namespace thinktel {

using namespace porteur;

namespace {

/// DESIGN.md section 6. ThinkTel names no age of its own.
constexpr std::int64_t loa_age_days_max = 30;

bool has_document(const PortOrder& order, std::string_view type) {
    return std::ranges::any_of(order.documents, [&](const auto& each) {
        return each.type == type;
    });
}

class Collector {
public:
    void need(bool there, std::string field, Reason reason, std::string message) {
        if (!there) found_.push_back({std::move(field), reason, std::move(message), true});
    }
    void advise(bool there, std::string field, Reason reason, std::string message) {
        if (!there) found_.push_back({std::move(field), reason, std::move(message), false});
    }
    std::vector<Problem> take() { return std::move(found_); }

private:
    std::vector<Problem> found_;
};

void check_numbers(const PortOrder& order, Collector& problems) {
    problems.need(
        !order.numbers.empty(), "/numbers", Reason::none, "name the numbers to be ported"
    );
    std::size_t toll_free = 0;
    for (std::size_t index = 0; index < order.numbers.size(); ++index) {
        const auto& number = order.numbers[index];
        toll_free += is_toll_free(number);
        problems.need(
            digits_of(number).has_value(), "/numbers/" + std::to_string(index),
            Reason::unsupported_by_gaining,
            number.masked() +
                " is not North American; ThinkTel ports Canadian, US and toll-free numbers"
        );
    }
    problems.need(
        toll_free == 0 || toll_free == order.numbers.size(), "/numbers", Reason::split_required,
        "toll-free and standard numbers may not share one request; make two orders"
    );
    const bool main_leaves = order.btn && !order.remaining.empty() &&
                             std::ranges::find(order.numbers, *order.btn) != order.numbers.end();
    problems.need(
        !main_leaves, "/remaining", Reason::btn_porting_with_remainder,
        "the billing number leaves while other numbers stay; have the losing carrier make another "
        "one the main number first"
    );
}

void check_address(const Address& at, Collector& problems) {
    constexpr auto wanted = Reason::address_required;
    const std::string in = "/service_address/";
    const std::string as = ", as on the losing carrier's records";
    problems.need(
        !at.house_number.empty(), in + "house_number", wanted, "give the house number" + as
    );
    problems.need(!at.street.empty(), in + "street", wanted, "give the street's name" + as);
    problems.need(!at.city.empty(), in + "city", wanted, "give the city" + as);
    problems.need(!at.region.empty(), in + "region", wanted, "give the province or state" + as);
    problems.need(!at.postal_code.empty(), in + "postal_code", wanted, "give the postal code" + as);
    problems.need(
        at.country == "CA" || at.country == "US", in + "country", wanted,
        "the country has to be CA or US; ThinkTel takes no other"
    );
}

void check_documents(const PortOrder& order, Collector& problems) {
    const bool toll_free = !order.numbers.empty() && is_toll_free(order.numbers.front());
    if (toll_free)
        problems.need(
            has_document(order, "resporg"), "/documents", Reason::tollfree_resporg,
            "attach the signed RespOrg transfer form"
        );
    else
        problems.need(
            has_document(order, "loa"), "/documents", Reason::loa_required,
            "attach the signed letter of authorization"
        );
    problems.advise(
        has_document(order, "invoice"), "/documents", Reason::documents_required,
        "without the losing carrier's latest invoice ThinkTel may ask back"
    );
}

}  // namespace

std::vector<Problem> problems_of(const PortOrder& order, const Submitter& submitter) {
    Collector problems;
    check_numbers(order, problems);
    problems.need(
        !order.end_user.name.empty(), "/end_user/name", Reason::name_mismatch,
        "give the customer's name, as on the losing carrier's records"
    );
    problems.need(
        !order.account_number.empty(), "/account_number", Reason::account_number_required,
        "give the account number at the losing carrier"
    );
    check_address(order.service_address, problems);
    problems.need(
        !order.losing_carrier.empty() || !submitter.current_reseller.empty() ||
            submitter.current_provider > 0,
        "/losing_carrier", Reason::none, "name the losing carrier or reseller"
    );
    problems.need(
        !order.contact_email.empty() || !submitter.email.empty(), "/contact_email", Reason::none,
        "give an address for ThinkTel's questions"
    );
    check_documents(order, problems);
    return problems.take();
}

std::vector<NumberGroup> split(NumberList list) {
    NumberGroup standard, toll_free;
    standard.note_en = "standard numbers";
    standard.note_fr = "numéros standard";
    toll_free.note_en = "toll-free numbers";
    toll_free.note_fr = "numéros sans frais";
    for (const auto& each : list.numbers)
        (is_toll_free(each) ? toll_free : standard).numbers.push_back(each);
    std::vector<NumberGroup> groups;
    if (!standard.numbers.empty()) groups.push_back(std::move(standard));
    if (!toll_free.numbers.empty()) groups.push_back(std::move(toll_free));
    return groups;
}

Requirements requirements(RequirementsQuery query) {
    const bool toll_free = query.number_type == NumberType::toll_free;
    const auto text = [](std::string code, std::string field, std::string en, std::string fr,
                         std::string help_en, std::string help_fr) {
        return Requirement{
            std::move(code),
            std::move(field),
            "text",
            std::move(en),
            std::move(fr),
            std::move(help_en),
            std::move(help_fr),
            "",
            {},
            true
        };
    };
    Requirements list;
    list.items = {
        text(
            "target", "/target/trunk", "SIP trunk", "Liaison SIP",
            "Pilot number of the trunk that takes the numbers in; list_targets shows them",
            "Numéro pilote de la liaison qui recevra les numéros; list_targets les énumère"
        ),
        text(
            "customer_name", "/end_user/name", "Customer name", "Nom du client",
            "As on the losing carrier's records", "Tel qu'inscrit chez le fournisseur actuel"
        ),
        text(
            "account_number", "/account_number", "Account number", "Numéro de compte",
            "At the losing carrier", "Chez le fournisseur actuel"
        ),
        Requirement{
            "service_address",
            "/service_address",
            "address",
            "Customer address",
            "Adresse du client",
            "Part by part as on the losing carrier's records; Canada or United States only",
            "Élément par élément, telle qu'inscrite chez le fournisseur actuel; Canada ou "
            "États-Unis "
            "seulement",
            "",
            {},
            true
        },
        text(
            "losing_carrier", "/losing_carrier", "Current carrier or reseller",
            "Fournisseur ou revendeur actuel",
            "One of ThinkTel's providers, or the reseller's name",
            "Un des fournisseurs connus de ThinkTel, ou le nom du revendeur"
        ),
    };
    if (toll_free)
        list.items.push_back(
            {"resporg",
             "/documents",
             "document",
             "RespOrg transfer form",
             "Formulaire de transfert RespOrg",
             "Signed; ThinkTel has a template",
             "Signé; ThinkTel fournit un modèle",
             "",
             {},
             true}
        );
    else
        list.items.push_back(
            {"loa", "/documents", "document", "Letter of authorization", "Lettre d'autorisation",
             "Signed by the authorized person; ThinkTel has a template",
             "Signée par la personne autorisée; ThinkTel fournit un modèle", "", loa_age_days_max,
             true}
        );
    list.items.push_back(
        {"invoice",
         "/documents",
         "document",
         "Latest invoice",
         "Dernière facture",
         "From the losing carrier",
         "Du fournisseur actuel",
         "",
         {},
         false}
    );
    list.notes_en = {
        "Standard and toll-free numbers may not share one request.",
        "A number needs a trunk to go to: no port without a target service.",
        "A port cannot be cancelled or corrected by API; ThinkTel's porting team does it by hand.",
    };
    list.notes_fr = {
        "Les numéros standard et sans frais ne peuvent pas être jumelés dans une même demande.",
        "Un numéro doit être associé à une liaison : aucun portage sans service cible.",
        "Une demande ne peut être ni annulée ni corrigée par l'API; l'équipe de portage de "
        "ThinkTel s'en charge.",
    };
    return list;
}

}  // namespace thinktel
