// SPDX-License-Identifier: Apache-2.0
#pragma once

// The parts that port orders and purchases share. Texts are UTF-8 as a person gave them.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/describe.hpp>

#include <porteur/model/phone_number.hpp>
#include <porteur/reason.hpp>

namespace porteur {

/// Where an order, or one of its numbers, stands with the carrier. What is missing in a draft is its
/// checklist, what is under way its delivery: neither is a state.
/// @source DESIGN.md section 6; docs/vocabulary.md has the same list
BOOST_DEFINE_ENUM_CLASS(
    OrderState, draft, needs_documents, submitted, accepted, confirmed, activating, in_review,
    alternates_offered, exception, supplement_pending, cancel_pending, completed, partial, cancelled,
    rejected, expired
)

BOOST_DEFINE_ENUM_CLASS(NumberType, local, mobile, national, toll_free, shared_cost, short_code)

BOOST_DEFINE_ENUM_CLASS(EndUserKind, business, individual)

/// A street address, part by part, because carriers compare it part by part.
struct Address {
    std::string house_number;
    std::string street;            ///< the name alone: "King"
    std::string street_type;       ///< "St", "Ave"; empty where the name has it
    std::string street_direction;  ///< "W"; empty if none
    std::string unit;
    std::string city;
    std::string region;            ///< ISO 3166-2 without the country: "ON"
    std::string postal_code;
    std::string country;           ///< ISO 3166-1 alpha-2: "CA"
    friend bool operator==(const Address&, const Address&) = default;
};
BOOST_DESCRIBE_STRUCT(
    Address, (), (house_number, street, street_type, street_direction, unit, city, region, postal_code, country)
)

/// A person who may sign for the end user.
struct Person {
    std::string first_name;
    std::string last_name;
    std::string title;
    std::string email;
    std::string telephone;
    friend bool operator==(const Person&, const Person&) = default;
};
BOOST_DESCRIBE_STRUCT(Person, (), (first_name, last_name, title, email, telephone))

/// Whom the numbers serve.
struct EndUser {
    EndUserKind kind = EndUserKind::business;
    std::string name;                 ///< legal name, as on the losing carrier's records
    std::string registration_number;  ///< company register; empty if none
    std::string tax_id;
    Person authorized_person;
    friend bool operator==(const EndUser&, const EndUser&) = default;
};
BOOST_DESCRIBE_STRUCT(EndUser, (), (kind, name, registration_number, tax_id, authorized_person))

/// A stored document. The bytes stay with the host: a plugin names the id in a head and the host puts
/// them in.
struct DocumentRef {
    std::string id;
    std::string type;          ///< "loa", "invoice", "csr", "resporg", "id", "registration", ...
    std::string name;          ///< file name as uploaded
    std::string content_type;  ///< found in the bytes: "application/pdf"
    std::int64_t size = 0;     ///< bytes
    std::string sha256;        ///< lower-case hex
    std::optional<std::chrono::year_month_day> issued_on;
    std::optional<std::chrono::year_month_day> signed_on;
    std::optional<std::chrono::year_month_day> expires_on;  ///< the last day on which it is good, where it says so
    friend bool operator==(const DocumentRef&, const DocumentRef&) = default;
};
BOOST_DESCRIBE_STRUCT(DocumentRef, (), (id, type, name, content_type, size, sha256, issued_on, signed_on, expires_on))

/// What is known of a secret without knowing it: enough to check its form.
struct SecretShape {
    bool given = false;
    std::int64_t length = 0;
    bool digits_only = false;
    friend bool operator==(const SecretShape&, const SecretShape&) = default;
};
BOOST_DESCRIBE_STRUCT(SecretShape, (), (given, length, digits_only))

/// Something a person must mend before an order can go out, or should know.
struct Problem {
    std::string field;      ///< JSON pointer into the order: "/account_number"; empty for the whole
    Reason reason = Reason::none;
    std::string message;    ///< one line in English: what was seen, what to do
    bool blocking = true;   ///< false: a warning
    friend bool operator==(const Problem&, const Problem&) = default;
};
BOOST_DESCRIBE_STRUCT(Problem, (), (field, reason, message, blocking))

/// Answer of `validate` and `preflight`.
struct Findings {
    std::vector<Problem> problems;
    std::string note;  ///< one line for the timeline; empty if none
};
BOOST_DESCRIBE_STRUCT(Findings, (), (problems, note))

/// One thing a carrier wants to know or have, in both languages.
struct Requirement {
    std::string code;                            ///< stable name: "pin"
    std::string field;                           ///< JSON pointer into the order, if it has a field
    std::string kind;                            ///< "text", "document", "address", "action"
    std::string label_en, label_fr;
    std::string help_en, help_fr;                ///< where to find it
    std::string pattern;                         ///< ECMAScript regular expression for a text; empty if any
    std::optional<std::int64_t> age_days_max;    ///< of a document
    bool required = true;
};
BOOST_DESCRIBE_STRUCT(
    Requirement, (), (code, field, kind, label_en, label_fr, help_en, help_fr, pattern, age_days_max, required)
)

struct Requirements {
    std::vector<Requirement> items;
    std::vector<std::string> notes_en, notes_fr;  ///< warnings, usual duration, where to get help
};
BOOST_DESCRIBE_STRUCT(Requirements, (), (items, notes_en, notes_fr))

/// Input of `requirements`.
struct RequirementsQuery {
    std::string country;                    ///< empty = any
    std::optional<NumberType> number_type;
    std::optional<EndUserKind> end_user;
    std::string action;                     ///< "port_out", "port_in", "purchase"
};
BOOST_DESCRIBE_STRUCT(RequirementsQuery, (), (country, number_type, end_user, action))

/// Why a carrier refused, with what to mend.
struct Rejection {
    Reason reason = Reason::other;
    std::string code;                    ///< the carrier's own code
    std::string text;                    ///< the carrier's words
    std::vector<std::string> fields;     ///< JSON pointers into the order: what to correct
    std::vector<PhoneNumber> numbers;    ///< which numbers; empty = all
    friend bool operator==(const Rejection&, const Rejection&) = default;
};
BOOST_DESCRIBE_STRUCT(Rejection, (), (reason, code, text, fields, numbers))

/// How far one number has come.
struct NumberProgress {
    PhoneNumber number;
    OrderState state = OrderState::submitted;
    Reason reason = Reason::none;
    std::string carrier_word;  ///< the carrier's own word, verbatim
    friend bool operator==(const NumberProgress&, const NumberProgress&) = default;
};
BOOST_DESCRIBE_STRUCT(NumberProgress, (), (number, state, reason, carrier_word))

/// Answer of `check_account`.
struct AccountCheck {
    std::string identity;  ///< what the carrier calls this account
    std::vector<Problem> problems;
};
BOOST_DESCRIBE_STRUCT(AccountCheck, (), (identity, problems))

/// For operations that need to know nothing.
struct Nothing {};
BOOST_DESCRIBE_STRUCT(Nothing, (), ())

}  // namespace porteur
