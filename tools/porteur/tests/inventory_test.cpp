// SPDX-License-Identifier: Apache-2.0
#include <fstream>

#include <gmock/gmock.h>

#include "world.hpp"

namespace porteur::cli {
namespace {

using ::testing::HasSubstr;

const std::string page = R"({"next_cursor":"number+.7","numbers":[
{"number":"+15145550100","used_by":"Réception","use_type":"user","company":{"id":"12","name":"Acme"},"var":null,"provider":"thinktel",
 "status":"active","state":"in_service","country":"CA","type":"toll_free","tags":["night","vip"]}],
"total":{"count":2,"exact":true}})";

std::string bytes_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

TEST(NumbersList, ShowsAPageAndHowToGoOn) {
    World world;
    ScriptedServer server(
        {{.expects = "GET "
                     "/v1/"
                     "numbers?filter=used&state=in_service%2Cassigned&used_by=r%C3%"
                     "A9&sort=-company&limit=1",
          .body = page}}
    );
    EXPECT_EQ(
        world.run(
            {"numbers", "list", "--filter", "used", "--state", "in_service", "--state", "assigned",
             "--used-by", "ré", "--sort=-company", "--limit", "1"},
            server
        ),
        (Ran{
            0,
            "NUMBER        USED BY    USE TYPE  COMPANY  PROVIDER  STATUS  STATE       COUNTRY  "
            "TYPE       TAGS\n"
            "+15145550100  Réception  user      Acme     thinktel  active  in_service  CA       "
            "toll_free  night vip\n",
            "porteur: numbers that fit: 2\nporteur: there are more; go on with --cursor number+.7\n"
        })
    );
}

TEST(NumbersList, SaysThatThereAreNone) {
    World world;
    ScriptedServer server(
        {{.expects = "GET /v1/numbers",
          .body = R"({"next_cursor":null,"numbers":[],"total":{"count":0,"exact":true}})"}}
    );
    EXPECT_EQ(world.run({"numbers", "list"}, server), (Ran{0, "No numbers.\n", ""}));
}

TEST(NumbersShow, HasTheHistoryBeneath) {
    World world;
    ScriptedServer server(
        {{.expects = "GET /v1/numbers/%2B15145550100",
          .body =
              R"({"number":"+15145550100","used_by":"Anna","provider":"thinktel","cost":{"amount":"1.50","currency":"CAD"},"features":["voice"]})"
         },
         {.expects = "GET /v1/numbers/%2B15145550100/history",
          .body =
              R"({"events":[{"at":"x","by":"@anna","what":"assigned","data":{"used_by":["","Anna"]}}]})"
         }}
    );
    const auto ran = world.run({"numbers", "show", "+15145550100"}, server);
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("1.50 CAD"));
    EXPECT_THAT(ran.out, HasSubstr("@anna"));
    EXPECT_THAT(ran.out, HasSubstr(R"({"used_by":["","Anna"]})"));
}

TEST(NumbersExport, WritesTheFile) {
    World world;
    const auto file = world.folder / "numbers.csv";
    ScriptedServer server(
        {{.expects = "GET /v1/numbers/csv?status=active&columns=number%2Cused_by&bom=true",
          .body = "Number,Used by\r\n",
          .type = "text/csv"}}
    );
    EXPECT_EQ(
        world.run(
            {"numbers", "export", file.string(), "--status", "active", "--column", "number",
             "--column", "used_by", "--bom"},
            server
        ),
        (Ran{0, "", "porteur: " + file.string() + " is written: 16 B\n"})
    );
    EXPECT_EQ(bytes_of(file), "Number,Used by\r\n");
}

TEST(NumbersExport, HasANameOfItsOwn) {
    World world;
    const auto here = std::filesystem::current_path();
    std::filesystem::current_path(world.folder);
    ScriptedServer server({{.expects = "GET /v1/numbers/csv", .body = "Number\r\n", .type = "text/csv"}});
    const auto ran = world.run({"numbers", "export"}, server);
    std::filesystem::current_path(here);
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_EQ(bytes_of(world.folder / "PhoneNumbers.csv"), "Number\r\n");
}

TEST(NumbersExport, LeavesWhatWasThereWhenTheAnswerBreaksOff) {
    World world;
    const auto file = world.file("numbers.csv", "old");
    ScriptedServer server(
        {{.expects = "GET /v1/numbers/csv",
          .body = "Number\r\n",
          .type = "text/csv",
          .end = Step::End::breaks_off}}
    );
    const auto ran = world.run({"numbers", "export", file}, server);
    EXPECT_EQ(ran.status, 3);
    EXPECT_THAT(ran.err, HasSubstr("before the answer was complete"));
    EXPECT_EQ(bytes_of(file), "old");
    EXPECT_FALSE(std::filesystem::exists(file + ".part"));
}

TEST(NumbersExport, SaysWhatTheDaemonRefuses) {
    World world;
    const auto file = (world.folder / "numbers.pdf").string();
    ScriptedServer server(
        {{.expects = "GET /v1/numbers/pdf",
          .status = 400,
          .body = R"({"title":"No","detail":"a PDF takes at most 3 numbers"})",
          .type = "application/problem+json"}}
    );
    const auto ran = world.run({"numbers", "export", file}, server);
    EXPECT_EQ(ran.status, 1);
    EXPECT_THAT(ran.err, HasSubstr("a PDF takes at most 3 numbers"));
    EXPECT_FALSE(std::filesystem::exists(file));
}

TEST(NumbersExport, ShowsHowFarItIs) {
    World world;
    world.is_terminal = true;
    world.clock_step = std::chrono::milliseconds{1500};
    const auto file = world.folder / "numbers.csv";
    ScriptedServer server(
        {{.expects = "GET /v1/numbers?limit=1", .body = page},
         {.expects = "GET /v1/numbers/csv", .body = "Number\r\n+15145550100\r\n", .type = "text/csv"
         }}
    );
    const auto ran = world.run({"numbers", "export", file.string()}, server);
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr("exporting to " + file.string()));
    EXPECT_THAT(ran.err, HasSubstr("100 %"));
}

TEST(NumbersExport, WantsANameThatTellsTheForm) {
    World world;
    const auto ran = world.run({"numbers", "export", "numbers.xlsx"});
    EXPECT_EQ(ran.status, 2);
    EXPECT_THAT(ran.err, HasSubstr("neither in .csv nor in .pdf"));
}

}  // namespace
}  // namespace porteur::cli
