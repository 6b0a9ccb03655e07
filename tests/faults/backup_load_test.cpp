// SPDX-License-Identifier: Apache-2.0
// A backup is taken while orders come in and are carried out, at a carrier that loses some of its answers. The porteurd of before goes on for a
// while, is killed, and another one goes on with the backup: the carrier's own list says that nothing was bought twice.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <thread>

#include "host_world.hpp"
#include "postgres_admin.hpp"
#include "support/look_again.hpp"
#include "support/postgres_server.hpp"

namespace porteur::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

const std::string orders_route = "/v1/purchase-orders?limit=200";
constexpr int order_count = 150;

WorldPlan acme_plan(const std::string& name) {
    WorldPlan plan;
    plan.name = name;
    plan.simulator = {PORTEUR_TEST_SIMULATOR, "--no-stock-check"};
    plan.plugin = PORTEUR_TEST_PLUGIN;
    plan.user = "account_sid";
    plan.password = "auth_token";
    plan.password_value = "acme-secret";
    return plan;
}

/// Puts orders in, one after another, and counts them.
class Customer {
public:
    explicit Customer(World& world) : world_(world), thread_([this] { run(); }) {}
    ~Customer() { thread_.join(); }
    int acknowledged() const { return acknowledged_; }

private:
    void run() {
        for (int at = 0; at < order_count; ++at) {
            const auto reference = "load-" + std::to_string(at);
            const json::object body{{"account", "acme"}, {"reference", reference}, {"submit", true},
                                    {"request", {{"numbers", {"+1416555" + std::to_string(1000 + at)}}}}};
            EXPECT_EQ(world_.insist("POST", "/v1/purchase-orders", reference, json::serialize(body)).status, 201);
            ++acknowledged_;
        }
    }
    World& world_;
    std::atomic<int> acknowledged_{0};
    std::thread thread_;
};

bool soon(const std::function<bool()>& holds) {
    for (const auto end = Steady::now() + 90s; Steady::now() < end;) {
        if (holds()) return true;
        look_again_in(20ms);
    }
    return false;
}

bool all_are_over(World& world) {
    const auto orders = world.orders(orders_route);
    return orders && std::ranges::all_of(*orders, [](const auto& each) { return each.second.is_over(); });
}

Ended porteurd(const fs::path& config, std::vector<std::string> words, const fs::path& errors) {
    words.insert(words.begin(), {PORTEUR_TEST_DAEMON, "--config", config.string()});
    return run(words, errors);
}

void back_up_under_load(WorldPlan plan, const std::string& other_store, const std::vector<std::string>& check_more) {
    World world(plan);
    world.set_faults({json::object{{"match", {{"method", "POST"}, {"path_prefix", "/orders"}}},
                                   {"fault", "drop_after"}, {"probability", 0.2}, {"seed", 7}, {"delay_ms", 100}}});
    if (::testing::Test::HasFatalFailure()) return;
    world.start();
    const auto backup = world.folder / "backup", said = world.folder / "said.log";
    {
        const Customer customer(world);
        ASSERT_TRUE(soon([&] { return customer.acknowledged() >= order_count / 3; }));
        const auto made = porteurd(world.folder / "config", {"backup", backup}, said);
        ASSERT_EQ(made.status, 0);
        EXPECT_LT(customer.acknowledged(), order_count) << "it was taken under load";
    }
    ASSERT_TRUE(soon([&] { return all_are_over(world); }));
    world.daemon.kill();
    const auto bought_before = world.carried_out();
    EXPECT_EQ(bought_before.size(), static_cast<std::size_t>(order_count));

    std::vector<std::string> look{"restore", backup, "--check"};
    look.insert(look.end(), check_more.begin(), check_more.end());
    const auto checked = porteurd(world.folder / "config", look, said);
    EXPECT_EQ(checked.status, 0) << checked.output;
    std::printf("%s", checked.output.c_str());

    // The same folder is another root once its data are gone.
    fs::rename(world.folder / "data", world.folder / "data-before");
    fs::create_directories(world.folder / "data");
    fs::copy_file(world.folder / "data-before/porteur.key", world.folder / "data/porteur.key");
    if (!other_store.empty()) {
        const auto file = world.folder / "config/porteur.toml";
        std::ifstream in(file);
        std::string text{std::istreambuf_iterator<char>(in), {}};
        text.replace(text.find(plan.store), plan.store.size(), other_store);
        std::ofstream(file) << text;
    }
    const auto put_back = porteurd(world.folder / "config", {"restore", backup}, said);
    ASSERT_EQ(put_back.status, 0) << put_back.output;
    EXPECT_EQ(porteurd(world.folder / "config", {"restore", backup}, said).status, 1) << "something is there now";
    world.start();
    ASSERT_TRUE(soon([&] { return all_are_over(world); }));

    const auto orders = world.orders(orders_route);
    ASSERT_TRUE(orders);
    int completed = 0, parked = 0;
    for (const auto& [reference, order] : *orders) {
        completed += order.state == "completed" ? 1 : 0;
        parked += order.is_parked() ? 1 : 0;
    }
    int doubled = 0;
    for (const auto& [reference, times] : world.carried_out()) doubled += times > 1 ? 1 : 0;
    EXPECT_EQ(doubled, 0);
    EXPECT_EQ(world.carried_out().size(), bought_before.size());
    EXPECT_EQ(world.carrier_says("/_sim/stats?brief=1").at("duplicates").as_int64(), 0);
    EXPECT_GE(static_cast<int>(orders->size()), order_count / 3);
    EXPECT_GT(completed, 0);
    std::printf("{\"orders\":%d,\"in_backup\":%zu,\"completed\":%d,\"parked\":%d,\"doubled\":%d}\n", order_count, orders->size(), completed, parked, doubled);
}

PostgresServer& server() {
    static PostgresServer made;
    return made;
}

std::string address_of(const std::string& database) {
    const auto field = [&](const std::string& key) {
        const auto at = database.find(key + "=") + key.size() + 1;
        return database.substr(at, database.find(' ', at) - at);
    };
    return "postgresql://" + field("user") + "@" + field("host") + ":" + field("port") + "/" + field("dbname");
}

TEST(BackupUnderLoad, IsGoneOnWithAndNothingIsBoughtTwice) { back_up_under_load(acme_plan("backup-load"), {}, {}); }

TEST(BackupUnderLoad, IsGoneOnWithAndNothingIsBoughtTwiceOnPostgres) {
    if (!server().trouble().empty()) GTEST_SKIP() << server().trouble();
    auto plan = acme_plan("backup-load-postgres");
    plan.store = address_of(server().fresh_database("backed"));
    const auto other = address_of(server().fresh_database("put_back"));
    back_up_under_load(plan, other, {"--server", plan.store});
}

}  // namespace
}  // namespace porteur::testing
