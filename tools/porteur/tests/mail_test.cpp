// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "world.hpp"

namespace porteur::cli {
namespace {

using ::testing::HasSubstr;

std::string mail(const std::string& state, const std::string& reading = "null") {
    return R"({"id":"1N0QM8XZT2G0A","state":")" + state +
           R"(","received":"2026-11-25T10:00:00.000Z","from":"desk@carrier.example",)"
           R"("subject":"Your request","message_id":"<a@b>","order":null,)"
           R"("matched_by":"carrier_domain","reason":"it came from the carrier's domain",)"
           R"("proposals":["1N0QM8XZT2G0B"],"reading":)" +
           reading;
}

TEST(MailList, ShowsWhatWaitsUnlessMoreIsAskedFor) {
    World world;
    ScriptedServer server({
        {.expects = "GET /v1/mails?state=waiting",
         .body = R"({"items":[)" + mail("waiting") + R"(}],"next_cursor":"1N0QM8XZT2G0A"})"},
        {.expects = "GET /v1/mails?order=1N0QM8XZT2G0B",
         .body = R"({"items":[],"next_cursor":null})"},
        {.expects = "GET /v1/mails?state=waiting", .body = R"({"items":[],"next_cursor":null})"},
    });
    EXPECT_EQ(
        world.run({"mail", "list"}, server),
        (Ran{
            0,
            "ID             STATE    RECEIVED          FROM                  SUBJECT       WHY\n"
            "1N0QM8XZT2G0A  waiting  2026-11-25T10:00  desk@carrier.example  Your request  it came "
            "from the carrier's domain\n",
            "porteur: there are more; add --cursor 1N0QM8XZT2G0A\n"
        })
    );
    EXPECT_EQ(
        world.run({"mail", "list", "--order", "1N0QM8XZT2G0B"}, server),
        (Ran{0, "There is no such mail.\n", ""})
    );
    EXPECT_EQ(world.run({"mail", "list"}, server), (Ran{0, "No mail waits.\n", ""}));
}

TEST(MailShow, ShowsTheTextAndTheOrdersToChooseFrom) {
    World world;
    ScriptedServer server({
        {.expects = "GET /v1/mails/1N0QM8XZT2G0A",
         .body = mail("waiting", R"({"state":"exception","note":"papers wanted"})") +
                 R"(,"text":"Hello,\n\u001b[31mred\nbye","from_machine":false,)"
                 R"("left_at_server":false,"defects":[],)"
                 R"("files":[{"name":"a.pdf","content_type":"application/pdf","size":12}],)"
                 R"("candidates":[{"id":"1N0QM8XZT2G0B","kind":"purchase","reference":"po-9",)"
                 R"("account":"genesys","state":"in_review"}]})"},
    });
    const auto ran = world.run({"mail", "show", "1N0QM8XZT2G0A"}, server);
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("exception: papers wanted\n"));
    EXPECT_THAT(ran.out, HasSubstr("a.pdf (12 bytes)\n"));
    EXPECT_THAT(ran.out, HasSubstr("1N0QM8XZT2G0B  purchase  po-9       genesys  in_review\n"));
    EXPECT_THAT(ran.out, HasSubstr("\nHello,\n"));
    EXPECT_EQ(ran.out.find('\x1b'), ran.out.npos) << "a stranger's mail moved the terminal";
}

TEST(MailAssign, SaysWhatIsStillToBeDecided) {
    World world;
    ScriptedServer server({
        {.expects = "POST /v1/mails/1N0QM8XZT2G0A/assign",
         .body = mail("waiting", R"({"state":"exception","note":"papers wanted"})") + "}"},
        {.expects = "POST /v1/mails/1N0QM8XZT2G0A/assign", .body = mail("settled") + "}"},
        {.expects = "POST /v1/mails/1N0QM8XZT2G0A/dismiss", .body = mail("settled") + "}"},
    });
    const std::vector<std::string> words{"mail", "assign", "1N0QM8XZT2G0A", "1N0QM8XZT2G0B"};
    const auto first = world.run(words, server);
    EXPECT_EQ(first.status, status_of(ExitCode::waits_for_person));
    EXPECT_THAT(first.err, HasSubstr("exception: papers wanted"));
    auto taking = words;
    taking.emplace_back("--take-word");
    EXPECT_EQ(world.run(taking, server), (Ran{0, "mail 1N0QM8XZT2G0A is settled\n", ""}));
    EXPECT_EQ(world.run({"mail", "dismiss", "1N0QM8XZT2G0A"}, server).status, 0);
    const auto seen = server.seen();
    EXPECT_EQ(seen.at(0).body, R"({"order":"1N0QM8XZT2G0B"})");
    EXPECT_EQ(seen.at(1).body, R"({"order":"1N0QM8XZT2G0B","take_word":true})");
    EXPECT_FALSE(seen.at(2).field("idempotency-key").empty());
}

}  // namespace
}  // namespace porteur::cli
