// SPDX-License-Identifier: Apache-2.0
// What a French-speaking person reads when the three carriers say no: the plugins' own sentences
// are in French, what the carrier said stays as it said it.
#include <chrono>

#include <gmock/gmock.h>

#include "../../faults/http_client.hpp"
#include "../support/daemon_host.hpp"
#include "simulators.hpp"
#include "support/look_again.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

#define NB "\u00a0"

class French : public ::testing::Test {
protected:
    French() {
        host_.account(
            "rc-main", "ringcentral", ringcentral_account(url(ringcentral_)), ringcentral_secrets
        );
        host_.account(
            "thinktel", "thinktel",
            thinktel_account(url(thinktel_) + "/rest.svc") +
                "contact_email = \"ports@acme.example\"\n",
            thinktel_secrets, "[settings]\ncheck_every = \"1s\"\n"
        );
        host_.account("genesys", "genesys_sms", genesys_account(url(genesys_)), genesys_secrets);
        host_.start();
        host_.folder().paper("paper.pdf");
    }

    /// Asks the API as a person's program does whose language is French.
    json::value ask(
        const std::string& method, const std::string& target, const std::string& body = {}
    ) {
        auto token = host_.shell("cat token").output;
        token.resize(token.find('\n'));
        const auto reply = http(
            host_.port(), method, target,
            {"Authorization: Bearer " + token, "Accept-Language: fr-CA, en;q=0.5",
             "Idempotency-Key: " + method + std::to_string(++keys_),
             "Content-Type: application/json"},
            body
        );
        if (!reply || reply->status >= 300)
            throw std::runtime_error(target + ": " + (reply ? reply->body : "no answer"));
        return json::parse(reply->body);
    }

    /// Puts an order in and waits until it needs a person. @return its problem, and its timeline
    std::string told_of(const std::string& kind, json::object order) {
        order["submit"] = true;
        const auto at = "/v1/" + kind + "-orders";
        const auto made = ask("POST", at, json::serialize(order));
        id_ = made.at("id").as_string();
        json::value now;
        for (int look = 0; look < 600; ++look) {
            now = ask("GET", at + "/" + id_);
            if (!now.at("problem").as_string().empty()) break;
            look_again_in(50ms);
        }
        std::string all(now.at("problem").as_string());
        const auto timeline = ask("GET", at + "/" + id_ + "/timeline");
        for (const auto& entry : timeline.at("items").as_array())
            all += "\n" + std::string(entry.at("text").as_string());
        return all;
    }

    json::object port_of(const std::string& number) {
        const auto document = [&](const std::string& type, const std::string& day) {
            return host_
                .told(
                    {"documents", "add", host_.folder().path / "paper.pdf", "--type", type, day,
                     today()}
                )
                .at("id");
        };
        return {
            {"account", "thinktel"},
            {"request",
             {{"numbers", {number}},
              {"losing_carrier", "RingCentral"},
              {"account_number", "4165550100"},
              {"language", "fr"},
              {"end_user", {{"kind", "business"}, {"name", "Acme Inc"}}},
              {"service_address",
               {{"house_number", "1"},
                {"street", "King"},
                {"street_type", "St"},
                {"city", "Toronto"},
                {"region", "ON"},
                {"postal_code", "M5V1A1"},
                {"country", "CA"}}},
              {"target", {{"trunk", "7005551212"}}},
              {"pin", "135790"},
              {"documents", {document("loa", "--signed-on"), document("invoice", "--issued-on")}}}}
        };
    }

    std::string id_;
    int keys_ = 0;
    Program ringcentral_ =
        simulator("sim-ringcentral", {"--light", "0", "--heavy", "0", "--auth", "0"});
    Program thinktel_ = simulator("sim-thinktel", {});
    Program genesys_ = simulator("sim-genesys", {});
    DaemonHost host_;
};

TEST_F(French, IsWhatAPreflightAtRingCentralFinds) {
    auto order = port_of("+14165550196");
    order["losing_account"] = "rc-main";
    const auto told = told_of("port", order);
    EXPECT_THAT(
        told,
        HasSubstr(" ne peut pas quitter RingCentral (\"ForwardedNumber\", \"External\")" NB
                  ": il est renvoyé vers RingCentral depuis un autre opérateur, qui le détient")
    );
    EXPECT_THAT(told, Not(HasSubstr("cannot leave")));
    EXPECT_THAT(told, Not(HasSubstr("must be mended")));
    const auto shown = host_.shell("porteur --lang fr port show " + id_).output;
    EXPECT_THAT(shown, HasSubstr("ne peut pas quitter RingCentral"));
}

TEST_F(French, IsWhatARefusalOfThinkTelIsToldIn) {
    script(
        thinktel_,
        {{"refuse", {{"number", 4165550101}, {"message", "The account number does not match"}}}}
    );
    const auto told = told_of("port", port_of("+14165550101"));
    EXPECT_THAT(
        told, HasSubstr("la portabilité n'a pas été acceptée (Rejected)" NB
                        ": \"The account number does not match\"")
    );
    EXPECT_THAT(told, HasSubstr("numéro de compte"));
    EXPECT_THAT(told, Not(HasSubstr("was not accepted")));
}

TEST_F(French, IsWhatAFailedPurchaseAtGenesysIsToldIn) {
    script(genesys_, {{"take", {"+13175550144"}}});
    const auto told = told_of(
        "purchase", {{"account", "genesys"},
                     {"request",
                      {{"numbers", {"+13175550144"}},
                       {"country", "US"},
                       {"number_type", "local"},
                       {"language", "fr"},
                       {"end_user", {{"kind", "business"}, {"name", "Acme Inc"}}}}}}
    );
    EXPECT_THAT(
        told, HasSubstr("aucun des numéros n'a pu être acheté" NB ": \"the number is gone\"")
    );
    EXPECT_THAT(told, Not(HasSubstr("could be bought")));
}

}  // namespace
}  // namespace porteur::testing
