// SPDX-License-Identifier: Apache-2.0
#include "tasks.hpp"

#include <algorithm>
#include <array>

namespace other {

using namespace porteur;

namespace {

class Page {
public:
    explicit Page(bool french) : french_(french) {}

    std::string in(std::string_view english, std::string_view french) const {
        return std::string(french_ ? french : english);
    }
    bool french() const { return french_; }
    Page& line(const std::string& text = {}) {
        text_ += text + "\n";
        return *this;
    }
    Page& say(std::string_view english, std::string_view french) {
        return line(in(english, french));
    }
    /// "Account number: 4165550100"; left out where nothing is told.
    Page& fact(std::string_view english, std::string_view french, const std::string& value) {
        if (value.empty()) return *this;
        return line("  " + in(english, french) + (french_ ? " : " : ": ") + value);
    }
    std::string take() { return std::move(text_); }

private:
    bool french_;
    std::string text_;
};

std::string joined(std::initializer_list<std::string> pieces, std::string_view between = " ") {
    std::string out;
    for (const auto& each : pieces) {
        if (each.empty()) continue;
        if (!out.empty()) out += between;
        out += each;
    }
    return out;
}

std::string address_line(const Address& at) {
    return joined(
        {joined({at.house_number, at.street, at.street_type, at.street_direction}), at.unit,
         joined({at.city, at.region, at.postal_code}), at.country},
        ", "
    );
}

void list(Page& page, const std::vector<PhoneNumber>& numbers) {
    for (const auto& each : numbers) page.line("  " + each.text());
}

void write_customer(const PortOrder& order, Page& page) {
    const auto& person = order.end_user.authorized_person;
    page.fact("Customer", "Client", order.end_user.name)
        .fact("Losing carrier", "Fournisseur actuel", order.losing_carrier)
        .fact("Account number there", "Numéro de compte chez lui", order.account_number)
        .fact(
            "PIN there", "Code PIN chez lui",
            order.pin.given
                ? page.in(
                      "as the customer gave it; Porteur keeps it sealed and does not show it",
                      "tel que remis par le client; Porteur le garde scellé et ne le montre pas"
                  )
                : std::string()
        )
        .fact("Billing address", "Adresse de facturation", address_line(order.service_address))
        .fact(
            "Billing telephone number", "Numéro de téléphone de facturation",
            order.btn ? order.btn->text() : std::string()
        )
        .fact(
            "Authorised person", "Personne autorisée",
            joined(
                {joined({person.first_name, person.last_name}), person.title, person.email,
                 person.telephone},
                ", "
            )
        )
        .fact(
            "Wished date", "Date souhaitée",
            order.requested_date ? joined({iso_date(*order.requested_date), order.requested_time})
                                 : std::string()
        )
        .fact("Contact", "Contact", order.contact_email)
        .fact("Remark", "Remarque", order.comment)
        .fact("Our reference", "Notre référence", order.reference);
}

void write_documents(const std::vector<DocumentRef>& documents, Page& page) {
    page.line().say("Documents that go along", "Documents à joindre");
    if (documents.empty()) page.say("  none", "  aucun");
    for (const auto& each : documents)
        page.line("  " + joined({each.type, each.name, "(" + each.id + ")"}));
}

void write_order(const PortOrder& order, Page& page) {
    write_customer(order, page);
    page.line().line(
        page.in("Numbers to port: ", "Numéros à transférer : ") +
        std::to_string(order.numbers.size())
    );
    list(page, order.numbers);
    if (!order.remaining.empty()) {
        page.line().say(
            "Numbers that stay at the losing carrier",
            "Numéros qui demeurent chez le fournisseur actuel"
        );
        list(page, order.remaining);
    }
    write_documents(order.documents, page);
}

void write_reference(const OrderReference& order, Page& page) {
    page.line();
    page.fact("Its id there", "Son numéro chez lui", order.carrier_id)
        .fact("Our reference", "Notre référence", order.reference)
        .line();
    list(page, order.numbers);
}

struct FieldRow {
    Reason reason;
    std::string_view field;
};
constexpr auto fields_of_reasons = std::to_array<FieldRow>({
    {Reason::account_number_required, "/account_number"},
    {Reason::account_number_mismatch, "/account_number"},
    {Reason::pin_required, "/pin"},
    {Reason::pin_invalid, "/pin"},
    {Reason::address_mismatch, "/service_address"},
    {Reason::address_required, "/service_address"},
    {Reason::postal_code_mismatch, "/service_address/postal_code"},
    {Reason::name_mismatch, "/end_user/name"},
    {Reason::authorized_person_mismatch, "/end_user/authorized_person"},
    {Reason::btn_mismatch, "/btn"},
    {Reason::btn_porting_with_remainder, "/new_btn"},
    {Reason::number_not_on_account, "/numbers"},
    {Reason::number_inactive, "/numbers"},
    {Reason::not_portable, "/numbers"},
    {Reason::loa_required, "/documents"},
    {Reason::loa_illegible, "/documents"},
    {Reason::loa_expired, "/documents"},
    {Reason::documents_required, "/documents"},
    {Reason::document_refused, "/documents"},
    {Reason::due_date_unmet, "/requested_date"},
    {Reason::due_date_too_soon, "/requested_date"},
});

}  // namespace

std::string trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == text.npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(blanks) - first + 1));
}

std::string id_from(std::string_view text) {
    const auto all = trimmed(text);
    return trimmed(std::string_view(all).substr(0, all.find('\n')));
}

std::string packet_of(const PortOrder& order, const Carrier& carrier) {
    Page page(order.language == "fr");
    page.line(
        page.in("Hand this port request in at ", "Remettez cette demande de portage à ") +
        carrier.name + "."
    );
    if (!carrier.hand_in.en.empty()) page.line(carrier.hand_in.in(page.french()));
    page.line();
    write_order(order, page);
    page.line().say("Make sure of", "À vérifier");
    for (const auto& each : carrier.items)
        if (each.kind == "action")
            page.line(
                "  " + joined(
                           {each.label.in(page.french()), each.help.in(page.french())},
                           page.in(": ", " : ")
                       )
            );
    const bool french_notes = page.french() && !carrier.notes_fr.empty();
    for (const auto& each : french_notes ? carrier.notes_fr : carrier.notes_en)
        page.line("  " + each);
    page.line().say(
        "Then answer \"submitted\" with the id that the carrier gave, or \"refused\" with its "
        "words.",
        "Répondez ensuite « submitted » avec le numéro donné par le fournisseur, ou « refused » "
        "avec ses mots."
    );
    return page.take();
}

std::string comparison_of(const PortOrder& order, const Carrier& carrier) {
    Page page(order.language == "fr");
    page.line(
        page.in(
            "Compare this order with the records of ", "Comparez cette demande aux dossiers de "
        ) +
        carrier.name + "."
    );
    page.line();
    write_order(order, page);
    page.line().say(
        "Then answer \"agrees\", or \"differs\" with what is otherwise.",
        "Répondez ensuite « agrees », ou « differs » avec ce qui diffère."
    );
    return page.take();
}

std::string question_of(const OrderReference& order, const Carrier& carrier, bool french) {
    Page page(french);
    page.line(
        page.in("Ask ", "Demandez à ") + carrier.name +
        page.in(" how the port stands.", " où en est le portage.")
    );
    write_reference(order, page);
    page.line().say(
        "Answer \"confirmed\" with the day as in 2026-12-01, \"completed\", \"refused\" with its "
        "words, \"cancelled\", or \"nothing_new\".",
        "Répondez « confirmed » avec le jour, comme 2026-12-01, « completed », « refused » avec "
        "ses mots, « cancelled » ou « nothing_new »."
    );
    return page.take();
}

std::string cancellation_of(const OrderReference& order, const Carrier& carrier, bool french) {
    Page page(french);
    page.line(
        page.in("Have this port cancelled by ", "Faites annuler ce portage par ") + carrier.name +
        "."
    );
    write_reference(order, page);
    page.line().say(
        "Then answer \"cancelled\", or \"refused\" with its words.",
        "Répondez ensuite « cancelled », ou « refused » avec ses mots."
    );
    return page.take();
}

std::string shopping_list_of(const PurchaseOrder& order, const Carrier& carrier) {
    Page page(order.language == "fr");
    page.line(page.in("Buy numbers at ", "Achetez des numéros chez ") + carrier.name + ".").line();
    page.fact("Customer", "Client", order.end_user.name)
        .fact("Country", "Pays", order.country)
        .fact("Kind", "Genre", std::string(boost::describe::enum_to_string(order.number_type, "")))
        .fact("Area", "Région", order.area)
        .fact(
            "How many", "Combien",
            order.numbers.empty() ? std::to_string(order.quantity) : std::string()
        )
        .fact("Address", "Adresse", address_line(order.address))
        .fact("Contact", "Contact", order.contact_email)
        .fact("Remark", "Remarque", order.comment)
        .fact("Our reference", "Notre référence", order.reference);
    if (!order.numbers.empty()) {
        page.line().say("These numbers", "Ces numéros");
        list(page, order.numbers);
    }
    write_documents(order.documents, page);
    page.line().say(
        "Then answer \"submitted\" with the id that the carrier gave, or \"refused\" with its "
        "words.",
        "Répondez ensuite « submitted » avec le numéro donné par le fournisseur, ou « refused » "
        "avec ses mots."
    );
    return page.take();
}

std::string purchase_question_of(const OrderReference& order, const Carrier& carrier, bool french) {
    Page page(french);
    page.line(
        page.in("Ask ", "Demandez à ") + carrier.name +
        page.in(" for the numbers.", " où en sont les numéros.")
    );
    write_reference(order, page);
    page.line().say(
        "Answer \"completed\" with the numbers as in +14165550101, \"refused\" with its words, "
        "\"cancelled\", or \"nothing_new\".",
        "Répondez « completed » avec les numéros comme +14165550101, « refused » avec ses mots, "
        "« cancelled » ou « nothing_new »."
    );
    return page.take();
}

std::string corrections_of(const Supplement& supplement, const Carrier& carrier, bool french) {
    Page page(french);
    page.line(
        page.in("Have ", "Faites corriger par ") + carrier.name +
        page.in(" correct the request ", " la demande ") + supplement.order.carrier_id + "."
    );
    page.line();
    const auto whole = to_json(supplement.corrected);
    for (const auto& field : supplement.fields) {
        boost::system::error_code none;
        const auto* found = whole.find_pointer(field, none);
        auto value = found == nullptr     ? page.in("taken out", "retiré")
                     : found->is_string() ? std::string(found->get_string())
                                          : canonical(*found);
        if (field.starts_with("/pin"))
            value = page.in("a new PIN; the customer has it", "un nouveau code PIN; le client l'a");
        page.line("  " + field + (french ? " : " : ": ") + value);
    }
    page.line().say(
        "Then answer \"done\", or \"refused\" with its words.",
        "Répondez ensuite « done », ou « refused » avec ses mots."
    );
    return page.take();
}

Rejection refusal_from(std::string_view text) {
    Rejection made;
    made.text = trimmed(text);
    const auto word = trimmed(std::string_view(made.text).substr(0, made.text.find(':')));
    const auto reason = reason_from(word);
    if (!reason || *reason == Reason::none) return made;
    made.reason = *reason;
    made.code = word;
    const auto* row = std::ranges::find(fields_of_reasons, *reason, &FieldRow::reason);
    if (row != fields_of_reasons.end()) made.fields.emplace_back(row->field);
    return made;
}

}  // namespace other
