// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the tests of the Genesys simulator share: the simulator, and a mail to its desk.

#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "genesys/genesys.hpp"
#include "loopback.hpp"

namespace porteur::sim::test {

inline const std::string numbers = "/api/v2/routing/sms/phonenumbers";
inline const std::string organisation = "5f1c1d6e-7c1b-4e0b-9a70-0a1b2c3d4e5f";

struct GenesysSim {
    explicit GenesysSim(const std::vector<std::string>& options = {})
        : running(genesys_program(), options) {
        client().authorization = "Bearer " + token();
    }
    Client& client() { return running.client(); }
    std::string token() {
        const auto reply = client().send(
            "POST", "/oauth/token", "grant_type=client_credentials",
            {{"Authorization", basic("genesys-client", "genesys-secret")},
             {"Content-Type", "application/x-www-form-urlencoded"}}
        );
        return reply.json().at("access_token").as_string().c_str();
    }
    Reply buy(const std::string& number, const std::string& type, const std::string& country) {
        return client().post(
            numbers, {{"phoneNumber", number},
                      {"phoneNumberType", type},
                      {"countryCode", country},
                      {"name", "order-1"}}
        );
    }
    json::value only_mail() { return mail(0); }
    /// The mail that came as the first, the second, ...; null if there is none.
    json::value mail(std::size_t index) {
        for (const auto& order : client().received().at("orders").as_array()) {
            if (order.at("kind") == "mail" && index-- == 0) return order;
        }
        return nullptr;
    }
    std::size_t inventory(const std::string& filter = {}) {
        return client().get(numbers + filter).json().at("entities").as_array().size();
    }

    Running running;
};

struct Letter {
    std::string id = "<request-1@acme.example>";
    std::string country = "France";
    std::string wanted = "+33 6 39 98 00 01";
    std::string org = "Organization ID: " + organisation;
    std::string wish = "If it is gone you may choose another number.";
    bool with_document = true;
    std::string more = "";  ///< further header lines
    std::string paper = "JVBERg==";
    std::string hello = "";

    std::string text() const {
        return "From: Acme Ports <orders@acme.example>\r\n"
               "Reply-To: <case-1@acme.example>\r\n"
               "To: GenesysCloudSMS@genesys.com\r\n"
               "Subject: SMS numbers for " +
               country +
               "\r\n"
               "Message-ID: " +
               id + "\r\n" + more +
               "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
               "--b\r\nContent-Type: text/plain\r\n\r\n" + hello +
               "Country: " + country + "\r\nNumbers: " + wanted + "\r\n" + org + "\r\n" + wish +
               "\r\nCall us: +1 416 555 0100\r\n" +
               (with_document ? "--b\r\nContent-Type: application/pdf\r\n"
                                "Content-Transfer-Encoding: base64\r\n"
                                "Content-Disposition: attachment; filename=\"kbis.pdf\"\r\n\r\n" +
                                    paper + "\r\n"
                              : "") +
               "--b--\r\n";
    }
};

}  // namespace porteur::sim::test
