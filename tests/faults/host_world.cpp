// SPDX-License-Identifier: Apache-2.0
#include "host_world.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "app/admin.hpp"
#include "store/audit_chain.hpp"
#include "store/store_access.hpp"
#include "support/look_again.hpp"
#include "postgres_admin.hpp"

namespace porteur::testing {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

std::uint64_t seed_of_run() {
    if (const char* given = std::getenv("PORTEUR_SEED")) return std::stoull(given);
    return static_cast<std::uint64_t>(Steady::now().time_since_epoch().count()) % 1'000'000;
}

bool is_full_run() {
    const char* wish = std::getenv("PORTEUR_FAULTS");
    return wish && std::string_view(wish) == "full";
}

World::World(WorldPlan plan)
    : folder(
          std::filesystem::path(::testing::TempDir()) / (plan.name + "." + std::to_string(getpid()))
      ),
      plan_(std::move(plan)) {
    // What PostgreSQL remarks on is nobody's news here.
    setenv("PGOPTIONS", "-c client_min_messages=warning", 1);
    for (const char* each : {"config/carriers", "config/secrets", "data", "plugins"})
        std::filesystem::create_directories(folder / each);
    const std::filesystem::path library = plan_.plugin;
    std::filesystem::copy_file(library, folder / "plugins" / library.filename());
    auto words = plan_.simulator;
    words.insert(words.end(), {"--port", "0"});
    carrier = Program::serve(words, errors("carrier"));
    write("config/secrets/user", "acme\n");
    write("config/secrets/password", plan_.password_value + "\n");
    write(
        "config/porteur.toml",
        "store = \"" + plan_.store +
            "\"\nkey = { file = \"../data/porteur.key\" }\n"
            "[api]\nport = 0\n"
            "[documents]\nfolder = \"../data/documents\"\n"
            "[plugins]\nfolders = [\"../plugins\"]\nisolation = \"process\"\n"
            "[log]\nlevel = \"warning\"\n"
    );
    const auto name = library.stem().string().substr(std::string("porteur-").size());
    write(
        "config/carriers/" + name + ".toml",
        "plugin = \"" + name + "\"\nbase_url = \"http://127.0.0.1:" +
            std::to_string(carrier.port()) + plan_.base_path +
            "\"\nrate = \"100000/s\"\nin_flight_max = 64\nsettle = \"1s\"\ncheck_interval = "
            "\"1s\"\n" +
            "[secrets]\n" + plan_.user + " = { file = \"secrets/user\" }\n" + plan_.password +
            " = { file = \"secrets/password\" }\n" + plan_.account_lines
    );
    output_of({PORTEUR_TEST_DAEMON, "--config", folder / "config", "init"});
    token = output_of(
        {PORTEUR_TEST_DAEMON, "--config", folder / "config", "token", "create", "--name", "faults"}
    );
    token.erase(token.find_last_not_of("\r\n") + 1);
}

World::~World() {
    daemon.kill();
    carrier.kill();
    if (::testing::Test::HasFailure())
        std::printf("the store and the logs are kept in %s\n", folder.c_str());
    else
        std::filesystem::remove_all(folder);
}

Program World::start_beside() {
    return Program::serve({PORTEUR_TEST_DAEMON, "--config", folder / "config"}, errors("porteurd"));
}

void World::start() {
    daemon.kill();
    std::optional<Program> fresh;
    // A database server may need a moment to see that its client is dead.
    for (int tried = 1; !fresh; ++tried) try {
            fresh = start_beside();
        } catch (const std::runtime_error&) {
            if (tried == 50) throw;
            look_again_in(20ms);
        }
    const std::lock_guard lock(mutex);
    daemon = std::move(*fresh);
    port = daemon.port();
}

std::optional<HttpReply> World::ask(
    const std::string& method, const std::string& target, std::vector<std::string> headers,
    const std::string& body
) {
    headers.push_back("Authorization: Bearer " + token);
    return http(port, method, target, headers, body);
}

HttpReply World::insist(
    const std::string& method, const std::string& target, const std::string& key,
    const std::string& body, const std::string& type
) {
    const auto end = Steady::now() + 60s;
    std::string last = "no answer";
    while (Steady::now() < end) {
        std::vector<std::string> headers{"Idempotency-Key: " + key};
        if (!body.empty()) headers.push_back("Content-Type: " + type);
        const auto answer = ask(method, target, headers, body);
        if (answer && answer->status != 409 && answer->status != 412 && answer->status != 429 &&
            answer->status != 503) {
            const std::lock_guard lock(mutex);
            answers_seen += answer->body;
            return *answer;
        }
        if (answer) last = std::to_string(answer->status) + " " + answer->body;
        look_again_in(10ms);
    }
    throw std::runtime_error(method + " " + target + ": " + last);
}

void World::set_faults(const json::array& rules) {
    const auto done = http(carrier.port(), "POST", "/_sim/faults", {}, json::serialize(rules));
    ASSERT_TRUE(done && done->status < 300) << (done ? done->body : "no answer");
}

json::value World::carrier_says(const std::string& target) {
    const auto answer = http(carrier.port(), "GET", target);
    if (!answer) throw std::runtime_error("the carrier does not answer");
    return json::parse(answer->body);
}

std::optional<std::map<std::string, Listed>> World::orders(const std::string& route) {
    std::map<std::string, Listed> all;
    for (std::string cursor;;) {
        const auto page = ask("GET", route + (cursor.empty() ? "" : "&cursor=" + cursor));
        if (!page || page->status != 200) return std::nullopt;
        const auto body = json::parse(page->body);
        for (const auto& each : body.at("items").as_array()) {
            const auto text = [&](const char* key) {
                return std::string(each.at(key).as_string());
            };
            const auto [found, made] = all.try_emplace(text("reference"));
            EXPECT_TRUE(made) << found->first << " is listed twice";
            found->second = {
                text("id"),
                text("state"),
                text("delivery"),
                !each.at("due").is_null(),
                text("problem"),
                text("carrier_id"),
                each.at("attempt").as_int64()
            };
        }
        {
            const std::lock_guard lock(mutex);
            if (answers_seen.size() < 10'000'000) answers_seen += page->body;
        }
        const auto& next = body.at("next_cursor");
        if (next.is_null()) return all;
        cursor = next.as_string();
    }
}

std::map<std::string, int> World::carried_out() {
    std::map<std::string, int> counts;
    for (const auto& each : carrier_says("/_sim/received?requests=0").at("orders").as_array())
        ++counts[std::string(each.at("reference").as_string())];
    return counts;
}

void check_store(Invariants& all, const std::string& address, const std::filesystem::path& key_file, const std::vector<std::string>& secrets) {
    auto key = read_master_key(key_file);
    if (!key) {
        all.finding(key.error().message);
        return;
    }
    const StoreSeal seal{Sealing(*key)};
    auto store = Store::open(
        {.address = address, .holder = "faults", .beside = true}, seal,
        [](const std::function<void()>&) {}
    );
    if (!store) {
        all.finding("the store cannot be opened: " + store.error().message);
        return;
    }
    all.sound((*store)->integrity().value_or("unreadable"));
    const auto audit = AuditLog(access_of(**store)).verify({});
    all.audited(audit ? audit->count : 0, audit ? "" : audit.error().message);
    std::string entries;
    for (Id before = 0;;) {
        const auto page = (*store)->orders({}, before, 200);
        if (!page || page->empty()) break;
        for (const auto& order : *page) {
            all.order(**store, order);
            for (const auto& each : (*store)->timeline(order.id).value())
                entries += each.text + each.data;
        }
        before = page->back().id;
    }
    all.no_secret(entries, "the timeline", secrets);
}

void World::check(Invariants& all, const std::vector<std::string>& secrets) {
    // While it lives: one plugin process, and no descriptor for each order it has seen.
    all.nothing_left("plugin processes", daemon.children("porteur-plugin-host").size(), 1);
    std::size_t descriptors = 0;
    for ([[maybe_unused]] const auto& each :
         std::filesystem::directory_iterator("/proc/" + std::to_string(daemon.pid()) + "/fd"))
        ++descriptors;
    // Listening, store, plugin, and at most as many connections to the carrier as may be in flight.
    all.nothing_left("open descriptors", descriptors, 64 + 64);
    daemon.kill();
    for (const auto& each : std::filesystem::directory_iterator(folder / "data"))
        if (const auto name = each.path().filename().string();
            !name.starts_with("porteur.") && name != "documents" && name != "plugins")
            all.nothing_left("files called " + name, 1, 0);
    std::size_t copies = 0;
    if (const auto place = folder / "data/plugins"; std::filesystem::exists(place))
        for (const auto& each : std::filesystem::recursive_directory_iterator(place))
            copies += each.is_regular_file() ? 1 : 0;
    all.nothing_left("copies of the plugin", copies, 1);
    if (std::filesystem::exists(folder / "data/documents"))
        for (const auto& each : std::filesystem::directory_iterator(folder / "data/documents"))
            if (each.path().filename().string().starts_with("."))
                all.nothing_left("half-written documents", 1, 0);

    auto address = plan_.store;
    if (address.starts_with("sqlite:")) address = "sqlite:" + (folder / "data/porteur.db").string();
    check_store(all, address, folder / "data/porteur.key", secrets);
    all.no_secret(answers_seen, "the answers of the API", secrets);
    if (!plan_.store.starts_with("sqlite:"))
        all.no_secret(PostgresAdmin(plan_.store).everything(), "the rows of the database", secrets);
    for (const auto& each : std::filesystem::recursive_directory_iterator(folder)) {
        if (!each.is_regular_file() ||
            each.path().string().find("/config/secrets/") != std::string::npos)
            continue;
        std::ifstream in(each.path(), std::ios::binary);
        std::ostringstream bytes;
        bytes << in.rdbuf();
        all.no_secret(bytes.str(), each.path().filename(), secrets);
    }
}

void World::write(const std::string& name, const std::string& text) const {
    std::ofstream(folder / name) << text;
    std::filesystem::permissions(folder / name, std::filesystem::perms(0600));
}

}  // namespace porteur::testing
