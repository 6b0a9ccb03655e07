// SPDX-License-Identifier: Apache-2.0
#include "countries.hpp"

#include <algorithm>
#include <array>

namespace genesys {

using namespace porteur;

namespace {

// clang-format off
constexpr auto sample_table = std::to_array<Country>({
    {.code = "AU", .name_en = "Australia", .name_fr = "Australie", .address = true,
     .hint_en = "name and address stated; no paper for local numbers, else the representative's ID",
     .hint_fr = "nom et adresse indiqués; aucun document pour les numéros locaux, sinon une pièce d'identité du représentant"},
    {.code = "AT", .name_en = "Austria", .name_fr = "Autriche", .address = true, .address_proof = true,
     .hint_en = "proof of a local address, such as the company registration",
     .hint_fr = "preuve d'une adresse locale, par exemple l'immatriculation de l'entreprise"},
    {.code = "BE", .name_en = "Belgium", .name_fr = "Belgique", .registration = true, .representative_id = true, .tax_id = true,
     .hint_en = "register excerpt, the representative's ID, VAT number",
     .hint_fr = "extrait du registre, pièce d'identité du représentant, numéro de TVA"},
    {.code = "CZ", .name_en = "Czech Republic", .name_fr = "République tchèque", .address = true,
     .hint_en = "an address in the number's area", .hint_fr = "une adresse dans la zone du numéro"},
    {.code = "EE", .name_en = "Estonia", .name_fr = "Estonie", .hint_en = "", .hint_fr = "", .known = false},
    {.code = "FR", .name_en = "France", .name_fr = "France", .address = true, .registration = true,
     .hint_en = "an address in France and one of: register excerpt (Kbis), electricity bill, tax notice, rent receipt, title deed",
     .hint_fr = "une adresse en France et l'un de : extrait Kbis, facture d'électricité, avis d'imposition, quittance de loyer, titre de propriété"},
    {.code = "DE", .name_en = "Germany", .name_fr = "Allemagne", .address = true, .registration = true,
     .hint_en = "a German address and one of: Handelsregisterauszug, Gewerbeanmeldung, German ID that shows the address",
     .hint_fr = "une adresse allemande et l'un de : Handelsregisterauszug, Gewerbeanmeldung, pièce d'identité allemande portant l'adresse"},
    {.code = "HK", .name_en = "Hong Kong", .name_fr = "Hong Kong", .hint_en = "", .hint_fr = "", .known = false},
    {.code = "HU", .name_en = "Hungary", .name_fr = "Hongrie", .registration = true, .tax_id = true,
     .hint_en = "tax registration, directors and owners", .hint_fr = "immatriculation fiscale, dirigeants et propriétaires"},
    {.code = "IT", .name_en = "Italy", .name_fr = "Italie", .address = true, .tax_id = true,
     .hint_en = "VAT number, the signatory's codice fiscale, an address in Italy; Genesys calls Italy a beta",
     .hint_fr = "numéro de TVA, codice fiscale du signataire, adresse en Italie; Genesys qualifie l'Italie de bêta"},
    {.code = "LT", .name_en = "Lithuania", .name_fr = "Lituanie", .hint_en = "", .hint_fr = "", .known = false},
    {.code = "MY", .name_en = "Malaysia", .name_fr = "Malaisie", .hint_en = "", .hint_fr = "", .known = false},
    {.code = "PL", .name_en = "Poland", .name_fr = "Pologne", .address = true, .registration = true,
     .hint_en = "registration papers, a contact telephone, an address that matches the area",
     .hint_fr = "documents d'immatriculation, téléphone de contact, adresse dans la zone du numéro"},
    {.code = "PT", .name_en = "Portugal", .name_fr = "Portugal", .address = true, .tax_id = true,
     .hint_en = "tax ID and an address in the number's area", .hint_fr = "numéro fiscal et adresse dans la zone du numéro"},
    {.code = "SG", .name_en = "Singapore", .name_fr = "Singapour", .hint_en = "", .hint_fr = "", .known = false},
    {.code = "ES", .name_en = "Spain", .name_fr = "Espagne", .registration = true, .tax_id = true,
     .hint_en = "register extract and CIF tax ID, as porting there wants", .hint_fr = "extrait du registre et numéro CIF, comme pour un portage"},
    {.code = "CH", .name_en = "Switzerland", .name_fr = "Suisse", .address = true, .tax_id = true,
     .hint_en = "a matching Swiss address and VAT number", .hint_fr = "une adresse suisse concordante et le numéro de TVA"},
});
// clang-format on

Requirement text(
    std::string code, std::string field, std::string en, std::string fr, std::string help_en,
    std::string help_fr
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
        true
    };
}
Requirement document(std::string code, std::string en, std::string fr, const Country& country) {
    return {
        std::move(code),
        "/documents",
        "document",
        std::move(en),
        std::move(fr),
        std::string(country.hint_en),
        std::string(country.hint_fr),
        "",
        {},
        true
    };
}

void add_papers(Requirements& list, const Country& country) {
    auto& items = list.items;
    if (country.address)
        items.push_back(
            {"address",
             "/address",
             "address",
             "Address in the country",
             "Adresse dans le pays",
             std::string(country.hint_en),
             std::string(country.hint_fr),
             "",
             {},
             true}
        );
    if (country.tax_id)
        items.push_back(text(
            "tax_id", "/end_user/tax_id", "Tax or VAT number", "Numéro fiscal ou de TVA",
            std::string(country.hint_en), std::string(country.hint_fr)
        ));
    if (country.registration)
        items.push_back(document(
            "registration", "Proof of business", "Preuve d'existence de l'entreprise", country
        ));
    if (country.address_proof)
        items.push_back(
            document("address_proof", "Proof of address", "Justificatif d'adresse", country)
        );
    if (country.representative_id)
        items.push_back(
            document("id", "The representative's ID", "Pièce d'identité du représentant", country)
        );

    const std::string en(country.name_en), fr(country.name_fr);
    if (!country.known) {
        list.notes_en.push_back(
            en + ": no public source says which papers are wanted; ask the desk before you order."
        );
        list.notes_fr.push_back(
            fr +
            " : aucune source publique ne dit quels documents sont exigés; demandez au service "
            "avant de commander."
        );
    }
    list.notes_en.push_back(
        "Sample data: the papers named here are other vendors' rules for " + en +
        ", not Genesys' own list; compare with Genesys' help page."
    );
    list.notes_fr.push_back(
        "Données d'exemple : les documents indiqués sont les règles d'autres fournisseurs pour ce "
        "pays (" +
        fr + "), non la liste de Genesys; comparez avec l'aide de Genesys."
    );
    list.notes_en.push_back(
        "The purchase goes by mail; review takes 2 to 5 business days and the numbers may be gone "
        "by then."
    );
    list.notes_fr.push_back(
        "L'achat se fait par courriel; l'examen prend de 2 à 5 jours ouvrables et les numéros "
        "peuvent alors ne plus être disponibles."
    );
}

}  // namespace

const Country* mail_country(std::string_view code) {
    const auto* row = std::ranges::find(sample_table, code, &Country::code);
    return row == sample_table.end() ? nullptr : row;
}

std::string country_name(std::string_view code) {
    const auto* row = mail_country(code);
    return std::string(row ? row->name_en : code);
}

Requirements requirements(RequirementsQuery query) {
    Requirements list;
    list.items = {
        text(
            "numbers", "/numbers", "Numbers", "Numéros",
            "Chosen from a search; a search holds none of them",
            "Choisis dans une recherche, qui n'en réserve aucun"
        ),
        text(
            "company", "/end_user/name", "Company name", "Nom de l'entreprise", "The legal name",
            "La raison sociale"
        ),
    };
    if (const auto* country = mail_country(query.country)) {
        add_papers(list, *country);
    } else {
        list.items.back().required = false;
        list.notes_en.push_back("Bought by API; some numbers want an address to be sent along.");
        list.notes_fr.push_back("Achat par l'API; certains numéros exigent une adresse.");
    }
    list.notes_en.push_back(
        "The organization needs a licence CX 1 Digital add-on II, CX 2, CX 2 Digital, CX 3 or CX 3 "
        "Digital, "
        "and the user the permission SMS > phoneNumber > All."
    );
    list.notes_fr.push_back(
        "L'organisation doit posséder une licence CX 1 Digital Add-on II, CX 2, CX 2 Digital, CX 3 "
        "ou CX 3 Digital, "
        "et l'utilisateur la permission SMS > phoneNumber > tout."
    );
    return list;
}

}  // namespace genesys
