// SPDX-License-Identifier: Apache-2.0
// Orders come in over the API while porteurd and its plugin process are killed at random moments,
// and the carrier acts without answering, answers 500 after it acted, or acts after the connection
// is gone. Then the carrier's own list is compared with ours. On SQLite and on PostgreSQL; and two
// daemons on one PostgreSQL.
//
// PORTEUR_SEED repeats a run's choices (the moments still depend on the machine);
// PORTEUR_FAULTS=full is the long run: 1,000 orders, 100 kills of the daemon, 200 of the plugin
// process.
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <random>
#include <thread>

#include "customers.hpp"
#include "host_world.hpp"
#include "postgres_admin.hpp"
#include "support/postgres_server.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

struct Size {
    int orders = 200;
    int kills = 20;
    int plugin_kills = 20;
};

const std::string orders_route = "/v1/purchase-orders?limit=200";
const std::string canary = "acme-secret";

WorldPlan acme_plan(const std::string& name) {
    WorldPlan plan;
    plan.name = name;
    plan.simulator = {PORTEUR_TEST_SIMULATOR, "--no-stock-check"};
    plan.plugin = PORTEUR_TEST_PLUGIN;
    plan.user = "account_sid";
    plan.password = "auth_token";
    plan.password_value = canary;
    return plan;
}

void break_carrier(World& world, std::uint64_t seed) {
    const auto rule = [&](std::string_view fault, double probability, std::uint64_t salt) {
        return json::object{
            {"match", {{"method", "POST"}, {"path_prefix", "/orders"}}},
            {"fault", fault},
            {"probability", probability},
            {"seed", seed + salt},
            {"delay_ms", 300}
        };
    };
    world.set_faults(
        {rule("drop_after", 0.2, 1), rule("500_after", 0.1, 2), rule("act_late", 0.1, 3),
         rule("drop_before", 0.05, 4)}
    );
}

Customers::Ask customers_of(World& world) {
    return [&world](const std::string& key, const std::string& body) {
        return world.ask("POST", "/v1/purchase-orders", {"Idempotency-Key: " + key}, body);
    };
}

/// Kills the plugin process, waiting for one if it is just being started. @return whether there was
/// one
bool kill_plugin(const World& world) {
    const auto end = Steady::now() + 5s;
    while (Steady::now() < end) {
        if (const auto living = world.daemon.children("porteur-plugin-host"); !living.empty())
            return kill(living.front(), SIGKILL) == 0;
        if (world.daemon.ended_within(5ms)) return false;
    }
    return false;
}

/// The customers' acknowledgements, the carrier's list and ours, at the end.
struct Count {
    int completed = 0, doubled = 0, lost = 0, parked = 0;
};

/// Waits until every order is over, then compares.
Count take_count(World& world, Customers& customers, int wanted) {
    Count count;
    EXPECT_TRUE(customers.all_acknowledged_within(60s))
        << customers.acknowledged().size() << " of " << wanted;
    std::map<std::string, Listed> orders;
    // The breaker of an account doubles its pause with each failed probe, up to five minutes: with these faults four
    // in a row are rare, and no defect.
    const auto end = Steady::now() + 360s;
    const auto are_over = [&] {
        if (auto now = world.orders(orders_route)) orders = std::move(*now);
        return static_cast<int>(orders.size()) >= wanted &&
               std::ranges::all_of(orders, [](const auto& each) { return each.second.is_over(); });
    };
    while (!are_over() && Steady::now() < end)
        if (world.daemon.ended_within(100ms)) {
            ADD_FAILURE() << "porteurd ended by itself";
            return count;
        }
    for (const auto& [reference, order] : orders)
        EXPECT_TRUE(order.is_over())
            << reference << " is still " << order.state << "/" << order.delivery;

    Invariants all;
    const auto carried = world.carried_out();
    for (const auto& [reference, times] : carried) {
        all.once(reference, times);
        count.doubled += times > 1 ? 1 : 0;
        EXPECT_TRUE(orders.contains(reference))
            << reference << " is at the carrier, but not in our list";
    }
    for (const auto& reference : customers.acknowledged()) {
        const auto found = orders.find(reference);
        const bool known = found != orders.end();
        all.acknowledged(reference, known);
        // An order that is not at the carrier may only wait for a person, in sight.
        const bool safe =
            known && (carried.contains(reference)
                          ? found->second.state == "completed" || found->second.is_parked()
                          : found->second.is_parked());
        EXPECT_TRUE(safe) << reference << " is lost: "
                          << (known ? found->second.state + "/" + found->second.delivery : "unknown"
                             );
        count.lost += safe ? 0 : 1;
        if (known && found->second.is_parked()) {
            ++count.parked;
            std::printf(
                "%s waits for a person: %s\n", reference.c_str(), found->second.problem.c_str()
            );
        }
        if (known && found->second.state == "completed") ++count.completed;
    }
    EXPECT_EQ(static_cast<int>(customers.acknowledged().size()), wanted);
    const auto truth = world.carrier_says("/_sim/stats?brief=1");
    EXPECT_EQ(truth.at("duplicates").as_int64(), 0) << json::serialize(truth);
    EXPECT_LE(truth.at("max_per_reference").as_int64(), 1) << json::serialize(truth);
    // A plugin that is killed at random is no plugin that dies of an order: few may end at a
    // person.
    EXPECT_LE(count.parked, wanted / 10);
    world.check(all, {canary, world.token});
    for (const auto& finding : all.findings()) ADD_FAILURE() << finding;
    std::printf("%s\n", all.summary().c_str());
    return count;
}

void kill_and_count(WorldPlan plan, Size size) {
    const auto seed = seed_of_run();
    std::printf("seed %llu (PORTEUR_SEED repeats it)\n", static_cast<unsigned long long>(seed));
    std::mt19937_64 chance(seed);
    const auto began = Steady::now();
    World world(std::move(plan));
    break_carrier(world, seed);
    if (::testing::Test::HasFatalFailure()) return;
    world.start();

    int kills = 0;
    int plugin_kills = 0;
    Customers customers(customers_of(world), size.orders, seed);
    const auto kills_began = Steady::now();
    for (; kills < size.kills; ++kills) {
        customers.let((size.orders + size.kills - 1) / size.kills);
        const int plugins_now =
            size.plugin_kills * (kills + 1) / size.kills - size.plugin_kills * kills / size.kills;
        for (int at = 0; at <= plugins_now; ++at) {
            // The random moment: a wait for an end that must not come by itself. Every fourth
            // daemon dies within 5 ms of an acknowledgement: what was acknowledged must be durable.
            if (at == plugins_now && kills % 4 == 3) {
                customers.wait_for_one(500ms);
                ASSERT_FALSE(world.daemon.ended_within(
                    milliseconds(std::uniform_int_distribution<int>(0, 5)(chance))
                ));
                continue;
            }
            ASSERT_FALSE(world.daemon.ended_within(
                milliseconds(std::uniform_int_distribution<int>(0, 300)(chance))
            )) << "porteurd ended by itself";
            if (at < plugins_now) plugin_kills += kill_plugin(world) ? 1 : 0;
        }
        world.daemon.kill();
        world.start();
    }
    const double killing = std::chrono::duration<double>(Steady::now() - kills_began).count();
    const auto count = take_count(world, customers, size.orders);
    EXPECT_EQ(plugin_kills, size.plugin_kills);
    const double seconds = std::chrono::duration<double>(Steady::now() - began).count();
    std::printf(
        "{\"orders\":%d,\"completed\":%d,\"kills\":%d,\"plugin_kills\":%d,\"doubled\":%d,\"lost\":%"
        "d,\"parked\":%d,\"kills_per_s\":%.1f,\"seconds\":%.1f,\"seed\":%llu}\n",
        size.orders, count.completed, kills, plugin_kills, count.doubled, count.lost, count.parked,
        (kills + plugin_kills) / killing, seconds, static_cast<unsigned long long>(seed)
    );
}

TEST(Kills, LoseNoOrderAndDoubleNone) {
    kill_and_count(acme_plan("kill"), is_full_run() ? Size{1'000, 100, 200} : Size{});
}

PostgresServer& server() {
    static PostgresServer made;
    return made;
}

/// The address of a fresh database, as the settings want it.
std::string address_of(const std::string& database) {
    const auto field = [&](const std::string& key) {
        const auto at = database.find(key + "=") + key.size() + 1;
        return database.substr(at, database.find(' ', at) - at);
    };
    return "postgresql://" + field("user") + "@" + field("host") + ":" + field("port") + "/" +
           field("dbname");
}

TEST(Kills, LoseNoOrderAndDoubleNoneOnPostgres) {
    if (!server().trouble().empty()) GTEST_SKIP() << server().trouble();
    auto plan = acme_plan("kill-postgres");
    const auto database = server().fresh_database("kills");
    plan.store = address_of(database);
    kill_and_count(std::move(plan), is_full_run() ? Size{500, 50, 50} : Size{100, 10, 10});
    EXPECT_EQ(PostgresAdmin(database).checked(), "ok");
}

TEST(Kills, TheSecondOfTwoDaemonsTakesOverAndTheFirstWakesToNothing) {
    if (!server().trouble().empty()) GTEST_SKIP() << server().trouble();
    const auto database = server().fresh_database("takeover");
    auto plan = acme_plan("takeover");
    plan.store = address_of(database);
    World world(std::move(plan));
    break_carrier(world, seed_of_run());
    world.start();
    const int rounds = is_full_run() ? 10 : 3;
    const int each_round = 40;
    Customers customers(customers_of(world), rounds * each_round, seed_of_run());
    std::mt19937_64 chance(seed_of_run());
    for (int round = 0; round < rounds; ++round) {
        customers.let(each_round);
        customers.wait_for_one(2000ms);
        ASSERT_FALSE(world.daemon.ended_within(
            milliseconds(std::uniform_int_distribution<int>(0, 200)(chance))
        ));
        kill(world.daemon.pid(), SIGSTOP);
        const auto before = Steady::now();
        EXPECT_THROW(world.start_beside(), std::runtime_error) << "two daemons hold one store";
        EXPECT_LT(Steady::now() - before, 1s) << "the second has to say so at once";
        EXPECT_GE(PostgresAdmin(database).end_others(), 1);
        Program second = world.start_beside();
        {
            const std::lock_guard lock(world.mutex);
            std::swap(world.daemon, second);
            world.port = world.daemon.port();
        }
        // The first wakes when the second has gone on, after the settle time.
        ASSERT_FALSE(world.daemon.ended_within(1500ms));
        kill(second.pid(), SIGCONT);
        EXPECT_TRUE(second.ended_within(10s)) << "the sleeper lives on without a store";
    }
    const auto count = take_count(world, customers, rounds * each_round);
    std::printf(
        "{\"takeovers\":%d,\"orders\":%d,\"doubled\":%d,\"lost\":%d,\"parked\":%d}\n", rounds,
        rounds * each_round, count.doubled, count.lost, count.parked
    );
}

}  // namespace
}  // namespace porteur::testing
