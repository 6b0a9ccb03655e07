// SPDX-License-Identifier: Apache-2.0
#pragma once

// The person at the desk: corrects what carriers refuse, confirms tasks, sends papers, chooses
// numbers, and settles doubts by what the carrier's own list says. Only what one can see through
// the API leads them; what they have done is written down, so that the carriers' lists can be
// compared with it.

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "mixed_world.hpp"
#include "plan.hpp"

namespace porteur::testing {

/// What was done about one order.
struct Done {
    std::size_t fixes = 0;
    int new_requests = 0;     ///< corrections that went out as new requests
    int tickets_refused = 0;  ///< tickets of its number that ThinkTel refused
    int handed_in = 0;        ///< times that a person handed it in at a carrier without a plugin
    std::size_t stayed = 0;    ///< times that a number without its 911 record could not be given back
    bool corrected = false;   ///< what is right went out as a new request
    bool has_left = false;    ///< RingCentral was told to let the number go
    std::string number;       ///< the one that is to come in the end
};

/// A doubt that only a person could settle, with what the carrier's list had.
struct Doubt {
    std::string reference, problem, evidence, verdict;
};

class Clerk {
public:
    /// @param plans  live as long as the clerk
    Clerk(
        MixedWorld& world, const std::vector<Plan>& plans, std::map<std::string, std::string> papers
    );

    /// Before its order is sent: what the carriers shall refuse.
    void prepare(const Plan& plan);

    /// Looks once at all that waits, and does it. @return the orders as they stood before; nothing
    /// when porteurd did not answer
    std::optional<std::vector<Seen>> look();

    const Done& done(int order) const { return done_[static_cast<std::size_t>(order)]; }
    const std::vector<Doubt>& doubts() const { return doubts_; }
    int corrections() const { return corrections_; }
    int answers() const { return answers_; }
    /// The order that a reference is of, be it a part: "mixed-12-1" is of 12.
    static int order_of(const std::string& reference) { return std::stoi(reference.substr(6)); }

private:
    void attend_to(const Seen& order, const std::vector<Task>& tasks);
    void answer(const Seen& order, const Task& task);
    /// What is to be done about a refusal; none, and a failure, where none was to come.
    const Fix* next_fix(const Seen& order);
    void correct_port(const Seen& order);
    void correct_purchase(const Seen& order);
    void send_papers(const Seen& order);
    void choose_a_number(const Seen& order);
    void settle(const Seen& order);
    std::pair<std::string, std::string> verdict_on(const Seen& order);
    /// @return whether it was taken
    bool change(const Seen& order, json::object request, bool as_new = false);
    void script_refusal(const Plan& plan);
    void script_success(const Plan& plan, bool reopen);
    std::string route_of(const Seen& order) const;

    MixedWorld& world_;
    const std::vector<Plan>& plans_;
    std::map<std::string, std::string> papers_;
    std::vector<Done> done_;
    std::vector<Doubt> doubts_;
    std::map<std::string, std::int64_t>
        handled_;  ///< by order: the version that it had after the clerk's last word
    std::set<std::string> answered_;
    std::map<std::string, std::chrono::steady_clock::time_point> in_doubt_since_;
    int corrections_ = 0, answers_ = 0, words_ = 0;
};

}  // namespace porteur::testing
