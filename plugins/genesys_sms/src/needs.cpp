// SPDX-License-Identifier: Apache-2.0
#include "needs.hpp"

#include <algorithm>
#include <array>

#include <porteur/phrase.hpp>

namespace genesys {

using namespace porteur;

namespace {

struct KindRow {
    std::string_view kind, field, form;  ///< form: Requirement::kind
    Reason reason;
};
constexpr auto kind_rows = std::to_array<KindRow>({
    {"document", "/documents", "document", Reason::documents_required},
    {"address", "/address", "address", Reason::address_required},
    {"company", "/end_user/name", "text", Reason::other},
    {"tax_id", "/end_user/tax_id", "text", Reason::tax_id_required},
    {"registration_number", "/end_user/registration_number", "text", Reason::other},
    {"person", "/end_user/authorized_person", "text", Reason::other},
    {"telephone", "/end_user/authorized_person/telephone", "text", Reason::other},
    {"comment", "/comment", "text", Reason::other},
});

const KindRow& row_of(std::string_view kind) {
    const auto* row = std::ranges::find(kind_rows, kind, &KindRow::kind);
    return row == kind_rows.end() ? kind_rows.front() : *row;
}

bool has_address(const Address& at, const std::string& country) {
    return !at.street.empty() && !at.city.empty() && !at.postal_code.empty() &&
           at.country == country;
}

bool is_given(const Wanted& wanted, const Country& country, const PurchaseOrder& order) {
    const auto& user = order.end_user;
    if (wanted.kind == "address") return has_address(order.address, country.code);
    if (wanted.kind == "company") return !user.name.empty();
    if (wanted.kind == "tax_id") return !user.tax_id.empty();
    if (wanted.kind == "registration_number") return !user.registration_number.empty();
    if (wanted.kind == "person") return !user.authorized_person.last_name.empty();
    if (wanted.kind == "telephone") return !user.authorized_person.telephone.empty();
    if (wanted.kind == "comment") return !order.comment.empty();
    return std::ranges::any_of(order.documents, [&](const DocumentRef& each) {
        return std::ranges::find(wanted.types, each.type) != wanted.types.end();
    });
}

std::string joined(const std::vector<std::string>& words, std::string_view between) {
    std::string out;
    for (const auto& each : words) out += (out.empty() ? "" : std::string(between)) + each;
    return out;
}

Requirement required(
    std::string code, std::string field, std::string kind, std::string en, std::string fr,
    std::string help_en, std::string help_fr
) {
    Requirement made;
    made.code = std::move(code);
    made.field = std::move(field);
    made.kind = std::move(kind);
    made.label_en = std::move(en);
    made.label_fr = std::move(fr);
    made.help_en = std::move(help_en);
    made.help_fr = std::move(help_fr);
    return made;
}

std::string_view french_grade(std::string_view grade) {
    if (grade == "official") return "officiel";
    if (grade == "analogue") return "analogue";
    if (grade == "weak") return "faible";
    return "propre";
}

Requirement requirement_of(const Wanted& wanted, const Country& country, std::size_t index) {
    const auto& row = row_of(wanted.kind);
    auto made = required(
        wanted.kind + "_" + std::to_string(index + 1), std::string(row.field),
        std::string(row.form), wanted.en, wanted.fr,
        "wanted in " + country.name_en + "; source: " + wanted.source + " (" + wanted.grade + ")" +
            (wanted.types.empty() ? std::string()
                                  : "; attach it as one of " + joined(wanted.types, ", ")),
        "exigé (" + country.name_fr + "); source : " + wanted.source + " (" +
            std::string(french_grade(wanted.grade)) + ")" +
            (wanted.types.empty() ? std::string()
                                  : "; à joindre comme l'un de " + joined(wanted.types, ", "))
    );
    made.required = wanted.required;
    return made;
}

void add_country(Requirements& list, const Country& country) {
    for (std::size_t index = 0; index < country.wants.size(); ++index)
        list.items.push_back(requirement_of(country.wants[index], country, index));
    const auto say = [&](std::string en, std::string fr) {
        list.notes_en.push_back(std::move(en));
        list.notes_fr.push_back(std::move(fr));
    };
    if (!country.unknown.empty())
        say(country.name_en + ": no public source says which documents are wanted (" +
                country.unknown + "); ask Genesys before you order.",
            country.name_fr + " : aucune source publique ne dit quels documents sont exigés (" +
                country.unknown + "); demandez à Genesys avant de commander.");
    if (!country.note_en.empty()) say(country.note_en, country.note_fr);
    const bool own =
        !country.wants.empty() && std::ranges::all_of(country.wants, [](const Wanted& each) {
            return each.grade == "official" || each.grade == "own";
        });
    if (!own)
        say("Sample data: what is named here are other vendors' rules for " + country.name_en +
                ", not Genesys' own list; compare with Genesys' help page.",
            "Données d'exemple : ce qui est indiqué ici vient des règles d'autres fournisseurs (" +
                country.name_fr +
                "), non de la liste de Genesys; comparez avec l'aide de Genesys.");
    if (country.beta)
        say("Genesys calls the sale of SMS numbers in " + country.name_en + " a beta.",
            "Genesys qualifie de bêta la vente de numéros SMS (" + country.name_fr + ").");
    const auto least = std::to_string(country.review_min),
               most = std::to_string(country.review_max);
    say("The purchase goes by mail; the review takes " + least + " to " + most +
            " business days, and the numbers may be gone by then.",
        "L'achat se fait par courriel; l'examen prend de " + least + " à " + most +
            " jours ouvrables et les numéros peuvent alors ne plus être disponibles.");
}

}  // namespace

Requirements requirements_in(const Countries& countries, const RequirementsQuery& query) {
    Requirements list;
    list.items = {
        required(
            "numbers", "/numbers", "text", "Numbers", "Numéros",
            "Chosen from a search; a search buys nothing and holds none of them",
            "Choisis dans une recherche, qui n'achète rien et n'en réserve aucun"
        ),
        required(
            "licence", "", "action",
            "Licence CX 1 Digital Add-on II, CX 2, CX 2 Digital, CX 3 or CX 3 Digital",
            "Licence CX 1 Digital Add-on II, CX 2, CX 2 Digital, CX 3 ou CX 3 Digital",
            "Admin, Account Settings, Subscription: the organization must have one of them",
            "Admin, Paramètres du compte, Abonnement : l'organisation doit en posséder une"
        ),
        required(
            "permission", "", "action", "Permission SMS > Phone Number > All",
            "Permission SMS > phoneNumber > tout",
            "Admin, People & Permissions, Roles: give it to the role of the OAuth client",
            "Admin, Personnes et permissions, Rôles : à donner au rôle du client OAuth"
        ),
    };
    const auto* country = countries.find(query.country);
    if (country != nullptr) {
        list.items.push_back(required(
            "alternates", "/alternates", "text", "Other numbers, if these are gone",
            "Autres numéros, si ceux-ci ne sont plus disponibles",
            "choose_for_us: Genesys chooses; contact_us: Genesys asks first",
            "choose_for_us : Genesys choisit; contact_us : Genesys demande d'abord"
        ));
        add_country(list, *country);
    } else {
        list.notes_en.emplace_back("Bought by API; some numbers want an address to be sent along.");
        list.notes_fr.emplace_back("Achat par l'API; certains numéros exigent une adresse.");
    }
    return list;
}

/// In the order's language: what the file of countries says of it is in both, and in no catalog.
static std::string text_of_missing(const Country& country, const Wanted& wanted, std::string_view language) {
    const auto types = joined(wanted.types, ", ");
    if (language == "fr")
        return country.name_fr + " exige : " + wanted.fr +
               (types.empty() ? "" : " (à joindre comme " + types + ")") + "; source : " + wanted.source +
               ", " + wanted.grade;
    return (types.empty() ? phrase("{1} wants: {2}", country.name_en, wanted.en)
                          : phrase("{1} wants: {2} (attach it as {3})", country.name_en, wanted.en, types)) +
           "; " + phrase("source: {1}, {2}", wanted.source, wanted.grade);
}

std::vector<Problem> missing_for_mail(const Country& country, const PurchaseOrder& order) {
    std::vector<Problem> problems;
    for (const auto& each : country.wants) {
        if (is_given(each, country, order)) continue;
        const auto& row = row_of(each.kind);
        problems.push_back(
            {std::string(row.field), row.reason, text_of_missing(country, each, order.language), each.required}
        );
    }
    return problems;
}

std::vector<Problem> problems_of(const Countries& countries, const PurchaseOrder& order) {
    std::vector<Problem> problems;
    const auto add = [&](std::string field, Reason reason, std::string what) {
        problems.push_back({std::move(field), reason, std::move(what), true});
    };
    if (const auto wrong = countries.what_is_wrong(); !wrong.empty())
        add("", Reason::none, phrase("the account's settings do not fit: {1:text}", wrong));
    if (order.numbers.empty())
        add("/numbers", Reason::none, phrase("name the numbers to buy, from a search"));
    if (order.country.size() != 2) add("/country", Reason::none, phrase("give the country's two letters"));
    if (order.number_type != NumberType::local && order.number_type != NumberType::mobile &&
        order.number_type != NumberType::toll_free)
        add("/number_type", Reason::unsupported_by_gaining,
            phrase("local, mobile and toll-free SMS numbers are sold here, no others"));
    if (const auto* country = countries.find(order.country)) {
        auto missing = missing_for_mail(*country, order);
        std::ranges::move(missing, std::back_inserter(problems));
    }
    return problems;
}

}  // namespace genesys
