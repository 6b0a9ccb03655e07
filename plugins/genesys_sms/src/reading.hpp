// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an answer of Genesys' desk says. The wording is a guess, in English and French: Genesys
// publishes none. So a reading is a proposal for a person; only where the account says so does the
// order follow it.

#include <string>
#include <string_view>

#include <porteur/model.hpp>

namespace genesys {

struct ReadingRules {
    std::string desk_address;  ///< whose domain the sender must have
    bool follow = false;       ///< the account takes what is recognised for the desk's word
};

/// What an answer proposes. Only what the desk wrote is weighed, not what it quotes of ours; a mail
/// that says two things at once, or comes from elsewhere, proposes nothing. @threads any
porteur::MailReading reading_of(const porteur::MailText& mail, const ReadingRules& rules);

/// "proof of identity", "pièce d'identité"; the type itself where it has no name. @threads any
std::string document_name(std::string_view type, std::string_view language);

/// ASCII and the accented letters of French. @threads any
std::string lower(std::string_view text);

}  // namespace genesys
