// SPDX-License-Identifier: Apache-2.0
// Orders come in over the API while porteurd and its plugin process are killed at random moments,
// and the carrier acts without answering, answers 500 after it acted, or acts after the connection
// is gone. Then the carrier's own list is compared with ours.
//
// PORTEUR_SEED repeats a run's choices (the moments still depend on the machine);
// PORTEUR_FAULTS=full is the long run: 1,000 orders, 100 kills of the daemon, 200 of the plugin
// process.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include <porteur/json.hpp>

#include "http_client.hpp"
#include "program.hpp"

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

std::uint64_t seed_of_run() {
    if (const char* given = std::getenv("PORTEUR_SEED")) return std::stoull(given);
    return static_cast<std::uint64_t>(Steady::now().time_since_epoch().count()) % 1'000'000;
}

std::string reference_of(int order) { return "kill-" + std::to_string(order); }

/// What the API says of an order.
struct Listed {
    std::string state;
    std::string delivery;
    bool due = false;
    std::string problem;

    bool is_over() const {
        return state == "completed" || state == "rejected" || state == "cancelled" || is_parked();
    }
    bool is_parked() const {
        return delivery == "waiting_for_person" || (delivery == "in_doubt" && !due);
    }
};

/// porteurd with the acme account, and what has to survive its deaths.
class World {
public:
    World() {
        std::filesystem::create_directories(folder / "config/carriers");
        std::filesystem::create_directories(folder / "config/secrets");
        std::filesystem::create_directories(folder / "data");
        std::filesystem::create_directories(folder / "plugins");
        std::filesystem::copy_file(PORTEUR_TEST_PLUGIN, folder / "plugins/porteur-acme.so");
        carrier = Program::serve(
            {PORTEUR_TEST_SIMULATOR, "--no-stock-check", "--port", "0"}, errors("carrier")
        );
        write("config/secrets/user", "acme\n");
        write("config/secrets/password", "acme-secret\n");
        write(
            "config/porteur.toml",
            "store = \"sqlite:../data/porteur.db\"\n"
            "key = { file = \"../data/porteur.key\" }\n"
            "[api]\nport = 0\n"
            "[documents]\nfolder = \"../data/documents\"\n"
            "[plugins]\nfolders = [\"../plugins\"]\nisolation = \"process\"\n"
            "[log]\nlevel = \"warning\"\n"
        );
        write(
            "config/carriers/acme.toml",
            "plugin = \"acme\"\nbase_url = \"http://127.0.0.1:" + std::to_string(carrier.port()) +
                "\"\nrate = \"100000/s\"\nin_flight_max = 64\nsettle = \"1s\"\n"
                "check_interval = \"1s\"\n"
                "[secrets]\naccount_sid = { file = \"secrets/user\" }\n"
                "auth_token = { file = \"secrets/password\" }\n"
        );
        output_of({PORTEUR_TEST_DAEMON, "--config", folder / "config", "init"});
        token = output_of(
            {PORTEUR_TEST_DAEMON, "--config", folder / "config", "token", "create", "--name",
             "faults"}
        );
        token.erase(token.find_last_not_of("\r\n") + 1);
    }
    ~World() {
        daemon.kill();
        carrier.kill();
        if (::testing::Test::HasFailure())
            std::printf("the store and the logs are kept in %s\n", folder.c_str());
        else
            std::filesystem::remove_all(folder);
    }

    void start() {
        daemon.kill();
        auto fresh = Program::serve(
            {PORTEUR_TEST_DAEMON, "--config", folder / "config"}, errors("porteurd")
        );
        const std::lock_guard lock(mutex);
        daemon = std::move(fresh);
        port = daemon.port();
    }

    std::optional<HttpReply> ask(
        const std::string& method, const std::string& target, std::vector<std::string> headers = {},
        const std::string& body = {}
    ) {
        headers.push_back("Authorization: Bearer " + token);
        return http(port, method, target, headers, body);
    }

    void break_carrier(std::uint64_t seed) {
        const auto rule = [&](std::string_view fault, double probability, std::uint64_t salt) {
            return json::object{
                {"match", {{"method", "POST"}, {"path_prefix", "/orders"}}},
                {"fault", fault},
                {"probability", probability},
                {"seed", seed + salt},
                {"delay_ms", 300}
            };
        };
        const json::array rules{
            rule("drop_after", 0.2, 1), rule("500_after", 0.1, 2), rule("act_late", 0.1, 3),
            rule("drop_before", 0.05, 4)
        };
        const auto done = http(carrier.port(), "POST", "/_sim/faults", {}, json::serialize(rules));
        ASSERT_TRUE(done && done->status < 300) << (done ? done->body : "no answer");
    }

    /// Every order of the API by its reference; nothing when the daemon does not answer.
    std::optional<std::map<std::string, Listed>> orders() {
        std::map<std::string, Listed> all;
        for (std::string cursor;;) {
            const auto page =
                ask("GET",
                    "/v1/purchase-orders?limit=200" + (cursor.empty() ? "" : "&cursor=" + cursor));
            if (!page || page->status != 200) return std::nullopt;
            const auto body = json::parse(page->body);
            for (const auto& each : body.at("items").as_array()) {
                const auto [found, made] =
                    all.try_emplace(std::string(each.at("reference").as_string()));
                EXPECT_TRUE(made) << found->first << " is listed twice";
                found->second = {
                    std::string(each.at("state").as_string()),
                    std::string(each.at("delivery").as_string()), !each.at("due").is_null(),
                    std::string(each.at("problem").as_string())
                };
            }
            const auto& next = body.at("next_cursor");
            if (next.is_null()) return all;
            cursor = next.as_string();
        }
    }

    /// How often the carrier carried each reference out, by its own list.
    std::map<std::string, int> carried_out() {
        std::map<std::string, int> counts;
        const auto answer = http(carrier.port(), "GET", "/_sim/received?requests=0");
        if (!answer) throw std::runtime_error("the carrier does not answer");
        for (const auto& each : json::parse(answer->body).at("orders").as_array())
            ++counts[std::string(each.at("reference").as_string())];
        return counts;
    }

    std::filesystem::path folder =
        std::filesystem::path(::testing::TempDir()) / ("kill." + std::to_string(getpid()));
    Program carrier;
    Program daemon;
    std::atomic<unsigned> port{0};
    std::mutex mutex;
    std::string token;

private:
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder / name) << text;
        std::filesystem::permissions(folder / name, std::filesystem::perms(0600));
    }
    std::string errors(const std::string& name) const { return folder / (name + ".log"); }
};

/// The customers: they put orders in as fast as they are let, each again under its key until
/// acknowledged.
class Customers {
public:
    Customers(World& world, int orders, std::uint64_t seed)
        : world_(world), orders_(orders), chance_(seed) {
        for (int at = 0; at < 4; ++at) threads_.emplace_back([this] { run(); });
    }
    ~Customers() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        moved_.notify_all();
        for (auto& each : threads_) each.join();
    }
    void let(int orders) {
        {
            const std::lock_guard lock(mutex_);
            allowed_ = std::min(orders_, allowed_ + orders);
        }
        moved_.notify_all();
    }
    bool all_acknowledged_within(milliseconds most) {
        std::unique_lock lock(mutex_);
        return moved_.wait_for(lock, most, [&] {
            return static_cast<int>(acknowledged_.size()) == orders_;
        });
    }
    std::set<std::string> acknowledged() {
        const std::lock_guard lock(mutex_);
        return acknowledged_;
    }

private:
    void run() {
        std::unique_lock lock(mutex_);
        for (;;) {
            moved_.wait(lock, [&] { return stopping_ || next_ < allowed_; });
            if (stopping_) return;
            const int order = next_++;
            // Spread over the life of the daemon, so that some meet its death.
            const milliseconds pause(std::uniform_int_distribution<int>(0, 120)(chance_));
            while (!moved_.wait_for(lock, pause, [&] { return stopping_; })) {
                lock.unlock();
                const auto answer = put_in(order);
                lock.lock();
                if (!answer || answer->status == 503 || answer->status == 409 ||
                    answer->status == 429)
                    continue;
                EXPECT_EQ(answer->status, 201) << answer->body;
                acknowledged_.insert(reference_of(order));
                break;
            }
            moved_.notify_all();
            if (stopping_) return;
        }
    }
    std::optional<HttpReply> put_in(int order) {
        char number[16];
        std::snprintf(number, sizeof number, "+1416%07d", 5'550'000 + order);
        const auto body = json::serialize(json::object{
            {"account", "acme"},
            {"reference", reference_of(order)},
            {"submit", true},
            {"request", {{"numbers", {number}}}}
        });
        return world_.ask(
            "POST", "/v1/purchase-orders", {"Idempotency-Key: key-" + std::to_string(order)}, body
        );
    }

    World& world_;
    const int orders_;
    std::mutex mutex_;
    std::condition_variable moved_;
    std::mt19937_64 chance_;
    int allowed_ = 0;
    int next_ = 0;
    bool stopping_ = false;
    std::set<std::string> acknowledged_;
    std::vector<std::thread> threads_;
};

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

TEST(Kills, LoseNoOrderAndDoubleNone) {
    const char* wish = std::getenv("PORTEUR_FAULTS");
    const Size size = wish && std::string_view(wish) == "full" ? Size{1'000, 100, 200} : Size{};
    const auto seed = seed_of_run();
    std::printf("seed %llu (PORTEUR_SEED repeats it)\n", static_cast<unsigned long long>(seed));
    std::mt19937_64 chance(seed);
    const auto began = Steady::now();
    World world;
    world.break_carrier(seed);
    if (HasFatalFailure()) return;
    world.start();

    int kills = 0;
    int plugin_kills = 0;
    Customers customers(world, size.orders, seed);
    for (; kills < size.kills; ++kills) {
        customers.let((size.orders + size.kills - 1) / size.kills);
        const int plugins_now =
            size.plugin_kills * (kills + 1) / size.kills - size.plugin_kills * kills / size.kills;
        for (int at = 0; at <= plugins_now; ++at) {
            // The random moment: a wait for an end that must not come by itself.
            ASSERT_FALSE(world.daemon.ended_within(
                milliseconds(std::uniform_int_distribution<int>(0, 500)(chance))
            )) << "porteurd ended by itself";
            if (at < plugins_now) plugin_kills += kill_plugin(world) ? 1 : 0;
        }
        world.daemon.kill();
        world.start();
    }
    ASSERT_TRUE(customers.all_acknowledged_within(60s))
        << customers.acknowledged().size() << " of " << size.orders;

    std::map<std::string, Listed> orders;
    const auto end = Steady::now() + 120s;
    const auto are_over = [&] {
        if (auto now = world.orders()) orders = std::move(*now);
        return static_cast<int>(orders.size()) >= size.orders &&
               std::ranges::all_of(orders, [](const auto& each) { return each.second.is_over(); });
    };
    while (!are_over() && Steady::now() < end)
        ASSERT_FALSE(world.daemon.ended_within(100ms)) << "porteurd ended by itself";
    for (const auto& [reference, order] : orders)
        EXPECT_TRUE(order.is_over())
            << reference << " is still " << order.state << "/" << order.delivery;

    int doubled = 0, lost = 0, parked = 0, completed = 0;
    auto carried = world.carried_out();
    for (const auto& [reference, count] : carried) {
        EXPECT_EQ(count, 1) << reference << " was carried out " << count << " times";
        doubled += count > 1 ? 1 : 0;
        EXPECT_TRUE(orders.contains(reference))
            << reference << " is at the carrier, but not in our list";
    }
    for (const auto& reference : customers.acknowledged()) {
        const auto found = orders.find(reference);
        const bool known = found != orders.end();
        EXPECT_TRUE(known) << reference << " was acknowledged and is not in the list";
        // An order that is not at the carrier may only wait for a person, in sight.
        const bool safe =
            known && (carried.contains(reference)
                          ? found->second.state == "completed" || found->second.is_parked()
                          : found->second.is_parked());
        EXPECT_TRUE(safe) << reference << " is lost: "
                          << (known ? found->second.state + "/" + found->second.delivery : "unknown"
                             );
        lost += safe ? 0 : 1;
        if (known && found->second.is_parked()) {
            ++parked;
            std::printf(
                "%s waits for a person: %s\n", reference.c_str(), found->second.problem.c_str()
            );
        }
        if (known && found->second.state == "completed") ++completed;
    }
    EXPECT_EQ(static_cast<int>(customers.acknowledged().size()), size.orders);
    EXPECT_EQ(plugin_kills, size.plugin_kills);
    const auto stats = http(world.carrier.port(), "GET", "/_sim/stats?brief=1");
    ASSERT_TRUE(stats);
    const auto truth = json::parse(stats->body);
    EXPECT_EQ(truth.at("duplicates").as_int64(), 0) << stats->body;
    EXPECT_EQ(truth.at("max_per_reference").as_int64(), 1) << stats->body;
    // A plugin that is killed at random is no plugin that dies of an order: few may end at a
    // person.
    EXPECT_LE(parked, size.orders / 10);

    const double seconds = std::chrono::duration<double>(Steady::now() - began).count();
    std::printf(
        "{\"orders\":%d,\"completed\":%d,\"kills\":%d,\"plugin_kills\":%d,\"doubled\":%d,\"lost\":%"
        "d,\"parked\":%d,"
        "\"seconds\":%.1f,\"seed\":%llu}\n",
        size.orders, completed, kills, plugin_kills, doubled, lost, parked, seconds,
        static_cast<unsigned long long>(seed)
    );
}

}  // namespace
}  // namespace porteur::testing
