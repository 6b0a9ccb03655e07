// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "message.hpp"

namespace porteur::sim {

/// The ways in which a carrier misbehaves.
enum class FaultKind {
    none,
    delay,         ///< acts at once, answers `delay` later
    throttle,      ///< "429": does not act; Retry-After when the rule has one
    error_before,  ///< "500_before": does not act, answers 500
    error_after,   ///< "500_after": acts, answers 500
    drop_before,   ///< does not act, closes the connection without an answer
    drop_after,    ///< acts, closes the connection without an answer
    slow_body,     ///< acts, answers in pieces, `delay` apart
    half_answer,   ///< acts, sends half of the answer's bytes, closes
    garbage,       ///< acts, answers 200 with bytes that are no JSON
    html,          ///< an HTML page with the rule's status; acts only if the rule says so
    act_late,      ///< closes the connection at once, acts `delay` later
};

struct Fault {
    FaultKind kind = FaultKind::none;
    std::chrono::milliseconds delay{0};
    std::optional<std::int64_t> retry_after_s;
    int status = 502;   ///< of html
    bool acts = false;  ///< of html
};

std::string_view name_of(FaultKind kind);

/// The rules set through POST /_sim/faults. For each request the first rule that matches and is due
/// decides; chance comes from the rule's seed. @threads one
class Faults {
public:
    /// Replaces all rules.
    /// @return  empty, or what is wrong with the text, naming the rule
    std::string set(const json::value& rules);

    Fault next(const Request& request);
    void clear() { rules_.clear(); }

private:
    struct Rule {
        std::string method;  ///< empty = any
        std::string path_prefix;
        std::uint64_t every = 1;
        std::optional<double> probability;
        std::mt19937_64 chance;
        std::optional<std::uint64_t> times;
        Fault fault;
        std::uint64_t matched = 0;
        std::uint64_t fired = 0;
    };
    std::vector<Rule> rules_;
};

}  // namespace porteur::sim
