// SPDX-License-Identifier: Apache-2.0
// What the gaining side gets, and whether the numbers have gone.
#include <gtest/gtest.h>

#include <porteur/testkit.hpp>

namespace porteur::testkit {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const Plugin& ringcentral() {
    static const Plugin plugin = Plugin::linked();
    return plugin;
}
constexpr auto account = "/restapi/v1.0/account/~";
constexpr auto numbers = "/restapi/v1.0/account/~/phone-number";

json::object order() {
    auto given = parsed(file("order.json")).as_object();
    given["documents"].as_array().push_back(
        {{"id", "doc-1"}, {"type", "loa"}, {"name", "loa.pdf"}, {"signed_on", "2026-11-20"}}
    );
    given["documents"].as_array().push_back({{"id", "doc-3"}, {"type", "csr"}, {"name", "csr.pdf"}}
    );
    given["end_user"].as_object()["authorized_person"] =
        json::object{{"first_name", "Anna"}, {"last_name", "Roy"}, {"title", "CFO"}};
    given["contact_email"] = "ports@porteur.example";
    return given;
}

ReleasePacket packet(
    const json::object& given, const std::string& today = "2026-11-22T15:00:00Z",
    const std::string& settings = "{}"
) {
    Script script(ringcentral(), "release_packet", canonical(given), settings);
    script.asks_time(today);
    cut_everywhere(script);
    return script.result<ReleasePacket>();
}
auto documents(const std::vector<std::string>& ids) {
    std::vector<::testing::Matcher<DocumentRef>> wanted;
    for (const auto& id : ids) wanted.push_back(Field(&DocumentRef::id, id));
    return ::testing::ElementsAreArray(wanted);
}
auto problem(Reason reason, const std::string& words) {
    return AllOf(
        Field(&Problem::field, "/documents"), Field(&Problem::reason, reason),
        Field(&Problem::blocking, true), Field(&Problem::message, HasSubstr(words))
    );
}

TEST(ReleasePacket, HasTheLetterTheNumbersAndTheDocumentsInOrder) {
    const auto made = packet(order());
    EXPECT_THAT(made.problems, IsEmpty());
    EXPECT_EQ(made.subject, "Port away from RingCentral: 2 numbers, po-7");
    EXPECT_THAT(made.documents, documents({"doc-1", "doc-2", "doc-3"}));
    EXPECT_EQ(made.cover_letter, file("cover-letter-en.txt"));
}

TEST(ReleasePacket, IsWrittenInTheOrdersLanguage) {
    auto given = order();
    given["language"] = "fr";
    given["numbers"] = json::array{"+14165550100"};
    given["remaining"] = json::array{"+14165550101"};
    given["new_btn"] = "+14165550101";
    const auto made = packet(given);
    EXPECT_EQ(made.subject, "Portage depuis RingCentral : 1 numéro, po-7");
    EXPECT_EQ(made.cover_letter, file("cover-letter-fr.txt"));
}

TEST(ReleasePacket, NeverHoldsThePin) {
    const auto made = packet(order());
    EXPECT_THAT(made.cover_letter, HasSubstr("Voicemail PIN: given apart"));
}

TEST(ReleasePacket, SaysWhichDocumentsAreMissing) {
    auto given = order();
    given["documents"] = json::array{};
    const auto made = packet(given);
    EXPECT_THAT(made.problems, Contains(problem(Reason::loa_required, "letter of authorization")));
    EXPECT_THAT(made.problems, Contains(problem(Reason::documents_required, "billing statement")));
    EXPECT_THAT(made.documents, IsEmpty());
    EXPECT_THAT(made.cover_letter, HasSubstr("nothing yet"));
}

TEST(ReleasePacket, LeavesAStatementOf46DaysBehind) {
    EXPECT_THAT(
        packet(order(), "2026-12-15T23:59:59Z").documents,
        Contains(Field(&DocumentRef::id, "doc-2"))
    );
    const auto made = packet(order(), "2026-12-16T00:00:00Z");
    EXPECT_THAT(made.problems, ElementsAre(problem(Reason::document_refused, "46 days old")));
    EXPECT_THAT(made.documents, documents({"doc-1", "doc-3"}));
    EXPECT_THAT(made.cover_letter, Not(HasSubstr("octobre.pdf")));
}

TEST(ReleasePacket, LeavesALetterSignedMoreThan30DaysAgoBehind) {
    auto given = order();
    given["documents"].as_array()[1].as_object()["signed_on"] = "2026-10-22";
    const auto made = packet(given);  // 31 days
    EXPECT_THAT(made.problems, ElementsAre(problem(Reason::loa_expired, "31 days old")));
    EXPECT_THAT(made.documents, documents({"doc-2", "doc-3"}));
    EXPECT_THAT(
        packet(given, "2026-11-22T15:00:00Z", R"({"loa_age_days_max":31})").problems, IsEmpty()
    );
}

TEST(ReleasePacket, TakesTheNewestOfEachAndWantsItsDay) {
    auto given = order();
    given["documents"].as_array().push_back(
        {{"id", "doc-4"}, {"type", "invoice"}, {"name", "novembre.pdf"}, {"issued_on", "2026-11-21"}
        }
    );
    given["documents"].as_array()[1].as_object().erase("signed_on");
    const auto made = packet(given);
    EXPECT_THAT(made.documents, documents({"doc-1", "doc-4", "doc-3"}));
    EXPECT_THAT(made.problems, ElementsAre(problem(Reason::loa_required, "on which day")));
}

// ---------------------------------------------------------------- check_release

Script watching(
    const std::string& wanted, const std::string& list, const std::string& settings = "{}"
) {
    Script script(
        ringcentral(), "check_release", R"({"reference":"po-7","numbers":)" + wanted + "}", settings
    );
    script.expects_http("GET", account).safe().answers_file(200, "account.json");
    script.expects_http("GET", numbers).safe().answers(200, list);
    return script;
}

TEST(CheckRelease, TellsWhichNumbersAreStillThereAndAsWhat) {
    auto script = watching(
        R"(["+14165550101","+14165550177"])",
        R"({"records":[{"id":1,"phoneNumber":"14165550100","usageType":"MainCompanyNumber","status":"Normal"},
            {"id":2,"phoneNumber":"14165550101","usageType":"DirectNumber","status":"Pending"}]})"
    );
    script.ends_exactly(
        R"({"check_again":21600,"numbers":[
            {"carrier_word":"Pending, DirectNumber","left":false,"number":"+14165550101"},
            {"carrier_word":"","left":true,"number":"+14165550177"}]})"
    );
    cut_everywhere(script);
}

TEST(CheckRelease, AsksNoMoreWhenAllAreGone) {
    auto script = watching(
        R"(["+14165550101"])",
        R"({"records":[{"id":1,"phoneNumber":"14165550100","usageType":"MainCompanyNumber","status":"Normal"}]})"
    );
    const auto watch = script.result<ReleaseWatch>();
    EXPECT_TRUE(watch.numbers.at(0).left);
    EXPECT_EQ(watch.check_again, std::nullopt);
}

TEST(CheckRelease, LetsTheMainNumberLeaveToo) {
    auto script = watching(R"(["+14165550100"])", R"({"records":[]})");
    EXPECT_TRUE(script.result<ReleaseWatch>().numbers.at(0).left);
}

TEST(CheckRelease, AsksAsOftenAsTheAccountSays) {
    auto script = watching(
        R"(["+14165550100"])",
        R"({"records":[{"id":1,"phoneNumber":"14165550100","status":"Normal"}]})",
        R"({"check_release_every":600})"
    );
    EXPECT_EQ(script.result<ReleaseWatch>().check_again, std::chrono::seconds{600});
}

// A user who lost the administrator's role sees a part of the account: nothing has left.
TEST(CheckRelease, DoesNotTakeAListWithoutTheMainNumberForTheWholeAccount) {
    auto script = watching(
        R"(["+14165550101"])",
        R"({"records":[{"id":2,"phoneNumber":"14165550103","usageType":"DirectNumber","status":"Normal"}]})"
    );
    script.fails_with(ErrorKind::unauthorized, Reason::none, HasSubstr("Super Admin"));
}

}  // namespace
}  // namespace porteur::testkit
