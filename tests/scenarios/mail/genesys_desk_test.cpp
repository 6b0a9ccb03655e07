// SPDX-License-Identifier: Apache-2.0
// Purchases by mail from the order to the inventory: porteurd, its Genesys plugin, the simulated
// desk, and a real Postfix and Dovecot between them.
#include <gmock/gmock.h>

#include <algorithm>
#include <fstream>
#include <iostream>

#include "../../faults/http_client.hpp"
#include "../support/daemon_host.hpp"
#include "read_back.hpp"
#include "support/mail_servers.hpp"
#include "support/result_matchers.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

class GenesysDesk : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        started_ = MailServers::start();
        if (!started_) std::cerr << "mail servers: " << started_.error().message << '\n';
    }
    static void TearDownTestSuite() { started_ = failure(ErrorKind::internal, "stopped"); }
    static MailServers& servers() { return **started_; }

    void SetUp() override {
        if (!started_ && started_.error().kind == ErrorKind::unsupported)
            GTEST_SKIP() << "left out: " << started_.error().message;
        ASSERT_TRUE(started_) << started_.error().message;
        servers().clear();
    }

    /// Starts the desk with its manners, and porteurd with an account that has these settings.
    void start(const std::string& manners, const std::string& settings) {
        std::vector<std::string> simulator{
            std::string(PORTEUR_SIMULATORS_DIR) + "/sim-genesys",
            "--port",
            "0",
            "--maildir",
            servers().maildir + "/carrier",
            "--smtp-reply",
            "127.0.0.1:" + std::to_string(servers().smtp)
        };
        if (!manners.empty()) simulator.insert(simulator.end(), {"--desk", manners});
        genesys_ = Program::serve(simulator, "/dev/stderr");
        script({{"review_s", 1}});
        host.account(
            "genesys", "genesys_sms",
            genesys_account("http://127.0.0.1:" + std::to_string(genesys_.port())) + settings,
            genesys_secrets
        );
        host.folder().write("config/secrets/mail", servers().password + "\n");
        host.start(
            "[mail]\nfrom = { name = \"Desk\", address = \"desk@porteur.example\" }\n[mail.smtp]\n"
            "host = \"127.0.0.1\"\nsecurity = \"plaintext-loopback\"\nport = " +
            std::to_string(servers().smtp) +
            "\n[mail.pop3]\nhost = \"localhost\"\nport = " + std::to_string(servers().pop3) +
            "\nsecurity = \"starttls\"\nuser = \"desk\"\npassword = { file = \"secrets/mail\" "
            "}\nca_file = \"" +
            servers().ca_file + "\"\npoll_interval = \"1s\"\n"
        );
    }
    void script(const json::object& what) {
        const auto reply = http(genesys_.port(), "POST", "/_sim/script", {}, json::serialize(what));
        ASSERT_TRUE(reply && reply->status == 200) << (reply ? reply->body : "no answer");
    }
    /// Orders numbers. @return the order's id
    std::string buy(const std::string& country, const Words& numbers, const Words& more) {
        Words words{
            "purchase",
            "create",
            "--account",
            "genesys",
            "--reference",
            "po-1",
            "--country",
            country,
            "--number-type",
            "mobile",
            "--end-user",
            "Société Générale de Téléphonie",
            "--person-first-name",
            "Anna",
            "--person-last-name",
            "Roy",
            "--house-number",
            "1",
            "--street",
            "Hauptstr",
            "--city",
            "Ville",
            "--region",
            "X",
            "--postal-code",
            "10115",
            "--address-country",
            country,
            "--contact-email",
            "sms@acme.example",
            "--document",
            "registration=" + host.folder().paper("relevé d'été.pdf").string(),
            "--submit"
        };
        for (const auto& number : numbers) words.insert(words.end(), {"--number", number});
        words.insert(words.end(), more.begin(), more.end());
        return std::string(host.told(words).at("id").as_string());
    }
    json::value show(const std::string& id) { return host.told({"purchase", "show", id}); }
    static std::string state_of(const json::value& order) {
        const auto* inner = order.as_object().if_contains("order");
        return std::string((inner ? *inner : order).at("state").as_string());
    }
    bool becomes(const std::string& id, const std::string& state) {
        const bool did = wait_until([&] { return state_of(show(id)) == state; }, 40s);
        if (!did) std::cerr << json::serialize(show(id)) << '\n';
        return did;
    }
    static std::string header(const std::string& mail, const std::string& name) {
        auto at = mail.find("\n" + name + ":");
        if (at == mail.npos) return {};
        at += name.size() + 2;
        auto end = mail.find('\n', at);
        while (end + 1 < mail.size() && (mail[end + 1] == ' ' || mail[end + 1] == '\t'))
            end = mail.find('\n', end + 1);
        return mail.substr(at, end - at);
    }
    static std::vector<std::string> to_the_desk() {
        // The simulator has read them, and a maildir's "cur" is not in the order of their coming.
        auto mails = servers().mails_in("carrier");
        std::ranges::sort(mails, {}, [](const std::string& mail) {
            return header(mail, "Date") + header(mail, "References");
        });
        return mails;
    }

    DaemonHost host;

private:
    Program genesys_;
    static inline Result<std::unique_ptr<MailServers>> started_ =
        failure(ErrorKind::internal, "not started");
};

TEST_F(GenesysDesk, AsksForOneMoreDocumentGetsItInTheSameThreadAndApproves) {
    start("DE=papers", "follow_desk_mails = true\n");
    const auto id = buy("DE", {"+4915255550001"}, {"--alternates", "contact_us"});
    ASSERT_TRUE(becomes(id, "needs_documents"));
    EXPECT_THAT(json::serialize(show(id)), HasSubstr("We also need a proof of identity"));

    // Not the same bytes as the register excerpt: the desk looks for a document that it has not
    // seen yet.
    const auto passport = host.folder().paper("passport.pdf");
    std::ofstream(passport, std::ios::app) << "% another\n";
    host.told({"purchase", "amend", id, "--document", "id=" + passport.string()});
    host.told({"purchase", "submit", id});
    ASSERT_TRUE(becomes(id, "completed"));

    const auto mails = to_the_desk();
    ASSERT_EQ(mails.size(), 2u);
    const bool in_order = header(mails[0], "In-Reply-To").empty();
    const auto &first = mails[in_order ? 0 : 1], &second = mails[in_order ? 1 : 0];
    auto first_id = header(first, "Message-ID");
    first_id = first_id.substr(first_id.find('<'), first_id.find('>') - first_id.find('<') + 1);
    EXPECT_THAT(header(second, "References"), AllOf(HasSubstr(first_id), HasSubstr("<")));
    EXPECT_THAT(header(second, "In-Reply-To"), HasSubstr("genesys"));
    EXPECT_THAT(
        second, AllOf(
                    HasSubstr("multipart/mixed"), HasSubstr("multipart/alternative"),
                    HasSubstr("passport.pdf"), HasSubstr("Re: ")
                )
    );
}

TEST_F(GenesysDesk, ThatSaysNothingUnderstandableWaitsForAPersonBesideTheOrder) {
    start("puzzle", "follow_desk_mails = true\n");
    const auto id = buy("FR", {"+33639980001"}, {"--alternates", "contact_us", "--language", "fr"});
    json::value waiting;
    ASSERT_TRUE(wait_until(
        [&] {
            waiting = host.told({"mail", "list"});
            return json::serialize(waiting).find("GenesysCloudSMS@genesys.com") !=
                   std::string::npos;
        },
        40s
    ));
    const auto mail = std::string(waiting.at("items").at(0).at("id").as_string());
    EXPECT_THAT(
        json::serialize(host.told({"mail", "show", mail})),
        AllOf(HasSubstr("tier two"), HasSubstr(id))
    );
    EXPECT_EQ(state_of(show(id)), "in_review");
    // A person has called them.
    script({{"approve", json::array{"+33639980001"}}});
    EXPECT_TRUE(becomes(id, "completed"));
}

TEST_F(GenesysDesk, OffersOtherNumbersAndTheChoiceIsBought) {
    start("FR=offers", "");
    const auto id = buy("FR", {"+33639980001"}, {"--alternates", "contact_us", "--language", "fr"});
    // Without follow_desk_mails a person takes the mail for the desk's word.
    json::value waiting;
    ASSERT_TRUE(wait_until(
        [&] {
            waiting = host.told({"mail", "list"});
            return !waiting.at("items").as_array().empty();
        },
        40s
    ));
    const auto mail = std::string(waiting.at("items").at(0).at("id").as_string());
    host.porteur({"mail", "assign", mail, id, "--take-word"});
    ASSERT_TRUE(becomes(id, "alternates_offered"));
    const auto text = json::serialize(show(id));
    const auto offered = text.substr(text.find("+336", text.find("\"alternates\":[")), 12);
    host.told({"purchase", "amend", id, "--number", offered});
    host.told({"purchase", "submit", id});
    EXPECT_TRUE(becomes(id, "completed"));
    EXPECT_THAT(json::serialize(show(id)), HasSubstr(offered));
}

TEST_F(GenesysDesk, MayChooseAnotherNumberWhichTheInventoryProves) {
    start("", "");
    script({{"take", json::array{"+33639980001"}}});
    const auto id = buy("FR", {"+33639980001"}, {"--alternates", "choose_for_us"});
    ASSERT_TRUE(becomes(id, "completed"));
    EXPECT_THAT(json::serialize(show(id)), HasSubstr("in place of"));
}

TEST_F(GenesysDesk, GetsNoMailThatAPersonHasNotApproved) {
    start("", "approve_mails = true\n");
    const auto id = buy("FR", {"+33639980001"}, {"--alternates", "contact_us", "--language", "fr"});
    json::value tasks;
    ASSERT_TRUE(wait_until(
        [&] {
            tasks = host.told({"tasks"});
            return !tasks.at("items").as_array().empty();
        },
        40s
    ));
    EXPECT_THAT(
        json::serialize(tasks),
        AllOf(
            HasSubstr("Approuver le courriel à GenesysCloudSMS@genesys.com"),
            HasSubstr("nous souhaitons acheter"), HasSubstr("relevé d'été.pdf")
        )
    );
    EXPECT_TRUE(servers().mails_in("carrier").empty());
    host.told({"purchase", "answer", id, "send"});
    EXPECT_TRUE(becomes(id, "completed"));
    EXPECT_EQ(servers().mails_in("carrier").size(), 1u);
}

TEST_F(GenesysDesk, IsAskedByMailToCallAnOrderOffWhichAPersonSettles) {
    start("", "");
    script({{"review_s", 3600}});
    const auto id = buy("FR", {"+33639980001"}, {"--alternates", "contact_us"});
    ASSERT_TRUE(becomes(id, "in_review"));
    host.told({"purchase", "cancel", id});
    json::value order;
    ASSERT_TRUE(wait_until(
        [&] {
            order = show(id);
            if (const auto* inner = order.as_object().if_contains("order")) order = json::value(*inner);
            return order.at("delivery") == "waiting_for_person";
        },
        40s
    )) << json::serialize(order);
    EXPECT_EQ(order.at("state"), "cancel_pending");
    EXPECT_THAT(std::string(order.at("problem").as_string()), HasSubstr("to call it off"));
    EXPECT_EQ(order.at("waiting_operation"), nullptr);
    EXPECT_THAT(json::serialize(order.at("settle")), HasSubstr("not_carried_out"));

    const auto mails = to_the_desk();
    ASSERT_EQ(mails.size(), 2u);
    const auto& second = mails[header(mails[0], "In-Reply-To").empty() ? 1 : 0];
    EXPECT_THAT(header(second, "References"), HasSubstr("@porteur.example>"));
    EXPECT_THAT(second, HasSubstr("please cancel our purchase request"));

    host.told({"purchase", "settle", id, "not_carried_out"});
    EXPECT_TRUE(becomes(id, "cancelled"));
    EXPECT_EQ(servers().mails_in("carrier").size(), 2u) << "nobody is asked again";
}

TEST_F(GenesysDesk, GetsAMailThatPythonReadsAsTheOrderMeansIt) {
    start("", "");
    const auto statement = host.folder().paper("relevé d'été.pdf"),
               identity = host.folder().paper("Pièce d’identité de Zoé, août – n° 1.pdf");
    std::ofstream(identity, std::ios::app) << "% another\n";
    const auto id = buy(
        "FR", {"+33639980001"},
        {"--alternates", "contact_us", "--language", "fr", "--document", "id=" + identity.string()}
    );
    ASSERT_TRUE(becomes(id, "completed"));

    const auto read = read_back_mailbox(servers(), "carrier");
    ASSERT_EQ(read.mails.size(), 1u);
    const auto& mail = read.mails[0];
    ASSERT_EQ(mail.at("to").as_array().size(), 1u);
    EXPECT_EQ(mail.at("to").at(0).at(1), "GenesysCloudSMS@genesys.com");
    EXPECT_TRUE(mail.at("others").as_array().empty());
    EXPECT_EQ(mail.at("from").at(0).at(1), "desk@porteur.example");
    EXPECT_TRUE(mail.at("defects").as_array().empty()) << json::serialize(mail.at("defects"));
    EXPECT_THAT(read.text("message_id"), AllOf(HasSubstr("<"), HasSubstr("@porteur.example>")));
    for (const auto* form : {"text/plain", "text/html"})
        EXPECT_THAT(
            std::string(mail.at("texts").at(form).as_string()), HasSubstr("Société Générale de Téléphonie")
        );
    EXPECT_THAT(
        read.names(), ::testing::ElementsAre("relevé d'été.pdf", "Pièce d’identité de Zoé, août – n° 1.pdf")
    );
    EXPECT_TRUE(read.files[0][0] == bytes_of_file(statement));
    EXPECT_TRUE(read.files[0][1] == bytes_of_file(identity));
}

}  // namespace
}  // namespace porteur::testing
