// SPDX-License-Identifier: Apache-2.0
#include "dashboard.hpp"

#include <porteur/phrase.hpp>
#include <porteur/sdk.hpp>

#include "codes.hpp"
#include "wire.hpp"

namespace thinktel {

using namespace porteur;

namespace {

/// A range of a line may hold ten thousand, and an answer many lines.
constexpr std::size_t numbers_max = 20'000;

/// The numbers of "4165550101" or "4165550101-0104".
std::vector<PhoneNumber> numbers_in(const std::string& range) {
    std::vector<PhoneNumber> numbers;
    const auto first = number_from(json::value(json::string(range.substr(0, 10))));
    if (!first) return numbers;
    const auto begin = their_digits(*first);
    auto last = begin;
    if (range.size() > 11) {
        const auto tail = json::object{{"tail", range.substr(range.size() - 4)}};
        last = begin / 10000 * 10000 + integer_at(tail, "tail").value_or(begin % 10000);
    }
    for (auto digits = begin; digits <= last; ++digits)
        if (const auto number = number_from(json::value(digits))) numbers.push_back(*number);
    return numbers;
}

}  // namespace

std::optional<DashboardEntry> newest_entry(const json::value& body, const PhoneNumber& number) {
    std::optional<DashboardEntry> newest;
    for (const auto& order : list_at(body, "Orders")) {
        const auto id = integer_at(order, "OrderID").value_or(0);
        if (newest && newest->order >= id) continue;
        for (const auto& request : list_at(order, "Requests")) {
            DashboardEntry entry{
                id, text_at(request, "Assessment"), text_at(request, "HappyFoxTicket"), {}
            };
            const auto meaning = meaning_of_assessment(entry.assessment);
            const auto state = meaning ? meaning->state : OrderState::submitted;
            bool has_it = false;
            for (const auto& line : list_at(request, "NumberToPort"))
                for (const auto& each : numbers_in(text_at(line, "TnRange"))) {
                    has_it = has_it || each == number;
                    entry.numbers.push_back(
                        {each, state, Reason::none, text_at(line, "SvCondition")}
                    );
                    if (entry.numbers.size() > numbers_max)
                        fail(ErrorKind::internal, Reason::none, "", phrase("thinktel: the dashboard tells of more numbers than an order can have"));
                }
            if (has_it) newest = std::move(entry);
        }
    }
    return newest;
}

Op<std::optional<DashboardEntry>> dashboard_entry(
    std::string step, PhoneNumber number, std::string looks_up
) {
    auto request = http().get(
        step, "/v2/NumberPorts/Inbound/Dashboard/PortInInfo/OrdersByNumber/" +
                  std::to_string(their_digits(number))
    );
    if (!looks_up.empty()) request.looks_up(looks_up);
    const auto answer = co_await std::move(request);
    if (answer.status() == 403) require_ok(answer);  // it may be there, and is not ours to read
    if (!answer.ok()) co_return std::nullopt;
    co_return newest_entry(answer.json(), number);
}

std::string described(const DashboardEntry& entry) {
    if (entry.ticket.empty())
        return phrase("order {1} ({2:quoted})", entry.order, quoted(entry.assessment));
    return phrase(
        "order {1} ({2:quoted}, HappyFox ticket {3:quoted})", entry.order, quoted(entry.assessment),
        quoted(entry.ticket)
    );
}

}  // namespace thinktel
