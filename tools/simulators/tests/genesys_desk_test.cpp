// SPDX-License-Identifier: Apache-2.0
#include "genesys_sim.hpp"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>

#include "genesys/desk.hpp"
#include "smtp_catcher.hpp"

namespace porteur::sim::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr const char* second = "<request-2@acme.example>";
constexpr const char* in_thread =
    "In-Reply-To: <answer@genesys.example>\r\n"
    "References: <request-1@acme.example> <answer@genesys.example>\r\n";
/// The same request again, below the first one.
Letter again() {
    Letter letter;
    letter.id = second;
    letter.more = in_thread;
    return letter;
}
std::string last_reply(const json::value& mail) {
    return mail.at("replies").as_array().back().as_string().c_str();
}
std::size_t replies(const json::value& mail) { return mail.at("replies").as_array().size(); }
/// Mails the letter to a desk of this manner and lets the review pass.
void reviewed(GenesysSim& sim, const Letter& letter) {
    sim.client().script({{"review_s", 60}});
    sim.client().script({{"mail", letter.text()}});
    sim.client().clock({{"advance_s", 60}});
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

TEST(GenesysDeskManners, AskForOneMoreDocumentAndApproveWhenItCame) {
    GenesysSim sim({"--desk", "papers"});
    reviewed(sim, Letter{});
    EXPECT_EQ(sim.only_mail().at("state"), "question");
    EXPECT_THAT(last_reply(sim.only_mail()), HasSubstr("proof of identity"));
    EXPECT_EQ(sim.inventory(), 0U);

    reviewed(sim, again());
    EXPECT_EQ(sim.only_mail().at("state"), "question") << "the same document again is not one more";
    auto with_passport = again();
    with_passport.id = "<request-3@acme.example>";
    with_passport.paper = "UEFTUw==";
    reviewed(sim, with_passport);
    EXPECT_EQ(sim.only_mail().at("state"), "approved");
    EXPECT_EQ(sim.mail(2).at("follows"), "<request-1@acme.example>");
    EXPECT_EQ(sim.inventory(), 1U);
}

TEST(GenesysDeskManners, AnswerSomethingThatNobodyUnderstands) {
    GenesysSim sim({"--desk", "puzzle"});
    reviewed(sim, Letter{});
    EXPECT_EQ(sim.only_mail().at("state"), "puzzled");
    EXPECT_EQ(replies(sim.only_mail()), 1U);
    reviewed(sim, again());
    EXPECT_EQ(replies(sim.only_mail()), 1U);
    EXPECT_EQ(sim.inventory(), 0U);
    sim.client().script({{"approve", json::array{"+33639980001"}}});
    EXPECT_EQ(sim.inventory(), 1U) << "somebody called them";
}

TEST(GenesysDeskManners, OfferOthersAndApproveTheChoice) {
    GenesysSim sim({"--desk", "offers"});
    reviewed(sim, Letter{});
    EXPECT_EQ(sim.only_mail().at("state"), "question");
    EXPECT_THAT(
        last_reply(sim.only_mail()),
        testing::StartsWith("+33639980001 is no longer available. We can offer +33639")
    );
    EXPECT_EQ(sim.inventory(), 0U);
    auto choice = again();
    choice.wanted = "+33639980077";
    reviewed(sim, choice);
    EXPECT_EQ(sim.only_mail().at("state"), "approved");
    EXPECT_EQ(sim.inventory("?phoneNumber=%2B33639980077"), 1U);
}

TEST(GenesysDeskManners, NeverAnswer) {
    GenesysSim sim({"--desk", "silent"});
    reviewed(sim, Letter{});
    reviewed(sim, again());
    EXPECT_EQ(sim.only_mail().at("state"), "silent");
    EXPECT_EQ(replies(sim.only_mail()), 0U);
    EXPECT_EQ(sim.inventory(), 0U);
}

TEST(GenesysDeskManners, WakeWhenTheyAreReminded) {
    GenesysSim sim({"--desk", "sleepy"});
    reviewed(sim, Letter{});
    EXPECT_EQ(sim.only_mail().at("state"), "asleep");
    auto reminder = again();
    reminder.with_document = false;
    reviewed(sim, reminder);
    EXPECT_EQ(sim.only_mail().at("state"), "approved") << "the document of the first mail counts";
}

TEST(GenesysDeskManners, AreChosenForEachCountry) {
    GenesysSim sim({"--desk", "usual,FR=silent"});
    reviewed(sim, Letter{});
    EXPECT_EQ(sim.only_mail().at("state"), "silent");
    Letter german;
    german.id = "<request-9@acme.example>";
    german.country = "Germany";
    german.wanted = "+491525555001";
    sim.client().script({{"desk", "DE=puzzle"}});
    reviewed(sim, german);
    EXPECT_EQ(sim.mail(1).at("state"), "puzzled");
    EXPECT_THROW(Manners::from("rude"), std::invalid_argument);
    EXPECT_THROW(Manners::from("DE="), std::invalid_argument);
}

TEST(GenesysDesk, TellsWhoRemindsItHowARequestStands) {
    GenesysSim sim;
    sim.client().script({{"mail", Letter{}.text()}});
    auto reminder = again();
    reminder.with_document = false;
    sim.client().script({{"mail", reminder.text()}});
    EXPECT_EQ(sim.only_mail().at("state"), "in_review");
    EXPECT_THAT(last_reply(sim.only_mail()), HasSubstr("still under review"));
}

TEST(GenesysDesk, ReadsAndAnswersFrench) {
    GenesysSim sim({"--desk", "papers"});
    Letter letter;
    letter.hello = "Bonjour,\r\n";
    letter.country = "Allemagne";
    letter.wanted = "+491525555001";
    letter.wish =
        "Si un numéro n'est plus disponible, veuillez nous contacter avant d'en choisir un autre.";
    reviewed(sim, letter);
    EXPECT_EQ(sim.only_mail().at("detail").at("country"), "DE");
    EXPECT_EQ(sim.only_mail().at("detail").at("alternates"), "ask_first");
    EXPECT_THAT(last_reply(sim.only_mail()), HasSubstr("Il manque une pièce d'identité"));
    letter.id = "<request-8@acme.example>";
    letter.wish = "Si un numéro n'est plus disponible, veuillez en choisir un autre pour nous.";
    sim.client().script({{"mail", letter.text()}});
    EXPECT_EQ(sim.mail(1).at("detail").at("alternates"), "may_choose");
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
                      HasSubstr("Subject: Re: SMS numbers for France"), HasSubstr("+33639980001"),
                      HasSubstr("\r\n> Country: France\r\n")
                  )
        );
    }
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace porteur::sim::test
