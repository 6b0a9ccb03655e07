// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "world.hpp"

namespace porteur::cli {
namespace {

using ::testing::HasSubstr;

const std::string one = R"({"items":[{"order":"01JD9Y4V8K3ZR","kind":"purchase","account":"genesys","reference":"r-1",)"
                        R"("step":"call","title":"Call them","text":"Their number is in the contract.",)"
                        R"("choices":["done","refused"],"text_required":true,"since":"2026-11-25T09:00:00.000Z"}]})";

TEST(Tasks, TellWhatToDoAndHowToAnswer) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/tasks", .body = one}});
    EXPECT_EQ(
        world.run({"tasks"}, server),
        (Ran{0,
             "Task         Call them\n"
             "Order        purchase 01JD9Y4V8K3ZR (r-1)\n"
             "Account      genesys\n"
             "Since        2026-11-25T09:00:00.000Z\n"
             "To do        Their number is in the contract.\n"
             "Answers      done, refused\n"
             "Answer with  porteur purchase answer 01JD9Y4V8K3ZR CHOICE --text TEXT\n"
             "\n",
             ""})
    );
}

TEST(Tasks, ShowALongTextLineByLineBelow) {
    World world;
    ScriptedServer server(
        {{.expects = "GET /v1/tasks", .body = R"({"items":[{"title":"Hand it in","text":"Dear team,\n\n  please port \u001b[1m\n"}]})"}}
    );
    EXPECT_THAT(
        world.run({"tasks"}, server).out,
        HasSubstr("CHOICE\n\nDear team,\n\n  please port \\x1b[1m\n\n")
    );
}

TEST(Tasks, SayThatThereAreNone) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/tasks?limit=5", .body = R"({"items":[]})"}});
    const auto ran = world.run({"tasks", "--limit", "5"}, server);
    EXPECT_EQ(ran.status, 0);
    EXPECT_THAT(ran.err, HasSubstr("no task waits for a person; `porteur status` shows orders in doubt"));
}

TEST(Tasks, ArePrintedAsTheyCameForAProgram) {
    World world;
    ScriptedServer server({{.expects = "GET /v1/tasks", .body = one}});
    EXPECT_THAT(world.run({"tasks", "--json"}, server).out, HasSubstr("\"title\":\"Call them\""));
}

}  // namespace
}  // namespace porteur::cli
