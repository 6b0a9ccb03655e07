// SPDX-License-Identifier: Apache-2.0
#pragma once

// The engine with the real store (SQLite) and a plugin, in a world where the carrier is a function and
// time jumps. A restart is a new engine on the same store.

#include <gtest/gtest.h>

#include <sqlite3.h>

#include <filesystem>

#include "support/engine_world.hpp"

namespace porteur::testing {

using namespace std::chrono_literals;

inline Descriptor acme_descriptor() {
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

inline const porteur_plugin* acme_plugin() {
    static const porteur_host host{sizeof(porteur_host), 0, {"test", 4}, {"0", 1}, nullptr, nullptr};
    return porteur_entry_v0(&host, nullptr);
}

class EngineFixture : public ::testing::Test {
protected:
    explicit EngineFixture(const porteur_plugin* given = acme_plugin()) : plugin(given) {
        folder = std::filesystem::path(::testing::TempDir()) /
                 ("engine." + std::to_string(getpid()) + "." + ::testing::UnitTest::GetInstance()->current_test_info()->name());
        std::filesystem::create_directories(folder);
        open();
    }
    ~EngineFixture() override {
        close();
        std::filesystem::remove_all(folder);
    }

    void open() {
        io = std::make_unique<boost::asio::io_context>(1);
        auto opened = Store::open({.address = "sqlite:" + (folder / "porteur.db").string()}, seal,
                                  [this](std::function<void()> run) { boost::asio::post(*io, std::move(run)); });
        ASSERT_TRUE(opened) << opened.error().message;
        store = std::move(*opened);
        real = std::make_unique<RealStore>(*store);
        const auto now = clock ? clock->now() : Instant{};
        clock = std::make_unique<JumpingClock>(io->get_executor());
        if (now != Instant{}) clock->set(now);
        chance = std::make_unique<SeededChance>(1);
        runner = std::make_unique<DirectRunner>(plugin, build);
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
    /// Once is enough. A fixture with runners of its own calls it before they go: what is under way names them.
    void close() {
        if (!io) return;
        if (engine) engine->stop();
        io->stop();
        // Coroutines under way are destroyed here, as a killed process would lose them.
        store.reset();
        clock->forget_sleepers();
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

    /// The journal's last piece becomes one that nobody can read.
    void damage_last_piece() {
        sqlite3* db = nullptr;
        ASSERT_EQ(sqlite3_open((folder / "porteur.db").c_str(), &db), SQLITE_OK);
        const std::string sql = "update journal set payload = '" + seal.close("?", "") + "' where position = (select max(position) from journal)";
        EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
        sqlite3_close(db);
    }

    const porteur_plugin* plugin;
    std::string build = std::string(64, 'a');  ///< of the next open()
    std::filesystem::path folder;
    HexSeal seal;
    Descriptor descriptor = acme_descriptor();
    AcmeCarrier carrier;
    ScriptedPerformer performer;
    OneAccount accounts;
    std::unique_ptr<boost::asio::io_context> io;
    std::unique_ptr<Store> store;
    std::unique_ptr<RealStore> real;
    std::unique_ptr<JumpingClock> clock;
    std::unique_ptr<SeededChance> chance;
    std::unique_ptr<DirectRunner> runner;
    std::unique_ptr<Engine> engine;
};

}  // namespace porteur::testing
