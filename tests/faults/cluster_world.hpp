// SPDX-License-Identifier: Apache-2.0
#pragma once

// Three porteurd on one PostgreSQL, each behind a link of its own to it, started again by the test when they end, as a
// service manager does; one simulated carrier; and somebody before them who asks the node that says it is ready.

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <porteur/json.hpp>

#include "database_link.hpp"
#include "host_world.hpp"
#include "http_client.hpp"
#include "program.hpp"
#include "support/postgres_server.hpp"

namespace porteur::testing {

class ClusterWorld {
public:
    static constexpr std::size_t size = 3;
    /// Of the account: so many a second, and as many at once after a pause.
    static constexpr int rate = 30;
    static constexpr std::chrono::milliseconds lease{2000};

    /// @errors  throws std::runtime_error when something does not start
    ClusterWorld(PostgresServer& server, const std::string& database);
    ~ClusterWorld();

    /// The node that takes requests in; nothing when none does.
    std::optional<std::size_t> serving();
    /// Waits for one, other than `not_this`. @return how long that took; nothing: none came within the time
    std::optional<std::chrono::milliseconds> until_served(std::chrono::milliseconds most, std::optional<std::size_t> not_this = {});
    /// Waits until each node serves or stands by. @return whether they do
    bool all_answer_within(std::chrono::milliseconds most);
    /// Asks the node that is ready. Nothing when none is, or the answer did not come.
    std::optional<HttpReply> ask(
        const std::string& method, const std::string& target, const std::vector<std::string>& headers = {}, const std::string& body = {}
    );
    /// Without a token.
    std::optional<HttpReply> ask_node(std::size_t node, const std::string& target) const { return http(nodes_[node].port, "GET", target); }
    std::optional<std::map<std::string, Listed>> orders();
    json::value carrier_says(const std::string& target) const;
    /// At the carrier, by its own list.
    std::map<std::string, int> carried_out() const;
    void break_carrier(std::uint64_t seed) const;

    // ---------------------------------------------------------------- faults

    /// SIGKILL. It is started again a moment later.
    void kill(std::size_t node);
    /// SIGTERM; likewise.
    void terminate(std::size_t node);
    void freeze(std::size_t node);
    void wake(std::size_t node);
    /// Waits until a woken node has ended, and starts it again. @return its exit status; nothing: it lives on
    std::optional<int> frozen_ended_within(std::size_t node, std::chrono::milliseconds most);
    DatabaseLink& link(std::size_t node) { return *nodes_[node].link; }

    /// Stops all three, by SIGTERM. @return their exit statuses
    std::vector<int> stop();
    /// All that they wrote to their logs.
    std::string log(std::size_t node) const;

    std::filesystem::path folder;
    Program carrier;
    std::string token;
    const std::string address;  ///< of the store, past the links

private:
    struct Node {
        std::string name;
        unsigned port = 0;
        std::unique_ptr<DatabaseLink> link;
        Program program;
        bool frozen = false;
        int starts = 0;
    };
    void write(const std::string& name, const std::string& text) const;
    void launch(Node& node) const;
    void supervise();

    std::array<Node, size> nodes_;
    std::mutex mutex_;  // of the nodes
    std::condition_variable stopped_;
    bool stopping_ = false, let_end_ = false;
    std::atomic<std::size_t> last_served_ = 0;
    std::thread supervisor_;
};

}  // namespace porteur::testing
