// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is written to Genesys' desk, in English and French. Which of these words are ours is known
// here too, so that a reply that quotes them is not taken for what the desk says.
// @source CARRIERS.md 2.5

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/model.hpp>

#include "countries.hpp"
#include "letter.hpp"

namespace genesys {

/// "fr" for an order in French, "en" for all others. @threads any
std::string language_of(const porteur::PurchaseOrder& order);

/// What a reminder needs to know of a request, kept with the order.
struct DeskRequest {
    std::string reference, country, language, organization_id;
    std::string asked_on;  ///< "2026-11-23"
    std::vector<porteur::PhoneNumber> numbers;
    bool may_choose = false;  ///< Genesys may choose others in place of those that are gone
};

/// The request for a purchase. From its second attempt on an order says that it goes on with what
/// was written before. @threads any
Letter request_letter(
    const porteur::PurchaseOrder& order, const std::vector<porteur::PhoneNumber>& numbers,
    const std::string& organization_id, const Countries& countries
);
/// Asks the desk to drop a request. @threads any
Letter cancel_letter(const DeskRequest& request, const Countries& countries);
/// The one reminder of a request without an answer. @threads any
Letter reminder_letter(const DeskRequest& request, const Countries& countries);

/// Whether a line of a mail is one of our own letters' fixed sentences or begins their rows,
/// however the reader's mail program has cut or indented it. @param line  lower case, without ">"
/// and blanks around
bool is_our_sentence(std::string_view line);
/// Our reference in a text or a subject of ours; empty if it is not there. @threads any
std::string reference_in(std::string_view text);
std::string reference_in_subject(std::string_view subject);

}  // namespace genesys
