// SPDX-License-Identifier: Apache-2.0
// Each carrier's plugin before its carrier's own API file: every request that it makes and every
// answer of our simulator passes `prism proxy --errors`, which finds what the file does not allow.
// The file was written by nobody here, so it tells when plugin and simulator agree on the same
// mistake.
//
// Orders go through porteurd, with the plugins in processes of their own. Operations that no route
// of the API begins (account check, lists of numbers, giving numbers back) run in a small host.
//
// The API files are not part of the project: where one is not there its tests are left out, saying
// so.
#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>

#include "../../../tools/simulators/tests/smtp_catcher.hpp"
#include "../../faults/http_client.hpp"
#include "../support/daemon_host.hpp"
#include "chain.hpp"
#include "small_host.hpp"

namespace porteur::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;

Words port(
    const DaemonHost& host, const std::string& reference, const Words& numbers, const Words& more
) {
    Words words{"port", "create", "--account", "thinktel", "--reference", reference};
    for (const auto& number : numbers) words.insert(words.end(), {"--number", number});
    words.insert(
        words.end(), {"--trunk",
                      "7005551212",
                      "--losing-carrier",
                      "RingCentral",
                      "--pin-file",
                      host.folder().write("pin", "135790\n"),
                      "--end-user",
                      "Acme Inc",
                      "--person-first-name",
                      "Anna",
                      "--person-last-name",
                      "Roy",
                      "--house-number",
                      "1",
                      "--street",
                      "King",
                      "--street-type",
                      "St",
                      "--street-direction",
                      "W",
                      "--city",
                      "Toronto",
                      "--region",
                      "ON",
                      "--postal-code",
                      "M5V1A1",
                      "--address-country",
                      "CA",
                      "--contact-email",
                      "ports@porteur.example",
                      "--loa",
                      host.folder().paper("loa.pdf"),
                      "--loa-signed-on",
                      today(),
                      "--invoice",
                      host.folder().paper("statement.pdf"),
                      "--invoice-issued-on",
                      today(),
                      "--submit"}
    );
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

std::string state_of(const json::value& order) {
    return std::string(order.at("state").as_string());
}

class Judged : public ::testing::Test {
protected:
    /// @return whether the test must be left out, which it then says
    static std::string left_out(const std::vector<JudgedCarrier>& carriers) {
        for (const auto& each : carriers)
            if (const auto why = why_left_out(each)) return *why;
        return {};
    }
};

#define PORTEUR_NEEDS_JUDGE(...) \
    if (const auto why = left_out({__VA_ARGS__}); !why.empty()) GTEST_SKIP() << why

const std::string basic_thinktel = "Authorization: Basic YWNtZTp0aGlua3RlbC1zZWNyZXQ=";

// Without these two nobody would know whether the judge is awake.
TEST_F(Judged, ARequestThatTheApiFileDoesNotAllowIsFound) {
    PORTEUR_NEEDS_JUDGE(thinktel());
    Chain chain(thinktel());
    http(
        chain.port(), "POST", "/v2/NumberPorts/Inbound/DIDs", {basic_thinktel},
        R"({"PilotNumber":7005551212})"
    );
    EXPECT_NONFATAL_FAILURE(chain.judge(), "must have required property 'PortForm'");
}

TEST_F(Judged, AnAnswerThatTheApiFileDoesNotAllowIsFound) {
    PORTEUR_NEEDS_JUDGE(thinktel());
    auto wrong = thinktel();
    wrong.simulator.push_back("--null-messages");
    Chain chain(wrong);
    http(
        chain.port(), "POST", "/NumberPorts/LNP/NPANXX/Check", {basic_thinktel}, R"("4165550101")"
    );
    EXPECT_NONFATAL_FAILURE(chain.judge(), "Message");
}

TEST_F(Judged, ThinkTelIsAskedAsItsApiFileHasIt) {
    PORTEUR_NEEDS_JUDGE(thinktel());
    Chain chain(thinktel());
    const Folder folder;
    SmallHost host(
        folder.path, plugin_file("thinktel"), thinktel_account(chain.url()), thinktel_secrets
    );
    EXPECT_FALSE(host.run("check_account", json::object{}).at("identity").as_string().empty());
    EXPECT_GT(host.run("list_numbers", json::object{}).as_array().size(), 0u);
    EXPECT_GT(host.run("list_targets", json::object{}).as_array().size(), 2u);
    const auto portable =
        host.run("check_portability", json::object{{"numbers", {"+14165550101", "+19025550101"}}});
    EXPECT_TRUE(portable.at(0).at("portable").as_bool());
    EXPECT_FALSE(portable.at(1).at("portable").as_bool());
    EXPECT_THAT(
        chain.judge(), IsSupersetOf(
                           {"GET /SipTrunks", "GET /Products/TelephoneOfferings",
                            "GET /Users/Current/Account", "POST /NumberPorts/LNP/NPANXX/Check"}
                       )
    );
}

TEST_F(Judged, APortLeavesRingCentralForThinkTelAsBothApiFilesHaveIt) {
    PORTEUR_NEEDS_JUDGE(ringcentral(), thinktel());
    Chain from(ringcentral());
    Chain to(thinktel());
    DaemonHost host;
    host.account(
        "ringcentral", "ringcentral", ringcentral_account(from.url()), ringcentral_secrets
    );
    host.account(
        "thinktel", "thinktel", thinktel_account(to.url()), thinktel_secrets,
        "[settings]\ncheck_every = \"1s\"\n"
    );
    host.start();
    const auto order = host.told(port(
        host, "judged-port", {"+14165550101", "+14165550102"},
        {"--remaining", "+14165550100", "--losing-account", "ringcentral", "--account-number",
         "4165550100", "--btn", "+14165550100", "--watch", "--timeout", "50s"}
    ));
    EXPECT_EQ(state_of(order), "completed");
    EXPECT_EQ(to.carried_out().size(), 1u);
    from.judge();
    EXPECT_THAT(to.judge(), Contains("POST /v2/NumberPorts/Inbound/DIDs"));
}

TEST_F(Judged, ATollFreePortIsAsThinkTelsApiFileHasIt) {
    PORTEUR_NEEDS_JUDGE(thinktel());
    Chain chain(thinktel());
    DaemonHost host;
    host.account(
        "thinktel", "thinktel", thinktel_account(chain.url()), thinktel_secrets,
        "[settings]\ncheck_every = \"1s\"\n"
    );
    host.start();
    const auto order = host.told(port(
        host, "judged-toll-free", {"+18885550100"},
        {"--document", "resporg=" + host.folder().paper("resporg.pdf").string(), "--account-number",
         "4165550100", "--watch", "--timeout", "50s"}
    ));
    EXPECT_EQ(state_of(order), "completed");
    EXPECT_THAT(chain.judge(), Contains("POST /v2/NumberPorts/Inbound/TollFree/DIDs"));
}

TEST_F(Judged, APortWhoseAnswerWasLostIsFoundAgainAsThinkTelsApiFileHasIt) {
    PORTEUR_NEEDS_JUDGE(thinktel());
    Chain chain(thinktel());
    DaemonHost host;
    host.account(
        "thinktel", "thinktel", thinktel_account(chain.url()), thinktel_secrets,
        "[settings]\ncheck_every = \"1s\"\n"
    );
    host.start();
    chain.lose_answer("POST", "/NumberPorts/Inbound/DIDs");
    const auto order = host.told(port(
        host, "judged-lost", {"+14165550103"},
        {"--account-number", "4165550100", "--watch", "--timeout", "50s"}
    ));
    EXPECT_EQ(state_of(order), "completed");
    EXPECT_EQ(chain.carried_out().size(), 1u);
    chain.judge();
}

TEST_F(Judged, APortThatIsRefusedIsAsThinkTelsApiFileHasIt) {
    PORTEUR_NEEDS_JUDGE(thinktel());
    Chain chain(thinktel());
    DaemonHost host;
    host.account(
        "thinktel", "thinktel", thinktel_account(chain.url()), thinktel_secrets,
        "[settings]\ncheck_every = \"1s\"\n"
    );
    host.start();
    const auto ended = host.porteur(port(
        host, "judged-refused", {"+14165550104"},
        {"--account-number", "BAD", "--watch", "--timeout", "50s"}
    ));
    EXPECT_EQ(ended.status, 7) << ended.output << host.errors();
    EXPECT_THAT(ended.output, HasSubstr("ACCOUNT_NUMBER_MISMATCH"));
    chain.judge();
}

TEST_F(Judged, GenesysIsAskedAsItsApiFileHasIt) {
    PORTEUR_NEEDS_JUDGE(genesys());
    Chain chain(genesys());
    const Folder folder;
    SmallHost host(
        folder.path, plugin_file("genesys_sms"), genesys_account(chain.url()), genesys_secrets
    );
    EXPECT_FALSE(host.run("check_account", json::object{}).at("identity").as_string().empty());
    const json::object query{
        {"country", "US"}, {"number_type", "local"}, {"area_code", "317"}, {"quantity", 40}
    };
    const auto offered = host.run("search_numbers", query);
    EXPECT_GT(offered.as_array().size(), 0u);
    chain.admin("script", json::object{{"approve", {"+13175550101"}}});
    const auto owned = host.run("list_numbers", json::object{});
    EXPECT_GT(owned.as_array().size(), 0u);
    chain.lose_answer("DELETE", "/phonenumbers/");
    const auto released =
        host.run("release_numbers", json::object{{"numbers", {"+13175550101", "+13175550999"}}});
    EXPECT_EQ(released.at("numbers").at(0).at("state"), "cancel_pending");
    chain.judge();
}

TEST_F(Judged, APurchaseIsAsGenesysApiFileHasIt) {
    PORTEUR_NEEDS_JUDGE(genesys());
    Chain chain(genesys());
    DaemonHost host;
    host.account("genesys_sms", "genesys_sms", genesys_account(chain.url()), genesys_secrets);
    host.start();
    const auto buy = [&](const std::string& reference, const std::string& number) {
        return host.told({"purchase",   "create",    "--account",  "genesys_sms",   "--reference",
                          reference,    "--country", "US",         "--number-type", "local",
                          "--number",   number,      "--end-user", "Acme Inc",      "--alternates",
                          "contact_us", "--submit",  "--watch",    "--timeout",     "50s"});
    };
    EXPECT_EQ(state_of(buy("judged-bought", "+13175550101")), "completed");
    chain.lose_answer("POST", "/phonenumbers");
    EXPECT_EQ(state_of(buy("judged-found", "+13175550102")), "completed");
    EXPECT_EQ(chain.carried_out().size(), 2u);
    EXPECT_THAT(chain.judge(), Contains("POST /api/v2/routing/sms/phonenumbers"));
}

TEST_F(Judged, APurchaseWithAnAddressIsAsGenesysApiFileHasIt) {
    PORTEUR_NEEDS_JUDGE(genesys());
    Chain chain(genesys());
    DaemonHost host;
    host.account("genesys_sms", "genesys_sms", genesys_account(chain.url()), genesys_secrets);
    host.start();
    const auto order = host.told(
        {"purchase",
         "create",
         "--account",
         "genesys_sms",
         "--reference",
         "judged-address",
         "--country",
         "GB",
         "--number-type",
         "mobile",
         "--number",
         "+447700900100",
         "--end-user",
         "Acme Ltd",
         "--house-number",
         "1",
         "--street",
         "High St",
         "--city",
         "London",
         "--region",
         "London",
         "--postal-code",
         "N1 1AA",
         "--address-country",
         "GB",
         "--submit",
         "--watch",
         "--timeout",
         "50s"}
    );
    EXPECT_EQ(state_of(order), "completed");
    EXPECT_THAT(chain.judge(), Contains("POST /api/v2/routing/sms/addresses"));
}

TEST_F(Judged, APurchaseByMailIsAsGenesysApiFileHasIt) {
    PORTEUR_NEEDS_JUDGE(genesys());
    Chain chain(genesys());
    sim::test::SmtpCatcher desk;
    DaemonHost host;
    host.account("genesys_sms", "genesys_sms", genesys_account(chain.url()), genesys_secrets);
    host.start(
        "[mail]\nfrom = { name = \"Desk\", address = \"desk@porteur.example\" }\n"
        "[mail.smtp]\nhost = \"127.0.0.1\"\nport = " +
        std::to_string(desk.port()) + "\nsecurity = \"plaintext-loopback\"\n"
    );
    const auto found = host.told(
        {"numbers", "search", "--country", "FR", "--number-type", "mobile", "--quantity", "1"}
    );
    const auto text = json::serialize(found);
    const auto number = text.substr(text.find("+33"), 12);
    const auto made = host.told(
        {"purchase",
         "create",
         "--account",
         "genesys_sms",
         "--reference",
         "judged-mail",
         "--country",
         "FR",
         "--number-type",
         "mobile",
         "--number",
         number,
         "--end-user",
         "Acme France SARL",
         "--house-number",
         "1",
         "--street",
         "rue de la Paix",
         "--city",
         "Paris",
         "--region",
         "IDF",
         "--postal-code",
         "75002",
         "--address-country",
         "FR",
         "--alternates",
         "contact_us",
         "--document",
         "registration=" + host.folder().paper("kbis.pdf").string(),
         "--submit"}
    );
    const auto mail = message_in(desk.wait());
    ASSERT_FALSE(mail.empty());
    chain.admin("script", json::object{{"mail", mail}});
    chain.admin("script", json::object{{"approve", {number}}});
    const auto order =
        host.told({"purchase", "watch", std::string(made.at("id").as_string()), "--timeout", "50s"}
        );
    EXPECT_EQ(state_of(order), "completed");
    EXPECT_THAT(chain.judge(), Contains("GET /api/v2/organizations/me"));
}

// The last of all: what is allowed and never happens is to be taken out.
TEST_F(Judged, EachDeviationThatIsAllowedIsMet) {
    PORTEUR_NEEDS_JUDGE(ringcentral(), thinktel(), genesys());
    const auto& all = *::testing::UnitTest::GetInstance();
    if (all.test_to_run_count() != all.total_test_count())
        GTEST_SKIP() << "only a run of all these tests can tell";
    EXPECT_THAT(deviations_not_met(), ::testing::IsEmpty());
}

}  // namespace
}  // namespace porteur::testing
