// SPDX-License-Identifier: Apache-2.0
// What holds for a plugin in the daemon and for one in a process of its own: the same tests for
// both.
#include <gmock/gmock.h>

#include "plugin_world.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using ::testing::AllOf;
using testing::carried_out;
using testing::FailsWith;
using ::testing::HasSubstr;
using testing::Isolation;
using testing::rogue_input;

class Runners : public ::testing::TestWithParam<Isolation> {
protected:
    void SetUp() override {
        for (const char* name : {"acme", "plain_c", "rogue", "throwing"}) world.install(name);
        neighbour = world.runner("plain_c", GetParam());
    }

    // Whatever a plugin did, another one of the same catalog answers.
    void TearDown() override {
        auto turn =
            world.run(neighbour->begin(7, "check_account", R"({"input":{},"settings":{}})"));
        ASSERT_TRUE(turn) << turn.error().message;
        EXPECT_EQ(turn->effects.at(0).head, R"({"method":"GET","path":"/account"})");
        turn = world.run(neighbour->step(7, {carried_out(1, R"({"status":200})", "Plain")}));
        ASSERT_TRUE(turn) << turn.error().message;
        EXPECT_EQ(turn->output, R"({"identity":"Plain","problems":[]})");
        neighbour->end(7);
    }

    std::unique_ptr<PluginRunner> runner(const std::string& id) {
        return world.runner(id, GetParam());
    }

    // The rogue's answer to being begun with an order, and to its first effect's completion.
    Result<Turn> first(
        PluginRunner& rogue, const std::string& what, std::string operation = "check_account"
    ) {
        return world.run(rogue.begin(1, std::move(operation), rogue_input(what)));
    }
    Result<Turn> second(PluginRunner& rogue, const std::string& what) {
        auto turn = first(rogue, what);
        if (!turn) return turn;
        return world.run(rogue.step(1, {carried_out(1)}));
    }

    testing::PluginWorld world;
    std::unique_ptr<PluginRunner> neighbour;
};

INSTANTIATE_TEST_SUITE_P(
    Both, Runners, ::testing::Values(Isolation::none, Isolation::process),
    testing::name_of_isolation
);

TEST_P(Runners, RunAPurchaseOfAcmeToItsEnd) {
    const auto acme = runner("acme");
    const std::string input =
        R"({"input":{"numbers":["+12025550123"],"reference":"01JC2V"},"settings":{}})";
    auto turn = world.run(acme->begin(1, "purchase", input));
    ASSERT_TRUE(turn) << turn.error().message;
    ASSERT_EQ(turn->state, Turn::State::waiting);
    ASSERT_EQ(turn->effects.size(), 1u);
    EXPECT_EQ(turn->effects[0].step, "create-order");
    EXPECT_EQ(turn->effects[0].kind, EffectKind::http);
    EXPECT_EQ(turn->effects[0].guarantee, Guarantee::once);
    EXPECT_EQ(turn->effects[0].body, R"({"numbers":["+12025550123"],"ref":"01JC2V"})");

    // The answer was lost: the plugin looks the order up, and finds it.
    turn = world.run(acme->step(1, {{1, ErrorKind::in_doubt, R"({"message":"lost"})", ""}}));
    ASSERT_TRUE(turn) << turn.error().message;
    ASSERT_EQ(turn->effects.size(), 1u);
    EXPECT_EQ(turn->effects[0].step, "find-order");
    EXPECT_EQ(turn->effects[0].seq, 2u);
    turn = world.run(acme->step(
        1, {carried_out(2, R"({"status":200})", R"({"orders":[{"id":"A1","status":"pending"}]})")}
    ));
    ASSERT_TRUE(turn) << turn.error().message;
    EXPECT_EQ(turn->state, Turn::State::done);
    EXPECT_THAT(
        turn->output, AllOf(HasSubstr(R"("carrier_id":"A1")"), HasSubstr(R"("state":"submitted")"))
    );
    acme->end(1);
    EXPECT_EQ(acme->stats().steps, 3u);
    EXPECT_EQ(acme->descriptor().name, "ACME Telecom");
    EXPECT_EQ(acme->build().size(), 64u);
}

TEST_P(Runners, HandOnARefusalOfTheCarrierAsTheCarrierSaidIt) {
    const auto acme = runner("acme");
    ASSERT_TRUE(world.run(acme->begin(
        1, "purchase", R"({"input":{"numbers":["+12025550123"],"reference":"r"},"settings":{}})"
    )));
    const auto turn =
        world.run(acme->step(1, {carried_out(1, R"({"status":409})", R"({"code":"TAKEN-7"})")}));
    ASSERT_TRUE(turn) << turn.error().message;
    ASSERT_EQ(turn->state, Turn::State::failed);
    EXPECT_EQ(turn->error.kind, ErrorKind::rejected);
    EXPECT_EQ(turn->error.reason, Reason::number_taken);
    EXPECT_EQ(turn->error.code, "TAKEN-7");
}

TEST_P(Runners, CancelAnOperationAsThePluginSays) {
    const auto acme = runner("acme");
    ASSERT_TRUE(world.run(acme->begin(
        1, "check_purchase", R"({"input":{"carrier_id":"7","reference":"r"},"settings":{}})"
    )));
    const auto turn = world.run(acme->cancel(1, "the operator said so"));
    ASSERT_TRUE(turn) << turn.error().message;
    EXPECT_EQ(turn->state, Turn::State::failed);
    EXPECT_EQ(turn->error.kind, ErrorKind::cancelled);
}

TEST_P(Runners, RunManyOperationsSideBySide) {
    const auto acme = runner("acme");
    constexpr std::uint64_t count = 200;
    for (std::uint64_t op = 1; op <= count; ++op) {
        const auto turn = world.run(acme->begin(
            op, "check_purchase",
            R"({"input":{"carrier_id":")" + std::to_string(op) +
                R"(","reference":"r"},"settings":{}})"
        ));
        ASSERT_TRUE(turn) << turn.error().message;
        EXPECT_EQ(
            turn->effects.at(0).head,
            R"({"method":"GET","path":"/orders/)" + std::to_string(op) + "\"}"
        );
    }
    std::size_t finished = 0;
    for (std::uint64_t op = count; op > 0; --op)
        boost::asio::co_spawn(
            world.io,
            acme->step(
                op, {carried_out(
                        1, R"({"status":200})",
                        R"({"id":")" + std::to_string(op) + R"(","status":"completed"})"
                    )}
            ),
            [&finished, op](std::exception_ptr, const Result<Turn>& turn) {
                ASSERT_TRUE(turn) << turn.error().message;
                EXPECT_THAT(
                    turn->output, HasSubstr("\"carrier_id\":\"" + std::to_string(op) + "\"")
                );
                ++finished;
            }
        );
    world.run_until([&] { return finished == count; });
    for (std::uint64_t op = 1; op <= count; ++op) acme->end(op);
}

TEST_P(Runners, RefuseAnOperationThatTheDescriptorDoesNotName) {
    const auto acme = runner("acme");
    EXPECT_THAT(
        world.run(acme->begin(1, "release_packet", "{}")),
        FailsWith(ErrorKind::unsupported, HasSubstr("no operation \"release_packet\""))
    );
}

TEST_P(Runners, RefuseCallsThatDoNotFitTheOperation) {
    const auto rogue = runner("rogue");
    EXPECT_THAT(
        world.run(rogue->step(5, {carried_out(1)})),
        FailsWith(ErrorKind::internal, HasSubstr("operation 5 is not under way"))
    );
    ASSERT_TRUE(first(*rogue, ""));
    EXPECT_THAT(
        first(*rogue, ""),
        FailsWith(ErrorKind::internal, HasSubstr("operation 1 is already under way"))
    );
    rogue->end(1);
    rogue->end(1);
    EXPECT_TRUE(first(*rogue, "")) << "the number is free again";
}

TEST_P(Runners, TellAFailureToBeginAsThePluginsOwn) {
    const auto rogue = runner("rogue");
    const auto turn = first(*rogue, "refuse");
    ASSERT_TRUE(turn) << turn.error().message;
    EXPECT_EQ(turn->state, Turn::State::failed);
    EXPECT_EQ(turn->error.kind, ErrorKind::invalid_input);
    EXPECT_EQ(turn->error.message, "it does not like the input");
}

TEST_P(Runners, CleanWhatAPluginSaysAboutItsFailure) {
    const auto rogue = runner("rogue");
    const auto turn = second(*rogue, "fail");
    ASSERT_TRUE(turn) << turn.error().message;
    EXPECT_EQ(turn->error.kind, ErrorKind::rejected);
    EXPECT_EQ(turn->error.message, "the carrier ?[31msaid? no");
    EXPECT_EQ(turn->error.reason, Reason::other) << "an unknown reason is not dropped";
    EXPECT_EQ(turn->error.code, std::string(64, 'c')) << "no end was written, none is read past";
}

TEST_P(Runners, TakeAnExceptionOfTheAuthorAsADefectAndGoOn) {
    const auto throwing = runner("throwing");
    auto turn = world.run(throwing->begin(1, "check_account", rogue_input("")));
    ASSERT_TRUE(turn) << turn.error().message;
    turn = world.run(throwing->step(1, {carried_out(1)}));
    ASSERT_TRUE(turn) << turn.error().message;
    EXPECT_EQ(turn->state, Turn::State::failed);
    EXPECT_EQ(turn->error.kind, ErrorKind::internal);
    EXPECT_THAT(
        turn->error.message,
        AllOf(HasSubstr("the plugin threw"), HasSubstr("the author did not expect this"))
    );
    throwing->end(1);

    turn = world.run(throwing->begin(2, "check_port", rogue_input("")));
    ASSERT_TRUE(turn) << turn.error().message;
    EXPECT_THAT(turn->error.message, HasSubstr("something unknown"));
    EXPECT_TRUE(world.run(throwing->begin(3, "check_account", rogue_input(""))))
        << "the plugin lives";
    EXPECT_EQ(throwing->stats().restarts, 0u);
}

TEST_P(Runners, HandOnALineThatThePluginLogs) {
    const auto rogue = runner("rogue");
    ASSERT_TRUE(second(*rogue, "log"));
    EXPECT_THAT(world.log, ::testing::Contains(R"(2 rogue: {"said":"hello"})"));
}

struct Violation {
    const char* what;
    const char* message;
};

// Each is refused in the same words by both runners; the plugin itself goes on.
TEST_P(Runners, RefuseATurnThatBreaksTheContract) {
    const auto rogue = runner("rogue");
    const Violation in_first_step[] = {
        {"bug", "answered op_step with a defect of its own: it found a defect in itself"},
        {"succeed-without-op", "answered op_begin with success and no operation"},
        {"no-effects", "waits for nothing"},
        {"unknown-state", "the unknown state 7"},
        {"65-effects", "asks for 65 effects in one turn; at most 64"},
        {"huge-count", "asks for 4294967295 effects in one turn; at most 64"},
        {"no-list", "counts effects without a list"},
        {"seq-2", "numbers an effect 2; the next number is 1"},
        {"seq-0", "numbers an effect 0; the next number is 1"},
        {"kind-99", "effect 1 has the unknown kind 99"},
        {"kind-patch", "effect 1 has the unknown kind 9"},
        {"guarantee-9", "effect 1 has the unknown guarantee 9"},
        {"short-struct", "is a struct of 8 bytes; it has at least 64"},
        {"step-name", "has the step name \"Not A Name\"; a name is 1 to 64 of a-z, 0-9 and -"},
        {"no-step-name", "has the step name \"\""},
        {"long-step-name", "has a step name of 65 bytes; at most 64"},
        {"head-blank", "has a head that is not canonical JSON: no key at byte 1"},
        {"head-list", "has a head that is no JSON object"},
        {"head-fraction", "not canonical JSON: a number that is not whole"},
        {"head-order", "not canonical JSON: keys not sorted"},
        {"head-long", "has a head of 100000 bytes; at most 65536"},
        {"body-huge", "has a body of 4611686018427387904 bytes; at most 16777216"},
        {"body-without-bytes", "has a length without bytes"},
        {"done-with-effects", "asks for effects in its last turn"},
    };
    for (const auto& [what, message] : in_first_step) {
        const auto turn = first(*rogue, what);
        EXPECT_THAT(
            turn,
            FailsWith(
                ErrorKind::internal, AllOf(HasSubstr("rogue: the plugin "), HasSubstr(message))
            )
        ) << what;
        if (!turn) EXPECT_EQ(turn.error().code, plugin_broke_contract_code) << what;
        rogue->end(1);
    }
    const Violation in_second_step[] = {
        {"output-100-mb", "gives a result of 104857600 bytes; at most 16777216 bytes are taken"},
        {"output-huge", "gives a result of 4611686018427387904 bytes"},
        {"output-not-json", "gives a result that is not canonical JSON"},
        {"misuse", "answered op_step with \"the host broke a precondition\""},
        {"unknown-code", "answered op_step with the unknown code 77"},
    };
    for (const auto& [what, message] : in_second_step) {
        const auto turn = second(*rogue, what);
        EXPECT_THAT(turn, FailsWith(ErrorKind::internal, HasSubstr(message))) << what;
        if (!turn) EXPECT_EQ(turn.error().code, plugin_broke_contract_code) << what;
        rogue->end(1);
    }
    EXPECT_TRUE(second(*rogue, "")) << "the plugin goes on";
    EXPECT_EQ(rogue->stats().restarts, 0u);
}

TEST_P(Runners, RefuseAnEffectOfAPureOperation) {
    const auto rogue = runner("rogue");
    EXPECT_THAT(
        first(*rogue, "", "validate"),
        FailsWith(
            ErrorKind::internal,
            HasSubstr("asks for an effect (\"ask\") though its descriptor says pure = true")
        )
    );
}

TEST_P(Runners, EndAnOperationInThePluginWhenItBrokeTheContract) {
    const auto rogue = runner("rogue");
    EXPECT_FALSE(first(*rogue, "kind-99"));
    const auto turn = world.run(rogue->step(1, {carried_out(1)}));
    EXPECT_FALSE(turn) << "it is not stepped again";
    rogue->end(1);
}

// The same unchanged library: what it asks for is the same bytes, wherever it runs.
TEST(BothRunners, GiveTheSameTurnsByteForByte) {
    testing::PluginWorld world;
    for (const char* name : {"acme", "plain_c", "rogue", "throwing"}) world.install(name);
    struct Script {
        const char *plugin, *operation, *input;
        std::vector<std::vector<Completion>> steps;
    };
    const std::vector<Script> scripts = {
        {"acme",
         "purchase",
         R"({"input":{"numbers":["+12025550123","+12025550124"],"reference":"é€\n"},"settings":{}})",
         {{{1, ErrorKind::in_doubt, R"({"message":"lost"})", ""}},
          {carried_out(2, R"({"status":200})", R"({"orders":[]})")},
          {carried_out(3, R"({"status":201})", R"({"id":"A1","status":"foc"})")}}},
        {"acme", "purchase", R"({"input":{"numbers":7}})", {}},
        {"acme", "purchase", "not json", {}},
        {"acme",
         "search_numbers",
         R"({"input":{"area_code":"202","country":"US","quantity":2},"settings":{}})",
         {{carried_out(
             1, R"({"status":200})",
             R"({"numbers":[{"number":"+12025550123","city":"Washington"}]})"
         )}}},
        {"acme",
         "check_port",
         R"({"input":{"carrier_id":"9","reference":"r"},"settings":{}})",
         {{carried_out(1, R"({"status":200})", R"({"id":"9","status":"never heard of"})")}}},
        {"acme",
         "check_port",
         R"({"input":{"carrier_id":"9","reference":"r"},"settings":{}})",
         {{carried_out(1, R"({"status":200})", "<html>")}}},
        {"plain_c", "check_account", R"({"input":{}})", {{carried_out(1, "{}", "name \xff")}}},
        {"plain_c", "check_account", R"({"input":{}})", {{{1, ErrorKind::unauthorized, "{}", ""}}}},
        {"throwing", "check_account", R"({"input":{}})", {{carried_out(1)}}},
    };
    for (const auto& script : scripts) {
        std::vector<std::vector<Result<Turn>>> seen;
        for (const auto isolation : {Isolation::none, Isolation::process}) {
            const auto runner = world.runner(script.plugin, isolation);
            auto& turns = seen.emplace_back();
            turns.push_back(world.run(runner->begin(1, script.operation, script.input)));
            for (const auto& step : script.steps) turns.push_back(world.run(runner->step(1, step)));
            runner->end(1);
        }
        ASSERT_EQ(seen[0].size(), seen[1].size());
        for (std::size_t index = 0; index < seen[0].size(); ++index) {
            const auto &here = seen[0][index], &there = seen[1][index];
            ASSERT_EQ(here.has_value(), there.has_value())
                << script.operation << ": " << (here ? "" : here.error().message)
                << (there ? "" : there.error().message);
            if (!here) {
                EXPECT_EQ(here.error(), there.error())
                    << here.error().message << " / " << there.error().message;
                continue;
            }
            EXPECT_EQ(here->state, there->state);
            EXPECT_EQ(here->effects, there->effects);
            EXPECT_EQ(here->output, there->output);
            EXPECT_EQ(here->error, there->error);
        }
    }
}

}  // namespace
}  // namespace porteur
