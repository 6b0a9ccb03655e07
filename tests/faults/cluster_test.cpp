// SPDX-License-Identifier: Apache-2.0
// Three porteurd on one PostgreSQL while orders come in: whoever holds the store is killed, frozen past its lease and
// woken, cut off from the database without a word, slowed down; connections break and the database server crashes. Each
// order is carried out once, the account stays within its rate, and somebody serves again within seconds.
//
// PORTEUR_SEED repeats a run's choices (the moments still depend on the machine); PORTEUR_FAULTS=full is the long run:
// 1,000 orders, 100 faults.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <random>

#include <porteur/calendar_text.hpp>

#include "cluster_world.hpp"
#include "customers.hpp"
#include "invariants.hpp"
#include "postgres_admin.hpp"

namespace porteur::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

enum class Fault { kill, freeze, cut, slow, reset, database_crash };
constexpr const char* name_of(Fault fault) {
    switch (fault) {
        case Fault::kill: return "kill";
        case Fault::freeze: return "freeze";
        case Fault::cut: return "cut";
        case Fault::slow: return "slow";
        case Fault::reset: return "reset";
        case Fault::database_crash: return "database_crash";
    }
    return "";
}

/// In an order of its own for each seed, and each kind as often as the others.
std::vector<Fault> faults_of(int count, std::mt19937_64& chance) {
    constexpr Fault all[] = {Fault::kill, Fault::freeze, Fault::cut, Fault::kill, Fault::freeze, Fault::cut, Fault::slow, Fault::reset, Fault::database_crash};
    std::vector<Fault> out;
    for (int at = 0; at < count; ++at) out.push_back(all[static_cast<std::size_t>(at) % std::size(all)]);
    std::ranges::shuffle(out, chance);
    return out;
}

PostgresServer& server() {
    static PostgresServer made;
    return made;
}

milliseconds nth(std::vector<milliseconds> sorted, double part) {
    if (sorted.empty()) return 0ms;
    std::ranges::sort(sorted);
    return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(part * static_cast<double>(sorted.size())))];
}

/// The most requests that reached the carrier within any stretch of so many seconds.
std::size_t most_within(const std::vector<std::int64_t>& times_ms, std::int64_t stretch_s) {
    std::size_t most = 0;
    for (std::size_t from = 0, to = 0; to < times_ms.size(); ++to) {
        while (times_ms[to] - times_ms[from] > stretch_s * 1000) ++from;
        most = std::max(most, to - from + 1);
    }
    return most;
}

class Cluster : public ::testing::Test {
protected:
    void SetUp() override {
        if (!server().trouble().empty()) GTEST_SKIP() << server().trouble();
    }

    /// Does it to the node and undoes it. What took over is measured from the moment of the fault.
    void strike(ClusterWorld& world, Fault fault, std::size_t node, bool is_holder, std::mt19937_64& chance) {
        const auto began = Steady::now();
        const auto taken_over = [&] {
            if (!is_holder) return;
            // A dead one may be started again, and be the fastest.
            const auto waited = fault == Fault::kill ? world.until_served(30s) : world.until_served(30s, node);
            ASSERT_TRUE(waited) << "nobody took over after " << name_of(fault);
            take_overs.push_back(std::chrono::duration_cast<milliseconds>(Steady::now() - began));
        };
        switch (fault) {
            case Fault::kill:
                world.kill(node);
                taken_over();
                break;
            case Fault::freeze: {
                world.freeze(node);
                taken_over();
                // It wakes while the other works, past the settle time now and then.
                const milliseconds asleep(std::uniform_int_distribution<int>(0, 1500)(chance));
                world.carrier.ended_within(asleep);
                world.wake(node);
                const auto status = world.frozen_ended_within(node, is_holder ? 10s : 0s);
                if (is_holder) EXPECT_EQ(status, 70) << "the sleeper lives on without a store";
                break;
            }
            case Fault::cut:
                world.link(node).cut();
                taken_over();
                if (!is_holder) EXPECT_TRUE(world.until_served(30s));
                world.link(node).heal();
                break;
            case Fault::slow:
                world.link(node).slow_down(milliseconds(std::uniform_int_distribution<int>(20, 400)(chance)));
                EXPECT_TRUE(world.until_served(30s));
                breathe(world, 1500);
                world.link(node).slow_down(0ms);
                break;
            case Fault::reset:
                world.link(node).reset();
                break;
            case Fault::database_crash:
                ASSERT_TRUE(server().restart());
                break;
        }
        const auto served = world.until_served(30s);
        ASSERT_TRUE(served) << "nobody serves after " << name_of(fault);
        if (!is_holder || fault == Fault::slow || fault == Fault::reset || fault == Fault::database_crash)
            pauses.push_back(std::chrono::duration_cast<milliseconds>(Steady::now() - began));
    }
    /// A random time of work without a fault.
    static void breathe(ClusterWorld& world, int most_ms, std::mt19937_64* chance = nullptr) {
        const milliseconds time(chance ? std::uniform_int_distribution<int>(0, most_ms)(*chance) : most_ms);
        world.carrier.ended_within(time);
    }

    std::vector<milliseconds> take_overs;  ///< from the death, freezing or cutting off of a holder until another serves
    std::vector<milliseconds> pauses;      ///< the same for what need not move the store
};

TEST_F(Cluster, CarriesEachOrderOutOnceWhateverHappensToItsNodesAndItsDatabase) {
    const int orders = is_full_run() ? 1'000 : 150, faults = is_full_run() ? 100 : 12;
    const auto seed = seed_of_run();
    std::printf("seed %llu (PORTEUR_SEED repeats it)\n", static_cast<unsigned long long>(seed));
    std::mt19937_64 chance(seed);
    const auto began = Steady::now();
    ClusterWorld world(server(), "cluster");
    world.break_carrier(seed);
    Customers customers(
        [&world](const std::string& key, const std::string& body) { return world.ask("POST", "/v1/purchase-orders", {"Idempotency-Key: " + key}, body); },
        orders, seed
    );
    std::map<std::string, int> done;
    int let = 0;
    const auto plan = faults_of(faults, chance);
    for (std::size_t at = 0; at < plan.size(); ++at) {
        const int now = orders * static_cast<int>(at + 1) / faults;
        customers.let(now - let);
        let = now;
        if (at % 2 == 0) customers.wait_for_one(2s);
        breathe(world, 400, &chance);
        // Who lost its session may hear of it at its next request only: it seemed to serve, and ends.
        const auto waited = world.until_served(30s);
        ASSERT_TRUE(waited) << "nobody serves before fault " << at;
        if (*waited > 100ms) pauses.push_back(*waited);
        const auto holder = world.serving();
        ASSERT_TRUE(holder) << "nobody serves before fault " << at;
        // Mostly the one that works; the others must not matter.
        const bool hits_holder = std::uniform_int_distribution<int>(0, 4)(chance) != 0;
        const auto node = hits_holder ? *holder : (*holder + 1 + chance() % 2) % ClusterWorld::size;
        ++done[name_of(plan[at])];
        strike(world, plan[at], node, hits_holder, chance);
        if (HasFatalFailure()) return;
    }

    EXPECT_TRUE(customers.all_acknowledged_within(120s)) << customers.acknowledged().size() << " of " << orders;
    std::map<std::string, Listed> all;
    // A doubt that waits for its look-up reads like one that waits for a person: it counts only when it stays.
    const auto settled = [&] {
        return static_cast<int>(all.size()) >= orders && std::ranges::all_of(all, [](const auto& each) { return each.second.is_over() && each.second.delivery != "in_doubt"; });
    };
    constexpr auto nothing_comes = 60s;  // the breaker of an account may have them wait for some time
    auto changed = Steady::now();
    for (std::string before; Steady::now() - changed < nothing_comes && !settled(); breathe(world, 200)) {
        if (auto now = world.orders()) all = std::move(*now);
        std::string stand;
        for (const auto& [reference, each] : all) stand += each.state + each.delivery + std::to_string(each.due);
        if (stand != before) changed = Steady::now();
        before = std::move(stand);
    }
    Invariants invariants;
    int doubled = 0, lost = 0, parked = 0, completed = 0;
    const auto carried = world.carried_out();
    for (const auto& [reference, times] : carried) {
        invariants.once(reference, times);
        doubled += times > 1;
        EXPECT_TRUE(all.contains(reference)) << reference << " is at the carrier, but not in our list";
    }
    for (const auto& reference : customers.acknowledged()) {
        const auto found = all.find(reference);
        const bool known = found != all.end();
        invariants.acknowledged(reference, known);
        const bool safe = known && (found->second.is_parked() || (carried.contains(reference) && found->second.state == "completed"));
        EXPECT_TRUE(safe) << reference << " is lost: " << (known ? found->second.state + "/" + found->second.delivery : "unknown");
        lost += !safe;
        parked += known && found->second.is_parked();
        if (known && found->second.is_parked()) std::printf("%s waits for a person: %s\n", reference.c_str(), found->second.problem.c_str());
        completed += known && found->second.state == "completed";
    }
    EXPECT_EQ(static_cast<int>(customers.acknowledged().size()), orders);
    EXPECT_LE(parked, orders / 20) << "a death of a node is no reason to ask a person";

    // Its rate is the account's, whoever holds the store: so many a second over any stretch, and one burst.
    std::vector<std::int64_t> times;
    for (const auto& each : world.carrier_says("/_sim/received").at("requests").as_array()) {
        const std::string at(each.at("real_at").as_string());  // 2026-11-26T20:14:03.512Z
        const auto second = read_rfc3339(at);
        ASSERT_TRUE(second && at.size() == 24) << at;
        times.push_back(milliseconds(second->time_since_epoch()).count() + std::stoi(at.substr(20, 3)));
    }
    std::ranges::sort(times);
    std::string rates;
    for (const std::int64_t stretch : {1, 3, 10, 60}) {
        const auto most = most_within(times, stretch);
        // What was ready in time may arrive a little later, all at once: a tenth of a second's worth.
        EXPECT_LE(most, static_cast<std::size_t>(ClusterWorld::rate * (1 + stretch) + ClusterWorld::rate / 10)) << "within " << stretch << " s";
        rates += (rates.empty() ? "" : ", ") + std::to_string(most) + " in " + std::to_string(stretch) + " s";
    }

    ASSERT_TRUE(world.all_answer_within(30s));
    for (const int status : world.stop()) EXPECT_EQ(status, 0) << "a node that was told to stop";
    check_store(invariants, world.address, world.folder / "data/porteur.key", {"acme-secret", world.token});
    EXPECT_EQ(PostgresAdmin(world.address).checked(), "ok");
    for (const auto& finding : invariants.findings()) ADD_FAILURE() << finding;
    std::printf("%s\n", invariants.summary().c_str());
    std::string kinds;
    for (const auto& [name, count] : done) kinds += (kinds.empty() ? "" : ", ") + name + " " + std::to_string(count);
    std::printf("faults: %s\n", kinds.c_str());
    std::printf("rate: %d/s; the most that reached the carrier: %s\n", ClusterWorld::rate, rates.c_str());
    std::printf("take-over: %zu, median %lld ms, p99 %lld ms, worst %lld ms; a pause otherwise: median %lld ms, worst %lld ms\n", take_overs.size(),
                static_cast<long long>(nth(take_overs, 0.5).count()), static_cast<long long>(nth(take_overs, 0.99).count()),
                static_cast<long long>(nth(take_overs, 1.0).count()), static_cast<long long>(nth(pauses, 0.5).count()),
                static_cast<long long>(nth(pauses, 1.0).count()));
    std::printf("ended: %d of %d orders completed, %d doubled, %d lost, %d wait for a person; %.0f s\n", completed, orders, doubled, lost, parked,
                std::chrono::duration<double>(Steady::now() - began).count());
}

TEST_F(Cluster, WhoStoodByWhileTheDatabaseCrashedStillTakesOver) {
    ClusterWorld world(server(), "crashed");
    ASSERT_TRUE(server().restart());
    ASSERT_TRUE(world.until_served(30s));
    for (int time = 0; time < 3; ++time) {
        const auto holder = world.serving();
        ASSERT_TRUE(holder);
        world.link(*holder).cut();
        EXPECT_TRUE(world.until_served(20s, holder)) << "nobody took over from node " << *holder + 1;
        world.link(*holder).heal();
        ASSERT_TRUE(world.until_served(20s));
    }
}

TEST_F(Cluster, ANodeThatStandsBySaysSoAndWhoServesInstead) {
    ClusterWorld world(server(), "standing_by");
    const auto holder = world.serving();
    ASSERT_TRUE(holder);
    const auto other = (*holder + 1) % ClusterWorld::size;
    const auto health = world.ask_node(other, "/healthz"), ready = world.ask_node(other, "/readyz"), metrics = world.ask_node(other, "/metrics"),
               orders = world.ask_node(other, "/v1/purchase-orders");
    ASSERT_TRUE(health && ready && metrics && orders);
    EXPECT_EQ(health->status, 200);
    EXPECT_NE(health->body.find("standing_by"), std::string::npos) << health->body;
    EXPECT_EQ(ready->status, 503);
    EXPECT_EQ(orders->status, 503);
    const auto name = "node-" + std::to_string(*holder + 1);
    EXPECT_NE(orders->body.find("this porteurd stands by; " + name + " at http://127.0.0.1:"), std::string::npos) << orders->body;
    EXPECT_NE(metrics->body.find("porteur_standing_by 1"), std::string::npos) << metrics->body;
    EXPECT_NE(world.ask("GET", "/metrics")->body.find("porteur_standing_by 0"), std::string::npos);
    // An orderly end hands over without waiting for the lease.
    const auto began = Steady::now();
    world.terminate(*holder);
    ASSERT_TRUE(world.until_served(10s, *holder));
    std::printf("an orderly end: %lld ms until another serves\n", static_cast<long long>(std::chrono::duration_cast<milliseconds>(Steady::now() - began).count()));
    ASSERT_TRUE(world.all_answer_within(30s));
    for (const int status : world.stop()) EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace porteur::testing
