// SPDX-License-Identifier: Apache-2.0
#include "wire.hpp"

#include <algorithm>

#include <porteur/json_at.hpp>
#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "codes.hpp"

namespace genesys {

using namespace porteur;

namespace {
constexpr auto numbers_path = "/api/v2/routing/sms/phonenumbers";
constexpr auto addresses_path = "/api/v2/routing/sms/addresses";

std::string street_of(const Address& at) {
    std::string out;
    for (const auto* part :
         {&at.house_number, &at.street, &at.street_type, &at.street_direction, &at.unit}) {
        if (part->empty()) continue;
        if (!out.empty()) out += ' ';
        out += *part;
    }
    return out;
}
}  // namespace

std::optional<OwnedNumber> owned_from(const json::value& body) {
    const auto number = PhoneNumber::from_json_text(text_at(body, "phoneNumber"));
    const auto id = text_at(body, "id");
    if (!number || id.empty()) return std::nullopt;
    const auto& provisioning = value_at(body, "provisioningStatus");
    return OwnedNumber{
        *number,
        id,
        text_at(body, "phoneNumberStatus"),
        text_at(body, "phoneNumberType"),
        text_at(provisioning, "state"),
        text_at(provisioning, "action"),
        text_at(value_at(provisioning, "error"), "code"),
        text_at(body, "name"),
        text_at(body, "countryCode"),
        text_at(body, "dateCreated")
    };
}

std::vector<OwnedNumber> owned_in(const json::value& listing) {
    std::vector<OwnedNumber> found;
    for (const auto& each : list_at(listing, "entities"))
        if (auto owned = owned_from(each)) found.push_back(std::move(*owned));
    return found;
}

std::optional<OwnedNumber> exactly(const json::value& listing, const PhoneNumber& number) {
    for (auto& each : owned_in(listing))
        if (each.number == number) return std::move(each);
    return std::nullopt;
}

void require_listing(const Answer& found) {
    require_ok(found);
    const auto& entities = value_at(found.json(), "entities");
    const auto is_entity = [](const json::value& each) { return each.is_object(); };
    if (!entities.is_array() || !std::ranges::all_of(entities.get_array(), is_entity))
        fail(
            ErrorKind::in_doubt, Reason::none, "",
            "genesys: " + phrase("the answer to a look-up cannot be understood; a person must look at what Genesys has")
        );
}

std::optional<OwnedNumber> looked_up(const Answer& found, const PhoneNumber& number) {
    require_listing(found);
    return exactly(found.json(), number);
}

std::string type_text(NumberType type) {
    switch (type) {
        case NumberType::local:
            return "local";
        case NumberType::mobile:
            return "mobile";
        case NumberType::toll_free:
            return "tollfree";
        default:
            fail(
                ErrorKind::unsupported, Reason::unsupported_by_gaining, "",
                "genesys: " + phrase("local, mobile and toll-free SMS numbers are sold here, no others")
            );
    }
}

NumberType type_from(std::string_view theirs) {
    if (theirs == "mobile") return NumberType::mobile;
    if (theirs == "tollfree") return NumberType::toll_free;
    if (theirs == "shortcode") return NumberType::short_code;
    return NumberType::local;
}

HttpRequest find_number(std::string step, const PhoneNumber& number) {
    // The filter means "contains", so digits alone are enough and a "+" need not survive a query.
    return http().get(std::move(step), numbers_path).query("phoneNumber", number.text().substr(1));
}

HttpRequest buy_number(
    std::string step, const PurchaseOrder& order, const PhoneNumber& number,
    const std::string& address_id
) {
    auto request = http().post(std::move(step), numbers_path);
    request.field("phoneNumber", number.text())
        .field("phoneNumberType", type_text(order.number_type))
        .field("countryCode", order.country)
        .field("name", order.reference)
        .once();
    if (!address_id.empty()) request.field("addressId", address_id);
    return request;
}

std::string digest_of(const Address& at) {
    std::uint32_t hash = 2166136261u;  // FNV-1a: it keeps the addresses of one order apart, no more
    const auto street = street_of(at);
    for (const auto* part : {&street, &at.city, &at.region, &at.postal_code, &at.country}) {
        for (const char letter : *part)
            hash = (hash ^ static_cast<unsigned char>(letter)) * 16777619u;
        hash *= 16777619u;  // a part ends here
    }
    std::string out;
    for (int shift = 28; shift >= 0; shift -= 4) out += "0123456789abcdef"[(hash >> shift) & 15];
    return out;
}

HttpRequest create_address(std::string step, const PurchaseOrder& order, const std::string& name) {
    return http()
        .post(std::move(step), addresses_path)
        .field("name", name)
        .field("street", street_of(order.address))
        .field("city", order.address.city)
        .field("region", order.address.region)
        .field("postalCode", order.address.postal_code)
        .field("countryCode", order.address.country)
        .field("autoCorrectAddress", true)
        .once();
}

}  // namespace genesys
