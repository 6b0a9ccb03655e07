// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <porteur/json.hpp>

#include "world.hpp"

namespace porteur::cli {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

std::string job(
    const std::string& state, int done, int total, int changed, int refused,
    const std::string& more = ""
) {
    return R"({"id":"01JOB","kind":"assign","by":"anna","state":")" + state + R"(","dry_run":)" +
           (more == "dry" ? "true" : "false") + R"(,"done":)" + std::to_string(done) +
           R"(,"total":)" + std::to_string(total) + R"(,"changed":)" + std::to_string(changed) +
           R"(,"same":0,"refused":)" + std::to_string(refused) + R"(,"can_undo":true,"problem":")" +
           (state == "failed" ? "porteurd was stopped" : "") + R"("})";
}
Step begun(const std::string& path) {
    return {.expects = "POST " + path, .status = 202, .body = job("running", 0, 0, 0, 0)};
}
Step now(const std::string& body) { return {.expects = "GET /v1/number-jobs/01JOB", .body = body}; }
const Step none_refused{
    .expects = "GET /v1/number-jobs/01JOB/results?limit=500",
    .body = R"({"next_cursor":null,"results":[]})"
};
const std::string two_bad_cells = R"x({"next_cursor":null,"results":[
{"row":3,"column":"A (Number)","number":"reception","outcome":"refused","problem":"this is no number"},
{"row":9,"column":"","number":"+15145550100","outcome":"repeated","problem":"row 2 has this number already"}]})x";

TEST(NumbersAssign, SaysWhatIsMeantAndFollowsTheJobToItsEnd) {
    World world;
    ScriptedServer server(
        {begun("/v1/number-changes"), now(job("running", 1, 2, 1, 0)), now(job("done", 2, 2, 2, 0)),
         none_refused}
    );
    const auto ran = world.run(
        {"numbers", "assign", "+15145550100", "+1 (514) 555-0101", "--to-account", "12",
         "--to-user", "Anna"},
        server
    );
    EXPECT_EQ(ran, (Ran{0, "", "porteur: numbers: 2; changed: 2, so already: 0, refused: 0\n"}));
    const auto sent = server.seen().front();
    EXPECT_EQ(
        sent.body,
        R"({"action":"assign","selection":{"numbers":["+15145550100","+15145550101"]},"to":{"tenant":12,"use_type":"user","used_by":"Anna"}})"
    );
    EXPECT_EQ(sent.field("idempotency-key"), "key-1");
    EXPECT_EQ(world.pauses, (std::vector<std::chrono::milliseconds>{100ms, 200ms}));
}

TEST(NumbersAssign, WantsToKnowWhichAndToWhom) {
    World world;
    EXPECT_THAT(
        world.run({"numbers", "assign", "--to-account", "12"}).err, HasSubstr("which numbers")
    );
    EXPECT_THAT(
        world.run({"numbers", "assign", "+15145550100", "--all", "--to-account", "12"}).err,
        HasSubstr("in one way")
    );
    EXPECT_THAT(world.run({"numbers", "assign", "+15145550100"}).err, HasSubstr("to whom"));
    EXPECT_EQ(
        world.run({"numbers", "assign", "+15145550100", "--to-user", "A", "--to-group", "B"})
            .status,
        2
    );
    EXPECT_THAT(
        world.run({"numbers", "unassign", "--range", "+15145550100-199"}).err,
        HasSubstr("is no range")
    );
}

TEST(NumbersUnassign, ManyAreLookedAtFirstAndWantYes) {
    World world;
    ScriptedServer server(
        {begun("/v1/number-changes"), now(job("done", 5000, 5000, 4800, 200, "dry"))}
    );
    const auto ran = world.run({"numbers", "unassign", "--provider", "thinktel"}, server);
    EXPECT_EQ(ran.status, 2);
    EXPECT_THAT(ran.err, HasSubstr("4800 numbers would be changed; say --yes"));
    EXPECT_EQ(
        server.seen().front().body,
        R"({"action":"unassign","dry_run":true,"selection":{"query":{"provider":"thinktel"}}})"
    );
}

TEST(NumbersUnassign, FewAreLookedAtAndThenChangedUnderAnotherKey) {
    World world;
    ScriptedServer server(
        {begun("/v1/number-changes"), now(job("done", 5, 5, 5, 0, "dry")),
         begun("/v1/number-changes"), now(job("done", 5, 5, 5, 0)), none_refused}
    );
    const auto ran =
        world.run({"numbers", "unassign", "--range", "+15145550100..+15145550199"}, server);
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_EQ(server.seen().at(0).field("idempotency-key"), "key-1.look");
    EXPECT_EQ(server.seen().at(2).field("idempotency-key"), "key-1");
    EXPECT_EQ(
        server.seen().at(2).body,
        R"({"action":"unassign","selection":{"range":{"from":"+15145550100","to":"+15145550199"}}})"
    );
}

TEST(NumbersOptions, YesGoesWithoutALook) {
    World world;
    ScriptedServer server(
        {begun("/v1/number-changes"), now(job("done", 900, 900, 900, 0)), none_refused}
    );
    const auto ran = world.run(
        {"numbers", "options", "--all", "--yes", "--add-tag", "vip,night", "--remove-tag", "old",
         "--set", "floor=5", "--set", "desk=", "--feature", "voice"},
        server
    );
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_EQ(
        server.seen().front().body,
        R"({"action":"options","custom":{"desk":"","floor":"5"},"features":["voice"],"selection":{"query":{}},"tags":["vip","night"],"tags_removed":["old"]})"
    );
}

TEST(NumbersOptions, AListOfManyWantsYesToo) {
    World world;
    std::vector<std::string> words{"numbers", "reserve"};
    for (int at = 100; at <= 200; ++at) words.push_back("+15145550" + std::to_string(at));
    const auto ran = world.run(words);
    EXPECT_EQ(ran.status, 2);
    EXPECT_THAT(ran.err, HasSubstr("101 numbers would be changed"));
}

TEST(NumbersRelease, WantsYesWhateverTheCount) {
    World world;
    const auto asked = world.run({"numbers", "release", "+15145550100"});
    EXPECT_EQ(asked.status, 2);
    EXPECT_THAT(asked.err, HasSubstr("cannot be taken back; say --yes"));
    ScriptedServer server(
        {begun("/v1/number-changes"), now(job("done", 1, 1, 1, 0)), none_refused}
    );
    const auto ran = world.run({"numbers", "release", "+15145550100", "--yes"}, server);
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_EQ(
        server.seen().front().body,
        R"({"action":"release","selection":{"numbers":["+15145550100"]}})"
    );
}

TEST(NumbersAdd, AddsARangeWithWhatIsSaidOfEach) {
    World world;
    ScriptedServer server({begun("/v1/numbers"), now(job("done", 2, 2, 2, 0)), none_refused});
    const auto ran = world.run(
        {"numbers", "add", "--range", "+15145550109..+15145550110", "--provider", "thinktel",
         "--tenant", "12", "--to-service", "Fax", "--cost", "1.50 CAD", "--add-tag", "fax"},
        server
    );
    EXPECT_EQ(ran.status, 0) << ran.err;
    const auto document = json::parse(server.seen().front().body);
    const auto& numbers = document.at("numbers").as_array();
    ASSERT_EQ(numbers.size(), 2U);
    EXPECT_EQ(
        canonical(numbers[1]),
        R"({"cost":"1.50 CAD","number":"+15145550110","provider":"thinktel","tags":["fax"],"tenant":12,"use_type":"service","used_by":"Fax"})"
    );
}

TEST(NumbersImport, NamesEachBadCellAndEndsWithOne) {
    World world;
    const auto file = world.file("numbers.csv", "Number\nreception\n");
    ScriptedServer server(
        {begun("/v1/number-imports?region=CA&provider=thinktel&columns=number%3D1"),
         now(job("done", 9, 9, 7, 1)),
         {.expects = "GET /v1/number-jobs/01JOB/results?limit=500", .body = two_bad_cells}}
    );
    const auto ran = world.run(
        {"numbers", "import", file, "--region", "CA", "--provider", "thinktel", "--columns",
         "number=1"},
        server
    );
    EXPECT_EQ(
        ran, (
                 Ran{1,
                     "ROW  COLUMN      NUMBER        OUTCOME   WHY\n"
                     "3    A (Number)  reception     refused   this is no number\n"
                     "9                +15145550100  repeated  row 2 has this number already\n",
                     "porteur: numbers: 9; changed: 7, so already: 0, refused: 1\n"}
             )
    );
    EXPECT_EQ(server.seen().front().field("content-type"), "text/csv");
    EXPECT_EQ(server.seen().front().body, "Number\nreception\n");
}

TEST(NumbersImport, PrintsJobAndResultsAsJson) {
    World world;
    const auto file = world.file("numbers.csv", "Number\nreception\n");
    ScriptedServer server(
        {begun("/v1/number-imports?dry_run=true"),
         now(job("done", 9, 9, 7, 1, "dry")),
         {.expects = "GET /v1/number-jobs/01JOB/results?limit=500", .body = two_bad_cells}}
    );
    const auto ran = world.run({"numbers", "import", file, "--dry-run", "--json"}, server);
    EXPECT_EQ(ran.status, 1);
    const auto document = json::parse(ran.out);
    EXPECT_EQ(document.at("job").at("state").as_string(), "done");
    EXPECT_EQ(document.at("results").as_array().size(), 2U);
}

TEST(NumbersImport, ReadsEveryPageOfWhatWasRefused) {
    World world;
    const auto file = world.file("numbers.csv", "x");
    std::string page = R"({"next_cursor":"500","results":[)";
    for (int at = 0; at < 500; ++at)
        page += std::string(at ? "," : "") + R"({"row":)" + std::to_string(at + 2) +
                R"(,"column":"A","number":"x","outcome":"refused","problem":"no"})";
    page += "]}";
    ScriptedServer server(
        {begun("/v1/number-imports"),
         now(job("done", 501, 501, 0, 501)),
         {.expects = "GET /v1/number-jobs/01JOB/results?limit=500", .body = page},
         {.expects = "GET /v1/number-jobs/01JOB/results?limit=500&cursor=500",
          .body =
              R"({"next_cursor":null,"results":[{"row":777,"column":"A","number":"x","outcome":"refused","problem":"no"}]})"
         }}
    );
    const auto ran = world.run({"numbers", "import", file}, server);
    EXPECT_EQ(ran.status, 1);
    EXPECT_THAT(ran.out, HasSubstr("\n777  A       x       refused"));
}

TEST(NumbersImport, ShowsABarOnATerminalAndLinesElsewhere) {
    const std::vector<Step> steps{
        begun("/v1/number-imports"), now(job("running", 20'000, 0, 0, 0)),
        now(job("running", 40'000, 80'000, 0, 0)), now(job("done", 80'000, 80'000, 80'000, 0)),
        none_refused
    };
    World world;
    world.clock_step = 5s;
    const auto file = world.file("numbers.csv", "x");
    {
        ScriptedServer server(steps);
        const auto ran = world.run({"numbers", "import", file}, server);
        EXPECT_THAT(ran.err, HasSubstr("porteur: numbers so far: 20000\n"));
        EXPECT_THAT(ran.err, HasSubstr("porteur: numbers so far: 40000 of 80000\n"));
        EXPECT_THAT(ran.err, Not(HasSubstr("\x1b")));
    }
    world.is_terminal = true;
    ScriptedServer server(steps);
    const auto ran = world.run({"numbers", "import", file}, server);
    EXPECT_THAT(ran.err, HasSubstr("following job 01JOB … 20000"));
    EXPECT_THAT(ran.err, HasSubstr("following job 01JOB [==========>         ]  50 % 40000/80000"));
}

TEST(NumbersImport, ADaemonThatIsStartedAgainIsWaitedFor) {
    World world;
    const auto file = world.file("numbers.csv", "x");
    ScriptedServer server(
        {begun("/v1/number-imports"),
         {.expects = "GET /v1/number-jobs/01JOB", .status = 503, .body = R"({"title":"not ready"})"
         },
         now(job("failed", 100, 0, 100, 0)),
         none_refused}
    );
    const auto ran = world.run({"numbers", "import", file}, server);
    EXPECT_EQ(ran.status, 1);
    EXPECT_THAT(ran.err, HasSubstr("the job ended early: porteurd was stopped"));
}

TEST(NumbersImport, ComesBackAtOnceOrAfterATimeAndSaysHowToGoOn) {
    World world;
    const auto file = world.file("numbers.csv", "x");
    {
        ScriptedServer server({begun("/v1/number-imports")});
        EXPECT_EQ(
            world.run({"numbers", "import", file, "--no-wait"}, server),
            (Ran{0, "", "porteur: the job goes on; 'porteur numbers job 01JOB --wait' follows it\n"}
            )
        );
    }
    world.clock_step = 400ms;
    ScriptedServer server({begun("/v1/number-imports"), now(job("running", 1, 0, 0, 0))});
    const auto ran = world.run({"numbers", "import", file, "--timeout", "1s"}, server);
    EXPECT_EQ(ran.status, 8);
    EXPECT_THAT(ran.err, HasSubstr("the job goes on"));
    EXPECT_EQ(world.run({"numbers", "import", file, "--timeout", "soon"}).status, 2);
}

TEST(NumbersJob, ShowsOneAndItsRefusedRows) {
    World world;
    ScriptedServer server(
        {now(job("done", 9, 9, 7, 1)),
         now(job("done", 9, 9, 7, 1)),
         {.expects = "GET /v1/number-jobs/01JOB/results?limit=500", .body = two_bad_cells}}
    );
    const auto ran = world.run({"numbers", "job", "01JOB"}, server);
    EXPECT_EQ(ran.status, 0);
    EXPECT_THAT(ran.out, HasSubstr("Changed     7\n"));
    const auto refused = world.run({"numbers", "job", "01JOB", "--refused"}, server);
    EXPECT_EQ(refused.status, 0);
    EXPECT_THAT(refused.out, HasSubstr("reception"));
}

TEST(NumbersJobs, ListsThem) {
    World world;
    ScriptedServer server(
        {{.expects = "GET /v1/number-jobs?limit=1",
          .body = R"({"next_cursor":"01JOB","jobs":[)" + job("done", 9, 9, 7, 1) + "]}"}}
    );
    const auto ran = world.run({"numbers", "jobs", "--limit", "1"}, server);
    EXPECT_EQ(
        ran.out,
        "ID     WHO   WHAT    STATE  DONE  CHANGED  REFUSED\n"
        "01JOB  anna  assign  done   9     7        1\n"
    );
    EXPECT_THAT(ran.err, HasSubstr("--cursor 01JOB"));
}

TEST(NumbersJobs, AreCancelledAndTakenBack) {
    World world;
    ScriptedServer server(
        {{.expects = "POST /v1/number-jobs/01JOB/cancel",
          .status = 202,
          .body = job("running", 1, 0, 0, 0)},
         begun("/v1/number-jobs/01JOB/undo"),
         now(job("cancelled", 1, 2, 1, 0)),
         none_refused}
    );
    EXPECT_EQ(world.run({"numbers", "cancel", "01JOB"}, server).status, 0);
    const auto undone = world.run({"numbers", "undo", "01JOB"}, server);
    EXPECT_EQ(undone.status, 6);
    EXPECT_THAT(undone.err, HasSubstr("was cancelled"));
}

TEST(NumbersHistory, ListsWhatHappened) {
    World world;
    ScriptedServer server(
        {{.expects = "GET /v1/numbers/%2B15145550100/history",
          .body = R"({"events":[{"at":"x","by":"@anna","what":"assigned","data":{}}]})"}}
    );
    EXPECT_EQ(
        world.run({"numbers", "history", "+15145550100"}, server),
        (Ran{0, "WHEN  WHO    WHAT\nx     @anna  assigned\n", ""})
    );
}

TEST(NumbersImport, SpeaksFrench) {
    World world;
    const auto file = world.file("numbers.csv", "x");
    ScriptedServer server(
        {begun("/v1/number-imports"), now(job("done", 12'500, 12'500, 12'500, 0)), none_refused}
    );
    const auto ran = world.run({"numbers", "import", file, "--lang", "fr"}, server);
    EXPECT_THAT(ran.err, HasSubstr("déjà ainsi"));
}

}  // namespace
}  // namespace porteur::cli
