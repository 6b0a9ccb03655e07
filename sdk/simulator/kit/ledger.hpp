// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "clock.hpp"
#include "message.hpp"

namespace porteur::sim {

/// One order that the carrier really carried out.
struct Carried {
    std::string kind;       ///< "purchase", "port", "release", ...
    std::string id;         ///< the carrier's own id or ticket
    std::string reference;  ///< the customer's reference as it came; may be empty
    std::vector<std::string> numbers;
    json::object detail;  ///< what else is worth knowing, such as the files' hashes
    Instant at;           ///< by the carrier's clock
    Instant real_at;      ///< by the real clock
};

/// One request as it arrived, acted upon or not.
struct Logged {
    std::uint64_t index = 0;
    std::string method;
    std::string target;
    std::string body;  ///< cut at 64 kB; "[credentials]" on a token route
    std::string key;  ///< by which the carrier tells a repeat
    bool has_authorization = false;
    std::string fault = "none";
    int status = 0;  ///< what the carrier answered or would have answered; 0 = not acted upon
    bool acted = false;  ///< it was carried out: below 400, and no repeat under its key
    Instant real_at;
};

/// The truth about what arrived: every order carried out, counts that reveal a doubled one, and the
/// newest requests. Orders are kept for ever, requests in bounded memory. @threads one
class Ledger {
public:
    explicit Ledger(const Clock& clock, std::size_t log_size = 10'000);

    /// Writes down an order carried out now; `at` and `real_at` are filled in.
    void carry_out(Carried order);
    /// Counts something by name, such as "refused_open_ticket"; shown in the statistics.
    void count(const std::string& name) { ++counts_[name]; }

    std::uint64_t log(const Request& request, std::string_view fault, std::string key = {});
    void log_answer(std::uint64_t index, const Answer& answer);

    const std::deque<Carried>& orders() const { return orders_; }
    const std::deque<Logged>& requests() const { return requests_; }

    /// @param with_numbers  also the count of orders for each number
    json::object stats(bool with_numbers) const;
    /// The newest requests, a line for each method, path and key: how often it came, how often it was
    /// carried out, how often it met a fault.
    json::array journal() const;
    void reset();

private:
    struct Tally {
        std::uint64_t carried_out = 0;
        std::uint64_t duplicates = 0;  ///< orders beyond the first with the same reference
        std::uint64_t max_per_reference = 0;
        std::uint64_t max_per_number = 0;
        std::unordered_map<std::string, std::uint64_t> per_reference;
        std::unordered_map<std::string, std::uint64_t> per_number;
    };

    const Clock& clock_;
    std::size_t log_size_;
    std::size_t log_bytes_ = 0;
    std::uint64_t request_count_ = 0;
    std::deque<Carried> orders_;
    std::deque<Logged> requests_;
    std::map<std::string, Tally> tallies_;
    std::map<std::string, std::uint64_t> counts_;
    std::map<std::string, std::uint64_t> faults_;
};

json::object to_json(const Carried& order);
json::object to_json(const Logged& request);

}  // namespace porteur::sim
