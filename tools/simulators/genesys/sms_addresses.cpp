// SPDX-License-Identifier: Apache-2.0
// The organisation's addresses, which some numbers want to be bought with.
#include "sms_numbers.hpp"

#include <utility>

#include <boost/json/object.hpp>

#include "kit/fields.hpp"

namespace porteur::sim {

Answer SmsNumbers::add_address(const json::value& body) {
    json::object address;
    for (const auto* name : {"name", "street", "city", "region", "postalCode", "countryCode"}) {
        const auto text = text_of(body, name);
        if (!text)
            return genesys_error(400, "constraint.validation", std::string(name) + " is required");
        address[name] = *text;
    }
    if (sms_country(std::string_view(address["countryCode"].get_string())) == nullptr ||
        address["postalCode"] == "00000") {
        return genesys_error(400, "invalid.address", "the address could not be validated");
    }
    const auto id = uuid_of("address", ++made_);
    address["id"] = id;
    address["validated"] = true;
    addresses_[id] = address;
    return answer_json(200, to_line(address));
}

Answer SmsNumbers::list_addresses(const Request& request) {
    std::vector<json::object> lines;
    for (const auto& [id, address] : addresses_) lines.push_back(to_line(address));
    return page_of(lines, request);
}

Answer SmsNumbers::one_address(const std::string& id) {
    const auto found = addresses_.find(id);
    if (found == addresses_.end()) return genesys_error(404, "not.found", "no such address");
    return answer_json(200, to_line(found->second));
}

Answer SmsNumbers::remove_address(const std::string& id) {
    if (addresses_.erase(id) == 0) return genesys_error(404, "not.found", "no such address");
    Answer gone;
    gone.status = 204;
    return gone;
}

}  // namespace porteur::sim
