// SPDX-License-Identifier: Apache-2.0
#include "reading.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include <porteur/phrase.hpp>

#include "desk.hpp"

namespace genesys {

using namespace porteur;

namespace {

// ------------------------------------------------------------- what is whose

struct Parts {
    std::string said, quoted;
};

std::string_view trimmed(std::string_view line) {
    const auto from = line.find_first_not_of(" \t\r");
    if (from == line.npos) return {};
    return line.substr(from, line.find_last_not_of(" \t\r") - from + 1);
}

/// Where a mail program says that what follows is another mail. @param line  lower case, trimmed
bool is_divider(std::string_view line, bool something_said) {
    using namespace std::literals;
    static constexpr auto beginnings = std::to_array<std::string_view>(
        {"-----original message", "----- original message", "-----message d'origine",
         "----- message d'origine", "-------- message d'origine", "---------- forwarded message",
         "________________", "begin forwarded message"}
    );
    static constexpr auto headers =
        std::to_array<std::string_view>({"from: ", "de : ", "de: ", "von: "});
    static constexpr auto endings = std::to_array<std::string_view>(
        {"wrote:", "a écrit :", "a écrit:", "a écrit\u00A0:", "schrieb:"}
    );
    const auto begins = [&](std::string_view with) { return line.starts_with(with); };
    const auto ends = [&](std::string_view with) { return line.ends_with(with); };
    return std::ranges::any_of(beginnings, begins) || std::ranges::any_of(endings, ends) ||
           (something_said && std::ranges::any_of(headers, begins));
}

/// What the desk wrote, and what it quotes: lines with ">", all after a mail program's divider, and
/// all from one of our own sentences on, which is how our mail looks when nothing marks it as
/// quoted.
Parts parts_of(std::string_view text) {
    Parts parts;
    bool below = false;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        const auto line = text.substr(at, end - at);
        const auto flat = lower(trimmed(line));
        below = below || is_our_sentence(flat) || is_divider(flat, !trimmed(parts.said).empty());
        auto& into = below || flat.starts_with(">") ? parts.quoted : parts.said;
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

/// One blank for any run of them, in lower case: phrases break over lines.
std::string flattened(std::string_view text) {
    std::string flat;
    for (const char letter : lower(text)) {
        const char plain = letter == '\n' || letter == '\r' || letter == '\t' ? ' ' : letter;
        if (plain != ' ' || !flat.ends_with(' ')) flat += plain;
    }
    return flat;
}

bool has_any(std::string_view text, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](auto word) { return text.find(word) != text.npos; });
}

// ------------------------------------------------------------- what is said

enum class Says { waiting, approved, refused, papers, gone };
struct WordRow {
    std::string_view words;
    Says says;
};
// Taken out of the text in this order, so that "not approved" is never read as "approved", nor what
// will be as what is.
constexpr auto phrases = std::to_array<WordRow>({
    {"not yet", Says::waiting},
    {"under review", Says::waiting},
    {"in review", Says::waiting},
    {"pending approval", Says::waiting},
    {"received your request", Says::waiting},
    {"still waiting", Says::waiting},
    {"once approved", Says::waiting},
    {"once it is approved", Says::waiting},
    {"once they are approved", Says::waiting},
    {"when it is approved", Says::waiting},
    {"will be approved", Says::waiting},
    {"en cours d'examen", Says::waiting},
    {"en cours de traitement", Says::waiting},
    {"bien reçu votre demande", Says::waiting},
    {"en attente d'approbation", Says::waiting},
    {"pas encore", Says::waiting},
    {"une fois approuvé", Says::waiting},
    {"sera approuvé", Says::waiting},
    {"seront approuvé", Says::waiting},
    {"no longer available", Says::gone},
    {"not available any", Says::gone},
    {"alternative number", Says::gone},
    {"alternate number", Says::gone},
    {"numbers instead", Says::gone},
    {"plus disponible", Says::gone},
    {"numéros de remplacement", Says::gone},
    {"autres numéros", Says::gone},
    {"document is missing", Says::papers},
    {"documents are missing", Says::papers},
    {"missing document", Says::papers},
    {"additional document", Says::papers},
    {"illegible", Says::papers},
    {"unreadable", Says::papers},
    {"please provide", Says::papers},
    {"please send", Says::papers},
    {"please attach", Says::papers},
    {"we need", Says::papers},
    {"we also need", Says::papers},
    {"has expired", Says::papers},
    {"document manquant", Says::papers},
    {"documents manquants", Says::papers},
    {"il manque", Says::papers},
    {"illisible", Says::papers},
    {"a expiré", Says::papers},
    {"nous avons besoin", Says::papers},
    {"veuillez fournir", Says::papers},
    {"veuillez envoyer", Says::papers},
    {"veuillez joindre", Says::papers},
    {"merci de fournir", Says::papers},
    {"merci de joindre", Says::papers},
    {"not approved", Says::refused},
    {"not been approved", Says::refused},
    {"cannot be approved", Says::refused},
    {"not accepted", Says::refused},
    {"was rejected", Says::refused},
    {"were rejected", Says::refused},
    {"been rejected", Says::refused},
    {"rejected the", Says::refused},
    {"been refused", Says::refused},
    {"was refused", Says::refused},
    {"refused the", Says::refused},
    {"was denied", Says::refused},
    {"been denied", Says::refused},
    {"been declined", Says::refused},
    {"was declined", Says::refused},
    {"unable to", Says::refused},
    {"pas été approuvé", Says::refused},
    {"pas approuvé", Says::refused},
    {"pas être approuvé", Says::refused},
    {"pas été accepté", Says::refused},
    {"refusé", Says::refused},
    {"rejeté", Says::refused},
    {"been approved", Says::approved},
    {"was approved", Says::approved},
    {"were approved", Says::approved},
    {"are approved", Says::approved},
    {"is approved", Says::approved},
    {"were accepted", Says::approved},
    {"now available in your", Says::approved},
    {"in your inventory", Says::approved},
    {"now active", Says::approved},
    {"are active", Says::approved},
    {"is complete", Says::approved},
    {"been completed", Says::approved},
    {"approuvé", Says::approved},
    {"dans votre inventaire", Says::approved},
});

std::vector<Says> said_in(std::string flat) {
    std::vector<Says> found;
    for (const auto& row : phrases)
        for (auto at = flat.find(row.words); at != flat.npos; at = flat.find(row.words)) {
            flat.erase(at, row.words.size());
            if (std::ranges::find(found, row.says) == found.end()) found.push_back(row.says);
        }
    return found;
}

struct DocumentRow {
    std::string_view type, en, fr;
    std::initializer_list<std::string_view> words;
};
constexpr std::initializer_list<std::string_view> id_words{
    "identity", "passport", " id ", " id.", " id,", "identité", "passeport", "ausweis"
};
constexpr std::initializer_list<std::string_view> registration_words{
    "regist", "kbis", "incorporation", "immatriculation", "extrait", "gewerbe"
};
constexpr std::initializer_list<std::string_view> address_words{
    "proof of address",       "utility bill", "electricity", "justificatif de domicile",
    "justificatif d'adresse", "facture",      "quittance"
};
constexpr std::initializer_list<std::string_view> tax_words{
    "tax notice", "tax certificate", "vat certificate", "avis d'imposition", "attestation fiscale"
};
constexpr std::initializer_list<std::string_view> power_words{
    "power of attorney", "procuration", "authorization letter", "lettre d'autorisation"
};
constexpr auto documents = std::to_array<DocumentRow>({
    {"id", to_translate("proof of identity"), "pièce d'identité", id_words},
    {"registration", to_translate("register excerpt"), "extrait du registre", registration_words},
    {"address_proof", to_translate("proof of address"), "justificatif d'adresse", address_words},
    {"tax", to_translate("tax document"), "document fiscal", tax_words},
    {"poa", to_translate("power of attorney"), "procuration", power_words},
});

/// What was said in one line, cut, for the rejection's text.
std::string excerpt(std::string_view said) {
    static constexpr std::size_t length_max = 500;
    std::string flat;
    for (const char letter : said) {
        const char plain = static_cast<unsigned char>(letter) < 0x20 ? ' ' : letter;
        if (plain != ' ' || (!flat.empty() && flat.back() != ' ')) flat += plain;
    }
    while (flat.ends_with(' ')) flat.pop_back();
    std::size_t end = std::min(flat.size(), length_max);
    while (end > 0 && end < flat.size() && (static_cast<unsigned char>(flat[end]) & 0xC0) == 0x80)
        --end;
    flat.resize(end);
    return flat;
}

// ------------------------------------------------------------- what comes of it

void wants_papers_of(MailReading& reading, const Parts& parts, std::string_view flat) {
    const bool refused = has_any(
        flat, {"illegible", "unreadable", "expired", "not accepted", "illisible", "expiré"}
    );
    reading.state = OrderState::needs_documents;
    Rejection rejection;
    rejection.reason = refused ? Reason::document_refused : Reason::documents_required;
    rejection.text = excerpt(parts.said);
    rejection.fields = {"/documents"};
    std::string named;
    for (const auto& row : documents)
        if (has_any(flat, row.words)) named += (named.empty() ? "" : ", ") + std::string(row.en);
    reading.note = named.empty()
                       ? phrase("Genesys wants other or more documents")
                       : phrase("Genesys wants other or more documents: {1:list}", named);
    reading.rejections.push_back(std::move(rejection));
}

/// Sorts the numbers of a mail into ours and offered ones. Our own list, where it is quoted,
/// decides; else the sentence that names a number does.
void sort_numbers(MailReading& reading, const Parts& parts) {
    const auto ours = numbers_in(parts.quoted);
    if (!ours.empty()) {
        for (const auto& each : numbers_in(parts.said)) {
            const bool offered = std::ranges::find(ours, each) == ours.end();
            (offered ? reading.alternates : reading.numbers).push_back(each);
        }
        return;
    }
    for (std::size_t at = 0; at < parts.said.size();) {
        auto end =
            std::min({parts.said.find(". ", at), parts.said.find('\n', at), parts.said.size()});
        const auto sentence = std::string_view(parts.said).substr(at, end - at);
        const bool offers = has_any(lower(sentence), {"offer", "instead", "alternat", "propos"});
        for (const auto& each : numbers_in(sentence))
            (offers ? reading.alternates : reading.numbers).push_back(each);
        at = end + 1;
    }
}

std::string domain_of(std::string_view address) {
    const auto at = address.rfind('@');
    return at == address.npos ? std::string() : lower(address.substr(at + 1));
}

}  // namespace

std::string lower(std::string_view text) {
    std::string out(text);
    for (std::size_t at = 0; at < out.size(); ++at) {
        auto& letter = out[at];
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
        // U+00C0 to U+00DE are C3 80 to C3 9E; their small letters stand 20 further on. A
        // typographic apostrophe is written as the plain one, which the phrases have.
        if (letter == '\xC3' && at + 1 < out.size()) {
            auto& second = out[at + 1];
            const auto code = static_cast<unsigned char>(second);
            if (code >= 0x80 && code <= 0x9E && code != 0x97)
                second = static_cast<char>(code + 0x20);
        }
        if (out.compare(at, 3, "\xE2\x80\x99") == 0) out.replace(at, 3, "'");
    }
    return out;
}

std::string document_name(std::string_view type, std::string_view language) {
    const auto* row = std::ranges::find(documents, type, &DocumentRow::type);
    if (row == documents.end()) return one_line(type);
    return std::string(language == "fr" ? row->fr : row->en);
}

MailReading reading_of(const MailText& mail, const ReadingRules& rules) {
    const auto parts = parts_of(mail.text);
    MailReading reading;
    reading.about = reference_in(parts.quoted);
    if (reading.about.empty()) reading.about = reference_in_subject(mail.subject);
    sort_numbers(reading, parts);
    if (domain_of(mail.from) != domain_of(rules.desk_address)) {
        reading.note = phrase("not from the desk's domain: a person reads it");
        return reading;
    }
    const auto flat = flattened(parts.said);
    auto says = said_in(flat);
    // A number that is gone and others named beside it are one offer, whatever else is said.
    const bool offer = std::ranges::find(says, Says::gone) != says.end();
    if (says.size() != 1 && !offer) {
        reading.note = says.empty() ? phrase("says nothing that is recognised: a person reads it")
                                    : phrase("says several things at once: a person reads it");
        return reading;
    }
    reading.certain = rules.follow;
    switch (offer ? Says::gone : says.front()) {
        case Says::waiting:
            reading.state = OrderState::in_review;
            reading.note = phrase("Genesys is still reviewing the request");
            break;
        case Says::approved:
            reading.state = OrderState::completed;
            reading.note = phrase("Genesys says it is approved; the inventory is the proof");
            break;
        case Says::papers:
            wants_papers_of(reading, parts, flat);
            break;
        case Says::refused:
            reading.state = OrderState::exception;
            reading.note = phrase("Genesys or its carrier refused the request");
            reading.rejections.push_back({Reason::other, "", excerpt(parts.said), {}, {}});
            break;
        case Says::gone:
            reading.state = OrderState::alternates_offered;
            reading.note = reading.alternates.empty()
                               ? phrase("numbers are gone; new ones have to be chosen")
                               : phrase("numbers are gone; others are offered");
            break;
    }
    return reading;
}

}  // namespace genesys
