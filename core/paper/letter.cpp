// SPDX-License-Identifier: Apache-2.0
#include "paper/letter.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <porteur/phrase.hpp>

namespace porteur::paper {
namespace {

struct Range {
    std::uint32_t first, last;
};

// What DejaVu Sans draws well without shaping: Latin with all accents, Greek, Cyrillic, and the
// punctuation that goes with them. Arabic and Hebrew stand in the font, but would come out in the
// wrong order; Chinese and the like do not stand in it.
constexpr auto drawn = std::to_array<Range>({
    {0x20, 0x7E},
    {0xA0, 0x24F},
    {0x300, 0x36F},
    {0x370, 0x3FF},
    {0x400, 0x4FF},
    {0x1E00, 0x1EFF},
    {0x2010, 0x2027},
    {0x202F, 0x205E},
    {0x20A0, 0x20B8},
    {0x2100, 0x214F},
});

/// The next character of a UTF-8 text, or 0xFFFD where it is none. @param at moved behind it
std::uint32_t next_character(std::string_view text, std::size_t& at) {
    const auto lead = static_cast<unsigned char>(text[at++]);
    if (lead < 0x80) return lead;
    const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : -1;
    if (more < 0) return 0xFFFD;
    std::uint32_t character = lead & (0x3FU >> static_cast<unsigned>(more));
    for (int index = 0; index < more; ++index) {
        if (at >= text.size() || (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80)
            return 0xFFFD;
        character = (character << 6U) | (static_cast<unsigned char>(text[at++]) & 0x3FU);
    }
    // A longer spelling than the character needs is no UTF-8.
    constexpr std::uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    return character < least[more] ? 0xFFFD : character;
}

/// Line ends and tabs become blanks, runs of them one, none at the ends.
std::string one_line(std::string_view text) {
    std::string out;
    for (const char letter : text) {
        const bool blank = static_cast<unsigned char>(letter) <= ' ' || letter == 0x7F;
        if (!blank)
            out += letter;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    while (out.ends_with(' ')) out.pop_back();
    return out;
}

class Reading {
public:
    /// A text of the order, on one line; what is wrong with it is kept.
    std::string text(std::string_view given, std::string_view field, bool required = false) {
        auto out = one_line(given);
        if (out.empty()) {
            if (required) wrong(field, "is missing, and the letter needs it");
            return out;
        }
        for (std::size_t at = 0; at < out.size();) {
            const auto character = next_character(out, at);
            if (std::ranges::any_of(drawn, [&](const Range& range) {
                    return character >= range.first && character <= range.last;
                }))
                continue;
            static constexpr char digits[] = "0123456789ABCDEF";
            std::string code;
            for (int shift = 20; shift >= 0; shift -= 4)
                if (const auto digit = (character >> static_cast<unsigned>(shift)) & 15U;
                    digit != 0 || !code.empty() || shift < 16)
                    code += digits[digit];
            wrong(
                field,
                phrase("holds the character U+{1}, which the letter cannot show; write the name in Latin letters", code)
            );
            break;
        }
        return out;
    }
    void wrong(std::string_view field, std::string_view what) {
        if (!wrong_.empty()) wrong_ += '\n';
        wrong_ += "/request" + std::string(field) + ": " + std::string(what);
    }
    const std::string& all_wrong() const { return wrong_; }

private:
    std::string wrong_;
};

std::string joined(std::initializer_list<std::string_view> parts, std::string_view between = " ") {
    std::string out;
    for (const auto part : parts) {
        if (part.empty()) continue;
        if (!out.empty()) out += between;
        out += part;
    }
    return out;
}

std::vector<std::string> address_lines(const Address& at) {
    std::vector<std::string> lines;
    for (auto& line :
         {joined(
              {joined({at.house_number, at.street, at.street_type, at.street_direction}), at.unit},
              ", "
          ),
          joined({at.city, at.region, at.postal_code}), at.country})
        if (!line.empty()) lines.push_back(line);
    return lines;
}

}  // namespace

std::string readable_number(const PhoneNumber& number) {
    const auto national = number.north_american();
    if (!national) return number.text();
    return "+1 " + national->substr(0, 3) + "-" + national->substr(3, 3) + "-" +
           national->substr(6);
}

std::string letter_name(const Letter& letter) {
    std::string of;
    for (const char each : letter.reference)
        if ((each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
            (each >= '0' && each <= '9') || each == '-')
            of += each;
    const auto* name =
        letter.language == "fr" ? "lettre-d-autorisation" : "letter-of-authorization";
    return name + (of.empty() ? "" : "-" + of) + ".pdf";
}

Result<Letter> letter_of(
    const PortOrder& order, const std::string& gaining, const std::string& language
) {
    Reading read;
    Letter letter;
    letter.language = language;
    const auto& country = order.service_address.country;
    letter.paper = country == "US" || country == "CA" || country.empty() ? "letter" : "a4";
    letter.reference = one_line(order.reference);
    letter.customer = read.text(order.end_user.name, "/end_user/name", true);
    letter.registration_number =
        read.text(order.end_user.registration_number, "/end_user/registration_number");
    letter.losing_carrier = read.text(order.losing_carrier, "/losing_carrier", true);
    letter.gaining_carrier = one_line(gaining);
    letter.account_number = read.text(order.account_number, "/account_number");
    if (order.btn) letter.btn = readable_number(*order.btn);
    for (const auto& line : address_lines(order.service_address))
        letter.address.push_back(read.text(line, "/service_address"));
    if (letter.address.size() < 2)
        read.wrong("/service_address", "is not whole, and the letter needs it");
    for (const auto& number : order.numbers) letter.numbers.push_back(readable_number(number));
    if (letter.numbers.empty()) read.wrong("/numbers", "the letter needs at least one number");
    const auto& person = order.end_user.authorized_person;
    letter.person = read.text(
        joined({person.first_name, person.last_name}), "/end_user/authorized_person", true
    );
    letter.person_title = read.text(person.title, "/end_user/authorized_person/title");
    letter.person_telephone = read.text(person.telephone, "/end_user/authorized_person/telephone");
    letter.person_email = read.text(person.email, "/end_user/authorized_person/email");
    letter.requested_date = order.requested_date;
    if (!read.all_wrong().empty()) return failure(ErrorKind::invalid_input, read.all_wrong());
    return letter;
}

}  // namespace porteur::paper
