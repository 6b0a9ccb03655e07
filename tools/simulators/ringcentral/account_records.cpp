// SPDX-License-Identifier: Apache-2.0
#include "account_records.hpp"

#include <utility>

#include <boost/json/array.hpp>

#include "kit/encoding.hpp"
#include "kit/fields.hpp"

namespace porteur::sim {

Answer AccountRecords::account(const std::string& uri) const {
    json::object line = {
        {"id", id},
        {"uri", uri},
        {"bsid", "acme-bsid"},
        {"mainNumber", "14165550100"},
        {"status", status_},
        {"setupWizardState", "Completed"},
        {"serviceInfo", service()},
        {"operator",
         {{"id", 1'000'101}, {"uri", uri + "/extension/1000101"}, {"extensionNumber", "101"}}},
        {"regionalSettings", {{"timeFormat", "24h"}}},
    };
    if (!status_reason_.empty()) line["statusInfo"] = {{"reason", status_reason_}};
    return answer_json(200, line);
}

Answer AccountRecords::business_address(const std::string& uri) const {
    return answer_json(
        200, {{"uri", uri + "/business-address"},
              {"company", company_},
              {"email", email_},
              {"mainSiteName", "Main Site"},
              {"businessAddress", address_}}
    );
}

Answer AccountRecords::service_info(const std::string& uri) const {
    auto line = service();
    line["uri"] = uri + "/service-info";
    line["servicePlanName"] = "RingEX Advanced";
    line["serviceFeatures"] = json::array{
        {{"featureName", "SMS"}, {"enabled", true}},
        {{"featureName", "Fax"}, {"enabled", true}},
        {{"featureName", "InternationalCalling"}, {"enabled", false}},
    };
    return answer_json(200, line);
}

void AccountRecords::change_address(const json::value& body) {
    company_ = text_of(body, "company").value_or(company_);
    email_ = text_of(body, "email").value_or(email_);
    const auto* address = member(body, "businessAddress");
    if (address == nullptr || !address->is_object()) return;
    for (const auto& each : address->get_object()) address_[each.key()] = each.value();
}

void AccountRecords::set_status(std::string status, std::string reason) {
    status_ = std::move(status);
    status_reason_ = std::move(reason);
}

json::object AccountRecords::service() const {
    const json::object country = {{"id", "39"}, {"name", "Canada"}, {"isoCode", "CA"}};
    return {
        {"brand", {{"id", "3610"}, {"name", "RingCentral Canada"}, {"homeCountry", country}}},
        {"contractedCountry", country},
        {"servicePlan", {{"id", "1"}, {"name", "RingEX Advanced"}, {"edition", "Advanced"}}},
        {"billingPlan",
         {{"id", "1"},
          {"name", "Monthly"},
          {"durationUnit", "Month"},
          {"duration", 1},
          {"type", billing_type_},
          {"includedPhoneLines", 100}}},
    };
}

}  // namespace porteur::sim
