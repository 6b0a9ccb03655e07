// SPDX-License-Identifier: Apache-2.0
#include "release.hpp"

#include <algorithm>

#include <porteur/phrase.hpp>

#include "address_parts.hpp"

namespace ringcentral {

using namespace porteur;

namespace {

class Letter {
public:
    explicit Letter(bool french) : french_(french) {}

    /// A word in the letter's language.
    std::string in(std::string_view english, std::string_view french) const {
        return std::string(french_ ? french : english);
    }
    Letter& line(std::string text = {}) {
        text_ += text + "\n";
        return *this;
    }
    /// "Account number: 4165550100"; left out where nothing is told.
    Letter& fact(std::string_view english, std::string_view french, const std::string& value) {
        if (value.empty()) return *this;
        return line("  " + in(english, french) + (french_ ? " : " : ": ") + value);
    }
    std::string take() { return std::move(text_); }

private:
    bool french_;
    std::string text_;
};

std::string joined(std::initializer_list<std::string> pieces, std::string_view between) {
    std::string out;
    for (const auto& each : pieces) {
        if (each.empty()) continue;
        if (!out.empty()) out += between;
        out += each;
    }
    return out;
}

std::string name_of(const DocumentRef& document, const Letter& letter) {
    if (document.type == loa_type)
        return letter.in("Letter of authorization", "Lettre d'autorisation");
    if (document.type == statement_type)
        return letter.in("RingCentral billing statement", "Relevé de facturation RingCentral");
    return document.type;
}

void write_customer(const PortOrder& order, Letter& letter) {
    const auto& at = order.service_address;
    const auto& person = order.end_user.authorized_person;
    letter.fact("Customer", "Client", order.end_user.name)
        .fact("RingCentral account number", "Numéro de compte RingCentral", order.account_number)
        .fact(
            "Voicemail PIN", "Code PIN de messagerie vocale",
            order.pin.given
                ? letter.in("given apart from this letter", "remis à part de cette lettre")
                : std::string()
        )
        .fact(
            "Billing address on file", "Adresse de facturation au dossier",
            joined(
                {line_of(at), joined({at.city, at.region, at.postal_code}, " "), at.country}, ", "
            )
        )
        .fact(
            "Billing telephone number", "Numéro de téléphone de facturation",
            order.btn ? order.btn->text() : std::string()
        )
        .fact(
            "Authorised person", "Personne autorisée",
            joined(
                {joined({person.first_name, person.last_name}, " "), person.title, person.email,
                 person.telephone},
                ", "
            )
        )
        .fact(
            "Wished date", "Date souhaitée",
            order.requested_date
                ? joined({iso_date(*order.requested_date), order.requested_time}, " ")
                : std::string()
        )
        .fact("Remark", "Remarque", order.comment);
}

void write_numbers(const PortOrder& order, Letter& letter) {
    letter.line().line(
        letter.in("Numbers to port: ", "Numéros à transférer : ") +
        std::to_string(order.numbers.size())
    );
    for (const auto& each : order.numbers)
        letter.line(
            "  " + each.text() +
            (is_toll_free(each) ? letter.in("  toll-free", "  sans frais") : std::string())
        );
    if (!order.remaining.empty()) {
        letter.line().line(
            letter.in("Numbers that stay at RingCentral", "Numéros qui demeurent chez RingCentral")
        );
        for (const auto& each : order.remaining)
            letter.line(
                "  " + each.text() +
                (order.new_btn == each
                     ? letter.in("  the new main number", "  le nouveau numéro principal")
                     : std::string())
            );
    }
}

std::string letter_of(
    const PortOrder& order, const std::vector<DocumentRef>& documents, Letter letter
) {
    letter
        .line(letter.in(
            "To the porting team of the gaining carrier",
            "À l'équipe de portabilité du nouveau fournisseur"
        ))
        .line()
        .line(letter.in(
            "Please port the numbers below away from RingCentral. What follows is written as it",
            "Veuillez transférer les numéros ci-dessous depuis RingCentral. Ce qui suit est écrit "
            "tel"
        ))
        .line(letter.in(
            "stands on RingCentral's records.", "qu'il figure aux dossiers de RingCentral."
        ))
        .line();
    write_customer(order, letter);
    write_numbers(order, letter);
    letter.line().line(letter.in("Enclosed", "Pièces jointes"));
    if (documents.empty()) letter.line(letter.in("  nothing yet", "  aucune pour l'instant"));
    for (const auto& each : documents) {
        const auto day = day_of(each);
        letter.line(
            "  " + name_of(each, letter) + (each.name.empty() ? "" : ", " + each.name) +
            (day ? ", " + iso_date(*day) : std::string())
        );
    }
    letter.line()
        .line(letter.in(
            "The RingCentral service stays active until the port has completed; it normally takes "
            "1 to 2 weeks.",
            "Le service RingCentral demeure actif jusqu'à la fin du portage, qui prend normalement "
            "de 1 à 2 semaines."
        ))
        .fact("Questions", "Questions", order.contact_email)
        .fact("Our reference", "Notre référence", order.reference);
    return letter.take();
}

}  // namespace

ReleasePacket packet_of(const PortOrder& order, std::chrono::sys_days today, const Rules& rules) {
    ReleasePacket packet;
    packet.problems = problems_of(order, rules);
    if (newest_document(order, loa_type) == nullptr)
        packet.problems.push_back(
            {"/documents", Reason::loa_required,
             phrase("attach the letter of authorization, signed by the person who may authorise"),
             true}
        );
    for (const auto type : {loa_type, statement_type}) {
        const auto* document = newest_document(order, type);
        if (document == nullptr) continue;
        if (type == loa_type && !document->signed_on)
            packet.problems.push_back(
                {"/documents", Reason::loa_required,
                 phrase("say on which day the letter of authorization was signed"), true}
            );
        if (auto old = age_problem(*document, today, rules))
            packet.problems.push_back(std::move(*old));
        else
            packet.documents.push_back(*document);
    }
    for (const auto& each : order.documents)
        if (each.type != loa_type && each.type != statement_type) packet.documents.push_back(each);

    Letter letter(order.language == "fr");
    const auto count = std::to_string(order.numbers.size());
    const bool one = order.numbers.size() == 1;
    packet.subject = letter.in("Port away from RingCentral: ", "Portage depuis RingCentral : ") +
                     count + letter.in(one ? " number" : " numbers", one ? " numéro" : " numéros") +
                     (order.reference.empty() ? std::string() : ", " + order.reference);
    packet.cover_letter = letter_of(order, packet.documents, letter);
    return packet;
}

}  // namespace ringcentral
