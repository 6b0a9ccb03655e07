// SPDX-License-Identifier: Apache-2.0
#pragma once

// porteurd with four accounts at three simulated carriers that lose answers, a real MTA and
// mailboxes between it and Genesys' desk; and the HTTP API, as whoever has a token uses it.

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "../../faults/http_client.hpp"
#include "../support/daemon_host.hpp"
#include "support/mail_servers.hpp"

namespace porteur::testing {

/// An order as the API lists it.
struct Seen {
    std::string id, reference, parent, state, delivery, problem, carrier_id;
    std::vector<std::string> numbers;
    std::int64_t version = 0;
    bool due = false;

    /// Nobody is at work on it and nothing of it is in doubt.
    bool rests() const { return delivery == "idle" || delivery == "waiting_for_person"; }
    bool is_in_doubt() const { return delivery == "in_doubt" && !due; }
    /// Completed, and no longer watched at the losing carrier.
    bool is_over() const { return state == "completed" && delivery == "idle" && !due; }
};

struct Task {
    std::string order, step, since, text;
};

class MixedWorld {
public:
    /// @param seed  of the faults
    /// @errors  std::runtime_error when something does not start
    MixedWorld(MailServers& mail, std::uint64_t seed);

    void kill_and_start();
    bool ended_within(std::chrono::milliseconds most) const { return host_.ended_within(most); }

    /// Asks until there is an answer that says something, through restarts of porteurd. @threads
    /// any
    /// @errors  std::runtime_error when there was none for ninety seconds
    HttpReply insist(
        const std::string& method, const std::string& target, const std::string& key,
        const std::string& body, const std::string& type = "application/json"
    );
    /// @return the id. @threads any
    std::string upload(const std::string& type, const std::string& name);

    /// Nothing when porteurd does not answer.
    std::optional<std::vector<Seen>> orders();
    std::optional<std::vector<Task>> tasks();
    std::optional<json::value> get(const std::string& target);

    const Program& thinktel() const { return thinktel_; }
    const Program& genesys() const { return genesys_; }
    const Program& ringcentral() const { return ringcentral_; }
    /// What a carrier shall do.
    static void script(const Program& carrier, const json::object& what) {
        tell(carrier, "/_sim/script", what);
    }
    /// What a carrier really did: the orders of its own list, of one kind.
    static std::vector<json::object> carried_out(const Program& carrier, std::string_view kind);
    static json::value hear(const Program& carrier, const std::string& route);

    /// The Message-ID of each mail that the desk got, by the id of the order in it, and how often
    /// it came.
    std::map<std::string, std::map<std::string, int>> mails_at_the_desk() const;

private:
    static void tell(const Program& carrier, const std::string& route, const json::value& what);
    void switch_faults_on(std::uint64_t seed);
    std::optional<HttpReply> ask(
        const std::string& method, const std::string& target, std::vector<std::string> headers = {},
        const std::string& body = {}
    );

    MailServers& mail_;
    Program thinktel_, genesys_, ringcentral_;
    DaemonHost host_;
    std::atomic<unsigned> port_ = 0;
    std::string token_;
};

}  // namespace porteur::testing
