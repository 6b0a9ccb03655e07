// SPDX-License-Identifier: Apache-2.0
#include "desk.hpp"

#include <algorithm>
#include <array>

#include "countries.hpp"

namespace genesys {

using namespace porteur;

namespace {

constexpr std::string_view reference_mark = "Our reference: ";

std::string one_line(std::string_view text) {
    std::string out(text);
    for (char& letter : out)
        if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F) letter = ' ';
    return out;
}

void put(std::string& text, std::string_view label, std::string_view value) {
    if (!value.empty()) text += std::string(label) + ": " + one_line(value) + "\n";
}

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

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& letter : out)
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    return out;
}

struct Parts {
    std::string said, quoted;
};

/// What the desk wrote, and what it quotes: lines with ">", and all after a mail program's divider.
Parts parts_of(std::string_view text) {
    Parts parts;
    bool below = false;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        const auto line = text.substr(at, end - at);
        const auto flat = lower(line);
        below = below || flat.starts_with("-----original message") ||
                flat.starts_with("________________") ||
                (flat.starts_with("on ") && flat.find("wrote:") != flat.npos) ||
                (flat.starts_with("from: ") && !parts.said.empty());
        auto& into = below || line.starts_with(">") ? parts.quoted : parts.said;
        into += line;
        into += '\n';
        at = end + 1;
    }
    return parts;
}

/// Numbers written with "+", blanks and dashes within them allowed.
std::vector<PhoneNumber> numbers_in(std::string_view text) {
    std::vector<PhoneNumber> found;
    for (std::size_t at = text.find('+'); at != text.npos; at = text.find('+', at)) {
        std::string digits = "+";
        std::size_t end = ++at;
        // One blank, dash or dot at a time, so that the number of the next sentence is not drawn
        // in.
        for (bool gap = false; end < text.size(); ++end) {
            const bool digit = text[end] >= '0' && text[end] <= '9';
            if (!digit &&
                (gap || std::string_view(" -.").find(text[end]) == std::string_view::npos))
                break;
            if (digit) digits += text[end];
            gap = !digit;
        }
        const auto number = PhoneNumber::from_json_text(digits);
        if (number && std::ranges::find(found, *number) == found.end()) found.push_back(*number);
    }
    return found;
}

std::string reference_in(std::string_view text) {
    const auto mark = text.find(reference_mark);
    if (mark == text.npos) return {};
    const auto from = mark + reference_mark.size();
    return std::string(text.substr(from, text.find_first_of(" \r\n", from) - from));
}

enum class Says { waiting, approved, refused, papers, gone };
struct WordRow {
    std::string_view words;
    Says says;
};
// Taken out of the text in this order, so that "not approved" is never read as "approved".
constexpr auto phrases = std::to_array<WordRow>({
    {"not yet", Says::waiting},
    {"under review", Says::waiting},
    {"in review", Says::waiting},
    {"pending approval", Says::waiting},
    {"received your request", Says::waiting},
    {"still waiting", Says::waiting},
    {"en cours d'examen", Says::waiting},
    {"no longer available", Says::gone},
    {"not available any", Says::gone},
    {"alternative number", Says::gone},
    {"alternate number", Says::gone},
    {"numbers instead", Says::gone},
    {"plus disponible", Says::gone},
    {"document is missing", Says::papers},
    {"documents are missing", Says::papers},
    {"missing document", Says::papers},
    {"illegible", Says::papers},
    {"unreadable", Says::papers},
    {"please provide", Says::papers},
    {"please send", Says::papers},
    {"we need", Says::papers},
    {"has expired", Says::papers},
    {"document manquant", Says::papers},
    {"veuillez fournir", Says::papers},
    {"not approved", Says::refused},
    {"not been approved", Says::refused},
    {"not accepted", Says::refused},
    {"was rejected", Says::refused},
    {"were rejected", Says::refused},
    {"been rejected", Says::refused},
    {"rejected the", Says::refused},
    {"been refused", Says::refused},
    {"refused the", Says::refused},
    {"was denied", Says::refused},
    {"been denied", Says::refused},
    {"been declined", Says::refused},
    {"was declined", Says::refused},
    {"unable to", Says::refused},
    {"refusé", Says::refused},
    {"been approved", Says::approved},
    {"was approved", Says::approved},
    {"were approved", Says::approved},
    {"are approved", Says::approved},
    {"is approved", Says::approved},
    {"now available in your", Says::approved},
    {"in your inventory", Says::approved},
    {"now active", Says::approved},
    {"are active", Says::approved},
    {"is complete", Says::approved},
    {"been completed", Says::approved},
    {"approuvé", Says::approved},
});

std::vector<Says> said_in(std::string text) {
    std::vector<Says> found;
    // One blank for any run of them: phrases break over lines.
    std::string flat;
    for (const char letter : lower(text)) {
        const char plain = letter == '\n' || letter == '\r' || letter == '\t' ? ' ' : letter;
        if (plain != ' ' || !flat.ends_with(' ')) flat += plain;
    }
    for (const auto& row : phrases)
        for (auto at = flat.find(row.words); at != flat.npos; at = flat.find(row.words)) {
            flat.erase(at, row.words.size());
            if (std::ranges::find(found, row.says) == found.end()) found.push_back(row.says);
        }
    return found;
}

std::string domain_of(std::string_view address) {
    const auto at = address.rfind('@');
    return at == address.npos ? std::string() : lower(address.substr(at + 1));
}

/// What was said in one line, cut, for the rejection's text.
std::string excerpt(std::string_view said) {
    static constexpr std::size_t length_max = 500;
    std::string flat;
    for (const char letter : said) {
        const char plain = static_cast<unsigned char>(letter) < 0x20 ? ' ' : letter;
        if (plain != ' ' || (!flat.empty() && flat.back() != ' ')) flat += plain;
    }
    std::size_t end = std::min(flat.size(), length_max);
    while (end > 0 && end < flat.size() && (static_cast<unsigned char>(flat[end]) & 0xC0) == 0x80)
        --end;
    flat.resize(end);
    return flat;
}

}  // namespace

DeskMail desk_mail(
    const PurchaseOrder& order, const std::vector<PhoneNumber>& numbers,
    const std::string& organization_id
) {
    const auto country = country_name(order.country);
    DeskMail mail;
    mail.subject = "SMS number purchase request: " + country + ", " +
                   std::to_string(numbers.size()) + (numbers.size() == 1 ? " number" : " numbers") +
                   ", reference " + one_line(order.reference);
    auto& text = mail.text;
    text = "Hello,\n\nwe would like to buy these SMS numbers.\n\n";
    put(text, "Country", country);
    put(text, "Organization ID", organization_id);
    text += std::string(reference_mark) + one_line(order.reference) + "\n";
    text += "\nNumbers:\n";
    for (const auto& each : numbers) text += "  " + each.text() + "\n";
    text += "\n";
    if (order.alternates == AlternatesPolicy::choose_for_us)
        text += "If a number is no longer available, please choose another one for us.\n";
    else
        text +=
            "If a number is no longer available, please contact us so that we choose another "
            "one.\n";
    text += "\n";
    put(text, "Company", order.end_user.name);
    put(text, "Registration number", order.end_user.registration_number);
    put(text, "Tax or VAT number", order.end_user.tax_id);
    put(text, "Address", address_line(order.address));
    const auto& person = order.end_user.authorized_person;
    put(text, "Authorized person",
        person.first_name + (person.last_name.empty() ? "" : " " + person.last_name));
    put(text, "Contact", order.contact_email);
    put(text, "Comment", order.comment);
    if (!order.documents.empty()) {
        text += "\nAttached documents:\n";
        for (const auto& each : order.documents)
            text += "  " + one_line(each.name) + " (" + one_line(each.type) + ")\n";
    }
    text += "\nThank you.\n";
    return mail;
}

MailReading reading_of(const MailText& mail, const std::string& desk_address) {
    const auto parts = parts_of(mail.text);
    MailReading reading;
    reading.about = reference_in(parts.quoted);
    if (reading.about.empty()) reading.about = reference_in(parts.said);
    const auto ours = numbers_in(parts.quoted);
    for (const auto& each : numbers_in(parts.said)) {
        // Without a quoted request nobody can tell our numbers from offered ones.
        const bool offered = !ours.empty() && std::ranges::find(ours, each) == ours.end();
        (offered ? reading.alternates : reading.numbers).push_back(each);
    }
    if (domain_of(mail.from) != domain_of(desk_address)) {
        reading.note = "not from the desk's domain: a person reads it";
        return reading;
    }
    auto says = said_in(parts.said);
    // A number that is gone and others named beside it are one offer, whatever else is said.
    const bool offer = std::ranges::find(says, Says::gone) != says.end();
    if (says.size() != 1 && !offer) {
        reading.note = says.empty() ? "says nothing that is recognised: a person reads it"
                                    : "says several things at once: a person reads it";
        return reading;
    }
    switch (offer ? Says::gone : says.front()) {
        case Says::waiting:
            reading.state = OrderState::in_review;
            reading.note = "Genesys is still reviewing the request";
            break;
        case Says::approved:
            reading.state = OrderState::completed;
            reading.note = "Genesys says it is approved; the inventory is the proof";
            break;
        case Says::papers:
            reading.state = OrderState::needs_documents;
            reading.note = "Genesys wants other or more papers";
            reading.rejections.push_back(
                {Reason::documents_required, "", excerpt(parts.said), {"/documents"}, {}}
            );
            break;
        case Says::refused:
            reading.state = OrderState::exception;
            reading.note = "Genesys or its carrier refused the request";
            reading.rejections.push_back({Reason::other, "", excerpt(parts.said), {}, {}});
            break;
        case Says::gone:
            reading.state = OrderState::alternates_offered;
            reading.note = reading.alternates.empty()
                               ? "numbers are gone; new ones have to be chosen"
                               : "numbers are gone; others are offered";
            break;
    }
    return reading;
}

}  // namespace genesys
