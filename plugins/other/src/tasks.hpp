// SPDX-License-Identifier: Apache-2.0
#pragma once

// The texts of the tasks, in the customer's language, and what a person's answer means.

#include <porteur/effects.hpp>
#include <porteur/model.hpp>

#include "carrier.hpp"

namespace other {

/// The packet: what to hand in, where, with which documents. The PIN is not in it.
/// @threads any
std::string packet_of(const porteur::PortOrder& order, const Carrier& carrier);

/// What a losing carrier's records are compared with. @threads any
std::string comparison_of(const porteur::PortOrder& order, const Carrier& carrier);

/// What is asked when an order is followed. @threads any
std::string question_of(const porteur::OrderReference& order, const Carrier& carrier, bool french);

/// What is asked when an order shall be cancelled. @threads any
std::string cancellation_of(
    const porteur::OrderReference& order, const Carrier& carrier, bool french
);

/// What to buy, for whom. @threads any
std::string shopping_list_of(const porteur::PurchaseOrder& order, const Carrier& carrier);

/// What is asked when a purchase is followed. @threads any
std::string purchase_question_of(
    const porteur::OrderReference& order, const Carrier& carrier, bool french
);

/// The corrected fields with what they shall be now; a PIN is named, not shown. @threads any
std::string corrections_of(
    const porteur::Supplement& supplement, const Carrier& carrier, bool french
);

/// A person's "refused" with their words. "PIN_INVALID: it has eight digits" gives the canonical
/// reason too, and with it the fields to correct; any other text is kept as it is.
/// @threads any
porteur::Rejection refusal_from(std::string_view text);

/// The carrier's id in an answer: its first line. @threads any
std::string id_from(std::string_view text);

/// Without the blanks around it. @threads any
std::string trimmed(std::string_view text);

}  // namespace other
