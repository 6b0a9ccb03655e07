// SPDX-License-Identifier: Apache-2.0
#pragma once

// The 911 record of a number that was bought, and what happens when it is refused.

#include <string>
#include <vector>

#include <porteur/model.hpp>
#include <porteur/op.hpp>

namespace thinktel {

/// What a 911 record needs and the order lacks. @threads any
std::vector<porteur::Problem> problems_of_emergency(const porteur::PurchaseOrder& order);

/// How the record of one number ended.
struct Recorded {
    porteur::NumberProgress number;  ///< completed; cancelled: given back; exception: a person
    std::optional<porteur::Rejection> rejection;
    bool called_off = false;  ///< the order was meanwhile: the number is bought, and nothing is known of a record
};

/// Whether ThinkTel has a 911 record of the number. @threads [op]
porteur::Op<bool> has_record(porteur::PhoneNumber number, std::size_t index);

/// Makes the record, and gives the number back where it is refused. Ends no operation, unless the
/// host does. `index` tells the steps of several numbers apart.
/// @param may_undo  this attempt bought it; any other number stays, and a person is told
/// @threads         [op]
porteur::Op<Recorded> record_or_undo(
    porteur::PurchaseOrder order, std::string pilot, porteur::PhoneNumber number, std::size_t index,
    bool may_undo
);

}  // namespace thinktel
