// SPDX-License-Identifier: Apache-2.0
#include "cluster_world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/look_again.hpp"

namespace porteur::testing {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

namespace {

/// A port that is free now. A node keeps the one it had before when it is started again.
unsigned free_port() {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    const bool bound = bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                       getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length) == 0;
    close(listener);
    if (!bound) throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
}

std::string store_at(int port, const std::string& database) {
    return "postgresql://postgres@127.0.0.1:" + std::to_string(port) + "/" + database;
}

}  // namespace

ClusterWorld::ClusterWorld(PostgresServer& server, const std::string& database)
    : folder(std::filesystem::path(::testing::TempDir()) / ("cluster." + std::to_string(getpid()) + "." + database)), address(store_at(server.port(), database)) {
    setenv("PGOPTIONS", "-c client_min_messages=warning", 1);
    server.fresh_database(database);
    for (const char* each : {"data", "plugins", "secrets"}) std::filesystem::create_directories(folder / each);
    std::filesystem::copy_file(PORTEUR_TEST_PLUGIN, folder / "plugins/porteur-acme.so");
    carrier = Program::serve({PORTEUR_TEST_SIMULATOR, "--no-stock-check", "--log-size", "200000", "--port", "0"}, folder / "carrier.log");
    write("secrets/user", "acme\n");
    write("secrets/password", "acme-secret\n");
    for (std::size_t at = 0; at < size; ++at) {
        auto& node = nodes_[at];
        node.name = "node-" + std::to_string(at + 1);
        node.port = free_port();
        node.link = std::make_unique<DatabaseLink>(server.port());
        write(node.name + "/porteur.toml", "store = \"" + store_at(node.link->port(), database) + "\"\nkey = { file = \"../data/porteur.key\" }\n"
              "[api]\nport = " + std::to_string(node.port) + "\n[documents]\nfolder = \"../data/documents\"\n"
              "[plugins]\nfolders = [\"../plugins\"]\n[cluster]\nnode = \"" + node.name + "\"\naddress = \"http://127.0.0.1:" + std::to_string(node.port) +
              "\"\nlease = \"" + std::to_string(lease.count()) + "ms\"\n[log]\nlevel = \"info\"\n");
        write(node.name + "/carriers/acme.toml", "plugin = \"acme\"\nbase_url = \"http://127.0.0.1:" + std::to_string(carrier.port()) + "\"\nrate = \"" +
              std::to_string(rate) + "/s\"\nin_flight_max = 64\nsettle = \"1s\"\ncheck_interval = \"1s\"\n[secrets]\n"
              "account_sid = { file = \"../secrets/user\" }\nauth_token = { file = \"../secrets/password\" }\n");
    }
    const auto config = (folder / nodes_[0].name).string();
    output_of({PORTEUR_TEST_DAEMON, "--config", config, "init"});
    token = output_of({PORTEUR_TEST_DAEMON, "--config", config, "token", "create", "--name", "cluster"});
    token.erase(token.find_last_not_of("\r\n") + 1);
    for (auto& node : nodes_) launch(node);
    supervisor_ = std::thread([this] { supervise(); });
    if (!until_served(30s)) throw std::runtime_error("no node serves; see " + folder.string());
    if (!all_answer_within(30s)) throw std::runtime_error("a node does not answer; see " + folder.string());
}

ClusterWorld::~ClusterWorld() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    stopped_.notify_all();
    if (supervisor_.joinable()) supervisor_.join();
    for (auto& node : nodes_) node.program.kill();
    carrier.kill();
    if (::testing::Test::HasFailure())
        std::printf("the logs are kept in %s\n", folder.c_str());
    else
        std::filesystem::remove_all(folder);
}

void ClusterWorld::write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder / name).parent_path());
    std::ofstream(folder / name) << text;
    std::filesystem::permissions(folder / name, std::filesystem::perms(0600));
}

void ClusterWorld::launch(Node& node) const {
    ++node.starts;
    node.frozen = false;
    node.program = Program::launch({PORTEUR_TEST_DAEMON, "--config", folder / node.name}, folder / (node.name + ".log"));
}

/// Starts again what has ended, a moment later, as `Restart=always` and `RestartSec=` do.
void ClusterWorld::supervise() {
    std::unique_lock lock(mutex_);
    while (!stopped_.wait_for(lock, 200ms, [this] { return stopping_; }))
        for (auto& node : nodes_)
            if (!node.frozen && !let_end_ && node.program.ended_within(0ms)) {
                node.program.kill();  // takes its end off the system's list
                launch(node);
            }
}

std::optional<std::size_t> ClusterWorld::serving() {
    const auto first = last_served_.load();
    for (std::size_t step = 0; step < size; ++step) {
        const auto at = (first + step) % size;
        {
            const std::lock_guard lock(mutex_);
            if (nodes_[at].frozen) continue;
        }
        // A node that is up answers in a few milliseconds; one that starts has the connection wait.
        const auto ready = http(nodes_[at].port, "GET", "/readyz", {}, {}, 250ms);
        if (!ready || ready->status != 200) continue;
        last_served_ = at;
        return at;
    }
    return std::nullopt;
}

std::optional<milliseconds> ClusterWorld::until_served(milliseconds most, std::optional<std::size_t> not_this) {
    const auto began = Steady::now();
    while (Steady::now() - began < most) {
        if (const auto at = serving(); at && at != not_this) return std::chrono::duration_cast<milliseconds>(Steady::now() - began);
        look_again_in(10ms);
    }
    return std::nullopt;
}

bool ClusterWorld::all_answer_within(milliseconds most) {
    const auto answers = [](const auto& node) { return http(node.port, "GET", "/healthz", {}, {}, 250ms).has_value(); };
    for (const auto end = Steady::now() + most; Steady::now() < end; look_again_in(20ms))
        if (std::ranges::all_of(nodes_, answers)) return true;
    return false;
}

std::optional<HttpReply> ClusterWorld::ask(
    const std::string& method, const std::string& target, const std::vector<std::string>& headers, const std::string& body
) {
    const auto at = serving();
    if (!at) return std::nullopt;
    auto all = headers;
    all.push_back("Authorization: Bearer " + token);
    return http(nodes_[*at].port, method, target, all, body, 5s);
}

std::optional<std::map<std::string, Listed>> ClusterWorld::orders() {
    std::map<std::string, Listed> all;
    for (std::string cursor;;) {
        const auto page = ask("GET", "/v1/purchase-orders?limit=200" + (cursor.empty() ? "" : "&cursor=" + cursor));
        if (!page || page->status != 200) return std::nullopt;
        const auto body = json::parse(page->body);
        for (const auto& each : body.at("items").as_array()) {
            const auto text = [&](const char* key) { return std::string(each.at(key).as_string()); };
            all[text("reference")] = {text("id"), text("state"), text("delivery"), !each.at("due").is_null(), text("problem"), text("carrier_id"), each.at("attempt").as_int64()};
        }
        const auto& next = body.at("next_cursor");
        if (next.is_null()) return all;
        cursor = next.as_string();
    }
}

json::value ClusterWorld::carrier_says(const std::string& target) const {
    const auto answer = http(carrier.port(), "GET", target);
    if (!answer) throw std::runtime_error("the carrier does not answer");
    return json::parse(answer->body);
}

std::map<std::string, int> ClusterWorld::carried_out() const {
    std::map<std::string, int> counts;
    for (const auto& each : carrier_says("/_sim/received?requests=0").at("orders").as_array()) ++counts[std::string(each.at("reference").as_string())];
    return counts;
}

void ClusterWorld::break_carrier(std::uint64_t seed) const {
    const auto rule = [&](std::string_view fault, double probability, std::uint64_t salt) {
        return json::object{{"match", {{"method", "POST"}, {"path_prefix", "/orders"}}}, {"fault", fault}, {"probability", probability}, {"seed", seed + salt}, {"delay_ms", 300}};
    };
    const json::array rules{rule("drop_after", 0.05, 1), rule("500_after", 0.03, 2), rule("act_late", 0.03, 3), rule("drop_before", 0.02, 4)};
    const auto done = http(carrier.port(), "POST", "/_sim/faults", {}, json::serialize(rules));
    if (!done || done->status >= 300) throw std::runtime_error("the carrier takes no faults");
}

void ClusterWorld::kill(std::size_t node) {
    const std::lock_guard lock(mutex_);
    if (!nodes_[node].program.ended_within(0ms)) ::kill(nodes_[node].program.pid(), SIGKILL);
}

void ClusterWorld::terminate(std::size_t node) {
    const std::lock_guard lock(mutex_);
    ::kill(nodes_[node].program.pid(), SIGTERM);
}

void ClusterWorld::freeze(std::size_t node) {
    const std::lock_guard lock(mutex_);
    nodes_[node].frozen = true;
    ::kill(nodes_[node].program.pid(), SIGSTOP);
}

void ClusterWorld::wake(std::size_t node) {
    const std::lock_guard lock(mutex_);
    ::kill(nodes_[node].program.pid(), SIGCONT);
}

std::optional<int> ClusterWorld::frozen_ended_within(std::size_t node, milliseconds most) {
    // A node that counts as frozen is not started again, so its process stays the same.
    const auto status = nodes_[node].program.status_within(most);
    const std::lock_guard lock(mutex_);
    nodes_[node].frozen = false;
    if (status) launch(nodes_[node]);
    return status;
}

std::vector<int> ClusterWorld::stop() {
    {
        const std::lock_guard lock(mutex_);
        // Its thread lives on: a node is its child, and would die with it.
        let_end_ = true;
    }
    std::vector<int> statuses;
    for (auto& node : nodes_) {
        ::kill(node.program.pid(), SIGTERM);
        statuses.push_back(node.program.status_within(30s).value_or(-1));
    }
    return statuses;
}

std::string ClusterWorld::log(std::size_t node) const {
    std::ifstream in(folder / (nodes_[node].name + ".log"));
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace porteur::testing
