// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <porteur/model.hpp>
#include <porteur/op.hpp>

namespace thinktel {

/// Takes one number off its trunk, once: cancelled if it is gone, else exception with why. Ends no
/// operation, unless the host does. The steps are `step`, "find-" and "settle-" before it.
/// @threads [op]
porteur::Op<porteur::NumberProgress> give_back(
    std::string step, std::string pilot, porteur::PhoneNumber number, std::size_t index
);

/// Each number on its own, from whichever of the account's trunks it is on. @threads [op]
porteur::Op<porteur::ReleaseProgress> release_numbers(porteur::NumberList list);

}  // namespace thinktel
