// SPDX-License-Identifier: Apache-2.0
#include "genesys_sim.hpp"

#include <gmock/gmock.h>

#include "genesys/countries.hpp"

namespace porteur::sim::test {
namespace {

using testing::HasSubstr;

TEST(GenesysSimulator, RefusesWithoutAGoodToken) {
    GenesysSim sim;
    sim.client().script({{"expire_tokens", true}});
    const auto refused = sim.client().get(numbers);
    EXPECT_EQ(refused.status, 401);
    EXPECT_EQ(refused.json().at("code"), "bad.credentials");
    EXPECT_FALSE(refused.header("inin-correlation-id").empty());
    sim.client().authorization.clear();
    EXPECT_EQ(sim.client().get(numbers).json().at("code"), "authentication.required");
    const auto wrong = sim.client().send(
        "POST", "/oauth/token", "grant_type=client_credentials",
        {{"Authorization", basic("genesys-client", "wrong")}}
    );
    EXPECT_EQ(wrong.json().at("error"), "invalid_client");
}

TEST(GenesysSimulator, OffersThirtyRandomNumbersAndOthersTheNextTime) {
    GenesysSim sim;
    const auto search =
        "/api/v2/routing/sms/availablephonenumbers?countryCode=FR&phoneNumberType=mobile";
    const auto first = sim.client().get(search);
    ASSERT_EQ(first.json().at("entities").as_array().size(), 30U);
    EXPECT_THAT(
        first.json().at("entities").at(0).at("phoneNumber").as_string().c_str(),
        testing::StartsWith("+33639")
    );
    EXPECT_NE(sim.client().get(search).body, first.body);
    GenesysSim same_seed;
    EXPECT_EQ(same_seed.client().get(search).body, first.body);
    GenesysSim other_seed({"--seed", "2"});
    EXPECT_NE(other_seed.client().get(search).body, first.body);
}

TEST(GenesysSimulator, SearchesByAreaCodeAndPattern) {
    GenesysSim sim;
    const std::string search =
        "/api/v2/routing/sms/availablephonenumbers?countryCode=US&phoneNumberType=local";
    const auto found = sim.client().get(search + "&areaCode=212&pattern=55577**").json();
    ASSERT_GT(found.at("entities").as_array().size(), 0U);
    for (const auto& each : found.at("entities").as_array()) {
        EXPECT_THAT(each.at("phoneNumber").as_string().c_str(), HasSubstr("21255577"));
        EXPECT_EQ(each.at("city"), "New York");
    }
    EXPECT_EQ(
        sim.client().get(search + "&areaCode=999").json().at("entities").as_array().size(), 0U
    );
    EXPECT_EQ(
        sim.client().get("/api/v2/routing/sms/availablephonenumbers?countryCode=US").status, 400
    );
}

TEST(GenesysSimulator, ProvisionsAPurchaseInTheBackground) {
    GenesysSim sim;
    const auto bought = sim.buy("+13175550100", "local", "US");
    ASSERT_EQ(bought.status, 202);
    EXPECT_EQ(bought.json().at("phoneNumberStatus"), "INITIATED");
    EXPECT_EQ(bought.json().at("version"), 1);
    const auto path = numbers + "/" + std::string(bought.json().at("id").as_string());
    EXPECT_EQ(
        sim.client().send("DELETE", path).json().at("code"), "provisioning.action.in.progress"
    );
    sim.client().clock({{"advance_s", 10}});
    EXPECT_EQ(sim.client().get(path).json().at("phoneNumberStatus"), "PENDING");
    sim.client().clock({{"advance_s", 20}});
    const auto done = sim.client().get(path).json();
    EXPECT_EQ(done.at("phoneNumberStatus"), "ACTIVE");
    EXPECT_EQ(done.at("provisioningStatus").at("state"), "Completed");
    EXPECT_EQ(sim.inventory("?phoneNumberStatus=active"), 1U);
    EXPECT_EQ(sim.inventory("?phoneNumberStatus=initiated"), 0U);

    EXPECT_EQ(sim.client().send("DELETE", path).status, 202);
    EXPECT_EQ(sim.inventory("?phoneNumberStatus=pending-cancellation"), 1U);
    sim.client().clock({{"advance_s", 30}});
    EXPECT_EQ(sim.client().get(path).status, 404);
}

TEST(GenesysSimulator, FailsProvisioningOnRequest) {
    GenesysSim sim({"--polls", "1"});
    sim.client().script({{"fail", "+13175550100"}, {"code", "phone.number.unavailable"}});
    const auto bought = sim.buy("+13175550100", "local", "US").json();
    const auto status =
        sim.client().get(numbers + "/" + std::string(bought.at("id").as_string())).json();
    EXPECT_EQ(status.at("provisioningStatus").at("state"), "Failed");
    EXPECT_EQ(status.at("provisioningStatus").at("error").at("code"), "phone.number.unavailable");
}

TEST(GenesysSimulator, RefusesAPurchaseByItsDocumentedCodes) {
    GenesysSim sim;
    sim.client().script({{"take", json::array{"+13175550101"}}});
    sim.buy("+13175550100", "local", "US");
    struct Case {
        const char *number, *type, *country, *code;
    };
    for (const auto& each : {
             Case{"+13175550100", "local", "US", "phone.number.duplicate"},
             Case{"+13175550101", "local", "US", "phone.number.unavailable"},
             Case{"3175550102", "local", "US", "invalid.e164.number"},
             Case{"+13175550102", "local", "FR", "unexpected.country.code"},
             Case{"+13175550102", "tollfree", "US", "unexpected.phone.number.type"},
             Case{"+13175550102", "shortcode", "US", "invalid.short.code.operation"},
             Case{"+447700900100", "mobile", "GB", "requires.an.address"},
             Case{"+33639980001", "mobile", "FR", "requires.verified.identity.document"},
             Case{"+569555500100", "mobile", "CL", "phone.number.requires.a.bundle"},
         }) {
        const auto reply = sim.buy(each.number, each.type, each.country);
        EXPECT_EQ(reply.status, 400) << each.code;
        EXPECT_EQ(reply.json().at("code"), each.code);
    }
    EXPECT_EQ(sim.client().stats().at("carried_out"), 1);
}

TEST(GenesysSimulator, RegulatesTheSeventeenCountriesAndNoOther) {
    int regulated = 0;
    for (const auto& country : sms_countries()) regulated += country.regulated ? 1 : 0;
    EXPECT_EQ(regulated, 17);
    for (const auto& country : sms_countries()) {
        for (const auto* type : {"local", "mobile", "tollfree"}) {
            SmsSearch search;
            search.type = type;
            for (const auto& offer : fitting_numbers(country, search)) {
                ASSERT_EQ(type_of_number(country, offer.number), type) << offer.number;
                ASSERT_TRUE(offer.number.starts_with("+" + std::string(country.dial)));
            }
        }
    }
}

TEST(GenesysSimulator, SellsWithTheAddressThatACountryWants) {
    GenesysSim sim;
    const auto address = sim.client()
                             .post(
                                 "/api/v2/routing/sms/addresses", {{"name", "Acme"},
                                                                   {"street", "1 High St"},
                                                                   {"city", "London"},
                                                                   {"region", "London"},
                                                                   {"postalCode", "N1"},
                                                                   {"countryCode", "GB"}}
                             )
                             .json();
    const auto buy = [&](const char* number, const char* type, const char* country) {
        return sim.client().post(
            numbers, {{"phoneNumber", number},
                      {"phoneNumberType", type},
                      {"countryCode", country},
                      {"addressId", address.at("id")}}
        );
    };
    const auto bought = buy("+447700900100", "mobile", "GB");
    EXPECT_EQ(bought.status, 202);
    EXPECT_EQ(bought.json().at("addressId").at("city"), "London") << "the reply has the object";
    EXPECT_EQ(buy("+551155550100", "local", "BR").json().at("code"), "requires.local.address");
}

TEST(GenesysSimulator, ThrottlesInRealSeconds) {
    GenesysSim sim({"--rate", "2"});
    sim.client().get(numbers);
    sim.client().get(numbers);
    sim.client().clock({{"advance_s", 18}});
    const auto refused = sim.client().get(numbers);
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.header("retry-after"), "42");
    EXPECT_EQ(refused.json().at("code"), "too.many.requests.retry.after");
    EXPECT_THAT(refused.json().at("message").as_string().c_str(), HasSubstr("[42] seconds"));
    sim.client().clock({{"advance_s", 42}});
    EXPECT_EQ(sim.client().get(numbers).status, 200);
}

TEST(GenesysSimulator, RefusesWhatTheClientHasNoPermissionFor) {
    GenesysSim sim({"--permissions", "view,delete"});
    EXPECT_EQ(sim.client().get(numbers).status, 200);
    EXPECT_EQ(sim.client().get("/api/v2/organizations/me").status, 200);
    const auto refused = sim.buy("+13175550100", "local", "US");
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.json().at("code"), "missing.any.permissions");
    EXPECT_THAT(
        refused.json().at("message").as_string().c_str(), HasSubstr("[sms:phoneNumber:add]")
    );
    EXPECT_EQ(
        sim.client()
            .get("/api/v2/routing/sms/availablephonenumbers?countryCode=US&phoneNumberType=local")
            .status,
        403
    );
    sim.client().script({{"permissions", "add"}});
    EXPECT_EQ(sim.client().get(numbers).status, 403);
    EXPECT_EQ(sim.buy("+13175550100", "local", "US").status, 202);
}

TEST(GenesysSimulator, ShowsTheOrganisation) {
    GenesysSim sim;
    EXPECT_EQ(sim.client().get("/api/v2/organizations/me").json().at("id"), organisation.c_str());
}

}  // namespace
}  // namespace porteur::sim::test
