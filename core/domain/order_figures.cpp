// SPDX-License-Identifier: Apache-2.0
#include "domain/order_figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <tuple>

#include <porteur/calendar_text.hpp>
#include <porteur/json.hpp>
#include <porteur/phrase.hpp>

namespace porteur {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 5> words{
    "created", "submit_wanted", "state_changed", "refused", "settled_by_person"
};

std::string_view word_after_kind(std::string_view what) {
    const auto dot = what.find('.');
    return dot == what.npos ? what : what.substr(dot + 1);
}

json::object data_of(const FiguredLine& line) {
    auto read = parse_json(line.data);
    return read && read->is_object() ? std::move(read->get_object()) : json::object{};
}

std::string text_at(const json::object& data, std::string_view key) {
    const auto* found = data.if_contains(key);
    return found && found->is_string() ? std::string(found->get_string()) : std::string();
}

sys_days monday_of(Instant at) {
    const auto day = floor<days>(at);
    return day - (weekday(day) - Monday);
}

/// Names of carriers are typed by people.
std::string folded(std::string_view name) {
    std::string out;
    for (const char letter : name) {
        if (letter == ' ' && (out.empty() || out.back() == ' ')) continue;
        out += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    }
    if (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

double days_between(Instant from, Instant to) {
    return duration<double, days::period>(to - from).count();
}

}  // namespace

std::span<const std::string_view> figured_words() { return words; }

Result<FiguresSpan> figures_span(
    std::optional<Instant> since, std::optional<Instant> until, Instant now
) {
    FiguresSpan span;
    span.until = until.value_or(now);
    span.since = since.value_or(span.until - figures_span_usual);
    if (span.since >= span.until)
        return failure(
            ErrorKind::invalid_input,
            "the time until which is counted lies before the one since which"
        );
    if (span.until - span.since > figures_span_max)
        return failure(ErrorKind::invalid_input, "at most two years are counted at once");
    return span;
}

std::optional<DaysTaken> days_taken(std::vector<double> taken) {
    if (taken.empty()) return std::nullopt;
    std::ranges::sort(taken);
    const auto at_share = [&](double share) {
        const double place = share * static_cast<double>(taken.size() - 1);
        const auto below = static_cast<std::size_t>(place);
        const auto above = std::min(below + 1, taken.size() - 1);
        const double value =
            taken[below] + (taken[above] - taken[below]) * (place - std::floor(place));
        return std::round(value * 10) / 10;
    };
    return DaysTaken{
        .count = std::ssize(taken), .median = at_share(0.5), .ninth_tenth = at_share(0.9)
    };
}

OrderTally::OrderTally(FiguresSpan span) {
    figures_.span = span;
    if (span.until <= span.since) return;
    const auto last = monday_of(span.until - milliseconds{1});
    for (auto monday = monday_of(span.since); monday <= last; monday += days{7})
        figures_.weeks.push_back({.monday = monday});
}

void OrderTally::add_state(OrderKind kind, OrderState state, std::int64_t count) {
    figures_.states.push_back({.kind = kind, .state = state, .count = count});
}

OrderFigures::Week* OrderTally::week_of(Instant at) {
    if (!within(at)) return nullptr;
    const auto place = (monday_of(at) - sys_days(figures_.weeks.front().monday)) / days{7};
    return &figures_.weeks[static_cast<std::size_t>(place)];
}

void OrderTally::add_line(const FiguredLine& line) {
    auto* week = week_of(line.at);
    if (!week || line.kind == OrderKind::release) return;
    const bool port = line.kind == OrderKind::port;
    const auto word = word_after_kind(line.what);
    if (word == "created") {
        if (!line.is_part) ++(port ? week->ports_created : week->purchases_created);
        return;
    }
    const auto data = data_of(line);
    const auto to = text_at(data, "to");
    if (to == "completed" && !line.is_part)
        ++(port ? week->ports_completed : week->purchases_completed);
    if (line.in_parts) return;
    if (port && (to == "confirmed" || to == "completed")) ports_.insert(line.order);
    // A line has a list of codes where a carrier spoke of an order, and one code where it refused a
    // request; a mail that never arrived has neither.
    if (const auto* codes = data.if_contains("reasons"); codes && codes->is_array()) {
        for (const auto& each : codes->get_array()) {
            const auto code = each.is_string() ? reason_from(each.get_string()) : std::nullopt;
            if (code) ++refusals_[{line.kind, *code == Reason::none ? Reason::other : *code}];
        }
        if (codes->get_array().empty()) ++refusals_[{line.kind, Reason::other}];
    } else if (word == "refused") {
        const auto code = reason_from(text_at(data, "reason")).value_or(Reason::other);
        ++refusals_[{line.kind, code == Reason::none ? Reason::other : code}];
    }
}

void OrderTally::add_port(const FiguredPort& port) {
    std::optional<Instant> sent, completed;
    std::optional<std::pair<Instant, std::optional<sys_days>>> confirmed;
    for (const auto& line : port.lines) {
        const auto word = word_after_kind(line.what);
        // The parts of an order are made ready to leave.
        if (word == "created" && !line.is_part) continue;
        if (!sent) sent = line.at;
        const auto data = data_of(line);
        const auto to = text_at(data, "to");
        if (to == "confirmed" && !confirmed) {
            const auto foc = read_iso_date(text_at(data, "foc"));
            confirmed.emplace(line.at, foc ? std::optional(sys_days(*foc)) : std::nullopt);
        }
        if (to == "completed" && !completed) completed = line.at;
    }
    const bool counts_confirmed = confirmed && within(confirmed->first);
    const bool counts_completed = completed && within(*completed);
    if (!counts_confirmed && !counts_completed) return;
    auto& theirs = losing_
        [port.losing_account.empty() ? "/" + folded(port.losing_carrier) : port.losing_account];
    theirs.account = port.losing_account;
    theirs.carrier = port.losing_carrier;
    if (counts_confirmed) {
        ++theirs.confirmed;
        // A date is a day: how many days after that of the sending.
        if (confirmed->second)
            theirs.to_foc.push_back(days_between(floor<days>(*sent), *confirmed->second));
    }
    if (counts_completed) {
        ++theirs.completed;
        theirs.to_completed.push_back(days_between(*sent, *completed));
    }
}

OrderFigures OrderTally::figures() const {
    auto out = figures_;
    std::ranges::sort(out.states, {}, [](const auto& each) {
        return std::pair(each.kind, each.state);
    });
    for (const auto& [key, days] : losing_)
        out.losing_carriers.push_back(
            {.account = days.account,
             .carrier = days.carrier,
             .confirmed = days.confirmed,
             .to_foc = days_taken(days.to_foc),
             .completed = days.completed,
             .to_completed = days_taken(days.to_completed)}
        );
    std::ranges::sort(out.losing_carriers, {}, [](const auto& each) {
        return std::tuple(-each.confirmed, -each.completed, each.carrier, each.account);
    });
    for (const auto& [key, count] : refusals_)
        out.refusals.push_back({.kind = key.first, .code = key.second, .count = count});
    std::ranges::sort(out.refusals, {}, [](const auto& each) {
        return std::tuple(-each.count, each.kind, each.code);
    });
    return out;
}

}  // namespace porteur
