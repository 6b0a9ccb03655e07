// SPDX-License-Identifier: Apache-2.0
#pragma once

// What each of the orders is, what is wrong with it at first, and how a person mends it: all of it
// drawn from one seed before anything is sent.

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include <porteur/json.hpp>

namespace porteur::testing {

enum class Kind {
    port,              ///< into ThinkTel from a carrier that is not asked
    refused_port,      ///< the same, and refused for one reason or another
    split_port,        ///< standard and toll-free numbers, which ThinkTel takes in two requests
    by_hand,           ///< from RingCentral to a carrier without a plugin
    leaving_port,      ///< from RingCentral, which is asked before and after, to ThinkTel
    api_purchase,      ///< at Genesys
    mail_purchase,     ///< at Genesys' desk
    papers_purchase,   ///< the same, and the desk wants one more document
    offered_purchase,  ///< the same, and the desk offers other numbers
    trunk_purchase     ///< at ThinkTel, with a 911 record
};
std::string_view name_of(Kind kind);

/// What a person does about a refusal.
enum class Fix {
    wrong_new,           ///< corrects it wrongly, as a new request
    right_new,           ///< corrects it, as a new request
    right_supplement,    ///< corrects it, and the porting team takes the correction
    refused_supplement,  ///< corrects it, and the porting team does not take it
};

/// How an order by hand goes.
enum class ByHand { plain, nothing_new_first, refused_when_handed_in, refused_later };

/// A field that is wrong at first. Changes are merge patches of a request.
struct WrongField {
    std::string_view name;
    json::object wrong, right, wrong_again;
    std::string_view code, field, remarks;  ///< of ThinkTel's RejectDetails
};

struct Plan {
    int order = 0;
    Kind kind = Kind::port;
    std::string number;    ///< the first that is asked for
    std::string number_2;  ///< of a split port: the toll-free one; of a purchase: what is chosen
                           ///< when that is gone
    const WrongField* wrong = nullptr;
    bool refused_at_once = false;  ///< by Reply 0, so that there is no ticket of it
    std::deque<Fix> fixes;
    ByHand by_hand = ByHand::plain;

    bool is_port() const { return kind <= Kind::leaving_port; }
    /// Whether RingCentral loses the number.
    bool leaves() const { return kind == Kind::by_hand || kind == Kind::leaving_port; }
    bool by_mail() const {
        return kind == Kind::mail_purchase || kind == Kind::papers_purchase ||
               kind == Kind::offered_purchase;
    }
    std::string reference() const { return "mixed-" + std::to_string(order); }
    std::string country() const;
};

/// @param papers  ids of documents that were uploaded: "loa", "loa-blurred", "loa-unsigned"
std::vector<WrongField> wrong_fields_of_ports(const std::map<std::string, std::string>& papers);
std::vector<WrongField> wrong_fields_of_ringcentral();

/// @param fields, records  live as long as the plans
std::vector<Plan> plans_of(
    int count, std::uint64_t seed, const std::vector<WrongField>& fields,
    const std::vector<WrongField>& records
);

/// The order as its maker writes it down, with what is wrong with it.
json::object request_of(const Plan& plan, const std::map<std::string, std::string>& papers);

/// Puts a merge patch of objects (RFC 7396, without nulls) into a request.
void merge(json::object& into, const json::object& patch);

}  // namespace porteur::testing
