// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <porteur/json.hpp>

#include "world.hpp"

namespace porteur::cli {
namespace {

using ::testing::HasSubstr;

/// As Asterisk writes Master.csv; the fields that nobody reads are left empty.
std::string asterisk_row(const std::string& to, const std::string& at, int id) {
    return R"("","+15145559999",")" + to + R"(","","","","","","",")" + at +
           R"("," "," ","","","","",")" + std::to_string(id) + "\"\n";
}
Step taken(int first, int known, int unknown) {
    return {
        .expects = "POST /v1/calls",
        .body = R"({"first":)" + std::to_string(first) + R"(,"known":)" + std::to_string(known) +
                R"(,"unknown":)" + std::to_string(unknown) + "}"
    };
}
/// Calls to so many numbers, one after another.
std::string many_rows(int count) {
    std::string out;
    for (int at = 0; at < count; ++at)
        out +=
            asterisk_row("+1514555" + std::to_string(1000 + at % 9000), "2026-11-26 10:00:00", at);
    return out;
}

TEST(CallsImport, SendsTheCallsAndSaysWhatWasLeftOut) {
    World world;
    const auto file = world.file(
        "Master.csv", asterisk_row("5145550100", "2026-11-26 09:05:00", 1) +
                          asterisk_row("201", "2026-11-26 09:06:00", 2) +
                          asterisk_row("+15145550101", "yesterday", 3)
    );
    ScriptedServer server({taken(1, 0, 0)});
    const auto ran = world.run(
        {"calls", "import", file, "--format", "asterisk", "--region", "CA", "--zone=-05:00"}, server
    );
    EXPECT_EQ(
        ran,
        (
            Ran{1,
                "ROW  COLUMN  VALUE      WHY\n"
                "3    J       yesterday  this is no time; expected one as in 2026-11-26 14:05:00\n",
                "porteur: rows: 3; calls to a number: 1\n"
                "porteur: rows left out as calls to no telephone number, such as an extension: 1\n"
                "porteur: rows left out as they cannot be read: 1\n"
                "porteur: numbers called for the first time: 1; calls to numbers that are active "
                "already: 0, to numbers that are not yours: 0\n"}
        )
    );
    EXPECT_EQ(
        server.seen().front().body,
        R"({"calls":[{"at":"2026-11-26T14:05:00Z","to":"+15145550100"}]})"
    );
}

TEST(CallsImport, SendsTenThousandAtATimeAndSaysWhereToGoOnWhenItIsCutOff) {
    World world;
    const auto file = world.file("Master.csv", many_rows(20'001));
    const Step refused{
        .expects = "POST /v1/calls", .status = 500, .body = R"({"title":"no room"})"
    };
    {
        ScriptedServer server({taken(9000, 1000, 0), refused});
        const auto ran = world.run({"calls", "import", file, "--format", "asterisk"}, server);
        EXPECT_EQ(ran.status, 9);
        EXPECT_THAT(ran.err, HasSubstr("go on with --from-row 10001"));
        EXPECT_EQ(json::parse(server.seen().front().body).at("calls").as_array().size(), 10'000U);
    }
    ScriptedServer server({taken(0, 10'000, 0), taken(0, 1, 0)});
    const auto ran = world.run(
        {"calls", "import", file, "--format", "asterisk", "--from-row", "10001", "--json"}, server
    );
    EXPECT_EQ(ran.status, 0) << ran.err;
    const auto document = json::parse(ran.out);
    EXPECT_EQ(document.at("before").as_int64(), 10'000);
    EXPECT_EQ(document.at("sent").as_int64(), 10'001);
    EXPECT_EQ(document.at("known").as_int64(), 10'001);
    EXPECT_EQ(document.at("last_row").as_int64(), 20'001);
}

TEST(CallsImport, WaitsForADaemonThatIsStartedAgain) {
    World world;
    const auto file = world.file("Master.csv", many_rows(1));
    ScriptedServer server(
        {{.expects = "POST /v1/calls", .body = "", .end = Step::End::nothing},
         {.expects = "POST /v1/calls", .status = 503, .body = R"({"title":"not ready"})"},
         taken(1, 0, 0)}
    );
    const auto ran = world.run({"calls", "import", file, "--format", "asterisk"}, server);
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_EQ(world.pauses.size(), 2U);
}

TEST(CallsImport, ReadsWithoutSendingWithoutADaemon) {
    World world;
    const auto file = world.file("calls.csv", "a,b\n2026-11-26 10:00:00,+15145550100\n");
    const auto ran = world.run({"calls", "import", file, "--columns", "to=2,at=1", "--dry-run"});
    EXPECT_EQ(
        ran, (Ran{0, "", "porteur: rows: 1; calls to a number: 1\nporteur: nothing was sent\n"})
    );
}

TEST(CallsImport, WantsToKnowTheColumnsAndTheZoneAsADistance) {
    World world;
    const auto file = world.file("calls.csv", "x");
    EXPECT_THAT(world.run({"calls", "import", file}).err, HasSubstr("--format asterisk"));
    EXPECT_EQ(
        world.run({"calls", "import", file, "--format", "asterisk", "--columns", "to=1,at=2"})
            .status,
        2
    );
    EXPECT_THAT(
        world.run({"calls", "import", file, "--columns", "to=1"}).err,
        HasSubstr("at least to and at")
    );
    for (const auto* zone : {"--zone=Montreal", "--zone=+5", "--zone=+25:00", "--zone=05:000"})
        EXPECT_THAT(
            world.run({"calls", "import", file, "--format", "asterisk", zone}).err,
            HasSubstr("distance from UTC")
        ) << zone;
    EXPECT_THAT(
        world.run({"calls", "import", file, "--format", "kamailio", "--dry-run"}).err,
        HasSubstr("has no column")
    );
    EXPECT_THAT(
        world.run({"calls", "import", "/nowhere/x", "--format", "asterisk", "--dry-run"}).err,
        HasSubstr("cannot be opened")
    );
}

TEST(CallsImport, NamesTheFirstThousandRowsThatCannotBeRead) {
    World world;
    std::string rows;
    for (int at = 0; at < 1'002; ++at) rows += "+15145550100,never\n";
    const auto file = world.file("calls.csv", "to,at\n" + rows);
    const auto ran = world.run({"calls", "import", file, "--columns", "to=to,at=at", "--dry-run"});
    EXPECT_EQ(ran.status, 1);
    EXPECT_THAT(ran.err, HasSubstr("not shown: 2"));
    const auto as_json =
        world.run({"calls", "import", file, "--columns", "to=to,at=at", "--dry-run", "--json"});
    EXPECT_EQ(json::parse(as_json.out).at("findings").as_array().size(), 1'002U);
}

}  // namespace
}  // namespace porteur::cli
