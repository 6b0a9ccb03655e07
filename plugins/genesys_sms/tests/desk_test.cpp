// SPDX-License-Identifier: Apache-2.0
// read_mail: what an answer of the desk proposes.
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

using ::testing::HasSubstr;

const Plugin& genesys() {
    static const Plugin plugin = Plugin::linked();
    return plugin;
}
MailReading reading(const std::string& text, const char* from = "genesyscloudsms@genesys.com") {
    Script script(
        genesys(), "read_mail",
        canonical(json::object{
            {"from", from}, {"subject", "Re: SMS number purchase request"}, {"text", text}
        })
    );
    cut_everywhere(script);
    return script.result<MailReading>();
}
MailReading of(const std::string& name) { return reading(file("mail-" + name + ".txt")); }

TEST(ReadMail, FindsOurReferenceInWhatIsQuoted) { EXPECT_EQ(of("approved").about, "po-9"); }

TEST(ReadMail, ReadsAnApproval) {
    EXPECT_EQ(of("approved").state, OrderState::completed);
    EXPECT_TRUE(of("approved").rejections.empty());
}

TEST(ReadMail, ReadsARefusalWithItsWords) {
    const auto ours = of("refused");
    EXPECT_EQ(ours.state, OrderState::exception);
    ASSERT_EQ(ours.rejections.size(), 1u);
    EXPECT_THAT(ours.rejections[0].text, HasSubstr("the company could not be verified"));
}

TEST(ReadMail, IsNeverCertainAsGenesysPublishesNoWording) {
    for (const auto* name : {"approved", "both", "gone", "not-approved", "nothing", "papers", "refused", "waiting"})
        EXPECT_FALSE(of(name).certain) << name;
}

TEST(ReadMail, NeverReadsNotApprovedAsApproved) {
    EXPECT_EQ(of("not-approved").state, OrderState::exception);
}

TEST(ReadMail, ReadsThatPapersAreWanted) {
    const auto ours = of("papers");
    EXPECT_EQ(ours.state, OrderState::needs_documents);
    ASSERT_EQ(ours.rejections.size(), 1u);
    EXPECT_EQ(ours.rejections[0].reason, Reason::documents_required);
    EXPECT_EQ(ours.rejections[0].fields, std::vector<std::string>{"/documents"});
}

TEST(ReadMail, TellsOurNumbersFromThoseOffered) {
    const auto ours = of("gone");
    EXPECT_EQ(ours.state, OrderState::alternates_offered);
    ASSERT_EQ(ours.numbers.size(), 1u);
    EXPECT_EQ(ours.numbers[0].text(), "+33644550101");
    ASSERT_EQ(ours.alternates.size(), 2u);
    EXPECT_EQ(ours.alternates[0].text(), "+33644550177");
    EXPECT_EQ(ours.alternates[1].text(), "+33644550178");
}

TEST(ReadMail, ReadsThatAReviewGoesOn) { EXPECT_EQ(of("waiting").state, OrderState::in_review); }

TEST(ReadMail, LeavesToAPersonWhatSaysTwoThingsOrNothing) {
    EXPECT_FALSE(of("both").state);
    EXPECT_THAT(of("both").note, HasSubstr("several things"));
    EXPECT_FALSE(of("nothing").state);
    EXPECT_THAT(of("nothing").note, HasSubstr("a person reads it"));
    EXPECT_FALSE(reading("").state);
}

TEST(ReadMail, WeighsOnlyWhatTheDeskWroteNotWhatItQuotes) {
    EXPECT_FALSE(
        reading("Thank you.\n> If a number is no longer available, please contact us.\n").state
    );
    EXPECT_FALSE(
        reading("Thank you.\n\n-----Original Message-----\nthe request was rejected\n").state
    );
}

TEST(ReadMail, BelievesNobodyElse) {
    const auto ours = reading(file("mail-approved.txt"), "desk@genesys.com.evil.example");
    EXPECT_FALSE(ours.state);
    EXPECT_THAT(ours.note, HasSubstr("not from the desk's domain"));
    EXPECT_EQ(ours.about, "po-9");
}

}  // namespace
}  // namespace porteur::testkit
