// SPDX-License-Identifier: Apache-2.0
#include "faults.hpp"

#include <array>
#include <utility>

#include "fields.hpp"

namespace porteur::sim {
namespace {

constexpr std::array<std::pair<FaultKind, std::string_view>, 12> kind_names = {{
    {FaultKind::none, "none"},
    {FaultKind::delay, "delay"},
    {FaultKind::throttle, "429"},
    {FaultKind::error_before, "500_before"},
    {FaultKind::error_after, "500_after"},
    {FaultKind::drop_before, "drop_before"},
    {FaultKind::drop_after, "drop_after"},
    {FaultKind::slow_body, "slow_body"},
    {FaultKind::half_answer, "half_answer"},
    {FaultKind::garbage, "garbage"},
    {FaultKind::html, "html"},
    {FaultKind::act_late, "act_late"},
}};

// How long a carrier that acts after the connection was lost takes, when the rule does not say.
constexpr std::int64_t act_late_default_ms = 300;
// Between the pieces of a slow answer, when the rule does not say.
constexpr std::int64_t slow_body_default_ms = 100;

std::int64_t default_delay_ms(FaultKind kind) {
    if (kind == FaultKind::act_late) return act_late_default_ms;
    return kind == FaultKind::slow_body ? slow_body_default_ms : 0;
}

}  // namespace

std::string_view name_of(FaultKind kind) {
    for (const auto& [each, name] : kind_names) {
        if (each == kind) return name;
    }
    return "none";
}

std::string Faults::set(const json::value& rules) {
    if (!rules.is_array()) return "the body is not a list of rules";
    std::vector<Rule> read;
    for (const auto& each : rules.get_array()) {
        const auto place = "rule " + std::to_string(read.size() + 1) + ": ";
        Rule rule;
        if (const auto* match = member(each, "match")) {
            rule.method = text_of(*match, "method").value_or("");
            rule.path_prefix = text_of(*match, "path_prefix").value_or("");
        }
        const auto word = text_of(each, "fault");
        bool known = false;
        for (const auto& [kind, name] : kind_names) {
            if (!word || *word != name) continue;
            rule.fault.kind = kind;
            known = true;
        }
        if (!known) return place + "the fault " + word.value_or("(none)") + " is not known";

        const auto every = whole_of(each, "every");
        if (every && *every < 1) return place + "every is less than 1";
        rule.every = static_cast<std::uint64_t>(every.value_or(1));
        rule.probability = number_of(each, "probability");
        if (rule.probability && (*rule.probability < 0 || *rule.probability > 1)) {
            return place + "probability is not between 0 and 1";
        }
        rule.chance.seed(static_cast<std::uint64_t>(whole_of(each, "seed").value_or(1)));
        if (const auto times = whole_of(each, "times")) {
            rule.times = static_cast<std::uint64_t>(*times);
        }
        rule.fault.delay = std::chrono::milliseconds(whole_of(each, "delay_ms").value_or(default_delay_ms(rule.fault.kind)));
        rule.fault.retry_after_s = whole_of(each, "retry_after_s");
        rule.fault.status = static_cast<int>(whole_of(each, "status").value_or(502));
        rule.fault.acts = flag_of(each, "acts");
        read.push_back(std::move(rule));
    }
    rules_ = std::move(read);
    return {};
}

Fault Faults::next(const Request& request) {
    for (auto& rule : rules_) {
        if (!rule.method.empty() && rule.method != request.method) continue;
        if (!request.path.starts_with(rule.path_prefix)) continue;
        if (rule.times && rule.fired >= *rule.times) continue;
        ++rule.matched;
        // The engine's own numbers are the same on every system; those of a distribution are not.
        const bool due = rule.probability ? static_cast<double>(rule.chance() >> 11) * 0x1.0p-53 <
                                                *rule.probability
                                          : rule.matched % rule.every == 0;
        if (!due) continue;
        ++rule.fired;
        return rule.fault;
    }
    return {};
}

}  // namespace porteur::sim
