// SPDX-License-Identifier: Apache-2.0
// Plugins that would harm the daemon if they ran in it: contained by their process.
#include <csignal>

#include <gmock/gmock.h>

#include "plugin_world.hpp"
#include "plugins/landlock.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::AnyOf;
using testing::carried_out;
using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::Isolation;
using testing::rogue_input;

class Process : public ::testing::Test {
protected:
    void SetUp() override {
        for (const char* name : {"plain_c", "rogue", "throwing"}) world.install(name);
        neighbour = world.runner("plain_c", Isolation::process);
    }
    void TearDown() override {
        auto turn =
            world.run(neighbour->begin(7, "check_account", R"({"input":{},"settings":{}})"));
        ASSERT_TRUE(turn) << turn.error().message;
        turn = world.run(neighbour->step(7, {carried_out(1, R"({"status":200})", "Plain")}));
        ASSERT_TRUE(turn) << turn.error().message;
        EXPECT_EQ(turn->output, R"({"identity":"Plain","problems":[]})");
        EXPECT_EQ(neighbour->stats().restarts, 0u) << "the neighbour was not touched";
    }

    std::unique_ptr<PluginRunner> rogue() { return world.runner("rogue", Isolation::process); }
    Result<Turn> first(PluginRunner& runner, const std::string& what, std::uint64_t op = 1) {
        return world.run(runner.begin(op, "check_account", rogue_input(what)));
    }
    Result<Turn> second(PluginRunner& runner, const std::string& what, std::uint64_t op = 1) {
        auto turn = first(runner, what, op);
        if (!turn) return turn;
        return world.run(runner.step(op, {carried_out(1)}));
    }
    // The process dies of it, the message says so, and the next operation runs in a new process.
    template <class Matcher>
    void expect_death(PluginRunner& runner, const std::string& what, const Matcher& message) {
        const auto turn = second(runner, what);
        EXPECT_THAT(turn, FailsWith(ErrorKind::internal, message)) << what;
        if (!turn) EXPECT_EQ(turn.error().code, plugin_died_code) << what;
        runner.end(1);
        const auto again = second(runner, "");
        EXPECT_TRUE(again) << what << ": " << again.error().message;
        runner.end(1);
    }

    testing::PluginWorld world;
    std::unique_ptr<PluginRunner> neighbour;
};

TEST_F(Process, ThatCrashesIsStartedAgain) {
    const auto runner = rogue();
    expect_death(*runner, "crash", HasSubstr("rogue: the plugin process crashed with SIG"));
    expect_death(*runner, "crash-in-begin", HasSubstr("crashed with SIG"));
    expect_death(*runner, "dangling-body", HasSubstr("crashed with SIG"));
    expect_death(*runner, "64-dangling", HasSubstr("crashed with SIG"));
    expect_death(*runner, "abort", HasSubstr("crashed with SIGABRT"));
    expect_death(*runner, "exit", HasSubstr("ended by itself with code 3"));
    EXPECT_EQ(runner->stats().restarts, 6u);
    EXPECT_THAT(runner->stats().last_death, HasSubstr("code 3"));
}

TEST_F(Process, ThatCrashesInCancelOrEndIsStartedAgain) {
    const auto runner = rogue();
    ASSERT_TRUE(first(*runner, "crash-in-cancel"));
    EXPECT_THAT(
        world.run(runner->cancel(1, "why")),
        FailsWith(ErrorKind::internal, HasSubstr("crashed with SIG"))
    );
    runner->end(1);
    std::vector<PluginDeath> deaths;
    runner->on_death([&](const PluginDeath& death) { deaths.push_back(death); });
    ASSERT_TRUE(first(*runner, "crash-in-end", 2));
    runner->end(2);
    world.run_until([&] { return !deaths.empty(); });
    EXPECT_EQ(deaths[0].blamed, 0u) << "nobody waits for an answer";
    EXPECT_TRUE(second(*runner, "", 3));
}

TEST_F(Process, ThatTriesAForbiddenCallDiesAndTheMessageNamesIt) {
    const auto runner = rogue();
    const std::pair<const char*, const char*> cases[] = {
        {"open", "tried to open a file (openat), which a plugin process may not"},
        {"open-old", "tried to open a file (open)"},
        {"socket", "tried to open a socket (socket)"},
        {"connect", "tried to open a socket (connect)"},
        {"exec", "tried to start a program (execve)"},
        {"fork", "tried to start a process (fork)"},
        {"clone", "tried to start a process or thread (clone)"},
        {"ptrace", "tried to look into a process (ptrace)"},
        {"kill", "tried to signal a process (kill)"},
        {"unlink", "tried to remove a file (unlinkat)"},
    };
    for (const auto& [what, message] : cases) expect_death(*runner, what, HasSubstr(message));
    // Sanitizers make code and memory at run time, so their builds allow it.
    if (!testing::sanitized)
        expect_death(
            *runner, "executable-memory", HasSubstr("tried to make code at run time (mmap)")
        );
}

TEST_F(Process, ThatReadsFilesWhileItIsLoadedFindsLibrariesAlone) {
    if (landlock_version() == 0) GTEST_SKIP() << "left out: this kernel has no Landlock";
    const auto runner = rogue();
    const auto turn = second(*runner, "constructor");
    ASSERT_TRUE(turn) << turn.error().message;
    EXPECT_EQ(turn->state, Turn::State::failed);
    // EACCES each time; without Landlock the first two would be descriptors.
    EXPECT_EQ(turn->error.message, "opened -13, listed -13, wrote -13");
    runner->end(1);
}

TEST_F(Process, ThatLoopsForEverIsKilled) {
    world.step_timeout = 300ms;
    const auto runner = rogue();
    ASSERT_TRUE(world.run(runner->ready()));
    expect_death(*runner, "loop", HasSubstr("was killed: a step took longer than 300 ms"));
    expect_death(*runner, "loop-in-begin", HasSubstr("was killed: a step took longer than 300 ms"));
    expect_death(*runner, "deadlock", HasSubstr("was killed: a step took longer than 300 ms"));
}

TEST_F(Process, ThatUsesTooMuchCpuIsKilledBeforeItsTimeIsUp) {
    world.step_cpu_max = 200ms;
    const auto runner = rogue();
    expect_death(
        *runner, "loop", HasSubstr("was killed: a step used more than 200 ms of CPU time")
    );
}

TEST_F(Process, ThatAllocatesWithoutEndIsStopped) {
    if (testing::sanitized)
        GTEST_SKIP() << "left out: there is no memory limit in sanitizer builds, as their runtime "
                        "reserves terabytes";
    const auto runner = rogue();
    expect_death(*runner, "allocate", HasSubstr("crashed with SIGSEGV"));
    const auto throwing = world.runner("throwing", Isolation::process);
    ASSERT_TRUE(world.run(throwing->begin(1, "check_purchase", rogue_input(""))));
    const auto turn = world.run(throwing->step(1, {carried_out(1)}));
    ASSERT_TRUE(turn) << turn.error().message;
    EXPECT_THAT(turn->error.message, HasSubstr("bad_alloc"));
    EXPECT_EQ(throwing->stats().restarts, 0u) << "it gave its memory back";
}

TEST_F(Process, ThatThrowsWhereNothingMayBeThrownEndsAlone) {
    const auto throwing = world.runner("throwing", Isolation::process);
    ASSERT_TRUE(world.run(throwing->begin(1, "search_numbers", rogue_input(""))));
    EXPECT_THAT(
        world.run(throwing->step(1, {carried_out(1)})),
        FailsWith(
            ErrorKind::internal, AllOf(
                                     HasSubstr("crashed with SIGABRT; it last wrote"),
                                     HasSubstr("thrown out of a noexcept function")
                                 )
        )
    );
    EXPECT_TRUE(world.run(throwing->begin(2, "check_account", "{}")));
}

TEST_F(Process, ThatForgesFramesIsKilled) {
    world.step_timeout = 2s;
    const auto runner = rogue();
    expect_death(
        *runner, "frame", HasSubstr("it sent a frame that the daemon does not understand")
    );
    expect_death(
        *runner, "forged-turn", HasSubstr("it sent a frame that the daemon does not understand")
    );
    expect_death(*runner, "close", HasSubstr("crashed with SIGKILL"));
}

TEST_F(Process, ThatWritesToItsOutputIsLogged) {
    const auto runner = rogue();
    ASSERT_TRUE(second(*runner, "print"));
    world.run_until([&] { return world.log.size() >= 2; });
    EXPECT_THAT(
        world.log, ::testing::UnorderedElementsAre(
                       "1 rogue: a line on standard output", "1 rogue: a line on standard error"
                   )
    );
}

TEST_F(Process, ThatFloodsItsOutputLosesLinesAndNothingElse) {
    const auto runner = rogue();
    const auto turn = second(*runner, "flood");
    EXPECT_TRUE(turn) << turn.error().message;
    EXPECT_LT(world.log.size(), 1000u);
    EXPECT_GE(world.log.size(), 100u);
}

// Three operations at once, of which one kills the process: only that one is to blame.
TEST_F(Process, ThatDiesBlamesTheOperationItWorkedOn) {
    const auto runner = rogue();
    std::vector<PluginDeath> deaths;
    runner->on_death([&](const PluginDeath& death) { deaths.push_back(death); });
    ASSERT_TRUE(first(*runner, "", 1));
    ASSERT_TRUE(first(*runner, "crash", 2));
    ASSERT_TRUE(first(*runner, "", 3));
    ASSERT_TRUE(first(*runner, "", 4));
    std::map<std::uint64_t, Result<Turn>> results;
    for (const std::uint64_t op : {1, 2, 3})
        boost::asio::co_spawn(
            world.io, runner->step(op, {carried_out(1)}),
            [&results, op](std::exception_ptr, Result<Turn> turn) {
                results.emplace(op, std::move(turn));
            }
        );
    world.run_until([&] { return results.size() == 3; });

    ASSERT_FALSE(results.at(2));
    EXPECT_EQ(results.at(2).error().code, plugin_died_code);
    ASSERT_FALSE(results.at(3));
    EXPECT_EQ(results.at(3).error().code, plugin_lost_code);
    EXPECT_THAT(results.at(3).error().message, HasSubstr("while it worked on operation 2"));
    if (!results.at(1)) EXPECT_EQ(results.at(1).error().code, plugin_lost_code);
    ASSERT_EQ(deaths.size(), 1u);
    EXPECT_EQ(deaths[0].blamed, 2u);
    EXPECT_THAT(deaths[0].operations, ElementsAre(1, 2, 3, 4));

    // One that waited for its effect learns it when its outcome is there.
    const auto lost = world.run(runner->step(4, {carried_out(1)}));
    ASSERT_FALSE(lost);
    EXPECT_EQ(lost.error().code, plugin_lost_code);
    EXPECT_THAT(lost.error().message, HasSubstr("replay the operation"));
    for (const std::uint64_t op : {1, 2, 3, 4}) runner->end(op);
    EXPECT_TRUE(second(*runner, "", 4));
}

TEST_F(Process, ThatCannotBeLoadedWithoutCrashingIsTriedAgainAndSaysWhy) {
    for (const char* name : {"crashes_when_loaded", "begin_crashes"}) {
        const auto path = world.install(name);
        auto options = world.process_options();
        options.start_timeout = 1s;
        const auto runner =
            make_process_runner(world.io.get_executor(), world.library("broken"), options);
        const auto turn = world.run(runner->begin(1, "check_account", "{}"));
        EXPECT_THAT(
            turn, FailsWith(
                      ErrorKind::unavailable,
                      AllOf(
                          HasSubstr("broken: the plugin process is not up after 1000 ms"),
                          HasSubstr("crashed with SIGABRT")
                      )
                  )
        );
        EXPECT_EQ(turn.error().code, plugin_lost_code);
        EXPECT_GE(runner->stats().restarts, 2u);
        std::filesystem::remove(path);
    }
}

TEST_F(Process, WhoseProgramIsMissingSaysSo) {
    auto options = world.process_options();
    options.host_program = "/nowhere/porteur-plugin-host";
    options.start_timeout = 100ms;
    const auto runner =
        make_process_runner(world.io.get_executor(), world.library("rogue"), options);
    EXPECT_THAT(
        world.run(runner->ready()),
        FailsWith(
            ErrorKind::unavailable,
            HasSubstr("/nowhere/porteur-plugin-host: the plugin process does not start")
        )
    );
}

// Whoever counts ends of processes must not hear of those at work alone.
TEST_F(Process, ThatEndsWhileItLoadsOrCannotStartIsToldOfToo) {
    for (const char* name : {"crashes_when_loaded", "begin_crashes"}) {
        const auto path = world.install(name);
        const auto runner = make_process_runner(world.io.get_executor(), world.library("broken"), world.process_options());
        std::vector<PluginDeath> deaths;
        runner->on_death([&](const PluginDeath& death) { deaths.push_back(death); });
        world.run_until([&] { return deaths.size() >= 2; });
        EXPECT_THAT(deaths[0].reason, HasSubstr("crashed with SIGABRT")) << name;
        EXPECT_TRUE(deaths[0].operations.empty());
        std::filesystem::remove(path);
    }
    auto options = world.process_options();
    options.host_program = "/nowhere/porteur-plugin-host";
    const auto runner = make_process_runner(world.io.get_executor(), world.library("rogue"), options);
    int deaths = 0;
    runner->on_death([&](const PluginDeath& death) {
        ++deaths;
        EXPECT_THAT(death.reason, HasSubstr("does not start"));
    });
    EXPECT_EQ(deaths, 1) << "the first start was tried before anybody could listen";
    world.run_until([&] { return deaths == 3; });
}

TEST_F(Process, EndsWithItsRunner) {
    auto runner = rogue();
    ASSERT_TRUE(first(*runner, ""));
    std::optional<Result<Turn>> turn;
    boost::asio::co_spawn(
        world.io, runner->step(1, {carried_out(1)}),
        [&](std::exception_ptr, Result<Turn> result) { turn.emplace(std::move(result)); }
    );
    world.io.poll_one();  // the call is under way
    runner.reset();
    world.run_until([&] { return turn.has_value(); });
    ASSERT_FALSE(*turn);
    EXPECT_EQ(turn->error().code, plugin_lost_code);
}

TEST(RestartWait, GrowsToFiveSeconds) {
    EXPECT_EQ(restart_wait(0), 0ms);
    EXPECT_EQ(restart_wait(1), 100ms);
    EXPECT_EQ(restart_wait(2), 200ms);
    EXPECT_EQ(restart_wait(6), 3200ms);
    EXPECT_EQ(restart_wait(7), 5s);
    EXPECT_EQ(restart_wait(1000), 5s);
}

}  // namespace
}  // namespace porteur
