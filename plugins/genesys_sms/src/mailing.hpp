// SPDX-License-Identifier: Apache-2.0
#pragma once

// Mails to Genesys' desk: shown first if the account says so, then sent once.

#include <string>
#include <vector>

#include <porteur/model.hpp>
#include <porteur/op.hpp>

#include "review.hpp"

namespace genesys {

/// A request that left.
struct Asked {
    std::string message_id;
    Review review;
};

/// Mails the desk about these numbers of the order, with all its documents.
/// @errors  invalid_input: the person who was shown it refused it; in_doubt: nobody knows whether
/// it left
/// @threads [op]
porteur::Op<Asked> ask_desk(
    porteur::PurchaseOrder order, std::vector<porteur::PhoneNumber> numbers
);

/// What came of a reminder: `sent` only where the mail server has taken it.
struct Reminded {
    Reminder reminder;
    std::string told;  ///< a sentence about the desk
};

/// Reminds the desk of a request, once. What comes of it is only told, as nothing hangs on it.
/// @threads [op]
porteur::Op<Reminded> remind_desk(DeskRequest request);

/// Asks the desk to drop a request, once. @return whether the mail server has taken the mail; if not, the
/// link broke as it was handed over
/// @errors  rejected: it did not leave, as it was not approved or not taken
/// @threads [op]
porteur::Op<bool> call_off_at_desk(DeskRequest request);

/// The desk's address by the account's settings. @threads [op]
std::string desk_address(const porteur::AccountSettings& mine);

}  // namespace genesys
