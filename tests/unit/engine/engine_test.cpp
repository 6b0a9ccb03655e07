// SPDX-License-Identifier: Apache-2.0
// The engine with the real store (SQLite) and the acme plugin, in a world where the carrier is a
// function and time jumps. A restart is a new engine on the same store.
#include <gtest/gtest.h>

#include <sqlite3.h>

#include <filesystem>

#include "support/engine_world.hpp"
#include "support/result_matchers.hpp"

namespace porteur {
namespace {

using namespace std::chrono_literals;
using testing::FailsWith;
using testing::ScriptedPerformer;
using ::testing::HasSubstr;

Descriptor acme_descriptor() {
    Descriptor acme;
    acme.id = "acme";
    for (const char* name : {"purchase", "submit_port", "cancel_port"}) {
        OperationSpec spec;
        spec.name = name;
        spec.idempotency = Idempotency::query;
        spec.settle = 30s;
        acme.operations.push_back(spec);
    }
    acme.http.retry.first = 100ms;
    acme.http.retry.times = 3;
    return acme;
}

/// A carrier that keeps purchases by reference, like the one the plugin was written for.
struct AcmeCarrier {
    std::map<std::string, int> orders;  ///< reference -> how many were made
    int polls_until_done = 1;

    Performed serve(const EffectContext&, const Effect& effect) {
        const auto head = parse_json(effect.head).value();
        const std::string method(head.at("method").as_string());
        const std::string path(head.at("path").as_string());
        if (method == "POST" && path == "/orders") {
            const auto reference = std::string(parse_json(effect.body).value().at("ref").as_string());
            ++orders[reference];
            return ScriptedPerformer::answers(effect.seq, 201, "{\"id\":\"A-" + reference + "\",\"status\":\"pending\"}");
        }
        if (method == "GET" && path == "/orders") {
            const auto reference = std::string(head.at("query").as_array()[0].as_array()[1].as_string());
            const auto found = orders.contains(reference)
                                   ? "{\"orders\":[{\"id\":\"A-" + reference + "\",\"status\":\"pending\"}]}"
                                   : std::string("{\"orders\":[]}");
            return ScriptedPerformer::answers(effect.seq, 200, found);
        }
        const bool done = --polls_until_done <= 0;
        return ScriptedPerformer::answers(effect.seq, 200,
                                          "{\"id\":\"" + path.substr(8) + "\",\"status\":\"" + (done ? "completed" : "pending") + "\"}");
    }
};

class EngineTest : public ::testing::Test {
protected:
    EngineTest() {
        folder = std::filesystem::path(::testing::TempDir()) /
                 ("engine." + std::to_string(getpid()) + "." + ::testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::create_directories(folder);
        open();
    }
    ~EngineTest() override {
        close();
        std::filesystem::remove_all(folder);
    }

    void open() {
        io = std::make_unique<boost::asio::io_context>(1);
        auto opened = Store::open({.address = "sqlite:" + (folder / "porteur.db").string()}, seal,
                                  [this](std::function<void()> run) { boost::asio::post(*io, std::move(run)); });
        ASSERT_TRUE(opened) << opened.error().message;
        store = std::move(*opened);
        real = std::make_unique<testing::RealStore>(*store);
        const auto now = clock ? clock->now() : Instant{};
        clock = std::make_unique<testing::JumpingClock>(io->get_executor());
        if (now != Instant{}) clock->set(now);
        chance = std::make_unique<testing::SeededChance>(1);
        static const porteur_host host{sizeof(porteur_host), 0, {"test", 4}, {"0", 1}, nullptr, nullptr};
        runner = std::make_unique<testing::DirectRunner>(porteur_entry_v0(&host, nullptr));
        auto view = std::make_shared<AccountView>();
        view->runner = runner.get();
        view->descriptor = &descriptor;
        view->in_flight_max = 8;
        accounts.all["acme"] = std::move(view);
        if (!performer.carrier) performer.carrier = [this](const auto& context, const auto& effect) { return carrier.serve(context, effect); };
        engine = std::make_unique<Engine>(io->get_executor(), *real, accounts, performer, *clock, *chance,
                                          Rhythm{.first_retry = 1s, .longest_retry = 60s, .follow = 10s});
        ASSERT_TRUE(engine->start());
    }
    void close() {
        if (engine) engine->stop();
        io->stop();
        // Coroutines under way are destroyed here, as a killed process would lose them.
        store.reset();
        io.reset();
        engine.reset();
        runner.reset();
        real.reset();
    }
    void restart() {
        close();
        open();
    }

    /// Runs until `done`, jumping over waits; gives up after many jumps.
    bool run_until(const std::function<bool()>& done, int jumps = 200) {
        while (!done()) {
            io->restart();
            if (io->poll() > 0) continue;
            if (real->pending() > 0) {
                // The writer's thread is at work; however slow the disk is, it will say so.
                io->restart();
                io->run_one_for(1s);
                continue;
            }
            io->restart();
            if (jumps-- == 0 || !clock->jump()) return done();
        }
        return true;
    }
    void settle_down(int jumps = 0) { run_until([] { return false; }, jumps); }

    Order purchase(const std::string& reference) {
        PurchaseOrder request;
        request.reference = reference;
        request.numbers = {*PhoneNumber::from_json_text("+14165550101")};
        Order order;
        order.tenant = 1;
        order.kind = OrderKind::purchase;
        order.reference = reference;
        order.account = "acme";
        order.request = to_text(request);
        order.stage = Stage::submit;
        order.delivery = Delivery::sending;
        order.due = clock->now();
        std::optional<Result<Order>> made;
        boost::asio::co_spawn(*io, engine->create(std::move(order), {}, {}), [&](std::exception_ptr, Result<Order> result) { made = std::move(result); });
        EXPECT_TRUE(run_until([&] { return made.has_value(); }));
        EXPECT_TRUE(*made) << (*made ? "" : made->error().message);
        return **made;
    }
    Order stored(Id id) { return store->order(id).value().value(); }
    bool ends(Id id) {
        return run_until([&] { return is_end(stored(id).state); });
    }
    std::string words(Id id) {
        std::string out;
        const auto entries = store->timeline(id).value();
        for (const auto& each : entries) out += each.kind + ": " + each.text + "\n";
        return out;
    }

    /// Changes one letter of the order's reference in the stored intent.
    void edit_first_intent() {
        sqlite3* db = nullptr;
        ASSERT_EQ(sqlite3_open((folder / "porteur.db").c_str(), &db), SQLITE_OK);
        const auto from = seal.close("\"ref\":\"r1\"", ""), to = seal.close("\"ref\":\"r2\"", "");
        const std::string sql = "update journal set payload = replace(payload, '" + from + "', '" + to + "')";
        EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
        sqlite3_close(db);
    }

    std::filesystem::path folder;
    testing::HexSeal seal;
    Descriptor descriptor = acme_descriptor();
    AcmeCarrier carrier;
    ScriptedPerformer performer;
    testing::OneAccount accounts;
    std::unique_ptr<boost::asio::io_context> io;
    std::unique_ptr<Store> store;
    std::unique_ptr<testing::RealStore> real;
    std::unique_ptr<testing::JumpingClock> clock;
    std::unique_ptr<testing::SeededChance> chance;
    std::unique_ptr<testing::DirectRunner> runner;
    std::unique_ptr<Engine> engine;
};

TEST_F(EngineTest, CarriesAPurchaseToItsEnd) {
    const auto order = purchase("r1");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(stored(order.id).state, OrderState::completed);
    EXPECT_EQ(stored(order.id).carrier_id, "A-r1");
    EXPECT_EQ(carrier.orders["r1"], 1);
    // The end is in the store a moment before the engine has heard of it.
    EXPECT_TRUE(run_until([&] { return runner->living() == 0; }));
}

TEST_F(EngineTest, LooksALostOrderUpAndNeverBuysTwice) {
    int posts = 0;
    performer.carrier = [&](const auto& context, const auto& effect) {
        auto answer = carrier.serve(context, effect);
        if (effect.step == "create-order" && ++posts == 1) return ScriptedPerformer::loses(effect.seq);
        return answer;
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(carrier.orders["r1"], 1);
    EXPECT_EQ(posts, 1);
    EXPECT_THAT(words(order.id), HasSubstr("purchase.outcome_lost"));
}

TEST_F(EngineTest, WaitsTheSettleTimeBeforeItAsks) {
    std::optional<Instant> lost, asked;
    performer.carrier = [&](const auto& context, const auto& effect) {
        if (effect.step == "create-order" && !lost) {
            lost = clock->now();
            return ScriptedPerformer::loses(effect.seq);
        }
        if (effect.step == "find-order") asked = clock->now();
        return carrier.serve(context, effect);
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    ASSERT_TRUE(asked);
    EXPECT_GE(*asked - *lost, 30s);
    EXPECT_EQ(carrier.orders["r1"], 1) << "the carrier never got the first one, so it is sent again after a definite no";
}

TEST_F(EngineTest, AsksAgainForAsLongAsTheCarrierCannotTellAndSendsNothing) {
    int asked = 0;
    performer.carrier = [&](const auto& context, const auto& effect) {
        if (effect.step == "create-order") return ScriptedPerformer::loses((carrier.serve(context, effect), effect.seq));
        if (effect.step == "find-order" && ++asked < 12) return ScriptedPerformer::fails(effect.seq, ErrorKind::unavailable);
        return carrier.serve(context, effect);
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(carrier.orders["r1"], 1);
    EXPECT_EQ(asked, 12);
}

TEST_F(EngineTest, ParksWhatTheCarrierCannotTell) {
    performer.carrier = [&](const auto& context, const auto& effect) {
        if (effect.step == "create-order") return ScriptedPerformer::loses(effect.seq);
        if (effect.step == "find-order") return ScriptedPerformer::answers(effect.seq, 500, "");
        return carrier.serve(context, effect);
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::in_doubt && !stored(order.id).due; })) << words(order.id);
    EXPECT_EQ(stored(order.id).state, OrderState::draft);
}

TEST_F(EngineTest, GoesOnAfterARestartInTheMiddleOfTheWait) {
    int posts = 0;
    performer.carrier = [&](const auto& context, const auto& effect) {
        auto answer = carrier.serve(context, effect);
        if (effect.step == "create-order" && ++posts == 1) return ScriptedPerformer::loses(effect.seq);
        return answer;
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::in_doubt; }));
    restart();
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(carrier.orders["r1"], 1);
    EXPECT_EQ(posts, 1);
}

TEST_F(EngineTest, TriesAgainLaterWhatCertainlyDidNotLeave) {
    int refused = 0;
    performer.carrier = [&](const auto& context, const auto& effect) {
        if (refused < 6) {
            ++refused;
            return ScriptedPerformer::fails(effect.seq, ErrorKind::unavailable);
        }
        return carrier.serve(context, effect);
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(ends(order.id)) << words(order.id);
    EXPECT_EQ(carrier.orders["r1"], 1);
    EXPECT_THAT(words(order.id), HasSubstr("purchase.retry"));
}

TEST_F(EngineTest, MakesARefusalAnException) {
    performer.carrier = [&](const auto&, const auto& effect) {
        return ScriptedPerformer::answers(effect.seq, 409, "{\"code\":\"NUMBER_TAKEN\"}");
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(run_until([&] { return stored(order.id).state == OrderState::exception; }));
    EXPECT_EQ(stored(order.id).delivery, Delivery::waiting_for_person);
    EXPECT_THAT(words(order.id), HasSubstr("NUMBER_TAKEN"));
}

TEST_F(EngineTest, ParksAnOperationAfterThreeDeathsAtTheSamePlace) {
    int calls = 0;
    runner->before_step = [&]() -> std::optional<Error> {
        if (++calls % 2 == 0) return Error{.kind = ErrorKind::internal, .message = "killed by signal 11", .code = std::string(plugin_died_code)};
        return std::nullopt;
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::waiting_for_person; })) << words(order.id);
    EXPECT_THAT(words(order.id), HasSubstr("died 3 times"));
    EXPECT_LE(carrier.orders["r1"], 1);
}

TEST_F(EngineTest, ParksAReplayThatDepartsFromTheJournal) {
    performer.carrier = [&](const auto& context, const auto& effect) {
        if (effect.step == "create-order") return ScriptedPerformer::loses(effect.seq);
        return carrier.serve(context, effect);
    };
    const auto order = purchase("r1");
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::in_doubt; }));
    close();
    {
        // Somebody's newer build asks for another body: the journal's intent is changed here instead.
        edit_first_intent();
    }
    open();
    ASSERT_TRUE(run_until([&] { return stored(order.id).delivery == Delivery::waiting_for_person; })) << words(order.id);
    EXPECT_THAT(words(order.id), HasSubstr("departs from the journal"));
    EXPECT_EQ(carrier.orders.size(), 0u);
}

TEST_F(EngineTest, KeepsManyOrdersApart) {
    carrier.polls_until_done = 0;
    std::vector<Order> orders;
    for (int at = 0; at < 50; ++at) orders.push_back(purchase("r" + std::to_string(at)));
    for (const auto& order : orders) ASSERT_TRUE(ends(order.id)) << words(order.id);
    for (const auto& [reference, count] : carrier.orders) EXPECT_EQ(count, 1) << reference;
    EXPECT_EQ(carrier.orders.size(), 50u);
}

}  // namespace
}  // namespace porteur
