// SPDX-License-Identifier: Apache-2.0
#pragma once

// The numbers of a SIP trunk.

#include <set>
#include <string>
#include <vector>

#include <porteur/model.hpp>
#include <porteur/op.hpp>

namespace thinktel {

struct Did {
    porteur::PhoneNumber number;
    std::string label;
};

/// All numbers of a trunk, page by page.
///
/// @param step      "find" for the first page, then "find-2"
/// @param looks_up  the ONCE step whose outcome this is to tell; empty for a mere reading
/// @threads         [op]
porteur::Op<std::vector<Did>> dids_of(std::string step, std::string pilot, std::string looks_up);

/// The same as a set of numbers. @threads [op]
porteur::Op<std::set<porteur::PhoneNumber>> numbers_on(
    std::string step, std::string pilot, std::string looks_up
);

/// "/SipTrunks/7005551212/Dids/4165550101" @threads any
std::string did_path(const std::string& pilot, const porteur::PhoneNumber& number);

}  // namespace thinktel
