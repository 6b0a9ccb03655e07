// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <boost/json/object.hpp>

#include "kit/message.hpp"

namespace porteur::sim {

/// What RingCentral has on record of the account "Acme Inc", but for its numbers. @threads one
class AccountRecords {
public:
    static constexpr std::int64_t id = 159'048'008;

    /// @param uri  of the account, absolute: links lead back to where the request came to
    Answer account(const std::string& uri) const;
    Answer business_address(const std::string& uri) const;
    Answer service_info(const std::string& uri) const;

    /// Takes the keys that the body has; the others stay.
    void change_address(const json::value& body);
    /// @param reason  of statusInfo; empty if there is none
    void set_status(std::string status, std::string reason);
    void set_billing(std::string type) { billing_type_ = std::move(type); }

private:
    json::object service() const;

    std::string status_ = "Confirmed";
    std::string status_reason_;
    std::string billing_type_ = "Regular";
    std::string company_ = "Acme Inc";
    std::string email_ = "admin@acme.example";
    json::object address_ = {
        {"country", "CA"},         {"state", "ON"},   {"city", "Toronto"},
        {"street", "1 King St W"}, {"zip", "M5V1A1"},
    };
};

}  // namespace porteur::sim
