// SPDX-License-Identifier: Apache-2.0
#include "inventory.hpp"

#include <utility>

#include <boost/json/object.hpp>

namespace porteur::sim {
namespace {

constexpr std::int64_t id_first = 246'715'000;
constexpr std::int64_t extension_id_first = 1'000'000;
constexpr int local_count = 108;
constexpr int toll_free_count = 12;

/// What the local number at this place of the default account is for.
RingcentralNumber local_number(int at) {
    RingcentralNumber number;
    number.number = "+1416555" + std::to_string(10'100 + at).substr(1);
    number.usage = "DirectNumber";
    if (at == 0) {
        number.usage = "MainCompanyNumber";
    } else if (at < 80 || at == 101) {
        number.extension = std::to_string(100 + at);
    } else if (at < 90) {
        number.usage = "CompanyNumber";
    } else if (at < 92) {
        number.usage = "CompanyFaxNumber";
        number.type = "FaxOnly";
    } else if (at < 96) {
        number.usage = "Inventory";
    } else if (at == 96) {
        // A number elsewhere that is forwarded here: not RingCentral's to give away.
        number.usage = "ForwardedNumber";
        number.payment = "External";
    } else if (at == 97) {
        number.usage = "ConferencingNumber";
        number.type = "VoiceOnly";
    } else if (at == 98) {
        number.usage = "ELIN";
        number.type = "VoiceOnly";
    } else if (at == 99) {
        number.status = "Pending";  // on its way in; number 100 stands in for it
    } else if (at == 100) {
        number.status = "Temporary";
    } else {
        number.usage = "ContactCenterNumber";
        number.type = "VoiceOnly";
    }
    if (at == 101) number.status = "PortedIn";
    return number;
}

}  // namespace

std::string RingcentralNumber::usage_v1() const {
    return usage == "Inventory" ? "NumberPool" : usage;
}

void RingcentralInventory::reset() {
    numbers_.clear();
    next_id_ = id_first;
    for (int at = 0; at < local_count; ++at) add(local_number(at));
    numbers_.at(id_first + 99).temporary = id_first + 100;
    for (int at = 0; at < toll_free_count; ++at) {
        RingcentralNumber number;
        number.number = "+1888555" + std::to_string(10'100 + at).substr(1);
        number.usage = "CompanyNumber";
        number.payment = "TollFree";
        add(std::move(number));
    }
}

RingcentralNumber* RingcentralInventory::find(std::int64_t id) {
    const auto found = numbers_.find(id);
    return found == numbers_.end() ? nullptr : &found->second;
}

RingcentralNumber* RingcentralInventory::find(std::string_view number) {
    for (auto& [id, each] : numbers_) {
        if (each.number == number) return &each;
    }
    return nullptr;
}

RingcentralNumber& RingcentralInventory::add(RingcentralNumber number) {
    number.id = next_id_++;
    return numbers_.emplace(number.id, std::move(number)).first->second;
}

bool RingcentralInventory::remove(std::string_view number) {
    const auto* found = find(number);
    return found != nullptr && numbers_.erase(found->id) > 0;
}

json::object RingcentralInventory::line_v1(
    const RingcentralNumber& number, const std::string& account_uri
) {
    const auto id = std::to_string(number.id);
    json::object line = {
        {"uri", account_uri + "/phone-number/" + id},
        {"id", number.id},
        {"phoneNumber", number.number},
        {"paymentType", number.payment},
        {"type", number.type},
        {"usageType", number.usage_v1()},
        {"status", number.status},
        {"location", number.is_toll_free() ? "" : "Toronto, ON"},
        {"primary", number.usage == "MainCompanyNumber"},
    };
    if (!number.extension.empty()) {
        const auto extension_id = extension_id_first + std::stoll(number.extension);
        line["extension"] = {
            {"id", extension_id},
            {"uri", account_uri + "/extension/" + std::to_string(extension_id)},
            {"name", "User " + number.extension},
            {"extensionNumber", number.extension},
        };
    }
    if (const auto* standing_in = find(number.temporary)) {
        line["temporaryNumber"] = {
            {"id", std::to_string(standing_in->id)}, {"phoneNumber", standing_in->number}
        };
    }
    return line;
}

json::object RingcentralInventory::line_v2(const RingcentralNumber& number) {
    json::object line = {
        {"id", std::to_string(number.id)},
        {"phoneNumber", number.number},
        {"type", number.type},
        {"tollType", number.is_toll_free() ? "TollFree" : "Toll"},
        {"usageType", number.usage},
        {"status", number.status},
        {"activationStatus", "Active"},
        {"byocNumber", false},
        {"mobileNumber", false},
        {"primary", number.usage == "MainCompanyNumber"},
    };
    if (!number.extension.empty()) {
        line["extension"] = {
            {"id", std::to_string(extension_id_first + std::stoll(number.extension))},
            {"extensionNumber", number.extension},
        };
    }
    return line;
}

}  // namespace porteur::sim
