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

/// Reminds the desk of a request, once. What comes of it is only told, as nothing hangs on it:
/// that it was, that it may have been, or why not, as a sentence. @threads [op]
porteur::Op<std::string> remind_desk(DeskRequest request);

/// The desk's address by the account's settings. @threads [op]
std::string desk_address(const porteur::AccountSettings& mine);

}  // namespace genesys
