// SPDX-License-Identifier: Apache-2.0
#include "paper/letter_words.hpp"

namespace porteur::paper {
namespace {

constexpr LetterWords english{
    .title = "Letter of authorization",
    .subtitle = "Transfer of telephone numbers to another carrier",
    .customer = "Customer",
    .registration_number = "Registration number",
    .account_number = "Account number",
    .btn = "Billing telephone number",
    .address = "Service address",
    .losing_carrier = "Current carrier",
    .gaining_carrier = "New carrier",
    .requested_date = "Requested date",
    .reference = "Reference",
    .numbers = "Numbers to be transferred ({count})",
    .authority =
        "I ask for the transfer of the telephone numbers listed below from {losing} to "
        "{gaining}, and I authorize {gaining} to act for {customer} towards {losing} in "
        "all that this transfer takes. {losing} may hand the service records of these "
        "numbers to {gaining}.",
    .consequence =
        "I know that the services of {losing} on these numbers end with the transfer, "
        "that amounts due under the agreement with {losing} remain due, and that the "
        "services must stay active until the transfer is completed.",
    .truth =
        "I confirm that {customer} is the end user of these numbers, that I am authorized to "
        "sign for {customer}, and that the information in this letter is correct.",
    .signature = "Signature",
    .date = "Date",
    .name = "Name",
    .position = "Title",
    .telephone = "Telephone",
    .email = "E-mail",
    .to_sign = "To be signed and dated by the authorized person",
    .page = "Page {page} of {pages}",
};

constexpr LetterWords french{
    .title = "Lettre d’autorisation",
    .subtitle = "Transfert de numéros de téléphone vers un autre fournisseur",
    .customer = "Client",
    .registration_number = "Numéro d’entreprise",
    .account_number = "Numéro de compte",
    .btn = "Numéro de facturation",
    .address = "Adresse de service",
    .losing_carrier = "Fournisseur actuel",
    .gaining_carrier = "Nouveau fournisseur",
    .requested_date = "Date souhaitée",
    .reference = "Référence",
    .numbers = "Numéros à transférer ({count})",
    // "du fournisseur", "du client": a name behind "de" alone would want "d'" before a vowel.
    .authority =
        "Je demande le transfert des numéros de téléphone ci-dessous du fournisseur "
        "{losing} au fournisseur {gaining}, et j’autorise {gaining} à agir au nom du "
        "client, {customer}, auprès du fournisseur {losing} pour tout ce que ce transfert "
        "exige. {losing} peut remettre à {gaining} les dossiers de service de ces "
        "numéros.",
    .consequence =
        "Je sais que les services du fournisseur {losing} liés à ces numéros prennent "
        "fin avec le transfert, que les sommes dues en vertu de l’entente avec {losing} "
        "restent dues, et que les services doivent rester actifs jusqu’à la fin du "
        "transfert.",
    .truth =
        "Je confirme que {customer} est l’utilisateur final de ces numéros, que je suis "
        "autorisé(e) à signer au nom du client et que les renseignements de cette lettre sont "
        "exacts.",
    .signature = "Signature",
    .date = "Date",
    .name = "Nom",
    .position = "Titre",
    .telephone = "Téléphone",
    .email = "Courriel",
    .to_sign = "À signer et à dater par la personne autorisée",
    .page = "Page {page} de {pages}",
};

}  // namespace

const LetterWords& letter_words(std::string_view language) {
    return language == "fr" ? french : english;
}

}  // namespace porteur::paper
