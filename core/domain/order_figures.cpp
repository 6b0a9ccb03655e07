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

FiguresSpan in_whole_days(FiguresSpan span) {
    return {.since = floor<days>(span.since), .until = ceil<days>(span.until)};
}

std::int64_t tenths_of(double days) { return std::llround(days * 10); }

std::int64_t tenths_to_foc(Instant sent, std::int64_t foc) {
    // A date is a day: how many days after that of the sending.
    return 10 * (foc - floor<days>(sent).time_since_epoch().count());
}

std::int64_t tenths_between(Instant sent, Instant completed) {
    return tenths_of(duration<double, days::period>(completed - sent).count());
}

std::optional<DaysTaken> days_taken_in(const TenthsTaken& tenths) {
    std::int64_t count = 0;
    for (const auto& [each, times] : tenths) count += times;
    if (count == 0) return std::nullopt;
    const auto at_place = [&](std::int64_t place) {
        for (const auto& [each, times] : tenths) {
            if (place < times) return static_cast<double>(each) / 10;
            place -= times;
        }
        return static_cast<double>(tenths.rbegin()->first) / 10;
    };
    const auto at_share = [&](double share) {
        const double place = share * static_cast<double>(count - 1);
        const auto below = static_cast<std::int64_t>(place);
        const auto above = std::min(below + 1, count - 1);
        const double value = at_place(below) + (at_place(above) - at_place(below)) * (place - std::floor(place));
        return std::round(value * 10) / 10;
    };
    return DaysTaken{.count = count, .median = at_share(0.5), .ninth_tenth = at_share(0.9)};
}

std::optional<DaysTaken> days_taken(const std::vector<double>& taken) {
    TenthsTaken tenths;
    for (const double each : taken) ++tenths[tenths_of(each)];
    return days_taken_in(tenths);
}

LineSaid said_in(const FiguredLine& line) {
    LineSaid said;
    if (line.kind == OrderKind::release) return said;
    const bool port = line.kind == OrderKind::port;
    const auto word = word_after_kind(line.what);
    if (word == "created") {
        said.created = !line.is_part;
        // The parts of an order are made ready to leave.
        said.sends = line.is_part;
        return said;
    }
    said.sends = true;
    const auto data = data_of(line);
    const auto to = text_at(data, "to");
    said.completed = to == "completed" && !line.is_part;
    if (line.in_parts) return said;
    said.to_completed = port && to == "completed";
    said.to_confirmed = port && to == "confirmed";
    if (said.to_confirmed)
        if (const auto foc = read_iso_date(text_at(data, "foc"))) said.foc = sys_days(*foc).time_since_epoch().count();
    // A line has a list of codes where a carrier spoke of an order, and one code where it refused a
    // request; a mail that never arrived has neither.
    const auto count = [&](std::optional<Reason> code) {
        ++said.refusals[code.value_or(Reason::other) == Reason::none ? Reason::other : code.value_or(Reason::other)];
    };
    if (const auto* codes = data.if_contains("reasons"); codes && codes->is_array()) {
        for (const auto& each : codes->get_array())
            if (const auto code = each.is_string() ? reason_from(each.get_string()) : std::nullopt) count(code);
        if (codes->get_array().empty()) count(Reason::other);
    } else if (word == "refused") {
        count(reason_from(text_at(data, "reason")));
    }
    return said;
}

std::string losing_key(const std::string& account, const std::string& carrier) {
    return account.empty() ? "/" + folded(carrier) : account;
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
    if (!within(line.at)) return;
    const auto said = said_in(line);
    if (said.created) add_created(line.kind, line.at, 1);
    if (said.completed) add_completed(line.kind, line.at, 1);
    if (said.to_confirmed || said.to_completed) ports_.insert(line.order);
    for (const auto& [code, count] : said.refusals) add_refusals(line.kind, code, count);
}

void OrderTally::add_port(const FiguredPort& port) {
    std::optional<Instant> sent, completed;
    std::optional<std::pair<Instant, std::optional<std::int64_t>>> confirmed;
    for (const auto& line : port.lines) {
        const auto said = said_in(line);
        if (!said.sends) continue;
        if (!sent) sent = line.at;
        if (said.to_confirmed && !confirmed) confirmed.emplace(line.at, said.foc);
        if (said.to_completed && !completed) completed = line.at;
    }
    const bool counts_confirmed = confirmed && within(confirmed->first);
    const bool counts_completed = completed && within(*completed);
    if (!counts_confirmed && !counts_completed) return;
    const auto key = losing_key(port.losing_account, port.losing_carrier);
    name_losing(key, port.losing_account, port.losing_carrier);
    if (counts_confirmed) add_confirmed(key, confirmed->second ? std::optional(tenths_to_foc(*sent, *confirmed->second)) : std::nullopt, 1);
    if (counts_completed) add_ported(key, tenths_between(*sent, *completed), 1);
}

void OrderTally::add_created(OrderKind kind, Instant day, std::int64_t count) {
    if (auto* week = week_of(day)) (kind == OrderKind::port ? week->ports_created : week->purchases_created) += count;
}

void OrderTally::add_completed(OrderKind kind, Instant day, std::int64_t count) {
    if (auto* week = week_of(day)) (kind == OrderKind::port ? week->ports_completed : week->purchases_completed) += count;
}

void OrderTally::add_refusals(OrderKind kind, Reason code, std::int64_t count) { refusals_[{kind, code}] += count; }

void OrderTally::add_confirmed(const std::string& losing, std::optional<std::int64_t> tenths_to_foc, std::int64_t count) {
    auto& theirs = losing_[losing];
    theirs.confirmed += count;
    if (tenths_to_foc) theirs.to_foc[*tenths_to_foc] += count;
}

void OrderTally::add_ported(const std::string& losing, std::int64_t tenths, std::int64_t count) {
    auto& theirs = losing_[losing];
    theirs.completed += count;
    theirs.to_completed[tenths] += count;
}

void OrderTally::name_losing(const std::string& losing, std::string account, std::string carrier) {
    auto& theirs = losing_[losing];
    theirs.account = std::move(account);
    theirs.carrier = std::move(carrier);
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
             .to_foc = days_taken_in(days.to_foc),
             .completed = days.completed,
             .to_completed = days_taken_in(days.to_completed)}
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
