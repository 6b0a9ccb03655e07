// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a number can be ported into, and which of ThinkTel's nine procedures does it.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/model.hpp>

namespace thinktel {

/// The numbers are those of Offering.Type; an existing trunk has none.
/// @source ThinkTel's page "Demandes de portage", table of service types
enum class Service : std::uint8_t {
    trunk = 0,
    general_product = 1,
    general_child_product = 2,
    residential_line = 3,
    business_line = 4,
    permanent_call_forward = 5,
    business_permanent_call_forward = 6,
    virtual_fax = 7,
};

/// The service of an offering's Type; nothing for a type that is not documented. @threads any
std::optional<Service> service_of_type(std::int64_t type);

/// "a SIP trunk", "a virtual fax". @threads any
std::string_view name_of(Service service);
/// The same in French. @threads any
std::string_view french_name_of(Service service);

/// Where the request is posted; empty where ThinkTel has no procedure: toll-free numbers go to
/// trunks and permanent call forwards only. @threads any
std::string_view procedure_path(Service service, bool toll_free);

/// A subscription that an offering may belong to.
struct Parent {
    std::string id;
    std::string name;                    ///< its own, such as a pilot number
    std::string product_en, product_fr;  ///< what it is a subscription of
};

/// Where an order's numbers go, as far as ThinkTel knows it.
struct Destination {
    Service service = Service::trunk;
    bool toll_free = false;
    std::string id;                       ///< pilot number or OfferingID
    std::vector<Parent> parents{};  ///< PotentialParentSubscriptions; empty if none are told
    std::optional<std::int64_t> account{};  ///< the user's account code, where lines want one
};

/// The ids of those that are called so: the one with this id, else all that have this name, or that
/// are a subscription of a product of this name, in English or in French. @threads any
std::vector<std::string> ids_called(const std::vector<Parent>& parents, const std::string& name);

/// What stands beside the PortForm in the request's body. The order has been checked (checks.hpp).
/// @threads any
porteur::json::object body_beside_form(
    const porteur::PortOrder& order, const Destination& destination
);

}  // namespace thinktel
