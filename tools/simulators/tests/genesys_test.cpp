// SPDX-License-Identifier: Apache-2.0
#include "genesys/genesys.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "genesys/desk.hpp"
#include "loopback.hpp"
#include "smtp_catcher.hpp"

namespace porteur::sim::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::string numbers = "/api/v2/routing/sms/phonenumbers";
const std::string organisation = "5f1c1d6e-7c1b-4e0b-9a70-0a1b2c3d4e5f";

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
    json::value only_mail() {
        for (const auto& order : client().received().at("orders").as_array()) {
            if (order.at("kind") == "mail") return order;
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

    std::string text() const {
        return "From: Acme Ports <orders@acme.example>\r\n"
               "Reply-To: <case-1@acme.example>\r\n"
               "To: GenesysCloudSMS@genesys.com\r\n"
               "Subject: SMS numbers for " +
               country +
               "\r\n"
               "Message-ID: " +
               id +
               "\r\n"
               "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
               "--b\r\nContent-Type: text/plain\r\n\r\n"
               "Country: " +
               country + "\r\nNumbers: " + wanted + "\r\n" + org + "\r\n" + wish +
               "\r\nCall us: +1 416 555 0100\r\n" +
               (with_document
                    ? "--b\r\nContent-Type: application/pdf\r\n"
                      "Content-Transfer-Encoding: base64\r\n"
                      "Content-Disposition: attachment; filename=\"kbis.pdf\"\r\n\r\nJVBERg==\r\n"
                    : "") +
               "--b--\r\n";
    }
};

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

TEST(GenesysSimulator, ShowsTheOrganisation) {
    GenesysSim sim;
    EXPECT_EQ(sim.client().get("/api/v2/organizations/me").json().at("id"), organisation.c_str());
}

TEST(GenesysDesk, PutsTheNumbersIntoTheInventoryAfterTwoToFiveBusinessDays) {
    GenesysSim sim;
    sim.client().script({{"mail", Letter{}.text()}});
    auto mail = sim.only_mail();
    EXPECT_EQ(mail.at("state"), "in_review");
    EXPECT_EQ(mail.at("numbers"), json::value(json::array{"+33639980001"}))
        << "the telephone number of the signature is not one of the chosen";
    EXPECT_EQ(mail.at("detail").at("country"), "FR");
    EXPECT_EQ(mail.at("detail").at("organisation_id"), organisation.c_str());
    EXPECT_EQ(mail.at("detail").at("alternates"), "may_choose");
    const auto& file = mail.at("detail").at("attachments").at(0);
    EXPECT_EQ(file.at("file_name"), "kbis.pdf");
    EXPECT_EQ(
        file.at("sha256"), "315d429b7714cedb6ad04ac31240145257692630457f3c88253c5beceac76027"
    );
    sim.client().clock({{"advance_s", 2 * 86'400 - 1}});
    sim.client().authorization = "Bearer " + sim.token();  // the old one has expired
    EXPECT_EQ(sim.inventory(), 0U);
    sim.client().clock({{"advance_s", 5 * 86'400 + 1}});
    sim.client().authorization = "Bearer " + sim.token();
    const auto listed = sim.client().get(numbers).json().at("entities").at(0);
    EXPECT_EQ(listed.at("phoneNumber"), "+33639980001");
    EXPECT_EQ(listed.at("phoneNumberStatus"), "ACTIVE");
    EXPECT_EQ(sim.only_mail().at("state"), "approved");
}

TEST(GenesysDesk, AsksBackWhatAMailLacks) {
    struct Lack {
        Letter letter;
        const char* asked;
    };
    const Lack lacks[] = {
        {{.country = "Atlantis"}, "country"},
        {{.wanted = "two, please"}, "chosen numbers"},
        {{.org = "Organization: Acme"}, "organisation ID"},
        {{.wish = "Thank you."}, "other numbers"},
        {{.with_document = false}, "documents"},
    };
    for (const auto& lack : lacks) {
        GenesysSim sim;
        sim.client().script({{"mail", lack.letter.text()}});
        const auto mail = sim.only_mail();
        EXPECT_EQ(mail.at("state"), "question") << lack.asked;
        EXPECT_THAT(mail.at("replies").at(0).as_string().c_str(), HasSubstr(lack.asked));
    }
    GenesysSim sim;
    sim.client().script(
        {{"mail",
          Letter{.country = "Australia", .wanted = "+61491570100", .with_document = false}.text()}}
    );
    EXPECT_EQ(sim.only_mail().at("state"), "in_review") << "Australia wants no documents";
}

TEST(GenesysDesk, ChoosesAnotherNumberOrAsksAsItWasTold) {
    for (const bool may_choose : {true, false}) {
        GenesysSim sim;
        Letter letter;
        if (!may_choose) letter.wish = "If a number is gone, please ask us first.";
        sim.client().script({{"review_s", 60}});
        sim.client().script({{"mail", letter.text()}});
        sim.client().script({{"take", json::array{"+33639980001"}}});
        sim.client().clock({{"advance_s", 60}});
        const auto mail = sim.only_mail();
        EXPECT_EQ(mail.at("state"), may_choose ? "approved" : "question");
        EXPECT_EQ(sim.inventory("?countryCode=FR"), may_choose ? 1U : 0U);
        EXPECT_EQ(sim.inventory("?phoneNumber=%2B33639980001"), 0U);
    }
}

TEST(GenesysDesk, TakesTheSameMailTwiceAsOneCaseAndCountsTheDuplicate) {
    GenesysSim sim;
    sim.client().script({{"review_s", 60}});
    sim.client().script({{"mail", Letter{}.text()}});
    sim.client().script({{"mail", Letter{}.text()}});
    sim.client().clock({{"advance_s", 60}});
    EXPECT_EQ(sim.inventory(), 1U);
    const auto kinds = sim.client().stats().at("kinds");
    EXPECT_EQ(kinds.at("mail").at("duplicates"), 1);
    EXPECT_EQ(kinds.at("manual_purchase").at("carried_out"), 1);
}

TEST(GenesysDesk, DeclinesOnRequest) {
    GenesysSim sim;
    sim.client().script({{"mail", Letter{}.text()}});
    sim.client().script({{"refuse", "+33639980001"}, {"reason", "the extract is too old"}});
    const auto mail = sim.only_mail();
    EXPECT_EQ(mail.at("state"), "refused");
    EXPECT_THAT(mail.at("replies").at(0).as_string().c_str(), HasSubstr("too old"));
}

TEST(GenesysDesk, ReadsAMaildirAndAnswersThroughSmtp) {
    const auto folder =
        std::filesystem::temp_directory_path() / ("sim-desk-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder / "new");
    SmtpCatcher catcher;
    {
        GenesysSim sim(
            {"--maildir", folder.string(), "--smtp-reply",
             "127.0.0.1:" + std::to_string(catcher.port())}
        );
        std::ofstream(folder / "tmp-1") << Letter{}.text();
        std::filesystem::rename(folder / "tmp-1", folder / "new" / "1.acme");
        EXPECT_TRUE(eventually([&] { return !sim.only_mail().is_null(); }));
        EXPECT_TRUE(std::filesystem::is_empty(folder / "new"));
        EXPECT_TRUE(std::filesystem::exists(folder / "cur" / "1.acme:2,S"));
        sim.client().clock({{"advance_s", 8 * 86'400}});
        const auto mail = catcher.wait();
        EXPECT_THAT(
            mail, AllOf(
                      HasSubstr("RCPT TO:<case-1@acme.example>"),
                      HasSubstr("In-Reply-To: <request-1@acme.example>"),
                      HasSubstr("Subject: Re: SMS numbers for France"), HasSubstr("+33639980001")
                  )
        );
    }
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace porteur::sim::test
