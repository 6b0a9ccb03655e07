// SPDX-License-Identifier: Apache-2.0
#include "mail/threading.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <porteur/phrase.hpp>

#include "mail/text_codec.hpp"

namespace porteur {
namespace {

constexpr std::size_t proposals_max = 20;

using Orders = std::set<std::string>;

Orders by_token(const ReceivedMail& mail, const ReplyLookups& lookups) {
    Orders found;
    if (!lookups.order_by_token) return found;
    for (const Mailbox& mailbox : mail.to) {
        const auto token = token_in_address(mailbox.address, lookups.desk);
        if (!token) continue;
        auto order = lookups.order_by_token(*token);
        if (order && is_reply_token(*token, *order, lookups.key)) found.insert(std::move(*order));
    }
    return found;
}

Orders by_message_id(const ReceivedMail& mail, const ReplyLookups& lookups) {
    Orders found;
    if (!lookups.order_by_message_id) return found;
    const auto look_up = [&](const std::string& id) {
        if (id.empty()) return;
        if (auto order = lookups.order_by_message_id(id)) found.insert(std::move(*order));
    };
    for (const auto& id : mail.in_reply_to) look_up(id);
    for (const auto& id : mail.references) look_up(id);
    if (mail.delivery_status) look_up(mail.delivery_status->message_id());
    return found;
}

Orders by_reference(const ReceivedMail& mail, const ReplyLookups& lookups) {
    constexpr std::size_t words_max = 50;
    constexpr std::string_view word_letters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
    Orders found;
    if (!lookups.order_by_reference) return found;
    std::string_view left = mail.subject;
    for (std::size_t count = 0; count < words_max; ++count) {
        const auto start = left.find_first_of(word_letters);
        if (start == left.npos) break;
        left.remove_prefix(start);
        const auto word = left.substr(0, left.find_first_not_of(word_letters));
        left.remove_prefix(word.size());
        // A reference has a digit, which keeps "Re" and "purchase" from being asked for.
        if (word.size() < 4 || word.size() > 64 || word.find_first_of("0123456789") == word.npos)
            continue;
        if (auto order = lookups.order_by_reference(word)) found.insert(std::move(*order));
    }
    return found;
}

void propose(ReplyMatch& match, const Orders& orders) {
    for (const std::string& order : orders) {
        const bool known = std::ranges::find(match.proposals, order) != match.proposals.end();
        if (!known && match.proposals.size() < proposals_max) match.proposals.push_back(order);
    }
}

}  // namespace

std::string_view name_of(MatchedBy by) noexcept {
    switch (by) {
        case MatchedBy::address_token:
            return "address_token";
        case MatchedBy::message_id:
            return "message_id";
        case MatchedBy::subject_reference:
            return "subject_reference";
        case MatchedBy::carrier_domain:
            return "carrier_domain";
        case MatchedBy::nothing:
            return "nothing";
    }
    return "nothing";
}

ReplyMatch match_reply(const ReceivedMail& mail, const ReplyLookups& lookups) {
    ReplyMatch match;
    match.from_machine = mail.from_machine();
    const std::string domain = domain_of(mail.from.address);

    const Orders tokens = by_token(mail, lookups);
    const Orders ids = by_message_id(mail, lookups);
    Orders certain = tokens;
    certain.insert(ids.begin(), ids.end());
    if (!certain.empty()) {
        match.by = tokens.empty() ? MatchedBy::message_id : MatchedBy::address_token;
        if (certain.size() == 1) {
            match.order = *certain.begin();
            match.sender_expected =
                lookups.sender_expected && lookups.sender_expected(match.order, domain);
            match.reason = tokens.empty()
                               ? phrase("it answers a mail of this order")
                               : phrase("it came to the address that was given out for this order");
        } else {
            propose(match, certain);
            match.reason = phrase("its address and the mails it answers belong to different orders");
        }
        return match;
    }
    if (const Orders references = by_reference(mail, lookups); !references.empty()) {
        match.by = MatchedBy::subject_reference;
        propose(match, references);
        match.reason = phrase("its subject names the order, which anybody can write");
        return match;
    }
    if (lookups.orders_of_domain && !domain.empty()) {
        const auto orders = lookups.orders_of_domain(domain);
        if (!orders.empty()) {
            match.by = MatchedBy::carrier_domain;
            propose(match, Orders(orders.begin(), orders.end()));
            match.reason = phrase("it came from the carrier's domain, without saying about which order");
            return match;
        }
    }
    match.reason = phrase("nothing in it tells an order");
    return match;
}

}  // namespace porteur
