// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "settings/secret.hpp"

namespace porteur {

class TableReader;

/// [phones.NAME.call_back]: how the telephone system is asked to ring somebody and then a number
struct CallBackSettings {
    std::string method = "POST";
    std::string url;    ///< without a query
    std::string query;  ///< "endpoint=PJSIP/{from}&extension={to}"; values are percent-encoded
    std::string body;   ///< the same, as its content type wants them
    std::string content_type = "application/json";
    std::string user;                ///< empty: the password is a token (Bearer); else Basic
    SecretRef password;              ///< none: no credentials
    std::vector<std::string> allow;  ///< as in [webhooks]; AddressGuard has the form
    std::filesystem::path ca_file;   ///< empty: the system's authorities
    std::chrono::milliseconds timeout{15'000};
    std::uint32_t per_minute = 6;  ///< of one person
    friend bool operator==(const CallBackSettings&, const CallBackSettings&) = default;
};

/// [phones.NAME]: a telephone system for the people of an account and of all below it
struct PhoneSettings {
    std::string name;
    std::int64_t tenant = 0;
    std::string websocket;  ///< "wss://pbx.example.net/ws"; empty: no soft phone
    std::string domain;     ///< of SIP addresses
    std::optional<CallBackSettings> call_back;
    friend bool operator==(const PhoneSettings&, const PhoneSettings&) = default;
};

/// Reads [phones.NAME] for each NAME; at most one for an account.
void read_phones(TableReader& in, std::vector<PhoneSettings>& phones);

}  // namespace porteur
