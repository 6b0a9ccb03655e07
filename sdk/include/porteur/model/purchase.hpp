// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <porteur/json.hpp>
#include <porteur/model/common.hpp>
#include <porteur/model/port.hpp>

namespace porteur {

/// What to do when a wished number is gone by the time the seller looks.
BOOST_DEFINE_ENUM_CLASS(AlternatesPolicy, choose_for_us, contact_us)

/// Input of `search_numbers`.
struct NumberQuery {
    std::string country;                    ///< ISO 3166-1 alpha-2
    std::optional<NumberType> number_type;
    std::string area_code;
    std::string region;
    std::string city;
    std::string contains;                   ///< digits that the number shall contain
    std::int64_t quantity = 10;
};
BOOST_DESCRIBE_STRUCT(NumberQuery, (), (country, number_type, area_code, region, city, contains, quantity))

struct AvailableNumber {
    PhoneNumber number;
    NumberType type = NumberType::local;
    std::string country, region, city;
    std::vector<std::string> features;      ///< "voice", "sms", "mms", "fax", "e911"
    bool documents_needed = false;          ///< buying it needs papers
    std::string monthly_price;              ///< as text with currency, "1.00 USD"; empty if not told
};
BOOST_DESCRIBE_STRUCT(
    AvailableNumber, (), (number, type, country, region, city, features, documents_needed, monthly_price)
)

/// A purchase as a seller's plugin gets it.
struct PurchaseOrder {
    std::string reference;                  ///< ours, unique; the same on every try
    std::int64_t attempt = 1;
    std::string country;
    NumberType number_type = NumberType::local;
    std::vector<PhoneNumber> numbers;       ///< the wished ones; none: any `quantity` of `area`
    std::int64_t quantity = 0;              ///< only without numbers
    std::string area;                       ///< rate center or area code, as the seller's search has it
    PortTarget target;                      ///< the trunk that they go to, where the seller has trunks
    std::optional<Address> emergency_address;  ///< where the caller is, for E911; none = no record is made
    EndUser end_user;
    Address address;                        ///< of the end user, where the country wants one
    AlternatesPolicy alternates = AlternatesPolicy::contact_us;
    std::string contact_email;
    std::string comment;
    std::string language;                   ///< the customer's, "en" or "fr"; empty = "en"
    std::vector<DocumentRef> documents;
};
BOOST_DESCRIBE_STRUCT(
    PurchaseOrder, (),
    (reference, attempt, country, number_type, numbers, quantity, area, target, emergency_address, end_user,
     address, alternates, contact_email, comment, language, documents)
)

/// Where a purchase stands at the seller.
struct PurchaseProgress {
    std::string carrier_id;
    OrderState state = OrderState::submitted;
    std::string carrier_word;
    std::vector<NumberProgress> numbers;    ///< empty: all as the order
    std::vector<PhoneNumber> alternates;    ///< offered in place of what is gone
    std::vector<Rejection> rejections;
    std::optional<std::chrono::seconds> check_again;
    std::string note;
    json::object keep;
};
BOOST_DESCRIBE_STRUCT(
    PurchaseProgress, (),
    (carrier_id, state, carrier_word, numbers, alternates, rejections, check_again, note, keep)
)

/// Answer of `release_numbers`: which numbers went, each on its own. Empty: all of them.
struct ReleaseProgress {
    std::vector<NumberProgress> numbers;    ///< `cancelled` = given back; else why not
    std::string note;
};
BOOST_DESCRIBE_STRUCT(ReleaseProgress, (), (numbers, note))

}  // namespace porteur
