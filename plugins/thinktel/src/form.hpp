// SPDX-License-Identifier: Apache-2.0
#pragma once

// The PortForm, which all nine procedures share, and the request that is made of it.
// @source CARRIERS.md 3.4 and ThinkTel's OpenAPI file: NumberPortOrderFormV2 (40 fields) and
//         NumberPortTollFreeOrderFormV2

#include <string>

#include <porteur/http.hpp>
#include <porteur/model.hpp>

#include "services.hpp"

namespace thinktel {

/// Settings that go into a form: who submits, and from where numbers usually come.
struct Submitter {
    std::string email, first_name, last_name, telephone;
    std::int64_t current_provider = 0;
    std::string current_reseller;
};
Submitter submitter_of(const porteur::AccountSettings& mine);

/// Whom the numbers leave, as the form wants it: a provider of ThinkTel's list, or a name.
struct LosingSide {
    std::int64_t provider = 0;
    std::string reseller;
    bool not_mandatory = false;
};

/// What details and settings say of the losing side; both empty where only the order's own
/// losing_carrier can tell. The details come first, then the account's settings. @threads any
LosingSide losing_side_of(const porteur::PortOrder& order, const Submitter& submitter);

/// The request that submits a port, documents by reference, sent ONCE under the step "submit". The
/// order has been checked (checks.hpp, details.hpp).
porteur::HttpRequest submission(
    const porteur::PortOrder& order, const Destination& destination, const Submitter& submitter,
    const LosingSide& losing_side
);

}  // namespace thinktel
