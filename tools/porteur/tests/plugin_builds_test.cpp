// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "world.hpp"

namespace porteur::cli {
namespace {

using ::testing::HasSubstr;

const std::string first(64, 'a'), second(64, 'b'), older(64, 'c');

std::string build(const std::string& sha256, const std::string& version, const std::string& state, int open, const std::string& file = "") {
    return R"({"build":")" + sha256 + R"(","version":")" + version + R"(","state":")" + state + R"(","open_operations":)" + std::to_string(open) +
           R"(,"file":")" + file + "\"}";
}

std::string acme(const std::string& builds) {
    return R"({"plugin":"acme","name":"ACME","accounts":["acme-1","acme-2"],"builds":[)" + builds + "]}";
}

const std::string active = build(first, "1.0.0", "active", 41, "/plugins/porteur-acme.so");
const std::string staged = build(second, "1.1.0", "staged", 0, "/plugins/porteur-acme.so");

std::string list(const std::string& builds) { return R"({"items":[)" + acme(builds) + "]}"; }

TEST(PluginBuilds, AreATableWithWhatStandsWithEach) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/plugins", .body = list(active + "," + build(older, "", "draining", 3))}});
    EXPECT_EQ(
        world.run({"plugin", "list"}, server),
        (Ran{0,
             "PLUGIN  VERSION             BUILD         STATE     OPEN OPERATIONS  ACCOUNTS       FILE\n"
             "acme    1.0.0               aaaaaaaaaaaa  active    41               acme-1 acme-2  /plugins/porteur-acme.so\n"
             "acme    not there any more  cccccccccccc  draining  3\n",
             ""})
    );
}

TEST(PluginBuilds, AreTriedAndTheReportSaysWhatDiffersAndWhatToDoNext) {
    World world;
    const std::string report = R"({"plugin":"acme","from":)" + active + R"(,"to":)" + staged +
                               R"(,"operations":{"open":41,"continue":38,"stay":3,"not_tried":0},"departures":[{"step":"create-order","operations":3,)"
                               R"("orders":["01JD9Y4V8K3ZQ","01JD9Y4V8K3ZR","01JD9Y4V8K3ZS"],)"
                               R"("text":"the replay departs from the journal: nobody asked for outcome #4"}]})";
    ScriptedServer server({{.expects = "POST /v1/plugins/acme/stage", .body = report}});
    const auto ran = world.run({"plugin", "stage", "acme"}, server);
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_EQ(ran.out,
              "acme: version 1.1.0, build bbbbbbbbbbbb, was tried beside 1.0.0, build aaaaaaaaaaaa\n"
              "41 operations are open: 38 continue on the new build, 3 stay on the build that they stand with\n"
              "\n"
              "3 differ at step \"create-order\"; orders 01JD9Y4V8K3ZQ, 01JD9Y4V8K3ZR, 01JD9Y4V8K3ZS\n"
              "  the replay departs from the journal: nobody asked for outcome #4\n"
              "\n"
              "nothing has changed; to have new operations begin on it: porteur plugin activate acme bbbbbbbbbbbb\n");
}

TEST(PluginBuilds, AreMeantByTheBeginningOfTheirNameOrByTheirState) {
    World world;
    const auto now = active + "," + staged + "," + build(older, "0.9.0", "draining", 0);
    ScriptedServer server({{.expects = "GET /v1/plugins", .body = list(now)},
                           {.expects = "POST /v1/plugins/acme/activate", .body = acme(now)},
                           {.expects = "GET /v1/plugins", .body = list(now)},
                           {.expects = "POST /v1/plugins/acme/retire", .body = acme(now)}});
    EXPECT_EQ(world.run({"plugin", "activate", "acme"}, server).status, 0);
    EXPECT_THAT(server.seen().at(1).body, HasSubstr(second));
    EXPECT_EQ(world.run({"plugin", "retire", "acme", "ccc"}, server).status, 0);
    EXPECT_THAT(server.seen().at(3).body, HasSubstr(older));
}

TEST(PluginBuilds, ThatAreNotThereAreSaidBeforeAnythingIsAskedFor) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/plugins", .body = list(active)},
                           {.expects = "GET /v1/plugins", .body = list(active)},
                           {.expects = "GET /v1/plugins", .body = list(active)}});
    EXPECT_THAT(world.run({"plugin", "activate", "acme"}, server).err, HasSubstr("no build of plugin acme is staged"));
    EXPECT_THAT(world.run({"plugin", "retire", "acme", "ddd"}, server).err, HasSubstr("plugin acme has no build \"ddd\""));
    EXPECT_THAT(world.run({"plugin", "retire", "acne"}, server).err, HasSubstr("no account runs on a plugin \"acne\""));
}

}  // namespace
}  // namespace porteur::cli
