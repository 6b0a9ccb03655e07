// SPDX-License-Identifier: Apache-2.0
#pragma once

// Genesys' desk for purchases that need papers: what is written to it, and what its answers say.
// @source CARRIERS.md 2.5

#include <string>

#include <porteur/model.hpp>

namespace genesys {

/// The request for a purchase, English, plain text. Everything comes from the order; line breaks in
/// its fields become blanks. @threads any
struct DeskMail {
    std::string subject, text;
};
DeskMail desk_mail(
    const porteur::PurchaseOrder& order, const std::vector<porteur::PhoneNumber>& numbers,
    const std::string& organization_id
);

/// What an answer of the desk proposes. Only what the desk wrote is weighed, not what it quotes of
/// ours; a mail that says two things at once, or comes from elsewhere, proposes nothing.
/// The wording is a guess: Genesys publishes none, so a reading is never `certain`.
/// @param desk_address  whose domain the sender must have
/// @threads any
porteur::MailReading reading_of(const porteur::MailText& mail, const std::string& desk_address);

}  // namespace genesys
