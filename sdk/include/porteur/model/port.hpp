// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <porteur/json.hpp>
#include <porteur/model/common.hpp>

namespace porteur {

/// Where the numbers shall arrive: an existing trunk or a new service.
struct PortTarget {
    std::string trunk;     ///< an existing trunk at the gaining carrier, by its pilot number or id
    std::string offering;  ///< a new service, by the gaining carrier's offering id
    std::string parent;    ///< the subscription that the new service belongs to, where it needs one
    json::object details;  ///< what only this carrier's service wants, by the names that its `requirements` and
                           ///< `list_targets` tell: {"fax_email":"fax@acme.example"}; values are texts, whole
                           ///< numbers, booleans, lists and objects of them
    friend bool operator==(const PortTarget&, const PortTarget&) = default;
};
BOOST_DESCRIBE_STRUCT(PortTarget, (), (trunk, offering, parent, details))

/// A port order as a gaining carrier's plugin gets it.
struct PortOrder {
    std::string reference;              ///< ours, unique; the same on every try
    std::int64_t attempt = 1;           ///< 1 for the first submission; +1 for each new one after a refusal
    std::vector<PhoneNumber> numbers;
    std::vector<PhoneNumber> remaining; ///< numbers that stay at the losing carrier
    std::vector<PhoneNumber> disconnect;///< numbers that the losing carrier shall switch off
    std::string losing_carrier;         ///< its name, as the gaining carrier may want it
    EndUser end_user;
    std::string account_number;         ///< at the losing carrier
    SecretShape pin;                    ///< the secret's name in heads is "order.pin"
    std::optional<PhoneNumber> btn;     ///< billing telephone number
    std::optional<PhoneNumber> new_btn; ///< the remaining number that becomes it, when it leaves itself
    Address service_address;            ///< as on the losing carrier's records
    std::optional<std::chrono::year_month_day> requested_date;  ///< FOC wish; none = earliest
    std::string requested_time;         ///< "HH:MM", the gaining carrier's zone; empty = any; only with a date
    PortTarget target;
    std::string contact_email;          ///< ours, for the carrier's questions
    std::string comment;                ///< for the people who carry it out
    std::string language;               ///< the customer's, "en" or "fr"; empty = "en"
    std::vector<DocumentRef> documents;
};
BOOST_DESCRIBE_STRUCT(
    PortOrder, (),
    (reference, attempt, numbers, remaining, disconnect, losing_carrier, end_user, account_number, pin, btn,
     new_btn, service_address, requested_date, requested_time, target, contact_email, comment, language,
     documents)
)

/// An order that is at the carrier already, as `check_port`, `cancel_port` and the like get it.
struct OrderReference {
    std::string reference;
    std::int64_t attempt = 1;
    std::string carrier_id;  ///< the carrier's own id: ticket, order number
    std::vector<PhoneNumber> numbers;
    std::chrono::sys_seconds submitted_at{};
    json::object kept;       ///< what the plugin asked to be kept with the order (PortProgress::keep)
};
BOOST_DESCRIBE_STRUCT(OrderReference, (), (reference, attempt, carrier_id, numbers, submitted_at, kept))

/// Where a port order stands at the carrier.
struct PortProgress {
    std::string carrier_id;
    OrderState state = OrderState::submitted;
    std::string carrier_word;  ///< the carrier's own word, verbatim
    std::optional<std::chrono::year_month_day> foc;  ///< firm order commitment: the day it will happen
    std::vector<NumberProgress> numbers;             ///< empty: all as the order
    std::vector<Rejection> rejections;
    std::optional<std::chrono::seconds> check_again; ///< when the plugin wants the next check
    std::string note;
    json::object keep;         ///< handed back in OrderReference::kept
};
BOOST_DESCRIBE_STRUCT(
    PortProgress, (),
    (carrier_id, state, carrier_word, foc, numbers, rejections, check_again, note, keep)
)

/// Input of `supplement_port`: a correction of an order that the carrier has already.
struct Supplement {
    OrderReference order;
    PortOrder corrected;              ///< the whole order as it shall be now
    std::vector<std::string> fields;  ///< JSON pointers into it: what changed
};
BOOST_DESCRIBE_STRUCT(Supplement, (), (order, corrected, fields))

/// Answer of `release_packet`, input PortOrder: what the gaining side gets from the losing one.
struct ReleasePacket {
    std::string subject;
    std::string cover_letter;          ///< plain text in the customer's language
    std::vector<DocumentRef> documents;///< those of the order that go along, in this order
    std::vector<Problem> problems;     ///< what is missing or doubtful; blocking: the packet is not ready
};
BOOST_DESCRIBE_STRUCT(ReleasePacket, (), (subject, cover_letter, documents, problems))

/// Whether one number has left its losing carrier.
struct NumberLeft {
    PhoneNumber number;
    bool left = false;
    std::string carrier_word;  ///< its status while it is there, verbatim
};
BOOST_DESCRIBE_STRUCT(NumberLeft, (), (number, left, carrier_word))

/// Answer of `check_release`, input OrderReference: whether the numbers are still at the losing carrier.
struct ReleaseWatch {
    std::vector<NumberLeft> numbers;
    std::optional<std::chrono::seconds> check_again;
};
BOOST_DESCRIBE_STRUCT(ReleaseWatch, (), (numbers, check_again))

/// Input and answer of `check_portability`: each number answered on its own.
struct NumberList {
    std::vector<PhoneNumber> numbers;
    std::string reason;  ///< why, for the carrier's records; empty if none
};
BOOST_DESCRIBE_STRUCT(NumberList, (), (numbers, reason))

struct Portability {
    PhoneNumber number;
    bool portable = false;
    Reason reason = Reason::none;
    std::string carrier_word;
};
BOOST_DESCRIBE_STRUCT(Portability, (), (number, portable, reason, carrier_word))

/// Answer of `split`: numbers that may travel in one request. The whole answer is a list of groups.
struct NumberGroup {
    std::vector<PhoneNumber> numbers;
    std::string note_en, note_fr;  ///< what these numbers have in common
};
BOOST_DESCRIBE_STRUCT(NumberGroup, (), (numbers, note_en, note_fr))

/// Answer of `list_targets`: what a port can be aimed at.
struct TargetChoice {
    std::string kind;   ///< "trunk" or "offering"
    std::string id;
    std::string label_en, label_fr;
    std::vector<std::string> parents;  ///< subscriptions that it may belong to, "id: name"; empty if none is needed
    std::vector<std::string> details;  ///< names of PortTarget::details that it wants
};
BOOST_DESCRIBE_STRUCT(TargetChoice, (), (kind, id, label_en, label_fr, parents, details))

/// Answer of `list_numbers`: a number as the carrier has it.
struct CarrierNumber {
    PhoneNumber number;
    std::string carrier_id;
    NumberType type = NumberType::local;
    std::string carrier_word;  ///< its status there, verbatim
    std::string label;
    bool main_number = false;
};
BOOST_DESCRIBE_STRUCT(CarrierNumber, (), (number, carrier_id, type, carrier_word, label, main_number))

}  // namespace porteur
