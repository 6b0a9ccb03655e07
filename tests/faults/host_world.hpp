// SPDX-License-Identifier: Apache-2.0
#pragma once

// porteurd with one account, a simulated carrier beside it, and what has to survive their deaths.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <porteur/json.hpp>

#include "http_client.hpp"
#include "invariants.hpp"
#include "program.hpp"

namespace porteur::testing {

/// What the API says of an order.
struct Listed {
    std::string id;
    std::string state;
    std::string delivery;
    bool due = false;
    std::string problem;
    std::string carrier_id;
    std::int64_t attempt = 0;

    bool is_over() const {
        return state == "completed" || state == "rejected" || state == "cancelled" || is_parked();
    }
    bool is_parked() const {
        return delivery == "waiting_for_person" || (delivery == "in_doubt" && !due);
    }
};

/// Looks at every order of a store that nobody holds any more: its invariants, and no secret in its timeline.
/// @param key  the file of its master key
void check_store(Invariants& all, const std::string& address, const std::filesystem::path& key, const std::vector<std::string>& secrets);

struct WorldPlan {
    std::string name;                    ///< of the test
    std::vector<std::string> simulator;  ///< program and options
    std::string plugin;                  ///< the library
    std::string base_path = {};          ///< of the carrier's API
    std::string user, password;          ///< names of the secrets
    std::string password_value;
    std::string account_lines = {};  ///< further lines of the account's file
    std::string store = "sqlite:../data/porteur.db";
};

/// A seed from PORTEUR_SEED, or from the clock.
std::uint64_t seed_of_run();
/// Whether PORTEUR_FAULTS asks for the long run.
bool is_full_run();

class World {
public:
    explicit World(WorldPlan plan);
    ~World();

    /// Starts the daemon, ending the one before.
    void start();
    /// One more daemon on the same settings. @errors throws std::runtime_error when it refuses
    Program start_beside();

    std::optional<HttpReply> ask(
        const std::string& method, const std::string& target, std::vector<std::string> headers = {},
        const std::string& body = {}
    );
    /// Asks until there is an answer that says something: neither nothing, nor 409, 412, 429, 503.
    HttpReply insist(
        const std::string& method, const std::string& target, const std::string& key,
        const std::string& body, const std::string& type = "application/json"
    );
    void set_faults(const json::array& rules);
    json::value carrier_says(const std::string& target);

    /// Every order of the API by its reference; nothing when the daemon does not answer.
    /// @param route  "/v1/port-orders?limit=200"
    std::optional<std::map<std::string, Listed>> orders(const std::string& route);
    /// How often the carrier carried each reference out, by its own list.
    std::map<std::string, int> carried_out();

    /// Ends the daemon and looks at what it has left: the store's invariants, canaries in every
    /// file, children and files. @param secrets  that must stand nowhere
    void check(Invariants& all, const std::vector<std::string>& secrets);

    std::filesystem::path folder;
    Program carrier;
    Program daemon;
    std::atomic<unsigned> port{0};
    std::mutex mutex;
    std::string token;
    /// Answers of the API, for the canaries.
    std::string answers_seen;

private:
    void write(const std::string& name, const std::string& text) const;
    std::string errors(const std::string& name) const { return folder / (name + ".log"); }

    WorldPlan plan_;
};

}  // namespace porteur::testing
