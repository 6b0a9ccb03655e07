// SPDX-License-Identifier: Apache-2.0
#include "desk.hpp"

#include <algorithm>
#include <array>

#include "reading.hpp"

namespace genesys {

using namespace porteur;

namespace {

struct Words {
    std::string_view en, fr;
    std::string_view in(std::string_view language) const { return language == "fr" ? fr : en; }
    std::string operator()(std::string_view language) const { return std::string(in(language)); }
};

// Sentences that stand in our letters as they are. None may be so short that a desk would write it.
constexpr Words hello{"Hello,", "Bonjour,"};
constexpr Words wish{
    "we would like to buy these SMS numbers.", "nous souhaitons acheter ces numéros SMS."
};
constexpr Words wish_again{
    "this mail goes on with our request of the same reference and replaces what we wrote in it "
    "before.",
    "ce courriel fait suite à notre demande de même référence et remplace ce que nous y avons "
    "écrit."
};
constexpr Words answers{
    "If you asked us for a document or for another choice of numbers, it is in this mail.",
    "Si vous nous avez demandé un document ou un autre choix de numéros, il est dans ce courriel."
};
constexpr Words choose{
    "If a number is no longer available, please choose another one for us.",
    "Si un numéro n'est plus disponible, veuillez en choisir un autre pour nous."
};
constexpr Words contact{
    "If a number is no longer available, please contact us so that we choose another one.",
    "Si un numéro n'est plus disponible, veuillez nous contacter avant d'en choisir un autre."
};
constexpr Words no_answer{
    "we have no answer yet to our request of ",
    "nous n'avons pas encore de réponse à notre demande du "
};
constexpr Words how_it_stands{
    "Please tell us how it stands, and whether you lack anything.",
    "Merci de nous dire où elle en est, et s'il vous manque quelque chose."
};
constexpr Words no_more{
    "please cancel our purchase request of ", "veuillez annuler notre demande d'achat du "
};
constexpr Words confirm_cancel{
    "Please tell us by a reply to this mail when that is done.",
    "Merci de nous le confirmer en répondant à ce courriel."
};
constexpr Words numbers_head{"Numbers:", "Numéros :"};
constexpr Words documents_head{"Attached documents:", "Documents joints :"};
constexpr Words thanks{"Thank you.", "Merci."};

constexpr Words reference_label{"Our reference", "Notre référence"};
constexpr Words organization_label{"Organization ID", "ID de l'organisation"};
constexpr Words reference_in_subject_mark{", reference ", ", référence "};

constexpr auto our_sentences =
    std::to_array<Words>({wish, wish_again, answers, choose, contact, no_answer, how_it_stands, no_more,
                          confirm_cancel});

std::string address_line(const Address& at) {
    std::string out;
    const auto add = [&](const std::string& part, std::string_view before) {
        if (part.empty()) return;
        if (!out.empty()) out += before;
        out += part;
    };
    for (const auto* part :
         {&at.house_number, &at.street, &at.street_type, &at.street_direction, &at.unit})
        add(*part, " ");
    add(at.postal_code, ", ");
    add(at.city, at.postal_code.empty() ? ", " : " ");
    add(at.region, ", ");
    add(at.country, ", ");
    return out;
}

/// "Allemagne (Germany)": whoever reads it at the desk need not know French.
std::string country_in(
    const Countries& countries, const std::string& code, const std::string& language
) {
    const auto name = countries.name(code, language), english = countries.name(code, "en");
    return name == english ? name : name + " (" + english + ")";
}

std::string subject_of(
    const Countries& countries, const std::string& country, const std::string& language,
    std::size_t count, const std::string& reference
) {
    const bool french = language == "fr";
    return (french ? "Demande d'achat de numéros SMS : " : "SMS number purchase request: ") +
           countries.name(country, language) + ", " + std::to_string(count) +
           (french ? (count == 1 ? " numéro" : " numéros") : (count == 1 ? " number" : " numbers")
           ) +
           reference_in_subject_mark(language) + one_line(reference);
}

LetterPart list_of(std::string heading, const std::vector<PhoneNumber>& numbers) {
    LetterPart part;
    part.paragraph = std::move(heading);
    for (const auto& each : numbers) part.items.push_back(each.text());
    return part;
}

void add_company(Letter& letter, const PurchaseOrder& order) {
    const bool french = letter.language == "fr";
    const auto& user = order.end_user;
    const auto& person = user.authorized_person;
    letter.parts.emplace_back();
    letter.row(french ? "Entreprise" : "Company", user.name);
    letter.row(
        french ? "Numéro d'immatriculation" : "Registration number", user.registration_number
    );
    letter.row(french ? "Numéro fiscal ou de TVA" : "Tax or VAT number", user.tax_id);
    letter.row(french ? "Adresse" : "Address", address_line(order.address));
    letter.row(
        french ? "Personne autorisée" : "Authorized person",
        person.first_name + (person.last_name.empty() ? "" : " " + person.last_name)
    );
    letter.row(french ? "Téléphone" : "Telephone", person.telephone);
    letter.row("Contact", order.contact_email);
    letter.row(french ? "Commentaire" : "Comment", order.comment);
}

}  // namespace

std::string language_of(const PurchaseOrder& order) { return order.language == "fr" ? "fr" : "en"; }

Letter request_letter(
    const PurchaseOrder& order, const std::vector<PhoneNumber>& numbers,
    const std::string& organization_id, const Countries& countries
) {
    Letter letter;
    const auto& in = letter.language = language_of(order);
    const bool french = in == "fr";
    const bool again = order.attempt > 1;
    letter.subject = (again ? "Re: " : "") +
                     subject_of(countries, order.country, in, numbers.size(), order.reference);
    letter.parts.push_back({hello(in), {}, {}});
    letter.parts.push_back({again ? wish_again(in) : wish(in), {}, {}});
    if (again) letter.parts.push_back({answers(in), {}, {}});

    letter.parts.emplace_back();
    letter.row(french ? "Pays" : "Country", country_in(countries, order.country, in));
    letter.row(organization_label.in(in), organization_id);
    letter.row(reference_label.in(in), order.reference);
    letter.parts.push_back(list_of(numbers_head(in), numbers));
    letter.parts.push_back(
        {order.alternates == AlternatesPolicy::choose_for_us ? choose(in) : contact(in), {}, {}}
    );
    add_company(letter, order);
    if (!order.documents.empty()) {
        letter.parts.push_back({documents_head(in), {}, {}});
        for (const auto& each : order.documents)
            letter.parts.back().items.push_back(
                one_line(each.name) + " (" + document_name(each.type, in) + ")"
            );
    }
    letter.parts.push_back({thanks(in), {}, {}});
    return letter;
}

namespace {

/// A later letter about a request: a sentence that ends with its day, what we ask for, which one it is.
Letter letter_about(
    const DeskRequest& request, const Countries& countries, const Words& first, const Words& second
) {
    Letter letter;
    const auto& in = letter.language = request.language == "fr" ? "fr" : "en";
    letter.subject =
        "Re: " +
        subject_of(countries, request.country, in, request.numbers.size(), request.reference);
    letter.parts.push_back({hello(in), {}, {}});
    letter.parts.push_back({first(in) + request.asked_on + ".", {}, {}});
    letter.parts.push_back({second(in), {}, {}});
    letter.parts.emplace_back();
    letter.row(in == "fr" ? "Pays" : "Country", country_in(countries, request.country, in));
    letter.row(organization_label.in(in), request.organization_id);
    letter.row(reference_label.in(in), request.reference);
    letter.parts.push_back(list_of(numbers_head(in), request.numbers));
    letter.parts.push_back({thanks(in), {}, {}});
    return letter;
}

}  // namespace

Letter reminder_letter(const DeskRequest& request, const Countries& countries) {
    return letter_about(request, countries, no_answer, how_it_stands);
}

Letter cancel_letter(const DeskRequest& request, const Countries& countries) {
    return letter_about(request, countries, no_more, confirm_cancel);
}

bool is_our_sentence(std::string_view line) {
    // A mail program may have broken the sentence over lines: its beginning is enough.
    static constexpr std::size_t telling = 24;
    return std::ranges::any_of(our_sentences, [&](const Words& each) {
        return std::ranges::any_of(std::array{each.en, each.fr}, [&](std::string_view sentence) {
            return line.starts_with(lower(sentence.substr(0, telling)));
        });
    });
}

std::string reference_in(std::string_view text) {
    for (const auto label : {reference_label.en, reference_label.fr}) {
        auto from = text.find(label);
        if (from == text.npos) continue;
        from = text.find(':', from + label.size());
        if (from == text.npos) continue;
        from = text.find_first_not_of(" \t", from + 1);
        if (from == text.npos) continue;
        return std::string(text.substr(from, text.find_first_of(" \r\n", from) - from));
    }
    return {};
}

std::string reference_in_subject(std::string_view subject) {
    for (const auto mark : {reference_in_subject_mark.en, reference_in_subject_mark.fr}) {
        const auto at = subject.rfind(mark);
        if (at == subject.npos) continue;
        const auto from = at + mark.size();
        return std::string(subject.substr(from, subject.find_first_of(" \r\n", from) - from));
    }
    return {};
}

}  // namespace genesys
