// SPDX-License-Identifier: Apache-2.0
#include "ledger.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace porteur::sim {
namespace {

constexpr std::size_t logged_body_max_bytes = 64 * 1024;
// All logged requests together, so that a long run with documents stays small.
constexpr std::size_t log_max_bytes = 64 * 1024 * 1024;

}  // namespace

Ledger::Ledger(const Clock& clock, std::size_t log_size) : clock_(clock), log_size_(log_size) {}

void Ledger::carry_out(Carried order) {
    order.at = clock_.now();
    order.real_at = Clock::real_now();
    auto& tally = tallies_[order.kind];
    ++tally.carried_out;
    if (!order.reference.empty()) {
        const auto count = ++tally.per_reference[order.reference];
        if (count > 1) ++tally.duplicates;
        tally.max_per_reference = std::max(tally.max_per_reference, count);
    }
    for (const auto& number : order.numbers) {
        tally.max_per_number = std::max(tally.max_per_number, ++tally.per_number[number]);
    }
    orders_.push_back(std::move(order));
}

std::uint64_t Ledger::log(const Request& request, std::string_view fault, std::string key) {
    const auto index = request_count_++;
    if (fault != "none") ++faults_[std::string(fault)];
    Logged logged;
    logged.index = index;
    logged.method = request.method;
    logged.target = request.target;
    logged.body = request.path.ends_with("/oauth/token")
                      ? "[credentials]"
                      : request.body.substr(0, logged_body_max_bytes);
    logged.key = std::move(key);
    logged.has_authorization = !request.header("authorization").empty();
    logged.fault = fault;
    logged.real_at = Clock::real_now();
    log_bytes_ += logged.body.size();
    requests_.push_back(std::move(logged));
    while (requests_.size() > log_size_ || log_bytes_ > log_max_bytes) {
        log_bytes_ -= requests_.front().body.size();
        requests_.pop_front();
    }
    return index;
}

void Ledger::log_answer(std::uint64_t index, const Answer& answer) {
    if (requests_.empty() || index < requests_.front().index) return;
    const auto at = index - requests_.front().index;
    if (at >= requests_.size()) return;
    const bool is_repeat = std::ranges::any_of(answer.headers, [](const auto& header) {
        return header.first == "Idempotency-Replayed";
    });
    requests_[at].status = answer.status;
    requests_[at].acted = answer.status < 400 && !is_repeat;
}

json::array Ledger::journal() const {
    struct Counts {
        std::uint64_t requests = 0, acted = 0, faults = 0;
    };
    std::map<std::array<std::string, 3>, Counts> all;
    for (const auto& request : requests_) {
        const auto path = request.target.substr(0, request.target.find('?'));
        auto& counts = all[{request.method, path, request.key}];
        ++counts.requests;
        if (request.acted) ++counts.acted;
        if (request.fault != "none") ++counts.faults;
    }
    json::array lines;
    for (const auto& [what, counts] : all) {
        lines.push_back(
            {{"method", what[0]},
             {"path", what[1]},
             {"key", what[2]},
             {"requests", counts.requests},
             {"acted", counts.acted},
             {"faults", counts.faults}}
        );
    }
    return lines;
}

json::object Ledger::stats(bool with_numbers) const {
    Tally all;
    json::object kinds;
    json::object numbers;
    for (const auto& [kind, tally] : tallies_) {
        kinds[kind] = {
            {"carried_out", tally.carried_out},
            {"duplicates", tally.duplicates},
            {"references", tally.per_reference.size()},
            {"numbers", tally.per_number.size()},
            {"max_per_reference", tally.max_per_reference},
            {"max_per_number", tally.max_per_number},
        };
        if (with_numbers) {
            json::object each;
            for (const auto& [number, count] : tally.per_number) each[number] = count;
            numbers[kind] = std::move(each);
        }
        all.carried_out += tally.carried_out;
        all.duplicates += tally.duplicates;
        all.max_per_reference = std::max(all.max_per_reference, tally.max_per_reference);
        all.max_per_number = std::max(all.max_per_number, tally.max_per_number);
    }
    json::object counts;
    for (const auto& [name, count] : counts_) counts[name] = count;
    json::object faults;
    for (const auto& [name, count] : faults_) faults[name] = count;
    json::object stats = {
        {"requests", request_count_},           {"carried_out", all.carried_out},
        {"duplicates", all.duplicates},         {"max_per_reference", all.max_per_reference},
        {"max_per_number", all.max_per_number}, {"kinds", std::move(kinds)},
        {"counts", std::move(counts)},          {"faults", std::move(faults)},
    };
    if (with_numbers) stats["orders_per_number"] = std::move(numbers);
    return stats;
}

void Ledger::reset() {
    orders_.clear();
    requests_.clear();
    tallies_.clear();
    counts_.clear();
    faults_.clear();
    log_bytes_ = 0;
    request_count_ = 0;
}

json::object to_json(const Carried& order) {
    json::array numbers;
    for (const auto& number : order.numbers) numbers.emplace_back(number);
    json::object made = {
        {"kind", order.kind},           {"id", order.id},
        {"reference", order.reference}, {"numbers", std::move(numbers)},
        {"at", to_iso8601(order.at)},   {"real_at", to_iso8601(order.real_at)},
    };
    if (!order.detail.empty()) made["detail"] = order.detail;
    return made;
}

json::object to_json(const Logged& request) {
    return {
        {"index", request.index},
        {"method", request.method},
        {"path", request.target},
        {"body", request.body},
        {"authorization", request.has_authorization ? "present" : "absent"},
        {"key", request.key},
        {"fault", request.fault},
        {"status", request.status},
        {"acted", request.acted},
        {"real_at", to_iso8601(request.real_at)},
    };
}

}  // namespace porteur::sim
