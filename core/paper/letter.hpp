// SPDX-License-Identifier: Apache-2.0
#pragma once

// A letter of authorization: what it says, before it is paper. letter_pdf.hpp makes the PDF.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <porteur/model/port.hpp>
#include <porteur/result.hpp>

namespace porteur::paper {

/// One line of a drawn signature: x, y, x, y and so on, in a field of 10,000 by 10,000 whose y
/// grows downwards.
struct Stroke {
    std::vector<std::int64_t> points;
    friend bool operator==(const Stroke&, const Stroke&) = default;
};
BOOST_DESCRIBE_STRUCT(Stroke, (), (points))

/// All texts are UTF-8 of one line, of signs that the font has.
struct Letter {
    std::string language;   ///< "en", "fr"
    std::string paper;      ///< "letter", "a4"
    std::string reference;  ///< the order's
    std::string customer;
    std::string registration_number;
    std::string losing_carrier, gaining_carrier;
    std::string account_number;
    std::string btn;
    std::vector<std::string> address;
    std::vector<std::string> numbers;
    std::string person, person_title, person_telephone, person_email;
    std::optional<std::chrono::year_month_day> requested_date;
    /// Of the signature. Left out on a letter that is still to be signed by hand.
    std::optional<std::chrono::year_month_day> date;
    std::vector<Stroke> strokes;  ///< a drawn signature
    std::int64_t drawing_width = 0, drawing_height = 0;
    std::string picture;  ///< type of a signature's picture: "image/png", "image/jpeg"; empty: none

    bool is_signed() const { return !strokes.empty() || !picture.empty(); }
    friend bool operator==(const Letter&, const Letter&) = default;
};
BOOST_DESCRIBE_STRUCT(
    Letter, (),
    (language, paper, reference, customer, registration_number, losing_carrier, gaining_carrier,
     account_number, btn, address, numbers, person, person_title, person_telephone, person_email,
     requested_date, date, strokes, drawing_width, drawing_height, picture)
)

/// The unsigned letter of an order. Its paper is US Letter for addresses in the United States and
/// Canada, A4 elsewhere.
///
/// @param gaining   the gaining carrier's name
/// @param language  "en" or "fr"
/// @errors  invalid_input: what the order does not say yet, a line for each field, as
///          "/request/end_user/name: ..."; or a sign that the letter's font does not have
/// @threads any
Result<Letter> letter_of(
    const PortOrder& order, const std::string& gaining, const std::string& language
);

/// "+1 613-555-0199" for +16135550199; others as they are. @threads any
std::string readable_number(const PhoneNumber& number);

/// The letter's file name: "letter-of-authorization-ORDER.pdf", in its language. @threads any
std::string letter_name(const Letter& letter);

}  // namespace porteur::paper
